/**
 * Number and date on the page in each of the three ways, as the clerk gets them: measured on the page as
 * another program draws it, and judged by our verifier and by pdfsig.
 */
import { execFileSync } from 'node:child_process'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { textFields } from '../../src/engine/pdf/fields.ts'
import { inspectPdf } from '../../src/engine/pdf/inspect.ts'
import { memorySource } from '../../src/engine/pdf/source.ts'
import type { DocumentId } from '../../src/shared/document/fields.ts'
import type { NumberPlacement } from '../../src/shared/document/number-placement.ts'
import type { OutgoingDetail } from '../../src/shared/ipc/contract.ts'
import { draftWith, type TestOffice } from '../helpers/office.ts'
import { A4, currentYear, letter, LINES, type LetterPage, type LetterText } from '../pdf/letters.ts'
import { handwriting, inkOn, seal, type Found } from '../pdf/pictures.ts'
import {
  handMade,
  pdfsig,
  PLAIN_OBJECTS,
  qpdfComplaints,
  sign,
  workFolder,
  type WorkFolder,
} from '../pdf/samples.ts'
import { makeShimDesk, type ShimDesk } from './shim-desk.ts'

const WAYS = ['signature-fields', 'form-fields', 'reserved'] as const satisfies readonly NumberPlacement[]
const PAGES: Readonly<Record<string, LetterPage>> = {
  'an upright page': A4,
  'a page with a crop box and an odd origin': { ...A4, origin: [-30, 45], border: 36 },
  'a page turned by 90': { ...A4, rotation: 90 },
  'a cropped page turned by 180': { ...A4, rotation: 180, origin: [17, -8], border: 20 },
  'a landscape page turned by 270': { widthMm: 297, heightMm: 210, rotation: 270 },
}

let desk: ShimDesk
let folder: WorkFolder
let office: TestOffice

beforeAll(async () => {
  desk = await makeShimDesk()
  folder = workFolder()
  office = await desk.office('numbers')
}, 120_000)
afterEach(() => {
  desk.shim.clear()
})
afterAll(async () => {
  await office.close()
  folder.remove()
  await desk.clear()
})

async function placeNumbers(numberPlacement: NumberPlacement): Promise<void> {
  const { agency, clerkName, hub, token } = await office.call('settings.current', {})
  await office.call('settings.save', {
    agency,
    clerkName,
    ...(hub === undefined ? {} : { hub }),
    ...(token === undefined ? {} : { token }),
    numberPlacement,
  })
}

async function keepPictures(): Promise<void> {
  const { person, agency } = desk.sender
  for (const [{ certificateSha256 }, png, widthMm] of [
    [person, handwriting(), 40],
    [agency, seal(), 36],
  ] as const) {
    await office.call('appearance.keepPicture', { certificateSha256, png: new Uint8Array(png), widthMm })
  }
}

let made = 0
async function frozen(page: LetterPage = A4, text: LetterText = {}): Promise<DocumentId> {
  const path = folder.path(`letter-${String((made += 1))}.pdf`)
  writeFileSync(path, await letter(page, text))
  const { id, revision } = await draftWith(office.call, path)
  await office.call('outgoing.freeze', { id, revision })
  return id
}

const signing = () => ({ certificate: desk.sender.person, pin: desk.sender.personPin })
const sealing = () => ({ certificate: desk.sender.agency, pin: desk.sender.agencyPin })

async function issued(id: DocumentId): Promise<OutgoingDetail> {
  await office.call('outgoing.sign', { id, ...signing() })
  return office.call('outgoing.seal', { id, ...sealing() })
}

/** The sealed file; nobody finds anything altered in it. */
async function written({ id, verdict }: OutgoingDetail): Promise<string> {
  const path = folder.path(`${id}.pdf`)
  writeFileSync(path, (await office.call('outgoing.pdf', { id, role: 'sealed' })).bytes)
  const signatures = verdict?.signatures ?? []
  expect(signatures.map((signature) => signature.verdict)).toEqual(signatures.map(() => 'valid'))
  expect(pdfsig(path).map(({ isValid }) => isValid)).toEqual(signatures.map(() => true))
  expect(qpdfComplaints(path)).toBe('')
  return path
}

