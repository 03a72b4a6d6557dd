/**
 * What a clerk gets on paper: documents taken through signing and sealing in a real office, drawn by another
 * program and measured in millimetres against Decree 30/2020/NĐ-CP App. I. With KEEP_LOOK=1 the pages are kept
 * under docs/images/look.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { DocumentId, FileRole } from '../../src/shared/document/fields.ts'
import { copyWith, draftWith, type TestOffice } from '../helpers/office.ts'
import { handwriting, inkOn, seal, type Found } from '../pdf/pictures.ts'
import { ghostscriptPdf, pdfsig, qpdfComplaints, workFolder, type WorkFolder } from '../pdf/samples.ts'
import { scanned } from '../pdf/scans.ts'
import { makeShimDesk, type ShimDesk } from './shim-desk.ts'

const LETTER = join(import.meta.dirname, '../fixtures/cong-van.pdf')
const SIZE = { widthMm: expect.closeTo(40, 2) as number, heightMm: expect.closeTo(20, 2) as number }
const SEAL_MM = 36

let desk: ShimDesk
let folder: WorkFolder
let office: TestOffice

beforeAll(async () => {
  desk = await makeShimDesk()
  folder = workFolder()
  office = await desk.office('look')
  const { person, agency } = desk.sender
  await keep(person.certificateSha256, handwriting(), 40)
  await keep(agency.certificateSha256, seal(), SEAL_MM)
}, 120_000)
afterAll(async () => {
  await office.close()
  folder.remove()
  await desk.clear()
})

async function keep(
  certificateSha256: typeof desk.sender.person.certificateSha256,
  png: Buffer,
  widthMm: number,
) {
  await office.call('appearance.keepPicture', { certificateSha256, png: new Uint8Array(png), widthMm })
}

async function frozen(pdf: string = LETTER): Promise<DocumentId> {
  const { id, revision } = await draftWith(office.call, pdf)
  await office.call('outgoing.freeze', { id, revision })
  return id
}

const person = () => ({ certificate: desk.sender.person, pin: desk.sender.personPin })
const agency = () => ({ certificate: desk.sender.agency, pin: desk.sender.agencyPin })

/** The document as it stands, written down; other programs find nothing wrong with it. */
async function written(id: DocumentId, role: FileRole, signatures: number): Promise<string> {
  const { bytes } = await office.call('outgoing.pdf', { id, role })
  const path = folder.path(`${role}-${id}.pdf`)
  writeFileSync(path, bytes)
  const judged = pdfsig(path)
  expect(judged.map(({ isValid }) => isValid)).toEqual(Array(signatures).fill(true))
  expect(judged.at(-1)?.isWholeDocument).toBe(true)
  expect(qpdfComplaints(path)).toBe('')
  const { verdict } = await office.call('outgoing.one', { id })
  expect(verdict?.signatures.map((signature) => signature.verdict)).toEqual(Array(signatures).fill('valid'))
  return path
}

/** Keeps the first page as a picture for the documents, where they are to be renewed. */
function keepLook(name: string, path: string): void {
  if (process.env['KEEP_LOOK'] !== '1') return
  const kept = join(import.meta.dirname, '../../docs/images/look')
  mkdirSync(kept, { recursive: true })
  execFileSync('pdftoppm', ['-png', '-singlefile', '-r', '60', path, join(kept, name)])
}

function boxAround(centreXMm: number, centreYMm: number, widthMm: number, heightMm: number): Found {
  return {
    left: centreXMm - widthMm / 2,
    right: centreXMm + widthMm / 2,
    top: centreYMm - heightMm / 2,
    bottom: centreYMm + heightMm / 2,
  }
}

function expectNear(found: Found, wanted: Found): void {
  for (const side of ['left', 'top', 'right', 'bottom'] as const) {
    expect(Math.abs(found[side] - wanted[side]), `${side} ${String(found[side])}`).toBeLessThan(1)
  }
}

