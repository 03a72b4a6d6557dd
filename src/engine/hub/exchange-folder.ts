/**
 * The exchange folder on a stick or a share: names, whole writes, careful reads. What stands there may come from
 * anybody, so nothing but plain files is opened, no link followed, and nothing changed but what is ours to change.
 */
import { constants } from 'node:fs'
import { lstat, mkdir, open, opendir, rename, rm, type FileHandle } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { oneChunk } from '../../shared/bytes.ts'
import { AppError, type ErrorCode } from '../../shared/errors.ts'
import { systemCode } from '../../shared/system-code.ts'

/** Ours inside the folder that was chosen: its being there shows that the stick is in, and that it is meant. */
const OURS = 'VanThu'
/** Where offices leave what they state about their keys, below {@link OURS}. */
const CARDS = 'co-quan'
const PACKAGE_ENDING = '.vtgoi'
const CARD_ENDING = '.vtkhoa'
const HALF_ENDING = '.dang-ghi'

/** Whoever puts more into it does so to harm. */
const MOST_FILES = 10_000
/** Over the largest packet that is received, with its padding. */
const LARGEST_PACKAGE_BYTES = 180_000_000
const LARGEST_CARD_BYTES = 65_536
const PIECE_BYTES = 262_144

/** A plain file that was found. */
export interface FoundFile {
  readonly name: string
  readonly path: string
  readonly sizeBytes: number
  /** Another one when the file is another or was changed. */
  readonly mark: string
}

/** A package on its way into the folder: whole and on the disk, under a name that nobody reads. */
export interface HalfPackage {
  /** Gives it its name. */
  publish(): Promise<void>
  /** Takes it back, where it has no name yet. Never throws. */
  discard(): Promise<void>
}

/**
 * @param chosen an absolute path: the stick, or a folder on a share
 * @throws {AppError} `hub/not-configured`; its methods `hub/folder-*`
 */
export function exchangeFolder(chosen: string) {
  if (!isAbsolute(chosen)) throw new AppError('hub/not-configured', 'the exchange folder is no absolute path')
  const ours = join(chosen, OURS)
  const cards = join(ours, CARDS)
  const pathOf = (name: string) => join(ours, name)

  /** Whether the stick is in. Never makes anything: an empty mount point must not pass for it. */
  async function requireThere(): Promise<void> {
    for (const path of [ours, cards]) {
      const found = await told(lstat(path))
      if (!found.isDirectory()) throw new AppError('hub/folder-missing', `${path} is no folder`)
    }
  }

  /** Makes what belongs into the chosen folder, which must be there. */
  async function prepare(): Promise<void> {
    await told(lstat(chosen))
    for (const path of [ours, cards]) {
      await told(mkdir(path).catch((cause: unknown) => ignore(cause, 'EEXIST')))
    }
    await requireThere()
  }

  /** Writes beside; see {@link HalfPackage}. */
  async function write(name: string, chunks: AsyncIterable<Uint8Array>): Promise<HalfPackage> {
    return writeBeside(pathOf(name), chunks)
  }

  return {
    requireThere,
    prepare,
    write,
    packages: () => filesIn(ours, PACKAGE_ENDING, LARGEST_PACKAGE_BYTES),
    cards: () => filesIn(cards, CARD_ENDING, LARGEST_CARD_BYTES),
    /** The bytes of a file that was found. */
    read: readPlain,

    /** Leaves a card under the name of its agency. */
    async writeCard(organId: string, statement: Uint8Array): Promise<void> {
      const half = await writeBeside(join(cards, `${organId}${CARD_ENDING}`), oneChunk(statement))
      await half.publish()
    },

    /** Size of a package by name; undefined where there is none. */
    async sizeOf(name: string): Promise<number | undefined> {
      const found = await told(lstat(pathOf(name)).catch((cause: unknown) => ignore(cause, 'ENOENT')))
      return found?.isFile() === true ? found.size : undefined
    },

    async remove({ path }: Pick<FoundFile, 'path'>): Promise<void> {
      await told(rm(path, { force: true }))
      await syncNames(ours)
    },

    /** Proves that something can be written, read back and taken away. */
    async tryOut(bytes: Uint8Array): Promise<void> {
      const path = pathOf(`thu-ghi${HALF_ENDING}`)
      const half = await writeBeside(path, oneChunk(bytes))
      await half.publish()
      const [found] = await filesIn(ours, `thu-ghi${HALF_ENDING}`, bytes.length)
      const read: Uint8Array[] = []
      if (found !== undefined) for await (const piece of readPlain(found)) read.push(piece)
      await told(rm(path, { force: true }))
      if (!Buffer.concat(read).equals(bytes))
        throw new AppError('hub/folder-failed', 'it gives back other bytes')
    },
  }
}

