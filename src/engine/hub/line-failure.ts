import { networkInterfaces } from 'node:os'
import type { TLSSocket } from 'node:tls'
import { errors } from 'undici'
import { AppError, type ErrorCode } from '../../shared/errors.ts'

/** Names that the system's resolver could not turn into an address. */
const NAME_CODES: ReadonlySet<string> = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'EAI_FAIL',
  'EAI_NONAME',
  'EAI_NODATA',
])
/** The system knows of no way out at all. */
const NO_NETWORK_CODES: ReadonlySet<string> = new Set(['ENETUNREACH', 'ENETDOWN'])
/** The server ended the handshake over our certificate, or for want of one (alerts of RFC 8446 section 6.2). */
const CLIENT_CERTIFICATE =
  /CERTIFICATE_REQUIRED|ALERT_(CERTIFICATE_(UNKNOWN|EXPIRED|REVOKED)|(BAD|NO|UNSUPPORTED)_CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED)/
/** Anything else that is said about TLS: no common version, no TLS at that port at all. */
const SECURE_LINE = /^(ERR_SSL_|ERR_TLS_|EPROTO$)/
/** How undici says that a proxy answered 407 to a plain request. */
const PROXY_LOGIN_CODE = 'UND_ERR_INVALID_ARG'

/**
 * What servers said in TLS alerts before they hung up. undici reports only that they hung up; in TLS 1.3 a
 * server that wants a certificate of ours says so after the handshake, when undici has the socket.
 */
export interface Alerts {
  watch(socket: TLSSocket): void
  /** The alert on the socket that an error of undici tells of. */
  before(cause: unknown): Error | undefined
}

/** Begins to listen for alerts. */
export function listenForAlerts(): Alerts {
  const byPort = new Map<number, Error>()
  return {
    watch(socket) {
      const port = socket.localPort
      if (port === undefined) return
      byPort.delete(port)
      socket.once('error', (error: Error) => {
        if ('code' in error && CLIENT_CERTIFICATE.test(String(error.code))) byPort.set(port, error)
      })
    },
    before(cause) {
      const port = cause instanceof errors.SocketError ? cause.socket?.localPort : undefined
      return port === undefined ? undefined : byPort.get(port)
    },
  }
}

/** Under what circumstances a request failed. */
export interface FailedAttempt {
  readonly signal: AbortSignal | undefined
  /** A proxy was at the other end of the connection itself: its name, its refusal. */
  readonly byProxy: boolean
  readonly alerts?: Alerts
}

/**
 * What the failure of a request says, named by the hop where it happened.
 *
 * @returns the signal's reason where it ended the request, an error of ours as it was thrown, an `AppError`
 *   `hub/*` for what befalls lines, and anything else (a bug) as it is
 */
export function lineFailure(cause: unknown, { signal, byProxy, alerts }: FailedAttempt): unknown {
  if (signal?.aborted === true) return signal.reason
  const ours = appErrorIn(cause)
  if (ours !== undefined) return ours
  const codes = codesOf(alerts?.before(cause) ?? cause)
  if (codes.includes(PROXY_LOGIN_CODE)) {
    return byProxy ? new AppError('hub/proxy-login', 'the proxy answers 407', { cause }) : cause
  }
  return new AppError(meaningOf(codes, byProxy), `no connection: ${codes[0] ?? String(cause)}`, { cause })
}

function meaningOf(codes: readonly string[], byProxy: boolean): ErrorCode {
  const isName = codes.some((code) => NAME_CODES.has(code))
  if (codes.some((code) => NO_NETWORK_CODES.has(code)) || (isName && !hasNetwork())) return 'hub/no-network'
  if (codes.some((code) => CLIENT_CERTIFICATE.test(code))) return 'hub/client-certificate-refused'
  if (codes.some((code) => SECURE_LINE.test(code))) return 'hub/secure-line-failed'
  if (byProxy) return 'hub/proxy-unreachable'
  if (isName) return 'hub/name-unknown'
  // Where several addresses were tried, one that was reached and refused says more than one that was not.
  return codes.includes('ECONNREFUSED') ? 'hub/connection-refused' : 'hub/unreachable'
}

/** Whether this PC has any address but its own loopback. */
export function hasNetwork(): boolean {
  return Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ internal }) => !internal))
}

/** An error of ours that came back inside another: undici and the name resolution wrap what they are told. */
function appErrorIn(cause: unknown): AppError | undefined {
  if (cause instanceof AppError) return cause
  if (cause instanceof AggregateError) return cause.errors.map(appErrorIn).find((one) => one !== undefined)
  return cause instanceof Error ? appErrorIn(cause.cause) : undefined
}

/** Codes of an error and of everything it wraps (several addresses tried make an AggregateError). */
function codesOf(cause: unknown): string[] {
  if (!(cause instanceof Error)) return []
  const own = 'code' in cause && typeof cause.code === 'string' ? [cause.code] : []
  const wrapped = cause instanceof AggregateError ? cause.errors.flatMap((one) => codesOf(one)) : []
  return [...own, ...wrapped, ...codesOf(cause.cause)]
}
