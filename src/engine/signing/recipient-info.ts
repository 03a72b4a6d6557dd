import {
  constants,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  type KeyObject,
  privateDecrypt,
  publicEncrypt,
} from 'node:crypto'
import { AppError } from '../../shared/errors.ts'
import {
  type DigestAlgorithm,
  encodeDigestAlgorithm,
  isWeakKey,
  readDigestAlgorithm,
  UnsupportedAlgorithm,
} from './algorithms.ts'
import { type Certificate, readName } from './certificate.ts'
import {
  bitStringBytes,
  childrenOfTag,
  concat,
  DerError,
  type Element,
  encode,
  encodeOid,
  encodeSetOf,
  expectTag,
  octets,
  oid,
  onlyChild,
  readElement,
  sameBytes,
  TAG,
} from './der.ts'
import { bigEndian, derivedKey, unwrapKey, wrapKey } from './key-wrap.ts'

/** One of our own keys: its certificate, and the private half. */
export interface DecryptionKey {
  readonly certificate: Certificate
  readonly privateKey: KeyObject
}

const AES_WRAP: Readonly<Record<string, number>> = {
  '2.16.840.1.101.3.4.1.5': 16,
  '2.16.840.1.101.3.4.1.25': 24,
  '2.16.840.1.101.3.4.1.45': 32,
}
const AES256_WRAP = '2.16.840.1.101.3.4.1.45'

/** Ephemeral-static ECDH with the KDF of X9.63 (RFC 5753 section 7.1.4), and with cofactor, which here is 1. */
const AGREEMENTS: Readonly<Record<string, DigestAlgorithm>> = {
  '1.3.133.16.840.63.0.2': 'sha1',
  '1.3.132.1.11.0': 'sha224',
  '1.3.132.1.11.1': 'sha256',
  '1.3.132.1.11.2': 'sha384',
  '1.3.132.1.11.3': 'sha512',
  '1.3.133.16.840.63.0.3': 'sha1',
  '1.3.132.1.14.0': 'sha224',
  '1.3.132.1.14.1': 'sha256',
  '1.3.132.1.14.2': 'sha384',
  '1.3.132.1.14.3': 'sha512',
}

/** What we write, by the curve's size in bits (RFC 5753 section 8: a hash no weaker than the curve). */
const WRITTEN: Readonly<
  Record<number, { readonly curve: string; readonly kdf: string; readonly digest: string }>
> = {
  256: { curve: 'P-256', kdf: '1.3.132.1.11.1', digest: 'sha256' },
  384: { curve: 'P-384', kdf: '1.3.132.1.11.2', digest: 'sha384' },
  521: { curve: 'P-521', kdf: '1.3.132.1.11.3', digest: 'sha512' },
}

/** How often one content is tried to be opened: somebody could name us ten thousand times in it. */
const MOST_ATTEMPTS = 16

const EC_PUBLIC_KEY = '1.2.840.10045.2.1'
const RSA_OAEP = '1.2.840.113549.1.1.7'
const MGF1 = '1.2.840.113549.1.1.8'

/**
 * Whether content may be encrypted to a certificate at `at`: its kind and size of key, its key usage, its dates.
 * Who vouches for it is judged elsewhere.
 */
export function isForEncryption(
  { publicKey, keyUsage, notBefore, notAfter }: Certificate,
  at: Date,
): boolean {
  if (isWeakKey(publicKey) || at < notBefore || at > notAfter) return false
  if (publicKey.kind === 'rsa') return keyUsage?.has('keyEncipherment') !== false
  return (
    publicKey.kind === 'ec' &&
    WRITTEN[publicKey.bits] !== undefined &&
    keyUsage?.has('keyAgreement') !== false
  )
}

/**
 * The RecipientInfos of a content key (RFC 5652 section 6.2): one key agreement for all recipients on the
 * same curve, a key transport by RSAES-OAEP with SHA-256 for each with RSA.
 *
 * @param certificates see {@link isForEncryption}
 * @returns DER of the SET
 * @throws {AppError} certificate/unusable for a key of another kind
 */
export function recipientInfos(contentKey: Uint8Array, certificates: readonly Certificate[]): Uint8Array {
  const byCurve = new Map<number, Certificate[]>()
  const infos: Uint8Array[] = []
  for (const certificate of certificates) {
    const { kind, bits } = certificate.publicKey
    if (kind === 'rsa') infos.push(transported(contentKey, certificate))
    else if (kind === 'ec' && WRITTEN[bits] !== undefined) {
      byCurve.set(bits, [...(byCurve.get(bits) ?? []), certificate])
    } else throw new AppError('certificate/unusable', `cannot encrypt to a key of kind ${kind}`)
  }
  for (const [bits, members] of byCurve) infos.push(agreed(contentKey, members, bits))
  return encodeSetOf(infos)
}

