/** Pictures on pages as scanners and programs write them, measured by poppler's `pdfimages` as well. */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { inspectScan } from '../../src/engine/pdf/scan.ts'
import { memorySource } from '../../src/engine/pdf/source.ts'
import { handMade, PLAIN_OBJECTS, workFolder, type NewObjects, type WorkFolder } from './samples.ts'
import { scanned } from './scans.ts'

const LETTER = join(import.meta.dirname, '../fixtures/cong-van.pdf')

let folder: WorkFolder
beforeAll(() => {
  folder = workFolder()
})
afterAll(() => {
  folder.remove()
})

const look = (path: string) => inspectScan(memorySource(readFileSync(path)))

describe('a page of another program', () => {
  test.each([
    { dpi: 200, colour: true, version: '1.7' },
    { dpi: 150, colour: true, version: '1.4' },
    { dpi: 300, colour: false, version: '1.3' },
  ] as const)('scanned by Ghostscript with %o is seen as it is', async (settings) => {
    const { version, pages } = await look(scanned(folder, 'ghostscript.pdf', settings))
    expect(version).toBe(Number(settings.version))
    expect(pages).toHaveLength(1)
    expect(pages[0]?.picture?.dpi).toBeCloseTo(settings.dpi, -1)
    expect(pages[0]?.picture?.isColour).toBe(settings.colour)
    expect(pages[0]?.widthMm).toBeCloseTo(210, 0)
    expect(pages[0]?.heightMm).toBeCloseTo(297, 0)
  })

  test('made by img2pdf of a photograph, turned, is as fine as poppler says', async () => {
    const [picture, path] = [folder.path('page.jpg'), folder.path('img2pdf.pdf')]
    execFileSync('gs', [
      '-q',
      '-dNOPAUSE',
      '-dBATCH',
      '-sDEVICE=jpeg',
      '-r240',
      `-sOutputFile=${picture}`,
      LETTER,
    ])
    execFileSync('img2pdf', ['--pagesize', 'A4', '--rotation', '90', '-o', path, picture])
    const list = execFileSync('pdfimages', ['-list', path], { encoding: 'utf8' })
    const ppi = Number(list.trim().split('\n').at(-1)?.trim().split(/\s+/)[12])
    const { pages } = await look(path)
    expect(pages[0]?.picture?.dpi).toBeCloseTo(ppi, -1)
    expect(pages[0]?.picture?.isColour).toBe(true)
    expect(pages[0]?.widthMm).toBeCloseTo(297, 0)
  })

  test('of black and white dots by tiff2pdf has no colour', async () => {
    const [picture, path] = [folder.path('page.tif'), folder.path('tiff2pdf.pdf')]
    execFileSync('gs', [
      '-q',
      '-dNOPAUSE',
      '-dBATCH',
      '-sDEVICE=tiffg4',
      '-r200',
      `-sOutputFile=${picture}`,
      LETTER,
    ])
    execFileSync('tiff2pdf', ['-o', path, picture])
    const { pages } = await look(path)
    expect(pages[0]?.picture?.dpi).toBeCloseTo(200, -1)
    expect(pages[0]?.picture?.isColour).toBe(false)
  })

  test('that was written and not scanned has no picture', async () => {
    expect((await look(LETTER)).pages.map(({ picture }) => picture)).toEqual([undefined])
  })
})

/** An A4 page that draws pictures /A and /B of so many pixels. */
function drawing(
  content: string,
  pictures: Readonly<Record<'A' | 'B', string>>,
  page = '',
): Promise<unknown> {
  const { 6: _, 7: __, ...objects } = PLAIN_OBJECTS
  const image = (dict: string): NewObjects[number] => ({ dict: `/Type /XObject ${dict}`, data: 'x' })
  const bytes = handMade({
    ...objects,
    1: '<< /Type /Catalog /Pages 2 0 R /Version /1.6 >>',
    3: `<< /Type /Page /Parent 2 0 R /Contents 4 0 R ${page} /Resources << /XObject << /A 8 0 R /B 9 0 R /F 10 0 R >> >> >>`,
    4: { dict: '', data: content },
    8: image(pictures.A),
    9: image(pictures.B),
    10: {
      dict: '/Type /XObject /Subtype /Form /BBox [0 0 1 1] /Matrix [595 0 0 842 0 0]',
      data: 'q 1 0 0 1 0 0 cm /A Do Q',
    },
    11: { dict: '/N 1', data: 'x' },
  })
  return inspectScan(memorySource(bytes)).then(({ pages: [first] }) => first?.picture)
}

