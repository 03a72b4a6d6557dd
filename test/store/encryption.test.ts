import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { numberRow } from '../../src/engine/store/columns.ts'
import { openDatabase } from '../../src/engine/store/database.ts'
import { createStore, openStore } from '../../src/engine/store/index.ts'
import { storeKeys } from '../../src/engine/store/keys.ts'
import { folder, MORNING, pageOf, typed } from './office.ts'

const masterKey = new Uint8Array(32).fill(7)
const now = () => MORNING
const EXAMINE_WORKER = join(import.meta.dirname, '../../src/engine/store/examine-worker.ts')

function everyFile(dir: string): string[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .map((name) => join(dir, name))
    .filter((path) => statSync(path).isFile())
}

test('nobody who copies the folder can read a word of it', async () => {
  const dir = folder()
  const subject = 'Phương án đền bù hộ ông Đỗ Hữu Phước'
  const store = createStore({ dir, masterKey, now })
  store.settings.set('hub', {
    kind: 'vxp',
    url: 'https://truc.example.vn',
    systemId: 'H99',
    secret: 'khoa-bi-mat-cua-truc',
  })
  const { id } = store.outgoing.create(typed({ subject }))
  store.outgoing.move(id, 'freeze', MORNING, { note: 'GHI CHU LICH SU' })
  const { sha256 } = await store.files.putBytes(Buffer.from(`%PDF-1.7 ${subject}`.repeat(5_000)))

  const words = [
    subject,
    subject.normalize('NFD'),
    'khoa-bi-mat-cua-truc',
    'GHI CHU LICH SU',
    '%PDF-1.7',
    'CREATE TABLE',
  ]
  const forms = words.flatMap((word) => [
    Buffer.from(word),
    Buffer.from(word, 'utf16le'),
    Buffer.from(word, 'utf16le').swap16(),
  ])
  const search = (when: string) => {
    const files = everyFile(dir)
    for (const path of files) {
      const bytes = readFileSync(path)
      expect(
        forms.some((form) => bytes.includes(form)),
        `${path} ${when}`,
      ).toBe(false)
    }
    return files
  }

  const open = search('while open')
  expect(open.some((path) => path.endsWith('store.db-wal') && statSync(path).size > 0)).toBe(true)
  expect(
    open.some((path) => path.includes(sha256)),
    'the name must not give the content away',
  ).toBe(false)
  store.close()
  search('when closed')
})

test('a wrong key is refused and changes nothing', () => {
  const dir = folder()
  createStore({ dir, masterKey, now }).close()
  const before = readFileSync(join(dir, 'store.db'))
  expect(() => openStore({ dir, masterKey: new Uint8Array(32).fill(8), now })).toThrow(
    expect.objectContaining({ code: 'store/wrong-key' }),
  )
  expect(readFileSync(join(dir, 'store.db')).equals(before)).toBe(true)
  openStore({ dir, masterKey, now }).close()
})

test('a file made by a newer version is refused and left as it is', () => {
  const dir = folder()
  createStore({ dir, masterKey, now }).close()
  const db = openDatabase({ path: join(dir, 'store.db'), key: storeKeys(masterKey).database })
  db.pragma('user_version = 9999')
  db.close()
  const before = readFileSync(join(dir, 'store.db'))
  expect(() => openStore({ dir, masterKey, now })).toThrow(
    expect.objectContaining({ code: 'store/newer-than-app' }),
  )
  expect(readFileSync(join(dir, 'store.db')).equals(before)).toBe(true)
  expect(readdirSync(dir).filter((name) => name.includes('before'))).toEqual([])
})

test('a damaged page that nobody reads is found by the examination, and keeps the office shut until it is mended', async () => {
  const dir = folder()
  const path = join(dir, 'store.db')
  const store = createStore({ dir, masterKey, now })
  for (let number = 0; number < 40; number += 1) store.outgoing.create(typed(), MORNING)
  store.close()
  const whole = readFileSync(path)
  const at = pageOf(path, masterKey, 'outgoing') * 4096
  const damaged = Buffer.from(whole).fill(0, at - 3000, at - 2900)
  writeFileSync(path, damaged)

  const opened = openStore({ dir, masterKey, now })
  expect(await opened.examine(EXAMINE_WORKER, new AbortController().signal)).not.toEqual([])
  opened.close()
  expect(() => openStore({ dir, masterKey, now })).toThrow(expect.objectContaining({ code: 'store/damaged' }))

  writeFileSync(path, whole)
  const mended = openStore({ dir, masterKey, now })
  expect(await mended.examine(EXAMINE_WORKER, new AbortController().signal)).toEqual([])
  mended.close()
  writeFileSync(path, damaged)
  openStore({ dir, masterKey, now }).close()
})

test('an examination is ended when the office closes', async () => {
  const dir = folder()
  const store = createStore({ dir, masterKey, now })
  const over = new AbortController()
  const examined = store.examine(EXAMINE_WORKER, over.signal)
  over.abort()
  await expect(examined).rejects.toThrow()
  store.close()
})

test('a folder without an office says so and gets none', () => {
  const dir = folder()
  expect(() => openStore({ dir, masterKey, now })).toThrow(
    expect.objectContaining({ code: 'store/file-missing' }),
  )
  expect(readdirSync(dir)).toEqual([])
})

test('a power cut loses nothing that was said to be saved', () => {
  const dir = folder()
  const store = createStore({ dir, masterKey, now })
  const db = openDatabase({ path: join(dir, 'store.db'), key: storeKeys(masterKey).database })
  expect([db.pragma('journal_mode'), db.pragma('synchronous'), db.pragma('foreign_keys')]).toEqual([
    'wal',
    2,
    1,
  ])
  expect([db.pragma('temp_store'), db.pragma('trusted_schema')]).toEqual([2, 0])
  db.close()
  store.close()
})

test('a full disk is told as such, and the office goes on when there is room again', () => {
  const dir = folder()
  const path = join(dir, 'small.db')
  const db = openDatabase({ path, key: masterKey, create: true })
  db.exec('CREATE TABLE page (content TEXT) STRICT')
  db.pragma('max_page_count = 8')
  const insert = db.command('page.insert', 'INSERT INTO page (content) VALUES (@content)')
  const content = 'x'.repeat(100_000)
  expect(() => db.atomically(() => insert.run({ content }))).toThrow(
    expect.objectContaining({ code: 'store/disk-full' }),
  )
  db.pragma('max_page_count = 1000')
  expect(db.atomically(() => insert.run({ content }))).toBe(1)
  db.close()
})

test('a slow statement is named to the log, without its text', () => {
  const slow: string[] = []
  const db = openDatabase({
    path: join(folder(), 'slow.db'),
    key: masterKey,
    create: true,
    onSlow: (statement, ms) => {
      slow.push(statement)
      expect(ms).toBeGreaterThan(10)
    },
  })
  const count = db.query(
    'numbers.count',
    'WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 2000000) SELECT count(*) AS value FROM n',
    numberRow,
  )
  expect(count.get()).toEqual({ value: 2_000_000 })
  expect(slow).toEqual(['numbers.count'])
  db.close()
})

test('a row of the wrong shape is not handed on', () => {
  const db = openDatabase({ path: join(folder(), 'odd.db'), key: masterKey, create: true })
  const text = db.query('odd.text', "SELECT 'năm' AS value", numberRow)
  expect(() => text.get()).toThrow(expect.objectContaining({ code: 'store/damaged' }))
  db.close()
})
