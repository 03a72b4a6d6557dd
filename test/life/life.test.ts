import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { HubProcess } from '../hub/hub-process.ts'
import { startHubProcess } from '../hub/hub-process.ts'
import { ghostscriptPdf, workFolder, type WorkFolder } from '../pdf/samples.ts'
import {
  draftWith,
  makeDesk,
  makeOffice,
  reopenOffice,
  signAndSeal,
  type Desk,
  type NewOffice,
  type TestOffice,
  hasDirectory,
  officesOf,
} from '../helpers/office.ts'

let desk: Desk
let hub: HubProcess
let folder: WorkFolder
let sender: TestOffice
let receiver: TestOffice
let senderOptions: NewOffice

beforeAll(async () => {
  desk = makeDesk()
  folder = workFolder()
  hub = await startHubProcess()
  const made = officesOf(desk, `${hub.url}/vxp`)
  senderOptions = made.sender
  sender = await makeOffice(senderOptions)
  receiver = await makeOffice(made.receiver)
  await hasDirectory(sender)
}, 120_000)

afterAll(async () => {
  await sender.close()
  await receiver.close()
  await hub.remove()
  folder.remove()
  desk.remove()
})

test('a document is drafted offline, signed, sealed, sent, received, registered, and the sender knows', async () => {
  await hub.faults({ down: true })
  await sender.call('line.syncNow', {})
  await sender.until('the office knows that the line is down', async () => {
    const { state } = await sender.call('line.status', {})
    return state === 'down' ? state : undefined
  })

  const pdf = folder.path('document.pdf')
  writeFileSync(pdf, ghostscriptPdf(folder, 'document.pdf'))
  const draft = await draftWith(sender.call, pdf)
  expect(draft.problems).toEqual([])

  await sender.close()
  sender = await reopenOffice(senderOptions, sender.recoveryCode)
  const kept = await sender.call('outgoing.one', { id: draft.id })
  expect(kept.fields.subject).toBe('V/v đăng ký lớp tập huấn văn thư năm 2026')

  const sealed = await signAndSeal(sender.call, desk.sender, draft.id)
  expect(sealed).toMatchObject({ state: 'sealed', codeNumber: '01' })
  expect(sealed.verdict?.signatures.map(({ signer, verdict }) => [signer?.name, verdict])).toEqual([
    ['Nguyễn Văn Mẫu', 'valid'],
    ['UBND xã Suối Ngọc', 'valid'],
  ])

  const queued = await sender.call('outgoing.submit', { id: draft.id })
  expect(queued).toMatchObject({ state: 'queued', delivery: { cancellable: true, late: false } })
  expect((await sender.call('line.status', {})).waiting).toBe(1)

  await hub.faults({ down: false })
  await sender.call('line.syncNow', {})
  await sender.until('the document has left', async () => {
    const { state } = await sender.call('outgoing.one', { id: draft.id })
    return state === 'queued' ? undefined : state
  })

  const arrived = await receiver.until('the document has arrived', async () => {
    const { rows } = await receiver.call('incoming.list', { box: 'new' })
    return rows[0]
  })
  expect(arrived).toMatchObject({
    code: '01/UBND-VP',
    subject: 'V/v đăng ký lớp tập huấn văn thư năm 2026',
    senderName: 'UBND xã Suối Ngọc',
    verdict: 'valid',
  })

  const received = await receiver.call('incoming.one', { id: arrived.id })
  const [file] = received.files
  if (file === undefined) throw new Error('the document has a file')
  expect(file.sha256).toBe(sealed.files.find(({ role }) => role === 'sealed')?.sha256)

  const registered = await receiver.call('incoming.register', { id: arrived.id })
  expect(registered).toMatchObject({ state: 'registered', arrivalNumber: 1 })

  const confirmed = await sender.until('the sender knows that it was registered', async () => {
    const document = await sender.call('outgoing.one', { id: draft.id })
    return document.state === 'confirmed' ? document : undefined
  })
  expect(confirmed.recipients).toMatchObject([{ organId: 'H99.07', state: 'registered' }])

  const ledger = await hub.ledger()
  expect(ledger.filter((entry) => entry.event === 'accepted' && entry.kind === 'edoc')).toHaveLength(1)
})

test('poppler calls both signatures of the received document valid and trusted', async () => {
  const { rows } = await receiver.call('incoming.list', { box: 'registered' })
  const [document] = rows
  if (document === undefined) throw new Error('a document was registered before')
  const { files } = await receiver.call('incoming.one', { id: document.id })
  const [file] = files
  if (file === undefined) throw new Error('the document has a file')
  const { bytes } = await receiver.call('incoming.file', { id: document.id, sha256: file.sha256 })
  const asSigned = await receiver.call('incoming.file', {
    id: document.id,
    sha256: file.sha256,
    signedBy: 0,
  })
  expect(asSigned.bytes.length).toBeLessThan(bytes.length)
  expect(Buffer.from(bytes).subarray(0, asSigned.bytes.length).equals(asSigned.bytes)).toBe(true)
  const path = folder.path('received.pdf')
  writeFileSync(path, bytes)

  const database = folder.path('nss')
  execFileSync('mkdir', ['-p', database])
  execFileSync('certutil', ['-N', '-d', `sql:${database}`, '--empty-password'])
  execFileSync('certutil', [
    '-A',
    '-d',
    `sql:${database}`,
    '-n',
    'root',
    '-t',
    'CT,CT,CT',
    '-i',
    desk.pki.root.certificatePath,
  ])

  const said = execFileSync('pdfsig', ['-no-ocsp', '-nssdir', `sql:${database}`, path], { encoding: 'utf8' })
  expect(said.match(/Signature is Valid/g)).toHaveLength(2)
  expect(said.match(/Certificate is Trusted/g)).toHaveLength(2)
  expect(said.match(/Total document signed/g)).toHaveLength(1)
  execFileSync('qpdf', ['--check', path])
})

test('a returned document tells its sender why', async () => {
  const pdf = folder.path('returned.pdf')
  writeFileSync(pdf, ghostscriptPdf(folder, 'returned.pdf'))
  const { id } = await draftWith(sender.call, pdf)
  await signAndSeal(sender.call, desk.sender, id)
  await sender.call('outgoing.submit', { id })
  const arrived = await receiver.until('the document has arrived', async () => {
    const { rows } = await receiver.call('incoming.list', { box: 'new' })
    return rows[0]
  })
  await receiver.call('incoming.return', { id: arrived.id, reason: 'Thiếu danh sách kèm theo' })
  const returned = await sender.until('the sender reads the reason', async () => {
    const document = await sender.call('outgoing.one', { id })
    return document.state === 'returned' ? document : undefined
  })
  expect(returned.recipients).toMatchObject([{ state: 'returned', note: 'Thiếu danh sách kèm theo' }])
})
