import { AppError } from '../../shared/errors.ts'
import { documentId, formatCode, type DocumentId, type Sha256 } from '../../shared/document/fields.ts'
import type { Transport } from '../hub/transport.ts'
import type { Job, Outgoing } from '../store/index.ts'
import type { JobHandler } from '../job-handler.ts'
import type { UnknownOutcomes } from '../unknown-outcome.ts'
import { raise, type RaisePorts } from './raise.ts'
import { settleAnswers } from './receipts.ts'

/** Bytes of the packet that is on its way now. */
export interface Sending {
  readonly id: DocumentId
  readonly code: string
  readonly sentBytes: number
  readonly totalBytes: number
}

/** What sending needs of the world. */
export interface DeliverPorts extends RaisePorts {
  /** @throws {AppError} hub/not-configured */
  readonly transport: () => Transport
  readonly outcomes: UnknownOutcomes
  readonly onSending: (sending: Sending | undefined) => void
}

/**
 * queued → sent. Raises the signatures to the office's level, then brings the packet to the hub, once.
 *
 * From the mark on its bytes are fixed. Before the first byte goes out a mark is committed. Whoever finds
 * the mark (we crashed, or the answer never came) does not know the outcome. A recipient's answer tells it;
 * else the hub is asked, and only when the hub has nothing, and has had time to finish with what we lost, is
 * it sent again. Where the hub cannot be asked a person decides (docs/decisions/0020).
 * The hub documents no idempotency of its own (reference: hub-api section 5, step 5).
 */
export function deliverJob(ports: DeliverPorts): JobHandler {
  const { store, reach, outcomes } = ports

  return async (job, signal) => {
    reach('deliver/claimed')
    const id = documentId.parse(job.subjectId)
    const waiting = store.outgoing.get(id)
    const { documentCode } = waiting
    const sender = store.settings.get('agency')?.organId
    if (waiting.state !== 'queued' || documentCode === undefined || sender === undefined) {
      return () => undefined
    }
    const transport = ports.transport()
    const notation = formatCode(waiting.codeNumber, waiting.fields.codeNotation)

    if (job.sentMark !== undefined) {
      if (waiting.recipients.some(({ state }) => state !== 'waiting')) return accepted(job, id, undefined)
      const { sha256 } = packetOf(waiting)
      const found = await transport.lookup(
        { kind: 'edoc', documentId: documentCode, notation, from: sender, sha256, sentAfter: job.sentMark },
        { signal },
      )
      reach('deliver/looked-up')
      if (found !== undefined) return accepted(job, id, found.packetId)
      outcomes.nothingFound(job.key)
      store.jobs.clearSending(job.key)
    }

    const { sha256, sizeBytes } = packetOf(await raise(ports, waiting, signal))
    // Before the mark: a file that cannot be opened has sent nothing to anybody.
    const file = await store.files.open(sha256)
    try {
      store.jobs.markSending(job.key, ports.now())
      reach('deliver/marked')
      const { packetId } = await transport.send(
        { kind: 'edoc', from: sender, sizeBytes, sha256, open: () => file.stream() },
        {
          signal,
          onProgress: (sentBytes, totalBytes) => {
            ports.onSending({ id, code: notation, sentBytes, totalBytes })
          },
        },
      )
      reach('deliver/sent')
      return accepted(job, id, packetId)
    } catch (cause) {
      return afterFailure(job, id, cause)
    } finally {
      ports.onSending(undefined)
      await file.close()
    }
  }

  /** What is committed together with the end of the job. */
  function accepted(job: Job, id: DocumentId, packetId: string | undefined): () => void {
    return () => {
      const at = ports.now()
      if (packetId !== undefined) store.outgoing.setHubPacketId(id, packetId)
      store.outgoing.move(id, 'accept', at, {
        attempts: job.attempts,
        ...(packetId === undefined ? {} : { packetId }),
      })
      for (const { organId, state } of store.outgoing.get(id).recipients) {
        if (state === 'waiting') store.outgoing.moveRecipient(id, organId, 'accept', at, '')
      }
      settleAnswers(store, id, at)
    }
  }

  /** The mark stays only where the hub may have the packet; a refusal moves the document. */
  function afterFailure(job: Job, id: DocumentId, cause: unknown): () => void {
    if (!(cause instanceof AppError)) throw cause
    if (cause.code !== 'hub/outcome-unknown' && cause.code !== 'hub/cancelled')
      store.jobs.clearSending(job.key)
    if (cause.code !== 'hub/refused' && cause.code !== 'hub/recipient-unknown') throw cause
    const { code, detail } = cause
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