/** What the seal's line of the history says of number and date. */
function whereOf({ history }: OutgoingDetail) {
  const { numberOn, numberWhy, dateOn, dateWhy } = history.find(({ event }) => event === 'seal')?.detail ?? {}
  return { numberOn, numberWhy, dateOn, dateWhy }
}

/** The letters between two words of a line, a little above and below it. */
function inkBetween(path: string, leftMm: number, rightMm: number, baselineMm: number): Found {
  return inkOn(path, 'black', 'mupdf', 1, {
    left: leftMm,
    right: rightMm,
    top: baselineMm - 4.5,
    bottom: baselineMm + 1.5,
  })
}

/** Digits of 13 pt stand on the line, 0.676 of their size high, in the middle of their gap. */
function expectInGap(found: Found, leftMm: number, rightMm: number, baselineMm: number): void {
  const digitMm = (13 / 72) * 25.4 * 0.676
  expect(Math.abs(found.bottom - baselineMm), 'on the line').toBeLessThan(1)
  expect(Math.abs(found.top - (baselineMm - digitMm)), 'of 13 pt').toBeLessThan(1)
  expect(Math.abs((found.left + found.right) / 2 - (leftMm + rightMm) / 2), 'in the middle').toBeLessThan(1)
}

describe.each(WAYS)('by way of %s', (way) => {
  beforeAll(async () => {
    await placeNumbers(way)
    await keepPictures()
  })

  test.each(Object.entries(PAGES))(
    'number and date stand on their lines within a millimetre on %s, and no signature reads as altered',
    async (_, page) => {
      const document = await issued(await frozen(page))
      const path = await written(document)
      const on = { 'signature-fields': 'line', 'form-fields': 'field', reserved: 'page' }[way]
      expect(whereOf(document)).toEqual({ numberOn: on, dateOn: on })
      // "Số:" of 13 pt begins at 40 mm and is 6.1 mm wide; 12 mm for the number.
      expectInGap(inkBetween(path, 46.4, 57.8, LINES.numberMm), 46.1, 58.1, LINES.numberMm)
      // "Suối Ngọc, ngày" begins at 100 mm; 8 mm for the day, "tháng", 8 mm for the month.
      expectInGap(inkBetween(path, 130.9, 138.5, LINES.dateMm), 130.7, 138.7, LINES.dateMm)
      expectInGap(inkBetween(path, 149.1, 156.7, LINES.dateMm), 148.9, 156.9, LINES.dateMm)
      const red = inkOn(path, 'red', 'mupdf')
      const blue = inkOn(path, 'blue', 'mupdf')
      expect(Math.abs(red.right - (blue.left + (blue.right - blue.left) / 3))).toBeLessThan(1.2)
      expect(Math.abs((blue.left + blue.right) / 2 - LINES.nameCentreMm)).toBeLessThan(1)
    },
  )
})

