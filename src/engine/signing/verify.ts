import { createHash } from 'node:crypto'
import { AppError } from '../../shared/errors.ts'
import {
  type DocumentVerdict,
  type ReasonCode,
  reasonCode,
  type SignatureVerdict,
  type TimeStampVerdict,
  type VerdictWord,
} from '../../shared/verdict.ts'
import {
  type DigestAlgorithm,
  ecdsaToDer,
  isWeakDigest,
  UnsupportedAlgorithm,
  verifyHash,
  verifyMessage,
} from './algorithms.ts'
import { type Certificate, holderKind, isForSigning, readableCertificate } from './certificate.ts'
import { type Attribute, CMS_OID, parseCms, type SignedData, type SignerInfo } from './cms.ts'
import {
  childrenOfTag,
  DerError,
  type Element,
  octets,
  oid,
  readElement,
  sameBytes,
  TAG,
  time,
} from './der.ts'
import { findPath } from './path.ts'
import { judgeRevocation, type RevocationEvidence, type RevocationJudgement } from './revocation.ts'
import { namesCertificate, signerCertificate, single } from './signer-info.ts'
import { judgeTimeStamp } from './timestamp.ts'
import type { TrustStore } from './trust.ts'

/** Hash functions the document may have been hashed with. */
export type ContentDigest = 'sha1' | 'sha256' | 'sha384' | 'sha512'

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

/** A CMS signature in a file of its own: beside the file it signs (.p7s), or around its content (.p7m). */
export interface SeparateSignature {
  /** DER, BER or PEM. */
  readonly contents: Uint8Array
  /** Hash over the file that is said to be signed. Absent when there is none beside the signature. */
  readonly digestOf?: (algorithm: ContentDigest) => Promise<Uint8Array>
}

/** A signature that is no CMS, such as one in XML: the facts that whoever knows its form has found. */
export interface BareSignature {
  readonly fieldName: string
  /** DER, the signer's among them in whatever place. */
  readonly certificates: readonly Uint8Array[]
  readonly scheme: 'rsa-pkcs1' | 'ecdsa'
  /** The hash of the value first, then those of the content. */
  readonly digests: readonly [ContentDigest, ...ContentDigest[]]
  /** What the value is made over. */
  readonly message: Uint8Array
  /** RSA as it is, ECDSA as r‖s. */
  readonly value: Uint8Array
  /** Whether the content has the hash that the message names. */
  readonly isContentIntact: boolean
}

/** Against what a signature is judged. */
export interface VerifyContext {
  readonly trust: TrustStore
  readonly now: Date
  /**
   * When the signature certainly existed, by a document time stamp. A good time stamp in the signature
   * itself counts too, and the earlier of the two. Without any, judgement is at `now`.
   */
  readonly provenAt?: Date
  /** Certificates at hand, such as those of the file's security store. Nothing in them is believed. */
  readonly certificates?: readonly Certificate[]
  /** OCSP answers and revocation lists at hand. */
  readonly revocation?: readonly RevocationEvidence[]
}

/** How far a reason pulls the verdict. */
type Effect = 'invalid' | 'undetermined' | 'note'
type Findings = Map<ReasonCode, Effect>

const EFFECT_RANK: Readonly<Record<Effect, number>> = { note: 0, undetermined: 1, invalid: 2 }

function add(findings: Findings, code: ReasonCode, effect: Effect): void {
  const known = findings.get(code)
  if (known === undefined || EFFECT_RANK[known] < EFFECT_RANK[effect]) findings.set(code, effect)
}

function wordFor(findings: Findings): VerdictWord {
  const effects = [...findings.values()]
  if (effects.includes('invalid')) return 'invalid'
  return effects.includes('undetermined') ? 'undetermined' : 'valid'
}

