/** Which pictures fill the pages of a PDF, how fine they are and whether they have colour: what a scanner made. */
import { AppError } from '../../shared/errors.ts'
import { pageView, type PageView } from './appearance.ts'
import { openPdf, type Page, type PdfDocument } from './document.ts'
import type { PdfSource } from './source.ts'
import {
  isArray,
  isNamed,
  isWhiteSpace,
  PdfDict,
  PdfName,
  PdfParser,
  PdfStream,
  type PdfValue,
} from './syntax.ts'
import { formatVersion } from './version.ts'

/** A page as it is shown. */
export interface ScannedPage {
  readonly widthMm: number
  readonly heightMm: number
  /** Undefined where pictures cover less than half of the page, or what is drawn cannot be read. */
  readonly picture: PagePicture | undefined
}

/** The pictures of a page taken together. */
export interface PagePicture {
  /** Half of the page or more is at least so fine. */
  readonly dpi: number
  /** Whether half of the page or more is drawn in colour, by the way its pictures are kept. */
  readonly isColour: boolean
}

export interface ScannedFile {
  /** Of the format, such as 1.4; 0 where the file says none. */
  readonly version: number
  readonly pages: readonly ScannedPage[]
}

/** What makes a page a scan. */
const LEAST_COVERED = 0.5
const FORM_DEPTH = 4
/** Objects drawn on one page, each as often as it is drawn; what comes after them is not looked at. */
const DRAWINGS_LIMIT = 5000
const POINTS_PER_MM = 72 / 25.4

/**
 * Reads what each page draws, but no picture's data.
 *
 * @throws {AppError} `pdf/*`
 */
export async function inspectScan(source: PdfSource): Promise<ScannedFile> {
  const document = await openPdf(source)
  const version = await formatVersion(document.reader, await document.catalog())
  const pages: ScannedPage[] = []
  for await (const page of document.pages()) pages.push(await scannedPage(document, page))
  return { version, pages }
}

async function scannedPage(document: PdfDocument, page: Page): Promise<ScannedPage> {
  const view = await pageView(document, page)
  const { box, rotation, unit } = view
  const width = ((box.right - box.left) * unit) / POINTS_PER_MM
  const height = ((box.top - box.bottom) * unit) / POINTS_PER_MM
  const [widthMm, heightMm] = rotation % 180 === 0 ? [width, height] : [height, width]
  return { widthMm, heightMm, picture: pictureOf(await drawnOn(document, page, view)) }
}

/** One picture where it is drawn. */
interface Drawn {
  /** Part of the page, 0 to 1. */
  readonly covered: number
  readonly dpi: number
  readonly isColour: boolean
}

/** Scanners cut a page into strips, or into layers of which one is coarse and another without colour. */
function pictureOf(drawn: readonly Drawn[]): PagePicture | undefined {
  let covered = 0
  const half = drawn
    .toSorted((one, other) => other.dpi - one.dpi)
    .find((one) => (covered += one.covered) >= LEAST_COVERED)
  if (half === undefined) return undefined
  const inColour = drawn.reduce((sum, one) => sum + (one.isColour ? one.covered : 0), 0)
  return { dpi: half.dpi, isColour: inColour >= LEAST_COVERED }
}

async function drawnOn(document: PdfDocument, page: Page, view: PageView): Promise<Drawn[]> {
  const contents = await document.resolve(page.dict.get('Contents'))
  const parts: Uint8Array[] = []
  try {
    for (const item of isArray(contents) ? contents : [contents]) {
      const stream = await document.resolve(item)
      if (stream instanceof PdfStream) parts.push(await document.streamData(stream), Buffer.from('\n'))
    }
    const painter = new Painter(document, view)
    const resources = await document.resolveDict(page.attribute('Resources'))
    await painter.paint(Buffer.concat(parts), resources, IDENTITY, 0)
    return painter.drawn
  } catch (cause) {
    // What cannot be read is told to the clerk as a page without a picture; readers show it all the same.
    if (cause instanceof AppError && cause.code === 'pdf/unreadable') return []
    throw cause
  }
}

/** a b c d e f, as of ISO 32000-2, 8.3.3. */
type Matrix = readonly [number, number, number, number, number, number]

const IDENTITY: Matrix = [1, 0, 0, 1, 0, 0]

function times([a, b, c, d, e, f]: Matrix, [g, h, i, j, k, l]: Matrix): Matrix {
  return [a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + l]
}

function matrixOf(values: readonly PdfValue[]): Matrix {
  const [a, b, c, d, e, f] = values.slice(-6).map((value) => (typeof value === 'number' ? value : 0))
  return f === undefined ? IDENTITY : [a ?? 0, b ?? 0, c ?? 0, d ?? 0, e ?? 0, f]
}

/** Follows the operators that move and draw pictures; all others are passed over. */
class Painter {
  readonly drawn: Drawn[] = []
  private readonly document: PdfDocument
  private readonly view: PageView
  private drawings = 0

  constructor(document: PdfDocument, view: PageView) {
    this.document = document
    this.view = view
  }

