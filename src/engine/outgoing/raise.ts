import { AppError, codeOf } from '../../shared/errors.ts'
import type { DocumentId } from '../../shared/document/fields.ts'
import { signatureLevel, type LevelPolicy, type SignatureLevel } from '../../shared/signature-policy.ts'
import type { DocumentVerdict } from '../../shared/verdict.ts'
import type { ReachFailPoint } from '../fail-point.ts'
import { passingChunksOf, type PdfSource } from '../pdf/source.ts'
import type { Outgoing, Store } from '../store/index.ts'
import { keepPacket, writePacket } from './packet.ts'

/** What raising a document's signatures needs of the world. */
export interface RaisePorts {
  readonly store: Store
  readonly now: () => number
  readonly reach: ReachFailPoint
  readonly verify: (source: PdfSource) => Promise<DocumentVerdict>
  /** What the office wants of this document, and what if it cannot be had. `undefined`: nothing. */
  readonly wanted: (document: Outgoing) => WantedLevel | undefined
  /**
   * Raises a PDF to a level.
   *
   * @throws {AppError} `authority/*`, `time-stamp/*`, `certificate/*`, `pdf/*`
   */
  readonly extend: (source: PdfSource, level: SignatureLevel, signal: AbortSignal) => Promise<PdfSource>
}

/** The office's wish for a document that is about to leave. */
export interface WantedLevel {
  readonly level: SignatureLevel
  readonly ifMissed: LevelPolicy
}

/**
 * Raises the signatures of a queued document by incremental update, and writes its packet anew: before the
 * first byte leaves, never after. Whatever level was reached is kept, so that a second try begins there.
 *
 * @returns the document as it is to be sent now
 * @throws {AppError} what was in the way where the office waits for it; `level/not-reached` where it wants
 *   to be asked; `certificate/revoked` whatever the office wants: such a document convinces nobody
 */
export async function raise(ports: RaisePorts, document: Outgoing, signal: AbortSignal): Promise<Outgoing> {
  const wanted = ports.wanted(document)
  if (wanted === undefined || document.levelWaived) return document
  const missing = stepsTo(wanted.level, document.level)
  if (missing.length === 0) return document
  const { failure, raised } = await climb(ports, document, missing, signal)
  if (failure === undefined) return raised
  const { code } = failure
  if (code === 'certificate/revoked' || code === 'hub/cancelled') throw failure
  noteMissed(ports, document.id, wanted, failure)
  if (wanted.ifMissed === 'wait') throw failure
  if (wanted.ifMissed === 'send') return raised
  throw new AppError('level/not-reached', `${wanted.level} not reached: ${code}`, { cause: failure })
}

/** The levels still to be taken, lowest first. */
function stepsTo(wanted: SignatureLevel, reached: SignatureLevel | undefined): SignatureLevel[] {
  const { options } = signatureLevel
  const begun = reached === undefined ? 0 : options.indexOf(reached) + 1
  return options.slice(begun, options.indexOf(wanted) + 1)
}

/** Takes one level after the other, and keeps the highest that was reached. */
async function climb(
  ports: RaisePorts,
  document: Outgoing,
  levels: readonly SignatureLevel[],
  signal: AbortSignal,
): Promise<{ readonly failure: AppError | undefined; readonly raised: Outgoing }> {
  const { store } = ports
  const sealed = document.files.findLast((file) => file.role === 'sealed')
  if (sealed === undefined) throw new AppError('document/incomplete', 'no sealed file', { detail: 'pdf' })
  const file = await store.files.open(sealed.sha256)
  let source: PdfSource = file
  let reached: SignatureLevel | undefined
  let failure: AppError | undefined
  try {
    for (const level of levels) {
      try {
        source = await ports.extend(source, level, signal)
        reached = level
      } catch (cause) {
        if (!(cause instanceof AppError)) throw cause
        failure = cause
        break
      }
    }
    if (reached === undefined) return { failure, raised: document }
    const verdict = await ports.verify(source)
    if (verdict.verdict === 'invalid') {
      throw new AppError('sign/self-check-failed', `our own verdict: ${verdict.reasons.join(', ')}`)
    }
    return { failure, raised: await keep(ports, document, { level: reached, source, verdict }) }
  } finally {
    await file.close()
  }
}

/** Stores the raised document and its packet, then commits both: never one without the other. */
async function keep(
  { store, now, reach }: RaisePorts,
  document: Outgoing,
  { level, source, verdict }: { level: SignatureLevel; source: PdfSource; verdict: DocumentVerdict },
): Promise<Outgoing> {
  const { id } = document
  const before = document.files.findLast((file) => file.role === 'sealed')
  if (before === undefined) throw new Error('it was opened a moment ago')
  const at = now()
  const raised = { ...before, ...(await store.files.put(passingChunksOf(source))) }
  const isEncrypted = store.encryptionKeys.isEncrypted(document.packetSha256)
  const written = await writePacket(store, document, raised, at, isEncrypted)
  reach('raise/stored')
  const kept = store.atomically(() => {
    const current = store.outgoing.get(id)
    const stands = current.files.some((file) => file.role === 'sealed' && file.sha256 === before.sha256)
    if (current.state !== 'queued' || !stands) {
      throw new AppError('document/changed', 'it is not the document that was raised any more')
    }
    store.outgoing.setFile(id, raised, 'sealed')
    store.outgoing.setVerdict(id, verdict)
    keepPacket(store, id, written)
    store.outgoing.setLevel(id, level)
    store.history.append({
      at,
      subjectKind: 'outgoing',
      subjectId: id,
      event: 'raise',
      detail: { level, sizeBytes: raised.sizeBytes, sha256: raised.sha256 },
    })
    return store.outgoing.get(id)
  })
  reach('raise/committed')
  return kept
}

/** Written once for each reason, not at each try: an office may be offline for a week. */
function noteMissed({ store, now }: RaisePorts, id: DocumentId, wanted: WantedLevel, cause: AppError): void {
  const code = codeOf(cause)
  const last = store.history.of('outgoing', id).findLast(({ event }) => event === 'miss-level')
  if (last?.detail['code'] === code && last.detail['level'] === wanted.level) return
  const detail = { level: wanted.level, policy: wanted.ifMissed, code }
  store.history.append({ at: now(), subjectKind: 'outgoing', subjectId: id, event: 'miss-level', detail })
}
