import { AppError } from '../../shared/errors.ts'
import { ARRIVAL_STAMP_MM, type PlaceOfStamp } from '../../shared/document/arrival-stamp.ts'
import type { PdfSource } from '../pdf/source.ts'

/** Below the number and the abstract, in the left half of the head, where a clerk looks for room first. */
const WANTED = { page: 1, corner: 'top-left', xMm: 30, yMm: 68 } as const

/**
 * Where the ĐẾN stamp stands on the first page: where nothing is written, as near as possible to below the
 * number. It is shown and printed over the page; the received file stays as it is.
 *
 * @throws {AppError} `pdf/*`
 * @source Decree 30/2020/NĐ-CP Art 22 and App. IV: stamped with number and day of arrival, 35 × 50 mm
 */
export async function placeOfStamp(source: PdfSource): Promise<PlaceOfStamp> {
  // Only now: what looks for room on pages takes more code than all the rest.
  const [{ freeCorner }, { settledBox }] = await Promise.all([
    import('../pdf/free-corner.ts'),
    import('../pdf/place.ts'),
  ])
  const { xMm, yMm } = await freeCorner(source, WANTED, ARRIVAL_STAMP_MM)
  const { widthMm, heightMm } = ARRIVAL_STAMP_MM
  const box = { widthMm, heightMm, centreXMm: xMm + widthMm / 2, centreYMm: yMm + heightMm / 2 }
  const settled = await settledBox(source, { page: 1, box })
  if (settled.page !== 1) throw new AppError('pdf/no-pages', 'the file has no first page')
  return {
    leftMm: settled.box.centreXMm - settled.box.widthMm / 2,
    topMm: settled.box.centreYMm - settled.box.heightMm / 2,
    pageWidthMm: settled.pageBoxMm.widthMm,
  }
}
