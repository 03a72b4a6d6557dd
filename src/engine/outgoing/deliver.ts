import { AppError } from '../../shared/errors.ts'
import { documentId, formatCode, type DocumentId, type Sha256 } from '../../shared/document/fields.ts'
import type { HistoryEntry } from '../../shared/document/history.ts'
import type { OutgoingPacket, Transport } from '../hub/transport.ts'
import type { Job, Outgoing } from '../store/index.ts'
import type { JobHandler } from '../job-handler.ts'
import { sendOnce, type OpenPacket, type SendPorts } from '../send-once.ts'
import { raise, type RaisePorts } from './raise.ts'
import { addRoadEvidence } from './road-evidence.ts'
import { settleAnswers } from './receipts.ts'
import { settleReplacement } from './replace.ts'
import { deliverRequest, requestOf } from './requests.ts'

/** Bytes of the packet that is on its way now. */
export interface Sending {
  readonly id: DocumentId
  readonly code: string
  readonly sentBytes: number
  readonly totalBytes: number
}

/** What sending needs of the world. */
export interface DeliverPorts extends RaisePorts, SendPorts {
  /** @throws {AppError} hub/not-configured */
  readonly transport: () => Transport
  /** Told while it goes, and at the end with `undefined`. */
  readonly onSending: (id: DocumentId, sending: Sending | undefined) => void
}

/**
 * queued → sent. Raises the signatures to the office's level, then brings the packet to the hub, once. A request
 * about a document that was sent goes the same way ({@link deliverRequest}).
 *
 * After an unknown outcome a recipient's answer tells that it arrived; else {@link sendOnce} asks the hub.
 * Where the hub cannot be asked a person decides (docs/decisions/0020).
 */
export function deliverJob(ports: DeliverPorts): JobHandler {
  const { store, reach } = ports

  return async (job, signal, onDisk) => {
    reach('deliver/claimed')
    const request = requestOf(store, job)
    if (request !== undefined) return deliverRequest(ports, job, request, settle, { signal, onDisk })
    const id = documentId.parse(job.subjectId)
    const waiting = store.outgoing.get(id)
    const { documentCode } = waiting
    const sender = store.settings.get('agency')?.organId
    if (waiting.state !== 'queued' || documentCode === undefined || sender === undefined) {
      return () => undefined
    }
    if (job.sentMark !== undefined && waiting.recipients.some(({ state }) => state !== 'waiting')) {
      return accepted(job, id, undefined, { learntFrom: 'recipient' })
    }
    const notation = formatCode(waiting.codeNumber, waiting.fields.codeNotation)
    const recipients = waiting.recipients.map(({ organId }) => organId)
    try {
      const outcome = await sendOnce(ports, {
        job,
        transport: ports.transport(),
        query: {
          kind: 'edoc',
          documentId: documentCode,
          notation,
          from: sender,
          recipients,
          sha256: packetOf(waiting).sha256,
        },
        open: async () => openPacket({ from: sender, recipients }, await raise(ports, waiting, signal)),
        steps: { lookedUp: 'deliver/looked-up', marked: 'deliver/marked', sent: 'deliver/sent' },
        signal,
        onDisk,
        onProgress: (sentBytes, totalBytes) => {
          ports.onSending(id, { id, code: notation, sentBytes, totalBytes })
        },
      })
      return outcome.taken ? accepted(job, id, outcome.packetId, outcome.learnt) : refused(id, outcome.why)
    } finally {
      ports.onSending(id, undefined)
    }
  }

  function settle(id: DocumentId): void {
    settleAnswers(store, id, ports.now())
  }

  async function openPacket(
    way: Pick<OutgoingPacket, 'from' | 'recipients'>,
    raised: Outgoing,
  ): Promise<OpenPacket> {
    const { sha256, sizeBytes } = packetOf(raised)
    const file = await store.files.open(sha256)
    return {
      packet: { kind: 'edoc', ...way, sizeBytes, sha256, open: (fromByte) => file.stream(fromByte) },
      close: () => file.close(),
    }
  }

  /** What is committed together with the end of the job. How we learnt of it goes to the history. */
  function accepted(
    job: Job,
    id: DocumentId,
    packetId: string | undefined,
    learnt: HistoryEntry['detail'],
  ): () => void {
    return () => {
      const at = ports.now()
      if (packetId !== undefined) store.outgoing.setHubPacketId(id, packetId)
      store.outgoing.move(id, 'accept', at, {
        attempts: job.attempts,
        ...(packetId === undefined ? {} : { packetId }),
        ...learnt,
      })
      settleReplacement(store, store.outgoing.get(id), at)
      for (const { organId, state } of store.outgoing.get(id).recipients) {
        if (state === 'waiting') store.outgoing.moveRecipient(id, organId, 'accept', at, '')
      }
      addRoadEvidence(store, id, job, at)
      settle(id)
    }
  }

  function refused(id: DocumentId, { code, detail }: AppError): () => void {
    return () => {
      store.outgoing.move(id, 'refuse', ports.now(), { code, ...(detail === undefined ? {} : { detail }) })
    }
  }
}

function packetOf({ id, packetSha256, packetSizeBytes }: Outgoing): { sha256: Sha256; sizeBytes: number } {
  if (packetSha256 === undefined || packetSizeBytes === undefined) {
    throw new AppError('document/incomplete', `${id} was queued without its packet`)
  }
  return { sha256: packetSha256, sizeBytes: packetSizeBytes }
}
