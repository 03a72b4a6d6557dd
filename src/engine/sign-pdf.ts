import { createHash } from 'node:crypto'
import { AppError } from '../shared/errors.ts'
import type { SigningManner } from '../shared/signing.ts'
import type { Appearance } from './pdf/appearance.ts'
import { preparePdfSignature, type FilledField } from './pdf/incremental.ts'
import type { PdfSource } from './pdf/source.ts'
import { digestLength } from './signing/algorithms.ts'
import { parseCertificate } from './signing/certificate.ts'
import { addUnsignedAttribute, CMS_OID, parseCms, prepareCms } from './signing/cms.ts'
import { schemeOf, USUAL_MANNER } from './signing/manner.ts'
import { timeStampRequest } from './signing/timestamp.ts'

/** Room for a time stamp with the authority's chain of RSA 4096. */
export const TIME_STAMP_BYTES = 12_288

/** One signature to put into a PDF, without the token's part. */
export interface PdfToSign {
  readonly source: PdfSource
  /** DER of the signer's certificate, and of those above it, nearest first. */
  readonly certificate: Uint8Array
  readonly chain: readonly Uint8Array[]
  readonly signedAt: Date
  readonly reason?: string
  readonly location?: string
  readonly appearance?: Appearance
  /** See {@link SignatureOptions.certify} and {@link SignatureOptions.fill}. */
  readonly certify?: boolean
  readonly fill?: readonly FilledField[]
  /** SHA-256, and PKCS#1 v1.5 with an RSA key, when left out. */
  readonly manner?: SigningManner
  /** Leaves room for a time stamp beside the signature value. */
  readonly roomForTimeStamp?: boolean
}

/** What the token is asked to sign: `digest` is the manner's hash of `message`, the CMS signed attributes. */
interface HashToSign {
  readonly digest: Uint8Array
  readonly message: Uint8Array
}

/** A PDF that wants nothing but the token's answer. Holds the appended bytes, not the document. */
export interface PreparedPdf {
  readonly hash: HashToSign
  /**
   * The signed document, nothing written yet. The value (RSA block, or r‖s) is checked with the
   * certificate's key first, because drivers are known to answer with another key's signature.
   *
   * @throws {AppError} `sign/self-check-failed`
   */
  readonly signed: (value: Uint8Array) => PdfSource
  /**
   * As `signed`, with a time stamp beside the value (PAdES B-T): `post` gives an authority's answer to a
   * request. Needs the room that `roomForTimeStamp` leaves.
   *
   * @throws {AppError} `sign/self-check-failed`, `time-stamp/refused`
   */
  readonly stamped: (
    value: Uint8Array,
    post: (request: Uint8Array) => Promise<Uint8Array>,
  ) => Promise<PdfSource>
}

/**
 * Lays out a PAdES B-B signature as an incremental update: the source's bytes are an exact prefix of the
 * result. The source is read here, and again by whoever reads the signed document.
 *
 * @throws {AppError} `pdf/*`, `certificate/unusable` where the file cannot be signed
 */
export async function preparePdf(signing: PdfToSign): Promise<PreparedPdf> {
  const certificate = parseCertificate(signing.certificate)
  if (certificate.publicKey.kind === 'other') {
    throw new AppError('certificate/unusable', 'the key of the certificate is of an unknown kind')
  }
  const { manner = USUAL_MANNER } = signing
  const request = {
    certificate: signing.certificate,
    chain: signing.chain,
    digestAlgorithm: manner.digestAlgorithm,
    signatureAlgorithm: schemeOf(certificate, manner),
  }
  // The hole for the CMS is part of what is signed, so it is measured before there is a digest.
  const { longestBytes } = prepareCms({
    ...request,
    digest: new Uint8Array(digestLength(request.digestAlgorithm)),
  })
  const prepared = await preparePdfSignature(signing.source, {
    signedAt: signing.signedAt,
    contentsBytes: longestBytes + (signing.roomForTimeStamp === true ? TIME_STAMP_BYTES : 0),
    ...(certificate.subject.commonName === undefined ? {} : { name: certificate.subject.commonName }),
    ...(signing.reason === undefined ? {} : { reason: signing.reason }),
    ...(signing.location === undefined ? {} : { location: signing.location }),
    ...(signing.appearance === undefined ? {} : { appearance: signing.appearance }),
    ...(signing.certify === undefined ? {} : { certify: signing.certify }),
    ...(signing.fill === undefined ? {} : { fill: signing.fill }),
  })
  const cms = prepareCms({ ...request, digest: await prepared.digest(request.digestAlgorithm) })
  return {
    hash: { digest: cms.hash, message: cms.toBeSigned },
    signed: (value) => prepared.signed(cms.finish(value)),
    async stamped(value, post) {
      const signature = cms.finish(value)
      const [signerInfo] = parseCms(signature).signers
      if (signerInfo === undefined) throw new Error('a signature just made has its signer')
      const imprint = createHash('sha256').update(signerInfo.signature).digest()
      const question = timeStampRequest(imprint, 'sha256')
      const token = question.token(await post(question.request))
      return prepared.signed(addUnsignedAttribute(signature, CMS_OID.timeStampToken, token))
    },
  }
}

/** {@link preparePdf} for a single document, with the token's part. */
export interface PdfSigning extends Omit<PdfToSign, 'roomForTimeStamp'> {
  /** Asks the token, once. */
  readonly sign: (hash: HashToSign) => Promise<Uint8Array>
  /** For PAdES B-T at once. Left out, the signature is B-B and can be stamped later. */
  readonly timeStamp?: (request: Uint8Array) => Promise<Uint8Array>
}

/**
 * Signs one PDF as PAdES B-B, or B-T with a time stamp.
 *
 * @returns the signed document, nothing written yet
 * @throws {AppError} as {@link preparePdf}, before the token is asked; `sign/*` from the token;
 *   `time-stamp/refused`
 */
export async function signPdf({ sign, timeStamp, ...signing }: PdfSigning): Promise<PdfSource> {
  const prepared = await preparePdf({ ...signing, roomForTimeStamp: timeStamp !== undefined })
  const value = await sign(prepared.hash)
  return timeStamp === undefined ? prepared.signed(value) : prepared.stamped(value, timeStamp)
}
