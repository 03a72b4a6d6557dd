import { hopOf, type ErrorCode } from '../../shared/errors.ts'
import { retryDelayMs } from './backoff.ts'

/**
 * A line that is down is tried this often at least: it is one small question of the whole office, and an urgent
 * document waits for the answer. The system says nothing when only the provider's side comes back.
 */
const LONGEST_MS = 2 * 60_000
/** To look for a stick costs nothing, and whoever puts it in waits beside it. */
const LONGEST_WITHOUT_STICK_MS = 10_000

/** What is known of the line to the hub. Times are epoch milliseconds. */
export interface LineState {
  readonly state: 'unknown' | 'up' | 'down'
  readonly since: number | undefined
  readonly error: ErrorCode | undefined
  /** When the line is tried next; `undefined` while it is not known to be down. */
  readonly nextTryAt: number | undefined
  readonly failures: number
}

/**
 * The line to the hub, as the last request found it. While it is down one attempt at a time probes it,
 * so that 300 waiting documents do not mean 300 calls into the void; when it comes back everything that
 * waited for it goes.
 */
export function lineToHub(now: () => number, random: () => number, onChange: () => void) {
  let current: LineState = {
    state: 'unknown',
    since: undefined,
    error: undefined,
    nextTryAt: undefined,
    failures: 0,
  }

  function set(next: LineState): void {
    const told =
      next.state !== current.state || next.nextTryAt !== current.nextTryAt || next.error !== current.error
    current = next
    if (told) onChange()
  }

  return {
    get: (): LineState => current,
    /** Whether the hub may be called now. */
    mayTry: (): boolean => current.nextTryAt === undefined || current.nextTryAt <= now(),
    /** An answer came. @returns whether the line was not known to be up before */
    cameUp(): boolean {
      const wasUp = current.state === 'up'
      set({
        state: 'up',
        since: wasUp ? current.since : now(),
        error: undefined,
        nextTryAt: undefined,
        failures: 0,
      })
      return !wasUp
    },
    /**
     * No answer came. The next try is later each time, unless the hub itself named a time. What fails
     * before that time was under way already when the line fell: it is the same failure, counted once.
     */
    wentDown(error: ErrorCode, retryAfterMs?: number): void {
      const earliest = now() + (retryAfterMs ?? 0)
      const { nextTryAt } = current
      if (nextTryAt !== undefined && nextTryAt > now()) {
        set({ ...current, error, nextTryAt: Math.max(nextTryAt, earliest) })
        return
      }
      const failures = current.failures + 1
      const longest = hopOf(error) === 'folder' ? LONGEST_WITHOUT_STICK_MS : LONGEST_MS
      set({
        state: 'down',
        since: current.state === 'down' ? current.since : now(),
        error,
        nextTryAt: Math.max(now() + retryDelayMs(failures, random, longest), earliest),
        failures,
      })
    },
    /** There is no hub to have a line to. */
    forget(): void {
      set({ state: 'unknown', since: undefined, error: undefined, nextTryAt: undefined, failures: 0 })
    },
    /** A reason to believe that it is worth trying at once: network back, wake-up, "Gửi ngay". */
    tryNow(): void {
      if (current.nextTryAt !== undefined) set({ ...current, nextTryAt: now() })
    },
  }
}
export type LineToHub = ReturnType<typeof lineToHub>
