import { createHash, randomUUID } from 'node:crypto'
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { strToU8, zipSync } from 'fflate'
import { z } from 'zod'
import type { FaultBoard } from './faults.ts'
import type { Offices } from './offices.ts'
import { sendJson, sendText } from './wire.ts'

/** The subsystem that the hub's services are registered under. */
const PROVIDER = 'VN-TEST/GOV/TRUC/LIENTHONG'
const SERVICES = ['vxp', 'lgsp']

/** What a security server tells its client on failure: the type also stands in `X-Road-Error`. */
interface RoadError {
  readonly type: string
  readonly message: string
}

/** A request that came over the road, until it is answered. */
export interface Passage {
  /** Logs the message and writes the headers of the answer. Call it when the whole body is there. */
  carried(body: Buffer): void
  /** Answers with the fault that was set for after the work, if there is one. */
  failedAfter(): boolean
}

const record = z.object({
  id: z.string(),
  client: z.string(),
  service: z.string(),
  at: z.string(),
  requestHash: z.string(),
})

/**
 * Two security servers in front of the hub, as its clients meet them: X-Road REST (PR-REST) and the download
 * of signed documents (UG-SIGDOC). Everything they refuse they refuse with `X-Road-Error`. What the message
 * log hands out has the form of the evidence, but nobody's signature.
 */
export function openRoad(directory: string, offices: Offices, faults: FaultBoard, now: () => number) {
  const logPath = join(directory, 'road.jsonl')

  function fail(response: ServerResponse, { type, message }: RoadError): void {
    response.setHeader('X-Road-Error', type)
    sendJson(response, type.startsWith('Client.') ? 400 : 500, { type, message, detail: randomUUID() })
  }

  /** A request to `/r1/`. Undefined when it got no further and is answered already. */
  function enter(
    url: URL,
    request: IncomingMessage,
    response: ServerResponse,
    operation: string,
  ): Passage | undefined {
    const client = decoded(headerOf(request, 'x-road-client'))
    const parts = decoded(url.pathname).split('/').slice(2)
    const provider = parts.slice(0, 4).join('/')
    const service = parts[4] ?? ''
    const id = headerOf(request, 'x-road-id') || randomUUID()
    const fault = faults.hit(faults.current.road, operation)
    const refused = refusalOf(client, provider, service) ?? (fault?.after === true ? undefined : fault)
    if (refused !== undefined) {
      fail(response, refused)
      request.resume()
      return undefined
    }
    return {
      carried(body) {
        const { pathname, search } = url
        const head = sha512(Buffer.from(`${request.method ?? ''} ${pathname}${search}\r\n${client}\r\n${id}`))
        const requestHash = sha512(Buffer.concat([head, sha512(body)])).toString('base64')
        const at = new Date(now()).toISOString()
        const line = { id, client, service: `${provider}/${service}`, at, requestHash }
        appendFileSync(logPath, `${JSON.stringify(line)}\n`)
        response.setHeader('X-Road-Id', id)
        response.setHeader('X-Road-Client', client)
        response.setHeader('X-Road-Service', line.service)
        response.setHeader('X-Road-Request-Id', randomUUID())
        response.setHeader('X-Road-Request-Hash', requestHash)
      },
      failedAfter() {
        if (fault?.after !== true) return false
        fail(response, fault)
        return true
      },
    }
  }

  function refusalOf(client: string, provider: string, service: string): RoadError | undefined {
    if (!offices.all().some(({ road }) => road === client)) {
      return { type: 'Server.ClientProxy.UnknownMember', message: `Client '${client}' not found` }
    }
    if (provider !== PROVIDER || !SERVICES.includes(service)) {
      return {
        type: 'Server.ServerProxy.UnknownService',
        message: `Unknown service: ${provider}/${service}`,
      }
    }
    return undefined
  }

  /** `GET /asic`: what the message log has of one request of one client. */
  function evidence(url: URL, response: ServerResponse): void {
    const asked = (name: string) => url.searchParams.get(name) ?? ''
    const member = ['xRoadInstance', 'memberClass', 'memberCode', 'subsystemCode'].map(asked)
    const client = member.filter((part) => part !== '').join('/')
    const found = records().filter((one) => one.id === asked('queryId') && one.client === client)
    if (faults.hit(faults.current.noEvidence, 'asic') !== undefined || found.length === 0) {
      sendText(response, 404, 'text/plain', 'No signed documents found')
      return
    }
    const containers = found.flatMap((one, place) =>
      ['request', 'response'].map((side) => [
        `${encodeURIComponent(one.id)}-${side}-${String(place).padStart(10, '0')}.asice`,
        container(one, side),
      ]),
    )
    const bytes = zipSync(Object.fromEntries(containers) as Record<string, Uint8Array>)
    response.writeHead(200, { 'Content-Type': 'application/zip', 'Content-Length': bytes.length }).end(bytes)
  }

  function records(): z.output<typeof record>[] {
    if (!existsSync(logPath)) return []
    const lines = readFileSync(logPath, 'utf8').split('\n')
    return lines.filter((line) => line !== '').map((line) => record.parse(JSON.parse(line)))
  }

  return { enter, evidence }
}

/** The outside of an ASiC-E container (ETSI EN 319 162-1): mimetype first and stored, then the message. */
function container(one: z.output<typeof record>, side: string): Uint8Array {
  return zipSync({
    mimetype: [strToU8('application/vnd.etsi.asic-e+zip'), { level: 0 }],
    'message.rest': strToU8(JSON.stringify({ side, ...one })),
  })
}

function sha512(bytes: Buffer): Buffer {
  return createHash('sha512').update(bytes).digest()
}

function headerOf(request: IncomingMessage, name: string): string {
  const value = request.headers[name]
  return typeof value === 'string' ? value : ''
}

function decoded(identifier: string): string {
  return identifier.split('/').map(decodeURIComponent).join('/')
}
