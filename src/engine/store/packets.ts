import { z } from 'zod'
import { instant, sha256Hex, type Sha256 } from '../../shared/document/fields.ts'
import { defineMachine, next, statesOf, type EventOf, type StateOf } from '../../shared/machine.ts'
import { AppError } from '../../shared/errors.ts'
import { maybe, orNull } from './columns.ts'
import type { Database } from './database.ts'

/**
 * A packet on its way in: seen in the hub's list, its bytes kept, read and judged, the hub told.
 * Persisted: add, never rename.
 */
export const PACKET = defineMachine({
  listed: { store: 'stored', handle: 'handled' },
  stored: { handle: 'handled', lose: 'listed' },
  handled: { acknowledge: 'acknowledged' },
  acknowledged: {},
})
type PacketState = StateOf<typeof PACKET>

/** What the hub is told. */
export const packetOutcome = z.enum(['done', 'fail'])
export type PacketOutcome = z.output<typeof packetOutcome>

const packetRow = z.object({
  packetId: z.string(),
  kind: z.enum(['edoc', 'status']),
  fromOrganId: z.string(),
  state: z.enum(statesOf(PACKET)),
  sha256: maybe(sha256Hex),
  sizeBytes: maybe(z.int()),
  outcome: maybe(packetOutcome),
  listedAt: instant,
  changedAt: instant,
})
/** A packet the hub has for us. */
export type Packet = z.output<typeof packetRow>

/** What the hub's list says of a packet. */
export type ListedPacket = Pick<Packet, 'packetId' | 'kind' | 'fromOrganId'>

const COLUMNS = `packet_id AS packetId, kind, from_organ_id AS fromOrganId, state, sha256, size_bytes AS sizeBytes,
  outcome, listed_at AS listedAt, changed_at AS changedAt`

export type PacketStore = ReturnType<typeof packetStore>

/** Received packets, documents and statuses alike. The only module that names the `packet` table. */
export function packetStore(db: Database, now: () => number) {
  const one = db.query('packets.byId', `SELECT ${COLUMNS} FROM packet WHERE packet_id = @packetId`, packetRow)
  const insert = db.command(
    'packets.noteListed',
    `INSERT INTO packet (packet_id, kind, from_organ_id, state, sha256, size_bytes, outcome, listed_at, changed_at)
     VALUES (@packetId, @kind, @fromOrganId, 'listed', NULL, NULL, NULL, @at, @at)
     ON CONFLICT (packet_id) DO NOTHING`,
  )
  const swap = db.command(
    'packets.move',
    `UPDATE packet SET state = @to, sha256 = @sha256, size_bytes = @sizeBytes, outcome = @outcome, changed_at = @at
     WHERE packet_id = @packetId AND state = @from`,
  )
  const hashes = db.query(
    'packets.files',
    'SELECT DISTINCT sha256 FROM packet WHERE sha256 IS NOT NULL',
    z.object({ sha256: sha256Hex }),
  )

  function byId(packetId: string): Packet | undefined {
    return one.get({ packetId })
  }

  function existing(packetId: string): Packet {
    const packet = byId(packetId)
    if (packet === undefined) throw new AppError('document/not-found', `packet ${packetId}`)
    return packet
  }

  /** Writes down what the hub lists and answers those never seen before. */
  function noteListed(rows: readonly ListedPacket[]): Packet[] {
    return db.atomically(() =>
      rows
        .filter(
          ({ packetId, kind, fromOrganId }) => insert.run({ packetId, kind, fromOrganId, at: now() }) === 1,
        )
        .map(({ packetId }) => existing(packetId)),
    )
  }

  /** Its bytes are on disk and fsynced. */
  function markStored(packetId: string, file: { sha256: Sha256; sizeBytes: number }): Packet {
    return advance(packetId, 'store', file)
  }

  /** Its bytes are not here, or no longer what they were: the hub, which knows of nothing, still has them. */
  function markLost(packetId: string): Packet {
    return advance(packetId, 'lose', {})
  }

  /** It was read, and this is what the hub shall hear. */
  function markHandled(packetId: string, outcome: PacketOutcome): Packet {
    return advance(packetId, 'handle', { outcome })
  }

  /** The hub knows. */
  function markAcknowledged(packetId: string): Packet {
    return advance(packetId, 'acknowledge', {})
  }

  /** One step on; a step already taken is left as it was, so that a repeated errand does no harm. */
  function advance(
    packetId: string,
    event: EventOf<typeof PACKET>,
    change: { sha256?: Sha256; sizeBytes?: number; outcome?: PacketOutcome },
  ): Packet {
    return db.atomically(() => {
      const packet = existing(packetId)
      const to: PacketState | undefined = next(PACKET, packet.state, event)
      if (to === undefined) {
        if (event === 'acknowledge' && packet.state !== 'acknowledged') {
          throw new AppError('document/wrong-state', `packet ${packetId}: ${event} while ${packet.state}`)
        }
        return packet
      }
      const { sha256, sizeBytes, outcome } = { ...packet, ...change }
      const moved = swap.run({
        packetId,
        from: packet.state,
        to,
        sha256: orNull(sha256),
        sizeBytes: orNull(sizeBytes),
        outcome: orNull(outcome),
        at: now(),
      })
      if (moved !== 1) throw new AppError('document/changed', `packet ${packetId}`)
      return existing(packetId)
    })
  }

  /** Every file a packet refers to. */
  function fileHashes(): Sha256[] {
    return hashes.all().map((row) => row.sha256)
  }

  return { byId, fileHashes, markAcknowledged, markHandled, markLost, markStored, noteListed }
}
