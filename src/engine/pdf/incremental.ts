/**
 * Prepares a signature as an incremental update: the bytes there are stay as they are, and a signature
 * field with room for the CMS is added behind them (ISO 32000-2, 7.5.6, 12.7.5.5, 12.8; ETSI EN 319 142-1).
 * Reads only the structure of the file, so its size does not matter.
 */
import { createHash } from 'node:crypto'
import { AppError } from '../../shared/errors.ts'
import type { Appearance, PageBox, PageView } from './appearance.ts'
import { openPdf } from './document.ts'
import type { Page, PdfDocument } from './document.ts'
import type { NewStream } from './font.ts'
import { permissionOf } from './permission.ts'
import { digestByteRange, extended } from './source.ts'
import type { ByteRange, DigestAlgorithm, PdfSource } from './source.ts'
import { isArray, PdfDict, PdfName, PdfRef, textString, unreadable } from './syntax.ts'
import type { PdfValue } from './syntax.ts'
import { textOfValue, Verbatim } from './write.ts'
import type { Writable } from './write.ts'

/** What a signature says about itself, and how it is shown. */
export interface SignatureOptions {
  /** The time the signer claims, written in Vietnam's zone. */
  readonly signedAt: Date
  /** Who signs, for /Name. */
  readonly name?: string
  readonly reason?: string
  readonly location?: string
  /** Partial name of the new field; by default the first free `Signature1`, `Signature2` … */
  readonly fieldName?: string
  /** Room for the CMS in bytes of DER. Default 8 KiB, which takes twice as many bytes in the file. */
  readonly contentsBytes?: number
  /** Left out for an invisible signature. */
  readonly appearance?: Appearance
  /**
   * Certifies: only forms may be filled and further signatures added afterwards (DocMDP level 2). Only the
   * first signature of a file may, so where one stands already this one is an ordinary one.
   */
  readonly certify?: boolean
  /** Empty text fields that are filled in the same increment, each with a drawing of its own. */
  readonly fill?: readonly FilledField[]
  /**
   * Prepares a document time stamp (ISO 32000-2, 12.8.5) instead: the CMS will be an RFC 3161 token, which
   * says when and not who. Only `fieldName` and `contentsBytes` matter then. It may follow a certification
   * that forbids everything else.
   */
  readonly documentTimeStamp?: boolean
}

/** What is written into a text field, in the face of a visible text. */
export interface FilledField {
  /** Full name. */
  readonly name: string
  readonly text: string
  /** Smaller where the field has no room. */
  readonly fontSizePt: number
  readonly slanted?: boolean
  /** In the middle of the field; by default at its left. */
  readonly centred?: boolean
  readonly font: Uint8Array
}

/** A document that lacks only its CMS. */
export interface PreparedSignature {
  readonly fieldName: string
  readonly byteRange: ByteRange
  /** The bytes that follow the original, with zeros where the CMS will stand. */
  readonly appended: Uint8Array
  /** The digest to sign, streamed over the original and the appended bytes. */
  digest(algorithm: DigestAlgorithm): Promise<Uint8Array>
  /**
   * The final appended bytes.
   * @throws {AppError} `pdf/signature-too-large` when the CMS is longer than the room left for it
   */
  embed(cms: Uint8Array): Uint8Array
  /** The signed document, to be written with `writePdf` or `chunksOf`, or signed once more. */
  signed(cms: Uint8Array): PdfSource
}

const CONTENTS_BYTES = 8 << 10
const BYTE_RANGE_WIDTH = 10
const VIETNAM_OFFSET_MS = 7 * 3_600_000
/** Acrobat and the cross-reference table itself end here: ten digits. */
const FILE_BYTES_LIMIT = 9_999_999_999

/** Print and Locked: shown on paper, not to be dragged away. */
const WIDGET_FLAGS = 4 | 128
/** SignaturesExist and AppendOnly (ISO 32000-2, table 225). */
const SIGNATURE_FLAGS = 3

/**
 * Lays out the update that adds a signature.
 *
 * @throws {AppError} `pdf/encrypted`, `pdf/no-pages`, `pdf/unreadable` (also when the file's
 *   cross-reference is broken: what cannot be read for certain is not signed), `pdf/too-large`,
 *   `pdf/certified-no-changes` when an earlier certification or field lock forbids any change;
 *   `image/*` when the picture cannot be used
 */
