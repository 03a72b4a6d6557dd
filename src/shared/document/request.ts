import { z } from 'zod'
import { defineMachine, statesOf, type EventOf, type StateOf } from '../machine.ts'

/**
 * What the sender of a document may ask of those who have it, after it was sent: to give it back (thu hồi), or to
 * take in what is put right about it (cập nhật). Persisted.
 *
 * @source edXML BussinessDocType 1 and 2; Decision 28/2018/QĐ-TTg Arts 8(2), 9; Decree 30/2020/NĐ-CP Art 18(4)
 */
export const receivedKind = z.enum(['recall', 'update'])
export type ReceivedKind = z.output<typeof receivedKind>

/**
 * What goes out about a document that was sent: requests, and the document itself to recipients that were added
 * (`addition`), which asks nothing and is `agreed` when the hub has it. Persisted.
 */
export const requestKind = z.enum([...receivedKind.options, 'addition'])
export type RequestKind = z.output<typeof requestKind>

/**
 * Which packet carries a recall: a document packet of type 1, or a status packet 13. Both are met, and
 * nobody says which one a receiver honours. Persisted.
 */
export const recallRoute = z.enum(['edoc', 'status'])
export type RecallRoute = z.output<typeof recallRoute>

/**
 * What one recipient does with a request of ours. What it does with the document itself goes on beside it
 * in RECIPIENT, so a refusal has nothing to put back. Names are persisted: add, never rename.
 */
export const ASKED = defineMachine({
  waiting: { accept: 'asked', agree: 'agreed', refuse: 'refused', fail: 'failed' }, // requests.ts: the hub took it, or refused it
  asked: { agree: 'agreed', refuse: 'refused' }, // receipts.ts: 15, 16
  refused: { agree: 'agreed' }, // it may agree after all
  agreed: {},
  failed: {},
})
export type AskedState = StateOf<typeof ASKED>
export type AskedEvent = EventOf<typeof ASKED>
export const askedState = z.enum(statesOf(ASKED))

/**
 * A request that came to us. Beside each arrow the file in src/engine/incoming/ that performs it. Names are
 * persisted: add, never rename.
 */
export const REQUEST = defineMachine({
  received: { ask: 'asked', agree: 'agreed', wait: 'early', void: 'voided' }, // requests.ts, updates.ts
  early: { ask: 'asked', agree: 'agreed', void: 'voided' }, // requests.ts, updates.ts: the document arrived after the request
  asked: { agree: 'agreed', refuse: 'refused', void: 'voided' }, // requests.ts: the clerk decides; 15 or 16 goes out
  agreed: {},
  refused: {},
  voided: {}, // answered already, or about an earlier sending: noted, nothing done
})
export type RequestState = StateOf<typeof REQUEST>
export type RequestEvent = EventOf<typeof REQUEST>
export const requestState = z.enum(statesOf(REQUEST))

/** The status that answers a request, and what it does to the recipient's row of it. @source edXML StatusCode 15, 16 */
export const ANSWER_EVENTS: Readonly<Partial<Record<string, AskedEvent>>> = { '15': 'agree', '16': 'refuse' }

/** StatusCode with which a sender asks for its document back. */
export const RECALL_STATUS = '13'

/** The latest request to one recipient, as the window sees it. */
export const askedRecipient = z.object({
  kind: requestKind,
  state: askedState,
  /** When the recipient says it answered, else when we learnt of it. */
  stateAt: z.int(),
  /** Lý do từ chối, or what the recipient wrote. */
  note: z.string(),
})

/** The request about a received document that counts now, as the window sees it. */
export const receivedRequest = z.object({
  id: z.uuid(),
  kind: receivedKind,
  state: requestState,
  /** Why its sender asks. */
  reason: z.string(),
  receivedAt: z.int(),
  /** Why it was refused. */
  answer: z.string(),
})
