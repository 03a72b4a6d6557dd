import { AppError } from '../../shared/errors.ts'
import type { ReachFailPoint } from '../fail-point.ts'
import type { Transport } from '../hub/transport.ts'
import type { Store } from '../store/index.ts'
import type { JobHandler } from '../job-handler.ts'

/** What acknowledging needs of the world. */
export interface AcknowledgePorts {
  readonly store: Store
  /** @throws {AppError} hub/not-configured */
  readonly transport: () => Transport
  readonly now: () => number
  readonly reach: ReachFailPoint
}

/** Adds the errand that tells the hub, inside the caller's transaction. */
export function addAcknowledgement(store: Store, packetId: string, now: number): void {
  store.jobs.add({
    key: `acknowledge/${packetId}`,
    kind: 'acknowledge',
    subjectId: packetId,
    dueAt: now,
    again: true,
  })
}

/**
 * Tells the hub what became of a packet, only after our own commit: `done` for what is in the inbox and
 * for what was there already, `fail` for what cannot be read. Saying it twice does no harm.
 */
export function acknowledgeJob(ports: AcknowledgePorts): JobHandler {
  const { store, reach } = ports
  return async (job, signal, onDisk) => {
    reach('acknowledge/claimed')
    const packet = store.packets.byId(job.subjectId)
    if (packet?.outcome === undefined) return () => undefined
    // From here on the hub may forget the packet, so nothing of it may still be in a cache.
    await onDisk()
    try {
      await ports.transport().acknowledge(packet.packetId, packet.outcome, { signal })
    } catch (cause) {
      // A hub that has forgotten the packet waits for no answer about it.
      if (!(cause instanceof AppError) || cause.code !== 'hub/packet-gone') throw cause
    }
    reach('acknowledge/told')
    return () => {
      store.packets.markAcknowledged(packet.packetId)
    }
  }
}
