import { createConnection, createServer, type AddressInfo, type Socket } from 'node:net'

/** The two directions of a line: towards the hub, and away from it. */
export type Way = 'up' | 'down'

/** A line to a hub that breaks where the test says, and counts what it carried. */
export interface CuttingLine {
  readonly url: string
  /** Bytes carried so far, everything included: requests, answers, and what was of no use. */
  readonly carried: Readonly<Record<Way, number>>
  /** Breaks the connection that carries this byte, counted from now on, for each of them. */
  cutAt(way: Way, bytes: readonly number[]): void
  /** How many cuts of that way are still to come. */
  left(way: Way): number
  close(): Promise<void>
}

/**
 * Starts a TCP line in front of a hub. A cut is as a real one: what was carried arrives, and both ends then
 * find their connection gone.
 */
export async function startCuttingLine(hubUrl: string): Promise<CuttingLine> {
  const target = new URL(hubUrl)
  const carried = { up: 0, down: 0 }
  const cuts: Record<Way, number[]> = { up: [], down: [] }
  const open = new Set<Socket>()

  function keep(socket: Socket): Socket {
    open.add(socket)
    socket.on('error', () => undefined)
    socket.once('close', () => open.delete(socket))
    return socket
  }

  function carry(from: Socket, to: Socket, way: Way): void {
    from.on('data', (bytes: Buffer) => {
      const [next = Infinity] = cuts[way]
      const piece = bytes.subarray(0, next - carried[way])
      carried[way] += piece.length
      if (carried[way] >= next) {
        cuts[way].shift()
        from.destroy()
        to.end(piece)
      } else if (!to.write(piece)) {
        from.pause()
        to.once('drain', () => from.resume())
      }
    })
    from.once('close', () => to.destroySoon())
  }

  const server = createServer((client) => {
    const hub = keep(createConnection(Number(target.port), target.hostname))
    carry(keep(client), hub, 'up')
    carry(hub, client, 'down')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    carried,
    cutAt(way, bytes) {
      cuts[way] = bytes.map((byte) => carried[way] + byte).toSorted((a, b) => a - b)
    },
    left: (way) => cuts[way].length,
    async close() {
      for (const socket of open) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
