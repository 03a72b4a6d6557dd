import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm, stat, statfs } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { z } from 'zod'
import { instant, sha256Hex } from '../../shared/document/fields.ts'
import { AppError } from '../../shared/errors.ts'
import { systemCode } from '../../shared/system-code.ts'
import type { Database } from './database.ts'
import { syncFolder, writeWhole } from './durable.ts'
import { readKeyFile, recoveryOnly, type StoreKeys } from './keys.ts'

/**
 * A backup in a folder of the clerk's choice, mostly on a stick. Everything in it is encrypted as it is in the
 * profile, with the same keys; whoever finds it needs the recovery code.
 *
 *     VanThu-<organId>-<8 hex of the office's key>/
 *       key.json                    the recovery code's wrap alone: the operating system's is of one PC
 *       files/kept/<name>           what the profile's files/ has, copied once: contents never change
 *       <moment of making, UTC>/    one per backup, whole once it has this name
 *         store.db
 *         backup.json               what the rest has to be, sealed with a key of the office's own
 *
 * Persisted: a new form needs a new version in backup.json.
 */
const HOME = 'VanThu-'
const MANIFEST = 'backup.json'
const DATABASE = 'store.db'
const KEY_FILE = 'key.json'
const FILES = 'files'
const HALF = '.part'
const CHUNK_BYTES = 1024 * 1024
/** Beside what is copied: SQLite, the file system's own books. */
const ROOM_BYTES = 16 * 1024 * 1024
/** No room, on whichever side. */
const FULL: ReadonlySet<string> = new Set(['backup/full', 'store/disk-full'])
/** As {@link stampOf} writes it. */
const STAMP = /^\d{4}-\d{2}-\d{2}T\d{2}-\d{2}-\d{2}Z$/
/** As files.ts names contents. */
const FILE_FOLDER = /^(?:[0-9a-f]{2}|kept)$/
const FILE_NAME = /^[0-9a-f]{64}$/

const said = z.object({
  version: z.literal(1),
  madeAt: instant,
  organId: z.string().max(100),
  agencyName: z.string().max(500),
  databaseSha256: sha256Hex,
  databaseBytes: z.int().positive(),
  files: z.int().min(0),
  filesBytes: z.int().min(0),
  historyLines: z.int().min(0),
})
const manifest = said.extend({ seal: z.base64() })

/** What a backup says of itself. Believed only once its seal was compared, see {@link isGenuine}. */
export type BackupManifest = z.output<typeof manifest>

/** A backup that was found. */
export interface FoundBackup {
  /** The folder of the office's backups: what all of them share. */
  readonly home: string
  /** The folder of this one, below `home`. */
  readonly name: string
  readonly manifest: BackupManifest
}

/** How far copying has come, in bytes. */
export type CopyProgress = (doneBytes: number, totalBytes: number) => void

/** What a backup is made of. */
export interface BackupSource {
  readonly db: Database
  /** The profile's folder. */
  readonly dir: string
  readonly keys: StoreKeys
  readonly historyLines: () => number
}

/** Where a backup goes, and how many are kept there. */
export interface BackupTarget {
  readonly folder: string
  readonly organId: string
  readonly agencyName: string
  /** The newest so many stay; older ones are removed once a new one is whole. At least 1. */
  readonly keep: number
  readonly madeAt: number
  readonly signal: AbortSignal
  readonly onProgress: CopyProgress
}

/**
 * Copies the office into the folder: what the folder has already is not copied again. A backup that is not
 * finished (stick pulled, power cut) leaves the ones before as they were, and the next one goes on from it.
 *
 * @throws AppError `backup/folder-missing`, `backup/unwritable`, `backup/full`, `backup/cancelled`
 */
export async function makeBackup(source: BackupSource, target: BackupTarget): Promise<FoundBackup> {
  const { dir, keys } = source
  await requireFolder(target.folder)
  const home = join(target.folder, `${HOME}${safeName(target.organId)}-${officeMark(keys)}`)
  const name = stampOf(target.madeAt)
  const half = join(home, `${name}${HALF}`)
  return naming('making', async () => {
    await mkdir(join(home, FILES), { recursive: true })
    await sweepHalf(home)
    await mkdir(half)
    await copyKeyFile(dir, home)
    const historyLines = source.historyLines()
    const database = await source.db.whileStill(async (path) => {
      const { size } = await stat(path)
      await requireRoom(home, size)
      return copyFile(path, join(half, DATABASE), target.signal, (done) => {
        target.onProgress(done, size)
      })
    })
    const files = await copyContents(join(dir, FILES), join(home, FILES), {
      signal: target.signal,
      already: database.sizeBytes,
      onProgress: target.onProgress,
    })
    const words = {
      version: 1 as const,
      madeAt: target.madeAt,
      organId: target.organId,
      agencyName: target.agencyName,
      databaseSha256: database.sha256,
      databaseBytes: database.sizeBytes,
      files: files.count,
      filesBytes: files.bytes,
      historyLines,
    }
    const whole: BackupManifest = { ...words, seal: sealOf(words, keys) }
    await writeWhole(join(half, MANIFEST), Buffer.from(`${JSON.stringify(whole, null, 2)}\n`))
    await syncFolder(half)
    await rename(half, join(home, name))
    await syncFolder(home)
    await prune(home, target.keep)
    return { home, name, manifest: whole }
  })
}

