import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createSecretKey,
  hkdfSync,
  randomBytes,
  type KeyObject,
} from 'node:crypto'
import { open, type FileHandle } from 'node:fs/promises'
import { sha256Hex, type Sha256 } from '../../shared/document/fields.ts'
import { AppError } from '../../shared/errors.ts'
import { systemCode } from '../../shared/system-code.ts'
import { writeAll } from './durable.ts'

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
const MAGIC = Buffer.from('VANTHU\u0000\u0001', 'latin1')
const PART = { segment: 0, last: 1, seal: 2 } as const
/** Segments kept decrypted per open file: PDF readers jump to and fro within a few. */
const CACHED_SEGMENTS = 8
/** A file of no more segments than are kept decrypted is read at once: most documents are. */
const READ_AT_ONCE_BYTES = HEADER_BYTES + CACHED_SEGMENTS * (SEGMENT_BYTES + TAG_BYTES) + SEAL_BYTES

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
  /**
   * The content in order from `fromByte` on, by default all of it. Read whole, its hash is compared at the
   * end; a rest is as trustworthy as its segments and the seal.
   *
   * @throws AppError `store/file-damaged`
   */
  stream(fromByte?: number): AsyncIterable<Uint8Array>
  close(): Promise<void>
}

/** The names a kept file goes by. */
export interface KeptFile {
  readonly sha256: Sha256
  readonly sizeBytes: number
}

/** An encrypted file that is being written. */
export interface EncryptedWriter {
  /** Of the plaintext so far, in bytes. */
  readonly sizeBytes: number
  /** @throws AppError `store/disk-full` */
  append(chunk: Uint8Array): Promise<void>
  /** Ends the content. On return all of it is on the disk, not in a cache. @throws AppError `store/disk-full` */
  seal(): Promise<KeptFile>
  close(): Promise<void>
}

/**
 * Starts an encrypted file under a salt of its own.
 *
 * @param path nothing may be there yet
 * @param gathered how many segments wait to be written together: a process that is killed loses them
 */
export async function encryptedWriter(
  path: string,
  fileKey: Uint8Array,
  gathered: number,
): Promise<EncryptedWriter> {
  const header = Buffer.concat([formMark(), randomBytes(32)])
  const key = ownKey(fileKey, header)
  const hash = createHash('sha256')
  // One buffer gathers what is sealed, so that a long content leaves little behind for the collector.
  const held = Buffer.allocUnsafeSlow(HEADER_BYTES + gathered * (SEGMENT_BYTES + TAG_BYTES) + SEAL_BYTES)
  const segment = Buffer.alloc(SEGMENT_BYTES)
  const file = await open(path, 'wx', 0o600)
  let heldBytes = header.copy(held)
  let filled = 0
  let count = 0
  let sizeBytes = 0

  async function write(...pieces: readonly Buffer[]): Promise<void> {
    for (const piece of pieces) {
      heldBytes += piece.copy(held, heldBytes)
      giveBack(piece)
    }
    if (heldBytes > (gathered - 1) * (SEGMENT_BYTES + TAG_BYTES)) await writeHeld()
  }

  async function writeHeld(): Promise<void> {
    await writeAll(file, held.subarray(0, heldBytes))
    heldBytes = 0
  }

  async function flush(part: number): Promise<void> {
    await write(...sealPart(key, header, count, part, segment.subarray(0, filled)))
    count += 1
    filled = 0
  }

  return {
    get sizeBytes() {
      return sizeBytes
    },
    async append(chunk) {
      hash.update(chunk)
      sizeBytes += chunk.byteLength
      for (let from = 0; from < chunk.byteLength;) {
        if (filled === SEGMENT_BYTES) await flush(PART.segment) // kept back until it is known not to be the last
        const taken = Math.min(SEGMENT_BYTES - filled, chunk.byteLength - from)
        segment.set(chunk.subarray(from, from + taken), filled)
        filled += taken
        from += taken
      }
    },
    async seal() {
      if (filled > 0) await flush(PART.last)
      const digest = hash.digest()
      const size = Buffer.alloc(8)
      size.writeBigUInt64BE(BigInt(sizeBytes))
      await write(...sealPart(key, header, count, PART.seal, Buffer.concat([digest, size])))
      await writeHeld()
      await file.sync()
      return { sha256: sha256Hex.parse(digest.toString('hex')), sizeBytes }
    },
    close: () => file.close(),
  }
}

/**
 * Opens an encrypted file after checking header, seal and length.
 *
 * @param wanted the content it must hold; left out, whatever its seal names
 * @returns the file, and the name of its content
 * @throws AppError `store/file-missing`, `store/file-damaged`
 */
export async function openEncrypted(
  path: string,
  fileKey: Uint8Array,
  wanted?: Sha256,
): Promise<StoredFile & { readonly sha256: Sha256 }> {
  const file = await openForReading(path, wanted)
  try {
    return await unseal(file, fileKey, wanted)
  } catch (cause) {
    await file.close()
    throw cause
  }
}

/**
 * What can be read of a file whose writer was killed before it could seal it: the segments that are whole.
 *
 * @returns how many bytes they hold; `stream` reads them
 */
