import { describe, expect, test } from 'vitest'
import { deliverJob } from '../../src/engine/outgoing/deliver.ts'
import { applyStatus } from '../../src/engine/outgoing/receipts.ts'
import { recall } from '../../src/engine/outgoing/recall.ts'
import { update, type DocumentUpdate } from '../../src/engine/outgoing/update.ts'
import { registerPage } from '../../src/engine/register-book.ts'
import { composition } from '../../src/shared/document/composition.ts'
import type { DocumentMessage } from '../../src/shared/document/packet.ts'
import { AppError } from '../../src/shared/errors.ts'
import { unknownOutcomes } from '../../src/engine/unknown-outcome.ts'
import { readPacket, NOWHERE } from '../../src/engine/envelope/read.ts'
import { RECEIVER } from '../helpers/office.ts'
import { EXAMPLE_STATUS_MESSAGE } from '../envelope/packets.ts'
import { clock, MORNING } from '../store/office.ts'
import { hubThat, NO_LEVEL, queuedDocument, sendingOffice } from './outbox.ts'

const PARENT = 'H99'
const THIRD = { ...RECEIVER, organId: 'H99.55', name: 'Sở Tư pháp tỉnh Thanh Vân' }

/** An office that has sent a document to Sở Nội vụ and UBND tỉnh; `deliver` runs its errands against the hub. */
async function sentOffice(isRefused: (message: DocumentMessage) => boolean = () => false) {
  const time = clock()
  const store = sendingOffice(time.now)
  store.directory.upsert([THIRD])
  const recipients = [RECEIVER.organId, PARENT]
  const { id } = await queuedDocument(store, { recipients })
  store.outgoing.move(id, 'accept', MORNING)
  for (const organId of recipients) store.outgoing.moveRecipient(id, organId, 'accept', MORNING)
  for (const { key } of store.jobs.forSubject('deliver', id)) store.jobs.dismiss(key, 'it was sent')
  time.advance(60_000)
  const ports = { store, now: time.now, reach: () => undefined }
  const sent: { message: DocumentMessage; files: number }[] = []
  const handle = deliverJob({
    ...ports,
    transport: hubThat({
      send: async (packet) => {
        const read = await readPacket(packet.open(0), { attachmentSink: NOWHERE })
        if (read.kind !== 'document') throw new Error('no status was to be sent')
        if (isRefused(read.message)) throw new AppError('hub/recipient-unknown', 'no', { detail: '18' })
        sent.push({ message: read.message, files: read.attachments.length })
        return { packetId: 'H-1' }
      },
    }),
    outcomes: unknownOutcomes(time.now, 0),
    onSending: () => undefined,
    ...NO_LEVEL,
  })
  const deliver = async () => {
    for (;;) {
      const job = store.jobs.claimDue(time.now(), 60_000, {})
      if (job === undefined) return
      const commit = await handle(job, new AbortController().signal, store.durable)
      store.atomically(() => {
        commit()
        store.jobs.succeed(job.key)
      })
    }
  }
  const document = () => store.outgoing.get(id)
  const wanted = (more: Partial<DocumentUpdate> & { subject?: string } = {}): DocumentUpdate => {
    const { fields, revision } = document()
    const { subject = fields.subject, ...rest } = more
    const { dueDate, priority, steeringType } = fields
    return {
      revision,
      fields: { subject, dueDate, priority, steeringType },
      recipients: fields.recipients,
      reason: 'Ghi sai trích yếu',
      ...rest,
    }
  }
  const answer = (statusCode: string, organId: string, about: string) => {
    const at = new Date(time.now() + 7 * 3_600_000).toISOString().slice(0, 19)
    applyStatus(
      store,
      {
        ...EXAMPLE_STATUS_MESSAGE,
        from: { ...EXAMPLE_STATUS_MESSAGE.from, organId },
        responseFor: { ...EXAMPLE_STATUS_MESSAGE.responseFor, documentId: about },
        statusCode,
        description: '',
        timestamp: `${at}+07:00`,
      },
      time.now(),
    )
  }
  return { ...ports, time, id, sent, deliver, document, wanted, answer }
}

