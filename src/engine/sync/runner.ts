import { AppError, codeOf, ERRORS, isLineDown } from '../../shared/errors.ts'
import type { JobKind } from '../../shared/document/job.ts'
import type { ReachFailPoint } from '../fail-point.ts'
import type { JobHandler } from '../job-handler.ts'
import type { Job, Store } from '../store/index.ts'
import type { JobExclusion } from '../store/jobs.ts'
import { retryDelayMs } from './backoff.ts'
import type { LineToHub } from './line.ts'

/** What the runner needs of the world. */
export interface RunnerPorts {
  readonly store: Store
  readonly line: LineToHub
  readonly handlers: Readonly<Record<JobKind, JobHandler>>
  /** Looks at the hub for new packets and adds their jobs. Absent while no hub is configured. */
  readonly collect: (signal: AbortSignal) => Promise<void>
  readonly now: () => number
  readonly random: () => number
  /** Calls back after so many milliseconds; returns the undo. A parameter so that tests own time. */
  readonly timer: (afterMs: number, callback: () => void) => () => void
  readonly pollIntervalMs: number
  /** At most so many errands at once; one per document in any case. */
  readonly parallel: number
  readonly reach: ReachFailPoint
  readonly log: (level: 'info' | 'warn' | 'error', text: string) => void
  /** Something moved: which errand ended, or `undefined` after a look at the hub. */
  readonly onMoved: (job: Job | undefined) => void
}

const LEASE_MS = 30 * 60_000
const LONGEST_NAP_MS = 60_000
/** By how much the clock must go back for it to be a clock put right, not one kept right. */
const CLOCK_WENT_BACK_MS = 60_000

/** Errands that go over the line: they rest while it is down. */
const LINE_KINDS: readonly JobKind[] = ['deliver', 'fetch', 'acknowledge', 'report']

/** Errands that go elsewhere by the same line: while the hub cannot be reached, nor can they. */
const RESTING_KINDS: readonly JobKind[] = [...LINE_KINDS, 'judge']

/** Errands that no screen shows, so that no clerk can release one that is held. */
const UNSEEN_KINDS: readonly JobKind[] = ['fetch', 'admit', 'judge', 'acknowledge', 'report']

/**
 * The one loop that runs every durable job: claims what is due, one at a time per document, a few at
 * once over all; naps until the next is due; is woken by triggers. Signing is never among its jobs.
 */