/** KeyAgreeRecipientInfo, with one ephemeral key for all of them (RFC 5753 section 3.1.1). */
function agreed(contentKey: Uint8Array, certificates: readonly Certificate[], bits: number): Uint8Array {
  const manner = WRITTEN[bits]
  if (manner === undefined) throw new RangeError(`a curve of ${String(bits)} bits`)
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: manner.curve })
  const point = pointOf(publicKey.export({ type: 'spki', format: 'der' }))
  const wrapAlgorithm = encode(TAG.sequence, encodeOid(AES256_WRAP))
  const keys = certificates.map((certificate) => {
    const secret = diffieHellman({ privateKey, publicKey: publicKeyOf(certificate.publicKey.spki) })
    const kek = derivedKey(manner.digest, secret, sharedInfo(wrapAlgorithm, undefined, 32), 32)
    const wrapped = encode(TAG.octetString, wrapKey(kek, contentKey))
    return encode(TAG.sequence, agreementRecipient(certificate), wrapped)
  })
  const originator = encode(
    0xa1,
    encode(TAG.sequence, encodeOid(EC_PUBLIC_KEY)),
    encode(TAG.bitString, Uint8Array.of(0), point),
  )
  return encode(
    0xa1,
    encode(TAG.integer, Uint8Array.of(3)),
    encode(0xa0, originator),
    encode(TAG.sequence, encodeOid(manner.kdf), wrapAlgorithm),
    encode(TAG.sequence, ...keys),
  )
}

/** By key identifier, which is short, where the certificate states one. */
function agreementRecipient(certificate: Certificate): Uint8Array {
  const { subjectKeyId } = certificate
  return subjectKeyId === undefined
    ? issuerAndSerial(certificate)
    : encode(0xa0, encode(TAG.octetString, subjectKeyId))
}

/** KeyTransRecipientInfo with RSAES-OAEP (RFC 3560), SHA-256 for hash and mask. */
function transported(contentKey: Uint8Array, certificate: Certificate): Uint8Array {
  const sha256 = encodeDigestAlgorithm('sha256')
  const parameters = encode(
    TAG.sequence,
    encode(0xa0, sha256),
    encode(0xa1, encode(TAG.sequence, encodeOid(MGF1), sha256)),
  )
  const encrypted = publicEncrypt(
    {
      key: publicKeyOf(certificate.publicKey.spki),
      padding: constants.RSA_PKCS1_OAEP_PADDING,
      oaepHash: 'sha256',
    },
    contentKey,
  )
  return encode(
    TAG.sequence,
    encode(TAG.integer, Uint8Array.of(0)),
    issuerAndSerial(certificate),
    encode(TAG.sequence, encodeOid(RSA_OAEP), parameters),
    encode(TAG.octetString, encrypted),
  )
}

function issuerAndSerial({ issuer, serialNumber }: Certificate): Uint8Array {
  return encode(TAG.sequence, issuer.der, encode(TAG.integer, Buffer.from(serialNumber, 'hex')))
}

/**
 * The content key, by whichever of our keys one of the RecipientInfos is for.
 *
 * PKCS #1 v1.5 is not read: who answers differently to a good and a bad padding decrypts for everybody.
 *
 * @param set the RecipientInfos
 * @returns undefined where none of them is for us, or none can be opened
 * @throws {DerError} for a wrong structure
 */
export function contentKeyOf(set: Element, keys: readonly DecryptionKey[]): Uint8Array | undefined {
  const budget = { left: MOST_ATTEMPTS }
  for (const info of childrenOfTag(set, TAG.set)) {
    const key =
      info.tag === 0xa1
        ? fromAgreement(info, keys, budget)
        : info.tag === TAG.sequence
          ? fromTransport(info, keys, budget)
          : undefined
    if (key !== undefined) return key
  }
  return undefined
}

/** Attempts that one content may still cost. */
interface Budget {
  left: number
}

function fromAgreement(
  info: Element,
  keys: readonly DecryptionKey[],
  budget: Budget,
): Uint8Array | undefined {
  const fields = [...info.children]
  const version = fields.shift()
  const originator = onlyChild(fields.shift(), 0xa0)
  const ukm = fields[0]?.tag === 0xa1 ? octets(onlyChild(fields.shift(), 0xa1)) : undefined
  const [algorithm, members, more] = fields
  if (more !== undefined || version?.tag !== TAG.integer)
    throw new DerError('key agreement with other fields')
  const [name, wrapAlgorithm] = childrenOfTag(algorithm, TAG.sequence)
  const digest = AGREEMENTS[oid(name)]
  const kekBytes = AES_WRAP[oid(childrenOfTag(wrapAlgorithm, TAG.sequence)[0])]
  // The originator's own certificate (static-static) is nothing that anybody writes.
  if (digest === undefined || kekBytes === undefined || originator.tag !== 0xa1) return undefined
  const [, point] = originator.children
  for (const member of childrenOfTag(members, TAG.sequence)) {
    const [recipient, wrapped] = childrenOfTag(member, TAG.sequence)
    for (const key of keys) {
      if (key.certificate.publicKey.kind !== 'ec' || !isFor(recipient, key.certificate)) continue
      if (budget.left-- <= 0) return undefined
      const secret = sharedSecret(key, bitStringBytes(point))
      if (secret === undefined) continue
      const info = sharedInfo(expectTag(wrapAlgorithm, TAG.sequence).bytes, ukm, kekBytes)
      const kek = derivedKey(digest, secret, info, kekBytes)
      const contentKey = unwrapKey(kek, octets(wrapped))
      if (contentKey !== undefined) return contentKey
    }
  }
  return undefined
}

