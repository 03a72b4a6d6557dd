import { createHash } from 'node:crypto'
import { AppError } from '../../shared/errors.ts'
import {
  type DigestAlgorithm,
  digestLength,
  ecdsaToDer,
  encodeDigestAlgorithm,
  encodeSignatureAlgorithm,
  readDigestAlgorithm,
  readSignatureAlgorithm,
  type SignatureAlgorithm,
  type SignatureScheme,
  UnsupportedAlgorithm,
  verifyMessage,
} from './algorithms.ts'
import { type Certificate, type DistinguishedName, parseCertificate, readName } from './certificate.ts'
import {
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
  smallInteger,
  TAG,
} from './der.ts'

/** Dotted names of the contents and attributes of a signature (RFC 5652, 5035, 6211). */
export const CMS_OID = {
  data: '1.2.840.113549.1.7.1',
  signedData: '1.2.840.113549.1.7.2',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingTime: '1.2.840.113549.1.9.5',
  signingCertificate: '1.2.840.113549.1.9.16.2.12',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
  algorithmProtection: '1.2.840.113549.1.9.52',
  timeStampToken: '1.2.840.113549.1.9.16.2.14',
  timeStampInfo: '1.2.840.113549.1.9.16.1.4',
} as const

/** What a signature is to be made of. */
export interface CmsRequest {
  /** The signer's certificate, DER. */
  readonly certificate: Uint8Array
  /** Certificates above it that travel along (intermediates; the root may stay away), DER. */
  readonly chain: readonly Uint8Array[]
  /** Hash of the signed content: for a PDF, of its ByteRange. */
  readonly digest: Uint8Array
  /** Which hash that is; the same serves for the signature. SHA-256 unless the policy says otherwise. */
  readonly digestAlgorithm: 'sha256' | 'sha384' | 'sha512'
  readonly signatureAlgorithm: SignatureScheme['kind']
  /**
   * For CAdES-B of a file that is no PDF. Left out in PAdES: there the claimed time is /M of the signature
   * dictionary, and EN 319 142-1 section 6.3 forbids the attribute beside it.
   */
  readonly signingTime?: Date
  /** Goes inside, of which `digest` must be the hash. Left out, the signature is detached. */
  readonly content?: Uint8Array
}

/** A signature that lacks only its value, which a token makes. */
export interface PreparedCms {
  /** DER of the signed attributes as a SET: what the signature is made over. */
  readonly toBeSigned: Uint8Array
  /** Its hash by the request's `digestAlgorithm`, for tokens that sign ready hashes. */
  readonly hash: Uint8Array
  /** The most bytes that `finish` may answer, whatever the token signs and whatever the content hashes to. */
  readonly longestBytes: number
  /**
   * Puts the value in and checks it with the certificate's key first, because drivers are known to
   * answer with another key's signature.
   *
   * @param signatureValue RSA: as it is. ECDSA: r‖s as PKCS#11 gives it
   * @returns DER of the ContentInfo, the same for the same input
   * @throws {AppError} sign/self-check-failed
   */
  finish(signatureValue: Uint8Array): Uint8Array
}

function attribute(type: string, value: Uint8Array): Uint8Array {
  return encode(TAG.sequence, encodeOid(type), encode(TAG.set, value))
}

/** UTCTime up to 2049, GeneralizedTime after (RFC 5652 section 11.3). */
export function encodeTime(at: Date): Uint8Array {
  const digits = `${at.toISOString().slice(0, 19).replaceAll(/[-:T]/g, '')}Z`
  return at.getUTCFullYear() < 2050
    ? encode(TAG.utcTime, Buffer.from(digits.slice(2), 'latin1'))
    : encode(TAG.generalizedTime, Buffer.from(digits, 'latin1'))
}

/** IssuerAndSerialNumber. */
function issuerAndSerial(certificate: Certificate): Uint8Array {
  const serial = encode(TAG.integer, Buffer.from(certificate.serialNumber, 'hex'))
  return encode(TAG.sequence, certificate.issuer.der, serial)
}

