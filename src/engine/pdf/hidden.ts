/**
 * Signatures whose bytes lie in a file though no reader shows them: taken out by a later revision, left
 * behind in one that the file hides, or held by a field that nothing lists. Such a document was signed
 * once, and must not pass for one that never was.
 */
import { AppError } from '../../shared/errors.ts'
import { openPdf } from './document.ts'
import type { PdfDocument } from './document.ts'
import { byteRangeOf, inspectSignature, revisionOf } from './inspect.ts'
import type { PdfSignature } from './inspect.ts'
import { readObjectAt } from './objects.ts'
import { firstBytes, passingChunksOf } from './source.ts'
import type { PdfSource } from './source.ts'
import { isNamed, PdfDict, PdfRef, PdfStream, PdfString } from './syntax.ts'
import type { PdfValue } from './syntax.ts'

/** A signature that is not shown. */
export interface HiddenSignature {
  /** Where its dictionary's object begins. */
  readonly offset: number
  /** As it stood in the revision it was made for, if that can still be read: then the range is sound. */
  readonly signature: PdfSignature
}

const MARK = '/ByteRange'
/** Further marks are not looked at: 200 signatures are the most that a file may show. */
const MARKS_LIMIT = 1000
const HIDDEN_LIMIT = 20
/** A dictionary may hold its /Contents before the mark. */
const LOOK_BACK_BYTES = [1 << 12, 1 << 16, 1 << 18]
const NESTING_LIMIT = 8

/**
 * Looks through all bytes of a file for signatures that are not among those shown. Reads the file once.
 *
 * @param shown what `inspectPdf` found
 */
export async function hiddenSignatures(
  source: PdfSource,
  shown: readonly PdfSignature[],
): Promise<HiddenSignature[]> {
  const known = new Set(shown.flatMap(({ contentsAt }) => contentsAt ?? []))
  const present = await readable(source)
  const found: HiddenSignature[] = []
  if (present === undefined) return found
  for await (const mark of marksIn(source)) {
    if (found.length >= HIDDEN_LIMIT) break
    const holder = await dictionaryAround(present, mark)
    if (holder === undefined) continue
    const contents = holder.dict.get('Contents')
    if (!(contents instanceof PdfString) || contents.extent === undefined) continue
    // A prepared gap that nobody ever signed is no signature.
    if (known.has(contents.extent[0]) || contents.bytes.every((byte) => byte === 0)) continue
    known.add(contents.extent[0])
    if (isNamed(holder.dict.get('Type'), 'DocTimeStamp')) continue
    // A signed file that is attached to this one is not part of what is shown.
    if (await isInStream(present, holder.offset)) continue
    found.push({ offset: holder.offset, signature: await asItWas(source, present, holder) })
  }
  return found
}

interface Holder {
  readonly offset: number
  readonly ref: PdfRef
  readonly dict: PdfDict
}

async function* marksIn(source: PdfSource): AsyncGenerator<number, void, undefined> {
  let tail = Buffer.alloc(0)
  let at = 0
  let count = 0
  for await (const chunk of passingChunksOf(source)) {
    const seam = Buffer.concat([tail, chunk])
    const start = at - tail.length
    for (let hit = seam.indexOf(MARK); hit >= 0; hit = seam.indexOf(MARK, hit + 1)) {
      count += 1
      if (count > MARKS_LIMIT) return
      yield start + hit
    }
    at += chunk.length
    tail = Buffer.from(seam.subarray(-(MARK.length - 1)))
  }
}

/** Also a file whose cross-reference is broken; undefined when it is no PDF at all. */
async function readable(source: PdfSource): Promise<PdfDocument | undefined> {
  for (const repair of [false, true]) {
    try {
      return await openPdf(source, repair)
    } catch (caught) {
      if (!(caught instanceof AppError)) throw caught
    }
  }
  return undefined
}

