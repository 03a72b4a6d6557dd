import { AppError } from '../../shared/errors.ts'
import { fieldProblems, type DocumentId } from '../../shared/document/fields.ts'
import { copyFormOf } from '../../shared/document/types.ts'
import { requireRole } from '../may.ts'
import type { Outgoing, Store } from '../store/index.ts'
import { requireScan } from './copy.ts'
import { requireFits } from './fit.ts'

/**
 * drafting → frozen. What the authorised person will sign is fixed, as {@link fix} says, by somebody who may
 * approve it; of a copy, which nobody signs, by the clerk too.
 *
 * @throws {AppError} person/may-not, and as {@link fix}
 */
export async function freeze(store: Store, id: DocumentId, revision: number, now: number): Promise<void> {
  if (copyFormOf(store.outgoing.get(id).fields.typeName) === undefined) requireRole(store, 'leader')
  await fix(store, id, revision, () => {
    store.outgoing.move(id, 'freeze', now)
  })
}

/**
 * Fixes a draft: the fields are complete and every recipient is in the directory; of a copy the scan must do.
 * Whatever was to be put right is, or is to be judged again.
 *
 * @param move takes the document on, in the same transaction
 * @throws {AppError} document/incomplete (detail: the fields), document/changed, document/too-large-for-hub; for a
 *   copy as {@link requireScan}
 */
export async function fix(store: Store, id: DocumentId, revision: number, move: () => void): Promise<void> {
  const looked = store.outgoing.get(id)
  requireFits(store, looked)
  await requireScan(store, looked)
  store.atomically(() => {
    const document = store.outgoing.get(id)
    if (document.revision !== revision || pdfIn(document) !== pdfIn(looked)) {
      throw new AppError('document/changed', `revision ${String(revision)}`)
    }
    const problems = fieldProblems(
      document.fields,
      document.files.some((file) => file.role === 'imported'),
    )
    if (problems.length > 0) {
      const names = problems.map(({ field, problem }) => `${field}:${problem}`).join(',')
      throw new AppError('document/incomplete', `cannot freeze: ${names}`, { detail: names })
    }
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

/** The PDF that was taken in. */
function pdfIn({ files }: Outgoing): string | undefined {
  return files.find(({ role }) => role === 'imported')?.sha256
}
