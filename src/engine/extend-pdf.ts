import { AppError } from '../shared/errors.ts'
import type { SignatureLevel } from '../shared/signature-policy.ts'
import { preparePdfSignature } from './pdf/incremental.ts'
import { addToSecurityStore } from './pdf/security-store.ts'
import type { PdfSource } from './pdf/source.ts'
import { type EvidenceServices, gatherEvidence } from './evidence.ts'
import { TIME_STAMP_BYTES } from './sign-pdf.ts'
import { judgeTimeStamp, timeStampRequest } from './signing/timestamp.ts'
import { verifyPdf } from './verify-pdf.ts'

/** What raising the level needs from outside. */
export interface ExtendServices extends EvidenceServices {
  /** Posts a time stamp request (`application/timestamp-query`) and gives the authority's answer. */
  readonly timeStamp: (request: Uint8Array) => Promise<Uint8Array>
}

/**
 * Raises all signatures of a PDF to a level by incremental updates; the source's bytes are an exact prefix
 * of the result.
 *
 * - `b-t`: a document time stamp, unless every signature is covered by a trusted time stamp already
 * - `b-lt`: then the chains with an OCSP response or revocation list for every certificate below a root
 * - `b-lta`: then a document time stamp over all that
 *
 * @throws {AppError} `pdf/*`; `time-stamp/refused`, `time-stamp/untrusted`; `certificate/revoked`,
 *   `certificate/revocation-unknown` when no current evidence can be had for a signer's chain; and
 *   what `timeStamp` throws. Nothing is lost then: the source stands as it was.
 */
export async function extendPdf(
  source: PdfSource,
  level: SignatureLevel,
  services: ExtendServices,
): Promise<PdfSource> {
  const { trust } = services
  const verdict = await verifyPdf(source, { trust, now: services.now() })
  if (verdict.signatures.length === 0) throw new AppError('pdf/unreadable', 'there is no signature to extend')
  const isProven = verdict.signatures.every(({ provenAt }) => provenAt !== undefined)
  const stamped = isProven ? source : await addDocumentTimeStamp(source, services)
  if (level === 'b-t') return stamped
  const evidence = await gatherEvidence(stamped, services)
  const [revoked] = evidence.revoked
  if (revoked !== undefined) throw new AppError('certificate/revoked', `revoked: ${revoked.sha256}`)
  const [unknown] = evidence.unknown
  if (unknown !== undefined) throw unknown
  const complete = await addToSecurityStore(stamped, evidence)
  return level === 'b-lt' ? complete : addDocumentTimeStamp(complete, services)
}

async function addDocumentTimeStamp(source: PdfSource, services: ExtendServices): Promise<PdfSource> {
  const prepared = await preparePdfSignature(source, {
    signedAt: services.now(),
    documentTimeStamp: true,
    contentsBytes: TIME_STAMP_BYTES,
  })
  const question = timeStampRequest(await prepared.digest('sha256'), 'sha256')
  const token = question.token(await services.timeStamp(question.request))
  const { trust } = services
  const { problem } = await judgeTimeStamp(token, (algorithm) => prepared.digest(algorithm), {
    trust,
    now: services.now(),
  })
  // Checked before it is written: a stamp that our own verifier does not believe is not worth its bytes.
  if (problem !== undefined) throw new AppError('time-stamp/untrusted', `the time stamp is ${problem}`)
  return prepared.signed(token)
}
