/**
 * What a PDF says about itself and its signatures: which bytes each covers and what happened to the
 * document since. No cryptography here; the CMS in `contents` is judged by signing/.
 */
import { AppError } from '../../shared/errors.ts'
import { changesSince } from './changes.ts'
import type { PdfChange } from './changes.ts'
import { openPdf } from './document.ts'
import type { FormField, PdfDocument } from './document.ts'
import { permissionOf } from './permission.ts'
import type { ChangeLevel } from './permission.ts'
import { firstBytes } from './source.ts'
import type { ByteRange, PdfSource } from './source.ts'
import { isArray, isNamed, PdfName, PdfRef, PdfString, textOf } from './syntax.ts'
import type { PdfValue, PdfDict } from './syntax.ts'
import { isHex } from './write.ts'

/** Everything but the CMS. Texts are the signer's claims and are not to be trusted. */
export interface PdfSignature {
  readonly fieldName: string
  /** Object number of the field. */
  readonly fieldNumber: number
  /** `ETSI.CAdES.detached`, `adbe.pkcs7.detached`, `ETSI.RFC3161` …; empty when it is missing. */
  readonly subFilter: string
  /** A document time stamp (/Type /DocTimeStamp), which says when and not who. */
  readonly isDocumentTimeStamp: boolean
  /** Undefined when it is missing or not four integers within the file. Digest it with `digestByteRange`. */
  readonly byteRange: ByteRange | undefined
  /** Undefined when the two ranges leave out exactly the hexadecimal string of /Contents; else what is wrong, in English. */
  readonly byteRangeProblem: string | undefined
  /** The CMS without its padding; empty when there is none. */
  readonly contents: Uint8Array
  /** Where /Contents stands in the file; undefined when it is no string there. */
  readonly contentsAt: number | undefined
  /** /Cert: DER, the signer's first. Only `adbe.x509.rsa_sha1` keeps its certificates here. */
  readonly certificates: readonly Uint8Array[]
  readonly signedName: string | undefined
  /** /M as ISO 8601 with its zone. */
  readonly signedAt: string | undefined
  readonly reason: string | undefined
  readonly location: string | undefined
  /** Whether the ranges reach the end of the file, or which revision they reach (1 is the first). */
  readonly coverage: { readonly kind: 'whole' } | { readonly kind: 'revision'; readonly revision: number }
  /** First byte behind the second range. */
  readonly revisionEnd: number
  /** Bytes behind `revisionEnd`. With no `changesAfter` they change nothing. */
  readonly bytesAfter: number
  /** Level of a certification signature. */
  readonly docMdp: ChangeLevel | undefined
  readonly changesAfter: readonly PdfChange[]
}

export interface PdfInspection {
  /** When true nothing else was read: 0 pages, no signatures. */
  readonly encrypted: boolean
  /** The cross-reference is broken and the objects were found by scanning: do not sign, do not trust. */
  readonly repaired: boolean
  readonly pages: number
  readonly title: string | undefined
  /** In the order in which they were made. */
  readonly signatures: readonly PdfSignature[]
}

const SIGNATURES_LIMIT = 200
const CERTIFICATES_LIMIT = 64

/**
 * Inspects a PDF.
 *
 * @throws {AppError} `pdf/unreadable`, `pdf/too-large`
 */
export async function inspectPdf(source: PdfSource): Promise<PdfInspection> {
  try {
    return await inspect(source, await openPdf(source))
  } catch (caught) {
    if (!(caught instanceof AppError) || caught.code !== 'pdf/unreadable') throw caught
    return inspect(source, await openPdf(source, true))
  }
}

async function inspect(source: PdfSource, document: PdfDocument): Promise<PdfInspection> {
  const repaired = document.xref.isRebuilt
  if (document.isEncrypted) return { encrypted: true, repaired, pages: 0, title: undefined, signatures: [] }
  let pages = 0
  for (const leaves = document.pages(); (await leaves.next()).done !== true;) pages += 1
  const info = await document.resolveDict(document.xref.trailer.get('Info'))
  const title = textOf(await document.resolve(info?.get('Title') ?? null))
  const signatures: PdfSignature[] = []
  for await (const field of document.allFields()) {
    if (field.type !== 'Sig') continue
    const signature = await document.resolveDict(field.dict.get('V'))
    if (signature === undefined) continue
    if (signatures.length >= SIGNATURES_LIMIT) throw new AppError('pdf/too-large', 'too many signatures')
    signatures.push(await inspectSignature(source, document, field, signature))
  }
  signatures.sort((first, second) => first.revisionEnd - second.revisionEnd)
  return { encrypted: false, repaired, pages, title, signatures }
}

