import { z } from 'zod'
import { isoDate } from './fields.ts'
import { vietnamDate } from './vietnam-time.ts'

/** An hour of the day, `HH:mm`, in Vietnam. */
const timeOfDay = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/)

/** Minutes after which an urgent document is late, for độ khẩn 1 to 3: Khẩn, Thượng khẩn, Hỏa tốc. */
const urgentMinutes = z.tuple([z.int().min(1).max(1440), z.int().min(1).max(1440), z.int().min(1).max(1440)])

/** A day that is not what its weekday says. */
const specialDay = z.object({
  date: isoDate,
  kind: z.enum(['off', 'work']),
  /** What it is, such as `Tết Nguyên đán` or `bù ngày 02/01`. */
  name: z.string().trim().max(100),
})
export type SpecialDay = z.output<typeof specialDay>

/**
 * The office's working days and hours. Weekdays work, Saturday and Sunday rest; what differs is a special
 * day: holidays are announced each year, and so are the days that are worked in their place.
 *
 * @source Labour Code 45/2019/QH14 Arts 111, 112; the yearly announcement of the Ministry of Home Affairs
 */
export const workCalendar = z
  .object({
    days: z.array(specialDay).max(2_000),
    morningStart: timeOfDay,
    /** Until when "in the morning" is; the decision names no hour. */
    morningEnd: timeOfDay,
    afternoonEnd: timeOfDay,
    urgentMinutes,
    /** How long before a deadline the clerk is warned. */
    warnMinutes: z.int().min(0).max(1440),
  })
  .refine(
    ({ morningStart, morningEnd, afternoonEnd }) => morningStart < morningEnd && morningEnd < afternoonEnd,
    {
      path: ['morningEnd'],
    },
  )
  .refine(({ days }) => new Set(days.map(({ date }) => date)).size === days.length, { path: ['days'] })
export type WorkCalendar = z.output<typeof workCalendar>

const DAY_MS = 24 * 60 * 60_000
const MINUTE_MS = 60_000
/** No calendar rests longer; a calendar that does is a mistake of its editor. */
const LONGEST_REST_DAYS = 400

function off(date: string, name: string): SpecialDay {
  return { date, kind: 'off', name }
}

/**
 * What a new office starts with: 2026 as announced. Later years are announced in their turn; until somebody
 * enters them, {@link Deadline.calendarMissing} says so.
 */
export const DEFAULT_CALENDAR: WorkCalendar = {
  days: [
    off('2026-01-01', 'Tết Dương lịch'),
    off('2026-01-02', 'hoán đổi với ngày 10/01'),
    { date: '2026-01-10', kind: 'work', name: 'bù ngày 02/01' },
    off('2026-02-16', 'Tết Nguyên đán'),
    off('2026-02-17', 'Tết Nguyên đán'),
    off('2026-02-18', 'Tết Nguyên đán'),
    off('2026-02-19', 'Tết Nguyên đán'),
    off('2026-02-20', 'Tết Nguyên đán'),
    off('2026-04-27', 'bù Giỗ Tổ Hùng Vương'),
    off('2026-04-30', 'Ngày Chiến thắng'),
    off('2026-05-01', 'Ngày Quốc tế lao động'),
    { date: '2026-08-22', kind: 'work', name: 'bù ngày 31/08' },
    off('2026-08-31', 'hoán đổi với ngày 22/08'),
    off('2026-09-01', 'Quốc khánh'),
    off('2026-09-02', 'Quốc khánh'),
  ],
  morningStart: '07:30',
  morningEnd: '11:30',
  afternoonEnd: '17:00',
  urgentMinutes: [60, 30, 15],
  warnMinutes: 60,
}

/** Whether the office works on a day, `yyyy-MM-dd`. */
export function isWorkingDay(calendar: Pick<WorkCalendar, 'days'>, date: string): boolean {
  const special = calendar.days.find((day) => day.date === date)
  if (special !== undefined) return special.kind === 'work'
  const weekday = new Date(`${date}T00:00:00Z`).getUTCDay()
  return weekday >= 1 && weekday <= 5
}

/**
 * The first working day after a day.
 *
 * @throws {RangeError} where the calendar rests for more than a year
 */
export function nextWorkingDay(calendar: Pick<WorkCalendar, 'days'>, date: string): string {
  let next = date
  for (let steps = 0; steps < LONGEST_REST_DAYS; steps += 1) {
    next = dayAfter(next)
    if (isWorkingDay(calendar, next)) return next
  }
  throw new RangeError(`no working day follows ${date}`)
}