export function runner(ports: RunnerPorts) {
  const { store, line, now } = ports
  const inFlight = new Map<string, { readonly abort: AbortController; readonly done: Promise<void> }>()
  const unsettled: { readonly job: Job; readonly cause: unknown }[] = []
  let stopped = false
  let started: Promise<void> | undefined
  let lastPollAt: number | undefined
  let wakeUp: (() => void) | undefined
  let rung = false
  let begun = false
  let troubled = false
  let lastTurnAt = now()
  let polling: AbortController | undefined

  /** Wakes the loop; a ring while it works is not lost. */
  function ring(): void {
    rung = true
    wakeUp?.()
  }

  function nap(ms: number): Promise<void> {
    return new Promise((resolve) => {
      if (rung || stopped) {
        resolve()
        return
      }
      const undo = ports.timer(ms, () => {
        wakeUp?.()
      })
      wakeUp = () => {
        wakeUp = undefined
        undo()
        resolve()
      }
    })
  }

  async function lookAtHub(signal: AbortSignal): Promise<void> {
    try {
      await ports.collect(signal)
      lastPollAt = now()
      if (line.cameUp()) store.jobs.makeDue(now())
    } catch (cause) {
      const code = codeOf(cause)
      if (code === 'hub/cancelled') return
      lastPollAt = now()
      if (code === 'hub/not-configured') {
        line.forget()
      } else {
        if (!isLineDown(code)) ports.log('error', `looking at the hub failed: ${code} ${messageOf(cause)}`)
        // A probe that fails in any way leaves the line down, or it would be tried again at once.
        if (isLineDown(code) || line.get().state === 'down') {
          line.wentDown(code, cause instanceof AppError ? cause.retryAfterMs : undefined)
        }
      }
    }
    ports.onMoved(undefined)
  }

  async function run(job: Job, signal: AbortSignal): Promise<void> {
    try {
      const commit = await ports.handlers[job.kind](job, signal)
      store.atomically(() => {
        commit()
        store.jobs.succeed(job.key)
      })
      ports.reach(`${job.kind}/committed`)
      if (LINE_KINDS.includes(job.kind) && line.cameUp()) store.jobs.makeDue(now())
    } catch (cause) {
      unsettled.push({ job, cause })
      settleAll()
    }
    ports.onMoved(job)
  }

  /** Writes down how errands failed. What the disk refuses now is written when the loop comes round. */
  function settleAll(): void {
    for (let one = unsettled[0]; one !== undefined; one = unsettled[0]) {
      const { job, cause } = one
      // Only an errand that is still leased has an end to be written: a commit may have come first.
      if (store.jobs.byKey(job.key)?.state === 'leased') settle(job, cause)
      unsettled.shift()
    }
  }

  function settle(job: Job, cause: unknown): void {
    const code = codeOf(cause)
    const detail = cause instanceof AppError ? cause.detail : undefined
    const retryAfterMs = cause instanceof AppError ? cause.retryAfterMs : undefined
    ports.log('warn', `job ${job.key} attempt ${String(job.attempts)}: ${code} ${messageOf(cause)}`)
    if (isLineDown(code)) line.wentDown(code, retryAfterMs)
    if (ERRORS[code].retry === 'auto') {
      const backoff = Math.max(retryDelayMs(Math.max(1, job.attempts), ports.random), retryAfterMs ?? 0)
      // We ended it ourselves, which says nothing about its chances: it is due when we begin again.
      const wait = code === 'hub/cancelled' ? 0 : backoff
      store.jobs.wait(job.key, { dueAt: now() + wait, code, detail })
    } else {
      store.jobs.hold(job.key, { code, detail, byClerk: false })
    }
  }

  function start(job: Job): void {
    const abort = new AbortController()
    const done = run(job, abort.signal)
      .catch((cause: unknown) => {
        ports.log('error', `the end of job ${job.key} could not be written: ${messageOf(cause)}`)
        troubled = true
      })
      .finally(() => {
        inFlight.delete(job.subjectId)
        ring()
      })
    inFlight.set(job.subjectId, { abort, done })
  }

  /** A line known to be down is probed by the look at the hub alone, never by a herd of errands. */
  function excluded(): JobExclusion {
    return { subjects: [...inFlight.keys()], kinds: line.get().state === 'down' ? RESTING_KINDS : [] }
  }

  function claimAll(): void {
    while (inFlight.size < ports.parallel) {
      const job = store.jobs.claimDue(now(), LEASE_MS, excluded())
      if (job === undefined) return
      start(job)
    }
  }

  function napLengthMs(): number {
    const at: number[] = []
    const state = line.get()
    if (state.nextTryAt !== undefined) at.push(state.nextTryAt)
    else at.push((lastPollAt ?? 0) + ports.pollIntervalMs)
    const dueAt = store.jobs.nextDueAt(excluded())
    if (dueAt !== undefined && inFlight.size < ports.parallel) at.push(dueAt)
    return Math.min(LONGEST_NAP_MS, Math.max(20, Math.min(...at) - now()))
  }

  /** Begins anew what a failure stopped that no clerk sees: only deliveries have a screen to be released on. */
  function releaseUnseen(): void {
    for (const kind of UNSEEN_KINDS) {
      for (const job of store.jobs.pending(kind)) {
        if (job.state === 'held') store.jobs.release(job.key, now())
      }
    }
  }

  async function loop(): Promise<void> {
    while (!stopped) {
      rung = false
      lookAtClock()
      const pollDue = lastPollAt === undefined || lastPollAt + ports.pollIntervalMs <= now()
      const probeDue = line.get().state === 'down' && line.mayTry()
      if ((pollDue && line.mayTry()) || probeDue) {
        const abort = new AbortController()
        polling = abort
        await lookAtHub(abort.signal)
        polling = undefined
      }
      if (isStopped()) break
      attempt('go on', () => {
        if (!begun) {
          store.jobs.expireLeases('all')
          releaseUnseen()
          begun = true
        }
        settleAll()
        claimAll()
      })
      await nap(troubled ? LONGEST_NAP_MS : napLengthMs())
    }
    await Promise.all([...inFlight.values()].map((flight) => flight.done))
  }

  /**
   * Whatever was put off while the clock was ahead would wait as long as it was ahead: a year, for a PC whose
   * battery is empty.
   */
  function lookAtClock(): void {
    const before = lastTurnAt
    lastTurnAt = now()
    if (lastTurnAt > before - CLOCK_WENT_BACK_MS) return
    ports.log('warn', `the clock went back by ${String(Math.round((before - lastTurnAt) / 1000))} s`)
    tryNow()
  }

  /** A store that refuses (a full disk) stops the queue until the next turn, not the program. */
  function attempt(what: string, work: () => void): void {
    try {
      work()
      troubled = false
    } catch (cause) {
      troubled = true
      ports.log('error', `the queue cannot ${what}: ${codeOf(cause)} ${messageOf(cause)}`)
    }
  }

  function tryNow(): void {
    line.tryNow()
    lastPollAt = undefined
    attempt('try at once', () => {
      releaseUnseen()
      store.jobs.makeDue(now())
    })
    ring()
  }

  /** A function, because the compiler does not see that an await may change `stopped`. */
  function isStopped(): boolean {
    return stopped
  }

  return {
    start(): void {
      started ??= loop()
    },
    ring,
    /** A reason to try the line at once: network back, wake-up from sleep, "Gửi ngay". */
    tryNow,
    /** Ends the loop; what runs is aborted and stays due for the next start. */
    async stop(): Promise<void> {
      stopped = true
      polling?.abort()
      for (const flight of inFlight.values()) flight.abort.abort()
      ring()
      await started
    },
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