export async function readUnsealed(
  path: string,
  fileKey: Uint8Array,
): Promise<{ readonly sizeBytes: number; stream(): AsyncGenerator<Uint8Array> }> {
  async function* stream(): AsyncGenerator<Uint8Array> {
    const file = await open(path, 'r')
    try {
      const onDisk = (await file.stat()).size
      if (onDisk < HEADER_BYTES) return
      const header = await readExactly(file, 0, HEADER_BYTES)
      const key = ownKey(fileKey, header)
      const whole = Math.floor((onDisk - HEADER_BYTES) / (SEGMENT_BYTES + TAG_BYTES))
      for (let index = 0; index < whole; index += 1) {
        const start = HEADER_BYTES + index * (SEGMENT_BYTES + TAG_BYTES)
        const sealed = await readExactly(file, start, SEGMENT_BYTES + TAG_BYTES)
        const plain = opened(key, header, index, sealed)
        if (plain === undefined) return
        yield plain
      }
    } finally {
      await file.close()
    }
  }
  let sizeBytes = 0
  for await (const plain of stream()) sizeBytes += plain.byteLength
  return { sizeBytes, stream }
}

/** A whole segment, or undefined where a power cut left something else. */
function opened(key: KeyObject, header: Buffer, index: number, sealed: Buffer): Buffer | undefined {
  try {
    return unsealPart(key, header, index, PART.segment, sealed)
  } catch {
    return undefined
  }
}

async function unseal(
  file: FileHandle,
  fileKey: Uint8Array,
  wanted: Sha256 | undefined,
): Promise<StoredFile & { readonly sha256: Sha256 }> {
  const damaged = (why: string, cause?: unknown) =>
    new AppError('store/file-damaged', `file ${wanted ?? 'part'}: ${why}`, { cause })
  const onDisk = (await file.stat()).size
  if (onDisk < HEADER_BYTES + SEAL_BYTES) throw damaged('too short')
  const all = onDisk <= READ_AT_ONCE_BYTES ? await readExactly(file, 0, onDisk) : undefined
  const sealedAt = (position: number, length: number): Buffer | Promise<Buffer> =>
    all?.subarray(position, position + length) ?? readExactly(file, position, length)
  const header = await sealedAt(0, HEADER_BYTES)
  if (!header.subarray(0, 16).equals(formMark())) throw damaged('unknown form')
  const key = ownKey(fileKey, header)
  const count = Math.ceil((onDisk - HEADER_BYTES - SEAL_BYTES) / (SEGMENT_BYTES + TAG_BYTES))
  const decrypt = (part: number, counter: number, sealed: Buffer): Buffer => {
    try {
      return unsealPart(key, header, counter, part, sealed)
    } catch (cause) {
      throw damaged(`part ${String(counter)} does not open`, cause)
    }
  }
  const named = decrypt(PART.seal, count, await sealedAt(onDisk - SEAL_BYTES, SEAL_BYTES))
  const size = Number(named.readBigUInt64BE(32))
  const sha256 = sha256Hex.parse(named.toString('hex', 0, 32))
  if (wanted !== undefined && sha256 !== wanted) throw damaged('holds another content')
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
    const sealed = await sealedAt(start, length)
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
      const passing =
        all === undefined && at % SEGMENT_BYTES === 0 && end - at >= SEGMENT_BYTES && !cache.has(index)
      const plain = passing ? await decryptSegment(index) : await segment(index)
      const piece = plain.subarray(at % SEGMENT_BYTES, (at % SEGMENT_BYTES) + end - at)
      target.set(piece, at - offset)
      at += piece.byteLength
      if (passing) giveBack(plain)
    }
  }

  async function* stream(fromByte = 0): AsyncGenerator<Uint8Array> {
    const hash = createHash('sha256')
    for (let index = Math.floor(fromByte / SEGMENT_BYTES); index < count; index += 1) {
      const bytes = await decryptSegment(index)
      hash.update(bytes)
      yield bytes.subarray(Math.max(0, fromByte - index * SEGMENT_BYTES))
    }
    if (fromByte === 0 && hash.digest('hex') !== sha256) throw damaged('content and hash differ')
  }

  return { sha256, size, read, readInto, stream, close: () => file.close() }
}

async function openForReading(path: string, wanted: Sha256 | undefined): Promise<FileHandle> {
  try {
    return await open(path, 'r')
  } catch (cause) {
    if (systemCode(cause) !== 'ENOENT') throw cause
    throw new AppError('store/file-missing', `file ${wanted ?? 'part'}`, { cause })
  }
}

/** What a header begins with. */
function formMark(): Buffer {
  return Buffer.concat([MAGIC, uint32(SEGMENT_BYTES), Buffer.alloc(4)])
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

function ownKey(fileKey: Uint8Array, header: Buffer): KeyObject {
  const own = hkdfSync('sha256', fileKey, header.subarray(16), 'vanthu file segments v1', 32)
  return createSecretKey(new Uint8Array(own))
}

function nonce(counter: number, part: number): Buffer {
  return Buffer.concat([Buffer.alloc(7), uint32(counter), Buffer.from([part])])
}

/** The sealed bytes and their tag, apart: joining them would only copy them. */
function sealPart(
  key: KeyObject,
  header: Buffer,
  counter: number,
  part: number,
  plain: Buffer,
): [Buffer, Buffer] {
  const cipher = createCipheriv('aes-256-gcm', key, nonce(counter, part)).setAAD(header)
  const sealed = cipher.update(plain)
  cipher.final()
  return [sealed, cipher.getAuthTag()]
}

function unsealPart(key: KeyObject, header: Buffer, counter: number, part: number, sealed: Buffer): Buffer {
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
