/**
 * PDF objects and the parser that reads them from bytes (ISO 32000-2, 7.2 and 7.3). It accepts every
 * legal spelling and the few illegal ones that are common; whatever else is refused.
 */
import { AppError } from '../../shared/errors.ts'

/** A name without its slash, `#xx` resolved, one character per byte. */
export class PdfName {
  readonly name: string

  constructor(name: string) {
    this.name = name
  }
}

/** A string's bytes and, for a string that stands in the file itself, the offsets of its delimiters. */
export class PdfString {
  readonly bytes: Uint8Array
  /** Offset of `(` or `<` and the offset after `)` or `>`; undefined inside object streams and for new strings. */
  readonly extent: readonly [number, number] | undefined

  constructor(bytes: Uint8Array, extent?: readonly [number, number]) {
    this.bytes = bytes
    this.extent = extent
  }
}

/** A reference to an indirect object. */
export class PdfRef {
  readonly number: number
  readonly generation: number

  constructor(number: number, generation: number) {
    this.number = number
    this.generation = generation
  }
}

/** A dictionary. Where a key is repeated the last one counts, and `repeatedKeys` tells. */
export class PdfDict {
  readonly entries = new Map<string, PdfValue>()
  readonly repeatedKeys = new Set<string>()

  constructor(entries: Iterable<readonly [string, PdfValue]> = []) {
    for (const [key, value] of entries) this.entries.set(key, value)
  }

  /** The direct value; null for a missing key, as ISO 32000-2, 7.3.7 equates the two. */
  get(key: string): PdfValue {
    return this.entries.get(key) ?? null
  }
}

/** A stream: its dictionary and where its data begins. The length is settled by the document. */
export class PdfStream {
  readonly dict: PdfDict
  /** Offset of the first byte of data in the file. */
  readonly dataOffset: number

  constructor(dict: PdfDict, dataOffset: number) {
    this.dict = dict
    this.dataOffset = dataOffset
  }
}

export type PdfValue =
  null | boolean | number | PdfName | PdfString | PdfRef | PdfDict | PdfStream | readonly PdfValue[]

/** An indirect object as it stands in the file. */
export interface IndirectObject {
  readonly number: number
  readonly generation: number
  readonly value: PdfValue
}

const WORD_LIMIT = 256

/** Deeper nesting than this is an attack on the stack. */
const DEPTH_LIMIT = 100

/** The window of bytes ended inside an object: read a longer one and begin again. */
export class WindowEnded extends Error {}

/** Every refusal of the bytes of a document. */
export function unreadable(message: string, cause?: unknown): AppError {
  return new AppError('pdf/unreadable', message, cause === undefined ? {} : { cause })
}

export function isArray(value: PdfValue): value is readonly PdfValue[] {
  return Array.isArray(value)
}

/** Whether a value is the given name. */
export function isNamed(value: PdfValue, name: string): boolean {
  return value instanceof PdfName && value.name === name
}

const SPACE = 1
const DELIMITER = 2
const CLASS = new Uint8Array(256)
for (const code of [0, 9, 10, 12, 13, 32]) CLASS[code] = SPACE
for (const character of '()<>[]{}/%') CLASS[character.charCodeAt(0)] = DELIMITER

/** Whether a byte is white space (ISO 32000-2, table 1). */
export function isWhiteSpace(code: number): boolean {
  return CLASS[code] === SPACE
}

/** Value of a hexadecimal digit, -1 for any other byte. */
export function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48
  const lower = code | 32
  return lower >= 97 && lower <= 102 ? lower - 87 : -1
}

/** 1 for every byte that may stand in a hexadecimal string. */
const IN_HEX_STRING = Uint8Array.from({ length: 256 }, (_, code) =>
  hexDigit(code) >= 0 || CLASS[code] === SPACE ? 1 : 0,
)

/** 1 for every byte that stands for itself in a literal string. */
const IN_LITERAL_STRING = Uint8Array.from({ length: 256 }, (_, code) =>
  [13, 40, 41, 92].includes(code) ? 0 : 1,
)

const ESCAPES: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, b: 8, f: 12 }

/**
 * Reads objects from a window of bytes.
 *
 * @throws {WindowEnded} when the window is too short and `isLast` is false
 * @throws {AppError} `pdf/unreadable` for anything that is not PDF syntax
 */
export class PdfParser {
  position = 0
  private readonly bytes: Uint8Array
  /** Offset in the file of the first byte; undefined for decoded data, whose offsets mean nothing. */
  private readonly base: number | undefined
  private readonly isLast: boolean

