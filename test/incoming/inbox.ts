import { acknowledgeJob } from '../../src/engine/incoming/acknowledge.ts'
import { admitJob } from '../../src/engine/incoming/admit.ts'
import { collect, fetchJob } from '../../src/engine/incoming/collect.ts'
import { judgeJob } from '../../src/engine/incoming/judge.ts'
import type { FileJudges } from '../../src/engine/incoming/judge-files.ts'
import type { ListedPacket, Transport } from '../../src/engine/hub/transport.ts'
import { verifyPacketSignature } from '../../src/engine/packet-signature.ts'
import { trustStore } from '../../src/engine/signing/trust.ts'
import type { DecryptionKey } from '../../src/engine/signing/recipient-info.ts'
import { unreadableDocument } from '../../src/engine/signing/verdicts.ts'
import type { Job, Store } from '../../src/engine/store/index.ts'
import type { IncomingBox } from '../../src/shared/document/incoming.ts'
import type { JobKind } from '../../src/shared/document/job.ts'
import type { StatusMessage } from '../../src/shared/document/packet.ts'
import { EXAMPLE_DOCUMENT } from '../envelope/packets.ts'
import { RECEIVER } from '../helpers/office.ts'
import { hubThat } from '../outgoing/outbox.ts'
import { MORNING, office } from '../store/office.ts'

/** Whom example-document.edxml is for. */
function receivingOffice(): Store {
  const to = /<edXML:To>[^]*?<edXML:OrganId>([^<]+)/.exec(EXAMPLE_DOCUMENT)?.[1]
  if (to === undefined) throw new Error('the example names no recipient')
  const store = office()
  store.settings.set('agency', { ...RECEIVER, organId: to })
  store.settings.set('clerkName', 'Phạm Thị Ví Dụ')
  return store
}

/** A judge that can read nothing. */
export const UNREADABLE: FileJudges = {
  pdf: () => Promise.resolve(unreadableDocument()),
  beside: () => Promise.resolve(unreadableDocument()),
}

/** An inbox whose hub serves these packets under these ids. */
export function inbox(
  packets: Readonly<Record<string, string | Uint8Array>>,
  more: Partial<Transport> = {},
  judges: { readonly offline: FileJudges; readonly online: FileJudges } = {
    offline: UNREADABLE,
    online: UNREADABLE,
  },
  keys: readonly DecryptionKey[] = [],
) {
  const store = receivingOffice()
  const told: string[] = []
  const statuses: StatusMessage[] = []
  const transport = hubThat({
    list: () =>
      Promise.resolve(
        Object.entries(packets).map(([packetId, bytes]): ListedPacket => ({
          packetId,
          kind: Buffer.from(bytes).includes('StatusCode') ? 'status' : 'edoc',
          from: 'H99.88.01',
          to: RECEIVER.organId,
        })),
      ),
    fetch: async function* (packetId) {
      yield await Promise.resolve(Buffer.from(packets[packetId] ?? ''))
    },
    acknowledge: (packetId, outcome) => {
      told.push(`${packetId} ${outcome}`)
      return Promise.resolve()
    },
    directory: () => Promise.resolve([]),
    capabilities: () =>
      Promise.resolve({
        transport: 'vxp',
        resumableUpload: false,
        resumableDownload: false,
        listsHashes: false,
        maxPacketBytes: undefined,
      }),
    ...more,
  })
  const ports = { store, transport, now: () => MORNING, reach: () => undefined }
  const collecting = { ...ports, onDirectory: () => undefined }
  const handlers = {
    fetch: fetchJob(collecting),
    acknowledge: acknowledgeJob(ports),
    judge: judgeJob({ ...ports, judgesOnline: () => ({ ...judges.online, complete: () => true }) }),
    admit: admitJob({
      ...ports,
      judges: judges.offline,
      verifyPacket: (open, signature) =>
        verifyPacketSignature(open, signature, {
          trust: trustStore({ imported: [] }),
          now: new Date(),
        }),
      onStatus: (message) => statuses.push(message),
      decryptionKeys: () => keys,
      judgeStatement: () => Promise.resolve({ keep: () => undefined }),
    }),
  }
  const signal = new AbortController().signal

  /**
   * Looks at the hub and runs every errand that is due, but those to the sender and those `left`. One after the
   * other: where each waited for the disk, nobody would share its flush.
   */
  async function work(
    onDisk: (job: Job) => Promise<void> = () => Promise.resolve(),
    left: readonly JobKind[] = [],
  ): Promise<void> {
    await collect(collecting)(signal)
    for (;;) {
      const job = store.jobs.claimDue(MORNING, 60_000, { kinds: ['report', 'deliver', 'evidence', ...left] })
      if (job === undefined) return
      if (job.kind === 'report' || job.kind === 'deliver' || job.kind === 'evidence')
        throw new Error('it was to be left out')
      const commit = await handlers[job.kind](job, signal, () => onDisk(job))
      store.atomically(() => {
        commit()
        store.jobs.succeed(job.key)
      })
    }
  }
  const rows = (box: IncomingBox) => store.incoming.list(box, 50, 0).rows
  return { ...ports, told, statuses, work, rows }
}