/** The crypto library refuses a point that is not on the curve. */
function sharedSecret({ certificate, privateKey }: DecryptionKey, point: Uint8Array): Uint8Array | undefined {
  const [algorithm] = childrenOfTag(readElement(certificate.publicKey.spki), TAG.sequence)
  const spki = encode(
    TAG.sequence,
    expectTag(algorithm, TAG.sequence).bytes,
    encode(TAG.bitString, Uint8Array.of(0), point),
  )
  try {
    return diffieHellman({ privateKey, publicKey: publicKeyOf(spki) })
  } catch {
    return undefined
  }
}

function fromTransport(
  info: Element,
  keys: readonly DecryptionKey[],
  budget: Budget,
): Uint8Array | undefined {
  const [, recipient, algorithm, encrypted] = childrenOfTag(info, TAG.sequence)
  const [name, parameters] = childrenOfTag(algorithm, TAG.sequence)
  if (oid(name) !== RSA_OAEP) return undefined
  const oaepHash = oaepDigest(parameters)
  if (oaepHash === undefined) return undefined
  for (const { certificate, privateKey } of keys) {
    if (certificate.publicKey.kind !== 'rsa' || !isFor(recipient, certificate)) continue
    if (budget.left-- <= 0) return undefined
    try {
      const padding = constants.RSA_PKCS1_OAEP_PADDING
      return privateDecrypt({ key: privateKey, padding, oaepHash }, octets(encrypted))
    } catch {
      // Not made with this key, or changed since: for us it is the same.
    }
  }
  return undefined
}

/** RSAES-OAEP-params (RFC 4055 section 4.1); SHA-1 is the default of both. Undefined: a manner not known here. */
function oaepDigest(parameters: Element | undefined): DigestAlgorithm | undefined {
  let hash: DigestAlgorithm = 'sha1'
  let mask: DigestAlgorithm = 'sha1'
  try {
    for (const field of parameters === undefined ? [] : childrenOfTag(parameters, TAG.sequence)) {
      if (field.tag === 0xa0) hash = readDigestAlgorithm(onlyChild(field, 0xa0))
      else if (field.tag === 0xa1) {
        const [name, inner] = childrenOfTag(onlyChild(field, 0xa1), TAG.sequence)
        if (oid(name) !== MGF1) return undefined
        mask = readDigestAlgorithm(inner)
      } else return undefined
    }
  } catch (cause) {
    if (cause instanceof UnsupportedAlgorithm) return undefined
    throw cause
  }
  return hash === mask && hash !== 'md5' ? hash : undefined
}

/** Whether a RecipientIdentifier or a KeyAgreeRecipientIdentifier names this certificate. */
function isFor(identifier: Element | undefined, certificate: Certificate): boolean {
  const { subjectKeyId, issuer, serialNumber } = certificate
  if (identifier?.tag === TAG.sequence) {
    const [name, serial] = identifier.children
    return (
      Buffer.from(expectTag(serial, TAG.integer).content).toString('hex') === serialNumber &&
      readName(name).folded === issuer.folded
    )
  }
  // [0] primitive in a key transport, [0] of a RecipientKeyIdentifier in a key agreement.
  const named =
    identifier?.tag === 0x80
      ? identifier.content
      : identifier?.tag === 0xa0
        ? octets(identifier.children[0])
        : undefined
  return named !== undefined && subjectKeyId !== undefined && sameBytes(named, subjectKeyId)
}

/** ECC-CMS-SharedInfo (RFC 5753 section 7.2). */
function sharedInfo(wrapAlgorithm: Uint8Array, ukm: Uint8Array | undefined, kekBytes: number): Uint8Array {
  return encode(
    TAG.sequence,
    wrapAlgorithm,
    ...(ukm === undefined ? [] : [encode(0xa0, encode(TAG.octetString, ukm))]),
    encode(0xa2, encode(TAG.octetString, bigEndian(kekBytes * 8))),
  )
}

function publicKeyOf(spki: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' })
}

function pointOf(spki: Uint8Array): Uint8Array {
  return concat([bitStringBytes(childrenOfTag(readElement(spki), TAG.sequence)[1])])
}
