import type { Buffer } from 'node:buffer'
import { crc32, createInflateRaw } from 'node:zlib'
import { Zip, ZipDeflate } from 'fflate'
import { AppError } from '../../shared/errors.ts'

/**
 * Just enough of ZIP for the wrapper that the Java SDK puts around each attachment. Only the central
 * directory is believed, and the entry must keep its word on size and checksum.
 *
 * @source PKWARE APPNOTE 6.3.10, sections 4.3.7, 4.3.12, 4.3.16
 */
export interface ZipEntry {
  /** As written, one character a byte: to be compared, never to be used as a file name. */
  readonly name: string
  readonly encrypted: boolean
  /** 0 stored, 8 deflated. */
  readonly method: number
  readonly crc32: number
  readonly packedBytes: number
  readonly unpackedBytes: number
  readonly headerOffset: number
}

const LOCAL_HEADER = 0x04034b50
const CENTRAL_HEADER = 0x02014b50
const END_OF_DIRECTORY = 0x06054b50
const END_LENGTH = 22
const BLOCK_BYTES = 65_536

/** Whether bytes begin as a zip with at least one entry does. */
export function looksLikeZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4
}

/**
 * The entries, in the order of the central directory.
 *
 * @throws {AppError} `packet/attachment-unreadable` for anything broken, split or ZIP64 (no attachment
 *   reaches 4 GB), `packet/too-large` beyond `maximum` entries
 */
export function zipEntries(zip: Buffer, maximum: number): ZipEntry[] {
  const end = endOfDirectory(zip)
  const count = zip.readUInt16LE(end + 10)
  const directoryBytes = zip.readUInt32LE(end + 12)
  let at = zip.readUInt32LE(end + 16)
  const splitOrZip64 =
    zip.readUInt16LE(end + 4) !== 0 ||
    zip.readUInt16LE(end + 8) !== count ||
    count === 0xffff ||
    at === 0xffffffff
  if (splitOrZip64 || at + directoryBytes > end)
    throw unreadable('the zip directory is split or out of place')
  if (count > maximum) throw new AppError('packet/too-large', 'too many entries in a zip', { detail: 'zip' })
  const entries: ZipEntry[] = []
  for (let index = 0; index < count; index += 1) {
    if (at + 46 > end || zip.readUInt32LE(at) !== CENTRAL_HEADER)
      throw unreadable('the zip directory is broken')
    const nameLength = zip.readUInt16LE(at + 28)
    const next = at + 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32)
    if (next > end) throw unreadable('the zip directory is broken')
    entries.push({
      name: zip.toString('latin1', at + 46, at + 46 + nameLength),
      encrypted: (zip.readUInt16LE(at + 8) & 1) !== 0,
      method: zip.readUInt16LE(at + 10),
      crc32: zip.readUInt32LE(at + 16),
      packedBytes: zip.readUInt32LE(at + 20),
      unpackedBytes: zip.readUInt32LE(at + 24),
      headerOffset: zip.readUInt32LE(at + 42),
    })
    at = next
  }
  return entries
}

/**
 * The content of one entry, never more than the directory promised.
 *
 * @param maximumBytes of the unpacked content
 * @param maximumRatio unpacked to packed size, judged above 1 MiB (small texts pack very well)
 * @throws {AppError} `packet/attachment-unreadable` if the entry is encrypted, packed by another method or
 *   not what the directory says; `packet/too-large` if it unpacks to too much
 */
export async function* unzip(
  zip: Buffer,
  entry: ZipEntry,
  maximumBytes: number,
  maximumRatio: number,
): AsyncGenerator<Uint8Array> {
  if (entry.encrypted) throw unreadable('the zip is encrypted')
  if (entry.method !== 0 && entry.method !== 8) throw unreadable('the zip uses an unusual method')
  const { headerOffset: header, packedBytes, unpackedBytes } = entry
  const bomb = unpackedBytes > 1_048_576 && unpackedBytes > packedBytes * maximumRatio
  if (unpackedBytes > maximumBytes || bomb) {
    throw new AppError('packet/too-large', 'a zip unpacks to too much', { detail: 'zip' })
  }
  if (header + 30 > zip.length || zip.readUInt32LE(header) !== LOCAL_HEADER)
    throw unreadable('the zip entry is not there')
  const start = header + 30 + zip.readUInt16LE(header + 26) + zip.readUInt16LE(header + 28)
  if (start + packedBytes > zip.length) throw unreadable('the zip entry is cut')
  const packed = zip.subarray(start, start + packedBytes)
  let length = 0
  let checksum = 0
  for await (const piece of entry.method === 0 ? [packed] : inflate(packed)) {
    length += piece.length
    if (length > unpackedBytes) throw unreadable('the zip entry is longer than it says')
    checksum = crc32(piece, checksum)
    yield piece
  }
  if (length !== unpackedBytes || checksum !== entry.crc32)
    throw unreadable('the zip entry is not what it says')
}

async function* inflate(packed: Buffer): AsyncGenerator<Uint8Array> {
  const inflater = createInflateRaw({ chunkSize: BLOCK_BYTES })
  const pieces: AsyncIterable<Uint8Array> = inflater
  inflater.end(packed)
  try {
    yield* pieces
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    throw unreadable('the zip entry does not inflate', cause)
  } finally {
    inflater.destroy()
  }
}

/** From the end backwards: the record may be followed by a comment of up to 65,535 bytes. */
function endOfDirectory(zip: Buffer): number {
  const earliest = Math.max(0, zip.length - END_LENGTH - 0xffff)
  for (let at = zip.length - END_LENGTH; at >= earliest; at -= 1) {
    if (
      zip.readUInt32LE(at) === END_OF_DIRECTORY &&
      at + END_LENGTH + zip.readUInt16LE(at + 20) === zip.length
    )
      return at
  }
  throw unreadable('the zip has no directory')
}

/**
 * Packs one file as the Java SDK does. The same content gives the same bytes on every machine: the time
 * stamp is fixed and the packer is JavaScript, not whichever zlib the runtime brings.
 */
export async function* zipOne(name: string, content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let ready: Uint8Array[] = []
  const zip = new Zip((error, piece) => {
    if (error !== null) throw error
    ready.push(piece)
  })
  const file = new ZipDeflate(name, { level: 6 })
  // Local noon of the earliest whole day ZIP knows: fflate reads the local fields back.
  file.mtime = new Date(1980, 0, 1, 12)
  zip.add(file)
  for await (const block of equalBlocks(content)) {
    file.push(block)
    yield* ready
    ready = []
  }
  file.push(new Uint8Array(0), true)
  zip.end()
  yield* ready
}

/** The packer cuts where its input is cut, so the input is cut the same however the source reads. */
async function* equalBlocks(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let block = new Uint8Array(BLOCK_BYTES)
  let filled = 0
  for await (const piece of content) {
    for (let taken = 0; taken < piece.length;) {
      const part = piece.subarray(taken, taken + BLOCK_BYTES - filled)
      block.set(part, filled)
      filled += part.length
      taken += part.length
      if (filled < BLOCK_BYTES) continue
      yield block
      // A new one, because the packer keeps what it is given.
      block = new Uint8Array(BLOCK_BYTES)
      filled = 0
    }
  }
  if (filled > 0) yield block.subarray(0, filled)
}

function unreadable(message: string, cause?: unknown): AppError {
  return new AppError('packet/attachment-unreadable', message, { cause })
}
