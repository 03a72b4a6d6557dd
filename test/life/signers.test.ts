/**
 * Documents that several persons sign, each with a token of his own, before the agency seals them. Judged by
 * our own verifier, by poppler and qpdf, and measured on the drawn page.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { inspectPdf } from '../../src/engine/pdf/inspect.ts'
import { memorySource } from '../../src/engine/pdf/source.ts'
import type { CoSigner, DocumentId, FileRole } from '../../src/shared/document/fields.ts'
import type { NumberPlacement } from '../../src/shared/document/number-placement.ts'
import type { OutgoingDetail } from '../../src/shared/ipc/contract.ts'
import { addPerson, draftWith, RECEIVER, type OtherPerson, type TestOffice } from '../helpers/office.ts'
import { A4, letter, LINES } from '../pdf/letters.ts'
import { handwriting, inkOn, seal } from '../pdf/pictures.ts'
import { pdfsig, qpdfComplaints, workFolder, type WorkFolder } from '../pdf/samples.ts'
import { makeShimDesk, type ShimDesk } from './shim-desk.ts'

const WAYS = ['signature-fields', 'form-fields', 'reserved'] as const satisfies readonly NumberPlacement[]
const MAIN = 'Nguyễn Văn Mẫu'

let desk: ShimDesk
let folder: WorkFolder
let office: TestOffice
/** The chairman of another body, and who initials. */
let joint: OtherPerson
let initials: OtherPerson
let paper: string

beforeAll(async () => {
  desk = await makeShimDesk()
  folder = workFolder()
  joint = addPerson(desk, desk.sender, 'Trần Thị Đồng', '313131')
  initials = addPerson(desk, desk.sender, 'Phạm Văn Nháy', '414141')
  paper = folder.path('letter.pdf')
  writeFileSync(paper, await letter(A4, { second: joint.name }))
  office = await desk.office('signers')
  for (const { certificateSha256 } of [desk.sender.person, joint.certificate]) {
    await keepPicture(certificateSha256, handwriting(), 40)
  }
  await keepPicture(desk.sender.agency.certificateSha256, seal(), 36)
}, 120_000)
afterEach(() => {
  desk.shim.clear()
})
afterAll(async () => {
  await office.close()
  folder.remove()
  await desk.clear()
})

function keepPicture(
  certificateSha256: typeof joint.certificate.certificateSha256,
  png: Buffer,
  widthMm: number,
) {
  return office.call('appearance.keepPicture', { certificateSha256, png: new Uint8Array(png), widthMm })
}

const main = () => ({ certificate: desk.sender.person, pin: desk.sender.personPin })
const agency = () => ({ certificate: desk.sender.agency, pin: desk.sender.agencyPin })

const coSigner = (fullName: string, part: CoSigner['part']): CoSigner => ({
  competence: '',
  position: 'CHỦ TỊCH HỘI',
  fullName,
  part,
})

/** Waits for the main signer and then for the joint one, or the other way round. */
async function frozen(signerTurn = 0, coSigners = [coSigner(joint.name, 'joint')]): Promise<DocumentId> {
  const { id, revision } = await draftWith(office.call, paper, RECEIVER.organId, { coSigners, signerTurn })
  await office.call('outgoing.freeze', { id, revision })
  return id
}

async function placeNumbers(numberPlacement: NumberPlacement): Promise<void> {
  const { agency: own, clerkName, hub, token } = await office.call('settings.current', {})
  await office.call('settings.save', {
    agency: own,
    clerkName,
    ...(hub === undefined ? {} : { hub }),
    ...(token === undefined ? {} : { token }),
    numberPlacement,
  })
}

function sign(id: DocumentId, { certificate, pin }: Pick<OtherPerson, 'certificate' | 'pin'>) {
  return office.call('outgoing.sign', { id, certificate, pin })
}

/** The document as it stands, which nobody finds fault with. */
async function written({ id, verdict }: OutgoingDetail, role: FileRole): Promise<string> {
  const path = folder.path(`${role}-${id}.pdf`)
  const { bytes } = await office.call('outgoing.pdf', { id, role })
  writeFileSync(path, bytes)
  const signatures = verdict?.signatures ?? []
  expect(signatures.map((signature) => signature.verdict)).toEqual(signatures.map(() => 'valid'))
  const judged = pdfsig(path)
  expect(judged.map(({ isValid }) => isValid)).toEqual(signatures.map(() => true))
  expect(judged.at(-1)?.isWholeDocument).toBe(true)
  expect(qpdfComplaints(path)).toBe('')
  return path
}

