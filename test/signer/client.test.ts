import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { signerClient } from '../../src/engine/signing/signer-client.ts'
import type { SignerProcess } from '../../src/engine/signing/signer-process.ts'
import { hashOf } from './desk.ts'

interface Request {
  id: number
  op: string
  pin?: Uint8Array
  hashes?: readonly { readonly id: string }[]
}

/** A signer that does what the test says, when the test says. */
function fake() {
  const sent: Request[] = []
  const pinsSeen: string[] = []
  const messages: ((message: unknown) => void)[] = []
  const exits: ((why: string) => void)[] = []
  let killed = false
  const process: SignerProcess = {
    send(message) {
      const request = message as Request
      sent.push(request)
      if (request.pin) pinsSeen.push(Buffer.from(request.pin).toString())
    },
    onMessage: (listener) => messages.push(listener),
    onExit: (listener) => exits.push(listener),
    kill() {
      killed = true
    },
  }
  return {
    process,
    sent,
    pinsSeen,
    isKilled: () => killed,
    say(message: unknown) {
      for (const listener of [...messages]) listener(message)
    },
    answer(value: unknown) {
      this.say({ kind: 'answer', id: sent.at(-1)?.id, value })
    },
    exit(why = 'code 3221225477') {
      for (const listener of [...exits]) listener(why)
    },
  }
}

function clientOf(...processes: ReturnType<typeof fake>[]) {
  const starts: number[] = []
  const client = signerClient(() => {
    const next = processes[starts.length]
    starts.push(starts.length)
    if (next === undefined) throw new Error('no more processes')
    return next.process
  })
  return { client, starts }
}

const batch = {
  modulePath: 'driver.so',
  tokenSerial: '1',
  certificateSha256: 'a'.repeat(64),
  pin: '123456',
  hashes: [hashOf('một')],
}
const signedBatch = {
  algorithm: 'rsa-pkcs1',
  certificate: Uint8Array.of(1),
  chain: [],
  signatures: [{ id: 'một', value: Uint8Array.of(2) }],
}

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

test('a driver crash fails the request and the next one starts a new process', async () => {
  const first = fake()
  const second = fake()
  const { client, starts } = clientOf(first, second)
  const lost = client.tokens('driver.so')
  first.exit()
  await expect(lost).rejects.toMatchObject({ code: 'sign/process-lost' })
  expect(starts).toHaveLength(1)
  const next = client.tokens('driver.so')
  second.answer([])
  await expect(next).resolves.toEqual([])
})

test('requests go one at a time, so a crash takes only the one that was being worked on', async () => {
  const first = fake()
  const second = fake()
  const { client } = clientOf(first, second)
  const lost = client.tokens('a.so')
  const waits = client.tokens('b.so')
  expect(first.sent).toHaveLength(1)
  first.exit()
  await expect(lost).rejects.toMatchObject({ code: 'sign/process-lost' })
  second.answer([])
  await expect(waits).resolves.toEqual([])
})

test('a lost signing is not sent again', async () => {
  const first = fake()
  const second = fake()
  const { client } = clientOf(first, second)
  const lost = client.sign(batch)
  first.exit()
  await expect(lost).rejects.toMatchObject({ code: 'sign/process-lost' })
  const listing = client.tokens('driver.so')
  second.answer([])
  await listing
  expect(second.sent.map(({ op }) => op)).toEqual(['tokens'])
})

test('each request has its own deadline; the process that passes it is killed', async () => {
  const first = fake()
  const second = fake()
  const { client } = clientOf(first, second)
  const late = client.sign(batch)
  const waiting = client.tokens('other.so')
  vi.advanceTimersByTime(59_999)
  expect(first.isKilled()).toBe(false)
  vi.advanceTimersByTime(1)
  expect(first.isKilled()).toBe(true)
  await expect(late).rejects.toMatchObject({ code: 'sign/timed-out' })
  // The one behind it has waited a minute and has all of its own time.
  vi.advanceTimersByTime(29_999)
  second.answer([])
  await expect(waiting).resolves.toEqual([])
})

test('a batch may go on as long as signatures come, and is given up half a minute after the last', async () => {
  const first = fake()
  const { client } = clientOf(first)
  const signed: string[] = []
  const hashes = ['một', 'hai', 'ba'].map(hashOf)
  const long = client.sign({ ...batch, hashes, onSigned: ({ id }) => signed.push(id) })
  for (const id of ['một', 'hai']) {
    vi.advanceTimersByTime(29_999)
    first.say({ kind: 'progress', id: first.sent.at(-1)?.id, signature: { id, value: new Uint8Array(256) } })
  }
  vi.advanceTimersByTime(29_999)
  expect(first.isKilled()).toBe(false)
  vi.advanceTimersByTime(1)
  await expect(long).rejects.toMatchObject({ code: 'sign/timed-out' })
  expect(signed).toEqual(['một', 'hai'])
})

