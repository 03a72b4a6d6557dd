import type { IncomingMessage } from 'node:http'
import type { Terms } from './desk.ts'
import type { Office } from './offices.ts'

/** Why a request is not believed; the text goes out as the hub's description. */
export class NotAuthentic extends Error {
  override readonly name = 'NotAuthentic'
}

/** A believed request: who asks, and the arguments by their own names. */
export interface Caller {
  readonly office: Office
  readonly arguments: ReadonlyMap<string, string>
}

/** An operation's answer: fields beside status and code, or a file. */
export type Answer =
  | { readonly fields: Readonly<Record<string, unknown>> }
  | { readonly file: Buffer; readonly base64: true }
  | {
      readonly file: Buffer
      readonly base64: false
      /** Strong: whoever has bytes of it may ask for the rest. */
      readonly etag: string
    }

/** One operation, by what it is asked with. */
export interface Operation {
  readonly method: 'GET' | 'POST'
  /** Answers with a file that may be asked for in ranges, where the hub offers that. */
  readonly ranged?: true
  /** `body` is the whole request body. */
  readonly perform: (caller: Caller, body: Buffer, contentType: string) => Answer
}

/** What is known of a packet before its first byte. */
export interface UploadTerms extends Terms {
  /** The packet's hash as the sender wrote it; empty where this protocol has none. */
  readonly hash: string
}

/** One way to speak to the hub. */
export interface Protocol {
  /**
   * Whether a request is believed, from its head alone: nobody unknown may fill the memory.
   * @throws NotAuthentic
   */
  readonly authenticate: (request: IncomingMessage, url: URL) => Caller
  readonly operations: Readonly<Record<string, Operation>>
  /**
   * On what terms a resumable upload is begun, from the request that creates it.
   * @throws PacketRefusal
   */
  readonly termsOf: (caller: Caller, metadata: ReadonlyMap<string, string>) => UploadTerms
  /** @throws PacketRefusal when the packet is not the one that the hash is of */
  readonly checkHash: (packet: Buffer, hash: string) => void
  /** HTTP status of an answer to somebody who is not believed. */
  readonly strangerStatus: number
  /** What the code and the description of an answer are called. */
  readonly words: { readonly code: string; readonly description: string }
}

/** The outcome that stands beside an answer's own fields; `0` is fine. */
export function outcome({ words }: Protocol, code: string, description: string): Record<string, string> {
  return { status: code === '0' ? 'OK' : 'FAIL', [words.code]: code, [words.description]: description }
}
