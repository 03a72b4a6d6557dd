import { AppError } from '../../shared/errors.ts'
import { fieldProblems, type DocumentId } from '../../shared/document/fields.ts'
import type { Outgoing, Store } from '../store/index.ts'
import { requireScan } from './copy.ts'
import { requireFits } from './fit.ts'

/**
 * drafting → frozen. What the authorised person will sign is fixed: the fields are complete and every
 * recipient is in the directory. Of a copy it is what the agency will sign, and the scan must do.
 *
 * @throws {AppError} document/incomplete (detail: the fields), document/changed, document/too-large-for-hub; for a
 *   copy as {@link requireScan}
 */
export async function freeze(store: Store, id: DocumentId, revision: number, now: number): Promise<void> {
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
    store.outgoing.move(id, 'freeze', now)
  })
}

/** The PDF that was taken in. */
function pdfIn({ files }: Outgoing): string | undefined {
  return files.find(({ role }) => role === 'imported')?.sha256
}
