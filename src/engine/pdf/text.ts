/** Where words stand on the pages: the only door to pdf.js in the engine, loaded when first needed. */
import { setTimeout } from 'node:timers/promises'
import type * as PdfJs from 'pdfjs-dist/legacy/build/pdf.mjs'
import { chunksOf, type PdfSource } from './source.ts'

/** A run of text on one line, in millimetres of the page as it is shown, from its left and top edge. */
export interface TextPiece {
  readonly text: string
  readonly leftMm: number
  readonly rightMm: number
  readonly baselineMm: number
  /** Size of the letters. */
  readonly sizeMm: number
}

export interface PageText {
  /** 1 is the first. */
  readonly page: number
  readonly pieces: readonly TextPiece[]
}

/** What is written on one page. */
interface PlainPage {
  readonly text: string
  /** How many pages the document has. */
  readonly pages: number
}

/** A signature stands near the end; what is longer is an annex. */
const PAGES_LIMIT = 20
const PIECES_LIMIT = 20_000
const POINTS_PER_MM = 72 / 25.4

/**
 * The texts of the pages, the last page first, at most twenty pages. Upright text only.
 *
 * @throws whatever pdf.js makes of a broken file
 */
export function textFromTheEnd(source: PdfSource): AsyncGenerator<PageText, void, undefined> {
  return textOf(source, (last) => {
    return Array.from({ length: Math.min(last, PAGES_LIMIT) }, (_, index) => last - index)
  })
}

/**
 * The texts of certain pages, by their number. Upright text only.
 *
 * @returns undefined when the file cannot be read as text, or not within the time
 */
export async function textOfPages(
  source: PdfSource,
  wanted: ReadonlySet<number>,
  deadlineMs: number,
): Promise<ReadonlyMap<number, readonly TextPiece[]> | undefined> {
  const over = new AbortController()
  const read = async () => {
    const found = new Map<number, readonly TextPiece[]>()
    const chosen = (last: number) => [...wanted].filter((number) => number <= last)
    for await (const { page, pieces } of textOf(source, chosen, over.signal)) found.set(page, pieces)
    return found
  }
  const late = setTimeout(deadlineMs, undefined, { signal: over.signal, ref: false })
  try {
    return await Promise.race([read(), late])
  } catch {
    // Whatever pdf.js stumbles over: what cannot be read is not judged, and the caller says so.
    return undefined
  } finally {
    over.abort()
    late.catch(() => undefined)
  }
}

async function* textOf(
  source: PdfSource,
  choose: (last: number) => readonly number[],
  over?: AbortSignal,
): AsyncGenerator<PageText, void, undefined> {
  for await (const { number, page, items } of pagesOf(source, choose, over)) {
    const viewport = page.getViewport({ scale: 1 })
    const pieces: TextPiece[] = []
    for (const item of items.slice(0, PIECES_LIMIT)) {
      if ('str' in item && item.str.trim() !== '') pieces.push(...pieceOf(item, viewport))
    }
    yield { page: number, pieces }
  }
}

/**
 * All that is written on the pages from the first on, line by line, however it lies there.
 *
 * @throws whatever pdf.js makes of a broken file
 */
export async function* plainText(source: PdfSource, pagesLimit: number): AsyncGenerator<PlainPage> {
  let last = 0
  const choose = (count: number) => {
    last = count
    return Array.from({ length: Math.min(count, pagesLimit) }, (_, index) => index + 1)
  }
  for await (const { items } of pagesOf(source, choose)) {
    const text = items.map((item) => ('str' in item ? item.str + (item.hasEOL ? '\n' : '') : '')).join('')
    yield { text, pages: last }
  }
}

