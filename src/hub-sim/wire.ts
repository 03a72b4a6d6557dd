import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { PacketRefusal } from './packet.ts'

const PIECE_BYTES = 64 * 1024

/** How badly a line carries a packet; null is well. */
export interface LineFaults {
  readonly bytesPerSecond: number | null
  readonly cutAfterBytes: number | null
}

/** The whole body, or undefined when the connection ended (or was cut by a fault) before it came. */
export async function bodyOf(
  request: IncomingMessage,
  limit: number,
  { bytesPerSecond, cutAfterBytes }: LineFaults,
): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      chunks.push(chunk)
      size += chunk.length
      if (cutAfterBytes !== null && size >= cutAfterBytes) {
        request.socket.destroy()
        return undefined
      }
      if (size > limit) throw new PacketRefusal('21', 'the request is too large')
      if (bytesPerSecond !== null) await sleep((chunk.length / bytesPerSecond) * 1000)
    }
  } catch (cause) {
    if (cause instanceof PacketRefusal) throw cause
    // The client is gone; there is nobody to tell.
    return undefined
  }
  return Buffer.concat(chunks)
}

/**
 * The part of a file that `Range` asks for, if `If-Range` names the file as it is; sets status and headers
 * accordingly (RFC 9110 section 14). A range that means anything but "from here to the end" gets the file.
 */
export function selectRange(
  response: ServerResponse,
  { file, etag }: { readonly file: Buffer; readonly etag: string },
  headers: IncomingHttpHeaders,
): Buffer {
  response.setHeader('Accept-Ranges', 'bytes')
  response.setHeader('ETag', etag)
  const from = /^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1]
  const condition = headers['if-range']
  if (from === undefined || (condition !== undefined && condition !== etag)) return file
  const size = String(file.length)
  const partial = Number(from) < file.length
  response.statusCode = partial ? 206 : 416
  response.setHeader('Content-Range', `bytes ${partial ? `${from}-${String(file.length - 1)}` : '*'}/${size}`)
  return partial ? file.subarray(Number(from)) : Buffer.alloc(0)
}

/** Sends a file between a head and a tail, as fast and as far as the line goes. */
export async function sendPieces(
  response: ServerResponse,
  { head, content, tail }: { readonly head: string; readonly content: Buffer; readonly tail: string },
  { bytesPerSecond, cutAfterBytes }: LineFaults,
): Promise<void> {
  response.setHeader('Content-Length', Buffer.byteLength(head) + content.length + Buffer.byteLength(tail))
  response.write(head)
  for (let at = 0; at < content.length; at += PIECE_BYTES) {
    const left = cutAfterBytes === null ? Infinity : cutAfterBytes - at
    const piece = content.subarray(at, at + Math.min(PIECE_BYTES, Math.max(0, left)))
    await written(response, piece)
    if (left <= PIECE_BYTES) {
      response.socket?.destroySoon()
      return
    }
    if (bytesPerSecond !== null) await sleep((piece.length / bytesPerSecond) * 1000)
    if (response.destroyed) return
  }
  response.end(tail)
}

async function written(response: ServerResponse, piece: Buffer): Promise<void> {
  if (response.write(piece) || response.destroyed) return
  await new Promise<void>((resolve) => {
    const done = () => {
      response.off('drain', done).off('close', done)
      resolve()
    }
    response.on('drain', done).on('close', done)
  })
}

/** A JSON answer. */
export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  sendText(response, status, 'application/json; charset=utf-8', JSON.stringify(value))
}

/** A whole answer in one piece. */
export function sendText(response: ServerResponse, status: number, type: string, text: string): void {
  const bytes = Buffer.from(text)
  response.writeHead(status, { 'Content-Type': type, 'Content-Length': bytes.length })
  response.end(bytes)
}
