import { readdirSync, rmSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../shared/errors.ts'
import { fullOr, type Durability } from './durable.ts'
import { encryptedWriter, openEncrypted, readUnsealed, type KeptFile } from './encrypted-file.ts'

/** A content that arrives in several attempts, and is kept under its hash when it is whole. */
export interface PartialFile {
  /** How much of it is here, in bytes. */
  readonly sizeBytes: number
  /**
   * Keeps what comes, behind what is here. What came before a failure of `chunks` is on the disk when that
   * failure comes out; a process that is killed loses the last 64 KiB at most, a power cut perhaps all of it.
   *
   * @throws AppError `store/disk-full`; whatever `chunks` throws
   */
  append(chunks: AsyncIterable<Uint8Array>): Promise<void>
  /**
   * Makes it an ordinary kept file, unless `check` throws: then nothing is kept. Its name is on the disk soon.
   *
   * @throws AppError `store/disk-full`, `store/file-damaged`; whatever `check` throws
   */
  finish(check: (whole: KeptFile) => void): Promise<KeptFile>
  /** Forgets what came so far. */
  discard(): Promise<void>
}

/** What keeping pieces needs of the file store. */
export interface PartialFileParts {
  /** Where pieces lie; the folder is there. */
  readonly dir: string
  readonly fileKey: Uint8Array
  /** What names on disk show instead of a name. */
  readonly disguise: (name: string) => string
  readonly put: (
    chunks: AsyncIterable<Uint8Array>,
    check: (whole: KeptFile) => void,
    durability: Durability,
  ) => Promise<KeptFile>
  /** Takes over a sealed file as it lies, without copying it. */
  readonly adopt: (path: string, kept: KeptFile, durability: Durability) => Promise<void>
}

/** What one attempt left: a file of the usual form, whose seal is missing if the process was killed. */
interface Piece {
  readonly path: string
  readonly sizeBytes: number
  readonly sealed: KeptFile | undefined
  stream(): AsyncIterable<Uint8Array>
}

/**
 * Contents that are not whole yet. Each attempt writes an encrypted file of its own, under a salt of its
 * own: going on in a file that was begun would use a nonce twice. Names are the caller's, such as a packet's id.
 */
export function partialFiles({ dir, fileKey, disguise, put, adopt }: PartialFileParts) {
  function namesOf(name: string): string[] {
    const own = disguise(name)
    return readdirSync(dir)
      .filter((file) => file.startsWith(`${own}.`))
      .sort()
  }

  /** What is here of a content; nothing, where nobody has begun it. */
  async function open(name: string): Promise<PartialFile> {
    let pieces: Piece[] = []
    for (const file of namesOf(name)) pieces.push(...(await pieceAt(join(dir, file))))
    let next = pieces.length === 0 ? 0 : numberOf(pieces.at(-1)?.path ?? '') + 1
    pieces = await withoutEmpty(pieces)

    return {
      get sizeBytes() {
        return pieces.reduce((sum, piece) => sum + piece.sizeBytes, 0)
      },
      async append(chunks) {
        const path = join(dir, `${disguise(name)}.${String(next).padStart(6, '0')}`)
        next += 1
        try {
          const sealed = await writePiece(path, chunks)
          const { sizeBytes } = sealed
          pieces = await withoutEmpty([...pieces, { path, sizeBytes, sealed, stream: () => streamOf(path) }])
        } catch (cause) {
          pieces = await withoutEmpty([...pieces, ...(await pieceAt(path))])
          throw cause
        }
      },
      async finish(check) {
        const [only, ...others] = pieces
        if (only?.sealed !== undefined && others.length === 0) {
          check(only.sealed)
          await adopt(only.path, only.sealed, 'soon')
          pieces = []
          return only.sealed
        }
        const kept = await put(joined(pieces), check, 'soon')
        await remove(pieces)
        pieces = []
        return kept
      },
      async discard() {
        await remove(pieces)
        pieces = []
      },
    }
  }

  async function writePiece(path: string, chunks: AsyncIterable<Uint8Array>): Promise<KeptFile> {
    const writer = await encryptedWriter(path, fileKey, 1)
    try {
      try {
        for await (const chunk of chunks) await writer.append(chunk)
      } catch (cause) {
        await writer.seal()
        throw cause
      }
      return await writer.seal()
    } catch (cause) {
      throw fullOr(cause)
    } finally {
      await writer.close()
    }
  }

  /** One piece, or none where not even its file could be made. */
  async function pieceAt(path: string): Promise<Piece[]> {
    try {
      const file = await openEncrypted(path, fileKey)
      await file.close()
      const sealed = { sha256: file.sha256, sizeBytes: file.size }
      return [{ path, sizeBytes: file.size, sealed, stream: () => streamOf(path) }]
    } catch (cause) {
      if (!(cause instanceof AppError)) throw cause
      if (cause.code === 'store/file-missing') return []
      return [{ path, sealed: undefined, ...(await readUnsealed(path, fileKey)) }]
    }
  }

  async function* streamOf(path: string): AsyncGenerator<Uint8Array> {
    const file = await openEncrypted(path, fileKey)
    try {
      yield* file.stream()
    } finally {
      await file.close()
    }
  }

  async function withoutEmpty(pieces: readonly Piece[]): Promise<Piece[]> {
    await remove(pieces.filter(({ sizeBytes }) => sizeBytes === 0))
    return pieces.filter(({ sizeBytes }) => sizeBytes > 0)
  }

  async function remove(pieces: readonly Piece[]): Promise<void> {
    for (const { path } of pieces) await rm(path, { force: true })
  }

  /** Removes every piece of contents that nobody waits for. Only while nobody else has the profile open. */
  function sweep(wanted: readonly string[]): void {
    const known = new Set(wanted.map(disguise))
    for (const file of readdirSync(dir)) {
      if (!known.has(file.replace(/\.\d+$/, ''))) rmSync(join(dir, file), { force: true })
    }
  }

  return { open, sweep }
}

async function* joined(pieces: readonly Piece[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) yield* piece.stream()
}

function numberOf(path: string): number {
  return Number(/\.(\d+)$/.exec(path)?.[1])
}
