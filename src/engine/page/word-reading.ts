/** What stands in a Word file: its lines, tables and pictures in their order, without any clothes but the marks. */
import { unzipSync, zipSync } from 'fflate'
import { convertToHtml } from 'mammoth'
import { z } from 'zod'
import type { Inline, MarkName } from '../../shared/document/body.ts'

/** A paragraph. */
export interface WordLine {
  readonly type: 'line'
  readonly align: 'justify' | 'center' | 'right'
  /** Numbered or marked by Word itself: the number is not in the text. */
  readonly list: { readonly ordered: boolean; readonly level: number } | undefined
  readonly content: Inline[]
}
/** A picture, by its place among the pictures of the file. */
export interface WordPicture {
  readonly type: 'picture'
  readonly index: number
  readonly alt: string
}
export interface WordCell {
  readonly columns: number
  readonly rows: number
  readonly content: (WordLine | WordPicture)[]
}
export interface WordTable {
  readonly type: 'table'
  readonly rows: { readonly isHead: boolean; readonly cells: WordCell[] }[]
}
export type WordBlock = WordLine | WordPicture | WordTable | { readonly type: 'pageBreak' }

/** A file as it was read. */
export interface WordContent {
  readonly blocks: WordBlock[]
  /** PNG, JPEG, or whatever Word took. */
  readonly pictures: Uint8Array[]
}

/** Everything in the file together, unpacked. */
const MAX_BYTES = 64 << 20
const MAX_PARTS = 2_000
const WANTED = /^(?:\[Content_Types\]\.xml|(?:word\/)?_rels\/.*|word\/[^/]+\.xml|word\/media\/.*)$/
const MAX_DEPTH = 60

const run = z.object({
  isBold: z.boolean().default(false),
  isItalic: z.boolean().default(false),
  isUnderline: z.boolean().default(false),
  isAllCaps: z.boolean().default(false),
  verticalAlignment: z.string().default('baseline'),
})
const paragraph = z.object({
  alignment: z.string().nullish(),
  numbering: z.object({ level: z.coerce.number(), isOrdered: z.boolean() }).nullish(),
})
const cell = z.object({ colSpan: z.number().default(1), rowSpan: z.number().default(1) })
const row = z.object({ isHeader: z.boolean().default(false) })
const text = z.object({ value: z.string() })
const pageBreak = z.object({ breakType: z.string() })
const image = z.object({
  altText: z.string().nullish(),
  readAsBuffer: z.custom<() => Promise<Uint8Array>>((value) => typeof value === 'function'),
})
const node = z.looseObject({ type: z.string(), children: z.array(z.unknown()).default([]) })
type Node = z.output<typeof node>

/**
 * Reads a .docx. The tree is that of mammoth, whose version is pinned: it calls that tree unstable.
 *
 * @throws where it is no such file, is broken, or larger than any draft
 */
export async function readWord(file: Uint8Array): Promise<WordContent> {
  let tree: unknown
  await convertToHtml(
    { buffer: Buffer.from(tamed(file)) },
    {
      transformDocument: (document: unknown) => {
        tree = document
        // Nobody wants its HTML.
        return { type: 'document', children: [], notes: [], comments: [] }
      },
    },
  )
  const root = node.parse(tree)
  const images: (() => Promise<Uint8Array>)[] = []
  const blocks = root.children.flatMap((child) => blocksOf(node.parse(child), images, 0))
  const pictures: Uint8Array[] = []
  for (const read of images) pictures.push(Uint8Array.from(await read()))
  return { blocks, pictures }
}

/** The same archive with nothing but what is looked at, and nothing in it larger than it says. */
function tamed(file: Uint8Array): Uint8Array {
  let [bytes, parts] = [0, 0]
  const kept = unzipSync(file, {
    filter: ({ name, originalSize }) => {
      if (!WANTED.test(name)) return false
      bytes += originalSize
      parts += 1
      if (bytes > MAX_BYTES || parts > MAX_PARTS) throw new Error('the file unpacks to too much')
      return true
    },
  })
  return zipSync(kept, { level: 0 })
}

