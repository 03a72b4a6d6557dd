import { createHash } from 'node:crypto'
import { AppError, type ErrorCode } from '../../shared/errors.ts'
import { startDeadline, type Deadline } from './deadline.ts'
import { decodeEdocReply, type EdocReply } from './edoc-reply.ts'
import { openHttp, type ConnectionOptions, type HttpResponse } from './http.ts'
import type {
  AgencyRecord,
  CallOptions,
  Delivery,
  FetchOptions,
  HubCheck,
  ListedPacket,
  OutgoingPacket,
  PacketKind,
  SendOptions,
  SentQuery,
  Transport,
} from './transport.ts'
import { hashFile, signedHeaders, type HashFileForm } from './vxp-signing.ts'

/** Time limits in milliseconds; every request has one. */
export interface VxpTimeouts {
  /** Lists, acknowledgements, directory, trial. */
  readonly callMs: number
  /** Base of an upload or a download, on top of the time its size needs at `slowestBytesPerSecond`. */
  readonly transferMs: number
  /** Silence on the line during an upload or a download, and waiting for the hub's answer after an upload. */
  readonly idleMs: number
  /** The slowest line that is still worth waiting for. */
  readonly slowestBytesPerSecond: number
}

/** Everything about one hub. No constant of the protocol is certain, so each can be set (hub-api section 0). */
export interface VxpOptions {
  /** Base URL of the service on the security server; operations are appended after `/`. */
  readonly endpoint: string
  readonly systemId: string
  /** Shared key of the HMAC. It is kept in the encrypted database and never logged. */
  readonly secret: string
  /** Epoch milliseconds. Default: the system clock. */
  readonly clock?: (() => number) | undefined
  readonly connection?: ConnectionOptions | undefined
  /** Default `sdk`, the form that the hub is known to take. */
  readonly hashFileForm?: HashFileForm | undefined
  /** How packets are fetched. Default `getEdoc` (base64 in JSON); `downloadEdoc` streams the file itself. */
  readonly download?: 'getEdoc' | 'downloadEdoc' | undefined
  /** Where the directory comes from. Default: the list with the ids of Decision 20/2020. */
  readonly directoryOperation?: 'getAgenciesList' | 'getAgenciesListQD20' | 'getSynchronizeUnit' | undefined
  /** Sends `fromDate` with lists (only the .NET SDK does). Default false. */
  readonly listsByDate?: boolean | undefined
  readonly maxPacketBytes?: number | undefined
  readonly serviceType?: string | undefined
  readonly headerPrefix?: string | undefined
  readonly userAgent?: string | undefined
  readonly version?: string | undefined
  /** Meanings of the hub's ErrorCode beyond the default ones. National codes are not published. */
  readonly errorCodes?: Readonly<Record<string, ErrorCode>> | undefined
  /** A refused signature counts as `hub/clock-skew` when the clocks differ by more. Default 5 minutes. */
  readonly allowedClockSkewMs?: number | undefined
  readonly timeouts?: Partial<VxpTimeouts> | undefined
}

const TIMEOUTS: VxpTimeouts = {
  callMs: 60_000,
  transferMs: 180_000,
  idleMs: 120_000,
  slowestBytesPerSecond: 4_096,
}
const MAXIMUM_ANSWER_BYTES = 64 * 1024 * 1024
const PIECE_BYTES = 64 * 1024
const ALLOWED_SKEW_MS = 300_000
/** The hub's clock may stamp a packet a little before we noted the attempt. */
const SENT_AFTER_TOLERANCE_MS = 60_000

/** Codes seen in a provincial hub (hub-api section 6); all others are shown with the hub's own words. */
const ERROR_CODES: Readonly<Record<string, ErrorCode>> = {
  '15': 'hub/unauthorised',
  '18': 'hub/recipient-unknown',
  '20': 'hub/server-error',
}
/** What the hub says of a packet that is not there (hub-api 4.5). */
const PACKET_GONE_CODE = '100'