const namesIn = ({ verdict }: OutgoingDetail) => verdict?.signatures.map(({ signer }) => signer?.name)
const whoSigned = ({ signers }: OutgoingDetail) => signers.map(({ signed }) => signed?.name)

describe.each(WAYS)('two signers, with numbers by way of %s', (way) => {
  beforeAll(() => placeNumbers(way))

  test('sign in turn, each above his own name, and nothing of it reads as altered', async () => {
    const id = await frozen()
    const once = await sign(id, main())
    expect(once.state).toBe('frozen')
    expect(whoSigned(once)).toEqual([MAIN, undefined])
    const first = await written(once, 'signed')
    const left = { left: 0, right: 105, top: LINES.titleMm, bottom: LINES.nameMm }
    const right = { ...left, left: 105, right: 210 }
    const mainInk = inkOn(first, 'blue', 'mupdf', 1, right)
    expect((mainInk.left + mainInk.right) / 2).toBeCloseTo(LINES.nameCentreMm, 0)
    expect(inkOn(first, 'blue', 'mupdf', 1, left)).toMatchObject({ left: Infinity, right: -Infinity })

    const twice = await sign(id, joint)
    expect(twice.state).toBe('signed')
    expect(whoSigned(twice)).toEqual([MAIN, joint.name])
    const second = await written(twice, 'signed')
    const jointInk = inkOn(second, 'blue', 'mupdf', 1, left)
    expect((jointInk.left + jointInk.right) / 2).toBeCloseTo(LINES.secondCentreMm, 0)
    expect(inkOn(second, 'blue', 'mupdf', 1, right)).toEqual(mainInk)
    const before = readFileSync(first)
    expect(Buffer.compare(before, readFileSync(second).subarray(0, before.length))).toBe(0)

    const sealed = await office.call('outgoing.seal', { id, ...agency() })
    expect(namesIn(sealed)?.slice(0, 2)).toEqual([MAIN, joint.name])
    const last = await written(sealed, 'sealed')
    // Over the main signer's handwriting, whoever signed last.
    const red = inkOn(last, 'red', 'mupdf', 1)
    expect(red.right).toBeGreaterThan(mainInk.left + 10)
    expect(red.left).toBeGreaterThan(jointInk.right - 5)

    const { signatures } = await inspectPdf(memorySource(readFileSync(last)))
    const levels = signatures.map(({ docMdp }) => docMdp)
    expect(levels[0]).toBe(way === 'form-fields' ? 2 : undefined)
    expect(levels.slice(1).filter((level) => level !== undefined)).toEqual([])

    const told = sealed.history.filter(({ event }) => ['cosign', 'sign', 'seal'].includes(event))
    expect(told.map(({ event, detail }) => [event, detail['signer']])).toEqual([
      ['cosign', MAIN],
      ['sign', joint.name],
      ['seal', 'UBND xã Suối Ngọc'],
    ])
    expect(sealed.history.filter(({ event }) => event === 'reserve')).toHaveLength(way === 'reserved' ? 1 : 0)
  })
})

test('who initials signs first in a block of words, then the main signer, and the seal stands by the latter', async () => {
  await placeNumbers('signature-fields')
  const id = await frozen(1, [coSigner(initials.name, 'initials')])
  const place = await office.call('outgoing.signingPlace', { id, certificate: initials.certificate })
  expect(place.found).toBe(false)
  expect(whoSigned(await sign(id, initials))).toEqual([initials.name, undefined])
  await sign(id, main())
  const sealed = await office.call('outgoing.seal', { id, ...agency() })
  expect(namesIn(sealed)?.slice(0, 2)).toEqual([initials.name, MAIN])
  const path = await written(sealed, 'sealed')
  expect(inkOn(path, 'red', 'mupdf', 1).bottom).toBeLessThan(LINES.nameMm + 15)
  const sent = await office.call('outgoing.one', { id })
  expect(sent.fields.signer.fullName).toBe(MAIN)
})