describe('a signature that calls for another', () => {
  const value = new Uint8Array(256)
  const progress = (signer: ReturnType<typeof fake>, id: string) => {
    signer.say({ kind: 'progress', id: signer.sent[0]?.id, signature: { id, value } })
  }
  const asked = (signer: ReturnType<typeof fake>) =>
    signer.sent.filter(({ op }) => op === 'more').map(({ hashes }) => (hashes ?? []).map(({ id }) => id))
  const hashes = ['một', 'hai'].map(hashOf)

  test('gets it under the same login, before what waits', async () => {
    const first = fake()
    const { client } = clientOf(first)
    const signing = client.sign({
      ...batch,
      hashes,
      following: ({ id }) => Promise.resolve(id === 'một' ? [hashOf('một/2')] : []),
    })
    for (const id of ['một', 'một/2', 'hai']) {
      progress(first, id)
      await vi.advanceTimersByTimeAsync(0)
    }
    expect(asked(first)).toEqual([['một/2'], [], []])
    first.answer({ ...signedBatch, signatures: ['một', 'một/2', 'hai'].map((id) => ({ id, value })) })
    await expect(signing).resolves.toMatchObject({ signatures: [{}, {}, {}] })
    expect(first.sent.map(({ op }) => op)).toEqual(['sign', 'more', 'more', 'more'])
  })

  test('does not let our own time count against the driver', async () => {
    const first = fake()
    let told = 0
    const client = signerClient(() => first.process, { onSlow: () => (told += 1) })
    let layOut: (hashes: ReturnType<typeof hashOf>[]) => void = () => undefined
    const signing = client.sign({
      ...batch,
      following: () => new Promise((resolve) => (layOut = resolve)),
    })
    progress(first, 'một')
    await vi.advanceTimersByTimeAsync(100_000)
    expect([client.slow(), told, first.isKilled()]).toEqual([undefined, 0, false])
    layOut([hashOf('một/2')])
    await vi.advanceTimersByTimeAsync(29_999)
    expect([asked(first), first.isKilled()]).toEqual([[['một/2']], false])
    vi.advanceTimersByTime(1)
    await expect(signing).rejects.toMatchObject({ code: 'sign/timed-out' })
    expect(first.isKilled()).toBe(true)
  })

  test('comes too late where the signer is gone meanwhile', async () => {
    const [first, second] = [fake(), fake()]
    const { client } = clientOf(first, second)
    let layOut: (hashes: ReturnType<typeof hashOf>[]) => void = () => undefined
    const signing = client.sign({
      ...batch,
      following: () => new Promise((resolve) => (layOut = resolve)),
    })
    progress(first, 'một')
    first.exit()
    await expect(signing).rejects.toMatchObject({ code: 'sign/process-lost' })
    const listing = client.tokens('driver.so')
    layOut([hashOf('một/2')])
    await vi.advanceTimersByTimeAsync(0)
    second.answer([])
    await listing
    expect([asked(first), asked(second)]).toEqual([[], []])
  })

  test('that cannot be laid out ends nothing but rejects the batch when it is over', async () => {
    const first = fake()
    const { client } = clientOf(first)
    const signing = client.sign({
      ...batch,
      hashes,
      following: ({ id }) => (id === 'một' ? Promise.reject(new Error('no')) : Promise.resolve([])),
    })
    for (const id of ['một', 'hai']) {
      progress(first, id)
      await vi.advanceTimersByTimeAsync(0)
    }
    expect(asked(first)).toEqual([[], []])
    first.answer({ ...signedBatch, signatures: ['một', 'hai'].map((id) => ({ id, value })) })
    await expect(signing).rejects.toThrow('no')
  })
})

test('a keypad gets time to type', async () => {
  const first = fake()
  const { client } = clientOf(first)
  const { pin: _, ...onKeypad } = batch
  const typed = client.sign(onKeypad)
  vi.advanceTimersByTime(179_999)
  expect(first.isKilled()).toBe(false)
  first.answer(signedBatch)
  await expect(typed).resolves.toMatchObject({ algorithm: 'rsa-pkcs1' })
})

test('a driver that is silent for three seconds is called slow, with the time that is left, until it speaks', async () => {
  const first = fake()
  let told = 0
  const client = signerClient(() => first.process, { onSlow: () => (told += 1) })
  const signing = client.sign(batch)
  vi.advanceTimersByTime(2_999)
  expect([client.slow(), told]).toEqual([undefined, 0])
  vi.advanceTimersByTime(2_001)
  expect([client.slow(), told]).toEqual([{ silentMs: 5_000, remainingMs: 55_000 }, 1])
  first.answer(signedBatch)
  await signing
  expect([client.slow(), told]).toEqual([undefined, 2])
})

test('what a killed process still says is not heard', async () => {
  const first = fake()
  const second = fake()
  const { client } = clientOf(first, second)
  const late = client.tokens('driver.so')
  vi.advanceTimersByTime(30_000)
  await expect(late).rejects.toMatchObject({ code: 'sign/timed-out' })
  const next = client.tokens('driver.so')
  first.say({ kind: 'answer', id: second.sent[0]?.id, value: [{}] })
  first.exit()
  second.answer([])
  await expect(next).resolves.toEqual([])
})

