import type { HubKind, HubRoad } from '../../shared/ipc/contract.ts'
import { lgspTransport } from './lgsp.ts'
import type { Transport } from './transport.ts'
import { vxpTransport } from './vxp.ts'

/** What an office knows about its hub. */
export interface HubAddress {
  readonly kind: HubKind
  readonly url: string
  readonly systemId: string
  readonly secret: string
  readonly road?: HubRoad | undefined
}

/** What a protocol is opened with, whichever it is. */
interface Opening {
  readonly endpoint: string
  readonly systemId: string
  readonly secret: string
  readonly clock: () => number
  readonly road: HubRoad | undefined
}

const PROTOCOLS: Readonly<Record<HubKind, (opening: Opening) => Transport>> = {
  vxp: vxpTransport,
  lgsp: lgspTransport,
}

/**
 * A connection to a hub, by the protocol that the settings name.
 * @throws AppError `hub/not-configured`
 */
export function openTransport(
  { kind, url, systemId, secret, road }: HubAddress,
  clock: () => number,
): Transport {
  return PROTOCOLS[kind]({ endpoint: url, systemId, secret, clock, road })
}
