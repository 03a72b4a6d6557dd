import { constants, createPublicKey, publicDecrypt, verify } from 'node:crypto'
import {
  bitStringBytes,
  childrenOfTag,
  concat,
  DerError,
  type Element,
  encode,
  encodeOid,
  encodeUnsigned,
  expectTag,
  NULL_ELEMENT,
  oid,
  readElement,
  sameBytes,
  smallInteger,
  TAG,
} from './der.ts'

/** Hash functions met in signatures, by node:crypto's names. `md5` and `sha1` are read, never written. */
export type DigestAlgorithm = 'md5' | 'sha1' | 'sha224' | 'sha256' | 'sha384' | 'sha512'

/** How a signature value was made. */
export type SignatureScheme =
  | { readonly kind: 'rsa-pkcs1' }
  | { readonly kind: 'rsa-pss'; readonly digest: DigestAlgorithm; readonly saltLength: number }
  | { readonly kind: 'ecdsa' }

/** What an AlgorithmIdentifier of a signature says. `digest` is absent for plain rsaEncryption. */
export interface SignatureAlgorithm {
  readonly scheme: SignatureScheme
  readonly digest: DigestAlgorithm | undefined
}

/** A public key as far as judging its strength needs it. */
export interface PublicKey {
  readonly kind: 'rsa' | 'ec' | 'other'
  /** RSA modulus length, or size of the curve's field, in bits; 0 when unknown. */
  readonly bits: number
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array
}

/** Thrown for an algorithm that is named properly but not known here. */
export class UnsupportedAlgorithm extends Error {
  override readonly name = 'UnsupportedAlgorithm'
}

const DIGEST_OIDS: Readonly<Record<DigestAlgorithm, string>> = {
  md5: '1.2.840.113549.2.5',
  sha1: '1.3.14.3.2.26',
  sha224: '2.16.840.1.101.3.4.2.4',
  sha256: '2.16.840.1.101.3.4.2.1',
  sha384: '2.16.840.1.101.3.4.2.2',
  sha512: '2.16.840.1.101.3.4.2.3',
}
const DIGEST_BY_OID: ReadonlyMap<string, DigestAlgorithm> = new Map([
  [DIGEST_OIDS.md5, 'md5'],
  [DIGEST_OIDS.sha1, 'sha1'],
  [DIGEST_OIDS.sha224, 'sha224'],
  [DIGEST_OIDS.sha256, 'sha256'],
  [DIGEST_OIDS.sha384, 'sha384'],
  [DIGEST_OIDS.sha512, 'sha512'],
])

const RSA_ENCRYPTION = '1.2.840.113549.1.1.1'
const RSA_PSS = '1.2.840.113549.1.1.10'
const MGF1 = '1.2.840.113549.1.1.8'
const EC_PUBLIC_KEY = '1.2.840.10045.2.1'

const RSA_PKCS1_BY_OID: ReadonlyMap<string, DigestAlgorithm> = new Map([
  ['1.2.840.113549.1.1.4', 'md5'],
  ['1.2.840.113549.1.1.5', 'sha1'],
  ['1.3.14.3.2.29', 'sha1'],
  ['1.2.840.113549.1.1.14', 'sha224'],
  ['1.2.840.113549.1.1.11', 'sha256'],
  ['1.2.840.113549.1.1.12', 'sha384'],
  ['1.2.840.113549.1.1.13', 'sha512'],
])
const ECDSA_BY_OID: ReadonlyMap<string, DigestAlgorithm> = new Map([
  ['1.2.840.10045.4.1', 'sha1'],
  ['1.2.840.10045.4.3.1', 'sha224'],
  ['1.2.840.10045.4.3.2', 'sha256'],
  ['1.2.840.10045.4.3.3', 'sha384'],
  ['1.2.840.10045.4.3.4', 'sha512'],
])
const CURVE_BITS: ReadonlyMap<string, number> = new Map([
  ['1.2.840.10045.3.1.7', 256],
  ['1.3.132.0.34', 384],
  ['1.3.132.0.35', 521],
])
const DIGEST_LENGTH: Readonly<Record<DigestAlgorithm, number>> = {
  md5: 16,
  sha1: 20,
  sha224: 28,
  sha256: 32,
  sha384: 48,
  sha512: 64,
}

/** SHA-1 and MD5 no longer prove anything (Circular 15/2025 allows neither). */
export function isWeakDigest(digest: DigestAlgorithm): boolean {
  return digest === 'md5' || digest === 'sha1'
}

/** RSA below 2048 bits or a curve below 256 (Circular 15/2025 App. I). Unknown kinds are not called weak. */
export function isWeakKey(key: PublicKey): boolean {
  return key.kind === 'rsa' ? key.bits < 2048 : key.kind === 'ec' && key.bits > 0 && key.bits < 256
}

function parametersAbsentOrNull(parameters: Element | undefined): void {
  if (parameters === undefined) return
  if (expectTag(parameters, TAG.null).content.length !== 0) throw new DerError('NULL with content')
}

