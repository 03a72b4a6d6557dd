import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openDatabase, type Database } from '../../src/engine/store/database.ts'
import { storeKeys } from '../../src/engine/store/keys.ts'
import type { Store } from '../../src/engine/store/index.ts'
import { MORNING, office } from './office.ts'

/** Somebody who has the key and a database tool. */
function tampering(store: Store, sql: string): void {
  const db: Database = openDatabase({
    path: join(store.dir, 'store.db'),
    key: storeKeys(new Uint8Array(32).fill(7)).database,
  })
  db.exec(sql)
  db.close()
}

const OPEN_UP = 'DROP TRIGGER history_is_not_updated; DROP TRIGGER history_is_not_deleted;'

function withLines(count: number): Store {
  const store = office()
  store.atomically(() => {
    for (let line = 1; line <= count; line += 1) {
      store.history.append({
        at: MORNING + line,
        subjectKind: 'office',
        subjectId: 'H99.88.01',
        event: 'note',
        detail: { b: line, a: 'dòng' },
      })
    }
  })
  return store
}

test('a line comes back as it was written, in its place', () => {
  const { history } = withLines(3)
  expect(history.of('office', 'H99.88.01')).toHaveLength(3)
  expect(history.of('office', 'H99.88.01')[1]).toEqual({
    sequence: 2,
    at: MORNING + 2,
    subjectKind: 'office',
    subjectId: 'H99.88.01',
    event: 'note',
    detail: { a: 'dòng', b: 2 },
  })
})

test('an untouched history is whole, however long', () => {
  expect(office().history.verifyChain()).toEqual({ ok: true, lines: 0 })
  expect(withLines(1_203).history.verifyChain()).toEqual({ ok: true, lines: 1_203 })
})

test.each([
  ['changed', 'UPDATE history SET at = at + 1 WHERE sequence = 4', 4],
  ['given to another', "UPDATE history SET subject_id = 'H99.07' WHERE sequence = 4", 4],
  ['rewritten in its detail', `UPDATE history SET detail = '{"a":"dòng","b":5}' WHERE sequence = 4`, 4],
  ['rewritten with its hash blanked', "UPDATE history SET hash = printf('%064d', 0) WHERE sequence = 4", 4],
  ['removed from the middle', 'DELETE FROM history WHERE sequence = 4', 4],
  ['removed from the start', 'DELETE FROM history WHERE sequence = 1', 1],
  ['cut off the end', 'DELETE FROM history WHERE sequence >= 9', 9],
  [
    'swapped with its neighbour',
    'UPDATE history SET sequence = -4 WHERE sequence = 4; UPDATE history SET sequence = 4 WHERE sequence = 5; UPDATE history SET sequence = 5 WHERE sequence = -4',
    4,
  ],
])('a line %s shows, and where', async (_, sql, sequence) => {
  const store = withLines(10)
  tampering(store, OPEN_UP + sql)
  expect(store.history.verifyChain()).toEqual({ ok: false, sequence })
  expect((await store.check()).problems).toEqual([
    { code: 'store/damaged', about: `history ${String(sequence)}` },
  ])
})

test('the file itself refuses to change, remove or replace a line', () => {
  const store = withLines(2)
  for (const sql of [
    "UPDATE history SET event = 'x'",
    'DELETE FROM history WHERE sequence = 2',
    "INSERT OR REPLACE INTO history SELECT sequence, at, subject_kind, subject_id, 'x', detail, previous_hash, hash FROM history",
  ]) {
    expect(() => {
      tampering(store, sql)
    }, sql).toThrow('append-only')
  }
  expect(store.history.verifyChain()).toEqual({ ok: true, lines: 2 })
})

test('a line is only kept if what it tells of is kept', () => {
  const store = withLines(1)
  expect(() =>
    store.atomically(() => {
      store.history.append({ at: MORNING, subjectKind: 'office', subjectId: 'x', event: 'note' })
      throw new Error('it did not happen')
    }),
  ).toThrow('it did not happen')
  expect(store.history.verifyChain()).toEqual({ ok: true, lines: 1 })
  store.history.append({ at: MORNING, subjectKind: 'office', subjectId: 'x', event: 'note' })
  expect(store.history.verifyChain()).toEqual({ ok: true, lines: 2 })
})
