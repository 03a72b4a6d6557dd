/**
 * The look that Decree 30/2020/NĐ-CP asks for, measured in millimetres on pages drawn by poppler and MuPDF.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { join, resolve } from 'node:path'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  appendixAppearance,
  copyAppearance,
  personAppearance,
  sealAppearance,
} from '../../src/engine/outgoing/look.ts'
import type { Appearance } from '../../src/engine/pdf/appearance.ts'
import { findSigningPlace, standingSignatures, type SigningPlace } from '../../src/engine/pdf/place.ts'
import { readPng } from '../../src/engine/pdf/png.ts'
import { inFreeCorner } from '../../src/engine/pdf/free-corner.ts'
import { memorySource } from '../../src/engine/pdf/source.ts'
import { chunk, handwriting, inkOn, painted, pngOf, seal, type Found } from './pictures.ts'
import {
  FONT,
  handMade,
  pdfsig,
  PLAIN_OBJECTS,
  qpdfComplaints,
  sign,
  SIGNED_AT,
  workFolder,
  type NewObjects,
  type WorkFolder,
} from './samples.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const LETTER = readFileSync(join(ROOT, 'test/fixtures/cong-van.pdf'))
const SIGNER = 'Nguyễn Văn Mẫu'
const PERSON = { png: handwriting(), widthMm: 40, heightMm: 20 }
const SEAL = { png: seal(), widthMm: 36, heightMm: 36 }
const RENDERERS = ['poppler', 'mupdf'] as const

let folder: WorkFolder
let place: SigningPlace

beforeAll(async () => {
  folder = workFolder()
  const found = await findSigningPlace(memorySource(LETTER), SIGNER)
  if (found === undefined) throw new Error('the name is on the page')
  place = found
}, 60_000)
afterAll(() => {
  folder.remove()
})

async function signedAs(name: string, original: Uint8Array, appearance: Appearance): Promise<Buffer> {
  const bytes = await sign(folder, original, { appearance })
  writeFileSync(folder.path(`${name}.pdf`), bytes)
  expect(pdfsig(folder.path(`${name}.pdf`)).every(({ isValid }) => isValid)).toBe(true)
  expect(qpdfComplaints(folder.path(`${name}.pdf`))).toBe('')
  return bytes
}

function expectNear(found: Found, wanted: Found): void {
  for (const side of ['left', 'top', 'right', 'bottom'] as const) {
    expect(Math.abs(found[side] - wanted[side]), `${side} ${String(found[side])}`).toBeLessThan(1)
  }
}

/** Box of a word as poppler reads it, in millimetres. */
function wordBox(path: string, word: string): Found {
  const html = execFileSync('pdftotext', ['-bbox', path, '-'], { encoding: 'utf8' })
  const line = html.split('\n').findLast((each) => each.includes(`>${word}<`)) ?? ''
  const [left = NaN, top = NaN, right = NaN, bottom = NaN] = [...line.matchAll(/"([\d.]+)"/g)].map(
    ([, number]) => (Number(number) * 25.4) / 72,
  )
  return { left, top, right, bottom }
}

