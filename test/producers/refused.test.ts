import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { begin, importPdf } from '../../src/engine/outgoing/draft.ts'
import type { ErrorCode } from '../../src/shared/errors.ts'
import { ERROR_TEXT } from '../../src/shared/errors.vi.ts'
import { buildProgram, type Program } from '../cli/program.ts'
import { makePki } from '../helpers/pki.ts'
import { makeSoftHsm } from '../helpers/softhsm.ts'
import { makeFaultShim } from '../native/fault-shim.ts'
import { handMade, PLAIN_OBJECTS } from '../pdf/samples.ts'
import { MORNING, office, typed } from '../store/office.ts'
import { committed } from './corpus.ts'
import { signedBy } from './signing.ts'

const dir = mkdtempSync(join(tmpdir(), 'vanthu-refused-'))
const pki = makePki(join(dir, 'pki'))
const LETTER = committed('ghostscript-17.pdf')
afterAll(() => {
  rmSync(dir, { recursive: true })
})

function byQpdf(...options: readonly string[]): Buffer {
  writeFileSync(join(dir, 'from.pdf'), LETTER)
  execFileSync('qpdf', [...options, join(dir, 'from.pdf'), join(dir, 'to.pdf')])
  return readFileSync(join(dir, 'to.pdf'))
}

/** The file with something else in the place of what is found first. */
function bent(pdf: Buffer, found: string | RegExp, put: (found: string) => string): Buffer {
  const text = pdf.toString('latin1')
  const bentText = text.replace(found, put)
  if (bentText === text) throw new Error('the sample has nothing to bend')
  return Buffer.from(bentText, 'latin1')
}

const page = (objects: Readonly<Record<number, string>>): Buffer => handMade({ ...PLAIN_OBJECTS, ...objects })
const half = (pdf: Buffer, part: number): Buffer => pdf.subarray(0, Math.floor(pdf.length * part))

const REFUSED: readonly (readonly [string, ErrorCode, () => Buffer])[] = [
  [
    'encrypted by AES-256, opened without a password',
    'pdf/encrypted',
    () => byQpdf('--encrypt', '', 'chu', '256', '--'),
  ],
  [
    'encrypted by AES-256, with a password',
    'pdf/encrypted',
    () => byQpdf('--encrypt', 'khoa', 'chu', '256', '--'),
  ],
  [
    'encrypted by AES-128',
    'pdf/encrypted',
    () => byQpdf('--allow-weak-crypto', '--encrypt', '', 'chu', '128', '--use-aes=y', '--'),
  ],
  [
    'encrypted by RC4 of 128 bits',
    'pdf/encrypted',
    () => byQpdf('--allow-weak-crypto', '--encrypt', '', 'chu', '128', '--use-aes=n', '--'),
  ],
  [
    'encrypted by RC4 of 40 bits',
    'pdf/encrypted',
    () => byQpdf('--allow-weak-crypto', '--encrypt', '', 'chu', '40', '--'),
  ],
  [
    'encrypted with object streams, only against changes',
    'pdf/encrypted',
    () => byQpdf('--object-streams=generate', '--encrypt', '', 'chu', '256', '--modify=none', '--'),
  ],
  [
    'encrypted and linearised',
    'pdf/encrypted',
    () => byQpdf('--linearize', '--encrypt', '', 'chu', '256', '--'),
  ],
  ['without a page', 'pdf/no-pages', () => page({ 2: '<< /Type /Pages /Kids [] /Count 0 >>' })],
  [
    'whose branches of the page tree are all empty',
    'pdf/no-pages',
    () =>
      handMade({
        ...PLAIN_OBJECTS,
        2: '<< /Type /Pages /Kids [20 0 R] /Count 1 >>',
        20: '<< /Type /Pages /Parent 2 0 R /Kids [] /Count 0 >>',
      }),
  ],
  [
    'whose only page is not in the file',
    'pdf/no-pages',
    () => page({ 2: '<< /Type /Pages /Kids [99 0 R] /Count 1 >>' }),
  ],
  ['that is empty', 'pdf/unreadable', () => Buffer.alloc(0)],
  ['that is a picture', 'pdf/unreadable', () => Buffer.from('89504e470d0a1a0a', 'hex')],
  ['that is a page of HTML', 'pdf/unreadable', () => Buffer.from('<!DOCTYPE html><title>404</title>')],
  [
    'that is a Word document by another name',
    'pdf/unreadable',
    () => Buffer.from('PK\x03\x04 word/document.xml'),
  ],
  ['cut in the middle', 'pdf/unreadable', () => half(LETTER, 0.5)],
  ['cut before its last line', 'pdf/unreadable', () => LETTER.subarray(0, LETTER.lastIndexOf('startxref'))],
  ['that lost its first bytes', 'pdf/unreadable', () => LETTER.subarray(100)],
  [
    'whose bytes have moved',
    'pdf/unreadable',
    () =>
      Buffer.concat([
        half(LETTER, 0.4),
        Buffer.alloc(7, 32),
        LETTER.subarray(Math.floor(LETTER.length * 0.4)),
      ]),
  ],
  [
    'whose cross-reference is said to be elsewhere',
    'pdf/unreadable',
    () => bent(LETTER, /startxref\s+\d+/, () => 'startxref\n17'),
  ],
  [
    'whose line ends were changed on the way',
    'pdf/unreadable',
    () => Buffer.from(LETTER.toString('latin1').replaceAll('\n', '\r\n'), 'latin1'),
  ],
  [
    'whose object of the page is overwritten',
    'pdf/unreadable',
    () => bent(page({}), '3 0 obj', () => '3 x obj'),
  ],
  ['whose catalogue is missing', 'pdf/unreadable', () => bent(page({}), '/Root 1 0 R', () => '/Root 9 0 R')],
  ['whose catalogue has no page tree', 'pdf/unreadable', () => page({ 1: '<< /Type /Catalog >>' })],
  [
    'whose page tree runs in a circle',
    'pdf/unreadable',
    () => page({ 2: '<< /Type /Pages /Kids [2 0 R] /Count 1 >>' }),
  ],
  ['whose increments run in a circle', 'pdf/unreadable', () => handMade(PLAIN_OBJECTS, '/Prev 9')],
  [
    'that shows one page object twice, where a stamp would stand on both',
    'pdf/unreadable',
    () => page({ 2: '<< /Type /Pages /Kids [3 0 R 3 0 R] /Count 2 /MediaBox [0 0 595 842] >>' }),
  ],
  [
    'whose annotations are no list',
    'pdf/unreadable',
    () => page({ 3: '<< /Type /Page /Parent 2 0 R /Annots (none) >>' }),
  ],
  [
    'whose form is no dictionary',
    'pdf/unreadable',
    () => page({ 1: '<< /Type /Catalog /Pages 2 0 R /AcroForm [] >>' }),
  ],
  [
    'with a damaged part that signing does not touch',
    'pdf/unreadable',
    () =>
      bent(
        handMade({
          ...PLAIN_OBJECTS,
          1: '<< /Type /Catalog /Pages 2 0 R /Outlines 20 0 R >>',
          20: '<< /Type /Outlines /First null >>',
        }),
        '20 0 obj\n<<',
        () => '20 0 obj\n>>',
      ),
  ],
  [
    'that an earlier certification forbids to change',
    'pdf/certified-no-changes',
    () =>
      handMade({
        ...PLAIN_OBJECTS,
        1: '<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [8 0 R] /SigFlags 3 >> /Perms << /DocMDP 9 0 R >> >>',
        8: '<< /Type /Annot /Subtype /Widget /FT /Sig /T (chungthuc) /Rect [0 0 0 0] /V 9 0 R >>',
        9: '<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /adbe.pkcs7.detached /ByteRange [0 1 2 3] /Contents <00> /Reference [<< /TransformMethod /DocMDP /TransformParams << /P 1 /V /1.2 >> >>] >>',
      }),
  ],
]

