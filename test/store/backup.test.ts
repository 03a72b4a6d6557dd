import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { begin, importPdf } from '../../src/engine/outgoing/draft.ts'
import { findBackups, type BackupTarget } from '../../src/engine/store/backup.ts'
import { createKey, createStore, openStore, writeKeyFile, type Store } from '../../src/engine/store/index.ts'
import { checkBackup, restoreBackup } from '../../src/engine/store/restore.ts'
import { SENDER } from '../helpers/office.ts'
import { handMade, PLAIN_OBJECTS } from '../pdf/samples.ts'
import { folder, MORNING } from './office.ts'

const now = () => MORNING
const running = new AbortController().signal

/** An office with its key file, and the folder its backups go to. */
async function office() {
  const dir = folder()
  const { masterKey, recoveryCode } = createKey()
  await writeKeyFile(dir, { masterKey, recoveryCode, osWrapped: Buffer.from('of this PC alone') })
  const store = createStore({ dir, masterKey, now }, ({ settings }) => {
    settings.set('agency', SENDER)
  })
  return { dir, masterKey, recoveryCode, store, stick: folder() }
}

/** Adds a draft with its PDF, as the clerk does. */
async function addDraft(store: Store, subject: string): Promise<void> {
  const id = begin(store, { subject }, MORNING)
  await importPdf(
    store,
    id,
    'cong-van.pdf',
    handMade(PLAIN_OBJECTS, '', `%PDF-1.7\n% ${Buffer.from(subject).toString('hex')}\n`),
  )
}

function target(stick: string, more: Partial<BackupTarget> = {}): BackupTarget {
  return {
    folder: stick,
    organId: SENDER.organId,
    agencyName: SENDER.name,
    keep: 7,
    madeAt: MORNING,
    signal: running,
    onProgress: () => undefined,
    ...more,
  }
}

const subjects = (store: Store) =>
  store.outgoing
    .list('drafts', 100, 0)
    .rows.map(({ subject }) => subject)
    .sort()

function filesIn(dir: string): string[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(join(dir, name)).isFile(),
  )
}

async function onlyBackup(stick: string) {
  const [backup, ...more] = await findBackups(stick)
  if (backup === undefined || more.length > 0) throw new Error('there is one backup')
  return backup
}

