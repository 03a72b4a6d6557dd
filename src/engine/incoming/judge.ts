import { documentId, type DocumentId } from '../../shared/document/fields.ts'
import type { DocumentVerdict, ReasonCode } from '../../shared/verdict.ts'
import { AppError } from '../../shared/errors.ts'
import type { ReachFailPoint } from '../fail-point.ts'
import type { JobHandler } from '../job-handler.ts'
import { documentLeftOpen } from '../signing/verdicts.ts'
import type { Store } from '../store/index.ts'
import { judgeFiles, type FileJudges } from './judge-files.ts'

/** What judging again needs of the world. */
export interface JudgePorts {
  readonly store: Store
  readonly now: () => number
  readonly reach: ReachFailPoint
  /** Judges after asking the authorities; `complete` tells afterwards whether all of them answered. */
  readonly judgesOnline: (signal: AbortSignal) => FileJudges & { readonly complete: () => boolean }
}

/** What an authority could still settle. */
const OPEN: ReadonlySet<ReasonCode> = new Set<ReasonCode>([
  'revocation-unknown-note',
  'revocation-cached-note',
  'intermediate-missing',
])
/** What sender.ts found when the document was admitted. */
const SENDER: ReadonlySet<ReasonCode> = new Set<ReasonCode>([
  'sender-differs',
  'sender-code-differs',
  'sender-unsealed-note',
])
/** Whatever brings documents in or out goes before. */
const LAST = -1
/** An authority that has been silent for so long will not answer any more. */
const PATIENCE_MS = 7 * 24 * 3_600_000

/** Has a received document judged again with the authorities' answers, if they could change anything. */
export function addJudging(store: Store, id: DocumentId, verdict: DocumentVerdict, at: number): void {
  if (!verdict.reasons.some((reason) => OPEN.has(reason))) return
  store.jobs.add({ key: `judge/${id}`, kind: 'judge', subjectId: id, dueAt: at, priority: LAST })
}

/** Has a received document judged anew because it has more files than it was judged by. */
export function judgeAgain(store: Store, id: DocumentId, at: number): void {
  store.jobs.add({ key: `judge/${id}`, kind: 'judge', subjectId: id, dueAt: at, priority: LAST, again: true })
}

/**
 * A received document is admitted by what is known without a line, and judged again when the authorities can
 * be asked. The new verdict replaces the old one, and the history says what changed.
 */
export function judgeJob(ports: JudgePorts): JobHandler {
  const { store, now, reach } = ports

  return async (job, signal) => {
    reach('judge/claimed')
    const id = documentId.parse(job.subjectId)
    const { files, verdict: before } = store.incoming.get(id)
    const judges = ports.judgesOnline(signal)
    const judged = await judgeFiles(store.files, files, judges)
    if (judged === undefined) return () => undefined
    // The authorities say nothing about who sent it.
    const verdict = documentLeftOpen(judged, before?.reasons.filter((code) => SENDER.has(code)) ?? [])
    reach('judge/judged')
    const note = () => {
      if (JSON.stringify(verdict) === JSON.stringify(before)) return
      store.incoming.setVerdict(id, verdict)
      // Asked again and again while an authority is silent: only what reads otherwise is news.
      if (before !== undefined && gist(verdict) === gist(before)) return
      const detail = { ...(before === undefined ? {} : { from: before.verdict }), verdict: verdict.verdict }
      store.history.append({ at: now(), subjectKind: 'incoming', subjectId: id, event: 'judge', detail })
    }
    if (judges.complete() || now() - job.createdAt >= PATIENCE_MS) return note
    store.atomically(note)
    throw new AppError('authority/unreachable', 'not all authorities answered')
  }
}

/** What a clerk would see to be different. */
function gist({ verdict, reasons }: DocumentVerdict): string {
  return [verdict, ...reasons].join(' ')
}
