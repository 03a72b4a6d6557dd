import { z } from 'zod'
import { defineMachine, statesOf, type EventOf, type StateOf } from '../machine.ts'

/**
 * The life of a received packet that carries a document (văn bản đến). Beside each arrow the file in
 * src/engine/incoming/ that performs it. Names are persisted: add, never rename.
 */
export const INCOMING = defineMachine({
  collected: { admit: 'admitted', quarantine: 'quarantined', repeat: 'repeated' }, // admit.ts: read, checked, 01 sent
  admitted: { register: 'registered', return: 'returned' }, // register.ts: 03 with số đến, or 02 with a reason
  quarantined: { return: 'returned', dismiss: 'dismissed' }, // register.ts: bytes kept either way
  registered: {},
  returned: {},
  repeated: {}, // the same document came again: acknowledged, shown nowhere
  dismissed: {},
})

export type IncomingState = StateOf<typeof INCOMING>
export type IncomingEvent = EventOf<typeof INCOMING>
export const incomingState = z.enum(statesOf(INCOMING))

/** Where the clerk finds a received document. */
export const INCOMING_BOXES = {
  new: ['admitted'],
  registered: ['registered'],
  quarantine: ['quarantined'],
  returned: ['returned', 'dismissed'],
} as const satisfies Record<string, readonly IncomingState[]>

export const incomingBox = z.enum(['new', 'registered', 'quarantine', 'returned'])
export type IncomingBox = z.output<typeof incomingBox>
