/** The lines of the parts of a page, whatever it is written as. */
import type { OutgoingFields } from '../../shared/document/fields.ts'
import { signersOf } from '../../shared/document/signers.ts'

/** Quốc hiệu and tiêu ngữ. @source Decree 30/2020/NĐ-CP App. I part II 1 */
export const STATE = 'CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM'
export const MOTTO = 'Độc lập - Tự do - Hạnh phúc'

/** In front of these begins a line of its own in the block of the signer. */
const AUTHORITY = /\s+(?=(?:TM|KT|TL|TUQ|Q)\.)/u

/** The block of one signer: titles in capitals, a line each, and the name. */
export interface SignerBlock {
  readonly titles: readonly string[]
  readonly name: string
}

/** The blocks from left to right: whoever leads stands at the right. Initials have none. */
export function signerBlocks(fields: OutgoingFields): SignerBlock[] {
  const blocks = signersOf(fields).filter(({ part }) => part !== 'initials')
  const inOrder = [
    ...blocks.filter(({ part }) => part !== 'main'),
    ...blocks.filter(({ part }) => part === 'main'),
  ]
  return inOrder.map(({ competence, position, fullName }) => ({
    titles: [...competence.split(AUTHORITY), ...position.split(/\n/u)]
      .map(capitals)
      .filter((line) => line !== ''),
    name: fullName.trim(),
  }))
}

/** Lines without the dashes and stops of a list, empty ones left out. */
export function plainLines(lines: readonly string[]): string[] {
  return lines
    .map((line) => line.replace(/^[\s\-–+]+/u, '').replace(/[\s;.,]+$/u, ''))
    .filter((line) => line !== '')
}

/** Each with a dash and a semicolon, the last with a full stop. */
export function dashed(lines: readonly string[]): string[] {
  return lines.map((line, index) => `- ${line}${index < lines.length - 1 ? ';' : '.'}`)
}

/** In Vietnamese capitals. */
export function capitals(text: string): string {
  return text.trim().toLocaleUpperCase('vi')
}
