import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { INCOMING } from '../../src/shared/document/incoming.ts'
import { historyEntry } from '../../src/shared/document/history.ts'
import { JOB } from '../../src/shared/document/job.ts'
import { fileRole } from '../../src/shared/document/fields.ts'
import { noteKind } from '../../src/shared/document/note.ts'
import { OUTGOING } from '../../src/shared/document/outgoing.ts'
import { RECIPIENT } from '../../src/shared/document/recipient.ts'
import { ASKED, recallRoute, receivedKind, REQUEST, requestKind } from '../../src/shared/document/request.ts'
import { openDatabase } from '../../src/engine/store/database.ts'
import { migrate, migrationsFrom } from '../../src/engine/store/migrate.ts'
import { MIGRATIONS } from '../../src/engine/store/migrations.ts'
import { PACKET, packetOutcome } from '../../src/engine/store/packets.ts'
import { folder } from './office.ts'

const key = new Uint8Array(32).fill(7)

/** What shipped stays as it shipped: offices have run it. Add a line per new migration, change none. */
const SHIPPED = {
  '0001-office.sql': '0472f25a5f451023ae8655c7ed12b6276883182657f0317c91a2cbb4a9dd9633',
  '0002-pictures.sql': '2abb65c8d1ea2c580bbd84d70cc3c90dace9a8727cb11be33049f6f52de8ca76',
  '0003-numbering.sql': '808fb7261307e3c0d87857d1428924ed827af3f63d40fc74843c9c5e8efe62a6',
  '0004-authorities.sql': '850f361888fcaf033d13eaa75cb87e85f7a6799384560fdb3d873a29fd639ba6',
  '0005-signatures.sql': 'bff46a0c7a0631a8919b70f61578a536907229effc4c147c782fdaa286726a45',
  '0006-transfers.sql': 'c7f790ea4ee0008fb342ac4516ec39792bb4df62a197178e35aa444c9bd740a1',
  '0007-requests.sql': '6efd1bf8c0cd471c396c417d588a085d17ad41c0bb375106566cb3c623814011',
  '0008-queue.sql': 'a9fb73f4fcbb071336f06b1459aa3cec6744c77f9e15584aa41f7c7e7760c1de',
  '0009-directory.sql': 'a874b90ceecfaa0b1c644a3356eeacd0f30c493b57dcd6175a65eda9fdc54b8c',
  '0010-replacements.sql': '5ade0b0302b19349bd946ad010d588a21dfdd4463c3de246160ee8be90e1b2ca',
  '0011-people.sql': 'b7578fe51439ca6760a94d38ee286769a497690778e1b0c2aa077e0dc4a80006',
  '0012-search.sql': '1f6479d072bb9eca0803cbe2e8ae45ca544d23f6e8996317bcf4c63af90d088d',
  '0013-encryption.sql': '9c2c345d8251603844869c40dae8541a61bcb383b01b50d0e445e24fbdfb8dae',
  '0014-compositions.sql': '3adcf0e2122fdb3e0bb5ebd253b9f8c8a29eaea7af26291692c2fd5785b77305',
  '0015-queue-order.sql': 'b9544482ff8a1db418dba0bd4c64e74afd2899deae02ea5a239c67486bffbaba',
  '0016-registers.sql': '8f874a8989fd121c87f7cee941da463fb413d31d5241a7e204716f9b09ea9a90',
  '0017-updates.sql': '95e93b7e15b6eb0d87352019b5f95bd17b87a55fc12972edaa83f190265dfdbd',
  '0018-package-key.sql': '68fda7502850fc1f41d95427bf1f5517cdc51575d1f57a4512da559d9a2dd629',
  '0019-assignee.sql': '822f2e10bbd3d77af1774e7cad7b6abb7ab3a5092fb8b014792ecd76dfbe7c00',
  '0020-recipients.sql': '99b36ea2431369ec19d2b0bdcda88eafef344806fef8d853639df19fe8a3dbdc',
}

function file() {
  const path = join(folder(), 'store.db')
  return { path, open: () => openDatabase({ path, key, create: true }) }
}

const FIRST = {
  version: 1,
  name: '0001-first.sql',
  sql: "CREATE TABLE book (title TEXT) STRICT; INSERT INTO book VALUES ('Sổ đi')",
}
const titles = z.object({ title: z.string() })

