import { describe, expect, test } from 'vitest'
import type { DocumentId } from '../../src/shared/document/fields.ts'
import { ERRORS, ERROR_CODES } from '../../src/shared/errors.ts'
import type { DocumentNews, News } from '../../src/shared/news.ts'
import { needsPerson, noticesOf } from '../../src/shared/notices.ts'

const NOW = Date.parse('2026-11-23T10:00:00+07:00')
const ID = '5f0c2f4e-6d61-4b0a-9a53-0a7d2f7f1c11' as DocumentId

const news = (change: Partial<DocumentNews> = {}): DocumentNews => ({
  topic: 'arrived',
  place: 'new',
  id: ID,
  code: '12/UBND-VP',
  agency: 'UBND tỉnh Thanh Vân',
  subject: 'V/v phòng chống bão số 9',
  priority: 0,
  ...change,
})

const told = (all: readonly News[], notices: 'off' | 'code' | 'subject' = 'code', isUnattended = false) =>
  noticesOf(all, { notices }, NOW, isUnattended)

describe('what is told outside the window', () => {
  test('one arrival names the document and its sender, and a click leads to it', () => {
    expect(told([news()])).toEqual([
      {
        topic: 'arrived',
        title: 'Văn bản mới đến',
        body: '12/UBND-VP, UBND tỉnh Thanh Vân',
        wanted: { what: 'place', place: 'new', id: ID },
      },
    ])
  })

  test('fifty arrivals are one notice that counts them and names the first senders', () => {
    const all = Array.from({ length: 50 }, (_, index) => news({ agency: `UBND xã ${String(index % 4)}` }))
    expect(told(all)).toEqual([
      {
        topic: 'arrived',
        title: '50 văn bản mới đến',
        body: 'UBND xã 0, UBND xã 1 và 2 nơi khác',
        wanted: { what: 'place', place: 'new' },
      },
    ])
  })

  test('urgent ones are told one by one while they are few, and come last so that they lie on top', () => {
    const urgent = news({ topic: 'urgent', priority: 3, code: '01/CĐ-UBND' })
    const titles = told([urgent, news(), urgent]).map(({ title }) => title)
    expect(titles).toEqual(['Văn bản mới đến', 'Văn bản hỏa tốc vừa đến', 'Văn bản hỏa tốc vừa đến'])
    expect(told(Array.from({ length: 9 }, () => urgent)).map(({ title }) => title)).toEqual([
      '9 văn bản khẩn vừa đến',
    ])
  })

  test('a deadline says until when, and whether it has passed', () => {
    const due = (at: number) =>
      news({
        topic: 'deadline',
        place: 'outbox',
        agency: undefined,
        deadline: { at, warnAt: at - 1, rule: 'next-morning', calendarMissing: false },
      })
    const hour = 3_600_000
    expect(told([due(NOW + hour)])).toMatchObject([
      { title: 'Văn bản sắp đến hạn', body: '12/UBND-VP\nHạn 23/11/2026 11:00' },
    ])
    expect(told([due(NOW - 1)])).toMatchObject([{ title: 'Văn bản quá hạn' }])
    expect(told([due(NOW + hour), due(NOW + hour), due(NOW - hour)])).toMatchObject([
      { title: '2 văn bản sắp đến hạn, 1 văn bản quá hạn' },
    ])
  })

  test('a refusal and a stop say why, in words', () => {
    const [refused, line] = told([
      news({ topic: 'refused', place: 'outbox', agency: undefined, reason: 'hub/refused' }),
      { topic: 'line', reason: 'hub/unauthorised' },
    ])
    expect(refused?.body).toMatch(/^12\/UBND-VP\n\p{Lu}/u)
    expect(line).toMatchObject({ topic: 'line', wanted: { what: 'place', place: 'outbox' } })
    expect(JSON.stringify([refused, line])).not.toMatch(/hub\//)
  })
})

describe('the abstract', () => {
  const shows = (...how: Parameters<typeof told> extends [unknown, ...infer R] ? R : never) =>
    JSON.stringify(told([news(), news({ topic: 'urgent', priority: 1 })], ...how)).includes('bão')

  test('stands in a notice only where the office wants it, and somebody is at work', () => {
    expect(shows('code')).toBe(false)
    expect(shows('subject')).toBe(true)
    expect(shows('subject', true)).toBe(false)
  })

  test('nothing is told at all where the office wants nothing', () => {
    expect(told([news(), { topic: 'line', reason: 'hub/unauthorised' }], 'off')).toEqual([])
  })

  test('of any length fits', () => {
    const [notice] = told([news({ subject: 'Về việc '.repeat(500) })], 'subject')
    expect(notice?.body.length).toBeLessThanOrEqual(300)
    expect(notice?.body.endsWith('…')).toBe(true)
  })
})

test('only failures of the line itself can stop the queue as a whole', () => {
  const stopping = ERROR_CODES.filter(needsPerson)
  expect(stopping.length).toBeGreaterThan(5)
  for (const code of stopping) expect(ERRORS[code]).toMatchObject({ line: 'down' })
})
