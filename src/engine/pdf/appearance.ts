/** What is seen of a signature, a block of text or a picture: where it stands on the page and what is drawn in it. */
import type { PdfDocument, Page } from './document.ts'
import { compressed } from './font.ts'
import type { AddObject, Typeface } from './font.ts'
import { addPicture } from './png.ts'
import type { Picture } from './png.ts'
import { PdfName } from './syntax.ts'
import type { PdfRef, PdfValue } from './syntax.ts'
import { unreadable } from './syntax.ts'
import type { Writable } from './write.ts'

export type PageCorner = 'top-left' | 'top-right' | 'bottom-left' | 'bottom-right'

/** A plain block of text, upright for the reader whatever the page's rotation. */
export interface SignatureAppearance {
  /** 1 is the first page; `'last'` the last. A number past the end means the last page too. */
  readonly page: number | 'last'
  /** The corner, as the page is shown, from which the distances are measured. */
  readonly corner: PageCorner
  /** Distance from the page's edge to the nearest edge of the block, in millimetres. */
  readonly xMm: number
  readonly yMm: number
  /** Where the middle of the block stands, from the page's left and top edge, in place of a corner. */
  readonly centre?: { readonly xMm: number; readonly yMm: number }
  /** Longer lines are broken at spaces; without it the longest line decides. */
  readonly widthMm?: number
  readonly lines: readonly string[]
  /** Default 10, as Decree 30/2020/NĐ-CP asks for signature details. */
  readonly fontSizePt?: number
  /** A thin black frame. Default none. */
  readonly border?: boolean
  /** A TrueType face with Vietnamese letters (resources/fonts/Tinos-Regular.ttf); a subset of it is embedded. */
  readonly font: Uint8Array
}

/** A handwritten signature or a seal, in its real size, upright for the reader. */
export interface PictureAppearance extends PictureBox {
  /** 1 is the first page; `'last'` the last. A number past the end means the last page too. */
  readonly page: number | 'last'
  /** A PNG, see `readPng`. */
  readonly png: Uint8Array
}

/** A rectangle on a page as it is shown, in millimetres: its centre from the page's left and top edge. */
export interface PictureBox {
  readonly centreXMm: number
  readonly centreYMm: number
  readonly widthMm: number
  readonly heightMm: number
}

/** Words at their baselines as if they had been typed there: a number, a date. */
export interface WordsAppearance {
  /** 1 is the first page; `'last'` the last. A number past the end means the last page too. */
  readonly page: number | 'last'
  readonly words: readonly Word[]
  /** As of {@link SignatureAppearance}. */
  readonly font: Uint8Array
}

/** One word, from the left and top edge of the page as it is shown. */
export interface Word {
  readonly text: string
  readonly leftMm: number
  readonly baselineMm: number
  readonly fontSizePt: number
  /** Leaning like italics. Default upright. */
  readonly slanted?: boolean
}

export type Appearance = SignatureAppearance | PictureAppearance | WordsAppearance

const PADDING_PT = 3
const LINE_SPACING = 1.15
const LINES_LIMIT = 60
const POINTS_PER_MM = 72 / 25.4

export interface PageBox {
  readonly left: number
  readonly bottom: number
  readonly right: number
  readonly top: number
}

/** What of a page is shown, in default user space, and how it is turned. */
export interface PageView {
  readonly box: PageBox
  /** Clockwise, one of 0, 90, 180, 270. */
  readonly rotation: number
  /** Size of a unit of user space in points (UserUnit). */
  readonly unit: number
}

const A4: PageBox = { left: 0, bottom: 0, right: 595.28, top: 841.89 }

/** The crop box within the media box, as viewers show it; A4 where a page says nothing usable. */
export async function pageView(document: PdfDocument, page: Page): Promise<PageView> {
  const media = (await rectangleOf(document, page.attribute('MediaBox'))) ?? A4
  const crop = (await rectangleOf(document, page.attribute('CropBox'))) ?? media
  const box = {
    left: Math.max(media.left, crop.left),
    bottom: Math.max(media.bottom, crop.bottom),
    right: Math.min(media.right, crop.right),
    top: Math.min(media.top, crop.top),
  }
  const rotation = await document.resolve(page.attribute('Rotate'))
  const turned = typeof rotation === 'number' && rotation % 90 === 0 ? ((rotation % 360) + 360) % 360 : 0
  const unit = await document.resolve(page.dict.get('UserUnit'))
  return {
    box: box.right > box.left && box.top > box.bottom ? box : media,
    rotation: turned,
    unit: typeof unit === 'number' && unit > 0 && unit <= 75_000 ? unit : 1,
  }
}

