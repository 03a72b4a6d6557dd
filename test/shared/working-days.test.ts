import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  answerDeadline,
  DEFAULT_CALENDAR,
  isWorkingDay,
  nextWorkingDay,
  sendDeadline,
  workCalendar,
  type WorkCalendar,
} from '../../src/shared/document/working-days.ts'
import { vietnamDate } from '../../src/shared/document/vietnam-time.ts'

const at = (text: string) => Date.parse(`${text}:00+07:00`)
const sent = (signed: string, priority = 0) => sendDeadline(DEFAULT_CALENDAR, at(signed), priority).at
const answered = (received: string, priority = 0) =>
  answerDeadline(DEFAULT_CALENDAR, at(received), priority).at

describe('sending: the day of signing, at the latest the morning of the next working day', () => {
  test.each([
    ['an ordinary Monday', '2026-11-23T08:00', '2026-11-24T11:30'],
    ['late in the evening, which is the day before in Greenwich', '2026-11-24T00:30', '2026-11-25T11:30'],
    ['a Friday', '2026-11-27T16:59', '2026-11-30T11:30'],
    ['a Saturday', '2026-11-28T09:00', '2026-11-30T11:30'],
    ['before a Saturday that is worked', '2026-08-21T15:00', '2026-08-22T11:30'],
    ['before Tết', '2026-02-13T15:00', '2026-02-23T11:30'],
    ['before four days off', '2025-12-31T15:00', '2026-01-05T11:30'],
  ])('%s', (_what, signed, deadline) => {
    expect(sent(signed)).toBe(at(deadline))
  })

  test('an urgent one at once, whatever day it is', () => {
    expect(sent('2026-11-28T22:00', 1)).toBe(at('2026-11-28T23:00'))
    expect(sent('2026-11-28T22:00', 2)).toBe(at('2026-11-28T22:30'))
    expect(sent('2026-11-28T22:00', 3)).toBe(at('2026-11-28T22:15'))
  })
})

describe('answering: within the day it came', () => {
  test.each([
    ['in office hours', '2026-11-23T08:00', 0, '2026-11-23T17:00'],
    ['before the office opens', '2026-11-23T06:00', 0, '2026-11-23T17:00'],
    ['after hours', '2026-11-23T17:00', 0, '2026-11-24T17:00'],
    ['on a Saturday', '2026-11-28T10:00', 0, '2026-11-30T17:00'],
    ['urgent in office hours', '2026-11-23T08:00', 3, '2026-11-23T08:15'],
    ['urgent at night: from when the office opens', '2026-11-27T23:00', 3, '2026-11-30T07:45'],
  ])('%s', (_what, received, priority, deadline) => {
    expect(answered(received, priority)).toBe(at(deadline))
  })
})

test('a year whose holidays nobody entered is said', () => {
  expect(sendDeadline(DEFAULT_CALENDAR, at('2026-11-23T08:00'), 0).calendarMissing).toBe(false)
  expect(sendDeadline(DEFAULT_CALENDAR, at('2026-12-31T08:00'), 0).calendarMissing).toBe(true)
})

test('a calendar whose morning ends before it begins, or that names a day twice, is refused', () => {
  expect(workCalendar.safeParse(DEFAULT_CALENDAR).success).toBe(true)
  expect(workCalendar.safeParse({ ...DEFAULT_CALENDAR, morningEnd: '07:00' }).success).toBe(false)
  const [first] = DEFAULT_CALENDAR.days
  expect(workCalendar.safeParse({ ...DEFAULT_CALENDAR, days: [first, first] }).success).toBe(false)
})

test('a calendar that never works is an error, not a loop', () => {
  const days = Array.from({ length: 500 }, (_, index) => ({
    date: vietnamDate(at('2026-11-23T08:00') + index * 86_400_000),
    kind: 'off' as const,
    name: '',
  }))
  expect(() => nextWorkingDay({ days }, '2026-11-23')).toThrow(RangeError)
})

const DAY_MS = 86_400_000
const anyInstant = fc.integer({ min: at('2026-01-01T00:00'), max: at('2027-12-31T23:59') })
const anyCalendar: fc.Arbitrary<WorkCalendar> = fc
  .uniqueArray(fc.tuple(fc.integer({ min: 0, max: 729 }), fc.constantFrom('off' as const, 'work' as const)), {
    maxLength: 60,
    selector: ([day]) => day,
  })
  .map((days) => ({
    ...DEFAULT_CALENDAR,
    days: days.map(([day, kind]) => ({
      date: vietnamDate(at('2026-01-01T00:00') + day * DAY_MS),
      kind,
      name: '',
    })),
  }))

test('a deadline comes after its beginning, in working hours of a working day, with no working day between', () => {
  fc.assert(
    fc.property(anyCalendar, anyInstant, (calendar, signedAt) => {
      const { at: end, warnAt } = sendDeadline(calendar, signedAt, 0)
      const [from, to] = [vietnamDate(signedAt), vietnamDate(end)]
      expect(end).toBeGreaterThan(signedAt)
      expect(warnAt).toBeLessThanOrEqual(end)
      expect(isWorkingDay(calendar, to)).toBe(true)
      expect(new Date(end + 7 * 3_600_000).toISOString().slice(11, 16)).toBe(calendar.morningEnd)
      for (let day = signedAt + DAY_MS; vietnamDate(day) < to; day += DAY_MS) {
        expect(isWorkingDay(calendar, vietnamDate(day)), `between ${from} and ${to}`).toBe(false)
      }
    }),
    { numRuns: 300 },
  )
})

test('who signs later has never less time: deadlines do not cross', () => {
  fc.assert(
    fc.property(
      anyCalendar,
      anyInstant,
      anyInstant,
      fc.integer({ min: 0, max: 3 }),
      (calendar, a, b, priority) => {
        const [first, second] = [Math.min(a, b), Math.max(a, b)]
        expect(sendDeadline(calendar, first, priority).at).toBeLessThanOrEqual(
          sendDeadline(calendar, second, priority).at,
        )
        expect(answerDeadline(calendar, first, priority).at).toBeLessThanOrEqual(
          answerDeadline(calendar, second, priority).at,
        )
      },
    ),
    { numRuns: 300 },
  )
})

test('one more day off never makes a deadline earlier', () => {
  fc.assert(
    fc.property(anyCalendar, anyInstant, fc.integer({ min: 0, max: 729 }), (calendar, signedAt, day) => {
      const date = vietnamDate(at('2026-01-01T00:00') + day * DAY_MS)
      const days = [
        ...calendar.days.filter((one) => one.date !== date),
        { date, kind: 'off' as const, name: '' },
      ]
      expect(sendDeadline({ ...calendar, days }, signedAt, 0).at).toBeGreaterThanOrEqual(
        sendDeadline(calendar, signedAt, 0).at,
      )
    }),
    { numRuns: 300 },
  )
})
