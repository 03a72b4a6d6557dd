import { existsSync } from 'node:fs'
import { open } from 'node:fs/promises'
import SqliteDatabase from 'better-sqlite3'
import { z } from 'zod'
import { AppError } from '../../shared/errors.ts'
import { systemCode } from '../../shared/system-code.ts'
import type { Durability } from './durable.ts'

/** What a statement may be given, by name: `@name` in the SQL. */
export type Parameters = Readonly<Record<string, string | number | Uint8Array | null>>

/** A prepared question. Every row is parsed before anybody sees it. */
export interface Query<Row> {
  get(parameters?: Parameters): Row | undefined
  all(parameters?: Parameters): Row[]
}

/** A prepared change; answers how many rows it changed. */
export interface Command {
  run(parameters?: Parameters): number
}

/**
 * The open encrypted file. Statements are prepared once and carry a name, which is what the log says
 * when one is slow: the SQL itself stays out of it.
 */
export interface Database {
  query<Row>(name: string, sql: string, row: z.ZodType<Row>): Query<Row>
  command(name: string, sql: string): Command
  /**
   * Runs `work` in one transaction (BEGIN IMMEDIATE); inside another it becomes part of that one, and a
   * throw undoes its own part. `work` is synchronous: the network and the token are never inside.
   *
   * @param durability default `now`; of an inner transaction it does not count
   */
  atomically<T>(work: () => T, durability?: Durability): T
  /**
   * Brings to the disk what was done `soon`, without keeping the caller's thread waiting.
   *
   * @throws what the system says; after that nothing is believed to be on the disk any more until the next opening
   */
  readonly flush: () => Promise<void>
  /** How often what was done `soon` could not be committed in the end and is undone: a full disk. */
  readonly lost: () => number
  /**
   * Has every change followed by somebody who keeps something beside it: `beforeCommit` runs at the end of each
   * transaction, a lone command being one, and is part of it; `afterRollback` when one was undone.
   */
  follow(follower: Follower): void
  /** Several statements, or one that cannot be prepared. For migrations. */
  exec(sql: string): void
  /** The single value of a pragma. */
  pragma(text: string): unknown
  /**
   * What SQLite finds wrong with its own file; empty when it is well.
   *
   * @param except tables whose names begin so are passed over
   */
  findDamage(except?: string): string[]
  /**
   * Folds the write-ahead log into the file and lets nothing more be folded in until `work` has ended: meanwhile
   * the file at `path` does not change and is whole by itself, and writes go on to the log. One at a time.
   */
  whileStill<T>(work: (path: string) => Promise<T>): Promise<T>
  /** Folds the write-ahead log into the file and closes it. */
  close(): void
}

/** See {@link Database.follow}. */
interface Follower {
  readonly beforeCommit: () => void
  readonly afterRollback: () => void
}

/** How to open a file; see {@link openDatabase}. */
export interface DatabaseOptions {
  readonly path: string
  /** 32 bytes, from keys.ts. */
  readonly key: Uint8Array
  /** The compiled better-sqlite3 where its own prebuild cannot run (Node-API below 10). */
  readonly nativeBinding?: string | undefined
  /** Called with a statement's name when it took longer than {@link SLOW_MS}. */
  readonly onSlow?: ((statement: string, ms: number) => void) | undefined
  /** Only to look: nothing of the file or its log is changed. */
  readonly readonly?: boolean | undefined
  /** Make the file when there is none; else a missing file is `store/file-missing`. */
  readonly create?: boolean | undefined
}

/** A statement that takes longer is worth a line in the log. */
const SLOW_MS = 10
const BUSY_MS = 5_000
/** So long a transaction of what is done `soon` stays open for more. */
const TOGETHER_MS = 50
const WAL_LIMIT_BYTES = 8 * 1024 * 1024

/**
 * Opens the encrypted file (SQLCipher 4 scheme: AES-256-CBC, HMAC-SHA-512 per page) and sets what the
 * rest relies on. The write-ahead log is encrypted like the file; temporary results stay in memory,
 * because SQLite would write them to disk in the clear.
 *
 * @throws AppError `store/wrong-key`, `store/file-missing`, `store/damaged`, `store/disk-full`
 */
