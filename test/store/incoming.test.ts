import { describe, expect, test } from 'vitest'
import { sha256Hex } from '../../src/shared/document/fields.ts'
import { documentMessage, type DocumentMessage } from '../../src/shared/document/packet.ts'
import { MORNING, office } from './office.ts'
import type { Store } from '../../src/engine/store/index.ts'

const empty = { organizationInCharge: '', address: '', email: '', telephone: '', fax: '', website: '' }
const sha256 = sha256Hex.parse('cd'.repeat(32))

function message(over: Partial<DocumentMessage> = {}): DocumentMessage {
  return documentMessage.parse({
    from: { ...empty, organId: 'H99.07', organName: 'Sở Nội vụ tỉnh Thanh Vân' },
    to: [{ ...empty, organId: 'H99.88.01', organName: 'UBND xã Suối Ngọc' }],
    documentId: 'H99.07,2026,15',
    code: { number: '15', notation: 'SNV-VP' },
    place: 'Thanh Vân',
    promulgationDate: '2026-11-20',
    documentType: { type: 18, typeName: 'Công văn' },
    subject: 'V/v rà soát biên chế',
    content: '',
    signer: { competence: '', position: 'GIÁM ĐỐC', fullName: 'Trần Văn Ước' },
    otherInfo: { priority: 1, sphere: '', typerNotation: '', appendixes: [] },
    responseFor: [],
    toPlaces: [],
    trace: [],
    business: {
      type: 0,
      reason: '',
      paper: false,
      staff: { department: '', staff: '', mobile: '', email: '' },
    },
    ...over,
  })
}

function collected(store: Store, packetId = 'P-1') {
  return store.incoming.collect({
    packetId,
    senderOrganId: 'H99.07',
    sha256,
    sizeBytes: 900,
    receivedAt: MORNING,
  }).id
}

function admitted(store: Store, packetId: string, over: Partial<DocumentMessage> = {}) {
  const id = collected(store, packetId)
  store.incoming.setMessage(id, {
    message: message(over),
    warnings: [],
    verdict: { verdict: 'valid', reasons: [], signatures: [] },
  })
  store.incoming.move(id, 'admit', MORNING)
  return id
}

test('a packet collected twice is one document', () => {
  const store = office()
  const id = collected(store)
  expect(collected(store)).toBe(id)
  expect(store.incoming.findByPacketId('P-1')).toMatchObject({
    id,
    state: 'collected',
    packetSha256: sha256,
    packetSizeBytes: 900,
  })
  expect(store.history.of('incoming', id)).toHaveLength(1)
  expect(store.incoming.counts()).toEqual({
    new: 0,
    asked: 0,
    handling: 0,
    quarantine: 0,
  })
})

test('what the packet says is kept whole, and its first lines are in the list', () => {
  const store = office()
  const id = collected(store)
  const warnings = [{ code: 'field-too-long' as const, about: 'MessageHeader/Subject' }]
  const read = store.incoming.setMessage(id, {
    message: message(),
    warnings,
    verdict: { verdict: 'undetermined', reasons: ['root-unknown'], signatures: [] },
  })
  expect(read.message).toEqual(message())
  expect(read).toMatchObject({
    warnings,
    documentCode: 'H99.07,2026,15',
    verdict: { reasons: ['root-unknown'] },
  })
  store.incoming.setFiles(id, [
    { role: 'attachment', sha256, name: 'b.pdf', contentType: 'application/pdf', sizeBytes: 9 },
    { role: 'attachment', sha256, name: 'a.pdf', contentType: 'application/pdf', sizeBytes: 9 },
  ])
  expect(store.incoming.files(id).map(({ name }) => name)).toEqual(['b.pdf', 'a.pdf'])
  store.incoming.move(id, 'admit', MORNING + 1)
  expect(store.incoming.list('new', 10, 0)).toEqual({
    total: 1,
    rows: [
      {
        id,
        state: 'admitted',
        typeName: 'Công văn',
        subject: 'V/v rà soát biên chế',
        code: '15/SNV-VP',
        issuedDate: '2026-11-20',
        senderOrganId: 'H99.07',
        senderName: 'Sở Nội vụ tỉnh Thanh Vân',
        priority: 1,
        dueDate: undefined,
        receivedAt: MORNING,
        verdict: 'undetermined',
        arrivalNumber: undefined,
        arrivalDate: undefined,
        quarantine: undefined,
        returnReason: undefined,
      },
    ],
  })
})

test('an unreadable packet lies in quarantine with its reason, until it is put aside', () => {
  const store = office()
  const id = collected(store)
  store.incoming.setQuarantine(id, { code: 'packet/forbidden-xml', detail: 'DOCTYPE' })
  store.incoming.move(id, 'quarantine', MORNING)
  expect(store.incoming.list('quarantine', 10, 0).rows[0]).toMatchObject({
    senderName: 'H99.07',
    subject: '',
    quarantine: { code: 'packet/forbidden-xml', detail: 'DOCTYPE' },
  })
  store.incoming.setReturnReason(id, 'Tệp lạ')
  store.incoming.move(id, 'dismiss', MORNING)
  expect(store.incoming.counts()).toEqual({
    new: 0,
    asked: 0,
    handling: 0,
    quarantine: 0,
  })
  expect(store.incoming.countOf('returned')).toBe(1)
  expect(store.incoming.list('returned', 10, 0).rows[0]).toMatchObject({
    state: 'dismissed',
    returnReason: 'Tệp lạ',
  })
})

