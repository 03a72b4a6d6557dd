import { createHash } from 'node:crypto'
import { AppError, type ErrorCode } from '../../shared/errors.ts'
import { startDeadline, type Deadline } from './deadline.ts'
import { decodeEdocReply, type EdocReply } from './edoc-reply.ts'
import type { Http, HttpRequest, HttpResponse } from './http.ts'
import {
  ALLOWED_SKEW_MS,
  asRecord,
  ERROR_CODES,
  fieldsOf,
  isWebPage,
  looksLikeHtml,
  MAXIMUM_ANSWER_BYTES,
  MAXIMUM_REFUSAL_BYTES,
  notFromHub,
  recordOf,
  replyReader,
  textField,
  textOf,
  type Fields,
} from './reply.ts'
import { sameHash } from './rows.ts'
import { heardBy, serverClock, type ServerClock } from './server-clock.ts'
import {
  KEPT_ANSWER_CHARACTERS,
  type Accepted,
  type CallOptions,
  type FetchBeginning,
  type FetchOptions,
  type HubAnswer,
  type HubCheck,
  type OutgoingPacket,
  type SendOptions,
} from './transport.ts'
import { multipart, outcomeOf, type Upload, type UploadForm } from './upload.ts'
import { roadReceiptOf } from './xroad.ts'

/** Time limits in milliseconds; every request has one. */
export interface HubTimeouts {
  /** Lists, acknowledgements, directory, trial. */
  readonly callMs: number
  /** Base of an upload or a download, on top of the time its size needs at `slowestBytesPerSecond`. */
  readonly transferMs: number
  /** Silence on the line during an upload or a download, and waiting for the hub's answer after an upload. */
  readonly idleMs: number
  /** The slowest line that is still worth waiting for. */
  readonly slowestBytesPerSecond: number
}

/** What is the same for every protocol. No constant of them is certain, so each can be set (hub-api section 0). */
export interface HubCallOptions {
  /** Epoch milliseconds. Default: the system clock. */
  readonly clock?: (() => number) | undefined
  /** Shared by all connections to one server, so that a new one signs with the right time at once. */
  readonly serverClock?: ServerClock | undefined
  readonly maxPacketBytes?: number | undefined
  /** Meanings of the hub's ErrorCode beyond the default ones. National codes are not published. */
  readonly errorCodes?: Readonly<Record<string, ErrorCode>> | undefined
  /** A refusal counts as `hub/clock-skew` when the time we signed was off by more. Default 5 minutes. */
  readonly allowedClockSkewMs?: number | undefined
  readonly timeouts?: Partial<HubTimeouts> | undefined
}

/** A request without its time limit, which the calls below add. */
export type HubRequest = Omit<HttpRequest, 'signal'>

/** How the packet stands in the answer: base64 in a JSON object, or the file itself. */
export type PacketForm = 'base64' | 'file'

/** The hub's answer to a small call. */
export interface HubReply {
  readonly fields: Fields
  /** Our clock minus the server's, in milliseconds, exact to about a second. */
  readonly clockSkewMs: number | undefined
}

const TIMEOUTS: HubTimeouts = {
  callMs: 60_000,
  transferMs: 180_000,
  idleMs: 120_000,
  slowestBytesPerSecond: 4_096,
}

/**
 * The three kinds of calls that every hub protocol has: a small one with a JSON answer, a packet going up,
 * a packet coming down. The protocol says how its requests look; what an answer means, how long to wait and
 * what a failure says about the packet is decided here, once.
 */
