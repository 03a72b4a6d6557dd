import { describe, expect, test } from 'vitest'
import { deliverJob } from '../../src/engine/outgoing/deliver.ts'
import type { RaisePorts, WantedLevel } from '../../src/engine/outgoing/raise.ts'
import { sendAsItIs } from '../../src/engine/outgoing/submit.ts'
import { extended } from '../../src/engine/pdf/source.ts'
import type { Store } from '../../src/engine/store/index.ts'
import { unknownOutcomes } from '../../src/engine/unknown-outcome.ts'
import type { DocumentId } from '../../src/shared/document/fields.ts'
import { AppError, type ErrorCode } from '../../src/shared/errors.ts'
import type { DocumentVerdict } from '../../src/shared/verdict.ts'
import { MORNING } from '../store/office.ts'
import { delivery, hubThat, queuedDocument, sendingOffice } from './outbox.ts'

const GOOD: DocumentVerdict = { verdict: 'valid', reasons: [], signatures: [] }

/** One try of the queue to bring a document out. What the hub got comes back. */
async function attempt(store: Store, id: DocumentId, ports: Partial<RaisePorts>): Promise<string[]> {
  const arrived: string[] = []
  store.jobs.claimDue(MORNING, 60_000)
  const handle = deliverJob({
    store,
    transport: hubThat({
      send: async (packet) => {
        for await (const chunk of packet.open()) arrived.push(Buffer.from(chunk).toString('latin1'))
        return { packetId: 'P-1' }
      },
    }),
    now: () => MORNING,
    reach: () => undefined,
    verify: () => Promise.resolve(GOOD),
    wanted: () => undefined,
    extend: (source, level) => Promise.resolve(extended(source, Buffer.from(`\n%% ${level}\n`))),
    outcomes: unknownOutcomes(() => MORNING, 0),
    onSending: () => undefined,
    ...ports,
  })
  try {
    const commit = await handle(delivery(store, id), new AbortController().signal, store.durable)
    store.atomically(() => {
      commit()
      store.jobs.succeed(delivery(store, id).key)
    })
  } catch (cause) {
    store.jobs.wait(delivery(store, id).key, { dueAt: MORNING, code: 'authority/unreachable' })
    throw cause
  }
  return arrived
}

const wants = (level: WantedLevel['level'], ifMissed: WantedLevel['ifMissed']) => () => ({ level, ifMissed })
const failing = (code: ErrorCode) => () => Promise.reject(new AppError(code, 'as the test wants'))
const events = (store: Store, id: DocumentId) =>
  store.history
    .of('outgoing', id)
    .flatMap(({ event, detail }) =>
      event.endsWith('level') || event === 'raise' ? [[event, detail['level'], detail['code']]] : [],
    )

async function queued() {
  const store = sendingOffice()
  const { id, packetSha256 } = await queuedDocument(store)
  return { store, id, packetSha256 }
}

describe('before a document leaves', () => {
  test('its signatures are raised, and the packet that leaves is the one with the raised document', async () => {
    const { store, id, packetSha256 } = await queued()
    const before = store.outgoing.get(id).files[0]
    const arrived = (await attempt(store, id, { wanted: wants('b-lta', 'wait') })).join('')
    const after = store.outgoing.get(id)
    expect(after).toMatchObject({ state: 'sent', level: 'b-lta', verdict: GOOD })
    expect(after.packetSha256).not.toBe(packetSha256)
    expect(arrived).toHaveLength(after.packetSizeBytes ?? 0)
    const [pdf] = after.files
    expect(pdf?.sizeBytes).toBe((before?.sizeBytes ?? 0) + '\n%% b-t\n\n%% b-lt\n\n%% b-lta\n'.length)
    expect(events(store, id)).toEqual([['raise', 'b-lta', undefined]])
  })

  test('nothing is asked where the office wants no level', async () => {
    const { store, id, packetSha256 } = await queued()
    await attempt(store, id, { extend: failing('app/unexpected') })
    expect(store.outgoing.get(id)).toMatchObject({ state: 'sent', level: undefined, packetSha256 })
  })
})