/** A signature of `document`, which was read from `source`. */
export async function inspectSignature(
  source: PdfSource,
  document: PdfDocument,
  field: FormField,
  signature: PdfDict,
): Promise<PdfSignature> {
  const text = async (key: string) => textOf(await document.resolve(signature.get(key)))
  const byteRange = await byteRangeOf(document, signature.get('ByteRange'))
  const contents = signature.get('Contents')
  const subFilter = await document.resolve(signature.get('SubFilter'))
  const revisionEnd = byteRange === undefined ? 0 : byteRange[2] + byteRange[3]
  const then = await revisionOf(source, revisionEnd)
  return {
    fieldName: field.name,
    fieldNumber: field.ref.number,
    subFilter: subFilter instanceof PdfName ? subFilter.name : '',
    isDocumentTimeStamp: isNamed(await document.resolve(signature.get('Type')), 'DocTimeStamp'),
    byteRange,
    byteRangeProblem:
      (await gapProblem(document, signature, byteRange)) ?? revisionProblem(document, then, field, byteRange),
    contents: contents instanceof PdfString ? withoutPadding(contents.bytes) : new Uint8Array(0),
    contentsAt: contents instanceof PdfString ? contents.extent?.[0] : undefined,
    certificates: await certificatesOf(document, signature.get('Cert')),
    signedName: await text('Name'),
    signedAt: isoTime(await text('M')),
    reason: await text('Reason'),
    location: await text('Location'),
    coverage:
      byteRange !== undefined && revisionEnd === source.size
        ? { kind: 'whole' }
        : { kind: 'revision', revision: then === undefined ? 0 : revisionNumber(then) },
    revisionEnd,
    bytesAfter: source.size - revisionEnd,
    docMdp: (await permissionOf(document, field.dict)).docMdp,
    changesAfter: await changesAfter(document, then, revisionEnd),
  }
}

/** /Cert is one string or a list of them (ISO 32000-2, table 255). */
async function certificatesOf(document: PdfDocument, value: PdfValue): Promise<readonly Uint8Array[]> {
  const found = await document.resolve(value)
  const certificates: Uint8Array[] = []
  for (const item of isArray(found) ? found.slice(0, CERTIFICATES_LIMIT) : [found]) {
    const certificate = await document.resolve(item)
    if (certificate instanceof PdfString) certificates.push(certificate.bytes)
  }
  return certificates
}

/** The document as it stood when the signature was made; undefined when those bytes are no document. */
export async function revisionOf(source: PdfSource, end: number): Promise<PdfDocument | undefined> {
  if (end <= 0 || end > source.size) return undefined
  return openPdf(firstBytes(source, end)).catch((caught: unknown) => {
    if (caught instanceof AppError) return undefined
    throw caught
  })
}

async function changesAfter(
  document: PdfDocument,
  then: PdfDocument | undefined,
  revisionEnd: number,
): Promise<readonly PdfChange[]> {
  if (revisionEnd === document.reader.size) return []
  const cannotJudge = (reason: string): PdfChange[] => [
    { objectNumber: 0, kind: 'other', allowed: false, reason },
  ]
  if (then === undefined) return cannotJudge('the signed bytes are not a complete document')
  try {
    return await changesSince(then, document)
  } catch (caught) {
    if (!(caught instanceof AppError)) throw caught
    return cannotJudge(`the changes cannot be judged: ${caught.message}`)
  }
}

/** Sections of the chain; a linearised first revision has two. */
function revisionNumber({ xref }: PdfDocument): number {
  const [oldest, second] = xref.sections.slice(-2).reverse()
  const isLinearised = oldest !== undefined && second !== undefined && oldest.offset > second.offset
  return xref.sections.length - (isLinearised ? 1 : 0)
}