export function hubCalls(given: Http, options: HubCallOptions) {
  const clock = options.clock ?? Date.now
  const there = options.serverClock ?? serverClock(clock)
  const http = heardBy(there, given)
  const timeouts = { ...TIMEOUTS, ...definedOnly(options.timeouts ?? {}) }
  const replies = replyReader({
    serverClock: there,
    errorCodes: { ...ERROR_CODES, ...options.errorCodes },
    allowedClockSkewMs: options.allowedClockSkewMs ?? ALLOWED_SKEW_MS,
  })

  function transferDeadline(options: CallOptions, sizeBytes: number): Deadline {
    const neededMs = (sizeBytes / timeouts.slowestBytesPerSecond) * 1000
    return startDeadline(options.signal, timeouts.transferMs + neededMs, timeouts.idleMs)
  }

  /**
   * A whole small call: request, status, JSON, the hub's own OK.
   * @param about a packet: the hub's "no such packet" then means that it is gone; an extra: HTTP 404 then
   *   means that this hub does not offer it, and the answer is undefined
   */
  async function call(
    request: HubRequest,
    { signal }: CallOptions,
    about: 'packet' | 'extra' | undefined,
  ): Promise<HubReply | undefined> {
    const deadline = startDeadline(signal, timeouts.callMs)
    try {
      const response = await http.request({ ...request, signal: deadline.signal })
      if (about === 'extra' && response.status === 404) {
        response.discard()
        return undefined
      }
      if (about === 'packet' && response.status === 404) {
        throw new AppError('hub/packet-gone', 'the hub has no such packet')
      }
      await replies.refuseStatus(response)
      const fields = fieldsOf(await textOf(response), response)
      if (about === 'packet') replies.refuseGone(fields, response)
      else replies.refuseFailure(fields, response)
      return { fields, clockSkewMs: there.skewMs() }
    } finally {
      deadline.end()
    }
  }

  async function exchange(request: HubRequest, options: CallOptions, about?: 'packet'): Promise<HubReply> {
    const reply = await call(request, options, about)
    if (reply === undefined) throw new Error('only an extra may be missing')
    return reply
  }

  /** As {@link exchange}, for what not every hub has: undefined where the hub knows no such address. */
  const exchangeExtra = (request: HubRequest, options: CallOptions) => call(request, options, 'extra')

  /** One packet as one request. What a failure says about the packet is what the seam promises. */
  async function send(
    packet: OutgoingPacket,
    form: UploadForm,
    requestOf: (upload: Upload) => HubRequest,
    options: SendOptions,
  ): Promise<Accepted> {
    const deadline = transferDeadline(options, packet.sizeBytes)
    const upload = multipart(packet, form, {
      onMove: () => {
        deadline.touch()
      },
      onProgress: options.onProgress,
    })
    try {
      const response = await http.request({
        ...requestOf(upload),
        id: options.attemptId,
        signal: deadline.signal,
      })
      return await acceptanceOf(response)
    } catch (cause) {
      throw outcomeOf(cause, upload.state)
    } finally {
      deadline.end()
    }
  }

  /** What the hub says of a packet of which it has every byte. Throws what it says instead of "accepted". */
  async function acceptanceOf(response: HttpResponse): Promise<Accepted> {
    if (response.status !== 204) await replies.refuseStatus(response)
    const body = await textOf(response)
    const accepted = { packetId: acceptedId(body, response), answer: answerOf(response, body) }
    const road = roadReceiptOf(response)
    return road === undefined ? accepted : { ...accepted, road }
  }

  /** What an answer means that is not the one that was asked for. */
  async function refuse(response: HttpResponse): Promise<AppError> {
    await replies.refuseStatus(response)
    const text = await textOf(response, MAXIMUM_REFUSAL_BYTES)
    replies.refuseFailure(fieldsOf(text, response), response)
    return new AppError('hub/not-json', `HTTP ${String(response.status)}, and not what it should say`)
  }

  function acceptedId(text: string, response: HttpResponse): string {
    if (looksLikeHtml(text)) throw notFromHub(response, text)
    const fields = recordOf(text)
    if (fields === undefined) throw unknown('the answer cannot be read')
    replies.refuseFailure(fields, response)
    const packetId = textField(fields, 'DocId', 'docId')
    if (packetId === '') throw unknown('accepted, but without an id')
    return packetId
  }

  /**
   * The packet's bytes as they arrive; the request is made at the first read. A part is offered only to a
   * form that can be gone on with, the file itself (RFC 9110 section 14, with If-Range).
   */
  async function* fetch(
    requestOf: () => HubRequest,
    form: PacketForm,
    options: FetchOptions,
  ): AsyncGenerator<Uint8Array> {
    const part = form === 'file' && (options.part?.sizeBytes ?? 0) > 0 ? options.part : undefined
    const deadline = transferDeadline(options, options.sizeBytes ?? MAXIMUM_ANSWER_BYTES)
    let response: HttpResponse | undefined
    try {
      const request = requestOf()
      const headers = { ...request.headers, ...rangeOf(part) }
      response = await http.request({ ...request, headers, signal: deadline.signal })
      if (response.status === 404) throw new AppError('hub/packet-gone', 'the hub has no such packet')
      if (part === undefined || !isAboutRange(response)) await replies.refuseStatus(response)
      if (response.status !== 416 && isWebPage(response))
        throw notFromHub(response, await textOf(response, MAXIMUM_REFUSAL_BYTES))
      const beginning = beginningOf(response, part)
      await options.onBegin?.(beginning)
      if (response.status === 416) return
      const hash = createHash('sha256')
      let size = beginning.fromByte
      for await (const chunk of bytesOf(response, beginning.fromByte > 0 ? 'rest' : form, deadline)) {
        hash.update(chunk)
        size += chunk.length
        yield chunk
      }
      if (options.sizeBytes !== undefined && options.sizeBytes !== size) {
        throw mismatch(`${String(size)} bytes came, ${String(options.sizeBytes)} were listed`)
      }
      const sha256 = hash.digest('hex')
      if (options.sha256 !== undefined && beginning.fromByte === 0 && !sameHash(options.sha256, sha256)) {
        throw mismatch(`SHA-256 is ${sha256}, ${options.sha256} was listed`)
      }
    } finally {
      deadline.end()
      response?.discard()
    }
  }

  function bytesOf(response: HttpResponse, form: PacketForm | 'rest', deadline: Deadline) {
    switch (form) {
      case 'base64':
        return edocOf(response, deadline)
      case 'file':
        return fileOf(response, deadline)
      case 'rest':
        return touching(response.body, deadline)
    }
  }

  async function* edocOf(response: HttpResponse, deadline: Deadline): AsyncGenerator<Uint8Array> {
    const reply: EdocReply = { fields: undefined, hasData: false }
    let any = false
    for await (const chunk of decodeEdocReply(touching(response.body, deadline), reply)) {
      any = true
      yield chunk
    }
    const fields = asRecord(reply.fields)
    if (fields === undefined) throw new AppError('hub/not-json', 'the answer is no JSON object')
    replies.refuseGone(fields, response)
    if (!reply.hasData || !any) throw mismatch('the hub answers OK without a packet')
  }

  async function* fileOf(response: HttpResponse, deadline: Deadline): AsyncGenerator<Uint8Array> {
    let first = true
    const refusal: Uint8Array[] = []
    let refusalBytes = 0
    for await (const chunk of touching(response.body, deadline)) {
      if (chunk.length === 0) continue
      // A packet begins with `<` or a byte order mark; the hub's own words are a JSON object.
      if ((first && chunk[0] === 0x7b) || refusal.length > 0) {
        refusal.push(chunk)
        refusalBytes += chunk.length
        if (refusalBytes > MAXIMUM_REFUSAL_BYTES)
          throw new AppError('hub/not-json', 'neither packet nor refusal')
      } else yield chunk
      first = false
    }
    if (refusal.length > 0) {
      replies.refuseGone(fieldsOf(Buffer.concat(refusal).toString('utf8'), response), response)
      throw new AppError('hub/not-json', 'the hub answers OK without a packet')
    }
    if (first) throw mismatch('the hub answers without a packet')
  }

  /** Two small calls that say how many packets of each kind wait; the first is timed. */
  async function check(
    documents: () => Promise<CountedReply>,
    statuses: () => Promise<CountedReply>,
  ): Promise<HubCheck> {
    const begun = performance.now()
    const { count, clockSkewMs } = await documents()
    const roundTripMs = performance.now() - begun
    return {
      clockSkewMs: clockSkewMs === undefined ? undefined : Math.round(clockSkewMs - roundTripMs / 2),
      roundTripMs: Math.round(roundTripMs),
      waitingDocuments: count,
      waitingStatuses: (await statuses()).count,
    }
  }

  /** The answer to an OPTIONS request, whatever it is. */
  async function ask(request: HubRequest, { signal }: CallOptions): Promise<HttpResponse> {
    const deadline = startDeadline(signal, timeouts.callMs)
    try {
      return await http.request({ ...request, signal: deadline.signal })
    } finally {
      deadline.end()
    }
  }

  return {
    acceptanceOf,
    ask,
    check,
    clock,
    exchange,
    exchangeExtra,
    fetch,
    http,
    refuse,
    send,
    serverNow: () => there.now(),
    timeouts,
    transferDeadline,
  }
}

