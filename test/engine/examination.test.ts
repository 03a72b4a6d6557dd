import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { officeExamination } from '../../src/engine/examination.ts'
import { createStore, openStore } from '../../src/engine/store/index.ts'
import { folder, MORNING, pageOf, typed } from '../store/office.ts'

const WORKER = join(import.meta.dirname, '../../src/engine/store/examine-worker.ts')
const masterKey = new Uint8Array(32).fill(7)
const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** An office of many documents, examined by this thread; time passes when the test says so. */
function examined(worker: string, isDamaged = false) {
  const dir = folder()
  const made = createStore({ dir, masterKey, now: () => MORNING })
  for (let number = 0; number < 40; number += 1) made.outgoing.create(typed(), MORNING)
  made.close()
  if (isDamaged) {
    const path = join(dir, 'store.db')
    const end = pageOf(path, masterKey, 'outgoing') * 4096
    writeFileSync(path, readFileSync(path).fill(0, end - 3000, end - 2900))
  }

  const store = openStore({ dir, masterKey, now: () => MORNING })
  const waits: { readonly afterMs: number; readonly callback: () => void }[] = []
  const log: string[] = []
  const onDamage = vi.fn()
  const examination = officeExamination({
    store,
    worker,
    now: () => MORNING,
    timer: (afterMs, callback) => {
      waits.push({ afterMs, callback })
      return () => undefined
    },
    log: (_level, text) => {
      log.push(text)
    },
    onDamage,
  })
  examination.start()
  /** The time has come; resolves when something came of it. */
  const comes = async () => {
    const before = waits.length
    waits.at(-1)?.callback()
    await expect.poll(() => waits.length > before || onDamage.mock.calls.length > 0).toBe(true)
  }
  const end = async () => {
    await examination.stop()
    store.close()
  }
  return { store, log, onDamage, comes, end, waited: () => waits.map(({ afterMs }) => afterMs) }
}

test('a whole file is looked at a minute after the opening, and again a day later', async () => {
  const { store, log, onDamage, comes, end, waited } = examined(WORKER)
  expect(waited()).toEqual([MINUTE_MS])
  await comes()
  expect(waited()).toEqual([MINUTE_MS, DAY_MS])
  expect(store.settings.get('examinedAt')).toBe(MORNING)
  expect([log, onDamage.mock.calls]).toEqual([[], []])
  await end()
})

test('a damaged file shuts the office, and is not said to have been examined', async () => {
  const { store, log, onDamage, comes, end, waited } = examined(WORKER, true)
  await comes()
  expect(onDamage).toHaveBeenCalledOnce()
  expect(log).toEqual([expect.stringContaining('the store is damaged')])
  expect(waited()).toEqual([MINUTE_MS])
  expect(store.settings.get('examinedAt')).toBeUndefined()
  await end()
})

test('what could not be looked at is looked at in an hour', async () => {
  const { store, log, onDamage, comes, end, waited } = examined(
    join(import.meta.dirname, 'no-such-thread.ts'),
  )
  await comes()
  expect(waited()).toEqual([MINUTE_MS, HOUR_MS])
  expect(log).toEqual([expect.stringContaining('the store was not examined')])
  expect(store.settings.get('examinedAt')).toBeUndefined()
  expect(onDamage).not.toHaveBeenCalled()
  await end()
})
