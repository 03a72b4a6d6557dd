import { AppError } from '../../shared/errors.ts'
import { formatCodeNumber, type DocumentId } from '../../shared/document/fields.ts'
import {
  DEFAULT_NUMBERING,
  firstNumber,
  formatRange,
  seriesOf,
  type GapReason,
  type NumberingRules,
  type NumberPreview,
  type NumberRange,
} from '../../shared/document/numbering.ts'
import { waitsForNumber } from '../../shared/document/signers.ts'
import { vietnamDate } from '../../shared/document/vietnam-time.ts'
import type { ReachFailPoint } from '../fail-point.ts'
import { clerkOf } from '../may.ts'
import type { Book, Outgoing, Store } from '../store/index.ts'

/** Number and date that a clerk chose; whatever is left out is the machine's to choose. */
export interface NumberChoice {
  /** Left out, the next of the series. */
  readonly wanted?: number | undefined
  /** `yyyy-MM-dd`; left out, today in Vietnam. */
  readonly issuedDate?: string | undefined
  /** Why the numbers below `wanted` are passed over, where there are any. */
  readonly skips?: GapReason | undefined
}

/**
 * signed → numbered, of a copy frozen → numbered. Cấp số, ngày: takes the next number of the year's series, or the one the clerk
 * names, in one transaction with the move, so that two drafts never get the same. A number once given
 * stays with its document whatever happens to the sealing afterwards, and while it is put right.
 *
 * @throws {AppError} document/number-taken, document/wrong-state; document/gap-unexplained when numbers are
 *   passed over without a reason; document/date-out-of-year; document/number-held when the document has a
 *   number that this choice does not fit
 * @source Decree 30/2020/NĐ-CP Arts 14–15: number after the authorised person has signed
 */
export function giveNumber(
  store: Store,
  id: DocumentId,
  choice: NumberChoice,
  now: number,
  reach: ReachFailPoint = () => undefined,
): void {
  store.atomically(() => {
    const document = store.outgoing.get(id)
    if (!waitsForNumber(document.state, document.fields.typeName)) {
      throw new AppError('document/wrong-state', `number while ${document.state}`)
    }
    const number = takeNumber(store, document, choice, now)
    store.outgoing.move(id, 'number', now, { number })
    reach('number/before-commit')
  })
  reach('number/after-commit')
}

/**
 * Gives a frozen document its number and today's date, to be drawn into the page that the authorised person
 * will sign. It stays frozen, and the number its own whatever becomes of the signing.
 *
 * @throws {AppError} as {@link giveNumber}
 * @source Decree 30/2020/NĐ-CP Art 15(3): by a function of the system; no order is given
 */
export function reserveNumber(store: Store, id: DocumentId, now: number): Outgoing {
  return store.atomically(() => {
    const document = store.outgoing.get(id)
    if (document.state !== 'frozen') {
      throw new AppError('document/wrong-state', `reserve a number while ${document.state}`)
    }
    const number = takeNumber(store, document, {}, now)
    if (document.codeNumber === undefined) {
      store.history.append({
        at: now,
        subjectKind: 'outgoing',
        subjectId: id,
        event: 'reserve',
        detail: { number },
      })
    }
    return store.outgoing.get(id)
  })
}

/** Number and day of the document, kept with it; inside the caller's transaction. */
function takeNumber(store: Store, document: Outgoing, choice: NumberChoice, now: number): number {
  const { id, fields } = document
  const issuedDate = choice.issuedDate ?? vietnamDate(now)
  if (isWrongYear(issuedDate, now)) throw new AppError('document/date-out-of-year', `issued on ${issuedDate}`)
  const book = bookOf(store, document, issuedDate)
  const held = store.registers.held(id)
  if (held === undefined) {
    explainSkipped(store, book, fields.codeNotation, choice, now)
  } else if (
    held.series !== book.series ||
    held.year !== book.year ||
    held.number !== (choice.wanted ?? held.number)
  ) {
    const detail = `${formatCodeNumber(held.number)} (${String(held.year)})`
    throw new AppError('document/number-held', `${id} has number ${detail}`, { detail })
  }
  const number = store.registers.take({
    ...book,
    documentId: id,
    wanted: choice.wanted,
    notation: fields.codeNotation,
    issuedDate,
  })
  store.outgoing.setNumber(id, { codeNumber: formatCodeNumber(number), issuedDate })
  return number
}

