import type { Composition } from '../../shared/document/composition.ts'
import { AppError } from '../../shared/errors.ts'
import { fieldProblems, type DocumentId } from '../../shared/document/fields.ts'
import { copyFormOf } from '../../shared/document/types.ts'
import { requireRole } from '../may.ts'
import type { Outgoing, Store } from '../store/index.ts'
import { requireScan } from './copy.ts'
import { requireFits } from './fit.ts'
import type { TypesetPorts } from './typeset.ts'
import { keepWritten } from './writing.ts'

/** Whether a document has what its signer would sign: a PDF that was taken in, or a text written here. */
export function hasPage(store: Store, { id, files }: Outgoing): boolean {
  return files.some(({ role }) => role === 'imported') || store.compositions.get(id) !== undefined
}

/**
 * drafting → frozen. What the authorised person will sign is fixed, as {@link fix} says, by somebody who may
 * approve it; of a copy, which nobody signs, by the clerk too.
 *
 * @throws {AppError} person/may-not, and as {@link fix}
 */
export async function freeze(
  store: Store,
  id: DocumentId,
  revision: number,
  now: number,
  ports?: TypesetPorts,
): Promise<void> {
  if (copyFormOf(store.outgoing.get(id).fields.typeName) === undefined) requireRole(store, 'leader')
  const move = () => {
    store.outgoing.move(id, 'freeze', now)
  }
  await fix(store, id, revision, move, ports)
}

/**
 * Fixes a draft: the fields are complete and every recipient is in the directory; of a copy the scan must do.
 * Whatever was to be put right is, or is to be judged again. What is written here is printed now, and that print is
 * what will be read and signed.
 *
 * @param move takes the document on, in the same transaction
 * @param ports print what is written; a document whose PDF was taken in needs none
 * @throws {AppError} document/incomplete (detail: the fields), document/changed, document/too-large-for-hub,
 *   print/failed; for a copy as {@link requireScan}
 */
export async function fix(
  store: Store,
  id: DocumentId,
  seen: number,
  move: () => void,
  ports?: TypesetPorts,
): Promise<void> {
  const composition = store.compositions.get(id)
  const revision = composition === undefined ? seen : await printed(store, id, seen, composition, ports)
  const looked = store.outgoing.get(id)
  requireFits(store, looked)
  await requireScan(store, looked)
  store.atomically(() => {
    const document = store.outgoing.get(id)
    if (document.revision !== revision || pdfIn(document) !== pdfIn(looked)) {
      throw new AppError('document/changed', `revision ${String(revision)}`)
    }
    requireComplete(store, document)
    const known = store.directory.byIds(document.fields.recipients)
    if (known.length !== new Set(document.fields.recipients).size) {
      throw new AppError('document/incomplete', 'a recipient is not in the directory', {
        detail: 'recipients:wrong-form',
      })
    }
    store.outgoing.setRecipients(
      id,
      known.map(({ organId, name }) => ({ organId, name })),
    )
    store.outgoing.setSentBack(id, undefined)
    move()
  })
}

function requireComplete(store: Store, document: Outgoing): void {
  const problems = fieldProblems(document.fields, hasPage(store, document))
  if (problems.length === 0) return
  const names = problems.map(({ field, problem }) => `${field}:${problem}`).join(',')
  throw new AppError('document/incomplete', `cannot freeze: ${names}`, { detail: names })
}

/**
 * Prints what is written of a draft and keeps the print as its PDF, the text as a version.
 *
 * @returns the revision that the draft has now
 */
async function printed(
  store: Store,
  id: DocumentId,
  revision: number,
  composition: Composition,
  ports: TypesetPorts | undefined,
): Promise<number> {
  const document = store.outgoing.get(id)
  const { fields, state, revision: kept } = document
  if (kept !== revision) throw new AppError('document/changed', `revision ${String(revision)}`)
  if (state !== 'drafting') throw new AppError('document/wrong-state', `freeze while ${state}`)
  requireComplete(store, document)
  if (ports === undefined) throw new AppError('print/failed', 'nothing to print with')
  const { typeset } = await import('./typeset.ts')
  const { bytes, pages } = await typeset({ fields, composition }, ports)
  const { sha256, sizeBytes } = await store.files.putBytes(bytes)
  return store.atomically(() => {
    // Again: it may have been typed on while the page was printed.
    store.outgoing.save(id, revision, { ...fields, pageAmount: Math.min(999, pages) })
    const name = `${fields.typeName.replace(/\s*\(.*\)$/u, '')}.pdf`
    store.outgoing.setFile(id, { sha256, name, contentType: 'application/pdf', sizeBytes }, 'imported')
    keepWritten(store, id, 'frozen')
    return store.outgoing.get(id).revision
  })
}

/** The PDF that was taken in. */
function pdfIn({ files }: Outgoing): string | undefined {
  return files.find(({ role }) => role === 'imported')?.sha256
}
