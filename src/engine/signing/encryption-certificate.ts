import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { encodeSignatureAlgorithm } from './algorithms.ts'
import { encodeTime } from './cms.ts'
import { bitStringBytes, childrenOfTag, encode, encodeOid, encodeUnsigned, readElement, TAG } from './der.ts'

/** Who a key belongs to, and when it may be used. */
export interface OfficeKeyOwner {
  /** The agency's code; the certificate's serialNumber. */
  readonly organId: string
  /** The agency's name; the certificate's CN. */
  readonly name: string
  readonly notBefore: Date
  readonly notAfter: Date
}

/** A key pair with its certificate, DER. */
export interface OfficeKeyPair {
  readonly certificate: Uint8Array
  readonly privateKey: KeyObject
}

/** The one thing that a key is for: its bit of the key usage (RFC 5280 section 4.2.1.3). */
const USAGE = {
  /** Bit 4, keyAgreement: the three below it are unused. */
  encryption: Uint8Array.of(3, 0x08),
  /** Bit 0, digitalSignature. */
  signature: Uint8Array.of(7, 0x80),
} as const

/** The key to which others encrypt. See {@link makeKeyPair}. */
export function makeEncryptionKey(owner: OfficeKeyOwner): OfficeKeyPair {
  return makeKeyPair(owner, 'encryption')
}

/** The key that signs packages which travel by hand, without a token. See {@link makeKeyPair}. */
export function makePackageKey(owner: OfficeKeyOwner): OfficeKeyPair {
  return makeKeyPair(owner, 'signature')
}

/**
 * Draws a key pair on P-256 and writes its certificate, signed by itself: it says what the key is for, and
 * nobody believes it before the agency's own statement does (docs/decisions: end-to-end encryption).
 */
function makeKeyPair(owner: OfficeKeyOwner, usage: keyof typeof USAGE): OfficeKeyPair {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const spki = publicKey.export({ type: 'spki', format: 'der' })
  const name = encode(
    TAG.sequence,
    nameAttribute('2.5.4.6', encode(TAG.printableString, Buffer.from('VN'))),
    nameAttribute('2.5.4.5', encode(TAG.utf8String, Buffer.from(owner.organId))),
    nameAttribute('2.5.4.3', encode(TAG.utf8String, Buffer.from(owner.name))),
  )
  const algorithm = encodeSignatureAlgorithm('ecdsa', 'sha256')
  const body = encode(
    TAG.sequence,
    encode(0xa0, encode(TAG.integer, Uint8Array.of(2))),
    // One bit short, so that the number is positive and never zero.
    encodeUnsigned(Buffer.concat([Uint8Array.of(0x40), randomBytes(15)])),
    algorithm,
    name,
    encode(TAG.sequence, encodeTime(owner.notBefore), encodeTime(owner.notAfter)),
    name,
    spki,
    encode(0xa3, encode(TAG.sequence, ...extensions(spki, usage))),
  )
  const value = sign('sha256', body, privateKey)
  const certificate = encode(TAG.sequence, body, algorithm, encode(TAG.bitString, Uint8Array.of(0), value))
  return { certificate, privateKey }
}

/** One use and nothing else; no authority over others; the key's identifier (RFC 7093 section 2). */
function extensions(spki: Uint8Array, usage: keyof typeof USAGE): Uint8Array[] {
  const point = bitStringBytes(childrenOfTag(readElement(spki), TAG.sequence)[1])
  const keyId = createHash('sha256').update(point).digest().subarray(0, 20)
  const critical = encode(TAG.boolean, Uint8Array.of(0xff))
  const extension = (dotted: string, value: Uint8Array, ...flags: Uint8Array[]) =>
    encode(TAG.sequence, encodeOid(dotted), ...flags, encode(TAG.octetString, value))
  return [
    extension('2.5.29.19', encode(TAG.sequence), critical),
    extension('2.5.29.15', encode(TAG.bitString, USAGE[usage]), critical),
    extension('2.5.29.14', encode(TAG.octetString, keyId)),
  ]
}

function nameAttribute(type: string, value: Uint8Array): Uint8Array {
  return encode(TAG.set, encode(TAG.sequence, encodeOid(type), value))
}