describe.each(RENDERERS)('drawn by %s', (renderer) => {
  test("the person's blue handwriting stands centred between title and name, in its size, with no text", async () => {
    const bytes = await signedAs('person', LETTER, personAppearance(place, PERSON))
    writeFileSync(folder.path('letter.pdf'), LETTER)
    const [first, last, title] = ['Nguyễn', 'Mẫu', 'PHÓ'].map((word) =>
      wordBox(folder.path('letter.pdf'), word),
    )
    if (first === undefined || last === undefined || title === undefined) throw new Error('words missing')
    const name = inkOn(folder.path('letter.pdf'), 'black', renderer, 1, { ...first, right: last.right })
    const above = inkOn(folder.path('letter.pdf'), 'black', renderer, 1, title)
    const centreX = (first.left + last.right) / 2
    const centreY = (above.bottom + name.top) / 2
    expectNear(inkOn(folder.path('person.pdf'), 'blue', renderer), {
      left: centreX - 20,
      right: centreX + 20,
      top: centreY - 10,
      bottom: centreY + 10,
    })
    const words = (path: string) => execFileSync('pdftotext', [path, '-'], { encoding: 'utf8' })
    expect(words(folder.path('person.pdf'))).toBe(words(folder.path('letter.pdf')))
    expect(bytes.length - LETTER.length).toBeLessThan(40_000 + PERSON.png.length)
  })

  test('the red seal keeps its 36 mm and covers a third of the handwriting, on its left', async () => {
    const person = await sign(folder, LETTER, { appearance: personAppearance(place, PERSON) })
    writeFileSync(folder.path('alone.pdf'), person)
    const blue = inkOn(folder.path('alone.pdf'), 'blue', renderer)
    const [standing] = await standingSignatures(memorySource(person))
    if (standing === undefined) throw new Error('the handwriting stands on the page')
    const bytes = await signedAs('person-and-seal', person, sealAppearance(standing, SEAL))
    const red = inkOn(folder.path('person-and-seal.pdf'), 'red', renderer)
    const third = blue.left + (blue.right - blue.left) / 3
    const middle = (blue.top + blue.bottom) / 2
    expectNear(red, { left: third - 36, right: third, top: middle - 18, bottom: middle + 18 })
    expect(pdfsig(folder.path('person-and-seal.pdf'))).toHaveLength(2)
    expect(bytes.length - person.length).toBeLessThan(40_000 + SEAL.png.length)
  })

  test('an appendix shows number and time, a copy its form, agency and time, top right of page 1', async () => {
    const cases = {
      appendix: appendixAppearance({ code: '15/QĐ-UBND', signedAt: SIGNED_AT.getTime() }, FONT),
      copy: copyAppearance(
        { form: 'Sao y', agencyName: 'UBND xã Suối Ngọc', signedAt: SIGNED_AT.getTime() },
        FONT,
      ),
    }
    const page = handMade({ ...PLAIN_OBJECTS, 4: { dict: '', data: 'BT ET' } })
    for (const [name, appearance] of Object.entries(cases)) {
      const path = folder.path(`${name}.pdf`)
      await signedAs(name, page, appearance)
      const text = inkOn(path, 'black', renderer)
      const [width] = [595 / (72 / 25.4)]
      // Within the right margin of 15 to 20 mm and above the head, which begins 20 mm down.
      expect(text.right).toBeGreaterThan(width - 20)
      expect(text.right).toBeLessThan(width - 15)
      expect(text.left).toBeGreaterThan(width / 2)
      expect(text.top).toBeGreaterThan(5)
      expect(text.bottom).toBeLessThan(20)
      const words = execFileSync('pdftotext', ['-layout', path, '-'], { encoding: 'utf8' })
      for (const line of appearance.lines) expect(words).toContain(line)
      expect(words).toContain('23.11.2026 18:09:15 +07:00')
      const fonts = execFileSync('pdffonts', [path], { encoding: 'utf8' })
      expect(fonts).toMatch(/\+Tinos-Regular /)
    }
  })

  test('a block in a corner moves off what is written there, and no further', async () => {
    const words = appendixAppearance({ code: '15/QĐ-UBND', signedAt: SIGNED_AT.getTime() }, FONT)
    // Baselines in points from the bottom of a page of 842.
    const full = (...baselines: number[]) => {
      const lines = baselines.map(
        (y) => `BT /F1 13 Tf 60 ${String(y)} Td (${'Cong hoa xa hoi '.repeat(6)}) Tj ET`,
      )
      return handMade({ ...PLAIN_OBJECTS, 4: { dict: '', data: lines.join('\n') } })
    }
    const cases = [
      [full(700), 5, 5],
      [full(790), 3, 3],
      [full(806, 720), 14, 18],
      [full(...Array.from({ length: 55 }, (_, row) => 830 - row * 15)), 5, 5],
    ] as const
    for (const [index, [page, least, most]] of cases.entries()) {
      const free = await inFreeCorner(memorySource(page), words)
      expect([free.page, free.corner, free.xMm], String(index)).toEqual([1, 'top-right', words.xMm])
      expect(free.yMm, String(index)).toBeGreaterThanOrEqual(least)
      expect(free.yMm, String(index)).toBeLessThanOrEqual(most)
      if (free.yMm === words.yMm) continue
      // Drawn by another program: white above and below the block's letters.
      const path = folder.path(`corner-${String(index)}.pdf`)
      await signedAs(`corner-${String(index)}`, page, free)
      const strip = { left: 130, right: 195, top: free.yMm, bottom: free.yMm + 10.3 }
      writeFileSync(folder.path('before.pdf'), page)
      expect(inkOn(folder.path('before.pdf'), 'black', renderer, 1, strip).left).toBe(Infinity)
      expect(inkOn(path, 'black', renderer, 1, strip).left).toBeLessThan(150)
    }
  })
})

