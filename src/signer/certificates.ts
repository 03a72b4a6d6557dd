import { createHash, X509Certificate } from 'node:crypto'

import type { TokenCertificate } from '../shared/signing.ts'

/** A certificate as read from a token, with what is needed to find its key. */
export interface StoredCertificate {
  /** CKA_ID, or the localKeyId of a PKCS#12 file; empty where there is none. */
  readonly id: Uint8Array
  readonly x509: X509Certificate
  readonly facts: Omit<TokenCertificate, 'hasKey'>
  /** RSA modulus without leading zeros, or the uncompressed EC point; `undefined` where neither is known. */
  readonly publicKey: Uint8Array | undefined
}

/**
 * Reads one certificate. `undefined` where the bytes are no certificate (some government cards store
 * it compressed) or the key is neither RSA nor EC, so that one odd object does not hide the others.
 */
export function readCertificate(der: Uint8Array, id: Uint8Array): StoredCertificate | undefined {
  let x509: X509Certificate
  try {
    x509 = new X509Certificate(der)
    const type = x509.publicKey.asymmetricKeyType
    if (type !== 'rsa' && type !== 'ec') return undefined
    const jwk = x509.publicKey.export({ format: 'jwk' })
    const number = (text: string | undefined): Buffer => Buffer.from(text ?? '', 'base64url')
    const modulus = number(jwk.n)
    const [x, y] = [number(jwk.x), number(jwk.y)]
    // P-521 is the one curve in use whose size is not a whole number of bytes.
    const keyBits = type === 'rsa' ? bitLength(modulus) : Math.min(x.byteLength * 8, 521)
    const facts = {
      sha256: createHash('sha256').update(x509.raw).digest('hex'),
      der: new Uint8Array(x509.raw),
      algorithm: type === 'rsa' ? ('rsa' as const) : ('ecdsa' as const),
      keyBits,
    }
    return { id, x509, facts, publicKey: type === 'rsa' ? modulus : Buffer.concat([Buffer.of(4), x, y]) }
  } catch {
    // Not ours to judge here: whatever is no readable certificate is not offered for signing.
    return undefined
  }
}

/** Bits of an unsigned number, most significant byte first and not zero. */
function bitLength(value: Uint8Array): number {
  return value.byteLength * 8 - (value[0] === undefined ? 0 : Math.clz32(value[0]) - 24)
}

/** The issuers of `leaf` among `others`, nearest first, the root last if it is there. */
export function issuersOf(leaf: StoredCertificate, others: readonly StoredCertificate[]): Uint8Array[] {
  const chain: Uint8Array[] = []
  let below = leaf
  for (;;) {
    const issuer = others.find(
      (other) =>
        other.facts.sha256 !== below.facts.sha256 &&
        !chain.some((known) => Buffer.compare(known, other.facts.der) === 0) &&
        below.x509.checkIssued(other.x509) &&
        below.x509.verify(other.x509.publicKey),
    )
    if (issuer === undefined || issuer.facts.sha256 === leaf.facts.sha256) return chain
    chain.push(issuer.facts.der)
    below = issuer
  }
}
