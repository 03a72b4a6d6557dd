import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { memorySource } from '../../src/engine/pdf/source.ts'
import { trustStore } from '../../src/engine/signing/trust.ts'
import { signedLength } from '../../src/engine/verify-pdf.ts'
import { makePki } from '../helpers/pki.ts'
import { appended, handMade, PLAIN_OBJECTS } from '../pdf/samples.ts'
import { gist, handSigned, judged, numberOf, objectOf } from './forge.ts'

const dir = mkdtempSync(join(tmpdir(), 'vanthu-hidden-'))
const pki = makePki(join(dir, 'pki'))
const trust = trustStore({ imported: [pki.root.der, pki.issuing.der] })
afterAll(() => {
  rmSync(dir, { recursive: true })
})

const plain = handMade(PLAIN_OBJECTS, '/Info 6 0 R')
const signed = handSigned(plain, { signer: pki.person })
const FORGED = { dict: '', data: 'BT /F1 24 Tf 72 700 Td (So 13/QD-UBND) Tj ET' }
/** The form and the page as they were before the signature. */
const WITHOUT = { 1: objectOf(plain, 1), 3: objectOf(plain, 3) }
const FIELD = numberOf(signed, /\/FT \/Sig/)

describe('a signature that no reader shows', () => {
  test('is found and its signer named, with the document that he signed', async () => {
    const stripped = appended(signed, { ...WITHOUT, 4: FORGED })
    const verdict = await judged(stripped, trust)
    expect(gist(verdict)).toBe('invalid signature-hidden')
    expect(verdict.signatures).toEqual([])
    expect(verdict.hiddenSignatures).toMatchObject([
      { fieldName: 'Chuky', verdict: 'valid', signer: { name: 'Nguyễn Văn Mẫu', kind: 'person' } },
    ])
    expect(await signedLength(memorySource(stripped), 0)).toBe(signed.length)
    await expect(signedLength(memorySource(stripped), 1)).rejects.toMatchObject({
      code: 'document/not-found',
    })
  })

  test('is told from one that was never good', async () => {
    const broken = appended(
      handSigned(plain, { signer: pki.person, contents: () => Buffer.from('3003020100', 'hex') }),
      WITHOUT,
    )
    const verdict = await judged(broken, trust)
    expect(gist(verdict)).toBe('invalid signature-hidden')
    expect(verdict.hiddenSignatures).toMatchObject([
      { verdict: 'invalid', reasons: ['signature-unreadable'] },
    ])
  })

  test.each([
    [
      'whose field says no type',
      () => appended(signed, { [FIELD]: objectOf(signed, FIELD).replace('/FT /Sig', '') }),
    ],
    [
      'whose field calls itself a text',
      () => appended(signed, { [FIELD]: objectOf(signed, FIELD).replace('/FT /Sig', '/FT /Tx') }),
    ],
    [
      'whose field lost its value',
      () => appended(signed, { [FIELD]: objectOf(signed, FIELD).replace(/\/V \d+ 0 R/, '') }),
    ],
    [
      'whose field hangs below one that the form does not list',
      () =>
        appended(signed, {
          ...WITHOUT,
          3: objectOf(signed, 3),
          [FIELD]: objectOf(signed, FIELD).replace('/T (Chuky)', '/Parent 900 0 R'),
          900: `<< /FT /Sig /T (Chuky) /Kids [${String(FIELD)} 0 R] >>`,
        }),
    ],
    ['whose field is free', () => appended(signed, { ...WITHOUT, [FIELD]: 'null' })],
    [
      'of a document that another one was put behind, and whose cross-reference is broken',
      () =>
        Buffer.concat([
          signed,
          Buffer.from(
            handMade({ ...PLAIN_OBJECTS, 4: FORGED })
              .toString('latin1')
              .replace(/startxref\n\d+/, 'startxref\n7'),
            'latin1',
          ),
        ]),
    ],
  ])('%s does not read as unsigned', async (_, forge) => {
    const verdict = await judged(forge(), trust)
    expect(gist(verdict)).toBe('invalid signature-hidden')
    expect(verdict.hiddenSignatures?.map(({ signer }) => signer?.name)).toEqual(['Nguyễn Văn Mẫu'])
  })

  test('is a note where a later signer answers for all that is there', async () => {
    const again = handSigned(appended(signed, { ...WITHOUT, 4: FORGED }), {
      signer: pki.agency,
      fieldName: 'Dau',
    })
    const verdict = await judged(again, trust)
    expect(gist(verdict)).toBe('valid')
    expect(verdict.reasons).toContain('signature-removed-note')
    expect(verdict.hiddenSignatures?.map(({ signer }) => signer?.name)).toEqual(['Nguyễn Văn Mẫu'])
    expect(await signedLength(memorySource(again), 1)).toBe(signed.length)
  })

  test('weighs where it was made after the last that is shown', async () => {
    const both = handSigned(signed, { signer: pki.agency, fieldName: 'Dau' })
    const verdict = await judged(appended(both, { 1: objectOf(signed, 1), 3: objectOf(signed, 3) }), trust)
    expect(gist(verdict)).toBe('invalid signature-hidden')
    expect(verdict.hiddenSignatures?.map(({ signer }) => signer?.kind)).toEqual(['agency'])
  })
})

describe('what is no hidden signature', () => {
  test('a signed file that is attached', async () => {
    const carrier = handMade({
      ...PLAIN_OBJECTS,
      1: '<< /Type /Catalog /Pages 2 0 R /Names << /EmbeddedFiles << /Names [(a.pdf) 8 0 R] >> >> >>',
      8: '<< /Type /Filespec /F (a.pdf) /EF << /F 9 0 R >> >>',
      9: { dict: '/Type /EmbeddedFile', data: signed },
    })
    expect(await judged(carrier, trust)).toEqual({
      verdict: 'undetermined',
      reasons: ['unsigned'],
      signatures: [],
    })
    expect(
      (await judged(handSigned(carrier, { signer: pki.person }), trust)).hiddenSignatures,
    ).toBeUndefined()
  })

  test('a gap that was prepared and never signed', async () => {
    const prepared = handSigned(plain, { signer: pki.person, contents: () => new Uint8Array(0) })
    expect(gist(await judged(appended(prepared, WITHOUT), trust))).toBe('undetermined unsigned')
  })

  test('words that look like one', async () => {
    const talks = handMade({ ...PLAIN_OBJECTS, 6: '<< /Title (/ByteRange [0 1 2 3] /Contents <00>) >>' })
    expect(gist(await judged(talks, trust))).toBe('undetermined unsigned')
  })
})