export function openDatabase(options: DatabaseOptions): Database {
  if (options.create !== true && !existsSync(options.path)) {
    throw new AppError('store/file-missing', 'there is no store.db in this profile')
  }
  const sqlite = new SqliteDatabase(options.path, {
    timeout: BUSY_MS,
    readonly: options.readonly === true,
    ...(options.nativeBinding === undefined ? {} : { nativeBinding: options.nativeBinding }),
  })
  try {
    unlock(sqlite, options.key)
    guarded(() => {
      sqlite.pragma('journal_mode = WAL')
      sqlite.pragma('synchronous = FULL')
      sqlite.pragma('foreign_keys = ON')
      sqlite.pragma('recursive_triggers = ON') // else INSERT OR REPLACE would slip past the history's triggers
      sqlite.pragma('trusted_schema = OFF')
      sqlite.pragma('cell_size_check = ON')
      sqlite.pragma('temp_store = MEMORY')
      sqlite.pragma(`journal_size_limit = ${String(WAL_LIMIT_BYTES)}`)
    })
  } catch (cause) {
    sqlite.close()
    throw cause
  }
  return wrap(sqlite, options)
}

/** Gives the key and reads the first page: a wrong key shows there and nowhere else. */
function unlock(sqlite: SqliteDatabase.Database, key: Uint8Array): void {
  if (key.byteLength !== 32) throw new RangeError('the database key has 32 bytes')
  sqlite.pragma("cipher = 'sqlcipher'")
  sqlite.pragma('legacy = 4')
  sqlite.pragma(`key = "x'${Buffer.from(key).toString('hex')}'"`)
  try {
    sqlite.prepare('SELECT count(*) FROM sqlite_schema').get()
  } catch (cause) {
    if (sqliteCode(cause) === 'SQLITE_NOTADB') {
      throw new AppError('store/wrong-key', 'store.db does not open with this key', { cause })
    }
    throw translated(cause)
  }
}

