import { describe, expect, test } from 'vitest'
import { registerFiles } from '../../src/engine/page/register.ts'
import {
  correct,
  filteredPage,
  registerPage,
  seriesOfYear,
  wholeRegister,
} from '../../src/engine/register-book.ts'
import { ARRIVALS, type Store } from '../../src/engine/store/index.ts'
import { sha256Hex, type DocumentId } from '../../src/shared/document/fields.ts'
import { REGISTER_COLUMNS, registerKind, type RegisterBook } from '../../src/shared/register.ts'
import { queuedDocument, sealedDocument, sendingOffice } from '../outgoing/outbox.ts'
import { MORNING } from '../store/office.ts'

const everything = { offset: 0, limit: 100 }

function outgoingBook(store: Store): RegisterBook {
  return { kind: 'outgoing', year: 2026, series: seriesOfYear(store, 2026)[0]?.key ?? '' }
}
const ARRIVED: RegisterBook = { kind: 'incoming', year: 2026, series: '' }
const HANDLED: RegisterBook = { kind: 'handling', year: 2026, series: '' }

/** A received document that was accepted under that arrival number. */
function arrived(store: Store, packetId: string, wanted: number): DocumentId {
  const sha256 = sha256Hex.parse('b'.repeat(64))
  const { id } = store.incoming.collect({
    packetId,
    senderOrganId: 'H99',
    sha256,
    sizeBytes: 1,
    receivedAt: MORNING,
  })
  store.incoming.move(id, 'admit', MORNING)
  store.atomically(() => {
    const number = store.registers.take({ series: ARRIVALS, year: 2026, documentId: id, wanted })
    store.incoming.setArrival(id, { year: 2026, number, date: '2026-11-23' })
    store.incoming.move(id, 'register', MORNING)
  })
  return id
}

describe('sổ đăng ký văn bản đi', () => {
  test('has a line for each number in the prescribed columns, void ones struck, gaps where they are', async () => {
    const store = sendingOffice()
    const { id } = await queuedDocument(store, {
      toPlaces: ['Như trên', 'Lưu: VT, VP (2).'],
      subject: 'V/v rà soát hồ sơ đất đai',
    })
    store.outgoing.move(id, 'accept', MORNING)
    const second = await sealedDocument(store)
    store.registers.voidNumber(second, { reason: 'soạn nhầm nơi nhận', by: 'Lê Thị Thử' })
    store.registers.noteGap(
      { series: outgoingBook(store).series, year: 2026 },
      { from: 3, to: 4 },
      { kind: 'paper', reason: 'sổ giấy', by: 'Lê Thị Thử' },
    )
    await sealedDocument(store)

    const { total, rows } = registerPage(store, outgoingBook(store), everything)
    expect(total).toBe(3)
    expect(rows.map(({ number, isVoid }) => [number, isVoid])).toEqual([
      [1, false],
      [2, true],
      [5, false],
    ])
    expect(rows[0]?.cells).toEqual({
      code: '01/UBND-VP',
      issuedDate: '23/11/2026',
      title: 'Công văn. V/v rà soát hồ sơ đất đai',
      signer: 'Lê Thị Ánh',
      recipients: 'Sở Nội vụ tỉnh Thanh Vân',
      kept: 'VT, VP (2)',
      copies: '1',
      sentOn: '23/11/2026',
      receipt: '0/1 nơi đã tiếp nhận',
      note: '',
    })
    expect(rows[1]?.cells.note).toBe('Hủy số: soạn nhầm nơi nhận')
    expect(rows[2]?.gapsBefore).toEqual([
      expect.objectContaining({ from: 3, to: 4, kind: 'paper', reason: 'sổ giấy' }),
    ])
    expect(rows[2]?.cells.note).toBe('Chưa gửi')
  })

  test('pages follow each other without losing a gap between them', async () => {
    const store = sendingOffice()
    await sealedDocument(store)
    store.registers.noteGap(
      { series: outgoingBook(store).series, year: 2026 },
      { from: 2, to: 2 },
      { kind: 'left-out', reason: 'bỏ trống', by: 'Lê Thị Thử' },
    )
    for (let more = 0; more < 3; more += 1) await sealedDocument(store)
    const book = outgoingBook(store)
    const byOnes = [0, 1, 2, 3].flatMap((offset) => registerPage(store, book, { offset, limit: 1 }).rows)
    expect(byOnes).toEqual(registerPage(store, book, everything).rows)
    expect(byOnes.map(({ gapsBefore }) => gapsBefore.length)).toEqual([0, 1, 0, 0])
    expect(await wholeRegister(store, book)).toEqual(byOnes)
  })
})

