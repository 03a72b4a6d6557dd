import { z } from 'zod'
import { AppError } from '../../shared/errors.ts'
import type { Agency } from '../../shared/document/fields.ts'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { ReachFailPoint } from '../fail-point.ts'
import { sameHash } from '../hub/rows.ts'
import type { AgencyRecord, ListedPacket, Transport } from '../hub/transport.ts'
import type { Job, Store } from '../store/index.ts'
import type { KeptFile, PartialFile } from '../store/files.ts'
import type { JobHandler } from '../job-handler.ts'
import { addAcknowledgement } from './acknowledge.ts'

/** What collecting needs of the world. */
export interface CollectPorts {
  readonly store: Store
  /** @throws {AppError} hub/not-configured */
  readonly transport: () => Transport
  readonly now: () => number
  readonly reach: ReachFailPoint
  readonly onDirectory: () => void
}

/** The directory changes rarely; a commune does not fetch it every minute. */
const DIRECTORY_EVERY_MS = 6 * 60 * 60_000

/** So many rows of the hub's list are written down in one go: a window waits no longer than for these. */
const NOTED_TOGETHER = 50

/** Over this a packet is not taken from the hub at all: the envelope's own limit, and some room. */
const LARGEST_PACKET_BYTES = 150_000_000

/** What the hub's list said of the bytes, kept with the errand and checked when they arrive. */
const fetchPayload = z.object({ sha256: z.string().optional(), sizeBytes: z.number().optional() })

/** The version of the hub's file that the part on disk is of; nothing, where the hub cannot go on. */
const fetchTransfer = z.object({ etag: z.string() }).optional()

/**
 * Looks at the hub: writes down every packet it lists and adds an errand for each unseen one. An empty
 * list changes nothing here. What we have already but the hub still lists is acknowledged again.
 */
export function collect(ports: CollectPorts): (signal: AbortSignal) => Promise<void> {
  const { store, reach } = ports
  return async (signal) => {
    const transport = ports.transport()
    const listed = await transport.list(undefined, { signal })
    const { maxPacketBytes } = await transport.capabilities({ signal })
    reach('collect/listed')
    const at = ports.now()
    for (let from = 0; from < listed.length; from += NOTED_TOGETHER) {
      // The hub lists it again until it is told, so a power cut takes nothing away.
      store.atomically(() => {
        note(listed.slice(from, from + NOTED_TOGETHER), at)
      }, 'soon')
      await nextTurn()
    }
    store.atomically(() => {
      store.settings.set('lastSyncAt', at)
      if (maxPacketBytes === undefined) store.settings.remove('largestPacketBytes')
      else store.settings.set('largestPacketBytes', maxPacketBytes)
    }, 'soon')
    reach('collect/noted')
    if ((store.settings.get('directoryAt') ?? 0) + DIRECTORY_EVERY_MS <= at) {
      const directory = await transport.directory({ signal })
      if (directory !== undefined) store.directory.replaceAll(directory.filter(isOffered).map(agencyOf))
      store.settings.set('directoryAt', at)
      ports.onDirectory()
    }
  }

  function note(listed: readonly ListedPacket[], at: number): void {
    const fresh = new Set(
      store.packets
        .noteListed(listed.map(({ packetId, kind, from }) => ({ packetId, kind, fromOrganId: from })))
        .map(({ packetId }) => packetId),
    )
    for (const { packetId, sha256, sizeBytes } of listed) {
      if (fresh.has(packetId)) {
        store.jobs.add({
          key: `fetch/${packetId}`,
          kind: 'fetch',
          subjectId: packetId,
          dueAt: at,
          payload: { sha256, sizeBytes },
          sizeBytes,
        })
      } else if (store.packets.byId(packetId)?.state === 'acknowledged') {
        addAcknowledgement(store, packetId, at)
      }
    }
  }
}

/**
 * Downloads one packet. Its bytes are on disk and fsynced before the row says so, and reading it is an
 * errand of its own, so that a packet that cannot be read never stops the queue. What came before the line
 * broke stays on the disk, and only the rest is asked for, where the hub offers that.
 */
