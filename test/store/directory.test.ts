import { describe, expect, test } from 'vitest'
import type { Agency } from '../../src/shared/document/fields.ts'
import { MAX_RECIPIENT_GROUPS } from '../../src/shared/document/recipient-group.ts'
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

test('a recipient is known as it is named, under a new code, or not any more, with the name it had', () => {
  const store = office()
  store.directory.upsert(AGENCIES)
  const merged = { ...agencyCalled('H99.09', 'Sở Nội vụ và Tài chính'), oldCode: 'H99.03' }
  store.directory.replaceAll([agencyCalled('H99.01', 'Sở An toàn'), merged])
  expect(store.directory.standings(['H99.01', 'H99.02', 'H99.03', 'H00'])).toMatchObject([
    { organId: 'H99.01', name: 'Sở An toàn', standing: 'current' },
    { organId: 'H99.02', name: 'Sở Nội vụ', standing: 'struck-off' },
    { organId: 'H99.03', standing: 'renamed', now: { organId: 'H99.09' } },
    { organId: 'H00', name: 'H00', standing: 'struck-off' },
  ])
  // Whoever comes back is there again.
  store.directory.upsert(AGENCIES)
  expect(store.directory.standings(['H99.02'])).toMatchObject([{ standing: 'current' }])
})

describe('groups of recipients', () => {
  test('are kept, changed and removed, the one used last first', () => {
    const time = clock()
    const store = office({ now: time.now })
    const { recipientGroups: groups } = store
    const names = () => groups.list().map(({ name }) => name)
    for (const name of ['Các sở', 'Các xã', 'Khối Đảng']) {
      time.advance(1_000)
      groups.save({ name, organIds: ['H99.01'] })
    }
    expect(names()).toEqual(['Khối Đảng', 'Các xã', 'Các sở'])
    const [, , last] = groups.list()
    if (last === undefined) throw new Error('it was kept')
    time.advance(1_000)
    groups.noteUse(last.id)
    groups.save({ ...last, name: 'Các sở, ngành', organIds: ['H99.02', 'H99.01'] })
    expect(groups.list()[0]).toEqual({ ...last, name: 'Các sở, ngành', organIds: ['H99.02', 'H99.01'] })
    groups.remove(last.id)
    expect(names()).toEqual(['Khối Đảng', 'Các xã'])
  })

  test('have names of their own, however they are written, and are not without number', () => {
    const { recipientGroups: groups } = office()
    groups.save({ name: 'Các sở', organIds: ['H99.01'] })
    const again = () => {
      groups.save({ name: 'CÁC SỞ', organIds: ['H99.02'] })
    }
    expect(again).toThrow(expect.objectContaining({ code: 'group/name-taken' }))
    for (let at = 1; at < MAX_RECIPIENT_GROUPS; at += 1)
      groups.save({ name: String(at), organIds: ['H99.01'] })
    const oneMore = () => {
      groups.save({ name: 'Thêm', organIds: ['H99.01'] })
    }
    expect(oneMore).toThrow(expect.objectContaining({ code: 'group/too-many' }))
  })
})
