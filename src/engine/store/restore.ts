import { existsSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../shared/errors.ts'
import {
  contentsOf,
  copyContents,
  isGenuine,
  naming,
  takeDatabase,
  type CopyProgress,
  type FoundBackup,
} from './backup.ts'
import { syncFolder, writeWhole } from './durable.ts'
import { keptContents } from './files.ts'
import { openStore, type StoreReport } from './index.ts'
import { hasStore, readKeyFile, recoveryOnly, storeKeys, unwrapWithRecoveryCode } from './keys.ts'

/** The profile as it grows, inside the profile's own folder. */
const GROWING = 'restore.part'

interface Common {
  readonly now: () => number
  readonly nativeBinding?: string | undefined
  readonly signal: AbortSignal
}

/**
 * Reads all of a backup as the office would, and changes nothing in it: its database is opened as a copy in
 * `scratch`, which is removed again.
 *
 * @throws AppError `backup/damaged` when it is another office's, or its database is not what was backed up
 */
export async function checkBackup(
  backup: FoundBackup,
  options: Common & {
    readonly masterKey: Uint8Array
    /** A folder of the profile's that is not there yet. Nothing in it is in the clear. */
    readonly scratch: string
    readonly onFile: (doneFiles: number, allFiles: number) => void
  },
): Promise<StoreReport> {
  const { masterKey, scratch, now, nativeBinding, signal } = options
  requireGenuine(backup, masterKey)
  await rm(scratch, { recursive: true, force: true })
  await mkdir(scratch, { recursive: true, mode: 0o700 })
  try {
    await naming('restoring', () =>
      takeDatabase(backup, join(scratch, 'store.db'), { signal, onProgress: () => undefined }),
    )
    const store = openStore({ dir: scratch, masterKey, now, nativeBinding })
    try {
      const { file, fileName } = storeKeys(masterKey)
      const contents = keptContents({ dir: contentsOf(backup), fileKey: file, nameKey: fileName })
      return await store.check({ contents, signal, onFile: options.onFile })
    } finally {
      store.close()
    }
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

/**
 * Makes the office of a backup this profile's office. Its database is copied and read before it takes its place;
 * until then the profile is as it was, and an attempt that was broken off goes on where it ended. Contents go to
 * where they belong at once: more of them never harm, and what a damaged office still has there is used. Files
 * that are missing do not stop it: the report names them.
 *
 * What the backup's errands wanted to send may have been sent since by the store that is gone, so each of them
 * asks the hub first (jobs.doubtAll).
 *
 * @throws AppError `office/exists`, `office/recovery-code-wrong`, `backup/damaged`, `backup/cancelled`,
 *   `store/newer-than-app`, `store/damaged`, `store/disk-full`
 */
export async function restoreBackup(
  backup: FoundBackup,
  options: Common & {
    readonly dir: string
    readonly recoveryCode: string
    /** There is an office that does not open any more: it is put aside, not removed. */
    readonly insteadOfDamaged: boolean
    readonly onProgress: CopyProgress
  },
): Promise<{ masterKey: Uint8Array; report: StoreReport }> {
  const { dir, now, nativeBinding, signal, onProgress } = options
  if (hasStore(dir) && !options.insteadOfDamaged) {
    throw new AppError('office/exists', 'this profile has a store already')
  }
  const keyFile = await readKeyFile(backup.home)
  if (keyFile === undefined) throw new AppError('backup/damaged', 'the backup has no key.json')
  const masterKey = await unwrapWithRecoveryCode(keyFile, options.recoveryCode)
  requireGenuine(backup, masterKey)

  const growing = join(dir, GROWING)
  await rm(growing, { recursive: true, force: true })
  await mkdir(growing, { recursive: true, mode: 0o700 })
  const contents = join(dir, 'files')
  await mkdir(contents, { recursive: true, mode: 0o700 })
  const { databaseBytes, filesBytes } = backup.manifest
  await naming('restoring', async () => {
    await takeDatabase(backup, join(growing, 'store.db'), {
      signal,
      onProgress: (done) => {
        onProgress(done, databaseBytes + filesBytes)
      },
    })
    await copyContents(contentsOf(backup), contents, { signal, already: databaseBytes, onProgress })
  })
  await writeWhole(join(growing, 'key.json'), Buffer.from(recoveryOnly(keyFile)))

  const { file, fileName } = storeKeys(masterKey)
  const store = openStore({ dir: growing, masterKey, now, nativeBinding })
  let report: StoreReport
  try {
    report = await store.check({
      contents: keptContents({ dir: contents, fileKey: file, nameKey: fileName }),
      signal,
    })
    const { madeAt } = backup.manifest
    const lostFiles = report.problems.filter(({ code }) => code.startsWith('store/file-')).length
    store.atomically(() => {
      const doubtful = store.jobs.doubtAll()
      store.settings.set('restored', { madeAt, restoredAt: now(), lostFiles, settled: false })
      store.history.append({
        at: now(),
        subjectKind: 'office',
        subjectId: store.settings.get('agency')?.organId ?? '',
        event: 'restore',
        detail: { madeAt, doubtful, lostFiles },
      })
    })
  } finally {
    store.close()
  }
  await putAside(dir, now())
  await rename(join(growing, 'key.json'), join(dir, 'key.json'))
  await syncFolder(dir)
  // Last: with its database the office is there.
  await rename(join(growing, 'store.db'), join(dir, 'store.db'))
  await syncFolder(dir)
  await rm(growing, { recursive: true, force: true })
  return { masterKey, report }
}

/** What is left of an office before, where somebody may still want to look into it. Its contents stay in place. */
async function putAside(dir: string, at: number): Promise<void> {
  const names = ['store.db', 'store.db-wal', 'store.db-shm', 'key.json'].filter((name) =>
    existsSync(join(dir, name)),
  )
  if (!names.includes('store.db')) return
  const aside = join(dir, `aside-${String(at)}`)
  await mkdir(aside, { mode: 0o700 })
  for (const name of names) await rename(join(dir, name), join(aside, name))
  await syncFolder(dir)
}

function requireGenuine(backup: FoundBackup, masterKey: Uint8Array): void {
  if (!isGenuine(backup, storeKeys(masterKey))) {
    throw new AppError('backup/damaged', `${backup.name} is not what this office has made`)
  }
}