test('the arrival number is one per year and document', () => {
  const store = office()
  const [first, second] = [admitted(store, 'P-1'), admitted(store, 'P-2', { documentId: 'khác' })]
  store.incoming.setArrival(first, { year: 2026, number: 1, date: '2026-11-23' })
  expect(store.incoming.move(first, 'register', MORNING)).toMatchObject({
    arrivalNumber: 1,
    arrivalDate: '2026-11-23',
  })
  expect(() => store.incoming.setArrival(second, { year: 2026, number: 1, date: '2026-11-23' })).toThrow(
    'UNIQUE',
  )
  expect(store.incoming.setArrival(second, { year: 2027, number: 1, date: '2027-01-04' }).arrivalNumber).toBe(
    1,
  )
})

describe('the same document again', () => {
  const same = { documentCode: 'H99.07,2026,15', senderOrganId: 'H99.07', code: '15/SNV-VP' }

  test('is found by id, sender and code together', () => {
    const store = office()
    const first = admitted(store, 'P-1')
    const again = collected(store, 'P-2')
    expect(store.incoming.findDuplicate(same, again)?.id).toBe(first)
    expect(store.incoming.findDuplicate(same, first)).toBeUndefined()
    for (const other of [{ documentCode: 'x' }, { senderOrganId: 'H99.08' }, { code: '16/SNV-VP' }]) {
      expect(store.incoming.findDuplicate({ ...same, ...other }, again)).toBeUndefined()
    }
  })

  test('is found when the packet gives no number', () => {
    const store = office()
    const first = admitted(store, 'P-1', { code: { number: '', notation: 'SNV-VP' } })
    expect(store.incoming.get(first).code).toBe('SNV-VP')
    const again = collected(store, 'P-2')
    expect(store.incoming.findDuplicate({ ...same, code: '/SNV-VP' }, again)?.id).toBe(first)
  })

  test('after a return, the one that was accepted counts', () => {
    const store = office()
    const returned = admitted(store, 'P-1')
    store.incoming.move(returned, 'return', MORNING)
    const again = admitted(store, 'P-2')
    const third = collected(store, 'P-3')
    expect(store.incoming.findDuplicate(same, again)?.state).toBe('returned')
    expect(store.incoming.findDuplicate(same, third)?.id).toBe(again)
  })

  test('a packet in quarantine or not yet read is no duplicate', () => {
    const store = office()
    const bad = collected(store, 'P-1')
    store.incoming.setMessage(bad, { message: message(), warnings: [] })
    expect(store.incoming.findDuplicate(same, collected(store, 'P-2'))).toBeUndefined()
    store.incoming.move(bad, 'quarantine', MORNING)
    expect(store.incoming.findDuplicate(same, collected(store, 'P-2'))).toBeUndefined()
  })
})

test('an arrow the table does not have is refused', () => {
  const store = office()
  const id = collected(store)
  expect(() => store.incoming.move(id, 'register', MORNING)).toThrow(
    expect.objectContaining({ code: 'document/wrong-state' }),
  )
})

describe('packets', () => {
  const listed = [
    { packetId: 'P-1', kind: 'edoc' as const, fromOrganId: 'H99.07' },
    { packetId: 'P-2', kind: 'status' as const, fromOrganId: 'H99.07' },
  ]

  test('the hub may list a packet as often as it likes: it is new once', () => {
    const store = office()
    expect(store.packets.noteListed(listed).map(({ packetId }) => packetId)).toEqual(['P-1', 'P-2'])
    expect(
      store.packets.noteListed([
        ...listed,
        { ...listed[0], packetId: 'P-3', kind: 'edoc', fromOrganId: 'H99.07' },
      ]),
    ).toMatchObject([{ packetId: 'P-3', state: 'listed' }])
    expect(store.packets.noteListed([])).toEqual([])
  })

  test('listed, stored, handled, acknowledged: each step once, none back', () => {
    const store = office()
    store.packets.noteListed(listed)
    expect(() => store.packets.markAcknowledged('P-1'), 'never before it was read').toThrow(
      expect.objectContaining({ code: 'document/wrong-state' }),
    )
    expect(store.packets.markStored('P-1', { sha256, sizeBytes: 7 })).toMatchObject({
      state: 'stored',
      sha256,
      sizeBytes: 7,
    })
    expect(store.packets.markHandled('P-1', 'done')).toMatchObject({
      state: 'handled',
      outcome: 'done',
      sha256,
    })
    expect(store.packets.markHandled('P-1', 'fail'), 'a repeated errand does no harm').toMatchObject({
      outcome: 'done',
    })
    expect(store.packets.markStored('P-1', { sha256, sizeBytes: 8 })).toMatchObject({
      state: 'handled',
      sizeBytes: 7,
    })
    expect(store.packets.markAcknowledged('P-1')).toMatchObject({ state: 'acknowledged', outcome: 'done' })
    expect(store.packets.markAcknowledged('P-1')).toMatchObject({ state: 'acknowledged' })
    expect(store.packets.byId('P-9')).toBeUndefined()
  })
})