/** SigningCertificateV2 with one ESSCertIDv2 by SHA-256, its default, therefore not written (RFC 5035 section 3). */
function signingCertificate(certificate: Certificate): Uint8Array {
  const hash = encode(TAG.octetString, createHash('sha256').update(certificate.der).digest())
  const generalNames = encode(TAG.sequence, encode(0xa4, certificate.issuer.der))
  const serial = encode(TAG.integer, Buffer.from(certificate.serialNumber, 'hex'))
  const essCertId = encode(TAG.sequence, hash, encode(TAG.sequence, generalNames, serial))
  return encode(TAG.sequence, encode(TAG.sequence, essCertId))
}

/**
 * Builds a CAdES-B signature (EN 319 122-1), which detached inside a PDF is PAdES B-B, up to the point
 * where the token is needed. The CMSAlgorithmProtection attribute (RFC 6211) goes along, so that
 * nobody can re-label the algorithms afterwards.
 *
 * @throws {AppError} certificate/unreadable, certificate/unusable (key not of the algorithm's kind)
 */
export function prepareCms(request: CmsRequest): PreparedCms {
  const { digestAlgorithm, signatureAlgorithm: kind } = request
  const certificate = parseCertificate(request.certificate)
  const { publicKey } = certificate
  if (publicKey.kind !== (kind === 'ecdsa' ? 'ec' : 'rsa') || publicKey.bits === 0) {
    throw new AppError('certificate/unusable', `${kind} with a key of kind ${publicKey.kind}`)
  }
  if (request.digest.length !== digestLength(digestAlgorithm)) {
    throw new RangeError(`${digestAlgorithm} of ${String(request.digest.length)} bytes`)
  }
  const digestId = encodeDigestAlgorithm(digestAlgorithm)
  const signatureId = encodeSignatureAlgorithm(kind, digestAlgorithm)
  const implicitSignatureId = concat([Uint8Array.of(0xa1), signatureId.subarray(1)])
  const attributes = [
    attribute(CMS_OID.contentType, encodeOid(CMS_OID.data)),
    attribute(CMS_OID.messageDigest, encode(TAG.octetString, request.digest)),
    attribute(CMS_OID.signingCertificateV2, signingCertificate(certificate)),
    attribute(CMS_OID.algorithmProtection, encode(TAG.sequence, digestId, implicitSignatureId)),
    ...(request.signingTime === undefined
      ? []
      : [attribute(CMS_OID.signingTime, encodeTime(request.signingTime))]),
  ]
  const toBeSigned = encodeSetOf(attributes)
  const certificates = new Map(
    [request.certificate, ...request.chain].map((der) => [parseCertificate(der).sha256, der]),
  )
  const scheme: SignatureScheme =
    kind === 'rsa-pss'
      ? { kind, digest: digestAlgorithm, saltLength: digestLength(digestAlgorithm) }
      : { kind }

  const encapsulated =
    request.content === undefined ? [] : [encode(0xa0, encode(TAG.octetString, request.content))]

  function assembled(value: Uint8Array): Uint8Array {
    const version1 = encode(TAG.integer, Uint8Array.of(1))
    const signerInfo = encode(
      TAG.sequence,
      version1,
      issuerAndSerial(certificate),
      digestId,
      encodeSetOf(attributes, 0xa0),
      signatureId,
      encode(TAG.octetString, value),
    )
    const signedData = encode(
      TAG.sequence,
      version1,
      encode(TAG.set, digestId),
      encode(TAG.sequence, encodeOid(CMS_OID.data), ...encapsulated),
      encodeSetOf([...certificates.values()], 0xa0),
      encode(TAG.set, signerInfo),
    )
    return encode(TAG.sequence, encodeOid(CMS_OID.signedData), encode(0xa0, signedData))
  }

  const keyBytes = Math.ceil(publicKey.bits / 8)
  // Two integers with a sign byte and a header each, and the header of their SEQUENCE.
  const valueBytes = kind === 'ecdsa' ? 2 * (keyBytes + 3) + 3 : keyBytes
  return {
    toBeSigned,
    hash: new Uint8Array(createHash(digestAlgorithm).update(toBeSigned).digest()),
    longestBytes: assembled(new Uint8Array(valueBytes)).length,
    finish(signatureValue) {
      const value = kind === 'ecdsa' ? toDerSignature(signatureValue, publicKey.bits) : signatureValue
      if (!verifyMessage(publicKey, scheme, digestAlgorithm, toBeSigned, value)) {
        throw new AppError('sign/self-check-failed', 'the token signed something else or with another key')
      }
      return assembled(value)
    },
  }
}