/** A rectangle as it is written, its corners in any order; undefined where it is none or has no room. */
export async function rectangleOf(document: PdfDocument, value: PdfValue): Promise<PageBox | undefined> {
  const numbers: number[] = []
  for (const corner of (await document.resolveArray(value)) ?? []) {
    const side = await document.resolve(corner)
    if (typeof side === 'number') numbers.push(side)
  }
  const [x1, y1, x2, y2] = numbers
  if (x1 === undefined || y1 === undefined || x2 === undefined || y2 === undefined) return undefined
  const box = {
    left: Math.min(x1, x2),
    bottom: Math.min(y1, y2),
    right: Math.max(x1, x2),
    top: Math.max(y1, y2),
  }
  return box.right > box.left && box.top > box.bottom ? box : undefined
}

/** A block ready to be placed: sizes in points, text still to be encoded. */
export interface BlockLayout {
  readonly width: number
  readonly height: number
  readonly fontSize: number
  readonly lines: readonly string[]
}

/** Breaks the lines and measures the block. */
export function layOut(appearance: SignatureAppearance, face: Typeface): BlockLayout {
  const fontSize = appearance.fontSizePt ?? 10
  const measure = (text: string) => (face.widthOf(text) * fontSize) / 1000
  const room =
    appearance.widthMm === undefined ? Infinity : appearance.widthMm * POINTS_PER_MM - 2 * PADDING_PT
  const lines = appearance.lines
    .flatMap((line) => broken(line.replace(/\p{Cc}+/gu, ' ').trim(), room, measure))
    .slice(0, LINES_LIMIT)
  const widest = Math.max(0, ...lines.map(measure))
  return {
    width: (room === Infinity ? widest : room) + 2 * PADDING_PT,
    height: lines.length * fontSize * LINE_SPACING + 2 * PADDING_PT,
    fontSize,
    lines,
  }
}

function broken(line: string, room: number, measure: (text: string) => number): string[] {
  const lines: string[] = []
  let current = ''
  for (const word of line.split(/\s+/)) {
    const longer = current === '' ? word : `${current} ${word}`
    if (current !== '' && measure(longer) > room) {
      lines.push(current)
      current = word
    } else {
      current = longer
    }
  }
  return [...lines, current]
}

/**
 * The annotation rectangle for a block: distances are kept from the corner as the page is shown, and
 * the block is shifted inside the page where it would stand out of it.
 */
export function placed(
  view: PageView,
  appearance: Pick<SignatureAppearance, 'corner' | 'xMm' | 'yMm' | 'centre'>,
  block: Pick<BlockLayout, 'width' | 'height'>,
): PageBox {
  const { box, rotation, unit } = view
  if (appearance.centre !== undefined) {
    const { xMm, yMm } = appearance.centre
    const [halfWide, halfHigh] = [block.width / 2 / POINTS_PER_MM, block.height / 2 / POINTS_PER_MM]
    return placed(view, { corner: 'top-left', xMm: xMm - halfWide, yMm: yMm - halfHigh }, block)
  }
  const isTurned = rotation === 90 || rotation === 270
  const shownWidth = isTurned ? box.top - box.bottom : box.right - box.left
  const shownHeight = isTurned ? box.right - box.left : box.top - box.bottom
  const width = block.width / unit
  const height = block.height / unit
  const x = (appearance.xMm * POINTS_PER_MM) / unit
  const y = (appearance.yMm * POINTS_PER_MM) / unit
  const fromLeft = appearance.corner.endsWith('left') ? x : shownWidth - x - width
  const fromBottom = appearance.corner.startsWith('bottom') ? y : shownHeight - y - height
  const left = Math.max(0, Math.min(fromLeft, shownWidth - width))
  const bottom = Math.max(0, Math.min(fromBottom, shownHeight - height))
  const right = left + width
  const top = bottom + height
  switch (rotation) {
    case 90:
      return {
        left: box.right - top,
        bottom: box.bottom + left,
        right: box.right - bottom,
        top: box.bottom + right,
      }
    case 180:
      return {
        left: box.right - right,
        bottom: box.top - top,
        right: box.right - left,
        top: box.top - bottom,
      }
    case 270:
      return { left: box.left + bottom, bottom: box.top - right, right: box.left + top, top: box.top - left }
    case 0:
      return {
        left: box.left + left,
        bottom: box.bottom + bottom,
        right: box.left + right,
        top: box.bottom + top,
      }
    default:
      throw unreadable('a page is turned by an odd angle')
  }
}

