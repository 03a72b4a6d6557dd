import { existsSync } from 'node:fs'
import { join } from 'node:path'
import {
  DEFAULT_BACKUP_POLICY,
  type BackupCheck,
  type BackupPolicy,
  type BackupProgress,
  type BackupStatus,
  type BackupSummary,
} from '../shared/backup.ts'
import { AppError, codeOf, type ErrorCode } from '../shared/errors.ts'
import type { Host } from './host.ts'
import { findBackups, type FoundBackup } from './store/backup.ts'
import type { Store } from './store/index.ts'

/** What backing up needs beside the store. */
export interface BackupPorts {
  readonly store: Store
  readonly now: () => number
  readonly timer: (afterMs: number, callback: () => void) => () => void
  readonly log: Host['log']
  readonly onChange: () => void
  /** See checkBackup; bound to this office's key. */
  readonly check: (
    backup: FoundBackup,
    options: {
      readonly scratch: string
      readonly signal: AbortSignal
      readonly onFile: (done: number, all: number) => void
    },
  ) => ReturnType<Store['check']>
}

/** Of the system's dialog. */
export const BACKUP_FOLDER_TITLE = 'Chọn nơi cất bản sao lưu'

const HOUR_MS = 3_600_000
/** A stick that is put in is seen within this time. */
const LOOK_EVERY_MS = 60_000
/** Without a whole backup for so long the clerk is reminded. */
const OVERDUE_MS = 7 * 24 * HOUR_MS
const TOLD_EVERY_MS = 250

/**
 * The backups of an open office: made by themselves when they are due and their folder is there, or when the clerk
 * asks. One thing at a time; a failure is told and tried again at the next look.
 */
export function officeBackups(ports: BackupPorts) {
  const { store, now } = ports
  let running: { readonly progress: BackupProgress; readonly abort: AbortController } | undefined
  let done: Promise<unknown> = Promise.resolve()
  let failure: { code: ErrorCode; at: number } | undefined
  let check: BackupCheck | undefined
  let toldAt = 0
  let stopWaiting: () => void = () => undefined

  function policy(): BackupPolicy {
    return store.settings.get('backup') ?? DEFAULT_BACKUP_POLICY
  }

  function isDue(): boolean {
    const { everyHours } = policy()
    const last = store.settings.get('lastBackup')
    // A clock that was put back must not put backups off for as long.
    const since = last === undefined ? Number.POSITIVE_INFINITY : Math.abs(now() - last.madeAt)
    return since >= everyHours * HOUR_MS
  }

  function status(): BackupStatus {
    const chosen = policy()
    const last = store.settings.get('lastBackup')
    return {
      policy: chosen,
      folderPresent: chosen.folder !== undefined && existsSync(chosen.folder),
      ...(last === undefined ? {} : { last }),
      overdue: last === undefined || now() - last.madeAt > OVERDUE_MS,
      ...(running === undefined ? {} : { running: running.progress }),
      ...(failure === undefined ? {} : { failure }),
      ...(check === undefined ? {} : { check }),
    }
  }

  /** Runs one thing; progress is told a few times a second at most. */
  async function run<T>(
    doing: BackupProgress['doing'],
    unit: BackupProgress['unit'],
    work: (signal: AbortSignal, onProgress: (done: number, total: number) => void) => Promise<T>,
  ): Promise<T> {
    if (running !== undefined) throw new AppError('backup/busy', `${running.progress.doing} already`)
    const abort = new AbortController()
    running = { progress: { doing, done: 0, total: 0, unit }, abort }
    ports.onChange()
    const going = work(abort.signal, (doneCount, total) => {
      running = { progress: { doing, done: doneCount, total, unit }, abort }
      if (now() - toldAt < TOLD_EVERY_MS) return
      toldAt = now()
      ports.onChange()
    })
    done = going.catch(() => undefined)
    try {
      return await going
    } finally {
      running = undefined
      ports.onChange()
    }
  }

  /** @throws AppError `backup/folder-missing` while nobody has chosen one, and what makeBackup throws */
  async function make(): Promise<BackupStatus> {
    const { folder, keep } = policy()
    const agency = store.settings.get('agency')
    if (folder === undefined || agency === undefined) {
      throw new AppError('backup/folder-missing', 'no folder was chosen')
    }
    try {
      const { manifest } = await run('making', 'bytes', (signal, onProgress) =>
        store.backup({
          folder,
          organId: agency.organId,
          agencyName: agency.name,
          keep,
          madeAt: now(),
          signal,
          onProgress,
        }),
      )
      const { madeAt, files, filesBytes, databaseBytes } = manifest
      const bytes = filesBytes + databaseBytes
      store.atomically(() => {
        store.settings.set('lastBackup', { madeAt, folder, files, bytes })
        store.history.append({
          at: now(),
          subjectKind: 'office',
          subjectId: agency.organId,
          event: 'backup',
          detail: { files, bytes },
        })
      })
      failure = undefined
    } catch (cause) {
      const code = codeOf(cause)
      if (code !== 'backup/busy') failure = { code, at: now() }
      throw cause
    } finally {
      ports.onChange()
    }
    return status()
  }

  async function inFolder(): Promise<FoundBackup[]> {
    const { folder } = policy()
    return folder === undefined ? [] : findBackups(folder)
  }

  /** @throws AppError `backup/folder-missing`, `backup/damaged`, `backup/busy` */
  async function examine(name: string): Promise<BackupStatus> {
    const backup = named(await inFolder(), name)
    const report = await run('checking', 'files', (signal, onProgress) =>
      ports.check(backup, { scratch: join(store.dir, 'checking.part'), signal, onFile: onProgress }),
    )
    check = {
      name,
      checkedAt: now(),
      files: report.files,
      historyLines: report.historyLines,
      problems: report.problems.length,
    }
    ports.onChange()
    return status()
  }

  function look(): void {
    const { folder } = policy()
    if (folder !== undefined && running === undefined && isDue() && existsSync(folder)) {
      make().catch((cause: unknown) => {
        ports.log('warn', `no backup: ${codeOf(cause)} ${String(cause)}`)
      })
    }
    stopWaiting = ports.timer(LOOK_EVERY_MS, look)
  }

  return {
    status,
    make,
    check: examine,
    list: async (): Promise<BackupSummary[]> => (await inFolder()).map(summaryOf),
    save(next: BackupPolicy): BackupStatus {
      store.settings.set('backup', next)
      failure = undefined
      ports.onChange()
      return status()
    },
    cancel(): void {
      running?.abort.abort()
    },
    start(): void {
      // Not at once: an office that opens has other things to do first.
      stopWaiting = ports.timer(LOOK_EVERY_MS, look)
    },
    /** Ends what runs; half a backup is none, and the next one goes on from it. */
    async stop(): Promise<void> {
      stopWaiting()
      running?.abort.abort()
      await done
    },
  }
}

/** What a window may know of a backup. */
export function summaryOf({ name, manifest }: FoundBackup): BackupSummary {
  const { madeAt, organId, agencyName, files, filesBytes, databaseBytes } = manifest
  return { name, madeAt, organId, agencyName, files, bytes: filesBytes + databaseBytes }
}

/** The backup of that name. @throws AppError `backup/folder-missing` when it is gone */
export function named(found: readonly FoundBackup[], name: string): FoundBackup {
  const backup = found.find((one) => one.name === name)
  if (backup === undefined) throw new AppError('backup/folder-missing', `${name} is not there now`)
  return backup
}
