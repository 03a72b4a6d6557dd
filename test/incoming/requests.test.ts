import { describe, expect, test } from 'vitest'
import { process } from '../../src/engine/incoming/process.ts'
import { register, sendBack } from '../../src/engine/incoming/register.ts'
import { agree, refuse } from '../../src/engine/incoming/requests.ts'
import { changed, EXAMPLE_DOCUMENT, EXAMPLE_STATUS } from '../envelope/packets.ts'
import { inbox } from './inbox.ts'

/** When the example document was sent is 09:30:00; a recall of it is made later. */
const LATER = '2026/01/15 10:00:00'

/** A document packet of type 1 about the example document. */
function recallPacket(more: { from?: string; madeAt?: string; code?: string } = {}): string {
  return EXAMPLE_DOCUMENT.replace(/(<edXML:BussinessDocType>)0/, '$11')
    .replace('Văn bản mới', 'Gửi nhầm nơi nhận')
    .replace('2026/01/15 09:30:00', more.madeAt ?? LATER)
    .replace('<edXML:OrganId>H99.88.01<', `<edXML:OrganId>${more.from ?? 'H99.88.01'}<`)
    .replace('<edXML:CodeNumber>07<', `<edXML:CodeNumber>${more.code ?? '07'}<`)
    .replace(/<edXML:Reference>[^]*<\/edXML:Reference>/, '')
    .replace(/<edXML:AttachmentEncoded[^]*<\/edXML:AttachmentEncoded>/, '')
}

/** A status packet 13 about the example document, as its sender makes it. */
const RECALL_STATUS = EXAMPLE_STATUS.replace('>03<', '>13<')
  .replace(/(<edXML:From>[^]*?<edXML:OrganId>)[^<]+/, '$1H99.88.01')
  .replace(/(<edXML:ResponseFor>[^]*?<edXML:OrganId>)[^<]+/, '$1H99.07')
  .replace(/(<edXML:Description>)[^<]*/, '$1Gửi nhầm nơi nhận')

/** The inbox with the example document in it; `bring` brings one more packet. */
async function withDocument() {
  const packets: Record<string, string> = { 'P-1': EXAMPLE_DOCUMENT }
  const desk = inbox(packets)
  await desk.work()
  const [row] = desk.rows('new')
  if (row === undefined) throw new Error('the document did not come')
  const { id } = row
  const bring = async (packetId: string, packet: string) => {
    packets[packetId] = packet
    await desk.work()
  }
  const current = () => desk.store.incoming.get(id)
  return { ...desk, id, bring, current }
}

/** What is on its way to the sender, without the news that it arrived. */
function answers({ store }: ReturnType<typeof inbox>) {
  return store.jobs
    .pending('report')
    .map(({ payload }) => payload as { statusCode: string; description: string })
    .filter(({ statusCode }) => statusCode === '15' || statusCode === '16')
    .map(({ statusCode, description }) => `${statusCode} ${description}`)
}

/** The request that the clerk sees with a document. */
function shown({ store, id }: Awaited<ReturnType<typeof withDocument>>): string {
  const request = store.receivedRequests.shown(id)
  if (request === undefined) throw new Error('nothing was asked')
  return request.id
}

const AGREED = '15 Đồng ý thu hồi, đã hủy văn bản'

