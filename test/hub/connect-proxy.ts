import { createServer } from 'node:http'
import { connect, type AddressInfo } from 'node:net'

/**
 * An office's proxy as a program of its own: `connect-proxy.ts [name:password]`. It resolves every name to this
 * machine, and writes a line for its port, then one for each tunnel it opened or refused.
 */
const [credentials] = process.argv.slice(2)
const expected =
  credentials === undefined ? undefined : `Basic ${Buffer.from(credentials).toString('base64')}`

const server = createServer((_, response) => {
  response.writeHead(405).end()
})
server.on('connect', (request, socket) => {
  socket.on('error', () => undefined)
  if (expected !== undefined && request.headers['proxy-authorization'] !== expected) {
    process.stdout.write(`refused ${String(request.url)}\n`)
    socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n')
    return
  }
  const upstream = connect(Number(request.url?.split(':').at(-1)), '127.0.0.1', () => {
    process.stdout.write(`opened ${String(request.url)}\n`)
    socket.write('HTTP/1.1 200 OK\r\n\r\n')
    upstream.pipe(socket).pipe(upstream)
  })
  upstream.on('error', () => socket.destroy())
})
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`listening ${String((server.address() as AddressInfo).port)}\n`)
})