export async function preparePdfSignature(
  source: PdfSource,
  options: SignatureOptions,
): Promise<PreparedSignature> {
  const document = await openPdf(source)
  if (document.isEncrypted) throw new AppError('pdf/encrypted', 'the file is encrypted')
  const update = new Update(document)
  const page = await pageToSign(document, options.appearance?.page ?? 1)
  const { fieldName, isFirst } = await freeFieldName(
    document,
    options.fieldName,
    options.documentTimeStamp === true,
  )
  const certifies = options.certify === true && isFirst

  const contentsBytes = options.contentsBytes ?? CONTENTS_BYTES
  const signature = update.add(signatureDictionary(options, contentsBytes, certifies))
  const field = update.reserve()
  update.set(field, await widgetOf(document, update, page, signature, fieldName, options.appearance))
  await addToPage(document, update, page, field)
  const plain = await document.catalog()
  const catalog = certifies ? certified(plain, signature) : plain
  if (certifies) update.set(rootOf(document), catalog)
  await addToForm(document, update, catalog, [field], { isSignature: true })
  if (options.fill !== undefined) await fillFields(document, update, options.fill)

  const appended = await update.bytes()
  if (source.size + appended.length > FILE_BYTES_LIMIT)
    throw new AppError('pdf/too-large', 'the file is too long')
  const byteRange = fillByteRange(appended, source.size, contentsBytes)
  const whole = extended(source, appended)

  function embed(cms: Uint8Array): Uint8Array {
    if (cms.length > contentsBytes) {
      throw new AppError(
        'pdf/signature-too-large',
        `the CMS takes ${String(cms.length)} bytes, there is room for ${String(contentsBytes)}`,
      )
    }
    const bytes = Buffer.from(appended)
    bytes.write(Buffer.from(cms).toString('hex'), byteRange[1] + 1 - source.size, 'latin1')
    return bytes
  }

  return {
    fieldName,
    byteRange,
    appended,
    digest: (algorithm) => digestByteRange(whole, byteRange, algorithm),
    embed,
    signed: (cms) => extended(source, embed(cms)),
  }
}

/** The objects of one increment. */
export class Update {
  private readonly document: PdfDocument
  private readonly objects = new Map<
    number,
    { readonly generation: number; readonly value: Writable | NewStream }
  >()
  private next: number

  constructor(document: PdfDocument) {
    this.document = document
    let highest = 0
    for (const number of document.xref.entries.keys()) highest = Math.max(highest, number)
    const size = document.xref.trailer.get('Size')
    this.next = Math.max(
      highest + 1,
      typeof size === 'number' && size <= highest + 100_000 ? Math.ceil(size) : 1,
    )
  }

  reserve(): PdfRef {
    const ref = new PdfRef(this.next, 0)
    this.next += 1
    return ref
  }

  readonly add = (value: Writable | NewStream): PdfRef => {
    const ref = this.reserve()
    this.set(ref, value)
    return ref
  }

  set(ref: PdfRef, value: Writable | NewStream): void {
    this.objects.set(ref.number, { generation: ref.generation, value })
  }

  /** The increment in the style of the file's last section. */
  async bytes(): Promise<Buffer> {
    const { reader, xref } = this.document
    const [last] = await reader.bytes(reader.size - 1, 1)
    const parts: Buffer[] = last === 10 || last === 13 ? [] : [Buffer.from('\n')]
    let length = parts.length
    const offsets = new Map<number, { readonly offset: number; readonly generation: number }>()
    const append = (bytes: Buffer) => {
      parts.push(bytes)
      length += bytes.length
    }
    const here = () => reader.size + length - xref.shift
    for (const [number, { generation, value }] of [...this.objects].sort(([a], [b]) => a - b)) {
      offsets.set(number, { offset: here(), generation })
      append(objectBytes(number, generation, value))
    }
    const startxref = here()
    if (xref.style === 'table') {
      append(tableSection(offsets, this.trailer(this.next)))
    } else {
      const ref = this.reserve()
      offsets.set(ref.number, { offset: startxref, generation: 0 })
      append(streamSection(ref, offsets, this.trailer(this.next)))
    }
    append(Buffer.from(`startxref\n${String(startxref)}\n%%EOF\n`))
    return Buffer.concat(parts)
  }

