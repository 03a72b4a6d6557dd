/** A PDF opened for reading: objects by number, pages in order, form fields. Nothing is kept but one cache. */
import { AppError } from '../../shared/errors.ts'
import { decodeStream } from './filters.ts'
import { readObjectAt, streamLength } from './objects.ts'
import { blockReader } from './source.ts'
import type { BlockReader, PdfSource } from './source.ts'
import {
  isArray,
  isNamed,
  PdfDict,
  PdfName,
  PdfParser,
  PdfRef,
  PdfStream,
  textOf,
  unreadable,
} from './syntax.ts'
import type { PdfValue } from './syntax.ts'
import { containedObjects, readXref, rebuildXref } from './xref.ts'
import type { Xref } from './xref.ts'

const PAGE_TREE_DEPTH = 64
const FIELD_TREE_DEPTH = 32
const FIELDS_LIMIT = 50_000
const REFERENCE_CHAIN_LIMIT = 32
const CONTAINERS_BYTES_KEPT = 32 << 20
const INFLATED_BYTES_LIMIT = 1 << 29

/** A leaf of the page tree with what it inherits from its parents. */
export interface Page {
  readonly ref: PdfRef
  readonly dict: PdfDict
  /** The page's own or inherited value of Resources, MediaBox, CropBox and Rotate, unresolved. */
  attribute(key: 'Resources' | 'MediaBox' | 'CropBox' | 'Rotate'): PdfValue
}

/** A terminal field of the form. `dict` may at the same time be its only widget. */
export interface FormField {
  readonly ref: PdfRef
  readonly dict: PdfDict
  /** Partial names joined by dots. */
  readonly name: string
  /** Btn, Tx, Ch, Sig; empty when the field has no type. */
  readonly type: string
  /** Its widgets: itself, or kids without a name. */
  readonly widgets: readonly { readonly ref: PdfRef; readonly dict: PdfDict }[]
}

interface Container {
  readonly data: Uint8Array
  readonly first: number
  readonly objects: readonly { readonly number: number; readonly offset: number }[]
}

export interface PdfDocument {
  readonly reader: BlockReader
  readonly xref: Xref
  readonly isEncrypted: boolean
  /** The object of a number; null when there is none. @throws {AppError} `pdf/unreadable` */
  object(number: number): Promise<PdfValue>
  /** Follows references until something direct comes. */
  resolve(value: PdfValue): Promise<PdfValue>
  resolveDict(value: PdfValue): Promise<PdfDict | undefined>
  resolveArray(value: PdfValue): Promise<readonly PdfValue[] | undefined>
  /** @throws {AppError} `pdf/unreadable` when the file has none */
  catalog(): Promise<PdfDict>
  pages(): AsyncGenerator<Page, void, undefined>
  /** The fields of the form. */
  fields(): AsyncGenerator<FormField, void, undefined>
  /**
   * The fields of the form, and the signature fields that stand on a page only: poppler up to 22.12
   * forgets to list them where the form lies in the catalogue itself, and readers show them all the same.
   * Reads every page.
   */
  allFields(): AsyncGenerator<FormField, void, undefined>
  /** Raw bytes of a stream's data: where they begin and how many they are. */
  streamExtent(stream: PdfStream): Promise<{ readonly offset: number; readonly length: number }>
  /** A stream's data decoded. @throws {AppError} `pdf/unreadable`, also for the filters of pictures; `pdf/too-large` */
  streamData(stream: PdfStream): Promise<Uint8Array>
}

/**
 * Opens a PDF. With `repair` a file whose cross-reference is broken is scanned for its objects, which
 * is good enough to read it and never good enough to write to it.
 *
 * @throws {AppError} `pdf/unreadable`, `pdf/too-large`
 */
export async function openPdf(source: PdfSource, repair = false): Promise<PdfDocument> {
  const reader = blockReader(source)
  return documentOf(reader, repair ? await rebuildXref(reader) : await readXref(reader))
}

