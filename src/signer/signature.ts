import { constants, createHash, publicDecrypt, verify } from 'node:crypto'

import { AppError } from '../shared/errors.ts'
import type { SigningInput } from '../shared/signing.ts'
import type { StoredCertificate } from './certificates.ts'

/** DER of a DigestInfo up to the hash: SEQUENCE { SEQUENCE { sha256, NULL }, OCTET STRING (32) }. */
const BEFORE_SHA256 = Buffer.from('3031300d060960864801650304020105000420', 'hex')

/** What CKM_RSA_PKCS signs for a SHA-256 hash. @source RFC 8017, section 9.2, note 1 */
export function digestInfo(digest: Uint8Array): Buffer {
  return Buffer.concat([BEFORE_SHA256, digest])
}

/** @throws {AppError} `app/bad-request` if a digest is not that of its message */
export function requireDigests(hashes: readonly SigningInput[]): void {
  for (const { digest, message } of hashes) {
    if (message !== undefined && !createHash('sha256').update(message).digest().equals(digest)) {
      throw new AppError('app/bad-request', 'a digest is not the SHA-256 of its message')
    }
  }
}

/**
 * A key found by a lone guess, or a driver that signs with another one, must not put a broken signature
 * on a document. ECDSA over a bare hash cannot be checked by node:crypto; the engine checks once more.
 *
 * @throws {AppError} `sign/self-check-failed`
 */
export function requireSigned(
  { x509, facts }: StoredCertificate,
  { digest, message }: SigningInput,
  value: Uint8Array,
): void {
  let good: boolean
  try {
    if (message !== undefined) {
      good = verify('sha256', message, { key: x509.publicKey, dsaEncoding: 'ieee-p1363' }, value)
    } else if (facts.algorithm === 'rsa') {
      const recovered = publicDecrypt({ key: x509.publicKey, padding: constants.RSA_PKCS1_PADDING }, value)
      good = recovered.equals(digestInfo(digest))
    } else {
      good = value.byteLength === 2 * Math.ceil(facts.keyBits / 8)
    }
  } catch {
    // Not even a block of the right size.
    good = false
  }
  if (!good) throw new AppError('sign/self-check-failed', 'the signature does not fit the certificate')
}
