import { AppError } from '../shared/errors.ts'
import { inspectPdf, type PdfSignature } from './pdf/inspect.ts'
import { readSecurityStore, type SecurityStore } from './pdf/security-store.ts'
import type { PdfSource } from './pdf/source.ts'
import { type Certificate, parseCertificateFile, readableCertificate } from './signing/certificate.ts'
import { CMS_OID, parseCms } from './signing/cms.ts'
import { type CertificatePath, findPath } from './signing/path.ts'
import {
  crlFreshUntil,
  isCurrentCrl,
  isOcspAnswer,
  judgeRevocation,
  ocspRequest,
} from './signing/revocation.ts'
import { signerCertificate } from './signing/signer-info.ts'
import { isSignedBy, type TrustStore } from './signing/trust.ts'

/** What gathering evidence needs from outside. */
export interface EvidenceServices {
  readonly trust: TrustStore
  readonly now: () => Date
  /**
   * Gets a revocation list; with `ocspRequest`, posts it (`application/ocsp-request`). Asked only for
   * addresses in certificates whose chain ends at a trusted root. Throws when it cannot.
   */
  readonly fetchBytes: (url: string, ocspRequest?: Uint8Array) => Promise<Uint8Array>
  /** Gets an issuer's certificate from an address that nothing vouches for yet. Left out: none is looked for. */
  readonly fetchIssuer?: (url: string) => Promise<Uint8Array>
  /** Revocation lists kept from earlier: one that is still current spares the way to the authority. */
  readonly cachedCrls?: readonly Uint8Array[]
  /** Told of what was fetched and is good, so that it can be kept for a time without a line. */
  readonly onFound?: (found: FoundEvidence) => void
}

/** Something of an authority's that is worth keeping. */
export interface FoundEvidence {
  readonly kind: 'crl' | 'certificate'
  /** Where it was found. */
  readonly url: string
  readonly bytes: Uint8Array
  /** Until when it may be used: a list's next update, a certificate's end. */
  readonly until: Date
}

/** What is known about the chains of a document. */
export interface Evidence extends SecurityStore {
  /** Signers' certificates, or such above them, of which nothing current could be had, and why. */
  readonly unknown: readonly AppError[]
  /** Signers' certificates, or such above them, that were taken back. */
  readonly revoked: readonly Certificate[]
}

/** Longest run of issuers that is fetched for one chain; the state's have one intermediate. */
const MOST_FETCHED = 4

/**
 * Everything a verifier will need for the signatures and time stamps of a PDF: the chains, and an OCSP
 * response or revocation list for every certificate below a root. What the file's security store holds is
 * taken over. Nothing is asked about a chain that does not end at a trusted root: who made up a certificate
 * must not choose whom we call.
 *
 * @throws {AppError} `pdf/*`, `cms/unreadable`; a silent authority is told by `unknown`
 */
export async function gatherEvidence(source: PdfSource, services: EvidenceServices): Promise<Evidence> {
  return evidenceOf((await inspectPdf(source)).signatures, await readSecurityStore(source), services)
}

/**
 * {@link gatherEvidence} for a CMS signature that stands in a file of its own.
 *
 * @throws {AppError} `cms/unreadable`
 */
export function gatherSeparateEvidence(contents: Uint8Array, services: EvidenceServices): Promise<Evidence> {
  const nothing = { certificates: [], ocsps: [], crls: [] }
  return evidenceOf([{ contents, isDocumentTimeStamp: false }], nothing, services)
}

type Signed = Pick<PdfSignature, 'contents' | 'isDocumentTimeStamp'>

