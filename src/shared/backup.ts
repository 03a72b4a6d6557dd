import { z } from 'zod'
import { instant } from './document/fields.ts'
import { ERROR_CODES } from './errors.ts'

/** Where the office is backed up, how often, and how many backups stay there. */
export const backupPolicy = z.object({
  /** Absolute path. Left out, nobody has chosen one yet. */
  folder: z.string().min(1).max(1000).optional(),
  everyHours: z
    .int()
    .min(1)
    .max(24 * 31),
  keep: z.int().min(1).max(100),
})
export type BackupPolicy = z.output<typeof backupPolicy>

export const DEFAULT_BACKUP_POLICY: BackupPolicy = { everyHours: 24, keep: 7 }

/** A backup that became whole. */
export const lastBackup = z.object({
  madeAt: instant,
  folder: z.string(),
  files: z.int(),
  /** Of the database and all files. */
  bytes: z.int(),
})

/** That this office was brought back from a backup: what happened between the two moments is not in it. */
export const restored = z.object({
  /** When the backup was made. */
  madeAt: instant,
  restoredAt: instant,
  /** Files that the backup lacked, or that were damaged in it. */
  lostFiles: z.int(),
  /** The clerk has compared numbers and documents since. */
  settled: z.boolean(),
})

/** How far copying or checking has come; `total` is 0 while it is not known yet. */
export const backupProgress = z.object({
  doing: z.enum(['making', 'checking', 'restoring']),
  done: z.number(),
  total: z.number(),
  unit: z.enum(['bytes', 'files']),
})
export type BackupProgress = z.output<typeof backupProgress>

/** A backup as a window may know it. */
export const backupSummary = z.object({
  /** The moment of its making as it is written on disk; names it within its folder. */
  name: z.string().max(40),
  madeAt: instant,
  organId: z.string(),
  agencyName: z.string(),
  files: z.int(),
  bytes: z.int(),
})
export type BackupSummary = z.output<typeof backupSummary>

/** What a check of a backup found: nothing wrong where `problems` is 0. */
export const backupCheck = z.object({
  name: z.string(),
  checkedAt: instant,
  files: z.int(),
  historyLines: z.int(),
  problems: z.int(),
})
export type BackupCheck = z.output<typeof backupCheck>

/** How the office stands with its backups. */
export const backupStatus = z.object({
  policy: backupPolicy,
  /** Whether the folder is there now: a stick may lie in the drawer. */
  folderPresent: z.boolean(),
  last: lastBackup.optional(),
  /** No backup became whole for a week, or ever. */
  overdue: z.boolean(),
  running: backupProgress.optional(),
  /** Why the last attempt failed, if it did and nothing went well since. */
  failure: z.object({ code: z.enum(ERROR_CODES), at: instant }).optional(),
  check: backupCheck.optional(),
})
export type BackupStatus = z.output<typeof backupStatus>