describe('a document is refused when it is taken in, and nothing of it is kept', () => {
  test.each(REFUSED)('%s: %s', async (_, code, make) => {
    const store = office()
    const id = begin(store, typed(), MORNING)
    await expect(importPdf(store, id, 'cong-van.pdf', make())).rejects.toMatchObject({ code })
    expect(store.outgoing.files(id)).toEqual([])
  })
})

describe('a document is refused before the signer is asked', () => {
  // Signing the first page neither reads nor needs what is wrong with these.
  const foundByTrying = [
    'with a damaged part that signing does not touch',
    'that shows one page object twice, where a stamp would stand on both',
  ]
  const refusedBySigning = REFUSED.filter(([name]) => !foundByTrying.includes(name))
  test.each(refusedBySigning)('%s: %s', async (_, code, make) => {
    let asked = 0
    const signing = signedBy(make(), pki.person, [pki.issuing], {
      sign: () => {
        asked += 1
        return Promise.resolve(new Uint8Array(256))
      },
    })
    await expect(signing).rejects.toMatchObject({ code })
    expect(asked).toBe(0)
  })
})

describe('vanthu sign says why and does not log in', () => {
  let program: Program
  beforeAll(async () => {
    program = await buildProgram()
  }, 180_000)
  afterAll(() => {
    program.remove()
  })
  const hsm = makeSoftHsm(join(dir, 'tokens'))
  hsm.addToken({ ...pki.person, label: 'Lãnh đạo', pin: '246810', chainPem: [pki.issuing.certificatePem] })
  const shim = makeFaultShim(join(dir, 'shim'), hsm)
  const words = ['--module', shim.modulePath, '--label', 'Lãnh đạo', '--pin-env', 'THE_PIN']

  test.each(
    [
      'encrypted by RC4 of 128 bits',
      'without a page',
      'cut in the middle',
      'that an earlier certification forbids to change',
    ].map(
      (wanted) =>
        REFUSED.filter(([name]) => name === wanted)[0] ?? [
          wanted,
          'pdf/unreadable' as const,
          () => Buffer.alloc(0),
        ],
    ),
  )('%s: %s', async (_, code, make) => {
    const [input, output] = [join(dir, 'in.pdf'), join(dir, 'out.pdf')]
    writeFileSync(input, make())
    shim.clear()
    const outcome = await program.run(['sign', input, output, ...words], { ...shim.env, THE_PIN: '246810' })
    expect(outcome.code).not.toBe(0)
    expect(outcome.errors).toContain(ERROR_TEXT[code].title)
    expect([shim.calls('GetSlotList') > 0, shim.calls('Login'), shim.calls('Sign')]).toEqual([true, 0, 0])
    expect(existsSync(output)).toBe(false)
  })

  test('while a sound one is signed with one login', async () => {
    const [input, output] = [join(dir, 'sound.pdf'), join(dir, 'signed.pdf')]
    writeFileSync(input, LETTER)
    shim.clear()
    const outcome = await program.run(['sign', input, output, ...words], { ...shim.env, THE_PIN: '246810' })
    expect(outcome).toMatchObject({ code: 0, errors: '' })
    expect([shim.calls('Login'), shim.calls('Sign')]).toEqual([1, 1])
  })
})
