import { z } from 'zod'
import { backupPolicy, backupProgress, backupStatus, backupSummary } from '../../backup.ts'
import { nothing, type Requests } from './values.ts'

const backupName = z.string().regex(/^[0-9TZ-]{10,40}$/)

/** Backups of an open office, and bringing one back where there is no office. */
export const backupContract = {
  'backup.status': { input: nothing, output: backupStatus },
  /** Opens the system's dialog. `folder` is left out when the clerk thought better of it. */
  'backup.chooseFolder': { input: nothing, output: z.object({ folder: z.string().optional() }) },
  'backup.save': { input: backupPolicy, output: backupStatus },
  /** "Sao lưu ngay": answers when it is whole. */
  'backup.make': { input: nothing, output: backupStatus },
  /** Ends what runs: a backup or a check. */
  'backup.cancel': { input: nothing, output: nothing },
  /** The whole backups in the folder that was chosen, the newest first. */
  'backup.list': { input: nothing, output: z.array(backupSummary) },
  /** Reads all of a backup and changes nothing; answers when it was read. */
  'backup.check': { input: z.object({ name: backupName }), output: backupStatus },
  /** The clerk has compared numbers and documents after a restore. */
  'backup.settleRestored': { input: nothing, output: nothing },

  /** Opens the system's dialog and looks what is there. Before an office is open. */
  'restore.choose': {
    input: nothing,
    output: z.object({ folder: z.string().optional(), backups: z.array(backupSummary) }),
  },
  /** Brings a backup of the chosen folder back; answers when the office is open. */
  'restore.begin': {
    input: z.object({ name: backupName, recoveryCode: z.string().max(200) }),
    output: z.object({ files: z.int(), lostFiles: z.int() }),
  },
  'restore.progress': { input: nothing, output: z.object({ running: backupProgress.optional() }) },
  'restore.cancel': { input: nothing, output: nothing },
} satisfies Requests
