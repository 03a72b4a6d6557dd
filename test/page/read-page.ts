/**
 * Reads a print back with two readers that had no part in making it: poppler for where words and rules are, pdf.js
 * for the size and the face of letters.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getDocument } from 'pdfjs-dist/legacy/build/pdf.mjs'

const MM = 25.4 / 72
const RULE_DPI = 150
/** Two words further apart than this stand in two columns. */
const COLUMN_GAP_MM = 4

/** A line of one column, in millimetres from the page's left and top edge. */
export interface ReadLine {
  readonly text: string
  readonly leftMm: number
  readonly rightMm: number
  readonly baselineMm: number
  /** Of its letters, each size once. */
  readonly sizesPt: readonly number[]
  /** Of its faces, each once: `Tinos`, `Tinos-Bold`, `Tinos-Italic`, `Tinos-BoldItalic`. */
  readonly faces: readonly string[]
}

/** A word's box as poppler has it. */
export interface ReadWord {
  readonly text: string
  readonly leftMm: number
  readonly rightMm: number
  readonly topMm: number
  readonly bottomMm: number
}

/** A thin black line across. */
export interface ReadRule {
  readonly leftMm: number
  readonly rightMm: number
  readonly yMm: number
}

export interface ReadPage {
  readonly widthMm: number
  readonly heightMm: number
  readonly lines: readonly ReadLine[]
  readonly words: readonly ReadWord[]
}

/** Every page of a print. */
export async function readPages(pdf: Uint8Array): Promise<ReadPage[]> {
  const words = wordsOf(pdf)
  const document = await getDocument({ data: Uint8Array.from(pdf), verbosity: 0 }).promise
  try {
    const pages: ReadPage[] = []
    for (let number = 1; number <= document.numPages; number += 1) {
      const page = await document.getPage(number)
      const { width, height } = page.getViewport({ scale: 1 })
      // Only a page that was drawn knows the names of its faces.
      await page.getOperatorList()
      const { items } = await page.getTextContent({ disableNormalization: true })
      const runs = items.flatMap((item) => {
        if (!('str' in item) || item.str.trim() === '') return []
        const [, , , size, x, y] = item.transform as [number, number, number, number, number, number]
        const { name } = page.commonObjs.get(item.fontName) as { name: string }
        return {
          text: item.str,
          leftMm: x * MM,
          rightMm: (x + item.width) * MM,
          baselineMm: (height - y) * MM,
          sizesPt: [Math.round(size * 100) / 100],
          faces: [name.replace(/^[A-Z]{6}\+/, '').replace(/-Regular$/, '')],
        }
      })
      const lines = joined(runs)
      pages.push({ widthMm: width * MM, heightMm: height * MM, lines, words: words[number - 1] ?? [] })
    }
    return pages
  } finally {
    await document.loadingTask.destroy()
  }
}

function joined(runs: readonly ReadLine[]): ReadLine[] {
  const rows: ReadLine[][] = []
  for (const run of [...runs].sort((a, b) => a.baselineMm - b.baselineMm)) {
    const row = rows.at(-1)
    if (row?.[0] !== undefined && run.baselineMm - row[0].baselineMm < 0.3) row.push(run)
    else rows.push([run])
  }
  return rows.flatMap((row) => {
    const lines: ReadLine[] = []
    for (const run of row.sort((a, b) => a.leftMm - b.leftMm)) {
      const last = lines.at(-1)
      if (last === undefined || run.leftMm - last.rightMm > COLUMN_GAP_MM) {
        lines.push(run)
        continue
      }
      const isApart = run.leftMm - last.rightMm > 0.5 && !/\s$/u.test(last.text) && !/^\s/u.test(run.text)
      lines[lines.length - 1] = {
        ...last,
        text: `${last.text}${isApart ? ' ' : ''}${run.text}`,
        rightMm: run.rightMm,
        sizesPt: [...new Set([...last.sizesPt, ...run.sizesPt])],
        faces: [...new Set([...last.faces, ...run.faces])],
      }
    }
    return lines.map((line) => ({ ...line, text: line.text.trim() }))
  })
}

