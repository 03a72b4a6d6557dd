/**
 * The body of a composed document (nội dung): a tree as ProseMirror writes it, of the parts that Decree 30/2020
 * knows. Node and mark names are persisted: add, never rename.
 *
 * Numbers of articles, clauses and the like are not in the text: {@link labelsOf} counts them, for the
 * editor, the page and the Word file alike.
 */
import { z } from 'zod'
import { sha256Hex, type Sha256 } from './fields.ts'

/** Text as it is kept: letters composed, however the keyboard or Word sent them. */
const composedText = (max: number) =>
  z
    .string()
    .max(max)
    .overwrite((text) => text.normalize('NFC'))

const mark = z.object({ type: z.enum(['bold', 'italic', 'underline', 'superscript', 'subscript']) })
export type MarkName = z.output<typeof mark>['type']

const textNode = z.object({
  type: z.literal('text'),
  text: composedText(50_000),
  marks: z.array(mark).max(5).optional(),
})
const hardBreak = z.object({ type: z.literal('hardBreak') })
const inline = z.discriminatedUnion('type', [textNode, hardBreak])
export type Inline = z.output<typeof inline>

const words = z.array(inline).max(5_000).default([])

/** Where the lines of a paragraph stand. `justify` is the body's own, with an indented first line. */
const alignment = z.enum(['justify', 'left', 'center', 'right'])

const paragraph = z.object({
  type: z.literal('paragraph'),
  attrs: z.object({ align: alignment.default('justify') }).prefault({}),
  content: words,
})

/** Căn cứ ban hành: in italics, each ended by a semicolon, the last by a full stop. */
const basis = z.object({ type: z.literal('basis'), content: words })

/** Phần, chương, mục, tiểu mục: their number on a line of its own, the title below. */
const divisionKind = z.enum(['part', 'chapter', 'section', 'subsection'])
const division = z.object({
  type: z.literal('division'),
  attrs: z.object({ kind: divisionKind.default('chapter') }).prefault({}),
  content: words,
})

/** Điều. Numbered through the whole document. */
const article = z.object({ type: z.literal('article'), content: words })
/** Mục of a document without articles: I, II, III. */
const numeral = z.object({ type: z.literal('numeral'), content: words })
/** Khoản: 1, 2, 3. */
const clause = z.object({ type: z.literal('clause'), content: words })
/** Điểm: a, b, c, d, đ. */
const point = z.object({ type: z.literal('point'), content: words })

/** A picture in the text; its bytes are kept beside it, under their hash. */
const picture = z.object({
  type: z.literal('picture'),
  attrs: z.object({
    sha256: sha256Hex,
    widthMm: z.number().min(5).max(257),
    /** What it shows, for those who cannot see it. */
    alt: composedText(500).default(''),
  }),
})

/** What follows begins a page. */
const pageBreak = z.object({ type: z.literal('pageBreak') })

const span = z.int().min(1).max(50).default(1)
const cellAttributes = z
  .object({
    colspan: span,
    rowspan: span,
    /** Widths of its columns in the editor's pixels; only their proportion counts on paper. */
    colwidth: z.array(z.number().min(0).max(5_000)).nullable().default(null),
  })
  .prefault({})
const cellContent = z
  .array(z.discriminatedUnion('type', [paragraph, picture]))
  .max(500)
  .default([])
const cell = z.discriminatedUnion('type', [
  z.object({ type: z.literal('tableCell'), attrs: cellAttributes, content: cellContent }),
  z.object({ type: z.literal('tableHeader'), attrs: cellAttributes, content: cellContent }),
])
export type TableCell = z.output<typeof cell>
const row = z.object({ type: z.literal('tableRow'), content: z.array(cell).max(50).default([]) })
const table = z.object({ type: z.literal('table'), content: z.array(row).max(2_000).default([]) })

const block = z.discriminatedUnion('type', [
  paragraph,
  basis,
  division,
  article,
  numeral,
  clause,
  point,
  table,
  picture,
  pageBreak,
])
export type Block = z.output<typeof block>

/** The whole of a body. */
export const body = z.object({ type: z.literal('doc'), content: z.array(block).max(5_000).default([]) })
export type Body = z.output<typeof body>

