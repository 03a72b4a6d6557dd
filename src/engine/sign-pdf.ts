import { createHash } from 'node:crypto'
import { AppError } from '../shared/errors.ts'
import type { SignatureAppearance } from './pdf/appearance.ts'
import { preparePdfSignature } from './pdf/incremental.ts'
import type { PdfSource } from './pdf/source.ts'
import { parseCertificate } from './signing/certificate.ts'
import { addUnsignedAttribute, CMS_OID, parseCms, prepareCms } from './signing/cms.ts'
import { timeStampRequest } from './signing/timestamp.ts'

/** Room for an ordinary signature: a leaf and an issuing CA of RSA 4096. */
const LEAST_ROOM_BYTES = 8_192
/** Signed attributes, the value of an RSA 4096 key and what DER puts around them. */
const BESIDE_CERTIFICATES_BYTES = 3_072

/** Room for a time stamp with the authority's chain of RSA 4096. */
export const TIME_STAMP_BYTES = 12_288

/** One signature to put into a PDF. */
export interface PdfSigning {
  readonly source: PdfSource
  /** DER of the signer's certificate, and of those above it, nearest first. */
  readonly certificate: Uint8Array
  readonly chain: readonly Uint8Array[]
  readonly signedAt: Date
  readonly reason?: string
  readonly location?: string
  readonly appearance?: SignatureAppearance
  /**
   * Asks the token, once. `digest` is the SHA-256 of `message`, the CMS signed attributes; the answer is
   * the raw signature value (RSA block, or r‖s).
   */
  readonly sign: (hash: { readonly digest: Uint8Array; readonly message: Uint8Array }) => Promise<Uint8Array>
  /**
   * For PAdES B-T at once: posts a time stamp request to an authority and gives its answer. The token is
   * put beside the signature value. Left out, the signature is B-B and can be stamped later.
   */
  readonly timeStamp?: (request: Uint8Array) => Promise<Uint8Array>
}

/**
 * Signs a PDF as PAdES B-B, or B-T with a time stamp, by an incremental update: the source's bytes are an exact prefix of the
 * result. The value is checked with the certificate's key before anything is returned, because drivers
 * are known to answer with another key's signature.
 *
 * @returns the signed document, nothing written yet
 * @throws {AppError} `pdf/*` before the token is asked where the file cannot be signed; `sign/*` from the
 *   token; `sign/self-check-failed`; `time-stamp/refused`
 */
export async function signPdf(signing: PdfSigning): Promise<PdfSource> {
  const certificate = parseCertificate(signing.certificate)
  if (certificate.publicKey.kind === 'other') {
    throw new AppError('certificate/unusable', 'the key of the certificate is of an unknown kind')
  }
  const certificateBytes = [signing.certificate, ...signing.chain].reduce(
    (sum, der) => sum + der.byteLength,
    0,
  )
  const prepared = await preparePdfSignature(signing.source, {
    signedAt: signing.signedAt,
    contentsBytes:
      Math.max(LEAST_ROOM_BYTES, certificateBytes + BESIDE_CERTIFICATES_BYTES) +
      (signing.timeStamp === undefined ? 0 : TIME_STAMP_BYTES),
    ...(certificate.subject.commonName === undefined ? {} : { name: certificate.subject.commonName }),
    ...(signing.reason === undefined ? {} : { reason: signing.reason }),
    ...(signing.location === undefined ? {} : { location: signing.location }),
    ...(signing.appearance === undefined ? {} : { appearance: signing.appearance }),
  })
  const cms = prepareCms({
    certificate: signing.certificate,
    chain: signing.chain,
    digest: await prepared.digest('sha256'),
    digestAlgorithm: 'sha256',
    signatureAlgorithm: certificate.publicKey.kind === 'ec' ? 'ecdsa' : 'rsa-pkcs1',
  })
  const value = await signing.sign({ digest: cms.hash, message: cms.toBeSigned })
  const signature = cms.finish(value)
  if (signing.timeStamp === undefined) return prepared.signed(signature)
  const [signerInfo] = parseCms(signature).signers
  if (signerInfo === undefined) throw new Error('a signature just made has its signer')
  const question = timeStampRequest(createHash('sha256').update(signerInfo.signature).digest(), 'sha256')
  const token = question.token(await signing.timeStamp(question.request))
  return prepared.signed(addUnsignedAttribute(signature, CMS_OID.timeStampToken, token))
}
