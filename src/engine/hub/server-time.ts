import type { TLSSocket } from 'node:tls'

const WAIT_MS = 5_000
const LONGEST_HEAD_BYTES = 16_384

/**
 * Asks a server that is not trusted yet for the time, with a request that holds nothing of ours. Its word is
 * good enough to explain a failure, and is used for nothing else.
 *
 * @returns epoch milliseconds; undefined when it says none in five seconds. The socket is used up
 */
export function serverTime(socket: TLSSocket): Promise<number | undefined> {
  return new Promise((resolve) => {
    let head = ''
    function end(time: number | undefined): void {
      clearTimeout(limit)
      resolve(time)
    }
    const limit = setTimeout(() => {
      end(undefined)
    }, WAIT_MS)
    socket.on('data', (chunk: Buffer) => {
      head += chunk.toString('latin1')
      const written = /^date:\s*(.+?)\r?$/im.exec(head)?.[1]
      const time = Date.parse(written ?? '')
      if (!Number.isNaN(time)) end(time)
      else if (head.includes('\r\n\r\n') || head.length > LONGEST_HEAD_BYTES) end(undefined)
    })
    socket.once('error', () => {
      end(undefined)
    })
    socket.once('close', () => {
      end(undefined)
    })
    socket.write(`HEAD / HTTP/1.1\r\nHost: ${socket.servername || 'localhost'}\r\nConnection: close\r\n\r\n`)
  })
}
