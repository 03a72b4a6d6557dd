/** From what was found about a value and its signer to the verdict: time, certificate, chain and revocation. */
import { createHash } from 'node:crypto'
import type { SignatureVerdict } from '../../shared/verdict.ts'
import { type Certificate, holderKind, isForSigning } from './certificate.ts'
import { CMS_OID } from './cms.ts'
import type { VerifyContext } from './context.ts'
import { type Findings, addFinding, wordFor, ordered } from './findings.ts'
import { findPath } from './path.ts'
import { judgeRevocation, type RevocationJudgement } from './revocation.ts'
import type { Seen } from './signer-judgement.ts'
import { judgeTimeStamp } from './timestamp.ts'
import type { TrustStore } from './trust.ts'

/** What a signature says of itself, whatever holds it. */
interface SignatureFacts {
  readonly fieldName: string
  /** Whether it covers all that there is. */
  readonly coversWholeDocument: boolean
  /** A time that stands beside the signature. */
  readonly signedAt?: Date | undefined
}

/** The verdict from what was found about the value and its signer, and from the signer's certificate. */
export async function conclude(
  signature: SignatureFacts,
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
  if (isOff(claims, seen?.signer, provenAt, context.now))
    addFinding(findings, 'signing-time-off-note', 'note')
  if (claimedAt !== undefined && provenAt === undefined) {
    addFinding(findings, 'signing-time-claimed-note', 'note')
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

/** One is usual; every further one costs a chain. */
const MOST_TIME_STAMPS = 4

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
    if (problem === 'wrong') addFinding(findings, 'time-stamp-wrong', 'undetermined')
    else if (problem === 'untrusted') addFinding(findings, 'time-stamp-untrusted-note', 'note')
    else if (at !== undefined) proven.push(at)
  }
  return earliest(proven)
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
  if (!isForSigning(signer)) addFinding(findings, 'certificate-not-for-signing', 'invalid')
  const path = findPath(signer, [...others, ...(context.certificates ?? [])], context.trust, at)
  for (const finding of path.findings) {
    addFinding(findings, finding, finding === 'chain-broken' ? 'invalid' : 'undetermined')
  }
  if (at < signer.notBefore) addFinding(findings, 'certificate-not-yet-valid', 'invalid')
  // A time stamp that came too late proves nothing about the time before: the claim decides as without it.
  if (claimedAt !== undefined && (provenAt === undefined || provenAt > signer.notAfter)) {
    if (claimedAt.getTime() > signer.notAfter.getTime() + CLAIM_TOLERANCE_MS) {
      addFinding(findings, 'certificate-expired', 'invalid')
    }
    if (claimedAt.getTime() < signer.notBefore.getTime() - CLAIM_TOLERANCE_MS) {
      addFinding(findings, 'certificate-not-yet-valid', 'invalid')
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
  if (revocation.status === 'unknown') addFinding(findings, 'revocation-unknown-note', 'note')
  else if (revocation.source === 'cache') addFinding(findings, 'revocation-cached-note', 'note')
  if (revocation.status !== 'revoked') return
  if (provenAt !== undefined) {
    if (revocation.at <= provenAt) addFinding(findings, 'certificate-revoked', 'invalid')
    return
  }
  const isClaimedEarlier = claimedAt !== undefined && claimedAt < revocation.at
  addFinding(findings, 'certificate-revoked', isClaimedEarlier ? 'undetermined' : 'invalid')
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
