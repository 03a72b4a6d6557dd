import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createWriteStream, readFileSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { P12Signer, PDF } from '@libpdf/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PageCorner, SignatureAppearance } from '../../src/engine/pdf/appearance.ts'
import { preparePdfSignature } from '../../src/engine/pdf/incremental.ts'
import { inspectPdf } from '../../src/engine/pdf/inspect.ts'
import { memorySource, openPdfFile, writePdf } from '../../src/engine/pdf/source.ts'
import {
  allBytes,
  appended,
  BLOCK_LINES,
  drawn,
  FONT,
  ghostscriptPdf,
  handMade,
  hybrid,
  opensslCms,
  pdfsig,
  popplerSign,
  PLAIN_OBJECTS,
  qpdf,
  qpdfComplaints,
  sign,
  SIGNED_AT,
  workFolder,
} from './samples.ts'
import type { NewObjects, WorkFolder } from './samples.ts'

let folder: WorkFolder
const samples = new Map<string, Buffer>()

const block: SignatureAppearance = {
  page: 1,
  corner: 'top-right',
  xMm: 15,
  yMm: 10,
  lines: BLOCK_LINES,
  border: true,
  font: FONT,
}

const page = (objects: NewObjects): NewObjects => ({ ...PLAIN_OBJECTS, ...objects })

/** Legal, and unlike what most producers write. */
const HAND_MADE: Readonly<Record<string, Buffer>> = {
  'a form with indirect lists': handMade(
    page({
      1: '<< /Type /Catalog /Pages 2 0 R /AcroForm 8 0 R /Lang (vi) >>',
      3: '<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << >> /Annots 10 0 R >>',
      8: '<< /Fields 9 0 R /DA (/F1 10 Tf 0 g) >>',
      9: '[ 7 0 R ]',
      10: '[ 7 0 R ]',
    }),
  ),
  'attributes inherited from the page tree': handMade(
    page({
      2: '<< /Type /Pages /Kids [11 0 R] /Count 1 /MediaBox [0 0 595 842] /Rotate 90 >>',
      11: '<< /Type /Pages /Parent 2 0 R /Kids [3 0 R] /Count 1 /Resources << /Font << /F1 5 0 R >> >> >>',
      3: '<< /Type /Page /Parent 11 0 R /Contents 4 0 R >>',
    }),
  ),
  'escaped names, comments and odd strings': handMade(
    page({
      1: '<</Type/Catalog%comment (not a string\n/Pages 2 0 R/P#61#67eLabels<</Nums[0<</S/D>>]>>/Lang<76 69 2>>>',
      2: '<< /Type /Pages /Kids [3 0 R]/Count 1 /MediaBox[0 0 595. +842.00]/X(a\\(b\\)\\101\\\r\nc(d)) /Y <48656C6C6F> >>',
    }),
  ),
  'no identifier and an information dictionary': handMade(PLAIN_OBJECTS, '/Info 6 0 R'),
  'an identifier': handMade(
    PLAIN_OBJECTS,
    '/ID [<00112233445566778899aabbccddeeff> <00112233445566778899aabbccddeeff>]',
  ),
  'no line end after %%EOF': handMade(PLAIN_OBJECTS).subarray(0, -1),
  'a hybrid cross-reference': hybrid(),
  'junk before its header': Buffer.concat([Buffer.from('HTTP/1.1 200 OK\r\n\r\n'), handMade(PLAIN_OBJECTS)]),
  'a table of shorter lines': Buffer.from(
    handMade(PLAIN_OBJECTS)
      .toString('latin1')
      .replace(/ ([nf]) \n/g, ' $1\n'),
    'latin1',
  ),
  'an older increment': appended(handMade(PLAIN_OBJECTS), { 4: { dict: '', data: 'BT ET' } }),
}