/**
 * The whole backups in a folder, the newest first: the folder may be the one that was chosen for backups, or
 * the office's folder in it. Their seals are not compared yet. What does not parse is passed over.
 *
 * @throws AppError `backup/folder-missing`
 */
export async function findBackups(folder: string): Promise<FoundBackup[]> {
  await requireFolder(folder)
  const homes = basename(folder).startsWith(HOME)
    ? [folder]
    : (await readdir(folder)).filter((name) => name.startsWith(HOME)).map((name) => join(folder, name))
  const found: FoundBackup[] = []
  for (const home of homes) {
    for (const name of await namesIn(home, STAMP)) {
      const read = await readManifest(home, name)
      if (read !== undefined) found.push({ home, name, manifest: read })
    }
  }
  return found.sort((one, other) => other.manifest.madeAt - one.manifest.madeAt)
}

/** Whether the office with these keys has made this backup and nobody has changed what it says of itself. */
export function isGenuine({ manifest: { seal, ...words } }: FoundBackup, keys: StoreKeys): boolean {
  return timingSafeEqual(Buffer.from(seal, 'base64'), Buffer.from(sealOf(words, keys), 'base64'))
}

/**
 * Brings a backup's database to `path`, where nothing may be yet.
 *
 * @throws AppError `backup/damaged` when it is not the one that was backed up; `store/disk-full`
 */
export async function takeDatabase(
  backup: FoundBackup,
  path: string,
  { signal, onProgress }: { readonly signal: AbortSignal; readonly onProgress: (doneBytes: number) => void },
): Promise<void> {
  const { databaseSha256, databaseBytes } = backup.manifest
  const copied = await copyFile(join(backup.home, backup.name, DATABASE), path, signal, onProgress).catch(
    (cause: unknown) => {
      if (systemCode(cause) !== 'ENOENT') throw cause
      throw new AppError('backup/damaged', `${backup.name} has no database`, { cause })
    },
  )
  if (copied.sha256 !== databaseSha256 || copied.sizeBytes !== databaseBytes) {
    throw new AppError('backup/damaged', `the database of ${backup.name} is not the one backed up`)
  }
}

/** Where the contents of a backup lie, in the form of files.ts. */
export function contentsOf(backup: FoundBackup): string {
  return join(backup.home, FILES)
}

/** Copies what a folder of contents has and another lacks. Answers what the first one has. */
export async function copyContents(
  from: string,
  to: string,
  {
    signal,
    already,
    onProgress,
  }: {
    readonly signal: AbortSignal
    /** Bytes that were copied before and count as done. */
    readonly already: number
    readonly onProgress: CopyProgress
  },
): Promise<{ count: number; bytes: number }> {
  const missing: { readonly name: string; readonly bytes: number }[] = []
  let count = 0
  let bytes = 0
  for (const folder of await namesIn(from, FILE_FOLDER)) {
    const there = new Set(await namesIn(join(to, folder), FILE_NAME))
    for (const name of await namesIn(join(from, folder), FILE_NAME)) {
      const { size } = await stat(join(from, folder, name))
      count += 1
      bytes += size
      const kept = there.has(name) && (await stat(join(to, folder, name))).size === size
      if (!kept) missing.push({ name: join(folder, name), bytes: size })
    }
    requireGoing(signal)
  }
  const total = already + missing.reduce((sum, file) => sum + file.bytes, 0)
  await requireRoom(to, total - already)
  let done = already
  for (const { name, bytes: size } of missing) {
    const path = join(to, name)
    if ((await mkdir(dirname(path), { recursive: true })) !== undefined) await syncFolder(to)
    await copyFile(join(from, name), `${path}${HALF}`, signal, (copied) => {
      onProgress(done + copied, total)
    })
    await rename(`${path}${HALF}`, path)
    await syncFolder(dirname(path))
    done += size
    onProgress(done, total)
  }
  return { count, bytes }
}

