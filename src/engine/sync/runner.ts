import { AppError, codeOf, ERRORS, isLineDown } from '../../shared/errors.ts'
import { jobKind, type JobKind } from '../../shared/document/job.ts'
import { isLargeHour, LARGE_PACKET_BYTES, type QueuePolicy } from '../../shared/queue-policy.ts'
import type { ReachFailPoint } from '../fail-point.ts'
import type { JobHandler, OnDisk } from '../job-handler.ts'
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
  /** How the office lets its line be used, as of now. One errand at a time per document in any case. */
  readonly policy: () => QueuePolicy
  readonly reach: ReachFailPoint
  readonly log: (level: 'info' | 'warn' | 'error', text: string) => void
  /** Something moved: which errand ended, or `undefined` after a look at the hub. */
  readonly onMoved: (job: Job | undefined) => void
}

const LEASE_MS = 30 * 60_000
const LONGEST_NAP_MS = 60_000
/** By how much the clock must go back for it to be a clock put right, not one kept right. */
const CLOCK_WENT_BACK_MS = 60_000

/** A hub that has not answered a look for so long is not waited for. */
const STALE_LOOK_MS = 10_000

/** A line that was gone for longer finds much waiting, in this office as in its neighbours. */
const LONG_SILENCE_MS = 10 * 60_000
/** Then the first errand goes within this time, by chance, */
const FIRST_WITHIN_MS = 10_000
/** and the others one after the other with about this much between them, until none waits. */
const SPACING_MS = 500

/** Errands that go over the line: they rest while it is down. */
const LINE_KINDS: readonly JobKind[] = ['deliver', 'fetch', 'acknowledge', 'report', 'evidence']

/** Errands that go elsewhere by the same line: while the hub cannot be reached, nor can they. */
const RESTING_KINDS: readonly JobKind[] = [...LINE_KINDS, 'judge']

/** So many wait for the disk at most: then nothing new begins. */
const MOST_AT_ONCE = 256

/** Errands that need no line: they have places of their own, beside those of the office's policy. */
const LOCAL_KINDS: readonly JobKind[] = ['admit']
const LOCAL_AT_ONCE = 3

/** Errands that no screen shows, so that no clerk can release one that is held. */
const UNSEEN_KINDS: readonly JobKind[] = ['fetch', 'admit', 'judge', 'acknowledge', 'report', 'evidence']

/** An errand that failed, until that is written down. */
interface Ended {
  readonly job: Job
  readonly cause: unknown
  /** {@link runner}'s count of reasons when it began. */
  readonly reasonsBefore: number
}

/** An errand that runs. */
interface Flight {
  readonly job: Job
  readonly abort: AbortController
  readonly done: Promise<void>
  /** What a person does to it as soon as it has ended, before it could be claimed again. */
  afterwards: (() => void) | undefined
}

/**
 * The one loop that runs every durable job: claims what is due, the urgent first, one at a time per document,
 * a few at once over all, of which one is kept for small ones; naps until the next is due; is woken by
 * triggers. Looks at the hub beside that. Signing is never among its jobs.
 */
