/** PDF objects as bytes, the other direction of syntax.ts. */
import { hexDigit, PdfDict, PdfName, PdfRef, PdfStream, PdfString } from './syntax.ts'
import type { PdfValue } from './syntax.ts'

/** Written as it stands: the placeholders of a signature, whose place and width must be known. */
export class Verbatim {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** What a new object may be made of, beside the values that were read. */
export type Writable = PdfValue | Verbatim | readonly Writable[] | ReadonlyMap<string, Writable>

/** A name with everything but plain characters escaped. */
function nameText(name: string): string {
  let text = '/'
  for (const character of name) {
    text += /[!"$&'*+,\-.0-9:;=?@A-Z\\^_`a-z|~]/.test(character)
      ? character
      : `#${character.charCodeAt(0).toString(16).padStart(2, '0')}`
  }
  return text
}

/** The shortest digits that are read as the same number again; PDF knows no exponents. */
function numberText(value: number): string {
  const [digits = '', exponent] = String(Math.abs(value)).split('e')
  const sign = value < 0 ? '-' : ''
  if (exponent === undefined) return sign + digits
  const [whole = '', fraction = ''] = digits.split('.')
  const point = whole.length + Number(exponent)
  const all = whole + fraction
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${all}`
  return `${sign}${all.slice(0, point).padEnd(point, '0')}${point < all.length ? `.${all.slice(point)}` : ''}`
}

function stringText(bytes: Uint8Array): string {
  const isPlain = bytes.every((code) => code >= 32 && code < 127 && code !== 40 && code !== 41 && code !== 92)
  if (isPlain) return `(${Buffer.from(bytes).toString('latin1')})`
  return `<${Buffer.from(bytes).toString('hex')}>`
}

function dictText(entries: Iterable<readonly [string, Writable]>): string {
  return `<< ${[...entries].map(([key, value]) => `${nameText(key)} ${textOfValue(value)} `).join('')}>>`
}

/** One object as PDF syntax, one character per byte. Streams are written by their owner, not here. */
export function textOfValue(value: Writable): string {
  if (value === null) return 'null'
  if (typeof value === 'boolean') return value ? 'true' : 'false'
  if (typeof value === 'number') return numberText(value)
  if (value instanceof Verbatim) return value.text
  if (value instanceof PdfName) return nameText(value.name)
  if (value instanceof PdfString) return stringText(value.bytes)
  if (value instanceof PdfRef) return `${String(value.number)} ${String(value.generation)} R`
  if (value instanceof PdfDict) return dictText(value.entries)
  if (value instanceof PdfStream) throw new Error('a stream cannot stand inside another object')
  if (value instanceof Map) return dictText(value)
  if (isList(value)) return `[${value.map(textOfValue).join(' ')}]`
  throw new Error('not a PDF object')
}

function isList(value: Writable): value is readonly Writable[] {
  return Array.isArray(value)
}

/** Whether bytes are nothing but hexadecimal digits. */
export function isHex(bytes: Uint8Array): boolean {
  return bytes.every((code) => hexDigit(code) >= 0)
}
