/**
 * Where every object of a PDF lies: cross-reference tables, streams and hybrids along the /Prev chain
 * (ISO 32000-2, 7.5.4 to 7.5.8), and as a last resort a scan of the whole file.
 */
import { AppError } from '../../shared/errors.ts'
import { decodeStream } from './filters.ts'
import { parseAt, readObjectAt, streamLength } from './objects.ts'
import type { BlockReader } from './source.ts'
import { isArray, isNamed, PdfDict, PdfParser, PdfRef, PdfStream, unreadable } from './syntax.ts'
import type { PdfValue } from './syntax.ts'

/** Where one object is. Offsets are of the file as it lies on the disk. */
export type XrefEntry =
  | { readonly kind: 'free' }
  | { readonly kind: 'offset'; readonly offset: number; readonly generation: number }
  | { readonly kind: 'compressed'; readonly container: number; readonly index: number }

/** One increment of the file, or one half of a linearised one. */
export interface XrefSection {
  readonly style: 'table' | 'stream'
  /** Where the section begins. */
  readonly offset: number
  readonly entries: ReadonlyMap<number, XrefEntry>
  readonly trailer: PdfDict
}

export interface Xref {
  /** The newest first. Empty when the table was rebuilt. */
  readonly sections: readonly XrefSection[]
  readonly entries: ReadonlyMap<number, XrefEntry>
  readonly trailer: PdfDict
  /** How the next increment must be written. */
  readonly style: 'table' | 'stream'
  /** Value behind the last `startxref`, as written. */
  readonly startxref: number
  /** Added to offsets as written: bytes of junk before `%PDF-`, where the producer did not count them. */
  readonly shift: number
  /** The cross-reference was unusable and the objects were found by scanning. Good for reading only. */
  readonly isRebuilt: boolean
}

/** Acrobat stops at 8,388,607 objects; a document of an office never comes near this. */
const ENTRIES_LIMIT = 1_000_000
const SECTIONS_LIMIT = 4096
const TABLE_BYTES_LIMIT = 32 << 20

/** What looks like an object may be none: trying costs as much as parsing this many bytes. */
const GUESS_COST = 256

/** The end of an increment is looked for in the last bytes only; junk of this size may follow it. */
const TAIL_BYTES = 1 << 16

/**
 * Reads the cross-reference as the file states it.
 *
 * @throws {AppError} `pdf/unreadable` when the chain is broken, `pdf/too-large`
 */
export async function readXref(reader: BlockReader): Promise<Xref> {
  const header = await headerOffset(reader)
  const startxref = await lastStartxref(reader)
  const shift = header > 0 && (await isSectionAt(reader, startxref + header)) ? header : 0
  const sections = await readChain(reader, startxref, shift)
  const [newest] = sections
  if (newest === undefined) throw unreadable('the file has no cross-reference')
  const entries = new Map<number, XrefEntry>()
  for (const section of sections) {
    for (const [number, entry] of section.entries) if (!entries.has(number)) entries.set(number, entry)
  }
  return {
    sections,
    entries,
    trailer: newest.trailer,
    style: newest.style,
    startxref,
    shift,
    isRebuilt: false,
  }
}

async function headerOffset(reader: BlockReader): Promise<number> {
  const head = Buffer.from(await reader.bytes(0, 1024)).toString('latin1')
  const found = head.indexOf('%PDF-')
  if (found < 0) throw unreadable('the file does not begin as a PDF')
  return found
}

async function lastStartxref(reader: BlockReader): Promise<number> {
  for (const length of [1024, TAIL_BYTES]) {
    const from = Math.max(0, reader.size - length)
    const tail = Buffer.from(await reader.bytes(from, length)).toString('latin1')
    const found = /^startxref\s+(\d{1,15})/.exec(tail.slice(Math.max(0, tail.lastIndexOf('startxref'))))
    if (found?.[1] !== undefined) return Number(found[1])
  }
  throw unreadable('the file does not say where its cross-reference is')
}

async function isSectionAt(reader: BlockReader, offset: number): Promise<boolean> {
  const text = Buffer.from(await reader.bytes(offset, 32)).toString('latin1')
  return /^\s*(xref|\d+\s+\d+\s+obj)/.test(text)
}

async function readChain(reader: BlockReader, startxref: number, shift: number): Promise<XrefSection[]> {
  const sections: XrefSection[] = []
  const seen = new Set<number>()
  let count = 0
  let next: number | undefined = startxref
  while (next !== undefined) {
    if (seen.has(next)) throw unreadable('the cross-reference chain runs in a circle')
    seen.add(next)
    if (sections.length >= SECTIONS_LIMIT) throw new AppError('pdf/too-large', 'too many increments')
    const section = await readSection(reader, next + shift, shift)
    count += section.entries.size
    if (count > ENTRIES_LIMIT) throw new AppError('pdf/too-large', 'too many objects')
    sections.push(section)
    const previous = section.trailer.get('Prev')
    next = typeof previous === 'number' && previous > 0 ? previous : undefined
  }
  return sections
}

