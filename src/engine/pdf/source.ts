/** Where PDF bytes come from: random access, so that a scan of 100 MB is never held in memory. */
import { createHash } from 'node:crypto'
import { open, type FileHandle } from 'node:fs/promises'
import { setImmediate } from 'node:timers/promises'
import { AppError } from '../../shared/errors.ts'

/**
 * Random access to the bytes of one unchanging PDF. The store's encrypted files implement it too.
 * `read` returns exactly `length` bytes; the caller never asks beyond `size` and does not change what
 * it gets, which must stay as it is after later reads.
 */
export interface PdfSource {
  /** Bytes. */
  readonly size: number
  read(offset: number, length: number): Promise<Uint8Array> | Uint8Array
  /** Fills `target` from `offset`, where that saves memory over `read`. */
  readonly readInto?: (target: Uint8Array, offset: number) => Promise<void>
}

/** A {@link PdfSource} that holds a file open until `close`. */
export interface PdfFileSource extends PdfSource {
  close(): Promise<void>
}

/** SHA-1 is for judging old signatures only. */
export type DigestAlgorithm = 'sha1' | 'sha256' | 'sha384' | 'sha512'

/** [offset, length, offset, length] in bytes of the file. ISO 32000-2, 12.8.1. */
export type ByteRange = readonly [number, number, number, number]

/** One megabyte: fewer system calls than a smaller step, and little to hold. */
const STEP_BYTES = 1 << 20

/** A PDF that is in memory already. */
export function memorySource(bytes: Uint8Array): PdfSource {
  return { size: bytes.length, read: (offset, length) => bytes.subarray(offset, offset + length) }
}

/**
 * Opens a PDF file for random access.
 *
 * @throws {AppError} `pdf/unreadable` when the file cannot be opened or gets shorter while we read
 */
export async function openPdfFile(path: string): Promise<PdfFileSource> {
  const handle = await open(path, 'r').catch((cause: unknown) => {
    throw new AppError('pdf/unreadable', 'the file cannot be opened', { cause })
  })
  const { size } = await handle.stat()
  async function readInto(target: Uint8Array, offset: number): Promise<void> {
    let filled = 0
    while (filled < target.length) {
      const { bytesRead } = await handle.read(target, filled, target.length - filled, offset + filled)
      if (bytesRead === 0) throw new AppError('pdf/unreadable', 'the file got shorter while it was read')
      filled += bytesRead
    }
  }

  return {
    size,
    async read(offset, length) {
      const bytes = Buffer.allocUnsafeSlow(length)
      await readInto(bytes, offset)
      return bytes
    },
    readInto,
    close: () => handle.close(),
  }
}

/** A file that is opened by the first read after {@link PdfFileSource.close}. */
export function reopening(size: number, open: () => Promise<PdfFileSource>): PdfFileSource {
  let opened: Promise<PdfFileSource> | undefined
  // A hundred documents wait for their signatures with no file open and nothing of them decrypted.
  const source = (): Promise<PdfFileSource> => (opened ??= open())
  return {
    size,
    read: async (offset, length) => (await source()).read(offset, length),
    async readInto(target, offset) {
      const file = await source()
      if (file.readInto === undefined) target.set(await file.read(offset, target.length))
      else await file.readInto(target, offset)
    },
    async close() {
      const closing = opened
      opened = undefined
      // Whoever read has been told why it could not be opened.
      const file = await closing?.catch(() => undefined)
      await file?.close()
    },
  }
}

/** The first `size` bytes of a source: the document as it stood at the end of an earlier revision. */
export function firstBytes(source: PdfSource, size: number): PdfSource {
  return { size, read: (offset, length) => source.read(offset, length) }
}

/** A source followed by a few bytes more: the document after an incremental update, not yet written. */
export function extended(source: PdfSource, appended: Uint8Array): PdfSource {
  const { size } = source
  const { readInto } = source
  return {
    size: size + appended.length,
    async read(offset, length) {
      if (offset >= size) return appended.subarray(offset - size, offset - size + length)
      if (offset + length <= size) return source.read(offset, length)
      const head = await source.read(offset, size - offset)
      return Buffer.concat([head, appended.subarray(0, length - head.length)])
    },
    ...(readInto !== undefined && {
      async readInto(target: Uint8Array, offset: number) {
        const inSource = Math.max(0, Math.min(target.length, size - offset))
        if (inSource > 0) await readInto(target.subarray(0, inSource), offset)
        const from = Math.max(0, offset - size)
        target.set(appended.subarray(from, from + target.length - inSource), inSource)
      },
    }),
  }
}

/** The bytes of `length` from `offset` in steps of at most 1 MB, each its own to keep. */
export async function* chunksOf(
  source: PdfSource,
  offset = 0,
  length = source.size - offset,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (offset < 0 || length < 0 || offset + length > source.size) {
    throw new AppError('pdf/unreadable', 'a range lies outside the file')
  }
  const end = offset + length
  for (let at = offset; at < end; at += STEP_BYTES) {
    yield await source.read(at, Math.min(STEP_BYTES, end - at))
  }
}

