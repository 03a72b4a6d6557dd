import { z } from 'zod'
import { defineMachine, statesOf, type EventOf, type StateOf } from '../machine.ts'

/**
 * What a courier would say of one errand. `held` waits for a person; nothing is deleted by failure, and
 * `ready` comes back without limit. Performed by src/engine/store/jobs.ts and sync/runner.ts.
 */
export const JOB = defineMachine({
  ready: { claim: 'leased', hold: 'held', dismiss: 'done' },
  leased: { succeed: 'done', wait: 'ready', hold: 'held', expire: 'ready' },
  held: { release: 'ready', dismiss: 'done' },
  done: {},
})

export type JobState = StateOf<typeof JOB>
export type JobEvent = EventOf<typeof JOB>
export const jobState = z.enum(statesOf(JOB))

/**
 * The errands there are, and the file whose handler runs each.
 *
 * - `deliver`: send a document's packet (outgoing/deliver.ts); subject = document id
 * - `fetch`: download a listed packet (incoming/collect.ts); subject = the hub's packet id
 * - `admit`: read and judge a downloaded packet (incoming/admit.ts); subject = the hub's packet id
 * - `judge`: judge a received document with the authorities' answers (incoming/judge.ts); subject = incoming
 *   document id
 * - `acknowledge`: tell the hub we have it (incoming/acknowledge.ts); subject = the hub's packet id
 * - `report`: send a status packet to the sender (incoming/report.ts); subject = incoming document id
 * - `evidence`: keep what security servers signed of a sending (outgoing/road-evidence.ts); subject = document id
 */
export const jobKind = z.enum(['deliver', 'fetch', 'admit', 'judge', 'acknowledge', 'report', 'evidence'])
export type JobKind = z.output<typeof jobKind>
