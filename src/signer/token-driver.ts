import type { SignatureValue, SignedBatch, SignerRequest, SigningInput, Token } from '../shared/signing.ts'

/** A batch as it is asked of a driver. */
export type SignRequest = Extract<SignerRequest, { op: 'sign' }>

/** Tells of a signature, and answers what it calls for next under the same login; waited for. */
export type OnSigned = (signature: SignatureValue) => Promise<readonly SigningInput[]>

/** A source of tokens: a PKCS#11 module, or a PKCS#12 file that stands in for one. */
export interface TokenDriver {
  /** @param password opens a PKCS#12 file; a PKCS#11 module lists its tokens without a secret */
  tokens(password?: Uint8Array): Token[]
  sign(request: SignRequest, onSigned: OnSigned): Promise<SignedBatch>
}

/** Where a driver's remarks go. Never a secret. */
export type Log = (level: 'info' | 'warn' | 'error', text: string) => void