describe('a driver that hands back nonsense fails its request and nothing else', () => {
  test.each([
    [
      'a message of no known shape',
      (signer: ReturnType<typeof fake>) => {
        signer.say({ hello: 1 })
      },
    ],
    [
      'an answer of the wrong shape',
      (signer: ReturnType<typeof fake>) => {
        signer.answer({ signatures: 'none' })
      },
    ],
    [
      'signatures for other hashes',
      (signer: ReturnType<typeof fake>) => {
        signer.answer({ ...signedBatch, signatures: [] })
      },
    ],
    [
      'an unknown failure code',
      (signer: ReturnType<typeof fake>) => {
        signer.say({ kind: 'failure', id: 1, code: 'x/y', message: '' })
      },
    ],
  ])('%s', async (_, speak) => {
    const first = fake()
    const { client } = clientOf(first, fake())
    const signing = client.sign(batch)
    speak(first)
    await expect(signing).rejects.toMatchObject({ code: 'sign/driver-failed' })
  })
})

test('failures keep their code and the driver’s word', async () => {
  const first = fake()
  const { client } = clientOf(first)
  const signing = client.sign(batch)
  first.say({ kind: 'failure', id: 1, code: 'sign/pin-wrong', message: 'no', detail: 'CKR_PIN_INCORRECT' })
  await expect(signing).rejects.toMatchObject({ code: 'sign/pin-wrong', detail: 'CKR_PIN_INCORRECT' })
})

test('the PIN is overwritten when its request is over, however it ended', async () => {
  const first = fake()
  const second = fake()
  const { client } = clientOf(first, second)
  const signing = client.sign(batch)
  first.answer(signedBatch)
  await signing
  const lost = client.sign(batch)
  first.exit()
  await expect(lost).rejects.toMatchObject({ code: 'sign/process-lost' })
  expect(first.pinsSeen).toEqual(['123456', '123456'])
  expect(first.sent.map(({ pin }) => [...(pin ?? [])])).toEqual([Array(6).fill(0), Array(6).fill(0)])
})

test('three losses in a row end the offering of one driver’s operation, and a person’s word renews it', async () => {
  const processes = [fake(), fake(), fake(), fake(), fake()]
  const { client, starts } = clientOf(...processes)
  for (const process of processes.slice(0, 3)) {
    const lost = client.sign(batch)
    process.exit()
    await expect(lost).rejects.toMatchObject({ code: 'sign/process-lost' })
  }
  await expect(client.sign(batch)).rejects.toMatchObject({ code: 'sign/driver-failed' })
  expect(starts).toHaveLength(3)
  const other = client.sign({ ...batch, modulePath: 'other.so' })
  processes[3]?.answer(signedBatch)
  await other
  client.reset()
  const again = client.sign(batch)
  processes[3]?.answer(signedBatch)
  await expect(again).resolves.toMatchObject({ algorithm: 'rsa-pkcs1' })
})

test('a process that cannot be started fails the request', async () => {
  const { client } = clientOf()
  await expect(client.modules()).rejects.toMatchObject({ code: 'sign/process-lost' })
})

test('after a minute without use the process is let go with a goodbye, and force if it stays', async () => {
  const first = fake()
  const second = fake()
  const { client } = clientOf(first, second)
  const listing = client.tokens('driver.so')
  first.answer([])
  await listing
  vi.advanceTimersByTime(59_999)
  expect(first.sent.map(({ op }) => op)).toEqual(['tokens'])
  vi.advanceTimersByTime(1)
  expect(first.sent.map(({ op }) => op)).toEqual(['tokens', 'goodbye'])
  // A request that comes while the old one is leaving does not wait for it.
  const next = client.tokens('driver.so')
  second.answer([])
  await next
  expect(first.isKilled()).toBe(false)
  vi.advanceTimersByTime(2_000)
  expect(first.isKilled()).toBe(true)
})

test('asking for tokens every two seconds keeps the process', async () => {
  const first = fake()
  const { client } = clientOf(first)
  for (let time = 0; time < 60; time++) {
    const listing = client.tokens('driver.so')
    first.answer([])
    await listing
    vi.advanceTimersByTime(2_000)
  }
  expect(first.sent.every(({ op }) => op === 'tokens')).toBe(true)
})

test('closing refuses what waits, ends what runs, and lets nothing start again', async () => {
  const first = fake()
  const { client, starts } = clientOf(first, fake())
  const running = client.sign(batch)
  const waiting = client.tokens('driver.so')
  await client.close()
  await expect(running).rejects.toMatchObject({ code: 'sign/process-lost' })
  await expect(waiting).rejects.toMatchObject({ code: 'sign/process-lost' })
  await expect(client.modules()).rejects.toMatchObject({ code: 'sign/process-lost' })
  expect(first.isKilled()).toBe(true)
  expect(starts).toHaveLength(1)
})

test('closing an idle client waits until the process has gone', async () => {
  const first = fake()
  const { client } = clientOf(first)
  const listing = client.tokens('driver.so')
  first.answer([])
  await listing
  let closed = false
  const closing = client.close().then(() => {
    closed = true
  })
  await vi.advanceTimersByTimeAsync(1_000)
  expect(closed).toBe(false)
  first.exit('code 0')
  await closing
  expect(first.isKilled()).toBe(false)
})
