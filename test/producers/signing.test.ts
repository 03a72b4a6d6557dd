import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { pageView, shownBox, type SignatureAppearance } from '../../src/engine/pdf/appearance.ts'
import { openPdf } from '../../src/engine/pdf/document.ts'
import { memorySource } from '../../src/engine/pdf/source.ts'
import { isArray } from '../../src/engine/pdf/syntax.ts'
import { trustStore } from '../../src/engine/signing/trust.ts'
import { verifyPdf } from '../../src/engine/verify-pdf.ts'
import { makePki } from '../helpers/pki.ts'
import { BLOCK_LINES, FONT } from '../pdf/samples.ts'
import { COMMITTED, COMMITTED_FILES, committed, SAMPLES } from './corpus.ts'
import {
  type DrawnPage,
  drawnPages,
  makeNssDatabase,
  pdfsigReports,
  qpdfComplaintsOf,
  run,
} from './judges.ts'
import { signedBy } from './signing.ts'

const dir = mkdtempSync(join(tmpdir(), 'vanthu-producers-'))
const pki = makePki(join(dir, 'pki'))
const third = pki.issue({ file: 'third', subject: '/C=VN/O=UBND xã Suối Ngọc/CN=Trần Thị Thử' })
const trust = trustStore({ imported: [pki.root.der] })
const nss = makeNssDatabase(join(dir, 'nss'), pki.root)
afterAll(() => {
  rmSync(dir, { recursive: true })
})

/** Five are under way at once, and a build machine may be busy with something else. */
const TIMEOUT_MS = 240_000

const DPI = 30
const PAGES = 4
/** Poppler draws lines a little beyond their place. */
const MARGIN_PIXELS = 2

const block: Omit<SignatureAppearance, 'page' | 'corner'> = {
  xMm: 15,
  yMm: 12,
  lines: BLOCK_LINES,
  border: true,
  font: FONT,
}
const VALID = { signature: 'Signature is Valid.', certificate: 'Certificate is Trusted.' }

/** Where our stamps stand, in pixels as poppler draws, by page. It does not know large units. */
async function stampsOf(
  pdf: Buffer,
): Promise<Map<number, { left: number; top: number; right: number; bottom: number }[]>> {
  const document = await openPdf(memorySource(pdf))
  const widgets = new Map<number, readonly number[]>()
  for await (const field of document.fields()) {
    const rect = await document.resolve(field.dict.get('Rect'))
    if (field.type !== 'Sig' || !isArray(rect)) continue
    widgets.set(field.ref.number, rect.map(Number))
  }
  const stamps = new Map<number, { left: number; top: number; right: number; bottom: number }[]>()
  let number = 0
  for await (const page of document.pages()) {
    const view = { ...(await pageView(document, page)), unit: 1 }
    const scale = DPI / 25.4
    const annotations = (await document.resolveArray(page.dict.get('Annots'))) ?? []
    const boxes = annotations.flatMap((annotation) => {
      const rect = widgets.get(
        annotation !== null && typeof annotation === 'object' && 'number' in annotation
          ? annotation.number
          : -1,
      )
      const [left = 0, bottom = 0, right = 0, top = 0] = rect ?? []
      if (rect === undefined || right === left) return []
      const shown = shownBox(view, { left, bottom, right, top })
      return [
        {
          left: (shown.centreXMm - shown.widthMm / 2) * scale - MARGIN_PIXELS,
          right: (shown.centreXMm + shown.widthMm / 2) * scale + MARGIN_PIXELS,
          top: (shown.centreYMm - shown.heightMm / 2) * scale - MARGIN_PIXELS,
          bottom: (shown.centreYMm + shown.heightMm / 2) * scale + MARGIN_PIXELS,
        },
      ]
    })
    stamps.set(number, boxes)
    number += 1
  }
  return stamps
}

/** Whether the form wants every appearance drawn by the reader. */
async function formOf(pdf: Buffer): Promise<{ needsAppearances: boolean }> {
  const document = await openPdf(memorySource(pdf))
  const form = await document.resolveDict((await document.catalog()).get('AcroForm'))
  return { needsAppearances: form?.get('NeedAppearances') === true }
}

/** Ink on the first page as MuPDF draws it. */
async function darkPixels(path: string): Promise<number> {
  const words = ['draw', '-q', '-c', 'gray', '-r', '72', '-F', 'pgm', '-o', '-', path, '1']
  const { output } = await run('mutool', words)
  return output.subarray(20).filter((grey) => grey < 128).length
}