/**
 * The hash function an AlgorithmIdentifier names.
 *
 * @throws {UnsupportedAlgorithm} for a name not in our table
 * @throws {DerError} for a wrong structure
 */
export function readDigestAlgorithm(element: Element | undefined): DigestAlgorithm {
  const [name, parameters, more] = childrenOfTag(element, TAG.sequence)
  const digest = DIGEST_BY_OID.get(oid(name))
  if (digest === undefined) throw new UnsupportedAlgorithm(`digest ${oid(name)}`)
  parametersAbsentOrNull(parameters)
  if (more !== undefined) throw new DerError('digest algorithm with extra fields')
  return digest
}

/**
 * How a signature was made, from its AlgorithmIdentifier in a certificate or a SignerInfo.
 *
 * @throws {UnsupportedAlgorithm} for a name not in our tables, or PSS whose mask uses another hash
 * @throws {DerError} for a wrong structure
 */
export function readSignatureAlgorithm(element: Element | undefined): SignatureAlgorithm {
  const [name, parameters, more] = childrenOfTag(element, TAG.sequence)
  if (more !== undefined) throw new DerError('signature algorithm with extra fields')
  const dotted = oid(name)
  if (dotted === RSA_PSS) return readPss(parameters)
  const rsa = RSA_PKCS1_BY_OID.get(dotted)
  if (rsa !== undefined || dotted === RSA_ENCRYPTION) {
    parametersAbsentOrNull(parameters)
    return { scheme: { kind: 'rsa-pkcs1' }, digest: rsa }
  }
  const ecdsa = ECDSA_BY_OID.get(dotted)
  if (ecdsa !== undefined) {
    parametersAbsentOrNull(parameters)
    return { scheme: { kind: 'ecdsa' }, digest: ecdsa }
  }
  // Some programs name the key instead of the signature; the curve may follow.
  if (dotted === EC_PUBLIC_KEY) return { scheme: { kind: 'ecdsa' }, digest: undefined }
  throw new UnsupportedAlgorithm(`signature ${dotted}`)
}

/** RSASSA-PSS-params (RFC 4055 section 3.1); every field has a SHA-1 default. */
function readPss(parameters: Element | undefined): SignatureAlgorithm {
  let digest: DigestAlgorithm = 'sha1'
  let mask: DigestAlgorithm = 'sha1'
  let saltLength = 20
  for (const field of childrenOfTag(parameters, TAG.sequence)) {
    const [value, more] = field.children
    if (more !== undefined) throw new DerError('PSS parameter with extra fields')
    if (field.tag === 0xa0) digest = readDigestAlgorithm(value)
    else if (field.tag === 0xa1) {
      const [name, hash] = childrenOfTag(value, TAG.sequence)
      if (oid(name) !== MGF1) throw new UnsupportedAlgorithm(`mask ${oid(name)}`)
      mask = readDigestAlgorithm(hash)
    } else if (field.tag === 0xa2) saltLength = smallInteger(value)
    else if (field.tag !== 0xa3 || smallInteger(value) !== 1) throw new DerError('unknown PSS parameter')
  }
  if (mask !== digest) throw new UnsupportedAlgorithm('PSS with a mask of another hash')
  return { scheme: { kind: 'rsa-pss', digest, saltLength }, digest }
}

/** Kind and size of a SubjectPublicKeyInfo. */
export function readPublicKey(spki: Element): PublicKey {
  const [algorithm, key] = childrenOfTag(spki, TAG.sequence)
  const [name, parameters] = childrenOfTag(algorithm, TAG.sequence)
  const dotted = oid(name)
  if (dotted === RSA_ENCRYPTION || dotted === RSA_PSS) {
    const [modulus] = childrenOfTag(readElement(bitStringBytes(key)), TAG.sequence)
    const { content } = expectTag(modulus, TAG.integer)
    const digits = content[0] === 0 ? content.subarray(1) : content
    const bits = digits.length * 8 - Math.clz32(digits[0] ?? 0) + 24
    return { kind: 'rsa', bits, spki: spki.bytes }
  }
  if (dotted === EC_PUBLIC_KEY) {
    const curve = parameters?.tag === TAG.oid ? CURVE_BITS.get(oid(parameters)) : undefined
    return { kind: 'ec', bits: curve ?? 0, spki: spki.bytes }
  }
  return { kind: 'other', bits: 0, spki: spki.bytes }
}

/**
 * Whether `signature` was made over `message` with the private half of `key`. A key or signature that
 * the crypto library cannot read counts as not verified. ECDSA signatures are in DER.
 *
 * @throws {UnsupportedAlgorithm} when the library of this process lacks the hash or the curve
 */