/** Keeps the reason of every number that is passed over, or refuses to pass it over. */
function explainSkipped(
  store: Store,
  book: Book,
  notation: string,
  { wanted, skips }: NumberChoice,
  now: number,
): void {
  const next = store.registers.peek(book, notation)
  const range = store.registers.skippedBy(book, wanted ?? next)
  if (range === undefined) return
  if (wanted === undefined || wanted === next) {
    noteGap(store, book, range, { kind: 'elsewhere', reason: '' }, now)
    return
  }
  if (skips === undefined) {
    throw new AppError('document/gap-unexplained', `${formatRange(range)} of ${book.series}`, {
      detail: formatRange(range),
    })
  }
  noteGap(store, book, range, skips, now)
}

/** Writes down why numbers are passed over: in the book, and for ever in the history. */
export function noteGap(
  store: Store,
  book: Book,
  range: NumberRange,
  why: GapReason | { readonly kind: 'elsewhere'; readonly reason: string },
  now: number,
): void {
  const by = clerkOf(store)
  store.atomically(() => {
    store.registers.noteGap(book, range, { ...why, by })
    store.history.append({
      at: now,
      subjectKind: 'office',
      subjectId: 'numbering',
      event: 'gap',
      detail: { series: book.series, year: book.year, ...range, ...why, by },
    })
  })
}

/** The number that {@link giveNumber} would give the document today, as printed. */
export function nextNumber(store: Store, id: DocumentId, now: number): string {
  return formatCodeNumber(previewNumber(store, id, {}, now).number)
}

/** What {@link giveNumber} would do with a number and a day that the clerk is still thinking about. */
export function previewNumber(
  store: Store,
  id: DocumentId,
  choice: Omit<NumberChoice, 'skips'>,
  now: number,
): NumberPreview {
  const issuedDate = choice.issuedDate ?? vietnamDate(now)
  const document = store.outgoing.get(id)
  const { codeNotation, typeName } = document.fields
  const { registers } = store
  const book = bookOf(store, document, issuedDate)
  const own = registers.held(id)
  const held = own?.series === book.series && own.year === book.year
  const next = held ? own.number : registers.peek(book, codeNotation)
  const number = choice.wanted ?? next
  const skips = held || number === next ? undefined : registers.skippedBy(book, number)
  const { latestBelow, earliestAbove } = registers.neighbours(book, number)
  return {
    series: seriesOf(rulesOf(store), typeName),
    year: book.year,
    number,
    held,
    ...(own === undefined || held ? {} : { misfit: { number: own.number, year: own.year } }),
    taken: registers.isTaken({ ...book, documentId: id, wanted: number, notation: codeNotation }),
    wrongYear: isWrongYear(issuedDate, now),
    ...(skips === undefined ? {} : { skips }),
    ...(latestBelow !== undefined && issuedDate < latestBelow ? { earlierThan: latestBelow } : {}),
    ...(earliestAbove !== undefined && issuedDate > earliestAbove ? { laterThan: earliestAbove } : {}),
  }
}

/** The rules in force. */
export function rulesOf(store: Store): NumberingRules {
  return store.settings.get('numbering') ?? DEFAULT_NUMBERING
}

/** The book of a document that is issued on that day. The year is that of the day, not of today. */
function bookOf(store: Store, { fields }: Outgoing, issuedDate: string): Book {
  const rules = rulesOf(store)
  const year = Number(issuedDate.slice(0, 4))
  const { key: series } = seriesOf(rules, fields.typeName)
  return { series, year, first: firstNumber(rules, series, year) }
}

/**
 * This year's numbers are given now. At the turn of the year its neighbour's still are, or are already:
 * in January what was signed in the last days of the old year, in December what bears a day of the new.
 */
function isWrongYear(issuedDate: string, now: number): boolean {
  const [year, month] = vietnamDate(now).split('-').map(Number)
  const asked = Number(issuedDate.slice(0, 4))
  if (year === undefined || asked === year) return false
  return !(month === 1 && asked === year - 1) && !(month === 12 && asked === year + 1)
}
