/** PDFs of other producers and hand-made ones, signatures made by openssl, and what the judges say. */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { preparePdfSignature } from '../../src/engine/pdf/incremental.ts'
import type { SignatureOptions } from '../../src/engine/pdf/incremental.ts'
import { chunksOf, memorySource } from '../../src/engine/pdf/source.ts'
import type { PdfSource } from '../../src/engine/pdf/source.ts'

export const FONT = readFileSync(
  fileURLToPath(new URL('../../resources/fonts/Tinos-Regular.ttf', import.meta.url)),
)

/** 23 November 2026, 18:09:15 in Vietnam. */
export const SIGNED_AT = new Date('2026-11-23T11:09:15Z')

export const BLOCK_LINES = [
  'Người ký: Nguyễn Văn Mẫu',
  'Cơ quan: Ủy ban nhân dân xã Suối Ngọc',
  'Thời gian ký: 23.11.2026 18:09:15 +07:00',
]

/** A folder that is gone when the tests of a file are over, with a key to sign with. */
export function workFolder(): { path: (name: string) => string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'vanthu-pdf-'))
  const path = (name: string) => join(folder, name)
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '30',
      '-subj',
      '/CN=Nguyen Van Mau/O=UBND xa Suoi Ngoc',
    ].concat(['-keyout', path('key.pem'), '-out', path('certificate.pem')]),
    { stdio: 'ignore' },
  )
  return {
    path,
    remove: () => {
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
export type WorkFolder = ReturnType<typeof workFolder>

/** Two pages by Ghostscript. */
export function ghostscriptPdf(folder: WorkFolder, name: string): Buffer {
  writeFileSync(
    folder.path('two-pages.ps'),
    `%!PS
<< /PageSize [595 842] >> setpagedevice
/Times-Roman findfont 20 scalefont setfont 72 700 moveto (Page one) show showpage
/Times-Roman findfont 20 scalefont setfont 72 700 moveto (Page two) show showpage
`,
  )
  execFileSync('gs', [
    '-q',
    '-dNOPAUSE',
    '-dBATCH',
    '-sDEVICE=pdfwrite',
    `-sOutputFile=${folder.path(name)}`,
    folder.path('two-pages.ps'),
  ])
  return readFileSync(folder.path(name))
}

/** The same document rewritten by qpdf. */
export function qpdf(
  folder: WorkFolder,
  input: string,
  output: string,
  ...options: readonly string[]
): Buffer {
  execFileSync('qpdf', [...options, folder.path(input), folder.path(output)])
  return readFileSync(folder.path(output))
}

/** A detached CMS (CAdES, SHA-256) by openssl over the bytes a signature covers. */
export function opensslCms(folder: WorkFolder, covered: Uint8Array): Buffer {
  return execFileSync(
    'openssl',
    [
      'cms',
      '-sign',
      '-binary',
      '-cades',
      '-md',
      'sha256',
      '-outform',
      'DER',
      '-signer',
      folder.path('certificate.pem'),
    ].concat(['-inkey', folder.path('key.pem')]),
    { input: covered, maxBuffer: 1 << 26 },
  )
}

export async function allBytes(source: PdfSource): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of chunksOf(source)) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** Signs bytes in memory the way the app does, with openssl in place of the token. */
export async function sign(
  folder: WorkFolder,
  original: Uint8Array,
  options: Partial<SignatureOptions> = {},
): Promise<Buffer> {
  const prepared = await preparePdfSignature(memorySource(original), { signedAt: SIGNED_AT, ...options })
  const whole = Buffer.concat([original, prepared.appended])
  const [, firstLength, second] = prepared.byteRange
  const cms = opensslCms(folder, Buffer.concat([whole.subarray(0, firstLength), whole.subarray(second)]))
  return Buffer.concat([original, prepared.embed(cms)])
}

/** Signs a file with poppler, another program with habits of its own. Its exit code says nothing. */
export function popplerSign(folder: WorkFolder, input: Uint8Array): Buffer {
  const database = `sql:${folder.path('nss')}`
  if (!existsSync(folder.path('nss'))) {
    mkdirSync(folder.path('nss'))
    execFileSync(
      'openssl',
      ['pkcs12', '-export', '-in', folder.path('certificate.pem'), '-inkey', folder.path('key.pem')].concat([
        '-name',
        'signer',
        '-passout',
        'pass:x',
        '-out',
        folder.path('key.p12'),
      ]),
    )
    execFileSync('certutil', ['-N', '-d', database, '--empty-password'])
    execFileSync('pk12util', ['-i', folder.path('key.p12'), '-d', database, '-W', 'x', '-K', ''], {
      stdio: 'ignore',
    })
  }
  writeFileSync(folder.path('poppler-in.pdf'), input)
  rmSync(folder.path('poppler-out.pdf'), { force: true })
  spawnSync('pdfsig', [
    '-nssdir',
    database,
    '-nick',
    'signer',
    '-add-signature',
    folder.path('poppler-in.pdf'),
    folder.path('poppler-out.pdf'),
  ])
  return readFileSync(folder.path('poppler-out.pdf'))
}

/** What pdfsig says, in the order of the signatures. The signer is unknown to it: only the digest counts here. */
export function pdfsig(path: string): { isValid: boolean; isWholeDocument: boolean }[] {
  const { stdout } = spawnSync('pdfsig', ['-nocert', path], { encoding: 'utf8' })
  return stdout
    .split(/Signature #\d+:/)
    .slice(1)
    .map((text) => ({
      isValid: text.includes('Signature is Valid.'),
      isWholeDocument: text.includes('Total document signed'),
    }))
}

/** Complaints of `qpdf --check`; empty when there are none. */
export function qpdfComplaints(path: string): string {
  const { status, stdout, stderr } = spawnSync('qpdf', ['--check', path], { encoding: 'utf8' })
  return status === 0 ? '' : stdout + stderr
}

/** What is shown of a page: grey values, row by row from the top. Poppler knows no UserUnit, MuPDF does. */
export function drawn(path: string, page: number, dpi: number, by: 'poppler' | 'mupdf' = 'poppler') {
  const [program, options] =
    by === 'poppler'
      ? ['pdftoppm', ['-gray', '-cropbox', '-r', String(dpi), '-f', String(page), '-l', String(page), path]]
      : [
          'mutool',
          ['draw', '-q', '-c', 'gray', '-r', String(dpi), '-F', 'pgm', '-o', '-', path, String(page)],
        ]
  const { stdout } = spawnSync(program, options, { maxBuffer: 1 << 27 })
  const header = /^P5\s+(\d+)\s+(\d+)\s+255\s/.exec(stdout.subarray(0, 64).toString('latin1'))
  if (header === null) throw new Error(`${program} drew nothing`)
  const [text, width, height] = header
  return { width: Number(width), height: Number(height), grey: stdout.subarray(text.length) }
}

/** Objects by number; a stream is given by its dictionary without /Length and its data. */
export type NewObjects = Readonly<
  Record<number, string | { readonly dict: string; readonly data: string | Buffer }>
>

function objectText(number: number, object: NewObjects[number]): Buffer {
  if (typeof object === 'string') return Buffer.from(`${String(number)} 0 obj\n${object}\nendobj\n`, 'latin1')
  const data = Buffer.from(object.data)
  return Buffer.concat([
    Buffer.from(
      `${String(number)} 0 obj\n<< ${object.dict} /Length ${String(data.length)} >>\nstream\n`,
      'latin1',
    ),
    data,
    Buffer.from('\nendstream\nendobj\n'),
  ])
}

function tableText(offsets: ReadonlyMap<number, number>, withFree: boolean): string {
  const lines = [...offsets].map(
    ([number, offset]) => `${String(number)} 1\n${String(offset).padStart(10, '0')} 00000 n \n`,
  )
  return `xref\n${withFree ? '0 1\n0000000000 65535 f \n' : ''}${lines.join('')}`
}

/** A PDF with exactly these objects and a classic table. Object 1 is the catalogue. */
export function handMade(
  objects: NewObjects,
  trailer = '',
  header = '%PDF-1.7\n%\xe2\xe3\xcf\xd3\n',
): Buffer {
  const parts: Buffer[] = [Buffer.from(header, 'latin1')]
  let length = header.length
  const offsets = new Map<number, number>()
  for (const [key, object] of Object.entries(objects)) {
    const bytes = objectText(Number(key), object)
    offsets.set(Number(key), length)
    parts.push(bytes)
    length += bytes.length
  }
  const size = Math.max(...offsets.keys()) + 1
  parts.push(
    Buffer.from(
      `${tableText(offsets, true)}trailer\n<< /Size ${String(size)} /Root 1 0 R ${trailer} >>\nstartxref\n${String(length)}\n%%EOF\n`,
      'latin1',
    ),
  )
  return Buffer.concat(parts)
}

/** What a forger, or another program, appends: an increment with these objects. */
export function appended(original: Buffer, objects: NewObjects, root = '1 0 R', trailer = ''): Buffer {
  const previous = /startxref\s+(\d+)\s+%%EOF\s*$/.exec(original.subarray(-64).toString('latin1'))?.[1]
  if (previous === undefined) throw new Error('the sample has no startxref')
  const parts: Buffer[] = [original]
  let length = original.length
  const offsets = new Map<number, number>()
  for (const [key, object] of Object.entries(objects)) {
    const bytes = objectText(Number(key), object)
    offsets.set(Number(key), length)
    parts.push(bytes)
    length += bytes.length
  }
  parts.push(
    Buffer.from(
      `${tableText(offsets, false)}trailer\n<< /Size 1000 /Root ${root} /Prev ${previous} ${trailer} >>\nstartxref\n${String(length)}\n%%EOF\n`,
      'latin1',
    ),
  )
  return Buffer.concat(parts)
}

/** A document with a hybrid cross-reference: object 3, the page, is known only to readers of streams. */
export function hybrid(): Buffer {
  const body = handMade(PLAIN_OBJECTS)
  const text = body.subarray(0, body.lastIndexOf('xref\n0 1')).toString('latin1')
  const offsetOf = (number: number) => text.search(new RegExp(`(?<!\\d)${String(number)} 0 obj`))
  const stream = text.length
  const row = Buffer.alloc(6)
  row.writeUInt8(1, 0)
  row.writeUInt32BE(offsetOf(3), 1)
  const head = '8 0 obj\n<< /Type /XRef /W [1 4 1] /Index [3 1] /Size 9 /Length 6 >>\nstream\n'
  const table = stream + head.length + 6 + '\nendstream\nendobj\n'.length
  const lines = [1, 2, 4, 5, 6, 7].map(
    (number) => `${String(number)} 1\n${String(offsetOf(number)).padStart(10, '0')} 00000 n \n`,
  )
  return Buffer.concat([
    Buffer.from(text, 'latin1'),
    Buffer.from(head),
    row,
    Buffer.from(
      `\nendstream\nendobj\nxref\n0 1\n0000000000 65535 f \n3 1\n0000000000 00000 f \n${lines.join('')}trailer\n<< /Size 9 /Root 1 0 R /XRefStm ${String(stream)} >>\nstartxref\n${String(table)}\n%%EOF\n`,
    ),
  ])
}

/** A one-page document with a text field (7), an action-less catalogue and a font (5). */
export const PLAIN_OBJECTS: NewObjects = {
  1: '<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [7 0 R] /DA (/F1 10 Tf 0 g) >> >>',
  2: '<< /Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 595 842] >>',
  3: '<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> /Annots [7 0 R] >>',
  4: { dict: '', data: 'BT /F1 24 Tf 72 700 Td (So 12/QD-UBND) Tj ET' },
  5: '<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman >>',
  6: '<< /Title (Quyet dinh) >>',
  7: '<< /Type /Annot /Subtype /Widget /FT /Tx /T (so) /Rect [100 600 200 620] /P 3 0 R >>',
}
