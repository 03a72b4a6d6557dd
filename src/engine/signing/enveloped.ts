/** Encrypted files: CMS AuthEnvelopedData (RFC 5083) with AES-GCM (RFC 5084), piece by piece in both directions. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { AppError } from '../../shared/errors.ts'
import { type ByteReader, byteReader } from './byte-reader.ts'
import type { Certificate } from './certificate.ts'
import {
  childrenOfTag,
  concat,
  DerError,
  type Element,
  encode,
  encodeHeader,
  encodeOid,
  expectTag,
  octets,
  oid,
  readElement,
  smallInteger,
  TAG,
} from './der.ts'
import { contentKeyOf, type DecryptionKey, recipientInfos } from './recipient-info.ts'

const AUTH_ENVELOPED = '1.2.840.113549.1.9.16.1.23'
const DATA = '1.2.840.113549.1.7.1'
const AES256_GCM = '2.16.840.1.101.3.4.1.46'
const KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** AES-GCM by the length of its key; we write the longest. */
const GCM: Readonly<Record<string, number>> = {
  '2.16.840.1.101.3.4.1.6': 16,
  '2.16.840.1.101.3.4.1.26': 24,
  [AES256_GCM]: 32,
}

/** What all RecipientInfos of one content may take; thousands of recipients fit. */
const LARGEST_RECIPIENTS_BYTES = 4 << 20
/** What goes out of the plain text at once. */
const PIECE_BYTES = 65_536

/** The key of one content, and the nonce by which to find it again. */
export interface ContentKey {
  /** Lower-case hex. */
  readonly nonce: string
  readonly key: Uint8Array
}

