import { expect, test } from 'vitest'
import type { Agency } from '../../src/shared/document/fields.ts'
import { clock, MORNING, office, typed } from './office.ts'

const agencyCalled = (organId: string, name: string): Agency => ({
  organId,
  name,
  parentName: '',
  address: '',
  email: '',
  telephone: '',
})
const AGENCIES = [
  agencyCalled('H99.01', 'Sở An toàn'),
  agencyCalled('H99.02', 'Sở Nội vụ'),
  agencyCalled('H99.03', 'Sở Tài chính'),
  agencyCalled('H99.04', 'Ủy ban nhân dân xã Đông'),
]

test('who was written to last comes first, then who was before, then the others by name; each once', () => {
  const time = clock()
  const store = office({ now: time.now })
  store.directory.upsert(AGENCIES)
  const found = (text: string, limit = 10) =>
    store.directory.search(text, limit).map(({ organId }) => organId)
  expect(found('so')).toEqual(['H99.01', 'H99.02', 'H99.03'])
  for (const organId of ['H99.03', 'H99.02', 'H99.04']) {
    time.advance(1_000)
    const { id } = store.outgoing.create(typed())
    store.outgoing.setRecipients(id, [{ organId, name: organId }])
  }
  expect(found('so')).toEqual(['H99.02', 'H99.03', 'H99.01'])
  expect(found('so', 2)).toEqual(['H99.02', 'H99.03'])
  expect(found('')).toEqual(['H99.04', 'H99.02', 'H99.03', 'H99.01'])
  expect(found('uy ban dong')).toEqual(['H99.04'])
})

test('an agency that left the directory is not named, however often it was written to', () => {
  const store = office()
  store.directory.upsert(AGENCIES)
  store.directory.noteUse(['H99.01'], MORNING)
  store.directory.replaceAll(AGENCIES.slice(1))
  expect(store.directory.search('so', 10).map(({ organId }) => organId)).toEqual(['H99.02', 'H99.03'])
})
