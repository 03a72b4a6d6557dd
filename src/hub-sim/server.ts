import { createHash, randomBytes, randomUUID } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createNetServer, type AddressInfo, type Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { authenticate, NotAuthentic, type SignedRequest } from './authentication.ts'
import { faultBoard } from './faults.ts'
import { openLedger, type AcceptedPacket, type Acknowledgement, type PacketKind } from './ledger.ts'
import { partOf } from './multipart.ts'
import { openOffices, type Office } from './offices.ts'
import { PacketRefusal, readRoutedPacket, type RoutedPacket } from './packet.ts'

/** How a hub is started. */
export interface HubOptions {
  readonly dataDirectory: string
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  /** Largest difference between a time stamp and the hub's clock. */
  readonly maxSkewMs: number
  /** Hands packets on with the header in the hub's order and a TraceHeader of its own. */
  readonly reserialise: boolean
  /** Which forms of `hash-file` are taken. */
  readonly hashForms: 'both' | 'sdk' | 'padded'
  /** Names the SHA-256 of packets in lists. */
  readonly listsHashes: boolean
  readonly maxPacketBytes: number
}

/** A hub that listens. */
export interface Hub {
  readonly url: string
  stop(): Promise<void>
}

/** An operation's answer: fields beside status and ErrorCode, or a file. */
type Answer =
  { readonly fields: Readonly<Record<string, unknown>> } | { readonly file: Buffer; readonly base64: boolean }

interface Operation {
  readonly method: 'GET' | 'POST'
  /** `body` is the whole request body. */
  readonly perform: (request: SignedRequest, body: Buffer, contentType: string) => Answer
}

const PIECE_BYTES = 64 * 1024
const FRAMING_BYTES = 64 * 1024

/**
 * Starts a hub over a folder: `offices.json` says who takes part, `ledger.jsonl` and `packets/` are its
 * memory, `control.json` holds the token for `/_sim/`.
 */
