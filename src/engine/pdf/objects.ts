/** Objects at an offset of the file, and where their streams end. Nothing said about a length is believed. */
import { AppError } from '../../shared/errors.ts'
import type { BlockReader } from './source.ts'
import { PdfParser, unreadable, WindowEnded } from './syntax.ts'
import type { IndirectObject, PdfStream } from './syntax.ts'

/** Longer objects than this (their streams not counted) are refused. */
const OBJECT_BYTES_LIMIT = 8 << 20

/** Searching a byte costs this part of parsing it. */
export const SEARCH_COST = 1 / 8

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
    if (/^[\s\0]*endstream/.test(after)) return stated
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
