import { createHash } from 'node:crypto'
import { AppError } from '../../shared/errors.ts'
import type { DocumentVerdict, SignatureVerdict } from '../../shared/verdict.ts'
import { type DigestAlgorithm, UnsupportedAlgorithm } from './algorithms.ts'
import { CMS_OID, parseCms, type SignedData } from './cms.ts'
import { conclude } from './conclusion.ts'
import type { VerifyContext, ContentDigest } from './context.ts'
import { sameBytes } from './der.ts'
import { type Findings, addFinding } from './findings.ts'
import { judgeSignerInfo, MissingContent } from './signer-judgement.ts'
import { judgeDocument } from './verdicts.ts'

/** A CMS signature in a file of its own: beside the file it signs (.p7s), or around its content (.p7m). */
export interface SeparateSignature {
  /** DER, BER or PEM. */
  readonly contents: Uint8Array
  /** Hash over the file that is said to be signed. Absent when there is none beside the signature. */
  readonly digestOf?: (algorithm: ContentDigest) => Promise<Uint8Array>
}

/** Every signer costs a chain and a hash of the file. */
const MOST_SIGNERS = 32

/** With the content inside: what a gateway is known to accept for one file, and some room. */
const LARGEST_SEPARATE_CMS = 64 << 20

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
  if (beside !== undefined && !sameBytes(hash, beside)) addFinding(findings, 'content-altered', 'invalid')
  return hash
}
