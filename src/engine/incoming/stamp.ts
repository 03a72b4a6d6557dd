import { ARRIVAL_STAMP_MM, type PlaceOfStamp } from '../../shared/document/arrival-stamp.ts'
import type { PdfSource } from '../pdf/source.ts'

/** Below the number and the abstract, in the left half of the head, where a clerk looks for room first. */
const WANTED = { leftMm: 30, topMm: 68 }
const DEADLINE_MS = 10_000
/** Printers leave this much of the edge of a page white. */
const EDGE_MM = 4
const STEP_MM = 3
/** Of the size of letters: capitals with a Vietnamese mark, and what hangs below the line. */
const [ABOVE_LINE, BELOW_LINE] = [0.9, 0.25]

/**
 * Where the ĐẾN stamp stands on the first page: where nothing is written, as near as possible to below the
 * number; on a page without so much room, there all the same, over what is written. It is drawn over the page
 * as it is shown; the received file stays as it is.
 *
 * @throws {AppError} `pdf/*`
 * @source Decree 30/2020/NĐ-CP Art 22 and App. IV: stamped with number and day of arrival, 35 × 50 mm
 */
export async function placeOfStamp(source: PdfSource): Promise<PlaceOfStamp> {
  // Only now: what reads the text of pages takes more code than all the rest.
  const [{ textOfPages }, { settledBox, standingSignatures }] = await Promise.all([
    import('../pdf/text.ts'),
    import('../pdf/place.ts'),
  ])
  const { widthMm, heightMm } = ARRIVAL_STAMP_MM
  const box = { widthMm, heightMm, centreXMm: 0, centreYMm: 0 }
  const { pageBoxMm } = await settledBox(source, { page: 1, box })
  const pieces = (await textOfPages(source, new Set([1]), DEADLINE_MS))?.get(1) ?? []
  const taken = [
    ...pieces.map((piece) => ({
      left: piece.leftMm,
      right: piece.rightMm,
      top: piece.baselineMm - piece.sizeMm * ABOVE_LINE,
      bottom: piece.baselineMm + piece.sizeMm * BELOW_LINE,
    })),
    ...(await standingSignatures(source))
      .filter(({ page }) => page === 1)
      .map(({ box: stands }) => ({
        left: stands.centreXMm - stands.widthMm / 2,
        right: stands.centreXMm + stands.widthMm / 2,
        top: stands.centreYMm - stands.heightMm / 2,
        bottom: stands.centreYMm + stands.heightMm / 2,
      })),
  ]
  const isFree = ({ leftMm, topMm }: typeof WANTED) =>
    !taken.some(
      (one) =>
        one.left < leftMm + widthMm && one.right > leftMm && one.top < topMm + heightMm && one.bottom > topMm,
    )
  const places = [WANTED]
  for (let topMm = EDGE_MM; topMm <= pageBoxMm.heightMm - heightMm - EDGE_MM; topMm += STEP_MM) {
    for (let leftMm = EDGE_MM; leftMm <= pageBoxMm.widthMm - widthMm - EDGE_MM; leftMm += STEP_MM) {
      places.push({ leftMm, topMm })
    }
  }
  const away = ({ leftMm, topMm }: typeof WANTED) => Math.hypot(leftMm - WANTED.leftMm, topMm - WANTED.topMm)
  const found = places.toSorted((one, other) => away(one) - away(other)).find(isFree)
  return { ...(found ?? WANTED), pageWidthMm: pageBoxMm.widthMm }
}
