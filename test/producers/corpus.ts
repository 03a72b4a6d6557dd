/** The documents that are signed: committed ones, and those that the judges' own programs make of them. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from './judges.ts'
import { ODD } from './odd.ts'

const FIXTURES = join(import.meta.dirname, '../fixtures/producers')

/** A document and how it comes to be. */
export interface Sample {
  readonly name: string
  readonly make: () => Promise<Buffer> | Buffer
}

/** The committed files with what manifest.tsv says of them. */
export const COMMITTED: readonly {
  readonly file: string
  readonly producer: string
  readonly odd: string
}[] = readFileSync(join(FIXTURES, 'manifest.tsv'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => {
    const [file = '', producer = '', odd = ''] = line.split('\t')
    return { file, producer, odd }
  })

/** Every file that lies beside the manifest. */
export const COMMITTED_FILES = readdirSync(FIXTURES).filter((name) => name.endsWith('.pdf'))

export function committed(file: string): Buffer {
  return readFileSync(join(FIXTURES, file))
}

/** Runs a command over a committed file; it leaves the new document at the second path. */
function rewritten(
  file: string,
  command: (from: string, to: string) => readonly string[],
): () => Promise<Buffer> {
  return async () => {
    const dir = mkdtempSync(join(tmpdir(), 'vanthu-rewritten-'))
    try {
      const to = join(dir, 'to.pdf')
      const [program = '', ...words] = command(join(FIXTURES, file), to)
      const { errors } = await run(program, words)
      try {
        return readFileSync(to)
      } catch (cause) {
        throw new Error(`${program} wrote nothing: ${errors}`, { cause })
      }
    } finally {
      rmSync(dir, { recursive: true })
    }
  }
}

const qpdf =
  (...options: readonly string[]) =>
  (from: string, to: string) => ['qpdf', '--warning-exit-0', ...options, from, to]
const ghostscript =
  (...options: readonly string[]) =>
  (from: string, to: string) => ['gs', '-q', '-sDEVICE=pdfwrite', ...options, '-o', to, from]
const mutool =
  (...options: readonly string[]) =>
  (from: string, to: string) => ['mutool', 'clean', ...options, from, to]

const LETTER = 'libreoffice-writer.pdf'
const TEX = 'tex-pdflatex.pdf'
const SKIA = 'skia-chromium.pdf'
const FORM = 'reportlab-form.pdf'
const SCAN = 'scan-img2pdf.pdf'

const REWRITTEN: readonly (readonly [string, string, (from: string, to: string) => readonly string[]])[] = [
  ['qpdf, object streams', LETTER, qpdf('--object-streams=generate')],
  ['qpdf, no object streams', TEX, qpdf('--object-streams=disable')],
  ['qpdf, linearised', LETTER, qpdf('--linearize')],
  ['qpdf, linearised with object streams', SKIA, qpdf('--linearize', '--object-streams=generate')],
  ['qpdf, linearised form', FORM, qpdf('--linearize')],
  ['qpdf, QDF', TEX, qpdf('--qdf')],
  ['qpdf, nothing compressed', SKIA, qpdf('--stream-data=uncompress', '--compress-streams=n')],
  ['qpdf, turned by 90', LETTER, qpdf('--rotate=90')],
  ['qpdf, turned by 180', TEX, qpdf('--rotate=180')],
  ['qpdf, turned by 270', FORM, qpdf('--rotate=+270')],
  ['qpdf, PDF 1.3', 'ghostscript-13.pdf', qpdf('--force-version=1.3', '--object-streams=disable')],
  ['qpdf, one page out of many', LETTER, (from, to) => ['qpdf', from, '--pages', from, '2', '--', to]],
  [
    'qpdf, two producers in one',
    LETTER,
    (from, to) => ['qpdf', '--empty', '--pages', from, join(FIXTURES, TEX), join(FIXTURES, FORM), '--', to],
  ],
  ['qpdf, annotations made part of the page', FORM, qpdf('--flatten-annotations=all')],
  ['qpdf, form drawn anew', FORM, qpdf('--generate-appearances')],
  [
    'qpdf, an attachment',
    TEX,
    (from, to) => ['qpdf', from, '--add-attachment', join(FIXTURES, 'manifest.tsv'), '--', to],
  ],
  [
    'qpdf, under another page',
    SCAN,
    (from, to) => ['qpdf', from, '--underlay', join(FIXTURES, TEX), '--', to],
  ],
  ['Ghostscript over LibreOffice', LETTER, ghostscript()],
  ['Ghostscript over TeX, PDF 1.4', TEX, ghostscript('-dCompatibilityLevel=1.4')],
  ['Ghostscript over Skia, for the screen', SKIA, ghostscript('-dPDFSETTINGS=/screen')],
  ['Ghostscript over a form', FORM, ghostscript('-dPreserveAnnots=true')],
  ['mutool, cleaned and packed', LETTER, mutool('-gggz')],
  ['mutool, unpacked', TEX, mutool('-d', '-a')],
  ['mutool, one page', LETTER, (from, to) => ['mutool', 'clean', '-g', from, to, '1']],
  ['mutool, merged', FORM, (from, to) => ['mutool', 'merge', '-o', to, from, join(FIXTURES, SCAN)]],
  ['mutool, made into a PDF again', SKIA, (from, to) => ['mutool', 'convert', '-o', to, from]],
  ['poppler, united', LETTER, (from, to) => ['pdfunite', from, join(FIXTURES, TEX), to]],
  ['poppler, one page', SKIA, (from, to) => ['pdfseparate', '-f', '1', '-l', '1', from, to]],
  ['poppler through Cairo', FORM, (from, to) => ['pdftocairo', '-pdf', from, to]],
]

/** All that is signed by the tests, in one list. */
export const SAMPLES: readonly Sample[] = [
  ...COMMITTED.map(({ file, producer, odd }) => ({
    name: `${file} (${producer}; ${odd})`,
    make: () => committed(file),
  })),
  ...REWRITTEN.map(([name, file, command]) => ({
    name: `${file} by ${name}`,
    make: rewritten(file, command),
  })),
  ...Object.entries(ODD).map(([name, make]) => ({ name, make })),
]
