/** Room for a block of text near a corner of a page: beside what is written there, not over it. */
import { layOut, type SignatureAppearance } from './appearance.ts'
import { openTypeface } from './font.ts'
import { settledBox, standingSignatures } from './place.ts'
import type { PdfSource } from './source.ts'
import { textOfPages, type TextPiece } from './text.ts'

type Corner = Pick<SignatureAppearance, 'page' | 'corner' | 'xMm' | 'yMm'>

interface Size {
  readonly widthMm: number
  readonly heightMm: number
}

const DEADLINE_MS = 10_000
/** Printers leave this much of the edge of a page white. */
const NEAREST_EDGE_MM = 2
/** What is further away is not in the corner any more. */
const REACH_MM = 40
const STEP_MM = 1
const CLEARANCE_MM = 0.3
/** Of the size of letters: capitals with a Vietnamese mark, and what hangs below the line. */
const [ABOVE_LINE, BELOW_LINE] = [0.9, 0.25]
const POINTS_PER_MM = 72 / 25.4

/**
 * Moves a block up or down from its corner to where nothing is written, and no further than needed. It stays
 * where there is no room within reach, and where the page cannot be read as text.
 *
 * @throws {AppError} `pdf/*`
 */
export async function freeCorner<C extends Corner>(source: PdfSource, wanted: C, size: Size): Promise<C> {
  const at = { page: wanted.page, box: { ...size, centreXMm: 0, centreYMm: 0 } }
  const { page, pageBoxMm } = await settledBox(source, at)
  const pieces = (await textOfPages(source, new Set([page]), DEADLINE_MS))?.get(page)
  if (pieces === undefined) return wanted
  const standing = (await standingSignatures(source)).filter((one) => one.page === page)
  const taken = [
    ...pieces.map(edgesOf),
    ...standing.map(({ box }) => ({
      left: box.centreXMm - box.widthMm / 2,
      right: box.centreXMm + box.widthMm / 2,
      top: box.centreYMm - box.heightMm / 2,
      bottom: box.centreYMm + box.heightMm / 2,
    })),
  ]
  const left = wanted.corner.endsWith('left') ? wanted.xMm : pageBoxMm.widthMm - wanted.xMm - size.widthMm
  const inWay = taken.filter((one) => one.left < left + size.widthMm && one.right > left)
  const isFree = (yMm: number) => {
    const top = wanted.corner.startsWith('top') ? yMm : pageBoxMm.heightMm - yMm - size.heightMm
    return !inWay.some(
      (one) => one.top < top + size.heightMm + CLEARANCE_MM && one.bottom > top - CLEARANCE_MM,
    )
  }
  for (let away = 0; away <= REACH_MM; away += STEP_MM) {
    const found = [wanted.yMm - away, wanted.yMm + away].find((yMm) => yMm >= NEAREST_EDGE_MM && isFree(yMm))
    if (found !== undefined) return { ...wanted, yMm: found }
  }
  return wanted
}

/** {@link freeCorner} for a block as it will be drawn. */
export async function inFreeCorner(
  source: PdfSource,
  block: SignatureAppearance,
): Promise<SignatureAppearance> {
  return freeCorner(source, block, sizeOfBlock(block))
}

/** How large a block of text will be drawn, its long lines broken. */
export function sizeOfBlock(block: SignatureAppearance): Size {
  const { width, height } = layOut(block, openTypeface(block.font))
  return { widthMm: width / POINTS_PER_MM, heightMm: height / POINTS_PER_MM }
}

function edgesOf({ leftMm, rightMm, baselineMm, sizeMm }: TextPiece) {
  return {
    left: leftMm,
    right: rightMm,
    top: baselineMm - sizeMm * ABOVE_LINE,
    bottom: baselineMm + sizeMm * BELOW_LINE,
  }
}