test('the handwriting stands between title and name, the seal over its left third, and the preview said so', async () => {
  const id = await frozen()
  const forPerson = await office.call('outgoing.signingPlace', { id, ...person() })
  expect(forPerson).toMatchObject({ page: 1, found: true, box: SIZE })
  expect(forPerson.pageBoxMm.widthMm).toBeCloseTo(210, 0)
  expect(forPerson.pageBoxMm.heightMm).toBeCloseTo(297, 0)
  expect(Buffer.compare(forPerson.picture ?? new Uint8Array(), handwriting())).toBe(0)
  await office.call('outgoing.sign', { id, ...person() })
  const signed = await written(id, 'signed', 1)
  keepLook('person', signed)
  const { centreXMm, centreYMm } = forPerson.box
  const blue = inkOn(signed, 'blue')
  expectNear(blue, boxAround(centreXMm, centreYMm, 40, 20))
  // Title and name as they stand in the letter, see test/pdf/look.test.ts.
  expect(Math.abs(centreXMm - 154.1)).toBeLessThan(1)
  expect(blue.top).toBeGreaterThan(148)
  expect(blue.bottom).toBeLessThan(181)

  const forAgency = await office.call('outgoing.signingPlace', { id, ...agency() })
  await office.call('outgoing.seal', { id, ...agency() })
  const count = (await office.call('outgoing.one', { id })).verdict?.signatures.length ?? 0
  const sealed = await written(id, 'sealed', count)
  keepLook('person-and-seal', sealed)
  const words = execFileSync('pdftotext', ['-layout', sealed, '-'], { encoding: 'utf8' })
  expect(words).toMatch(/Số: 01 ?\/UBND-VP/)
  const red = inkOn(sealed, 'red')
  expectNear(red, boxAround(forAgency.box.centreXMm, forAgency.box.centreYMm, SEAL_MM, SEAL_MM))
  const third = blue.left + (blue.right - blue.left) / 3
  expectNear(red, { left: third - 36, right: third, top: centreYMm - 18, bottom: centreYMm + 18 })
  await expect(office.call('outgoing.signingPlace', { id, ...agency() })).rejects.toMatchObject({
    code: 'document/wrong-state',
  })
})

test('what the clerk drags stands where it was dropped, inside the page', async () => {
  const id = await frozen()
  const place = { page: 1, centreXMm: 60, centreYMm: 250 }
  await office.call('outgoing.sign', { id, ...person(), place })
  expectNear(inkOn(await written(id, 'signed', 1), 'blue'), boxAround(60, 250, 40, 20))
  await office.call('outgoing.seal', { id, ...agency(), place: { page: 9, centreXMm: 400, centreYMm: 500 } })
  const count = (await office.call('outgoing.one', { id })).verdict?.signatures.length ?? 0
  const red = inkOn(await written(id, 'sealed', count), 'red')
  // At the foot, where nothing is written that it would cover.
  expectNear(red, boxAround(210 - 18, 297 - 18, SEAL_MM, SEAL_MM))
})

test('what would lie on text is said while it is dragged and refused before the PIN is used', async () => {
  const id = await frozen()
  await office.call('outgoing.sign', { id, ...person() })
  // The letter's sentences stand in its upper half.
  const [over, beside] = [
    { page: 1, centreXMm: 105, centreYMm: 110 },
    { page: 1, centreXMm: 105, centreYMm: 250 },
  ]
  const offered = await office.call('outgoing.signingPlace', { id, ...agency() })
  expect(offered.coversText).toBe(false)
  for (const [place, coversText] of [
    [over, true],
    [beside, false],
  ] as const) {
    const asked = await office.call('outgoing.signingPlace', { id, ...agency(), place })
    expect(asked).toMatchObject({ page: 1, coversText })
    expect(asked.box.centreYMm).toBeCloseTo(place.centreYMm, 3)
  }
  desk.shim.clear()
  await expect(office.call('outgoing.seal', { id, ...agency(), place: over })).rejects.toMatchObject({
    code: 'sign/covers-text',
  })
  expect([desk.shim.calls('Login'), desk.shim.calls('Sign')]).toEqual([0, 0])
  await office.call('outgoing.seal', { id, ...agency(), place: beside })
})

test('the seal follows the handwriting wherever it was dragged', async () => {
  const id = await frozen()
  await office.call('outgoing.sign', { id, ...person(), place: { page: 1, centreXMm: 120, centreYMm: 240 } })
  const blue = inkOn(await written(id, 'signed', 1), 'blue')
  expectNear(blue, boxAround(120, 240, 40, 20))
  const offered = await office.call('outgoing.signingPlace', { id, ...agency() })
  await office.call('outgoing.seal', { id, ...agency() })
  const count = (await office.call('outgoing.one', { id })).verdict?.signatures.length ?? 0
  const red = inkOn(await written(id, 'sealed', count), 'red')
  expectNear(red, boxAround(offered.box.centreXMm, offered.box.centreYMm, SEAL_MM, SEAL_MM))
  const third = blue.left + (blue.right - blue.left) / 3
  expectNear(red, { left: third - 36, right: third, top: 240 - 18, bottom: 240 + 18 })
})

