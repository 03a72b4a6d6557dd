/**
 * Whether what a later signature shows covers text that stood there before. A number, a date, a seal or a
 * block in a corner stand on blank ground; a seal also over the signer's picture and the title and name
 * around it, and the picture of one more signer over his own title and name. Whatever else is covered could
 * be hidden from whoever reads the document.
 *
 * The text is read by pdf.js from a file that somebody else made: ask only about files that are good otherwise.
 *
 * @source Decree 30/2020/NĐ-CP App. I: places of number (3), date (4), signature (7c), seal (8), copy (14)
 */
import type { PictureBox } from './appearance.ts'
import { bareText, linesOf, standingSignatures, type StandingSignature } from './place.ts'
import type { PdfSource } from './source.ts'
import { textOfPages, type TextPiece } from './text.ts'

/** One signature, in the order in which they were made. */
export interface DrawnSignature {
  /** Object number of its field. */
  readonly fieldNumber: number
  /** The signer's name, by which the place of signing is found. */
  readonly signerName?: string | undefined
  /** Whoever is no agency signs above his own name, too, which is no part of the letter's head. */
  readonly isPerson: boolean
}

/** `text`: it covers what stood there; `unknown`: nobody can say. */
export type Covering = 'nothing' | 'text' | 'unknown'

const DEADLINE_MS = 20_000
const PAGES_LIMIT = 40
/** Of the annotation's flags: not shown at all; of fixed size, or not turned with the page. */
const HIDDEN_FLAG = 2
const LOOSE_FLAGS = 8 | 16
/** What is larger than a seal in its real size, on a page without any text, could cover anything. */
const LARGEST_SEAL_MM2 = 45 * 45
/** Part of an earlier signature that may lie under a later one; a seal takes a third of the picture. */
const MOST_OF_A_SIGNATURE = 0.85

/**
 * What the drawings of the signatures after the first cover, in the order of the signatures.
 *
 * @throws {AppError} `pdf/*`
 */
export async function coverings(
  source: PdfSource,
  signatures: readonly DrawnSignature[],
): Promise<Covering[]> {
  const standing = await shownSignatures(source)
  const boxesOf = boxesIn(standing)
  const pages = new Set(signatures.slice(1).flatMap((one) => boxesOf(one).map(({ page }) => page)))
  if (pages.size === 0) return signatures.map(() => 'nothing')
  const texts = pages.size > PAGES_LIMIT ? undefined : await textOfPages(source, pages, DEADLINE_MS)
  return signatures.map((signature, index) => {
    const earlier = signatures.slice(0, index)
    const found = boxesOf(signature).map((drawing) =>
      coveringOf(drawing, signature, earlier, standing, texts?.get(drawing.page)),
    )
    return found.includes('text') ? 'text' : found.includes('unknown') ? 'unknown' : 'nothing'
  })
}

/**
 * What a drawing would cover that is not there yet, as {@link coverings} will see it.
 *
 * @param earlier the signatures that are there
 * @param by who will sign
 * @throws {AppError} `pdf/*`
 */
export async function coveringToBe(
  source: PdfSource,
  earlier: readonly DrawnSignature[],
  drawing: Pick<StandingSignature, 'page' | 'box'>,
  by: Signer,
): Promise<Covering> {
  if (earlier.length === 0) return 'nothing'
  const texts = await textOfPages(source, new Set([drawing.page]), DEADLINE_MS)
  const standing = await shownSignatures(source)
  return coveringOf({ ...drawing, flags: 0 }, by, earlier, standing, texts?.get(drawing.page))
}

async function shownSignatures(source: PdfSource): Promise<StandingSignature[]> {
  return (await standingSignatures(source)).filter(({ flags }) => (flags & HIDDEN_FLAG) === 0)
}

function boxesIn(standing: readonly StandingSignature[]) {
  return ({ fieldNumber }: DrawnSignature) => standing.filter((one) => one.fieldNumber === fieldNumber)
}

type Drawing = Pick<StandingSignature, 'page' | 'box' | 'flags'>
type Signer = Omit<DrawnSignature, 'fieldNumber'>

