import { createHash } from 'node:crypto'
import { lookup } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { TLSSocket } from 'node:tls'
import { Agent, Pool, ProxyAgent, buildConnector, type Dispatcher } from 'undici'
import { AppError } from '../../shared/errors.ts'

/** How to reach the security server: trust, our own certificate, the office's proxy. */
export interface ConnectionOptions {
  /** Waiting for TCP and TLS. Default 10 000 ms. */
  readonly connectTimeoutMs?: number | undefined
  /** Issuers to trust instead of the system's, PEM. */
  readonly ca?: string | undefined
  /**
   * SHA-256 of the server's certificate (DER), hex with or without colons. Replaces chain and name checks:
   * security servers are mostly self-signed and known by address only.
   */
  readonly pinnedSha256?: string | undefined
  /** Our certificate for servers that ask for one. */
  readonly clientCertificate?:
    | { readonly cert: string; readonly key: string; readonly passphrase?: string | undefined }
    | { readonly pfx: Uint8Array; readonly passphrase?: string | undefined }
    | undefined
  /** The office's HTTP proxy, `http://[name:password@]host:port`. */
  readonly proxy?: string | undefined
  /**
   * Whether a connection to this address may be opened. Asked after the name was resolved, so that no name
   * can hide where it leads. Without a proxy only: that one resolves names itself.
   */
  readonly mayConnect?: ((address: string) => boolean) | undefined
}

/** One request. Header names go out as written; values must be ASCII. */
export interface HttpRequest {
  readonly url: URL
  readonly method: 'GET' | 'HEAD' | 'OPTIONS' | 'PATCH' | 'POST'
  readonly headers: Readonly<Record<string, string>>
  /** Names the request for servers on the way that keep records (see xroad.ts); plain HTTP has no place for it. */
  readonly id?: string | undefined
  readonly body?: string | AsyncIterable<Uint8Array> | undefined
  /** Ends the request; its reason is what the caller gets. */
  readonly signal: AbortSignal
}

/** The beginning of an answer; the body follows as it arrives. Read it to the end or call `discard`. */
export interface HttpResponse {
  readonly status: number
  /** First value of a header, by lower-case name. */
  header(name: string): string | undefined
  readonly body: AsyncIterable<Uint8Array>
  discard(): void
}

/** HTTP as the hub seam needs it. */
export interface Http {
  /**
   * Never follows a redirect, never retries.
   * @throws AppError `hub/unreachable` (name, connection, reset), `hub/certificate-untrusted`, or the
   *   signal's reason. Errors of a request body's own source come out as they are.
   */
  request(request: HttpRequest): Promise<HttpResponse>
  close(): Promise<void>
}

const CONNECT_TIMEOUT_MS = 10_000
const CONNECTIONS = 4

/** Opens the one connection pool of a transport. Time limits beyond connecting are the caller's, by signal. */
export function openHttp(options: ConnectionOptions = {}): Http {
  const direct = connectorOf(options)
  const limits = { connections: CONNECTIONS, headersTimeout: 0, bodyTimeout: 0 }
  const tunnel = options.proxy === undefined ? undefined : openTunnel(options.proxy, direct, options)
  const agent: Dispatcher = new Agent({ ...limits, connect: tunnel?.connect ?? direct })
  // Plain HTTP goes through the proxy as such: most proxies refuse CONNECT to other ports than 443.
  const plain: Dispatcher =
    options.proxy === undefined
      ? agent
      : new ProxyAgent({ ...limits, uri: options.proxy, proxyTunnel: false })

  return {
    async request({ url, method, headers, body, signal }) {
      let bodyFailure: { readonly cause: unknown } | undefined
      async function* watched(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
        try {
          yield* source
        } catch (cause) {
          bodyFailure = { cause }
          throw cause
        }
      }
      try {
        signal.throwIfAborted()
        const answer = await (url.protocol === 'https:' ? agent : plain).request({
          origin: url.origin,
          path: url.pathname + url.search,
          method,
          headers: { ...headers },
          body: body === undefined || typeof body === 'string' ? (body ?? null) : asBody(watched(body)),
          signal,
        })
        return {
          status: answer.statusCode,
          header(name) {
            const value = answer.headers[name]
            return Array.isArray(value) ? value[0] : value
          },
          body: translated(answer.body, signal),
          discard() {
            // A listener first: destroying may raise an error that nobody else waits for.
            answer.body.on('error', () => undefined).destroy()
          },
        }
      } catch (cause) {
        if (bodyFailure !== undefined) throw bodyFailure.cause
        throw reasonOf(cause, signal, options.proxy !== undefined)
      }
    },
    async close() {
      await Promise.all([...new Set([agent, plain])].map((dispatcher) => dispatcher.destroy()))
      await tunnel?.close()
    },
  }
}

