/** Letters in the form of Decree 30/2020/NĐ-CP, on pages as producers make them: turned, cropped, landscape. */
import { drawOnFirstPage } from '../../src/engine/pdf/content.ts'
import { openTypeface } from '../../src/engine/pdf/font.ts'
import { memorySource } from '../../src/engine/pdf/source.ts'
import { allBytes, FONT, handMade, PLAIN_OBJECTS } from './samples.ts'

export interface LetterPage {
  readonly widthMm: number
  readonly heightMm: number
  /** Origin of the media box, in points. */
  readonly origin?: readonly [number, number]
  /** A border that the crop box cuts away on every side, in points. */
  readonly border?: number
  readonly rotation?: 0 | 90 | 180 | 270
}

export const A4: LetterPage = { widthMm: 210, heightMm: 297 }

/** Where the lines of a letter stand, in millimetres of the page as shown. */
export const LINES = {
  numberMm: 42,
  dateMm: 42,
  titleMm: 140,
  nameMm: 175,
  nameCentreMm: 150,
  secondCentreMm: 65,
}

/** The words of a line, with room between them in millimetres. */
export interface LetterText {
  readonly number?: readonly (string | number)[] | undefined
  readonly date?: readonly (string | number)[] | undefined
  readonly name?: string
  /** Another signer, in the column on the left. */
  readonly second?: string
}

const SIGNER = 'Nguyễn Văn Mẫu'

const face = openTypeface(FONT)
const POINTS_PER_MM = 72 / 25.4

function widthMm(text: string, sizePt: number): number {
  return (face.widthOf(text) * sizePt) / 1000 / POINTS_PER_MM
}

/** A line of words and gaps from its left edge. */
function lineOf(parts: readonly (string | number)[], leftMm: number, baselineMm: number, fontSizePt = 13) {
  let at = leftMm
  return parts.flatMap((part) => {
    if (typeof part === 'number') {
      at += part
      return []
    }
    const word = { text: part, leftMm: at, baselineMm, fontSizePt }
    at += widthMm(part, fontSizePt)
    return [word]
  })
}

/** A letter of one page that asks for number and date and names its signer. */
export async function letter(page: LetterPage, text: LetterText = {}): Promise<Buffer> {
  const { rotation = 0, border = 0, origin: [x, y] = [0, 0] } = page
  const [wide, high] = [page.widthMm * POINTS_PER_MM, page.heightMm * POINTS_PER_MM]
  const [width, height] = rotation % 180 === 0 ? [wide, high] : [high, wide]
  const crop = [x + border, y + border, x + border + width, y + border + height]
  const media = [x, y, x + 2 * border + width, y + 2 * border + height]
  const { 1: _, 6: __, 7: ___, ...objects } = PLAIN_OBJECTS
  const blank = handMade({
    1: '<< /Type /Catalog /Pages 2 0 R >>',
    ...objects,
    2: `<< /Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [${media.join(' ')}] /CropBox [${crop.join(' ')}] /Rotate ${String(rotation)} >>`,
    3: '<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    4: { dict: '', data: '1 0 0 1 0 0 cm' },
  })
  const name = text.name ?? SIGNER
  const centred = (words: string, baselineMm: number, centreMm = LINES.nameCentreMm) =>
    lineOf([words], centreMm - widthMm(words, 14) / 2, baselineMm, 14)
  const second =
    text.second === undefined
      ? []
      : [
          ...centred('CHỦ TỊCH HỘI', LINES.titleMm, LINES.secondCentreMm),
          ...centred(text.second, LINES.nameMm, LINES.secondCentreMm),
        ]
  const words = [
    ...lineOf(text.number ?? ['Số:', 12, '/UBND-VP'], 40, LINES.numberMm),
    ...lineOf(text.date ?? ['Suối Ngọc, ngày', 8, 'tháng', 8, `năm ${currentYear()}`], 100, LINES.dateMm),
    ...centred('PHÓ CHỦ TỊCH', LINES.titleMm),
    ...centred(name, LINES.nameMm),
    ...second,
  ]
  return allBytes(await drawOnFirstPage(memorySource(blank), { page: 1, words, font: FONT }))
}

/** Of Vietnam's calendar. */
export function currentYear(): string {
  return new Date(Date.now() + 7 * 3_600_000).toISOString().slice(0, 4)
}
