import { z } from 'zod'
import { defineMachine, statesOf, type EventOf, type StateOf } from '../machine.ts'

/**
 * The life of an outgoing document (văn bản đi). Read down the page; beside each arrow stands the file
 * in src/engine/outgoing/ that performs it. Names are persisted: add, never rename.
 */
export const OUTGOING = defineMachine({
  drafting: { freeze: 'frozen', propose: 'proposed', discard: 'discarded' }, // freeze.ts: fields checked, the PDF fixed, by who may approve it; approve.ts: by who may not; draft.ts
  proposed: { approve: 'frozen', sendBack: 'drafting', takeBack: 'drafting' }, // approve.ts: the leader's word; the drafter thought better of it
  frozen: { reopen: 'drafting', sendBack: 'drafting', cosign: 'frozen', sign: 'signed', number: 'numbered' }, // draft.ts; sign.ts: each signer, then the last; number.ts: a copy, which nobody signs
  signed: { reopen: 'drafting', sendBack: 'drafting', number: 'numbered' }, // draft.ts, approve.ts, number.ts: số và ngày
  numbered: { reopen: 'drafting', void: 'signed', voidCopy: 'frozen', seal: 'sealed' }, // draft.ts; sign.ts: the agency
  sealed: { submit: 'queued' }, // submit.ts: packet fixed and job added, one transaction
  queued: { withdraw: 'sealed', accept: 'sent', refuse: 'refused' }, // submit.ts, deliver.ts: the hub's answer
  sent: {
    confirm: 'confirmed',
    return: 'returned',
    recall: 'recalling',
    replace: 'replaced',
    update: 'sent',
    widen: 'sent',
  }, // receipts.ts: what the recipients answer; recall.ts; replace.ts; update.ts: what is put right about it, to whom else it goes
  refused: { withdraw: 'sealed' }, // submit.ts: put right what the hub refused, submit again
  returned: {
    confirm: 'confirmed',
    recall: 'recalling',
    replace: 'replaced',
    update: 'returned',
    widen: 'sent',
  }, // receipts.ts: a recipient may accept after all; recall.ts; replace.ts; update.ts
  confirmed: { recall: 'recalling', replace: 'replaced', update: 'confirmed', widen: 'sent' }, // update.ts; recall.ts: every recipient that has it is asked, one transaction with the errand
  recalling: { recall: 'recalling', giveBack: 'recalled', keep: 'sent' }, // recall.ts: asked again; nobody has it any more; somebody keeps it (16)
  recalled: {},
  replaced: {}, // replace.ts: the hub took the document that takes its place
  discarded: {},
})

export type OutgoingState = StateOf<typeof OUTGOING>
export type OutgoingEvent = EventOf<typeof OUTGOING>
export const outgoingState = z.enum(statesOf(OUTGOING))

/** Where the clerk finds a document: the navigation's boxes and the states each one holds. */
export const OUTGOING_BOXES = {
  drafts: ['drafting'],
  toApprove: ['proposed'],
  toSign: ['frozen', 'signed', 'numbered'],
  outbox: ['sealed', 'queued', 'refused'],
  sent: ['sent', 'confirmed', 'returned', 'recalling', 'recalled', 'replaced'],
} as const satisfies Record<string, readonly OutgoingState[]>

/** The boxes, and `sentBack`: drafts that were sent back to whoever wrote them, to be put right. */
export const outgoingBox = z.enum(['drafts', 'sentBack', 'toApprove', 'toSign', 'outbox', 'sent'])
export type OutgoingBox = z.output<typeof outgoingBox>