export function verifyMessage(
  key: PublicKey,
  scheme: SignatureScheme,
  digest: DigestAlgorithm,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (key.kind === 'other' || (key.kind === 'ec' && key.bits === 0))
    throw new UnsupportedAlgorithm('kind of key')
  if ((key.kind === 'ec') !== (scheme.kind === 'ecdsa')) return false
  try {
    const publicKey = createPublicKey({ key: Buffer.from(key.spki), format: 'der', type: 'spki' })
    switch (scheme.kind) {
      case 'rsa-pkcs1':
        return verify(digest, message, { key: publicKey, padding: constants.RSA_PKCS1_PADDING }, signature)
      case 'rsa-pss':
        return verify(
          scheme.digest,
          message,
          { key: publicKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: scheme.saltLength },
          signature,
        )
      case 'ecdsa':
        return verify(digest, message, { key: publicKey, dsaEncoding: 'der' }, signature)
    }
  } catch {
    // OpenSSL throws for points off the curve, even exponents and the like: hostile, so simply not verified.
    return false
  }
}

/**
 * Whether an RSA PKCS#1 v1.5 signature was made over this ready hash (old PDF signatures have no
 * signed attributes, and the document is hashed as a stream).
 *
 * @returns `other-content` when the key did sign, but the hash of something else
 * @throws {UnsupportedAlgorithm} for other schemes: node:crypto offers no way to check them over a hash
 */
export function verifyHash(
  key: PublicKey,
  scheme: SignatureScheme,
  digest: DigestAlgorithm,
  hash: Uint8Array,
  signature: Uint8Array,
): 'good' | 'other-content' | 'wrong' {
  if (scheme.kind !== 'rsa-pkcs1' || key.kind !== 'rsa')
    throw new UnsupportedAlgorithm('no signed attributes')
  try {
    const publicKey = createPublicKey({ key: Buffer.from(key.spki), format: 'der', type: 'spki' })
    const recovered = publicDecrypt({ key: publicKey, padding: constants.RSA_PKCS1_PADDING }, signature)
    const expected = digestInfo(digest, hash)
    if (sameBytes(recovered, expected)) return 'good'
    const prefix = expected.length - hash.length
    const sameForm = sameBytes(recovered.subarray(0, prefix), expected.subarray(0, prefix))
    return sameForm && recovered.length === expected.length ? 'other-content' : 'wrong'
  } catch {
    return 'wrong'
  }
}

/** DigestInfo (RFC 8017 section 9.2) in its only DER form, with NULL parameters. */
function digestInfo(digest: DigestAlgorithm, hash: Uint8Array): Uint8Array {
  return encode(
    TAG.sequence,
    encode(TAG.sequence, encodeOid(DIGEST_OIDS[digest]), NULL_ELEMENT),
    encode(TAG.octetString, hash),
  )
}

/** AlgorithmIdentifier of a hash; parameters absent (RFC 5754 section 2). */
export function encodeDigestAlgorithm(digest: DigestAlgorithm): Uint8Array {
  return encode(TAG.sequence, encodeOid(DIGEST_OIDS[digest]))
}

/** AlgorithmIdentifier of the signature a token makes. PSS: mask of the same hash, salt as long as it. */
export function encodeSignatureAlgorithm(kind: SignatureScheme['kind'], digest: DigestAlgorithm): Uint8Array {
  const named = (table: ReadonlyMap<string, DigestAlgorithm>): Uint8Array => {
    const entry = [...table].find(([, value]) => value === digest)
    if (entry === undefined) throw new RangeError(`no ${kind} with ${digest}`)
    return encodeOid(entry[0])
  }
  switch (kind) {
    case 'rsa-pkcs1':
      return encode(TAG.sequence, named(RSA_PKCS1_BY_OID), NULL_ELEMENT)
    case 'ecdsa':
      return encode(TAG.sequence, named(ECDSA_BY_OID))
    case 'rsa-pss': {
      const hash = encode(TAG.sequence, encodeOid(DIGEST_OIDS[digest]), NULL_ELEMENT)
      return encode(
        TAG.sequence,
        encodeOid(RSA_PSS),
        encode(
          TAG.sequence,
          encode(0xa0, hash),
          encode(0xa1, encode(TAG.sequence, encodeOid(MGF1), hash)),
          encode(0xa2, encode(TAG.integer, Uint8Array.of(DIGEST_LENGTH[digest]))),
        ),
      )
    }
  }
}

/** Length of the hash in bytes; the salt of our PSS signatures is as long. */
export function digestLength(digest: DigestAlgorithm): number {
  return DIGEST_LENGTH[digest]
}

/**
 * ECDSA-Sig-Value (RFC 3279 section 2.2.3) from r‖s, the form in which PKCS#11 tokens answer.
 *
 * @throws {RangeError} when the halves do not have the length of the curve's field
 */
export function ecdsaToDer(rAndS: Uint8Array, bits: number): Uint8Array {
  const half = Math.ceil(bits / 8)
  if (half === 0 || rAndS.length !== half * 2) throw new RangeError(`r‖s of ${String(rAndS.length)} bytes`)
  return encode(
    TAG.sequence,
    concat([encodeUnsigned(rAndS.subarray(0, half)), encodeUnsigned(rAndS.subarray(half))]),
  )
}
