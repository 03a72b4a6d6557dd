import {
  firstNumber,
  seriesIn,
  seriesNamed,
  type GapReason,
  type Numbering,
  type NumberGap,
  type NumberingRules,
  type NumberRange,
} from '../../shared/document/numbering.ts'
import { vietnamDate } from '../../shared/document/vietnam-time.ts'
import { AppError } from '../../shared/errors.ts'
import type { Book, Store } from '../store/index.ts'
import { clerkOf } from '../may.ts'
import { noteGap, rulesOf } from './number.ts'

/** The rules in force and where each of their series stands in this year of Vietnam's calendar. */
export function currentNumbering(store: Store, now: number): Numbering {
  const rules = rulesOf(store)
  const year = Number(vietnamDate(now).slice(0, 4))
  const series = seriesIn(rules).map((one) => {
    const book = bookNamed(rules, one.key, year)
    const { isBegun, peek } = store.registers
    return { ...one, first: firstNumber(rules, one.key, year), next: peek(book), begun: isBegun(book) }
  })
  return { rules, year, series }
}

/**
 * Numbers from now on as the head of the agency decided. What was given stays as it was given: a group
 * that ever gave a number is kept, without types, where the new rules leave it out.
 *
 * @throws {AppError} numbering/in-use when a series that has begun would begin at another number
 */
export function saveNumbering(store: Store, rules: NumberingRules, now: number): void {
  store.atomically(() => {
    const before = rulesOf(store)
    for (const { series, year } of [...before.starts, ...rules.starts]) {
      const moved = firstNumber(before, series, year) !== firstNumber(rules, series, year)
      if (moved && store.registers.isBegun({ series, year })) {
        throw new AppError('numbering/in-use', `${series} has begun in ${String(year)}`)
      }
    }
    const left = before.groups.filter(
      ({ id }) => !rules.groups.some((group) => group.id === id) && store.registers.isUsed(`group/${id}`),
    )
    const groups = [...rules.groups, ...left.map((group) => ({ ...group, types: [] }))]
    store.settings.set('numbering', { ...rules, groups })
    const { scheme } = rules
    store.history.append({
      at: now,
      subjectKind: 'office',
      subjectId: 'numbering',
      event: 'rules',
      detail: { scheme, groups: groups.length, by: clerkOf(store) },
    })
  })
}

/** The numbers of a year that no document bears, in the order of the series. */
export function gapsOf(store: Store, year: number): NumberGap[] {
  const rules = rulesOf(store)
  const keys = new Set([...seriesIn(rules).map(({ key }) => key), ...store.registers.seriesOfYear(year)])
  return [...keys].flatMap((key) => {
    const series = seriesNamed(rules, key)
    return store.registers.gaps(bookNamed(rules, key, year)).map((gap) => ({ ...gap, series }))
  })
}

/**
 * Says why numbers are passed over: such as were left out already, or such as follow the last one and were
 * given on paper.
 *
 * @throws {AppError} document/number-taken when one of them is given here, or comes before the book's first
 *   number; document/gap-unexplained when others would be passed over without a reason
 */
export function explainGap(
  store: Store,
  series: string,
  year: number,
  range: NumberRange,
  why: GapReason,
  now: number,
): void {
  const book = bookNamed(rulesOf(store), series, year)
  store.atomically(() => {
    for (let number = range.from; number <= range.to; number += 1) {
      const isGiven = store.registers.holderOf(series, year, number) !== undefined
      if (isGiven || number < (book.first ?? 1)) {
        throw new AppError('document/number-taken', `number ${String(number)} of ${series}`, {
          detail: String(number),
        })
      }
    }
    const others = store.registers.skippedBy(book, range.from)
    if (others !== undefined) {
      throw new AppError('document/gap-unexplained', `${String(others.from)} of ${series} comes first`, {
        detail: String(others.from),
      })
    }
    noteGap(store, book, range, why, now)
  })
}

/** The book of a series in a year, with the number that it begins at. */
export function bookNamed(rules: NumberingRules, series: string, year: number): Book {
  return { series, year, first: firstNumber(rules, series, year) }
}
