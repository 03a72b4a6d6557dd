import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { register, sendBack } from '../../src/engine/incoming/register.ts'
import { agree, refuse } from '../../src/engine/incoming/requests.ts'
import { registerPage } from '../../src/engine/register-book.ts'
import { vietnamClock } from '../../src/shared/document/vietnam-time.ts'
import { EXAMPLE_DOCUMENT } from '../envelope/packets.ts'
import { inbox } from './inbox.ts'
import { CODE, OURS, SUBJECT, updatePacket, type Update } from './update-packets.ts'

async function withDocument(isRegistered = false) {
  const packets: Record<string, string> = { 'P-1': EXAMPLE_DOCUMENT }
  const desk = inbox(packets)
  await desk.work()
  const [row] = desk.rows('new')
  if (row === undefined) throw new Error('the document did not come')
  const { id } = row
  if (isRegistered) register(desk, id)
  const bring = async (packetId: string, packet: string) => {
    packets[packetId] = packet
    await desk.work()
  }
  const current = () => desk.store.incoming.get(id)
  return { ...desk, id, bring, current }
}

type Desk = Awaited<ReturnType<typeof withDocument>>

/** What is on its way to the sender in answer to requests: code, words, and the DocumentId that it names. */
function answers({ store }: Pick<Desk, 'store'>) {
  return store.jobs
    .pending('report')
    .map(({ payload }) => payload as { statusCode: string; description: string; requestCode?: string })
    .filter(({ statusCode }) => statusCode === '15' || statusCode === '16')
    .map(({ statusCode, description, requestCode }) => [statusCode, description, requestCode])
}

function shown({ store, id }: Desk): string {
  const request = store.receivedRequests.shown(id)
  if (request?.state !== 'asked') throw new Error('the clerk is not asked')
  return request.id
}