beforeAll(async () => {
  folder = workFolder()
  samples.set('Ghostscript', ghostscriptPdf(folder, 'gs.pdf'))
  samples.set('object streams', qpdf(folder, 'gs.pdf', 'objstm.pdf', '--object-streams=generate'))
  samples.set('linearised', qpdf(folder, 'gs.pdf', 'linear.pdf', '--linearize'))
  samples.set(
    'linearised with object streams',
    qpdf(folder, 'gs.pdf', 'linear-objstm.pdf', '--linearize', '--object-streams=generate'),
  )
  samples.set('qdf', qpdf(folder, 'gs.pdf', 'qdf.pdf', '--qdf'))
  samples.set('PDF 1.3', qpdf(folder, 'gs.pdf', 'old.pdf', '--force-version=1.3'))
  for (const angle of [90, 180, 270]) {
    samples.set(
      `turned by ${String(angle)}`,
      qpdf(folder, 'gs.pdf', `r${String(angle)}.pdf`, `--rotate=${String(angle)}`),
    )
  }
  execFileSync('mutool', ['clean', '-gggz', folder.path('gs.pdf'), folder.path('mutool.pdf')])
  samples.set('mutool', readFileSync(folder.path('mutool.pdf')))
  const pdf = PDF.create()
  pdf.addPage({ size: 'a4' })
  samples.set('LibPDF', Buffer.from(await pdf.save()))
  for (const [name, bytes] of Object.entries(HAND_MADE)) samples.set(name, bytes)
})
afterAll(() => {
  folder.remove()
})

const SAMPLE_NAMES = [
  'Ghostscript',
  'object streams',
  'linearised',
  'linearised with object streams',
  'qdf',
  'PDF 1.3',
  'turned by 90',
  'turned by 180',
  'turned by 270',
  'mutool',
  'LibPDF',
  ...Object.keys(HAND_MADE),
]

function sample(name: string): Buffer {
  const bytes = samples.get(name)
  if (bytes === undefined) throw new Error(`no sample ${name}`)
  return bytes
}

describe.each(SAMPLE_NAMES)('a document: %s', (name) => {
  test('is signed by the person and by the agency, and pdfsig and qpdf accept both', async () => {
    const original = sample(name)
    const first = await sign(folder, original, { appearance: block, name: 'Nguyễn Văn Mẫu' })
    const second = await sign(folder, first, { reason: 'Đóng dấu cơ quan' })
    const path = folder.path('signed.pdf')
    writeFileSync(path, second)

    expect(first.subarray(0, original.length).equals(original)).toBe(true)
    expect(second.subarray(0, first.length).equals(first)).toBe(true)
    expect(first.length - original.length).toBeLessThan(40_000)
    expect(second.length - first.length).toBeLessThan(20_000)
    expect(pdfsig(path)).toEqual([
      { isValid: true, isWholeDocument: false },
      { isValid: true, isWholeDocument: true },
    ])
    expect(qpdfComplaints(path)).toBe('')

    const { signatures } = await inspectPdf(memorySource(second))
    expect(signatures.map(({ byteRangeProblem }) => byteRangeProblem)).toEqual([undefined, undefined])
    expect(signatures[0]?.changesAfter.filter(({ allowed }) => !allowed)).toEqual([])
    expect(signatures[0]?.changesAfter.length).toBeGreaterThan(0)
    expect(signatures[1]?.coverage).toEqual({ kind: 'whole' })
  })
})

describe('together with other programs', () => {
  const verdicts = async (bytes: Uint8Array) =>
    (await inspectPdf(memorySource(bytes))).signatures.map(({ byteRangeProblem, changesAfter }) => [
      byteRangeProblem,
      changesAfter.filter(({ allowed }) => !allowed),
    ])
  const bothGood = [
    [undefined, []],
    [undefined, []],
  ]

  test.each([
    'Ghostscript',
    'object streams',
    'a form with indirect lists',
    'no identifier and an information dictionary',
  ])('poppler signs after us and before us: %s', async (name) => {
    const after = popplerSign(folder, await sign(folder, sample(name), { appearance: block }))
    expect(await verdicts(after)).toEqual(bothGood)
    const before = await sign(folder, popplerSign(folder, sample(name)))
    expect(await verdicts(before)).toEqual(bothGood)
    for (const bytes of [after, before]) {
      writeFileSync(folder.path('both.pdf'), bytes)
      expect(pdfsig(folder.path('both.pdf')).map(({ isValid }) => isValid)).toEqual([true, true])
    }
  })

  test.each(['qdf', 'linearised with object streams'])('LibPDF signs after us: %s', async (name) => {
    const pdf = await PDF.load(await sign(folder, sample(name), { appearance: block }))
    popplerSign(folder, sample(name)) // makes key.p12
    const signer = await P12Signer.create(readFileSync(folder.path('key.p12')), 'x')
    const { bytes } = await pdf.sign({ signer })
    expect(await verdicts(bytes)).toEqual(bothGood)
  })
})