/** How many pixels differ within the stamps, and how many elsewhere. */
function differences(
  before: readonly DrawnPage[],
  after: readonly DrawnPage[],
  stamps: Awaited<ReturnType<typeof stampsOf>>,
): { inside: number; outside: number } {
  let [inside, outside] = [0, 0]
  expect(after.map(({ width, height }) => [width, height])).toEqual(
    before.map(({ width, height }) => [width, height]),
  )
  for (const [index, { width, grey }] of before.entries()) {
    const now = after[index]?.grey ?? new Uint8Array(0)
    for (let at = 0; at < grey.length; at += 1) {
      if (grey[at] === now[at]) continue
      const [x, y] = [at % width, Math.floor(at / width)]
      const isStamp = stamps
        .get(index)
        ?.some(({ left, right, top, bottom }) => x >= left && x <= right && y >= top && y <= bottom)
      if (isStamp === true) inside += 1
      else outside += 1
    }
  }
  return { inside, outside }
}

test('the manifest names every committed file, more than sixty documents are signed, and they take less than 5 MB', () => {
  expect(COMMITTED.map(({ file }) => file).sort()).toEqual([...COMMITTED_FILES].sort())
  expect(SAMPLES.length).toBeGreaterThanOrEqual(60)
  const bytes = COMMITTED.reduce((sum, { file }) => sum + committed(file).length, 0)
  expect(bytes).toBeLessThan(5_000_000)
})

describe.concurrent(
  'signed by the person, sealed by the agency, and signed once more without being seen',
  () => {
    test.each(SAMPLES.map((sample, index) => [sample.name, sample, index] as const))(
      '%s',
      async (_, sample, index) => {
        const original = await sample.make()
        const path = (name: string) => join(dir, `${String(index)}-${name}.pdf`)
        writeFileSync(path('before'), original)
        const seen = await drawnPages(path('before'), DPI, PAGES)
        const earlier = await pdfsigReports(nss, path('before'))

        const chain = [pki.issuing]
        const person = await signedBy(original, pki.person, chain, {
          appearance: { ...block, page: 'last', corner: 'bottom-right' },
        })
        const sealed = await signedBy(person, pki.agency, chain, {
          appearance: { ...block, page: 1, corner: 'bottom-left' },
        })
        const signed = await signedBy(sealed, third, chain)
        writeFileSync(path('after'), signed)

        expect(person.subarray(0, original.length).equals(original)).toBe(true)
        expect(sealed.subarray(0, person.length).equals(person)).toBe(true)
        expect(signed.subarray(0, sealed.length).equals(sealed)).toBe(true)

        const reports = await pdfsigReports(nss, path('after'))
        expect(reports).toEqual([
          ...earlier.map((report) => ({ ...report, coversWholeDocument: false })),
          { ...VALID, coversWholeDocument: false },
          { ...VALID, coversWholeDocument: false },
          { ...VALID, coversWholeDocument: true },
        ])

        const complaints = await qpdfComplaintsOf(path('before'))
        const later = await qpdfComplaintsOf(path('after'))
        expect([...later].filter((complaint) => !complaints.has(complaint))).toEqual([])

        const verdict = await verifyPdf(memorySource(signed), { trust, now: new Date() })
        const ours = verdict.signatures.slice(-3)
        expect(ours.map(({ signer }) => signer?.kind)).toEqual(['person', 'agency', 'person'])
        // The seal stands where it was put, whatever the producer wrote there: that it covers text is true.
        const open = ours.flatMap(({ reasons }) => reasons).filter((reason) => !reason.endsWith('-note'))
        expect(open.filter((reason) => reason !== 'text-covered')).toEqual([])
        expect(ours.map((signature) => signature.verdict)).not.toContain('invalid')
        expect(verdict.signatures.flatMap(({ reasons }) => reasons)).not.toContain('changed-after-signing')

        const stamps = await stampsOf(signed)
        const { inside, outside } = differences(seen, await drawnPages(path('after'), DPI, PAGES), stamps)
        expect(outside).toBe(0)
        // Where a form asks for its fields to be drawn anew, poppler draws signatures anew too; MuPDF does not.
        const { needsAppearances } = await formOf(signed)
        if (!needsAppearances) expect(inside).toBeGreaterThan(0)
        else expect(await darkPixels(path('after'))).toBeGreaterThan(await darkPixels(path('before')))
      },
      TIMEOUT_MS,
    )
  },
)
