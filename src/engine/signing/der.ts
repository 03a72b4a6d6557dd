/**
 * One ASN.1 element as it stood in the file. `tag` is the identifier octet (0x30 SEQUENCE, 0xa0 [0]
 * constructed …), so a changed class or form never passes for the expected element.
 */
export interface Element {
  readonly tag: number
  /** The whole element: identifier, length, content. */
  readonly bytes: Uint8Array
  /** Content octets only (with the children of a constructed element, without an end-of-contents mark). */
  readonly content: Uint8Array
  readonly children: readonly Element[]
}

/** Identifier octets this folder meets. */
export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  enumerated: 0x0a,
  utf8String: 0x0c,
  sequence: 0x30,
  set: 0x31,
  printableString: 0x13,
  teletexString: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  universalString: 0x1c,
  bmpString: 0x1e,
} as const

/** Bit 6 of the identifier octet (X.690 8.1.2.5). */
const CONSTRUCTED = 0x20
/** Two zero octets end a content of indefinite length (X.690 8.1.5). */
const END_OF_CONTENTS = 0
const END_OF_CONTENTS_BYTES = 2

/** What a hostile file may cost us. A CMS with a long chain, CRL and time stamp stays far below. */
const LIMITS = { depth: 40, elements: 50_000, contentBytes: 8 << 20 } as const

/** Thrown for bytes that are not the ASN.1 expected; callers translate it to the AppError of their matter. */
export class DerError extends Error {
  override readonly name = 'DerError'
}

/**
 * Reads one element that fills `bytes` to the last one. BER's indefinite lengths are read too, because
 * older signing programs write them into PDFs.
 *
 * @throws {DerError} when it is not ASN.1, has bytes after it, or is deeper or larger than our limits
 */
export function readElement(bytes: Uint8Array): Element {
  const element = readFrom(bytes, 0, 0, { left: LIMITS.elements })
  const rest = bytes.length - element.bytes.length
  if (rest > 0) throw new DerError(`${String(rest)} bytes after the element`)
  return element
}

/** The element that begins at `start`. `budget` is shared by everything inside one outermost element. */
function readFrom(bytes: Uint8Array, start: number, depth: number, budget: { left: number }): Element {
  if (depth > LIMITS.depth) throw new DerError('nested too deeply')
  if (--budget.left < 0) throw new DerError('too many elements')
  const { tag, contentStart, length } = readHeader(bytes, start)
  const isConstructed = (tag & CONSTRUCTED) !== 0
  if (length !== undefined && length > LIMITS.contentBytes) throw new DerError('longer than our limit')
  if (length === undefined && !isConstructed) throw new DerError('indefinite length of a primitive')
  const limit = length === undefined ? bytes.length : contentStart + length
  const children: Element[] = []
  let at = contentStart
  while (isConstructed && at < limit && !(length === undefined && isEndOfContents(bytes, at))) {
    const child = readFrom(bytes, at, depth + 1, budget)
    children.push(child)
    at += child.bytes.length
    // Another reader could go by the length stated here, and see something else.
    if (at > limit) throw new DerError('a child longer than what it is in')
  }
  const contentEnd = length === undefined ? at : limit
  if (length === undefined && !isEndOfContents(bytes, contentEnd)) throw new DerError('no end of contents')
  const end = length === undefined ? contentEnd + END_OF_CONTENTS_BYTES : limit
  return {
    tag,
    bytes: bytes.subarray(start, end),
    content: bytes.subarray(contentStart, contentEnd),
    children,
  }
}

/** @returns `length` undefined where it is indefinite (X.690 8.1.3.6) */
function readHeader(
  bytes: Uint8Array,
  start: number,
): { readonly tag: number; readonly contentStart: number; readonly length: number | undefined } {
  const tag = bytes[start]
  const first = bytes[start + 1]
  if (tag === undefined || first === undefined) throw new DerError('ends within an element')
  if ((tag & 0x1f) === 0x1f || tag === END_OF_CONTENTS) throw new DerError('tag out of range')
  if (first === 0x80) return { tag, contentStart: start + 2, length: undefined }
  const count = first < 0x80 ? 0 : first & 0x7f
  const contentStart = start + 2 + count
  let length = count === 0 ? first : 0
  for (let at = start + 2; at < contentStart; at += 1) length = length * 256 + (bytes[at] ?? 0)
  if (contentStart + length > bytes.length) throw new DerError('longer than what it is in')
  return { tag, contentStart, length }
}

