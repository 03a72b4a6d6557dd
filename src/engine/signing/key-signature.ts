/**
 * Signatures by keys of the office itself, that need no token, and their check against one given certificate: who
 * vouches for that one is judged elsewhere.
 */
import { createHash, type KeyObject, sign } from 'node:crypto'
import { UnsupportedAlgorithm, verifyMessage } from './algorithms.ts'
import { type Certificate, isForSigning } from './certificate.ts'
import { CMS_OID, prepareCms, type SignedData } from './cms.ts'
import { DerError, octets, oid, sameBytes } from './der.ts'
import { namesCertificate, single } from './signer-info.ts'

/** A key of ours that signs, with its certificate. */
export interface SigningKey {
  readonly certificate: Certificate
  /** On P-256. */
  readonly privateKey: KeyObject
}

/** CAdES-B with the content inside. `openssl cms -verify` reads it. */
export function signContent(content: Uint8Array, key: SigningKey, at: Date): Uint8Array {
  const prepared = prepareCms({
    certificate: key.certificate.der,
    chain: [],
    digest: createHash('sha256').update(content).digest(),
    digestAlgorithm: 'sha256',
    signatureAlgorithm: 'ecdsa',
    signingTime: at,
    content,
  })
  const value = sign('sha256', prepared.toBeSigned, { key: key.privateKey, dsaEncoding: 'ieee-p1363' })
  return prepared.finish(value)
}

/**
 * Whether this certificate's key, and nobody else's, signed the content inside.
 *
 */
export function isSignedByKey(cms: SignedData, certificate: Certificate): boolean {
  const [signer, another] = cms.signers
  const { content } = cms
  if (signer === undefined || another !== undefined || content === undefined) return false
  const { digestAlgorithm, signatureAlgorithm, signedAttributes, signedBytes, signature } = signer
  if (digestAlgorithm !== 'sha256' || signatureAlgorithm === undefined || !isForSigning(certificate))
    return false
  if (signedAttributes === undefined || signedBytes === undefined) return false
  try {
    const type = single(signedAttributes, CMS_OID.contentType)
    const digest = single(signedAttributes, CMS_OID.messageDigest)
    const named = single(signedAttributes, CMS_OID.signingCertificateV2)
    return (
      type !== undefined &&
      oid(type) === CMS_OID.data &&
      cms.contentType === CMS_OID.data &&
      sameBytes(octets(digest), createHash('sha256').update(content).digest()) &&
      named !== undefined &&
      namesCertificate(named, 'sha256', certificate) &&
      verifyMessage(certificate.publicKey, signatureAlgorithm.scheme, 'sha256', signedBytes, signature)
    )
  } catch (cause) {
    if (cause instanceof DerError || cause instanceof UnsupportedAlgorithm) return false
    throw cause
  }
}