/** key.json without the wrap of this PC's operating system. Replaced only where it would say something else. */
async function copyKeyFile(dir: string, home: string): Promise<void> {
  const ours = await readKeyFile(dir)
  if (ours === undefined) throw new AppError('store/file-missing', 'there is no key.json in this profile')
  const text = recoveryOnly(ours)
  const there = await readFile(join(home, KEY_FILE), 'utf8').catch(() => undefined)
  if (there !== text) await writeWhole(join(home, KEY_FILE), Buffer.from(text))
}

async function copyFile(
  from: string,
  to: string,
  signal: AbortSignal,
  onProgress: (doneBytes: number) => void,
): Promise<{ sha256: z.output<typeof sha256Hex>; sizeBytes: number }> {
  const source = await open(from, 'r')
  try {
    const copy = await open(to, 'w', 0o600)
    try {
      const hash = createHash('sha256')
      const chunk = Buffer.allocUnsafe(CHUNK_BYTES)
      let sizeBytes = 0
      for (;;) {
        requireGoing(signal)
        const { bytesRead } = await source.read(chunk, 0, chunk.length)
        if (bytesRead === 0) break
        const piece = chunk.subarray(0, bytesRead)
        hash.update(piece)
        await copy.writeFile(piece)
        sizeBytes += bytesRead
        onProgress(sizeBytes)
      }
      await copy.sync()
      return { sha256: sha256Hex.parse(hash.digest('hex')), sizeBytes }
    } finally {
      await copy.close()
    }
  } finally {
    await source.close()
  }
}

/** @throws AppError `backup/cancelled` */
function requireGoing(signal: AbortSignal): void {
  if (signal.aborted) throw new AppError('backup/cancelled', 'stopped by the clerk')
}

async function readManifest(home: string, name: string): Promise<BackupManifest | undefined> {
  try {
    return manifest.parse(JSON.parse(await readFile(join(home, name, MANIFEST), 'utf8')))
  } catch {
    // A folder that a copying tool left half, or that somebody else put there: it is no backup of ours.
    return undefined
  }
}

async function namesIn(folder: string, form: RegExp): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => form.test(name)).sort()
  } catch (cause) {
    if (systemCode(cause) === 'ENOENT' || systemCode(cause) === 'ENOTDIR') return []
    throw cause
  }
}

/** What an attempt before left unfinished. Its contents are in files/ and are not copied again. */
async function sweepHalf(home: string): Promise<void> {
  for (const name of await readdir(home)) {
    if (name.endsWith(HALF)) await rm(join(home, name), { recursive: true, force: true })
  }
}

async function prune(home: string, keep: number): Promise<void> {
  const names = await namesIn(home, STAMP)
  for (const name of names.slice(0, -keep)) await rm(join(home, name), { recursive: true, force: true })
}

async function requireFolder(folder: string): Promise<void> {
  const there = await stat(folder).catch(() => undefined)
  if (there?.isDirectory() !== true) throw new AppError('backup/folder-missing', 'no such folder now')
}

async function requireRoom(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder)
  if (bytes + ROOM_BYTES > bavail * bsize) {
    throw new AppError('backup/full', `${String(bytes)} bytes are to come`, { detail: String(bytes) })
  }
}

/**
 * Gives what the file system refuses our own name. Making a backup writes to its folder; restoring one reads
 * there and writes to this PC.
 */
export async function naming<T>(doing: 'making' | 'restoring', work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    if (cause instanceof AppError && !FULL.has(cause.code)) throw cause
    switch (cause instanceof AppError ? 'ENOSPC' : systemCode(cause)) {
      case 'ENOSPC':
      case 'EDQUOT':
        throw new AppError(doing === 'making' ? 'backup/full' : 'store/disk-full', 'no room left', { cause })
      case 'ENOENT':
      case 'ENODEV':
      case 'ENXIO':
      case 'ENOTDIR':
        throw new AppError('backup/folder-missing', 'the folder went away', { cause })
      case 'EACCES':
      case 'EPERM':
      case 'EROFS':
      case 'EIO':
      case 'EFBIG':
        throw new AppError(
          doing === 'making' ? 'backup/unwritable' : 'backup/damaged',
          systemCode(cause) ?? '',
          {
            cause,
          },
        )
      default:
        throw cause
    }
  }
}

function sealOf(words: z.output<typeof said>, keys: StoreKeys): string {
  // Parsed anew, so that the order of the names is always the same.
  return createHmac('sha256', keys.backup)
    .update(JSON.stringify(said.parse(words)))
    .digest('base64')
}

/** Tells one office's backups from another's, also where both have the same code. */
function officeMark(keys: StoreKeys): string {
  return createHmac('sha256', keys.backup).update('office').digest('hex').slice(0, 8)
}

function safeName(organId: string): string {
  return organId.replace(/[^\p{L}\p{N}.-]/gu, '_')
}

/** A moment as a folder's name on any file system. */
function stampOf(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replaceAll(':', '-')}Z`
}