describe('where the page does not name the signer', () => {
  beforeAll(() => {
    ghostscriptPdf(folder, 'nobody.pdf')
  })

  test('a text block stands in the corner, and a dragged picture where it was dropped', async () => {
    const id = await frozen(folder.path('nobody.pdf'))
    const offered = await office.call('outgoing.signingPlace', { id, ...person() })
    expect(offered).toMatchObject({ page: 2, found: false, box: SIZE })
    await office.call('outgoing.sign', { id, ...person() })
    const path = await written(id, 'signed', 1)
    expect(inkOn(path, 'blue', 'poppler', 2).left).toBe(Infinity)
    const black = inkOn(path, 'black', 'poppler', 2, { left: 110, top: 200, right: 210, bottom: 297 })
    expect(black.bottom).toBeGreaterThan(270)
    await office.call('outgoing.seal', {
      id,
      ...agency(),
      place: { page: 1, centreXMm: 100, centreYMm: 100 },
    })
    const count = (await office.call('outgoing.one', { id })).verdict?.signatures.length ?? 0
    expectNear(inkOn(await written(id, 'sealed', count), 'red'), boxAround(100, 100, SEAL_MM, SEAL_MM))
  })

  test('the seal still follows a handwriting that was dragged there', async () => {
    const id = await frozen(folder.path('nobody.pdf'))
    await office.call('outgoing.sign', {
      id,
      ...person(),
      place: { page: 2, centreXMm: 150, centreYMm: 200 },
    })
    const offered = await office.call('outgoing.signingPlace', { id, ...agency() })
    expect(offered).toMatchObject({ page: 2, found: true })
    expect(offered.box.centreXMm).toBeCloseTo(150 - 20 + 40 / 3 - SEAL_MM / 2, 1)
    expect(offered.box.centreYMm).toBeCloseTo(200, 1)
  })
})

/** The part of the page above the head, in its right half. */
const CORNER = { left: 105, top: 0, right: 210, bottom: 20 }

/**
 * What the corner bears: within the right margin (15 to 20 mm) and above the head, which begins 20 mm down;
 * black letters of 10 pt, upright, a line each.
 */
function expectCorner(path: string, lines: readonly RegExp[]): void {
  for (const renderer of ['poppler', 'mupdf'] as const) {
    const ink = inkOn(path, 'black', renderer, 1, CORNER)
    expect(Math.abs(210 - 16 - ink.right)).toBeLessThan(1)
    expect(ink.left).toBeGreaterThan(105)
    expect(ink.top).toBeGreaterThan(5)
    expect(ink.bottom).toBeLessThan(19)
    // From the top of the first line's letters to the foot of the last line's.
    const expected = (lines.length - 1) * 10 * 1.15 + 10 * 0.9
    expect(Math.abs(ink.bottom - ink.top - (expected * 25.4) / 72)).toBeLessThan(1)
    for (const colour of ['red', 'blue'] as const) {
      expect(inkOn(path, colour, renderer, 1, CORNER).left).toBe(Infinity)
    }
  }
  const area = ['-x', '297', '-y', '0', '-W', '298', '-H', '57']
  const words = execFileSync('pdftotext', [...area, path, '-'], { encoding: 'utf8' })
  const found = words.trim().split('\n')
  expect(found).toHaveLength(lines.length)
  for (const [at, line] of lines.entries()) expect(found[at]).toMatch(line)
}

const TIME = /^Thời gian ký: \d\d\.\d\d\.\d{4} \d\d:\d\d:\d\d \+07:00$/

test('a copy bears its form, the agency and the time at the top right of page 1, and no seal', async () => {
  const { id, revision } = await copyWith(office.call, scanned(folder, 'scan.pdf'))
  await office.call('outgoing.freeze', { id, revision })
  await office.call('outgoing.seal', { id, ...agency() })
  const path = await written(id, 'sealed', 1)
  keepLook('copy', path)
  expectCorner(path, [/^Hình thức sao: Sao y$/, /^Cơ quan: UBND xã Suối Ngọc$/, TIME])
  expect(inkOn(path, 'red').left).toBe(Infinity)
})

test('an appendix in a file of its own bears number, notation and time at the top right of page 1', async () => {
  const { id, revision } = await draftWith(office.call, LETTER)
  const bytes = new Uint8Array(ghostscriptPdf(folder, 'appendix.pdf'))
  await office.call('outgoing.attach', { id, name: 'Phụ lục I.pdf', bytes })
  await office.call('outgoing.freeze', { id, revision })
  await office.call('outgoing.sign', { id, ...person() })
  const { codeNumber } = await office.call('outgoing.seal', { id, ...agency() })
  const path = folder.path('appendix-signed.pdf')
  writeFileSync(path, (await office.call('outgoing.pdf', { id, role: 'attachment' })).bytes)
  keepLook('appendix', path)
  expectCorner(path, [new RegExp(`^Số, ký hiệu: ${codeNumber ?? ''}/UBND-VP$`), TIME])
  expect(pdfsig(path)).toEqual([{ isValid: true, isWholeDocument: true }])
})
