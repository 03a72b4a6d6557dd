/** The body of a document as lines, tables and pictures of a Word file. */
import {
  AlignmentType,
  ImageRun,
  PageBreak,
  Paragraph,
  Table,
  TableCell,
  TableRow,
  VerticalAlignTable,
  WidthType,
  type FileChild,
  type IParagraphOptions,
} from 'docx'
import { labelsOf, type Block, type Body, type TableCell as WrittenCell } from '../../shared/document/body.ts'
import type { PageLayout } from '../../shared/document/composition.ts'
import type { Sha256 } from '../../shared/document/fields.ts'
import { capitals } from './lines.ts'
import { pictureSize } from './picture.ts'
import { POINT, run, runsOf, SINGLE_LINE } from './word-lines.ts'

const PIXELS_PER_MM = 96 / 25.4

/** The bytes of the pictures that a document shows, PNG or JPEG. */
export type Pictures = ReadonlyMap<Sha256, Uint8Array>

/** The lines, tables and pictures of a body, with the numbers that are counted as text. */
export function bodyOf({ content }: Body, layout: PageLayout, pictures: Pictures): FileChild[] {
  const labels = labelsOf(content)
  return content.flatMap((block, index) => blockOf(block, labels[index] ?? '', layout, pictures))
}

function blockOf(block: Block, label: string, layout: PageLayout, pictures: Pictures): FileChild[] {
  const spacing = { after: layout.paragraphGapPt * POINT, line: SINGLE_LINE * layout.lineSpacing }
  const line: IParagraphOptions = {
    alignment: AlignmentType.BOTH,
    indent: { firstLine: `${layout.firstLineCm}cm` },
    spacing,
  }
  switch (block.type) {
    case 'paragraph':
      return [
        block.attrs.align === 'justify'
          ? new Paragraph({ ...line, children: runsOf(block.content) })
          : new Paragraph({ alignment: block.attrs.align, spacing, children: runsOf(block.content) }),
      ]
    case 'basis':
      return [new Paragraph({ ...line, children: runsOf(block.content, { italic: true }) })]
    case 'division':
      return divisionOf(block, label, spacing)
    case 'article':
      return [
        new Paragraph({
          ...line,
          children: [run({ text: `${label} `, bold: true }), ...runsOf(block.content)],
        }),
      ]
    case 'numeral':
      return [
        new Paragraph({
          ...line,
          keepNext: true,
          children: [run({ text: `${label} `, bold: true }), ...runsOf(block.content, { bold: true })],
        }),
      ]
    case 'clause':
    case 'point':
      return [new Paragraph({ ...line, children: [run({ text: `${label} ` }), ...runsOf(block.content)] })]
    case 'table':
      return [tableOf(block, pictures), new Paragraph({})]
    case 'picture':
      return [pictureOf(block, pictures)]
    case 'pageBreak':
      return [new Paragraph({ children: [new PageBreak()] })]
  }
}

function divisionOf(
  { attrs, content }: Extract<Block, { type: 'division' }>,
  label: string,
  spacing: NonNullable<IParagraphOptions['spacing']>,
): Paragraph[] {
  const isWide = attrs.kind === 'part' || attrs.kind === 'chapter'
  const title = runsOf(content, { bold: true }, isWide ? capitals : undefined)
  const middle = { alignment: AlignmentType.CENTER, keepNext: true } as const
  return [
    new Paragraph({ ...middle, children: [run({ text: label, bold: true })] }),
    ...(title.length === 0 ? [] : [new Paragraph({ ...middle, spacing, children: title })]),
  ]
}

function tableOf({ content }: Extract<Block, { type: 'table' }>, pictures: Pictures): Table {
  return new Table({
    width: { size: 100, type: WidthType.PERCENTAGE },
    rows: content.map(
      (row) =>
        new TableRow({
          cantSplit: true,
          tableHeader: row.content.length > 0 && row.content.every(({ type }) => type === 'tableHeader'),
          children: row.content.map((cell) => cellOf(cell, pictures)),
        }),
    ),
  })
}

function cellOf({ type, attrs, content }: WrittenCell, pictures: Pictures): TableCell {
  const isHead = type === 'tableHeader'
  const lines = content.map((one) => {
    if (one.type === 'picture') return pictureOf(one, pictures)
    const { align } = one.attrs
    return new Paragraph({
      alignment: isHead ? AlignmentType.CENTER : align === 'justify' ? AlignmentType.LEFT : align,
      children: runsOf(one.content, isHead ? { bold: true } : {}),
    })
  })
  return new TableCell({
    columnSpan: attrs.colspan,
    rowSpan: attrs.rowspan,
    ...(isHead ? { verticalAlign: VerticalAlignTable.CENTER } : {}),
    children: lines.length === 0 ? [new Paragraph({})] : lines,
  })
}

function pictureOf({ attrs }: Extract<Block, { type: 'picture' }>, pictures: Pictures): Paragraph {
  const { sha256, widthMm, alt } = attrs
  const bytes = pictures.get(sha256)
  if (bytes === undefined) return new Paragraph({ children: [run({ text: alt })] })
  const own = pictureSize(bytes)
  const width = widthMm * PIXELS_PER_MM
  return new Paragraph({
    alignment: AlignmentType.CENTER,
    children: [
      new ImageRun({
        type: bytes[0] === 0x89 ? 'png' : 'jpg',
        data: bytes,
        transformation: { width, height: (width * own.heightMm) / own.widthMm },
        altText: { name: alt, title: alt, description: alt },
      }),
    ],
  })
}
