import { expect, test } from 'vitest'
import { today, yearAtAGlance } from '../../src/engine/home.ts'
import { sha256Hex, type DocumentId } from '../../src/shared/document/fields.ts'
import type { Store } from '../../src/engine/store/index.ts'
import { queuedDocument, sealedDocument, sendingOffice } from '../outgoing/outbox.ts'
import { MORNING } from '../store/office.ts'

const at = (text: string) => Date.parse(`${text}:00+07:00`)

function signedBy(store: Store, id: DocumentId, signedAt: number): void {
  store.outgoing.addSignature(id, {
    certificateSha256: sha256Hex.parse('a'.repeat(64)),
    name: 'Lê Thị Ánh',
    signedAt,
  })
}

/** A document that was signed and sent at those times. */
async function sent(store: Store, signedAt: number | undefined, sentAt: number, priority = 0): Promise<void> {
  const { id } = await queuedDocument(store, { priority })
  if (signedAt !== undefined) signedBy(store, id, signedAt)
  store.outgoing.move(id, 'accept', sentAt)
}

function received(
  store: Store,
  packetId: string,
  receivedAt: number,
  more: 'admit' | 'quarantine' | 'repeat' = 'admit',
) {
  const sha256 = sha256Hex.parse('b'.repeat(64))
  const { id } = store.incoming.collect({ packetId, senderOrganId: 'H99', sha256, sizeBytes: 1, receivedAt })
  store.incoming.move(id, more, receivedAt)
  return id
}

test('today says what there is to do, what is due by evening and what is late, the most urgent first', async () => {
  const store = sendingOffice()
  const waiting = await queuedDocument(store)
  signedBy(store, waiting.id, MORNING)
  const urgent = await sealedDocument(store, { priority: 3, subject: 'V/v ứng phó mưa lũ' })
  signedBy(store, urgent, MORNING)
  const arrived = received(store, 'P-1', MORNING)
  received(store, 'P-2', MORNING, 'quarantine')

  const noon = today(store, at('2026-11-23T12:00'))
  expect(noon).toMatchObject({ toSign: 0, toSend: 2, arrived: 1, dueToday: 1, late: 1 })
  expect(noon.pressing.map(({ id, place }) => [id, place])).toEqual([
    [urgent, 'outbox'],
    [arrived, 'new'],
    [waiting.id, 'outbox'],
  ])
  expect(noon.pressing[0]).toMatchObject({ code: '02/UBND-VP', subject: 'V/v ứng phó mưa lũ', priority: 3 })
})

test('a year counts what left and came by months of Vietnam, and what left in time', async () => {
  const store = sendingOffice()
  // Monday, in time the next morning; late the next noon; urgent and an hour late.
  await sent(store, at('2026-03-02T15:00'), at('2026-03-03T11:29'))
  await sent(store, at('2026-03-02T15:00'), at('2026-03-03T11:31'))
  await sent(store, at('2026-03-02T15:00'), at('2026-03-02T16:30'), 3)
  // A copy: no person signs it, so no deadline runs.
  await sent(store, undefined, at('2026-03-31T23:59'))
  // Already April in Vietnam, still March in London.
  await sent(store, at('2026-03-31T16:00'), at('2026-04-01T00:30'))
  received(store, 'P-1', at('2026-01-01T00:00'))
  received(store, 'P-2', at('2025-12-31T23:59'))
  received(store, 'P-3', at('2026-01-15T09:00'), 'quarantine')
  received(store, 'P-4', at('2026-01-15T09:00'), 'repeat')

  const { months } = await yearAtAGlance(store, 2026)
  expect(months).toHaveLength(12)
  expect(months[0]).toEqual({ month: 1, sent: 0, received: 1, timed: 0, onTime: 0 })
  expect(months[2]).toEqual({ month: 3, sent: 4, received: 0, timed: 3, onTime: 1 })
  expect(months[3]).toEqual({ month: 4, sent: 1, received: 0, timed: 1, onTime: 1 })
  expect((await yearAtAGlance(store, 2025)).months[11]).toMatchObject({ received: 1 })
})