describe('an authority that cannot be reached', () => {
  const extend = failing('authority/unreachable')

  test('lets it leave as it is where the office sends without, and the history says so once', async () => {
    const { store, id, packetSha256 } = await queued()
    await attempt(store, id, { extend, wanted: wants('b-lt', 'send') })
    expect(store.outgoing.get(id)).toMatchObject({ state: 'sent', packetSha256 })
    expect(events(store, id)).toEqual([['miss-level', 'b-lt', 'authority/unreachable']])
  })

  test('keeps it waiting where the office waits, however often it is tried, until it answers', async () => {
    const { store, id } = await queued()
    for (const _ of [1, 2, 3]) {
      await expect(attempt(store, id, { extend, wanted: wants('b-t', 'wait') })).rejects.toMatchObject({
        code: 'authority/unreachable',
      })
      expect(delivery(store, id).sentMark).toBeUndefined()
    }
    expect(events(store, id)).toEqual([['miss-level', 'b-t', 'authority/unreachable']])
    await attempt(store, id, { wanted: wants('b-t', 'wait') })
    expect(store.outgoing.get(id)).toMatchObject({ state: 'sent', level: 'b-t' })
  })

  test('holds it for a decision where the office wants one, and the clerk may send it as it is', async () => {
    const { store, id, packetSha256 } = await queued()
    const wanted = wants('b-lt', 'refuse')
    await expect(attempt(store, id, { extend, wanted })).rejects.toMatchObject({ code: 'level/not-reached' })
    sendAsItIs(store, id, MORNING)
    await attempt(store, id, { extend, wanted })
    expect(store.outgoing.get(id)).toMatchObject({ state: 'sent', packetSha256, levelWaived: true })
    expect(events(store, id).map(([event]) => event)).toEqual(['miss-level', 'waive-level'])
  })

  test('half way up leaves what was reached, and the next try begins there', async () => {
    const { store, id } = await queued()
    const tried: string[] = []
    const stamps: RaisePorts['extend'] = (source, level) => {
      tried.push(level)
      if (level !== 'b-t') return failing('certificate/revocation-unknown')()
      return Promise.resolve(extended(source, Buffer.from('\n%% stamped\n')))
    }
    const wanted = wants('b-lt', 'wait')
    await expect(attempt(store, id, { extend: stamps, wanted })).rejects.toMatchObject({
      code: 'certificate/revocation-unknown',
    })
    expect(store.outgoing.get(id)).toMatchObject({ state: 'queued', level: 'b-t' })
    await attempt(store, id, { wanted })
    expect(tried).toEqual(['b-t', 'b-lt'])
    expect(store.outgoing.get(id)).toMatchObject({ state: 'sent', level: 'b-lt' })
  })
})

test('a signer whose certificate was taken back keeps the document here, whatever the office wants', async () => {
  const { store, id } = await queued()
  const extend = failing('certificate/revoked')
  await expect(attempt(store, id, { extend, wanted: wants('b-lt', 'send') })).rejects.toMatchObject({
    code: 'certificate/revoked',
  })
  expect(store.outgoing.get(id).state).toBe('queued')
})

test('a raised document that our own verifier calls invalid is not kept', async () => {
  const { store, id, packetSha256 } = await queued()
  const verify = () => Promise.resolve({ ...GOOD, verdict: 'invalid' as const })
  await expect(attempt(store, id, { verify, wanted: wants('b-t', 'wait') })).rejects.toMatchObject({
    code: 'sign/self-check-failed',
  })
  expect(store.outgoing.get(id)).toMatchObject({ state: 'queued', level: undefined, packetSha256 })
})

test('bytes that may have reached the hub are never changed: the hub is asked first', async () => {
  const { store, id, packetSha256 } = await queued()
  store.jobs.markSending(delivery(store, id).key, MORNING)
  const asked: unknown[] = []
  const handle = deliverJob({
    store,
    transport: hubThat({
      lookup: (packet) => {
        asked.push(packet.sha256)
        return Promise.resolve({ packetId: 'P-1' } as never)
      },
    }),
    now: () => MORNING,
    reach: () => undefined,
    verify: () => Promise.resolve(GOOD),
    wanted: wants('b-lta', 'wait'),
    extend: failing('app/unexpected'),
    outcomes: unknownOutcomes(() => MORNING, 0),
    onSending: () => undefined,
  })
  store.atomically(await handle(delivery(store, id), new AbortController().signal, store.durable))
  expect(asked).toEqual([packetSha256])
  expect(store.outgoing.get(id)).toMatchObject({ state: 'sent', level: undefined })
})