  /** The last trailer with its own entries kept, as ISO 32000-2, 7.5.6 asks. */
  private trailer(size: number): Map<string, Writable> {
    const { trailer, startxref } = this.document.xref
    const kept = [...trailer.entries].filter(([key]) => !TRAILER_KEYS_NOT_KEPT.has(key))
    const entries = new Map<string, Writable>([...kept, ['Size', size], ['Prev', startxref]])
    const id = trailer.get('ID')
    const [first] = isArray(id) ? id : []
    if (first !== undefined) {
      const seed = `${String(startxref)} ${[...this.objects.keys()].join(' ')} ${String(this.document.reader.size)}`
      const changed = createHash('sha256').update(textOfValue(first)).update(seed).digest('hex').slice(0, 32)
      entries.set('ID', [first, new Verbatim(`<${changed}>`)])
    }
    return entries
  }
}

const TRAILER_KEYS_NOT_KEPT = new Set([
  'Prev',
  'XRefStm',
  'Size',
  'Type',
  'W',
  'Index',
  'Filter',
  'DecodeParms',
  'Length',
])

function isNewStream(value: Writable | NewStream): value is NewStream {
  return value !== null && typeof value === 'object' && 'data' in value
}

function objectBytes(number: number, generation: number, value: Writable | NewStream): Buffer {
  const head = `${String(number)} ${String(generation)} obj\n`
  if (!isNewStream(value)) return Buffer.from(`${head}${textOfValue(value)}\nendobj\n`, 'latin1')
  const dict = new Map<string, Writable>([...value.dict, ['Length', value.data.length]])
  return Buffer.concat([
    Buffer.from(`${head}${textOfValue(dict)}\nstream\n`, 'latin1'),
    value.data,
    Buffer.from('\nendstream\nendobj\n'),
  ])
}

type Offsets = ReadonlyMap<number, { readonly offset: number; readonly generation: number }>

/** Consecutive object numbers, each run with its entries. */
function runsOf(offsets: Offsets): { first: number; entries: { offset: number; generation: number }[] }[] {
  const runs: { first: number; entries: { offset: number; generation: number }[] }[] = []
  for (const [number, entry] of [...offsets].sort(([a], [b]) => a - b)) {
    const run = runs.at(-1)
    if (run !== undefined && run.first + run.entries.length === number) run.entries.push(entry)
    else runs.push({ first: number, entries: [entry] })
  }
  return runs
}

function tableSection(offsets: Offsets, trailer: ReadonlyMap<string, Writable>): Buffer {
  const lines = runsOf(offsets).flatMap(({ first, entries }) => [
    `${String(first)} ${String(entries.length)}\n`,
    ...entries.map(
      ({ offset, generation }) =>
        `${String(offset).padStart(10, '0')} ${String(generation).padStart(5, '0')} n \n`,
    ),
  ])
  return Buffer.from(`xref\n${lines.join('')}trailer\n${textOfValue(trailer)}\n`, 'latin1')
}

function streamSection(ref: PdfRef, offsets: Offsets, trailer: ReadonlyMap<string, Writable>): Buffer {
  const runs = runsOf(offsets)
  const rows = runs.flatMap(({ entries }) =>
    entries.map(({ offset, generation }) => {
      const row = Buffer.alloc(8)
      row.writeUInt8(1, 0)
      row.writeUIntBE(offset, 1, 5)
      row.writeUInt16BE(generation, 6)
      return row
    }),
  )
  const dict = new Map<string, Writable>([
    ['Type', new PdfName('XRef')],
    ['W', [1, 5, 2]],
    ['Index', runs.flatMap(({ first, entries }) => [first, entries.length])],
    ...trailer,
  ])
  return objectBytes(ref.number, 0, { dict, data: Buffer.concat(rows) })
}

async function pageToSign(document: PdfDocument, wanted: number | 'last'): Promise<Page> {
  let found: Page | undefined
  let count = 0
  for await (const page of document.pages()) {
    count += 1
    found = page
    if (count === wanted) break
  }
  if (found === undefined) throw new AppError('pdf/no-pages', 'the file has no pages')
  return found
}

