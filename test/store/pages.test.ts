import { expect, test } from 'vitest'
import { z } from 'zod'
import { openDatabase } from '../../src/engine/store/database.ts'
import { createStore } from '../../src/engine/store/index.ts'
import { storeKeys } from '../../src/engine/store/keys.ts'
import { newestIn } from '../../src/engine/store/pages.ts'
import { INCOMING_BOXES } from '../../src/shared/document/incoming.ts'
import { OUTGOING_BOXES } from '../../src/shared/document/outgoing.ts'
import { join } from 'node:path'
import { fillOffice } from '../helpers/many-documents.ts'
import { folder, MORNING } from './office.ts'

const masterKey = new Uint8Array(32).fill(7)

/** An office of a few hundred documents, closed, and its file. */
function filled(count = 400) {
  const dir = folder()
  const store = createStore({ dir, masterKey, now: () => MORNING })
  fillOffice(store, { count, seed: 7, bodyWords: 0, from: MORNING - 400 * 86_400_000, until: MORNING })
  return {
    store,
    open: () => openDatabase({ path: join(dir, 'store.db'), key: storeKeys(masterKey).database }),
  }
}

test('pages of a box follow each other without a gap, newest first, whatever the states of its documents', () => {
  const { store } = filled()
  const { total, rows } = store.incoming.list('registered', 1000, 0)
  expect(rows).toHaveLength(total)
  // Some have gone on meanwhile.
  rows.forEach(({ id }, index) => {
    if (index % 3 > 0) store.incoming.move(id, 'assign', MORNING)
    if (index % 3 > 1) store.incoming.move(id, 'process', MORNING)
  })
  const ids = rows.map(({ id }) => id)
  const paged = [0, 70, 140, 210].flatMap((offset) => store.incoming.list('registered', 70, offset).rows)
  expect(paged.map(({ id }) => id)).toEqual(ids.slice(0, 280))
  expect(new Set(paged.map(({ state }) => state)).size).toBe(3)
  const times = paged.map(({ receivedAt }) => receivedAt)
  expect(times).toEqual(times.toSorted((one, other) => other - one))
  store.close()
})

test('no page sorts its box, and no count of one looks a row up', () => {
  const { store, open } = filled(50)
  store.close()
  const db = open()
  const plan = (sql: string) =>
    db
      .query('test.plan', `EXPLAIN QUERY PLAN ${sql}`, z.object({ detail: z.string() }))
      .all({ limit: 100, offset: 0 })
      .map(({ detail }) => detail)
  const pages = [
    ...Object.values(OUTGOING_BOXES).map((states) => newestIn('outgoing', states, 'changed_at')),
    newestIn('outgoing', OUTGOING_BOXES.sent, 'sent_at'),
    ...Object.values(INCOMING_BOXES).map((states) => newestIn('incoming', states, 'received_at')),
  ]
  for (const sql of pages) {
    const steps = plan(sql)
    expect(steps).not.toContain('USE TEMP B-TREE FOR ORDER BY')
    const reads = steps.filter((step) => /^(SEARCH|SCAN) (incoming|outgoing)\b/.test(step))
    expect(reads.length).toBeGreaterThan(0)
    for (const read of reads) expect(read).toMatch(/^SEARCH \w+ USING COVERING INDEX/)
  }
  db.close()
})
