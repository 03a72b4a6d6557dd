import { AppError } from '../shared/errors.ts'
import { preparePdfSignature } from './pdf/incremental.ts'
import { inspectPdf, type PdfSignature } from './pdf/inspect.ts'
import { addToSecurityStore, readSecurityStore, type SecurityStore } from './pdf/security-store.ts'
import type { PdfSource } from './pdf/source.ts'
import { TIME_STAMP_BYTES } from './sign-pdf.ts'
import { type Certificate, parseCertificate } from './signing/certificate.ts'
import { CMS_OID, parseCms } from './signing/cms.ts'
import { findPath } from './signing/path.ts'
import { isCurrentCrl, isOcspAnswer, judgeRevocation, ocspRequest } from './signing/revocation.ts'
import { signerCertificate } from './signing/signer-info.ts'
import { judgeTimeStamp, timeStampRequest } from './signing/timestamp.ts'
import type { TrustStore } from './signing/trust.ts'
import { verifyPdf } from './verify-pdf.ts'

/** PAdES levels above B-B (ETSI EN 319 142-1), each with what the one before has. */
export type SignatureLevel = 'b-t' | 'b-lt' | 'b-lta'

/** What raising the level needs from outside. */
export interface ExtendServices {
  readonly trust: TrustStore
  readonly now: () => Date
  /** Posts a time stamp request (`application/timestamp-query`) and gives the authority's answer. */
  readonly timeStamp: (request: Uint8Array) => Promise<Uint8Array>
  /** Gets a revocation list; with `ocspRequest`, posts it (`application/ocsp-request`). Throws when it cannot. */
  readonly fetchBytes: (url: string, ocspRequest?: Uint8Array) => Promise<Uint8Array>
  /** Revocation lists kept from earlier: one that is still current spares the way to the authority. */
  readonly cachedCrls?: readonly Uint8Array[]
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
  const complete = await addToSecurityStore(stamped, await evidenceFor(stamped, services))
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

/** Everything a verifier will need for the signatures and time stamps there are. */
async function evidenceFor(source: PdfSource, services: ExtendServices): Promise<SecurityStore> {
  const present = await readSecurityStore(source)
  const atHand = present.certificates.flatMap(readableCertificate)
  const certificates = new Map<string, Certificate>()
  const found = { ocsps: [...present.ocsps], crls: [...present.crls] }
  for (const signature of (await inspectPdf(source)).signatures) {
    for (const { path, mustBeKnown } of pathsOf(signature, atHand, services)) {
      for (const [index, certificate] of path.entries()) {
        certificates.set(certificate.sha256, certificate)
        const issuer = path[index + 1]
        if (issuer !== undefined) await addEvidence(certificate, issuer, mustBeKnown, found, services)
      }
    }
  }
  return { certificates: [...certificates.values()].map(({ der }) => der), ...found }
}

function readableCertificate(der: Uint8Array): Certificate[] {
  try {
    return [parseCertificate(der)]
  } catch {
    // Somebody else's damaged certificate in the store; whoever needs it is told by the chain that breaks.
    return []
  }
}

interface ChainToProve {
  readonly path: readonly Certificate[]
  /** Authorities of time stamps do not always say where to ask; a signer's chain must be proven. */
  readonly mustBeKnown: boolean
}

function pathsOf(
  signature: PdfSignature,
  atHand: readonly Certificate[],
  { trust, now }: ExtendServices,
): ChainToProve[] {
  const clocks = {
    certificates: trust.certificates,
    isAnchor: (one: Certificate) => trust.isTimeStampAnchor(one),
  }
  function chains(contents: Uint8Array, isTimeStamp: boolean): ChainToProve[] {
    const cms = parseCms(contents)
    return cms.signers.flatMap((signerInfo) => {
      const holder = signerCertificate(cms, signerInfo, { certificates: [...atHand, ...trust.certificates] })
      if (holder === undefined) return []
      const others = [...cms.certificates, ...atHand]
      const path = findPath(holder, others, isTimeStamp ? clocks : trust, now()).certificates
      const tokens = signerInfo.unsignedAttributes
        .filter(({ type }) => type === CMS_OID.timeStampToken)
        .flatMap(({ values }) => values)
      return [{ path, mustBeKnown: !isTimeStamp }, ...tokens.flatMap(({ bytes }) => chains(bytes, true))]
    })
  }
  return chains(signature.contents, signature.isDocumentTimeStamp)
}

/** Finds a current answer for one certificate: at hand, kept, by OCSP, by list, in this order. */
async function addEvidence(
  certificate: Certificate,
  issuer: Certificate,
  mustBeKnown: boolean,
  found: { readonly ocsps: Uint8Array[]; readonly crls: Uint8Array[] },
  { now, cachedCrls = [], fetchBytes }: ExtendServices,
): Promise<void> {
  const at = now()
  const isSettled = (): boolean => {
    const evidence = [{ source: 'online' as const, ...found }]
    const { status } = judgeRevocation([certificate, issuer], evidence, { at, now: at })
    if (status === 'revoked') throw new AppError('certificate/revoked', `revoked: ${certificate.sha256}`)
    return status === 'good'
  }
  if (isSettled()) return
  const kept = cachedCrls.find((crl) => isCurrentCrl(crl, certificate, issuer, at))
  if (kept !== undefined) found.crls.push(kept)
  if (isSettled()) return
  const failures: unknown[] = []
  for (const url of certificate.ocspUrls) {
    const { request, nonce } = ocspRequest(certificate, issuer)
    const response = await fetchBytes(url, request).catch((cause: unknown) => void failures.push(cause))
    if (response !== undefined && isOcspAnswer(response, certificate, issuer, nonce, at))
      found.ocsps.push(response)
    if (isSettled()) return
  }
  for (const url of certificate.crlUrls) {
    const crl = await fetchBytes(url).catch((cause: unknown) => void failures.push(cause))
    if (crl !== undefined && isCurrentCrl(crl, certificate, issuer, at)) found.crls.push(crl)
    if (isSettled()) return
  }
  if (!mustBeKnown) return
  throw new AppError('certificate/revocation-unknown', `nothing current about ${certificate.sha256}`, {
    cause: new AggregateError(failures, 'no address gave a usable answer'),
  })
}
