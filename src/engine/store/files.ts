import { createHmac, createSecretKey, randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Sha256 } from '../../shared/document/fields.ts'
import { AppError } from '../../shared/errors.ts'
import { systemCode } from '../../shared/system-code.ts'
import { fullOr, syncFolder, syncNow, type Durability } from './durable.ts'
import { encryptedWriter, openEncrypted, type KeptFile, type StoredFile } from './encrypted-file.ts'
import { partialFiles, type PartialFile } from './partial-file.ts'

const TEMPORARY = 'tmp'
/** Contents that are still arriving. */
const PARTIAL = 'part'
/** One folder for all, because flushing the names of many at once takes one flush then. */
const KEPT = 'kept'
/** Sealed segments are written several at a time. */
const GATHERED_SEGMENTS = 8

export interface FileStoreOptions {
  /** The folder; made when missing. */
  readonly dir: string
  /** 32 bytes each, from keys.ts. */
  readonly fileKey: Uint8Array
  readonly nameKey: Uint8Array
  /** Called between the steps of keeping a file, so that a test can stop the process there. */
  readonly failPoint?: ((name: 'files/written' | 'files/renamed') => void | Promise<void>) | undefined
}

export type { KeptFile } from './encrypted-file.ts'
export type { PartialFile } from './partial-file.ts'

export type FileStore = ReturnType<typeof fileStore>

/** Contents in a folder that nothing is written to: a backup's, and our own for reading. */
export function keptContents({ dir, fileKey, nameKey }: Omit<FileStoreOptions, 'failPoint'>) {
  const keyOfNames = createSecretKey(nameKey)

  function nameOf(sha256: Sha256): string {
    return createHmac('sha256', keyOfNames).update(sha256, 'hex').digest('hex')
  }

  function pathOf(sha256: Sha256): string {
    return join(dir, KEPT, nameOf(sha256))
  }

  /** Where contents lay before there was one folder for all. */
  function oldPathOf(sha256: Sha256): string {
    const name = nameOf(sha256)
    return join(dir, name.slice(0, 2), name)
  }

  /** Whether a content is kept. Says nothing about its health; see {@link verify}. */
  async function has(sha256: Sha256): Promise<boolean> {
    return (await isThere(pathOf(sha256))) || (await isThere(oldPathOf(sha256)))
  }

  /**
   * Opens a content after checking header, seal and length.
   *
   * @throws AppError `store/file-missing`, `store/file-damaged`
   */
  async function openFile(sha256: Sha256): Promise<StoredFile> {
    try {
      return await openEncrypted(pathOf(sha256), fileKey, sha256)
    } catch (cause) {
      if (!(cause instanceof AppError) || cause.code !== 'store/file-missing') throw cause
      return openEncrypted(oldPathOf(sha256), fileKey, sha256)
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

  return { has, open: openFile, pathOf, verify }
}

/**
 * The bytes of PDFs and packets, each kept once under the SHA-256 of its content. The name on disk is an
 * HMAC of that hash: who has only the folder cannot tell whether a known document is in it. Nothing is
 * ever removed but half-written files, and what arrived of a content that nobody waits for any more.
 */
export function fileStore({ dir, fileKey, nameKey, failPoint = () => undefined }: FileStoreOptions) {
  const temporary = join(dir, TEMPORARY)
  mkdirSync(temporary, { recursive: true })
  mkdirSync(join(dir, PARTIAL), { recursive: true })
  const keptDir = join(dir, KEPT)
  if (mkdirSync(keptDir, { recursive: true }) !== undefined) syncNow(dir, 'folder')
  /** Whether a name may not be on the disk yet. */
  let hasNewNames = true
  let flushing: Promise<void> = Promise.resolve()
  const arriving = partialFiles({
    dir: join(dir, PARTIAL),
    fileKey,
    disguise: (name) => createHmac('sha256', nameKey).update(`${PARTIAL}\0${name}`).digest('hex'),
    put,
    adopt,
  })

  const { has, open: openFile, pathOf, verify } = keptContents({ dir, fileKey, nameKey })

  /** Removes what a crash left half-written. Only while nobody else has the profile open. */
  function sweepTemporary(): number {
    const names = readdirSync(temporary)
    for (const name of names) rmSync(join(temporary, name), { force: true })
    return names.length
  }

  /**
   * Keeps a content, however long, in constant memory. On return its bytes are on the disk, not in a cache. A
   * content kept before is kept on; if the kept file has gone bad, this one takes its place.
   *
   * @param check may refuse it by throwing
   * @param durability of its name; default `now`
   * @throws AppError `store/disk-full`; whatever `chunks` and `check` throw
   */
  async function put(
    chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    check: (whole: KeptFile) => void = () => undefined,
    durability: Durability = 'now',
  ): Promise<KeptFile> {
    const half = join(temporary, randomBytes(16).toString('hex'))
    try {
      const kept = await writeEncrypted(half, chunks)
      check(kept)
      await adopt(half, kept, durability)
      return kept
    } catch (cause) {
      await rm(half, { force: true })
      throw fullOr(cause)
    }
  }

  /** Gives a sealed file of this folder the place of its content. */
  async function adopt(half: string, { sha256 }: KeptFile, durability: Durability): Promise<void> {
    await failPoint('files/written')
    if (await isWhole(sha256)) {
      await rm(half, { force: true })
    } else {
      hasNewNames = true
      await putInPlace(half, pathOf(sha256), sha256)
      await failPoint('files/renamed')
    }
    // Also of one that was here already: who kept it may not have waited for its name.
    if (durability === 'now') await flushNames()
  }

  /** Brings the names of all kept contents to the disk. Whoever comes while that is done waits for it too. */
  function flushNames(): Promise<void> {
    if (hasNewNames) {
      hasNewNames = false
      flushing = syncFolder(keptDir).catch((cause: unknown) => {
        hasNewNames = true
        throw cause
      })
    }
    return flushing
  }

  /** A content that arrives in several attempts, under a name of the caller's until its hash is known. */
  function partial(name: string): Promise<PartialFile> {
    return arriving.open(name)
  }

  function putBytes(bytes: Uint8Array, durability?: Durability): Promise<KeptFile> {
    return put([bytes], undefined, durability)
  }

  async function writeEncrypted(
    path: string,
    chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  ): Promise<KeptFile> {
    const writer = await encryptedWriter(path, fileKey, GATHERED_SEGMENTS)
    try {
      for await (const chunk of chunks) await writer.append(chunk)
      return await writer.seal()
    } finally {
      await writer.close()
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

  async function isWhole(sha256: Sha256): Promise<boolean> {
    try {
      await verify(sha256)
      return true
    } catch (cause) {
      if (cause instanceof AppError) return false
      throw cause
    }
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

  return {
    bytes,
    flushNames,
    has,
    open: openFile,
    partial,
    put,
    putBytes,
    sweepPartial: arriving.sweep,
    sweepTemporary,
    verify,
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch (cause) {
    if (systemCode(cause) === 'ENOENT') return false
    throw cause
  }
}
