import { expect, test } from 'vitest'

import {
  formatDay,
  formatInstant,
  formatMm,
  formatSince,
  formatSize,
  formatSpan,
  formatTime,
  formatWhen,
  isoDayOf,
  parseDay,
  parseMm,
} from '../../src/renderer/lib/format.ts'

/** 09:41 on 15 January 2026 in Vietnam. */
const MORNING = Date.parse('2026-01-15T09:41:00+07:00')

test('a time is Vietnam time, whatever zone the PC is set to', () => {
  const before = process.env['TZ']
  process.env['TZ'] = 'America/Los_Angeles'
  try {
    expect(formatTime(MORNING)).toBe('09:41')
    expect(formatInstant(MORNING)).toBe('09:41, 15/01/2026')
  } finally {
    if (before === undefined) delete process.env['TZ']
    else process.env['TZ'] = before
  }
})

test('half past midnight in Vietnam belongs to the new day, though it is still yesterday in Greenwich', () => {
  expect(isoDayOf(Date.parse('2026-01-15T00:30:00+07:00'))).toBe('2026-01-15')
})

test('a list shows the hour today, “hôm qua”, the day this year, and the year before that', () => {
  const at = (text: string) => formatWhen(Date.parse(text), MORNING)
  expect(at('2026-01-15T00:05:00+07:00')).toBe('00:05')
  expect(at('2026-01-14T23:55:00+07:00')).toBe('hôm qua')
  expect(at('2026-01-03T10:00:00+07:00')).toBe('03/01')
  expect(at('2025-12-31T10:00:00+07:00')).toBe('31/12/2025')
})

test('“từ” names the day only when it is not today', () => {
  expect(formatSince(MORNING, MORNING + 60_000)).toBe('09:41')
  expect(formatSince(MORNING, MORNING + 86_400_000)).toBe('09:41 ngày 15/01')
})

test('a day is written dd/MM/yyyy and read back however the clerk separates it', () => {
  expect(formatDay('2026-02-05')).toBe('05/02/2026')
  for (const typed of ['05/02/2026', '5/2/2026', '5-2-2026', ' 05.02.2026 ']) {
    expect(parseDay(typed)).toBe('2026-02-05')
  }
})

test('a day that is not in the calendar is refused', () => {
  for (const typed of ['31/02/2026', '00/01/2026', '1/13/2026', '2026-02-05', '5/2/26', 'mai', '']) {
    expect(parseDay(typed)).toBeUndefined()
  }
})

test('sizes and waits are said the way people say them', () => {
  expect([999, 38_400, 412_000, 1_240_000, 51_800_000].map(formatSize)).toEqual([
    '999 byte',
    '38 KB',
    '412 KB',
    '1,2 MB',
    '51,8 MB',
  ])
  expect([25_000, 720_000, 10_800_000, 345_600_000].map(formatSpan)).toEqual([
    '25 giây',
    '12 phút',
    '3 giờ',
    '4 ngày',
  ])
})

test('millimetres are written and read with a comma, and a point is understood', () => {
  expect([formatMm(36), formatMm(36.5)]).toEqual(['36', '36,5'])
  expect(['36', ' 36,5 ', '36.5', '36 mm'].map(parseMm)).toEqual([36, 36.5, 36.5, 36])
  expect(['', 'ba', '36,55', '-3', '1e2', '1000'].map(parseMm)).toEqual(Array(6).fill(undefined))
})
