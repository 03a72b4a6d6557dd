import { z } from 'zod'
import { askedRecipient } from './request.ts'
import { defineMachine, statesOf, type EventOf, type StateOf } from '../machine.ts'

/**
 * What one recipient did with an outgoing document. Statuses arrive late, twice and out of order, so
 * every later state may be reached from every earlier one; receipts.ts keeps all of them in the history
 * and follows the newest.
 *
 * @source Decision 28/2018/QĐ-TTg Arts 9–10; edXML StatusCode 01–06 beside each event
 */
export const RECIPIENT = defineMachine({
  waiting: {
    accept: 'sent', // the hub took the packet
    // The recipient may answer before we learn that the hub took it.
    arrive: 'arrived',
    return: 'returned',
    register: 'registered',
    assign: 'assigned',
    process: 'processing',
    finish: 'finished',
    recall: 'recalled',
  },
  sent: {
    arrive: 'arrived',
    return: 'returned',
    register: 'registered',
    assign: 'assigned',
    process: 'processing',
    finish: 'finished',
    recall: 'recalled',
  },
  arrived: {
    return: 'returned',
    register: 'registered',
    assign: 'assigned',
    process: 'processing',
    finish: 'finished',
    recall: 'recalled',
  }, // 01
  returned: {
    register: 'registered',
    assign: 'assigned',
    process: 'processing',
    finish: 'finished',
    recall: 'recalled',
  }, // 02
  registered: {
    return: 'returned',
    assign: 'assigned',
    process: 'processing',
    finish: 'finished',
    recall: 'recalled',
  }, // 03
  assigned: { process: 'processing', finish: 'finished', recall: 'recalled' }, // 04
  processing: { finish: 'finished', recall: 'recalled' }, // 05
  finished: { recall: 'recalled' }, // 06
  recalled: {}, // 15 in answer to a recall: it has the document no more
})

export type RecipientState = StateOf<typeof RECIPIENT>
export type RecipientEvent = EventOf<typeof RECIPIENT>
const recipientState = z.enum(statesOf(RECIPIENT))

/** Mã trạng thái of a status packet, and what it does to the recipient's row. */
export const STATUS_EVENTS: Readonly<Partial<Record<string, RecipientEvent>>> = {
  '01': 'arrive',
  '02': 'return',
  '03': 'register',
  '04': 'assign',
  '05': 'process',
  '06': 'finish',
}

/** A recipient's row as the window sees it. */
export const recipient = z.object({
  organId: z.string(),
  name: z.string(),
  state: recipientState,
  /** When the recipient says it happened, else when we learnt of it. */
  stateAt: z.int(),
  /** Lý do trả lại, or the description the recipient wrote. */
  note: z.string(),
  /** What we asked of it last, if anything. */
  request: askedRecipient.optional(),
})
export type Recipient = z.output<typeof recipient>
