import { constants, createHash, publicDecrypt, verify } from 'node:crypto'

import { AppError } from '../shared/errors.ts'
import {
  DIGEST_BYTES,
  type SignatureValue,
  type SigningDigest,
  type SigningInput,
  type SigningManner,
} from '../shared/signing.ts'
import type { StoredCertificate } from './certificates.ts'
import type { OnSigned } from './token-driver.ts'

/** DER of a DigestInfo up to the hash: SEQUENCE { SEQUENCE { its name, NULL }, OCTET STRING }. */
const BEFORE_HASH: Readonly<Record<SigningDigest, Buffer>> = {
  sha256: Buffer.from('3031300d060960864801650304020105000420', 'hex'),
  sha384: Buffer.from('3041300d060960864801650304020205000430', 'hex'),
  sha512: Buffer.from('3051300d060960864801650304020305000440', 'hex'),
}

/** What CKM_RSA_PKCS signs for a hash. @source RFC 8017, section 9.2, note 1 */
export function digestInfo(algorithm: SigningDigest, digest: Uint8Array): Buffer {
  return Buffer.concat([BEFORE_HASH[algorithm], digest])
}

/** @throws {AppError} `app/bad-request` if a digest is not of the batch's hash, or not that of its message */
export function requireDigests(algorithm: SigningDigest, hashes: readonly SigningInput[]): void {
  for (const { digest, message } of hashes) {
    const right = message === undefined ? undefined : createHash(algorithm).update(message).digest()
    if (digest.byteLength !== DIGEST_BYTES[algorithm] || right?.equals(digest) === false) {
      throw new AppError('app/bad-request', `a digest is not the ${algorithm} of its message`)
    }
  }
}

/**
 * Signs one after the other. What a signature calls for comes before what waits already, so that a token
 * pulled in the middle leaves as little as possible half done.
 *
 * @param valueOf asks the key; its answer is checked already
 */
export async function signInTurn(
  algorithm: SigningDigest,
  hashes: readonly SigningInput[],
  valueOf: (hash: SigningInput) => Uint8Array,
  onSigned: OnSigned,
): Promise<SignatureValue[]> {
  const waiting = [...hashes]
  const signatures: SignatureValue[] = []
  for (let hash = waiting.shift(); hash !== undefined; hash = waiting.shift()) {
    const signature = { id: hash.id, value: valueOf(hash) }
    signatures.push(signature)
    const next = await onSigned(signature)
    requireDigests(algorithm, next)
    waiting.unshift(...next)
  }
  return signatures
}

/**
 * A key found by a lone guess, or a driver that signs with another one, must not put a broken signature
 * on a document. ECDSA and PSS over a bare hash cannot be checked by node:crypto; the engine checks once
 * more.
 *
 * @throws {AppError} `sign/self-check-failed`
 */
export function requireSigned(
  { x509, facts }: StoredCertificate,
  { digest, message }: SigningInput,
  manner: SigningManner,
  value: Uint8Array,
): void {
  const { digestAlgorithm } = manner
  const isRsa = facts.algorithm === 'rsa'
  let good: boolean
  try {
    if (message !== undefined) {
      const key = {
        key: x509.publicKey,
        ...(isRsa ? paddingOf(manner) : { dsaEncoding: 'ieee-p1363' as const }),
      }
      good = verify(digestAlgorithm, message, key, value)
    } else if (isRsa && manner.rsaScheme === 'pkcs1') {
      const recovered = publicDecrypt({ key: x509.publicKey, padding: constants.RSA_PKCS1_PADDING }, value)
      good = recovered.equals(digestInfo(digestAlgorithm, digest))
    } else {
      good = value.byteLength === (isRsa ? 1 : 2) * Math.ceil(facts.keyBits / 8)
    }
  } catch {
    // Not even a block of the right size.
    good = false
  }
  if (!good) throw new AppError('sign/self-check-failed', 'the signature does not fit the certificate')
}

/** How node:crypto is told of the scheme of an RSA signature. */
export function paddingOf({ rsaScheme, digestAlgorithm }: SigningManner): {
  padding: number
  saltLength?: number
} {
  return rsaScheme === 'pss'
    ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: DIGEST_BYTES[digestAlgorithm] }
    : { padding: constants.RSA_PKCS1_PADDING }
}
