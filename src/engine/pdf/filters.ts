/**
 * The coding of structural streams: cross-references, object streams, validation data. Every filter without
 * loss that ISO 32000-2, 7.4 has, though nearly all of them are Flate.
 */
import { promisify } from 'node:util'
import { constants, inflate } from 'node:zlib'
import { AppError } from '../../shared/errors.ts'
import { hexDigit, isArray, isWhiteSpace, PdfDict, PdfName, unreadable } from './syntax.ts'
import type { PdfValue } from './syntax.ts'

const inflateAsync = promisify(inflate)

/** Decoded cross-reference and object streams are never longer than this. */
const DECODED_BYTES_LIMIT = 32 << 20
const FILTERS_LIMIT = 4

type Decoder = (bytes: Uint8Array, parameters: PdfDict) => Promise<Uint8Array> | Uint8Array

/** By full name and, as in inline images, by its short one. */
const DECODERS: Readonly<Record<string, Decoder>> = {
  FlateDecode: async (bytes, parameters) => unpredicted(await inflated(bytes), parameters),
  LZWDecode: (bytes, parameters) => unpredicted(lzwDecoded(bytes, parameters), parameters),
  ASCIIHexDecode: asciiHexDecoded,
  ASCII85Decode: ascii85Decoded,
  RunLengthDecode: runLengthDecoded,
}
const SHORT_NAMES: Readonly<Record<string, string>> = {
  Fl: 'FlateDecode',
  LZW: 'LZWDecode',
  AHx: 'ASCIIHexDecode',
  A85: 'ASCII85Decode',
  RL: 'RunLengthDecode',
}

/**
 * Decodes data by the /Filter and /DecodeParms of its stream, which must stand in the dictionary directly.
 *
 * @throws {AppError} `pdf/unreadable` for damaged data and for filters of pictures, `pdf/too-large`
 */
export async function decodeStream(dict: PdfDict, data: Uint8Array): Promise<Uint8Array> {
  const filters = listOf(dict.get('Filter'))
  const parameters = listOf(dict.get('DecodeParms'))
  if (filters.length > FILTERS_LIMIT) throw unreadable('a stream has too many filters')
  let bytes = data
  for (const [index, filter] of filters.entries()) {
    const name = filter instanceof PdfName ? (SHORT_NAMES[filter.name] ?? filter.name) : ''
    const decoder = Object.hasOwn(DECODERS, name) ? DECODERS[name] : undefined
    if (decoder === undefined) throw unreadable('a structural stream has a filter of another kind')
    const parameter = parameters[index] ?? null
    bytes = await decoder(bytes, parameter instanceof PdfDict ? parameter : new PdfDict())
  }
  return bytes
}

function listOf(value: PdfValue): readonly PdfValue[] {
  if (value === null) return []
  return isArray(value) ? value : [value]
}

async function inflated(bytes: Uint8Array): Promise<Uint8Array> {
  try {
    // Z_SYNC_FLUSH: a missing checksum at the end is common and harmless.
    return await inflateAsync(bytes, {
      maxOutputLength: DECODED_BYTES_LIMIT,
      finishFlush: constants.Z_SYNC_FLUSH,
    })
  } catch (cause) {
    if (cause instanceof RangeError) throw tooLong(cause)
    throw unreadable('a compressed stream is damaged', cause)
  }
}

function tooLong(cause?: unknown): AppError {
  return new AppError('pdf/too-large', 'a stream unpacks without bound', cause === undefined ? {} : { cause })
}

/** ISO 32000-2, 7.4.2: an odd last digit is followed by a zero. */
function asciiHexDecoded(bytes: Uint8Array): Uint8Array {
  let digits = ''
  for (const code of bytes) {
    if (code === 62) break
    if (isWhiteSpace(code)) continue
    if (hexDigit(code) < 0) throw unreadable('hexadecimal data hold another character')
    digits += String.fromCharCode(code)
  }
  return Buffer.from(digits.length % 2 === 0 ? digits : `${digits}0`, 'hex')
}

/** ISO 32000-2, 7.4.3. */
function ascii85Decoded(bytes: Uint8Array): Uint8Array {
  const result = Buffer.alloc(bytes.length * 4)
  let length = 0
  let group: number[] = []
  const put = () => {
    const count = group.length - 1
    const value = [...group, 84, 84, 84, 84].slice(0, 5).reduce((sum, digit) => sum * 85 + digit, 0)
    if (value > 0xffffffff) throw unreadable('base 85 data are damaged')
    result.writeUInt32BE(value, length)
    length += count
    group = []
  }
  for (const code of bytes) {
    if (code === 126) break
    if (isWhiteSpace(code)) continue
    if (code === 122 && group.length === 0) {
      length += 4
      continue
    }
    if (code < 33 || code > 117) throw unreadable('base 85 data hold another character')
    group.push(code - 33)
    if (group.length === 5) put()
  }
  if (group.length === 1) throw unreadable('base 85 data are damaged')
  if (group.length > 1) put()
  return result.subarray(0, length)
}

/** ISO 32000-2, 7.4.5. */
function runLengthDecoded(bytes: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = []
  let length = 0
  for (let at = 0; at < bytes.length;) {
    const count = bytes[at] ?? 128
    if (count === 128) break
    const part =
      count < 128
        ? bytes.subarray(at + 1, at + 2 + count)
        : new Uint8Array(257 - count).fill(bytes[at + 1] ?? 0)
    parts.push(part)
    length += part.length
    if (length > DECODED_BYTES_LIMIT) throw tooLong()
    at += count < 128 ? count + 2 : 2
  }
  return Buffer.concat(parts)
}

