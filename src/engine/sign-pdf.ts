import { AppError } from '../shared/errors.ts'
import type { SignatureAppearance } from './pdf/appearance.ts'
import { preparePdfSignature } from './pdf/incremental.ts'
import type { PdfSource } from './pdf/source.ts'
import { parseCertificate } from './signing/certificate.ts'
import { prepareCms } from './signing/cms.ts'

/** Room for an ordinary signature: a leaf and an issuing CA of RSA 4096. */
const LEAST_ROOM_BYTES = 8_192
/** Signed attributes, the value of an RSA 4096 key and what DER puts around them. */
const BESIDE_CERTIFICATES_BYTES = 3_072

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
}

/**
 * Signs a PDF as PAdES B-B by an incremental update: the source's bytes are an exact prefix of the
 * result. The value is checked with the certificate's key before anything is returned, because drivers
 * are known to answer with another key's signature.
 *
 * @returns the signed document, nothing written yet
 * @throws {AppError} `pdf/*` before the token is asked where the file cannot be signed; `sign/*` from the
 *   token; `sign/self-check-failed`
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
    contentsBytes: Math.max(LEAST_ROOM_BYTES, certificateBytes + BESIDE_CERTIFICATES_BYTES),
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
  return prepared.signed(cms.finish(value))
}
