/** Which objects differ between two states of one file, and where the older state uses them. */
import { AppError } from '../../shared/errors.ts'
import type { PdfDocument } from './document.ts'
import { SEARCH_COST } from './objects.ts'
import { isArray, PdfDict, PdfName, PdfRef, PdfStream, PdfString } from './syntax.ts'
import type { PdfValue } from './syntax.ts'
import type { XrefEntry } from './xref.ts'

/** An object before and after; null where it was or is missing. */
export interface ChangedObject {
  readonly before: PdfValue
  readonly after: PdfValue
}

/** A place that refers to an object: keys on the way, array positions left out, e.g. `/AP/N`. */
export interface Usage {
  /** The object that holds the reference; 0 for the trailer. */
  readonly from: number
  readonly path: string
}

/** More than this is not judged but refused. */
const WALK_LIMIT = 500_000
const CHANGED_LIMIT = 100_000

/** Whether two values are the same; references are compared by number, not by what they lead to. */
export function sameValue(first: PdfValue, second: PdfValue): boolean {
  if (first === second) return true
  if (first instanceof PdfName) return second instanceof PdfName && first.name === second.name
  if (first instanceof PdfString) {
    return second instanceof PdfString && Buffer.compare(first.bytes, second.bytes) === 0
  }
  if (first instanceof PdfRef) {
    return (
      second instanceof PdfRef && first.number === second.number && first.generation === second.generation
    )
  }
  if (first instanceof PdfDict) return second instanceof PdfDict && differingKeys(first, second).length === 0
  if (isArray(first)) {
    return (
      isArray(second) &&
      first.length === second.length &&
      first.every((item, index) => sameValue(item, second[index] ?? null))
    )
  }
  return false
}

/** Keys whose values differ; a missing key and null are the same. */
export function differingKeys(first: PdfDict, second: PdfDict): string[] {
  const keys = new Set([...first.entries.keys(), ...second.entries.keys()])
  return [...keys].filter(
    (key) =>
      !sameValue(first.get(key), second.get(key)) ||
      first.repeatedKeys.has(key) !== second.repeatedKeys.has(key),
  )
}

/** Every object number whose meaning is not the same in both states. */
export async function changedObjects(
  before: PdfDocument,
  after: PdfDocument,
): Promise<Map<number, ChangedObject>> {
  const changed = new Map<number, ChangedObject>()
  const numbers = new Set([...before.xref.entries.keys(), ...after.xref.entries.keys()])
  for (const number of numbers) {
    if (isSameEntry(before, after, number)) {
      if (await endsWhereItDid(before, after, number)) continue
      changed.set(number, { before: null, after: await after.object(number) })
      continue
    }
    const old = await before.object(number)
    // With another generation the references of the signed state lead to nothing.
    const now =
      generationOf(before, number) === generationOf(after, number) ? await after.object(number) : null
    const object = { before: old, after: old === null ? await after.object(number) : now }
    const isSame =
      object.before instanceof PdfStream && object.after instanceof PdfStream
        ? await sameStream(before, object.before, after, object.after)
        : sameValue(object.before, object.after)
    if (!isSame) changed.set(number, object)
    if (changed.size > CHANGED_LIMIT) throw new AppError('pdf/too-large', 'too many changes to judge')
  }
  return changed
}

function generationOf(document: PdfDocument, number: number): number {
  const entry = document.xref.entries.get(number)
  return entry?.kind === 'offset' ? entry.generation : 0
}

function isSameEntry(before: PdfDocument, after: PdfDocument, number: number): boolean {
  const old: XrefEntry = before.xref.entries.get(number) ?? { kind: 'free' }
  const now: XrefEntry = after.xref.entries.get(number) ?? { kind: 'free' }
  if (old.kind === 'free' || now.kind === 'free') return old.kind === now.kind
  if (old.kind === 'offset') {
    return now.kind === 'offset' && old.offset === now.offset && old.generation === now.generation
  }
  return (
    now.kind === 'compressed' &&
    old.container === now.container &&
    old.index === now.index &&
    isSameEntry(before, after, old.container)
  )
}

/**
 * An entry of the signed state may lead behind its end, or to an object that has no end yet: then what
 * was appended later decides what the object is, and the cross-reference does not show it.
 */
async function endsWhereItDid(before: PdfDocument, after: PdfDocument, number: number): Promise<boolean> {
  if (before.xref.entries.get(number)?.kind !== 'offset') return true
  try {
    const value = await before.object(number)
    if (!(value instanceof PdfStream)) return true
    const old = await before.streamExtent(value)
    const now = await after.streamExtent(value)
    return old.length === now.length
  } catch (caught) {
    if (!(caught instanceof AppError) || caught.code !== 'pdf/unreadable') throw caught
    // Nobody could read it when it was signed, and nobody can now: it is the same nothing.
    return !(await isReadable(after, number))
  }
}

async function isReadable(document: PdfDocument, number: number): Promise<boolean> {
  try {
    const value = await document.object(number)
    if (value instanceof PdfStream) await document.streamExtent(value)
    return true
  } catch (caught) {
    if (!(caught instanceof AppError) || caught.code !== 'pdf/unreadable') throw caught
    return false
  }
}

async function sameStream(
  before: PdfDocument,
  old: PdfStream,
  after: PdfDocument,
  now: PdfStream,
): Promise<boolean> {
  if (!sameValue(old.dict, now.dict)) return false
  const oldExtent = await before.streamExtent(old)
  const nowExtent = await after.streamExtent(now)
  if (oldExtent.length !== nowExtent.length) return false
  const step = 1 << 16
  for (let at = 0; at < oldExtent.length; at += step) {
    const length = Math.min(step, oldExtent.length - at)
    await before.reader.spend(length * SEARCH_COST)
    const oldBytes = await before.reader.bytes(oldExtent.offset + at, length)
    const nowBytes = await after.reader.bytes(nowExtent.offset + at, length)
    if (Buffer.compare(oldBytes, nowBytes) !== 0) return false
  }
  return true
}

/**
 * Walks all that the trailer reaches and notes every reference to one of the given objects. What is
 * not noted was not used: nothing could show it.
 *
 * @throws {AppError} `pdf/too-large` when the document has too many objects to be judged
 */
export async function usagesOf(
  document: PdfDocument,
  targets: ReadonlyMap<number, unknown>,
): Promise<Map<number, Usage[]>> {
  const usages = new Map<number, Usage[]>()
  const seen = new Set<number>()
  const waiting: number[] = []

  function note(value: PdfValue, from: number, path: string): void {
    if (value instanceof PdfRef) {
      if (targets.has(value.number)) {
        const list = usages.get(value.number) ?? []
        const last = list.at(-1)
        if (last?.from !== from || last.path !== path) list.push({ from, path })
        usages.set(value.number, list)
      }
      if (!seen.has(value.number)) {
        seen.add(value.number)
        waiting.push(value.number)
      }
    } else if (isArray(value)) {
      for (const item of value) note(item, from, path)
    } else if (value instanceof PdfDict) {
      for (const [key, item] of value.entries) note(item, from, `${path}/${key}`)
    } else if (value instanceof PdfStream) {
      note(value.dict, from, path)
    }
  }

  for (const key of ['Root', 'Info']) note(document.xref.trailer.get(key), 0, `/${key}`)
  for (let number = waiting.pop(); number !== undefined; number = waiting.pop()) {
    if (seen.size > WALK_LIMIT) throw new AppError('pdf/too-large', 'too many objects to judge')
    note(await document.object(number), number, '')
  }
  return usages
}
