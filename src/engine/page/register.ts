/** A register to be printed and bound: a cover, then its lines in the prescribed columns, A4 landscape. */
import { REGISTER_COLUMNS, type RegisterColumn, type RegisterKind } from '../../shared/register.ts'
import { REGISTER_TEXT } from '../../shared/register.vi.ts'
import { PAGE_FACES } from './faces.ts'
import { FACES } from './style.ts'
import type { PrintFile } from './files.ts'
import { escaped, STYLE_NAME } from './markup.ts'

/** A line of a register as it is printed. */
export interface PrintedLine {
  /** Struck through as a whole: the number is void. */
  readonly isVoid: boolean
  readonly cells: Readonly<Partial<Record<RegisterColumn, string>>>
  /** What corrected cells said before, the oldest first. */
  readonly struck: Readonly<Partial<Record<RegisterColumn, readonly string[]>>>
  /** Lines of their own: numbers left out before it, and corrections after it. */
  readonly before: readonly string[]
  readonly after: readonly string[]
}

/** What a printed register says beside its lines. */
export interface PrintedRegister {
  readonly kind: RegisterKind
  readonly agencyName: string
  readonly parentName: string
  /** Name of the series, where there are several. */
  readonly series: string | undefined
  readonly year: number
  readonly lines: readonly PrintedLine[]
  readonly printedAt: string
}

/** Millimetres of each column; the last gets what is left. */
const WIDTH_MM: Readonly<Record<RegisterKind, readonly number[]>> = {
  outgoing: [25, 22, 58, 24, 36, 20, 13, 22, 20, 0],
  incoming: [22, 13, 34, 27, 22, 56, 28, 22, 16, 0],
  handling: [15, 86, 38, 26, 32, 34, 0],
}
/** What A4 across leaves between 20 mm of margin, less the half of the outer lines that lies outside. */
const PAGE_MM = 256

/** The page first, then its style and its faces. */
export function registerFiles(register: PrintedRegister): PrintFile[] {
  return [
    {
      name: 'page.html',
      contentType: 'text/html; charset=utf-8',
      bytes: Buffer.from(registerMarkup(register)),
    },
    { name: STYLE_NAME, contentType: 'text/css; charset=utf-8', bytes: Buffer.from(styleOf(register.kind)) },
    ...PAGE_FACES.map(([name, bytes]) => ({ name, contentType: 'font/ttf', bytes })),
  ]
}

/** Everything that was typed is escaped; there is no script and no address in it. */
function registerMarkup(register: PrintedRegister): string {
  const { kind, agencyName, parentName, series, year, lines, printedAt } = register
  const columns: readonly RegisterColumn[] = REGISTER_COLUMNS[kind]
  const title = REGISTER_TEXT.title[kind]
  return [
    '<!doctype html>',
    `<html lang="vi"><head><meta charset="utf-8"><title>${escaped(`${title} ${String(year)}`)}</title>`,
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'self'; font-src 'self'">`,
    `<link rel="stylesheet" href="${STYLE_NAME}"></head><body>`,
    `<header><p>${escaped(parentName.toLocaleUpperCase('vi'))}</p>`,
    `<p class="agency">${escaped(agencyName.toLocaleUpperCase('vi'))}</p>`,
    `<h1>${escaped(title.toLocaleUpperCase('vi'))}</h1>`,
    series === undefined ? '' : `<p class="series">${escaped(series)}</p>`,
    `<p class="year">${escaped(REGISTER_TEXT.year(year))}</p>`,
    `<p class="printed">${escaped(REGISTER_TEXT.printedAt(printedAt))}</p></header>`,
    '<table><thead><tr>',
    ...columns.map((column) => `<th scope="col">${escaped(REGISTER_TEXT.column[column])}</th>`),
    '</tr><tr class="ordinal">',
    ...columns.map((_, index) => `<td>(${String(index + 1)})</td>`),
    '</tr></thead><tbody>',
    ...lines.map((line) => lineOf(line, columns)),
    '</tbody></table></body></html>',
  ].join('\n')
}

function lineOf(
  { isVoid, cells, struck, before, after }: PrintedLine,
  columns: readonly RegisterColumn[],
): string {
  const beside = (words: readonly string[]) =>
    words
      .map((text) => `<tr class="beside"><td colspan="${String(columns.length)}">${escaped(text)}</td></tr>`)
      .join('')
  const cellOf = (column: RegisterColumn) => {
    const earlier = (struck[column] ?? []).map((text) => `<s>${escaped(text)}</s><br>`).join('')
    const text = escaped(cells[column] ?? '')
    return `<td>${earlier}${isVoid && column !== 'note' ? `<s>${text}</s>` : text}</td>`
  }
  return `${beside(before)}<tr>${columns.map(cellOf).join('')}</tr>${beside(after)}`
}

function styleOf(kind: RegisterKind): string {
  const widths = WIDTH_MM[kind]
  const rest = PAGE_MM - widths.reduce((sum, width) => sum + width, 0)
  const columns = widths.map(
    (width, index) => `th:nth-child(${String(index + 1)}) { width: ${String(width === 0 ? rest : width)}mm }`,
  )
  return `
${FACES}
@page { size: A4 landscape; margin: 20mm }
html { font: 11pt/1.25 Tinos; color: #000; font-kerning: none }
body { margin: 0 }
h1, p { margin: 0; font-size: inherit }
header { text-align: center; font-size: 13pt; height: 168mm; break-after: page; position: relative }
header .agency { font-weight: bold }
header h1 { padding-top: 48mm; font-size: 24pt; font-weight: bold }
header .series, header .year { padding-top: 6mm; font-size: 16pt }
header .printed { position: absolute; bottom: 0; width: 100%; font-style: italic }
table { width: ${String(PAGE_MM)}mm; table-layout: fixed; border-collapse: collapse }
thead { display: table-header-group }
tr { break-inside: avoid }
th, td { box-sizing: border-box; border: 0.5pt solid #000; padding: 1mm; vertical-align: top; overflow-wrap: anywhere; text-align: left }
th { text-align: center; font-weight: bold }
.ordinal td { text-align: center; font-style: italic }
.beside td { font-style: italic }
${columns.join('\n')}
`
}
