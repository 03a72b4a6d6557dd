import { z } from 'zod'

/** What a verifier may say. Vietnamese: hợp lệ, không hợp lệ, chưa đủ căn cứ. */
export const verdictWord = z.enum(['valid', 'invalid', 'undetermined'])
export type VerdictWord = z.output<typeof verdictWord>

/**
 * Why a verdict is what it is, the heaviest first. Texts are in verdict.vi.ts. `-note` codes never
 * change a verdict.
 */
export const reasonCode = z.enum([
  'unsigned',
  'document-unreadable',
  'signature-unreadable',
  'content-altered',
  'signature-value-wrong',
  'covered-range-wrong',
  'changed-after-signing',
  'certification-broken',
  'signed-attributes-wrong',
  'signing-certificate-mismatch',
  'filled-after-signing',
  'algorithm-weak',
  'algorithm-unsupported',
  'certificate-expired',
  'certificate-not-yet-valid',
  'certificate-not-for-signing',
  'chain-broken',
  'root-unknown',
  'intermediate-missing',
  'revocation-unknown-note',
  'signing-time-claimed-note',
  'signing-time-off-note',
  'bytes-added-note',
])
export type ReasonCode = z.output<typeof reasonCode>

/** The judgement on one signature of a PDF. Times are ISO 8601; fingerprints lower-case hex SHA-256 of the DER. */
export const signatureVerdict = z.object({
  fieldName: z.string(),
  verdict: verdictWord,
  reasons: z.array(reasonCode),
  signer: z
    .object({
      name: z.string(),
      organization: z.string().optional(),
      title: z.string().optional(),
      kind: z.enum(['person', 'agency', 'unknown']),
      issuer: z.string(),
      serialNumber: z.string(),
      certificateSha256: z.string(),
      notBefore: z.string(),
      notAfter: z.string(),
    })
    .optional(),
  /** The time the signer claims (/M of the signature dictionary, or signingTime). */
  signedAt: z.string().optional(),
  coversWholeDocument: z.boolean(),
})
export type SignatureVerdict = z.output<typeof signatureVerdict>

/** The judgement on a PDF: the worst of its signatures, with the reasons of all, the heaviest first. */
export const documentVerdict = z.object({
  verdict: verdictWord,
  reasons: z.array(reasonCode),
  signatures: z.array(signatureVerdict),
})
export type DocumentVerdict = z.output<typeof documentVerdict>