function isEndOfContents(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === END_OF_CONTENTS && bytes[at + 1] === 0
}

/** The element, if it has the expected tag. */
export function expectTag(element: Element | undefined, tag: number): Element {
  if (element?.tag !== tag) {
    throw new DerError(
      `expected tag 0x${tag.toString(16)}, found ${element ? `0x${element.tag.toString(16)}` : 'nothing'}`,
    )
  }
  return element
}

/** The children of an element with the expected tag. */
export function childrenOfTag(element: Element | undefined, tag: number): readonly Element[] {
  return expectTag(element, tag).children
}

/** The only child of an element with the expected tag. */
export function onlyChild(element: Element | undefined, tag: number): Element {
  const [child, second] = childrenOfTag(element, tag)
  if (child === undefined || second !== undefined) throw new DerError('expected exactly one child')
  return child
}

/** The content of an OCTET STRING, joined when it came in pieces (BER). */
export function octets(element: Element | undefined): Uint8Array {
  if (element?.tag === (TAG.octetString | 0x20)) return concat(element.children.map(octets))
  return expectTag(element, TAG.octetString).content
}

/** The bytes of a BIT STRING that has no unused bits (keys, signature values). */
export function bitStringBytes(element: Element | undefined): Uint8Array {
  const { content } = expectTag(element, TAG.bitString)
  if (content[0] !== 0) throw new DerError('bit string with unused bits')
  return content.subarray(1)
}

/** The numbers of the bits set in a named BIT STRING, such as key usage. */
export function namedBits(element: Element | undefined): ReadonlySet<number> {
  const { content } = expectTag(element, TAG.bitString)
  const bits = new Set<number>()
  content.subarray(1).forEach((byte, index) => {
    for (let bit = 0; bit < 8; bit++) if ((byte & (0x80 >> bit)) !== 0) bits.add(index * 8 + bit)
  })
  return bits
}

/** A non-negative INTEGER below 2^31, such as a version or a path length. */
export function smallInteger(element: Element | undefined): number {
  const { content } = expectTag(element, TAG.integer)
  if (content.length === 0 || content.length > 4 || (content[0] ?? 0) > 0x7f)
    throw new DerError('integer out of range')
  return content.reduce((sum, byte) => sum * 256 + byte, 0)
}

/** DER BOOLEAN: TRUE is 0xff and nothing else. */
export function boolean(element: Element | undefined): boolean {
  const { content } = expectTag(element, TAG.boolean)
  if (content.length !== 1 || (content[0] !== 0 && content[0] !== 0xff))
    throw new DerError('not a DER boolean')
  return content[0] === 0xff
}

/** An OBJECT IDENTIFIER in dotted form. */
export function oid(element: Element | undefined): string {
  const { content } = expectTag(element, TAG.oid)
  if (content.length === 0 || content.length > 64 || ((content.at(-1) ?? 0x80) & 0x80) !== 0) {
    throw new DerError('not an object identifier')
  }
  const arcs: bigint[] = []
  let arc = 0n
  for (const byte of content) {
    if (arc === 0n && byte === 0x80) throw new DerError('object identifier not in shortest form')
    arc = (arc << 7n) | BigInt(byte & 0x7f)
    if ((byte & 0x80) !== 0) continue
    if (arcs.length === 0) {
      const first = arc < 40n ? 0n : arc < 80n ? 1n : 2n
      arcs.push(first, arc - first * 40n)
    } else arcs.push(arc)
    arc = 0n
  }
  return arcs.join('.')
}

