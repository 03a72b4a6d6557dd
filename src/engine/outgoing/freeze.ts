import { AppError } from '../../shared/errors.ts'
import { fieldProblems, type DocumentId } from '../../shared/document/fields.ts'
import type { Store } from '../store/index.ts'

/**
 * drafting → frozen. What the authorised person will sign is fixed: the fields are complete and every
 * recipient is in the directory.
 *
 * @throws {AppError} document/incomplete (detail: the fields), document/changed
 */
export function freeze(store: Store, id: DocumentId, revision: number, now: number): void {
  store.atomically(() => {
    const document = store.outgoing.get(id)
    if (document.revision !== revision) throw new AppError('document/changed', `revision ${String(revision)}`)
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
