import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import {
  createServer as createHttpServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import { createServer as createNetServer, type AddressInfo, type Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openDesk } from './desk.ts'
import { faultBoard } from './faults.ts'
import { openLedger } from './ledger.ts'
import { lgspProtocol } from './lgsp.ts'
import { openOffices } from './offices.ts'
import { PacketRefusal } from './packet.ts'
import { NotAuthentic, outcome, type Answer, type Protocol } from './protocol.ts'
import { openRoad } from './road.ts'
import { sdkProtocol, type SdkOptions } from './sdk.ts'
import { bodyOf, selectRange, sendJson, sendPieces, sendText } from './wire.ts'

/** How a hub is started. */
export interface HubOptions extends SdkOptions {
  readonly dataDirectory: string
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  /** Hands packets on with the header in the hub's order and a TraceHeader of its own. */
  readonly reserialise: boolean
  readonly maxPacketBytes: number
  /** The beginning of every path that is answered; anything else is refused unread, `/_sim/` too. Default: all. */
  readonly onlyBelow?: string
  /** Lets broken transfers go on where they stopped, and says so to whoever asks by OPTIONS. */
  readonly resumable: boolean
}

/** A hub that listens. */
export interface Hub {
  readonly url: string
  stop(): Promise<void>
}

const FRAMING_BYTES = 64 * 1024

/**
 * Starts a hub over a folder: `offices.json` says who takes part, `ledger.jsonl` and `packets/` are its
 * memory, `control.json` holds the token for `/_sim/`.
 */
export async function startHub(options: HubOptions): Promise<Hub> {
  const { onlyBelow = '/' } = options
  const faults = faultBoard()
  const now = () => Date.now() + faults.current.clockOffsetMs
  const offices = openOffices(options.dataDirectory)
  const ledger = openLedger(options.dataDirectory, now)
  const desk = openDesk({ ...options, offices, ledger, faults, now })
  const sdk = sdkProtocol(desk, offices, now, options)
  const lgsp = lgspProtocol(desk, offices)
  const road = openRoad(options.dataDirectory, offices, faults, now)
  const uploads = options.resumable
    ? await (await import('./uploads.ts')).openUploads({ ...options, desk, faults, refuse })
    : undefined
  const controlPath = join(options.dataDirectory, 'control.json')
  const token = controlToken(controlPath)

  async function answerOperation(
    url: URL,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const { current } = faults
    const protocol = /\/lgsp\//.test(url.pathname) ? lgsp : sdk
    const name = url.pathname.replace(/^.*\//, '')
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
    if (url.pathname === '/asic') {
      road.evidence(url, response)
      return
    }
    const isCarried = url.pathname.startsWith('/r1/')
    const passage = isCarried ? road.enter(url, request, response, name) : undefined
    if (isCarried && passage === undefined) return
    const status = faults.hit(current.status, name)
    if (status !== undefined) {
      if (status.retryAfter !== undefined) response.setHeader('Retry-After', String(status.retryAfter))
      sendJson(response, status.code, outcome(protocol, String(status.code), 'told to fail'))
      return
    }
    if (uploads?.isAbout(url) === true) {
      await uploads.answer(protocol, url, request, response)
      return
    }
    const operation = protocol.operations[name]
    const mayResume = options.resumable && operation?.ranged === true
    if (request.method === 'OPTIONS' && mayResume) {
      response.writeHead(204, { Allow: `OPTIONS, ${operation.method}`, 'Accept-Ranges': 'bytes' }).end()
      return
    }
    if (operation === undefined || (request.method !== operation.method && request.method !== 'POST')) {
      sendJson(response, 404, outcome(protocol, '404', `no operation ${String(request.method)} ${name}`))
      return
    }
    let by = ''
    try {
      const caller = protocol.authenticate(request, url)
      by = caller.office.organId
      const body = await bodyOf(request, options.maxPacketBytes + FRAMING_BYTES, {
        bytesPerSecond: current.bytesPerSecond,
        cutAfterBytes: name === 'sendEdoc' ? current.cutAfterBytes : null,
      })
      if (body === undefined) return
      passage?.carried(body)
      if (current.delayMs > 0) await sleep(current.delayMs)
      const refusal = faults.hit(current.refuse, name)
      if (refusal !== undefined) throw new PacketRefusal(refusal.code, refusal.desc)
      const answer = operation.perform(caller, body, request.headers['content-type'] ?? '')
      if (faults.hit(current.dropAnswerAfterAccept, name) !== undefined) {
        request.socket.destroy()
      } else if (passage?.failedAfter() !== true) {
        await sendAnswer(response, protocol, answer, mayResume ? request.headers : undefined)
      }
    } catch (cause) {
      if (cause instanceof NotAuthentic) {
        refuse(name, by, '15', cause.message)
        sendJson(response, protocol.strangerStatus, outcome(protocol, '15', cause.message))
      } else if (cause instanceof PacketRefusal) {
        refuse(name, by, cause.code, cause.message)
        sendJson(response, 200, outcome(protocol, cause.code, cause.message))
      } else throw cause
    }
  }

  function refuse(operation: string, by: string, code: string, description: string): void {
    ledger.append({ event: 'refused', operation, by, code, description })
  }

  /** `ranges` are the headers that may ask for a part of a file. */
  async function sendAnswer(
    response: ServerResponse,
    protocol: Protocol,
    answer: Answer,
    ranges: IncomingHttpHeaders | undefined,
  ): Promise<void> {
    const fine = outcome(protocol, '0', '')
    if ('fields' in answer) {
      sendJson(response, 200, { ...fine, ...answer.fields })
    } else if (answer.base64) {
      const head = `${JSON.stringify(fine).slice(0, -1)},"data":"`
      const content = Buffer.from(answer.file.toString('base64'), 'latin1')
      response.setHeader('Content-Type', 'application/json; charset=utf-8')
      await sendPieces(response, { head, content, tail: '"}' }, faults.current)
    } else {
      const content = ranges === undefined ? answer.file : selectRange(response, answer, ranges)
      response.setHeader('Content-Type', 'application/octet-stream')
      await sendPieces(response, { head: '', content, tail: '' }, faults.current)
    }
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
      const docId = desk.inject(body, url.searchParams.get('to') ?? '', {
        kind: url.searchParams.get('kind') === 'status' ? 'status' : 'edoc',
        from: url.searchParams.get('from') ?? 'unknown',
        documentId: url.searchParams.get('documentId') ?? '',
      })
      sendJson(response, 200, { docId })
    } else {
      sendJson(response, 404, { error: `nothing at ${url.pathname}` })
    }
  }

  const http = createHttpServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://hub')
    if (!url.pathname.startsWith(onlyBelow)) {
      response.setHeader('Connection', 'close')
      sendJson(response, 404, { error: 'nothing is here' })
      return
    }
    const control = url.pathname.startsWith('/_sim/')
    if (faults.current.down && !control) {
      request.socket.destroy()
      return
    }
    const work = control ? answerControl(url, request, response) : answerOperation(url, request, response)
    work.catch((cause: unknown) => {
      if (response.headersSent || request.socket.destroyed) request.socket.destroy()
      else
        sendJson(
          response,
          control ? 400 : 500,
          outcome(sdk, '20', cause instanceof Error ? cause.message : String(cause)),
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