function wrap(
  sqlite: SqliteDatabase.Database,
  { path, onSlow = () => undefined }: Pick<DatabaseOptions, 'path' | 'onSlow'>,
): Database {
  let still = false
  let follower: Follower | undefined
  let flushFailure: { readonly cause: unknown } | undefined
  /** The open transaction of what is done `soon`: its timer, which ends it. */
  let together: NodeJS.Timeout | undefined
  let depth = 0
  let lost = 0

  /** Begins the transaction in which all that is done `soon` comes together, unless it is open. */
  function beginTogether(): void {
    if (together !== undefined) return
    sqlite.pragma('synchronous = NORMAL') // No crash of the program loses what is committed, only a power cut.
    try {
      sqlite.exec('BEGIN IMMEDIATE')
    } catch (cause) {
      sqlite.pragma('synchronous = FULL')
      throw cause
    }
    together = setTimeout(() => {
      try {
        endTogether()
      } catch {
        // Whoever waits for it to be on the disk hears of it, and `lost` tells everybody else.
      }
    }, TOGETHER_MS)
  }

  function endTogether(): void {
    if (together === undefined) return
    clearTimeout(together)
    together = undefined
    try {
      if (!sqlite.inTransaction)
        throw new AppError('store/disk-full', 'SQLite undid the transaction by itself')
      sqlite.exec('COMMIT')
    } catch (cause) {
      lost += 1
      if (sqlite.inTransaction) sqlite.exec('ROLLBACK')
      follower?.afterRollback()
      throw translated(cause)
    } finally {
      sqlite.pragma('synchronous = FULL')
    }
  }

  /** One part of the open transaction, which takes nothing with it when it fails. */
  function partOf<T>(work: () => T): T {
    beginTogether()
    try {
      return followed(work)
    } finally {
      // A full disk may undo all of it; nothing may follow as if it were still there.
      if (!sqlite.inTransaction) endTogether()
    }
  }

  function timed<T>(name: string, work: () => T): T {
    const start = performance.now()
    const value = guarded(work)
    const ms = performance.now() - start
    if (ms > SLOW_MS) onSlow(name, ms)
    return value
  }

  function transaction<T>(work: () => T): T {
    return sqlite.inTransaction ? sqlite.transaction(work)() : followed(work)
  }

  /** Work with what follows from it for whoever keeps something beside it, in one part or transaction. */
  function followed<T>(work: () => T): T {
    try {
      const all = () => {
        const value = work()
        follower?.beforeCommit()
        return value
      }
      return sqlite.transaction(all).immediate()
    } catch (cause) {
      follower?.afterRollback()
      throw cause
    }
  }

  function check(pragma: string): string[] {
    const rows = z.array(z.object({ quick_check: z.string() })).parse(sqlite.pragma(pragma))
    return rows.map((row) => row.quick_check).filter((line) => line !== 'ok')
  }

  return {
    query(name, sql, row) {
      const statement = guarded(() => sqlite.prepare(sql))
      const parse = (raw: unknown) => {
        const parsed = row.safeParse(raw)
        if (parsed.success) return parsed.data
        throw new AppError('store/damaged', `a row of ${name} has the wrong shape`, { cause: parsed.error })
      }
      return {
        get(parameters = {}) {
          const raw = timed(name, () => statement.get(parameters))
          return raw === undefined ? undefined : parse(raw)
        },
        all(parameters = {}) {
          return timed(name, () => statement.all(parameters)).map(parse)
        },
      }
    },
    command(name, sql) {
      const statement = guarded(() => sqlite.prepare(sql))
      const run = (parameters: Parameters) => timed(name, () => statement.run(parameters)).changes
      return {
        run(parameters = {}) {
          if (depth === 0) endTogether()
          return follower === undefined || sqlite.inTransaction
            ? run(parameters)
            : guarded(() => transaction(() => run(parameters)))
        },
      }
    },
    atomically(work, durability = 'now') {
      if (depth === 0 && durability === 'now') endTogether()
      depth += 1
      try {
        return guarded(() => (depth === 1 && durability === 'soon' ? partOf(work) : transaction(work)))
      } finally {
        depth -= 1
      }
    },
    follow(next) {
      follower = next
    },
    async flush() {
      // The system forgets what it could not write, and says so once: a second try would seem to succeed.
      if (flushFailure !== undefined) throw flushFailure.cause
      endTogether()
      try {
        await flushFile(`${path}-wal`)
      } catch (cause) {
        flushFailure = { cause }
        throw cause
      }
    },
    lost: () => lost,
    exec(sql) {
      endTogether()
      guarded(() => sqlite.exec(sql))
    },
    pragma(text) {
      return guarded(() => sqlite.pragma(text, { simple: true }))
    },
    findDamage(except) {
      try {
        if (except === undefined) return check('quick_check')
        const tables = z
          .array(z.object({ name: z.string() }))
          .parse(sqlite.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all())
        return tables
          .filter(({ name }) => !name.startsWith(except))
          .flatMap(({ name }) => check(`quick_check('${name}')`))
      } catch (cause) {
        return [cause instanceof Error ? cause.message : 'quick_check failed']
      }
    },
    async whileStill(work) {
      if (still) throw new Error('the file is kept still already')
      endTogether()
      still = true
      const usual = Number(sqlite.pragma('wal_autocheckpoint', { simple: true }))
      try {
        guarded(() => {
          sqlite.pragma('wal_autocheckpoint = 0')
          const busy = z.array(z.object({ busy: z.int() })).parse(sqlite.pragma('wal_checkpoint(TRUNCATE)'))
          if (busy[0]?.busy !== 0) throw new Error('the log could not be folded into the file')
        })
        return await work(path)
      } finally {
        still = false
        if (sqlite.open) sqlite.pragma(`wal_autocheckpoint = ${String(usual)}`)
      }
    },
    close() {
      if (!sqlite.open) return
      try {
        endTogether()
        sqlite.pragma('wal_checkpoint(TRUNCATE)')
      } catch {
        // Nothing is lost: what stays in the log is read from there at the next opening.
      }
      sqlite.close()
    },
  }
}

/** Flushes a file's bytes, whoever wrote them; one that is not there has none. Windows wants it writable. */
async function flushFile(path: string): Promise<void> {
  try {
    const file = await open(path, 'r+')
    try {
      await file.datasync()
    } finally {
      await file.close()
    }
  } catch (cause) {
    if (systemCode(cause) !== 'ENOENT') throw cause
  }
}

/** Runs `work` and gives what SQLite throws our own name where we have one for it. */
function guarded<T>(work: () => T): T {
  try {
    return work()
  } catch (caught) {
    throw translated(caught)
  }
}

function translated(caught: unknown): unknown {
  const code = sqliteCode(caught) ?? ''
  if (code === 'SQLITE_FULL')
    return new AppError('store/disk-full', 'SQLite: no room left', { cause: caught })
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB') {
    return new AppError('store/damaged', `SQLite: ${code}`, { cause: caught })
  }
  return caught
}

/** SQLite's own name of a failure, `SQLITE_BUSY` and the like. */
export function sqliteCode(caught: unknown): string | undefined {
  return caught instanceof SqliteDatabase.SqliteError ? caught.code : undefined
}