describe('as further signatures', () => {
  beforeAll(async () => {
    await placeNumbers('signature-fields')
    await keepPictures()
  })

  test('number, date and seal of every document take one PIN and one login for all', async () => {
    const ids = [await frozen(), await frozen(), await frozen()]
    await office.call('outgoing.signMany', { ids, ...signing() })
    desk.shim.clear()
    const outcomes = await office.call('outgoing.sealMany', { ids, ...sealing() })
    expect(outcomes).toEqual(ids.map((id) => ({ id })))
    expect([desk.shim.calls('Login'), desk.shim.calls('Sign')]).toEqual([1, 9])
    for (const id of ids) {
      const document = await office.call('outgoing.one', { id })
      expect(document.verdict?.signatures.map(({ signer, verdict }) => [signer?.name, verdict])).toEqual([
        ['Nguyễn Văn Mẫu', 'valid'],
        ...Array<string[]>(3).fill(['UBND xã Suối Ngọc', 'valid']),
      ])
    }
  })

  test.each([1, 2, 3, 4, 5, 6])(
    'a token pulled at signature %i leaves documents sealed whole or numbered as they were',
    async (nth) => {
      const ids = [await frozen(), await frozen()]
      await office.call('outgoing.signMany', { ids, ...signing() })
      desk.shim.set({ 'fail-at': `Sign:32:${String(nth)}` /* CKR_DEVICE_REMOVED */ })
      await office.call('outgoing.sealMany', { ids, ...sealing() })
      const states = await Promise.all(ids.map((id) => office.call('outgoing.one', { id })))
      const whole = nth > 3 ? 1 : 0
      expect(states.map(({ state }) => state)).toEqual(
        ids.map((_, at) => (at < whole ? 'sealed' : 'numbered')),
      )
      for (const { state, files, verdict } of states) {
        const isSealed = state === 'sealed'
        expect(files.map(({ role }) => role)).toEqual(['imported', 'signed', ...(isSealed ? ['sealed'] : [])])
        expect(verdict?.signatures).toHaveLength(isSealed ? 4 : 1)
      }
      expect(readdirSync(join(desk.path('numbers'), 'files', 'tmp'))).toEqual([])
      desk.shim.clear()
      const number = states[1]?.codeNumber
      const [, second] = ids
      if (second === undefined) throw new Error('there are two')
      expect(await office.call('outgoing.seal', { id: second, ...sealing() })).toMatchObject({
        state: 'sealed',
        codeNumber: number,
      })
    },
  )

  const otherYear = String(Number(currentYear()) - 1)
  test.each([
    ['there is no line', { number: ['Ve viec'], date: ['Suoi Ngoc'] }, 'absent', 'absent'],
    [
      'something else stands there',
      { number: ['Số: 999/UBND-VP'], date: [`ngày 01 tháng 01 năm ${otherYear}`] },
      'filled',
      'filled',
    ],
    [
      'there is no room',
      { number: ['Số:', 2, '/UBND-VP'], date: ['ngày', 1, 'tháng', 8, 'năm'] },
      'no-room',
      'no-room',
    ],
  ] as const)(
    'number and date go into a block where %s, and the history says why',
    async (_, text, ...why) => {
      const document = await issued(await frozen(A4, text))
      const [numberWhy, dateWhy] = why
      expect(whereOf(document)).toEqual({ numberOn: 'block', numberWhy, dateOn: 'block', dateWhy })
      expect(document.verdict?.signatures).toHaveLength(3)
      const black = inkOn(await written(document), 'black', 'mupdf', 1, {
        left: 25,
        right: 110,
        top: 250,
        bottom: 297,
      })
      expect(black.left).toBeGreaterThan(28)
      expect(black.bottom).toBeGreaterThan(270)
    },
  )

  test('dots are room, and an open line takes the notation, too', async () => {
    const text = {
      number: ['Số: …………………'],
      date: ['Suối Ngọc, ngày ........ tháng ........ năm ..........'],
    }
    const document = await issued(await frozen(A4, text))
    expect(whereOf(document)).toEqual({ numberOn: 'line', dateOn: 'line' })
    await written(document)
  })
})

