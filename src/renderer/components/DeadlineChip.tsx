import { Clock } from 'lucide-react'

import { standingOf } from '../../shared/document/deadlines.ts'
import type { Deadline } from '../../shared/document/working-days.ts'
import { formatSince } from '../lib/format.ts'
import { TEXT } from '../text.vi.ts'
import { Chip } from './Chip.tsx'

const TONE = { far: 'plain', near: 'warn', passed: 'seal', missed: 'warn' } as const

/** A deadline of the law as a clock: what is left, that it is near, or that it has passed. */
export function DeadlineChip({
  deadline,
  doneAt,
  now,
}: {
  deadline: Deadline | undefined
  /** When it was done; what was done in time needs no chip. */
  doneAt?: number | undefined
  now: number
}) {
  if (deadline === undefined) return null
  const standing = standingOf(deadline, doneAt, now)
  if (standing === 'kept') return null
  const words = TEXT.deadline[standing](formatSince(deadline.at, now))
  return (
    <span
      title={deadline.calendarMissing ? TEXT.deadline.calendarMissing : TEXT.deadline.rule[deadline.rule]}
    >
      <Chip tone={TONE[standing]} icon={Clock}>
        {words}
      </Chip>
    </span>
  )
}
