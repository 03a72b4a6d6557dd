import { join } from 'node:path'
import SqliteDatabase from 'better-sqlite3'
import { AppError } from '../../shared/errors.ts'
import { sqliteCode } from './database.ts'

/** Held while a profile is open. */
export interface ProfileLock {
  release(): void
}

/**
 * Takes the profile for this process. The lock is the operating system's own, on a tiny plain SQLite
 * file that never holds a row, so it dies with the process: after a crash nobody has to clean up.
 *
 * @throws AppError `store/in-use` when another engine has the profile open
 */
export function lockProfile(dir: string, nativeBinding?: string): ProfileLock {
  const file = new SqliteDatabase(join(dir, 'lock'), {
    timeout: 0,
    ...(nativeBinding === undefined ? {} : { nativeBinding }),
  })
  try {
    file.pragma('journal_mode = MEMORY')
    file.exec('BEGIN EXCLUSIVE')
  } catch (cause) {
    file.close()
    if (sqliteCode(cause)?.startsWith('SQLITE_BUSY') === true) {
      throw new AppError('store/in-use', 'another process has this profile open', { cause })
    }
    throw cause
  }
  return {
    release() {
      if (file.open) file.close()
    },
  }
}