/** The letters of points, as Vietnamese counts them. @source Decree 30/2020/NĐ-CP App. I part II 6 */
const POINT_LETTERS = 'abcdđeghiklmnopqrstuvxy'
const ROMAN = [
  ['M', 1000],
  ['CM', 900],
  ['D', 500],
  ['CD', 400],
  ['C', 100],
  ['XC', 90],
  ['L', 50],
  ['XL', 40],
  ['X', 10],
  ['IX', 9],
  ['V', 5],
  ['IV', 4],
  ['I', 1],
] as const

/** A number from 1 on in capitals of Rome. */
export function romanNumber(number: number): string {
  let [rest, text] = [number, '']
  for (const [letters, value] of ROMAN) {
    for (; rest >= value; rest -= value) text += letters
  }
  return text
}

function pointLetter(number: number): string {
  return POINT_LETTERS[number - 1] ?? String(number)
}

/** The counted parts, from the widest: a wider one begins the narrower ones anew. Articles count on. */
const LEVELS = ['part', 'chapter', 'section', 'subsection', 'numeral', 'article', 'clause', 'point'] as const
type Level = (typeof LEVELS)[number]

const LABEL: Readonly<Record<Level, (number: number) => string>> = {
  part: (number) => `Phần ${romanNumber(number)}`,
  chapter: (number) => `Chương ${romanNumber(number)}`,
  section: (number) => `Mục ${String(number)}`,
  subsection: (number) => `Tiểu mục ${String(number)}`,
  numeral: (number) => `${romanNumber(number)}.`,
  article: (number) => `Điều ${String(number)}.`,
  clause: (number) => `${String(number)}.`,
  point: (number) => `${pointLetter(number)})`,
}

/** What {@link labelsOf} needs to know of a block. */
interface Counted {
  readonly type: string
  readonly attrs?: Readonly<Record<string, unknown>> | undefined
}

function levelOf({ type, attrs }: Counted): Level | undefined {
  const name = type === 'division' ? attrs?.['kind'] : type
  return LEVELS.find((level) => level === name)
}

/**
 * What stands before each block: `Điều 3.`, `2.`, `đ)`; empty for those that are not counted.
 *
 * @source Decree 30/2020/NĐ-CP App. I part II 6: chapters in Roman, articles, clauses in Arabic numbers,
 *   points by the Vietnamese alphabet
 */
export function labelsOf(blocks: readonly Counted[]): string[] {
  const counts = new Map<Level, number>()
  return blocks.map((one) => {
    const level = levelOf(one)
    if (level === undefined) return ''
    const number = (counts.get(level) ?? 0) + 1
    counts.set(level, number)
    for (const narrower of LEVELS.slice(LEVELS.indexOf(level) + 1)) {
      if (narrower !== 'article') counts.delete(narrower)
    }
    return LABEL[level](number)
  })
}

/** The words of a line of a body, without what they look like. */
export function textOfWords(content: readonly Inline[]): string {
  return content.map((one) => (one.type === 'text' ? one.text : '\n')).join('')
}

/** The words of a body, a line each, with the numbers that are counted. Cells of a table are lines. */
export function linesOfBody({ content }: Body): string[] {
  const labels = labelsOf(content)
  return content.flatMap((one, index) => {
    if (one.type === 'table') {
      return one.content.flatMap((row) => row.content.flatMap(({ content: inside }) => cellLines(inside)))
    }
    if (one.type === 'picture') return one.attrs.alt === '' ? [] : [one.attrs.alt]
    if (one.type === 'pageBreak') return []
    const label = labels[index] ?? ''
    const text = textOfWords(one.content)
    return [label === '' ? text : `${label} ${text}`]
  })
}

function cellLines(content: TableCell['content']): string[] {
  return content.flatMap((one) => (one.type === 'paragraph' ? [textOfWords(one.content)] : []))
}

/** Whether nothing stands in it yet. */
export function isEmptyBody(value: Body): boolean {
  return (
    linesOfBody(value).every((line) => line.trim() === '') &&
    !value.content.some(({ type }) => type === 'picture')
  )
}

/** The pictures that a body shows, each once. */
export function picturesIn({ content }: Body): Sha256[] {
  const inCells = content.flatMap((one) =>
    one.type === 'table' ? one.content.flatMap((row) => row.content.flatMap((cell) => cell.content)) : [],
  )
  const found = [...content, ...inCells].flatMap((one) => (one.type === 'picture' ? [one.attrs.sha256] : []))
  return [...new Set(found)]
}