export async function startHub(options: HubOptions): Promise<Hub> {
  const faults = faultBoard()
  const now = () => Date.now() + faults.current.clockOffsetMs
  const offices = openOffices(options.dataDirectory)
  const ledger = openLedger(options.dataDirectory, now)
  const packetDirectory = join(options.dataDirectory, 'packets')
  mkdirSync(packetDirectory, { recursive: true })
  const controlPath = join(options.dataDirectory, 'control.json')
  const token = controlToken(controlPath)

  function keep(name: string, bytes: Buffer): void {
    const file = openSync(join(packetDirectory, name), 'wx')
    writeSync(file, bytes)
    fsyncSync(file)
    closeSync(file)
  }

  function accept(
    routed: Omit<RoutedPacket, 'served'>,
    sent: Buffer,
    served: Buffer,
    to: readonly string[],
    origin: AcceptedPacket['origin'],
  ): string {
    const docId = randomUUID()
    // The bytes are on disk before the ledger says so: a packet in the ledger can always be fetched.
    keep(`${docId}.edxml`, served)
    if (origin === 'sent') keep(`${docId}.sent.edxml`, sent)
    ledger.append({
      event: 'accepted',
      docId,
      kind: routed.kind,
      from: routed.from,
      to,
      documentId: routed.documentId,
      notation: routed.notation,
      subject: routed.subject,
      sha256: sha256Of(sent),
      sizeBytes: sent.length,
      servedSha256: sha256Of(served),
      servedSizeBytes: served.length,
      origin,
    })
    return docId
  }

  function recipient(organId: string): string {
    const office = offices.byOrganId(organId)
    if (office === undefined) throw new PacketRefusal('18', `recipient ${organId} does not exist`)
    return office.organId
  }

  function sendEdoc(request: SignedRequest, body: Buffer, contentType: string): Answer {
    const packet = partOf(body, contentType, 'file_doc')
    if (packet === undefined) throw new PacketRefusal('10', 'there is no part file_doc')
    if (packet.length > options.maxPacketBytes) throw new PacketRefusal('21', 'the packet is too large')
    const kind = kindOf(request)
    if (!hashFormsOf(packet, options.hashForms).includes(argument(request, 'hash-file').toLowerCase())) {
      throw new PacketRefusal('21', 'hash-file is not the SHA-256 of the file')
    }
    const routed = readRoutedPacket(packet, kind, options.reserialise, vietnamTime(now(), '/'))
    if (!isOffice(request.office, argument(request, 'from')) || !isOffice(request.office, routed.from)) {
      throw new PacketRefusal('19', 'the packet is not from the agency of this system')
    }
    const to = [...new Set((narrowed(request) ?? routed.to).map(recipient))]
    const served = routed.served()
    const docId = accept(routed, packet, served, to, 'sent')
    for (let copy = 0; copy < faults.current.duplicateDeliveries; copy += 1) {
      accept(routed, packet, served, to, 'duplicate')
    }
    return { fields: { DocId: docId } }
  }

  function getEdoc(operation: string, base64: boolean) {
    return (request: SignedRequest): Answer => {
      const docId = argument(request, 'docId')
      const packet = ledger.packet(docId)
      if (packet?.to.includes(request.office.organId) !== true) {
        throw new PacketRefusal('100', `there is no packet ${docId} for this agency`)
      }
      const file = readFileSync(join(packetDirectory, `${docId}.edxml`))
      if (faults.current.corruptNext) {
        faults.current.corruptNext = false
        const middle = Math.floor(file.length / 2)
        file[middle] = (file[middle] ?? 0) ^ 0x01
      }
      ledger.append({ event: 'fetched', docId, by: request.office.organId, operation })
      return { file, base64 }
    }
  }

  function waiting(office: Office, kind: PacketKind) {
    return ledger
      .deliveries()
      .filter(
        ({ packet, to, status }) =>
          to === office.organId && packet.kind === kind && (status === 'initial' || status === 'processing'),
      )
  }

  function receivedList(request: SignedRequest): Answer {
    const kind = kindOf(request)
    const data = waiting(request.office, kind).map(({ packet, to, acceptedAt, status, changedAt }) => ({
      docId: packet.docId,
      serviceType: 'eDoc',
      messageType: kind,
      created_time: vietnamTime(Date.parse(acceptedAt), '-'),
      updated_time: vietnamTime(Date.parse(changedAt), '-'),
      from: packet.from,
      to,
      status,
      status_desc: '',
      ...(options.listsHashes ? { contentSha256: packet.servedSha256 } : {}),
      contentLength: packet.servedSizeBytes,
    }))
    return { fields: { data } }
  }

  function sentList(request: SignedRequest): Answer {
    const kind = kindOf(request)
    const docId = request.arguments.get('docId') ?? ''
    const data = ledger
      .deliveries()
      .filter(({ packet }) => isOffice(request.office, packet.from) && packet.kind === kind)
      .filter(({ packet }) => packet.origin === 'sent' && (docId === '' || packet.docId === docId))
      .map(({ packet, to, acceptedAt, status, changedAt }) => ({
        serviceType: 'eDoc',
        messageType: kind,
        senderDocId: packet.documentId,
        receiverDocId: packet.docId,
        fromCode: packet.from,
        toCode: to,
        title: packet.subject,
        notation: packet.notation,
        sentTime: vietnamTime(Date.parse(acceptedAt), '-'),
        receivedTime: status === 'initial' ? '' : vietnamTime(Date.parse(changedAt), '-'),
        sendStatus: 'done',
        sendStatusDesc: '',
        receiveStatus: status,
        receiveStatusDesc: '',
        ...(options.listsHashes ? { contentSha256: packet.sha256 } : {}),
      }))
    return { fields: { data } }
  }

  function updateStatus(request: SignedRequest): Answer {
    const docId = argument(request, 'docId')
    const status = argument(request, 'status')
    if (!isAcknowledgement(status)) throw new PacketRefusal('10', `no such status: ${status}`)
    if (ledger.packet(docId)?.to.includes(request.office.organId) !== true) {
      throw new PacketRefusal('100', `there is no packet ${docId} for this agency`)
    }
    ledger.append({ event: 'acknowledged', docId, by: request.office.organId, status })
    return { fields: {} }
  }

  const agencyList: Operation = {
    method: 'POST',
    perform: () => ({ fields: { data: directoryRows(offices.all()) } }),
  }
  const operations: Readonly<Record<string, Operation>> = {
    getReceivedEdocList: { method: 'POST', perform: receivedList },
    getSentEdocList: { method: 'POST', perform: sentList },
    sendEdoc: { method: 'POST', perform: sendEdoc },
    getEdoc: { method: 'POST', perform: getEdoc('getEdoc', true) },
    downloadEdoc: { method: 'GET', perform: getEdoc('downloadEdoc', false) },
    updateStatus: { method: 'POST', perform: updateStatus },
    countReceiveEdoc: {
      method: 'POST',
      perform: ({ office }) => ({ fields: { count: waiting(office, 'edoc').length } }),
    },
    countReceiveStatus: {
      method: 'POST',
      perform: ({ office }) => ({ fields: { count: waiting(office, 'status').length } }),
    },
    getAgenciesList: agencyList,
    getAgenciesListQD20: agencyList,
    getSynchronizeUnit: agencyList,
  }

  async function answerOperation(
    name: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const { current } = faults
    if (current.clockOffsetMs !== 0) response.setHeader('Date', new Date(now()).toUTCString())
    if (current.html) {
      sendText(
        response,
        200,
        'text/html; charset=utf-8',
        '<!DOCTYPE html><html><body>Đăng nhập mạng</body></html>',
      )
      return
    }
    const status = faults.hit(current.status, name)
    if (status !== undefined) {
      if (status.retryAfter !== undefined) response.setHeader('Retry-After', String(status.retryAfter))
      sendJson(response, status.code, {
        status: 'FAIL',
        ErrorCode: String(status.code),
        ErrorDesc: 'told to fail',
      })
      return
    }
    const operation = operations[name]
    if (operation === undefined || (request.method !== operation.method && request.method !== 'POST')) {
      sendJson(response, 404, failure('404', `no operation ${String(request.method)} ${name}`))
      return
    }
    let by = ''
    try {
      // Before the body: nobody unknown may fill the memory.
      const signed = authenticate(request, offices.bySystemId.bind(offices), now(), options.maxSkewMs)
      by = signed.office.organId
      const body = await bodyOf(request, options.maxPacketBytes + FRAMING_BYTES, {
        bytesPerSecond: current.bytesPerSecond,
        cutAfterBytes: name === 'sendEdoc' ? current.cutAfterBytes : null,
      })
      if (body === undefined) return
      if (current.delayMs > 0) await sleep(current.delayMs)
      const refusal = faults.hit(current.refuse, name)
      if (refusal !== undefined) throw new PacketRefusal(refusal.code, refusal.desc)
      const answer = operation.perform(signed, body, request.headers['content-type'] ?? '')
      if (faults.hit(current.dropAnswerAfterAccept, name) !== undefined) {
        request.socket.destroy()
      } else if ('fields' in answer) {
        sendJson(response, 200, { status: 'OK', ErrorCode: '0', ErrorDesc: '', ...answer.fields })
      } else {
        await sendFile(response, answer.file, answer.base64)
      }
    } catch (cause) {
      if (cause instanceof NotAuthentic) {
        refuse(name, by, '15', cause.message)
        sendJson(response, 401, failure('15', cause.message))
      } else if (cause instanceof PacketRefusal) {
        refuse(name, by, cause.code, cause.message)
        sendJson(response, 200, failure(cause.code, cause.message))
      } else throw cause
    }
  }

  function refuse(operation: string, by: string, code: string, description: string): void {
    ledger.append({ event: 'refused', operation, by, code, description })
  }

  async function sendFile(response: ServerResponse, file: Buffer, base64: boolean): Promise<void> {
    const { bytesPerSecond, cutAfterBytes } = faults.current
    const head = base64
      ? Buffer.from('{"status":"OK","ErrorCode":"0","ErrorDesc":"","data":"')
      : Buffer.alloc(0)
    const tail = base64 ? Buffer.from('"}') : Buffer.alloc(0)
    const content = base64 ? Buffer.from(file.toString('base64'), 'latin1') : file
    response.writeHead(200, {
      'Content-Type': base64 ? 'application/json; charset=utf-8' : 'application/octet-stream',
      'Content-Length': head.length + content.length + tail.length,
    })
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

  async function answerControl(url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.headers.authorization !== `Bearer ${token}`) {
      sendJson(response, 401, { error: 'the token of control.json is wanted' })
      return
    }
    const body = await bodyOf(request, options.maxPacketBytes, { bytesPerSecond: null, cutAfterBytes: null })
    if (body === undefined) return
    if (request.method === 'GET' && url.pathname === '/_sim/ledger') {
      sendJson(response, 200, ledger.entries())
    } else if (request.method === 'GET' && url.pathname === '/_sim/faults') {
      sendJson(response, 200, faults.current)
    } else if (request.method === 'POST' && url.pathname === '/_sim/faults') {
      const changes: unknown = JSON.parse(body.toString('utf8'))
      if (typeof changes !== 'object' || changes === null) throw new RangeError('the faults are no object')
      faults.set({ ...changes })
      sendJson(response, 200, faults.current)
    } else if (request.method === 'POST' && url.pathname === '/_sim/inject') {
      const to = recipient(url.searchParams.get('to') ?? '')
      const docId = accept(
        {
          kind: url.searchParams.get('kind') === 'status' ? 'status' : 'edoc',
          from: url.searchParams.get('from') ?? 'unknown',
          to: [to],
          documentId: url.searchParams.get('documentId') ?? '',
          notation: '',
          subject: '',
        },
        body,
        body,
        [to],
        'injected',
      )
      sendJson(response, 200, { docId })
    } else {
      sendJson(response, 404, { error: `nothing at ${url.pathname}` })
    }
  }

  const http = createHttpServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://hub')
    const control = url.pathname.startsWith('/_sim/')
    if (faults.current.down && !control) {
      request.socket.destroy()
      return
    }
    const work = control
      ? answerControl(url, request, response)
      : answerOperation(url.pathname.replace(/^.*\//, ''), request, response)
    work.catch((cause: unknown) => {
      if (response.headersSent || request.socket.destroyed) request.socket.destroy()
      else
        sendJson(
          response,
          control ? 400 : 500,
          failure('20', cause instanceof Error ? cause.message : String(cause)),
        )
    })
  })
  http.requestTimeout = 0

  // While down, a connection that does not ask for /_sim/ is destroyed at its first bytes, before HTTP.
  const sockets = new Set<Socket>()
  const front = createNetServer((socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    socket.on('error', () => undefined)
    if (!faults.current.down) {
      http.emit('connection', socket)
      return
    }
    socket.once('data', (first) => {
      if (!/^(GET|POST) \/_sim\//.test(first.toString('latin1'))) {
        socket.resetAndDestroy()
        return
      }
      socket.pause()
      http.emit('connection', socket)
      socket.unshift(first)
      socket.resume()
    })
  })
  await new Promise<void>((resolve, reject) => {
    front.once('error', reject)
    front.listen(options.port, options.host, resolve)
  })
  const { port } = front.address() as AddressInfo
  const url = `http://${options.host.includes(':') ? `[${options.host}]` : options.host}:${String(port)}`
  writeFileSync(controlPath, `${JSON.stringify({ token, url }, null, 2)}\n`, { mode: 0o600 })

  return {
    url,
    async stop() {
      const closed = new Promise<void>((resolve) => {
        front.close(() => {
          resolve()
        })
      })
      for (const socket of sockets) socket.destroy()
      await closed
      ledger.close()
    },
  }
}