/** The dictionary with a signature's entries in the object that stands around an offset. */
async function dictionaryAround({ reader }: PdfDocument, mark: number): Promise<Holder | undefined> {
  for (const length of LOOK_BACK_BYTES) {
    const from = Math.max(0, mark - length)
    const text = Buffer.from(await reader.bytes(from, mark - from)).toString('latin1')
    const header = [...text.matchAll(/(?<!\d)\d{1,10}\s+\d{1,5}\s+obj/g)].at(-1)
    if (header === undefined) continue
    const offset = from + header.index
    try {
      const { number, generation, value } = await readObjectAt(reader, offset)
      const dict = signatureIn(value, 0)
      return dict && { offset, ref: new PdfRef(number, generation), dict }
    } catch (caught) {
      if (!(caught instanceof AppError)) throw caught
      // What cannot be parsed no reader ever showed.
      return undefined
    }
  }
  return undefined
}

function signatureIn(value: PdfValue, depth: number): PdfDict | undefined {
  if (!(value instanceof PdfDict) || depth > NESTING_LIMIT) return undefined
  if (value.get('ByteRange') !== null && value.get('Contents') instanceof PdfString) return value
  for (const item of value.entries.values()) {
    const found = signatureIn(item, depth + 1)
    if (found !== undefined) return found
  }
  return undefined
}

/** Whether an offset lies in the data of a stream that the file lists. */
async function isInStream(document: PdfDocument, offset: number): Promise<boolean> {
  let nearest: readonly [number: number, offset: number] | undefined
  for (const [number, entry] of document.xref.entries) {
    if (entry.kind !== 'offset' || entry.offset > offset) continue
    if (nearest === undefined || entry.offset > nearest[1]) nearest = [number, entry.offset]
  }
  if (nearest === undefined) return false
  try {
    const value = await document.object(nearest[0])
    if (!(value instanceof PdfStream)) return false
    const extent = await document.streamExtent(value)
    return offset >= extent.offset && offset < extent.offset + extent.length
  } catch (caught) {
    if (!(caught instanceof AppError)) throw caught
    return false
  }
}

/** The signature in the document that it covered; a bare one where those bytes show it no more. */
async function asItWas(source: PdfSource, present: PdfDocument, holder: Holder): Promise<PdfSignature> {
  const range = await orNothing(byteRangeOf(present, holder.dict.get('ByteRange')))
  const end = range === undefined ? 0 : range[2] + range[3]
  const then = await revisionOf(source, end)
  const field = then && (await orNothing(fieldOf(then, holder)))
  if (then !== undefined && field !== undefined) {
    const signature = await inspectSignature(firstBytes(source, end), then, field, holder.dict)
    return { ...signature, bytesAfter: source.size - end }
  }
  // What it refers to may be anything by now.
  const own = [...holder.dict.entries].filter(
    ([key, value]) => key !== 'Reference' && !(value instanceof PdfRef),
  )
  const dict = new PdfDict(own)
  const bare = { ref: holder.ref, dict: new PdfDict([['V', dict]]), name: '', type: 'Sig', widgets: [] }
  const signature = await inspectSignature(source, present, bare, dict)
  return { ...signature, byteRangeProblem: 'no readable document shows the signature', changesAfter: [] }
}

async function fieldOf(document: PdfDocument, { ref, dict }: Holder) {
  const wanted = dict.get('Contents')
  for await (const field of document.allFields()) {
    const value = field.dict.get('V')
    if (field.type !== 'Sig' || (value instanceof PdfRef ? value : field.ref).number !== ref.number) continue
    const contents = (await document.resolveDict(value))?.get('Contents')
    if (!(contents instanceof PdfString) || !(wanted instanceof PdfString)) continue
    if (contents.extent?.[0] === wanted.extent?.[0]) return field
  }
  return undefined
}

async function orNothing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work
  } catch (caught) {
    if (!(caught instanceof AppError)) throw caught
    return undefined
  }
}
