import { randomUUID } from 'node:crypto'
import { AppError, type ErrorCode } from '../../shared/errors.ts'
import type { HubRoad } from '../../shared/ipc/contract.ts'
import { startDeadline } from './deadline.ts'
import type { Http, HttpResponse } from './http.ts'
import { MAXIMUM_REFUSAL_BYTES, recordOf, textField, textOf } from './reply.ts'
import type { CallOptions, RoadReceipt } from './transport.ts'

/** Version 1 of the X-Road message protocol for REST (PR-REST section 4.1). */
const PROTOCOL_VERSION = 'r1'
/** Evidence is a few hundred kilobytes beside the packet; its server may have to make a time stamp first. */
const EVIDENCE_MS = 180_000
const EVIDENCE_IDLE_MS = 60_000

/**
 * Carries requests over X-Road REST: every one names our subsystem and has an id of its own, by which the
 * security servers log and sign it. What a security server itself says (PR-REST section 4.3, `X-Road-Error`)
 * becomes an error that names it; everything else is the hub's answer. Without a road, `http` as it is.
 */
export function overRoad(http: Http, road: HubRoad | undefined): Http {
  if (road === undefined) return http
  const client = encoded(road.client)
  return {
    async request(request) {
      const response = await http.request({
        ...request,
        headers: { ...request.headers, 'X-Road-Client': client, 'X-Road-Id': request.id ?? randomUUID() },
      })
      const type = response.header('x-road-error')
      if (type !== undefined) throw await roadFailure(type, response)
      return response
    },
    close: () => http.close(),
  }
}

/** Where a service begins at its security server; without a road, `base` as it is. Ends with a slash. */
export function roadBase(base: string, road: HubRoad | undefined): string {
  return road === undefined ? base : `${base}${PROTOCOL_VERSION}/${encoded(road.service)}/`
}

/** What the security servers wrote over an answer, for the record of the attempt; undefined where none did. */
export function roadReceiptOf(response: Pick<HttpResponse, 'header'>): RoadReceipt | undefined {
  const requestId = response.header('x-road-request-id')
  if (requestId === undefined) return undefined
  const requestHash = response.header('x-road-request-hash')
  const service = response.header('x-road-service')
  return {
    requestId,
    ...(requestHash === undefined ? {} : { requestHash }),
    ...(service === undefined ? {} : { service }),
  }
}

/**
 * The signed and time-stamped records that our security server keeps of one attempt: a ZIP of ASiC-E
 * containers (UG-SIGDOC section 2.1). The request starts with the first read.
 *
 * @param base the address of the security server, with its slash
 * @param attemptId the `X-Road-Id` of the attempt
 * @throws AppError `road/evidence-missing` when the server has none, or none yet: time stamps may come later
 */
export async function* roadEvidence(
  http: Http,
  { base, road, attemptId }: { readonly base: string; readonly road: HubRoad; readonly attemptId: string },
  { signal }: CallOptions,
): AsyncGenerator<Uint8Array> {
  const [xRoadInstance = '', memberClass = '', memberCode = '', subsystemCode] = road.client.split('/')
  const url = new URL('/asic', base)
  const query = { queryId: attemptId, xRoadInstance, memberClass, memberCode, subsystemCode }
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(name, value)
  }
  const deadline = startDeadline(signal, EVIDENCE_MS, EVIDENCE_IDLE_MS)
  let response: HttpResponse | undefined
  try {
    response = await http.request({ url, method: 'GET', headers: {}, signal: deadline.signal })
    if (response.status !== 200) {
      const words = await textOf(response, MAXIMUM_REFUSAL_BYTES).catch(() => '')
      throw new AppError('road/evidence-missing', `HTTP ${String(response.status)}`, {
        detail: words.trim().slice(0, 200),
      })
    }
    for await (const chunk of response.body) {
      deadline.touch()
      yield chunk
    }
  } finally {
    deadline.end()
    response?.discard()
  }
}

/**
 * Failures after which the request certainly went no further than the server that names them. Version 7
 * writes `AccessDenied`, version 8 `access_denied`: compared without case and underscores. Everything else
 * may have happened on the way back, after the hub had accepted.
 */
const STOPPED_BY: readonly { readonly type: RegExp; readonly code: ErrorCode }[] = [
  { type: /^client\b/, code: 'road/client-refused' },
  {
    type: /^server\.clientproxy\.(sslauthenticationfailed|unknownmember|invalidclientidentifier|invalidsecurityserver)$/,
    code: 'road/client-refused',
  },
  {
    type: /^server\.serverproxy\.(accessdenied|unknownservice|servicedisabled)$/,
    code: 'road/service-refused',
  },
  { type: /^server\.(clientproxy|serverproxy)\.maintenancemode$/, code: 'hub/busy' },
]

async function roadFailure(type: string, response: HttpResponse): Promise<AppError> {
  const fields = recordOf(await textOf(response, MAXIMUM_REFUSAL_BYTES).catch(() => ''))
  const message = fields === undefined ? '' : textField(fields, 'message')
  const plain = type.toLowerCase().replaceAll('_', '')
  const code =
    STOPPED_BY.find((one) => one.type.test(plain))?.code ??
    (plain.startsWith('server.serverproxy') ? 'road/far-server-failed' : 'road/own-server-failed')
  return new AppError(code, `the security server answers ${type}`, {
    detail: message === '' ? type : `${type}: ${message}`,
  })
}

/** An identifier with each part percent-encoded by itself (PR-REST section 4.2). */
function encoded(identifier: string): string {
  return identifier.split('/').map(encodeURIComponent).join('/')
}
