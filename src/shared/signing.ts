import { z } from 'zod'

import { ERROR_CODES } from './errors.ts'

/**
 * Messages between the engine and the signer process, parsed on both sides: a native module may hand
 * back anything, and the signer takes orders from nobody but the engine.
 *
 * Only hashes and the small signed attributes go in; only signatures and certificates come back. A
 * document never enters the signer. Binary is a `Uint8Array`, which survives a MessagePort and
 * `child_process.fork` with `serialization: 'advanced'` alike.
 */

const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array, 'expected a Uint8Array')
const fingerprint = z.string().regex(/^[0-9a-f]{64}$/)
const modulePath = z.string().min(1).max(4096)
const requestId = z.number().int().positive()

/** Hash functions that are used for new signatures. SHA-1 is not among them (Circular 15/2025 App. I). */
export const signingDigest = z.enum(['sha256', 'sha384', 'sha512'])
export type SigningDigest = z.output<typeof signingDigest>

/** How an RSA key signs: RSASSA-PKCS1-v1_5, or RSASSA-PSS with the mask and the salt length of its hash. */
export const rsaScheme = z.enum(['pkcs1', 'pss'])
export type RsaScheme = z.output<typeof rsaScheme>

/** How signatures are made. */
export interface SigningManner {
  readonly digestAlgorithm: SigningDigest
  /** Only for RSA keys. */
  readonly rsaScheme: RsaScheme
}

/** Bytes of a hash. */
export const DIGEST_BYTES: Readonly<Record<SigningDigest, number>> = { sha256: 32, sha384: 48, sha512: 64 }

/**
 * One thing to sign. `digest` is the batch's hash of `message`; `message` is the DER of the CMS
 * signed attributes (about 200 bytes, no document text). Without it only mechanisms over a ready hash
 * can be used.
 */
export const signingInput = z.object({
  id: z.string().min(1).max(200),
  digest: bytes.refine(
    ({ byteLength }) => Object.values(DIGEST_BYTES).includes(byteLength),
    'expected a SHA-2 hash',
  ),
  message: bytes.refine((value) => value.byteLength <= 65_536, 'too long for signed attributes').optional(),
})
export type SigningInput = z.output<typeof signingInput>

/** Every request the engine may make of the signer. */
export const signerRequest = z.discriminatedUnion('op', [
  /** Which drivers are on this machine, checked without loading; `paths` are files the user chose. */
  z.object({ id: requestId, op: z.literal('modules'), paths: z.array(modulePath).max(100) }),
  /** Tokens of one module. `password` opens a PKCS#12 practice file; a PKCS#11 module never gets it. */
  z.object({ id: requestId, op: z.literal('tokens'), modulePath, password: bytes.optional() }),
  /**
   * One batch: one login, one try. No `pin` only where the token has its own keypad. After each signature
   * the signer waits for one `more` before it goes on, at most `patienceMs`, then it logs out by itself.
   */
  z.object({
    id: requestId,
    op: z.literal('sign'),
    modulePath,
    tokenSerial: z.string().max(64),
    certificateSha256: fingerprint,
    /** UTF-8 bytes, so that both sides can overwrite them after use. */
    pin: bytes.optional(),
    /** Which hash the digests are. */
    digestAlgorithm: signingDigest.default('sha256'),
    /** Only for RSA keys. */
    rsaScheme: rsaScheme.default('pkcs1'),
    /** The clerk agreed to use what the token calls its last try; without it that try is not used. */
    lastTry: z.boolean().optional(),
    hashes: z.array(signingInput).min(1).max(1000),
    patienceMs: z.number().int().positive().max(600_000),
  }),
  /**
   * Answers each `progress` of the batch with the same id: what the signature calls for next under the same
   * login, before what still waits. Empty where it calls for nothing. Itself it gets no answer.
   */
  z.object({ id: requestId, op: z.literal('more'), hashes: z.array(signingInput).max(1000) }),
  z.object({ id: requestId, op: z.literal('goodbye') }),
])
export type SignerRequest = z.output<typeof signerRequest>

/** What could be told of a driver file without loading it. */
export const moduleState = z.enum([
  /** Right file type and architecture, and it exports C_GetFunctionList. */
  'ready',
  /** Built for another processor or word size than this process. */
  'wrong-architecture',
  /** A library, but not a PKCS#11 one (a CSP shell, for instance), or no library at all. */
  'not-pkcs11',
  /** Missing, or the file system refuses to read it. */
  'unreadable',
])
export type ModuleState = z.output<typeof moduleState>