/** The annotation rectangle for a picture, shifted inside the page where it would stand out of it. */
export function placedPicture(view: PageView, box: PictureBox): PageBox {
  const corner = { xMm: box.centreXMm - box.widthMm / 2, yMm: box.centreYMm - box.heightMm / 2 }
  return placed(view, { corner: 'top-left', ...corner }, pointsOf(box))
}

function pointsOf({ widthMm, heightMm }: PictureBox): { readonly width: number; readonly height: number } {
  return { width: widthMm * POINTS_PER_MM, height: heightMm * POINTS_PER_MM }
}

/** Where a rectangle in user space is seen: the inverse of {@link placedPicture}. */
export function shownBox({ box, rotation, unit }: PageView, rect: PageBox): PictureBox {
  const fromLeft = { 90: rect.bottom - box.bottom, 180: box.right - rect.right, 270: box.top - rect.top }
  const fromTop = { 90: rect.left - box.left, 180: rect.bottom - box.bottom, 270: box.right - rect.right }
  const isTurned = rotation === 90 || rotation === 270
  const wide = rect.right - rect.left
  const high = rect.top - rect.bottom
  const [width, height] = isTurned ? [high, wide] : [wide, high]
  const isQuarter = rotation === 90 || rotation === 180 || rotation === 270
  const left = isQuarter ? fromLeft[rotation] : rect.left - box.left
  const top = isQuarter ? fromTop[rotation] : box.top - rect.top
  const mm = unit / POINTS_PER_MM
  return {
    centreXMm: (left + width / 2) * mm,
    centreYMm: (top + height / 2) * mm,
    widthMm: width * mm,
    heightMm: height * mm,
  }
}

/** Turns the form so that the text is upright on a page shown rotated (ISO 32000-2, 12.5.5, algorithm 8). */
const UPRIGHT: Readonly<Record<number, readonly number[]>> = {
  90: [0, 1, -1, 0, 0, 0],
  180: [-1, 0, 0, -1, 0, 0],
  270: [0, -1, 1, 0, 0, 0],
}

/** Adds the drawing of the block as a form XObject and returns it. */
export function drawBlock(
  appearance: SignatureAppearance,
  block: BlockLayout,
  face: Typeface,
  rotation: number,
  add: AddObject,
): PdfRef {
  const { width, height, fontSize, lines } = block
  const commands: string[] = ['q']
  if (appearance.border === true) {
    commands.push('0 G 0.5 w', `0.25 0.25 ${decimal(width - 0.5)} ${decimal(height - 0.5)} re S`)
  }
  const leading = fontSize * LINE_SPACING
  const extent = face.ascent - face.descent
  const above = (leading - (extent * fontSize) / 1000) / 2 + (face.ascent * fontSize) / 1000
  commands.push('BT', '0 g', `/F1 ${decimal(fontSize)} Tf`, `${decimal(leading)} TL`)
  commands.push(`${decimal(PADDING_PT)} ${decimal(height - PADDING_PT - above)} Td`)
  for (const [index, line] of lines.entries()) {
    if (index > 0) commands.push('T*')
    if (line !== '') commands.push(`${face.encode(line)} Tj`)
  }
  commands.push('ET', 'Q')
  const font = face.embed(add)
  const upright = UPRIGHT[rotation]
  return add(
    compressed(Buffer.from(commands.join('\n')), [
      ['Type', new PdfName('XObject')],
      ['Subtype', new PdfName('Form')],
      ['BBox', [0, 0, width, height]],
      ...(upright === undefined ? [] : [['Matrix', upright] as const]),
      ['Resources', new Map<string, Writable>([['Font', new Map<string, Writable>([['F1', font]])]])],
    ]),
  )
}

/** Words ready to be placed: where their common box begins on the page, its size in points. */
export interface WordsLayout {
  readonly leftMm: number
  readonly topMm: number
  readonly width: number
  readonly height: number
}

