import { createHash } from 'node:crypto'
import { AppError } from '../../shared/errors.ts'
import type { SignatureVerdict } from '../../shared/verdict.ts'
import { type DigestAlgorithm, UnsupportedAlgorithm, verifyHash } from './algorithms.ts'
import { readableCertificate } from './certificate.ts'
import { parseCms, type SignedData } from './cms.ts'
import { conclude } from './conclusion.ts'
import { type VerifyContext, atHand, type ContentDigest } from './context.ts'
import { octets, readElement, sameBytes } from './der.ts'
import { type Findings, addFinding } from './findings.ts'
import { signerCertificate } from './signer-info.ts'
import { type Seen, judgeSignerInfo } from './signer-judgement.ts'

/** One signature as the PDF gives it; the PDF leaf finds these facts. */
export interface PdfSignature {
  readonly fieldName: string
  /** /SubFilter without the slash. */
  readonly subFilter: string
  /** /Contents: DER, zero padding allowed. */
  readonly contents: Uint8Array
  /** /Cert of the dictionary, for the one legacy form that keeps certificates there. */
  readonly dictionaryCertificates?: readonly Uint8Array[]
  /** Hash over the bytes of /ByteRange. */
  digestOf(algorithm: ContentDigest): Promise<Uint8Array>
  /** Whether /ByteRange starts at 0 and leaves out exactly the /Contents string. */
  readonly rangeIsSound: boolean
  /** Whether the range ends where the file ends. */
  readonly coversWholeDocument: boolean
  /** What later revisions changed, with the judgement of the PDF leaf. */
  readonly changesAfter: readonly { readonly allowed: boolean }[]
  /** Whether fields were filled after it and no further signature answers for them. */
  readonly filledAfter?: boolean
  /** /M, when it can be read. */
  readonly signedAt?: Date | undefined
  /** Level of a certification signature. */
  readonly docMdp?: 1 | 2 | 3 | undefined
}

/**
 * Judges one signature of a PDF, after EN 319 102-1: integrity of the covered bytes, what came after
 * them, the signature value and its attributes, algorithms, the certificate and its chain.
 *
 * Without proof of when the signature existed, certificates are judged at `now` (clause 5.2.6.4 of that
 * standard, basic signatures): one that expired since leaves the verdict undetermined; one that the
 * signer's own claimed time puts outside its validity makes it invalid. A trusted time stamp moves the
 * judgement to its time. Revocation is judged by the evidence handed in; where that says nothing, it is noted.
 *
 * Hostile input gets a verdict, not an exception; only a failure of `digestOf` (the disk) is thrown.
 */
export async function verifySignature(
  signature: PdfSignature,
  context: VerifyContext,
): Promise<SignatureVerdict> {
  const findings: Findings = new Map()
  judgeCoverage(signature, findings)
  const seen = signature.rangeIsSound
    ? await judgeValue(signature, context, findings)
    : identify(signature, context)
  return conclude(signature, seen, context, findings)
}

function judgeCoverage(signature: PdfSignature, findings: Findings): void {
  if (!signature.rangeIsSound) addFinding(findings, 'covered-range-wrong', 'invalid')
  if (signature.changesAfter.some((change) => !change.allowed)) {
    addFinding(findings, 'changed-after-signing', 'invalid')
    if (signature.docMdp !== undefined) addFinding(findings, 'certification-broken', 'invalid')
  } else if (!signature.coversWholeDocument && signature.changesAfter.length === 0) {
    addFinding(findings, 'bytes-added-note', 'note')
  }
  if (signature.filledAfter === true) addFinding(findings, 'filled-after-signing', 'undetermined')
}

