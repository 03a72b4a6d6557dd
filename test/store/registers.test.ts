import { describe, expect, test } from 'vitest'
import { agency, type Agency } from '../../src/shared/document/fields.ts'
import { ARRIVALS } from '../../src/engine/store/index.ts'
import { clock, office } from './office.ts'

const book = { series: 'Công văn', year: 2026 }

describe('numbers', () => {
  test('run from 1 in each book and each year', () => {
    const { registers } = office()
    expect(registers.peek(book)).toBe(1)
    expect(registers.take({ ...book, documentId: 'a' })).toBe(1)
    expect(registers.take({ ...book, documentId: 'b' })).toBe(2)
    expect(registers.take({ ...book, year: 2027, documentId: 'c' })).toBe(1)
    expect(registers.take({ ...book, series: ARRIVALS, documentId: 'd' })).toBe(1)
    expect(registers.peek(book)).toBe(3)
  })

  test('a document keeps the number it has', () => {
    const { registers } = office()
    const number = registers.take({ ...book, documentId: 'a', wanted: 57 })
    expect(registers.take({ ...book, documentId: 'a' })).toBe(number)
    expect(registers.take({ ...book, documentId: 'a', wanted: 57 })).toBe(57)
    expect(() => registers.take({ ...book, documentId: 'a', wanted: 58 })).toThrow(
      expect.objectContaining({ code: 'document/wrong-state', detail: '57' }),
    )
    expect(registers.peek(book)).toBe(58)
    expect(registers.held('a')).toMatchObject({ ...book, number: 57 })
    expect(registers.holderOf('Công văn', 2026, 57)).toBe('a')
  })

  test('numbers passed over together are shown together, however long it takes to note them', () => {
    const time = clock()
    const now = () => {
      time.advance(1)
      return time.now()
    }
    const { registers } = office({ now })
    registers.noteGap(
      { ...book, first: 1 },
      { from: 2, to: 9 },
      { kind: 'left-out', reason: 'giữ chỗ', by: 'A' },
    )
    registers.take({ ...book, documentId: 'a', wanted: 10 })
    expect(registers.gaps({ ...book, first: 2 })).toMatchObject([{ from: 2, to: 9, kind: 'left-out' }])
  })

  test('two who were shown the same number do not both get it', () => {
    const { registers } = office()
    const shown = registers.peek(book)
    expect(registers.peek(book)).toBe(shown)
    expect(registers.take({ ...book, documentId: 'a', wanted: shown })).toBe(shown)
    expect(() => registers.take({ ...book, documentId: 'b', wanted: shown })).toThrow(
      expect.objectContaining({ code: 'document/number-taken' }),
    )
    expect(registers.take({ ...book, documentId: 'b' })).toBe(shown + 1)
  })

  test('many takers by turns get as many different numbers', () => {
    const store = office()
    const given = new Set<number>()
    store.registers.take({ ...book, documentId: 'old', wanted: 5 })
    for (let taker = 0; taker < 40; taker += 1) {
      try {
        store.atomically(() => {
          const number = store.registers.take({ ...book, documentId: `d${String(taker)}` })
          if (taker % 3 === 0) throw new Error('the signature failed')
          expect(given.has(number)).toBe(false)
          given.add(number)
        })
      } catch (error) {
        expect(error).toMatchObject({ message: 'the signature failed' })
      }
    }
    expect([...given].sort((one, other) => one - other)).toEqual(
      Array.from({ length: 26 }, (_, index) => index + 6),
    )
  })
})

describe('the directory', () => {
  const agencies: Agency[] = [
    agency.parse({
      organId: 'H99.07',
      oldCode: '000.00.07.H99',
      name: 'Sở Nội vụ tỉnh Thanh Vân',
      email: 'snv@example.vn',
    }),
    agency.parse({
      organId: 'H99.88.01',
      name: 'Ủy ban nhân dân xã Suối Ngọc',
      parentName: 'UBND tỉnh Thanh Vân',
    }),
    agency.parse({ organId: 'H99.88.02', name: 'Ủy ban nhân dân xã Đồng_Nai 100%' }),
  ]

  function filled() {
    const store = office()
    store.directory.replaceAll(agencies)
    return store.directory
  }

  test.each([
    ['suoi ngoc', ['H99.88.01']],
    ['SUỐI NGỌC', ['H99.88.01']],
    ['Suối Ngọc'.normalize('NFD'), ['H99.88.01']],
    ['ngoc uy ban', ['H99.88.01']],
    ['dong', ['H99.88.02']],
    ['đồng', ['H99.88.02']],
    ['h99.88', ['H99.88.02', 'H99.88.01']],
    ['000.00.07', ['H99.07']],
    ['100%', ['H99.88.02']],
    ['_', ['H99.88.02']],
    ['%', ['H99.88.02']],
    ["'; DROP TABLE agency; --", []],
    ['', ['H99.07', 'H99.88.02', 'H99.88.01']],
  ])('%j finds %j', (text, found) => {
    expect(
      filled()
        .search(text, 50)
        .map(({ organId }) => organId),
    ).toEqual(found)
  })

  test('an agency comes back whole, by its new or its old code, in the order asked', () => {
    const directory = filled()
    expect(directory.byIds(['H99.88.01', 'nobody', '000.00.07.H99', 'H99.07'])).toEqual([
      agencies[1],
      agencies[0],
      agencies[0],
    ])
    expect(directory.search('', 1)).toHaveLength(1)
  })

  test('a new directory replaces the old one; an empty answer replaces nothing', () => {
    const directory = filled()
    directory.replaceAll(agencies.slice(0, 1))
    expect(directory.count()).toBe(1)
    directory.replaceAll([])
    expect(directory.count()).toBe(1)
    directory.upsert([agency.parse({ organId: 'H99.07', name: 'Sở Nội vụ mới' })])
    expect(directory.byIds(['H99.07'])[0]).toMatchObject({ name: 'Sở Nội vụ mới', email: '' })
  })
})

describe('settings', () => {
  test('come back as they were set, one by one', () => {
    const { settings } = office()
    expect(settings.get('hub')).toBeUndefined()
    settings.set('hub', { kind: 'vxp', url: 'http://127.0.0.1:1', systemId: 'H99', secret: 'x' })
    settings.set('lastSyncAt', 5)
    settings.set('lastSyncAt', 6)
    expect(settings.get('hub')).toEqual({
      kind: 'vxp',
      url: 'http://127.0.0.1:1',
      systemId: 'H99',
      secret: 'x',
    })
    expect(settings.get('lastSyncAt')).toBe(6)
    settings.remove('hub')
    expect(settings.get('hub')).toBeUndefined()
  })

  test('of the wrong shape are not kept', () => {
    const { settings } = office()
    expect(() => {
      settings.set('lastSyncAt', -1)
    }).toThrow()
    expect(settings.get('lastSyncAt')).toBeUndefined()
  })
})

test('a part of a transaction that fails is undone alone when its caller goes on', () => {
  const store = office()
  store.atomically(() => {
    store.settings.set('clerkName', 'Ánh')
    expect(() =>
      store.atomically(() => {
        store.settings.set('clerkName', 'Khác')
        throw new Error('no')
      }),
    ).toThrow('no')
  })
  expect(store.settings.get('clerkName')).toBe('Ánh')
  expect(() => store.atomically(() => Promise.resolve())).toThrow('promise')
})
