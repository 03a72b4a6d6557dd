import { formatCode, formatCodeNumber, type DocumentId } from '../shared/document/fields.ts'
import { seriesNamed, type NumberSeries } from '../shared/document/numbering.ts'
import { formatDate, vietnamClock, vietnamDate } from '../shared/document/vietnam-time.ts'
import { AppError } from '../shared/errors.ts'
import { fold } from '../shared/fold.ts'
import {
  REGISTER_COLUMNS,
  REGISTER_DAY,
  registerTitle,
  type RegisterBook,
  type RegisterColumn,
  type RegisterCorrection,
  type RegisterFilter,
  type RegisterRow,
} from '../shared/register.ts'
import { clerkOf } from './may.ts'
import { REGISTER_TEXT } from '../shared/register.vi.ts'
import { rulesOf } from './outgoing/number.ts'
import { bookNamed } from './outgoing/numbering.ts'
import { ARRIVALS, type GivenNumber, type Incoming, type Outgoing, type Store } from './store/index.ts'

/** A page of a register, with how many lines there are in all. */
export interface RegisterPage {
  readonly total: number
  readonly rows: RegisterRow[]
}

type Cells = RegisterRow['cells']

/** Rows of a whole book are made so many at a time, so that other work gets its turn. */
const SLICE = 50
/** A recipient in one of these has taken the document in. */
const ACCEPTED: readonly string[] = ['registered', 'assigned', 'processing', 'finished']

/** The outgoing series that gave numbers in a year, in force or not any more. */
export function seriesOfYear(store: Store, year: number): NumberSeries[] {
  const rules = rulesOf(store)
  return store.registers.seriesOfYear(year).map((key) => seriesNamed(rules, key))
}

/**
 * Lines of a register in the order of their numbers, corrections applied, each with the numbers that were left out
 * before it.
 */
export function registerPage(
  store: Store,
  book: RegisterBook,
  { offset, limit }: { readonly offset: number; readonly limit: number },
): RegisterPage {
  const { rows, total } =
    book.kind === 'handling'
      ? handlingRows(store, book, offset, limit)
      : numberedRows(store, book, offset, limit)
  const correctionsOf = store.corrections.of(book.kind, rows)
  return { total, rows: rows.map((row) => corrected(row, correctionsOf(row))) }
}

/**
 * A page of those lines that a filter lets through. Numbers left out are not told: between lines that do not follow
 * each other they would mislead. A commune's book of a year is some thousand lines, so all of them are made and looked
 * at, in slices.
 */
export async function filteredPage(
  store: Store,
  book: RegisterBook,
  filter: RegisterFilter,
  { offset, limit }: { readonly offset: number; readonly limit: number },
): Promise<RegisterPage> {
  const words = fold(filter.text).split(' ')
  const found = (await wholeRegister(store, book)).filter(
    (row) => isWithin(row, book, filter) && says(row, words),
  )
  const rows = found.slice(offset, offset + limit).map((row) => ({ ...row, gapsBefore: [] }))
  return { total: found.length, rows }
}

function isWithin({ cells }: RegisterRow, { kind }: RegisterBook, { from, to }: RegisterFilter): boolean {
  if (from === undefined && to === undefined) return true
  const day = (cells[REGISTER_DAY[kind]] ?? '').split('/').reverse().join('-')
  return day !== '' && (from === undefined || from <= day) && (to === undefined || day <= to)
}

/** Also of what corrected cells said before. */
function says({ cells, corrections }: RegisterRow, words: readonly string[]): boolean {
  const said = fold([...Object.values(cells), ...corrections.map(({ was }) => was)].join(' '))
  return words.every((word) => said.includes(word))
}

/** All lines of a register, for print. */
export async function wholeRegister(store: Store, book: RegisterBook): Promise<RegisterRow[]> {
  const all: RegisterRow[] = []
  for (;;) {
    const { rows } = registerPage(store, book, { offset: all.length, limit: SLICE })
    all.push(...rows)
    if (rows.length < SLICE) return all
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
  }
}

/**
 * Puts a cell of a register right: what it said stays, struck through, with who, when and why. The document itself
 * is not touched.
 *
 * @throws {AppError} document/not-found where the register has no such line; app/bad-request for a column that it
 *   does not have, and where nothing would change
 */
export function correct(
  store: Store,
  book: RegisterBook,
  line: { readonly id: DocumentId; readonly number: number },
  change: { readonly column: RegisterColumn; readonly text: string; readonly reason: string },
  now: number,
): RegisterRow {
  const { column, text, reason } = change
  const columns: readonly RegisterColumn[] = REGISTER_COLUMNS[book.kind]
  if (!columns.includes(column)) throw new AppError('app/bad-request', `${book.kind} has no ${column}`)
  return store.atomically(() => {
    const row = lineOf(store, book, line)
    const was = row.cells[column] ?? ''
    if (was === text) throw new AppError('app/bad-request', 'nothing would change')
    const by = clerkOf(store)
    const correction = { column, was, is: text, reason, by, at: now }
    store.corrections.add(book.kind, line, correction)
    store.history.append({
      at: now,
      subjectKind: book.kind === 'outgoing' ? 'outgoing' : 'incoming',
      subjectId: line.id,
      event: 'correct-register',
      detail: { register: book.kind, number: line.number, column, was, is: text, reason },
    })
    return corrected(row, [correction])
  })
}

