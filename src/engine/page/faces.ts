/** Tinos, the Times-metric face with all Vietnamese letters, in the four cuts of the page. */
import { Buffer } from 'node:buffer'
import bold from '../../../resources/fonts/Tinos-Bold.ttf?inline'
import boldItalic from '../../../resources/fonts/Tinos-BoldItalic.ttf?inline'
import italic from '../../../resources/fonts/Tinos-Italic.ttf?inline'
import regular from '../../../resources/fonts/Tinos-Regular.ttf?inline'

/** Each cut under the name by which the style sheet asks for it. */
export const PAGE_FACES: readonly (readonly [name: string, bytes: Uint8Array])[] = [
  ['Tinos-Regular.ttf', bytesOf(regular)],
  ['Tinos-Bold.ttf', bytesOf(bold)],
  ['Tinos-Italic.ttf', bytesOf(italic)],
  ['Tinos-BoldItalic.ttf', bytesOf(boldItalic)],
]

function bytesOf(address: string): Uint8Array {
  return Buffer.from(address.slice(address.indexOf(',') + 1), 'base64')
}
