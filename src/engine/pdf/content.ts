/** Words drawn into a page itself, which only a file without signatures may take. */
import { AppError } from '../../shared/errors.ts'
import {
  drawWords,
  layOutWords,
  pageView,
  placed,
  placingMatrix,
  type WordsAppearance,
} from './appearance.ts'
import { openPdf, type PdfDocument } from './document.ts'
import { compressed, openTypeface } from './font.ts'
import { Update } from './incremental.ts'
import { extended, type PdfSource } from './source.ts'
import { isArray, PdfRef, unreadable, type PdfDict, type PdfValue } from './syntax.ts'
import type { Writable } from './write.ts'

/**
 * Draws words on the first page, over what is there, by an incremental update.
 *
 * @returns the longer document, nothing written yet
 * @throws {AppError} `pdf/*`
 */
export async function drawOnFirstPage(source: PdfSource, appearance: WordsAppearance): Promise<PdfSource> {
  const document = await openPdf(source)
  if (document.isEncrypted) throw new AppError('pdf/encrypted', 'the file is encrypted')
  const { value: page } = await document.pages().next()
  if (page === undefined) throw new AppError('pdf/no-pages', 'the file has no pages')
  const view = await pageView(document, page)
  const update = new Update(document)
  const face = openTypeface(appearance.font)
  const block = layOutWords(appearance, face)
  const rect = placed(view, { corner: 'top-left', xMm: block.leftMm, yMm: block.topMm }, block)
  const drawing = drawWords(appearance, block, face, view.rotation, update.add)

  const resources = await document.resolveDict(page.attribute('Resources'))
  const objects = await document.resolveDict(resources?.get('XObject') ?? null)
  const name = freeName(objects)
  const before = update.add(compressed(Buffer.from('q\n')))
  const matrix = placingMatrix(view, block, rect)
  const behind = update.add(compressed(Buffer.from(`\nQ\nq ${matrix} cm /${name} Do Q\n`)))
  update.set(
    page.ref,
    new Map<string, Writable>([
      ...page.dict.entries,
      ['Contents', [before, ...(await contentsOf(document, page.dict.get('Contents'))), behind]],
      [
        'Resources',
        new Map<string, Writable>([
          ...(resources?.entries ?? []),
          ['XObject', new Map<string, Writable>([...(objects?.entries ?? []), [name, drawing]])],
        ]),
      ],
    ]),
  )
  return extended(source, await update.bytes())
}

/** A name that a page's resources of one kind do not have yet. */
export function freeName(objects: PdfDict | undefined): string {
  for (let number = 1; ; number += 1) {
    const name = `VanThu${String(number)}`
    if (objects === undefined || objects.get(name) === null) return name
  }
}

/** The streams of a page in order, as references. */
export async function contentsOf(document: PdfDocument, value: PdfValue): Promise<readonly PdfRef[]> {
  const found = await document.resolve(value)
  const items = isArray(found) ? found : value === null ? [] : [value]
  return items.map((item) => {
    if (!(item instanceof PdfRef)) throw unreadable('the contents of a page are no streams')
    return item
  })
}