/** Walks the form once: refuses a forbidden change, and finds a name that is free. */
async function freeFieldName(
  document: PdfDocument,
  wanted: string | undefined,
  isAlwaysAllowed: boolean,
): Promise<{ readonly fieldName: string; readonly isFirst: boolean }> {
  const names = new Set<string>()
  let isFirst = true
  for await (const field of document.fields()) {
    names.add(field.name)
    if (field.type === 'Sig' && (await document.resolve(field.dict.get('V'))) !== null) isFirst = false
    if (field.type === 'Sig' && !isAlwaysAllowed) await refuseFinal(document, field.dict)
  }
  const permissions = await document.resolveDict((await document.catalog()).get('Perms'))
  const certification = new PdfDict([['V', permissions?.get('DocMDP') ?? null]])
  if (!isAlwaysAllowed) await refuseFinal(document, certification)
  if (wanted !== undefined && !names.has(wanted) && !wanted.includes('.')) {
    return { fieldName: wanted, isFirst }
  }
  for (let number = 1; ; number += 1) {
    const name = `${wanted?.replaceAll('.', '-') ?? 'Signature'}${String(number)}`
    if (!names.has(name)) return { fieldName: name, isFirst }
  }
}

async function refuseFinal(document: PdfDocument, field: PdfDict): Promise<void> {
  const { level } = await permissionOf(document, field)
  if (level === 1) throw new AppError('pdf/certified-no-changes', 'a certification allows no changes')
}

/** The catalogue that names the certification (ISO 32000-2, 12.8.4, table 263). */
function certified(catalog: PdfDict, signature: PdfRef): PdfDict {
  const kept = catalog.get('Perms')
  const others = kept instanceof PdfDict ? kept.entries : []
  return new PdfDict([...catalog.entries, ['Perms', new PdfDict([...others, ['DocMDP', signature]])]])
}

/** What a certification of level 2 says of itself (ISO 32000-2, 12.8.2.2, table 257). */
const LEVEL_2: readonly Writable[] = [
  new Map<string, Writable>([
    ['Type', new PdfName('SigRef')],
    ['TransformMethod', new PdfName('DocMDP')],
    [
      'TransformParams',
      new Map<string, Writable>([
        ['Type', new PdfName('TransformParams')],
        ['P', 2],
        ['V', new PdfName('1.2')],
      ]),
    ],
  ]),
]

/**
 * Writes into empty text fields.
 *
 * @throws {AppError} `pdf/unreadable` where there is no such field
 */
async function fillFields(
  document: PdfDocument,
  update: Update,
  fills: readonly FilledField[],
): Promise<void> {
  const waiting = new Map(fills.map((fill) => [fill.name, fill]))
  const pages = new Map<number, Page>()
  for await (const page of document.pages()) pages.set(page.ref.number, page)
  for await (const { name, ref, dict, widgets } of document.fields()) {
    const fill = waiting.get(name)
    const [widget] = widgets
    if (fill === undefined || widget === undefined) continue
    waiting.delete(name)
    const on = widget.dict.get('P')
    const page = on instanceof PdfRef ? pages.get(on.number) : pages.values().next().value
    if (page === undefined) throw unreadable('a field stands on no page')
    const drawing = await drawnInField(document, update, page, widget.dict, fill)
    const appearance = new Map<string, Writable>([['N', drawing]])
    const value: readonly [string, Writable] = ['V', textString(fill.text)]
    if (widget.ref.number === ref.number) {
      update.set(ref, new Map<string, Writable>([...dict.entries, value, ['AP', appearance]]))
    } else {
      update.set(ref, new Map<string, Writable>([...dict.entries, value]))
      update.set(widget.ref, new Map<string, Writable>([...widget.dict.entries, ['AP', appearance]]))
    }
  }
  if (waiting.size > 0) throw unreadable(`there is no field ${[...waiting.keys()].join(', ')}`)
}

