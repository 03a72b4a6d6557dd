/**
 * What a signature shows on the page in each case that the decree names.
 *
 * @source Decree 30/2020/NĐ-CP App. I part II (7c, 8, 14): signature blue between title and name; seal red
 *   over a third of it on its left; appendix and copy top right of page 1, 10 pt upright black
 */
import type { CopyForm } from '../../shared/document/types.ts'
import { vietnamClock } from '../../shared/document/vietnam-time.ts'
import type { PictureAppearance, PictureBox, SignatureAppearance } from '../pdf/appearance.ts'
import type { SigningPlace, StandingSignature } from '../pdf/place.ts'

/** A kept picture in its real size. */
export interface SizedPicture {
  readonly png: Uint8Array
  readonly widthMm: number
  readonly heightMm: number
}

/** Where nothing says how far up the title is, the picture stands this far above the name. */
const ABOVE_NAME_MM = 2
/** The picture the seal is measured by where the person signed without one. */
const ORDINARY_SIGNATURE = { widthMm: 40, heightMm: 20 }
const POINTS_PER_MM = 72 / 25.4

/** The person's handwriting, centred between title and name. No text beside it. */
export function personAppearance(place: SigningPlace, picture: SizedPicture): PictureAppearance {
  return { page: place.page, png: picture.png, ...betweenTitleAndName(place, picture) }
}

function betweenTitleAndName(
  { centreXMm, titleMm, nameMm }: SigningPlace,
  { widthMm, heightMm }: Pick<SizedPicture, 'widthMm' | 'heightMm'>,
): PictureBox {
  const centreYMm = titleMm === undefined ? nameMm - ABOVE_NAME_MM - heightMm / 2 : (titleMm + nameMm) / 2
  return { centreXMm, centreYMm, widthMm, heightMm }
}

/** Size of a text block of so many lines of 10 pt, see `layOut` of appearance.ts. */
export function blockBox(
  widthMm: number,
  lines: number,
): { readonly widthMm: number; readonly heightMm: number } {
  return { widthMm, heightMm: (lines * 10 * 1.15 + 6) / POINTS_PER_MM }
}

/** Where the middle of a text block stands that takes the place of the handwriting. */
export function blockCentre(
  place: SigningPlace,
  lines: number,
): { readonly centreXMm: number; readonly centreYMm: number } {
  const { centreXMm, centreYMm } = betweenTitleAndName(place, blockBox(0, lines))
  return { centreXMm, centreYMm }
}

/** Where a picture of the usual size would stand, for a person who signed without one. */
export function ordinarySignature(place: SigningPlace): Pick<StandingSignature, 'page' | 'box'> {
  return { page: place.page, box: betweenTitleAndName(place, ORDINARY_SIGNATURE) }
}

/** The agency's seal on the main document: over the left third of what the person shows, at its height. */
export function sealAppearance(
  { page, box }: Pick<StandingSignature, 'page' | 'box'>,
  seal: SizedPicture,
): PictureAppearance {
  const rightEdge = box.centreXMm - box.widthMm / 2 + box.widthMm / 3
  return {
    page,
    png: seal.png,
    centreXMm: rightEdge - seal.widthMm / 2,
    centreYMm: box.centreYMm,
    widthMm: seal.widthMm,
    heightMm: seal.heightMm,
  }
}

/** Top right of the first page, in the margin above the head and within the right margin. */
const TOP_RIGHT = { page: 1, corner: 'top-right', xMm: 15, yMm: 5, fontSizePt: 10 } as const

/** The agency's signature on an appendix that is a file of its own: number and notation, time of signing. */
export function appendixAppearance(
  { code, signedAt }: { readonly code: string; readonly signedAt: number },
  font: Uint8Array,
): SignatureAppearance {
  return {
    ...TOP_RIGHT,
    lines: [`Số, ký hiệu: ${code}`, `Thời gian ký: ${signingTime(signedAt)}`],
    font,
  }
}

/** The agency's signature on an electronic copy: form of copy, agency, time of signing. */
export function copyAppearance(
  copy: {
    readonly form: CopyForm
    readonly agencyName: string
    readonly signedAt: number
  },
  font: Uint8Array,
): SignatureAppearance {
  return {
    ...TOP_RIGHT,
    lines: [
      `Hình thức sao: ${copy.form}`,
      `Cơ quan: ${copy.agencyName}`,
      `Thời gian ký: ${signingTime(copy.signedAt)}`,
    ],
    font,
  }
}

/** As government-CA tools print it: `dd.MM.yyyy HH:mm:ss +07:00`. */
export function signingTime(at: number): string {
  return `${vietnamClock(at).replaceAll('/', '.')} +07:00`
}
