const FIRST_MS = 5_000
const LONGEST_MS = 15 * 60_000
const SPREAD = 0.2

/**
 * How long to wait before attempt `failures + 1`.
 *
 * Doubles from 5 s, stops growing at 15 min, then spreads by ±20 % so that offices coming back from the
 * same power cut do not all call at once. There is no last attempt.
 *
 * @param failures so far, an integer ≥ 1
 * @param random uniform in [0, 1); pass a constant in tests
 * @returns milliseconds, between 4_000 and 1_080_000
 * @throws {RangeError} if `failures` is not an integer ≥ 1 (a bug, not a user error)
 * @source Marc Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog, 2015; the cap is ours,
 *   see docs/decisions/0006-outbox.md
 */
export function retryDelayMs(failures: number, random: () => number): number {
  if (!Number.isInteger(failures) || failures < 1) throw new RangeError(`failures: ${String(failures)}`)
  const grown = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures - 1, 20))
  return Math.round(grown * (1 - SPREAD + 2 * SPREAD * random()))
}
