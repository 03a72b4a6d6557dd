import { createConnection, createServer, type AddressInfo, type Socket } from 'node:net'
import type { Chance } from '../helpers/chance.ts'

/** How bad the line is: `rough` does something to every other connection, `dead` lets none through. */
export type Weather = 'calm' | 'rough' | 'dead'

/** A line between offices and the hub that cuts, delays, swallows and drops, and counts what passes. */
export interface Proxy {
  readonly url: string
  /** For connections from now on; those that are swallowed already end. */
  turn(weather: Weather): void
  /** Bytes that came from offices, and bytes that went to them. */
  readonly carried: { up: number; down: number }
  close(): Promise<void>
}

/** What befalls one connection. Numbers are bytes of one direction, or milliseconds. */
type Fate =
  | { readonly kind: 'fine' | 'reset' | 'swallow' }
  | { readonly kind: 'cut-up' | 'cut-down'; readonly afterBytes: number }
  | { readonly kind: 'delay'; readonly ms: number }

const LONGEST_DELAY_MS = 600
/** A little more than two packets of a small document: a cut falls into any part of an exchange. */
const FURTHEST_CUT_BYTES = 200_000

/**
 * Starts a TCP proxy in front of the hub. When one side is gone the other is told at once: a request whose
 * sender died is not carried on, so whatever arrives late arrives while its sender still waits.
 */
export async function startProxy(hubUrl: string, next: Chance): Promise<Proxy> {
  const target = new URL(hubUrl)
  const carried = { up: 0, down: 0 }
  const open = new Set<Socket>()
  const swallowed = new Set<Socket>()
  let weather: Weather = 'calm'

  function fate(): Fate {
    if (weather === 'dead') return next(2) === 0 ? { kind: 'reset' } : { kind: 'swallow' }
    if (weather === 'calm' || next(2) === 0) return { kind: 'fine' }
    switch (next(5)) {
      case 0:
        return { kind: 'reset' }
      case 1:
        return { kind: 'swallow' }
      case 2:
        return { kind: 'cut-up', afterBytes: next(FURTHEST_CUT_BYTES) }
      case 3:
        // What the hub has done is done, and its answer does not come, or not whole.
        return { kind: 'cut-down', afterBytes: next(2) === 0 ? 0 : next(400) }
      default:
        return { kind: 'delay', ms: next(LONGEST_DELAY_MS) }
    }
  }

  const server = createServer((client) => {
    keep(client)
    const its = fate()
    if (its.kind === 'reset') {
      client.once('data', () => client.resetAndDestroy())
      return
    }
    if (its.kind === 'swallow') {
      swallowed.add(client)
      client.resume()
      return
    }
    const hub = createConnection(Number(target.port), target.hostname)
    keep(hub)
    const end = (): void => {
      client.destroy()
      hub.destroy()
    }
    client.once('close', end)
    hub.once('close', end)
    carry(client, hub, 'up', its.kind === 'cut-up' ? its.afterBytes : Infinity, its, end)
    carry(hub, client, 'down', its.kind === 'cut-down' ? its.afterBytes : Infinity, its, end)
  })

  function keep(socket: Socket): void {
    open.add(socket)
    socket.on('error', () => undefined)
    socket.once('close', () => {
      open.delete(socket)
      swallowed.delete(socket)
    })
  }

  function carry(
    from: Socket,
    to: Socket,
    way: 'up' | 'down',
    limit: number,
    its: Fate,
    end: () => void,
  ): void {
    let passed = 0
    from.on('data', (bytes: Buffer) => {
      const left = limit - passed
      passed += bytes.length
      carried[way] += Math.min(bytes.length, Math.max(0, left))
      const hand = (): void => {
        if (left > 0 && !to.destroyed && !to.write(bytes.subarray(0, left))) {
          from.pause()
          to.once('drain', () => from.resume())
        }
        if (passed >= limit) setImmediate(end)
      }
      if (its.kind === 'delay' && way === 'up') setTimeout(hand, its.ms)
      else hand()
    })
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${String(port)}`,
    carried,
    turn(to) {
      weather = to
      for (const socket of swallowed) socket.destroy()
    },
    async close() {
      for (const socket of open) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
