import type { Cell, CellObject, Row } from 'write-excel-file/node'
import { seriesNamed } from '../shared/document/numbering.ts'
import { vietnamClock } from '../shared/document/vietnam-time.ts'
import {
  REGISTER_COLUMNS,
  type RegisterBook,
  type RegisterColumn,
  type RegisterRow,
} from '../shared/register.ts'
import { gapNumbers, gapWords, REGISTER_TEXT } from '../shared/register.vi.ts'
import { rulesOf } from './outgoing/number.ts'
import { correctionWords, wholeRegister } from './register-book.ts'
import type { Store } from './store/index.ts'

/** Characters of the sheet's face that each column is wide. */
const WIDTH: Partial<Record<RegisterColumn, number>> = {
  title: 52,
  recipients: 38,
  document: 60,
  author: 32,
  handler: 26,
  answer: 26,
  note: 30,
}
const OTHER_WIDTH = 16
const CORRECTIONS_WIDTH = 60
const FACE = 'Times New Roman'
const SIZE_PT = 11
const TITLE_PT = 14
const DATE_FORMAT = 'dd/mm/yyyy'
/** The note says why a line is void, so it is not struck itself. */
const NEVER_STRUCK: RegisterColumn = 'note'
const COUNTS: readonly RegisterColumn[] = ['arrivalNumber', 'copies']

/**
 * A register as an Excel workbook (.xlsx) to count and sort in: the prescribed columns, a line each, days and counts
 * as such; numbers left out have lines of their own, corrections a column at the end.
 */
export async function registerSheet(store: Store, book: RegisterBook, now: number): Promise<Uint8Array> {
  const { kind, series, year } = book
  const columns: readonly RegisterColumn[] = REGISTER_COLUMNS[kind]
  const named = kind === 'outgoing' ? seriesNamed(rulesOf(store), series).name : undefined
  const head: Row[] = [
    [{ value: store.settings.get('agency')?.name ?? '', type: String }],
    [{ value: REGISTER_TEXT.title[kind], type: String, fontWeight: 'bold', fontSize: TITLE_PT }],
    [{ value: [REGISTER_TEXT.year(year), named ?? []].flat().join(', '), type: String }],
    [{ value: REGISTER_TEXT.printedAt(vietnamClock(now)), type: String, fontStyle: 'italic' }],
    [],
    [...columns.map((column) => REGISTER_TEXT.column[column]), REGISTER_TEXT.corrections].map(titleCell),
  ]
  const rows = await wholeRegister(store, book)
  // Only now: nobody needs it before somebody asks for a workbook.
  const { default: writeWorkbook } = await import('write-excel-file/node')
  const workbook = writeWorkbook(
    [...head, ...rows.flatMap((row) => linesOf(row, columns))],
    {
      sheet: String(year),
      orientation: 'landscape',
      stickyRowsCount: head.length,
      columns: [
        ...columns.map((column) => ({ width: WIDTH[column] ?? OTHER_WIDTH })),
        { width: CORRECTIONS_WIDTH },
      ],
    },
    { fontFamily: FACE, fontSize: SIZE_PT },
  )
  return await workbook.toBuffer()
}

function titleCell(value: string): CellObject {
  return framed({ value, type: String, fontWeight: 'bold', align: 'center', alignVertical: 'center' })
}

/** The numbers left out before a line, then the line. */
function linesOf(row: RegisterRow, columns: readonly RegisterColumn[]): Row[] {
  const numberColumn = columns.includes('code') ? 'code' : 'arrivalNumber'
  const gaps = row.gapsBefore.map((gap) =>
    columns.map((column): Cell => {
      const text = column === numberColumn ? gapNumbers(gap) : column === 'note' ? gapWords(gap) : ''
      return framed({ value: text, type: String, fontStyle: 'italic' })
    }),
  )
  const line = columns.map((column) => cellOf(row, column))
  const corrections = framed({ value: row.corrections.map(correctionWords).join('\n'), type: String })
  return [...gaps, [...line, corrections]]
}

function cellOf({ cells, isVoid }: RegisterRow, column: RegisterColumn): CellObject {
  const style = isVoid && column !== NEVER_STRUCK ? { textDecoration: { strikethrough: true } } : {}
  const text = cells[column] ?? ''
  const day = /^(\d\d)\/(\d\d)\/(\d{4})$/.exec(text)
  if (day !== null) {
    const value = new Date(Date.UTC(Number(day[3]), Number(day[2]) - 1, Number(day[1])))
    return framed({ value, type: Date, format: DATE_FORMAT, align: 'left', ...style })
  }
  if (COUNTS.includes(column) && /^\d+$/.test(text)) {
    return framed({ value: Number(text), type: Number, align: 'left', ...style })
  }
  return framed({ value: text, type: String, ...style })
}

function framed(cell: CellObject): CellObject {
  return { wrap: true, alignVertical: 'top', borderStyle: 'thin', ...cell }
}