/** A page of 210 × 297 mm with an odd origin and a crop box, its text upright when it is shown turned. */
function oddPage(rotation: 0 | 90 | 180 | 270): Buffer {
  const matrices = {
    0: '1 0 0 1 100 50',
    90: '0 1 -1 0 695 50',
    180: '-1 0 0 -1 695 892',
    270: '0 -1 1 0 100 892',
  }
  const objects: NewObjects = {
    ...PLAIN_OBJECTS,
    2: `<< /Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [-20 -30 795 992] /CropBox [100 50 695 892] /Rotate ${String(rotation)} >>`,
    4: {
      dict: '',
      data: `q ${matrices[rotation]} cm BT /F1 14 Tf 300 300 Td (CHU TICH) Tj 0 -110 Td (Le Thi ) Tj (Thu) Tj ET Q`,
    },
  }
  return handMade(objects)
}

describe('the place is found and kept', () => {
  test.each([0, 90, 180, 270] as const)(
    'on a cropped page with an odd origin turned by %i',
    async (rotation) => {
      const original = oddPage(rotation)
      const found = await findSigningPlace(memorySource(original), 'Le Thi Thu')
      expect(found?.page).toBe(1)
      if (found === undefined) return
      const bytes = await signedAs('odd', original, personAppearance(found, PERSON))
      const shownHeight = (rotation % 180 === 0 ? 842 : 595) / (72 / 25.4)
      const baseline = shownHeight - 300 / (72 / 25.4)
      const nameTop = shownHeight - (190 + 14 * 0.9) / (72 / 25.4)
      const name = 300 / (72 / 25.4)
      for (const renderer of RENDERERS) {
        const blue = inkOn(folder.path('odd.pdf'), 'blue', renderer)
        expect(Math.abs((blue.top + blue.bottom) / 2 - (baseline + nameTop) / 2)).toBeLessThan(1)
        expect(blue.right - blue.left).toBeGreaterThan(39)
        expect(blue.right - blue.left).toBeLessThan(41)
        expect((blue.left + blue.right) / 2).toBeGreaterThan(name)
        expect((blue.left + blue.right) / 2).toBeLessThan(name + 30)
      }
      const [standing] = await standingSignatures(memorySource(bytes))
      expect(standing?.box.centreXMm).toBeCloseTo(found.centreXMm, 2)
      expect(standing?.box.widthMm).toBeCloseTo(40, 2)
    },
  )

  test('nowhere, where the name does not stand by itself or the file is no PDF', async () => {
    await expect(findSigningPlace(memorySource(LETTER), 'Trần Văn Khác')).resolves.toBeUndefined()
    await expect(findSigningPlace(memorySource(LETTER), ' ')).resolves.toBeUndefined()
    await expect(
      findSigningPlace(memorySource(Buffer.from('%PDF-1.7\nnothing')), SIGNER),
    ).resolves.toBeUndefined()
  })

  test('by the bundled engine too, also where Node says that it is Electron', async () => {
    mkdirSync(join(ROOT, 'out'), { recursive: true })
    const dir = mkdtempSync(join(ROOT, 'out', 'look-'))
    try {
      await build({
        root: ROOT,
        configFile: false,
        logLevel: 'error',
        publicDir: false,
        ssr: { noExternal: true },
        build: {
          ssr: true,
          outDir: dir,
          target: 'node20.18',
          minify: false,
          rolldownOptions: {
            input: {
              place: join(ROOT, 'src/engine/pdf/place.ts'),
              source: join(ROOT, 'src/engine/pdf/source.ts'),
            },
            external: builtinModules.flatMap((name) => [name, `node:${name}`]),
            output: { format: 'es', entryFileNames: '[name].js' },
          },
        },
      })
      const script = `
        if (process.argv[2] === 'electron') {
          Object.defineProperty(process, 'type', { value: 'utility' })
          Object.defineProperty(process.versions, 'electron', { value: '33.2.1' })
        }
        const { findSigningPlace } = await import(${JSON.stringify(join(dir, 'place.js'))})
        const { openPdfFile } = await import(${JSON.stringify(join(dir, 'source.js'))})
        const source = await openPdfFile(process.argv[1])
        process.stdout.write(JSON.stringify(await findSigningPlace(source, ${JSON.stringify(SIGNER)})))
        await source.close()`
      for (const as of ['node', 'electron']) {
        const letter = join(ROOT, 'test/fixtures/cong-van.pdf')
        const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script, letter, as], {
          encoding: 'utf8',
        })
        expect(JSON.parse(stdout)).toEqual(place)
      }
    } finally {
      rmSync(dir, { recursive: true, force: true })
    }
  }, 120_000)
})