  constructor(bytes: Uint8Array, base: number | undefined, isLast: boolean) {
    this.bytes = bytes
    this.base = base
    this.isLast = isLast
  }

  /** The byte at the position plus `ahead`; -1 at the end of the data. */
  peek(ahead = 0): number {
    const code = this.bytes[this.position + ahead]
    if (code !== undefined) return code
    if (!this.isLast) throw new WindowEnded()
    return -1
  }

  /** Passes white space and comments. */
  skipSpace(): void {
    for (;;) {
      const code = this.peek()
      if (code === 37) {
        while (this.peek() !== -1 && this.peek() !== 10 && this.peek() !== 13) this.position += 1
      } else if (code !== -1 && CLASS[code] === SPACE) {
        this.position += 1
      } else {
        return
      }
    }
  }

  /** A run of regular characters, such as a number or a keyword; empty before a delimiter. */
  word(): string {
    this.skipSpace()
    let word = ''
    for (let code = this.peek(); code !== -1 && CLASS[code] === 0; code = this.peek()) {
      word += String.fromCharCode(code)
      if (word.length > WORD_LIMIT) throw unreadable('a keyword is too long')
      this.position += 1
    }
    return word
  }

  /** Reads `expected` if it comes next; otherwise stays where it is. */
  accept(expected: string): boolean {
    const start = this.position
    this.skipSpace()
    for (let index = 0; index < expected.length; index += 1) {
      if (this.peek() !== expected.charCodeAt(index)) {
        this.position = start
        return false
      }
      this.position += 1
    }
    const code = this.peek()
    if (code === -1 || CLASS[code] !== 0) return true
    this.position = start
    return false
  }

  /** A non-negative integer of at most 15 digits, or undefined and the position unchanged. */
  integer(): number | undefined {
    const start = this.position
    this.skipSpace()
    const first = this.position
    let value = 0
    let code = this.peek()
    for (; code >= 48 && code <= 57; code = this.peek()) {
      value = value * 10 + code - 48
      this.position += 1
      if (this.position - first > 15) break
    }
    const digits = this.position - first
    if (digits > 0 && digits <= 15 && (code === -1 || CLASS[code] !== 0)) return value
    this.position = start
    return undefined
  }

  /** `12 0 obj … endobj`, or with a stream up to its first data byte. */
  indirectObject(): IndirectObject {
    const number = this.integer()
    const generation = this.integer()
    if (number === undefined || generation === undefined || !this.accept('obj')) {
      throw unreadable('no object begins where the cross-reference says')
    }
    this.skipSpace()
    const start = this.position
    if (this.accept('endobj')) return { number, generation, value: null }
    this.position = start
    const value = this.value()
    if (!(value instanceof PdfDict) || !this.accept('stream')) return { number, generation, value }
    if (this.peek() === 13) this.position += 1
    if (this.peek() === 10) this.position += 1
    return { number, generation, value: new PdfStream(value, (this.base ?? 0) + this.position) }
  }

  value(depth = 0): PdfValue {
    if (depth > DEPTH_LIMIT) throw unreadable('objects are nested too deeply')
    this.skipSpace()
    const code = this.peek()
    if (code === 47) return new PdfName(this.name())
    if (code === 40) return this.literalString()
    if (code === 91) return this.array(depth)
    if (code === 60) return this.peek(1) === 60 ? this.dict(depth) : this.hexString()
    if (code >= 48 && code <= 57) {
      const integer = this.integer()
      if (integer !== undefined) return this.refOr(integer)
    }
    const word = this.word()
    if (word === 'true') return true
    if (word === 'false') return false
    if (word === 'null') return null
    if (!/^[+-]*(\d+\.?[\d-]*|\.\d[\d-]*)$/.test(word)) throw unreadable('a value is not a PDF object')
    // "--5" and "0.0-12" are written by known faulty producers; readers take the number that begins there.
    const number = Number.parseFloat(word.replace(/^[+-]*(?=[+-])/, ''))
    return Number.isFinite(number) ? number : 0
  }

  /** The reference that an integer begins, or the integer. */
  private refOr(integer: number): PdfRef | number {
    const start = this.position
    const generation = this.integer()
    if (generation !== undefined && this.accept('R')) return new PdfRef(integer, generation)
    this.position = start
    return integer
  }

  private name(): string {
    this.position += 1
    let name = ''
    for (let code = this.peek(); code !== -1 && CLASS[code] === 0; code = this.peek()) {
      this.position += 1
      if (code === 35) {
        const high = hexDigit(this.peek())
        const low = high < 0 ? -1 : hexDigit(this.peek(1))
        if (low >= 0) {
          name += String.fromCharCode(high * 16 + low)
          this.position += 2
          continue
        }
      }
      name += String.fromCharCode(code)
    }
    return name
  }

