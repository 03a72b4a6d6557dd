import { Agent, ProxyAgent, type Dispatcher } from 'undici'
import type { ConnectionOptions } from './connection.ts'
import { connectorOf, CONNECTIONS, openTunnel } from './connector.ts'
import type { Http } from './http.ts'
import { lineFailure, listenForAlerts, type Alerts } from './line-failure.ts'

/** The ways out by one proxy, or by none. */
interface Route {
  readonly secure: Dispatcher
  readonly plain: Dispatcher
  close(): Promise<void>
}

/** What `openHttp` opens, with undici behind it. */
export function openHttpClient(options: ConnectionOptions): Http {
  const { proxy } = options
  const routes = new Map<string | undefined, Route>()
  const alerts = listenForAlerts()

  async function proxyFor(url: URL): Promise<string | undefined> {
    return typeof proxy === 'function' ? proxy(url) : proxy
  }

  function routeBy(way: string | undefined): Route {
    const route = routes.get(way) ?? openRoute(way, options, alerts)
    routes.set(way, route)
    return route
  }

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
      let byProxy = false
      try {
        signal.throwIfAborted()
        const isSecure = url.protocol === 'https:'
        const way = await orAborted(proxyFor(url), signal)
        // Of a tunnel's own failures the connector tells; what fails inside it is not the proxy's.
        byProxy = way !== undefined && !isSecure
        const answer = await routeBy(way)[isSecure ? 'secure' : 'plain'].request({
          origin: url.origin,
          path: url.pathname + url.search,
          method,
          headers: { ...headers },
          body: body === undefined || typeof body === 'string' ? (body ?? null) : asBody(watched(body)),
          signal,
        })
        return {
          url,
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
        throw lineFailure(cause, { signal, byProxy, alerts })
      }
    },
    async close() {
      await Promise.all([...routes.values()].map((route) => route.close()))
    },
  }
}

function openRoute(proxy: string | undefined, options: ConnectionOptions, alerts: Alerts): Route {
  const direct = connectorOf(options, alerts)
  const limits = { connections: CONNECTIONS, headersTimeout: 0, bodyTimeout: 0 }
  const tunnel = proxy === undefined ? undefined : openTunnel(proxy, direct, options)
  const secure = new Agent({ ...limits, connect: tunnel?.connect ?? direct })
  // Plain HTTP goes through the proxy as such: most proxies refuse CONNECT to other ports than 443.
  const plain = proxy === undefined ? secure : new ProxyAgent({ ...limits, uri: proxy, proxyTunnel: false })
  return {
    secure,
    plain,
    async close() {
      await Promise.all([...new Set<Dispatcher>([secure, plain])].map((dispatcher) => dispatcher.destroy()))
      await tunnel?.close()
    },
  }
}

/** The work's result, unless the signal comes first: asking a PAC file may take as long as it likes. */
async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let end = (): void => undefined
  const aborted = new Promise<never>((_, reject) => {
    end = () => {
      reject(signal.reason as Error)
    }
  })
  signal.addEventListener('abort', end, { once: true })
  try {
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', end)
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
    throw lineFailure(cause, { signal, byProxy: false })
  }
}