describe('in form fields', () => {
  beforeAll(() => placeNumbers('form-fields'))

  test('the person certifies that only forms may be filled and signatures added', async () => {
    const id = await frozen()
    await office.call('outgoing.sign', { id, ...signing() })
    const { bytes } = await office.call('outgoing.pdf', { id, role: 'signed' })
    const { signatures } = await inspectPdf(memorySource(bytes))
    expect(signatures.map(({ docMdp }) => docMdp)).toEqual([2])
    expect(await textFields(memorySource(bytes))).toEqual(
      ['VanThu_So', 'VanThu_Ngay', 'VanThu_Thang'].map((name) => ({ name, value: '' })),
    )
    const sealed = await office.call('outgoing.seal', { id, ...sealing() })
    const after = await office.call('outgoing.pdf', { id, role: 'sealed' })
    const [day] = (await textFields(memorySource(after.bytes))).map(({ value }) => value)
    expect(day).toBe(sealed.codeNumber)
    expect(sealed.verdict?.signatures).toHaveLength(2)
  })

  test('fields that the template brings are used by their names', async () => {
    const field = (number: number, name: string, left: number) =>
      `<< /Type /Annot /Subtype /Widget /FT /Tx /T (${name}) /Rect [${String(left)} 600 ${String(left + 120)} 620] /P 3 0 R /DA (/F1 ${String(number)} Tf 0 g) >>`
    const template = handMade({
      ...PLAIN_OBJECTS,
      1: '<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [7 0 R 8 0 R] /DA (/F1 10 Tf 0 g) >> >>',
      3: '<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> /Annots [7 0 R 8 0 R] >>',
      7: field(10, 'SoVanBan', 100),
      8: field(10, 'NgayBanHanh', 300),
    })
    const path = folder.path('template.pdf')
    writeFileSync(path, template)
    const { id, revision } = await draftWith(office.call, path)
    await office.call('outgoing.freeze', { id, revision })
    const document = await issued(id)
    expect(whereOf(document)).toEqual({ numberOn: 'field', dateOn: 'field' })
    const { bytes } = await office.call('outgoing.pdf', { id, role: 'sealed' })
    const [day = '', month = '', year = ''] = (document.issuedDate ?? '').split('-').toReversed()
    expect(await textFields(memorySource(bytes))).toEqual([
      { name: 'SoVanBan', value: `${document.codeNumber ?? ''}/UBND-VP` },
      { name: 'NgayBanHanh', value: `${day}/${month}/${year}` },
    ])
    await written(document)
  })
})

describe('reserved before', () => {
  beforeAll(() => placeNumbers('reserved'))

  test('the number is on the page that the person signs, and stays the same after a wrong PIN', async () => {
    const id = await frozen()
    await expect(office.call('outgoing.sign', { id, ...signing(), pin: '000000' })).rejects.toMatchObject({
      code: 'sign/pin-wrong',
    })
    const { state, codeNumber } = await office.call('outgoing.one', { id })
    expect(state).toBe('frozen')
    expect(codeNumber).toMatch(/^\d+$/)
    await office.call('outgoing.sign', { id, ...signing() })
    const path = folder.path('reserved.pdf')
    writeFileSync(path, (await office.call('outgoing.pdf', { id, role: 'signed' })).bytes)
    const words = execFileSync('pdftotext', ['-layout', path, '-'], { encoding: 'utf8' })
    expect(words).toMatch(new RegExp(`Số:\\s+${codeNumber ?? ''}\\s+/UBND-VP`))
    const sealed = await office.call('outgoing.seal', { id, ...sealing() })
    expect(sealed.codeNumber).toBe(codeNumber)
    expect(sealed.history.filter(({ event }) => event === 'reserve')).toHaveLength(1)
  })

  test('no number is drawn into a file that somebody has signed already', async () => {
    const foreign = await sign(folder, await letter(A4))
    const path = folder.path('foreign.pdf')
    writeFileSync(path, foreign)
    const { id, revision } = await draftWith(office.call, path)
    await office.call('outgoing.freeze', { id, revision })
    await office.call('outgoing.sign', { id, ...signing() })
    expect((await office.call('outgoing.one', { id })).codeNumber).toBeUndefined()
    const document = await office.call('outgoing.seal', { id, ...sealing() })
    expect(whereOf(document)).toEqual({ numberOn: 'line', dateOn: 'line' })
    const sealed = folder.path('foreign-sealed.pdf')
    writeFileSync(sealed, (await office.call('outgoing.pdf', { id, role: 'sealed' })).bytes)
    expect(pdfsig(sealed).map(({ isValid }) => isValid)).toEqual(Array(5).fill(true))
  })
})