const RGB = '/Subtype /Image /Width 1654 /Height 2339 /ColorSpace /DeviceRGB /BitsPerComponent 8'
const GREY = RGB.replace('/DeviceRGB', '[/ICCBased 11 0 R]')
const STRIP = RGB.replace('2339', '1170')
const MASK = '/Subtype /Image /Width 3308 /Height 4678 /ImageMask true'
const COARSE = '/Subtype /Image /Width 827 /Height 1170 /ColorSpace /DeviceRGB /BitsPerComponent 8'
const near = (dpi: number): number => expect.closeTo(dpi, 0) as number

describe('the pictures of a page count together', () => {
  test('cut into strips', async () => {
    const content = 'q 595 0 0 421 0 421 cm /A Do Q q 595 0 0 421 0 0 cm /B Do Q'
    expect(await drawing(content, { A: STRIP, B: STRIP })).toEqual({ dpi: near(200), isColour: true })
  })

  test('as a fine layer of letters over a coarse one in colour', async () => {
    const content = 'q 595 0 0 842 0 0 cm /A Do /B Do Q'
    expect(await drawing(content, { A: COARSE, B: MASK })).toEqual({ dpi: near(400), isColour: true })
  })

  test('a coarse page with a small fine picture is coarse', async () => {
    const content = 'q 595 0 0 842 0 0 cm /A Do Q q 100 0 0 100 0 0 cm /B Do Q'
    expect(await drawing(content, { A: COARSE, B: RGB })).toEqual({ dpi: near(100), isColour: true })
  })

  test('a picture that covers a part of the page only makes no scan', async () => {
    expect(await drawing('q 200 0 0 200 0 0 cm /A Do Q', { A: RGB, B: RGB })).toBeUndefined()
    expect(await drawing('q 595 0 0 842 500 700 cm /A Do Q', { A: RGB, B: RGB })).toBeUndefined()
  })
})

test.each([
  ['inside a form', '/F Do', '', 200, false],
  ['upside down, mirrored', 'q -595 0 0 -842 595 842 cm /A Do Q', '', 200, false],
  ['turned on the page', 'q 0 842 595 0 0 0 cm /A Do Q', '', 141, false],
  ['on a page of larger units', 'q 595 0 0 842 0 0 cm /A Do Q', '/UserUnit 2', 100, false],
  [
    'in the content itself',
    'q 595 0 0 842 0 0 cm BI /W 1654 /H 2339 /CS /RGB /BPC 8 ID \x01EI\x02 (\nEI Q',
    '',
    200,
    true,
  ],
])('a picture is found %s', async (_, content, page, dpi, isColour) => {
  expect(await drawing(content, { A: GREY, B: RGB }, page)).toEqual({ dpi: near(dpi), isColour })
})

test('colours of a palette are those of its base, and one bit has none', async () => {
  const content = 'q 595 0 0 842 0 0 cm /A Do Q'
  const palette = (base: string, bits: number) =>
    RGB.replace('/DeviceRGB', `[/Indexed ${base} 1 (abcdef)]`).replace(
      'Component 8',
      `Component ${String(bits)}`,
    )
  const colour = async (A: string) => (await drawing(content, { A, B: RGB })) as { isColour: boolean }
  expect(await colour(palette('/DeviceRGB', 8))).toMatchObject({ isColour: true })
  expect(await colour(palette('/DeviceGray', 8))).toMatchObject({ isColour: false })
  expect(await colour(palette('/DeviceRGB', 1))).toMatchObject({ isColour: false })
})

test('forms that draw themselves again and again come to an end', async () => {
  const { 6: _, 7: __, ...objects } = PLAIN_OBJECTS
  const bytes = handMade({
    ...objects,
    1: '<< /Type /Catalog /Pages 2 0 R >>',
    3: '<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /XObject << /F 8 0 R >> >> >>',
    4: { dict: '', data: '/F Do' },
    8: {
      dict: '/Type /XObject /Subtype /Form /BBox [0 0 1 1] /Resources << /XObject << /F 8 0 R >> >>',
      data: '/F Do '.repeat(2000),
    },
  })
  const { pages } = await inspectScan(memorySource(bytes))
  expect(pages.map(({ picture }) => picture)).toEqual([undefined])
})

test('a page whose content cannot be read has no picture, and the catalogue may say a later version', async () => {
  const path = folder.path('broken.pdf')
  const broken = {
    ...PLAIN_OBJECTS,
    1: '<< /Type /Catalog /Pages 2 0 R /Version /1.6 >>',
    4: { dict: '', data: '<zz> Tj' },
  }
  writeFileSync(path, handMade(broken, '', '%PDF-1.2\n'))
  expect(await look(path)).toMatchObject({ version: 1.6, pages: [{ picture: undefined }] })
})