/** undici takes any async iterable; its types name only Node's streams. */
function asBody(source: AsyncGenerator<Uint8Array>): NonNullable<Dispatcher.DispatchOptions['body']> {
  return source as unknown as NonNullable<Dispatcher.DispatchOptions['body']>
}

async function* translated(body: AsyncIterable<unknown>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of body) {
      if (!(chunk instanceof Uint8Array)) throw new TypeError('the body came as something else than bytes')
      yield chunk
    }
  } catch (cause) {
    throw reasonOf(cause, signal, false)
  }
}

/** Failures of TLS that mean "this is not the server we trust" rather than "there is no line". */
const DISTRUST =
  /^(CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_(GET_ISSUER|VERIFY)|ERR_TLS_CERT_ALTNAME_INVALID|HOSTNAME_MISMATCH|INVALID_CA|PATH_LENGTH_EXCEEDED)/

function reasonOf(cause: unknown, signal: AbortSignal, proxied: boolean): unknown {
  if (signal.aborted) return signal.reason
  if (cause instanceof AppError) return cause
  const refused = appErrorIn(cause)
  if (refused !== undefined) return refused
  const code = codesOf(cause)
  const distrust = code.find((one) => DISTRUST.test(one))
  if (distrust !== undefined) {
    return new AppError('hub/certificate-untrusted', `the server's certificate is refused: ${distrust}`, {
      cause,
    })
  }
  // A bug of ours, unless it is undici's way to say that the proxy answered 407.
  if (!proxied && code.includes('UND_ERR_INVALID_ARG')) return cause
  return new AppError('hub/unreachable', `no connection: ${code[0] ?? String(cause)}`, { cause })
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

function connectorOf(options: ConnectionOptions): buildConnector.connector {
  const pin = options.pinnedSha256?.replaceAll(':', '').trim().toLowerCase()
  const connect = buildConnector({
    timeout: options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS,
    minVersion: 'TLSv1.2',
    // A resumed session carries no certificate to compare with the pin.
    maxCachedSessions: pin === undefined ? 100 : 0,
    rejectUnauthorized: pin === undefined,
    ...(options.ca === undefined ? {} : { ca: options.ca }),
    ...certificateOf(options),
    ...lookupOf(options),
  })
  const { mayConnect } = options
  if (mayConnect !== undefined) {
    return (target, callback) => {
      // A name is judged when it is resolved; an address written as such is never looked up.
      if (isIP(target.hostname) !== 0 && !mayConnect(target.hostname)) {
        callback(new AppError('authority/address-refused', `no connection to ${target.hostname}`), null)
      } else connect(target, callback)
    }
  }
  if (pin === undefined) return connect
  return (target, callback) => {
    connect(target, (...[error, socket]) => {
      if (error !== null) {
        callback(error, null)
      } else if (socket instanceof TLSSocket && fingerprintOf(socket) !== pin) {
        socket.destroy()
        callback(
          new AppError(
            'hub/certificate-untrusted',
            'the server shows another certificate than the pinned one',
          ),
          null,
        )
      } else {
        callback(null, socket)
      }
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

function certificateOf({ clientCertificate }: ConnectionOptions) {
  if (clientCertificate === undefined) return {}
  const secret =
    clientCertificate.passphrase === undefined ? {} : { passphrase: clientCertificate.passphrase }
  return 'pfx' in clientCertificate
    ? { pfx: Buffer.from(clientCertificate.pfx), ...secret }
    : { cert: clientCertificate.cert, key: clientCertificate.key, ...secret }
}

function fingerprintOf(socket: TLSSocket): string {
  const certificate = socket.getPeerX509Certificate()
  return certificate === undefined ? '' : createHash('sha256').update(certificate.raw).digest('hex')
}

/** TLS through the office's proxy by CONNECT; undici's own ProxyAgent leaves no place for the pin. */
function openTunnel(proxy: string, inner: buildConnector.connector, options: ConnectionOptions) {
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
          callback(new AppError('hub/unreachable', `the proxy answers ${String(statusCode)}`), null)
          return
        }
        inner({ ...target, httpSocket: socket as TLSSocket }, callback)
      },
      (cause: unknown) => {
        callback(cause instanceof Error ? cause : new Error(String(cause)), null)
      },
    )
  }
  return { connect, close: () => pool.destroy() }
}
