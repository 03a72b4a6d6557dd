import type { SigningDigest, SigningManner } from '../../shared/signing.ts'
import type { SignatureScheme } from './algorithms.ts'
import type { Certificate } from './certificate.ts'

/** What every reader in the field knows, and the government CA's own tools write. */
export const USUAL_MANNER: SigningManner = { digestAlgorithm: 'sha256', rsaScheme: 'pkcs1' }

/** A hash shorter than the curve's field would be the weakest part of the signature. */
const LEAST_FOR_CURVE: readonly { readonly bits: number; readonly digest: SigningDigest }[] = [
  { bits: 521, digest: 'sha512' },
  { bits: 384, digest: 'sha384' },
]
const BY_LENGTH: readonly SigningDigest[] = ['sha256', 'sha384', 'sha512']

/**
 * How a certificate signs under the office's policy: PSS only where the token offers it, and with a curve a
 * hash at least as long as its field.
 *
 * @param signer `pss` says whether its token lists RSASSA-PSS
 * @source Circular 15/2025/TT-BKHCN App. I: RSASSA-PSS, SHA-256 and longer
 */
export function mannerFor(
  { certificate, pss }: { readonly certificate: Certificate; readonly pss: boolean },
  policy: SigningManner,
): SigningManner {
  const { kind, bits } = certificate.publicKey
  if (kind !== 'ec') return { ...policy, rsaScheme: pss ? policy.rsaScheme : 'pkcs1' }
  const least = LEAST_FOR_CURVE.find((row) => bits >= row.bits)?.digest ?? 'sha256'
  const longer = Math.max(BY_LENGTH.indexOf(least), BY_LENGTH.indexOf(policy.digestAlgorithm))
  return { digestAlgorithm: BY_LENGTH[longer] ?? least, rsaScheme: 'pkcs1' }
}

/** What a signature made in this manner with this key is called. */
export function schemeOf({ publicKey }: Certificate, { rsaScheme }: SigningManner): SignatureScheme['kind'] {
  return publicKey.kind === 'ec' ? 'ecdsa' : `rsa-${rsaScheme}`
}
