import { z } from 'zod'
import { instant } from '../../shared/document/fields.ts'
import {
  JOB,
  jobKind,
  jobState,
  type JobEvent,
  type JobKind,
  type JobState,
} from '../../shared/document/job.ts'
import type { HistoryEntry } from '../../shared/document/history.ts'
import { AppError, ERROR_CODES, type ErrorCode } from '../../shared/errors.ts'
import { next } from '../../shared/machine.ts'
import { flag, json, maybe, numberRow, orNull } from './columns.ts'
import type { Database } from './database.ts'
import type { HistoryStore } from './history.ts'

const jobRow = z.object({
  key: z.string(),
  kind: jobKind,
  /** The document or packet it is about; see {@link jobKind}. */
  subjectId: z.string(),
  /** Whatever `add` was given; the handler parses it. */
  payload: json(z.unknown()),
  state: jobState,
  /** Higher goes first. */
  priority: z.int(),
  /** How often it was begun, this time included. */
  attempts: z.int(),
  dueAt: instant,
  createdAt: instant,
  changedAt: instant,
  leaseUntil: maybe(instant),
  lastErrorCode: maybe(z.enum(ERROR_CODES)),
  lastErrorDetail: maybe(z.string()),
  heldByClerk: flag,
  /**
   * Since when bytes may have reached the hub without an answer: ask the hub before sending again.
   * Survives crashes, waits, holds and `again`; only `clearSending` takes it away.
   */
  sentMark: maybe(instant),
  /** How much it carries; undefined where it is next to nothing. */
  sizeBytes: maybe(z.int()),
  /** Where a broken transfer goes on, as its handler wrote it down; the handler parses it. */
  transfer: maybe(json(z.unknown())),
})
/** An errand; see src/shared/document/job.ts. */
export type Job = z.output<typeof jobRow>

/** A new errand. */
export interface NewJob {
  /** Names the errand for ever, such as `deliver/<document id>/<revision>`. */
  readonly key: string
  readonly kind: JobKind
  readonly subjectId: string
  readonly dueAt: number
  readonly payload?: unknown
  readonly priority?: number
  readonly sizeBytes?: number | undefined
  /** Begin anew when the errand of that key is done already. */
  readonly again?: boolean
}

/** Which errands to leave alone, because one for the same subject is running. */
export interface JobExclusion {
  readonly kinds?: readonly JobKind[]
  readonly subjects?: readonly string[]
  /** What carries more than this. */
  readonly over?: {
    readonly bytes: number
    /** Not what is urgent. */
    readonly unlessUrgent: boolean
  }
}

/** How much of the other side's words goes to the history. */
const KEPT_WORDS_CHARACTERS = 500

const COLUMNS = `key, kind, subject_id AS subjectId, payload, state, priority, attempts, due_at AS dueAt,
  created_at AS createdAt, changed_at AS changedAt, lease_until AS leaseUntil, last_error_code AS lastErrorCode,
  last_error_detail AS lastErrorDetail, held_by_clerk AS heldByClerk, sent_mark AS sentMark, size_bytes AS sizeBytes,
  transfer`
/**
 * Asked for each kind apart, so that the index leads to the one errand instead of past all others. The
 * plus signs keep SQLite from taking the other one, which would have to be sorted.
 */
const ALLOWED = `state = 'ready' AND kind = kinds.value
  AND subject_id NOT IN (SELECT value FROM json_each(@subjects))
  AND (coalesce(size_bytes, 0) <= @largest OR priority >= @urgentFrom)`
/** The order in which errands go: the urgent first, then the oldest. */
const ORDER = 'priority DESC, created_at, due_at, key'

export type JobStore = ReturnType<typeof jobStore>

/**
 * The durable queue of errands. The only module that changes the `job` table. Nothing here deletes a
 * row, and nothing counts attempts against a limit.
 *
 * Holds, releases, dismissals, expiries and successes go to the history, and of the waits those whose
 * error differs from the one before: an office that is offline for a week does not fill it. Every attempt
 * for which bytes may leave is written down with its end: it is what the office can prove.
 */