/** A package's name. It tells the carrier for whom it is, which he must know, and nothing else. */
export function packageName(to: string, packageId: string): string {
  return `Gui-${to}-${packageId.slice(0, 32)}${PACKAGE_ENDING}`
}

async function filesIn(dir: string, ending: string, largest: number): Promise<FoundFile[]> {
  const found: FoundFile[] = []
  let seen = 0
  const entries = await told(opendir(dir))
  for await (const { name } of toldEach(entries)) {
    if (++seen > MOST_FILES) break
    if (!name.endsWith(ending)) continue
    const path = join(dir, name)
    const status = await told(lstat(path).catch((cause: unknown) => ignore(cause, 'ENOENT')))
    if (status?.isFile() !== true || status.size > largest) continue
    const mark = [status.size, status.mtimeMs, status.ino].join(' ')
    found.push({ name, path, sizeBytes: status.size, mark })
  }
  return found.sort((one, other) => (one.name < other.name ? -1 : 1))
}

/** Opened so that neither a link nor a pipe, put there a moment ago, leads anywhere. */
async function* readPlain({ path, sizeBytes }: FoundFile): AsyncGenerator<Uint8Array> {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants
  // Windows knows neither flag.
  const flags = process.platform === 'win32' ? O_RDONLY : O_RDONLY | O_NOFOLLOW | O_NONBLOCK
  const file = await told(open(path, flags))
  try {
    for (let left = sizeBytes; left > 0;) {
      const { bytesRead, buffer } = await told(file.read(Buffer.alloc(Math.min(left, PIECE_BYTES))))
      if (bytesRead === 0) return
      left -= bytesRead
      yield buffer.subarray(0, bytesRead)
    }
  } finally {
    await file.close()
  }
}

async function writeBeside(path: string, chunks: AsyncIterable<Uint8Array>): Promise<HalfPackage> {
  const half = `${path}${HALF_ENDING}`
  const discard = async (): Promise<void> => {
    await rm(half, { force: true }).catch(() => undefined)
  }
  // What an attempt before left; a link that somebody put there goes, and not what it leads to.
  await told(rm(half, { force: true }))
  const file = await told(open(half, 'wx', 0o666))
  try {
    for await (const piece of chunks) await told(file.writeFile(piece))
    await told(file.sync())
  } catch (cause) {
    await closed(file)
    await discard()
    throw cause
  }
  await told(file.close())
  return {
    async publish() {
      await told(rename(half, path))
      await syncNames(join(path, '..'))
    },
    discard,
  }
}

/** The failure of what was written stands; the handle of a stick that is gone can only be let go. */
async function closed(file: FileHandle): Promise<void> {
  await file.close().catch(() => undefined)
}

/** Makes names survive a power cut, where the file system knows how: sticks and shares often do not. */
async function syncNames(dir: string): Promise<void> {
  if (process.platform === 'win32') return
  try {
    const folder = await open(dir, 'r')
    try {
      await folder.sync()
    } finally {
      await folder.close()
    }
  } catch (cause) {
    if (!['EINVAL', 'ENOTSUP', 'EPERM', 'EACCES'].includes(systemCode(cause) ?? ''))
      throw folderFailure(cause)
  }
}

const CODES: Readonly<Record<string, ErrorCode>> = {
  ENOENT: 'hub/folder-missing',
  ENOTDIR: 'hub/folder-missing',
  ENODEV: 'hub/folder-missing',
  ENXIO: 'hub/folder-missing',
  EHOSTDOWN: 'hub/folder-missing',
  EACCES: 'hub/folder-locked',
  EPERM: 'hub/folder-locked',
  EROFS: 'hub/folder-locked',
  ENOSPC: 'hub/folder-full',
  EDQUOT: 'hub/folder-full',
}

function folderFailure(cause: unknown): unknown {
  const code = systemCode(cause)
  if (code === undefined) return cause
  return new AppError(CODES[code] ?? 'hub/folder-failed', `the exchange folder: ${code}`, {
    cause,
    detail: code,
  })
}

/** What the system says of the folder, as a code of ours. */
async function told<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (cause) {
    throw folderFailure(cause)
  }
}
async function* toldEach<T>(items: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* items
  } catch (cause) {
    throw folderFailure(cause)
  }
}

function ignore(cause: unknown, code: string): undefined {
  if (systemCode(cause) !== code) throw cause
}
