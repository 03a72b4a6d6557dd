import { expect, test } from 'vitest'
import { pressingDeadlines } from '../../src/engine/deadlines.ts'
import { incomingDeadline, outgoingDeadline, standingOf } from '../../src/shared/document/deadlines.ts'
import { sha256Hex, type DocumentId } from '../../src/shared/document/fields.ts'
import { DEFAULT_CALENDAR } from '../../src/shared/document/working-days.ts'
import type { Store } from '../../src/engine/store/index.ts'
import { queuedDocument, sendingOffice } from '../outgoing/outbox.ts'
import { MORNING } from '../store/office.ts'

const at = (text: string) => Date.parse(`${text}:00+07:00`)

function signedBy(store: Store, id: DocumentId, signedAt: number): void {
  store.outgoing.addSignature(id, {
    certificateSha256: sha256Hex.parse('a'.repeat(64)),
    name: 'Lê Thị Ánh',
    signedAt,
  })
}

const received = (store: Store, packetId: string, receivedAt: number) => {
  const sha256 = sha256Hex.parse('b'.repeat(64))
  const { id } = store.incoming.collect({ packetId, senderOrganId: 'H99', sha256, sizeBytes: 1, receivedAt })
  store.incoming.move(id, 'admit', receivedAt)
  return id
}

test('what is signed and not sent, and what is not answered, is told from its warning on, the most urgent first', async () => {
  const store = sendingOffice()
  const { id } = await queuedDocument(store)
  signedBy(store, id, MORNING)
  const arrived = received(store, 'P-1', MORNING)
  expect(pressingDeadlines(store, at('2026-11-23T15:59'))).toEqual([])
  expect(pressingDeadlines(store, at('2026-11-23T16:00'))).toMatchObject([{ place: 'new', id: arrived }])
  expect(pressingDeadlines(store, at('2026-11-24T10:30'))).toMatchObject([
    { place: 'new', id: arrived, deadline: { at: at('2026-11-23T17:00') } },
    { place: 'outbox', id, deadline: { at: at('2026-11-24T11:30') } },
  ])
  store.outgoing.move(id, 'accept', at('2026-11-24T10:31'))
  store.incoming.move(arrived, 'register', at('2026-11-24T10:31'))
  expect(pressingDeadlines(store, at('2026-11-24T12:00'))).toEqual([])
})

test('the office’s own calendar counts, and the window computes the same', async () => {
  const store = sendingOffice()
  const { id } = await queuedDocument(store, { priority: 3 })
  signedBy(store, id, MORNING)
  const calendar = { ...DEFAULT_CALENDAR, urgentMinutes: [90, 60, 5] as [number, number, number] }
  store.settings.set('workCalendar', calendar)
  const [pressing] = pressingDeadlines(store, MORNING)
  expect(pressing?.deadline.at).toBe(MORNING + 5 * 60_000)
  const row = store.outgoing.summary(store.outgoing.get(id))
  expect(outgoingDeadline(calendar, row)).toEqual(pressing?.deadline)
})

test('an unsigned document has no deadline, an answered one has none any more, and a late one is called late', () => {
  const signers = [{ competence: '', position: '', fullName: 'A', part: 'main' as const }]
  expect(outgoingDeadline(DEFAULT_CALENDAR, { state: 'frozen', signers, priority: 0 })).toBeUndefined()
  expect(outgoingDeadline(DEFAULT_CALENDAR, { state: 'sealed', signers: [], priority: 0 })).toBeUndefined()
  const row = { receivedAt: MORNING, priority: 0 }
  expect(incomingDeadline(DEFAULT_CALENDAR, { ...row, state: 'registered' })).toBeUndefined()
  const deadline = incomingDeadline(DEFAULT_CALENDAR, { ...row, state: 'admitted' })
  if (deadline === undefined) throw new Error('it waits for an answer')
  expect(standingOf(deadline, undefined, MORNING)).toBe('far')
  expect(standingOf(deadline, undefined, deadline.warnAt)).toBe('near')
  expect(standingOf(deadline, undefined, deadline.at + 1)).toBe('passed')
  expect(standingOf(deadline, deadline.at, deadline.at + 9)).toBe('kept')
  expect(standingOf(deadline, deadline.at + 1, deadline.at + 9)).toBe('missed')
})