describe('a picture file', () => {
  const row = (...bytes: number[]) => Buffer.from([0, ...bytes])

  test.each([
    ['colours with alpha', painted(2, 1, (x) => [10, 20, 30, x * 255]), [0, 0, 0, 10, 20, 30], [0, 255]],
    [
      'a palette with a clear entry',
      pngOf(
        { width: 2, height: 1, depth: 1, type: 3 },
        row(0b0100_0000),
        chunk('PLTE', Buffer.from([1, 2, 3, 4, 5, 6])),
        chunk('tRNS', Buffer.from([0])),
      ),
      [0, 0, 0, 4, 5, 6],
      [0, 255],
    ],
    ['grey', pngOf({ width: 2, height: 1, depth: 4, type: 0 }, row(0x0f)), [0, 255], undefined],
    [
      'colours of sixteen bits with a clear one',
      pngOf(
        { width: 2, height: 1, depth: 16, type: 2 },
        row(1, 1, 2, 2, 3, 3, 9, 0, 8, 0, 7, 0),
        chunk('tRNS', Buffer.from([1, 1, 2, 2, 3, 3])),
      ),
      [0, 0, 0, 9, 8, 7],
      [0, 255],
    ],
    ['grey with alpha', pngOf({ width: 1, height: 1, depth: 8, type: 4 }, row(77, 128)), [77], [128]],
  ])('of %s is read', async (_, file, colour, alpha) => {
    const read = await readPng(file)
    expect([...read.colour]).toEqual(colour)
    expect(read.alpha === undefined ? undefined : [...read.alpha]).toEqual(alpha)
  })

  const good = painted(2, 2, () => [1, 2, 3, 4])
  const damaged = Buffer.from(good)
  damaged[50] = (damaged[50] ?? 0) ^ 1
  test.each([
    ['not a PNG', Buffer.from('GIF89a'), 'image/unusable'],
    ['cut short', good.subarray(0, 60), 'image/unusable'],
    ['damaged', damaged, 'image/unusable'],
    ['interlaced', pngOf({ width: 1, height: 1, depth: 8, type: 0, interlace: 1 }, row(1)), 'image/unusable'],
    ['of a false height', pngOf({ width: 1, height: 9, depth: 8, type: 0 }, row(1)), 'image/unusable'],
    [
      'longer than it says',
      pngOf({ width: 1, height: 1, depth: 8, type: 0 }, Buffer.alloc(1 << 20)),
      'image/unusable',
    ],
    [
      'of an unknown filter',
      pngOf({ width: 1, height: 1, depth: 8, type: 0 }, Buffer.from([9, 1])),
      'image/unusable',
    ],
    ['without its palette', pngOf({ width: 1, height: 1, depth: 8, type: 3 }, row(1)), 'image/unusable'],
    [
      'too many pixels',
      pngOf({ width: 100_000, height: 100_000, depth: 8, type: 0 }, row(1)),
      'image/too-large',
    ],
    ['too long', Buffer.alloc(2_000_001), 'image/too-large'],
  ])('that is %s is refused', async (_, file, code) => {
    await expect(readPng(file)).rejects.toMatchObject({ code })
  })
})
