/** What is drawn into a page itself, which only a file without signatures may take. */
import { AppError } from '../../shared/errors.ts'
import {
  drawWords,
  layOutWords,
  pageView,
  placed,
  placingMatrix,
  type WordsAppearance,
} from './appearance.ts'
import { openPdf, type Page, type PdfDocument } from './document.ts'
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

  const matrix = placingMatrix(view, block, rect)
  await drawOver(document, update, page, {
    kind: 'XObject',
    resource: drawing,
    drawing: (name) => `q ${matrix} cm /${name} Do Q`,
  })
  return extended(source, await update.bytes())
}

/** What is drawn over a page, and the one resource that it names. */
interface Drawing {
  readonly kind: 'XObject' | 'Font'
  readonly resource: Writable
  /** The operators, given the name that the resource got on this page. */
  readonly drawing: (name: string) => string
}

/** Draws over what a page shows already, whatever state that leaves behind. */
export async function drawOver(
  document: PdfDocument,
  update: Update,
  page: Page,
  { kind, resource, drawing }: Drawing,
): Promise<void> {
  const resources = await document.resolveDict(page.attribute('Resources'))
  const others = await document.resolveDict(resources?.get(kind) ?? null)
  const name = freeName(others)
  const before = update.add(compressed(Buffer.from('q\n')))
  const behind = update.add(compressed(Buffer.from(`\nQ\n${drawing(name)}\n`)))
  update.set(
    page.ref,
    new Map<string, Writable>([
      ...page.dict.entries,
      ['Contents', [before, ...(await contentsOf(document, page.dict.get('Contents'))), behind]],
      [
        'Resources',
        new Map<string, Writable>([
          ...(resources?.entries ?? []),
          [kind, new Map<string, Writable>([...(others?.entries ?? []), [name, resource]])],
        ]),
      ],
    ]),
  )
}

/** A name that a page's resources of one kind do not have yet. */
function freeName(objects: PdfDict | undefined): string {
  for (let number = 1; ; number += 1) {
    const name = `VanThu${String(number)}`
    if (objects === undefined || objects.get(name) === null) return name
  }
}

/** The streams of a page in order, as references. */
async function contentsOf(document: PdfDocument, value: PdfValue): Promise<readonly PdfRef[]> {
  const found = await document.resolve(value)
  const items = isArray(found) ? found : value === null ? [] : [value]
  return items.map((item) => {
    if (!(item instanceof PdfRef)) throw unreadable('the contents of a page are no streams')
    return item
  })
}
