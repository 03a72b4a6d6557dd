import { writeFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { DocumentId } from '../../src/shared/document/fields.ts'
import { draftWith, RECEIVER, SENDER, signAndSeal, type Desk, type TestOffice } from '../helpers/office.ts'
import { type HubProcess } from '../hub/hub-process.ts'
import { ghostscriptPdf, type WorkFolder } from '../pdf/samples.ts'
import { makeTwoOffices, type TwoOffices } from './two-offices.ts'

let desk: Desk
let hub: HubProcess
let folder: WorkFolder
let both: TwoOffices
let sender: TestOffice
let receiver: TestOffice

beforeAll(async () => {
  both = await makeTwoOffices()
  ;({ desk, hub, folder, sender, receiver } = both)
}, 120_000)

afterAll(async () => {
  await both.close()
})

/** Sends a document; answers its id at the sender and at the receiver, where it waits to be registered. */
async function sendOne(): Promise<{ sentId: DocumentId; receivedId: DocumentId }> {
  const pdf = folder.path('document.pdf')
  writeFileSync(pdf, ghostscriptPdf(folder, 'document.pdf'))
  const { id: sentId } = await draftWith(sender.call, pdf)
  const { codeNumber } = await signAndSeal(sender.call, desk.sender, sentId)
  await sender.call('outgoing.submit', { id: sentId })
  const { id: receivedId } = await receiver.until('it has arrived', async () => {
    const { rows } = await receiver.call('incoming.list', { box: 'new' })
    return rows.find(({ code }) => code === `${codeNumber ?? ''}/UBND-VP`)
  })
  // Else its news of the arrival would meet what the hub is told to do wrong.
  await sender.until('the sender knows that it arrived', async () => {
    const { recipients } = await sender.call('outgoing.one', { id: sentId })
    return recipients[0]?.state === 'arrived' ? true : undefined
  })
  return { sentId, receivedId }
}

/** What the receiver's clerk answers. */
async function askedAbout(id: DocumentId): Promise<{ id: DocumentId; requestId: string }> {
  const { request } = await receiver.call('incoming.one', { id })
  return { id, requestId: request?.id ?? '' }
}

function senderSees(id: DocumentId, wanted: string) {
  return sender.until(`the sender sees it ${wanted}`, async () => {
    const document = await sender.call('outgoing.one', { id })
    return document.state === wanted ? document : undefined
  })
}

/** How many packets of a kind the hub took that say this. */
async function taken(documentId: string, kind: 'edoc' | 'status') {
  const entries = await hub.ledger()
  return entries.filter(
    (entry) => entry.event === 'accepted' && entry.kind === kind && entry.documentId === documentId,
  )
}

test('a document that is not registered is cancelled by its recall, and both sides keep what is known of it', async () => {
  const { sentId, receivedId } = await sendOne()
  const recalling = await sender.call('outgoing.recall', { id: sentId, reason: 'Gửi nhầm nơi nhận' })
  expect(recalling.state).toBe('recalling')
  const recalled = await senderSees(sentId, 'recalled')
  expect(recalled.recipients).toMatchObject([{ state: 'recalled', request: { state: 'agreed' } }])

  const received = await receiver.call('incoming.one', { id: receivedId })
  expect(received).toMatchObject({
    state: 'recalled',
    code: '01/UBND-VP',
    subject: 'V/v đăng ký lớp tập huấn văn thư năm 2026',
    request: { state: 'agreed', reason: 'Gửi nhầm nơi nhận' },
  })
  const [file] = received.files
  if (file === undefined) throw new Error('the name of the file is kept')
  await expect(receiver.call('incoming.file', { id: receivedId, sha256: file.sha256 })).rejects.toMatchObject(
    {
      code: 'document/recalled',
    },
  )
  await expect(
    receiver.call('evidence.export', { direction: 'incoming', id: receivedId }),
  ).rejects.toMatchObject({ code: 'document/recalled' })
  expect(await taken(documentIdOf(recalled), 'edoc')).toHaveLength(2)
  await expect(sender.call('outgoing.recall', { id: sentId, reason: 'Lần nữa' })).rejects.toMatchObject({
    code: 'document/wrong-state',
  })
})

test('what is registered is given back by the clerk alone: refused once, then agreed to, by the other route', async () => {
  const { sentId, receivedId } = await sendOne()
  await receiver.call('incoming.register', { id: receivedId })
  await senderSees(sentId, 'confirmed')

  await sender.call('outgoing.recall', { id: sentId, reason: 'Sai nội dung' })
  await receiver.until('the clerk is asked', async () => {
    const { rows } = await receiver.call('incoming.list', { box: 'asked' })
    return rows[0]
  })
  await receiver.call('incoming.assign', { id: receivedId, to: 'Phòng Hành chính' })
  await receiver.call('incoming.refuse', { ...(await askedAbout(receivedId)), reason: 'Đã giải quyết xong' })
  const kept = await sender.until('the sender knows of both', async () => {
    const document = await sender.call('outgoing.one', { id: sentId })
    const [row] = document.recipients
    return row?.state === 'assigned' && row.request?.state === 'refused' ? document : undefined
  })
  expect(kept.state).toBe('confirmed')
  expect(kept.recipients[0]?.request?.note).toBe('Đã giải quyết xong')

  const settings = await sender.call('settings.current', {})
  await sender.call('settings.save', { ...settings, recallRoute: 'status' })
  await sender.call('outgoing.recall', { id: sentId, reason: 'Có văn bản thay thế' })
  await receiver.until('the clerk is asked again', async () => {
    const { rows } = await receiver.call('incoming.list', { box: 'asked' })
    return rows[0]
  })
  const agreed = await receiver.call('incoming.agree', await askedAbout(receivedId))
  expect(agreed).toMatchObject({ state: 'recalled', arrivalNumber: 1 })
  const recalled = await senderSees(sentId, 'recalled')
  // The document and its first recall; the second went as a status 13, beside five and two answers of the receiver.
  expect(await taken(documentIdOf(recalled), 'edoc')).toHaveLength(2)
  const statuses = await taken(documentIdOf(recalled), 'status')
  expect(
    statuses.filter((entry) => entry.event === 'accepted' && entry.from === SENDER.organId),
  ).toHaveLength(1)
})

test('a recall waits for the line, is not sent twice after a broken answer, and a refusal of the hub ends it', async () => {
  const { sentId } = await sendOne()
  await hub.faults({ dropAnswerAfterAccept: { operation: 'sendEdoc', times: 1 } })
  const settings = await sender.call('settings.current', {})
  await sender.call('settings.save', { ...settings, recallRoute: 'edoc' })
  await sender.call('outgoing.recall', { id: sentId, reason: 'Gửi nhầm' })
  const recalled = await senderSees(sentId, 'recalled')
  expect(await taken(documentIdOf(recalled), 'edoc')).toHaveLength(2)

  const other = await sendOne()
  await hub.faults({
    refuse: { code: '22', desc: 'không nhận gói thu hồi', operation: 'sendEdoc', times: 1 },
  })
  await sender.call('outgoing.recall', { id: other.sentId, reason: 'Gửi nhầm' })
  const refused = await sender.until('the hub has refused it', async () => {
    const document = await sender.call('outgoing.one', { id: other.sentId })
    return document.recipients[0]?.request?.state === 'failed' ? document : undefined
  })
  expect(refused).toMatchObject({
    state: 'sent',
    recipients: [{ state: 'arrived', request: { note: '22: không nhận gói thu hồi' } }],
  })
})

test('a document takes the place of another: both sides see it, and the answer to it is addressed and refers to it', async () => {
  const { sentId, receivedId } = await sendOne()
  await receiver.call('incoming.register', { id: receivedId })
  const old = await senderSees(sentId, 'confirmed')
  const draft = await sender.call('outgoing.replace', { id: sentId, reason: 'Sai thời hạn' })
  expect(draft).toMatchObject({
    state: 'drafting',
    fields: { subject: old.subject, recipients: [RECEIVER.organId], replaces: { reason: 'Sai thời hạn' } },
  })
  const bytes = ghostscriptPdf(folder, 'replacement.pdf')
  const drafted = await sender.call('outgoing.importPdf', { id: draft.id, name: 'thay-the.pdf', bytes })
  await sender.call('outgoing.save', {
    id: draft.id,
    revision: drafted.revision,
    fields: { ...drafted.fields, steeringType: 1, paperFollows: true },
  })
  await signAndSeal(sender.call, desk.sender, draft.id)
  expect((await sender.call('outgoing.one', { id: sentId })).state).toBe('confirmed')
  const begun = Date.now()
  await sender.call('outgoing.submit', { id: draft.id })
  await senderSees(sentId, 'replaced')

  const { id: newId } = await receiver.until('the new one has arrived', async () => {
    const { rows } = await receiver.call('incoming.list', { box: 'new' })
    return rows.find(({ receivedAt }) => receivedAt >= begun)
  })
  const known = await receiver.call('incoming.one', { id: receivedId })
  expect(known).toMatchObject({ state: 'registered', replacedBy: { id: newId } })
  expect(known.history.map(({ event }) => event)).toContain('replace')
  const received = await receiver.call('incoming.one', { id: newId })
  expect(received).toMatchObject({ replaces: [documentIdOf(old)], paperFollows: true, steeringType: 1 })

  const fields = { place: 'Thanh Vân', codeNotation: 'SNV-VP' }
  const answer = await receiver.call('incoming.reply', { id: newId, fields })
  expect(answer.fields).toMatchObject({
    ...fields,
    recipients: [SENDER.organId],
    responseFor: { organId: SENDER.organId, code: received.code },
    steeringType: 2,
  })
  expect(answer.fields.subject).toContain(`V/v trả lời Công văn số ${received.code}`)
  await expect(sender.call('outgoing.replace', { id: sentId, reason: 'Lần nữa' })).rejects.toMatchObject({
    code: 'document/wrong-state',
  })
})

/** The DocumentId of its packet. */
function documentIdOf({
  codeNumber,
  codeNotation,
  issuedDate,
}: Awaited<ReturnType<typeof senderSees>>): string {
  return `${SENDER.organId},${(issuedDate ?? '').replaceAll('-', '/')},${codeNumber ?? ''}/${codeNotation}`
}
