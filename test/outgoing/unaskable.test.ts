import { expect, test } from 'vitest'
import type { Transport } from '../../src/engine/hub/transport.ts'
import { deliverJob } from '../../src/engine/outgoing/deliver.ts'
import { applyStatus } from '../../src/engine/outgoing/receipts.ts'
import { hold, release, withdraw } from '../../src/engine/outgoing/submit.ts'
import type { Store } from '../../src/engine/store/index.ts'
import { unknownOutcomes } from '../../src/engine/unknown-outcome.ts'
import type { DocumentId } from '../../src/shared/document/fields.ts'
import { AppError, codeOf, type ErrorCode } from '../../src/shared/errors.ts'
import { EXAMPLE_STATUS_MESSAGE } from '../envelope/packets.ts'
import { MORNING } from '../store/office.ts'
import { delivery, hubThat, NO_LEVEL, queuedDocument, sendingOffice } from './outbox.ts'

/** One attempt, and what the queue makes of its end. Answers the failure's code. */
async function attempt(
  store: Store,
  id: DocumentId,
  does: Partial<Transport>,
): Promise<ErrorCode | undefined> {
  store.jobs.claimDue(MORNING, 60_000)
  const { key } = delivery(store, id)
  try {
    const commit = await deliverJob({
      store,
      transport: hubThat(does),
      now: () => MORNING,
      reach: () => undefined,
      outcomes: unknownOutcomes(() => MORNING, 0),
      onSending: () => undefined,
      ...NO_LEVEL,
    })(delivery(store, id), new AbortController().signal, store.durable)
    store.atomically(() => {
      commit()
      store.jobs.succeed(key)
    })
    return undefined
  } catch (cause) {
    const code = codeOf(cause)
    if (code === 'hub/outcome-unaskable') store.jobs.hold(key, { code, byClerk: false })
    else store.jobs.wait(key, { dueAt: MORNING, code })
    return code
  }
}

const failing = (code: ErrorCode) => () => Promise.reject(new AppError(code, 'as the test wants'))

/** A document that nobody knows of whether it arrived, at a hub that cannot be asked. */
async function stopped() {
  const store = sendingOffice()
  const { id } = await queuedDocument(store)
  expect(await attempt(store, id, { send: failing('hub/outcome-unknown') })).toBe('hub/outcome-unknown')
  expect(await attempt(store, id, { lookup: failing('hub/outcome-unaskable') })).toBe('hub/outcome-unaskable')
  expect(delivery(store, id)).toMatchObject({ state: 'held', sentMark: MORNING })
  return { store, id }
}

test('the clerk’s word that it did not arrive sends it again; until then it is neither sent nor withdrawn', async () => {
  const { store, id } = await stopped()
  expect(() => {
    withdraw(store, id, MORNING)
  }).toThrow()
  release(store, id, MORNING)
  expect(await attempt(store, id, { send: () => Promise.resolve({ packetId: 'P-3' }) })).toBeUndefined()
  expect(store.outgoing.get(id)).toMatchObject({ state: 'sent', hubPacketId: 'P-3' })
})

test('a recipient’s answer tells what the hub cannot: nothing is sent again and nobody asks', async () => {
  const { store, id } = await stopped()
  applyStatus(
    store,
    {
      ...EXAMPLE_STATUS_MESSAGE,
      from: { ...EXAMPLE_STATUS_MESSAGE.from, organId: 'H99.07' },
      responseFor: {
        ...EXAMPLE_STATUS_MESSAGE.responseFor,
        documentId: store.outgoing.get(id).documentCode ?? '',
      },
      statusCode: '01',
    },
    MORNING,
  )
  expect(delivery(store, id).state).toBe('ready')
  expect(await attempt(store, id, {})).toBeUndefined()
  expect(store.outgoing.get(id)).toMatchObject({ state: 'sent', recipients: [{ state: 'arrived' }] })
})

test('a pause is no such word: what the clerk held himself is not taken for lost', async () => {
  const store = sendingOffice()
  const { id } = await queuedDocument(store)
  expect(await attempt(store, id, { send: failing('hub/outcome-unknown') })).toBe('hub/outcome-unknown')
  hold(store, id)
  release(store, id, MORNING)
  expect(delivery(store, id).sentMark).toBe(MORNING)
})
