/**
 * An electronic copy of a paper document: scanned, numbered, signed by the agency alone, sent and judged where
 * it arrives. Real tokens and a real hub; poppler, qpdf and MuPDF have their say.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { DocumentId } from '../../src/shared/document/fields.ts'
import type { OutgoingDetail } from '../../src/shared/ipc/contract.ts'
import { copyWith, makeOffice, RECEIVER, type TestOffice } from '../helpers/office.ts'
import { OFFICES } from '../hub/hub-process.ts'
import { inkOn, seal } from '../pdf/pictures.ts'
import { pdfsig, qpdfComplaints, workFolder, type WorkFolder } from '../pdf/samples.ts'
import { scanned } from '../pdf/scans.ts'
import { makeShimDesk, type ShimDesk } from './shim-desk.ts'

let desk: ShimDesk
let folder: WorkFolder
let office: TestOffice
let scan: string

beforeAll(async () => {
  desk = await makeShimDesk()
  folder = workFolder()
  scan = scanned(folder, 'scan.pdf')
  office = await desk.office('copies')
}, 120_000)
afterEach(() => {
  desk.shim.clear()
})
afterAll(async () => {
  await office.close()
  folder.remove()
  await desk.clear()
})

const person = () => ({ certificate: desk.sender.person, pin: desk.sender.personPin })
const agency = () => ({ certificate: desk.sender.agency, pin: desk.sender.agencyPin })

async function frozen(form?: Parameters<typeof copyWith>[2]): Promise<OutgoingDetail> {
  const { id, revision } = await copyWith(office.call, scan, form)
  return office.call('outgoing.freeze', { id, revision })
}

async function sealedPdf(id: DocumentId): Promise<string> {
  const path = folder.path(`${id}.pdf`)
  writeFileSync(path, (await office.call('outgoing.pdf', { id, role: 'sealed' })).bytes)
  return path
}

test('nobody but the agency signs it, with one PIN and one signature, and the words stand where the decree wants them', async () => {
  const { id, state, signers, nextNumber } = await frozen()
  expect({ state, signers, nextNumber }).toEqual({ state: 'frozen', signers: [], nextNumber: '01' })
  await expect(office.call('outgoing.sign', { id, ...person() })).rejects.toMatchObject({
    code: 'document/wrong-state',
  })
  await expect(office.call('outgoing.seal', { id, ...person() })).rejects.toMatchObject({
    code: 'certificate/wrong-holder',
  })
  await expect(office.call('outgoing.signingPlace', { id, ...agency() })).rejects.toMatchObject({
    code: 'document/wrong-state',
  })
  expect(desk.shim.calls('Login')).toBe(0)
  // A kept seal has no place on a copy.
  await office.call('appearance.keepPicture', {
    certificateSha256: desk.sender.agency.certificateSha256,
    png: new Uint8Array(seal()),
    widthMm: 36,
  })

  const sealed = await office.call('outgoing.seal', { id, ...agency() })
  expect(sealed).toMatchObject({ state: 'sealed', codeNumber: '01', codeNotation: 'SY-UBND' })
  expect([desk.shim.calls('Login'), desk.shim.calls('Sign')]).toEqual([1, 1])
  expect(sealed.verdict?.signatures.map(({ signer, verdict }) => [signer?.name, verdict])).toEqual([
    ['UBND xã Suối Ngọc', 'valid'],
  ])
  expect(sealed.history.map(({ event }) => event)).toEqual(['create', 'freeze', 'number', 'seal'])

  const path = await sealedPdf(id)
  expect(pdfsig(path)).toEqual([{ isValid: true, isWholeDocument: true }])
  expect(qpdfComplaints(path)).toBe('')
  const whole = readFileSync(path)
  const before = readFileSync(scan)
  expect(Buffer.compare(before, whole.subarray(0, before.length))).toBe(0)
  const corner = execFileSync('pdftotext', ['-x', '297', '-y', '0', '-W', '298', '-H', '57', path, '-'], {
    encoding: 'utf8',
  })
  expect(corner).toContain('Hình thức sao: Sao y\nCơ quan: UBND xã Suối Ngọc\nThời gian ký: ')
  expect(corner).toMatch(/\d\d\.\d\d\.\d{4} \d\d:\d\d:\d\d \+07:00/)
  for (const renderer of ['poppler', 'mupdf'] as const) {
    expect(inkOn(path, 'red', renderer).left).toBe(Infinity)
  }
})

test('a sealing that fails leaves it numbered; the number may be void, and all kinds of copy share one series', async () => {
  const { id } = await frozen('Trích sao')
  desk.shim.set({ 'fail-at': 'Sign:32' /* CKR_DEVICE_REMOVED */ })
  await expect(office.call('outgoing.seal', { id, ...agency() })).rejects.toMatchObject({
    code: 'sign/token-removed',
  })
  const numbered = await office.call('outgoing.one', { id })
  expect(numbered).toMatchObject({ state: 'numbered', codeNumber: '02', nextNumber: undefined })
  desk.shim.clear()
  const freed = await office.call('outgoing.voidNumber', { id, reason: 'Trích nhầm phần' })
  expect(freed).toMatchObject({ state: 'frozen', nextNumber: '03' })
  const other = await frozen('Sao lục')
  const outcomes = await office.call('outgoing.sealMany', { ids: [id, other.id], ...agency() })
  expect(outcomes.map(({ error }) => error)).toEqual([undefined, undefined])
  expect(desk.shim.calls('Login')).toBe(1)
  const codes = await Promise.all([id, other.id].map((each) => office.call('outgoing.one', { id: each })))
  expect(codes.map(({ codeNumber, codeNotation }) => `${codeNumber ?? ''}/${codeNotation}`)).toEqual([
    '03/TrS-UBND',
    '04/SL-UBND',
  ])
  expect(
    (await office.call('outgoing.signMany', { ids: [(await frozen()).id], ...person() }))[0]?.error?.code,
  ).toBe('document/wrong-state')
})

