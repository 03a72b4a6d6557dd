/** What programs of others say about a document: several at a time, because they mostly start up. */
import { execFile, execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import type { MadeCertificate } from '../helpers/pki.ts'

/** How a program ended and what it said. */
export interface Said {
  readonly code: number
  readonly output: Buffer
  readonly errors: string
}

/** Runs a judge to its end. One that cannot be started is an error, one that complains is not. */
export function run(program: string, words: readonly string[]): Promise<Said> {
  return new Promise((done, fail) => {
    execFile(program, words, { encoding: 'buffer', maxBuffer: 1 << 28 }, (cause, output, errors) => {
      const code = cause === null ? 0 : cause.code
      if (typeof code !== 'number') fail(new Error(`${program} did not run`, { cause }))
      else done({ code, output, errors: errors.toString('latin1') })
    })
  })
}

/** A certificate database without tokens that knows one root. */
export function makeNssDatabase(folder: string, root: MadeCertificate): string {
  mkdirSync(folder)
  execFileSync('certutil', ['-N', '-d', `sql:${folder}`, '--empty-password'])
  execFileSync('certutil', [
    '-A',
    '-d',
    `sql:${folder}`,
    '-n',
    'root',
    '-t',
    'CT,C,C',
    '-i',
    root.certificatePath,
  ])
  return folder
}

/** What pdfsig says of each signature, in its own words. */
export interface PdfsigReport {
  readonly signature: string
  readonly certificate: string
  readonly coversWholeDocument: boolean
}

/** `pdfsig`, which asks nobody on the network. */
export async function pdfsigReports(nss: string, path: string): Promise<PdfsigReport[]> {
  const { output } = await run('pdfsig', ['-no-ocsp', '-nssdir', nss, path])
  return output
    .toString('utf8')
    .split(/Signature #\d+:/)
    .slice(1)
    .map((text) => ({
      signature: /Signature Validation: (.*)/.exec(text)?.[1] ?? '',
      certificate: /Certificate Validation: (.*)/.exec(text)?.[1] ?? '',
      coversWholeDocument: text.includes('Total document signed'),
    }))
}

/** The complaints of `qpdf --check`, each without its file and place, because places move. */
export async function qpdfComplaintsOf(path: string): Promise<Set<string>> {
  const { code, output, errors } = await run('qpdf', ['--check', path])
  if (code === 0) return new Set()
  const lines = `${output.toString('latin1')}\n${errors}`.split('\n')
  return new Set(
    lines
      .filter((line) => /^(WARNING|ERROR|qpdf):|^.*\((offset|object|trailer|xref)/.test(line))
      .map((line) => line.replaceAll(path, '').replaceAll(/\d+/g, '#')),
  )
}

/** A page as it is shown: grey values, row by row from the top. */
export interface DrawnPage {
  readonly width: number
  readonly height: number
  readonly grey: Uint8Array
}

/** The first pages of a document, drawn by poppler. */
export async function drawnPages(path: string, dpi: number, count: number): Promise<DrawnPage[]> {
  const words = ['-gray', '-cropbox', '-r', String(dpi), '-l', String(count), path]
  const { output } = await run('pdftoppm', words)
  const pages: DrawnPage[] = []
  for (let at = 0; at < output.length;) {
    const header = /^P5\s+(\d+)\s+(\d+)\s+255\s/.exec(output.subarray(at, at + 64).toString('latin1'))
    if (header === null) throw new Error('pdftoppm drew something else')
    const [text, width, height] = header
    const start = at + text.length
    at = start + Number(width) * Number(height)
    pages.push({ width: Number(width), height: Number(height), grey: output.subarray(start, at) })
  }
  return pages
}