export async function byteRangeOf(document: PdfDocument, value: PdfValue): Promise<ByteRange | undefined> {
  const list = await document.resolve(value)
  if (!isArray(list) || list.length !== 4) return undefined
  const [first, firstLength, second, secondLength] = list
  const isOffset = (item: PdfValue | undefined): item is number =>
    typeof item === 'number' && Number.isSafeInteger(item) && item >= 0 && item <= document.reader.size
  if (!isOffset(first) || !isOffset(firstLength) || !isOffset(second) || !isOffset(secondLength))
    return undefined
  if (first + firstLength > document.reader.size || second + secondLength > document.reader.size)
    return undefined
  return [first, firstLength, second, secondLength]
}

/** What is wrong with the two ranges; undefined when only the string of /Contents is left out. */
async function gapProblem(
  document: PdfDocument,
  signature: PdfDict,
  byteRange: ByteRange | undefined,
): Promise<string | undefined> {
  if (byteRange === undefined) return 'the byte range is missing or not four numbers within the file'
  if (signature.repeatedKeys.size > 0) return 'the signature dictionary has a key twice'
  const [first, firstLength, second, secondLength] = byteRange
  if (first !== 0) return 'the first range does not begin with the file'
  if (second <= firstLength || secondLength === 0) return 'the ranges overlap or leave nothing out'
  const contents = signature.get('Contents')
  if (!(contents instanceof PdfString) || contents.extent === undefined) {
    return 'the contents are not a string in the file itself'
  }
  if (contents.extent[0] !== firstLength || contents.extent[1] !== second) {
    return 'the ranges leave out something else than the contents'
  }
  const gap = await document.reader.bytes(firstLength, second - firstLength)
  if (gap[0] !== 60 || gap.at(-1) !== 62 || !isHex(gap.subarray(1, -1))) {
    return 'the gap holds more than hexadecimal digits'
  }
  return undefined
}

/** The signature must exist, as the same object, in the state of the document that it covers. */
function revisionProblem(
  document: PdfDocument,
  then: PdfDocument | undefined,
  field: FormField,
  byteRange: ByteRange | undefined,
): string | undefined {
  if (byteRange === undefined) return undefined
  if (then === undefined) return 'the signed bytes are not a complete document'
  const value = field.dict.get('V')
  const holder = value instanceof PdfRef ? value : field.ref
  const entry = then.xref.entries.get(holder.number)
  const now = document.xref.entries.get(holder.number)
  if (entry?.kind !== 'offset' || now?.kind !== 'offset' || entry.offset !== now.offset) {
    return 'the signature does not belong to the bytes it covers'
  }
  return undefined
}

/** Cuts off what follows the DER value; an indefinite length is left as it is. */
function withoutPadding(bytes: Uint8Array): Uint8Array {
  const [tag, length = 0] = bytes
  // A CMS is a SEQUENCE; adbe.x509.rsa_sha1 has an OCTET STRING.
  if ((tag !== 0x30 && tag !== 0x04) || length === 0x80) return bytes
  if (length < 0x80) return bytes.subarray(0, 2 + length)
  const count = length & 0x7f
  if (count > 4) return bytes
  let size = 0
  for (const byte of bytes.subarray(2, 2 + count)) size = size * 256 + byte
  return bytes.subarray(0, 2 + count + size)
}

/** A PDF date as ISO 8601; undefined when it is none (ISO 32000-2, 7.9.4). A missing zone counts as UTC. */
function isoTime(date: string | undefined): string | undefined {
  const match = /^D:(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(?:Z|([+-])(\d\d)'?(\d\d)?)?/.exec(date ?? '')
  if (match === null) return undefined
  const [
    ,
    year = '',
    month = '01',
    day = '01',
    hour = '00',
    minute = '00',
    second = '00',
    sign,
    hours = '00',
    minutes = '00',
  ] = match
  const zone = sign === undefined ? 'Z' : `${sign}${hours}:${minutes}`
  const text = `${year}-${month}-${day}T${hour}:${minute}:${second}${zone}`
  return Number.isNaN(Date.parse(text)) ? undefined : text
}