describe('bringing a file up to date', () => {
  test('each step runs once, in order, and the version follows', () => {
    const { path, open } = file()
    const db = open()
    const second = { version: 2, name: '0002-year.sql', sql: 'ALTER TABLE book ADD COLUMN year INTEGER' }
    migrate(db, path, [FIRST])
    migrate(db, path, [FIRST, second])
    migrate(db, path, [FIRST, second])
    expect(db.pragma('user_version')).toBe(2)
    expect(db.query('book', 'SELECT title FROM book', titles).all()).toEqual([{ title: 'Sổ đi' }])
    expect(db.pragma('foreign_keys')).toBe(1)
    db.close()
  })

  test('a step that fails leaves the old version whole, and a copy that opens with the same key', () => {
    const { path, open } = file()
    const db = open()
    migrate(db, path, [FIRST])
    const broken = {
      version: 2,
      name: '0002-broken.sql',
      sql: "DELETE FROM book; CREATE TABLE other (a TEXT) STRICT; INSERT INTO nowhere VALUES ('x')",
    }
    expect(() => {
      migrate(db, path, [FIRST, broken])
    }).toThrow('nowhere')
    expect(db.pragma('user_version')).toBe(1)
    expect(db.query('book', 'SELECT title FROM book', titles).all()).toEqual([{ title: 'Sổ đi' }])
    expect(db.pragma('foreign_keys')).toBe(1)
    db.close()

    const copy = `${path}.before-0002`
    expect(readFileSync(copy).includes(Buffer.from('CREATE TABLE'))).toBe(false)
    expect(() => openDatabase({ path: copy, key: new Uint8Array(32) })).toThrow(
      expect.objectContaining({ code: 'store/wrong-key' }),
    )
    const old = openDatabase({ path: copy, key })
    expect(old.query('book', 'SELECT title FROM book', titles).all()).toEqual([{ title: 'Sổ đi' }])
    expect(old.pragma('user_version')).toBe(1)
    old.close()
  })

  test('an empty file is not worth a copy', () => {
    const { path, open } = file()
    const db = open()
    migrate(db, path, [FIRST])
    expect(existsSync(`${path}.before-0001`)).toBe(false)
    db.close()
  })

  test('a step that leaves a row without its parent is undone', () => {
    const { path, open } = file()
    const db = open()
    const family = {
      version: 1,
      name: '0001-family.sql',
      sql: 'CREATE TABLE parent (id INTEGER PRIMARY KEY) STRICT; CREATE TABLE child (of INTEGER REFERENCES parent (id)) STRICT; INSERT INTO child VALUES (5)',
    }
    expect(() => {
      migrate(db, path, [family])
    }).toThrow('refer to nothing')
    expect(db.pragma('user_version')).toBe(0)
    db.close()
  })

  test('a table may be rebuilt while others refer to it', () => {
    const { path, open } = file()
    const db = open()
    const family = {
      version: 1,
      name: '0001-family.sql',
      sql: 'CREATE TABLE parent (id INTEGER PRIMARY KEY) STRICT; CREATE TABLE child (of INTEGER REFERENCES parent (id)) STRICT; INSERT INTO parent VALUES (5); INSERT INTO child VALUES (5)',
    }
    const rebuild = {
      version: 2,
      name: '0002-parent.sql',
      sql: 'CREATE TABLE new_parent (id INTEGER PRIMARY KEY, name TEXT) STRICT; INSERT INTO new_parent (id) SELECT id FROM parent; DROP TABLE parent; ALTER TABLE new_parent RENAME TO parent',
    }
    migrate(db, path, [family, rebuild])
    expect(() => {
      db.exec('DELETE FROM parent')
    }).toThrow('FOREIGN KEY')
    db.close()
  })

  test('a gap, a number given twice and a name without number are errors', () => {
    expect(() => migrationsFrom({ './migrations/0001-a.sql': '', './migrations/0003-c.sql': '' })).toThrow(
      'out of order',
    )
    expect(() => migrationsFrom({ './migrations/0001-a.sql': '', './migrations/0001-b.sql': '' })).toThrow(
      'out of order',
    )
    expect(() => migrationsFrom({ './migrations/first.sql': '' })).toThrow('not named')
    const steps = migrationsFrom({ './migrations/0002-b.sql': '2', './migrations/0001-a.sql': '1' })
    expect(steps.map(({ name }) => name)).toEqual(['0001-a.sql', '0002-b.sql'])
  })
})

