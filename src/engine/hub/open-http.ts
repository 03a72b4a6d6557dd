import type { ConnectionOptions } from './connection.ts'
import type { Http } from './http.ts'

/**
 * Opens the one connection pool of a transport. Time limits beyond connecting are the caller's, by signal. The library
 * behind it is the largest of the engine, and comes with the first request: no start waits for it.
 */
export function openHttp(options: ConnectionOptions = {}): Http {
  let opened: Promise<Http> | undefined
  const client = () =>
    (opened ??= import('./http-client.ts').then(({ openHttpClient }) => openHttpClient(options)))
  return {
    request: async (request) => (await client()).request(request),
    async close() {
      await (await opened)?.close()
    },
  }
}