type Fields = Readonly<Record<string, unknown>>

interface Call extends CallOptions {
  readonly operation: string
  readonly method?: 'GET' | 'POST'
  readonly headerArguments?: readonly (readonly [string, string])[]
  readonly contentType?: string
  readonly wireContentType?: string
  readonly body?: string | AsyncIterable<Uint8Array>
  readonly moreHeaders?: Readonly<Record<string, string>>
  /** The hub's "no such packet" means that this one is gone. */
  readonly aboutPacket?: boolean
}

/**
 * The national hub's operations as its published SDK calls them, with HMAC over headers (hub-api 2 to 5).
 * @throws AppError `hub/not-configured` when the endpoint is no http(s) address
 */
export function vxpTransport(options: VxpOptions): Transport {
  const base = baseOf(options.endpoint)
  const clock = options.clock ?? Date.now
  const timeouts = { ...TIMEOUTS, ...definedOnly(options.timeouts ?? {}) }
  const serviceType = options.serviceType ?? 'eDoc'
  const download = options.download ?? 'getEdoc'
  const codes = { ...ERROR_CODES, ...options.errorCodes }
  const http = openHttp(options.connection)
  const identity = {
    systemId: options.systemId,
    secret: options.secret,
    headerPrefix: options.headerPrefix ?? 'XroadVnpt-',
    userAgent: options.userAgent ?? 'JAVASDKAgent/1.0.0 XRoad/VPCP',
    version: options.version ?? '3.0.201608',
  }

  /** One signed request within a deadline; the answer is whatever HTTP brought. */
  async function ask(call: Call, deadline: Deadline): Promise<HttpResponse> {
    const contentType = call.contentType ?? 'application/json'
    return http.request({
      url: new URL(base + call.operation),
      method: call.method ?? 'POST',
      headers: {
        ...signedHeaders(
          identity,
          clock(),
          contentType,
          call.headerArguments ?? [],
          call.wireContentType ?? contentType,
        ),
        ...call.moreHeaders,
      },
      body: call.body,
      signal: deadline.signal,
    })
  }

  /** A whole small call: request, status, JSON, the hub's own OK. */
  async function exchange(call: Call): Promise<{ fields: Fields; header: HttpResponse['header'] }> {
    const deadline = startDeadline(call.signal, timeouts.callMs)
    try {
      const response = await ask(call, deadline)
      await refuseStatus(response)
      const fields = fieldsOf(await textOf(response))
      if (call.aboutPacket === true) refuseGone(fields, response)
      else refuseFailure(fields, response)
      return { fields, header: response.header.bind(response) }
    } finally {
      deadline.end()
    }
  }

  function skewOf(header: HttpResponse['header']): number | undefined {
    const theirs = Date.parse(header('date') ?? '')
    // The header cuts off the fraction of the second: half a second is the best guess.
    return Number.isNaN(theirs) ? undefined : clock() - (theirs + 500)
  }

  function unauthorised(response: HttpResponse, detail: string | undefined): AppError {
    const skew = skewOf(response.header.bind(response))
    const words = detail === undefined ? {} : { detail }
    if (skew !== undefined && Math.abs(skew) > (options.allowedClockSkewMs ?? ALLOWED_SKEW_MS)) {
      return new AppError('hub/clock-skew', `refused, and the clocks differ by ${String(skew)} ms`, words)
    }
    return new AppError('hub/unauthorised', 'the hub refuses our system id or secret', words)
  }

  /** Throws what an HTTP status other than 200 or 201 means. Reads the body for the hub's own words. */
  async function refuseStatus(response: HttpResponse): Promise<void> {
    const { status } = response
    if (status === 200 || status === 201) return
    const retryAfterMs = retryAfterOf(response.header('retry-after'), clock())
    const text = await textOf(response, MAXIMUM_REFUSAL_BYTES).catch(() => '')
    const fields = recordOf(text)
    const detail = (fields === undefined ? '' : wordsOf(fields)) || `HTTP ${String(status)}`
    const more = { detail, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }
    if (status === 401 || status === 403) throw unauthorised(response, detail)
    if (status === 429 || status === 503) throw new AppError('hub/busy', `HTTP ${String(status)}`, more)
    if (status >= 500 || status === 408) {
      throw new AppError('hub/server-error', `HTTP ${String(status)}`, more)
    }
    if (status === 407) throw new AppError('hub/unreachable', 'the proxy wants a name and a password', more)
    if (status < 400 || looksLikeHtml(text)) {
      throw new AppError('hub/not-json', `HTTP ${String(status)}, not from a hub`, more)
    }
    throw new AppError('hub/refused', `HTTP ${String(status)}`, more)
  }

  /** Throws what the hub's own `status` and `ErrorCode` mean when they are not "fine". */
  function refuseFailure(fields: Fields, response: HttpResponse): void {
    const status = textField(fields, 'status').toUpperCase()
    const code = textField(fields, 'ErrorCode', 'errorCode')
    if ((status === 'OK' || status === 'SUCCESS') && (code === '' || code === '0')) return
    if (status === '' && code === '') throw new AppError('hub/not-json', 'the answer has no status')
    if (status === '' && code === '0') return
    const detail = wordsOf(fields)
    const meaning = codes[code] ?? 'hub/refused'
    if (meaning === 'hub/unauthorised') throw unauthorised(response, detail)
    throw new AppError(meaning, `the hub answers ${status} ${code}`, { detail })
  }

  async function listed(
    kind: PacketKind,
    since: number | undefined,
    more: CallOptions,
  ): Promise<ListedPacket[]> {
    const dates =
      options.listsByDate === true && since !== undefined ? [['fromDate', dayOf(since)] as const] : []
    const { fields } = await exchange({
      ...more,
      operation: 'getReceivedEdocList',
      headerArguments: [['servicetype', serviceType], ['messagetype', kind], ...dates],
      contentType: 'application/x-www-form-urlencoded',
      body: '',
    })
    return rowsOf(fields, (row) => listedPacket(row, kind))
  }

  async function sentRows(kind: PacketKind, docId: string, more: CallOptions): Promise<Delivery[]> {
    const { fields } = await exchange({
      ...more,
      operation: 'getSentEdocList',
      headerArguments: [
        ['servicetype', serviceType],
        ['messagetype', kind],
        ['docId', docId],
      ],
      contentType: 'application/x-www-form-urlencoded',
      body: '',
    })
    return rowsOf(fields, (row) => delivery(row, kind))
  }

  async function send(packet: OutgoingPacket, more: SendOptions = {}): Promise<{ packetId: string }> {
    const boundary = `===${String(clock())}===`
    const upload = multipart(packet, boundary, more.onProgress)
    const deadline = startDeadline(
      more.signal,
      timeouts.transferMs + (packet.sizeBytes / timeouts.slowestBytesPerSecond) * 1000,
      timeouts.idleMs,
    )
    upload.onMove = () => {
      deadline.touch()
    }
    let response: HttpResponse | undefined
    try {
      response = await ask(
        {
          operation: 'sendEdoc',
          headerArguments: [
            ['from', packet.from],
            ['servicetype', serviceType],
            ['messagetype', packet.kind],
            ...(packet.to === undefined ? [] : [['to', JSON.stringify(packet.to)] as const]),
            ['hash-file', hashFile(packet.sha256, options.hashFileForm ?? 'sdk')],
          ],
          contentType: 'application/octet-stream',
          wireContentType: `multipart/form-data; boundary=${boundary}`,
          moreHeaders: { 'Content-Length': String(upload.lengthBytes) },
          body: upload.body(),
        },
        deadline,
      )
      await refuseStatus(response)
      const text = await textOf(response)
      if (looksLikeHtml(text)) throw new AppError('hub/not-json', 'a web page answered instead of the hub')
      const fields = recordOf(text)
      if (fields === undefined) throw unknown('the answer cannot be read')
      refuseFailure(fields, response)
      const packetId = textField(fields, 'DocId', 'docId')
      if (packetId === '') throw unknown('accepted, but without an id')
      return { packetId }
    } catch (cause) {
      throw outcomeOf(cause, upload.state)
    } finally {
      deadline.end()
    }
  }

  async function* fetch(packetId: string, more: FetchOptions = {}): AsyncGenerator<Uint8Array> {
    const deadline = startDeadline(
      more.signal,
      timeouts.transferMs +
        ((more.sizeBytes ?? MAXIMUM_ANSWER_BYTES) / timeouts.slowestBytesPerSecond) * 1000,
      timeouts.idleMs,
    )
    let response: HttpResponse | undefined
    try {
      response = await ask(
        {
          operation: download,
          method: download === 'getEdoc' ? 'POST' : 'GET',
          headerArguments: [
            ['docId', packetId],
            ['filePath', ''],
          ],
          ...(download === 'getEdoc' ? { body: '{}' } : {}),
        },
        deadline,
      )
      if (response.status === 404) throw new AppError('hub/packet-gone', `the hub has no packet ${packetId}`)
      await refuseStatus(response)
      const hash = createHash('sha256')
      let size = 0
      for await (const chunk of download === 'getEdoc'
        ? edocOf(response, deadline)
        : fileOf(response, deadline)) {
        hash.update(chunk)
        size += chunk.length
        yield chunk
      }
      if (more.sizeBytes !== undefined && more.sizeBytes !== size) {
        throw mismatch(`${String(size)} bytes came, ${String(more.sizeBytes)} were listed`)
      }
      const sha256 = hash.digest('hex')
      if (more.sha256 !== undefined && !sameHash(more.sha256, sha256)) {
        throw mismatch(`SHA-256 is ${sha256}, ${more.sha256} was listed`)
      }
    } finally {
      deadline.end()
      response?.discard()
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
    refuseGone(fields, response)
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
      refuseGone(fieldsOf(Buffer.concat(refusal).toString('utf8')), response)
      throw new AppError('hub/not-json', 'the hub answers OK without a packet')
    }
    if (first) throw mismatch('the hub answers without a packet')
  }

  /** As refuseFailure, where the call is about one packet that may be gone. */
  function refuseGone(fields: Fields, response: HttpResponse): void {
    if (textField(fields, 'ErrorCode', 'errorCode') === PACKET_GONE_CODE) {
      throw new AppError('hub/packet-gone', 'the hub has no such packet', { detail: wordsOf(fields) })
    }
    refuseFailure(fields, response)
  }

  async function count(operation: string, more: CallOptions) {
    const { fields, header } = await exchange({ ...more, operation, body: '{}' })
    const value = Number(textField(fields, 'count'))
    return { value: Number.isSafeInteger(value) ? value : 0, header }
  }

  return {
    capabilities: () =>
      Promise.resolve({
        transport: 'vxp',
        resumableUpload: false,
        resumableDownload: false,
        listsHashes: true,
        maxPacketBytes: options.maxPacketBytes,
      }),

    async list(since, more = {}) {
      const documents = await listed('edoc', since, more)
      const statuses = await listed('status', since, more)
      return [...documents, ...statuses].sort((a, b) => compare(a.createdAt ?? '', b.createdAt ?? ''))
    },

    fetch,
    send,

    async lookup(query, more = {}) {
      return bestMatch(await sentRows(query.kind, '', more), query)
    },

    deliveries: (packetId, kind, more = {}) => sentRows(kind, packetId, more),

    async acknowledge(packetId, outcome, more = {}) {
      await exchange({
        ...more,
        operation: 'updateStatus',
        headerArguments: [
          ['docId', packetId],
          ['status', outcome],
        ],
        body: '{}',
        aboutPacket: true,
      })
    },

    async directory(more = {}) {
      const { fields } = await exchange({
        ...more,
        operation: options.directoryOperation ?? 'getAgenciesListQD20',
        body: '{}',
      })
      return agencies(rowsOf(fields, (row) => row))
    },

    async check(more = {}): Promise<HubCheck> {
      const begun = performance.now()
      const documents = await count('countReceiveEdoc', more)
      const roundTripMs = performance.now() - begun
      const skew = skewOf(documents.header)
      const statuses = await count('countReceiveStatus', more)
      return {
        clockSkewMs: skew === undefined ? undefined : Math.round(skew - roundTripMs / 2),
        roundTripMs: Math.round(roundTripMs),
        waitingDocuments: documents.value,
        waitingStatuses: statuses.value,
      }
    },

    close: () => http.close(),
  }
}