async function readSection(reader: BlockReader, offset: number, shift: number): Promise<XrefSection> {
  const isTable = await parseAt(reader, offset, (parser) => parser.accept('xref'))
  if (!isTable) return readStreamSection(reader, offset, shift)
  const { entries, trailer } = await parseAt(
    reader,
    offset,
    (parser) => parseTable(parser, shift),
    TABLE_BYTES_LIMIT,
  )
  const hidden = trailer.get('XRefStm')
  if (typeof hidden === 'number') {
    const { entries: hiddenEntries } = await readStreamSection(reader, hidden + shift, shift)
    for (const [number, entry] of hiddenEntries) {
      if ((entries.get(number)?.kind ?? 'free') === 'free') entries.set(number, entry)
    }
  }
  return { style: 'table', offset, entries, trailer }
}

function parseTable(parser: PdfParser, shift: number): { entries: Map<number, XrefEntry>; trailer: PdfDict } {
  parser.accept('xref')
  const entries = new Map<number, XrefEntry>()
  while (!parser.accept('trailer')) {
    let first = parser.integer()
    const count = parser.integer()
    if (first === undefined || count === undefined) throw unreadable('a cross-reference table is damaged')
    for (let index = 0; index < count; index += 1) {
      const offset = parser.integer()
      const generation = parser.integer()
      const word = parser.word()
      if (offset === undefined || generation === undefined || (word !== 'n' && word !== 'f')) {
        throw unreadable('a cross-reference table is damaged')
      }
      // A known fault: the table begins at 1 though its first entry is that of object 0.
      if (index === 0 && first === 1 && word === 'f' && generation === 65_535 && offset === 0) first = 0
      const isUsed = word === 'n' && offset > 0
      entries.set(
        first + index,
        isUsed ? { kind: 'offset', offset: offset + shift, generation } : { kind: 'free' },
      )
      if (entries.size > ENTRIES_LIMIT) throw new AppError('pdf/too-large', 'too many objects')
    }
  }
  const trailer = parser.value()
  if (!(trailer instanceof PdfDict)) throw unreadable('a trailer is missing')
  return { entries, trailer }
}

async function readStreamSection(reader: BlockReader, offset: number, shift: number): Promise<XrefSection> {
  const { value } = await readObjectAt(reader, offset)
  if (!(value instanceof PdfStream) || !isNamed(value.dict.get('Type'), 'XRef')) {
    throw unreadable('no cross-reference lies where the file says')
  }
  const { dict } = value
  const data = await structuralData(reader, value)
  const widths = integers(dict.get('W'))
  const [typeWidth = 0, secondWidth = 0, thirdWidth = 0] = widths
  const rowLength = typeWidth + secondWidth + thirdWidth
  if (widths.length < 3 || widths.some((width) => width > 8) || rowLength === 0) {
    throw unreadable('a cross-reference stream has impossible columns')
  }
  const index =
    dict.get('Index') === null ? [0, ...integers([dict.get('Size')])] : integers(dict.get('Index'))
  const entries = new Map<number, XrefEntry>()
  let at = 0
  for (let pair = 0; pair + 1 < index.length; pair += 2) {
    const first = index[pair] ?? 0
    const count = index[pair + 1] ?? 0
    for (let item = 0; item < count && at + rowLength <= data.length; item += 1) {
      const type = typeWidth === 0 ? 1 : bigEndian(data, at, typeWidth)
      const second = bigEndian(data, at + typeWidth, secondWidth)
      const third = bigEndian(data, at + typeWidth + secondWidth, thirdWidth)
      at += rowLength
      entries.set(first + item, entryOf(type, second, third, shift))
      if (entries.size > ENTRIES_LIMIT) throw new AppError('pdf/too-large', 'too many objects')
    }
  }
  return { style: 'stream', offset, entries, trailer: dict }
}

function entryOf(type: number, second: number, third: number, shift: number): XrefEntry {
  if (type === 1) return { kind: 'offset', offset: second + shift, generation: third }
  if (type === 2) return { kind: 'compressed', container: second, index: third }
  return { kind: 'free' }
}

function integers(value: PdfValue): number[] {
  if (!isArray(value)) throw unreadable('a list of integers is missing')
  return value.map((item) => {
    if (typeof item !== 'number' || !Number.isInteger(item) || item < 0)
      throw unreadable('a list holds no integers')
    return item
  })
}

function bigEndian(bytes: Uint8Array, offset: number, width: number): number {
  let value = 0
  for (let index = 0; index < width; index += 1) value = value * 256 + (bytes[offset + index] ?? 0)
  return value
}

/** The decoded data of a cross-reference stream, whose /Length must stand in it directly. */
async function structuralData(reader: BlockReader, stream: PdfStream): Promise<Uint8Array> {
  const stated = stream.dict.get('Length')
  const length = await streamLength(reader, stream, typeof stated === 'number' ? stated : undefined)
  if (length > TABLE_BYTES_LIMIT) throw new AppError('pdf/too-large', 'a cross-reference stream is too long')
  return decodeStream(stream.dict, await reader.bytes(stream.dataOffset, length))
}

