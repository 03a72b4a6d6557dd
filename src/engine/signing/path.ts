import { isWeakDigest, isWeakKey } from './algorithms.ts'
import { type Certificate, isSelfIssued } from './certificate.ts'
import { constraintsAdmit } from './name-constraints.ts'
import { isSelfSigned, isSignedBy, type TrustStore } from './trust.ts'

/** What a path is built and judged with: certificates at hand, and where it may end. */
type PathTrust = Pick<TrustStore, 'certificates' | 'isAnchor'>

/** What can be wrong with a chain; the names are those of the verdict's reasons. */
export type PathFinding =
  | 'chain-broken'
  | 'certificate-expired'
  | 'certificate-not-yet-valid'
  | 'algorithm-weak'
  | 'algorithm-unsupported'
  | 'root-unknown'
  | 'intermediate-missing'

/** The best way found from a certificate to a root. */
export interface CertificatePath {
  /** The certificate itself first; the anchor last, when one was reached. */
  readonly certificates: readonly Certificate[]
  /** Empty: the chain holds. */
  readonly findings: ReadonlySet<PathFinding>
}

/** Longest chain followed, leaf and root included. The state's chains have three. */
const LONGEST = 8
/** Signature checks spent on one chain, so that a file full of look-alikes costs no time. */
const MOST_CHECKS = 100

/** Lower is better: a chain with a lighter finding is preferred to one with a heavier. */
const WEIGHT: Readonly<Record<PathFinding, number>> = {
  'algorithm-weak': 1,
  'certificate-expired': 2,
  'certificate-not-yet-valid': 2,
  'algorithm-unsupported': 4,
  'intermediate-missing': 4,
  'root-unknown': 8,
  'chain-broken': 64,
}

function weigh(path: CertificatePath): number {
  return [...path.findings].reduce((sum, finding) => sum + WEIGHT[finding], 0)
}

/**
 * Finds the way from a certificate to a trust anchor and validates it by RFC 5280 section 6 at the time
 * `at`: signatures, dates, basic constraints, path length, key usage, name constraints, critical
 * extensions. No policy is demanded; revocation is judged elsewhere. Goes to no network.
 *
 * @param others certificates that came with the signature; nothing in them is believed
 */
export function findPath(
  leaf: Certificate,
  others: readonly Certificate[],
  trust: PathTrust,
  at: Date,
): CertificatePath {
  const pool = [...new Map([...trust.certificates, ...others].map((entry) => [entry.sha256, entry])).values()]
  let checksLeft = MOST_CHECKS

  function follow(trail: readonly Certificate[]): CertificatePath[] {
    const current = trail.at(-1)
    if (current === undefined) return []
    const end = (...findings: PathFinding[]): CertificatePath[] => [
      { certificates: trail, findings: new Set([...findings, ...validate(trail, trust, at)]) },
    ]
    if (trust.isAnchor(current)) return end()
    const candidates = pool.filter((entry) => mayHaveIssued(entry, current) && !trail.includes(entry))
    if (candidates.length === 0 || trail.length >= LONGEST) {
      return isSelfIssued(current) && isSelfSigned(current)
        ? end('root-unknown')
        : end('root-unknown', 'intermediate-missing')
    }
    const answers = candidates.map((entry) => ({
      entry,
      signed: checksLeft-- > 0 ? isSignedBy(current, entry) : 'no',
    }))
    const issuers = answers.filter((answer) => answer.signed === 'yes')
    if (issuers.length > 0) return issuers.flatMap((answer) => follow([...trail, answer.entry]))
    const unsupported = answers.some((answer) => answer.signed === 'unsupported')
    return unsupported ? end('algorithm-unsupported', 'root-unknown') : end('chain-broken')
  }

  const paths = follow([leaf]).sort((a, b) => weigh(a) - weigh(b))
  const [best] = paths
  if (best === undefined) throw new Error('a path has at least its leaf')
  return best
}

/** By name, and by key identifier where both sides state one. A self-signed certificate is not its own issuer here. */
function mayHaveIssued(issuer: Certificate, certificate: Certificate): boolean {
  if (issuer.sha256 === certificate.sha256 || issuer.subject.folded !== certificate.issuer.folded)
    return false
  const { authorityKeyId } = certificate
  const { subjectKeyId } = issuer
  if (authorityKeyId === undefined || subjectKeyId === undefined) return true
  return Buffer.compare(authorityKeyId, subjectKeyId) === 0
}

/** Everything RFC 5280 asks of the certificates of a path, apart from the signatures between them. */
function validate(certificates: readonly Certificate[], trust: PathTrust, at: Date): PathFinding[] {
  return certificates.flatMap((certificate, index) => {
    const findings: PathFinding[] = []
    if (at < certificate.notBefore) findings.push('certificate-not-yet-valid')
    if (at > certificate.notAfter) findings.push('certificate-expired')
    if (isWeakKey(certificate.publicKey)) findings.push('algorithm-weak')
    // The last one is believed by its fingerprint, or not at all: its own signature says nothing.
    const digest = certificate.signatureAlgorithm?.digest
    if (index < certificates.length - 1 && digest !== undefined && isWeakDigest(digest)) {
      findings.push('algorithm-weak')
    }
    if (certificate.unknownCritical.length > 0) findings.push('chain-broken')
    if (index > 0 && !mayCertify(certificate, certificates.slice(0, index), trust))
      findings.push('chain-broken')
    return findings
  })
}

/** Whether a CA may stand above the certificates below it (leaf first). */
function mayCertify(authority: Certificate, below: readonly Certificate[], trust: PathTrust): boolean {
  // A root of X.509 version 1 states nothing; it is trusted by its fingerprint, which stands for the rest.
  const isOldRoot = trust.isAnchor(authority) && authority.version === 1
  if (!authority.certificationAuthority && !isOldRoot) return false
  if (authority.keyUsage?.has('keyCertSign') === false) return false
  const intermediates = below.slice(1).filter((certificate) => !isSelfIssued(certificate))
  if (authority.pathLength !== undefined && intermediates.length > authority.pathLength) return false
  const { nameConstraints } = authority
  if (nameConstraints === undefined) return true
  return below.every((certificate, index) => {
    if (index > 0 && isSelfIssued(certificate)) return true
    try {
      return constraintsAdmit(nameConstraints, certificate)
    } catch {
      // A constraint nobody can read is not a constraint one may ignore.
      return false
    }
  })
}
