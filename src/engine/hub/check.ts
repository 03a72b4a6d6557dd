import { lookup } from 'node:dns/promises'
import { SERVER_STEPS, type CheckedStep, type ServerStep } from '../../shared/connection-check.ts'
import type { ServerCertificate } from '../../shared/connection.ts'
import { AppError } from '../../shared/errors.ts'
import { baseOf } from './calls.ts'
import { walkSteps, type CheckOptions, type Outcome } from './check-steps.ts'
import { startDeadline } from './deadline.ts'
import { reach, shakeHands } from './dial.ts'
import { checkFolder } from './folder-check.ts'
import { openHttp } from './open-http.ts'
import { hasNetwork, lineFailure } from './line-failure.ts'
import { openTransport, type HubAddress, type ServerAddress } from './open.ts'
import { isLoopback } from './proxy.ts'
import { isForeign, notFromHub, textOf } from './reply.ts'
import type { HubCheck, Transport } from './transport.ts'

/** For a step that waits for somebody else; small calls to the hub have limits of their own. */
const STEP_MS = 15_000

/**
 * Walks the way to a hub step by step, as far as it goes. Nothing of ours but the address is sent before the
 * server is trusted, and nothing secret before the step `access`.
 *
 * @returns the steps as they ended; never throws for what befalls the way
 */
export async function checkHub(address: HubAddress, options: CheckOptions): Promise<readonly CheckedStep[]> {
  if (address.kind === 'filedrop') return checkFolder(address, options)
  const walk = walkOf(address, options)
  const steps = SERVER_STEPS.map((step) => [step, walk[step]] as const)
  try {
    return await walkSteps(steps, {
      ...options,
      shown: (step) => (step === 'security' ? walk.shown() : undefined),
    })
  } finally {
    await walk.end()
  }
}

/** What each step does. They are taken in their order, and each may use what those before it learnt. */
function walkOf(address: ServerAddress, options: CheckOptions) {
  const { signal, serverClock, clockLimitMs } = options
  const connection = { ...options.connection, pinnedSha256: address.pinnedSha256 }
  let url = new URL('http://localhost')
  let proxy: string | undefined
  let certificate: ServerCertificate | undefined
  let transport: Transport | undefined
  let counted: HubCheck | undefined

  /** At most so long, and no longer than the clerk wants. */
  async function within<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const deadline = startDeadline(signal, STEP_MS)
    try {
      return await work(deadline.signal)
    } finally {
      deadline.end()
    }
  }

  const steps: Readonly<Record<ServerStep, () => Outcome | Promise<Outcome>>> = {
    network() {
      url = new URL(baseOf(address.url))
      if (!isLoopback(url.hostname) && !hasNetwork()) {
        throw new AppError('hub/no-network', 'this machine has no address but its own')
      }
      return { state: 'good' }
    },

    async name() {
      proxy = typeof connection.proxy === 'function' ? await connection.proxy(url) : connection.proxy
      const first = proxy === undefined ? url : new URL(proxy)
      try {
        const found = await lookup(first.hostname.replace(/^\[|\]$/g, ''), { all: true })
        return {
          state: 'good',
          addresses: found.map((one) => one.address),
          ...(proxy === undefined ? {} : { proxy: first.host }),
        }
      } catch (cause) {
        throw lineFailure(cause, { signal, byProxy: proxy !== undefined })
      }
    },

    async connection() {
      const begun = performance.now()
      await within((until) => reach(url, proxy, until))
      return { state: 'good', milliseconds: Math.round(performance.now() - begun) }
    },

    async security() {
      if (url.protocol === 'http:') return { state: isLoopback(url.hostname) ? 'passed' : 'warning' }
      const onCertificate = (shown: ServerCertificate) => {
        certificate = shown
      }
      await within((until) => shakeHands(url, proxy, { ...connection, onCertificate }, until))
      const trustedBy =
        connection.pinnedSha256 !== undefined ? 'pin' : connection.ca === undefined ? 'web' : 'office'
      return { state: 'good', trustedBy, ...(certificate === undefined ? {} : { certificate }) }
    },

    /** Any answer is one, also a refusal of a request that names nobody; a page from elsewhere is none. */
    async server() {
      const http = openHttp(connection)
      try {
        const response = await within((until) =>
          http.request({ url, method: 'GET', headers: {}, signal: until }),
        )
        serverClock.hear(response)
        if (isForeign(response)) throw notFromHub(response, await textOf(response).catch(() => ''))
        response.discard()
        return { state: 'good', httpStatus: response.status }
      } finally {
        await http.close()
      }
    },

    clock() {
      const skew = serverClock.skewMs()
      if (skew === undefined) return { state: 'passed' }
      const clockSkewMs = Math.round(skew)
      return { state: Math.abs(skew) > clockLimitMs ? 'warning' : 'good', clockSkewMs }
    },

    async access() {
      transport = openTransport(address, options)
      counted = await transport.check({ signal })
      return { state: 'good', milliseconds: counted.roundTripMs }
    },

    async lists() {
      const agencies = (await transport?.directory({ signal }))?.length
      return {
        state: 'good',
        ...(counted === undefined
          ? {}
          : { documents: counted.waitingDocuments, statuses: counted.waitingStatuses }),
        ...(agencies === undefined ? {} : { agencies }),
      }
    },
  }

  return { ...steps, shown: () => certificate, end: async () => transport?.close() }
}
