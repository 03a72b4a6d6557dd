import { createCipheriv } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { Appearance } from '../../src/engine/pdf/appearance.ts'
import { openPdf } from '../../src/engine/pdf/document.ts'
import { memorySource } from '../../src/engine/pdf/source.ts'
import { isNamed, PdfStream } from '../../src/engine/pdf/syntax.ts'
import { caExtensions, makePki } from '../helpers/pki.ts'
import { painted } from '../pdf/pictures.ts'
import { BLOCK_LINES, FONT } from '../pdf/samples.ts'
import { committed, SAMPLES } from './corpus.ts'
import { signedBy } from './signing.ts'

const dir = mkdtempSync(join(tmpdir(), 'vanthu-growth-'))
const pki = makePki(join(dir, 'pki'))
afterAll(() => {
  rmSync(dir, { recursive: true })
})

/** As the state's certificates are: two authorities of RSA 4096 below the root, a person of RSA 3072. */
const upper = pki.issue({
  file: 'upper',
  subject: '/C=VN/O=Cơ quan chứng thực thử nghiệm/CN=Chứng thực chuyên dùng thử nghiệm G2',
  issuer: pki.root,
  key: 'rsa4096',
  extensions: caExtensions(),
})
const lower = pki.issue({
  file: 'lower',
  subject: '/C=VN/O=Cơ quan chứng thực thử nghiệm/CN=Chứng thực cơ quan nhà nước thử nghiệm G2',
  issuer: upper,
  key: 'rsa4096',
  extensions: [...caExtensions(0), 'authorityKeyIdentifier = keyid'],
})
const person = pki.issue({
  file: 'growing',
  subject:
    '/C=VN/ST=Thanh Vân/L=Suối Ngọc/O=UBND xã Suối Ngọc/OU=Văn phòng HĐND và UBND/title=Phó Chủ tịch/CN=Nguyễn Thị Mẫu',
  issuer: lower,
  key: 'rsa3072',
})
const chain = [lower, upper]

const INVISIBLE_BYTES = 20_000
const VISIBLE_BYTES = 40_000

const block = (page: number): Appearance => ({
  page,
  corner: 'top-right',
  xMm: 15,
  yMm: 12,
  // Every letter that Vietnamese office text may need at once, and more lines than Decree 30 asks for.
  lines: [
    ...BLOCK_LINES,
    'Chức vụ: Phó Chủ tịch Hội đồng nhân dân; Số: 0123456789/QĐ-UBND',
    'ẮẰẲẴẶ ấầẩẫậ ếềểễệ ốồổỗộ ớờởỡợ ứừửữự ỳýỷỹỵ đĐ ăĂ ơƠ ưƯ',
  ],
  border: true,
  font: FONT,
})

/** Noise, so that its bytes cannot hide in what is compressed. */
const noise = createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16)).update(
  Buffer.alloc(200 * 200),
)
const seal: Appearance = {
  page: 1,
  png: painted(200, 200, (x, y) => [200, 0, 0, noise[y * 200 + x] ?? 0]),
  centreXMm: 150,
  centreYMm: 240,
  widthMm: 36,
  heightMm: 36,
}

/** Bytes of the pictures that a signature brought. */
async function pictureBytes(pdf: Buffer, from: number): Promise<number> {
  const document = await openPdf(memorySource(pdf))
  let sum = 0
  for (const [number, entry] of document.xref.entries) {
    if (entry.kind !== 'offset' || entry.offset < from) continue
    const object = await document.object(number)
    if (!(object instanceof PdfStream) || !isNamed(object.dict.get('Subtype'), 'Image')) continue
    sum += (await document.streamExtent(object)).length
  }
  return sum
}

const oddOne = (name: string): Buffer => {
  const made = SAMPLES.find((sample) => sample.name === name)?.make()
  if (!(made instanceof Buffer)) throw new Error(`no sample ${name}`)
  return made
}

const DOCUMENTS: readonly (readonly [string, Buffer])[] = [
  ['a table (Ghostscript)', committed('ghostscript-17.pdf')],
  ['a table (LibreOffice, tagged)', committed('libreoffice-pdfa3.pdf')],
  ['a cross-reference stream (pdfTeX)', committed('tex-pdflatex.pdf')],
  ['a form (ReportLab)', committed('reportlab-form.pdf')],
  ['objects in object streams', oddOne('an object stream, last object first')],
]

describe('what a signature at B-B adds, with two authorities of RSA 4096 above an RSA 3072 key', () => {
  test.for(DOCUMENTS)('%s', async ([document, original]) => {
    const grown: Record<string, number> = {}
    const put = async (name: string, pdf: Buffer, appearance?: Appearance): Promise<Buffer> => {
      const signed = await signedBy(pdf, person, chain, appearance === undefined ? {} : { appearance })
      grown[name] = signed.length - pdf.length - (await pictureBytes(signed, pdf.length))
      return signed
    }
    await put('second invisible', await put('first invisible', original))
    const seen = await put('second visible', await put('first visible', original, block(1)), block(1))
    await put('with a picture, its bytes left out', seen, seal)

    for (const [name, bytes] of Object.entries(grown)) {
      process.stdout.write(`${name}: ${String(bytes)} bytes (${document})\n`)
      expect(bytes, name).toBeLessThanOrEqual(name.includes('invisible') ? INVISIBLE_BYTES : VISIBLE_BYTES)
    }
    expect(Object.keys(grown)).toHaveLength(5)
  })
})
