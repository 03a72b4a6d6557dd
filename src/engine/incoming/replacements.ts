import type { DocumentId } from '../../shared/document/fields.ts'
import type { RegisterPorts } from './register.ts'

/**
 * Notes what an admitted document replaces, and what replaces it, whichever came first; inside the caller's
 * transaction. Neither is moved: whoever has the old one in hand must see that there is a new one, and the
 * register keeps both. Only documents of one sender replace each other.
 *
 * @source edXML BussinessDocType 3; Decree 30/2020/NĐ-CP Art 18(4)
 */
export function noteReplacements({ store, now }: RegisterPorts, id: DocumentId): void {
  const document = store.incoming.get(id)
  const replaced = document.message?.business.replacementInfo ?? []
  store.incoming.setReplaced(
    id,
    replaced.map(({ documentId }) => documentId),
  )
  const note = (subjectId: DocumentId, by: string) => {
    store.history.append({
      at: now(),
      subjectKind: 'incoming',
      subjectId,
      event: 'replace',
      detail: { number: by },
    })
  }
  for (const { documentId } of replaced) {
    for (const earlier of store.incoming.findByDocumentCode(documentId)) {
      if (earlier.senderOrganId === document.senderOrganId) note(earlier.id, document.code)
    }
  }
  const { replacedBy } = store.incoming.summary({ ...document, verdictWord: undefined })
  if (replacedBy !== undefined) note(id, replacedBy.code)
}
