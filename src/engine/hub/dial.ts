import { createConnection, type Socket } from 'node:net'
import type { buildConnector } from 'undici'
import { AppError } from '../../shared/errors.ts'
import type { ConnectionOptions } from './connection.ts'
import { connectorOf, openTunnel } from './connector.ts'
import { lineFailure, listenForAlerts } from './line-failure.ts'

/**
 * Opens a connection as far as it goes without TLS, and ends it: to the server, or to the proxy, and where the
 * server speaks TLS, through the proxy.
 *
 * @throws AppError `hub/*` by the hop that did not let us through
 */
export async function reach(url: URL, proxy: string | undefined, signal: AbortSignal): Promise<void> {
  if (proxy !== undefined && url.protocol === 'https:') {
    const tunnel = openTunnel(proxy, justTheSocket, {})
    try {
      end(await dialled(tunnel.connect, url, signal))
    } finally {
      await tunnel.close()
    }
    return
  }
  const first = proxy === undefined ? url : new URL(proxy)
  const plain: buildConnector.connector = ({ hostname, port, protocol }, callback) => {
    const socket = createConnection(Number(port || (protocol === 'https:' ? 443 : 80)), hostname)
    socket.once('connect', () => {
      callback(null, socket)
    })
    socket.on('error', (error) => {
      callback(error, null)
    })
  }
  try {
    end(await dialled(plain, first, signal))
  } catch (cause) {
    throw lineFailure(cause, { signal, byProxy: proxy !== undefined })
  }
}

/**
 * Opens a connection with TLS as requests do, judges whom it meets, and ends it.
 *
 * @throws AppError `hub/certificate-*` and what else keeps a request from being sent
 */
export async function shakeHands(
  url: URL,
  proxy: string | undefined,
  options: ConnectionOptions,
  signal: AbortSignal,
): Promise<void> {
  const alerts = listenForAlerts()
  const direct = connectorOf(options, alerts)
  const tunnel = proxy === undefined ? undefined : openTunnel(proxy, direct, options)
  try {
    end(await dialled(tunnel?.connect ?? direct, url, signal))
  } catch (cause) {
    throw lineFailure(cause, { signal, byProxy: false, alerts })
  } finally {
    await tunnel?.close()
  }
}

const justTheSocket: buildConnector.connector = ({ httpSocket }, callback) => {
  if (httpSocket === undefined) callback(new AppError('hub/proxy-refused', 'the tunnel has no socket'), null)
  else callback(null, httpSocket)
}

/** The socket that a connector opens; the signal's reason where it comes first. */
function dialled(connect: buildConnector.connector, url: URL, signal: AbortSignal): Promise<Socket> {
  const { hostname, host, protocol, port } = url
  return new Promise((resolve, reject) => {
    const stop = () => {
      reject(signal.reason as Error)
    }
    signal.addEventListener('abort', stop, { once: true })
    connect({ hostname: hostname.replace(/^\[|\]$/g, ''), host, protocol, port }, (error, socket) => {
      signal.removeEventListener('abort', stop)
      if (error !== null) reject(error)
      else if (signal.aborted) end(socket)
      else resolve(socket)
    })
  })
}

function end(socket: Socket): void {
  socket.on('error', () => undefined).destroy()
}
