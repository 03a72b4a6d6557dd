/** A composed document as a Word file (.docx), for whoever goes on with it elsewhere: parts and text, not the print. */
import {
  AlignmentType,
  BorderStyle,
  Document,
  Footer,
  Header,
  ImageRun,
  Packer,
  PageBreak,
  PageNumber,
  PageOrientation,
  Paragraph,
  SectionType,
  Table,
  TableCell,
  TableLayoutType,
  TableRow,
  TextRun,
  VerticalAlignTable,
  WidthType,
  type FileChild,
  type IParagraphOptions,
  type IRunOptions,
  type ISectionOptions,
} from 'docx'
import {
  labelsOf,
  type Block,
  type Body,
  type Inline,
  type MarkName,
  type TableCell as WrittenCell,
} from '../../shared/document/body.ts'
import type { Appendix, Composed, PageLayout } from '../../shared/document/composition.ts'
import type { OutgoingFields, Sha256 } from '../../shared/document/fields.ts'
import { abstractOf, appendixHeading, formOf } from '../../shared/document/form.ts'
import { PRIORITIES } from '../../shared/document/types.ts'
import { capitals, dashed, MOTTO, plainLines, signerBlocks, STATE } from './lines.ts'
import { pictureSize } from './picture.ts'
import { ADDRESS_PT, NUMBER_PT, RECIPIENTS_PT, SIGNATURE_MM } from './style.ts'

/** Every office has it, and its letters are as wide as those of our own pages. */
const FACE = 'Times New Roman'
const A4 = { width: 210, height: 297 }
const PIXELS_PER_MM = 96 / 25.4
/** Room for what is written once it is known. */
const BLANK = '…'
/** Twips in a point, and what Word calls a single line. */
const POINT = 20
const SINGLE_LINE = 240
/** In the head, the foot and tables lines stand closer than in the text. */
const CLOSE_LINE = 1.15
/** Between the head, the text and the foot. */
const PART_GAP = 12 * POINT
/** A paragraph that is nothing but a gap. */
const GAP_ALONE = { line: PART_GAP, lineRule: 'exact' } as const
/** How far a rule of a third of its column stands in on either side. */
const RULE_INDENT_MM = 24
const RED = 'E3000F'

const NO_BORDER = { style: BorderStyle.NONE, size: 0, color: 'auto' } as const
const NO_BORDERS = {
  top: NO_BORDER,
  bottom: NO_BORDER,
  left: NO_BORDER,
  right: NO_BORDER,
  insideHorizontal: NO_BORDER,
  insideVertical: NO_BORDER,
} as const
const RULE = { style: BorderStyle.SINGLE, size: 6, color: 'auto' } as const

/** What of the look of a run is not its marks. */
interface Look {
  readonly sizePt?: number
  readonly bold?: boolean
  readonly italic?: boolean
  readonly color?: string
}

type Pictures = ReadonlyMap<Sha256, Uint8Array>

/**
 * @param pictures the bytes of those that the document shows, PNG or JPEG
 * @throws {AppError} image/unusable
 */
export async function wordFile(composed: Composed, pictures: Pictures): Promise<Uint8Array> {
  const { fields, composition } = composed
  const { layout, body, appendices, addressLines } = composition
  const main: FileChild[] = [
    headOf(composed),
    ...titleOf(fields, layout),
    ...addresseesOf(composition.addressees),
    new Paragraph({ spacing: GAP_ALONE }),
    ...bodyOf(body, layout, pictures),
    ...footOf(fields, layout),
  ]
  const document = new Document({
    title: abstractOf(fields) || fields.typeName,
    creator: composition.agencyName,
    styles: {
      default: {
        document: {
          run: { font: FACE, size: layout.textPt * 2, language: { value: 'vi-VN' } },
          paragraph: { spacing: { line: SINGLE_LINE * CLOSE_LINE } },
        },
      },
    },
    sections: [
      { ...sectionOf(layout, false), footers: { first: addressesOf(addressLines) }, children: main },
      ...appendices.map((appendix, index) => ({
        ...sectionOf(layout, appendix.landscape),
        children: appendixOf(appendix, appendixHeading(index, appendices.length), composed, pictures),
      })),
    ],
  })
  return await Packer.toBuffer(document)
}

/** Numbered in the middle of the upper margin, anew in each part, not on its first page. */
function sectionOf(
  { topMm, bottomMm, leftMm, rightMm, textPt }: PageLayout,
  isLandscape: boolean,
): Pick<ISectionOptions, 'properties' | 'headers'> {
  return {
    properties: {
      type: SectionType.NEXT_PAGE,
      titlePage: true,
      page: {
        size: {
          width: `${A4.width}mm`,
          height: `${A4.height}mm`,
          ...(isLandscape ? { orientation: PageOrientation.LANDSCAPE } : {}),
        },
        margin: {
          top: `${topMm}mm`,
          bottom: `${bottomMm}mm`,
          left: `${leftMm}mm`,
          right: `${rightMm}mm`,
          header: `${topMm / 2}mm`,
        },
        pageNumbers: { start: 1 },
      },
    },
    headers: {
      first: new Header({ children: [new Paragraph({})] }),
      default: new Header({
        children: [
          new Paragraph({
            alignment: AlignmentType.CENTER,
            children: [run({ children: [PageNumber.CURRENT], size: textPt * 2 })],
          }),
        ],
      }),
    },
  }
}

function addressesOf(lines: readonly string[]): Footer {
  const written = lines.map((line) => line.trim()).filter((line) => line !== '')
  return new Footer({
    children: written.map((line, index) =>
      centred(line, { sizePt: ADDRESS_PT }, index === 0 ? { border: { top: RULE } } : {}),
    ),
  })
}

