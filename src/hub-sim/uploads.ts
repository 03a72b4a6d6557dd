import { mkdir, readFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { FileStore } from '@tus/file-store'
import { Server, type ServerOptions } from '@tus/server'
import type { Desk } from './desk.ts'
import type { FaultBoard } from './faults.ts'
import { PacketRefusal } from './packet.ts'
import { NotAuthentic, outcome, type Caller, type Protocol } from './protocol.ts'
import { sendJson } from './wire.ts'

/** What resumable uploads need of the hub. */
export interface UploadParts {
  readonly dataDirectory: string
  readonly maxPacketBytes: number
  readonly desk: Desk
  readonly faults: FaultBoard
  /** Writes a refusal into the ledger. */
  readonly refuse: (operation: string, by: string, code: string, description: string) => void
}

type HookRequest = Parameters<NonNullable<ServerOptions['onUploadFinish']>>[0]
type HookUpload = Parameters<NonNullable<ServerOptions['onUploadFinish']>>[1]

/** Whom a request comes from, and in which protocol. */
interface Asked {
  readonly protocol: Protocol
  readonly caller: Caller
  readonly socket: Socket
}

/** An answer that @tus/server gives instead of what it was about to do. */
class TusAnswer extends Error {
  readonly status_code: number
  readonly body: string
  constructor(status: number, body: string) {
    super(body)
    this.status_code = status
    this.body = body
  }
}

/** How the ledger and the faults call it. */
const NAME = 'uploads'
/** How long a lost request may hold its upload against the next one. */
const LOCK_DRAIN_MS = 200
/** How far the disk may stay behind the line. */
const BEHIND_BYTES = 8 * 1024 * 1024

/**
 * Resumable uploads by tus 1.0, below any address that ends in `/uploads`, spoken by the published server
 * `@tus/server`. Each request proves itself as every other one of its protocol. The packet is handed in when its
 * last byte is there; repeating that end brings the same answer.
 */
export async function openUploads({ dataDirectory, maxPacketBytes, desk, faults, refuse }: UploadParts) {
  const directory = join(dataDirectory, NAME)
  await mkdir(directory, { recursive: true })
  const asked = new WeakMap<HookRequest, Asked>()
  const store = new FileStore({ directory })
  const server = new Server({
    path: `/${NAME}`,
    datastore: store,
    maxSize: maxPacketBytes,
    lockDrainTimeout: LOCK_DRAIN_MS,
    generateUrl: (request, { id }) => `${new URL(request.url).pathname}/${id}`,
    // eslint-disable-next-line @typescript-eslint/require-await -- the interface is asynchronous
    async onUploadCreate(request, { metadata }) {
      const { protocol, caller } = askedBy(request)
      const given = new Map(Object.entries(metadata ?? {}).map(([name, value]) => [name, value ?? '']))
      const terms = refusable(protocol, caller, () => protocol.termsOf(caller, given))
      return { metadata: { office: caller.office.organId, terms: JSON.stringify(terms) } }
    },
    async onIncomingRequest(request, id) {
      if (request.method === 'POST' || request.method === 'OPTIONS') return
      const { metadata } = await store.getUpload(id)
      if (metadata?.['office'] !== askedBy(request).caller.office.organId)
        throw new TusAnswer(404, 'no such upload\n')
    },
    onUploadFinish: accept,
  })

  async function accept(request: HookRequest, upload: HookUpload) {
    const { protocol, caller, socket } = askedBy(request)
    const packet = await readFile(join(directory, upload.id))
    const docId = refusable(protocol, caller, () => {
      const told = faults.hit(faults.current.refuse, NAME)
      if (told !== undefined) throw new PacketRefusal(told.code, told.desc)
      const { hash, ...terms } = JSON.parse(upload.metadata?.['terms'] ?? '') as ReturnType<
        Protocol['termsOf']
      >
      protocol.checkHash(packet, hash)
      return desk.send(caller.office, { ...terms, packet, upload: upload.id })
    })
    if (faults.hit(faults.current.dropAnswerAfterAccept, NAME) !== undefined) socket.destroy()
    const body = JSON.stringify({ ...outcome(protocol, '0', ''), DocId: docId })
    return { status_code: 200, headers: { 'Content-Type': 'application/json; charset=utf-8' }, body }
  }

  /** What a refusal of the hub looks like to a tus client: the hub's own words, with status 200. */
  function refusable<T>(protocol: Protocol, { office }: Caller, work: () => T): T {
    try {
      return work()
    } catch (cause) {
      if (!(cause instanceof PacketRefusal)) throw cause
      refuse(NAME, office.organId, cause.code, cause.message)
      throw new TusAnswer(200, JSON.stringify(outcome(protocol, cause.code, cause.message)))
    }
  }

  function askedBy(request: HookRequest): Asked {
    const found = asked.get(request)
    if (found === undefined) throw new Error('a request that nobody let in')
    return found
  }

  return {
    /** Whether an address is that of uploads or of one of them. */
    isAbout: ({ pathname }: URL): boolean => /\/uploads(?:\/[0-9a-f]{32})?$/.test(pathname),

    async answer(
      protocol: Protocol,
      url: URL,
      request: IncomingMessage,
      response: ServerResponse,
    ): Promise<void> {
      try {
        const web = webRequest(url, request)
        asked.set(web, { protocol, caller: protocol.authenticate(request, url), socket: request.socket })
        const answer = await server.handleWeb(web)
        response.writeHead(answer.status, Object.fromEntries(answer.headers))
        response.end(Buffer.from(await answer.arrayBuffer()))
      } catch (cause) {
        if (!(cause instanceof NotAuthentic)) throw cause
        refuse(NAME, '', '15', cause.message)
        sendJson(response, protocol.strangerStatus, outcome(protocol, '15', cause.message))
      }
    },
  }
}

/** The request as @tus/server takes it. */
function webRequest(url: URL, request: IncomingMessage): Request {
  const headers = Object.entries(request.headersDistinct).map(([name, values = []]): [string, string] => [
    name,
    values.join(', '),
  ])
  const method = request.method ?? ''
  const body = method === 'PATCH' || method === 'POST' ? bodyUntilBroken(request) : null
  return new Request(url, { method, headers, body, duplex: 'half' })
}

/**
 * The body of a request, which ends where the line breaks: what came is as good as if more had come. Handed the
 * request itself, @tus/server loses what its streams hold at that moment.
 */
function bodyUntilBroken(request: IncomingMessage): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        let ended = false
        const end = () => {
          if (!ended) controller.close()
          ended = true
        }
        request.on('end', end).on('error', end).on('close', end)
        request.on('data', (chunk: Buffer) => {
          controller.enqueue(chunk)
          if ((controller.desiredSize ?? 0) <= 0) request.pause()
        })
      },
      pull() {
        request.resume()
      },
    },
    { highWaterMark: BEHIND_BYTES, size: (chunk) => chunk.byteLength },
  )
}
