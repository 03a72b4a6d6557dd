import type { IncomingSummary, OutgoingSummary } from '../ipc/contract.ts'
import { answerDeadline, sendDeadline, type Deadline, type WorkCalendar } from './working-days.ts'

/**
 * By when an outgoing document must be sent: from the last person's signature on. Undefined while it is not
 * signed; of a copy, which no person signs; and of what was discarded.
 */
export function outgoingDeadline(
  calendar: WorkCalendar,
  row: Pick<OutgoingSummary, 'state' | 'signers' | 'priority'>,
): Deadline | undefined {
  const { state, signers, priority } = row
  const signedAt = signers.map(({ signed }) => signed?.signedAt)
  if (state === 'drafting' || state === 'discarded' || signedAt.length === 0) return undefined
  if (!signedAt.every((at) => at !== undefined)) return undefined
  return sendDeadline(calendar, Math.max(...signedAt), priority)
}

/** By when the clerk must say whether a received document is accepted. Undefined once that is said. */
export function incomingDeadline(
  calendar: WorkCalendar,
  row: Pick<IncomingSummary, 'state' | 'receivedAt' | 'priority'>,
): Deadline | undefined {
  return row.state === 'admitted' ? answerDeadline(calendar, row.receivedAt, row.priority) : undefined
}

/** How it stands: `kept` and `missed` of what is done. */
export type DeadlineStanding = 'far' | 'near' | 'passed' | 'kept' | 'missed'

/** @param doneAt when it was done, epoch milliseconds; undefined while it is not */
export function standingOf(
  { at, warnAt }: Deadline,
  doneAt: number | undefined,
  now: number,
): DeadlineStanding {
  if (doneAt !== undefined) return doneAt <= at ? 'kept' : 'missed'
  if (now > at) return 'passed'
  return now >= warnAt ? 'near' : 'far'
}