function toDerSignature(rAndS: Uint8Array, bits: number): Uint8Array {
  try {
    return ecdsaToDer(rAndS, bits)
  } catch (cause) {
    throw new AppError('sign/self-check-failed', 'the token answered with a signature of the wrong length', {
      cause,
    })
  }
}

/**
 * Puts an unsigned attribute, such as a time stamp over the signature value, into the only SignerInfo of
 * a signature. What is signed stays byte for byte as it is.
 *
 * @param der as `prepareCms` makes it: definite lengths, one signer
 * @throws {AppError} cms/unreadable
 */
export function addUnsignedAttribute(der: Uint8Array, type: string, value: Uint8Array): Uint8Array {
  try {
    const [contentType, wrapped] = childrenOfTag(readElement(der), TAG.sequence)
    const fields = childrenOfTag(onlyChild(wrapped, 0xa0), TAG.sequence)
    const parts = [...childrenOfTag(onlyChild(fields.at(-1), TAG.set), TAG.sequence)]
    const earlier = parts.at(-1)?.tag === 0xa1 ? (parts.pop()?.children ?? []) : []
    const unsigned = encodeSetOf([...earlier.map(({ bytes }) => bytes), attribute(type, value)], 0xa1)
    const signer = encode(TAG.sequence, ...parts.map(({ bytes }) => bytes), unsigned)
    const kept = fields.slice(0, -1).map(({ bytes }) => bytes)
    const signedData = encode(TAG.sequence, ...kept, encode(TAG.set, signer))
    return encode(TAG.sequence, expectTag(contentType, TAG.oid).bytes, encode(0xa0, signedData))
  } catch (cause) {
    throw new AppError('cms/unreadable', 'not a signature with one signer', { cause })
  }
}

/** One attribute of a signature. */
export interface Attribute {
  readonly type: string
  readonly values: readonly Element[]
}

/** One SignerInfo (RFC 5652 section 5.3), read and not verified. */
export interface SignerInfo {
  readonly version: number
  readonly signer:
    | { readonly issuer: DistinguishedName; readonly serialNumber: string }
    | { readonly subjectKeyId: Uint8Array }
  /** Absent when not known here. */
  readonly digestAlgorithm: DigestAlgorithm | undefined
  /** Absent when not known here. */
  readonly signatureAlgorithm: SignatureAlgorithm | undefined
  /** AlgorithmIdentifiers as they stand, for CMSAlgorithmProtection. */
  readonly digestAlgorithmElement: Element
  readonly signatureAlgorithmElement: Element
  readonly signedAttributes: readonly Attribute[] | undefined
  /** The signed attributes' bytes as a SET, in the order they stand. */
  readonly signedBytes: Uint8Array | undefined
  readonly signature: Uint8Array
  readonly unsignedAttributes: readonly Attribute[]
}

/** A CMS SignedData (RFC 5652 section 5.1), read and not verified. */
export interface SignedData {
  readonly version: number
  /** Dotted names of the hashes announced up front. */
  readonly digestAlgorithms: readonly string[]
  readonly contentType: string
  /** The content, when it is not detached. */
  readonly content: Uint8Array | undefined
  /** Those certificates that could be read. */
  readonly certificates: readonly Certificate[]
  readonly signers: readonly SignerInfo[]
}

/** Largest CMS read unless told: a LTV signature with big CRLs inside stays below. */
const LARGEST_CMS = 8 << 20
const MOST_CERTIFICATES = 64

function ifSupported<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (cause) {
    if (cause instanceof UnsupportedAlgorithm) return undefined
    throw cause
  }
}

function readAttributes(element: Element): Attribute[] {
  return element.children.map((child) => {
    const [type, values, more] = childrenOfTag(child, TAG.sequence)
    if (more !== undefined) throw new DerError('attribute with extra fields')
    return { type: oid(type), values: childrenOfTag(values, TAG.set) }
  })
}

