import { z } from 'zod'
import { instant } from './document/fields.ts'

/**
 * What the office wants of its own documents. `off`: plain to everybody; `when-possible`: encrypted where every
 * recipient has a key; `demanded`: encrypted or not at all.
 */
export const encryptionPolicy = z.enum(['off', 'when-possible', 'demanded'])
export type EncryptionPolicy = z.output<typeof encryptionPolicy>

/** How the office deals with encryption between offices. */
export const encryptionSettings = z.object({
  policy: encryptionPolicy,
  /** Whether our packets say what our key is, so that others can encrypt to us. */
  announce: z.boolean(),
})
export type EncryptionSettings = z.output<typeof encryptionSettings>

/** Where the office never said anything else. */
export const DEFAULT_ENCRYPTION: EncryptionSettings = { policy: 'when-possible', announce: true }

/**
 * Why nothing can be encrypted to an agency. `name-differs`: its key was stated by an agency that bears another
 * name than the directory gives it now.
 */
export const keyLack = z.enum(['no-key', 'key-expired', 'name-differs'])
export type KeyLack = z.output<typeof keyLack>

/** In which form a document leaves, and what speaks for it at each recipient. */
export const documentForm = z.object({
  encrypted: z.boolean(),
  /** Plain, and the office demands otherwise: it cannot be signed or sent. */
  refused: z.boolean(),
  recipients: z.array(
    /** Without `lack` there is a key. */
    z.object({ organId: z.string(), name: z.string(), lack: keyLack.optional() }),
  ),
})
export type DocumentForm = z.output<typeof documentForm>

/** How long a key of ours serves. */
export const KEY_LIFETIME_MS = 2 * 365 * 86_400_000

const stated = z.object({
  /** Lower-case hex SHA-256 of the certificate. */
  fingerprint: z.string(),
  /** Who signed for it. */
  signer: z.string(),
  validUntil: instant,
})

/** Keys as the settings show them. */
export const encryptionStatus = encryptionSettings.extend({
  /** Ours, the newest first: the first serves, the others open what was encrypted to them. */
  own: z.array(stated.extend({ madeAt: instant })),
  /** Those of others, by agency; the newest statement first. */
  agencies: z.array(
    z.object({
      organId: z.string(),
      name: z.string(),
      keys: z.array(
        stated.extend({ issuedAt: instant, learntAt: instant, source: z.enum(['packet', 'file']) }),
      ),
      lack: keyLack.optional(),
    }),
  ),
})
export type EncryptionStatus = z.output<typeof encryptionStatus>
