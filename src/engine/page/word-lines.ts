/** Lines of a Word file, whatever part they stand in. */
import {
  AlignmentType,
  BorderStyle,
  Paragraph,
  Table,
  TableCell,
  TableLayoutType,
  TableRow,
  TextRun,
  WidthType,
  type IParagraphOptions,
  type IRunOptions,
} from 'docx'
import type { Inline, MarkName } from '../../shared/document/body.ts'

/** Twips in a point, and what Word calls a single line. */
export const POINT = 20
export const SINGLE_LINE = 240

const NO_BORDER = { style: BorderStyle.NONE, size: 0, color: 'auto' } as const
const NO_BORDERS = {
  top: NO_BORDER,
  bottom: NO_BORDER,
  left: NO_BORDER,
  right: NO_BORDER,
  insideHorizontal: NO_BORDER,
  insideVertical: NO_BORDER,
} as const
/** A thin line. */
export const RULE = { style: BorderStyle.SINGLE, size: 6, color: 'auto' } as const

/** What of the look of a run is not its marks. */
interface Look {
  readonly sizePt?: number
  readonly bold?: boolean
  readonly italic?: boolean
  readonly color?: string
}

/** The words of a line with their marks, over the look of the whole line. */
export function runsOf(
  content: readonly Inline[],
  look: Look = {},
  as: (text: string) => string = (text) => text,
): TextRun[] {
  return content.map((one) => {
    if (one.type === 'hardBreak') return run({ break: 1 })
    const has = (name: MarkName) => one.marks?.some(({ type }) => type === name) === true
    return run({
      text: as(one.text),
      bold: look.bold === true || has('bold'),
      italics: look.italic === true || has('italic'),
      ...(has('underline') ? { underline: {} } : {}),
      superScript: has('superscript'),
      subScript: has('subscript'),
    })
  })
}

/** Of options alone: a plain string has none of them. */
export function run(options: IRunOptions): TextRun {
  return new TextRun(options)
}

/** A line in the middle. */
export function centred(text: string, look: Look, options: IParagraphOptions = {}): Paragraph {
  return plain(text, look, { alignment: AlignmentType.CENTER, ...options })
}

/** A line at the left. */
export function plain(
  text: string,
  { sizePt, bold, italic, color }: Look,
  options: IParagraphOptions = {},
): Paragraph {
  return new Paragraph({
    ...options,
    children: [
      run({
        text,
        ...(sizePt === undefined ? {} : { size: sizePt * 2 }),
        ...(bold === undefined ? {} : { bold }),
        ...(italic === undefined ? {} : { italics: italic }),
        ...(color === undefined ? {} : { color }),
      }),
    ],
  })
}

/** A thin line below, as far from either side. */
export function ruleOf(indentMm: number): Paragraph {
  return new Paragraph({
    indent: { left: `${indentMm}mm`, right: `${indentMm}mm` },
    border: { bottom: RULE },
    spacing: { line: 2 * POINT, lineRule: 'exact', after: 6 * POINT },
  })
}

/** Blocks beside each other without any frame. @param shares of the width, in hundredths; even where none are given */
export function sideBySide(blocks: readonly (readonly Paragraph[])[], shares?: readonly number[]): Table {
  return new Table({
    width: { size: 100, type: WidthType.PERCENTAGE },
    layout: TableLayoutType.FIXED,
    borders: NO_BORDERS,
    rows: [
      new TableRow({
        cantSplit: true,
        children: blocks.map(
          (children, index) =>
            new TableCell({
              width: { size: shares?.[index] ?? 100 / blocks.length, type: WidthType.PERCENTAGE },
              borders: NO_BORDERS,
              children: children.length === 0 ? [new Paragraph({})] : children,
            }),
        ),
      }),
    ],
  })
}
