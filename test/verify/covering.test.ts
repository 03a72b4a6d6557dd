import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import {
  copyAppearance,
  ordinarySignature,
  personAppearance,
  sealAppearance,
} from '../../src/engine/outgoing/look.ts'
import type { Appearance } from '../../src/engine/pdf/appearance.ts'
import { findSigningPlace, standingSignatures } from '../../src/engine/pdf/place.ts'
import { memorySource } from '../../src/engine/pdf/source.ts'
import { signPdf } from '../../src/engine/sign-pdf.ts'
import { trustStore } from '../../src/engine/signing/trust.ts'
import { makePki, type MadeCertificate } from '../helpers/pki.ts'
import { tokenSign } from '../helpers/sign-content.ts'
import { handwriting, seal } from '../pdf/pictures.ts'
import { allBytes, FONT, handMade, type NewObjects, PLAIN_OBJECTS } from '../pdf/samples.ts'
import { gist, handSigned, type HandSigning, judged } from './forge.ts'

const dir = mkdtempSync(join(tmpdir(), 'vanthu-covering-'))
const pki = makePki(join(dir, 'pki'))
const trust = trustStore({ imported: [pki.root.der, pki.issuing.der] })
afterAll(() => {
  rmSync(dir, { recursive: true })
})

const LETTER = readFileSync(resolve(import.meta.dirname, '../fixtures/cong-van.pdf'))
const PERSON = { png: handwriting(), widthMm: 40, heightMm: 20 }
const SEAL = { png: seal(), widthMm: 36, heightMm: 36 }

async function signedBy(signer: MadeCertificate, pdf: Buffer, appearance?: Appearance): Promise<Buffer> {
  const source = await signPdf({
    source: memorySource(pdf),
    certificate: signer.der,
    chain: [],
    signedAt: new Date(),
    sign: ({ message }) => Promise.resolve(tokenSign(signer, 'rsa-pkcs1', 'sha256', message)),
    ...(appearance === undefined ? {} : { appearance }),
  })
  return allBytes(source)
}

async function placeIn(pdf: Buffer) {
  const place = await findSigningPlace(memorySource(pdf), 'Nguyễn Văn Mẫu')
  if (place === undefined) throw new Error('the letter names its signer')
  return place
}

describe('what a later signature shows where the decree puts it', () => {
  test('a seal over a third of the handwriting, title and name around it', async () => {
    const place = await placeIn(LETTER)
    const person = await signedBy(pki.person, LETTER, personAppearance(place, PERSON))
    const [standing] = await standingSignatures(memorySource(person))
    if (standing === undefined) throw new Error('the handwriting stands on the page')
    const sealed = await signedBy(pki.agency, person, sealAppearance(standing, SEAL))
    expect(gist(await judged(sealed, trust))).toBe('valid')
  })

  test('a seal where the person signed without a picture', async () => {
    const place = await placeIn(LETTER)
    const person = await signedBy(pki.person, LETTER)
    const sealed = await signedBy(pki.agency, person, sealAppearance(ordinarySignature(place), SEAL))
    expect(gist(await judged(sealed, trust))).toBe('valid')
  })

  test('a copy’s form, agency and time in the top right corner', async () => {
    const words = copyAppearance(
      { form: 'Sao y', agencyName: 'UBND xã Suối Ngọc', signedAt: Date.now() },
      FONT,
    )
    const copy = await signedBy(pki.agency, await signedBy(pki.person, LETTER), words)
    expect(gist(await judged(copy, trust))).toBe('valid')
  })
})

/** Points from the left and the bottom of the page, in a face whose widths are known: 12 pt Times. */
const line = (x: number, y: number, text: string) =>
  `BT /F1 13 Tf ${String(x)} ${String(y)} Td (${text}) Tj ET`
