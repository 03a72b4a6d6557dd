import { afterEach, expect, test, vi } from 'vitest'

import { call, onTopic } from '../../src/renderer/lib/call.ts'
import { addressOf, PLACES, routeOf } from '../../src/renderer/lib/route.ts'

afterEach(() => {
  vi.unstubAllGlobals()
})

function bridgeAnswering(reply: unknown): void {
  vi.stubGlobal('window', {
    bridge: { call: () => Promise.resolve(reply), onChange: () => () => undefined },
  })
}

test('a failure keeps its code, its incident and the hub’s own words', async () => {
  bridgeAnswering({
    ok: false,
    error: { code: 'hub/refused', incident: 'abc', detail: 'quá 50 MB', stack: 'x' },
  })
  await expect(call('counts', {})).rejects.toMatchObject({
    failure: { code: 'hub/refused', incident: 'abc', detail: 'quá 50 MB' },
  })
})

test('a reply that is not one, or a code nobody knows, is an unexpected failure', async () => {
  for (const reply of [
    undefined,
    null,
    'ok',
    {},
    { ok: false },
    { ok: false, error: { code: 'no/such-code' } },
  ]) {
    bridgeAnswering(reply)
    await expect(call('counts', {})).rejects.toMatchObject({ failure: { code: 'app/unexpected' } })
  }
})

test('a value that does not fit the contract is not shown', async () => {
  bridgeAnswering({ ok: true, value: { drafts: 'ba' } })
  await expect(call('counts', {})).rejects.toThrow()
})

test('only topics of the list are heard', () => {
  const heard: string[] = []
  let say: (topic: string) => void = () => undefined
  vi.stubGlobal('window', {
    bridge: {
      onChange: (listener: (topic: string) => void) => {
        say = listener
        return () => undefined
      },
    },
  })
  onTopic((topic) => heard.push(topic))
  for (const topic of ['line', 'nonsense', 'outgoing']) say(topic)
  expect(heard).toEqual(['line', 'outgoing'])
})

test('an address leads back to the place and the document it names', () => {
  for (const place of PLACES) {
    expect(routeOf(addressOf(place))).toEqual({ place, id: undefined })
    expect(routeOf(addressOf(place, 'abc'))).toEqual({ place, id: 'abc' })
  }
  expect(routeOf('#/nowhere/abc')).toEqual({ place: 'home', id: undefined })
})
