/** From what was written to a PDF: the page is laid out and printed by the desktop, its margins are ours. */
import { picturesOf, type Composed } from '../../shared/document/composition.ts'
import type { Sha256 } from '../../shared/document/fields.ts'
import { appendixHeading } from '../../shared/document/form.ts'
import { AppError } from '../../shared/errors.ts'
import type { PrintFile } from '../page/files.ts'
import { ADDRESS_LINE_MM, ADDRESS_PT } from '../page/style.ts'
import { bareText, linesOf } from '../pdf/place.ts'
import { drawRunning, pageSizes, type RunningMatter } from '../pdf/running.ts'
import { chunksOf, memorySource, type PdfSource } from '../pdf/source.ts'
import { textOfPages } from '../pdf/text.ts'

/** What setting a page needs from outside. */
export interface TypesetPorts {
  readonly print: (files: readonly PrintFile[]) => Promise<Uint8Array>
  /** The bytes of a picture in the text. */
  readonly picture: (sha256: Sha256) => Promise<Uint8Array>
  /** The face of the numbers in the margin. */
  readonly font: () => Promise<Uint8Array>
}

/** A composed document as a PDF. */
export interface Typeset {
  readonly bytes: Uint8Array
  readonly pages: number
}

const READ_MS = 20_000
/** Half of a digit's height, as part of its size: what lifts its middle to the middle of the margin. */
const HALF_DIGIT = 0.33
const POINTS_PER_MM = 72 / 25.4

/**
 * Sets and prints a document: A4, tagged, fonts embedded, pages numbered from the second on, each appendix anew.
 *
 * @throws {AppError} `print/failed`
 * @source Decree 30/2020/NĐ-CP App. I part II (page numbers, ô 13) and part III (appendices)
 */
export async function typeset(composed: Composed, ports: TypesetPorts): Promise<Typeset> {
  // Only now: four faces are two megabytes that nobody needs before the first page is set.
  const { pageFiles } = await import('../page/files.ts')
  const pictures = await Promise.all(
    picturesOf(composed.composition).map(async (sha256) => ({ sha256, bytes: await ports.picture(sha256) })),
  )
  const printed = memorySource(await ports.print(pageFiles(composed, pictures)))
  const sizes = await pageSizes(printed)
  if (sizes.length === 0) throw new AppError('print/failed', 'the print has no pages')
  const firsts = await appendixPages(printed, composed, sizes.length)
  const matters = sizes.flatMap((size, index) => runningOf(composed, index + 1, size, firsts))
  const whole = await drawRunning(printed, matters, await ports.font())
  const parts: Uint8Array[] = []
  for await (const part of chunksOf(whole)) parts.push(part)
  return { bytes: Buffer.concat(parts), pages: sizes.length }
}

/**
 * Where the appendices begin, in their order: the pages whose first line is their heading, looked for from the end.
 */
async function appendixPages(source: PdfSource, { composition }: Composed, last: number): Promise<number[]> {
  const { appendices } = composition
  if (appendices.length === 0) return []
  const all = new Set(Array.from({ length: last }, (_, index) => index + 1))
  const texts = await textOfPages(source, all, READ_MS)
  const found: number[] = []
  let before = last + 1
  for (let index = appendices.length - 1; index >= 0; index -= 1) {
    const heading = bareText(appendixHeading(index, appendices.length))
    for (let page = before - 1; page > 1; page -= 1) {
      const [first] = linesOf(texts?.get(page) ?? [])
      if (first === undefined || bareText(first.text) !== heading) continue
      found.unshift(page)
      before = page
      break
    }
  }
  if (found.length !== appendices.length) throw new AppError('print/failed', 'an appendix has no first page')
  return found
}

function runningOf(
  { composition }: Composed,
  page: number,
  { widthMm, heightMm }: { readonly widthMm: number; readonly heightMm: number },
  appendixFirsts: readonly number[],
): RunningMatter[] {
  const { layout, addressLines } = composition
  const begin = appendixFirsts.findLast((first) => first <= page) ?? 1
  const number = page - begin + 1
  const middleMm = (layout.leftMm + widthMm - layout.rightMm) / 2
  const lines = addressLines.map((line) => line.trim()).filter((line) => line !== '')
  if (page === 1 && lines.length > 0) {
    const ruleMm = heightMm - layout.bottomMm - lines.length * ADDRESS_LINE_MM
    return [
      {
        page,
        rules: [{ leftMm: layout.leftMm, rightMm: widthMm - layout.rightMm, yMm: ruleMm }],
        lines: lines.map((text, index) => ({
          text,
          xMm: middleMm,
          centred: true,
          baselineMm: ruleMm + ADDRESS_LINE_MM * (index + 0.8),
          fontSizePt: ADDRESS_PT,
        })),
      },
    ]
  }
  if (number === 1) return []
  const baselineMm = layout.topMm / 2 + (layout.textPt / POINTS_PER_MM) * HALF_DIGIT
  return [
    {
      page,
      lines: [{ text: String(number), xMm: middleMm, centred: true, baselineMm, fontSizePt: layout.textPt }],
    },
  ]
}
