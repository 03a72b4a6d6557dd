import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { mkdir, open, rename, rm, stat, type FileHandle } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { sha256Hex, type Sha256 } from '../../shared/document/fields.ts'
import { AppError } from '../../shared/errors.ts'
import { fullOr, syncFolder, systemCode, writeAll } from './durable.ts'

/**
 * The form on disk, after the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár, 2015):
 *
 *     header   "VANTHU" 00 01, segment size (uint32 BE), 4 zero bytes, 32 bytes of salt      48 bytes
 *     segments each 64 KiB of plaintext (the last may be shorter), then its 16-byte tag
 *     seal     SHA-256 of the plaintext, its size (uint64 BE), then a 16-byte tag            56 bytes
 *
 * AES-256-GCM under a key of the file's own (HKDF over the salt), the header as additional data. The
 * nonce is 7 zero bytes, the counter (uint32 BE) and what the part is: 0 segment, 1 last segment, 2 seal.
 * A part that was changed, moved, left out or taken from another file does not open. The seal names the
 * content, so a whole file put in another's place shows too. Persisted: a new form needs a new version.
 */
const SEGMENT_BYTES = 64 * 1024
const TAG_BYTES = 16
const HEADER_BYTES = 48
const SEAL_BYTES = 40 + TAG_BYTES
/** Sealed segments are written several at a time. */
const GATHERED_BYTES = 8 * (SEGMENT_BYTES + TAG_BYTES)
const MAGIC = Buffer.from('VANTHU\u0000\u0001', 'latin1')
const PART = { segment: 0, last: 1, seal: 2 } as const
const TEMPORARY = 'tmp'
/** Segments kept decrypted per open file: PDF readers jump to and fro within a few. */
const CACHED_SEGMENTS = 8

/** A kept file, open for reading. */
export interface StoredFile {
  /** Of the plaintext, in bytes. */
  readonly size: number
  /**
   * Up to `length` bytes from `offset`, fewer at the end. Reads and decrypts only the segments touched.
   *
   * @throws AppError `store/file-damaged`
   */
  read(offset: number, length: number): Promise<Uint8Array>
  /** Fills `target` from `offset`; the content must reach that far. @throws AppError `store/file-damaged` */
  readInto(target: Uint8Array, offset: number): Promise<void>
  /** The whole content in order; the last step compares its hash. @throws AppError `store/file-damaged` */
  stream(): AsyncIterable<Uint8Array>
  close(): Promise<void>
}

/** The names a kept file goes by. */
export interface KeptFile {
  readonly sha256: Sha256
  readonly sizeBytes: number
}

export interface FileStoreOptions {
  /** The folder; made when missing. */
  readonly dir: string
  /** 32 bytes each, from keys.ts. */
  readonly fileKey: Uint8Array
  readonly nameKey: Uint8Array
  /** Called between the steps of keeping a file, so that a test can stop the process there. */
  readonly failPoint?: ((name: 'files/written' | 'files/renamed') => void | Promise<void>) | undefined
}

export type FileStore = ReturnType<typeof fileStore>

/**
 * The bytes of PDFs and packets, each kept once under the SHA-256 of its content. The name on disk is an
 * HMAC of that hash: who has only the folder cannot tell whether a known document is in it. Nothing is
 * ever removed but half-written files.
 */