/** The token survives restarts, and a caller may put one there before the first start. */
function controlToken(path: string): string {
  if (existsSync(path)) {
    const { token } = JSON.parse(readFileSync(path, 'utf8')) as { token?: unknown }
    if (typeof token === 'string' && token !== '') return token
  }
  return randomBytes(24).toString('base64url')
}

function argument(request: SignedRequest, name: string): string {
  const value = request.arguments.get(name)
  if (value === undefined) throw new PacketRefusal('10', `the argument ${name} is missing`)
  return value
}

function kindOf(request: SignedRequest): PacketKind {
  if (argument(request, 'servicetype') !== 'eDoc') throw new PacketRefusal('10', 'servicetype is not eDoc')
  const kind = argument(request, 'messagetype')
  if (kind !== 'edoc' && kind !== 'status')
    throw new PacketRefusal('10', 'messagetype is neither edoc nor status')
  return kind
}

/** The `to` argument, when it is there: JSON array text. */
function narrowed(request: SignedRequest): string[] | undefined {
  const text = request.arguments.get('to')
  if (text === undefined || text === '') return undefined
  try {
    const value: unknown = JSON.parse(text)
    if (Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string'))
      return value
  } catch {
    // Said below, as for any other text that is no list.
  }
  throw new PacketRefusal('10', 'the argument to is no list of agencies')
}

function isOffice(office: Office, organId: string): boolean {
  return organId === office.organId || (office.oldCode !== undefined && organId === office.oldCode)
}

function isAcknowledgement(status: string): status is Acknowledgement {
  return status === 'processing' || status === 'done' || status === 'fail'
}

function sha256Of(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function hashFormsOf(bytes: Buffer, forms: HubOptions['hashForms']): string[] {
  const digest = createHash('sha256').update(bytes).digest()
  const unpadded = [...digest].map((byte) => byte.toString(16)).join('')
  const padded = digest.toString('hex')
  return forms === 'both' ? [unpadded, padded] : forms === 'sdk' ? [unpadded] : [padded]
}

function directoryRows(offices: readonly Office[]) {
  const ids = new Map<string, number>()
  const idOf = (key: string) => {
    const id = ids.get(key) ?? ids.size + 1
    ids.set(key, id)
    return id
  }
  return offices.map((office) => ({
    id: idOf(office.organId),
    pid: office.parentOrganId === undefined ? 0 : idOf(office.parentOrganId),
    code: office.organId,
    name: office.name,
    mail: office.email ?? '',
    oldCode: office.oldCode ?? '',
    pname: office.parentName ?? '',
    address: office.address ?? '',
    mobile: office.telephone ?? '',
    deleted: '0',
    isAgency: '1',
  }))
}

/** `yyyy-MM-dd HH:mm:ss` in Vietnam, with the given separator in the date. */
function vietnamTime(at: number, separator: string): string {
  const iso = new Date(at + 7 * 3_600_000).toISOString()
  return `${iso.slice(0, 10).replaceAll('-', separator)} ${iso.slice(11, 19)}`
}

function failure(code: string, description: string) {
  return { status: 'FAIL', ErrorCode: code, ErrorDesc: description }
}

/** The whole body, or undefined when the connection ended (or was cut by a fault) before it came. */
async function bodyOf(
  request: IncomingMessage,
  limit: number,
  { bytesPerSecond, cutAfterBytes }: { bytesPerSecond: number | null; cutAfterBytes: number | null },
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

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  sendText(response, status, 'application/json; charset=utf-8', JSON.stringify(value))
}

function sendText(response: ServerResponse, status: number, type: string, text: string): void {
  const bytes = Buffer.from(text)
  response.writeHead(status, { 'Content-Type': type, 'Content-Length': bytes.length })
  response.end(bytes)
}
