/** All that a page needs to be printed. */
import type { Composed } from '../../shared/document/composition.ts'
import type { Sha256 } from '../../shared/document/fields.ts'
import { PAGE_FACES } from './faces.ts'
import { markupOf, pictureName, STYLE_NAME, widthRules } from './markup.ts'
import { pageMeasure } from './measure.ts'
import { styleSheet } from './style.ts'

/** A file of a page to be printed. */
export interface PrintFile {
  readonly name: string
  readonly contentType: string
  readonly bytes: Uint8Array
}

/**
 * The page first, then its style, its faces and its pictures.
 *
 * @param pictures those that the document shows, PNG or JPEG
 */
export function pageFiles(
  composed: Composed,
  pictures: readonly { readonly sha256: Sha256; readonly bytes: Uint8Array }[],
): PrintFile[] {
  const markup = markupOf(composed, pageMeasure())
  const { layout, addressLines } = composed.composition
  const style = `${styleSheet(layout, addressLines.filter((line) => line.trim() !== '').length)}\n${widthRules(markup)}`
  return [
    { name: 'page.html', contentType: 'text/html; charset=utf-8', bytes: Buffer.from(markup) },
    { name: STYLE_NAME, contentType: 'text/css; charset=utf-8', bytes: Buffer.from(style) },
    ...PAGE_FACES.map(([name, bytes]) => ({ name, contentType: 'font/ttf', bytes })),
    ...pictures.map(({ sha256, bytes }) => ({
      name: pictureName(sha256),
      contentType: isPng(bytes) ? 'image/png' : 'image/jpeg',
      bytes,
    })),
  ]
}

function isPng(bytes: Uint8Array): boolean {
  return bytes[0] === 0x89 && bytes[1] === 0x50
}
