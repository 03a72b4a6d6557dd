import type { NoticePlace } from '../shared/desktop.ts'
import { formatCode, type DocumentId } from '../shared/document/fields.ts'
import { vietnamDate } from '../shared/document/vietnam-time.ts'
import { DEFAULT_CALENDAR, sendDeadline } from '../shared/document/working-days.ts'
import type { MonthCount, Output, PressingDocument } from '../shared/ipc/contract.ts'
import { runningDeadlines, type RunningDeadline } from './deadlines.ts'
import type { Store } from './store/index.ts'

const SHOWN = 10

/** Today's numbers, as the person at work has to see to them. */
export function today(store: Store, now: number): Output<'home.today'> {
  const out = store.outgoing.counts()
  const running = runningDeadlines(store, now)
  const late = running.filter(({ deadline }) => deadline.at < now)
  const day = vietnamDate(now)
  return {
    toSign: out.toSign,
    toSend: out.outbox,
    arrived: store.incoming.countOf('new'),
    dueToday: running.filter(({ deadline }) => deadline.at >= now && vietnamDate(deadline.at) === day).length,
    late: late.length,
    pressing: running.slice(0, SHOWN).map((one) => described(store, one)),
  }
}

/**
 * What was sent and received in a year, month by month, in Vietnam's calendar. On time is what left before the
 * deadline that ran from the last person's signature by the calendar of now; what no person signed (a copy) has none.
 * Gives other work its turn between two months.
 */
export async function yearAtAGlance(store: Store, year: number): Promise<Output<'home.year'>> {
  const calendar = store.settings.get('workCalendar') ?? DEFAULT_CALENDAR
  const months: MonthCount[] = []
  for (let month = 1; month <= 12; month += 1) {
    const from = startOf(year, month)
    const to = startOf(month === 12 ? year + 1 : year, (month % 12) + 1)
    const sent = store.outgoing.sentBetween(from, to)
    const timed = sent.flatMap(({ signedAt, ...row }) =>
      signedAt === undefined ? [] : [{ ...row, signedAt }],
    )
    months.push({
      month,
      sent: sent.length,
      received: store.incoming.countReceived(from, to),
      timed: timed.length,
      onTime: timed.filter(
        ({ signedAt, sentAt, priority }) => sentAt <= sendDeadline(calendar, signedAt, priority).at,
      ).length,
    })
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
  }
  return { year, months }
}

function described(store: Store, { place, id, deadline }: RunningDeadline): PressingDocument {
  return { place, id, ...titleOf(store, place, id), deadline }
}

/** What names a document to the clerk; `code` is its type where it has no number. */
export function titleOf(
  store: Store,
  place: NoticePlace,
  id: DocumentId,
): { code: string; subject: string; priority: number } {
  if (place === 'new' || place === 'handling') {
    const { code, typeName, subject, priority } = store.incoming.get(id)
    return { code: code === '' ? typeName : code, subject, priority }
  }
  const { codeNumber, fields } = store.outgoing.get(id)
  const code = codeNumber === undefined ? fields.typeName : formatCode(codeNumber, fields.codeNotation)
  return { code, subject: fields.subject, priority: fields.priority }
}

/** The first instant of a month in Vietnam. */
function startOf(year: number, month: number): number {
  return Date.parse(`${String(year)}-${String(month).padStart(2, '0')}-01T00:00:00+07:00`)
}