async function judgeValue(
  signature: PdfSignature,
  context: VerifyContext,
  findings: Findings,
): Promise<Seen | undefined> {
  switch (signature.subFilter) {
    case 'ETSI.CAdES.detached':
    case 'adbe.pkcs7.detached':
    case 'adbe.pkcs7.sha1':
      return judgeCms(signature, context, findings)
    case 'adbe.x509.rsa_sha1':
      return judgeBareRsa(signature, findings)
    default:
      addFinding(findings, 'algorithm-unsupported', 'undetermined')
      return undefined
  }
}

/** The signer's name for a signature whose bytes are not even worth hashing. */
function identify(signature: PdfSignature, context: VerifyContext): Seen | undefined {
  try {
    const cms = parseCms(signature.contents)
    const [signerInfo] = cms.signers
    return {
      signer: signerInfo && signerCertificate(cms, signerInfo, atHand(context)),
      others: cms.certificates,
    }
  } catch {
    // Already invalid; without a readable CMS there is nobody to name.
    return undefined
  }
}

/** adbe.x509.rsa_sha1 (ISO 32000-1 section 12.8.3.2): a bare PKCS#1 value in an OCTET STRING, certificates in /Cert. */
async function judgeBareRsa(signature: PdfSignature, findings: Findings): Promise<Seen | undefined> {
  addFinding(findings, 'algorithm-weak', 'undetermined')
  const certificates = (signature.dictionaryCertificates ?? []).flatMap(readableCertificate)
  const [signer] = certificates
  const value = bareValue(signature.contents)
  if (signer === undefined || value === undefined) {
    addFinding(findings, 'signature-unreadable', value === undefined ? 'invalid' : 'undetermined')
    return undefined
  }
  const hash = await signature.digestOf('sha1')
  const answer =
    signer.publicKey.kind === 'rsa'
      ? verifyHash(signer.publicKey, { kind: 'rsa-pkcs1' }, 'sha1', hash, value)
      : 'wrong'
  if (answer === 'other-content') addFinding(findings, 'content-altered', 'invalid')
  if (answer === 'wrong') addFinding(findings, 'signature-value-wrong', 'invalid')
  return { signer, others: certificates }
}

function bareValue(contents: Uint8Array): Uint8Array | undefined {
  try {
    return octets(readElement(contents))
  } catch {
    // Not an OCTET STRING: reported as unreadable by the caller.
    return undefined
  }
}

async function judgeCms(
  signature: PdfSignature,
  context: VerifyContext,
  findings: Findings,
): Promise<Seen | undefined> {
  let cms: SignedData
  try {
    cms = parseCms(signature.contents)
  } catch (cause) {
    if (!(cause instanceof AppError)) throw cause
    addFinding(findings, 'signature-unreadable', 'invalid')
    return undefined
  }
  const [signerInfo, second] = cms.signers
  const detached = signature.subFilter !== 'adbe.pkcs7.sha1'
  if (signerInfo === undefined || second !== undefined || detached !== (cms.content === undefined)) {
    addFinding(findings, 'signature-unreadable', 'invalid')
    return undefined
  }
  const isCades = signature.subFilter === 'ETSI.CAdES.detached'
  const contentHash = (digest: DigestAlgorithm) => hashOfContent(signature, cms, digest, findings)
  return judgeSignerInfo(cms, signerInfo, { isCades, contentHash }, context, findings)
}

/** The hash the signature speaks of. In adbe.pkcs7.sha1 the content is itself the SHA-1 of the document. */
async function hashOfContent(
  signature: PdfSignature,
  { content }: SignedData,
  digest: DigestAlgorithm,
  findings: Findings,
): Promise<Uint8Array> {
  if (content !== undefined) {
    addFinding(findings, 'algorithm-weak', 'undetermined')
    if (!sameBytes(content, await signature.digestOf('sha1')))
      addFinding(findings, 'content-altered', 'invalid')
    return createHash(digest).update(content).digest()
  }
  if (digest === 'md5' || digest === 'sha224')
    throw new UnsupportedAlgorithm(`document hashed with ${digest}`)
  return signature.digestOf(digest)
}
