import fc from 'fast-check'
import { expect, test } from 'vitest'
import { retryDelayMs } from '../../src/engine/sync/backoff.ts'

test('the wait doubles from five seconds and stops growing at a quarter of an hour', () => {
  const waits = Array.from({ length: 12 }, (_, index) => retryDelayMs(index + 1, () => 0.5) / 1000)
  expect(waits).toEqual([5, 10, 20, 40, 80, 160, 320, 640, 900, 900, 900, 900])
})

test('however often it failed, the wait stays between 4 seconds and 18 minutes', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (failures, chance) => {
        const wait = retryDelayMs(failures, () => chance)
        expect(Number.isInteger(wait)).toBe(true)
        expect(wait).toBeGreaterThanOrEqual(4_000)
        expect(wait).toBeLessThanOrEqual(1_080_000)
      },
    ),
  )
})

test('offices that failed together are spread by a fifth to either side', () => {
  expect(retryDelayMs(1, () => 0)).toBe(4_000)
  expect(retryDelayMs(1, () => 0.999_999)).toBe(6_000)
})

test('a count that is none is our own mistake', () => {
  for (const failures of [0, -1, 1.5, NaN])
    expect(() => retryDelayMs(failures, () => 0.5)).toThrow(RangeError)
})
