import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { openDatabase } from '../../src/engine/store/database.ts'
import { groupFlush } from '../../src/engine/store/group-flush.ts'
import { folder, MORNING, office } from './office.ts'

/** A small file, and a second connection to it, which sees what is committed and nothing else. */
function database() {
  const options = { path: join(folder(), 'store.db'), key: new Uint8Array(32).fill(7), create: true }
  const db = openDatabase(options)
  db.exec('CREATE TABLE word (word TEXT NOT NULL UNIQUE) STRICT')
  const other = openDatabase(options)
  onTestFinished(() => {
    other.close()
    db.close()
  })
  const insert = db.command('word.add', 'INSERT INTO word VALUES (@word)')
  const sql = 'SELECT word FROM word ORDER BY rowid'
  const [own, foreign] = [db, other].map((one) => one.query('words', sql, z.object({ word: z.string() })))
  return {
    ...options,
    db,
    add: (word: string) => insert.run({ word }),
    words: () => own!.all().map(({ word }) => word),
    committed: () => foreign!.all().map(({ word }) => word),
  }
}

describe('what is done soon', () => {
  test('is there for whoever asks, and is committed together when somebody waits for the disk', async () => {
    const { db, add, words, committed } = database()
    db.atomically(() => add('một'), 'soon')
    db.atomically(() => add('hai'), 'soon')
    expect(words()).toEqual(['một', 'hai'])
    expect(committed()).toEqual([])
    await db.flush()
    expect(committed()).toEqual(['một', 'hai'])
  })

  test('is committed before long also when nobody waits', async () => {
    const { db, add, committed } = database()
    db.atomically(() => add('một'), 'soon')
    await expect.poll(committed).toEqual(['một'])
  })

  test('comes before what is done after it, whether that is a transaction or one statement', () => {
    const { db, add, committed } = database()
    db.atomically(() => add('một'), 'soon')
    db.atomically(() => add('hai'))
    expect(committed()).toEqual(['một', 'hai'])
    db.atomically(() => add('ba'), 'soon')
    add('bốn')
    expect(committed()).toEqual(['một', 'hai', 'ba', 'bốn'])
  })

  test('takes nothing with it where a part of it fails', async () => {
    const { db, add, committed } = database()
    db.atomically(() => add('một'), 'soon')
    expect(() =>
      db.atomically(() => {
        add('hai')
        add('một')
      }, 'soon'),
    ).toThrow()
    db.atomically(() => add('ba'), 'soon')
    await db.flush()
    expect(committed()).toEqual(['một', 'ba'])
  })

  test('is flushed when it is committed at once, and only then', () => {
    const { db, add } = database()
    expect(db.pragma('synchronous')).toBe(2)
    db.atomically(() => {
      add('một')
      expect(db.pragma('synchronous')).toBe(1)
    }, 'soon')
    db.atomically(() => {
      add('hai')
      expect(db.pragma('synchronous')).toBe(2)
    })
    expect(db.pragma('synchronous')).toBe(2)
  })

  test('is undone as a whole where the disk is full, and everybody can see that', async () => {
    const { db, add, words } = database()
    db.pragma(`max_page_count = ${String(Number(db.pragma('page_count')) + 2)}`)
    const durable = groupFlush(db.flush, db.lost)
    const full = { code: 'store/disk-full' }
    db.atomically(() => add('một'), 'soon')
    const waiting = durable()
    let failure: unknown
    for (let at = 0; failure === undefined && at < 200; at += 1) {
      try {
        db.atomically(() => add(`${String(at)} ${'x'.repeat(2_000)}`), 'soon')
      } catch (cause) {
        failure = cause
      }
    }
    expect(failure).toMatchObject(full)
    if (db.lost() > 0) {
      await expect(waiting).rejects.toMatchObject(full)
      expect(words()).toEqual([])
    } else {
      // SQLite undid the one part alone: the others hold.
      await waiting
      expect(words()).toContain('một')
    }
    db.atomically(() => db.lost())
    expect(db.pragma('synchronous')).toBe(2)
  })
})

describe('waiting for the disk', () => {
  test('one flush serves all who came before it began, and nobody who came later', async () => {
    let flushes = 0
    let end = (): void => undefined
    const durable = groupFlush(
      () => {
        flushes += 1
        return new Promise((resolve) => (end = resolve))
      },
      () => 0,
    )
    const heard: string[] = []
    const first = Promise.all(['a', 'b'].map((name) => durable().then(() => heard.push(name))))
    await expect.poll(() => flushes).toBe(1)
    const late = durable().then(() => heard.push('late'))
    end()
    await first
    expect(heard).toEqual(['a', 'b'])
    await expect.poll(() => flushes).toBe(2)
    end()
    await late
    expect(heard).toEqual(['a', 'b', 'late'])
  })

  test('who waits hears of a disk that fails, and of what was undone meanwhile', async () => {
    let lost = 0
    let flush = (): Promise<void> => Promise.reject(new Error('the disk is broken'))
    const durable = groupFlush(
      () => flush(),
      () => lost,
    )
    await expect(durable()).rejects.toThrow('the disk is broken')
    flush = () => Promise.resolve()
    await durable()
    const waiting = durable()
    lost = 1
    await expect(waiting).rejects.toMatchObject({ code: 'store/disk-full' })
    await durable()
  })

  test('rows, contents and their names are there for the next opening', async () => {
    const store = office()
    const kept = await store.files.putBytes(Buffer.from('văn bản'), 'soon')
    store.atomically(() => {
      store.settings.set('clerkName', 'Ánh')
    }, 'soon')
    await store.durable()
    expect(existsSync(join(store.dir, 'store.db-wal'))).toBe(true)
    expect(Buffer.from(await store.files.bytes(kept.sha256)).toString()).toBe('văn bản')
    store.jobs.add({ key: 'fetch/1', kind: 'fetch', subjectId: '1', dueAt: MORNING })
    store.jobs.claimDue(MORNING, 60_000)
    const before = readFileSync(join(store.dir, 'store.db-wal')).length
    store.close()
    expect(before).toBeGreaterThan(0)
  })
})