function blocksOf(
  { type, children, ...rest }: Node,
  images: (() => Promise<Uint8Array>)[],
  depth: number,
): WordBlock[] {
  if (depth > MAX_DEPTH) throw new Error('the file is nested too deep')
  if (type === 'paragraph') return lineOf(children, paragraph.parse(rest), images, depth)
  if (type === 'table') {
    const rows = children.map((child) => {
      const { children: cells, ...ofRow } = node.parse(child)
      return {
        isHead: row.parse(ofRow).isHeader,
        cells: cells.map((one) => cellOf(node.parse(one), images, depth + 1)),
      }
    })
    return [{ type: 'table', rows }]
  }
  return children.flatMap((child) => blocksOf(node.parse(child), images, depth + 1))
}

/** A table inside a cell gives its lines. */
function cellOf({ children, ...rest }: Node, images: (() => Promise<Uint8Array>)[], depth: number): WordCell {
  const { colSpan, rowSpan } = cell.parse(rest)
  const content = children
    .flatMap((child) => blocksOf(node.parse(child), images, depth + 1))
    .flatMap((block) =>
      block.type === 'table' ? block.rows.flatMap(({ cells }) => cells.flatMap((one) => one.content)) : block,
    )
    .filter((block) => block.type !== 'pageBreak')
  return { columns: colSpan, rows: rowSpan, content }
}

/** The line, with the pictures and the page breaks that stand in it after it. */
function lineOf(
  children: readonly unknown[],
  { alignment, numbering }: z.output<typeof paragraph>,
  images: (() => Promise<Uint8Array>)[],
  depth: number,
): WordBlock[] {
  const content: Inline[] = []
  const others: WordBlock[] = []
  const add = (inline: Inline) => {
    const last = content.at(-1)
    const isSame =
      inline.type === 'text' &&
      last?.type === 'text' &&
      JSON.stringify(last.marks ?? []) === JSON.stringify(inline.marks ?? [])
    if (isSame) content[content.length - 1] = { ...last, text: last.text + inline.text }
    else content.push(inline)
  }
  const walk = (child: unknown, marks: readonly MarkName[], inCapitals: boolean, level: number): void => {
    if (level > MAX_DEPTH) throw new Error('the file is nested too deep')
    const { type, children: inside, ...rest } = node.parse(child)
    if (type === 'text') {
      const { value } = text.parse(rest)
      const words = inCapitals ? value.toLocaleUpperCase('vi') : value
      add({
        type: 'text',
        text: words,
        ...(marks.length === 0 ? {} : { marks: marks.map((name) => ({ type: name })) }),
      })
    } else if (type === 'tab') {
      add({ type: 'text', text: '\t' })
    } else if (type === 'break') {
      if (pageBreak.parse(rest).breakType === 'page') others.push({ type: 'pageBreak' })
      else add({ type: 'hardBreak' })
    } else if (type === 'image') {
      const { altText, readAsBuffer } = image.parse(rest)
      images.push(readAsBuffer)
      others.push({ type: 'picture', index: images.length - 1, alt: altText ?? '' })
    } else if (type === 'run') {
      const look = run.parse(rest)
      for (const one of inside) walk(one, marksOf(look), look.isAllCaps, level + 1)
    } else if (type !== 'noteReference' && type !== 'commentReference') {
      for (const one of inside) walk(one, marks, inCapitals, level + 1)
    }
  }
  for (const child of children) walk(child, [], false, depth)
  const line: WordLine = {
    type: 'line',
    align: alignment === 'center' || alignment === 'right' ? alignment : 'justify',
    list:
      numbering === null || numbering === undefined
        ? undefined
        : { ordered: numbering.isOrdered, level: numbering.level },
    content,
  }
  return [line, ...others]
}

function marksOf(look: z.output<typeof run>): MarkName[] {
  return [
    ...(look.isBold ? (['bold'] as const) : []),
    ...(look.isItalic ? (['italic'] as const) : []),
    ...(look.isUnderline ? (['underline'] as const) : []),
    ...(look.verticalAlignment === 'superscript' ? (['superscript'] as const) : []),
    ...(look.verticalAlignment === 'subscript' ? (['subscript'] as const) : []),
  ]
}
