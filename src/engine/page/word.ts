/** A composed document as a Word file (.docx), for whoever goes on with it elsewhere: parts and text, not the print. */
import {
  AlignmentType,
  Document,
  Footer,
  Header,
  Packer,
  PageNumber,
  PageOrientation,
  Paragraph,
  SectionType,
  type Table,
  type FileChild,
  type ISectionOptions,
} from 'docx'
import type { Appendix, Composed, PageLayout } from '../../shared/document/composition.ts'
import type { OutgoingFields } from '../../shared/document/fields.ts'
import { abstractOf, appendixHeading, formOf } from '../../shared/document/form.ts'
import { PRIORITIES } from '../../shared/document/types.ts'
import { capitals, dashed, MOTTO, plainLines, signerBlocks, STATE } from './lines.ts'
import { ADDRESS_PT, NUMBER_PT, RECIPIENTS_PT, SIGNATURE_MM } from './style.ts'
import { bodyOf, type Pictures } from './word-content.ts'
import { centred, plain, POINT, RULE, ruleOf, run, sideBySide, SINGLE_LINE } from './word-lines.ts'

/** Every office has it, and its letters are as wide as those of our own pages. */
const FACE = 'Times New Roman'
const A4 = { width: 210, height: 297 }
/** Room for what is written once it is known. */
const BLANK = '…'
/** In the head, the foot and tables lines stand closer than in the text. */
const CLOSE_LINE = 1.15
/** Between the head, the text and the foot. */
const PART_GAP = 12 * POINT
/** A paragraph that is nothing but a gap. */
const GAP_ALONE = { line: PART_GAP, lineRule: 'exact' } as const
/** How far a rule of a third of its column stands in on either side. */
const RULE_INDENT_MM = 24
const RED = 'E3000F'

/**
 * A composed document as a .docx.
 *
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
