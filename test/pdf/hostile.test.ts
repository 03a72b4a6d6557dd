import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { preparePdfSignature } from '../../src/engine/pdf/incremental.ts'
import { inspectPdf } from '../../src/engine/pdf/inspect.ts'
import { inspectScan } from '../../src/engine/pdf/scan.ts'
import { digestByteRange, memorySource } from '../../src/engine/pdf/source.ts'
import {
  isArray,
  PdfDict,
  PdfName,
  PdfParser,
  PdfRef,
  PdfString,
  textOf,
} from '../../src/engine/pdf/syntax.ts'
import type { PdfValue } from '../../src/engine/pdf/syntax.ts'
import { AppError } from '../../src/shared/errors.ts'
import { ghostscriptPdf, handMade, PLAIN_OBJECTS, qpdf, sign, SIGNED_AT, workFolder } from './samples.ts'
import type { WorkFolder } from './samples.ts'

let folder: WorkFolder
let signed: Buffer
let packed: Buffer

beforeAll(async () => {
  folder = workFolder()
  signed = await sign(folder, handMade(PLAIN_OBJECTS))
  ghostscriptPdf(folder, 'gs.pdf')
  packed = await sign(folder, qpdf(folder, 'gs.pdf', 'objstm.pdf', '--object-streams=generate'))
})
afterAll(() => {
  folder.remove()
})

function parsed(text: string): PdfValue {
  return new PdfParser(Buffer.from(text, 'latin1'), 0, true).value()
}

/** Values as plain data, for comparison. */
function plain(value: PdfValue): unknown {
  if (value instanceof PdfName) return `/${value.name}`
  if (value instanceof PdfString) return `(${Buffer.from(value.bytes).toString('latin1')})`
  if (value instanceof PdfRef) return `${String(value.number)} R`
  if (value instanceof PdfDict)
    return Object.fromEntries([...value.entries].map(([key, item]) => [key, plain(item)]))
  return isArray(value) ? value.map(plain) : value
}

describe('the spelling of objects', () => {
  test.each<[string, unknown]>([
    ['[1 -2 +3 4. .5 -.25 006]', [1, -2, 3, 4, 0.5, -0.25, 6]],
    ['[--5 0.0-12]', [-5, 0]],
    ['[1 2 R 3 0 R 4 5]', ['1 R', '3 R', 4, 5]],
    ['[1 0 R]%comment ]', ['1 R']],
    ['[true false null]', [true, false, null]],
    ['[/A#20B /C#zz / /D(x)/E<41>]', ['/A B', '/C#zz', '/', '/D', '(x)', '/E', '(A)']],
    ['(a(b)c\\)\\(\\\\)', '(a(b)c)(\\)'],
    ['(\\101\\7\\0539\\n\\r\\t\\q)', '(A\x07+9\n\r\tq)'],
    ['(one\\\r\ntwo\\\nthree\r\nfour\rfive)', '(onetwothree\nfour\nfive)'],
    ['<48 65\n6C6c 6>', '(Hell`)'],
    ['<<>>', {}],
    ['<</A/B/C<</D[<</E 1>>]>>/F null>>', { A: '/B', C: { D: [{ E: 1 }] }, F: null }],
    ['<< /A % comment >> (\n 1 >>', { A: 1 }],
  ])('%s', (text, expected) => {
    expect(plain(parsed(text))).toEqual(expected)
  })

  test.each(['(never ends', '<48', '<4x>', '[1 2', '<< /A 1', '<< 1 2 >>', '<< /A >>', ']', 'word', '{', ''])(
    'refused: %s',
    (text) => {
      expect(() => parsed(text)).toThrow(AppError)
    },
  )

  test('a repeated key is noticed and objects are not nested without end', () => {
    const dict = parsed('<< /Contents <00> /Contents <01> >>')
    expect(dict instanceof PdfDict && [...dict.repeatedKeys]).toEqual(['Contents'])
    expect(() => parsed('['.repeat(100_000))).toThrow(AppError)
    expect(() => parsed('<</A'.repeat(100_000))).toThrow(AppError)
  })

  test('text in every encoding that readers know', () => {
    const text = (bytes: Uint8Array) => textOf(new PdfString(bytes))
    expect(text(Buffer.from('Plain'))).toBe('Plain')
    expect(text(Buffer.from('FEFF1EC61EC7', 'hex'))).toBe('Ệệ')
    expect(text(Buffer.from('FFFEC61EC71E', 'hex'))).toBe('Ệệ')
    expect(text(Buffer.from('\ufeffỆệ', 'utf8'))).toBe('Ệệ')
    expect(text(Buffer.from('FEFF1EC61E', 'hex'))).toBe('Ệ')
  })
})