describe('a filter', () => {
  test('finds lines by all of the words in any spelling, and by what was struck through', async () => {
    const store = sendingOffice()
    const first = await sealedDocument(store, { subject: 'V/v rà soát hồ sơ đất đai' })
    await sealedDocument(store, { subject: 'V/v họp giao ban' })
    const book = outgoingBook(store)
    correct(
      store,
      book,
      { id: first, number: 1 },
      { column: 'title', text: 'Công văn. Khác', reason: 'nhầm' },
      MORNING,
    )
    const found = async (text: string) =>
      (await filteredPage(store, book, { text }, everything)).rows.map(({ number }) => number)
    expect(await found('GIAO hop')).toEqual([2])
    expect(await found('dat dai')).toEqual([1])
    expect(await found('2/UBND')).toEqual([2])
    expect(await found('giao đất')).toEqual([])
    expect(await found('')).toEqual([1, 2])
  })

  test('finds lines by day, both ends included, and pages through what it found', async () => {
    const store = sendingOffice()
    for (const number of [1, 2, 3]) arrived(store, `packet ${String(number)}`, number)
    const of = (from: string, to: string, page = everything) =>
      filteredPage(store, ARRIVED, { text: '', from, to }, page)
    expect((await of('2026-11-23', '2026-11-23')).total).toBe(3)
    expect((await of('2026-11-24', '2026-12-31')).rows).toEqual([])
    const last = await of('2026-11-01', '2026-11-23', { offset: 2, limit: 5 })
    expect([last.total, last.rows.map(({ number }) => number)]).toEqual([3, [3]])
  })

  test('says nothing of numbers left out', async () => {
    const store = sendingOffice()
    arrived(store, 'packet 1', 1)
    arrived(store, 'packet 2', 5)
    expect(registerPage(store, ARRIVED, everything).rows.map(({ gapsBefore }) => gapsBefore.length)).toEqual([
      0, 1,
    ])
    const { rows } = await filteredPage(store, ARRIVED, { text: '' }, everything)
    expect(rows.map(({ gapsBefore }) => gapsBefore.length)).toEqual([0, 0])
  })
})

describe('a correction', () => {
  test('strikes through what stood there, says who, when and why, and stays', async () => {
    const store = sendingOffice()
    const id = await sealedDocument(store, { subject: 'V/v rà soát hồ sơ' })
    const book = outgoingBook(store)
    const change = {
      column: 'title' as const,
      text: 'Công văn. V/v rà soát hồ sơ đất đai',
      reason: 'thiếu chữ',
    }
    correct(store, book, { id, number: 1 }, change, MORNING)
    const row = correct(
      store,
      book,
      { id, number: 1 },
      { ...change, text: 'Công văn. V/v rà soát', reason: 'nhầm' },
      MORNING + 1,
    )
    expect(row.cells.title).toBe('Công văn. V/v rà soát')
    expect(row.corrections.map(({ was, is, reason }) => [was, is, reason])).toEqual([
      ['Công văn. V/v rà soát hồ sơ', 'Công văn. V/v rà soát hồ sơ đất đai', 'thiếu chữ'],
      ['Công văn. V/v rà soát hồ sơ đất đai', 'Công văn. V/v rà soát', 'nhầm'],
    ])
    expect(registerPage(store, book, everything).rows[0]).toEqual(row)
    expect(store.outgoing.get(id).fields.subject, 'the document is not touched').toBe('V/v rà soát hồ sơ')
    expect(store.history.about(id).filter(({ event }) => event === 'correct-register')).toHaveLength(2)
    expect((await store.check()).problems).toEqual([])
  })

  test('belongs to a number and not to its document: the number that replaces a void one begins clean', async () => {
    const store = sendingOffice()
    const id = await sealedDocument(store)
    const book = outgoingBook(store)
    correct(store, book, { id, number: 1 }, { column: 'kept', text: 'VT', reason: 'thiếu' }, MORNING)
    store.registers.voidNumber(id, { reason: 'nhầm sổ', by: 'Lê Thị Thử' })
    store.registers.take({ series: book.series, year: 2026, documentId: id, notation: 'UBND-VP' })
    const { rows } = registerPage(store, book, everything)
    expect(rows.map(({ number, isVoid, cells }) => [number, isVoid, cells.kept])).toEqual([
      [1, true, 'VT'],
      [2, false, ''],
    ])
    expect(() =>
      correct(store, book, { id, number: 3 }, { column: 'kept', text: 'VT', reason: 'thiếu' }, MORNING),
    ).toThrow(expect.objectContaining({ code: 'document/not-found' }))
  })

  test.each([
    ['that changes nothing', { column: 'note' as const, text: 'Chưa gửi' }, 'app/bad-request'],
    [
      'of a column that the register does not have',
      { column: 'arrivalDate' as const, text: 'x' },
      'app/bad-request',
    ],
  ])('%s is refused', async (_what, change, code) => {
    const store = sendingOffice()
    const id = await sealedDocument(store)
    expect(() =>
      correct(store, outgoingBook(store), { id, number: 1 }, { ...change, reason: 'vì' }, MORNING),
    ).toThrow(expect.objectContaining({ code }))
  })
})

