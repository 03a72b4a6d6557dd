/** Objects at an offset of the file, and the data of their streams. Nothing said about a length is believed. */
import { promisify } from 'node:util'
import { constants, inflate } from 'node:zlib'
import { AppError } from '../../shared/errors.ts'
import type { BlockReader } from './source.ts'
import { isArray, PdfDict, PdfName, PdfParser, unreadable, WindowEnded } from './syntax.ts'
import type { IndirectObject, PdfStream, PdfValue } from './syntax.ts'

const inflateAsync = promisify(inflate)

/** Longer objects than this (their streams not counted) are refused. */
const OBJECT_BYTES_LIMIT = 8 << 20

/** Searching a byte costs this part of parsing it. */
export const SEARCH_COST = 1 / 8

/** Decoded cross-reference and object streams are never longer than this. */
const DECODED_BYTES_LIMIT = 32 << 20

/**
 * Parses from an offset with a window that grows until the object fits.
 *
 * @throws {AppError} `pdf/unreadable`
 */
export async function parseAt<T>(
  reader: BlockReader,
  offset: number,
  parse: (parser: PdfParser) => T,
  limit = OBJECT_BYTES_LIMIT,
): Promise<T> {
  if (offset < 0 || offset >= reader.size) throw unreadable('an offset lies outside the file')
  for (let length = 2048; ; length *= 8) {
    const bytes = await reader.bytes(offset, Math.min(length, limit))
    const parser = new PdfParser(bytes, offset, offset + bytes.length >= reader.size)
    try {
      const parsed = parse(parser)
      await reader.spend(parser.position)
      return parsed
    } catch (caught) {
      await reader.spend(parser.position)
      if (!(caught instanceof WindowEnded)) throw caught
      if (length >= limit) throw new AppError('pdf/too-large', 'an object is too long')
    }
  }
}

/** The indirect object that begins at an offset, white space before it allowed. */
export function readObjectAt(reader: BlockReader, offset: number): Promise<IndirectObject> {
  return parseAt(reader, offset, (parser) => parser.indirectObject())
}

/**
 * The length of a stream's data: the stated one if `endstream` follows it, otherwise up to the first
 * `endstream`. Producers get /Length wrong, and a liar must not make us read elsewhere.
 *
 * @param stated what /Length says, resolved; undefined when it is missing or no number
 */
export async function streamLength(
  reader: BlockReader,
  stream: PdfStream,
  stated: number | undefined,
): Promise<number> {
  const { dataOffset } = stream
  if (stated !== undefined && Number.isInteger(stated) && stated >= 0 && dataOffset + stated <= reader.size) {
    const after = Buffer.from(await reader.bytes(dataOffset + stated, 16)).toString('latin1')
    if (/^\s*endstream/.test(after)) return stated
  }
  const step = 1 << 16
  for (let at = dataOffset; at < reader.size; at += step - 16) {
    const text = Buffer.from(await reader.bytes(at, step)).toString('latin1')
    await reader.spend(step * SEARCH_COST)
    const found = text.indexOf('endstream')
    if (found < 0) continue
    const end = at + found
    const before = Buffer.from(
      await reader.bytes(Math.max(dataOffset, end - 2), Math.min(2, end - dataOffset)),
    )
    const lineEnd = /(\r\n|\n|\r)$/.exec(before.toString('latin1'))?.[0].length ?? 0
    return end - lineEnd - dataOffset
  }
  throw unreadable('a stream does not end')
}

/** Decodes data that is stored or Flate-coded, with the PNG predictor (ISO 32000-2, 7.4.4). */
export async function decodeStream(dict: PdfDict, data: Uint8Array): Promise<Uint8Array> {
  const filters = listOf(dict.get('Filter'))
  const parameters = listOf(dict.get('DecodeParms'))
  if (filters.length > 2) throw unreadable('a stream has too many filters')
  let bytes = data
  for (const [index, filter] of filters.entries()) {
    if (!(filter instanceof PdfName) || (filter.name !== 'FlateDecode' && filter.name !== 'Fl')) {
      throw unreadable('a structural stream has a filter other than FlateDecode')
    }
    bytes = await inflated(bytes)
    const parameter = parameters[index]
    if (parameter instanceof PdfDict) bytes = unpredicted(bytes, parameter)
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
    if (cause instanceof RangeError)
      throw new AppError('pdf/too-large', 'a stream inflates without bound', { cause })
    throw unreadable('a compressed stream is damaged', cause)
  }
}

function numberOr(value: PdfValue, otherwise: number): number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : otherwise
}

/** Undoes the PNG predictors row by row. @throws {AppError} `pdf/unreadable` */
export function unpredicted(bytes: Uint8Array, parameters: PdfDict): Uint8Array {
  const predictor = numberOr(parameters.get('Predictor'), 1)
  if (predictor === 1) return bytes
  if (predictor < 10) throw unreadable('a structural stream has an unusual predictor')
  const bitsPerPixel = numberOr(parameters.get('Colors'), 1) * numberOr(parameters.get('BitsPerComponent'), 8)
  const pixel = Math.max(1, bitsPerPixel >> 3)
  const width = Math.ceil((bitsPerPixel * numberOr(parameters.get('Columns'), 1)) / 8)
  if (!(width > 0 && width <= 1 << 16)) throw unreadable('a predictor has an impossible width')
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