/** A content that is about to be encrypted. */
export interface Envelope extends ContentKey {
  /** Of all that {@link encrypted} gives. */
  readonly sizeBytes: number
  /**
   * @throws {Error} when `plain` does not give as many bytes as were promised
   */
  encrypted(plain: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array>
}

/**
 * Makes ready to encrypt one content of known size to all the given certificates, in DER. Key and nonce are
 * drawn anew: an envelope serves for one content.
 *
 * @throws {AppError} certificate/unusable
 */
export function envelopeFor(certificates: readonly Certificate[], plainBytes: number): Envelope {
  const key = randomBytes(KEY_BYTES)
  const nonce = randomBytes(NONCE_BYTES)
  const parameters = encode(
    TAG.sequence,
    encode(TAG.octetString, nonce),
    encode(TAG.integer, Uint8Array.of(TAG_BYTES)),
  )
  const contentHead = concat([
    encodeOid(DATA),
    encode(TAG.sequence, encodeOid(AES256_GCM), parameters),
    encodeHeader(0x80, plainBytes),
  ])
  const version = encode(TAG.integer, Uint8Array.of(0))
  const recipients = recipientInfos(key, certificates)
  const macHead = encodeHeader(TAG.octetString, TAG_BYTES)
  const inContent = contentHead.length + plainBytes
  const contentStart = encodeHeader(TAG.sequence, inContent)
  const inData =
    version.length + recipients.length + contentStart.length + inContent + macHead.length + TAG_BYTES
  const dataStart = encodeHeader(TAG.sequence, inData)
  const type = encodeOid(AUTH_ENVELOPED)
  const wrapped = encodeHeader(0xa0, dataStart.length + inData)
  const whole = encodeHeader(TAG.sequence, type.length + wrapped.length + dataStart.length + inData)
  const head = concat([whole, type, wrapped, dataStart, version, recipients, contentStart, contentHead])

  return {
    key,
    nonce: nonce.toString('hex'),
    sizeBytes: head.length + plainBytes + macHead.length + TAG_BYTES,
    async *encrypted(plain) {
      const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
      yield head
      let size = 0
      for await (const piece of plain) {
        size += piece.length
        yield cipher.update(piece)
      }
      if (size !== plainBytes) {
        throw new Error(`a content of ${String(plainBytes)} bytes gave ${String(size)}`)
      }
      cipher.final()
      yield concat([macHead, cipher.getAuthTag()])
    },
  }
}

/** How the content key is found: by keys of ours among the recipients, or because it is known. */
export type KeySource =
  { readonly keys: readonly DecryptionKey[] } | { readonly known: readonly ContentKey[] }

/**
 * Decrypts a content as it arrives. **What was given counts only once the iteration has ended without an
 * error**: the seal over all of it stands at the end. Whoever passes it on must be able to take it back.
 *
 * Reads DER and BER and AES-GCM of any length of key. What is encrypted but not authenticated (EnvelopedData) is
 * not read: a hub could turn it into something else. Nor is what has authenticated attributes, which stand behind
 * the content and are sealed before it: plain data needs none (RFC 5083 section 2.1).
 *
 * @param onKey is told the key that opens it, before the first piece
 * @throws {AppError} `packet/encryption-unreadable`; `packet/encrypted-for-another` when no key of ours fits;
 *   `packet/encryption-broken` when it was changed or cut
 */
export async function* decrypted(
  chunks: AsyncIterable<Uint8Array>,
  source: KeySource,
  onKey: (key: ContentKey) => void = () => undefined,
): AsyncGenerator<Uint8Array> {
  const reader = byteReader(chunks)
  try {
    yield* read(reader, source, onKey)
  } catch (cause) {
    if (!(cause instanceof DerError)) throw cause
    throw new AppError(
      reader.isAtEnd() ? 'packet/encryption-broken' : 'packet/encryption-unreadable',
      'not the AuthEnvelopedData that it should be',
      { cause },
    )
  } finally {
    await reader.close()
  }
}

/** Whether bytes begin as an AuthEnvelopedData does; the first 64 are enough. */
export function looksEnveloped(start: Uint8Array): boolean {
  return Buffer.from(start.subarray(0, 64)).includes(Buffer.from(encodeOid(AUTH_ENVELOPED)))
}

async function* read(
  reader: ByteReader,
  source: KeySource,
  onKey: (key: ContentKey) => void,
): AsyncGenerator<Uint8Array> {
  const whole = await open(reader, TAG.sequence)
  if (oid(await element(reader)) !== AUTH_ENVELOPED) throw new DerError('another kind of content')
  const wrapped = await open(reader, 0xa0)
  const data = await open(reader, TAG.sequence)
  smallInteger(await element(reader))
  let recipients = await element(reader)
  // OriginatorInfo brings certificates that nobody here needs.
  if (recipients.tag === 0xa0) recipients = await element(reader)
  const content = await open(reader, TAG.sequence)
  if (oid(await element(reader)) !== DATA) throw new DerError('another kind of content inside')
  const { keyBytes, nonce, tagBytes } = gcmOf(await element(reader))
  const key = keyFrom(source, recipients, nonce)
  if (key === undefined) {
    throw new AppError('packet/encrypted-for-another', 'it is encrypted for keys that are not here')
  }
  if (key.length !== keyBytes) throw broken('a key of another length')
  onKey({ nonce: Buffer.from(nonce).toString('hex'), key })

  const cipher = createDecipheriv(`aes-${String(keyBytes * 8)}-gcm` as 'aes-256-gcm', key, nonce, {
    authTagLength: tagBytes,
  })
  for await (const piece of contentOf(reader)) {
    const plain = cipher.update(piece)
    if (plain.length > 0) yield plain
  }
  await close(reader, content)
  const mac = await element(reader)
  if (mac.tag !== TAG.octetString) throw new DerError('attributes beside the content are not read')
  if (mac.content.length !== tagBytes) throw broken('a seal of another length')
  await close(reader, data, 'unprotected attributes may follow')
  await close(reader, wrapped)
  await close(reader, whole)
  if (!(await reader.ends())) throw new DerError('bytes after it')
  cipher.setAuthTag(mac.content)
  try {
    cipher.final()
  } catch (cause) {
    throw new AppError('packet/encryption-broken', 'the seal does not fit the content', { cause })
  }
}

function keyFrom(source: KeySource, recipients: Element, nonce: Uint8Array): Uint8Array | undefined {
  if ('keys' in source) return contentKeyOf(recipients, source.keys)
  const name = Buffer.from(nonce).toString('hex')
  return source.known.find((known) => known.nonce === name)?.key
}

/** GCMParameters (RFC 5084 section 3.2). */
function gcmOf(algorithm: Element): { keyBytes: number; nonce: Uint8Array; tagBytes: number } {
  const [name, parameters] = childrenOfTag(algorithm, TAG.sequence)
  const keyBytes = GCM[oid(name)]
  if (keyBytes === undefined) throw new DerError(`encrypted with ${oid(name)}`)
  const [nonceField, lengthField] = childrenOfTag(parameters, TAG.sequence)
  const nonce = octets(nonceField)
  const tagBytes = lengthField === undefined ? 12 : smallInteger(lengthField)
  if (nonce.length !== NONCE_BYTES || tagBytes < 12 || tagBytes > TAG_BYTES) {
    throw new DerError('nonce or seal of an unusual length')
  }
  return { keyBytes, nonce, tagBytes }
}

/** [0] IMPLICIT OCTET STRING: in one, or in pieces as streaming programs write it. */
async function* contentOf(reader: ByteReader): AsyncGenerator<Uint8Array> {
  const { tag, length } = await reader.header()
  if (tag === 0x80 && length !== undefined) {
    yield* reader.pieces(length, PIECE_BYTES)
    return
  }
  if (tag !== 0xa0) throw new DerError('no encrypted content')
  const end = length === undefined ? undefined : reader.position() + length
  while (end === undefined || reader.position() < end) {
    const piece = await reader.header()
    if (end === undefined && piece.tag === 0 && piece.length === 0) return
    if (piece.tag !== TAG.octetString || piece.length === undefined)
      throw new DerError('pieces of another kind')
    yield* reader.pieces(piece.length, PIECE_BYTES)
  }
  if (reader.position() !== end) throw new DerError('a piece longer than what it is in')
}

/** Where an element that is read on the way ends; undefined: at an end-of-contents mark. */
interface OpenElement {
  readonly end: number | undefined
}

async function open(reader: ByteReader, tag: number): Promise<OpenElement> {
  const { tag: found, length } = await reader.header()
  if (found !== tag) throw new DerError(`expected tag 0x${tag.toString(16)}, found 0x${found.toString(16)}`)
  return { end: length === undefined ? undefined : reader.position() + length }
}

async function close(reader: ByteReader, { end }: OpenElement, mayHold?: string): Promise<void> {
  if (end !== undefined) {
    const rest = end - reader.position()
    if (rest < 0 || (rest > 0 && mayHold === undefined)) throw new DerError('more in it than there should be')
    if (rest > 0) expectTag(await element(reader), 0xa2)
    if (reader.position() !== end) throw new DerError('more in it than there should be')
    return
  }
  let mark = await reader.header()
  if (mark.tag === 0xa2 && mayHold !== undefined && mark.length !== undefined) {
    await reader.take(mark.length, LARGEST_RECIPIENTS_BYTES)
    mark = await reader.header()
  }
  if (mark.tag !== 0 || mark.length !== 0) throw new DerError('no end of contents')
}

/** A whole small element. */
async function element(reader: ByteReader): Promise<Element> {
  const { tag, length, bytes } = await reader.header()
  if (length === undefined) throw new DerError(`tag 0x${tag.toString(16)} without a length`)
  return readElement(concat([bytes, await reader.take(length, LARGEST_RECIPIENTS_BYTES)]))
}

function broken(why: string): AppError {
  return new AppError('packet/encryption-broken', why)
}