async function* pagesOf(source: PdfSource, choose: (last: number) => readonly number[], over?: AbortSignal) {
  const { getDocument, PDFDataRangeTransport } = await pdfJs()
  const transport = new PDFDataRangeTransport(source.size, null)
  transport.requestDataRange = (begin, end) => {
    void wholeRange(source, begin, end).then(
      (bytes) => {
        transport.onDataRange(begin, bytes)
      },
      // pdf.js waits for ever for a range that does not come; an empty one is an error to it.
      () => {
        transport.onDataRange(begin, new Uint8Array(0))
      },
    )
  }
  const task = getDocument({
    range: transport,
    length: source.size,
    disableAutoFetch: true,
    disableStream: true,
    disableFontFace: true,
    useSystemFonts: false,
    useWorkerFetch: false,
    useWasm: false,
    isOffscreenCanvasSupported: false,
    isImageDecoderSupported: false,
    isEvalSupported: false,
    stopAtErrors: false,
    verbosity: 0,
  })
  over?.addEventListener('abort', () => void task.destroy(), { once: true })
  try {
    const document = await task.promise
    for (const number of choose(document.numPages)) {
      const page = await document.getPage(number)
      const { items } = await page.getTextContent()
      yield { number, page, items }
      page.cleanup()
    }
  } finally {
    await task.destroy()
  }
}

/** As it is shown; nothing when it does not run from left to right there. */
function pieceOf(
  item: { readonly str: string; readonly transform: readonly unknown[]; readonly width: number },
  viewport: { convertToViewportPoint(x: number, y: number): readonly unknown[] },
): TextPiece[] {
  const [a, b, c, d, x, y] = item.transform.map(Number)
  if (a === undefined || b === undefined || c === undefined || d === undefined) return []
  if (x === undefined || y === undefined) return []
  const along = Math.hypot(a, b)
  if (along === 0) return []
  const point = (px: number, py: number) => {
    const [left, top] = viewport.convertToViewportPoint(px, py).map(Number)
    return { x: (left ?? NaN) / POINTS_PER_MM, y: (top ?? NaN) / POINTS_PER_MM }
  }
  const start = point(x, y)
  const end = point(x + (a / along) * item.width, y + (b / along) * item.width)
  const above = point(x + c, y + d)
  const sizeMm = Math.hypot(above.x - start.x, above.y - start.y)
  const isUpright = end.x > start.x && Math.abs(end.y - start.y) < 0.5 && above.y < start.y
  if (!isUpright || !Number.isFinite(sizeMm)) return []
  return [{ text: item.str, leftMm: start.x, rightMm: end.x, baselineMm: start.y, sizeMm }]
}

async function wholeRange(source: PdfSource, begin: number, end: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(end - begin)
  let at = 0
  for await (const chunk of chunksOf(source, begin, end - begin)) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}

let loaded: Promise<typeof PdfJs> | undefined

function pdfJs(): Promise<typeof PdfJs> {
  loaded ??= load()
  return loaded
}

/**
 * Loads pdf.js without a browser. It wants a few browser names while it is loaded, which only drawing
 * would use, and looks for a worker in a global name before it starts one.
 */
async function load(): Promise<typeof PdfJs> {
  const absent = ['DOMMatrix', 'ImageData', 'Path2D', 'navigator'].filter((name) => !(name in globalThis))
  for (const name of absent) {
    const value = name === 'navigator' ? { platform: '', userAgent: '', language: 'vi' } : Object
    Object.defineProperty(globalThis, name, { value, configurable: true })
  }
  try {
    // @ts-expect-error: pdf.js ships no declarations for its worker, of which only the whole is passed on
    const worker: unknown = await import('pdfjs-dist/legacy/build/pdf.worker.mjs')
    Object.defineProperty(globalThis, 'pdfjsWorker', { value: worker, configurable: true })
    const api = await import('pdfjs-dist/legacy/build/pdf.mjs')
    // Kept by pdf.js once asked for.
    Reflect.get(api.FeatureTest, 'platform')
    return api
  } finally {
    for (const name of absent) Reflect.deleteProperty(globalThis, name)
  }
}
