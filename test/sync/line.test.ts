import { expect, test } from 'vitest'
import { lineToHub } from '../../src/engine/sync/line.ts'

/** A line over a clock of our own; counts how often a window was told. */
function line() {
  let time = 1_000_000
  let told = 0
  const to = lineToHub(
    () => time,
    () => 0.5,
    () => {
      told += 1
    },
  )
  return {
    to,
    at: () => time,
    told: () => told,
    advance: (ms: number) => {
      time += ms
    },
  }
}

test('a line that goes down is tried after 5, 10, 20 seconds, and up again as if nothing had been', () => {
  const { to, advance, at } = line()
  for (const seconds of [5, 10, 20]) {
    to.wentDown('hub/unreachable')
    expect(to.get()).toMatchObject({
      state: 'down',
      error: 'hub/unreachable',
      nextTryAt: at() + seconds * 1000,
    })
    advance(seconds * 1000 - 1)
    expect(to.mayTry()).toBe(false)
    advance(1)
    expect(to.mayTry()).toBe(true)
  }
  expect(to.cameUp()).toBe(true)
  expect(to.get()).toMatchObject({ state: 'up', error: undefined, nextTryAt: undefined })
  expect(to.cameUp()).toBe(false)
  to.wentDown('hub/unreachable')
  expect(to.get().nextTryAt).toBe(at() + 5_000)
})

test('three errands that were under way when the line fell count as one failure', () => {
  const { to, at } = line()
  to.wentDown('hub/unreachable')
  to.wentDown('hub/outcome-unknown')
  to.wentDown('hub/unreachable')
  expect(to.get()).toMatchObject({ failures: 1, nextTryAt: at() + 5_000 })
})

test('what the hub asks for is waited for, if it is longer', () => {
  const { to, at } = line()
  to.wentDown('hub/busy', 60_000)
  expect(to.get().nextTryAt).toBe(at() + 60_000)
  to.wentDown('hub/busy', 90_000)
  expect(to.get().nextTryAt).toBe(at() + 90_000)
  to.wentDown('hub/busy', 1_000)
  expect(to.get().nextTryAt).toBe(at() + 90_000)
})

test('a person who asks is not made to wait, and it is known since when the line is down', () => {
  const { to, at, advance } = line()
  const since = at()
  to.wentDown('hub/unreachable')
  advance(1_000)
  to.tryNow()
  expect(to.mayTry()).toBe(true)
  to.wentDown('hub/unreachable')
  expect(to.get()).toMatchObject({ since, failures: 2, nextTryAt: at() + 10_000 })
})

test('without a hub there is no line to be down, and windows hear only of what they would show', () => {
  const { to, told } = line()
  to.wentDown('hub/unreachable')
  to.forget()
  expect(to.get()).toMatchObject({ state: 'unknown', nextTryAt: undefined, error: undefined })
  expect(told()).toBe(2)
  to.cameUp()
  to.cameUp()
  to.cameUp()
  expect(told()).toBe(3)
})

test('a line that stays down is tried every two minutes at the latest', () => {
  const { to, advance, at } = line()
  const waits: number[] = []
  for (let failures = 0; failures < 8; failures += 1) {
    to.wentDown('hub/unreachable')
    waits.push((to.get().nextTryAt ?? 0) - at())
    advance(waits.at(-1) ?? 0)
  }
  expect(waits.map((ms) => ms / 1000)).toEqual([5, 10, 20, 40, 80, 120, 120, 120])
})

test('a stick that is out is looked for every ten seconds: whoever puts it in waits beside it', () => {
  const { to, advance, at } = line()
  const waits: number[] = []
  for (let failures = 0; failures < 4; failures += 1) {
    to.wentDown('hub/folder-missing')
    waits.push((to.get().nextTryAt ?? 0) - at())
    advance(waits.at(-1) ?? 0)
  }
  expect(waits.map((ms) => ms / 1000)).toEqual([5, 10, 10, 10])
})
