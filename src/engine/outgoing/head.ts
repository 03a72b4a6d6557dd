/**
 * Number and date on the first page: what is to be written where, in its lines or in form fields.
 *
 * @source Decree 30/2020/NĐ-CP App. I part II 3, 4: number 13 pt upright behind "Số:", date 13–14 pt italic;
 *   days below 10, months 1 and 2 with a leading zero
 */
import { formatCode } from '../../shared/document/fields.ts'
import { USUAL_NUMBER_FIELDS, type NumberFields } from '../../shared/document/number-placement.ts'
import type { Word, WordsAppearance } from '../pdf/appearance.ts'
import { textFields, type NewTextField } from '../pdf/fields.ts'
import { openTypeface, type Typeface } from '../pdf/font.ts'
import { findHeadLines, type Blank, type Gap, type HeadLines } from '../pdf/head.ts'
import type { FilledField } from '../pdf/incremental.ts'
import type { PdfSource } from '../pdf/source.ts'

/** What was given to the document. */
export interface Given {
  readonly codeNumber: string
  readonly codeNotation: string
  /** yyyy-MM-dd */
  readonly issuedDate: string
}

/** Why something cannot be written on its line: there is none, something else stands there, no room. */
export type NotWritten = 'absent' | 'filled' | 'no-room'

/** There already, to be written as words or in fields, or not. */
export type Written =
  | { readonly done: true }
  | { readonly words: readonly Word[] }
  | { readonly fields: readonly FilledField[] }
  | { readonly why: NotWritten }

export interface Head {
  readonly number: Written
  readonly date: Written
}

const SIZE_PT = 13
/** A long number on a narrow line may shrink to this before it goes elsewhere. */
const LEAST_PT = 10
const POINTS_PER_MM = 72 / 25.4
/** Behind the colon of "Số:" where no notation follows. */
const AFTER_COLON_MM = 1.2
/** Between a word and what stands behind it on the line. */
const CLEARANCE_MM = 0.2
/** A field behind "Số:" where nothing follows. */
const OPEN_FIELD_MM = 45

/** A thing to write, and where. */
interface Part {
  readonly blank: Blank | undefined
  readonly text: string
  readonly isSame: (there: string) => boolean
  /** Stands in the middle of its gap; else at its beginning. */
  readonly isCentred: boolean
  readonly isSlanted: boolean
  readonly fields: readonly string[]
}

function partsOf(
  lines: HeadLines,
  given: Given,
  names: NumberFields,
): { readonly number: readonly Part[]; readonly date: readonly Part[] } {
  const { codeNumber, codeNotation } = given
  const { number, date } = lines
  const hasNotation = number?.hasNotation === true
  const datePart = (blank: Blank | undefined, text: string, fields: readonly string[]): Part => ({
    blank,
    text,
    isSame: (there) => Number(there) === Number(text),
    isCentred: true,
    isSlanted: true,
    fields,
  })
  const [year = '', month = '', day = ''] = given.issuedDate.split('-')
  return {
    number: [
      {
        blank: number?.blank,
        text: hasNotation ? codeNumber : formatCode(codeNumber, codeNotation),
        isSame: (there) => Number.parseInt(there, 10) === Number.parseInt(codeNumber, 10),
        isCentred: hasNotation,
        isSlanted: false,
        fields: names.number,
      },
    ],
    date: [
      datePart(date?.day, day, names.day),
      datePart(date?.month, Number(month) > 2 ? String(Number(month)) : month, names.month),
      datePart(date?.year, year, names.year),
    ],
  }
}

/** What is to be written on the first page's lines. */
export async function headOnLines(source: PdfSource, given: Given, font: Uint8Array): Promise<Head> {
  const face = openTypeface(font)
  const { number, date } = partsOf(await linesOf(source, face), given, USUAL_NUMBER_FIELDS)
  return { number: onLine(face, number), date: onLine(face, date) }
}

/** The same, but in the form's own fields where it has them. */
export async function headInFields(
  source: PdfSource,
  given: Given,
  names: NumberFields,
  font: Uint8Array,
): Promise<Head> {
  const face = openTypeface(font)
  const { number, date } = partsOf(await linesOf(source, face), given, names)
  const there = new Map((await textFields(source)).map(({ name, value }) => [name, value.trim()]))
  const [year = '', month = '', day = ''] = given.issuedDate.split('-')
  const wholeDate = names.date.find((name) => there.has(name))
  const inOneField: Written | undefined =
    wholeDate === undefined
      ? undefined
      : inField(there.get(wholeDate) ?? '', fieldOf(wholeDate, `${day}/${month}/${year}`, font))
  return {
    number: inFields(there, number, font) ?? onLine(face, number),
    date: inOneField ?? inFields(there, date, font) ?? onLine(face, date),
  }
}

function linesOf(source: PdfSource, face: Typeface): Promise<HeadLines> {
  return findHeadLines(source, (text) => face.widthOf(text))
}

