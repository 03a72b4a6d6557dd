import { describe, expect, test } from 'vitest'
import { deliverJob } from '../../src/engine/outgoing/deliver.ts'
import { unknownOutcomes } from '../../src/engine/unknown-outcome.ts'
import { applyStatus } from '../../src/engine/outgoing/receipts.ts'
import type { Outgoing, Store } from '../../src/engine/store/index.ts'
import type { StatusMessage } from '../../src/shared/document/packet.ts'
import { EXAMPLE_STATUS_MESSAGE } from '../envelope/packets.ts'
import { MORNING } from '../store/office.ts'
import { delivery, hubThat, NO_LEVEL, queuedDocument, sendingOffice } from './outbox.ts'

/** What a recipient says, so many minutes after eight o’clock. */
function says(
  document: Outgoing,
  statusCode: string,
  minute: number,
  more: { from?: string; note?: string } = {},
): StatusMessage {
  const at = new Date(MORNING + minute * 60_000 + 7 * 3_600_000).toISOString().slice(0, 19)
  return {
    ...EXAMPLE_STATUS_MESSAGE,
    from: { ...EXAMPLE_STATUS_MESSAGE.from, organId: more.from ?? 'H99.07' },
    responseFor: { ...EXAMPLE_STATUS_MESSAGE.responseFor, documentId: document.documentCode ?? '' },
    statusCode,
    description: more.note ?? '',
    timestamp: `${at}+07:00`,
  }
}

async function sentDocument(recipients = ['H99.07']): Promise<{ store: Store; document: Outgoing }> {
  const store = sendingOffice()
  const document = await queuedDocument(store, { recipients })
  store.outgoing.move(document.id, 'accept', MORNING)
  for (const organId of recipients) store.outgoing.moveRecipient(document.id, organId, 'accept', MORNING)
  return { store, document: store.outgoing.get(document.id) }
}

function states(store: Store, { id }: Outgoing) {
  const { state, recipients } = store.outgoing.get(id)
  return [state, ...recipients.map((one) => one.state)]
}

const statuses = (store: Store, { id }: Outgoing) =>
  store.history.of('outgoing', id).filter(({ event }) => event === 'status')

describe('what recipients answer', () => {
  test('arrived, registered: the document is confirmed, with what the recipient wrote', async () => {
    const { store, document } = await sentDocument()
    expect(applyStatus(store, says(document, '01', 1), MORNING)).toBe(true)
    expect(states(store, document)).toEqual(['sent', 'arrived'])
    applyStatus(store, says(document, '03', 5, { note: 'Số đến 41' }), MORNING)
    expect(states(store, document)).toEqual(['confirmed', 'registered'])
    expect(store.outgoing.get(document.id).recipients[0]).toMatchObject({
      note: 'Số đến 41',
      stateAt: MORNING + 300_000,
    })
  })

  test('a status that comes late or twice goes to the history and moves nothing back', async () => {
    const { store, document } = await sentDocument()
    for (const [code, minute] of [
      ['03', 5],
      ['01', 1],
      ['03', 5],
    ] as const) {
      applyStatus(store, says(document, code, minute), MORNING)
    }
    expect(states(store, document)).toEqual(['confirmed', 'registered'])
    expect(statuses(store, document)).toHaveLength(4)
  })

  test('an office that returned it and then took it after all has taken it, whichever word comes first', async () => {
    for (const order of [
      ['02', '03'],
      ['03', '02'],
    ]) {
      const { store, document } = await sentDocument()
      for (const code of order) applyStatus(store, says(document, code, code === '02' ? 3 : 9), MORNING)
      expect(states(store, document)).toEqual(['confirmed', 'registered'])
    }
  })

  test('a code nobody knows changes nothing and is kept word for word', async () => {
    const { store, document } = await sentDocument()
    expect(applyStatus(store, says(document, '99', 1, { note: 'lạ' }), MORNING)).toBe(true)
    expect(states(store, document)).toEqual(['sent', 'sent'])
    expect(statuses(store, document).at(-1)?.detail).toMatchObject({ code: '99', note: 'lạ' })
  })

  test('an agency that was never addressed cannot confirm anything', async () => {
    const { store, document } = await sentDocument()
    applyStatus(store, says(document, '03', 1, { from: 'H99' }), MORNING)
    expect(states(store, document)).toEqual(['sent', 'sent'])
    expect(statuses(store, document).at(-1)?.detail).toMatchObject({ organId: 'H99', addressed: false })
  })

  test('a status about a document we never sent is noted with the office', async () => {
    const { store, document } = await sentDocument()
    const stray = says({ ...document, documentCode: 'H99.88.01,2026/01/01,99/UBND' }, '03', 1)
    expect(applyStatus(store, stray, MORNING)).toBe(false)
    expect(states(store, document)).toEqual(['sent', 'sent'])
    expect(store.history.of('office', 'inbox').at(-1)?.detail).toMatchObject({ ours: false, code: '03' })
  })

  test('the document waits for all its recipients; one that returned it makes it returned', async () => {
    const { store, document } = await sentDocument(['H99.07', 'H99'])
    applyStatus(store, says(document, '03', 1), MORNING)
    expect(states(store, document)).toEqual(['sent', 'registered', 'sent'])
    applyStatus(store, says(document, '02', 2, { from: 'H99', note: 'Sai thẩm quyền' }), MORNING)
    expect(states(store, document)).toEqual(['returned', 'registered', 'returned'])
    applyStatus(store, says(document, '03', 8, { from: 'H99' }), MORNING)
    expect(states(store, document)).toEqual(['confirmed', 'registered', 'registered'])
  })

  test('nobody can answer what has not left yet', async () => {
    const store = sendingOffice()
    const document = await queuedDocument(store)
    applyStatus(store, says(document, '03', 1), MORNING)
    expect(states(store, document)).toEqual(['queued', 'waiting'])
    expect(statuses(store, document)).toHaveLength(1)
  })

  test('an answer that overtakes the news of our own sending is not lost', async () => {
    const store = sendingOffice()
    const document = await queuedDocument(store)
    store.jobs.claimDue(MORNING, 60_000)
    store.jobs.markSending(delivery(store, document.id).key, MORNING)
    applyStatus(store, says(document, '01', 1), MORNING)
    applyStatus(store, says(document, '03', 2), MORNING)
    expect(states(store, document)).toEqual(['queued', 'registered'])
    const found = { packetId: 'P-1' } as Awaited<ReturnType<ReturnType<ReturnType<typeof hubThat>>['lookup']>>
    const handle = deliverJob({
      store,
      transport: hubThat({ lookup: () => Promise.resolve(found) }),
      now: () => MORNING + 600_000,
      reach: () => undefined,
      outcomes: unknownOutcomes(() => MORNING, 0),
      onSending: () => undefined,
      ...NO_LEVEL,
    })
    const commit = await handle(delivery(store, document.id), new AbortController().signal, store.durable)
    store.atomically(commit)
    expect(states(store, document)).toEqual(['confirmed', 'registered'])
  })
})