/** A driver found on this machine. */
export const tokenModule = z.object({
  path: z.string(),
  /** Whose driver this is, for a list: “Chứng thư số chuyên dùng Chính phủ”, “VNPT-CA”… */
  label: z.string(),
  state: moduleState,
  /** A software token (SoftHSM, PKCS#12): for practice, shown as “thử nghiệm”. */
  software: z.boolean(),
})
export type TokenModule = z.output<typeof tokenModule>

/** A certificate on a token. */
export const tokenCertificate = z.object({
  /** SHA-256 of the DER, lower-case hex. */
  sha256: fingerprint,
  der: bytes,
  /**
   * Whether this token can sign with it: a key object belongs to it or, on tokens that show no key
   * before login, it is not a CA certificate.
   */
  hasKey: z.boolean(),
  algorithm: z.enum(['rsa', 'ecdsa']),
  /** Modulus or field size in bits. */
  keyBits: z.number().int().positive(),
  /** The PKCS#11 mechanism that would be tried first, by name; left out where the token offers none. */
  mechanism: z.string().optional(),
  /** Whether the token offers RSASSA-PSS for it. Left out for keys that are not RSA. */
  pss: z.boolean().optional(),
  /** The key wants its PIN before every signature. Many tokens tell only once a signature was made. */
  asksEachTime: z.boolean().optional(),
})
export type TokenCertificate = z.output<typeof tokenCertificate>

/** What a token says of its PIN before anybody types one (CK_TOKEN_INFO). */
export const pinFacts = z.object({
  /** UTF-8 bytes. Both are 0 where the token does not say. */
  minLength: z.number().int().nonnegative(),
  maxLength: z.number().int().nonnegative(),
  /** At least one wrong PIN since the last right one. */
  countLow: z.boolean(),
  /** The next wrong PIN locks the token. */
  finalTry: z.boolean(),
  locked: z.boolean(),
  /** The PIN is typed on the token's own keypad. */
  pinPad: z.boolean(),
})
export type PinFacts = z.output<typeof pinFacts>

/** A token that is plugged in now. */
export const token = z.object({
  /** With a certificate's fingerprint this names the token; slot numbers move, labels repeat. */
  serial: z.string(),
  label: z.string(),
  manufacturer: z.string(),
  model: z.string(),
  /** For practice only, shown as “thử nghiệm”. */
  software: z.boolean(),
  pin: pinFacts,
  /** Names of the flags of CK_TOKEN_INFO that are set, and of the mechanisms offered. For a diagnosis. */
  flags: z.array(z.string()),
  mechanisms: z.array(z.string()),
  certificates: z.array(tokenCertificate),
})
export type Token = z.output<typeof token>

/** One signature: an RSA block, or r‖s for ECDSA. */
export const signatureValue = z.object({ id: z.string(), value: bytes })
export type SignatureValue = z.output<typeof signatureValue>

/** A finished batch. */
export const signedBatch = z.object({
  algorithm: z.enum(['rsa-pkcs1', 'rsa-pss', 'ecdsa']),
  /** DER of the signer's certificate. */
  certificate: bytes,
  /** DER of its issuers as far as the token holds them, nearest first. */
  chain: z.array(bytes),
  /** In the order signed: those asked, each followed by what it called for. */
  signatures: z.array(signatureValue),
})
export type SignedBatch = z.output<typeof signedBatch>

/** What each request is answered with. */
export const signerAnswers = {
  modules: z.array(tokenModule),
  tokens: z.array(token),
  sign: signedBatch,
  more: z.never(),
  goodbye: z.null(),
}

/** Every message the signer may send. */
export const signerMessage = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('answer'), id: requestId, value: z.unknown() }),
  /**
   * A signature is done while the batch goes on: what is signed stays signed if the token is pulled. The
   * signer waits for `more`.
   */
  z.object({ kind: z.literal('progress'), id: requestId, signature: signatureValue }),
  /** `detail` names the driver's own code, such as CKR_DEVICE_ERROR. Never a secret. */
  z.object({
    kind: z.literal('failure'),
    id: requestId,
    code: z.enum(ERROR_CODES),
    message: z.string(),
    detail: z.string().optional(),
  }),
  z.object({ kind: z.literal('log'), level: z.enum(['info', 'warn', 'error']), text: z.string() }),
])
export type SignerMessage = z.output<typeof signerMessage>
