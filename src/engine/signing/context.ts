/** Against what signatures are judged. */
import type { Certificate } from './certificate.ts'
import type { RevocationEvidence } from './revocation.ts'
import type { TrustStore } from './trust.ts'

/** Hash functions the document may have been hashed with. */
export type ContentDigest = 'sha1' | 'sha256' | 'sha384' | 'sha512'

/** Against what a signature is judged. */
export interface VerifyContext {
  readonly trust: TrustStore
  readonly now: Date
  /**
   * When the signature certainly existed, by a document time stamp. A good time stamp in the signature
   * itself counts too, and the earlier of the two. Without any, judgement is at `now`.
   */
  readonly provenAt?: Date
  /** Certificates at hand, such as those of the file's security store. Nothing in them is believed. */
  readonly certificates?: readonly Certificate[]
  /** OCSP answers and revocation lists at hand. */
  readonly revocation?: readonly RevocationEvidence[]
}

/** Every certificate that a signer may be looked for among. */
export function atHand({ trust, certificates = [] }: VerifyContext): {
  readonly certificates: readonly Certificate[]
} {
  return { certificates: [...certificates, ...trust.certificates] }
}
