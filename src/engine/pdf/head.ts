/** Where number and date belong on the first page, read from the lines that ask for them. */
import type { PdfSource } from './source.ts'
import { textOfPages, type TextPiece } from './text.ts'

/** Room on a line, in millimetres of the page as it is shown. */
export interface Gap {
  readonly leftMm: number
  /** Where the next word begins; undefined where nothing follows on the line. */
  readonly rightMm: number | undefined
  readonly baselineMm: number
}

/** What is to be written on a line: still open, or there already. */
export type Blank = { readonly gap: Gap } | { readonly filled: string }

/**
 * Ô 3 and ô 4 of the first page. Undefined where there is no such line.
 *
 * @source Decree 30/2020/NĐ-CP App. I part II 3 and 4
 */
export interface HeadLines {
  /** `hasNotation`: ký hiệu stands behind the gap already, as in `Số:    /UBND-VP`. */
  readonly number: { readonly blank: Blank; readonly hasNotation: boolean } | undefined
  readonly date: { readonly day: Blank; readonly month: Blank; readonly year: Blank } | undefined
}

/** Both lines stand above this. */
const HEAD_MM = 120
const DEADLINE_MS = 20_000
/** Letters of one row; number and date may be set a little apart. */
const SAME_ROW_MM = 0.7
/** Leaders are room, too: a form may ask with dots. */
const ROOM = String.raw`[\s.…_]*`
const NUMBER = new RegExp(`(?:^|\\s)số\\s*(:?)(${ROOM})(\\S*)`, 'diu')
const DATE = new RegExp(
  `ngày(${ROOM})(\\d{0,2})(${ROOM})tháng(${ROOM})(\\d{0,2})(${ROOM})năm(${ROOM})(\\d{0,4})`,
  'diu',
)

/**
 * @param widthOf the relative width of a letter, to tell where within a run of text a word begins
 * @returns no lines where the first page cannot be read as text
 */
export async function findHeadLines(
  source: PdfSource,
  widthOf: (text: string) => number,
): Promise<HeadLines> {
  const texts = await textOfPages(source, new Set([1]), DEADLINE_MS)
  const rows = rowsOf(texts?.get(1) ?? [], widthOf)
  return { number: firstOf(rows, numberIn), date: firstOf(rows, dateIn) }
}

function firstOf<T>(rows: readonly Row[], read: (row: Row) => T | undefined): T | undefined {
  for (const row of rows) {
    const found = read(row)
    if (found !== undefined) return found
  }
  return undefined
}

/** A row of the page, letter by letter; a space between two pieces counts as one. */
interface Row {
  readonly text: string
  /** The letter at each position of `text`. */
  readonly edges: readonly Edge[]
}

interface Edge {
  readonly leftMm: number
  readonly rightMm: number
  readonly baselineMm: number
}

function rowsOf(pieces: readonly TextPiece[], widthOf: (text: string) => number): Row[] {
  const rows: TextPiece[][] = []
  const head = pieces.filter(({ baselineMm }) => baselineMm < HEAD_MM)
  for (const piece of head.sort((a, b) => a.baselineMm - b.baselineMm)) {
    const row = rows.at(-1)
    if (row?.[0] !== undefined && piece.baselineMm - row[0].baselineMm < SAME_ROW_MM) row.push(piece)
    else rows.push([piece])
  }
  return rows.map((row) => rowOf(row, widthOf))
}

function rowOf(pieces: TextPiece[], widthOf: (text: string) => number): Row {
  let text = ''
  const edges: Edge[] = []
  for (const piece of pieces.sort((a, b) => a.leftMm - b.leftMm)) {
    const last = edges.at(-1)
    if (last !== undefined && piece.leftMm > last.rightMm + piece.sizeMm / 20) {
      text += ' '
      edges.push({ ...last, leftMm: last.rightMm, rightMm: piece.leftMm })
    }
    const letters = Array.from(piece.text.normalize('NFC'))
    const total = letters.reduce((sum, letter) => sum + widthOf(letter), 0)
    const scale = total === 0 ? 0 : (piece.rightMm - piece.leftMm) / total
    let leftMm = piece.leftMm
    for (const letter of letters) {
      const rightMm = leftMm + widthOf(letter) * scale
      // A letter beyond the basic plane takes two positions of the text.
      for (let unit = 0; unit < letter.length; unit += 1)
        edges.push({ leftMm, rightMm, baselineMm: piece.baselineMm })
      text += letter
      leftMm = rightMm
    }
  }
  return { text, edges }
}

/** The gap from the end of one stretch of the row to the beginning of another. */
function gapIn(row: Row, from: number, to: number): Gap {
  const left = row.edges[from - 1]
  const right = row.edges[to]
  return { leftMm: left?.rightMm ?? 0, rightMm: right?.leftMm, baselineMm: left?.baselineMm ?? 0 }
}

function numberIn(row: Row): HeadLines['number'] {
  const match = NUMBER.exec(row.text)
  const [, colon, , rest] = match ?? []
  const [, , room, after] = match?.indices ?? []
  if (room === undefined || after === undefined || rest === undefined) return undefined
  const hasNotation = rest.startsWith('/')
  if (colon === '' && !hasNotation) return undefined
  if (/^\d/.test(rest)) return { blank: { filled: rest }, hasNotation: true }
  return { blank: { gap: gapIn(row, room[0], after[0]) }, hasNotation }
}

function dateIn(row: Row): HeadLines['date'] {
  const match = DATE.exec(row.text)
  const { indices } = match ?? {}
  if (match === null || indices === undefined) return undefined
  const at = (group: number): readonly [number, number] => indices[group] ?? [0, 0]
  const between = (digits: number, before: number, behind: number): Blank => {
    const filled = match[digits] ?? ''
    return filled === '' ? { gap: gapIn(row, at(before)[0], at(behind)[1]) } : { filled }
  }
  const year = match[8] ?? ''
  return {
    day: between(2, 1, 3),
    month: between(5, 4, 6),
    year: year === '' ? { gap: gapIn(row, at(7)[0], at(7)[1]) } : { filled: year },
  }
}
