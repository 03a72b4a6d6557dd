/** What a scanner makes of a letter on paper: pages that are nothing but pictures, by Ghostscript. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import type { WorkFolder } from './samples.ts'

const LETTER = join(import.meta.dirname, '../fixtures/cong-van.pdf')

/** How the scanner is set. Ghostscript writes PDF 1.3 by itself. */
export interface ScannerSettings {
  readonly dpi?: number
  readonly colour?: boolean
  readonly version?: '1.3' | '1.4' | '1.7'
}

/** Scans the letter of test/fixtures and answers the path of the PDF. */
export function scanned(folder: WorkFolder, name: string, settings: ScannerSettings = {}): string {
  const { dpi = 200, colour = true, version = '1.7' } = settings
  const path = folder.path(name)
  const device = colour ? 'pdfimage24' : 'pdfimage8'
  execFileSync('gs', [
    ...['-q', '-dNOPAUSE', '-dBATCH', `-sDEVICE=${device}`, `-r${String(dpi)}`],
    ...[`-sOutputFile=${path}.gs`, LETTER],
  ])
  execFileSync('qpdf', [`--force-version=${version}`, `${path}.gs`, path])
  return path
}