function readSigner(element: Element): SignerInfo {
  const fields = [...childrenOfTag(element, TAG.sequence)]
  const version = smallInteger(fields.shift())
  const sid = fields.shift()
  const digestAlgorithm = expectTag(fields.shift(), TAG.sequence)
  const signed = fields[0]?.tag === 0xa0 ? fields.shift() : undefined
  const signatureAlgorithm = expectTag(fields.shift(), TAG.sequence)
  const signature = octets(fields.shift())
  const unsigned = fields[0]?.tag === 0xa1 ? fields.shift() : undefined
  if (fields.length > 0) throw new DerError('SignerInfo with extra fields')
  const signer = readSignerIdentifier(sid)
  if (version !== ('issuer' in signer ? 1 : 3)) throw new DerError(`SignerInfo version ${String(version)}`)
  return {
    version,
    signer,
    digestAlgorithm: ifSupported(() => readDigestAlgorithm(digestAlgorithm)),
    signatureAlgorithm: ifSupported(() => readSignatureAlgorithm(signatureAlgorithm)),
    digestAlgorithmElement: digestAlgorithm,
    signatureAlgorithmElement: signatureAlgorithm,
    signedAttributes: signed && readAttributes(signed),
    signedBytes: signed && concat([Uint8Array.of(TAG.set), signed.bytes.subarray(1)]),
    signature,
    unsignedAttributes: unsigned === undefined ? [] : readAttributes(unsigned),
  }
}

function readSignerIdentifier(sid: Element | undefined): SignerInfo['signer'] {
  if (sid?.tag === 0x80) return { subjectKeyId: sid.content }
  const [issuer, serial, more] = childrenOfTag(sid, TAG.sequence)
  if (more !== undefined) throw new DerError('signer identifier with extra fields')
  const serialNumber = Buffer.from(expectTag(serial, TAG.integer).content).toString('hex')
  return { issuer: readName(issuer), serialNumber }
}

function parse(der: Uint8Array): SignedData {
  const [type, wrapped, more] = childrenOfTag(readElement(der), TAG.sequence)
  if (oid(type) !== CMS_OID.signedData || more !== undefined) throw new DerError('not SignedData')
  const fields = [...childrenOfTag(onlyChild(wrapped, 0xa0), TAG.sequence)]
  const version = smallInteger(fields.shift())
  const digests = childrenOfTag(fields.shift(), TAG.set)
  const [contentType, contentField, moreContent] = childrenOfTag(fields.shift(), TAG.sequence)
  if (moreContent !== undefined) throw new DerError('content with extra fields')
  const certificateSet = fields[0]?.tag === 0xa0 ? fields.shift() : undefined
  if (fields[0]?.tag === 0xa1) fields.shift() // revocation lists: not judged here
  const signers = childrenOfTag(fields.shift(), TAG.set).map(readSigner)
  if (fields.length > 0) throw new DerError('SignedData with extra fields')
  if ((certificateSet?.children.length ?? 0) > MOST_CERTIFICATES) throw new DerError('too many certificates')
  return {
    version,
    digestAlgorithms: digests.map((digest) => oid(childrenOfTag(digest, TAG.sequence)[0])),
    contentType: oid(contentType),
    content: contentField && octets(onlyChild(contentField, 0xa0)),
    certificates: (certificateSet?.children ?? []).flatMap((element) => readableCertificate(element)),
    signers,
  }
}

/** A damaged or foreign kind of certificate beside the signer's own does not spoil the signature. */
function readableCertificate(element: Element): Certificate[] {
  if (element.tag !== TAG.sequence) return []
  try {
    return [parseCertificate(element.bytes)]
  } catch (cause) {
    if (cause instanceof AppError) return []
    throw cause
  }
}

/**
 * Reads a CMS signature from DER or BER. Zero bytes after it are the padding of a PDF's /Contents and
 * are cut off.
 *
 * @param largest bytes; more are not read
 * @throws {AppError} cms/unreadable
 */
export function parseCms(der: Uint8Array, largest = LARGEST_CMS): SignedData {
  if (der.length > largest) throw new AppError('cms/unreadable', `CMS of ${String(der.length)} bytes`)
  try {
    return parse(withoutPadding(der))
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    throw new AppError('cms/unreadable', 'not a CMS signature', { cause })
  }
}

function withoutPadding(der: Uint8Array): Uint8Array {
  const lengthOctet = der[1] ?? 0
  const count = lengthOctet & 0x7f
  if (lengthOctet === 0x80 || count > 4) return der
  const length =
    lengthOctet < 0x80 ? lengthOctet : der.subarray(2, 2 + count).reduce((sum, byte) => sum * 256 + byte, 0)
  const end = 2 + (lengthOctet < 0x80 ? 0 : count) + length
  return end < der.length && der.subarray(end).every((byte) => byte === 0) ? der.subarray(0, end) : der
}
