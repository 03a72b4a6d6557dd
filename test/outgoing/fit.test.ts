import { expect, test } from 'vitest'
import { packetFit } from '../../src/engine/outgoing/fit.ts'
import { freeze } from '../../src/engine/outgoing/freeze.ts'
import { RECEIVER } from '../helpers/office.ts'
import { MORNING, typed } from '../store/office.ts'
import { sendingOffice } from './outbox.ts'

test('what the hub will not take is refused before anybody signs', async () => {
  const store = sendingOffice()
  const { id } = store.outgoing.create(typed({ typeName: 'Công văn', recipients: [RECEIVER.organId] }))
  // 3 MB are 4 MB as base64.
  const file = {
    ...(await store.files.putBytes(new Uint8Array(3_000_000))),
    name: 'a.pdf',
    contentType: 'application/pdf',
  }
  store.outgoing.setFile(id, file, 'imported')
  const { revision } = store.outgoing.get(id)
  store.settings.set('largestPacketBytes', 4_200_000)
  await expect(freeze(store, id, revision, MORNING)).rejects.toMatchObject({
    code: 'document/too-large-for-hub',
    detail: '4.5 MB > 4.2 MB',
  })
  expect(store.outgoing.get(id).state).toBe('drafting')
  store.settings.set('largestPacketBytes', 4_600_000)
  await freeze(store, id, revision, MORNING)
  expect(store.outgoing.get(id).state).toBe('frozen')
})

test('how large the packet will be is known while it is drafted, with what signatures will add', async () => {
  const store = sendingOffice()
  const { id } = store.outgoing.create(typed({ recipients: [RECEIVER.organId] }))
  expect(packetFit(store, store.outgoing.get(id))).toEqual({ bytes: 500_000, largest: undefined })
  const kept = await store.files.putBytes(new Uint8Array(3_000_000))
  store.outgoing.setFile(id, { ...kept, name: 'a.xlsx', contentType: '' }, 'attachment')
  store.settings.set('largestPacketBytes', 4_200_000)
  const { bytes, largest } = packetFit(store, store.outgoing.get(id))
  expect(largest).toBe(4_200_000)
  expect(bytes).toBeGreaterThan(4_500_000)
  expect(bytes).toBeLessThan(4_510_000)
})