describe('files made to harm', () => {
  const manyKids = Array.from({ length: 200_000 }, () => '3 0 R').join(' ')
  const bomb = (length: number) => `<< /Type /ObjStm /N 1 /First 4 /Length ${String(length)} >>`
  const files: Readonly<Record<string, () => Buffer>> = {
    'a page two hundred thousand times in the tree': () =>
      handMade({ ...PLAIN_OBJECTS, 2: `<< /Type /Pages /Kids [${manyKids}] >>` }),
    'a million strings without an end and no cross-reference': () =>
      Buffer.concat([
        Buffer.from('%PDF-1.7\n'),
        Buffer.from('1 0 obj ('.repeat(1_000_000)),
        Buffer.from('startxref\n5\n%%EOF'),
      ]),
    'a million empty objects and no cross-reference': () =>
      Buffer.concat([
        Buffer.from('%PDF-1.7\n'),
        Buffer.from('1 0 obj 2 endobj\n'.repeat(1_000_000)),
        Buffer.from('startxref\n5\n%%EOF'),
      ]),
    'a table that claims a billion objects': () =>
      Buffer.from(
        '%PDF-1.7\nxref\n0 999999999\n0000000000 65535 f \ntrailer\n<< /Root 1 0 R >>\nstartxref\n9\n%%EOF',
      ),
    'a cross-reference stream of a terabyte': () =>
      Buffer.from(
        '%PDF-1.7\n1 0 obj\n<< /Type /XRef /W [1 8 8] /Index [0 99999999999] /Size 99999999999 /Length 17 >>\nstream\n01234567890123456\nendstream\nendobj\nstartxref\n9\n%%EOF',
      ),
    'an increment that follows itself': () => handMade(PLAIN_OBJECTS, '/Prev 9'),
    'a predictor with impossible columns': () =>
      Buffer.from(
        '%PDF-1.7\n1 0 obj\n<< /Type /XRef /W [1 1 1] /Size 9 /Length 3 /DecodeParms << /Predictor 12 /Columns 999999999 >> >>\nstream\nabc\nendstream\nendobj\nstartxref\n9\n%%EOF',
      ),
    'an object stream that contains itself': () =>
      handMade({ ...PLAIN_OBJECTS, 8: bomb(10) + '\nstream\n8 0 << >> \nendstream' }, ''),
    'a reference to itself': () => handMade({ ...PLAIN_OBJECTS, 2: '2 0 R' }),
    'a form without end': () =>
      handMade({
        ...PLAIN_OBJECTS,
        1: '<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [8 0 R] >> >>',
        8: '<< /T (a) /Kids [9 0 R] >>',
        9: '<< /T (b) /Parent 8 0 R /Kids [8 0 R] >>',
      }),
  }

  test.each(Object.keys(files))('%s is read or refused, and never hangs or breaks us', async (name) => {
    const bytes = files[name]?.() ?? Buffer.alloc(0)
    for (const inspect of [inspectPdf, inspectScan]) {
      const outcome = await inspect(memorySource(bytes)).then(
        () => 'read',
        (caught: unknown) => (caught instanceof AppError ? caught.code : caught),
      )
      expect(['read', 'pdf/unreadable', 'pdf/too-large']).toContain(outcome)
    }
  })
})

test('no changed byte breaks the reader, and none that is covered leaves the digest as it was', async () => {
  for (const original of [signed, packed]) {
    const [before] = (await inspectPdf(memorySource(original))).signatures
    if (before?.byteRange === undefined) throw new Error('the sample is not signed')
    const [, firstLength, second] = before.byteRange
    const digest = Buffer.from(await digestByteRange(memorySource(original), before.byteRange, 'sha256'))
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.nat(firstLength - 1), fc.integer({ min: second, max: original.length - 1 })),
        fc.integer({ min: 1, max: 255 }),
        async (at, change) => {
          const bytes = Buffer.from(original)
          bytes[at] = (bytes[at] ?? 0) ^ change
          const source = memorySource(bytes)
          const outcome = await inspectPdf(source).catch((caught: unknown) => caught)
          if (outcome instanceof Error) {
            expect(outcome).toBeInstanceOf(AppError)
            return
          }
          for (const signature of (outcome as Awaited<ReturnType<typeof inspectPdf>>).signatures) {
            if (signature.byteRange === undefined || signature.byteRangeProblem !== undefined) continue
            const now = Buffer.from(await digestByteRange(source, signature.byteRange, 'sha256'))
            expect(now.equals(digest)).toBe(false)
          }
        },
      ),
      { numRuns: 1500 },
    )
  }
}, 120_000)

test('no cut or garbled file is signed by mistake or breaks the writer', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(packed.length), fc.uint8Array({ maxLength: 40 }), async (cut, junk) => {
      const bytes = Buffer.concat([packed.subarray(0, cut), junk])
      const outcome = await preparePdfSignature(memorySource(bytes), { signedAt: SIGNED_AT }).catch(
        (caught: unknown) => caught,
      )
      if (outcome instanceof Error) expect(outcome).toBeInstanceOf(AppError)
    }),
    { numRuns: 500 },
  )
}, 120_000)
