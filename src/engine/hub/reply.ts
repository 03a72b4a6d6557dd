import { AppError, type ErrorCode } from '../../shared/errors.ts'
import type { HttpResponse } from './http.ts'
import type { ServerClock } from './server-clock.ts'

/** The fields of a JSON object as it came: nothing about them is known yet. */
export type Fields = Readonly<Record<string, unknown>>

/** What a hub's answers mean where nobody published it (hub-api section 8). */
export interface ReplyMeaning {
  readonly serverClock: ServerClock
  /** Meanings of the hub's ErrorCode; what is not among them is `hub/refused` with the hub's own words. */
  readonly errorCodes: Readonly<Record<string, ErrorCode>>
  /** A refusal counts as `hub/clock-skew` when the time we signed was off by more, in milliseconds. */
  readonly allowedClockSkewMs: number
}

/** Codes seen in a provincial hub (hub-api section 6); all others are shown with the hub's own words. */
export const ERROR_CODES: Readonly<Record<string, ErrorCode>> = {
  '15': 'hub/unauthorised',
  '18': 'hub/recipient-unknown',
  '20': 'hub/server-error',
}
/** Nobody published the hub's window; five minutes are usual for signed requests. */
export const ALLOWED_SKEW_MS = 300_000
/** What a hub says of a packet that is not there (hub-api 4.5). */
const PACKET_GONE_CODE = '100'
/** The longest answer that is read into memory. */
export const MAXIMUM_ANSWER_BYTES = 64 * 1024 * 1024
/** A refusal has a few words; more is something else. */
export const MAXIMUM_REFUSAL_BYTES = 256 * 1024

/** Reads what a hub answers: its HTTP status, its `status` and `ErrorCode`. */
export function replyReader({ serverClock, errorCodes, allowedClockSkewMs }: ReplyMeaning) {
  function unauthorised(response: HttpResponse, detail: string): AppError {
    const off = serverClock.offBefore(response)
    if (off !== undefined && Math.abs(off) > allowedClockSkewMs) {
      return new AppError('hub/clock-skew', `refused, and the time we signed is off by ${String(off)} ms`, {
        detail,
      })
    }
    return new AppError('hub/unauthorised', 'the hub refuses our system id or secret', { detail })
  }

  /** Throws what an HTTP status other than 200 or 201 means. Reads the body for the hub's own words. */
  async function refuseStatus(response: HttpResponse): Promise<void> {
    const { status } = response
    if (status === 200 || status === 201) return
    const retryAfterMs = retryAfterOf(response.header('retry-after'), serverClock.now())
    const text = await textOf(response, MAXIMUM_REFUSAL_BYTES).catch(() => '')
    const fields = recordOf(text)
    const detail = (fields === undefined ? '' : wordsOf(fields)) || `HTTP ${String(status)}`
    const more = { detail, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }
    if (status === 401 || status === 403) throw unauthorised(response, detail)
    // A 413 that names a time is about the moment, not about the size (RFC 9110 section 15.5.14).
    if (status === 413 && retryAfterMs === undefined) throw new AppError('hub/too-large', 'HTTP 413', more)
    if (status === 429 || status === 503 || status === 413) {
      throw new AppError('hub/busy', `HTTP ${String(status)}`, more)
    }
    if (status === NETWORK_LOGIN) throw notFromHub(response, text)
    if (MISSING.has(status)) throw new AppError('hub/operation-missing', `HTTP ${String(status)}`, more)
    if (status >= 500 || status === 408) {
      throw new AppError('hub/server-error', `HTTP ${String(status)}`, more)
    }
    if (status === 407) throw new AppError('hub/proxy-login', 'the proxy wants a name and a password', more)
    if (status < 400 || looksLikeHtml(text)) throw notFromHub(response, text)
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
    const meaning = errorCodes[code] ?? 'hub/refused'
    if (meaning === 'hub/unauthorised') throw unauthorised(response, detail)
    throw new AppError(meaning, `the hub answers ${status} ${code}`, { detail })
  }

  /** As refuseFailure, where the call is about one packet that may be gone. */
  function refuseGone(fields: Fields, response: HttpResponse): void {
    if (textField(fields, 'ErrorCode', 'errorCode') === PACKET_GONE_CODE) {
      throw new AppError('hub/packet-gone', 'the hub has no such packet', { detail: wordsOf(fields) })
    }
    refuseFailure(fields, response)
  }

  return { refuseFailure, refuseGone, refuseStatus }
}

