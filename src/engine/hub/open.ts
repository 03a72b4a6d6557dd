import type { HubKind, HubRoad } from '../../shared/ipc/contract.ts'
import type { ConnectionOptions } from './connection.ts'
import { lgspTransport } from './lgsp.ts'
import type { ServerClock } from './server-clock.ts'
import type { Transport } from './transport.ts'
import { vxpTransport } from './vxp.ts'

/** What an office knows about its hub. */
export interface HubAddress {
  readonly kind: HubKind
  readonly url: string
  readonly systemId: string
  readonly secret: string
  readonly road?: HubRoad | undefined
  /** The server's certificate, once a person has compared it. See {@link ConnectionOptions.pinnedSha256}. */
  readonly pinnedSha256?: string | undefined
}

/** What every connection of an office shares. */
export interface HubSurroundings {
  readonly clock: () => number
  readonly serverClock: ServerClock
  readonly connection: ConnectionOptions
}

/** What a protocol is opened with, whichever it is. */
interface Opening extends HubSurroundings {
  readonly endpoint: string
  readonly systemId: string
  readonly secret: string
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
  { kind, url, systemId, secret, road, pinnedSha256 }: HubAddress,
  surroundings: HubSurroundings,
): Transport {
  const connection = { ...surroundings.connection, pinnedSha256 }
  return PROTOCOLS[kind]({ ...surroundings, connection, endpoint: url, systemId, secret, road })
}