type Sent = Awaited<ReturnType<typeof sentOffice>>

const asked = ({ store, id }: Sent, organId: string) => store.requests.latestByRecipient(id).get(organId)

describe('an update of a sent document', () => {
  test('tells all that have it, keeps what was said before, and strikes through the register', async () => {
    const office = await sentOffice()
    const { subject: before } = office.document().fields
    await update(office, office.id, office.wanted({ subject: 'V/v tập huấn' }))
    expect(office.document()).toMatchObject({ state: 'sent', fields: { subject: 'V/v tập huấn' } })
    await office.deliver()
    const code = office.document().documentCode ?? ''
    const [first, ...others] = office.sent
    expect(others).toEqual([])
    expect(first).toMatchObject({
      files: 0,
      message: {
        subject: 'V/v tập huấn',
        to: [{ organId: RECEIVER.organId }, { organId: PARENT }],
        business: {
          type: 2,
          documentId: code,
          reason: 'Ghi sai trích yếu',
          documentInfo: { metadataChanged: true, receiversChanged: false, receiverList: [] },
        },
      },
    })
    // Its own DocumentId, of which others still find number and notation third.
    expect(first?.message.documentId).not.toBe(code)
    expect(first?.message.documentId.split(',')[2]).toBe(code.split(',')[2])
    expect(asked(office, PARENT)).toMatchObject({ kind: 'update', state: 'asked' })
    expect(office.store.versions.of(office.id)).toMatchObject([
      { reason: 'Ghi sai trích yếu', changes: [{ field: 'subject', before, after: 'V/v tập huấn' }] },
    ])
    const [given] = office.store.registers.givenTo(office.id)
    const book = { kind: 'outgoing' as const, year: 2026, series: given?.series ?? '' }
    const { rows } = registerPage(office.store, book, { offset: 0, limit: 5 })
    expect(rows[0]).toMatchObject({
      cells: { title: 'Công văn. V/v tập huấn' },
      corrections: [{ column: 'title', was: `Công văn. ${before}`, reason: 'Ghi sai trích yếu' }],
    })
  })

  test('is answered by its own DocumentId or by the document’s, and an answer moves nothing else', async () => {
    const office = await sentOffice()
    await update(office, office.id, office.wanted({ subject: 'V/v tập huấn' }))
    await office.deliver()
    const own = office.sent[0]?.message.documentId ?? ''
    office.time.advance(60_000)
    office.answer('15', RECEIVER.organId, own)
    office.answer('16', PARENT, office.document().documentCode ?? '')
    expect(asked(office, RECEIVER.organId)?.state).toBe('agreed')
    expect(asked(office, PARENT)?.state).toBe('refused')
    expect(office.document().recipients.map(({ state }) => state)).toEqual(['sent', 'sent'])
  })

  test('of the recipients sends the document to those added and asks those taken off to give it back', async () => {
    const office = await sentOffice()
    await update(office, office.id, office.wanted({ recipients: [RECEIVER.organId, THIRD.organId] }))
    expect(office.document().recipients.map(({ organId, state }) => [organId, state])).toEqual([
      [RECEIVER.organId, 'sent'],
      [PARENT, 'sent'],
      [THIRD.organId, 'waiting'],
    ])
    await office.deliver()
    const code = office.document().documentCode
    const said = office.sent.map(({ message: { business, to, documentId }, files }) => ({
      type: business.type,
      to: to.map(({ organId }) => organId).join(' '),
      isDocument: documentId === code,
      files,
    }))
    expect(said.sort((one, other) => one.type - other.type)).toEqual([
      { type: 0, to: THIRD.organId, isDocument: true, files: 1 },
      { type: 1, to: PARENT, isDocument: true, files: 0 },
      { type: 2, to: RECEIVER.organId, isDocument: false, files: 0 },
    ])
    const told = office.sent.find(({ message }) => message.business.type === 2)
    expect(told?.message.business.documentInfo).toEqual({
      metadataChanged: false,
      receiversChanged: true,
      receiverList: [
        { organId: PARENT, receiverType: 0 },
        { organId: THIRD.organId, receiverType: 1 },
      ],
    })
    office.time.advance(60_000)
    office.answer('15', PARENT, code ?? '')
    office.answer('03', THIRD.organId, code ?? '')
    office.answer('03', RECEIVER.organId, code ?? '')
    expect(office.document()).toMatchObject({
      state: 'confirmed',
      recipients: [{ state: 'registered' }, { state: 'recalled' }, { state: 'registered' }],
    })
  })

  test('to more recipients makes a confirmed document a sent one until they have it too', async () => {
    const office = await sentOffice()
    const code = office.document().documentCode ?? ''
    for (const organId of [RECEIVER.organId, PARENT]) office.answer('03', organId, code)
    expect(office.document().state).toBe('confirmed')
    await update(office, office.id, office.wanted({ subject: 'V/v tập huấn' }))
    expect(office.document().state).toBe('confirmed')
    const { recipients } = office.document().fields
    await update(office, office.id, office.wanted({ recipients: [...recipients, THIRD.organId] }))
    expect(office.document().state).toBe('sent')
    await office.deliver()
    office.time.advance(60_000)
    office.answer('03', THIRD.organId, code)
    expect(office.document().state).toBe('confirmed')
  })

  test('whose document the hub refuses for who was added leaves the others as they are', async () => {
    const office = await sentOffice(({ business }) => business.type === 0)
    await update(office, office.id, office.wanted({ recipients: [RECEIVER.organId, PARENT, THIRD.organId] }))
    await office.deliver()
    expect(asked(office, THIRD.organId)).toMatchObject({ kind: 'addition', state: 'failed' })
    expect(asked(office, PARENT)).toMatchObject({ kind: 'update', state: 'asked' })
    // It never got there: taken off again, it is asked nothing, and holds up nothing.
    await update(office, office.id, office.wanted({ recipients: [RECEIVER.organId, PARENT] }))
    expect(office.document().recipients.at(-1)).toMatchObject({ organId: THIRD.organId, state: 'recalled' })
    expect(office.store.requests.of(office.id).filter(({ kind }) => kind === 'recall')).toEqual([])
  })

  test.each<[string, string, (office: Sent) => Partial<DocumentUpdate> & { subject?: string }]>([
    ['nothing different', 'update/nothing', () => ({})],
    ['no recipient left', 'document/incomplete', () => ({ recipients: [] })],
    ['a recipient nobody knows', 'document/incomplete', () => ({ recipients: [RECEIVER.organId, 'H00'] })],
    ['a mark of secrecy', 'document/secret', () => ({ subject: 'TỐI MẬT' })],
    ['what somebody else changed meanwhile', 'document/changed', () => ({ revision: 99, subject: 'Khác' })],
    [
      'what stands on a page written here',
      'update/printed',
      ({ store, id }) => {
        store.compositions.keep(id, WRITTEN)
        return { subject: 'Khác' }
      },
    ],
    [
      'a recipient that gave it back',
      'update/gave-back',
      ({ store, id, document }) => {
        store.outgoing.moveRecipient(id, PARENT, 'return', MORNING)
        return { recipients: [...document().fields.recipients, THIRD.organId] }
      },
    ],
  ])('with %s is refused, and nothing is written', async (_, code, prepare) => {
    const office = await sentOffice()
    const more = prepare(office)
    await expect(update(office, office.id, office.wanted(more))).rejects.toMatchObject({ code })
    expect(office.store.versions.of(office.id)).toEqual([])
    expect(office.store.requests.of(office.id)).toEqual([])
  })

  test('cannot follow a recall', async () => {
    const office = await sentOffice()
    await recall(office, office.id, 'Gửi nhầm')
    await expect(update(office, office.id, office.wanted({ subject: 'V/v tập huấn' }))).rejects.toMatchObject(
      { code: 'document/wrong-state' },
    )
  })
})

/** A page as it is begun. */
const WRITTEN = composition.parse({ parentName: '', agencyName: 'UBND xã Suối Ngọc' })
