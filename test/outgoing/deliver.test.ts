import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Transport } from '../../src/engine/hub/transport.ts'
import { deliverJob } from '../../src/engine/outgoing/deliver.ts'
import { withdraw } from '../../src/engine/outgoing/submit.ts'
import type { DocumentId } from '../../src/shared/document/fields.ts'
import type { Store } from '../../src/engine/store/index.ts'
import { unknownOutcomes } from '../../src/engine/unknown-outcome.ts'
import { AppError, type ErrorCode } from '../../src/shared/errors.ts'
import { MORNING } from '../store/office.ts'
import { delivery, hubThat, NO_LEVEL, queuedDocument, sendingOffice } from './outbox.ts'

/** One attempt to deliver, as the queue makes it, up to what is committed at its end. */
async function attempt(store: Store, id: DocumentId, does: Partial<Transport>): Promise<void> {
  store.jobs.claimDue(MORNING, 60_000)
  const handle = deliverJob({
    store,
    transport: hubThat(does),
    now: () => MORNING,
    reach: () => undefined,
    outcomes: unknownOutcomes(() => MORNING, 0),
    onSending: () => undefined,
    ...NO_LEVEL,
  })
  const commit = await handle(delivery(store, id), new AbortController().signal, store.durable)
  store.atomically(() => {
    commit()
    store.jobs.succeed(delivery(store, id).key)
  })
}

const failing = (code: ErrorCode) => () =>
  Promise.reject(new AppError(code, 'as the test wants', { detail: 'lý do' }))

async function queued() {
  const store = sendingOffice()
  const { id } = await queuedDocument(store)
  return { store, id }
}

describe('bringing a document to the hub', () => {
  test('writes down the attempt, what left, and the hub’s answer word for word', async () => {
    const { store, id } = await queued()
    const { packetSha256, packetSizeBytes } = store.outgoing.get(id)
    const body = '{"status":"OK","ErrorCode":"0","DocId":"P-1"}'
    const date = 'Mon, 23 Nov 2026 01:00:00 GMT'
    await attempt(store, id, {
      send: () => Promise.resolve({ packetId: 'P-1', answer: { httpStatus: 200, date, body } }),
    })
    const told = store.history.about(id).filter(({ event }) => event === 'attempt' || event === 'accept')
    expect(told.map(({ event, detail }) => [event, detail])).toEqual([
      [
        'attempt',
        {
          kind: 'deliver',
          attempts: 1,
          attemptId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
          sha256: packetSha256,
          sizeBytes: packetSizeBytes,
        },
      ],
      [
        'accept',
        { attempts: 1, packetId: 'P-1', learntFrom: 'answer', httpStatus: 200, hubDate: date, answer: body },
      ],
    ])
  })

  test('is marked before the first byte and sent with the bytes that were frozen', async () => {
    const { store, id } = await queued()
    let sent = 0
    await attempt(store, id, {
      send: async (packet) => {
        expect(delivery(store, id).sentMark).toBe(MORNING)
        for await (const chunk of packet.open()) sent += chunk.byteLength
        return { packetId: 'P-1' }
      },
    })
    expect(store.outgoing.get(id)).toMatchObject({ state: 'sent', hubPacketId: 'P-1', packetSizeBytes: sent })
    expect(store.outgoing.get(id).recipients.map(({ state }) => state)).toEqual(['sent'])
  })

  test('after an unknown outcome asks the hub first, and sends again only when the hub has nothing', async () => {
    const { store, id } = await queued()
    await expect(attempt(store, id, { send: failing('hub/outcome-unknown') })).rejects.toMatchObject({
      code: 'hub/outcome-unknown',
    })
    expect(delivery(store, id).sentMark).toBe(MORNING)
    // It cannot even ask: nothing is sent.
    await expect(attempt(store, id, { lookup: failing('hub/unreachable') })).rejects.toMatchObject({
      code: 'hub/unreachable',
    })
    expect(() => {
      withdraw(store, id, MORNING)
    }).toThrow()
    await attempt(store, id, {
      lookup: () => Promise.resolve(undefined),
      send: () => Promise.resolve({ packetId: 'P-2' }),
    })
    expect(store.outgoing.get(id)).toMatchObject({ state: 'sent', hubPacketId: 'P-2' })
  })

  test('what certainly did not arrive may be called back', async () => {
    const { store, id } = await queued()
    await expect(attempt(store, id, { send: failing('hub/unreachable') })).rejects.toThrow()
    expect(delivery(store, id).sentMark).toBeUndefined()
    store.jobs.wait(delivery(store, id).key, { dueAt: MORNING, code: 'hub/unreachable' })
    withdraw(store, id, MORNING)
    expect(store.outgoing.get(id).state).toBe('sealed')
    expect(delivery(store, id).state).toBe('done')
  })

  test('a refusal of the hub is shown with the hub’s words, and the document can be put right', async () => {
    const { store, id } = await queued()
    await attempt(store, id, { send: failing('hub/refused') })
    expect(store.outgoing.get(id).state).toBe('refused')
    expect(store.history.of('outgoing', id).at(-1)?.detail).toEqual({ code: 'hub/refused', detail: 'lý do' })
    withdraw(store, id, MORNING)
    expect(store.outgoing.get(id).state).toBe('sealed')
  })

  test('a packet whose file is gone was not sent, and is not taken for sent', async () => {
    const { store, id } = await queued()
    const files = join(store.dir, 'files')
    for (const name of readdirSync(files)) rmSync(join(files, name), { recursive: true })
    await expect(attempt(store, id, {})).rejects.toMatchObject({ code: 'store/file-missing' })
    expect(delivery(store, id).sentMark).toBeUndefined()
  })
})
