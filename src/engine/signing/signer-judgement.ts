/** The value that one signer of a CMS made: its attributes, its algorithms, and the bytes it speaks of. */
import {
  type DigestAlgorithm,
  isWeakDigest,
  UnsupportedAlgorithm,
  verifyHash,
  verifyMessage,
} from './algorithms.ts'
import type { Certificate } from './certificate.ts'
import { type Attribute, CMS_OID, type SignedData, type SignerInfo } from './cms.ts'
import { type VerifyContext, atHand } from './context.ts'
import { childrenOfTag, DerError, type Element, octets, oid, sameBytes, TAG, time } from './der.ts'
import { type Findings, addFinding } from './findings.ts'
import { namesCertificate, signerCertificate, single } from './signer-info.ts'

/** Who signed, and the certificates that came along. */
export interface Seen {
  readonly signer: Certificate | undefined
  readonly others: readonly Certificate[]
  /** The time the CMS claims, which PAdES forbids and others write. */
  readonly signingTime?: Date | undefined
  /** Absent in the one form that is no CMS. */
  readonly signerInfo?: SignerInfo
}

/** How a signature is to be read. */
interface SignatureForm {
  /** Whether what CAdES demands beyond CMS is demanded. */
  readonly isCades: boolean
  /** The hash that the signature speaks of. */
  readonly contentHash: (digest: DigestAlgorithm) => Promise<Uint8Array>
}

/** What was signed is neither in the signature nor beside it. */
export class MissingContent extends Error {
  override readonly name = 'MissingContent'
}

/**
 * Judges the value of one signer of a CMS.
 *
 * @returns who signed; undefined where no certificate says so
 */
export async function judgeSignerInfo(
  cms: SignedData,
  signerInfo: SignerInfo,
  form: SignatureForm,
  context: VerifyContext,
  findings: Findings,
): Promise<Seen | undefined> {
  const signer = signerCertificate(cms, signerInfo, atHand(context))
  if (signer === undefined) {
    addFinding(findings, 'signature-unreadable', 'undetermined')
    return undefined
  }
  if (form.isCades) judgeForm(cms, signerInfo, signer, findings)
  try {
    await judgeSigner(form, cms, signerInfo, signer, findings)
  } catch (cause) {
    if (cause instanceof UnsupportedAlgorithm) addFinding(findings, 'algorithm-unsupported', 'undetermined')
    else if (cause instanceof MissingContent) addFinding(findings, 'content-missing', 'undetermined')
    else if (cause instanceof DerError) addFinding(findings, 'signed-attributes-wrong', 'invalid')
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
  if (cms.version !== version || !announced) addFinding(findings, 'signature-unreadable', 'invalid')
  // Older programs re-encode the issuer's name; here it is a copy, and anything else was tampered with.
  if ('issuer' in signerInfo.signer && !sameBytes(signerInfo.signer.issuer.der, signer.issuer.der)) {
    addFinding(findings, 'signature-unreadable', 'undetermined')
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
  if (isWeakDigest(digest)) addFinding(findings, 'algorithm-weak', 'undetermined')
  if (signatureAlgorithm.digest !== undefined && signatureAlgorithm.digest !== digest) {
    addFinding(findings, 'signed-attributes-wrong', 'invalid')
  }
  const { scheme } = signatureAlgorithm
  const contentHash = await hashContent(digest)

  if (signedAttributes !== undefined && signedBytes !== undefined) {
    judgeAttributes(isCades, cms, signerInfo, signedAttributes, signer, contentHash, findings)
    if (!verifyMessage(signer.publicKey, scheme, digest, signedBytes, signerInfo.signature)) {
      addFinding(findings, 'signature-value-wrong', 'invalid')
    }
    return
  }
  if (isCades) addFinding(findings, 'signed-attributes-wrong', 'invalid')
  const answer = verifyHash(signer.publicKey, scheme, digest, contentHash, signerInfo.signature)
  if (answer === 'other-content') addFinding(findings, 'content-altered', 'invalid')
  if (answer === 'wrong') addFinding(findings, 'signature-value-wrong', 'invalid')
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
    addFinding(findings, 'signed-attributes-wrong', 'invalid')
  }
  if (messageDigest === undefined) addFinding(findings, 'signed-attributes-wrong', 'invalid')
  else if (!sameBytes(octets(messageDigest), contentHash)) addFinding(findings, 'content-altered', 'invalid')

  const protection = single(attributes, CMS_OID.algorithmProtection)
  if (protection !== undefined && !protects(protection, signerInfo))
    addFinding(findings, 'signed-attributes-wrong', 'invalid')

  const second = single(attributes, CMS_OID.signingCertificateV2)
  const first = single(attributes, CMS_OID.signingCertificate)
  if (second === undefined && first === undefined) {
    if (isCades) addFinding(findings, 'signed-attributes-wrong', 'invalid')
    return
  }
  const names = [
    ...(second === undefined ? [] : [namesCertificate(second, 'sha256', signer)]),
    ...(first === undefined ? [] : [namesCertificate(first, 'sha1', signer)]),
  ]
  if (names.includes(false)) addFinding(findings, 'signing-certificate-mismatch', 'invalid')
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