describe('before any PIN is used', () => {
  const refusal = (code: string) => expect.objectContaining({ code }) as Error

  test('whoever is not the next signer is refused, and so is a certificate that has signed', async () => {
    const id = await frozen()
    const document = await office.call('outgoing.one', { id })
    await expect(sign(id, joint)).rejects.toEqual(refusal('certificate/not-next-signer'))
    await expect(sign(id, initials)).rejects.toEqual(refusal('certificate/not-next-signer'))
    await expect(sign(id, agency())).rejects.toEqual(refusal('certificate/wrong-holder'))
    await expect(office.call('outgoing.seal', { id, ...agency() })).rejects.toEqual(
      refusal('document/wrong-state'),
    )
    expect(await office.call('outgoing.one', { id })).toEqual(document)
    expect(desk.shim.calls('Login')).toBe(0)

    const once = await sign(id, main())
    desk.shim.clear()
    await expect(sign(id, main())).rejects.toEqual(refusal('certificate/signed-already'))
    await expect(sign(id, initials)).rejects.toEqual(refusal('certificate/not-next-signer'))
    await expect(office.call('outgoing.seal', { id, ...agency() })).rejects.toEqual(
      refusal('document/wrong-state'),
    )
    expect(desk.shim.calls('Login')).toBe(0)
    expect(await office.call('outgoing.one', { id })).toEqual(once)
  })

  test('of a batch, only what waits for the owner of the certificate is signed', async () => {
    const ids = [await frozen(), await frozen(1), await frozen(), (await desk.frozen(office)).id]
    const outcomes = await office.call('outgoing.signMany', { ids, ...main() })
    expect(outcomes.map(({ error }) => error?.code)).toEqual([
      undefined,
      'certificate/not-next-signer',
      undefined,
      undefined,
    ])
    expect([desk.shim.calls('Login'), desk.shim.calls('Sign')]).toEqual([1, 3])

    desk.shim.clear()
    const [, turned] = ids
    if (turned === undefined) throw new Error('there are four')
    const again = await office.call('outgoing.signMany', {
      ids,
      certificate: joint.certificate,
      pin: joint.pin,
    })
    expect(again.map(({ error }) => error?.code)).toEqual([
      undefined,
      undefined,
      undefined,
      'document/wrong-state',
    ])
    expect([desk.shim.calls('Login'), desk.shim.calls('Sign')]).toEqual([1, 3])
    const documents = await Promise.all(ids.map((id) => office.call('outgoing.one', { id })))
    expect(documents.map(({ state }) => state)).toEqual(['signed', 'frozen', 'signed', 'signed'])
    expect(documents.map((document) => namesIn(document))).toEqual([
      [MAIN, joint.name],
      [joint.name],
      [MAIN, joint.name],
      [MAIN],
    ])
  })
})

test('back to the draft after the first signature, all sign anew; a number that stands on the page stays', async () => {
  await placeNumbers('reserved')
  const id = await frozen()
  const once = await sign(id, main())
  const draft = await office.call('outgoing.reopen', { id })
  expect(draft).toMatchObject({ state: 'drafting', codeNumber: once.codeNumber })
  expect(draft.verdict).toBeUndefined()
  expect(draft.files.map(({ role }) => role)).toEqual(['imported'])
  expect(whoSigned(draft)).toEqual([undefined, undefined])

  await office.call('outgoing.freeze', { id, revision: draft.revision })
  await expect(sign(id, joint)).rejects.toMatchObject({ code: 'certificate/not-next-signer' })
  await sign(id, main())
  await sign(id, joint)
  const sealed = await office.call('outgoing.seal', { id, ...agency() })
  expect(sealed.codeNumber).toBe(once.codeNumber)
  expect(sealed.history.filter(({ event }) => event === 'reserve')).toHaveLength(1)
  await written(sealed, 'sealed')
  await placeNumbers('signature-fields')
})

test('a token pulled at the second signer leaves what the first signed, and signs when it is back', async () => {
  const id = await frozen()
  const once = await sign(id, main())
  desk.shim.clear()
  desk.shim.set({ 'fail-at': 'Sign:32' /* CKR_DEVICE_REMOVED */ })
  await expect(sign(id, joint)).rejects.toMatchObject({ code: 'sign/token-removed' })
  expect(await office.call('outgoing.one', { id })).toEqual(once)
  desk.shim.set({})
  expect(await sign(id, joint)).toMatchObject({ state: 'signed' })
})

test('two that sign the same turn at once leave one signature', async () => {
  const id = await frozen()
  const done = await Promise.allSettled([sign(id, main()), sign(id, main())])
  expect(done.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  const document = await office.call('outgoing.one', { id })
  expect(whoSigned(document)).toEqual([MAIN, undefined])
  expect(namesIn(document)).toEqual([MAIN])
})
