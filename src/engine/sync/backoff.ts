const FIRST_MS = 5_000
const LONGEST_MS = 15 * 60_000
const SPREAD = 0.2

/**
 * How long to wait before attempt `failures + 1`.
 *
 * Doubles from 5 s, stops growing at the longest wait, then spreads by ±20 % so that offices coming back from the
 * same power cut do not all call at once. There is no last attempt.
 *
 * @param failures so far, an integer ≥ 1
 * @param random uniform in [0, 1); pass a constant in tests
 * @param longestMs the longest wait before it is spread, by default 15 min
 * @returns milliseconds, 4_000 or more, at most 1.2 times the longest
 * @throws {RangeError} if `failures` is not an integer ≥ 1 (a bug, not a user error)
 * @source Marc Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog, 2015; the cap is ours,
 *   see docs/decisions/0006-outbox.md
 */
export function retryDelayMs(failures: number, random: () => number, longestMs = LONGEST_MS): number {
  if (!Number.isInteger(failures) || failures < 1) throw new RangeError(`failures: ${String(failures)}`)
  const grown = Math.min(longestMs, FIRST_MS * 2 ** Math.min(failures - 1, 20))
  return Math.round(grown * (1 - SPREAD + 2 * SPREAD * random()))
}