test('the other entries of a form and its fields stay', async () => {
  const signed = await sign(folder, sample('a form with indirect lists'))
  writeFileSync(folder.path('form.pdf'), signed)
  const form = execFileSync('qpdf', ['--json', '--json-key=acroform', folder.path('form.pdf')], {
    encoding: 'utf8',
  })
  expect(form).toContain('"so"')
  expect(form).toContain('Signature1')
  const rewritten = signed.subarray(sample('a form with indirect lists').length).toString('latin1')
  expect(rewritten).toContain('/DA (/F1 10 Tf 0 g)')
  expect(rewritten).toContain('/SigFlags 3')
})

test('what the signature says about itself is read back in Vietnamese and in Vietnam time', async () => {
  const signed = await sign(folder, sample('qdf'), {
    name: 'Nguyễn Văn Mẫu',
    reason: 'Ký ban hành (số 12)',
    location: 'Suối Ngọc',
  })
  const [signature] = (await inspectPdf(memorySource(signed))).signatures
  expect(signature).toMatchObject({
    fieldName: 'Signature1',
    subFilter: 'ETSI.CAdES.detached',
    signedName: 'Nguyễn Văn Mẫu',
    reason: 'Ký ban hành (số 12)',
    location: 'Suối Ngọc',
    signedAt: '2026-11-23T18:09:15+07:00',
  })
})

test('the digest is the digest of exactly the bytes outside the gap', async () => {
  const original = sample('Ghostscript')
  const prepared = await preparePdfSignature(memorySource(original), { signedAt: SIGNED_AT })
  const whole = Buffer.concat([original, prepared.appended])
  const [, firstLength, second] = prepared.byteRange
  const expected = createHash('sha384')
    .update(whole.subarray(0, firstLength))
    .update(whole.subarray(second))
    .digest()
  expect(Buffer.from(await prepared.digest('sha384')).equals(expected)).toBe(true)
  expect(whole.subarray(firstLength, second).toString('latin1')).toMatch(/^<0+>$/)
  const cms = opensslCms(folder, Buffer.from('x'))
  expect((await allBytes(prepared.signed(cms))).equals(Buffer.concat([original, prepared.embed(cms)]))).toBe(
    true,
  )
})

