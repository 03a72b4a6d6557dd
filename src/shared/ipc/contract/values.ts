import { z } from 'zod'
import { documentId, sha256Hex } from '../../document/fields.ts'
import { ERROR_CODES } from '../../errors.ts'

/** The code of a failure that is part of an answer. */
export const errorCode = z.enum(ERROR_CODES)

/** A request that asks for nothing in particular, or an answer that says no more than "done". */
export const nothing = z.object({})

/** What a person types for a token, or as the password of a practice file. Never logged. */
export const pin = z.string().min(1).max(64)

/** Số: the ordinal of a document within its series and year. */
export const codeNumber = z.int().min(1).max(99_999)

/** For one signature or one batch. The PIN is left out where the token has a keypad of its own. */
export const pinUse = {
  pin: pin.optional(),
  /** The clerk agreed to use the last try before the token locks itself. */
  lastTry: z.boolean().optional(),
}

/** How it went for one document of several; without `error` it is done. */
export const outcome = z.object({
  id: documentId,
  error: z.object({ code: errorCode, incident: z.string(), detail: z.string().optional() }).optional(),
})

/** Which part of a long list is asked for. */
export const page = { limit: z.int().min(1).max(200).default(100), offset: z.int().min(0).default(0) }

/** Which certificate of which token plays a role. Found again by these two, never by slot. */
export const certificateChoice = z.object({
  tokenSerial: z.string().max(64),
  certificateSha256: sha256Hex,
})

export type CertificateChoice = z.output<typeof certificateChoice>

/**
 * Asks for the document as it stood when a signature was made: its index in the verdict, signatures that the
 * file does not show counted on from those that it shows.
 */
export const signatureIndex = z.int().min(0).max(299)

/** What requests are made of: what the window sends, and what it is answered. */
export type Requests = Readonly<Record<string, { input: z.ZodType; output: z.ZodType }>>