export function fileStore({ dir, fileKey, nameKey, failPoint = () => undefined }: FileStoreOptions) {
  const temporary = join(dir, TEMPORARY)
  mkdirSync(temporary, { recursive: true })

  function pathOf(sha256: Sha256): string {
    const name = createHmac('sha256', nameKey).update(sha256, 'hex').digest('hex')
    return join(dir, name.slice(0, 2), name)
  }

  /** Removes what a crash left half-written. Only while nobody else has the profile open. */
  function sweepTemporary(): number {
    const names = readdirSync(temporary)
    for (const name of names) rmSync(join(temporary, name), { force: true })
    return names.length
  }

  /**
   * Keeps a content, however long, in constant memory. On return it is on the disk, not in a cache. A
   * content kept before is kept on; if the kept file has gone bad, this one takes its place.
   *
   * @throws AppError `store/disk-full`; whatever `chunks` throws
   */
  async function put(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<KeptFile> {
    const half = join(temporary, randomBytes(16).toString('hex'))
    try {
      const kept = await writeEncrypted(half, chunks)
      await failPoint('files/written')
      const path = pathOf(kept.sha256)
      if (await isWhole(kept.sha256)) {
        await rm(half, { force: true })
        return kept
      }
      await makeFolder(dirname(path))
      await putInPlace(half, path, kept.sha256)
      await failPoint('files/renamed')
      await syncFolder(dirname(path))
      return kept
    } catch (cause) {
      await rm(half, { force: true })
      throw fullOr(cause)
    }
  }

  function putBytes(bytes: Uint8Array): Promise<KeptFile> {
    return put([bytes])
  }

  async function writeEncrypted(
    path: string,
    chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  ): Promise<KeptFile> {
    const header = Buffer.concat([MAGIC, uint32(SEGMENT_BYTES), Buffer.alloc(4), randomBytes(32)])
    const key = ownKey(fileKey, header)
    const hash = createHash('sha256')
    const file = await open(path, 'wx', 0o600)
    try {
      await writeAll(file, header)
      // One buffer gathers what is sealed, so that a long content leaves little behind for the collector.
      const gathered = Buffer.allocUnsafeSlow(GATHERED_BYTES)
      let held = 0
      const write = async (...pieces: readonly Buffer[]) => {
        for (const piece of pieces) {
          held += piece.copy(gathered, held)
          giveBack(piece)
        }
        if (held > GATHERED_BYTES - SEGMENT_BYTES - TAG_BYTES) await writeGathered()
      }
      const writeGathered = async () => {
        await writeAll(file, gathered.subarray(0, held))
        held = 0
      }
      const segment = Buffer.alloc(SEGMENT_BYTES)
      let filled = 0
      let count = 0
      let sizeBytes = 0
      const flush = async (part: number) => {
        await write(...seal(key, header, count, part, segment.subarray(0, filled)))
        count += 1
        filled = 0
      }
      for await (const chunk of chunks) {
        hash.update(chunk)
        sizeBytes += chunk.byteLength
        for (let from = 0; from < chunk.byteLength;) {
          if (filled === SEGMENT_BYTES) await flush(PART.segment) // kept back until it is known not to be the last
          const taken = Math.min(SEGMENT_BYTES - filled, chunk.byteLength - from)
          segment.set(chunk.subarray(from, from + taken), filled)
          filled += taken
          from += taken
        }
      }
      if (filled > 0) await flush(PART.last)
      const digest = hash.digest()
      const size = Buffer.alloc(8)
      size.writeBigUInt64BE(BigInt(sizeBytes))
      await write(...seal(key, header, count, PART.seal, Buffer.concat([digest, size])))
      await writeGathered()
      await file.sync()
      return { sha256: sha256Hex.parse(digest.toString('hex')), sizeBytes }
    } finally {
      await file.close()
    }
  }

  /** Windows refuses to replace a file that is being read; then another writer was first with the same content. */
  async function putInPlace(half: string, path: string, sha256: Sha256): Promise<void> {
    try {
      await rename(half, path)
    } catch (cause) {
      if (!(await isWhole(sha256))) throw cause
      await rm(half, { force: true })
    }
  }

  async function makeFolder(path: string): Promise<void> {
    if ((await mkdir(path, { recursive: true })) !== undefined) await syncFolder(dir)
  }

  /** Whether a content is kept. Says nothing about its health; see {@link verify}. */
  async function has(sha256: Sha256): Promise<boolean> {
    try {
      await stat(pathOf(sha256))
      return true
    } catch (cause) {
      if (systemCode(cause) === 'ENOENT') return false
      throw cause
    }
  }

  async function isWhole(sha256: Sha256): Promise<boolean> {
    try {
      await verify(sha256)
      return true
    } catch (cause) {
      if (cause instanceof AppError) return false
      throw cause
    }
  }

  /**
   * Opens a content after checking header, seal and length.
   *
   * @throws AppError `store/file-missing`, `store/file-damaged`
   */
  async function openFile(sha256: Sha256): Promise<StoredFile> {
    const file = await openForReading(pathOf(sha256), sha256)
    try {
      return await unseal(file, sha256)
    } catch (cause) {
      await file.close()
      throw cause
    }
  }

  async function unseal(file: FileHandle, sha256: Sha256): Promise<StoredFile> {
    const damaged = (why: string, cause?: unknown) =>
      new AppError('store/file-damaged', `file ${sha256}: ${why}`, { cause })
    const onDisk = (await file.stat()).size
    if (onDisk < HEADER_BYTES + SEAL_BYTES) throw damaged('too short')
    const header = await readExactly(file, 0, HEADER_BYTES)
    if (!header.subarray(0, 16).equals(Buffer.concat([MAGIC, uint32(SEGMENT_BYTES), Buffer.alloc(4)]))) {
      throw damaged('unknown form')
    }
    const key = ownKey(fileKey, header)
    const count = Math.ceil((onDisk - HEADER_BYTES - SEAL_BYTES) / (SEGMENT_BYTES + TAG_BYTES))
    const decrypt = (part: number, counter: number, sealed: Buffer): Buffer => {
      try {
        return unsealPart(key, header, counter, part, sealed)
      } catch (cause) {
        throw damaged(`part ${String(counter)} does not open`, cause)
      }
    }
    const named = decrypt(PART.seal, count, await readExactly(file, onDisk - SEAL_BYTES, SEAL_BYTES))
    const size = Number(named.readBigUInt64BE(32))
    if (named.toString('hex', 0, 32) !== sha256) throw damaged('holds another content')
    if (
      onDisk !== HEADER_BYTES + size + count * TAG_BYTES + SEAL_BYTES ||
      count !== Math.ceil(size / SEGMENT_BYTES)
    ) {
      throw damaged('wrong length')
    }

    async function decryptSegment(index: number): Promise<Buffer> {
      const start = HEADER_BYTES + index * (SEGMENT_BYTES + TAG_BYTES)
      const length = Math.min(SEGMENT_BYTES, size - index * SEGMENT_BYTES) + TAG_BYTES
      const part = index === count - 1 ? PART.last : PART.segment
      const sealed = await readExactly(file, start, length)
      const plain = decrypt(part, index, sealed)
      giveBack(sealed)
      return plain
    }

    const cache = new Map<number, Buffer>()
    async function segment(index: number): Promise<Buffer> {
      const kept = cache.get(index)
      if (kept !== undefined) return kept
      const plain = await decryptSegment(index)
      cache.set(index, plain)
      const [oldest] = cache.keys()
      if (cache.size > CACHED_SEGMENTS && oldest !== undefined) cache.delete(oldest)
      return plain
    }

    async function read(offset: number, length: number): Promise<Uint8Array> {
      if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(length) || offset < 0 || length < 0) {
        throw new RangeError('offset and length are whole numbers from 0')
      }
      const bytes = new Uint8Array(Math.max(0, Math.min(size, offset + length) - offset))
      await readInto(bytes, offset)
      return bytes
    }

    async function readInto(target: Uint8Array, offset: number): Promise<void> {
      const end = offset + target.byteLength
      if (!Number.isSafeInteger(offset) || offset < 0 || (end > size && target.byteLength > 0)) {
        throw new RangeError('the content does not reach that far')
      }
      for (let at = offset; at < end;) {
        const index = Math.floor(at / SEGMENT_BYTES)
        // Who reads whole segments goes through the file once, and would only drive others' out.
        const passing = at % SEGMENT_BYTES === 0 && end - at >= SEGMENT_BYTES && !cache.has(index)
        const plain = passing ? await decryptSegment(index) : await segment(index)
        const piece = plain.subarray(at % SEGMENT_BYTES, (at % SEGMENT_BYTES) + end - at)
        target.set(piece, at - offset)
        at += piece.byteLength
        if (passing) giveBack(plain)
      }
    }

    async function* stream(): AsyncGenerator<Uint8Array> {
      const hash = createHash('sha256')
      for (let index = 0; index < count; index += 1) {
        const bytes = await decryptSegment(index)
        hash.update(bytes)
        yield bytes
      }
      if (hash.digest('hex') !== sha256) throw damaged('content and hash differ')
    }

    return { size, read, readInto, stream, close: () => file.close() }
  }

  /** The whole content at once, for what is known to be small enough. */
  async function bytes(sha256: Sha256): Promise<Uint8Array> {
    const file = await openFile(sha256)
    try {
      const whole = new Uint8Array(file.size)
      let at = 0
      for await (const chunk of file.stream()) {
        whole.set(chunk, at)
        at += chunk.byteLength
      }
      return whole
    } finally {
      await file.close()
    }
  }

  /** Reads all of it. @throws AppError `store/file-missing`, `store/file-damaged` */
  async function verify(sha256: Sha256): Promise<KeptFile> {
    const file = await openFile(sha256)
    try {
      let sizeBytes = 0
      for await (const chunk of file.stream()) sizeBytes += chunk.byteLength
      return { sha256, sizeBytes }
    } finally {
      await file.close()
    }
  }

  return { bytes, has, open: openFile, put, putBytes, sweepTemporary, verify }
}

