import { z } from 'zod'
import { documentId, type DocumentId } from '../../shared/document/fields.ts'
import { AppError } from '../../shared/errors.ts'
import type { ReachFailPoint } from '../fail-point.ts'
import type { Transport } from '../hub/transport.ts'
import type { JobHandler } from '../job-handler.ts'
import type { Job, Store } from '../store/index.ts'

/** What keeping evidence needs of the world. */
export interface RoadEvidencePorts {
  readonly store: Store
  readonly now: () => number
  readonly reach: ReachFailPoint
  /** @throws {AppError} hub/not-configured */
  readonly transport: () => Transport
}

/** Security servers stamp what they logged in batches; who asks at once hears that there is nothing yet. */
const FIRST_TRY_AFTER_MS = 120_000
/** Message logs keep records for 30 days unless told otherwise; a server that has none by now keeps none. */
const PATIENCE_MS = 7 * 86_400_000

const payload = z.object({ attemptId: z.uuid() })

/**
 * Has what the security servers signed of a sending fetched, where the office's line goes over an X-Road. Runs
 * inside the transaction that notes the hub's acceptance.
 *
 * @param sending the errand that was accepted; of several attempts the last is the one that arrived
 */
export function addRoadEvidence(store: Store, id: DocumentId, sending: Job, at: number): void {
  const hub = store.settings.get('hub')
  if (hub === undefined || hub.kind === 'filedrop' || hub.road === undefined) return
  const attempt = store.history.of('job', sending.key).findLast(({ event }) => event === 'attempt')
  const { data } = payload.safeParse(attempt?.detail)
  if (data === undefined) return
  store.jobs.add({
    key: `evidence/${data.attemptId}`,
    kind: 'evidence',
    subjectId: id,
    dueAt: at + FIRST_TRY_AFTER_MS,
    payload: data,
  })
}

/**
 * Keeps the signed records of a sending: the bytes as the security server gave them, and a line of the history
 * that names them by their hash, so that they go into the document's evidence file.
 */
export function evidenceJob({ store, now, reach, transport }: RoadEvidencePorts): JobHandler {
  return async (job, signal) => {
    const id = documentId.parse(job.subjectId)
    const { attemptId } = payload.parse(job.payload)
    const records = transport().evidence(attemptId, { signal })
    if (records === undefined) return () => undefined
    try {
      const { sha256, sizeBytes } = await store.files.put(records)
      reach('evidence/kept')
      return note('road-evidence', { attemptId, sha256, sizeBytes })
    } catch (cause) {
      const isHopeless = now() - job.createdAt > PATIENCE_MS
      if (!(cause instanceof AppError) || cause.code !== 'road/evidence-missing' || !isHopeless) throw cause
      return note('road-evidence-missing', { attemptId })
    }

    function note(event: string, detail: Readonly<Record<string, string | number>>): () => void {
      return () => {
        store.history.append({ at: now(), subjectKind: 'outgoing', subjectId: id, event, detail })
      }
    }
  }
}
