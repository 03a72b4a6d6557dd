import { writeFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { DocumentId } from '../../src/shared/document/fields.ts'
import type { Input, OutgoingDetail } from '../../src/shared/ipc/contract.ts'
import {
  draftWith,
  makeOffice,
  officesOf,
  RECEIVER,
  signAndSeal,
  type Desk,
  type TestOffice,
} from '../helpers/office.ts'
import { OFFICES, type HubProcess } from '../hub/hub-process.ts'
import { ghostscriptPdf, type WorkFolder } from '../pdf/samples.ts'
import { makeTwoOffices, type TwoOffices } from './two-offices.ts'

const [, , { organId: PARENT, name, secret }] = OFFICES

let desk: Desk
let hub: HubProcess
let folder: WorkFolder
let both: TwoOffices
let sender: TestOffice
let receiver: TestOffice
let parent: TestOffice

beforeAll(async () => {
  both = await makeTwoOffices()
  ;({ desk, hub, folder, sender, receiver } = both)
  const made = officesOf(desk, `${hub.url}/vxp`)
  const agency = { ...RECEIVER, organId: PARENT, name, parentName: '' }
  parent = await makeOffice({ ...made.receiver, dir: desk.path('parent'), agency, secret })
}, 120_000)

afterAll(async () => {
  await parent.close()
  await both.close()
})

/** A document that the receiver has in its register. */
async function sendOne(): Promise<{ sentId: DocumentId; receivedId: DocumentId }> {
  const pdf = folder.path('document.pdf')
  writeFileSync(pdf, ghostscriptPdf(folder, 'document.pdf'))
  const { id: sentId } = await draftWith(sender.call, pdf)
  const { codeNumber } = await signAndSeal(sender.call, desk.sender, sentId)
  await sender.call('outgoing.submit', { id: sentId })
  const { id: receivedId } = await arrivedAt(receiver, `${codeNumber ?? ''}/UBND-VP`)
  await receiver.call('incoming.register', { id: receivedId })
  await senderSees(sentId, ({ state }) => state === 'confirmed')
  return { sentId, receivedId }
}

function arrivedAt(office: TestOffice, code: string) {
  return office.until('it has arrived', async () => {
    const { rows } = await office.call('incoming.list', { box: 'new' })
    return rows.find((row) => row.code === code)
  })
}

function senderSees(id: DocumentId, wanted: (document: OutgoingDetail) => boolean) {
  return sender.until('the sender sees it', async () => {
    const document = await sender.call('outgoing.one', { id })
    return wanted(document) ? document : undefined
  })
}

async function update(id: DocumentId, changes: Partial<Input<'outgoing.update'>> & { subject?: string }) {
  const { revision, fields } = await sender.call('outgoing.one', { id })
  const { dueDate, priority, steeringType, recipients } = fields
  const { subject = fields.subject, ...rest } = changes
  return sender.call('outgoing.update', {
    id,
    revision,
    fields: { subject, dueDate, priority, steeringType },
    recipients,
    reason: 'Ghi sai trích yếu',
    ...rest,
  })
}

/** What the receiver's clerk is asked. */
function asked(id: DocumentId) {
  return receiver.until('the clerk is asked', async () => {
    const document = await receiver.call('incoming.one', { id })
    return document.request?.state === 'asked' ? document : undefined
  })
}

const stateOf = ({ recipients }: OutgoingDetail, organId: string) =>
  recipients.find((row) => row.organId === organId)

/** Document packets of one business document that the hub took. */
async function packets(code: string) {
  const entries = await hub.ledger()
  return entries.flatMap((entry) =>
    entry.event === 'accepted' && entry.kind === 'edoc' && entry.documentId.startsWith(code)
      ? [{ documentId: entry.documentId, to: entry.to }]
      : [],
  )
}

test('what is put right is taken in by the clerk, refused another time, and a third office gets the document', async () => {
  const { sentId, receivedId } = await sendOne()
  const before = await sender.call('outgoing.one', { id: sentId })
  const widened = await update(sentId, {
    subject: 'V/v tập huấn văn thư năm 2026',
    recipients: [RECEIVER.organId, PARENT],
  })
  expect(widened).toMatchObject({ state: 'sent', subject: 'V/v tập huấn văn thư năm 2026' })
  expect(widened.files).toEqual(before.files)

  const question = await asked(receivedId)
  expect(question).toMatchObject({
    state: 'registered',
    subject: before.subject,
    request: { kind: 'update', reason: 'Ghi sai trích yếu' },
  })
  expect(question.wantedChanges).toContainEqual({
    field: 'subject',
    before: before.subject,
    after: 'V/v tập huấn văn thư năm 2026',
  })
  const taken = await receiver.call('incoming.agree', {
    id: receivedId,
    requestId: question.request?.id ?? '',
  })
  expect(taken).toMatchObject({
    state: 'registered',
    subject: 'V/v tập huấn văn thư năm 2026',
    arrivalNumber: 1,
    versions: [{ reason: 'Ghi sai trích yếu' }],
  })
  expect(taken.files).toEqual(question.files)

  const code = taken.code
  const arrived = await arrivedAt(parent, code)
  expect(arrived.subject).toBe('V/v tập huấn văn thư năm 2026')
  const [pdf] = (await parent.call('incoming.one', { id: arrived.id })).files
  expect(pdf?.sha256).toBe(before.files.find(({ role }) => role === 'sealed')?.sha256)
  await parent.call('incoming.register', { id: arrived.id })
  const all = await senderSees(
    sentId,
    (document) =>
      document.state === 'confirmed' && stateOf(document, RECEIVER.organId)?.request?.state === 'agreed',
  )
  expect(stateOf(all, PARENT)?.state).toBe('registered')

  await update(sentId, { subject: 'V/v khác', reason: 'Sửa lần nữa' })
  const again = await asked(receivedId)
  await receiver.call('incoming.refuse', {
    id: receivedId,
    requestId: again.request?.id ?? '',
    reason: 'Trích yếu không khớp văn bản đã ký',
  })
  const refused = await senderSees(
    sentId,
    (document) => stateOf(document, RECEIVER.organId)?.request?.state === 'refused',
  )
  expect(refused.state).toBe('confirmed')
  expect(stateOf(refused, RECEIVER.organId)?.request?.note).toBe('Trích yếu không khớp văn bản đã ký')
  expect((await receiver.call('incoming.one', { id: receivedId })).subject).toBe(
    'V/v tập huấn văn thư năm 2026',
  )

  // The receiver is taken off: it is asked to give the document back, and the others keep it.
  await update(sentId, { recipients: [PARENT], reason: 'Gửi nhầm nơi nhận' })
  const recall = await asked(receivedId)
  expect(recall.request).toMatchObject({ kind: 'recall', reason: 'Gửi nhầm nơi nhận' })
  await receiver.call('incoming.agree', { id: receivedId, requestId: recall.request?.id ?? '' })
  const left = await senderSees(
    sentId,
    (document) => stateOf(document, RECEIVER.organId)?.state === 'recalled',
  )
  expect(left.state).toBe('confirmed')
  expect(left.versions.map(({ reason }) => reason)).toEqual([
    'Ghi sai trích yếu',
    'Sửa lần nữa',
    'Gửi nhầm nơi nhận',
  ])
})

test('the document goes to who was added once, though the answer to it was lost', async () => {
  const { sentId } = await sendOne()
  const { codeNumber } = await sender.call('outgoing.one', { id: sentId })
  await hub.faults({ dropAnswerAfterAccept: { operation: 'sendEdoc', times: 2 } })
  await update(sentId, { recipients: [RECEIVER.organId, PARENT] })
  const { id } = await arrivedAt(parent, `${codeNumber ?? ''}/UBND-VP`)
  await parent.call('incoming.register', { id })
  const done = await senderSees(
    sentId,
    (document) =>
      stateOf(document, PARENT)?.state === 'registered' &&
      stateOf(document, RECEIVER.organId)?.request?.state === 'agreed',
  )
  expect(done.delivery).toBeUndefined()
  const code = `H99.88.01,${(done.issuedDate ?? '').replaceAll('-', '/')},${codeNumber ?? ''}/UBND-VP`
  const sent = await packets(code)
  // The document to the first, the document to the second, and the update by its own DocumentId.
  expect(sent.filter(({ documentId }) => documentId === code)).toHaveLength(2)
  expect(new Set(sent.map(({ documentId }) => documentId)).size).toBe(2)
})