describe.each([
  ['a document packet of type 1', recallPacket()],
  ['a status packet 13', RECALL_STATUS],
])('a recall by %s', (_, packet) => {
  test('of what is not in the register cancels it at once, keeps its metadata, and 15 goes out', async () => {
    const desk = await withDocument()
    await desk.bring('R-1', packet)
    expect(desk.current()).toMatchObject({ state: 'recalled', code: '07/UBND-VP' })
    expect(desk.current().message?.subject).toContain('V/v đăng ký')
    expect(desk.current().files).toHaveLength(1)
    expect(answers(desk)).toEqual([AGREED])
    expect(desk.told).toContain('R-1 done')
    expect(desk.rows('new')).toEqual([])
    expect(desk.rows('returned')[0]?.request).toMatchObject({ state: 'agreed', reason: 'Gửi nhầm nơi nhận' })
  })

  test('of what is in the register waits for the clerk, who refuses with a reason', async () => {
    const desk = await withDocument()
    register(desk, desk.id)
    await desk.bring('R-1', packet)
    expect(desk.current().state).toBe('registered')
    expect(answers(desk)).toEqual([])
    expect(desk.rows('asked').map(({ id }) => id)).toEqual([desk.id])
    refuse(desk, desk.id, shown(desk), 'Đã ban hành văn bản căn cứ vào đó')
    expect(desk.current().state).toBe('registered')
    expect(answers(desk)).toEqual(['16 Đã ban hành văn bản căn cứ vào đó'])
    expect(desk.rows('asked')).toEqual([])
  })

  test('of what is being worked on is agreed to by the clerk, and the number stays in the register', async () => {
    const desk = await withDocument()
    register(desk, desk.id)
    process(desk, desk.id)
    await desk.bring('R-1', packet)
    const requestId = shown(desk)
    agree(desk, desk.id, requestId)
    expect(desk.current()).toMatchObject({ state: 'recalled', arrivalNumber: 1 })
    expect(answers(desk)).toEqual([AGREED])
    expect(() => {
      agree(desk, desk.id, requestId)
    }).toThrow(expect.objectContaining({ code: 'document/wrong-state' }))
  })

  test('that comes before its document cancels it when it comes, and nothing is lost meanwhile', async () => {
    const packets: Record<string, string> = { 'R-1': packet }
    const desk = inbox(packets)
    await desk.work()
    expect(desk.store.receivedRequests.early('H99.88.01,2026/01/15,07/UBND-VP')).toHaveLength(1)
    packets['P-1'] = EXAMPLE_DOCUMENT
    await desk.work()
    expect(desk.rows('new')).toEqual([])
    expect(desk.rows('quarantine')).toEqual([])
    expect(desk.rows('returned').map(({ state }) => state)).toContain('recalled')
    expect(answers(desk)).toEqual([AGREED])
  })
})

/** A document packet of type 3 that says it replaces the example document. */
function replacementPacket(more: { from?: string } = {}): string {
  const list =
    '<edXML:ReplacementInfoList><edXML:ReplacementInfo><edXML:DocumentId>H99.88.01,2026/01/15,07/UBND-VP</edXML:DocumentId>' +
    '<edXML:OrganIdList><edXML:OrganId>H99.07</edXML:OrganId></edXML:OrganIdList></edXML:ReplacementInfo></edXML:ReplacementInfoList>'
  return EXAMPLE_DOCUMENT.replace(/(<edXML:BussinessDocType>)0/, '$13')
    .replace('<edXML:Paper>0</edXML:Paper>', `<edXML:Paper>0</edXML:Paper>${list}`)
    .replace('<edXML:OrganId>H99.88.01<', `<edXML:OrganId>${more.from ?? 'H99.88.01'}<`)
    .replace('<edXML:CodeNumber>07<', '<edXML:CodeNumber>09<')
    .replace('H99.88.01,2026/01/15,07/UBND-VP', 'H99.88.01,2026/01/15,09/UBND-VP')
}

describe('a replacement', () => {
  test.each([
    ['after', ['P-1', 'P-2']],
    ['before', ['P-2', 'P-1']],
  ])(
    'is noted with the document that it replaces when it comes %s it, and moves nothing',
    async (_, order) => {
      const all: Record<string, string> = { 'P-1': EXAMPLE_DOCUMENT, 'P-2': replacementPacket() }
      const packets: Record<string, string> = {}
      const desk = inbox(packets)
      for (const packetId of order) {
        packets[packetId] = all[packetId] ?? ''
        await desk.work()
      }
      const rows = desk.rows('new')
      const newer = rows.find(({ code }) => code === '09/UBND-VP')
      const older = rows.find(({ code }) => code === '07/UBND-VP')
      expect(older).toMatchObject({ state: 'admitted', replacedBy: { id: newer?.id, code: '09/UBND-VP' } })
      expect(newer?.replacedBy).toBeUndefined()
    },
  )

  test('by any other agency replaces nothing, and one that was returned does so no more', async () => {
    const foreign = inbox({ 'P-1': EXAMPLE_DOCUMENT, 'P-2': replacementPacket({ from: 'H99.55' }) })
    await foreign.work()
    expect(foreign.rows('new').map(({ replacedBy }) => replacedBy)).toEqual([undefined, undefined])

    const desk = inbox({ 'P-1': EXAMPLE_DOCUMENT, 'P-2': replacementPacket() })
    await desk.work()
    const newer = desk.rows('new').find(({ code }) => code === '09/UBND-VP')
    if (newer === undefined) throw new Error('it did not come')
    sendBack(desk, newer.id, 'Thiếu trang')
    expect(desk.rows('new').map(({ replacedBy }) => replacedBy)).toEqual([undefined])
  })
})

