import { vietnamDate } from '../shared/document/vietnam-time.ts'
import {
  answerDeadline,
  DEFAULT_CALENDAR,
  handlingDeadline,
  sendDeadline,
} from '../shared/document/working-days.ts'
import { OUTGOING_BOXES } from '../shared/document/outgoing.ts'
import type { Output } from '../shared/ipc/contract.ts'
import type { Store } from './store/index.ts'

const DAY_MS = 86_400_000

/**
 * What must be done soon, or should have been: documents that are signed and not sent, and received ones that
 * nobody accepted or returned; and what the person at work was given to do. The most urgent first.
 */
export function pressingDeadlines(store: Store, now: number): Output<'deadlines.pressing'> {
  return runningDeadlines(store, now).filter(({ deadline }) => deadline.warnAt <= now)
}

/** Something with a deadline that is not done. */
export type RunningDeadline = Output<'deadlines.pressing'>[number]

/** The same without regard to when the warning begins; of what was given to somebody, what is due by tomorrow. */
export function runningDeadlines(store: Store, now: number): RunningDeadline[] {
  const calendar = store.settings.get('workCalendar') ?? DEFAULT_CALENDAR
  const toSign: readonly string[] = OUTGOING_BOXES.toSign
  const outgoing = store.outgoing.signedUnsent().map(({ id, state, signedAt, priority }) => ({
    place: toSign.includes(state) ? ('to-sign' as const) : ('outbox' as const),
    id,
    deadline: sendDeadline(calendar, signedAt, priority),
  }))
  const incoming = store.incoming.unanswered().map(({ id, receivedAt, priority }) => ({
    place: 'new' as const,
    id,
    deadline: answerDeadline(calendar, receivedAt, Math.min(priority, 3)),
  }))
  const handling = store.incoming
    .dueForHandling(vietnamDate(now + Math.max(calendar.warnMinutes * 60_000, DAY_MS)))
    .filter(({ assigneeId }) => isOf(store, assigneeId))
    .flatMap(({ id, handleBy }) =>
      handleBy === undefined
        ? []
        : [{ place: 'handling' as const, id, deadline: handlingDeadline(calendar, handleBy) }],
    )
  return [...outgoing, ...incoming, ...handling].sort((one, other) => one.deadline.at - other.deadline.at)
}

/** What nobody of the list was given is everybody's; the leader and the clerk see to all of it. */
function isOf(store: Store, assigneeId: string | undefined): boolean {
  const person = store.actor.current()
  if (person === undefined || assigneeId === undefined || assigneeId === person.id) return true
  return person.roles.includes('leader') || person.roles.includes('clerk')
}