/** The letters stand in the middle of the field's height. */
async function drawnInField(
  document: PdfDocument,
  update: Update,
  page: Page,
  widget: PdfDict,
  { text, fontSizePt, slanted = false, centred = false, font }: FilledField,
): Promise<PdfRef> {
  const { drawWords, pageView, rectangleOf, shownBox } = await import('./appearance.ts')
  const { openTypeface } = await import('./font.ts')
  const view = await pageView(document, page)
  const rect = await rectangleOf(document, widget.get('Rect'))
  if (rect === undefined) throw unreadable('a field has no rectangle')
  const { widthMm, heightMm } = shownBox(view, rect)
  const face = openTypeface(font)
  const [width, height] = [(widthMm * 72) / 25.4, (heightMm * 72) / 25.4]
  const size = Math.min(fontSizePt, (width * 1000) / Math.max(1, face.widthOf(text)), height)
  const left = centred ? (width - (face.widthOf(text) * size) / 1000) / 2 : 0
  const baseline = (height + ((face.ascent + face.descent) * size) / 1000) / 2
  const [leftMm, baselineMm] = [(left * 25.4) / 72, (baseline * 25.4) / 72]
  const words = [{ text, leftMm, baselineMm, fontSizePt: size, slanted }]
  const layout = { leftMm: 0, topMm: 0, width, height }
  return drawWords({ page: 1, words, font }, layout, face, view.rotation, update.add)
}

function signatureDictionary(
  options: SignatureOptions,
  contentsBytes: number,
  certifies: boolean,
): Map<string, Writable> {
  const isTimeStamp = options.documentTimeStamp === true
  const entries: [string, Writable][] = [
    ['Type', new PdfName(isTimeStamp ? 'DocTimeStamp' : 'Sig')],
    ['Filter', new PdfName('Adobe.PPKLite')],
    ['SubFilter', new PdfName(isTimeStamp ? 'ETSI.RFC3161' : 'ETSI.CAdES.detached')],
  ]
  if (!isTimeStamp) entries.push(['M', textString(pdfDate(options.signedAt))])
  if (options.name !== undefined) entries.push(['Name', textString(options.name)])
  if (options.reason !== undefined) entries.push(['Reason', textString(options.reason)])
  if (options.location !== undefined) entries.push(['Location', textString(options.location)])
  if (certifies) entries.push(['Reference', LEVEL_2])
  entries.push(['ByteRange', new Verbatim(byteRangeText([0, 0, 0, 0]))])
  entries.push(['Contents', new Verbatim(`<${'00'.repeat(contentsBytes)}>`)])
  return new Map(entries)
}

/** `D:20261123180915+07'00'` (ISO 32000-2, 7.9.4), always in Vietnam's zone. */
function pdfDate(time: Date): string {
  const local = new Date(time.getTime() + VIETNAM_OFFSET_MS).toISOString()
  return `D:${local.slice(0, 19).replace(/[-T:]/g, '')}+07'00'`
}

function byteRangeText(byteRange: ByteRange): string {
  const [first, ...others] = byteRange
  return `[${String(first)} ${others.map((number) => String(number).padStart(BYTE_RANGE_WIDTH)).join(' ')}]`
}

/** Writes the ranges into their place in the appended bytes. */
function fillByteRange(appended: Buffer, originalSize: number, contentsBytes: number): ByteRange {
  const placeholder = `/ByteRange ${byteRangeText([0, 0, 0, 0])} /Contents <`
  const at = appended.indexOf(placeholder, 0, 'latin1')
  if (at < 0) throw new Error('the placeholder of the signature is missing')
  const gapStart = originalSize + at + placeholder.length - 1
  const gapEnd = gapStart + contentsBytes * 2 + 2
  const byteRange: ByteRange = [0, gapStart, gapEnd, originalSize + appended.length - gapEnd]
  appended.write(byteRangeText(byteRange), at + '/ByteRange '.length, 'latin1')
  return byteRange
}

async function widgetOf(
  document: PdfDocument,
  update: Update,
  page: Page,
  signature: PdfRef,
  fieldName: string,
  appearance: Appearance | undefined,
): Promise<Map<string, Writable>> {
  const entries = new Map<string, Writable>([
    ['Type', new PdfName('Annot')],
    ['Subtype', new PdfName('Widget')],
    ['FT', new PdfName('Sig')],
    ['T', textString(fieldName)],
    ['V', signature],
    ['P', page.ref],
    ['F', WIDGET_FLAGS],
    ['Rect', [0, 0, 0, 0]],
  ])
  if (appearance === undefined) return entries
  // Only now: cutting fonts takes more code than all the rest, and an invisible signature goes without.
  const { pageView } = await import('./appearance.ts')
  const view = await pageView(document, page)
  const { rect, drawing } = await drawn(appearance, view, update)
  entries.set('Rect', [rect.left, rect.bottom, rect.right, rect.top])
  entries.set('AP', new Map<string, Writable>([['N', drawing]]))
  if (view.rotation !== 0) entries.set('MK', new Map<string, Writable>([['R', view.rotation]]))
  return entries
}

