import { expect, test } from 'vitest'
import { unknownOutcomes } from '../../src/engine/unknown-outcome.ts'

test('the hub’s first “nothing” is not believed, one after the grace is', () => {
  let now = 1_000
  const outcomes = unknownOutcomes(() => now, 60_000)
  const ask = () => {
    outcomes.nothingFound('deliver/a/1')
  }
  expect(ask).toThrow(expect.objectContaining({ code: 'hub/outcome-settling', retryAfterMs: 60_000 }))
  now += 59_999
  expect(ask).toThrow(expect.objectContaining({ retryAfterMs: 1 }))
  now += 1
  expect(ask).not.toThrow()
})

test('the grace of one errand says nothing about another, and a later loss begins its own', () => {
  let now = 1_000
  const outcomes = unknownOutcomes(() => now, 60_000)
  const ask = (key: string) => () => {
    outcomes.nothingFound(key)
  }
  expect(ask('deliver/a/1')).toThrow()
  now += 60_000
  expect(ask('deliver/b/1')).toThrow(expect.objectContaining({ retryAfterMs: 60_000 }))
  expect(ask('deliver/a/1')).not.toThrow()
  expect(ask('deliver/a/1')).toThrow(expect.objectContaining({ retryAfterMs: 60_000 }))
})