test('a scan that is too coarse is refused before anybody needs a token', async () => {
  const { id, revision } = await copyWith(office.call, scanned(folder, 'coarse.pdf', { dpi: 150 }))
  const findings = await office.call('outgoing.scan', { id })
  expect(findings).toEqual([{ kind: 'resolution', pages: [1], found: 150 }])
  await expect(office.call('outgoing.freeze', { id, revision })).rejects.toMatchObject({
    code: 'scan/too-coarse',
    detail: '1',
  })
  expect(desk.shim.calls('Login')).toBe(0)
})

test('it travels as a copy, and the other office finds its signature valid', async () => {
  const { id } = await frozen()
  const sealed = await office.call('outgoing.seal', { id, ...agency() })
  const code = `${sealed.codeNumber ?? ''}/SY-UBND`
  await office.call('outgoing.submit', { id })
  const sending = desk.optionsOf('copies', '', {})
  const receiver = await makeOffice({
    ...sending,
    dir: desk.path('receiver'),
    agency: RECEIVER,
    tokens: desk.receiver,
    secret: OFFICES[1].secret,
  })
  try {
    const arrived = await receiver.until('the copy has arrived', async () => {
      const { rows } = await receiver.call('incoming.list', { box: 'new' })
      return rows.find((row) => row.code === code)
    })
    expect(arrived).toMatchObject({ typeName: 'Sao y', senderName: 'UBND xã Suối Ngọc', verdict: 'valid' })
    const { content, signer, files, warnings, verdictDetail } = await receiver.call('incoming.one', {
      id: arrived.id,
    })
    expect(content).toContain('Sao y văn bản số 07/QĐ-UBND ngày 12/03/2026 của UBND tỉnh Thanh Vân')
    expect(signer.fullName).toBe('Phạm Văn Gốc')
    expect(warnings).toEqual([])
    expect(verdictDetail?.reasons.filter((reason) => !reason.endsWith('-note'))).toEqual([])
    expect(files[0]?.sha256).toBe(sealed.files.find(({ role }) => role === 'sealed')?.sha256)
    await receiver.call('incoming.register', { id: arrived.id })
    await office.until('the sender knows that it was registered', async () => {
      const { state } = await office.call('outgoing.one', { id })
      return state === 'confirmed' ? state : undefined
    })
  } finally {
    await receiver.close()
  }
}, 120_000)
