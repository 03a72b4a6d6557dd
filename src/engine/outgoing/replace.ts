import { AppError } from '../../shared/errors.ts'
import { formatCode, type DocumentId, type OutgoingFields } from '../../shared/document/fields.ts'
import { OUTGOING } from '../../shared/document/outgoing.ts'
import { BUSINESS_TYPE } from '../../shared/document/packet.ts'
import { next } from '../../shared/machine.ts'
import type { Outgoing, Store } from '../store/index.ts'
import type { Purpose } from './compose.ts'
import { begin } from './draft.ts'

/**
 * A draft that takes the place of a document that was sent: the same words and recipients, to be put right,
 * with a PDF, signatures and a number of its own. The old one stays as it is until the hub has the new one.
 *
 * @param reason why it is replaced, which every recipient reads
 * @throws {AppError} document/wrong-state
 * @source Decree 30/2020/NĐ-CP Art 18(4): a wrong content is replaced by a document of the same form
 */
export function beginReplacement(store: Store, id: DocumentId, reason: string, now: number): DocumentId {
  const { state, fields, codeNumber, documentCode, recipients } = store.outgoing.get(id)
  if (documentCode === undefined || next(OUTGOING, state, 'replace') === undefined) {
    throw new AppError('document/wrong-state', `replace while ${state}`)
  }
  const kept: OutgoingFields = {
    ...fields,
    pageAmount: 0,
    recipients: recipients.map(({ organId }) => organId),
    replaces: { documentCode, code: formatCode(codeNumber, fields.codeNotation), reason },
  }
  return store.atomically(() => {
    const replacing = begin(store, kept, now)
    const written = store.compositions.get(id)
    if (written !== undefined) store.compositions.keep(replacing, written)
    return replacing
  })
}

/** What the packet of a replacing document says: which one it replaces, and who had got that. */
export function replacementOf(store: Store, { fields: { replaces } }: Outgoing): Purpose | undefined {
  if (replaces === undefined) return undefined
  const { documentCode: documentId, reason } = replaces
  const organIds =
    store.outgoing.findByDocumentCode(documentId)?.recipients.map(({ organId }) => organId) ?? []
  return { type: BUSINESS_TYPE.replace, reason, replacementInfo: [{ documentId, organIds }] }
}

/**
 * sent, returned or confirmed → replaced, of the document that this one takes the place of; inside the
 * caller's transaction. One that is being recalled, or is, stays what it is.
 */
export function settleReplacement(store: Store, by: Outgoing, at: number): void {
  const earlier = store.outgoing.findByDocumentCode(by.fields.replaces?.documentCode ?? '')
  if (earlier === undefined || next(OUTGOING, earlier.state, 'replace') === undefined) return
  store.outgoing.move(earlier.id, 'replace', at, {
    by: by.id,
    number: formatCode(by.codeNumber, by.fields.codeNotation),
  })
}