function headOf({ fields, composition }: Composed): Table {
  const { parentName, agencyName, circulation, layout } = composition
  const headPt = layout.headPt
  const about = formOf(fields.typeName).abstractUnderNumber ? abstractOf(fields) : ''
  const urgency = PRIORITIES.find(({ code }) => code === fields.priority && code > 0)
  const left = [
    ...(parentName.trim() === '' ? [] : [centred(capitals(parentName), { sizePt: headPt })]),
    ...agencyName.split('\n').map((line) => centred(capitals(line), { sizePt: headPt, bold: true })),
    ruleOf(RULE_INDENT_MM),
    centred(`Số: ${BLANK}/${fields.codeNotation}`, { sizePt: NUMBER_PT }),
    ...(about === '' ? [] : [centred(about, { sizePt: headPt })]),
    ...(urgency === undefined
      ? []
      : [centred(capitals(urgency.name), { sizePt: NUMBER_PT, bold: true, color: RED })]),
    ...(circulation === '' ? [] : [centred(circulation, { sizePt: NUMBER_PT, bold: true })]),
  ]
  const right = [
    centred(STATE, { sizePt: headPt, bold: true }),
    centred(MOTTO, { sizePt: headPt + 1, bold: true }),
    ruleOf(RULE_INDENT_MM),
    centred(`${fields.place}, ngày ${BLANK} tháng ${BLANK} năm ${BLANK}`, {
      sizePt: headPt + 1,
      italic: true,
    }),
  ]
  return sideBySide([left, right], [42, 58])
}

function titleOf(fields: OutgoingFields, { textPt }: PageLayout): Paragraph[] {
  const { title } = formOf(fields.typeName)
  if (title === '') return []
  const look = { sizePt: textPt, bold: true }
  const subject = abstractOf(fields)
  return [
    centred(capitals(title), look, { spacing: { before: PART_GAP } }),
    ...(subject === '' ? [] : [centred(subject, look)]),
    ruleOf(60),
  ]
}

function addresseesOf(addressees: readonly string[]): Paragraph[] {
  const [first, ...others] = plainLines(addressees)
  if (first === undefined) return []
  if (others.length === 0) return [centred(`Kính gửi: ${first}`, {}, { spacing: { before: PART_GAP } })]
  return [
    new Paragraph({
      indent: { left: '30mm' },
      spacing: { before: PART_GAP },
      children: [run({ text: 'Kính gửi:' })],
    }),
    ...dashed([first, ...others]).map(
      (line) => new Paragraph({ indent: { left: '50mm' }, children: [run({ text: line })] }),
    ),
  ]
}

/** Nơi nhận beside the one who signs, below several. */
function footOf(fields: OutgoingFields, { textPt }: PageLayout): FileChild[] {
  const places = plainLines(fields.toPlaces)
  const typer = fields.typerNotation.trim()
  const small = (text: string) => plain(text, { sizePt: RECIPIENTS_PT })
  const left = [
    ...(places.length === 0 ? [] : [plain('Nơi nhận:', { sizePt: 12, bold: true, italic: true })]),
    ...dashed(places).map(small),
    ...(typer === '' ? [] : [small(`${typer}.${String(fields.issuedAmount)}`)]),
  ]
  const bold = { sizePt: textPt, bold: true }
  const blocks = signerBlocks(fields).map(({ titles, name }) => [
    ...titles.map((line) => centred(line, bold)),
    centred(name, bold, { spacing: { before: Math.round((SIGNATURE_MM * 72 * POINT) / 25.4) } }),
  ])
  const gap = new Paragraph({ spacing: GAP_ALONE })
  if (blocks.length === 1) return [gap, sideBySide([left, ...blocks])]
  return [gap, sideBySide(blocks), gap, ...left]
}

function appendixOf(
  { title, body }: Appendix,
  heading: string,
  { fields, composition }: Composed,
  pictures: Pictures,
): FileChild[] {
  const agency = composition.agencyName.replace(/\s+/gu, ' ').trim()
  const of = formOf(fields.typeName).title || fields.typeName
  const reference = `(Kèm theo ${of} số ${BLANK}/${fields.codeNotation} ngày ${BLANK} tháng ${BLANK} năm ${BLANK} của ${agency})`
  return [
    centred(heading, { bold: true, sizePt: 14 }),
    ...(title.trim() === '' ? [] : [centred(capitals(title), { bold: true })]),
    centred(reference, { italic: true }),
    ruleOf(60),
    ...bodyOf(body, composition.layout, pictures),
  ]
}

function bodyOf({ content }: Body, layout: PageLayout, pictures: Pictures): FileChild[] {
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

/** The words of a line with their marks, over the look of the whole line. */
function runsOf(
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

function run(options: IRunOptions): TextRun {
  return new TextRun(options)
}

function centred(text: string, look: Look, options: IParagraphOptions = {}): Paragraph {
  return plain(text, look, { alignment: AlignmentType.CENTER, ...options })
}

function plain(
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
function ruleOf(indentMm: number): Paragraph {
  return new Paragraph({
    indent: { left: `${indentMm}mm`, right: `${indentMm}mm` },
    border: { bottom: RULE },
    spacing: { line: 2 * POINT, lineRule: 'exact', after: 6 * POINT },
  })
}

/** Blocks beside each other without any frame. @param shares of the width, in hundredths; even where none are given */
function sideBySide(blocks: readonly (readonly Paragraph[])[], shares?: readonly number[]): Table {
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