export function jobStore(db: Database, history: HistoryStore, now: () => number) {
  const one = db.query('jobs.byKey', `SELECT ${COLUMNS} FROM job WHERE key = @key`, jobRow)
  const insert = db.command(
    'jobs.add',
    `INSERT INTO job (key, kind, subject_id, payload, state, priority, attempts, due_at, created_at, changed_at,
       lease_until, last_error_code, last_error_detail, held_by_clerk, sent_mark, size_bytes)
     VALUES (@key, @kind, @subjectId, @payload, 'ready', @priority, 0, @dueAt, @at, @at, NULL, NULL, NULL, 0, NULL,
       @sizeBytes)
     ON CONFLICT (key) DO NOTHING`,
  )
  const begin = db.command(
    'jobs.addAgain',
    `UPDATE job SET state = 'ready', payload = @payload, priority = @priority, attempts = 0, due_at = @dueAt,
       created_at = @at, changed_at = @at, last_error_code = NULL, last_error_detail = NULL, held_by_clerk = 0,
       size_bytes = @sizeBytes, transfer = NULL
     WHERE key = @key AND state = 'done'`,
  )
  const claim = db.query(
    'jobs.claimDue',
    `UPDATE job SET state = 'leased', attempts = attempts + 1, lease_until = @leaseUntil, changed_at = @now
     WHERE key = (
       SELECT key FROM job WHERE key IN (
         SELECT (SELECT key FROM job WHERE ${ALLOWED} AND +due_at <= @now ORDER BY ${ORDER} LIMIT 1)
         FROM json_each(@kinds) AS kinds)
       ORDER BY ${ORDER} LIMIT 1)
     RETURNING ${COLUMNS}`,
    jobRow,
  )
  const extend = db.command(
    'jobs.extendLease',
    "UPDATE job SET lease_until = @leaseUntil WHERE key = @key AND state = 'leased'",
  )
  const swap = db.command(
    'jobs.move',
    `UPDATE job SET state = @to, changed_at = @at, lease_until = NULL, due_at = @dueAt, last_error_code = @code,
       last_error_detail = @detail, held_by_clerk = @heldByClerk
     WHERE key = @key AND state = @from`,
  )
  const leased = db.query('jobs.leased', `SELECT ${COLUMNS} FROM job WHERE state = 'leased'`, jobRow)
  const dueAll = db.command(
    'jobs.makeDue',
    "UPDATE job SET due_at = @now WHERE state = 'ready' AND due_at > @now",
  )
  const earliest = db.query(
    'jobs.nextDueAt',
    `SELECT min(due) AS value FROM (
       SELECT (SELECT due_at FROM job WHERE ${ALLOWED} ORDER BY due_at LIMIT 1) AS due
       FROM json_each(@kinds) AS kinds)
     HAVING min(due) IS NOT NULL`,
    numberRow,
  )
  const bySubject = db.query(
    'jobs.forSubject',
    `SELECT ${COLUMNS} FROM job WHERE subject_id = @subjectId AND kind = @kind ORDER BY created_at DESC, key DESC`,
    jobRow,
  )
  const open = db.query(
    'jobs.pending',
    `SELECT ${COLUMNS} FROM job WHERE state IN ('ready', 'leased', 'held') AND kind = @kind
     ORDER BY ${ORDER}`,
    jobRow,
  )
  const raise = db.command(
    'jobs.putFirst',
    `UPDATE job SET priority = 1 + (SELECT max(priority) FROM job WHERE state IN ('ready', 'leased', 'held'))
     WHERE key = @key`,
  )
  const countLeased = db.query(
    'jobs.leasedCount',
    "SELECT count(*) AS value FROM job WHERE state = 'leased'",
    numberRow,
  )
  const mark = db.command(
    'jobs.markSending',
    'UPDATE job SET sent_mark = @at WHERE key = @key AND sent_mark IS NULL',
  )
  const keep = db.command('jobs.keepTransfer', 'UPDATE job SET transfer = @transfer WHERE key = @key')
  const unmark = db.command('jobs.clearSending', 'UPDATE job SET sent_mark = NULL WHERE key = @key')

  function byKey(key: string): Job | undefined {
    return one.get({ key })
  }

  function existing(key: string): Job {
    const job = byKey(key)
    if (job === undefined) throw new AppError('document/not-found', `job ${key}`)
    return job
  }

  /**
   * Adds an errand, in the transaction that makes it necessary. A key that exists already is left as it
   * is, unless `again` is asked for and it is done. Answers the errand as it then stands.
   */
  function add(job: NewJob): Job {
    return db.atomically(() => {
      const { key, kind, subjectId, dueAt } = job
      const row = {
        key,
        dueAt,
        payload: JSON.stringify(job.payload ?? null),
        priority: job.priority ?? 0,
        sizeBytes: orNull(job.sizeBytes),
        at: now(),
      }
      if (insert.run({ ...row, kind, subjectId }) === 0 && job.again === true) begin.run(row)
      return existing(key)
    })
  }

  /**
   * Leases the errand that is due first, or answers `undefined`. Counts the attempt. It is on the disk soon: who
   * has lost its power holds no leases.
   */
  function claimDue(at: number, leaseMs: number, except: JobExclusion = {}): Job | undefined {
    return db.atomically(() => claim.get({ now: at, leaseUntil: at + leaseMs, ...exclusion(except) }), 'soon')
  }

  /** A long upload says that it is still alive. */
  function extendLease(key: string, leaseUntil: number): void {
    extend.run({ key, leaseUntil })
  }

  function succeed(key: string): Job {
    return move(key, 'succeed', { lastErrorCode: undefined, lastErrorDetail: undefined })
  }

  /** An `auto` error: back in the queue, to be tried at `dueAt`. */
  function wait(key: string, why: { dueAt: number; code: ErrorCode; detail?: string | undefined }): Job {
    return move(key, 'wait', { dueAt: why.dueAt, lastErrorCode: why.code, lastErrorDetail: why.detail })
  }

  /** A person must decide. Without a code the last error stays. */
  function hold(key: string, why: { code?: ErrorCode; detail?: string | undefined; byClerk: boolean }): Job {
    const error = why.code === undefined ? {} : { lastErrorCode: why.code, lastErrorDetail: why.detail }
    return move(key, 'hold', { ...error, heldByClerk: why.byClerk })
  }

  /** The clerk lets it go on. */
  function release(key: string, at: number): Job {
    return move(key, 'release', { dueAt: at })
  }

  /** The clerk ends it; `reason` goes to the history. */
  function dismiss(key: string, reason: string): Job {
    return move(key, 'dismiss', {}, { reason })
  }

  /**
   * Takes back leases that have passed by `at`; with `'all'`, every lease: at start nobody can be at
   * work. Answers what came back. A sent mark stays: the outcome is still unknown.
   */
  function expireLeases(at: number | 'all'): Job[] {
    return db.atomically(() =>
      leased
        .all()
        .filter((job) => at === 'all' || (job.leaseUntil ?? 0) <= at)
        .map((job) => move(job.key, 'expire', { dueAt: at === 'all' ? now() : at })),
    )
  }

  /** "Gửi ngay": everything that waits for its time is due. Held errands stay held. */
  function makeDue(at: number): number {
    return dueAll.run({ now: at })
  }

  /** When the next errand is due, or `undefined` when none waits for a time. */
  function nextDueAt(except: JobExclusion = {}): number | undefined {
    return earliest.get(exclusion(except))?.value
  }

  /** The errands of that kind about a document or packet, the newest first. */
  function forSubject(kind: JobKind, subjectId: string): Job[] {
    return bySubject.all({ kind, subjectId })
  }

  /** The errands of that kind that are not done, in the order they will be run. */
  function pending(kind: JobKind): Job[] {
    return open.all({ kind })
  }

  /** The clerk wants it before all others, the urgent ones included. */
  function putFirst(key: string): void {
    db.atomically(() => {
      const job = existing(key)
      raise.run({ key })
      note(job, 'first', now(), {})
    })
  }

  function leasedCount(): number {
    return countLeased.get()?.value ?? 0
  }

  /**
   * Call before the first byte goes out, outside any transaction: it is a commit of its own, and on the disk soon;
   * no byte may go out before it is. `packet` is what goes out, for the history.
   */
  function markSending(key: string, at: number, packet: HistoryEntry['detail'] = {}): void {
    db.atomically(() => {
      const job = existing(key)
      mark.run({ key, at })
      note(job, 'attempt', at, packet)
    }, 'soon')
  }

  /** Call when an attempt ended without a yes. The mark stays where the packet may have arrived all the same. */
  function failSending(
    key: string,
    failure: { code: ErrorCode; detail?: string | undefined; mayHaveArrived: boolean },
  ): void {
    db.atomically(() => {
      const job = existing(key)
      const { code, detail, mayHaveArrived } = failure
      if (!mayHaveArrived) unmark.run({ key })
      note(job, 'attempt-failed', now(), {
        code,
        ...(detail === undefined ? {} : { words: detail.slice(0, KEPT_WORDS_CHARACTERS) }),
        mayHaveArrived,
      })
    })
  }

  /** Call when it is known of an unknown outcome that nothing arrived: the hub says so, or the clerk. */
  function clearSending(key: string, saidBy: 'hub' | 'clerk'): void {
    db.atomically(() => {
      const job = existing(key)
      unmark.run({ key })
      note(job, 'not-arrived', now(), { saidBy })
    })
  }

  /**
   * After an older copy of the store took the place of a newer one: what waits to be sent may have been sent
   * already, by the store that is gone. Each such errand asks the hub before it sends. Answers how many.
   */
  function doubtAll(): number {
    return db.atomically(() => {
      const doubtful = [...pending('deliver'), ...pending('report')].filter(
        ({ sentMark }) => sentMark === undefined,
      )
      for (const { key, createdAt } of doubtful) doubt(key, createdAt)
      return doubtful.length
    })
  }

  /** The same for one errand, before its first attempt. `since`: before that moment nothing can have been sent. */
  function doubt(key: string, since: number): void {
    db.atomically(() => {
      const job = existing(key)
      mark.run({ key, at: since })
      note(job, 'doubt', now(), { since })
    })
  }

  function note(job: Job, event: string, at: number, more: HistoryEntry['detail']): void {
    const detail = { kind: job.kind, attempts: job.attempts, ...more }
    history.append({ at, subjectKind: 'job', subjectId: job.key, event, detail })
  }

  /**
   * Writes down where the transfer can go on if it breaks; undefined where it would begin anew. Like the sent
   * mark it is a commit of its own, on the disk soon, and survives crashes, waits and holds.
   */
  function keepTransfer(key: string, transfer: unknown): void {
    db.atomically(() => {
      existing(key)
      keep.run({ key, transfer: transfer === undefined ? null : JSON.stringify(transfer) })
    }, 'soon')
  }

  type Change = Partial<Pick<Job, 'dueAt' | 'lastErrorCode' | 'lastErrorDetail' | 'heldByClerk'>>

  /** Moves one arrow along JOB, only if nobody moved it first. */
  function move(key: string, event: JobEvent, change: Change, detail: Record<string, string> = {}): Job {
    return db.atomically(() => {
      const job = existing(key)
      const to: JobState | undefined = next(JOB, job.state, event)
      if (to === undefined)
        throw new AppError('document/wrong-state', `job ${key}: ${event} while ${job.state}`)
      const after = { ...job, heldByClerk: false, ...change }
      const at = now()
      const moved = swap.run({
        key,
        from: job.state,
        to,
        at,
        dueAt: after.dueAt,
        code: orNull(after.lastErrorCode),
        detail: orNull(after.lastErrorDetail),
        heldByClerk: after.heldByClerk ? 1 : 0,
      })
      if (moved !== 1) throw new AppError('document/changed', `job ${key}`)
      if (event !== 'wait' || after.lastErrorCode !== job.lastErrorCode) {
        const error = after.lastErrorCode === undefined ? {} : { code: after.lastErrorCode }
        note(job, event, at, { ...error, ...detail })
      }
      return existing(key)
    })
  }

  return {
    add,
    byKey,
    claimDue,
    clearSending,
    dismiss,
    doubt,
    doubtAll,
    expireLeases,
    extendLease,
    failSending,
    forSubject,
    hold,
    keepTransfer,
    leasedCount,
    makeDue,
    markSending,
    nextDueAt,
    pending,
    putFirst,
    release,
    succeed,
    wait,
  }
}

/** From this priority on a document is urgent (khẩn). */
const URGENT = 1

function exclusion({ kinds = [], subjects = [], over }: JobExclusion) {
  return {
    kinds: JSON.stringify(jobKind.options.filter((kind) => !kinds.includes(kind))),
    subjects: JSON.stringify(subjects),
    largest: over?.bytes ?? Number.MAX_SAFE_INTEGER,
    urgentFrom: over?.unlessUrgent === true ? URGENT : Number.MAX_SAFE_INTEGER,
  }
}