describe('a backup', () => {
  test('holds what was there when it began, also when writing goes on meanwhile', async () => {
    const { store, stick, recoveryCode, masterKey } = await office()
    await addDraft(store, 'V/v trước khi sao lưu')
    let written = false
    const first = await store.backup(
      target(stick, {
        onProgress: () => {
          if (written) return
          written = true
          begin(store, { subject: 'V/v trong khi sao lưu' }, MORNING)
        },
      }),
    )
    expect(subjects(store)).toEqual(['V/v trong khi sao lưu', 'V/v trước khi sao lưu'])
    store.close()

    const dir = folder()
    await restoreBackup(first, {
      dir,
      recoveryCode,
      now,
      insteadOfDamaged: false,
      signal: running,
      onProgress: () => undefined,
    })
    const back = openStore({ dir, masterKey, now })
    expect(subjects(back)).toEqual(['V/v trước khi sao lưu'])
    expect((await back.check()).problems).toEqual([])
    back.close()
  })

  test('shows nothing in the clear, and no wrap of this PC', async () => {
    const { store, stick } = await office()
    await addDraft(store, 'V/v chuyện chỉ xã mình biết')
    const { home } = await store.backup(target(stick))
    store.close()
    for (const name of filesIn(home)) {
      const text = readFileSync(join(home, name), 'latin1')
      expect(text, name).not.toContain(Buffer.from('chỉ xã mình biết').toString('latin1'))
      expect(text, name).not.toContain('%PDF')
      expect(text, name).not.toContain('SQLite format')
    }
    expect(JSON.parse(readFileSync(join(home, 'key.json'), 'utf8'))).not.toHaveProperty('os')
  })

  test('copies a content once, and the next one only what is new', async () => {
    const { store, stick } = await office()
    await addDraft(store, 'một')
    const one = await store.backup(target(stick))
    const before = filesIn(join(one.home, 'files'))
    const stamps = new Map(before.map((name) => [name, statSync(join(one.home, 'files', name)).mtimeMs]))
    await addDraft(store, 'hai')
    await store.backup(target(stick, { madeAt: MORNING + 60_000 }))
    store.close()
    const after = filesIn(join(one.home, 'files'))
    expect(after).toHaveLength(before.length + 1)
    for (const name of before) {
      expect(statSync(join(one.home, 'files', name)).mtimeMs, name).toBe(stamps.get(name))
    }
    expect((await findBackups(stick)).map(({ manifest }) => manifest.files)).toEqual([2, 1])
  })

  test('the newest so many stay', async () => {
    const { store, stick } = await office()
    for (let day = 0; day < 4; day += 1) {
      await store.backup(target(stick, { keep: 2, madeAt: MORNING + day * 86_400_000 }))
    }
    store.close()
    expect((await findBackups(stick)).map(({ manifest }) => manifest.madeAt)).toEqual(
      [3, 2].map((day) => MORNING + day * 86_400_000),
    )
  })

  test('one that was broken off is none, and the next one goes on from what it copied', async () => {
    const { store, stick } = await office()
    await addDraft(store, 'một')
    const stop = new AbortController()
    let copied = 0
    await expect(
      store.backup(
        target(stick, {
          signal: stop.signal,
          onProgress: () => {
            copied += 1
            stop.abort()
          },
        }),
      ),
    ).rejects.toMatchObject({ code: 'backup/cancelled' })
    expect(copied).toBeGreaterThan(0)
    expect(await findBackups(stick)).toEqual([])
    // The file is not kept still for ever: the office goes on and the next backup is whole.
    await addDraft(store, 'hai')
    await store.backup(target(stick))
    store.close()
    const { home } = await onlyBackup(stick)
    expect(readdirSync(home).filter((name) => name.endsWith('.part'))).toEqual([])
  })

  test.each([
    ['a folder that is not there', (stick: string) => join(stick, 'absent'), 'backup/folder-missing'],
    [
      'a file where the folder should be',
      (stick: string) => {
        writeFileSync(join(stick, 'file'), '')
        return join(stick, 'file')
      },
      'backup/folder-missing',
    ],
  ])('%s is told, and the office goes on', async (_what, place, code) => {
    const { store, stick } = await office()
    const at = place(stick)
    await expect(store.backup(target(at))).rejects.toMatchObject({ code })
    await addDraft(store, 'vẫn làm việc')
    expect(subjects(store)).toEqual(['vẫn làm việc'])
    store.close()
  })

  test('two offices of one code on one stick do not mix', async () => {
    const one = await office()
    const other = await office()
    await addDraft(one.store, 'của kho một')
    await addDraft(other.store, 'của kho hai')
    const first = await one.store.backup(target(one.stick))
    const second = await other.store.backup(target(one.stick, { madeAt: MORNING + 1000 }))
    one.store.close()
    other.store.close()
    expect(first.home).not.toBe(second.home)
    expect(await findBackups(one.stick)).toHaveLength(2)
    await expect(
      checkBackup(first, {
        masterKey: other.masterKey,
        scratch: join(folder(), 'scratch'),
        now,
        signal: running,
        onFile: () => undefined,
      }),
    ).rejects.toMatchObject({ code: 'backup/damaged' })
  })
})

describe('a check reads all of a backup', () => {
  async function checked(change: (home: string, name: string) => void) {
    const { store, stick, masterKey } = await office()
    await addDraft(store, 'một')
    await addDraft(store, 'hai')
    const { home, name } = await store.backup(target(stick))
    store.close()
    change(home, name)
    const scratch = join(folder(), 'scratch')
    const before = filesIn(home).sort()
    const report = await checkBackup(await onlyBackup(stick), {
      masterKey,
      scratch,
      now,
      signal: running,
      onFile: () => undefined,
    })
    expect(filesIn(home).sort(), 'nothing of the backup is changed').toEqual(before)
    expect(existsSync(scratch)).toBe(false)
    return report
  }

  test('and says that it is well', async () => {
    expect(await checked(() => undefined)).toMatchObject({ files: 2, problems: [] })
  })

  test('and names a file that is gone or damaged', async () => {
    const report = await checked((home) => {
      const [gone, damaged] = filesIn(join(home, 'files'))
      if (gone === undefined || damaged === undefined) throw new Error('there are two files')
      rmSync(join(home, 'files', gone))
      flip(join(home, 'files', damaged), 100)
    })
    expect(report.problems.map(({ code }) => code).sort()).toEqual([
      'store/file-damaged',
      'store/file-missing',
    ])
  })

  test.each([
    [
      'a changed byte in its database',
      (home: string, name: string) => {
        flip(join(home, name, 'store.db'), 9000)
      },
    ],
    [
      'no database',
      (home: string, name: string) => {
        rmSync(join(home, name, 'store.db'))
      },
    ],
    [
      'another day written on it',
      (home: string, name: string) => {
        const path = join(home, name, 'backup.json')
        const words = JSON.parse(readFileSync(path, 'utf8')) as { madeAt: number }
        writeFileSync(path, JSON.stringify({ ...words, madeAt: words.madeAt + 1 }))
      },
    ],
  ])('%s: it is refused', async (_what, change) => {
    await expect(checked(change)).rejects.toMatchObject({ code: 'backup/damaged' })
  })
})