export function runner(ports: RunnerPorts) {
  const { store, line, now } = ports
  const inFlight = new Map<string, Flight>()
  /** How many of them have a place of the office's policy; the others wait for the disk, or for a place again. */
  let working = 0
  let workingLocally = 0
  const returning: (() => void)[] = []
  const unsettled: Ended[] = []
  let stopped = false
  let started: Promise<void> | undefined
  let lastPollAt: number | undefined
  /** How often somebody had a reason to try at once. */
  let reasons = 0
  let wakeUp: (() => void) | undefined
  let rung = false
  /** How much was lost when it began, or began anew. */
  let begunWith = -1
  let troubled = false
  let lastTurnAt = now()
  let polling:
    { readonly abort: AbortController; readonly done: Promise<void>; readonly begunAt: number } | undefined
  /** After a long silence: when the next errand may begin. */
  let paceUntil: number | undefined

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
    const reasonsBefore = reasons
    try {
      await ports.collect(signal)
      // A list that was asked for before the reason came may lack what the reason is about.
      lastPollAt = reasons === reasonsBefore ? now() : undefined
      cameUp()
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
        // This try began before the network came back, or before the clerk asked, and says nothing about it.
        if (reasons !== reasonsBefore) line.tryNow()
      }
    }
    ports.onMoved(undefined)
  }

  /** An answer came: what waited for the line is due, but not all at one moment. */
  function cameUp(): void {
    const { state, since } = line.get()
    if (!line.cameUp()) return
    if (state === 'down' && now() - (since ?? now()) >= LONG_SILENCE_MS) {
      paceUntil = now() + FIRST_WITHIN_MS * ports.random()
    }
    store.jobs.makeDue(now())
  }

  function look(): void {
    const abort = new AbortController()
    const done = lookAtHub(abort.signal).finally(() => {
      polling = undefined
      ring()
    })
    polling = { abort, done, begunAt: now() }
  }

  /** Whether a look at the hub runs that may still be heard of before long. */
  function isFresh(): boolean {
    return polling !== undefined && now() < polling.begunAt + STALE_LOOK_MS
  }

  /** Lets another errand have the place. */
  function leave(): void {
    working -= 1
    if (working < ports.policy().parallel) {
      returning.shift()?.()
    }
  }

  function enter(): Promise<void> {
    return new Promise((resolve) => {
      const begin = (): void => {
        working += 1
        resolve()
      }
      if (working < ports.policy().parallel) begin()
      else returning.push(begin)
    })
  }

  /** What an errand waits with that began when so much was {@link Store.lost}. */
  function diskFor(lostBefore: number): OnDisk {
    return async () => {
      leave()
      ring()
      try {
        await store.durable()
      } finally {
        await enter()
      }
      // It may have begun with what is undone.
      if (store.lost() !== lostBefore) throw new AppError('store/disk-full', 'what it rests on is undone')
    }
  }

  async function run(job: Job, signal: AbortSignal): Promise<void> {
    const reasonsBefore = reasons
    const onDisk = diskFor(store.lost())
    try {
      const commit = await ports.handlers[job.kind](job, signal, onDisk)
      // What a power cut takes back of this is done again: whoever tells others waits for the disk before.
      store.atomically(() => {
        commit()
        store.jobs.succeed(job.key)
      }, 'soon')
      void store.durable().catch((cause: unknown) => {
        ports.log('error', `the disk does not take what is written: ${messageOf(cause)}`)
      })
      ports.reach(`${job.kind}/committed`)
      if (LINE_KINDS.includes(job.kind)) cameUp()
    } catch (cause) {
      unsettled.push({ job, cause, reasonsBefore })
      settleAll()
    }
    ports.onMoved(job)
  }

  /** Writes down how errands failed. What the disk refuses now is written when the loop comes round. */
  function settleAll(): void {
    for (let one = unsettled[0]; one !== undefined; one = unsettled[0]) {
      const { job } = one
      // Only an errand that is still leased has an end to be written: a commit may have come first.
      if (store.jobs.byKey(job.key)?.state === 'leased') settle(one)
      unsettled.shift()
    }
  }

  function settle({ job, cause, reasonsBefore }: Ended): void {
    const code = codeOf(cause)
    const detail = cause instanceof AppError ? cause.detail : undefined
    const retryAfterMs = cause instanceof AppError ? cause.retryAfterMs : undefined
    ports.log('warn', `job ${job.key} attempt ${String(job.attempts)}: ${code} ${messageOf(cause)}`)
    // It began before the network came back, or before the clerk asked, and says nothing about now.
    const isOutdated = reasons !== reasonsBefore
    if (isLineDown(code)) {
      line.wentDown(code, retryAfterMs)
      if (isOutdated) line.tryNow()
    }
    if (ERRORS[code].retry === 'auto') {
      const backoff = Math.max(retryDelayMs(Math.max(1, job.attempts), ports.random), retryAfterMs ?? 0)
      // We ended it ourselves, which says nothing about its chances: it is due when we begin again.
      const wait = code === 'hub/cancelled' || (isOutdated && isLineDown(code)) ? 0 : backoff
      store.atomically(() => store.jobs.wait(job.key, { dueAt: now() + wait, code, detail }), 'soon')
    } else {
      store.jobs.hold(job.key, { code, detail, byClerk: false })
    }
  }

  function start(job: Job): void {
    const abort = new AbortController()
    if (isLocal(job.kind)) workingLocally += 1
    else working += 1
    const done = run(job, abort.signal)
      .catch((cause: unknown) => {
        ports.log('error', `the end of job ${job.key} could not be written: ${messageOf(cause)}`)
        troubled = true
      })
      .finally(() => {
        const { afterwards } = inFlight.get(job.subjectId) ?? {}
        inFlight.delete(job.subjectId)
        afterwards?.()
        if (isLocal(job.kind)) workingLocally -= 1
        else leave()
        ring()
      })
    inFlight.set(job.subjectId, { job, abort, done, afterwards: undefined })
  }

  /**
   * A line that is down, or of which nothing is known yet, is probed by the look at the hub alone, never by a
   * herd of errands. On a line that is up nobody waits for a look, and for one that hangs not for long.
   */
  function excluded(policy: QueuePolicy): JobExclusion {
    const { state } = line.get()
    const isProbed = state === 'down' || (state === 'unknown' && isFresh())
    const isJudging = [...inFlight.values()].some(({ job }) => job.kind === 'judge')
    // A silent authority takes one place, whatever waits for it.
    const resting: readonly JobKind[] = isProbed ? RESTING_KINDS : isJudging ? ['judge'] : []
    const kinds = [
      ...resting,
      ...(hasPlace(policy) ? [] : jobKind.options.filter((kind) => !isLocal(kind))),
      ...(workingLocally < LOCAL_AT_ONCE ? [] : LOCAL_KINDS),
    ]
    const large = [...inFlight.values()].filter(({ job }) => (job.sizeBytes ?? 0) > LARGE_PACKET_BYTES)
    const isLaneFull = large.length >= policy.parallel - 1
    const over =
      isLaneFull || !isLargeHour(policy, now())
        ? { bytes: LARGE_PACKET_BYTES, unlessUrgent: !isLaneFull }
        : undefined
    return {
      subjects: [...inFlight.keys()],
      kinds: policy.paused ? [...kinds, 'deliver'] : kinds,
      ...(over === undefined ? {} : { over }),
    }
  }

  function hasPlace({ parallel }: QueuePolicy): boolean {
    return working < parallel && returning.length === 0
  }

  function hasRoom(policy: QueuePolicy): boolean {
    return inFlight.size < MOST_AT_ONCE && (hasPlace(policy) || workingLocally < LOCAL_AT_ONCE)
  }

  function claimAll(): void {
    const policy = ports.policy()
    while (hasRoom(policy) && (paceUntil ?? 0) <= now()) {
      const job = store.jobs.claimDue(now(), LEASE_MS, excluded(policy))
      if (job === undefined) {
        if (inFlight.size === 0) paceUntil = undefined
        return
      }
      if (paceUntil !== undefined) paceUntil = now() + SPACING_MS * (0.5 + ports.random())
      start(job)
    }
  }

  function napLengthMs(): number {
    const at: number[] = []
    const state = line.get()
    if (polling === undefined) at.push(state.nextTryAt ?? (lastPollAt ?? 0) + ports.pollIntervalMs)
    else if (isFresh()) at.push(polling.begunAt + STALE_LOOK_MS)
    const policy = ports.policy()
    const dueAt = hasRoom(policy) ? store.jobs.nextDueAt(excluded(policy)) : undefined
    if (dueAt !== undefined) at.push(Math.max(dueAt, paceUntil ?? 0))
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
      if (polling === undefined && ((pollDue && line.mayTry()) || probeDue)) look()
      attempt('go on', () => {
        if (begunWith !== store.lost()) {
          begunWith = store.lost()
          store.jobs.expireLeases('all')
          releaseUnseen()
        }
        settleAll()
        claimAll()
      })
      await nap(troubled ? LONGEST_NAP_MS : napLengthMs())
    }
    await Promise.all([polling?.done, ...[...inFlight.values()].map((flight) => flight.done)])
  }

  /**
   * Whatever was put off while the clock was ahead would wait as long as it was ahead: a year, for a PC whose
   * battery is empty.
   */
  function lookAtClock(): void {
    const before = lastTurnAt
    lastTurnAt = now()
    if (lastTurnAt > before - CLOCK_WENT_BACK_MS) return
    paceUntil = undefined
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
    reasons += 1
    line.tryNow()
    lastPollAt = undefined
    // It hangs on a line that may be another one by now; the next look takes its place at once.
    if (polling !== undefined && !isFresh()) polling.abort.abort()
    attempt('try at once', () => {
      releaseUnseen()
      store.jobs.makeDue(now())
    })
    ring()
  }

  return {
    start(): void {
      started ??= loop()
    },
    ring,
    /** A reason to try the line at once: network back, wake-up from sleep, "Gửi ngay". */
    tryNow,
    /** The office's policy changed: what it no longer allows stops, and stays due. */
    policyChanged(): void {
      for (const { job, abort } of inFlight.values()) {
        if (job.kind === 'deliver' && ports.policy().paused) abort.abort()
      }
      while (working < ports.policy().parallel && returning.length > 0) returning.shift()?.()
      ring()
    },
    /**
     * Ends what runs about a document, and then does what a person wants of it before it could begin again.
     *
     * @throws whatever `work` throws
     */
    async interrupt(subjectId: string, work: () => void): Promise<void> {
      const flight = inFlight.get(subjectId)
      if (flight === undefined) {
        work()
        return
      }
      let failure: { readonly cause: unknown } | undefined
      flight.afterwards = () => {
        try {
          work()
        } catch (cause) {
          failure = { cause }
        }
      }
      flight.abort.abort()
      await flight.done
      if (failure !== undefined) throw failure.cause
    },
    /** Ends the loop; what runs is aborted and stays due for the next start. */
    async stop(): Promise<void> {
      stopped = true
      polling?.abort.abort()
      for (const flight of inFlight.values()) flight.abort.abort()
      ring()
      await started
    },
  }
}

function isLocal(kind: JobKind): boolean {
  return LOCAL_KINDS.includes(kind)
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
