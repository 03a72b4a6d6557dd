import { expect, test } from 'vitest'
import { lineSpeed } from '../../src/engine/sync/speed.ts'
import { DEFAULT_QUEUE_POLICY, isLargeHour } from '../../src/shared/queue-policy.ts'
import { clock, MORNING } from '../store/office.ts'

const HOUR_MS = 3_600_000

test.each([
  { largeHours: undefined, allowed: Array.from({ length: 24 }, (_, hour) => hour) },
  { largeHours: { from: 18, to: 22 }, allowed: [18, 19, 20, 21] },
  { largeHours: { from: 22, to: 3 }, allowed: [0, 1, 2, 22, 23] },
])('the hours of large documents are those of Vietnam: $largeHours', ({ largeHours, allowed }) => {
  // MORNING is 8 o'clock.
  const midnight = MORNING - 8 * HOUR_MS
  const policy = { ...DEFAULT_QUEUE_POLICY, ...(largeHours === undefined ? {} : { largeHours }) }
  const found = Array.from({ length: 24 }, (_, hour) => hour).filter((hour) =>
    isLargeHour(policy, midnight + (hour + 0.99) * HOUR_MS),
  )
  expect(found).toEqual(allowed)
})

test('the speed of the line is that of all transfers together, and what was there already does not count', () => {
  const { now, advance } = clock()
  const speed = lineSpeed(now)
  expect(speed.bytesPerSecond()).toBeUndefined()
  // One goes on from five megabytes, another begins.
  speed.note('one', 5_000_000)
  speed.note('two', 0)
  for (let second = 1; second <= 10; second += 1) {
    advance(1_000)
    speed.note('one', 5_000_000 + second * 20_000)
    speed.note('two', second * 10_000)
  }
  expect(speed.bytesPerSecond()).toBeGreaterThan(28_000)
  expect(speed.bytesPerSecond()).toBeLessThan(32_000)
  speed.end('one')
  // The line grows slower: after the window nothing of the old speed is left.
  for (let second = 11; second <= 60; second += 1) {
    advance(1_000)
    speed.note('two', 100_000 + (second - 10) * 1_000)
  }
  expect(speed.bytesPerSecond()).toBeLessThan(1_100)
  speed.end('two')
  expect(speed.bytesPerSecond()).toBeGreaterThan(900)
})