const LZW_CLEAR = 256
const LZW_END = 257
const LZW_CODES = 4096

/** ISO 32000-2, 7.4.4.2: codes of 9 to 12 bits over a table that grows with every code. */
function lzwDecoded(bytes: Uint8Array, parameters: PdfDict): Uint8Array {
  const early = parameters.get('EarlyChange') === 0 ? 0 : 1
  // A sequence is the one before it and one byte more.
  const prefixes = new Uint16Array(LZW_CODES)
  const lasts = new Uint8Array(LZW_CODES)
  const lengths = new Uint16Array(LZW_CODES)
  for (let code = 0; code < LZW_CLEAR; code += 1) {
    lasts[code] = code
    lengths[code] = 1
  }
  let result = Buffer.alloc(Math.max(1024, bytes.length * 3))
  let length = 0
  let next = LZW_END + 1
  let width = 9
  let earlier: number | undefined
  let bits = 0
  let held = 0
  for (const byte of bytes) {
    bits = ((bits << 8) | byte) & 0xfffff
    held += 8
    if (held < width) continue
    held -= width
    const code = (bits >> held) & ((1 << width) - 1)
    if (code === LZW_END) break
    if (code === LZW_CLEAR) {
      next = LZW_END + 1
      width = 9
      earlier = undefined
      continue
    }
    if (code > next || (code === next && earlier === undefined)) throw unreadable('LZW data are damaged')
    // The code just being made: the sequence before it and that one's first byte.
    const known = code < next ? code : (earlier ?? 0)
    const count = (lengths[known] ?? 0) + (code < next ? 0 : 1)
    if (length + count > DECODED_BYTES_LIMIT) throw tooLong()
    if (length + count > result.length) result = Buffer.concat([result], (length + count) * 2)
    let at = length + (lengths[known] ?? 0) - 1
    let walked = known
    for (; at > length; at -= 1, walked = prefixes[walked] ?? 0) result[at] = lasts[walked] ?? 0
    const first = lasts[walked] ?? 0
    result[length] = first
    if (code === next) result[length + count - 1] = first
    length += count
    if (earlier !== undefined && next < LZW_CODES) {
      prefixes[next] = earlier
      lasts[next] = first
      lengths[next] = (lengths[earlier] ?? 0) + 1
      next += 1
    }
    if (next + early >= 1 << width && width < 12) width += 1
    earlier = code
  }
  return result.subarray(0, length)
}

function numberOr(value: PdfValue, otherwise: number): number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : otherwise
}

/** Undoes a predictor row by row (ISO 32000-2, 7.4.4.4). @throws {AppError} `pdf/unreadable` */
export function unpredicted(bytes: Uint8Array, parameters: PdfDict): Uint8Array {
  const predictor = numberOr(parameters.get('Predictor'), 1)
  if (predictor === 1) return bytes
  const bitsPerComponent = numberOr(parameters.get('BitsPerComponent'), 8)
  const bitsPerPixel = numberOr(parameters.get('Colors'), 1) * bitsPerComponent
  const pixel = Math.max(1, bitsPerPixel >> 3)
  const width = Math.ceil((bitsPerPixel * numberOr(parameters.get('Columns'), 1)) / 8)
  if (!(width > 0 && width <= 1 << 16)) throw unreadable('a predictor has an impossible width')
  if (predictor === 2 && bitsPerComponent === 8) return tiffUnpredicted(bytes, width, pixel)
  if (predictor < 10) throw unreadable('a structural stream has an unusual predictor')
  const rows = Math.floor(bytes.length / (width + 1))
  const result = new Uint8Array(rows * width)
  for (let row = 0; row < rows; row += 1) {
    const tag = bytes[row * (width + 1)]
    for (let column = 0; column < width; column += 1) {
      const at = row * width + column
      const left = column >= pixel ? (result[at - pixel] ?? 0) : 0
      const above = row > 0 ? (result[at - width] ?? 0) : 0
      const corner = row > 0 && column >= pixel ? (result[at - width - pixel] ?? 0) : 0
      result[at] = (bytes[row * (width + 1) + 1 + column] ?? 0) + predicted(tag, left, above, corner)
    }
  }
  return result
}

/** What a PNG filter expects of a byte, from its neighbours (PNG, 9.2). */
export function predicted(tag: number | undefined, left: number, above: number, corner: number): number {
  switch (tag) {
    case 0:
      return 0
    case 1:
      return left
    case 2:
      return above
    case 3:
      return (left + above) >> 1
    case 4: {
      const estimate = left + above - corner
      const toLeft = Math.abs(estimate - left)
      const toAbove = Math.abs(estimate - above)
      const toCorner = Math.abs(estimate - corner)
      if (toLeft <= toAbove && toLeft <= toCorner) return left
      return toAbove <= toCorner ? above : corner
    }
    default:
      throw unreadable('a predictor row has an unknown type')
  }
}

/** TIFF 6.0, section 14: each component is given as the difference from the one to its left. */
function tiffUnpredicted(bytes: Uint8Array, width: number, pixel: number): Uint8Array {
  const result = Uint8Array.from(bytes)
  for (let at = 0; at < result.length; at += 1) {
    if (at % width >= pixel) result[at] = (result[at] ?? 0) + (result[at - pixel] ?? 0)
  }
  return result
}
