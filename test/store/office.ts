import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { outgoingFields, type OutgoingFields } from '../../src/shared/document/fields.ts'
import { numberRow } from '../../src/engine/store/columns.ts'
import { openDatabase } from '../../src/engine/store/database.ts'
import { createStore, type Store, type StoreOptions } from '../../src/engine/store/index.ts'
import { storeKeys } from '../../src/engine/store/keys.ts'

/** 2026-11-23 08:00 in Vietnam. */
export const MORNING = Date.UTC(2026, 10, 23, 1)

/** A new folder that goes away with the test. */
export function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'vanthu-store-'))
  onTestFinished(() => {
    rmSync(dir, { recursive: true, force: true })
  })
  return dir
}

/** A clock that stands still until it is told to go on. */
export function clock(at = MORNING): { now: () => number; advance: (ms: number) => void } {
  let time = at
  return {
    now: () => time,
    advance: (ms) => {
      time += ms
    },
  }
}

/** A new office in a folder of its own, closed when the test is over. */
export function office(options: Partial<StoreOptions> = {}): Store {
  const store = createStore({
    dir: folder(),
    masterKey: new Uint8Array(32).fill(7),
    now: () => MORNING,
    ...options,
  })
  onTestFinished(() => {
    store.close()
  })
  return store
}

/** What the clerk of xã Suối Ngọc typed. */
export function typed(fields: Partial<OutgoingFields> = {}): OutgoingFields {
  return outgoingFields.parse({
    codeNotation: 'UBND-VP',
    place: 'Suối Ngọc',
    subject: 'V/v rà soát hồ sơ đất đai thôn Thượng',
    signer: { competence: 'TM. ỦY BAN NHÂN DÂN', position: 'CHỦ TỊCH', fullName: 'Lê Thị Ánh' },
    recipients: ['H99.07'],
    ...fields,
  })
}

/** A page with rows of that table; 1 is the first. */
export function pageOf(path: string, masterKey: Uint8Array, name: string): number {
  const db = openDatabase({ path, key: storeKeys(masterKey).database })
  const sql =
    "SELECT pageno AS value FROM dbstat WHERE name = @name AND pagetype = 'leaf' ORDER BY pageno DESC"
  const page = db.query('test.page', `${sql} LIMIT 1`, numberRow).get({ name })?.value
  db.close()
  if (page === undefined) throw new Error(`${name} has no page`)
  return page
}