/** Like {@link chunksOf}, for a consumer that is done with each chunk before it asks for the next. */
export async function* passingChunksOf(
  source: PdfSource,
  offset = 0,
  length = source.size - offset,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { readInto } = source
  if (readInto === undefined || offset < 0 || length < 0 || offset + length > source.size) {
    yield* chunksOf(source, offset, length)
    return
  }
  const end = offset + length
  const fill = async (buffer: Uint8Array, at: number): Promise<Uint8Array> => {
    const chunk = buffer.subarray(0, Math.min(STEP_BYTES, end - at))
    await readInto(chunk, at)
    return chunk
  }
  let buffer = Buffer.allocUnsafeSlow(Math.min(STEP_BYTES, length))
  let other = Buffer.allocUnsafeSlow(Math.max(0, Math.min(STEP_BYTES, length - STEP_BYTES)))
  let ahead = length === 0 ? undefined : fill(buffer, offset)
  try {
    for (let next = offset + STEP_BYTES; ahead !== undefined; next += STEP_BYTES) {
      const chunk = await ahead
      // The next one is read while the consumer hashes or writes this one.
      ;[buffer, other] = [other, buffer]
      ahead = next < end ? fill(buffer, next) : undefined
      // Whoever asks for it is told.
      ahead?.catch(() => undefined)
      yield chunk
    }
  } finally {
    // A consumer that stops early may close the file, but not under a read that is on its way.
    await ahead?.catch(() => undefined)
  }
}

/**
 * The digest over the two ranges of a signature, streamed.
 *
 * @throws {AppError} `pdf/unreadable` when a range lies outside the file
 */
export async function digestByteRange(
  source: PdfSource,
  byteRange: ByteRange,
  algorithm: DigestAlgorithm,
): Promise<Uint8Array> {
  const hash = createHash(algorithm)
  const [first, firstLength, second, secondLength] = byteRange
  for await (const chunk of passingChunksOf(source, first, firstLength)) hash.update(chunk)
  for await (const chunk of passingChunksOf(source, second, secondLength)) hash.update(chunk)
  return hash.digest()
}

/**
 * Writes a source to a new file, flushed to the disk before it returns. Refuses to write over a file.
 */
export function writePdf(source: PdfSource, path: string): Promise<void> {
  return writeChunks(passingChunksOf(source), path)
}

/** As {@link writePdf}, for bytes that come in pieces. */
export async function writeChunks(chunks: AsyncIterable<Uint8Array>, path: string): Promise<void> {
  const handle = await open(path, 'wx')
  try {
    for await (const chunk of chunks) await writeAll(handle, chunk)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** In one call where the system takes it in one: `writeFile` goes in steps of its own. */
async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    written += (await handle.write(bytes, written)).bytesWritten
  }
}

const BLOCK_BYTES = 1 << 16
const BLOCKS_KEPT = 64
/** The structure of an honest file, its streams not counted, is a few megabytes. */
const PARSED_BYTES_LIMIT = 64 << 20
const TURN_BYTES = 1 << 20

/** Small reads through a cache of blocks (4 MB at most): what the parser sees of a source. */
export interface BlockReader {
  readonly size: number
  /** Up to `length` bytes from `offset`; fewer at the end of the file. */
  bytes(offset: number, length: number): Promise<Uint8Array>
  /**
   * Accounts for bytes that were parsed. Lets others have their turn now and then, and stops a file
   * that makes us read the same bytes over and over.
   * @throws {AppError} `pdf/too-large`
   */
  spend(parsedBytes: number): Promise<void> | void
}

export function blockReader(source: PdfSource): BlockReader {
  const blocks = new Map<number, Uint8Array>()
  let spent = 0
  let turn = 0

  async function block(index: number): Promise<Uint8Array> {
    const kept = blocks.get(index)
    if (kept !== undefined) {
      blocks.delete(index)
      blocks.set(index, kept)
      return kept
    }
    const offset = index * BLOCK_BYTES
    const bytes = await source.read(offset, Math.min(BLOCK_BYTES, source.size - offset))
    blocks.set(index, bytes)
    for (const oldest of blocks.keys()) {
      if (blocks.size <= BLOCKS_KEPT) break
      blocks.delete(oldest)
    }
    return bytes
  }

  return {
    size: source.size,
    spend(parsedBytes) {
      spent += parsedBytes
      if (spent > PARSED_BYTES_LIMIT) throw new AppError('pdf/too-large', 'the file takes too long to read')
      if (spent < turn + TURN_BYTES) return
      turn = spent
      return setImmediate()
    },
    async bytes(offset, length) {
      const start = Math.max(0, offset)
      const end = Math.min(source.size, offset + length)
      if (start >= end) return new Uint8Array(0)
      const first = Math.floor(start / BLOCK_BYTES)
      const last = Math.floor((end - 1) / BLOCK_BYTES)
      if (first === last)
        return (await block(first)).subarray(start - first * BLOCK_BYTES, end - first * BLOCK_BYTES)
      if (end - start > BLOCK_BYTES * BLOCKS_KEPT) return source.read(start, end - start)
      const bytes = new Uint8Array(end - start)
      for (let index = first; index <= last; index += 1) {
        const offsetOfBlock = index * BLOCK_BYTES
        const piece = await block(index)
        const from = Math.max(start, offsetOfBlock)
        bytes.set(
          piece.subarray(from - offsetOfBlock, Math.min(end - offsetOfBlock, piece.length)),
          from - start,
        )
      }
      return bytes
    },
  }
}