const BODY = 'Dieu 1. Cap cho xa Suoi Ngoc so tien 120.000.000 dong de sua chua truong hoc'
const WORDS = [
  line(100, 760, 'So:             /QD-UBND'),
  line(330, 740, 'Suoi Ngoc, ngay        thang        nam 2026'),
  line(85, 600, BODY),
  line(390, 400, 'PHO CHU TICH'),
  line(385, 300, 'Nguyen Van Mau'),
  line(85, 380, 'Noi nhan: nhu tren; luu VT, so 15'),
].join('\n')
const OBJECTS: NewObjects = {
  ...PLAIN_OBJECTS,
  4: { dict: '', data: WORDS },
  7: '<< /Type /Annot /Subtype /Widget /FT /Tx /T (so) /Rect [10 10 20 20] /P 3 0 R >>',
}
const plain = handMade(OBJECTS)
const first = handSigned(plain, {
  signer: pki.person,
  rect: [385, 325, 485, 380],
  drawing: '0 0 1 rg 0 0 9 9 re f',
})
const later = (pdf: Buffer, fieldName: string, rect: HandSigning['rect']) =>
  handSigned(pdf, { signer: pki.agency, fieldName, drawing: '1 g 0 0 999 999 re f', ...(rect && { rect }) })

describe('what a later signature shows', () => {
  test.each<[string, readonly (readonly [number, number, number, number])[]]>([
    ['the number between the words that are there', [[119, 756, 155, 772]]],
    [
      'day and month between the words that are there',
      [
        [420, 736, 441, 750],
        [478, 736, 500, 750],
      ],
    ],
    ['day and month in one drawing, with a word between them', [[415, 736, 505, 752]]],
    [
      'number, date and seal, one after the other',
      [
        [119, 756, 155, 772],
        [420, 736, 441, 750],
        [320, 300, 422, 402],
      ],
    ],
    ['a block in the top right corner', [[400, 790, 580, 835]]],
    ['a small mark in the margin', [[20, 500, 60, 540]]],
    ['the seal, which reaches the end of the list beside it', [[268, 330, 370, 432]]],
  ])('%s stays valid', async (_, rects) => {
    const pdf = rects.reduce((all, rect, index) => later(all, `Sau${String(index)}`, rect), first)
    expect(gist(await judged(pdf, trust))).toBe('valid')
  })

  test.each<[string, readonly [number, number, number, number]]>([
    ['over a sentence', [85, 595, 400, 615]],
    ['over the amount', [255, 598, 330, 612]],
    ['over one digit of the amount', [262, 598, 270, 611]],
    ['over day, month and a year that is there', [415, 736, 580, 752]],
    ['over the year', [540, 736, 580, 752]],
    ['over the notation', [160, 756, 240, 772]],
    ['over the whole page', [0, 0, 595, 842]],
    ['over the list beside the place of signing', [80, 340, 380, 400]],
    ['over all of the handwriting', [380, 320, 490, 385]],
  ])('%s leaves it open, and names who put it there', async (_, rect) => {
    const verdict = await judged(later(first, 'Sau', rect), trust)
    expect(gist(verdict)).toBe('undetermined text-covered')
    expect(verdict.signatures.map(({ verdict: word }) => word)).toEqual(['valid', 'undetermined'])
  })

  test('covers nothing where it is the first to be signed', async () => {
    expect(gist(await judged(later(plain, 'Dau', [85, 595, 400, 615]), trust))).toBe('valid')
  })
})

describe('what one more person shows who signs in a narrow gap', () => {
  const issue = (file: string, name: string) =>
    pki.issue({ file, subject: `/C=VN/O=UBND xã Suối Ngọc/title=Chủ tịch/CN=${name}` })
  const drawing = '0 0 1 rg 0 0 9 9 re f'
  const both = [
    WORDS,
    line(120, 340, 'CHU TICH HOI'),
    line(118, 300, 'Tran Thi Dong'),
    line(118, 420, 'Dong y cap'),
  ].join('\n')
  const joint = handSigned(handMade({ ...OBJECTS, 4: { dict: '', data: both } }), {
    signer: pki.person,
    rect: [385, 325, 485, 380],
    drawing,
  })
  const shown = (signer: MadeCertificate, rect: readonly [number, number, number, number]) =>
    handSigned(joint, { signer, fieldName: 'second', drawing, rect })

  test('may reach his own title and name, and nothing else', async () => {
    const second = issue('second', 'Tran Thi Dong')
    expect(gist(await judged(shown(second, [110, 296, 223, 353]), trust))).toBe('valid')
    expect(gist(await judged(shown(second, [110, 410, 223, 440]), trust))).toContain('text-covered')
  })

  test('may not where another is named', async () => {
    const other = issue('other', 'Le Van Khac')
    expect(gist(await judged(shown(other, [110, 296, 223, 353]), trust))).toContain('text-covered')
  })
})
