import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { DocumentFile, DocumentId } from '../../src/shared/document/fields.ts'
import { makeOffice, RECEIVER, type TestOffice } from '../helpers/office.ts'
import { OFFICES } from '../hub/hub-process.ts'
import { handMade, PLAIN_OBJECTS, qpdfComplaints } from '../pdf/samples.ts'
import { makeShimDesk, type ShimDesk } from './shim-desk.ts'

const APPENDIX = handMade(PLAIN_OBJECTS)
const SHEET = Buffer.from('một bảng kê không phải PDF')

let desk: ShimDesk
let sender: TestOffice
let folder: string
beforeAll(async () => {
  desk = await makeShimDesk()
  sender = await desk.office('sender')
  folder = desk.path('received')
  mkdirSync(folder)
}, 120_000)
afterEach(() => {
  desk.shim.clear()
})
afterAll(async () => {
  await sender.close()
  await desk.clear()
})

/** A document with an appendix and a sheet beside it, signed by the authorised person. */
async function signedWithFiles(): Promise<DocumentId> {
  const { id } = await desk.frozen(sender)
  await sender.call('outgoing.reopen', { id })
  await sender.call('outgoing.attach', { id, name: 'Phụ lục I.pdf', bytes: APPENDIX })
  const { revision } = await sender.call('outgoing.attach', { id, name: 'Bảng kê.xlsx', bytes: SHEET })
  await sender.call('outgoing.freeze', { id, revision })
  const { person: certificate, personPin: pin } = desk.sender
  await sender.call('outgoing.sign', { id, certificate, pin })
  desk.shim.clear()
  return id
}

function seal(id: DocumentId) {
  const { agency: certificate, agencyPin: pin } = desk.sender
  return sender.call('outgoing.seal', { id, certificate, pin })
}

const attachmentsOf = (files: readonly DocumentFile[]) => files.filter(({ role }) => role === 'attachment')

test('one PIN and one login seal the document, its appendix and the signature beside its sheet; all arrive valid', async () => {
  const id = await signedWithFiles()
  const sealed = await seal(id)
  expect(sealed.state).toBe('sealed')
  expect([desk.shim.calls('Login'), desk.shim.calls('Sign')]).toEqual([1, 3])
  expect(
    attachmentsOf(sealed.files)
      .map(({ name }) => name)
      .sort(),
  ).toEqual(['Bảng kê.xlsx', 'Bảng kê.xlsx.p7s', 'Phụ lục I.pdf'])

  const receiver = await makeOffice({
    ...desk.optionsOf('receiver', desk.receiver.hsm.modulePath, {}),
    agency: RECEIVER,
    tokens: desk.receiver,
    secret: OFFICES[1].secret,
  })
  try {
    await sender.call('outgoing.submit', { id })
    const arrived = await receiver.until('the document has arrived', async () => {
      const { rows } = await receiver.call('incoming.list', { box: 'new' })
      return rows[0]
    })
    const { files, verdictDetail } = await receiver.call('incoming.one', { id: arrived.id })
    expect(files.map(({ sha256 }) => sha256).sort()).toEqual(
      sealed.files
        .filter(({ role }) => role === 'attachment' || role === 'sealed')
        .map(({ sha256 }) => sha256)
        .sort(),
    )
    expect(verdictDetail?.verdict).toBe('valid')
    expect(
      verdictDetail?.attachments?.map(({ name, verdict, signatures }) => [
        name,
        verdict,
        signatures.map(({ signer }) => signer?.name).join(),
      ]),
    ).toEqual(
      expect.arrayContaining([
        ['Phụ lục I.pdf', 'valid', 'UBND xã Suối Ngọc'],
        ['Bảng kê.xlsx.p7s', 'valid', 'UBND xã Suối Ngọc'],
      ]),
    )
    for (const { name, sha256 } of files) {
      const { bytes } = await receiver.call('incoming.file', { id: arrived.id, sha256 })
      writeFileSync(join(folder, name), bytes)
    }
  } finally {
    await receiver.close()
  }
}, 180_000)

test('poppler and openssl accept what was received, and number and time stand at the top right of the appendix', () => {
  const appendix = join(folder, 'Phụ lục I.pdf')
  const report = execFileSync('pdfsig', ['-nocert', appendix], { encoding: 'utf8' })
  expect(report).toContain('Signature is Valid.')
  expect(report).toContain('Total document signed')
  expect(qpdfComplaints(appendix)).toBe('')
  const text = execFileSync('pdftotext', ['-x', '297', '-y', '0', '-W', '298', '-H', '90', appendix, '-'], {
    encoding: 'utf8',
  })
  expect(text).toMatch(/Số, ký hiệu: \d+\/UBND-VP/)
  expect(text).toMatch(/Thời gian ký: \d\d\.\d\d\.\d{4} \d\d:\d\d:\d\d \+07:00/)
  execFileSync('openssl', [
    ...['cms', '-verify', '-cades', '-binary', '-inform', 'DER', '-in', join(folder, 'Bảng kê.xlsx.p7s')],
    ...['-content', join(folder, 'Bảng kê.xlsx'), '-CAfile', desk.pki.root.certificatePath],
    ...['-purpose', 'any', '-out', join(folder, 'content.bin')],
  ])
})

test.each([1, 2, 3])(
  'a token pulled at signature %i leaves the document and every file beside it unsealed',
  async (nth) => {
    const id = await signedWithFiles()
    const before = attachmentsOf((await sender.call('outgoing.one', { id })).files)
    desk.shim.set({ 'fail-at': `Sign:32:${String(nth)}` /* CKR_DEVICE_REMOVED */ })
    await expect(seal(id)).rejects.toMatchObject({ code: 'sign/token-removed' })
    const document = await sender.call('outgoing.one', { id })
    expect(document.state).toBe('numbered')
    expect(attachmentsOf(document.files)).toEqual(before)
    expect(readdirSync(join(desk.path('sender'), 'files', 'tmp'))).toEqual([])

    desk.shim.clear()
    expect(await seal(id)).toMatchObject({ state: 'sealed', codeNumber: document.codeNumber })
  },
  120_000,
)