function lineOf(
  store: Store,
  { kind, series, year }: RegisterBook,
  line: { readonly id: DocumentId; readonly number: number },
): RegisterRow {
  const { id, number } = line
  const given = store.registers
    .givenTo(id)
    .find(
      (one) =>
        one.year === year &&
        one.number === number &&
        one.series === (kind === 'outgoing' ? series : ARRIVALS),
    )
  if (given === undefined)
    throw new AppError('document/not-found', `${id} has no number ${String(number)} there`)
  const row =
    kind === 'outgoing'
      ? outgoingRow(store, given)
      : kind === 'incoming'
        ? incomingRow(store, given)
        : rowOf(store.incoming.get(id), handlingCells(store, store.incoming.get(id)))
  return corrected(row, store.corrections.of(kind, [row])(row))
}

function numberedRows(store: Store, book: RegisterBook, offset: number, limit: number) {
  const isOutgoing = book.kind === 'outgoing'
  const numbers = isOutgoing
    ? bookNamed(rulesOf(store), book.series, book.year)
    : { series: ARRIVALS, year: book.year, first: 1 }
  const { total, given, before } = store.registers.page(numbers, offset, limit)
  const gaps = store.registers.gapsBetween(numbers, before, given.at(-1)?.number ?? before)
  let last = before
  const rows = given.map((one) => {
    const row = isOutgoing ? outgoingRow(store, one) : incomingRow(store, one)
    const gapsBefore = gaps.filter(({ from, to, kind }) => kind !== 'void' && from > last && to < one.number)
    last = one.number
    return { ...row, gapsBefore }
  })
  return { total, rows }
}

function handlingRows(store: Store, { year }: RegisterBook, offset: number, limit: number) {
  const { total, ids } = store.incoming.handledIn(year, offset, limit)
  const rows = ids.map((id) => {
    const document = store.incoming.get(id)
    return rowOf(document, handlingCells(store, document))
  })
  return { total, rows }
}

function outgoingRow(store: Store, given: GivenNumber): RegisterRow {
  const document = store.outgoing.get(given.documentId)
  return {
    id: given.documentId,
    number: given.number,
    isVoid: given.voidReason !== undefined,
    cells: outgoingCells(document, given),
    corrections: [],
    gapsBefore: [],
  }
}

function incomingRow(store: Store, { documentId }: GivenNumber): RegisterRow {
  const document = store.incoming.get(documentId)
  return rowOf(document, incomingCells(document))
}

function rowOf({ id, arrivalNumber = 0 }: Incoming, cells: Cells): RegisterRow {
  return { id, number: arrivalNumber, isVoid: false, cells, corrections: [], gapsBefore: [] }
}

function outgoingCells(document: Outgoing, { number, notation, issuedDate, voidReason }: GivenNumber): Cells {
  const { fields, state, sentAt, recipients } = document
  const accepted = recipients.filter((one) => ACCEPTED.includes(one.state)).length
  const isOut = sentAt !== undefined
  const kept = fields.toPlaces.find((line) => /^l[ưu]u\b/iu.test(line.normalize('NFC').trim()))
  return {
    code: formatCode(formatCodeNumber(number), notation),
    issuedDate: dayOf(issuedDate),
    title: registerTitle(fields.typeName, fields.subject),
    signer: fields.signer.fullName,
    recipients: recipients.map(({ name }) => name).join('; '),
    kept: kept?.replace(/^[^:]*:\s*/u, '').replace(/[.;]$/u, '') ?? '',
    copies: String(fields.issuedAmount),
    sentOn: isOut ? dayOf(vietnamDate(sentAt)) : '',
    receipt: isOut ? REGISTER_TEXT.accepted(accepted, recipients.length) : '',
    note: noteOf(voidReason === undefined ? state : undefined, voidReason, isOut),
  }
}

function noteOf(
  state: Outgoing['state'] | undefined,
  voidReason: string | undefined,
  isOut: boolean,
): string {
  if (voidReason !== undefined) return REGISTER_TEXT.voided(voidReason)
  if (state === 'recalled') return REGISTER_TEXT.recalled
  if (state === 'replaced') return REGISTER_TEXT.replaced
  return isOut ? '' : REGISTER_TEXT.notSent
}

function incomingCells(document: Incoming): Cells {
  const { state, assignee = '', returnReason } = document
  return {
    arrivalDate: dayOf(document.arrivalDate),
    arrivalNumber: String(document.arrivalNumber ?? ''),
    author: document.senderName,
    code: document.code,
    issuedDate: dayOf(document.issuedDate),
    title: registerTitle(document.typeName, document.subject),
    handler: assignee,
    handedOn: '',
    receipt: '',
    note: state === 'recalled' ? REGISTER_TEXT.recalled : (returnReason ?? ''),
  }
}

function handlingCells(store: Store, document: Incoming): Cells {
  const { code, issuedDate, typeName, senderName, assignee = '', documentCode, state } = document
  const isKnown = Object.hasOwn(REGISTER_TEXT.progress, state)
  return {
    arrivalNumber: String(document.arrivalNumber ?? ''),
    document: [typeName, code, dayOf(issuedDate), senderName].filter((part) => part !== '').join(', '),
    handler: assignee,
    handleBy: dayOf(document.handleBy),
    progress: isKnown ? REGISTER_TEXT.progress[state as keyof typeof REGISTER_TEXT.progress] : '',
    answer: documentCode === undefined ? '' : store.outgoing.answersTo(documentCode).join('; '),
    note: '',
  }
}

function dayOf(date: string | undefined): string {
  return date === undefined ? '' : formatDate(date)
}

function corrected(row: RegisterRow, corrections: readonly RegisterCorrection[]): RegisterRow {
  const cells = { ...row.cells }
  for (const { column, is } of corrections) cells[column] = is
  return { ...row, cells, corrections: [...row.corrections, ...corrections] }
}

/** A correction as the print says it under the line. */
export function correctionWords({ was, by, at, reason }: RegisterCorrection): string {
  return REGISTER_TEXT.correction(was, by, vietnamClock(at), reason)
}
