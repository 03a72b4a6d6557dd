import { createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Office } from './offices.ts'
import { NotAuthentic, type Caller } from './protocol.ts'

const PREFIX = 'xroadvnpt-'
/** Headers with the prefix that stand outside the signature by their nature. */
const UNSIGNED = new Set(['sign-header-key', 'sign-header', 'hash-header', 'version'])

/**
 * Verifies the SDK's signature exactly: HMAC over the JSON text as sent, every header in that text equal to
 * the header as sent, the list of names equal to its keys, no argument outside it, and a fresh time stamp.
 *
 * @param now the hub's clock, epoch milliseconds
 * @throws NotAuthentic
 */
export function authenticate(
  request: IncomingMessage,
  officeOf: (systemId: string) => Office | undefined,
  now: number,
  maxSkewMs: number,
): Caller {
  const headers = rawHeaders(request)
  const text = headers.get(`${PREFIX}sign-header`) ?? ''
  const signed = readSigned(text)
  const names = [...signed.keys()]
  if (headers.get(`${PREFIX}sign-header-key`) !== names.join(';')) {
    throw new NotAuthentic('sign-header-key does not name the signed headers')
  }
  const office = officeOf(signed.get('systemid') ?? '')
  const mac = createHmac('sha256', office?.secret ?? 'nobody')
    .update(text, 'utf8')
    .digest()
  const theirs = Buffer.from(headers.get(`${PREFIX}hash-header`) ?? '', 'hex')
  if (theirs.length !== mac.length || !timingSafeEqual(theirs, mac) || office === undefined) {
    throw new NotAuthentic('wrong SystemId or SecretKey')
  }
  for (const [name, value] of signed) {
    if (headers.get(PREFIX + name.toLowerCase()) !== value) {
      throw new NotAuthentic(`the header ${name} is not what was signed`)
    }
  }
  for (const name of headers.keys()) {
    if (!name.startsWith(PREFIX)) continue
    const own = name.slice(PREFIX.length)
    if (!UNSIGNED.has(own) && !names.some((one) => one.toLowerCase() === own)) {
      throw new NotAuthentic(`the header ${own} is not signed`)
    }
  }
  for (const name of ['systemid', 'timestamp', 'Content-Type']) {
    if (!signed.has(name)) throw new NotAuthentic(`${name} is not signed`)
  }
  const at = timeOf(signed.get('timestamp') ?? '')
  if (at === undefined) throw new NotAuthentic('the time stamp is not ddMMyyyyTHHmmss+SSSS')
  if (Math.abs(at - now) > maxSkewMs)
    throw new NotAuthentic('the time stamp is too far from the time of the hub')
  return { office, arguments: signed }
}

/** Headers by lower-case name; one that comes twice is ambiguous and therefore not believed. */
function rawHeaders(request: IncomingMessage): Map<string, string> {
  const headers = new Map<string, string>()
  const raw = request.rawHeaders
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = raw[at]?.toLowerCase() ?? ''
    if (headers.has(name) && name.startsWith(PREFIX)) throw new NotAuthentic(`the header ${name} comes twice`)
    headers.set(name, raw[at + 1] ?? '')
  }
  return headers
}

function readSigned(text: string): Map<string, string> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new NotAuthentic('sign-header is no JSON')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new NotAuthentic('sign-header is no JSON object')
  }
  const signed = new Map<string, string>()
  for (const [name, one] of Object.entries(value)) {
    if (typeof one !== 'string' || !name.toLowerCase().startsWith(PREFIX)) {
      throw new NotAuthentic('sign-header holds something else than headers')
    }
    signed.set(name.slice(PREFIX.length), one)
  }
  return signed
}

/** Epoch milliseconds of `ddMMyyyyTHHmmss+SSSS`, which means Vietnam's time (UTC+7). */
function timeOf(stamp: string): number | undefined {
  const match = /^(\d\d)(\d\d)(\d{4})T(\d\d)(\d\d)(\d\d)\+(\d{4})$/.exec(stamp)
  if (match === null) return undefined
  const [day, month, year, hour, minute, second, milliseconds] = match.slice(1).map(Number)
  return Date.UTC(
    year ?? 0,
    (month ?? 1) - 1,
    day ?? 1,
    (hour ?? 0) - 7,
    minute ?? 0,
    second ?? 0,
    milliseconds ?? 0,
  )
}