describe('a recall', () => {
  test('by any other agency does nothing, whether it says so or says that it is the sender', async () => {
    const other = recallPacket({ from: 'H99.55' })
    const desk = await withDocument()
    await desk.bring('R-1', other)
    const posing = inbox(
      { 'P-1': EXAMPLE_DOCUMENT, 'R-2': recallPacket() },
      {
        list: () =>
          Promise.resolve([
            { packetId: 'P-1', kind: 'edoc', from: 'H99.88.01', to: 'H99.07' },
            { packetId: 'R-2', kind: 'edoc', from: 'H99.55', to: 'H99.07' },
          ]),
      },
    )
    await posing.work()
    for (const { rows, store } of [desk, posing]) {
      const [kept] = rows('new')
      if (kept === undefined) throw new Error('the document is gone')
      expect(rows('quarantine').map(({ quarantine }) => quarantine?.code)).toEqual(['packet/not-the-sender'])
      expect(
        store.history.of('incoming', kept.id).map(({ event, detail }) => detail['event'] ?? event),
      ).toContain('foreign')
    }
    expect(answers(desk)).toEqual([])
  })

  test('by the old code of its sender is one by its sender', async () => {
    const desk = await withDocument()
    const sender = { organId: 'H99.88.01', oldCode: '000.00.01.H99', name: 'UBND xã Suối Ngọc' }
    desk.store.directory.upsert([{ ...sender, parentName: '', address: '', email: '', telephone: '' }])
    await desk.bring('R-1', recallPacket({ from: '000.00.01.H99' }))
    expect(desk.current().state).toBe('recalled')
  })

  test('that comes twice is answered twice and cancels once; one that waits is not asked again', async () => {
    const given = await withDocument()
    await given.bring('R-1', recallPacket())
    await given.bring('R-2', recallPacket())
    expect(answers(given)).toEqual([AGREED, AGREED])
    expect(
      given.store.history.of('incoming', given.id).filter(({ event }) => event === 'recall'),
    ).toHaveLength(1)

    const asked = await withDocument()
    register(asked, asked.id)
    await asked.bring('R-1', recallPacket())
    await asked.bring('R-2', RECALL_STATUS)
    refuse(asked, asked.id, shown(asked), 'Đã xử lý xong')
    expect(answers(asked)).toEqual(['16 Đã xử lý xong'])
    // The hub delivers the first once more: the same answer, and the clerk is left in peace.
    await asked.bring('R-3', recallPacket())
    expect(answers(asked)).toEqual(['16 Đã xử lý xong', '16 Đã xử lý xong'])
    expect(asked.rows('asked')).toEqual([])
    // A new one is a new question.
    await asked.bring('R-4', recallPacket({ madeAt: '2026/01/16 08:00:00' }))
    expect(asked.rows('asked')).toHaveLength(1)
  })

  test('of a document that was returned is agreed to, and what was recalled comes back only when sent anew', async () => {
    const desk = await withDocument()
    sendBack(desk, desk.id, 'Thiếu phụ lục')
    await desk.bring('R-1', recallPacket())
    expect(desk.current().state).toBe('recalled')
    expect(answers(desk)).toEqual([AGREED])
    await desk.bring('P-2', EXAMPLE_DOCUMENT)
    expect(desk.rows('new')).toEqual([])
    await desk.bring('P-3', changed('2026/01/15 09:30:00', '2026/01/17 09:30:00'))
    expect(desk.rows('new')).toHaveLength(1)
    // An old recall, captured and played again, does not reach the new sending.
    await desk.bring('R-2', recallPacket())
    expect(desk.rows('new')).toHaveLength(1)
  })

  test('with another number than the document of that id asks the clerk even before the register', async () => {
    const desk = await withDocument()
    await desk.bring('R-1', recallPacket({ code: '08' }))
    expect(desk.current().state).toBe('admitted')
    expect(desk.rows('asked')).toHaveLength(1)
  })
})
