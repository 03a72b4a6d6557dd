import type { SignatureValue, SignedBatch, SignerRequest, Token } from '../shared/signing.ts'

/** A batch as it is asked of a driver. */
export type SignRequest = Extract<SignerRequest, { op: 'sign' }>

/** A source of tokens: a PKCS#11 module, or a PKCS#12 file that stands in for one. */
export interface TokenDriver {
  /** @param password opens a PKCS#12 file; a PKCS#11 module lists its tokens without a secret */
  tokens(password?: Uint8Array): Token[]
  /** @param onSigned is waited for before the next signature, so that what is signed is known outside */
  sign(request: SignRequest, onSigned: (signature: SignatureValue) => Promise<void>): Promise<SignedBatch>
}

/** Where a driver's remarks go. Never a secret. */
export type Log = (level: 'info' | 'warn' | 'error', text: string) => void