describe('bringing an office back', () => {
  async function backedUp() {
    const { store, stick, recoveryCode, masterKey, dir } = await office()
    await addDraft(store, 'một')
    await addDraft(store, 'hai')
    await store.backup(target(stick))
    store.close()
    return { stick, recoveryCode, masterKey, dir }
  }

  const options = (dir: string, recoveryCode: string) => ({
    dir,
    recoveryCode,
    now,
    insteadOfDamaged: false,
    signal: running,
    onProgress: () => undefined,
  })

  test('needs the recovery code, and a wrong one changes nothing', async () => {
    const { stick } = await backedUp()
    const dir = folder()
    await expect(
      restoreBackup(await onlyBackup(stick), options(dir, createKey().recoveryCode)),
    ).rejects.toMatchObject({ code: 'office/recovery-code-wrong' })
    expect(readdirSync(dir)).toEqual([])
  })

  test('is not done over an office that is there', async () => {
    const { stick, recoveryCode, dir } = await backedUp()
    await expect(restoreBackup(await onlyBackup(stick), options(dir, recoveryCode))).rejects.toMatchObject({
      code: 'office/exists',
    })
  })

  test('says what the backup lacks, and brings the rest', async () => {
    const { stick, recoveryCode, masterKey } = await backedUp()
    const backup = await onlyBackup(stick)
    const [gone] = filesIn(join(backup.home, 'files'))
    rmSync(join(backup.home, 'files', gone ?? ''))
    const dir = folder()
    const { report } = await restoreBackup(backup, options(dir, recoveryCode))
    expect(report.problems.map(({ code }) => code)).toEqual(['store/file-missing'])
    const store = openStore({ dir, masterKey, now })
    expect(subjects(store)).toEqual(['hai', 'một'])
    expect(store.settings.get('restored')).toEqual({
      madeAt: MORNING,
      restoredAt: MORNING,
      lostFiles: 1,
      settled: false,
    })
    store.close()
  })

  test('one that was broken off leaves no office, and goes on the next time', async () => {
    const { stick, recoveryCode, masterKey } = await backedUp()
    const dir = folder()
    const stop = new AbortController()
    const backup = await onlyBackup(stick)
    await expect(
      restoreBackup(backup, {
        ...options(dir, recoveryCode),
        signal: stop.signal,
        onProgress: (done) => {
          if (done > backup.manifest.databaseBytes) stop.abort()
        },
      }),
    ).rejects.toMatchObject({ code: 'backup/cancelled' })
    expect(existsSync(join(dir, 'store.db'))).toBe(false)
    await restoreBackup(backup, options(dir, recoveryCode))
    const store = openStore({ dir, masterKey, now })
    expect((await store.check()).problems).toEqual([])
    store.close()
  })

  test('a damaged office is put aside, and the contents it still has are used', async () => {
    const { stick, recoveryCode, masterKey, dir } = await backedUp()
    const later = openStore({ dir, masterKey, now })
    await addDraft(later, 'sau khi sao lưu')
    later.close()
    flip(join(dir, 'store.db'), 5000)
    expect(() => openStore({ dir, masterKey, now })).toThrow(
      expect.objectContaining({ code: 'store/damaged' }),
    )
    const backup = await onlyBackup(stick)
    const [gone] = filesIn(join(backup.home, 'files'))
    rmSync(join(backup.home, 'files', gone ?? ''))

    const { report } = await restoreBackup(backup, { ...options(dir, recoveryCode), insteadOfDamaged: true })
    expect(report.problems).toEqual([])
    const aside = readdirSync(dir).filter((name) => name.startsWith('aside-'))
    expect(aside).toHaveLength(1)
    expect(readdirSync(join(dir, aside[0] ?? ''))).toEqual(expect.arrayContaining(['key.json', 'store.db']))
    const store = openStore({ dir, masterKey, now })
    expect(subjects(store)).toEqual(['hai', 'một'])
    store.close()
  })

  test('the folder may be copied by any file manager before', async () => {
    const { stick, recoveryCode } = await backedUp()
    const elsewhere = join(folder(), 'USB')
    mkdirSync(elsewhere)
    cpSync(stick, elsewhere, { recursive: true })
    const backup = await onlyBackup((await onlyBackup(elsewhere)).home)
    const { report } = await restoreBackup(backup, options(folder(), recoveryCode))
    expect(report).toMatchObject({ files: 2, problems: [] })
  })
})

function flip(path: string, at: number): void {
  const bytes = readFileSync(path)
  bytes[at] = (bytes[at] ?? 0) ^ 1
  writeFileSync(path, bytes)
}
