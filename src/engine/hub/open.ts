import { AppError } from '../../shared/errors.ts'
import type { HubRoad, ServerKind } from '../../shared/ipc/contract.ts'
import type { ConnectionOptions } from './connection.ts'
import { filedropTransport } from './filedrop.ts'
import { lgspTransport } from './lgsp.ts'
import type { Sealing } from './sealing.ts'
import type { ServerClock } from './server-clock.ts'
import type { Transport } from './transport.ts'
import { vxpTransport } from './vxp.ts'

/** What an office knows about its hub. */
export interface ServerAddress {
  readonly kind: ServerKind
  readonly url: string
  readonly systemId: string
  readonly secret: string
  readonly road?: HubRoad | undefined
  /** The server's certificate, once a person has compared it. See {@link ConnectionOptions.pinnedSha256}. */
  readonly pinnedSha256?: string | undefined
}

/** The folder that an office has in place of a hub. */
export interface FolderAddress {
  readonly kind: 'filedrop'
  /** An absolute path. */
  readonly folder: string
}

export type HubAddress = ServerAddress | FolderAddress

/** What every connection of an office shares. */
export interface HubSurroundings {
  readonly clock: () => number
  readonly serverClock: ServerClock
  readonly connection: ConnectionOptions
  /** How packages for a folder are closed and opened; missing as long as there is no office with keys. */
  readonly sealing: Sealing | undefined
}

/** What a protocol is opened with, whichever it is. */
interface Opening extends Omit<HubSurroundings, 'sealing'> {
  readonly endpoint: string
  readonly systemId: string
  readonly secret: string
  readonly road: HubRoad | undefined
}

const PROTOCOLS: Readonly<Record<ServerKind, (opening: Opening) => Transport>> = {
  vxp: vxpTransport,
  lgsp: lgspTransport,
}

/**
 * A connection to a hub, by the protocol that the settings name, or the folder in its place.
 * @throws AppError `hub/not-configured`
 */
export function openTransport(address: HubAddress, surroundings: HubSurroundings): Transport {
  const { sealing, ...around } = surroundings
  if (address.kind === 'filedrop') {
    if (sealing === undefined) throw new AppError('hub/not-configured', 'no office that could seal packages')
    return filedropTransport({ folder: address.folder, sealing, clock: around.clock })
  }
  const { kind, url, systemId, secret, road, pinnedSha256 } = address
  const connection = { ...around.connection, pinnedSha256 }
  return PROTOCOLS[kind]({ ...around, connection, endpoint: url, systemId, secret, road })
}