describe('what shipped', () => {
  test('no shipped migration was changed', () => {
    const sums = MIGRATIONS.map(({ name, sql }) => [name, createHash('sha256').update(sql).digest('hex')])
    expect(Object.fromEntries(sums)).toEqual(SHIPPED)
  })

  test('the schema is the one that was reviewed', async () => {
    await expect(schema().join('\n\n') + '\n').toMatchFileSnapshot('./schema.sql')
  })

  test('the numbers of an office that began with the first version keep what they were printed with', () => {
    const { path, open } = file()
    const db = open()
    migrate(db, path, MIGRATIONS.slice(0, 1))
    db.exec(`
      INSERT INTO outgoing (id, state, revision, fields, code_number, issued_date, created_at, changed_at)
        VALUES ('a', 'sealed', 1, '{"codeNotation":"UBND-VP"}', '07', '2026-11-23', 1, 1);
      INSERT INTO register_number VALUES ('outgoing', 2026, 7, 'a', 1), ('arrivals', 2026, 7, 'b', 1);`)
    migrate(db, path, MIGRATIONS)
    const row = z.object({ series: z.string(), notation: z.string(), issuedDate: z.string().nullable() })
    const rows = db.query(
      'rows',
      'SELECT series, notation, issued_date AS issuedDate FROM register_number ORDER BY series',
      row,
    )
    expect(rows.all()).toEqual([
      { series: 'arrivals', notation: '', issuedDate: null },
      { series: 'outgoing', notation: 'UBND-VP', issuedDate: '2026-11-23' },
    ])
    db.close()
  })

  test('who signed before several could is taken from the history, as far as the signature still stands', () => {
    const { path, open } = file()
    const db = open()
    migrate(db, path, MIGRATIONS.slice(0, 4))
    const [first, second] = ['a'.repeat(64), 'b'.repeat(64)]
    const line = (id: string, event: string, detail: object) =>
      `INSERT INTO history (at, subject_kind, subject_id, event, detail, previous_hash, hash)
       VALUES (7, 'outgoing', '${id}', '${event}', '${JSON.stringify(detail)}', '${first}', '${first}');`
    db.exec(
      [
        ['sent', 'again', 'redrafted'].map((id) => {
          const state = id === 'redrafted' ? 'drafting' : 'signed'
          return `INSERT INTO outgoing (id, state, revision, fields, created_at, changed_at) VALUES ('${id}', '${state}', 1, '{}', 1, 1);`
        }),
        line('sent', 'sign', { signer: 'Nguyễn Văn Mẫu', certificate: first }),
        line('again', 'sign', { signer: 'Nguyễn Văn Mẫu', certificate: first }),
        line('again', 'reopen', {}),
        line('again', 'sign', { signer: 'Lê Thị Ánh', certificate: second }),
        line('redrafted', 'sign', { signer: 'Nguyễn Văn Mẫu', certificate: first }),
        line('redrafted', 'reopen', {}),
      ]
        .flat()
        .join(''),
    )
    migrate(db, path, MIGRATIONS)
    const row = z.object({ id: z.string(), turn: z.int(), certificate: z.string(), name: z.string() })
    const rows = db.query(
      'rows',
      'SELECT document_id AS id, turn, certificate_sha256 AS certificate, name FROM outgoing_signature ORDER BY id',
      row,
    )
    expect(rows.all()).toEqual([
      { id: 'again', turn: 0, certificate: second, name: 'Lê Thị Ánh' },
      { id: 'sent', turn: 0, certificate: first, name: 'Nguyễn Văn Mẫu' },
    ])
    db.close()
  })

  test('every table is strict', () => {
    for (const sql of schema().filter(
      // SQLite's own, and those that it makes for the index of words.
      (text) =>
        text.startsWith('CREATE TABLE') && !text.includes('sqlite_') && !text.includes("'search_index_"),
    )) {
      expect(sql).toMatch(/\) STRICT(, WITHOUT ROWID)?;$/)
    }
  })

  test('the states a table accepts are those of its machine', () => {
    const tables = new Map(
      schema().flatMap((sql) => {
        const name = /^CREATE TABLE "?(\w+)"?/.exec(sql)?.[1]
        return name === undefined ? [] : [[name, sql] as const]
      }),
    )
    const accepted = (table: string, column: string) => {
      const list = new RegExp(`\\b${column} TEXT[^,(]* CHECK \\(${column} IN \\(([^)]*)\\)`).exec(
        tables.get(table) ?? '',
      )?.[1]
      return [...(list ?? '').matchAll(/'(\w+)'/g)].map(([, word]) => word).sort()
    }
    expect(accepted('outgoing', 'state')).toEqual(Object.keys(OUTGOING).sort())
    expect(accepted('incoming', 'state')).toEqual(Object.keys(INCOMING).sort())
    expect(accepted('outgoing_recipient', 'state')).toEqual(Object.keys(RECIPIENT).sort())
    expect(accepted('outgoing_request', 'kind')).toEqual([...requestKind.options].sort())
    expect(accepted('outgoing_request', 'route')).toEqual([...recallRoute.options].sort())
    expect(accepted('outgoing_request_recipient', 'state')).toEqual(Object.keys(ASKED).sort())
    expect(accepted('incoming_request', 'kind')).toEqual([...receivedKind.options].sort())
    expect(accepted('incoming_request', 'state')).toEqual(Object.keys(REQUEST).sort())
    expect(accepted('note', 'kind')).toEqual([...noteKind.options].sort())
    expect(accepted('job', 'state')).toEqual(Object.keys(JOB).sort())
    expect(accepted('packet', 'state')).toEqual(Object.keys(PACKET).sort())
    expect(accepted('packet', 'outcome')).toEqual([...packetOutcome.options].sort())
    expect(accepted('outgoing_file', 'role')).toEqual([...fileRole.options].sort())
    expect(accepted('incoming_file', 'role')).toEqual([...fileRole.options].sort())
    expect(accepted('history', 'subject_kind')).toEqual([...historyEntry.shape.subjectKind.options].sort())
  })

  /** The statements that make today's file, sorted by name. */
  function schema(): string[] {
    const { path, open } = file()
    const db = open()
    migrate(db, path, MIGRATIONS)
    const rows = db.query(
      'schema',
      'SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY tbl_name, type DESC, name',
      z.object({ sql: z.string() }),
    )
    const all = rows.all().map(({ sql }) => `${sql};`)
    db.close()
    return all
  }
})
