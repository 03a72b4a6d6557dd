import { AppError } from '../../shared/errors.ts'
import { startDeadline } from './deadline.ts'
import type { hubCalls, HubRequest } from './calls.ts'
import type { Http, HttpResponse } from './http.ts'
import { textOf } from './reply.ts'
import type { Accepted, CallOptions, OutgoingPacket, SendOptions, UploadStanding } from './transport.ts'
import { outcomeOf, piecesOf, type UploadState } from './upload.ts'

/** The version of the protocol that is spoken here (https://tus.io/protocols/resumable-upload). */
export const TUS_VERSION = '1.0.0'

/** What uploading by tus needs of a hub's protocol. */
export interface TusPorts {
  readonly http: Http
  readonly calls: Pick<
    ReturnType<typeof hubCalls>,
    'acceptanceOf' | 'refuse' | 'timeouts' | 'transferDeadline'
  >
  /** Where uploads are created. */
  readonly endpoint: URL
  /** The request without what tus adds. `created` is the packet that an upload is created for. */
  readonly request: (
    method: 'HEAD' | 'PATCH' | 'POST',
    url: URL,
    more: { readonly contentType: string; readonly created?: OutgoingPacket },
  ) => HubRequest
}

/** An upload that exists at the hub. */
interface Begun {
  readonly url: URL
  readonly offset: number
}

/**
 * A packet as a resumable upload: created, asked how far it got, gone on with from there. The hub has the packet
 * when it has the last byte and says so; until then it has nothing, whatever broke. An upload is the hub's to
 * accept once: repeating its end brings the same answer and no second packet.
 */
export function tusUploads({ http, calls, endpoint, request }: TusPorts) {
  const endpointPath = `${endpoint.pathname}/`

  /** As Transport.send. */
  async function send(packet: OutgoingPacket, options: SendOptions): Promise<Accepted> {
    const deadline = calls.transferDeadline(options, packet.sizeBytes)
    try {
      const earlier = options.upload === undefined ? undefined : addressOf(options.upload)
      const offset =
        earlier === undefined ? undefined : await offsetOf(earlier, packet.sizeBytes, deadline.signal)
      const begun =
        earlier === undefined || offset === undefined
          ? await create(packet, options, deadline.signal)
          : { url: earlier, offset }
      return await append(packet, begun, options, deadline)
    } finally {
      deadline.end()
    }
  }

  /** How an upload stands that an earlier attempt began. */
  async function standing(upload: string, sizeBytes: number, options: CallOptions): Promise<UploadStanding> {
    const url = addressOf(upload)
    const deadline = startDeadline(options.signal, calls.timeouts.callMs)
    try {
      const offset = url === undefined ? undefined : await offsetOf(url, sizeBytes, deadline.signal)
      return offset === undefined ? 'gone' : offset < sizeBytes ? 'unfinished' : 'complete'
    } finally {
      deadline.end()
    }
  }

  /** Undefined for an address of another hub: our name and secret go to this one alone. */
  function addressOf(upload: string): URL | undefined {
    const url = new URL(upload)
    return url.origin === endpoint.origin && url.pathname.startsWith(endpointPath) ? url : undefined
  }

  async function create(packet: OutgoingPacket, options: SendOptions, signal: AbortSignal): Promise<Begun> {
    const plain = request('POST', endpoint, { contentType: 'application/octet-stream', created: packet })
    const response = await http.request(
      tus({ ...plain, signal }, { 'Upload-Length': String(packet.sizeBytes) }),
    )
    const location = response.header('location')
    if (response.status !== 201 || location === undefined) throw await calls.refuse(response)
    await textOf(response)
    const url = locationOf(location)
    options.onUpload?.(url.href)
    return { url, offset: 0 }
  }

  /** A gateway in front of the hub goes by a name that the hub does not know: only the upload's own name counts. */
  function locationOf(location: string): URL {
    return (
      addressOf(new URL(location, endpoint).href) ?? new URL(endpointPath + lastPartOf(location), endpoint)
    )
  }

  /** How many bytes the hub has; undefined where it has no such upload. */
  async function offsetOf(url: URL, sizeBytes: number, signal: AbortSignal): Promise<number | undefined> {
    const plain = request('HEAD', url, { contentType: 'application/octet-stream' })
    const response = await http.request(tus({ ...plain, signal }, {}))
    if (response.status === 404 || response.status === 410) {
      response.discard()
      return undefined
    }
    const offset = wholeNumber(response, 'upload-offset')
    if (offset === undefined) throw await calls.refuse(response)
    await textOf(response)
    // An upload of another length is not of this packet.
    return wholeNumber(response, 'upload-length') === sizeBytes && offset <= sizeBytes ? offset : undefined
  }

  async function append(
    packet: OutgoingPacket,
    { url, offset }: Begun,
    options: SendOptions,
    deadline: ReturnType<typeof calls.transferDeadline>,
  ): Promise<Accepted> {
    let state: UploadState = 'waiting'
    async function* body(): AsyncGenerator<Uint8Array> {
      let last: Uint8Array | undefined
      let sentBytes = offset
      for await (const piece of piecesOf(packet, offset)) {
        if (last !== undefined) {
          yield last
          deadline.touch()
          sentBytes += last.length
          options.onProgress?.(sentBytes, packet.sizeBytes)
        }
        last = piece
      }
      // From here on the hub may have all of it: the last piece goes out only when the bytes are right.
      state = 'complete'
      if (last !== undefined) yield last
      options.onProgress?.(packet.sizeBytes, packet.sizeBytes)
    }
    try {
      if (offset === packet.sizeBytes) state = 'complete'
      const plain = request('PATCH', url, { contentType: 'application/offset+octet-stream' })
      const headers = {
        'Upload-Offset': String(offset),
        'Content-Length': String(packet.sizeBytes - offset),
      }
      const { signal } = deadline
      const response = await http.request(
        tus({ ...plain, id: options.attemptId, body: body(), signal }, headers),
      )
      return await acceptanceOf(response, packet.sizeBytes)
    } catch (cause) {
      throw outcomeOf(cause, state)
    }
  }

  async function acceptanceOf(response: HttpResponse, sizeBytes: number): Promise<Accepted> {
    // Somebody else goes on with it, or did: an attempt of ours that we lost may have come to its end.
    if ([404, 409, 410, 423].includes(response.status)) {
      response.discard()
      throw new AppError('hub/outcome-unknown', `the upload answers ${String(response.status)}`)
    }
    const offset = wholeNumber(response, 'upload-offset')
    if (offset !== undefined && offset < sizeBytes) {
      response.discard()
      throw new AppError('hub/server-error', `the hub took the packet up to byte ${String(offset)} only`)
    }
    return calls.acceptanceOf(response)
  }

  return { send, standing }
}

function tus<T extends HubRequest>(plain: T, headers: Readonly<Record<string, string>>): T {
  return { ...plain, headers: { ...plain.headers, 'Tus-Resumable': TUS_VERSION, ...headers } }
}

function wholeNumber(response: HttpResponse, name: string): number | undefined {
  const text = response.header(name) ?? ''
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined
}

function lastPartOf(location: string): string {
  return location.replace(/[?#].*$/, '').replace(/^.*\//, '')
}