describe('refused before a PIN is asked', () => {
  const prepare = (bytes: Uint8Array) => preparePdfSignature(memorySource(bytes), { signedAt: SIGNED_AT })

  test('an encrypted document', async () => {
    const bytes = qpdf(folder, 'gs.pdf', 'secret.pdf', '--encrypt', '', 'owner', '256', '--')
    await expect(prepare(bytes)).rejects.toMatchObject({ code: 'pdf/encrypted' })
  })

  test('a document without pages', async () => {
    const bytes = handMade({
      1: '<< /Type /Catalog /Pages 2 0 R >>',
      2: '<< /Type /Pages /Kids [] /Count 0 >>',
    })
    await expect(prepare(bytes)).rejects.toMatchObject({ code: 'pdf/no-pages' })
  })

  test.each([
    ['text that is no PDF', Buffer.from('Kính gửi: UBND xã Suối Ngọc')],
    ['an empty file', Buffer.alloc(0)],
    ['half a file', HAND_MADE['an identifier']?.subarray(0, 300) ?? Buffer.alloc(0)],
    ['a page tree that runs in a circle', handMade(page({ 2: '<< /Type /Pages /Kids [2 0 R] /Count 1 >>' }))],
    ['a chain of increments that runs in a circle', handMade(PLAIN_OBJECTS, '/Prev 9').subarray()],
  ])('%s', async (_, bytes) => {
    await expect(prepare(bytes)).rejects.toMatchObject({ code: 'pdf/unreadable' })
  })

  test('a document that an earlier certification forbids to change', async () => {
    const certified = handMade(
      page({
        1: '<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [8 0 R] /SigFlags 3 >> /Perms << /DocMDP 9 0 R >> >>',
        8: '<< /Type /Annot /Subtype /Widget /FT /Sig /T (chungthuc) /Rect [0 0 0 0] /V 9 0 R >>',
        9: '<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /adbe.pkcs7.detached /ByteRange [0 1 2 3] /Contents <00> /Reference [<< /TransformMethod /DocMDP /TransformParams << /P 1 /V /1.2 >> >>] >>',
      }),
    )
    await expect(prepare(certified)).rejects.toMatchObject({ code: 'pdf/certified-no-changes' })
  })

  test('a CMS longer than the room left for it', async () => {
    const prepared = await preparePdfSignature(memorySource(sample('qdf')), {
      signedAt: SIGNED_AT,
      contentsBytes: 100,
    })
    expect(() => prepared.embed(new Uint8Array(101))).toThrow(
      expect.objectContaining({ code: 'pdf/signature-too-large' }),
    )
  })
})

describe('the visible block', () => {
  const DPI = 100
  const MM = DPI / 25.4

  /** Bounds of what differs between two drawings, in millimetres of the page as it is shown. */
  function difference(before: string, after: string, by: 'poppler' | 'mupdf') {
    const old = drawn(before, 1, DPI, by)
    const now = drawn(after, 1, DPI, by)
    expect([now.width, now.height]).toEqual([old.width, old.height])
    let [left, top, right, bottom] = [Infinity, Infinity, -1, -1]
    for (let y = 0; y < old.height; y += 1) {
      for (let x = 0; x < old.width; x += 1) {
        if (old.grey[y * old.width + x] === now.grey[y * old.width + x]) continue
        left = Math.min(left, x)
        right = Math.max(right, x + 1)
        top = Math.min(top, y)
        bottom = Math.max(bottom, y + 1)
      }
    }
    return {
      'top-left': [left / MM, top / MM],
      'top-right': [(old.width - right) / MM, top / MM],
      'bottom-left': [left / MM, (old.height - bottom) / MM],
      'bottom-right': [(old.width - right) / MM, (old.height - bottom) / MM],
      size: [(right - left) / MM, (bottom - top) / MM],
    }
  }

  const box = (entries: string) =>
    handMade(
      page({
        3: `<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> ${entries} >>`,
      }),
    )
  const pages: Readonly<Record<string, () => Buffer>> = {
    'an upright page': () => sample('Ghostscript'),
    'a page turned by 90': () => sample('turned by 90'),
    'a page turned by 180': () => sample('turned by 180'),
    'a page turned by 270': () => sample('turned by 270'),
    'a page whose origin is elsewhere': () => box('/MediaBox [-200 300 395 1142]'),
    'a cropped page': () => box('/MediaBox [0 0 700 900] /CropBox [50 30 600 850]'),
    'a cropped page turned by -90': () => box('/MediaBox [0 0 700 900] /CropBox [50 30 600 850] /Rotate -90'),
    'corners given the wrong way round': () => box('/MediaBox [595 842 0 0]'),
    'a page in large units': () => box('/MediaBox [0 0 297.5 421] /UserUnit 2'),
  }
  const corners: readonly PageCorner[] = ['top-left', 'top-right', 'bottom-left', 'bottom-right']

  test.each(Object.keys(pages))(
    'stands where it was put, upright, and nothing else changes: %s',
    async (name) => {
      const original = pages[name]?.() ?? Buffer.alloc(0)
      writeFileSync(folder.path('before.pdf'), original)
      for (const corner of corners) {
        writeFileSync(
          folder.path('after.pdf'),
          await sign(folder, original, { appearance: { ...block, corner } }),
        )
        const found = difference(
          folder.path('before.pdf'),
          folder.path('after.pdf'),
          name === 'a page in large units' ? 'mupdf' : 'poppler',
        )
        expect(Math.abs((found[corner][0] ?? 99) - 15)).toBeLessThan(1)
        expect(Math.abs((found[corner][1] ?? 99) - 10)).toBeLessThan(1)
        // Three lines of 10 pt in a frame, wider than high whichever way the page is turned.
        expect(found.size[0]).toBeGreaterThan(55)
        expect(found.size[1]).toBeGreaterThan(12)
        expect(found.size[1]).toBeLessThan(16)
      }
    },
  )

  test('its Vietnamese text can be read, searched and copied', async () => {
    writeFileSync(folder.path('text.pdf'), await sign(folder, sample('qdf'), { appearance: block }))
    const text = execFileSync('pdftotext', ['-layout', '-l', '1', folder.path('text.pdf'), '-'], {
      encoding: 'utf8',
    })
    for (const line of BLOCK_LINES) expect(text).toContain(line)
    const fonts = execFileSync('pdffonts', [folder.path('text.pdf')], { encoding: 'utf8' })
    expect(fonts).toMatch(/[A-Z]{6}\+Tinos-Regular +CID TrueType +Identity-H +yes yes yes/)
  })

  test('on the last page, with long lines broken to the width given', async () => {
    const appearance: SignatureAppearance = { ...block, page: 'last', corner: 'bottom-left', widthMm: 40 }
    writeFileSync(folder.path('last.pdf'), await sign(folder, sample('qdf'), { appearance }))
    const text = execFileSync('pdftotext', ['-f', '2', '-layout', folder.path('last.pdf'), '-'], {
      encoding: 'utf8',
    })
    expect(text).toContain('Cơ quan: Ủy ban nhân')
    expect(text).not.toContain('Cơ quan: Ủy ban nhân dân xã Suối Ngọc')
  })
})