/** Whether the calendar knows anything of a year: without it, its holidays count as working days. */
function knowsYear(calendar: Pick<WorkCalendar, 'days'>, year: string): boolean {
  return calendar.days.some(({ date }) => date.startsWith(`${year}-`))
}

/** By when something must be done, and by which rule. Instants are epoch milliseconds. */
export const deadline = z.object({
  at: z.int(),
  /** From when the clerk is warned. */
  warnAt: z.int(),
  /**
   * `next-morning`: the morning of the next working day; `at-once`: urgent; `same-day`: the day it came;
   * `handle-by`: the day that was named when it was given to somebody.
   */
  rule: z.enum(['next-morning', 'at-once', 'same-day', 'handle-by']),
  /** Nobody entered the holidays of its year. */
  calendarMissing: z.boolean(),
})
export type Deadline = z.output<typeof deadline>

/**
 * By when a document must be sent: on the day of signing, at the latest in the morning of the next working
 * day; an urgent one right after signing.
 *
 * @param signedAt when the authorised person signed, epoch milliseconds
 * @param priority độ khẩn, 0 to 3
 * @source Decision 28/2018/QĐ-TTg Art 6(2)
 */
export function sendDeadline(calendar: WorkCalendar, signedAt: number, priority: number): Deadline {
  if (priority > 0) return atOnce(calendar, signedAt, priority)
  const day = nextWorkingDay(calendar, vietnamDate(signedAt))
  return deadlineAt(calendar, instantOf(day, calendar.morningEnd), 'next-morning')
}

/**
 * By when the clerk must say whether a received document is accepted: within the day it came; what comes
 * after hours or on a day off, on the next working day; an urgent one at once, counted from when the office
 * opens.
 *
 * @param receivedAt epoch milliseconds
 * @source Decree 30/2020/NĐ-CP Art 21; Decision 28/2018/QĐ-TTg Art 6(2)
 */
export function answerDeadline(calendar: WorkCalendar, receivedAt: number, priority: number): Deadline {
  const openAt = openFrom(calendar, receivedAt)
  if (priority > 0) return atOnce(calendar, openAt, priority)
  return deadlineAt(calendar, instantOf(vietnamDate(openAt), calendar.afternoonEnd), 'same-day')
}

/**
 * By when a received document is to be done with: the end of work on the day that was named.
 *
 * @param day `yyyy-MM-dd`
 */
export function handlingDeadline(calendar: WorkCalendar, day: string): Deadline {
  return deadlineAt(calendar, instantOf(day, calendar.afternoonEnd), 'handle-by')
}

/**
 * The day by which a received document is offered to be done with: the day its sender asks for; of an urgent
 * one today. Otherwise no rule names a day, and whoever gives it to somebody does.
 *
 * @source Decision 28/2018/QĐ-TTg Arts 6(2), 10: urgent ones right after receipt; the deadline is the sender's
 */
export function suggestedHandleBy(
  row: { readonly dueDate?: string | undefined; readonly priority: number },
  now: number,
): string | undefined {
  return row.dueDate ?? (row.priority > 0 ? vietnamDate(now) : undefined)
}

function atOnce(calendar: WorkCalendar, from: number, priority: number): Deadline {
  const minutes = calendar.urgentMinutes[Math.min(priority, 3) - 1] ?? calendar.urgentMinutes[2]
  return deadlineAt(calendar, from + minutes * MINUTE_MS, 'at-once', from)
}

/** A warning never comes before there was anything to do. */
function deadlineAt(calendar: WorkCalendar, at: number, rule: Deadline['rule'], notBefore = 0): Deadline {
  return {
    at,
    warnAt: Math.max(notBefore, at - calendar.warnMinutes * MINUTE_MS),
    rule,
    calendarMissing: !knowsYear(calendar, vietnamDate(at).slice(0, 4)),
  }
}

/** The first instant from `at` on at which the office works. */
function openFrom(calendar: WorkCalendar, at: number): number {
  const day = vietnamDate(at)
  if (isWorkingDay(calendar, day)) {
    if (at < instantOf(day, calendar.morningStart)) return instantOf(day, calendar.morningStart)
    if (at < instantOf(day, calendar.afternoonEnd)) return at
  }
  return instantOf(nextWorkingDay(calendar, day), calendar.morningStart)
}

function dayAfter(date: string): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + DAY_MS).toISOString().slice(0, 10)
}

function instantOf(date: string, time: string): number {
  return Date.parse(`${date}T${time}:00+07:00`)
}