function coveringOf(
  drawing: Drawing,
  by: Signer,
  earlier: readonly DrawnSignature[],
  standing: readonly StandingSignature[],
  pieces: readonly TextPiece[] | undefined,
): Covering {
  const [first] = earlier
  if (first === undefined) return 'nothing'
  if (pieces === undefined || (drawing.flags & LOOSE_FLAGS) !== 0) return 'unknown'
  const boxesOf = boxesIn(standing)
  const onPage = (one: StandingSignature) => one.page === drawing.page
  const buried = earlier
    .flatMap(boxesOf)
    .filter(onPage)
    .some(({ box }) => isBuried(box, drawing.box))
  if (buried) return 'text'
  const anchors = boxesOf(first).filter(onPage)
  if (pieces.length === 0) {
    const isLarge = drawing.box.widthMm * drawing.box.heightMm > LARGEST_SEAL_MM2
    return isLarge && !anchors.some(({ box }) => overlap(edges(box), edges(drawing.box)) > 0)
      ? 'unknown'
      : 'nothing'
  }
  const names = earlier.flatMap(({ signerName }) => signerName ?? [])
  const own = by.isPerson ? by.signerName : undefined
  return coversText(pieces, drawing, anchors, names, own) ? 'text' : 'nothing'
}

interface Edges {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

function edges({ centreXMm, centreYMm, widthMm, heightMm }: PictureBox): Edges {
  return {
    left: centreXMm - widthMm / 2,
    right: centreXMm + widthMm / 2,
    top: centreYMm - heightMm / 2,
    bottom: centreYMm + heightMm / 2,
  }
}

function span(firstStart: number, firstEnd: number, start: number, end: number): number {
  return Math.max(0, Math.min(firstEnd, end) - Math.max(firstStart, start))
}

function overlap(a: Edges, b: Edges): number {
  return span(a.left, a.right, b.left, b.right) * span(a.top, a.bottom, b.top, b.bottom)
}

function isBuried(earlier: PictureBox, later: PictureBox): boolean {
  const area = earlier.widthMm * earlier.heightMm
  return area > 1 && overlap(edges(earlier), edges(later)) > area * MOST_OF_A_SIGNATURE
}

/**
 * The words of "Số:" and of the date line say nothing themselves: one drawing may put day, month and year
 * between them. Some files write them without marks.
 */
const HEAD_WORDS = /(?<!\p{L})(số|ngày|tháng|năm|so|ngay|thang|nam)(?!\p{L})/giu

/** The head of the first page, where number and date are put between words that are there already. */
const HEAD_MM = 130
const NUMBER_HEIGHT_MM = 12
/** Letters beside the gap, and at the end of a line that a seal reaches, that may be touched. */
const TOUCHED_IN_HEAD = 4
const TOUCHED_PER_LINE = 3

function coversText(
  pieces: readonly TextPiece[],
  { page, box }: Drawing,
  anchors: readonly StandingSignature[],
  names: readonly string[],
  own: string | undefined,
): boolean {
  const area = edges(box)
  const lines = linesOf(pieces)
  const block = signingBlock(lines, anchors, names, own)
  const touched = pieces
    .map((piece) => ({ piece, letters: lettersUnder(piece, area) }))
    .filter(({ piece, letters }) => letters.length > 0 && !block.some((line) => isOn(piece, line)))
  if (touched.some((one) => one.letters.some(({ isDigit }) => isDigit))) return true
  const isBetweenWords = page === 1 && area.bottom < HEAD_MM && box.heightMm < NUMBER_HEIGHT_MM
  const letters = touched.flatMap((one) => one.letters).filter((one) => !isBetweenWords || !one.isOfHead)
  if (isBetweenWords && letters.length <= TOUCHED_IN_HEAD) {
    return letters.some(({ middle }) => Math.abs(middle - box.centreXMm) < box.widthMm / 4)
  }
  const isAtSigning = [...anchors.map((one) => edges(one.box)), ...block.map(edgesOfLine)].some(
    (one) => overlap(one, area) > 0,
  )
  if (isAtSigning) return touched.some((one) => one.letters.length > TOUCHED_PER_LINE)
  return letters.length > 1
}

/** A digit's height, as part of the size of letters. */
const CAP_HEIGHT = 0.68

function edgesOfLine({ leftMm, rightMm, baselineMm, sizeMm }: TextPiece): Edges {
  return { left: leftMm, right: rightMm, top: baselineMm - sizeMm * CAP_HEIGHT, bottom: baselineMm }
}

function isOn(piece: TextPiece, line: TextPiece): boolean {
  return (
    Math.abs(piece.baselineMm - line.baselineMm) < 1 &&
    piece.leftMm > line.leftMm - 1 &&
    piece.rightMm < line.rightMm + 1
  )
}

/** How far from the first signature's picture, and from the signer's name, title and name stand. */
const ABOVE_PICTURE_MM = 30
const BELOW_PICTURE_MM = 15
const ABOVE_NAME_MM = 70
/** From one's own name: as far as a picture reaches. */
const ABOVE_OWN_NAME_MM = 30
const OFF_CENTRE_MM = 20
/** "Thượng tá Nguyễn Văn Mẫu". */
const RANK_LENGTH = 20

/** The lines of title and name, which stand under each other around the place of signing. */
function signingBlock(
  lines: readonly TextPiece[],
  anchors: readonly StandingSignature[],
  names: readonly string[],
  own: string | undefined,
): readonly TextPiece[] {
  const linesWith = (wanted: readonly string[]) =>
    lines.filter(({ text }) =>
      wanted
        .map(bareText)
        .some(
          (name) =>
            name !== '' &&
            bareText(text).endsWith(name) &&
            bareText(text).length <= name.length + RANK_LENGTH,
        ),
    )
  const above = (line: TextPiece, reachMm: number) => ({
    centre: (line.leftMm + line.rightMm) / 2,
    top: line.baselineMm - reachMm,
    bottom: line.baselineMm + 1,
  })
  const places = [
    ...anchors.map(({ box }) => ({
      centre: box.centreXMm,
      top: edges(box).top - ABOVE_PICTURE_MM,
      bottom: edges(box).bottom + BELOW_PICTURE_MM,
    })),
    ...linesWith(names).map((line) => above(line, ABOVE_NAME_MM)),
    ...linesWith(own === undefined ? [] : [own]).map((line) => above(line, ABOVE_OWN_NAME_MM)),
  ]
  return lines.filter(({ leftMm, rightMm, baselineMm }) =>
    places.some(
      ({ centre, top, bottom }) =>
        Math.abs((leftMm + rightMm) / 2 - centre) < OFF_CENTRE_MM && baselineMm > top && baselineMm < bottom,
    ),
  )
}

interface Letter {
  readonly middle: number
  readonly isDigit: boolean
  /** Whether it belongs to a word of the number or date line. */
  readonly isOfHead: boolean
}

/** Parts of a letter's width and height that must lie under a drawing for it to count as covered. */
const COVERED_WIDTH = 0.5
const COVERED_HEIGHT = 0.4

/** The letters and digits of a run of text that lie under an area. Where each stands is estimated. */
function lettersUnder(piece: TextPiece, area: Edges): Letter[] {
  const { top, bottom } = edgesOfLine(piece)
  if (span(top, bottom, area.top, area.bottom) < (bottom - top) * COVERED_HEIGHT) return []
  if (span(piece.leftMm, piece.rightMm, area.left, area.right) === 0) return []
  const text = piece.text.normalize('NFC')
  const headWords = [...text.matchAll(HEAD_WORDS)].map(({ index, 0: word }) => [index, index + word.length])
  const characters = Array.from(text)
  const total = characters.reduce((sum, character) => sum + widthOf(character), 0)
  const scale = (piece.rightMm - piece.leftMm) / total
  const found: Letter[] = []
  let left = piece.leftMm
  let at = 0
  for (const character of characters) {
    const right = left + widthOf(character) * scale
    const isCovered = span(left, right, area.left, area.right) > (right - left) * COVERED_WIDTH
    if (isCovered && /[\p{L}\p{N}]/u.test(character)) {
      const isOfHead = headWords.some(([start = 0, end = 0]) => at >= start && at < end)
      found.push({ middle: (left + right) / 2, isDigit: /\p{N}/u.test(character), isOfHead })
    }
    at += character.length
    left = right
  }
  return found
}

/** The share of a line that a character takes, as in a face like Times; the run's own width sets the scale. */
function widthOf(character: string): number {
  if (/[\s.,:;'’|!]/.test(character)) return 0.26
  if (/[ijltfI/\\()-]/.test(character)) return 0.31
  if (/[mMwW…—]/.test(character)) return 0.82
  if (/\p{N}/u.test(character)) return 0.5
  return /\p{Lu}/u.test(character) ? 0.68 : 0.46
}