async function openForReading(path: string, sha256: Sha256): Promise<FileHandle> {
  try {
    return await open(path, 'r')
  } catch (cause) {
    if (systemCode(cause) === 'ENOENT') throw new AppError('store/file-missing', `file ${sha256}`, { cause })
    throw cause
  }
}

async function readExactly(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length)
  for (let filled = 0; filled < length;) {
    const { bytesRead } = await file.read(buffer, filled, length - filled, position + filled)
    if (bytesRead === 0) throw new AppError('store/file-damaged', 'the file became shorter while it was read')
    filled += bytesRead
  }
  return buffer
}

function ownKey(fileKey: Uint8Array, header: Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', fileKey, header.subarray(16), 'vanthu file segments v1', 32))
}

function nonce(counter: number, part: number): Buffer {
  return Buffer.concat([Buffer.alloc(7), uint32(counter), Buffer.from([part])])
}

/** The sealed bytes and their tag, apart: joining them would only copy them. */
function seal(key: Buffer, header: Buffer, counter: number, part: number, plain: Buffer): [Buffer, Buffer] {
  const cipher = createCipheriv('aes-256-gcm', key, nonce(counter, part)).setAAD(header)
  const sealed = cipher.update(plain)
  cipher.final()
  return [sealed, cipher.getAuthTag()]
}

function unsealPart(key: Buffer, header: Buffer, counter: number, part: number, sealed: Buffer): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, nonce(counter, part), { authTagLength: TAG_BYTES })
  decipher.setAAD(header).setAuthTag(sealed.subarray(-TAG_BYTES))
  const plain = decipher.update(sealed.subarray(0, -TAG_BYTES))
  decipher.final() // says whether the tag fits, and has no bytes of its own
  return plain
}

/**
 * Frees a buffer that nobody looks at any more. The collector lets tens of megabytes of them gather first,
 * which a small office machine would notice. Node 20 alone lacks the call; there the collector does it.
 */
function giveBack(bytes: Buffer): void {
  const { buffer } = bytes
  if (bytes.byteLength === buffer.byteLength && isTransferable(buffer)) buffer.transfer(0)
}

function isTransferable(buffer: object): buffer is { transfer(length: number): unknown } {
  return 'transfer' in buffer && typeof buffer.transfer === 'function'
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
