import { AppError } from '../../shared/errors.ts'
import { sha256Hex } from '../../shared/document/fields.ts'
import type { CertificateChoice, CertificateSummary, TokenSummary } from '../../shared/ipc/contract.ts'
import type { Token, TokenCertificate } from '../../shared/signing.ts'
import { holderKind, parseCertificate, whyUnusable, type Certificate } from './certificate.ts'
import { isSignedBy } from './trust.ts'

/** A token as the window shows it. Certificates that cannot be read are left out. */
export function tokenSummaryOf(token: Token, at: Date): TokenSummary {
  return {
    serial: token.serial,
    label: token.label,
    manufacturer: token.manufacturer,
    model: token.model,
    software: token.software,
    pin: {
      minLength: token.pin.minLength,
      maxLength: token.pin.maxLength,
      countLow: token.pin.countLow,
      finalTry: token.pin.finalTry,
      locked: token.pin.locked,
      pinPad: token.pin.pinPad,
    },
    certificates: token.certificates.flatMap((held) => {
      const certificate = readable(held)
      if (certificate === undefined || certificate.certificationAuthority) return []
      return [certificateSummaryOf(certificate, held, at)]
    }),
  }
}

function certificateSummaryOf(
  certificate: Certificate,
  { hasKey, asksEachTime }: TokenCertificate,
  at: Date,
): CertificateSummary {
  const problem = hasKey ? problemOf(certificate, at) : 'no-key'
  const { subject } = certificate
  return {
    sha256: sha256Hex.parse(certificate.sha256),
    name: subject.commonName ?? subject.text,
    ...(subject.organization === undefined ? {} : { organization: subject.organization }),
    ...(subject.title === undefined ? {} : { title: subject.title }),
    issuer: certificate.issuer.commonName ?? certificate.issuer.text,
    kind: holderKind(subject),
    notBefore: certificate.notBefore.getTime(),
    notAfter: certificate.notAfter.getTime(),
    usable: problem === undefined,
    ...(problem === undefined ? {} : { problem }),
    ...(asksEachTime === undefined ? {} : { asksEachTime }),
  }
}

function problemOf(certificate: Certificate, at: Date): CertificateSummary['problem'] {
  const why = whyUnusable(certificate, at)
  return why === 'weak-key' || why === 'unsupported-key' ? 'not-for-signing' : why
}

/** What is needed of a token to sign with one certificate of it. */
export interface FoundCertificate {
  readonly certificate: Certificate
  /** DER of those above it that the token holds, nearest first. */
  readonly chain: readonly Uint8Array[]
  readonly pinPad: boolean
  /** A software token, for practice. */
  readonly software: boolean
  /** Whether the token offers RSASSA-PSS for it. */
  readonly pss: boolean
}

/**
 * Finds the chosen certificate among the tokens that are plugged in now, and says before any PIN is
 * used why it could not sign.
 *
 * @throws {AppError} sign/token-missing, sign/certificate-missing, sign/key-missing, sign/pin-locked,
 *   certificate/unusable
 */
export function findCertificate(
  tokens: readonly Token[],
  choice: CertificateChoice,
  at: Date,
): FoundCertificate {
  const token = tokens.find(({ serial }) => serial === choice.tokenSerial)
  if (token === undefined) throw new AppError('sign/token-missing', `no token ${choice.tokenSerial}`)
  const held = token.certificates.find(({ sha256 }) => sha256 === choice.certificateSha256)
  if (held === undefined) {
    throw new AppError('sign/certificate-missing', `token ${token.serial} lacks the chosen certificate`)
  }
  if (!held.hasKey) throw new AppError('sign/key-missing', 'no private key goes with the certificate')
  if (token.pin.locked) throw new AppError('sign/pin-locked', `token ${token.serial} is locked`)
  const certificate = parseCertificate(held.der)
  const why = whyUnusable(certificate, at)
  if (why !== undefined) throw new AppError('certificate/unusable', why, { detail: why })
  return {
    certificate,
    chain: issuersOf(certificate, token),
    pinPad: token.pin.pinPad,
    software: token.software,
    pss: held.pss === true,
  }
}

function issuersOf(leaf: Certificate, token: Token): Uint8Array[] {
  const pool = token.certificates.flatMap((held) => readable(held) ?? [])
  const chain: Certificate[] = []
  let current = leaf
  for (;;) {
    const issuer = pool.find(
      (candidate) =>
        candidate.subject.folded === current.issuer.folded &&
        candidate.sha256 !== current.sha256 &&
        !chain.includes(candidate) &&
        isSignedBy(current, candidate) === 'yes',
    )
    if (issuer === undefined) return chain.map(({ der }) => der)
    chain.push(issuer)
    current = issuer
  }
}

function readable(held: TokenCertificate): Certificate | undefined {
  try {
    return parseCertificate(held.der)
  } catch {
    // A damaged certificate on a token is not ours to judge; the others still serve.
    return undefined
  }
}
