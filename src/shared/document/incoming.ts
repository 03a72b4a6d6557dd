import { z } from 'zod'
import { defineMachine, statesOf, type EventOf, type StateOf } from '../machine.ts'

/**
 * The life of a received packet that carries a document (văn bản đến). Beside each arrow the file in
 * src/engine/incoming/ that performs it. Names are persisted: add, never rename.
 */
export const INCOMING = defineMachine({
  collected: { admit: 'admitted', quarantine: 'quarantined', repeat: 'repeated', ask: 'request' }, // admit.ts: read, checked, 01 sent
  admitted: { register: 'registered', return: 'returned', update: 'admitted', recall: 'recalled' }, // register.ts: 03 with số đến, or 02 with a reason; requests.ts; updates.ts: at once, 15 goes out
  quarantined: { return: 'returned', dismiss: 'dismissed', recall: 'recalled' }, // register.ts: bytes kept either way; requests.ts
  registered: {
    assign: 'assigned',
    process: 'processing',
    finish: 'finished',
    update: 'registered',
    recall: 'recalled',
  }, // process.ts; updates.ts: the clerk agreed to what is put right (15); requests.ts: the clerk agreed to give it back (15)
  assigned: {
    reassign: 'assigned',
    giveBack: 'registered',
    process: 'processing',
    finish: 'finished',
    update: 'assigned',
    recall: 'recalled',
  }, // process.ts: 04, once; to somebody else; the person cannot do it
  processing: {
    reassign: 'assigned',
    giveBack: 'registered',
    finish: 'finished',
    update: 'processing',
    recall: 'recalled',
  }, // process.ts: 05
  finished: { update: 'finished', recall: 'recalled' }, // process.ts: 06
  returned: { recall: 'recalled' }, // requests.ts
  recalled: {}, // metadata and history are kept (Decree 30/2020 App. VI)
  repeated: {}, // the same document came again: acknowledged, shown nowhere
  request: {}, // a request about another document: acknowledged, shown with that document
  dismissed: { recall: 'recalled' }, // requests.ts
})

export type IncomingState = StateOf<typeof INCOMING>
export type IncomingEvent = EventOf<typeof INCOMING>
export const incomingState = z.enum(statesOf(INCOMING))

/** Where the clerk finds a received document. */
export const INCOMING_BOXES = {
  new: ['admitted'],
  registered: ['registered', 'assigned', 'processing', 'finished'],
  quarantine: ['quarantined'],
  returned: ['returned', 'dismissed', 'recalled'],
} as const satisfies Record<string, readonly IncomingState[]>

/** What is in the register and not finished: somebody has to see to it. */
export const UNFINISHED = ['registered', 'assigned', 'processing'] as const satisfies readonly IncomingState[]

/** The boxes, and `asked`: documents of any state whose sender waits for the clerk's answer. */
export const incomingBox = z.enum(['new', 'asked', 'registered', 'quarantine', 'returned'])
export type IncomingBox = z.output<typeof incomingBox>