  async paint(
    content: Uint8Array,
    resources: PdfDict | undefined,
    start: Matrix,
    depth: number,
  ): Promise<void> {
    const objects = await this.document.resolveDict(resources?.get('XObject') ?? null)
    const parser = new PdfParser(content, undefined, true)
    const kept: Matrix[] = []
    let matrix = start
    let operands: PdfValue[] = []
    for (let from = 0; ; from = parser.position) {
      await this.document.reader.spend(parser.position - from)
      parser.skipSpace()
      const next = parser.peek()
      if (next === -1 || this.drawings >= DRAWINGS_LIMIT) return
      if (beginsOperand(next)) {
        operands.push(parser.value())
        continue
      }
      const operator = parser.word()
      if (operator === 'Do' || operator === 'BI') this.drawings += 1
      if (operator === 'q') kept.push(matrix)
      else if (operator === 'Q') matrix = kept.pop() ?? start
      else if (operator === 'cm') matrix = times(matrixOf(operands), matrix)
      else if (operator === 'Do') await this.draw(operands.at(-1), objects, resources, matrix, depth)
      else if (operator === 'BI') await this.note(inlinePicture(parser, content), matrix)
      else if (operator === '') parser.position += 1
      operands = []
    }
  }

  private async draw(
    name: PdfValue | undefined,
    objects: PdfDict | undefined,
    resources: PdfDict | undefined,
    matrix: Matrix,
    depth: number,
  ): Promise<void> {
    const object =
      name instanceof PdfName ? await this.document.resolve(objects?.get(name.name) ?? null) : null
    if (!(object instanceof PdfStream)) return
    if (isNamed(object.dict.get('Subtype'), 'Image')) {
      await this.note(object.dict, matrix)
    } else if (isNamed(object.dict.get('Subtype'), 'Form') && depth < FORM_DEPTH) {
      const own = await this.document.resolveDict(object.dict.get('Resources'))
      const moved = matrixOf((await this.document.resolveArray(object.dict.get('Matrix'))) ?? [])
      const content = await this.document.streamData(object)
      await this.paint(content, own ?? resources, times(moved, matrix), depth + 1)
    }
  }

  private async note(picture: PdfDict, matrix: Matrix): Promise<void> {
    const pixels = async (...keys: string[]) => {
      const values = await Promise.all(keys.map((key) => this.document.resolve(picture.get(key))))
      return values.find((value) => typeof value === 'number') ?? 0
    }
    const [width, height] = [await pixels('Width', 'W'), await pixels('Height', 'H')]
    const [a, b, c, d] = matrix
    const inches = (x: number, y: number) => (Math.hypot(x, y) * this.view.unit) / 72
    const dpi = Math.min(width / inches(a, b), height / inches(c, d))
    const covered = coveredOf(this.view, matrix)
    if (!Number.isFinite(dpi) || covered === 0) return
    this.drawn.push({ covered, dpi, isColour: await hasColour(this.document, picture) })
  }
}

/** The part of the page that the unit square covers under a matrix, by the box around it. */
function coveredOf({ box }: PageView, [a, b, c, d, e, f]: Matrix): number {
  const xs = [e, e + a, e + c, e + a + c]
  const ys = [f, f + b, f + d, f + b + d]
  const wide = Math.min(box.right, Math.max(...xs)) - Math.max(box.left, Math.min(...xs))
  const high = Math.min(box.top, Math.max(...ys)) - Math.max(box.bottom, Math.min(...ys))
  if (wide <= 0 || high <= 0) return 0
  return (wide * high) / ((box.right - box.left) * (box.top - box.bottom))
}

/** A number, a name, a string, an array or a dictionary. */
function beginsOperand(code: number): boolean {
  return (code >= 48 && code <= 57) || '+-./([<'.includes(String.fromCharCode(code))
}

/** Reads a picture that stands in the content itself, and passes its data. */
function inlinePicture(parser: PdfParser, content: Uint8Array): PdfDict {
  const dict = new PdfDict()
  while (!parser.accept('ID')) {
    const key = parser.value()
    if (!(key instanceof PdfName)) break
    dict.entries.set(key.name, parser.value())
  }
  for (let at = parser.position + 1; at < content.length; at += 1) {
    const isEnd = content[at] === 69 && content[at + 1] === 73 // EI
    if (isEnd && isWhiteSpace(content[at - 1] ?? 0) && isWhiteSpace(content[at + 2] ?? 32)) {
      parser.position = at + 2
      return dict
    }
  }
  parser.position = content.length
  return dict
}

const GREY_SPACES = ['DeviceGray', 'CalGray', 'G', 'Separation']

/** Whether a picture is kept in colour, which a scan of black letters is, too, where the scanner was told so. */
async function hasColour(document: PdfDocument, picture: PdfDict): Promise<boolean> {
  const of = async (long: string, short: string) =>
    (await document.resolve(picture.get(long))) ?? (await document.resolve(picture.get(short)))
  if ((await of('ImageMask', 'IM')) === true || (await of('BitsPerComponent', 'BPC')) === 1) return false
  return isColourSpace(document, await of('ColorSpace', 'CS'))
}

/** Left out only by JPEG 2000, which says it inside; what is not known is not held against the scan. */
async function isColourSpace(document: PdfDocument, space: PdfValue): Promise<boolean> {
  if (space instanceof PdfName) return !GREY_SPACES.includes(space.name)
  if (!isArray(space)) return true
  const [family, base] = space
  if (isNamed(family ?? null, 'ICCBased')) {
    const profile = await document.resolve(base ?? null)
    return !(profile instanceof PdfStream) || (await document.resolve(profile.dict.get('N'))) !== 1
  }
  if (isNamed(family ?? null, 'Indexed') || isNamed(family ?? null, 'I')) {
    return isColourSpace(document, await document.resolve(base ?? null))
  }
  return family instanceof PdfName && !GREY_SPACES.includes(family.name)
}