/** Room for what leans out, and for marks above and below. */
const WORD_MARGIN_MM = 0.8
/** The angle of Times italics, 15.5 degrees. */
const SLANT = 0.277

/** Measures the box that holds all the words. */
export function layOutWords({ words }: WordsAppearance, face: Typeface): WordsLayout {
  const mm = (points: number) => points / POINTS_PER_MM
  const leftMm = Math.min(...words.map((word) => word.leftMm)) - WORD_MARGIN_MM
  const topMm =
    Math.min(...words.map((word) => word.baselineMm - mm((face.ascent * word.fontSizePt) / 1000))) -
    WORD_MARGIN_MM
  const rightMm = Math.max(
    ...words.map((word) => word.leftMm + mm((face.widthOf(word.text) * word.fontSizePt) / 1000)),
  )
  const bottomMm = Math.max(
    ...words.map((word) => word.baselineMm - mm((face.descent * word.fontSizePt) / 1000)),
  )
  return {
    leftMm,
    topMm,
    width: (rightMm + WORD_MARGIN_MM - leftMm) * POINTS_PER_MM,
    height: (bottomMm + WORD_MARGIN_MM - topMm) * POINTS_PER_MM,
  }
}

/** Adds the drawing of the words as a form XObject and returns it. */
export function drawWords(
  { words }: WordsAppearance,
  { leftMm, topMm, width, height }: WordsLayout,
  face: Typeface,
  rotation: number,
  add: AddObject,
): PdfRef {
  const set = words.map(({ text, fontSizePt, slanted = false, ...word }) => {
    const x = (word.leftMm - leftMm) * POINTS_PER_MM
    const y = height - (word.baselineMm - topMm) * POINTS_PER_MM
    const matrix = `1 0 ${decimal(slanted ? SLANT : 0)} 1 ${decimal(x)} ${decimal(y)}`
    return `BT /F1 ${decimal(fontSizePt)} Tf ${matrix} Tm ${face.encode(text)} Tj ET`
  })
  const font = face.embed(add)
  const upright = UPRIGHT[rotation]
  return add(
    compressed(Buffer.from(['q 0 g', ...set, 'Q'].join('\n')), [
      ['Type', new PdfName('XObject')],
      ['Subtype', new PdfName('Form')],
      ['BBox', [0, 0, width, height]],
      ...(upright === undefined ? [] : [['Matrix', upright] as const]),
      ['Resources', new Map<string, Writable>([['Font', new Map<string, Writable>([['F1', font]])]])],
    ]),
  )
}

/** The operands of `cm` that bring a form XObject of {@link drawWords} into its rectangle on the page. */
export function placingMatrix(
  { rotation, unit }: PageView,
  { width, height }: Pick<WordsLayout, 'width' | 'height'>,
  { left, bottom }: PageBox,
): string {
  // Where the turned form begins before it is moved (its own Matrix comes first, ISO 32000-2, 8.10.1).
  const beginsLeft = { 90: -height, 180: -width }[rotation] ?? 0
  const beginsBelow = { 180: -height, 270: -width }[rotation] ?? 0
  const [x, y] = [left - beginsLeft / unit, bottom - beginsBelow / unit]
  return `${decimal(1 / unit)} 0 0 ${decimal(1 / unit)} ${decimal(x)} ${decimal(y)}`
}

/** Adds the drawing of a picture as a form XObject and returns it. */
export async function drawPicture(
  picture: Picture,
  box: PictureBox,
  rotation: number,
  add: AddObject,
): Promise<PdfRef> {
  const { width, height } = pointsOf(box)
  const image = await addPicture(picture, add)
  const upright = UPRIGHT[rotation]
  return add(
    compressed(Buffer.from(`q ${decimal(width)} 0 0 ${decimal(height)} 0 0 cm /Im1 Do Q`), [
      ['Type', new PdfName('XObject')],
      ['Subtype', new PdfName('Form')],
      ['BBox', [0, 0, width, height]],
      ...(upright === undefined ? [] : [['Matrix', upright] as const]),
      ['Resources', new Map<string, Writable>([['XObject', new Map<string, Writable>([['Im1', image]])]])],
    ]),
  )
}

function decimal(value: number): string {
  return value.toFixed(3).replace(/\.?0+$/, '')
}
