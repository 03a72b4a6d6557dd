import { CalendarClock, UserRound } from 'lucide-react'

import type { IncomingSummary } from '../../shared/ipc/contract.ts'
import { UNFINISHED } from '../../shared/document/incoming.ts'
import { formatDay, isoDayOf } from '../lib/format.ts'
import { TEXT } from '../text.vi.ts'
import { Chip } from './Chip.tsx'

/** Who handles a received document and by when; overdue in the seal's red. Nothing once it is finished. */
export function TaskChips({ row, now }: { row: IncomingSummary; now: number }) {
  if (!UNFINISHED.some((state) => state === row.state)) return null
  const today = isoDayOf(now)
  const { handleBy } = row
  const isLate = handleBy !== undefined && handleBy < today
  return (
    <>
      <Chip tone={row.assignee === undefined ? 'warn' : 'info'} icon={UserRound}>
        {row.assignee?.name ?? TEXT.handling.unassigned}
      </Chip>
      {handleBy === undefined ? null : (
        <Chip tone={isLate ? 'seal' : handleBy === today ? 'warn' : 'plain'} icon={CalendarClock}>
          {isLate
            ? TEXT.handling.overdue(formatDay(handleBy))
            : handleBy === today
              ? TEXT.handling.dueToday
              : TEXT.handling.dueOn(formatDay(handleBy))}
        </Chip>
      )}
    </>
  )
}
