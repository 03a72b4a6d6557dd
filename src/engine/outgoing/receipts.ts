import type { DocumentId } from '../../shared/document/fields.ts'
import type { OutgoingState } from '../../shared/document/outgoing.ts'
import { ANSWER_EVENTS } from '../../shared/document/request.ts'
import { STATUS_EVENTS, type RecipientState } from '../../shared/document/recipient.ts'
import type { StatusMessage } from '../../shared/document/packet.ts'
import type { Outgoing, Store } from '../store/index.ts'
import { settleRecall } from './recall.ts'

/** Recipient states that mean: it is in their register. */
const TAKEN: ReadonlySet<RecipientState> = new Set<RecipientState>([
  'registered',
  'assigned',
  'processing',
  'finished',
])

/** The received packet that a status came in. */
export interface StatusPacket {
  readonly packetId?: string
  readonly sha256?: string
}

/** States of a document that the hub has taken. */
const LEFT: ReadonlySet<OutgoingState> = new Set<OutgoingState>([
  'sent',
  'returned',
  'confirmed',
  'recalling',
  'recalled',
  'replaced',
])

/** Recipient states whose time is the recipient's own: an answer older than that came late. */
const OWN_ANSWERS: ReadonlySet<RecipientState> = new Set<RecipientState>([
  'arrived',
  'returned',
  'recalled',
  ...TAKEN,
])

/**
 * sent → confirmed or returned. Writes down what a recipient answered, inside the caller's transaction.
 *
 * Every status goes to the history, the known and the unknown, the late and the doubled. A status of an
 * agency that was never addressed, about a document that never left, or older than what its agency said
 * last, changes nothing.
 *
 * @param packet that brought it: the history names it, so that its bytes can be shown
 * @returns whether it was about a document of ours
 */
export function applyStatus(
  store: Store,
  message: StatusMessage,
  now: number,
  packet: StatusPacket = {},
): boolean {
  if (applyAnswer(store, message, now, packet)) return true
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
        ...packet,
      },
    })
    return false
  }
  const at = Date.parse(message.timestamp)
  const addressed = document.recipients.find((row) => row.organId === message.from.organId)
  const event = STATUS_EVENTS[message.statusCode]
  const isLate = addressed !== undefined && OWN_ANSWERS.has(addressed.state) && at < addressed.stateAt
  if (addressed === undefined || event === undefined || isLate || !mayHaveLeft(store, document)) {
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
        ...packet,
      },
    })
    return true
  }
  store.outgoing.moveRecipient(document.id, addressed.organId, event, at, message.description, {
    ...packet,
  })
  releaseAnswered(store, document.id, now)
  settleAnswers(store, document.id, now)
  return true
}

/**
 * 15 or 16: what a recipient says to a request of ours. Another agency's, or one to nothing that we asked, is a
 * status like any other.
 */
function applyAnswer(
  store: Store,
  { statusCode, from, ...message }: StatusMessage,
  now: number,
  packet: StatusPacket,
): boolean {
  const event = ANSWER_EVENTS[statusCode]
  if (event === undefined) return false
  const at = Date.parse(message.timestamp)
  const { documentId: named } = message.responseFor
  const about = store.outgoing.findByDocumentCode(named)?.id
  const request = store.requests.askedOf(named, from.organId, at, about)
  if (request === undefined) return false
  const moved = store.requests.move(request.id, from.organId, event, at, message.description, { ...packet })
  if (moved && event === 'agree' && request.kind === 'recall') {
    store.outgoing.moveRecipient(request.documentId, from.organId, 'recall', at, message.description)
  }
  settleAnswers(store, request.documentId, now)
  return true
}

/** An answer tells what the hub could not be asked: the errand that waited for a person goes on, and ends. */
function releaseAnswered(store: Store, id: DocumentId, now: number): void {
  for (const { key, state, lastErrorCode } of store.jobs.forSubject('deliver', id)) {
    if (state === 'held' && lastErrorCode === 'hub/outcome-unaskable') store.jobs.release(key, now)
  }
}

/**
 * Whether the hub can have the packet. A recipient may answer before we know that it was taken (we
 * crashed, or the answer was lost); an answer to what never left is somebody's invention.
 */
function mayHaveLeft(store: Store, { id, state }: Outgoing): boolean {
  if (state !== 'queued') return LEFT.has(state)
  return store.jobs.forSubject('deliver', id).some((job) => job.sentMark !== undefined)
}

/** Moves the document when all its recipients have answered. One that gave it back has no say any more. */
export function settleAnswers(store: Store, id: DocumentId, now: number): void {
  settleRecall(store, id, now)
  const { state, recipients } = store.outgoing.get(id)
  const holders = recipients.filter((row) => row.state !== 'recalled')
  if (holders.length === 0) return
  if (holders.every((row) => TAKEN.has(row.state))) {
    if (state === 'sent' || state === 'returned') store.outgoing.move(id, 'confirm', now)
  } else if (holders.every((row) => TAKEN.has(row.state) || row.state === 'returned')) {
    if (state === 'sent') store.outgoing.move(id, 'return', now)
  }
}