function documentOf(reader: BlockReader, xref: Xref): PdfDocument {
  const containers = new Map<number, Container>()
  const loading = new Set<number>()
  let inflated = 0

  async function object(number: number): Promise<PdfValue> {
    const entry = xref.entries.get(number)
    if (entry === undefined || entry.kind === 'free') return null
    if (entry.kind === 'compressed') return compressed(number, entry.container, entry.index)
    const found = await readObjectAt(reader, entry.offset)
    if (found.number !== number || found.generation !== entry.generation) {
      throw unreadable(`another object lies where object ${String(number)} should be`)
    }
    return found.value
  }

  async function compressed(number: number, containerNumber: number, index: number): Promise<PdfValue> {
    const container = containers.get(containerNumber) ?? (await loadContainer(containerNumber))
    const place =
      container.objects[index]?.number === number
        ? container.objects[index]
        : container.objects.find((item) => item.number === number)
    if (place === undefined) return null
    const offset = container.first + place.offset
    const parser = new PdfParser(container.data.subarray(offset), undefined, true)
    const value = parser.value()
    await reader.spend(parser.position)
    if (value instanceof PdfRef) throw unreadable('an object stream holds a bare reference')
    return value
  }

  /** How a stream is coded, without references. */
  async function codingOf(dict: PdfDict): Promise<PdfDict> {
    const coding = new PdfDict()
    for (const key of ['Filter', 'DecodeParms']) {
      const value = await resolve(dict.get(key))
      const items: PdfValue[] = []
      for (const item of isArray(value) ? value : [value]) {
        const direct = await resolve(item)
        items.push(direct instanceof PdfDict ? await withoutReferences(direct) : direct)
      }
      if (value !== null) coding.entries.set(key, items)
    }
    return coding
  }

  async function withoutReferences(dict: PdfDict): Promise<PdfDict> {
    const entries: [string, PdfValue][] = []
    for (const [key, value] of dict.entries) entries.push([key, await resolve(value)])
    return new PdfDict(entries)
  }

  async function loadContainer(number: number): Promise<Container> {
    const entry = xref.entries.get(number)
    if (loading.has(number)) throw unreadable('an object stream needs itself to be read')
    loading.add(number)
    try {
      return await readContainer(number, entry?.kind === 'offset' ? await object(number) : null)
    } finally {
      loading.delete(number)
    }
  }

  async function readContainer(number: number, stream: PdfValue): Promise<Container> {
    if (!(stream instanceof PdfStream) || !isNamed(stream.dict.get('Type'), 'ObjStm')) {
      throw unreadable('an object stream is missing')
    }
    const data = await streamData(stream)
    inflated += data.length
    if (inflated > INFLATED_BYTES_LIMIT)
      throw new AppError('pdf/too-large', 'object streams inflate without bound')
    const count = await resolve(stream.dict.get('N'))
    const first = await resolve(stream.dict.get('First'))
    if (typeof count !== 'number' || typeof first !== 'number' || first < 0 || first > data.length) {
      throw unreadable('an object stream is damaged')
    }
    await reader.spend(first)
    const container = { data, first, objects: containedObjects(data, count) }
    containers.set(number, container)
    let kept = 0
    for (const each of containers.values()) kept += each.data.length
    for (const [oldest, each] of containers) {
      if (kept <= CONTAINERS_BYTES_KEPT || oldest === number) break
      containers.delete(oldest)
      kept -= each.data.length
    }
    return container
  }

  async function resolve(value: PdfValue): Promise<PdfValue> {
    let current = value
    for (let hops = 0; current instanceof PdfRef; hops += 1) {
      if (hops > REFERENCE_CHAIN_LIMIT) throw unreadable('references run in a circle')
      const entry = xref.entries.get(current.number)
      const generation = entry?.kind === 'offset' ? entry.generation : 0
      current = generation === current.generation ? await object(current.number) : null
    }
    return current
  }

  async function resolveDict(value: PdfValue): Promise<PdfDict | undefined> {
    const found = await resolve(value)
    return found instanceof PdfDict ? found : undefined
  }

  async function resolveArray(value: PdfValue): Promise<readonly PdfValue[] | undefined> {
    const found = await resolve(value)
    return isArray(found) ? found : undefined
  }

  async function catalog(): Promise<PdfDict> {
    const found = await resolveDict(xref.trailer.get('Root'))
    if (found === undefined) throw unreadable('the file has no catalogue')
    return found
  }

  async function streamExtent(stream: PdfStream): Promise<{ offset: number; length: number }> {
    const stated = await resolve(stream.dict.get('Length'))
    const length = await streamLength(reader, stream, typeof stated === 'number' ? stated : undefined)
    return { offset: stream.dataOffset, length }
  }

  async function streamData(stream: PdfStream): Promise<Uint8Array> {
    const { offset, length } = await streamExtent(stream)
    if (length > CONTAINERS_BYTES_KEPT) throw new AppError('pdf/too-large', 'a stream is too long')
    return decodeStream(await codingOf(stream.dict), await reader.bytes(offset, length))
  }

  async function* pages(): AsyncGenerator<Page, void, undefined> {
    const root = await catalog()
    yield* pagesBelow(root.get('Pages'), [], new Set())
  }

  async function* pagesBelow(
    node: PdfValue,
    parents: readonly PdfDict[],
    seen: Set<number>,
  ): AsyncGenerator<Page, void, undefined> {
    if (!(node instanceof PdfRef)) throw unreadable('the page tree holds something that is not a reference')
    if (parents.length > PAGE_TREE_DEPTH) throw unreadable('the page tree is too deep')
    if (seen.has(node.number)) throw unreadable('the page tree runs in a circle')
    seen.add(node.number)
    const dict = await resolveDict(node)
    // Readers show a file that lacks a page without it; what became of the page is told by changes.ts.
    if (dict === undefined && parents.length > 0) return
    if (dict === undefined) throw unreadable('the page tree is missing')
    const kids = await resolveArray(dict.get('Kids'))
    if (kids === undefined) {
      if (isNamed(dict.get('Type'), 'Pages')) return
      const chain = [dict, ...parents]
      yield {
        ref: node,
        dict,
        attribute: (key) => chain.map((each) => each.get(key)).find((value) => value !== null) ?? null,
      }
      return
    }
    for (const kid of kids) yield* pagesBelow(kid, [dict, ...parents], seen)
  }

  async function* fields(): AsyncGenerator<FormField, void, undefined> {
    const root = await catalog()
    const form = await resolveDict(root.get('AcroForm'))
    const roots = form === undefined ? undefined : await resolveArray(form.get('Fields'))
    const seen = new Set<number>()
    for (const field of roots ?? []) yield* fieldsBelow(field, [], '', seen)
  }

  async function* allFields(): AsyncGenerator<FormField, void, undefined> {
    const listed = new Set<number>()
    for await (const field of fields()) {
      listed.add(field.ref.number)
      for (const widget of field.widgets) listed.add(widget.ref.number)
      yield field
    }
    for await (const page of pages()) {
      for (const ref of (await resolveArray(page.dict.get('Annots'))) ?? []) {
        if (!(ref instanceof PdfRef) || listed.has(ref.number)) continue
        listed.add(ref.number)
        const dict = await resolveDict(ref)
        if (dict === undefined || !isNamed(dict.get('Subtype'), 'Widget') || dict.get('Parent') !== null)
          continue
        if (!isNamed(await resolve(dict.get('FT')), 'Sig')) continue
        const name = textOf(await resolve(dict.get('T'))) ?? ''
        yield { ref, dict, name, type: 'Sig', widgets: [{ ref, dict }] }
      }
    }
  }

  async function* fieldsBelow(
    node: PdfValue,
    parents: readonly PdfDict[],
    prefix: string,
    seen: Set<number>,
  ): AsyncGenerator<FormField, void, undefined> {
    if (!(node instanceof PdfRef) || seen.has(node.number)) return
    if (parents.length > FIELD_TREE_DEPTH) throw unreadable('the form is nested too deeply')
    seen.add(node.number)
    if (seen.size > FIELDS_LIMIT) throw new AppError('pdf/too-large', 'the form has too many fields')
    const dict = await resolveDict(node)
    if (dict === undefined) return
    const partial = textOf(await resolve(dict.get('T')))
    const name = partial === undefined ? prefix : prefix === '' ? partial : `${prefix}.${partial}`
    const chain = [dict, ...parents]
    const widgets: { ref: PdfRef; dict: PdfDict }[] = []
    let hasFields = false
    const kids = await resolveArray(dict.get('Kids'))
    for (const kid of kids ?? []) {
      const kidDict = await resolveDict(kid)
      if (kidDict === undefined || !(kid instanceof PdfRef)) continue
      if (kidDict.get('T') === null && kidDict.get('Kids') === null) {
        widgets.push({ ref: kid, dict: kidDict })
      } else {
        hasFields = true
        yield* fieldsBelow(kid, chain, name, seen)
      }
    }
    if (hasFields && widgets.length === 0) return
    if (isNamed(dict.get('Subtype'), 'Widget')) widgets.push({ ref: node, dict })
    let type = ''
    for (const each of chain) {
      const found = await resolve(each.get('FT'))
      if (found === null) continue
      type = found instanceof PdfName ? found.name : ''
      break
    }
    yield { ref: node, dict, name, type, widgets }
  }

  return {
    reader,
    xref,
    isEncrypted: xref.trailer.get('Encrypt') !== null,
    object,
    resolve,
    resolveDict,
    resolveArray,
    catalog,
    pages,
    fields,
    allFields,
    streamExtent,
    streamData,
  }
}
