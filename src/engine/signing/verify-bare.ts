import type { SignatureVerdict } from '../../shared/verdict.ts'
import { ecdsaToDer, isWeakDigest, UnsupportedAlgorithm, verifyMessage } from './algorithms.ts'
import { type Certificate, readableCertificate } from './certificate.ts'
import { conclude } from './conclusion.ts'
import type { VerifyContext, ContentDigest } from './context.ts'
import { type Findings, addFinding } from './findings.ts'

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
  if (!signature.isContentIntact) addFinding(findings, 'content-altered', 'invalid')
  if (signature.digests.some(isWeakDigest)) addFinding(findings, 'algorithm-weak', 'undetermined')
  if (signer === undefined) addFinding(findings, 'signature-unreadable', 'undetermined')
  else if (!madeBy(signer, signature)) addFinding(findings, 'signature-value-wrong', 'invalid')
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
