import { lookup } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { TLSSocket } from 'node:tls'
import { Pool, buildConnector } from 'undici'
import { AppError } from '../../shared/errors.ts'
import type { ConnectionOptions } from './connection.ts'
import { lineFailure, type Alerts } from './line-failure.ts'
import { certificateOf, distrust, isTrusted } from './server-trust.ts'

const CONNECT_TIMEOUT_MS = 10_000
/** Connections to one server, and to one proxy. */
export const CONNECTIONS = 4

/** Opens sockets to servers: TCP, TLS from 1.2 on, and the judgement of whom we meet there. */
export function connectorOf(options: ConnectionOptions, alerts: Alerts): buildConnector.connector {
  const connect = buildConnector({
    timeout: options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS,
    minVersion: 'TLSv1.2',
    // A resumed session shows no certificate to compare with a pin, and is not compared with the name again.
    maxCachedSessions: 0,
    // Node would refuse without a word about the certificate. Below nothing is sent before it is judged.
    rejectUnauthorized: false,
    ...(options.ca === undefined ? {} : { ca: options.ca }),
    ...ownCertificateOf(options),
    ...lookupOf(options),
  })
  const { mayConnect, pinnedSha256 } = options
  return (target, callback) => {
    // A name is judged when it is resolved; an address written as such is never looked up.
    if (mayConnect !== undefined && isIP(target.hostname) !== 0 && !mayConnect(target.hostname)) {
      callback(new AppError('authority/address-refused', `no connection to ${target.hostname}`), null)
      return
    }
    connect(target, (...[error, socket]) => {
      if (error !== null) {
        callback(error, null)
        return
      }
      const shown = socket instanceof TLSSocket ? certificateOf(socket) : undefined
      if (socket instanceof TLSSocket) alerts.watch(socket)
      if (shown !== undefined) options.onCertificate?.(shown)
      if (!(socket instanceof TLSSocket) || isTrusted(socket, shown, pinnedSha256)) {
        callback(null, socket)
        return
      }
      void distrust(socket, shown, pinnedSha256).then((why) => {
        socket.destroy()
        callback(why, null)
      })
    })
  }
}

/** Resolves names as usual and leaves out the addresses that may not be connected to. */
function lookupOf({ mayConnect }: ConnectionOptions): { lookup?: LookupFunction } {
  if (mayConnect === undefined) return {}
  return {
    lookup(hostname, options, callback) {
      lookup(hostname, { ...options, all: true }, (error, found) => {
        if (error !== null) {
          callback(error, '')
          return
        }
        const allowed = found.filter(({ address }) => mayConnect(address))
        const [first] = allowed
        if (first === undefined) {
          callback(new AppError('authority/address-refused', `no connection to ${hostname}`), '')
        } else if (options.all === true) callback(null, allowed)
        else callback(null, first.address, first.family)
      })
    },
  }
}

function ownCertificateOf({ clientCertificate }: ConnectionOptions) {
  if (clientCertificate === undefined) return {}
  const secret =
    clientCertificate.passphrase === undefined ? {} : { passphrase: clientCertificate.passphrase }
  return 'pfx' in clientCertificate
    ? { pfx: Buffer.from(clientCertificate.pfx), ...secret }
    : { cert: clientCertificate.cert, key: clientCertificate.key, ...secret }
}

/** TLS through the office's proxy by CONNECT; undici's own ProxyAgent leaves no place for our judgement. */
export function openTunnel(proxy: string, inner: buildConnector.connector, options: ConnectionOptions) {
  const url = new URL(proxy)
  const timeout = options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS
  const pool = new Pool(url.origin, {
    connections: CONNECTIONS,
    headersTimeout: timeout,
    connect: { timeout },
  })
  const credentials =
    url.username === ''
      ? {}
      : {
          'proxy-authorization': `Basic ${Buffer.from(
            `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`,
          ).toString('base64')}`,
        }
  const connect: buildConnector.connector = (target, callback) => {
    const path = `${target.hostname}:${target.port === '' ? '443' : target.port}`
    pool.connect({ path, headers: { host: path, ...credentials } }).then(
      ({ statusCode, socket }) => {
        if (statusCode !== 200 || !('setKeepAlive' in socket)) {
          socket.on('error', () => undefined).destroy()
          callback(refusalOf(statusCode), null)
          return
        }
        inner({ ...target, httpSocket: socket as TLSSocket }, callback)
      },
      (cause: unknown) => {
        const why = lineFailure(cause, { signal: undefined, byProxy: true })
        callback(why instanceof Error ? why : new Error(String(why)), null)
      },
    )
  }
  return { connect, close: () => pool.destroy() }
}

function refusalOf(status: number): AppError {
  if (status === 407) return new AppError('hub/proxy-login', 'the proxy answers 407')
  return new AppError('hub/proxy-refused', `the proxy answers ${String(status)}`, {
    detail: `HTTP ${String(status)}`,
  })
}