  private string(bytes: Uint8Array, start: number): PdfString {
    const { base } = this
    return new PdfString(bytes, base === undefined ? undefined : [base + start, base + this.position])
  }

  /** Passes bytes up to one that `isPlain` refuses. */
  private passPlain(isPlain: Uint8Array): Uint8Array {
    const start = this.position
    let position = start
    for (
      let code = this.bytes[position];
      code !== undefined && isPlain[code] === 1;
      code = this.bytes[position]
    ) {
      position += 1
    }
    this.position = position
    return this.bytes.subarray(start, position)
  }

  private hexString(): PdfString {
    const start = this.position
    this.position += 1
    this.passPlain(IN_HEX_STRING)
    const code = this.peek()
    if (code !== 62) throw unreadable('a hexadecimal string holds another character or does not end')
    this.position += 1
    const digits = Buffer.from(this.bytes.subarray(start + 1, this.position - 1)).toString('latin1')
    const packed = digits.replace(/[\0\t\n\f\r ]+/g, '')
    return this.string(Buffer.from(packed.length % 2 === 0 ? packed : `${packed}0`, 'hex'), start)
  }

  private literalString(): PdfString {
    const start = this.position
    this.position += 1
    const parts: Uint8Array[] = []
    let open = 1
    for (;;) {
      parts.push(this.passPlain(IN_LITERAL_STRING))
      const code = this.peek()
      if (code === -1) throw unreadable('a string does not end')
      this.position += 1
      if (code === 92) {
        const escaped = this.escape()
        if (escaped !== undefined) parts.push(Uint8Array.of(escaped))
        continue
      }
      if (code === 13) {
        if (this.peek() === 10) this.position += 1
        parts.push(Uint8Array.of(10))
        continue
      }
      open += code === 40 ? 1 : -1
      if (open === 0) return this.string(Buffer.concat(parts), start)
      parts.push(Uint8Array.of(code))
    }
  }

  /** What stands behind a backslash; undefined for a line that goes on. */
  private escape(): number | undefined {
    const code = this.peek()
    if (code === -1) return undefined
    this.position += 1
    if (code === 10) return undefined
    if (code === 13) {
      if (this.peek() === 10) this.position += 1
      return undefined
    }
    if (code < 48 || code > 55) return ESCAPES[String.fromCharCode(code)] ?? code
    let octal = code - 48
    for (let digits = 1; digits < 3; digits += 1) {
      const next = this.peek()
      if (next < 48 || next > 55) break
      octal = octal * 8 + next - 48
      this.position += 1
    }
    return octal & 255
  }

  private array(depth: number): readonly PdfValue[] {
    this.position += 1
    const values: PdfValue[] = []
    for (;;) {
      this.skipSpace()
      const code = this.peek()
      if (code === -1) throw unreadable('an array does not end')
      if (code === 93) {
        this.position += 1
        return values
      }
      values.push(this.value(depth + 1))
    }
  }

  private dict(depth: number): PdfDict {
    this.position += 2
    const dict = new PdfDict()
    for (;;) {
      this.skipSpace()
      const code = this.peek()
      if (code === 62 && this.peek(1) === 62) {
        this.position += 2
        return dict
      }
      if (code !== 47) throw unreadable('a dictionary holds something that is not a key')
      const key = this.name()
      if (dict.entries.has(key)) dict.repeatedKeys.add(key)
      dict.entries.set(key, this.value(depth + 1))
    }
  }
}

/** A text string as text: UTF-16 with its mark, UTF-8 with its mark, else Latin-1, PDFDocEncoding's common part. */
export function textOf(value: PdfValue): string | undefined {
  if (!(value instanceof PdfString)) return undefined
  const bytes = Buffer.from(value.bytes)
  if (bytes[0] === 0xfe && bytes[1] === 0xff)
    return bytes
      .subarray(2, bytes.length & ~1)
      .swap16()
      .toString('utf16le')
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return bytes.subarray(2).toString('utf16le')
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return bytes.subarray(3).toString('utf8')
  return bytes.toString('latin1')
}

/** Text as a text string: plain where it is ASCII, otherwise UTF-16 with its mark. */
export function textString(text: string): PdfString {
  // eslint-disable-next-line no-control-regex -- the range is what "ASCII" means
  if (/^[\x00-\x7f]*$/.test(text)) return new PdfString(Buffer.from(text, 'latin1'))
  return new PdfString(Buffer.concat([Uint8Array.of(0xfe, 0xff), Buffer.from(text, 'utf16le').swap16()]))
}