const MAXIMUM_REFUSAL_BYTES = 256 * 1024

function baseOf(endpoint: string): string {
  if (!URL.canParse(endpoint) || !/^https?:$/.test(new URL(endpoint).protocol)) {
    throw new AppError('hub/not-configured', 'the endpoint is no http address', { detail: endpoint })
  }
  return endpoint.replace(/\/*$/, '/')
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

/** How far an upload got: nothing taken, some pieces, everything up to the closing boundary. */
type UploadState = 'waiting' | 'begun' | 'complete'

/**
 * What a failure during `send` says about the packet. Before the first piece the hub cannot have it. After
 * that a broken line leaves it open, and so does a gateway's 5xx: it may stand between us and a hub that
 * accepted. An upload that we ourselves stopped short of its announced length cannot have been accepted.
 */
function outcomeOf(cause: unknown, state: UploadState): unknown {
  if (!(cause instanceof AppError) || state === 'waiting') return cause
  const open =
    cause.code === 'hub/unreachable' ||
    (state === 'complete' && (cause.code === 'hub/server-error' || cause.code === 'hub/cancelled'))
  if (!open) return cause
  return new AppError('hub/outcome-unknown', `after sending: ${cause.message}`, {
    cause,
    ...(cause.detail === undefined ? {} : { detail: cause.detail }),
    ...(cause.retryAfterMs === undefined ? {} : { retryAfterMs: cause.retryAfterMs }),
  })
}

/** One part `file_doc` with the packet as it is. The closing boundary goes out only when the bytes are right. */
function multipart(packet: OutgoingPacket, boundary: string, onProgress: SendOptions['onProgress']) {
  const head = Buffer.from(
    `--${boundary}\r\nContent-Disposition: form-data; name="file_doc"; filename="packet.edxml"\r\n` +
      `Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary\r\n\r\n`,
  )
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`)
  const upload = {
    lengthBytes: head.length + packet.sizeBytes + tail.length,
    state: 'waiting' as UploadState,
    onMove: (): void => undefined,
    async *body(): AsyncGenerator<Uint8Array> {
      upload.state = 'begun'
      yield head
      const hash = createHash('sha256')
      let sent = 0
      for await (const chunk of packet.open()) {
        for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
          const piece = chunk.subarray(at, at + PIECE_BYTES)
          hash.update(piece)
          sent += piece.length
          if (sent > packet.sizeBytes) break
          yield piece
          // Asked for more: the line has taken this piece.
          upload.onMove()
          onProgress?.(sent, packet.sizeBytes)
        }
      }
      if (sent !== packet.sizeBytes || hash.digest('hex') !== packet.sha256) {
        throw new AppError('store/file-damaged', 'the packet is not the one that was frozen')
      }
      upload.state = 'complete'
      yield tail
    },
  }
  return upload
}

async function* touching(body: AsyncIterable<Uint8Array>, deadline: Deadline): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) {
    deadline.touch()
    yield chunk
  }
}

async function textOf(response: HttpResponse, limit = MAXIMUM_ANSWER_BYTES): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body) {
    size += chunk.length
    if (size > limit) {
      response.discard()
      throw new AppError('hub/not-json', `an answer of more than ${String(limit)} bytes`)
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function looksLikeHtml(text: string): boolean {
  return text.trimStart().startsWith('<')
}

function asRecord(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined
}

function recordOf(text: string): Fields | undefined {
  try {
    return asRecord(JSON.parse(text.replace(/^\uFEFF/, '')))
  } catch {
    // The caller knows what an unreadable answer means at its place.
    return undefined
  }
}

function fieldsOf(text: string): Fields {
  const fields = recordOf(text)
  if (fields === undefined) {
    throw new AppError(
      'hub/not-json',
      looksLikeHtml(text) ? 'a web page answered' : 'the answer is no JSON object',
    )
  }
  return fields
}

/** The first of the named fields that holds text or a number; empty when none does. */
function textField(fields: Fields, ...names: string[]): string {
  for (const name of names) {
    const value = fields[name]
    if (typeof value === 'string') return value.trim()
    if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  }
  return ''
}

function optionalField(fields: Fields, ...names: string[]): string | undefined {
  return textField(fields, ...names) || undefined
}

/** The hub's own words, for the clerk to quote: code and description verbatim. */
function wordsOf(fields: Fields): string {
  const code = textField(fields, 'ErrorCode', 'errorCode')
  const description = textField(fields, 'ErrorDesc', 'errorDesc', 'message')
  return [code, description].filter((part) => part !== '').join(': ')
}

/**
 * The rows of a list. An answer without `data` is unreadable (the SDK would take it for an empty list); an
 * explicit null is a hub's way to say "nothing". One spoilt row must not hold up the others, so it is left
 * out; when all are spoilt, the list is.
 */
function rowsOf<T>(fields: Fields, read: (row: Fields) => T | undefined): T[] {
  const data = fields['data']
  if (data === null) return []
  if (!Array.isArray(data)) throw new AppError('hub/not-json', 'the answer has no list')
  const rows = data.flatMap((row: unknown) => {
    const record = asRecord(row)
    const value = record === undefined ? undefined : read(record)
    return value === undefined ? [] : [value]
  })
  if (data.length > 0 && rows.length === 0)
    throw new AppError('hub/not-json', 'no row of the list can be read')
  return rows
}

function listedPacket(row: Fields, kind: PacketKind): ListedPacket | undefined {
  const packetId = textField(row, 'docId')
  if (packetId === '') return undefined
  const sha256 = textField(row, 'contentSha256')
  const size = textField(row, 'contentLength')
  const createdAt = isoOf(row['created_time'])
  return {
    packetId,
    kind,
    from: textField(row, 'from'),
    to: textField(row, 'to'),
    ...(/^[0-9a-fA-F]{32,64}$/.test(sha256) ? { sha256: sha256.toLowerCase() } : {}),
    ...(/^[1-9]\d*$/.test(size) ? { sizeBytes: Number(size) } : {}),
    ...(createdAt === undefined ? {} : { createdAt }),
  }
}

function delivery(row: Fields, kind: PacketKind): Delivery {
  return {
    packetId: optionalField(row, 'docId', 'receiverDocId'),
    kind,
    documentId: textField(row, 'senderDocId'),
    notation: textField(row, 'notation'),
    from: textField(row, 'fromCode', 'from'),
    to: textField(row, 'toCode', 'to'),
    sentAt: isoOf(row['sentTime']),
    receivedAt: isoOf(row['receivedTime']),
    sendStatus: textField(row, 'sendStatus'),
    sendStatusDescription: textField(row, 'sendStatusDesc'),
    receiveStatus: textField(row, 'receiveStatus'),
    receiveStatusDescription: textField(row, 'receiveStatusDesc'),
    sha256: optionalField(row, 'contentSha256')?.toLowerCase(),
  }
}

/**
 * The newest row that is surely the packet asked for. Several packets share one DocumentId (a document and
 * its recall, status 01 and status 03), so where the hub gives hashes they decide. Without them a document
 * counts when it is not older than the attempt; a status is held for not sent, because a second one harms
 * nobody and a lost one does.
 */
function bestMatch(rows: readonly Delivery[], query: SentQuery): Delivery | undefined {
  const same = rows.filter(
    (row) => row.documentId === query.documentId && (row.from === '' || row.from === query.from),
  )
  const { sha256, sentAfter } = query
  const matching = same.filter((row) => {
    if (sha256 !== undefined && row.sha256 !== undefined) return sameHash(row.sha256, sha256)
    if (query.kind === 'status') return false
    if (sentAfter === undefined || row.sentAt === undefined) return true
    return Date.parse(row.sentAt) >= sentAfter - SENT_AFTER_TOLERANCE_MS
  })
  return matching.sort((a, b) => compare(a.sentAt ?? '', b.sentAt ?? '')).at(-1)
}

/** Hashes may come in the SDK's form without leading zeros. */
function sameHash(theirs: string, ours: string): boolean {
  return theirs.toLowerCase() === ours || theirs.toLowerCase() === hashFile(ours, 'sdk')
}

function agencies(rows: readonly Fields[]): AgencyRecord[] {
  const codes = new Map<string, { organId: string; name: string }>()
  for (const row of rows) {
    const id = textField(row, 'id')
    if (id !== '') codes.set(id, { organId: textField(row, 'code'), name: textField(row, 'name') })
  }
  return rows.flatMap((row) => {
    const organId = textField(row, 'code')
    if (organId === '') return []
    const parent = codes.get(textField(row, 'pid'))
    return [
      {
        organId,
        name: textField(row, 'name') || organId,
        parentOrganId: parent?.organId ?? optionalField(row, 'pcode'),
        parentName: parent?.name ?? optionalField(row, 'pname'),
        oldOrganId: optionalField(row, 'oldCode', 'code102'),
        email: optionalField(row, 'mail', 'email'),
        telephone: optionalField(row, 'mobile', 'telephone'),
        address: optionalField(row, 'address'),
        removed: /^(1|true)$/i.test(textField(row, 'deleted')),
      },
    ]
  })
}

/** Retry-After in seconds or as a date, in milliseconds from now. */
function retryAfterOf(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined
  if (/^\d+$/.test(value.trim())) return Number(value) * 1000
  const at = Date.parse(value)
  return Number.isNaN(at) ? undefined : Math.max(0, at - now)
}

/** `yyyy/MM/dd` in Vietnam, as the provincial hubs write it. */
function dayOf(at: number): string {
  return new Date(at + 7 * 3_600_000).toISOString().slice(0, 10).replaceAll('-', '/')
}

/** The times met in lists: epoch milliseconds, ISO, or date and time without a zone, which means Vietnam's. */
function isoOf(value: unknown): string | undefined {
  if (typeof value === 'number' || (typeof value === 'string' && /^\d{12,14}$/.test(value))) {
    return vietnamIso(Number(value))
  }
  if (typeof value !== 'string') return undefined
  const local = /^(\d{4})[-/](\d{2})[-/](\d{2})[ T](\d{2}):(\d{2}):(\d{2})(\.\d+)?$/.exec(value.trim())
  const iso =
    local === null
      ? value
      : `${value.trim().slice(0, 10).replaceAll('/', '-')}T${value.trim().slice(11)}+07:00`
  return vietnamIso(Date.parse(iso))
}

function vietnamIso(at: number): string | undefined {
  if (!Number.isFinite(at) || Math.abs(at) > 8e15) return undefined
  return new Date(at + 7 * 3_600_000).toISOString().replace('Z', '+07:00')
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