function answerOf(response: HttpResponse, body: string): HubAnswer {
  return {
    httpStatus: response.status,
    date: response.header('date'),
    body: body.slice(0, KEPT_ANSWER_CHARACTERS),
  }
}

/** How many packets wait, and what the answer says of the clocks. */
export interface CountedReply {
  readonly count: number
  readonly clockSkewMs: number | undefined
}

/**
 * The address that operations are appended to, with one slash at its end.
 * @throws AppError `hub/not-configured` when it is no http(s) address
 */
export function baseOf(endpoint: string): string {
  if (!URL.canParse(endpoint) || !/^https?:$/.test(new URL(endpoint).protocol)) {
    throw new AppError('hub/not-configured', 'the endpoint is no http address', { detail: endpoint })
  }
  return endpoint.replace(/\/*$/, '/')
}

/** Whether the answer speaks of the range that was asked for: here it is, or there is none. */
function isAboutRange({ status }: HttpResponse): boolean {
  return status === 206 || status === 416
}

/**
 * What the answer to a download says of its beginning.
 * @throws AppError `hub/packet-mismatch` for another range than the one that was asked for
 */
function beginningOf(response: HttpResponse, part: FetchOptions['part']): FetchBeginning {
  const etag = /^"[^"]*"$/.exec(response.header('etag') ?? '')?.[0]
  if (part === undefined || !isAboutRange(response)) {
    return { fromByte: 0, etag: response.header('accept-ranges') === 'bytes' ? etag : undefined }
  }
  const range = response.header('content-range') ?? ''
  const kept = String(part.sizeBytes)
  // A 416 that names the size of the part: everything was here already.
  const fits = response.status === 206 ? range.startsWith(`bytes ${kept}-`) : range === `bytes */${kept}`
  // RFC 9110 section 15.3.7: the answer to If-Range may leave the ETag out.
  if (!fits || (etag ?? part.etag) !== part.etag) {
    throw mismatch(`asked for the bytes from ${kept}, got ${range}`)
  }
  return { fromByte: part.sizeBytes, etag: part.etag }
}

function rangeOf(part: FetchOptions['part']): Record<string, string> {
  return part === undefined ? {} : { Range: `bytes=${String(part.sizeBytes)}-`, 'If-Range': part.etag }
}

function definedOnly<T extends object>(values: T): T {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T
}

function unknown(why: string): AppError {
  return new AppError('hub/outcome-unknown', why)
}

function mismatch(why: string): AppError {
  return new AppError('hub/packet-mismatch', why)
}

async function* touching(body: AsyncIterable<Uint8Array>, deadline: Deadline): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) {
    deadline.touch()
    yield chunk
  }
}
