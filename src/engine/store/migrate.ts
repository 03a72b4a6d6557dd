import { renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { AppError } from '../../shared/errors.ts'
import { numberRow } from './columns.ts'
import type { Database } from './database.ts'
import { syncNow } from './durable.ts'

/** One numbered step. `version` 1 makes an empty file into the first office. */
export interface Migration {
  readonly version: number
  /** Such as `0001-office.sql`. */
  readonly name: string
  readonly sql: string
}

/**
 * The steps in order, from file paths and their text.
 *
 * @throws Error for a name without number, and for a gap or a number given twice
 */
export function migrationsFrom(files: Readonly<Record<string, string>>): Migration[] {
  const steps = Object.entries(files).map(([path, sql]) => {
    const name = path.slice(path.lastIndexOf('/') + 1)
    const number = /^(\d{4})-[a-z0-9-]+\.sql$/.exec(name)?.[1]
    if (number === undefined) throw new Error(`migration ${name} is not named 0000-what.sql`)
    return { version: Number(number), name, sql }
  })
  steps.sort((one, other) => one.version - other.version)
  steps.forEach((step, index) => {
    if (step.version !== index + 1) throw new Error(`migration ${step.name} is out of order`)
  })
  return steps
}

/**
 * Brings the file up to date, one transaction per step, so a power cut leaves a whole version. A file
 * that holds something is first copied to `<path>.before-NNNN` (NNNN: the first step to come), encrypted
 * with the same key.
 *
 * @throws AppError `store/newer-than-app`; the file is left as it is
 */
export function migrate(db: Database, path: string, steps: readonly Migration[]): void {
  const at = Number(db.pragma('user_version'))
  if (at > steps.length) {
    throw new AppError('store/newer-than-app', `file is v${String(at)}, app knows v${String(steps.length)}`)
  }
  const missing = steps.slice(at)
  const [first] = missing
  if (first === undefined) return
  if (at > 0) setAside(db, `${path}.before-${String(first.version).padStart(4, '0')}`)
  // A step may rebuild a table others refer to; SQLite wants the check off and made once, at the end.
  db.pragma('foreign_keys = OFF')
  try {
    for (const { version, name, sql } of missing) {
      db.atomically(() => {
        db.exec(sql)
        const broken = db.query(
          'migrate.broken',
          'SELECT count(*) AS value FROM pragma_foreign_key_check',
          numberRow,
        )
        if (broken.get()?.value !== 0) throw new Error(`migration ${name} leaves rows that refer to nothing`)
        db.pragma(`user_version = ${String(version)}`)
      })
    }
  } finally {
    db.pragma('foreign_keys = ON')
  }
}

/** A whole copy under its final name, or none: it is written beside and renamed. */
function setAside(db: Database, copy: string): void {
  const half = `${copy}.part`
  rmSync(half, { force: true })
  db.command('migrate.copy', 'VACUUM INTO @half').run({ half })
  syncNow(half, 'file')
  renameSync(half, copy)
  syncNow(dirname(copy), 'folder')
}