/**
 * The whole body as text.
 * @throws AppError `hub/not-json` when it is longer than `limit` bytes
 */
export async function textOf(response: HttpResponse, limit = MAXIMUM_ANSWER_BYTES): Promise<string> {
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

/** Whether a page for people came where a program should have answered. */
export function looksLikeHtml(text: string): boolean {
  return text.trimStart().startsWith('<')
}

/** Not Found, Method Not Allowed, Gone, Not Implemented: nobody serves this operation at this address. */
const MISSING: ReadonlySet<number> = new Set([404, 405, 410, 501])

/** Network Authentication Required, RFC 6585 section 6. */
const NETWORK_LOGIN = 511

/**
 * What it means that something answered which is no hub. On a plain line a login page or a way to one is what
 * captive portals put in the hub's place; over TLS the server itself must have said it.
 */
export function notFromHub(response: HttpResponse, text: string): AppError {
  const { status, url } = response
  const detail = elsewhereOf(response) ?? (titleOf(text) || `HTTP ${String(status)}`)
  // Nginx, which stands before many a server, finishes the handshake and says it in a page of its own.
  if (status === 400 && /\bSSL certificate\b/i.test(titleOf(text))) {
    return new AppError('hub/client-certificate-refused', 'the server wants a certificate', { detail })
  }
  const isPage = status === 200 && (isWebPage(response) || looksLikeHtml(text))
  if (url.protocol === 'http:' && (isForeign(response) || isPage)) {
    return new AppError('hub/captive-portal', `HTTP ${String(status)}, a page for people`, { detail })
  }
  return new AppError('hub/not-json', `HTTP ${String(status)}, not from a hub`, { detail })
}

/** Whether the answer by its status alone is somebody else's than the server's: a way elsewhere, a login. */
export function isForeign(response: HttpResponse): boolean {
  return response.status === NETWORK_LOGIN || elsewhereOf(response) !== undefined
}

/** Whether the answer calls itself a page for people. */
export function isWebPage(response: HttpResponse): boolean {
  return /^text\/html/i.test(response.header('content-type') ?? '')
}

/** The host that a redirect leads to, where it is another one. */
function elsewhereOf(response: HttpResponse): string | undefined {
  const location = response.header('location')
  if (response.status < 300 || response.status >= 400 || location === undefined) return undefined
  if (!URL.canParse(location, response.url.href)) return undefined
  const { host } = new URL(location, response.url.href)
  return host === response.url.host ? undefined : host
}

function titleOf(page: string): string {
  return /<title[^>]*>([^<]{1,100})/i.exec(page)?.[1]?.trim() ?? ''
}

/** A JSON value that is an object, else undefined. */
export function asRecord(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined
}

/** The JSON object in a text, else undefined: the caller knows what an unreadable answer means at its place. */
export function recordOf(text: string): Fields | undefined {
  try {
    return asRecord(JSON.parse(text.replace(/^\uFEFF/, '')))
  } catch {
    return undefined
  }
}

/**
 * The JSON object that an answer must be.
 * @throws AppError `hub/not-json`, `hub/captive-portal`
 */
export function fieldsOf(text: string, response: HttpResponse): Fields {
  const fields = recordOf(text)
  if (fields === undefined) throw notFromHub(response, text)
  return fields
}

/** The first of the named fields that holds text or a number; empty when none does. */
export function textField(fields: Fields, ...names: string[]): string {
  for (const name of names) {
    const value = fields[name]
    if (typeof value === 'string') return value.trim()
    if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  }
  return ''
}

/** The hub's own words, for the clerk to quote: code and description verbatim. */
function wordsOf(fields: Fields): string {
  const code = textField(fields, 'ErrorCode', 'errorCode')
  const description = textField(fields, 'ErrorDesc', 'errorDesc', 'message')
  return [code, description].filter((part) => part !== '').join(': ')
}

/** Whoever says to come back next year is asked again earlier: it may be a slip, or a clock gone wrong. */
const LONGEST_RETRY_AFTER_MS = 3_600_000

/** Retry-After in seconds or as a date, in milliseconds from now, at most an hour. */
function retryAfterOf(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined
  const wait = /^\d+$/.test(value.trim()) ? Number(value) * 1000 : Date.parse(value) - now
  return Number.isNaN(wait) ? undefined : Math.min(LONGEST_RETRY_AFTER_MS, Math.max(0, wait))
}