/** The order of the reason table is the order of weight. */
function ordered(codes: Iterable<ReasonCode>): ReasonCode[] {
  const present = new Set(codes)
  return reasonCode.options.filter((code) => present.has(code))
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

/**
 * Judges a CMS signature that stands in a file of its own (CAdES, EN 319 122-1, or plain RFC 5652), each of
 * its signers by the rules of {@link verifySignature}. Where the content is inside and a file lies beside,
 * both must be the same. Hostile input gets a verdict, not an exception; only a failure of `digestOf` is
 * thrown.
 */
export async function verifySeparateSignature(
  { contents, digestOf }: SeparateSignature,
  context: VerifyContext,
): Promise<DocumentVerdict> {
  const cms = readSeparate(contents)
  if (cms === undefined) return { verdict: 'invalid', reasons: ['signature-unreadable'], signatures: [] }
  const signatures: SignatureVerdict[] = []
  for (const [index, signerInfo] of cms.signers.entries()) {
    const findings: Findings = new Map()
    const contentHash = (digest: DigestAlgorithm) => hashOfSeparate(cms, digest, digestOf, findings)
    const isCades = [CMS_OID.signingCertificateV2, CMS_OID.signingCertificate].some((type) =>
      signerInfo.signedAttributes?.some((attribute) => attribute.type === type),
    )
    const seen = await judgeSignerInfo(cms, signerInfo, { isCades, contentHash }, context, findings)
    const facts = { fieldName: `#${String(index + 1)}`, coversWholeDocument: true }
    signatures.push(await conclude(facts, seen, context, findings))
  }
  return judgeDocument(signatures)
}

/**
 * Judges a signature whose form others have taken apart, by the rules of {@link verifySignature}. Hostile
 * input gets a verdict, not an exception.
 */
export function verifyBareSignature(
  signature: BareSignature,
  context: VerifyContext,
): Promise<SignatureVerdict> {
  const findings: Findings = new Map()
  const certificates = signature.certificates.flatMap(readableCertificate)
  // Nothing says which of them signed: the one whose key made the value, else the first.
  const signer = certificates.find((certificate) => madeBy(certificate, signature)) ?? certificates[0]
  if (!signature.isContentIntact) add(findings, 'content-altered', 'invalid')
  if (signature.digests.some(isWeakDigest)) add(findings, 'algorithm-weak', 'undetermined')
  if (signer === undefined) add(findings, 'signature-unreadable', 'undetermined')
  else if (!madeBy(signer, signature)) add(findings, 'signature-value-wrong', 'invalid')
  const facts = { fieldName: signature.fieldName, coversWholeDocument: true }
  return conclude(facts, { signer, others: certificates }, context, findings)
}

function madeBy(
  { publicKey }: Certificate,
  { scheme: kind, digests, message, value }: BareSignature,
): boolean {
  try {
    const inDer = kind === 'ecdsa' ? ecdsaToDer(value, publicKey.bits) : value
    return verifyMessage(publicKey, { kind }, digests[0], message, inDer)
  } catch (cause) {
    if (cause instanceof RangeError || cause instanceof UnsupportedAlgorithm) return false
    throw cause
  }
}

/** Undefined where there is no signature that could be judged. */
function readSeparate(contents: Uint8Array): SignedData | undefined {
  try {
    const cms = parseCms(derOf(contents), LARGEST_SEPARATE_CMS)
    return cms.signers.length === 0 || cms.signers.length > MOST_SIGNERS ? undefined : cms
  } catch (cause) {
    if (cause instanceof AppError) return undefined
    throw cause
  }
}

/** Every signer costs a chain and a hash of the file. */
const MOST_SIGNERS = 32
/** With the content inside: what a gateway is known to accept for one file, and some room. */
const LARGEST_SEPARATE_CMS = 64 << 20

/** PEM is told by its first letters; DER starts with a SEQUENCE. */
function derOf(contents: Uint8Array): Uint8Array {
  if (contents[0] !== 0x2d) return contents
  const text = Buffer.from(contents).toString('latin1')
  const block = /-----BEGIN (?:CMS|PKCS7|PKCS #7 SIGNED DATA)-----([\w+/=\s]*)-----END /.exec(text)
  return Buffer.from(block?.[1] ?? '', 'base64')
}

async function hashOfSeparate(
  { content }: SignedData,
  digest: DigestAlgorithm,
  digestOf: SeparateSignature['digestOf'],
  findings: Findings,
): Promise<Uint8Array> {
  if (digest === 'md5' || digest === 'sha224') throw new UnsupportedAlgorithm(`a file hashed with ${digest}`)
  const beside = await digestOf?.(digest)
  const inside = content && createHash(digest).update(content).digest()
  const hash = inside ?? beside
  if (hash === undefined) {
    // Nothing to compare with: what the signer says of the content stays a claim.
    throw new MissingContent()
  }
  if (beside !== undefined && !sameBytes(hash, beside)) add(findings, 'content-altered', 'invalid')
  return hash
}

/** What was signed is neither in the signature nor beside it. */
class MissingContent extends Error {
  override readonly name = 'MissingContent'
}

/** The verdict from what was found about the value and its signer, and from the signer's certificate. */
async function conclude(
  signature: Pick<PdfSignature, 'fieldName' | 'coversWholeDocument' | 'signedAt'>,
  seen: Seen | undefined,
  context: VerifyContext,
  findings: Findings,
): Promise<SignatureVerdict> {
  const claims = [signature.signedAt, seen?.signingTime].filter(isTime)
  const [claimedAt] = claims
  const provenAt = earliest([context.provenAt, await stampedAt(seen, context, findings)])
  const judged =
    seen?.signer === undefined
      ? undefined
      : judgeCertificate(seen.signer, seen.others, { claimedAt, provenAt }, context, findings)
  const revocation = judged?.revocation
  if (isOff(claims, seen?.signer, provenAt, context.now)) add(findings, 'signing-time-off-note', 'note')
  if (claimedAt !== undefined && provenAt === undefined) {
    add(findings, 'signing-time-claimed-note', 'note')
  }
  return {
    fieldName: signature.fieldName,
    verdict: wordFor(findings),
    reasons: ordered(findings.keys()),
    ...(seen?.signer === undefined ? {} : { signer: describe(seen.signer) }),
    ...(claimedAt === undefined ? {} : { signedAt: claimedAt.toISOString() }),
    ...(provenAt === undefined ? {} : { provenAt: provenAt.toISOString() }),
    ...(revocation === undefined || revocation.status === 'unknown'
      ? {}
      : { revocation: revocationView(revocation) }),
    coversWholeDocument: signature.coversWholeDocument,
    ...(judged === undefined ? {} : { chain: judged.path.map((link) => chainView(link, context.trust)) }),
    ...algorithmOf(seen),
  }
}

function chainView(
  certificate: Certificate,
  trust: TrustStore,
): NonNullable<SignatureVerdict['chain']>[number] {
  const { subject, sha256, notBefore, notAfter } = certificate
  return {
    name: subject.commonName ?? subject.organization ?? subject.text,
    sha256,
    notBefore: notBefore.toISOString(),
    notAfter: notAfter.toISOString(),
    trusted: trust.isAnchor(certificate),
  }
}

function algorithmOf(seen: Seen | undefined): Pick<SignatureVerdict, 'algorithm'> {
  const { digestAlgorithm: digest, signatureAlgorithm } = seen?.signerInfo ?? {}
  if (digest === undefined || signatureAlgorithm === undefined) return {}
  const keyBits = seen?.signer?.publicKey.bits ?? 0
  return { algorithm: { scheme: signatureAlgorithm.scheme.kind, digest, keyBits } }
}

function earliest(times: readonly (Date | undefined)[]): Date | undefined {
  const [first] = times.filter((at) => at !== undefined).sort((a, b) => a.getTime() - b.getTime())
  return first
}

function revocationView(
  judgement: Exclude<RevocationJudgement, { status: 'unknown' }>,
): NonNullable<SignatureVerdict['revocation']> {
  const { status, source } = judgement
  return status === 'good'
    ? { status, source, at: judgement.asOf.toISOString() }
    : { status, source, at: judgement.at.toISOString(), reason: judgement.reason }
}

/** The time that the signature's own time stamps prove (EN 319 122-1 section 5.3, over the signature value). */
async function stampedAt(
  seen: Seen | undefined,
  context: VerifyContext,
  findings: Findings,
): Promise<Date | undefined> {
  const tokens = (seen?.signerInfo?.unsignedAttributes ?? [])
    .filter(({ type }) => type === CMS_OID.timeStampToken)
    .flatMap(({ values }) => values)
    .slice(0, MOST_TIME_STAMPS)
  const proven: Date[] = []
  for (const token of tokens) {
    const value = seen?.signerInfo?.signature ?? new Uint8Array(0)
    const { at, problem } = await judgeTimeStamp(
      token.bytes,
      (digest) => createHash(digest).update(value).digest(),
      { ...context, certificates: [...(seen?.others ?? []), ...(context.certificates ?? [])] },
    )
    if (problem === 'wrong') add(findings, 'time-stamp-wrong', 'undetermined')
    else if (problem === 'untrusted') add(findings, 'time-stamp-untrusted-note', 'note')
    else if (at !== undefined) proven.push(at)
  }
  return earliest(proven)
}

/** The verdict on a PDF: the worst of its signatures. A PDF without any is undetermined: it only informs (Decision 28/2018 Art 4). */
export function judgeDocument(
  signatures: readonly SignatureVerdict[],
  timeStamps: readonly TimeStampVerdict[] = [],
  hidden: readonly HiddenVerdict[] = [],
): DocumentVerdict {
  const more = {
    ...(timeStamps.length === 0 ? {} : { timeStamps: [...timeStamps] }),
    ...(hidden.length === 0 ? {} : { hiddenSignatures: hidden.map(({ verdict }) => verdict) }),
  }
  const isHiding = hidden.some(({ isCovered }) => !isCovered)
  if (signatures.length === 0) {
    return isHiding
      ? { verdict: 'invalid', reasons: ['signature-hidden'], signatures: [], ...more }
      : { verdict: 'undetermined', reasons: ['unsigned'], signatures: [], ...more }
  }
  // A time stamp that nobody known vouches for proves nothing, and takes nothing away either.
  const counted = timeStamps.filter(({ reasons }) => reasons.some((code) => !code.endsWith('-note')))
  const words = new Set([...signatures, ...counted].map(({ verdict }) => verdict))
  if (isHiding) words.add('invalid')
  return {
    verdict: words.has('invalid') ? 'invalid' : words.has('undetermined') ? 'undetermined' : 'valid',
    reasons: ordered([
      ...[...signatures, ...timeStamps].flatMap(({ reasons }) => reasons),
      ...hidden.map(({ isCovered }) => (isCovered ? 'signature-removed-note' : 'signature-hidden')),
    ]),
    signatures: [...signatures],
    ...more,
  }
}

/** The document's verdict with a reason more, which leaves it open unless it is a note. */
export function documentLeftOpen(verdict: DocumentVerdict, why: readonly ReasonCode[]): DocumentVerdict {
  const weighs = why.some((code) => !code.endsWith('-note'))
  return {
    ...verdict,
    verdict: weighs && verdict.verdict === 'valid' ? 'undetermined' : verdict.verdict,
    reasons: ordered([...verdict.reasons, ...why]),
  }
}

/** The verdict on a signature that something else found out later leaves open. */
export function leftOpen(verdict: SignatureVerdict, why: ReasonCode): SignatureVerdict {
  return {
    ...verdict,
    verdict: verdict.verdict === 'invalid' ? 'invalid' : 'undetermined',
    reasons: ordered([...verdict.reasons, why]),
  }
}

/** A signature that the file holds and no reader shows. */
export interface HiddenVerdict {
  /** On the document that it was made for. */
  readonly verdict: SignatureVerdict
  /** Whether a signature that is shown covers its bytes, so that a later signer answers for what became of it. */
  readonly isCovered: boolean
}

/**
 * The verdict on a document of several files: each signed attachment has its own, and the worst of all stands
 * for the document. One that is not signed only informs, and takes nothing away.
 *
 * @param main the verdict on the main file
 */
export function withAttachments(
  main: DocumentVerdict,
  attachments: readonly { readonly name: string; readonly verdict: DocumentVerdict }[],
): DocumentVerdict {
  const signed = attachments.filter(({ verdict }) => !verdict.reasons.includes('unsigned'))
  if (signed.length === 0) return main
  const all = [main, ...signed.map(({ verdict }) => verdict)]
  const words = new Set(all.map(({ verdict }) => verdict))
  return {
    ...main,
    verdict: words.has('invalid') ? 'invalid' : words.has('undetermined') ? 'undetermined' : 'valid',
    reasons: ordered(all.flatMap(({ reasons }) => reasons)),
    attachments: signed.map(({ name, verdict }) => ({ ...verdict, name })),
  }
}

/** One document time stamp as the PDF gives it. */
export interface DocumentTimeStamp {
  readonly fieldName: string
  readonly subFilter: string
  readonly contents: Uint8Array
  digestOf(algorithm: ContentDigest): Promise<Uint8Array>
  readonly rangeIsSound: boolean
  readonly changesAfter: readonly { readonly allowed: boolean }[]
}

/** A judged document time stamp, and the time it proves for everything before it. */
export interface JudgedTimeStamp {
  readonly verdict: TimeStampVerdict
  /** Undefined: it proves nothing. */
  readonly provenAt: Date | undefined
}

/** Judges a document time stamp (ISO 32000-2, 12.8.5): the token, and that it covers what it seems to cover. */
export async function verifyDocumentTimeStamp(
  stamp: DocumentTimeStamp,
  context: VerifyContext,
): Promise<JudgedTimeStamp> {
  const findings: Findings = new Map()
  const { fieldName, rangeIsSound } = stamp
  if (!rangeIsSound) add(findings, 'covered-range-wrong', 'invalid')
  if (stamp.changesAfter.some(({ allowed }) => !allowed)) add(findings, 'changed-after-signing', 'invalid')
  if (!rangeIsSound || stamp.subFilter !== 'ETSI.RFC3161') {
    if (rangeIsSound) add(findings, 'algorithm-unsupported', 'undetermined')
    return {
      verdict: { fieldName, verdict: wordFor(findings), reasons: ordered(findings.keys()) },
      provenAt: undefined,
    }
  }
  const { at, authority, problem } = await judgeTimeStamp(
    stamp.contents,
    (algorithm) => stamp.digestOf(algorithm),
    context,
  )
  if (problem === 'wrong') add(findings, 'time-stamp-wrong', 'undetermined')
  if (problem === 'untrusted') add(findings, 'time-stamp-untrusted-note', 'note')
  const word = wordFor(findings)
  return {
    verdict: {
      fieldName,
      verdict: problem === 'untrusted' && word === 'valid' ? 'undetermined' : word,
      reasons: ordered(findings.keys()),
      ...(at === undefined ? {} : { at: at.toISOString() }),
      ...(authority === undefined
        ? {}
        : { authority: authority.subject.commonName ?? authority.subject.text }),
    },
    provenAt: problem === undefined ? at : undefined,
  }
}

/** The verdict on bytes that the PDF leaf could not read at all. */
export function unreadableDocument(): DocumentVerdict {
  return { verdict: 'invalid', reasons: ['document-unreadable'], signatures: [] }
}

/** One is usual; every further one costs a chain. */
const MOST_TIME_STAMPS = 4

function judgeCoverage(signature: PdfSignature, findings: Findings): void {
  if (!signature.rangeIsSound) add(findings, 'covered-range-wrong', 'invalid')
  if (signature.changesAfter.some((change) => !change.allowed)) {
    add(findings, 'changed-after-signing', 'invalid')
    if (signature.docMdp !== undefined) add(findings, 'certification-broken', 'invalid')
  } else if (!signature.coversWholeDocument && signature.changesAfter.length === 0) {
    add(findings, 'bytes-added-note', 'note')
  }
  if (signature.filledAfter === true) add(findings, 'filled-after-signing', 'undetermined')
}

/** Who signed, and the certificates that came along. */
interface Seen {
  readonly signer: Certificate | undefined
  readonly others: readonly Certificate[]
  /** The time the CMS claims, which PAdES forbids and others write. */
  readonly signingTime?: Date | undefined
  /** Absent in the one form that is no CMS. */
  readonly signerInfo?: SignerInfo
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
      add(findings, 'algorithm-unsupported', 'undetermined')
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

function atHand({ trust, certificates = [] }: VerifyContext): {
  readonly certificates: readonly Certificate[]
} {
  return { certificates: [...certificates, ...trust.certificates] }
}

/** adbe.x509.rsa_sha1 (ISO 32000-1 section 12.8.3.2): a bare PKCS#1 value in an OCTET STRING, certificates in /Cert. */
async function judgeBareRsa(signature: PdfSignature, findings: Findings): Promise<Seen | undefined> {
  add(findings, 'algorithm-weak', 'undetermined')
  const certificates = (signature.dictionaryCertificates ?? []).flatMap(readableCertificate)
  const [signer] = certificates
  const value = bareValue(signature.contents)
  if (signer === undefined || value === undefined) {
    add(findings, 'signature-unreadable', value === undefined ? 'invalid' : 'undetermined')
    return undefined
  }
  const hash = await signature.digestOf('sha1')
  const answer =
    signer.publicKey.kind === 'rsa'
      ? verifyHash(signer.publicKey, { kind: 'rsa-pkcs1' }, 'sha1', hash, value)
      : 'wrong'
  if (answer === 'other-content') add(findings, 'content-altered', 'invalid')
  if (answer === 'wrong') add(findings, 'signature-value-wrong', 'invalid')
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
    add(findings, 'signature-unreadable', 'invalid')
    return undefined
  }
  const [signerInfo, second] = cms.signers
  const detached = signature.subFilter !== 'adbe.pkcs7.sha1'
  if (signerInfo === undefined || second !== undefined || detached !== (cms.content === undefined)) {
    add(findings, 'signature-unreadable', 'invalid')
    return undefined
  }
  const isCades = signature.subFilter === 'ETSI.CAdES.detached'
  const contentHash = (digest: DigestAlgorithm) => hashOfContent(signature, cms, digest, findings)
  return judgeSignerInfo(cms, signerInfo, { isCades, contentHash }, context, findings)
}

/** How a signature is to be read. */
interface SignatureForm {
  /** Whether what CAdES demands beyond CMS is demanded. */
  readonly isCades: boolean
  /** The hash that the signature speaks of. */
  readonly contentHash: (digest: DigestAlgorithm) => Promise<Uint8Array>
}

async function judgeSignerInfo(
  cms: SignedData,
  signerInfo: SignerInfo,
  form: SignatureForm,
  context: VerifyContext,
  findings: Findings,
): Promise<Seen | undefined> {
  const signer = signerCertificate(cms, signerInfo, atHand(context))
  if (signer === undefined) {
    add(findings, 'signature-unreadable', 'undetermined')
    return undefined
  }
  if (form.isCades) judgeForm(cms, signerInfo, signer, findings)
  try {
    await judgeSigner(form, cms, signerInfo, signer, findings)
  } catch (cause) {
    if (cause instanceof UnsupportedAlgorithm) add(findings, 'algorithm-unsupported', 'undetermined')
    else if (cause instanceof MissingContent) add(findings, 'content-missing', 'undetermined')
    else if (cause instanceof DerError) add(findings, 'signed-attributes-wrong', 'invalid')
    else throw cause
  }
  return { signer, others: cms.certificates, signerInfo, signingTime: signingTime(signerInfo) }
}

/** The signingTime attribute; one that cannot be read claims nothing. */
function signingTime({ signedAttributes = [] }: SignerInfo): Date | undefined {
  try {
    const value = single(signedAttributes, CMS_OID.signingTime)
    return value && time(value)
  } catch (cause) {
    if (cause instanceof DerError) return undefined
    throw cause
  }
}

/** What CAdES demands of the parts that no signature protects (RFC 5652 section 5.1). Older forms were written less carefully. */
function judgeForm(cms: SignedData, signerInfo: SignerInfo, signer: Certificate, findings: Findings): void {
  const isFirstVersion = cms.contentType === CMS_OID.data && cms.signers.every((other) => other.version === 1)
  const version = isFirstVersion ? 1 : 3
  const [name] = childrenOfTag(signerInfo.digestAlgorithmElement, TAG.sequence)
  const announced = cms.digestAlgorithms.includes(oid(name))
  if (cms.version !== version || !announced) add(findings, 'signature-unreadable', 'invalid')
  // Older programs re-encode the issuer's name; here it is a copy, and anything else was tampered with.
  if ('issuer' in signerInfo.signer && !sameBytes(signerInfo.signer.issuer.der, signer.issuer.der)) {
    add(findings, 'signature-unreadable', 'undetermined')
  }
}

async function judgeSigner(
  { isCades, contentHash: hashContent }: SignatureForm,
  cms: SignedData,
  signerInfo: SignerInfo,
  signer: Certificate,
  findings: Findings,
): Promise<void> {
  const { digestAlgorithm: digest, signatureAlgorithm, signedAttributes, signedBytes } = signerInfo
  if (digest === undefined || signatureAlgorithm === undefined)
    throw new UnsupportedAlgorithm('of the signer')
  if (isWeakDigest(digest)) add(findings, 'algorithm-weak', 'undetermined')
  if (signatureAlgorithm.digest !== undefined && signatureAlgorithm.digest !== digest) {
    add(findings, 'signed-attributes-wrong', 'invalid')
  }
  const { scheme } = signatureAlgorithm
  const contentHash = await hashContent(digest)

  if (signedAttributes !== undefined && signedBytes !== undefined) {
    judgeAttributes(isCades, cms, signerInfo, signedAttributes, signer, contentHash, findings)
    if (!verifyMessage(signer.publicKey, scheme, digest, signedBytes, signerInfo.signature)) {
      add(findings, 'signature-value-wrong', 'invalid')
    }
    return
  }
  if (isCades) add(findings, 'signed-attributes-wrong', 'invalid')
  const answer = verifyHash(signer.publicKey, scheme, digest, contentHash, signerInfo.signature)
  if (answer === 'other-content') add(findings, 'content-altered', 'invalid')
  if (answer === 'wrong') add(findings, 'signature-value-wrong', 'invalid')
}

/** The hash the signature speaks of. In adbe.pkcs7.sha1 the content is itself the SHA-1 of the document. */
async function hashOfContent(
  signature: PdfSignature,
  { content }: SignedData,
  digest: DigestAlgorithm,
  findings: Findings,
): Promise<Uint8Array> {
  if (content !== undefined) {
    add(findings, 'algorithm-weak', 'undetermined')
    if (!sameBytes(content, await signature.digestOf('sha1'))) add(findings, 'content-altered', 'invalid')
    return createHash(digest).update(content).digest()
  }
  if (digest === 'md5' || digest === 'sha224')
    throw new UnsupportedAlgorithm(`document hashed with ${digest}`)
  return signature.digestOf(digest)
}

function judgeAttributes(
  isCades: boolean,
  cms: SignedData,
  signerInfo: SignerInfo,
  attributes: readonly Attribute[],
  signer: Certificate,
  contentHash: Uint8Array,
  findings: Findings,
): void {
  const contentType = single(attributes, CMS_OID.contentType)
  const messageDigest = single(attributes, CMS_OID.messageDigest)
  if (contentType === undefined || oid(contentType) !== cms.contentType || cms.contentType !== CMS_OID.data) {
    add(findings, 'signed-attributes-wrong', 'invalid')
  }
  if (messageDigest === undefined) add(findings, 'signed-attributes-wrong', 'invalid')
  else if (!sameBytes(octets(messageDigest), contentHash)) add(findings, 'content-altered', 'invalid')

  const protection = single(attributes, CMS_OID.algorithmProtection)
  if (protection !== undefined && !protects(protection, signerInfo))
    add(findings, 'signed-attributes-wrong', 'invalid')

  const second = single(attributes, CMS_OID.signingCertificateV2)
  const first = single(attributes, CMS_OID.signingCertificate)
  if (second === undefined && first === undefined) {
    if (isCades) add(findings, 'signed-attributes-wrong', 'invalid')
    return
  }
  const names = [
    ...(second === undefined ? [] : [namesCertificate(second, 'sha256', signer)]),
    ...(first === undefined ? [] : [namesCertificate(first, 'sha1', signer)]),
  ]
  if (names.includes(false)) add(findings, 'signing-certificate-mismatch', 'invalid')
}

/** CMSAlgorithmProtection repeats the SignerInfo's algorithms byte for byte (RFC 6211 section 3). */
function protects(protection: Element, signerInfo: SignerInfo): boolean {
  const [digest, signatureAlgorithm] = childrenOfTag(protection, TAG.sequence)
  return (
    digest !== undefined &&
    signatureAlgorithm?.tag === 0xa1 &&
    sameBytes(digest.bytes, signerInfo.digestAlgorithmElement.bytes) &&
    sameBytes(signatureAlgorithm.bytes.subarray(1), signerInfo.signatureAlgorithmElement.bytes.subarray(1))
  )
}

function isTime(claim: Date | undefined): claim is Date {
  return claim !== undefined && !Number.isNaN(claim.getTime())
}

/** Vietnam's distance from UTC, by which programs err that write local time as UTC. */
const ZONE_MS = 7 * 3_600_000
/** Two clocks of one office may differ by this much. */
const CLOCK_TOLERANCE_MS = 5 * 60_000

/**
 * Whether a claimed time contradicts what is known: it lies in the future or before the certificate,
 * differs from the other claim, or from the proven time by just the zone. A signature made with local
 * time written as UTC and seen seven hours later without a time stamp shows nothing of it.
 */
function isOff(
  claims: readonly Date[],
  signer: Certificate | undefined,
  provenAt: Date | undefined,
  now: Date,
): boolean {
  const latest = (provenAt ?? now).getTime() + CLOCK_TOLERANCE_MS
  const apart = (first: Date, second: Date) => Math.abs(first.getTime() - second.getTime())
  return claims.some(
    (claim) =>
      claim.getTime() > latest ||
      (signer !== undefined && claim < signer.notBefore) ||
      claims.some((other) => apart(claim, other) > CLOCK_TOLERANCE_MS) ||
      (provenAt !== undefined && Math.abs(apart(claim, provenAt) - ZONE_MS) <= CLOCK_TOLERANCE_MS),
  )
}

/** Tokens' programs are known to write local time as UTC (rules.md section 4): a claimed time is trusted to the day. */
const CLAIM_TOLERANCE_MS = 86_400_000

function judgeCertificate(
  signer: Certificate,
  others: readonly Certificate[],
  { claimedAt, provenAt }: { readonly claimedAt: Date | undefined; readonly provenAt: Date | undefined },
  context: VerifyContext,
  findings: Findings,
): { readonly revocation: RevocationJudgement; readonly path: readonly Certificate[] } {
  const at = provenAt ?? context.now
  if (!isForSigning(signer)) add(findings, 'certificate-not-for-signing', 'invalid')
  const path = findPath(signer, [...others, ...(context.certificates ?? [])], context.trust, at)
  for (const finding of path.findings) {
    add(findings, finding, finding === 'chain-broken' ? 'invalid' : 'undetermined')
  }
  if (at < signer.notBefore) add(findings, 'certificate-not-yet-valid', 'invalid')
  // A time stamp that came too late proves nothing about the time before: the claim decides as without it.
  if (claimedAt !== undefined && (provenAt === undefined || provenAt > signer.notAfter)) {
    if (claimedAt.getTime() > signer.notAfter.getTime() + CLAIM_TOLERANCE_MS) {
      add(findings, 'certificate-expired', 'invalid')
    }
    if (claimedAt.getTime() < signer.notBefore.getTime() - CLAIM_TOLERANCE_MS) {
      add(findings, 'certificate-not-yet-valid', 'invalid')
    }
  }
  const moment = { at, now: context.now }
  const revocation = judgeRevocation(path.certificates, context.revocation ?? [], moment)
  judgeRevoked(revocation, { claimedAt, provenAt }, findings)
  return { revocation, path: path.certificates }
}

/**
 * Revoked before the proven time: invalid. Where nothing proves the time, a claimed time before the
 * revocation leaves the verdict open, because whoever has the key may claim any time (EN 319 102-1,
 * REVOKED_NO_POE).
 */
function judgeRevoked(
  revocation: RevocationJudgement,
  { claimedAt, provenAt }: { readonly claimedAt: Date | undefined; readonly provenAt: Date | undefined },
  findings: Findings,
): void {
  if (revocation.status === 'unknown') add(findings, 'revocation-unknown-note', 'note')
  else if (revocation.source === 'cache') add(findings, 'revocation-cached-note', 'note')
  if (revocation.status !== 'revoked') return
  if (provenAt !== undefined) {
    if (revocation.at <= provenAt) add(findings, 'certificate-revoked', 'invalid')
    return
  }
  const isClaimedEarlier = claimedAt !== undefined && claimedAt < revocation.at
  add(findings, 'certificate-revoked', isClaimedEarlier ? 'undetermined' : 'invalid')
}

function describe(certificate: Certificate): NonNullable<SignatureVerdict['signer']> {
  const { subject, issuer } = certificate
  return {
    name: subject.commonName ?? subject.organization ?? subject.text,
    ...(subject.organization === undefined ? {} : { organization: subject.organization }),
    ...(subject.title === undefined ? {} : { title: subject.title }),
    kind: holderKind(subject),
    issuer: issuer.commonName ?? issuer.organization ?? issuer.text,
    serialNumber: certificate.serialNumber,
    certificateSha256: certificate.sha256,
    notBefore: certificate.notBefore.toISOString(),
    notAfter: certificate.notAfter.toISOString(),
  }
}
