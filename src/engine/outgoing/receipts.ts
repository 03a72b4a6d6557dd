import type { DocumentId } from '../../shared/document/fields.ts'
import { STATUS_EVENTS, type RecipientState } from '../../shared/document/recipient.ts'
import type { StatusMessage } from '../../shared/document/packet.ts'
import type { Store } from '../store/index.ts'

/** Recipient states that mean: it is in their register. */
const TAKEN: ReadonlySet<RecipientState> = new Set<RecipientState>([
  'registered',
  'assigned',
  'processing',
  'finished',
])

/**
 * sent → confirmed or returned. Writes down what a recipient answered, inside the caller's transaction.
 *
 * Every status goes to the history, the known and the unknown, the late and the doubled. A status of an
 * agency that was never addressed, or about a document we never sent, changes nothing.
 *
 * @returns whether it was about a document of ours
 */
export function applyStatus(store: Store, message: StatusMessage, now: number): boolean {
  const document = store.outgoing.findByDocumentCode(message.responseFor.documentId)
  if (document === undefined) {
    store.history.append({
      at: now,
      subjectKind: 'office',
      subjectId: 'inbox',
      event: 'status',
      detail: {
        code: message.statusCode,
        from: message.from.organId,
        about: message.responseFor.documentId,
        ours: false,
      },
    })
    return false
  }
  const at = Date.parse(message.timestamp)
  const addressed = document.recipients.find((row) => row.organId === message.from.organId)
  const event = STATUS_EVENTS[message.statusCode]
  if (addressed === undefined || event === undefined) {
    store.history.append({
      at: now,
      subjectKind: 'outgoing',
      subjectId: document.id,
      event: 'status',
      detail: {
        code: message.statusCode,
        organId: message.from.organId,
        statusAt: at,
        note: message.description,
        addressed: addressed !== undefined,
      },
    })
    return true
  }
  store.outgoing.moveRecipient(document.id, addressed.organId, event, at, message.description)
  settle(store, document.id, now)
  return true
}

/** Moves the document when all its recipients have answered. */
function settle(store: Store, id: DocumentId, now: number): void {
  const { state, recipients } = store.outgoing.get(id)
  if (recipients.length === 0) return
  if (recipients.every((row) => TAKEN.has(row.state))) {
    if (state === 'sent' || state === 'returned') store.outgoing.move(id, 'confirm', now)
  } else if (recipients.every((row) => TAKEN.has(row.state) || row.state === 'returned')) {
    if (state === 'sent') store.outgoing.move(id, 'return', now)
  }
}