/** All parts of one line, or none: half a date says nothing, and nothing is put over what stands between. */
function onLine(face: Typeface, parts: readonly Part[]): Written {
  const states = parts.map(({ blank }) => (blank !== undefined && 'filled' in blank ? 'f' : 'g')).join('')
  if (/gf+g/.test(states)) return { why: 'filled' }
  const words: Word[] = []
  for (const { blank, text, isSame, isCentred, isSlanted } of parts) {
    if (blank === undefined) return { why: 'absent' }
    if ('filled' in blank) {
      if (!isSame(blank.filled)) return { why: 'filled' }
      continue
    }
    const place = placeIn(face, blank.gap, text, isCentred)
    if (place === undefined) return { why: 'no-room' }
    words.push({ text, slanted: isSlanted, baselineMm: blank.gap.baselineMm, ...place })
  }
  return words.length === 0 ? { done: true } : { words }
}

function placeIn(
  face: Typeface,
  { leftMm, rightMm }: Gap,
  text: string,
  isCentred: boolean,
): Pick<Word, 'leftMm' | 'fontSizePt'> | undefined {
  if (rightMm === undefined) return { leftMm: leftMm + AFTER_COLON_MM, fontSizePt: SIZE_PT }
  const mmAtOnePoint = face.widthOf(text) / 1000 / POINTS_PER_MM
  const room = rightMm - leftMm - CLEARANCE_MM - (isCentred ? 0 : AFTER_COLON_MM)
  const fontSizePt = Math.min(SIZE_PT, room / mmAtOnePoint)
  if (fontSizePt < LEAST_PT) return undefined
  if (!isCentred) return { leftMm: leftMm + AFTER_COLON_MM, fontSizePt }
  return { leftMm: (leftMm + rightMm - mmAtOnePoint * fontSizePt) / 2, fontSizePt }
}

/** Undefined where a part has neither a field nor stands on the page already. */
function inFields(
  there: ReadonlyMap<string, string>,
  parts: readonly Part[],
  font: Uint8Array,
): Written | undefined {
  const written: Written[] = []
  for (const { blank, text, isSame, isCentred, isSlanted, fields } of parts) {
    const name = fields.find((each) => there.has(each))
    if (name !== undefined) {
      const field = { ...fieldOf(name, text, font), slanted: isSlanted, centred: isCentred }
      written.push(inField(there.get(name) ?? '', field))
    } else if (blank === undefined || !('filled' in blank) || !isSame(blank.filled)) return undefined
  }
  if (written.length === 0) return undefined
  const failed = written.find((each) => 'why' in each)
  if (failed !== undefined) return failed
  const all = written.flatMap((each) => ('fields' in each ? each.fields : []))
  return all.length === 0 ? { done: true } : { fields: all }
}

function fieldOf(name: string, text: string, font: Uint8Array): FilledField {
  return { name, text, fontSizePt: SIZE_PT, font }
}

function inField(there: string, field: FilledField): Written {
  if (there === '') return { fields: [field] }
  return there === field.text ? { done: true } : { why: 'filled' }
}

/** Number and date as what one signature each shows, in this order. */
export function wordsShown(head: Head, font: Uint8Array): WordsAppearance[] {
  return [head.number, head.date].flatMap((part) =>
    'words' in part ? [{ page: 1, words: part.words, font }] : [],
  )
}

/** Whether the first page has a line for the number, still open. */
export async function asksForNumber(source: PdfSource, font: Uint8Array): Promise<boolean> {
  const { number } = await linesOf(source, openTypeface(font))
  return number !== undefined && 'gap' in number.blank
}

/** Empty fields for what the first page's lines still ask for. */
export async function fieldsToMake(source: PdfSource, font: Uint8Array): Promise<NewTextField[]> {
  const face = openTypeface(font)
  const { number, date } = await linesOf(source, face)
  const { number: so, day, month, year } = USUAL_NUMBER_FIELDS
  const pairs: readonly (readonly [readonly string[], Blank | undefined])[] = [
    [so, number?.blank],
    [day, date?.day],
    [month, date?.month],
    [year, date?.year],
  ]
  const mm = (thousandths: number) => (thousandths * SIZE_PT) / 1000 / POINTS_PER_MM
  return pairs.flatMap(([[name], blank]) => {
    if (name === undefined || blank === undefined || !('gap' in blank)) return []
    const { leftMm, rightMm, baselineMm } = blank.gap
    const isOpen = rightMm === undefined || (name === so[0] && number?.hasNotation !== true)
    const room = rightMm === undefined ? OPEN_FIELD_MM : rightMm - leftMm - CLEARANCE_MM
    return {
      name,
      leftMm: isOpen ? leftMm + AFTER_COLON_MM : leftMm,
      widthMm: isOpen ? Math.min(OPEN_FIELD_MM, room - AFTER_COLON_MM) : room,
      topMm: baselineMm - mm(face.ascent),
      heightMm: mm(face.ascent - face.descent),
      fontSizePt: SIZE_PT,
    }
  })
}