/** Where `12 0 obj` is written in a part of the file, in order. Hits inside stream data are not told apart. */
export async function* objectHeaders(
  reader: BlockReader,
  from = 0,
): AsyncGenerator<
  { readonly number: number; readonly generation: number; readonly offset: number },
  void,
  undefined
> {
  const step = 1 << 18
  const overlap = 48
  let reported = -1
  for (let at = from; at < reader.size; at += step) {
    const text = Buffer.from(await reader.bytes(at, step + overlap)).toString('latin1')
    for (const match of text.matchAll(/(?<!\d)(\d{1,10})[\0\t\n\f\r ]{1,8}(\d{1,5})[\0\t\n\f\r ]{0,8}obj/g)) {
      const offset = at + match.index
      if (offset <= reported) continue
      reported = offset
      yield { number: Number(match[1]), generation: Number(match[2]), offset }
    }
  }
}

/**
 * Finds the objects of a file whose cross-reference is broken, as other readers do: the last object of
 * a number counts. The whole file is read, in pieces.
 *
 * @throws {AppError} `pdf/unreadable` when there is no catalogue either
 */
export async function rebuildXref(reader: BlockReader): Promise<Xref> {
  await headerOffset(reader)
  const entries = new Map<number, XrefEntry>()
  const containers: { readonly number: number; readonly count: number; readonly stream: PdfStream }[] = []
  const trailer = new PdfDict()
  for await (const { number, generation, offset } of objectHeaders(reader)) {
    await reader.spend(GUESS_COST)
    const value = await orNothing(readObjectAt(reader, offset).then((object) => object.value))
    if (value === undefined) continue
    entries.set(number, { kind: 'offset', offset, generation })
    if (entries.size > ENTRIES_LIMIT) throw new AppError('pdf/too-large', 'too many objects')
    if (value instanceof PdfDict && isNamed(value.get('Type'), 'Catalog')) {
      trailer.entries.set('Root', new PdfRef(number, generation))
    }
    if (!(value instanceof PdfStream)) continue
    if (isNamed(value.dict.get('Type'), 'XRef')) keepTrailer(trailer, value.dict)
    const count = value.dict.get('N')
    if (isNamed(value.dict.get('Type'), 'ObjStm') && typeof count === 'number') {
      containers.push({ number, count, stream: value })
    }
  }
  for (const { number: container, stream } of containers) {
    await reader.spend(GUESS_COST)
    const numbers =
      (await orNothing(structuralData(reader, stream).then((data) => containedNumbers(stream, data)))) ?? []
    for (const [index, number] of numbers.entries()) {
      if (!entries.has(number)) entries.set(number, { kind: 'compressed', container, index })
    }
    if (entries.size > ENTRIES_LIMIT) throw new AppError('pdf/too-large', 'too many objects')
  }
  await keepTrailersOf(reader, trailer)
  if (!(trailer.get('Root') instanceof PdfRef)) throw unreadable('the file has no catalogue')
  return { sections: [], entries, trailer, style: 'table', startxref: 0, shift: 0, isRebuilt: true }
}

/** A guess that may fail: undefined for what is no object. A file that is too large stays an error. */
function orNothing<T>(guess: Promise<T>): Promise<T | undefined> {
  return guess.catch((caught: unknown) => {
    if (caught instanceof AppError && caught.code === 'pdf/unreadable') return undefined
    throw caught
  })
}

function containedNumbers(stream: PdfStream, data: Uint8Array): number[] {
  const count = stream.dict.get('N')
  if (typeof count !== 'number') return []
  return containedObjects(data, count).map(({ number }) => number)
}

function keepTrailer(trailer: PdfDict, found: PdfDict): void {
  for (const key of ['Root', 'Info', 'ID', 'Encrypt']) {
    const value = found.get(key)
    if (value !== null) trailer.entries.set(key, value)
  }
}

async function keepTrailersOf(reader: BlockReader, trailer: PdfDict): Promise<void> {
  const step = 1 << 18
  for (let at = 0; at < reader.size; at += step) {
    const text = Buffer.from(await reader.bytes(at, step + 16)).toString('latin1')
    for (const match of text.matchAll(/trailer/g)) {
      await reader.spend(GUESS_COST)
      const found = await orNothing(parseAt(reader, at + match.index + 7, (parser) => parser.value()))
      if (found instanceof PdfDict) keepTrailer(trailer, found)
    }
  }
}

/** The table at the head of an object stream: number and offset of each object in it. */
export function containedObjects(data: Uint8Array, count: number): { number: number; offset: number }[] {
  const parser = new PdfParser(data, undefined, true)
  const objects: { number: number; offset: number }[] = []
  for (let index = 0; index < count; index += 1) {
    const number = parser.integer()
    const offset = parser.integer()
    if (number === undefined || offset === undefined) throw unreadable('an object stream is damaged')
    objects.push({ number, offset })
  }
  return objects
}
