import type { BackupProgress, BackupSummary } from '../shared/backup.ts'
import { AppError } from '../shared/errors.ts'
import { BACKUP_FOLDER_TITLE, named, summaryOf } from './backup.ts'
import type { Host } from './host.ts'
import { findBackups, type FoundBackup } from './store/backup.ts'
import { restoreBackup } from './store/restore.ts'

/** What bringing an office back needs. */
export interface RestorePorts {
  readonly profileDir: string
  readonly now: () => number
  readonly nativeBinding?: string | undefined
  readonly host: Pick<Host, 'chooseFolder' | 'log'>
  /** Whether the profile has an office that does not open any more, as against none at all. */
  readonly insteadOfDamaged: () => boolean
  readonly onChange: () => void
}

const TOLD_EVERY_MS = 250

/** Brings an office back from a backup, before any office is open. One at a time. */
export function officeRestore(ports: RestorePorts) {
  const { host, now } = ports
  let found: readonly FoundBackup[] = []
  let running: { readonly progress: BackupProgress; readonly abort: AbortController } | undefined
  let toldAt = 0

  return {
    /** Asks for a folder and looks what is there. @throws AppError `backup/folder-missing` */
    async choose(): Promise<{ folder?: string; backups: BackupSummary[] }> {
      const folder = await host.chooseFolder(BACKUP_FOLDER_TITLE)
      if (folder === undefined) return { backups: [] }
      found = await findBackups(folder)
      return { folder, backups: found.map(summaryOf) }
    },

    /** What restoreBackup does, with a backup of the folder that was chosen. */
    async begin(name: string, recoveryCode: string): ReturnType<typeof restoreBackup> {
      if (running !== undefined) throw new AppError('backup/busy', 'restoring already')
      const abort = new AbortController()
      const progressOf = (done: number, total: number): BackupProgress => ({
        doing: 'restoring',
        done,
        total,
        unit: 'bytes',
      })
      running = { progress: progressOf(0, 0), abort }
      ports.onChange()
      try {
        return await restoreBackup(named(found, name), {
          dir: ports.profileDir,
          recoveryCode,
          insteadOfDamaged: ports.insteadOfDamaged(),
          now,
          nativeBinding: ports.nativeBinding,
          signal: abort.signal,
          onProgress: (done, total) => {
            running = { progress: progressOf(done, total), abort }
            if (now() - toldAt < TOLD_EVERY_MS) return
            toldAt = now()
            ports.onChange()
          },
        })
      } finally {
        running = undefined
        ports.onChange()
      }
    },

    progress: (): { running?: BackupProgress } =>
      running === undefined ? {} : { running: running.progress },

    cancel(): void {
      running?.abort.abort()
    },
  }
}
