import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { requireSignable } from '../../src/engine/pdf/signable.ts'
import { memorySource, type PdfSource } from '../../src/engine/pdf/source.ts'
import { trustStore } from '../../src/engine/signing/trust.ts'
import { verifyPdf } from '../../src/engine/verify-pdf.ts'
import { AppError } from '../../src/shared/errors.ts'
import { printedSeed } from '../helpers/chance.ts'
import { watchLimits } from '../helpers/limits.ts'
import { makePki } from '../helpers/pki.ts'
import { FONT } from '../pdf/samples.ts'
import { COMMITTED, committed } from './corpus.ts'
import { ODD } from './odd.ts'
import { signedBy } from './signing.ts'

const dir = mkdtempSync(join(tmpdir(), 'vanthu-mutated-'))
const pki = makePki(join(dir, 'pki'))
const trust = trustStore({ imported: [pki.root.der] })
afterAll(() => {
  rmSync(dir, { recursive: true })
})

/** Small ones, so that a change is likely to meet the structure. */
const FILES: readonly Buffer[] = [
  ...COMMITTED.map(({ file }) => committed(file)).filter((pdf) => pdf.length < 30_000),
  ...Object.values(ODD).map((make) => make()),
]

/** One way of harming a file. */
type Harm = (pdf: Buffer, at: number, by: number) => Buffer

const numberAt = (pdf: Buffer, at: number): { readonly from: number; readonly text: string } | undefined => {
  const text = pdf.subarray(at, at + 2000).toString('latin1')
  const found = /\d+/.exec(text)
  return found === null ? undefined : { from: at + found.index, text: found[0] }
}

/** Puts another number where the next one stands; the rest moves. */
const withNumber =
  (change: (text: string, by: number) => string): Harm =>
  (pdf, at, by) => {
    const found = numberAt(pdf, at)
    if (found === undefined) return pdf
    const put = Buffer.from(change(found.text, by), 'latin1')
    return Buffer.concat([pdf.subarray(0, found.from), put, pdf.subarray(found.from + found.text.length)])
  }

const HARMS: readonly Harm[] = [
  // Drops, doubles, turns, empties bytes.
  (pdf, at, by) => Buffer.concat([pdf.subarray(0, at), pdf.subarray(at + by)]),
  (pdf, at, by) => Buffer.concat([pdf.subarray(0, at + by), pdf.subarray(at)]),
  (pdf, at, by) =>
    Buffer.concat([
      pdf.subarray(0, at),
      Buffer.from(pdf.subarray(at, at + by)).reverse(),
      pdf.subarray(at + by),
    ]),
  (pdf, at, by) => Buffer.concat([pdf.subarray(0, at), Buffer.alloc(by, 32), pdf.subarray(at + by)]),
  (pdf, at) => Buffer.from(pdf.map((byte, index) => (index === at ? byte ^ 0x41 : byte))),
  // Numbers of the same width keep every offset, so that only their meaning is wrong.
  withNumber((text, by) => String(by).padStart(text.length, '0').slice(-text.length)),
  withNumber((text) => '9'.repeat(text.length)),
  withNumber((text) => '0'.repeat(text.length)),
  withNumber((text) => `${text}99999999`),
  withNumber((text) => `-${text}`),
  // Words that lead elsewhere.
  (pdf, _, by) =>
    replaced(
      pdf,
      ['/Kids', '/Annots', '/Fields', '/Parent', '/Length', '/Prev', '/Size'][by % 7] ?? '',
      '/XXXXXXXX',
    ),
  (pdf, _, by) => replaced(pdf, 'endobj', ['endxxx', 'obj   ', 'stream'][by % 3] ?? ''),
  (pdf, _, by) => replaced(pdf, '>>', ['<<', ']]', '>>>>'][by % 3] ?? ''),
]

function replaced(pdf: Buffer, word: string, by: string): Buffer {
  const at = pdf.lastIndexOf(word)
  if (word === '' || at < 0) return pdf
  const put = word.startsWith('/') ? by.slice(0, word.length) : by
  return Buffer.concat([pdf.subarray(0, at), Buffer.from(put, 'latin1'), pdf.subarray(at + word.length)])
}

/** A source that counts what is read of it: nobody may make us read without end. */
function counted(pdf: Buffer): { readonly source: PdfSource; readonly bytesRead: () => number } {
  let sum = 0
  const source = memorySource(pdf)
  return {
    source: {
      size: source.size,
      read(offset, length) {
        sum += length
        return source.read(offset, length)
      },
    },
    bytesRead: () => sum,
  }
}

const PLENTY_BYTES = 64 << 20

test('a harmed file is refused by an error of ours or signed, whatever was done to it', async () => {
  let [refused, signed] = [0, 0]
  const seed = printedSeed('harmed files')
  const limits = watchLimits()
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...FILES),
      fc.array(
        fc.tuple(
          fc.constantFrom(...HARMS),
          fc.double({ min: 0, max: 1, noNaN: true }),
          fc.integer({ min: 1, max: 40 }),
        ),
        {
          minLength: 1,
          maxLength: 3,
        },
      ),
      async (pdf, harms) => {
        let harmed = pdf
        for (const [harm, place, by] of harms)
          harmed = harm(harmed, Math.floor(place * (harmed.length - 1)), by)
        const about = `harmed file ${String(refused + signed + 1)}, seed ${String(seed)}`
        const { source, bytesRead } = counted(harmed)
        const outcome = await limits.within(about, () =>
          requireSignable(source).catch((caught: unknown) => caught),
        )
        expect(bytesRead()).toBeLessThan(PLENTY_BYTES)
        if (outcome !== undefined) {
          refused += 1
          expect(outcome).toBeInstanceOf(AppError)
          return
        }
        signed += 1
        // What was taken in can be signed by both, and is then judged.
        const appearance = {
          page: 'last',
          corner: 'bottom-right',
          xMm: 15,
          yMm: 12,
          lines: ['Mẫu'],
          font: FONT,
        } as const
        const sealed = await limits.within(about, async () =>
          signedBy(await signedBy(harmed, pki.person, [pki.issuing], { appearance }), pki.agency, [
            pki.issuing,
          ]),
        )
        expect(sealed.subarray(0, harmed.length).equals(harmed)).toBe(true)
        const verdict = await limits.within(about, () =>
          verifyPdf(memorySource(sealed), { trust, now: new Date() }),
        )
        expect(verdict.signatures.slice(-2).map((signature) => signature.verdict)).toEqual(['valid', 'valid'])
      },
    ),
    { seed, numRuns: 600, verbose: fc.VerbosityLevel.Verbose },
  )
  await limits.end()
  // Neither all nor nothing: the property has looked at both ends.
  expect(refused).toBeGreaterThan(50)
  expect(signed).toBeGreaterThan(50)
}, 240_000)
