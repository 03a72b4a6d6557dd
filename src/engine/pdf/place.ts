/** Where on the pages a signature belongs, found from the text, and where signatures stand already. */
import { pageView, placedPicture, rectangleOf, shownBox, type PictureBox } from './appearance.ts'
import { openPdf } from './document.ts'
import type { PdfSource } from './source.ts'
import { AppError } from '../../shared/errors.ts'
import { isNamed, PdfRef } from './syntax.ts'
import { textFromTheEnd, type TextPiece } from './text.ts'

/** The gap in which a person signs, in millimetres of the page as it is shown. */
export interface SigningPlace {
  /** 1 is the first. */
  readonly page: number
  /** The middle of the name. */
  readonly centreXMm: number
  /** Baseline of the line above (the title); undefined when there is none near. */
  readonly titleMm: number | undefined
  /** Top of the name's letters. */
  readonly nameMm: number
}

/** A title further up than this belongs to something else. */
const TITLE_REACH_MM = 70

/**
 * Finds the name of the signer standing by itself, the last page first, the lowest on its page, and what
 * stands above it.
 *
 * @param fullNames whom to look for; where a page has several of them, the first counts
 * @returns undefined where the name is not found; also for scans, and for files that cannot be read as text
 * @source Decree 30/2020/NĐ-CP App. I: signature (7c) between title (7a) and name (7b)
 */
export async function findSigningPlace(
  source: PdfSource,
  ...fullNames: readonly string[]
): Promise<SigningPlace | undefined> {
  const wanted = fullNames.map(bareText).filter((name) => name !== '')
  if (wanted.length === 0) return undefined
  try {
    for await (const { page, pieces } of textFromTheEnd(source)) {
      const lines = linesOf(pieces)
      const [name] = wanted.flatMap(
        (each) => lowest(lines.filter(({ text }) => bareText(text) === each)) ?? [],
      )
      if (name === undefined) continue
      const centreXMm = (name.leftMm + name.rightMm) / 2
      const nameMm = name.baselineMm - name.sizeMm * LETTER_HEIGHT
      const above = lines
        .filter(({ leftMm, rightMm }) => leftMm < centreXMm && rightMm > centreXMm)
        .map(({ baselineMm }) => baselineMm)
        .filter((baseline) => baseline < nameMm - 2 && baseline > nameMm - TITLE_REACH_MM)
      return { page, centreXMm, nameMm, titleMm: above.length === 0 ? undefined : Math.max(...above) }
    }
  } catch {
    // What cannot be read as text can still be signed: the place is then the fixed one.
    return undefined
  }
  return undefined
}

function lowest(lines: readonly TextPiece[]): TextPiece | undefined {
  return lines.reduce<TextPiece | undefined>(
    (found, line) => (found === undefined || line.baselineMm > found.baselineMm ? line : found),
    undefined,
  )
}

/** Capitals with a Vietnamese mark, as part of the size. */
const LETTER_HEIGHT = 0.9

/** Spaces and letter case differ between producers, and Vietnamese letters come composed or not. */
export function bareText(text: string): string {
  return text.normalize('NFC').replace(/\s+/g, '').toLowerCase()
}

/** Pieces of one line put together, a wide gap being the gap between two columns. */
export function linesOf(pieces: readonly TextPiece[]): TextPiece[] {
  const rows: TextPiece[][] = []
  for (const piece of [...pieces].sort((a, b) => a.baselineMm - b.baselineMm)) {
    const row = rows.at(-1)
    if (row?.[0] !== undefined && piece.baselineMm - row[0].baselineMm < SAME_LINE_MM) row.push(piece)
    else rows.push([piece])
  }
  return rows.flatMap((row) => {
    const lines: TextPiece[] = []
    for (const piece of row.sort((a, b) => a.leftMm - b.leftMm)) {
      const last = lines.at(-1)
      if (last === undefined || piece.leftMm - last.rightMm > Math.max(last.sizeMm, piece.sizeMm)) {
        lines.push(piece)
        continue
      }
      lines[lines.length - 1] = {
        ...last,
        text: last.text + piece.text,
        rightMm: Math.max(last.rightMm, piece.rightMm),
        sizeMm: Math.max(last.sizeMm, piece.sizeMm),
      }
    }
    return lines
  })
}

const SAME_LINE_MM = 0.7

/** A visible signature that stands on a page. */
export interface StandingSignature {
  /** 1 is the first. */
  readonly page: number
  readonly box: PictureBox
  /** Object number of its field. */
  readonly fieldNumber: number
  /** /F of the annotation (ISO 32000-2, table 167). */
  readonly flags: number
}

/**
 * The visible signature fields, page by page.
 *
 * @throws {AppError} `pdf/*`
 */
export async function standingSignatures(source: PdfSource): Promise<StandingSignature[]> {
  const document = await openPdf(source)
  const widgets = new Map<number, number>()
  for await (const field of document.allFields()) {
    if (field.type === 'Sig') for (const { ref } of field.widgets) widgets.set(ref.number, field.ref.number)
  }
  const found: StandingSignature[] = []
  let number = 0
  for await (const page of document.pages()) {
    number += 1
    for (const ref of (await document.resolveArray(page.dict.get('Annots'))) ?? []) {
      const fieldNumber = ref instanceof PdfRef ? widgets.get(ref.number) : undefined
      if (fieldNumber === undefined) continue
      const widget = await document.resolveDict(ref)
      if (widget === undefined || !isNamed(await document.resolve(widget.get('Subtype')), 'Widget')) continue
      const rect = await rectangleOf(document, widget.get('Rect'))
      if (rect === undefined) continue
      const box = shownBox(await pageView(document, page), rect)
      const flags = await document.resolve(widget.get('F'))
      found.push({ page: number, box, fieldNumber, flags: typeof flags === 'number' ? flags : 0 })
    }
  }
  return found
}

/** A page as it is shown, and where on it something will stand. */
export interface Settled {
  /** 1 is the first. */
  readonly page: number
  readonly box: PictureBox
  readonly pageBoxMm: { readonly widthMm: number; readonly heightMm: number }
}

/**
 * Where a box stands once it is on the page: shifted inside where it would stand out of it, and on the last
 * page where there is none of that number.
 *
 * @throws {AppError} `pdf/*`
 */
export async function settledBox(
  source: PdfSource,
  wanted: { readonly page: number | 'last'; readonly box: PictureBox },
): Promise<Settled> {
  const document = await openPdf(source)
  let number = 0
  let found
  for await (const page of document.pages()) {
    number += 1
    found = page
    if (number === wanted.page) break
  }
  if (found === undefined) throw new AppError('pdf/no-pages', 'the file has no pages')
  const view = await pageView(document, found)
  const { widthMm, heightMm } = shownBox(view, view.box)
  return {
    page: number,
    box: shownBox(view, placedPicture(view, wanted.box)),
    pageBoxMm: { widthMm, heightMm },
  }
}