describe('an update', () => {
  test('of what is not in the register takes effect at once: what it said before is kept, and 15 goes out', async () => {
    const desk = await withDocument()
    await desk.bring('U-1', updatePacket({ subject: 'V/v tập huấn', dueDate: '2026/02/15' }))
    expect(desk.current()).toMatchObject({
      state: 'admitted',
      subject: 'V/v tập huấn',
      dueDate: '2026-02-15',
      code: '07/UBND-VP',
      documentCode: CODE,
      message: { business: { type: 0 }, trace: [{ timestamp: '2026-01-15T09:30:00+07:00' }] },
    })
    expect(desk.current().files).toHaveLength(1)
    expect(desk.store.versions.of(desk.id)).toMatchObject([
      {
        reason: 'Sửa lần 0',
        changes: [
          { field: 'subject', before: SUBJECT, after: 'V/v tập huấn' },
          { field: 'dueDate', before: '2026-01-31', after: '2026-02-15' },
        ],
      },
    ])
    expect(answers(desk)).toEqual([['15', 'Đồng ý cập nhật', `${CODE},0`]])
    expect(desk.told).toContain('U-1 done')
    expect(desk.rows('new').map(({ id }) => id)).toEqual([desk.id])
  })

  test('of what is in the register waits for the clerk, who takes it in; the register strikes through', async () => {
    const desk = await withDocument(true)
    await desk.bring('U-1', updatePacket({ subject: 'V/v tập huấn' }))
    expect(desk.current()).toMatchObject({ state: 'registered', subject: SUBJECT })
    expect(answers(desk)).toEqual([])
    expect(desk.rows('asked')).toMatchObject([{ id: desk.id, request: { kind: 'update', state: 'asked' } }])

    agree(desk, desk.id, shown(desk))
    expect(desk.current()).toMatchObject({ state: 'registered', subject: 'V/v tập huấn', arrivalNumber: 1 })
    expect(answers(desk)).toEqual([['15', 'Đồng ý cập nhật', `${CODE},0`]])
    expect(desk.rows('asked')).toEqual([])
    const { rows } = registerPage(
      desk.store,
      { kind: 'incoming', year: 2026, series: '' },
      { offset: 0, limit: 5 },
    )
    expect(rows[0]?.cells.title).toBe('Công văn. V/v tập huấn')
    expect(rows[0]?.corrections).toMatchObject([
      { column: 'title', was: `Công văn. ${SUBJECT}`, is: 'Công văn. V/v tập huấn', reason: 'Sửa lần 0' },
    ])
  })

  test('is refused by the clerk with a reason, and the document stays as it was', async () => {
    const desk = await withDocument(true)
    await desk.bring('U-1', updatePacket({ subject: 'V/v tập huấn' }))
    refuse(desk, desk.id, shown(desk), 'Trích yếu không khớp văn bản đã ký')
    expect(desk.current()).toMatchObject({ state: 'registered', subject: SUBJECT })
    expect(desk.store.versions.of(desk.id)).toEqual([])
    expect(answers(desk)).toEqual([['16', 'Trích yếu không khớp văn bản đã ký', `${CODE},0`]])
    // The hub brings it once more: the same answer, and the clerk is left in peace.
    await desk.bring('U-2', updatePacket({ subject: 'V/v tập huấn' }))
    expect(answers(desk)).toHaveLength(2)
    expect(desk.rows('asked')).toEqual([])
  })

  test('of the recipients alone changes nothing that the clerk registered, and needs no clerk', async () => {
    const desk = await withDocument(true)
    await desk.bring('U-1', updatePacket({ receivers: [['H99.55', 1]] }))
    expect(desk.rows('asked')).toEqual([])
    expect(answers(desk)).toEqual([['15', 'Đồng ý cập nhật', `${CODE},0`]])
  })

  test('brings files: those that were here stay, a name that is taken tells when the new one came', async () => {
    const desk = await withDocument()
    await desk.bring('U-1', updatePacket({ file: 'Danh sách', fileName: '07-UBND-VP.pdf' }))
    await desk.bring('U-2', updatePacket({ minute: 1, file: 'Danh sách 2' }))
    // What is here already is not added once more.
    await desk.bring('U-3', updatePacket({ minute: 2, file: 'Danh sách 2', fileName: 'khac.txt' }))
    const mark = vietnamClock(Date.parse('2026-01-16T10:00:00+07:00'))
      .replaceAll('/', '-')
      .replaceAll(':', '.')
    expect(desk.current().files.map(({ name }) => name)).toEqual([
      '07-UBND-VP.pdf',
      `Cập nhật ${mark} - 07-UBND-VP.pdf`,
      'phu-luc.txt',
    ])
    expect(desk.store.jobs.byKey(`judge/${desk.id}`)).toBeDefined()
  })

  test('that comes before its document waits in quarantine and takes effect when it comes', async () => {
    const packets: Record<string, string> = { 'U-1': updatePacket({ subject: 'V/v tập huấn' }) }
    const desk = inbox(packets)
    await desk.work()
    expect(desk.rows('quarantine').map(({ quarantine }) => quarantine?.code)).toEqual([
      'packet/document-unknown',
    ])
    packets['P-1'] = EXAMPLE_DOCUMENT
    await desk.work()
    expect(desk.rows('new')).toMatchObject([{ subject: 'V/v tập huấn', code: '07/UBND-VP' }])
    expect(desk.rows('quarantine')).toEqual([])
    expect(answers(desk)).toEqual([['15', 'Đồng ý cập nhật', `${CODE},0`]])
  })

  test('by anybody else, or of another number, changes nothing', async () => {
    const desk = await withDocument()
    await desk.bring('U-1', updatePacket({ subject: 'Giả mạo', from: 'H99.55' }))
    await desk.bring('U-2', updatePacket({ minute: 1, subject: 'Số khác', code: '08' }))
    expect(desk.current().subject).toBe(SUBJECT)
    expect(
      desk
        .rows('quarantine')
        .map(({ quarantine }) => quarantine?.code)
        .sort(),
    ).toEqual(['packet/document-unknown', 'packet/not-the-sender'])
    expect(answers(desk)).toEqual([])
  })

  test('of a document that was returned comes too late, which its sender reads', async () => {
    const desk = await withDocument()
    sendBack(desk, desk.id, 'Thiếu phụ lục')
    await desk.bring('U-1', updatePacket({ subject: 'V/v tập huấn' }))
    expect(desk.current()).toMatchObject({ state: 'returned', subject: SUBJECT })
    expect(answers(desk)).toEqual([['16', 'Văn bản đã được trả lại trước khi có bản cập nhật', `${CODE},0`]])
  })

  test('that takes us off asks for the document back; a recall ends what the clerk was asked', async () => {
    const desk = await withDocument(true)
    await desk.bring('U-1', updatePacket({ subject: 'V/v tập huấn' }))
    await desk.bring('U-2', updatePacket({ minute: 1, receivers: [[OURS, 0]], to: 'H99' }))
    expect(desk.store.receivedRequests.shown(desk.id)).toMatchObject({ kind: 'recall', state: 'asked' })
    agree(desk, desk.id, shown(desk))
    expect(desk.current().state).toBe('recalled')
    expect(answers(desk).map(([code, , named]) => [code, named])).toEqual([
      ['15', `${CODE},1`],
      ['16', `${CODE},0`],
    ])
    expect(desk.rows('asked')).toEqual([])
  })

  test('that adds us and brings the files is the document; without them it waits for it', async () => {
    const packets: Record<string, string> = {
      'U-1': updatePacket({ receivers: [[OURS, 1]] }),
      'U-2': updatePacket({ minute: 1, receivers: [[OURS, 1]], file: 'Toàn văn' }),
    }
    const desk = inbox(packets)
    await desk.work()
    const [row, ...others] = desk.rows('new')
    expect(others).toEqual([])
    expect(row).toMatchObject({ code: '07/UBND-VP', subject: SUBJECT })
    expect(desk.store.incoming.findByDocumentCode(CODE).map(({ state }) => state)).toEqual(['admitted'])
  })
})