describe('a large document', () => {
  test('is prepared by reading its structure only, and digested in small steps', async () => {
    const original = handMade(page({ 4: { dict: '', data: Buffer.alloc(8 << 20, ' ') } }))
    let read = 0
    let longest = 0
    const source = {
      size: original.length,
      read(offset: number, length: number) {
        read += length
        longest = Math.max(longest, length)
        return original.subarray(offset, offset + length)
      },
    }
    const prepared = await preparePdfSignature(source, { signedAt: SIGNED_AT })
    expect(read).toBeLessThan(512 << 10)
    await prepared.digest('sha256')
    expect(longest).toBeLessThanOrEqual(1 << 20)
  })

  test('of 40 MB is signed from file to file in less than 150 MB of memory', async () => {
    const path = folder.path('large.pdf')
    const file = createWriteStream(path)
    const tail = handMade(page({ 4: { dict: '', data: Buffer.alloc(40 << 20, ' ') } }))
    file.end(tail)
    await once(file, 'finish')
    const script = fileURLToPath(new URL('sign-large.ts', import.meta.url))
    const { stdout, stderr } = spawnSync(process.execPath, [script, path, folder.path('large-signed.pdf')], {
      encoding: 'utf8',
    })
    expect(stderr).toBe('')
    expect(Number(stdout)).toBeGreaterThan(0)
    expect(Number(stdout)).toBeLessThan(150 << 20)
    const source = await openPdfFile(folder.path('large-signed.pdf'))
    const { signatures } = await inspectPdf(source)
    await source.close()
    expect(signatures.map(({ coverage, byteRangeProblem }) => ({ coverage, byteRangeProblem }))).toEqual([
      { coverage: { kind: 'whole' }, byteRangeProblem: undefined },
    ])
    expect(qpdfComplaints(folder.path('large-signed.pdf'))).toBe('')
  })
})

test('a signed document is written to a new file and never over an old one', async () => {
  const source = memorySource(sample('Ghostscript'))
  await writePdf(source, folder.path('new.pdf'))
  expect(readFileSync(folder.path('new.pdf')).equals(sample('Ghostscript'))).toBe(true)
  await expect(writePdf(source, folder.path('new.pdf'))).rejects.toMatchObject({ code: 'EEXIST' })
})