test('the registers of what came in follow arrival numbers, and say who handles it', () => {
  const store = sendingOffice()
  const first = arrived(store, 'P-1', 1)
  arrived(store, 'P-2', 3)
  expect(
    registerPage(store, ARRIVED, everything).rows.map(({ number, gapsBefore }) => [
      number,
      gapsBefore.length,
    ]),
  ).toEqual([
    [1, 0],
    [3, 1],
  ])
  expect(registerPage(store, HANDLED, everything)).toEqual({ total: 0, rows: [] })
  store.incoming.setAssignee(first, { name: 'Trần Văn Mẫn', handleBy: '2026-11-30' })
  store.incoming.move(first, 'assign', MORNING)
  const { rows } = registerPage(store, HANDLED, everything)
  expect(rows.map(({ cells }) => cells)).toMatchObject([
    { arrivalNumber: '1', handler: 'Trần Văn Mẫn', handleBy: '30/11/2026', progress: 'Đã giao', answer: '' },
  ])
})

test('a document that answers another is found by what it answers, once it has a number', async () => {
  const store = sendingOffice()
  const responseFor = {
    organId: 'H99',
    code: '15/SNV-VTLT',
    documentCode: 'H99.2026.15',
    issuedDate: '2026-11-20',
  }
  store.outgoing.create({ ...store.outgoing.get(await sealedDocument(store)).fields, responseFor })
  expect(store.outgoing.answersTo('H99.2026.15')).toEqual([])
  await sealedDocument(store, { responseFor })
  expect(store.outgoing.answersTo('H99.2026.15')).toEqual(['02/UBND-VP'])
})

test('the print has the prescribed columns, what was struck, gaps and corrections, and nothing unescaped', () => {
  const [page] = registerFiles({
    kind: 'outgoing',
    agencyName: 'UBND xã <Suối Ngọc>',
    parentName: 'UBND tỉnh Thanh Vân',
    series: undefined,
    year: 2026,
    printedAt: '23/11/2026 08:00:00',
    lines: [
      {
        isVoid: true,
        cells: { code: '02/UBND-VP', note: 'Hủy số: <b>nhầm</b>' },
        struck: { title: ['cũ & sai'] },
        before: ['Số 01: bỏ trống'],
        after: ['Đính chính: trước là “cũ”'],
      },
    ],
  })
  const html = Buffer.from(page?.bytes ?? []).toString()
  expect(html.match(/<th /g)).toHaveLength(REGISTER_COLUMNS.outgoing.length)
  expect(html).toContain('<s>02/UBND-VP</s>')
  expect(html).toContain('<s>cũ &amp; sai</s>')
  expect(html).toContain('Số 01: bỏ trống')
  expect(html).toContain('&lt;b&gt;nhầm&lt;/b&gt;')
  expect(html).toContain('UBND XÃ &lt;SUỐI NGỌC&gt;')
  expect(html).not.toContain('<script')
})

test.each(registerKind.options)('every column of the printed %s is wide enough for its heading', (kind) => {
  const head = { agencyName: '', parentName: '', series: undefined, year: 2026, printedAt: '', lines: [] }
  const [, style] = registerFiles({ kind, ...head })
  const widths = [
    ...Buffer.from(style?.bytes ?? [])
      .toString()
      .matchAll(/nth-child\(\d+\) \{ width: (\d+)mm/g),
  ]
  const widthsMm = widths.map(([, width]) => Number(width))
  expect(widthsMm).toHaveLength(REGISTER_COLUMNS[kind].length)
  expect(Math.min(...widthsMm)).toBeGreaterThanOrEqual(13)
  expect(widthsMm.reduce((sum, width) => sum + width, 0)).toBe(256)
})