test('whatever the order and however often, updates end alike and each is answered', async () => {
  const updates: readonly Update[] = [
    { minute: 1, subject: 'Lần một', file: 'một', fileName: 'mot.txt' },
    { minute: 2, dueDate: '2026/03/01' },
    { minute: 3, subject: 'Lần ba', file: 'ba', fileName: 'ba.txt' },
  ]
  const packets = [EXAMPLE_DOCUMENT, ...updates.map(updatePacket)]
  await fc.assert(
    fc.asyncProperty(
      fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }),
      fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 4 }),
      fc.boolean(),
      async (order, again, isRegistered) => {
        const brought: Record<string, string> = {}
        const desk = inbox(brought)
        for (const [index, which] of [...order, ...again].entries()) {
          brought[`P-${String(index)}`] = packets[which] ?? ''
          await desk.work()
          const admitted = desk.rows('new')[0]
          if (isRegistered && admitted !== undefined) register(desk, admitted.id)
          for (const { id, request } of desk.rows('asked')) agree(desk, id, request?.id ?? '')
        }
        const [document, ...others] = desk.rows(isRegistered ? 'registered' : 'new')
        expect(others).toEqual([])
        expect(document).toMatchObject({ subject: 'Lần ba', dueDate: '2026-01-31' })
        const files = document === undefined ? [] : desk.store.incoming.get(document.id).files
        expect(files.map(({ name }) => name).sort()).toEqual(['07-UBND-VP.pdf', 'ba.txt', 'mot.txt'])
        expect(desk.rows('quarantine')).toEqual([])
        expect(desk.rows('asked')).toEqual([])
        const answered = new Set(answers(desk).map(([code, , named]) => `${String(code)} ${String(named)}`))
        expect([...answered].sort()).toEqual([1, 2, 3].map((minute) => `15 ${CODE},${String(minute)}`))
      },
    ),
    { numRuns: 12 },
  )
})