async function evidenceOf(
  signatures: readonly Signed[],
  present: SecurityStore,
  services: EvidenceServices,
): Promise<Evidence> {
  const atHand = present.certificates.flatMap(readableCertificate)
  const certificates = new Map<string, Certificate>()
  const found: Found = { ocsps: [...present.ocsps], crls: [...present.crls] }
  const unknown: AppError[] = []
  const revoked: Certificate[] = []
  for (const signature of signatures) {
    for (const chain of await chainsOf(signature, atHand, services)) {
      if (!chain.isTrusted && !chain.isTimeStamp) {
        unknown.push(new AppError('certificate/revocation-unknown', 'the chain ends at no trusted root'))
      }
      for (const [index, certificate] of chain.certificates.entries()) {
        certificates.set(certificate.sha256, certificate)
        const issuer = chain.certificates[index + 1]
        if (!chain.isTrusted || issuer === undefined) continue
        const answer = await addEvidence(certificate, issuer, found, services)
        // Authorities of time stamps do not always say where to ask; a signer's chain must be proven.
        if (chain.isTimeStamp) continue
        if (answer === 'revoked') revoked.push(certificate)
        else if (answer !== 'good') unknown.push(answer)
      }
    }
  }
  return { certificates: [...certificates.values()].map(({ der }) => der), ...found, unknown, revoked }
}

/**
 * Looks for the revocation lists of one certificate's chain, so that they are there when there is no line.
 * OCSP is not asked: its answers last for hours.
 */
export async function fetchLists(
  leaf: Certificate,
  others: readonly Certificate[],
  services: EvidenceServices,
): Promise<void> {
  const { certificates, findings } = await wholePath(leaf, others, services.trust, services)
  if (findings.has('root-unknown')) return
  for (const [index, certificate] of certificates.entries()) {
    const issuer = certificates[index + 1]
    if (issuer === undefined) continue
    const kept = (services.cachedCrls ?? []).some((crl) =>
      isCurrentCrl(crl, certificate, issuer, services.now()),
    )
    if (!kept) await addEvidence({ ...certificate, ocspUrls: [] }, issuer, { ocsps: [], crls: [] }, services)
  }
}

interface Found {
  readonly ocsps: Uint8Array[]
  readonly crls: Uint8Array[]
}

interface Chain {
  readonly certificates: readonly Certificate[]
  readonly isTimeStamp: boolean
  readonly isTrusted: boolean
}

async function chainsOf(
  signature: Signed,
  atHand: readonly Certificate[],
  services: EvidenceServices,
): Promise<Chain[]> {
  const { trust } = services
  const clocks = {
    certificates: trust.certificates,
    isAnchor: (one: Certificate) => trust.isTimeStampAnchor(one),
  }
  async function chains(contents: Uint8Array, isTimeStamp: boolean): Promise<Chain[]> {
    const cms = parseCms(contents)
    const found: Chain[] = []
    for (const signerInfo of cms.signers) {
      const holder = signerCertificate(cms, signerInfo, { certificates: [...atHand, ...trust.certificates] })
      if (holder === undefined) continue
      const others = [...cms.certificates, ...atHand]
      const path = await wholePath(holder, others, isTimeStamp ? clocks : trust, services)
      const isTrusted = !path.findings.has('root-unknown') && !path.findings.has('chain-broken')
      found.push({ certificates: path.certificates, isTimeStamp, isTrusted })
      const tokens = signerInfo.unsignedAttributes
        .filter(({ type }) => type === CMS_OID.timeStampToken)
        .flatMap(({ values }) => values)
      for (const { bytes } of tokens) found.push(...(await chains(bytes, true)))
    }
    return found
  }
  return chains(signature.contents, signature.isDocumentTimeStamp)
}