function inFolder<T>(pdf: Uint8Array, work: (path: string, dir: string) => T): T {
  const dir = mkdtempSync(join(tmpdir(), 'vanthu-read-'))
  try {
    const path = join(dir, 'page.pdf')
    writeFileSync(path, pdf)
    return work(path, dir)
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

function wordsOf(pdf: Uint8Array): ReadWord[][] {
  const html = inFolder(pdf, (path) => execFileSync('pdftotext', ['-bbox', path, '-'], { encoding: 'utf8' }))
  return html
    .split('<page ')
    .slice(1)
    .map((page) =>
      [
        ...page.matchAll(/<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">([^<]*)</gu),
      ].map(([, left, top, right, bottom, text = '']) => ({
        text,
        leftMm: Number(left) * MM,
        rightMm: Number(right) * MM,
        topMm: Number(top) * MM,
        bottomMm: Number(bottom) * MM,
      })),
    )
}

/** The thin black lines across the upper part of the first page, at least so long. */
export function rulesOf(pdf: Uint8Array, heightMm: number, leastMm: number): ReadRule[] {
  const dot = 25.4 / RULE_DPI
  const picture = inFolder(pdf, (path, dir) => {
    const size = [
      '-x',
      '0',
      '-y',
      '0',
      '-W',
      String(Math.round(210 / dot)),
      '-H',
      String(Math.round(heightMm / dot)),
    ]
    execFileSync('pdftoppm', [
      '-r',
      String(RULE_DPI),
      '-gray',
      '-l',
      '1',
      '-singlefile',
      ...size,
      path,
      join(dir, 'p'),
    ])
    return readFileSync(join(dir, 'p.pgm'))
  })
  const head = /^P5\s+(\d+)\s+(\d+)\s+255\s/.exec(picture.subarray(0, 40).toString('latin1'))
  if (head === null) throw new Error('pdftoppm gave no grey picture')
  const [whole, width, height] = [head[0].length, Number(head[1]), Number(head[2])]
  const found: ReadRule[] = []
  for (let y = 0; y < height; y += 1) {
    let begin = -1
    for (let x = 0; x <= width; x += 1) {
      const isDark = x < width && (picture[whole + y * width + x] ?? 255) < 160
      if (isDark && begin < 0) begin = x
      if (isDark || begin < 0) continue
      const rule = { leftMm: begin * dot, rightMm: x * dot, yMm: y * dot }
      const before = found.at(-1)
      const isSame =
        before !== undefined && rule.yMm - before.yMm < 1 && Math.abs(rule.leftMm - before.leftMm) < 1
      if (rule.rightMm - rule.leftMm >= leastMm && !isSame) found.push(rule)
      begin = -1
    }
  }
  return found
}

/** The faces of a file and whether each is in it, as poppler lists them. */
export function facesOf(pdf: Uint8Array): { readonly name: string; readonly embedded: boolean }[] {
  const table = inFolder(pdf, (path) => execFileSync('pdffonts', [path], { encoding: 'utf8' }))
  return table
    .split('\n')
    .slice(2)
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [name = ''] = line.split(/\s+/)
      return {
        name: name.replace(/^[A-Z]{6}\+/, ''),
        embedded: /\s(yes|no)\s+(yes|no)\s+(yes|no)\s/.exec(line)?.[1] === 'yes',
      }
    })
}

/** What poppler says of the file, such as `Tagged: yes`. */
export function factsOf(pdf: Uint8Array): string {
  return inFolder(pdf, (path) => execFileSync('pdfinfo', [path], { encoding: 'utf8' }))
}

/** Draws the first page as a PNG. @param path without its ending */
export function drawFirstPage(pdf: Uint8Array, path: string): void {
  inFolder(pdf, (file) =>
    execFileSync('pdftoppm', ['-r', '90', '-png', '-l', '1', '-singlefile', file, path]),
  )
}