async function drawn(
  appearance: Appearance,
  view: PageView,
  update: Update,
): Promise<{ readonly rect: PageBox; readonly drawing: PdfRef }> {
  const { drawBlock, drawPicture, drawWords, layOut, layOutWords, placed, placedPicture } =
    await import('./appearance.ts')
  if ('png' in appearance) {
    const { readPng } = await import('./png.ts')
    const picture = await readPng(appearance.png)
    const rect = placedPicture(view, appearance)
    return { rect, drawing: await drawPicture(picture, appearance, view.rotation, update.add) }
  }
  const { openTypeface } = await import('./font.ts')
  const face = openTypeface(appearance.font)
  if ('words' in appearance) {
    const box = layOutWords(appearance, face)
    const rect = placed(view, { corner: 'top-left', xMm: box.leftMm, yMm: box.topMm }, box)
    return { rect, drawing: drawWords(appearance, box, face, view.rotation, update.add) }
  }
  const block = layOut(appearance, face)
  const rect = placed(view, appearance, block)
  return { rect, drawing: drawBlock(appearance, block, face, view.rotation, update.add) }
}

/**
 * Adds annotations to a page. The list always becomes the page's own: one that is an object may serve
 * several pages, and a stamp would then stand on each of them.
 */
export async function addToPage(
  document: PdfDocument,
  update: Update,
  { ref, dict }: Page,
  ...added: readonly PdfRef[]
): Promise<void> {
  const annotations = await document.resolve(dict.get('Annots'))
  if (annotations !== null && !isArray(annotations)) throw unreadable('/Annots is not an array')
  update.set(ref, withEntry(dict, 'Annots', [...(annotations ?? []), ...added]))
}

function withEntry(dict: PdfDict, key: string, value: Writable): Map<string, Writable> {
  return new Map<string, Writable>([...dict.entries, [key, value]])
}

function rootOf(document: PdfDocument): PdfRef {
  const root = document.xref.trailer.get('Root')
  if (!(root instanceof PdfRef)) throw unreadable('the catalogue is not an object of its own')
  return root
}

/**
 * Adds fields to the form, which is made if there is none. Everything else in the form stays.
 *
 * @param catalog as it shall be but for its form; written only where that has to be made or changed in it
 */
export async function addToForm(
  document: PdfDocument,
  update: Update,
  catalog: PdfDict,
  added: readonly PdfRef[],
  { isSignature }: { readonly isSignature: boolean },
): Promise<void> {
  const root = rootOf(document)
  const value = catalog.get('AcroForm')
  const form = await document.resolve(value)
  if (form !== null && !(form instanceof PdfDict)) throw unreadable('the form is not a dictionary')
  const fieldsValue: PdfValue = form?.get('Fields') ?? null
  const fields = await document.resolve(fieldsValue)
  if (fields !== null && !isArray(fields)) throw unreadable('the fields are not an array')
  const entries = new Map<string, Writable>(form?.entries ?? [])
  const list = [...(fields ?? []), ...added]
  const isListApart = fieldsValue instanceof PdfRef && fields !== null
  if (isListApart) update.set(fieldsValue, list)
  else entries.set('Fields', list)
  const flags = form === null ? null : await document.resolve(form.get('SigFlags'))
  const hasFlags = typeof flags === 'number' && (flags & SIGNATURE_FLAGS) === SIGNATURE_FLAGS
  if ((hasFlags || !isSignature) && isListApart) return
  if (isSignature) entries.set('SigFlags', (typeof flags === 'number' ? flags : 0) | SIGNATURE_FLAGS)
  if (value instanceof PdfRef && form !== null) update.set(value, entries)
  // A new form is an object of its own: poppler up to 22.12 cannot add to one inside the catalogue.
  else if (form === null) update.set(root, withEntry(catalog, 'AcroForm', update.add(entries)))
  else update.set(root, withEntry(catalog, 'AcroForm', entries))
}