export function fetchJob(ports: CollectPorts): JobHandler {
  const { store, reach } = ports
  return async (job, signal) => {
    reach('fetch/claimed')
    const packetId = job.subjectId
    if (store.packets.byId(packetId)?.state !== 'listed') return () => undefined
    const part = await store.files.partial(packetId)
    let file: KeptFile
    try {
      await download(job, part, signal)
      file = await whole(job, part)
    } catch (cause) {
      if (!(cause instanceof AppError)) throw cause
      if (cause.code === 'hub/packet-mismatch' || cause.code === 'packet/too-large') await part.discard()
      if (cause.code !== 'packet/too-large') throw cause
      return () => {
        refuse(packetId, cause)
      }
    }
    reach('fetch/stored')
    return () => {
      store.packets.markStored(packetId, file)
      store.jobs.add({
        key: `admit/${packetId}`,
        kind: 'admit',
        subjectId: packetId,
        dueAt: ports.now(),
        again: true,
      })
    }
  }

  /** Brings what is missing of a packet, all of it where the hub's file is no longer the same. */
  async function download(job: Job, part: PartialFile, signal: AbortSignal): Promise<void> {
    const packetId = job.subjectId
    const { sha256, sizeBytes } = fetchPayload.parse(job.payload)
    const kept = fetchTransfer.parse(job.transfer)
    if (kept === undefined) await part.discard()
    // Stopped between the last byte and the row.
    if (sizeBytes !== undefined && part.sizeBytes === sizeBytes) return
    const chunks = ports.transport().fetch(packetId, {
      signal,
      sha256,
      sizeBytes,
      part: kept === undefined ? undefined : { etag: kept.etag, sizeBytes: part.sizeBytes },
      onBegin: async ({ fromByte, etag }) => {
        if (fromByte === 0) await part.discard()
        const transfer: z.output<typeof fetchTransfer> = etag === undefined ? undefined : { etag }
        store.jobs.keepTransfer(job.key, transfer)
      },
    })
    await part.append(capped(chunks, () => LARGEST_PACKET_BYTES - part.sizeBytes))
  }

  /** Keeps a packet of which all is here, if it is what the hub listed. */
  async function whole(job: Job, part: PartialFile): Promise<KeptFile> {
    const { sha256 } = fetchPayload.parse(job.payload)
    try {
      return await part.finish((file) => {
        if (sha256 !== undefined && !sameHash(sha256, file.sha256)) {
          throw new AppError('hub/packet-mismatch', `SHA-256 is ${file.sha256}, ${sha256} was listed`)
        }
      })
    } catch (cause) {
      if (!(cause instanceof AppError) || cause.code !== 'store/file-damaged') throw cause
      throw new AppError('hub/packet-mismatch', 'what was kept of it has gone bad', { cause })
    }
  }

  /** Nothing of it is kept, so there is nothing to put into quarantine: the hub hears that it failed. */
  function refuse(packetId: string, why: AppError): void {
    const at = ports.now()
    store.packets.markHandled(packetId, 'fail')
    store.history.append({
      at,
      subjectKind: 'packet',
      subjectId: packetId,
      event: 'refuse',
      detail: { code: why.code },
    })
    addAcknowledgement(store, packetId, at)
  }
}

async function* capped(chunks: AsyncIterable<Uint8Array>, left: () => number): AsyncGenerator<Uint8Array> {
  let total = 0
  for await (const chunk of chunks) {
    total += chunk.byteLength
    if (total > left()) throw new AppError('packet/too-large', `${String(left())} bytes were left`)
    yield chunk
  }
}

function isOffered(record: AgencyRecord): boolean {
  return !record.removed
}

function agencyOf(record: AgencyRecord): Agency {
  return {
    organId: record.organId,
    ...(record.oldOrganId === undefined ? {} : { oldCode: record.oldOrganId }),
    name: record.name,
    parentName: record.parentName ?? '',
    address: record.address ?? '',
    email: record.email ?? '',
    telephone: record.telephone ?? '',
  }
}