/** UTCTime or GeneralizedTime in the forms RFC 5280 allows (seconds, Z). */
export function time(element: Element | undefined): Date {
  if (element === undefined) throw new DerError('expected a time, found nothing')
  const text = Buffer.from(element.content).toString('latin1')
  const match =
    element.tag === TAG.utcTime
      ? /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(text)
      : element.tag === TAG.generalizedTime
        ? /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(text)
        : null
  if (match === null) throw new DerError('not a time in UTC with seconds')
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number)
  const fullYear = element.tag === TAG.utcTime ? (year < 50 ? 2000 + year : 1900 + year) : year
  const at = new Date(Date.UTC(fullYear, month - 1, day, hour, minute, second))
  if (at.getUTCMonth() !== month - 1 || at.getUTCDate() !== day) throw new DerError('no such date')
  return at
}

/** A text string of any of the kinds certificates use. Unreadable characters become U+FFFD. */
export function text(element: Element): string {
  const content = Buffer.from(element.content)
  switch (element.tag) {
    case TAG.bmpString:
      return new TextDecoder('utf-16be').decode(content)
    case TAG.utf8String:
      return content.toString('utf8')
    case TAG.teletexString:
    case TAG.printableString:
    case TAG.ia5String:
      return content.toString('latin1')
    default:
      return content.toString('utf8')
  }
}

/** Joins byte strings. */
export function concat(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts))
}

/** Whether two byte strings are the same. Not constant-time: nothing compared here is secret. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0
}

/** One element of a long list, not yet read. */
export interface RawElement {
  readonly tag: number
  readonly bytes: Uint8Array
  readonly content: Uint8Array
}

/**
 * The elements that stand one after the other in `bytes`, without reading what is in them: a revocation
 * list has hundreds of thousands of entries, of which one matters. DER only.
 *
 * @throws {DerError} for an indefinite or impossible length, or a tag above 30
 */
export function* rawElements(bytes: Uint8Array): Generator<RawElement, void, undefined> {
  for (let at = 0; at < bytes.length;) {
    const { tag, contentStart, length } = readHeader(bytes, at)
    if (length === undefined) throw new DerError('indefinite length in DER')
    const end = contentStart + length
    yield { tag, bytes: bytes.subarray(at, end), content: bytes.subarray(contentStart, end) }
    at = end
  }
}

/** Encodes one element in DER. */
export function encode(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = concat(parts)
  return concat([encodeHeader(tag, content.length), content])
}

/** Identifier and length in DER of an element whose content, of `length` bytes, is written elsewhere. */
export function encodeHeader(tag: number, length: number): Uint8Array {
  const digits: number[] = []
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) digits.unshift(rest % 256)
  return Uint8Array.from(length < 128 ? [tag, length] : [tag, 0x80 | digits.length, ...digits])
}

/** SET OF: DER sorts the encodings as unsigned byte strings (X.690 11.6). */
export function encodeSetOf(members: readonly Uint8Array[], tag: number = TAG.set): Uint8Array {
  return encode(tag, ...members.toSorted((a, b) => Buffer.compare(a, b)))
}

/** OBJECT IDENTIFIER from its dotted form. */
export function encodeOid(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  const bytes = [first * 40 + second, ...rest].flatMap((arc) => {
    const septets = [arc & 0x7f]
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128))
      septets.unshift((left & 0x7f) | 0x80)
    return septets
  })
  return encode(TAG.oid, Uint8Array.from(bytes))
}

/** Non-negative INTEGER from big-endian bytes of any padding. */
export function encodeUnsigned(bigEndian: Uint8Array): Uint8Array {
  const start = bigEndian.findIndex((byte) => byte !== 0)
  const digits = start === -1 ? Uint8Array.of(0) : bigEndian.subarray(start)
  return encode(TAG.integer, ...((digits[0] ?? 0) > 0x7f ? [Uint8Array.of(0), digits] : [digits]))
}

/** DER NULL. */
export const NULL_ELEMENT: Uint8Array = Uint8Array.of(TAG.null, 0)