/** The way to a root, over issuers fetched from where the certificates say that theirs is. */
async function wholePath(
  leaf: Certificate,
  others: readonly Certificate[],
  trust: Pick<TrustStore, 'certificates' | 'isAnchor'>,
  services: EvidenceServices,
): Promise<CertificatePath> {
  const { fetchIssuer } = services
  const fetched: { readonly url: string; readonly certificate: Certificate }[] = []
  const look = (): CertificatePath =>
    findPath(leaf, [...others, ...fetched.map(({ certificate }) => certificate)], trust, services.now())
  let path = look()
  while (fetchIssuer !== undefined && path.findings.has('intermediate-missing')) {
    const last = path.certificates.at(-1)
    const issuer = last === undefined ? undefined : await issuerOf(last, fetchIssuer)
    if (issuer === undefined || fetched.length === MOST_FETCHED) break
    fetched.push(issuer)
    path = look()
  }
  // An issuer that leads to no trusted root says nothing, and is not worth keeping.
  if (!path.findings.has('root-unknown')) {
    for (const { url, certificate } of fetched) {
      const { der: bytes, notAfter: until } = certificate
      services.onFound?.({ kind: 'certificate', url, bytes, until })
    }
  }
  return path
}

async function issuerOf(
  certificate: Certificate,
  fetchIssuer: (url: string) => Promise<Uint8Array>,
): Promise<{ readonly url: string; readonly certificate: Certificate } | undefined> {
  for (const url of certificate.issuerUrls) {
    const answer = await fetchIssuer(url).catch(() => undefined)
    const issuer = (answer === undefined ? [] : certificatesIn(answer)).find(
      (one) => one.sha256 !== certificate.sha256 && isSignedBy(certificate, one) === 'yes',
    )
    if (issuer !== undefined) return { url, certificate: issuer }
  }
  return undefined
}

/** DER, PEM, or certificates in an otherwise empty CMS (RFC 5280 section 4.2.2.1). */
function certificatesIn(answer: Uint8Array): readonly Certificate[] {
  for (const read of [() => parseCertificateFile(answer), () => parseCms(answer).certificates]) {
    try {
      return read()
    } catch (cause) {
      if (!(cause instanceof AppError)) throw cause
    }
  }
  return []
}

/**
 * Finds a current answer for one certificate: at hand, kept, by OCSP, by list, in this order.
 *
 * @returns why nothing is known, where that is so
 */
async function addEvidence(
  certificate: Certificate,
  issuer: Certificate,
  found: Found,
  { now, cachedCrls = [], fetchBytes, onFound }: EvidenceServices,
): Promise<'good' | 'revoked' | AppError> {
  const at = now()
  const status = (): 'good' | 'revoked' | undefined => {
    const evidence = [{ source: 'online' as const, ...found }]
    const judgement = judgeRevocation([certificate, issuer], evidence, { at, now: at })
    return judgement.status === 'unknown' ? undefined : judgement.status
  }
  let answer = status()
  if (answer !== undefined) return answer
  const kept = cachedCrls.find((crl) => isCurrentCrl(crl, certificate, issuer, at))
  if (kept !== undefined) found.crls.push(kept)
  answer = status()
  if (answer !== undefined) return answer
  const failures: unknown[] = []
  for (const url of certificate.ocspUrls) {
    const { request, nonce } = ocspRequest(certificate, issuer)
    const response = await fetchBytes(url, request).catch((cause: unknown) => void failures.push(cause))
    if (response !== undefined && isOcspAnswer(response, certificate, issuer, nonce, at))
      found.ocsps.push(response)
    answer = status()
    if (answer !== undefined) return answer
  }
  for (const url of certificate.crlUrls) {
    const crl = await fetchBytes(url).catch((cause: unknown) => void failures.push(cause))
    if (crl !== undefined && isCurrentCrl(crl, certificate, issuer, at)) {
      found.crls.push(crl)
      const until = crlFreshUntil(crl, certificate, issuer)
      if (until !== undefined) onFound?.({ kind: 'crl', url, bytes: crl, until })
    }
    answer = status()
    if (answer !== undefined) return answer
  }
  return new AppError('certificate/revocation-unknown', `nothing current about ${certificate.sha256}`, {
    cause: new AggregateError(failures, 'no address gave a usable answer'),
  })
}
