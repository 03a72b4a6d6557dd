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
  'content-missing',
  'content-altered',
  'signature-value-wrong',
  'covered-range-wrong',
  'changed-after-signing',
  'certification-broken',
  'signature-hidden',
  'signed-attributes-wrong',
  'signing-certificate-mismatch',
  'filled-after-signing',
  'text-covered',
  'drawing-unjudged',
  'certificate-revoked',
  'time-stamp-wrong',
  'algorithm-weak',
  'algorithm-unsupported',
  'certificate-expired',
  'certificate-not-yet-valid',
  'certificate-not-for-signing',
  'chain-broken',
  'root-unknown',
  'intermediate-missing',
  'sender-differs',
  'sender-code-differs',
  'sender-unsealed-note',
  'revocation-unknown-note',
  'revocation-cached-note',
  'time-stamp-untrusted-note',
  'signing-time-claimed-note',
  'signing-time-off-note',
  'bytes-added-note',
  'signature-removed-note',
])
export type ReasonCode = z.output<typeof reasonCode>

/** A certificate on the way to a root. */
const chainLink = z.object({
  name: z.string(),
  sha256: z.string(),
  notBefore: z.string(),
  notAfter: z.string(),
  /** Whether the way may end here: a root that is believed. */
  trusted: z.boolean(),
})

/** One kind of thing that was added to the file after a signature. */
const laterChange = z.object({
  kind: z.enum([
    'page',
    'content',
    'annotation',
    'action',
    'form-field',
    'signature',
    'dss',
    'metadata',
    'other',
  ]),
  allowed: z.boolean(),
})
export type LaterChange = z.output<typeof laterChange>

/**
 * The judgement on one signature: of a PDF, by the name of its field, or in a file of its own, by its place
 * there (`#1`). Times are ISO 8601; fingerprints lower-case hex SHA-256 of the DER. */
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
  /** When a trusted time stamp proves that the signature was there. */
  provenAt: z.string().optional(),
  /** What is known of the signer's certificate and those above it being revoked, and from where. Absent: nothing. */
  revocation: z
    .object({
      status: z.enum(['good', 'revoked']),
      source: z.enum(['file', 'cache', 'online']),
      /** When the answer was made, or since when the certificate is revoked. */
      at: z.string(),
      /** CRLReason by its name in RFC 5280. */
      reason: z.string().optional(),
    })
    .optional(),
  coversWholeDocument: z.boolean(),
  /** The first so many bytes of the file are covered, the signature value itself left out. Absent: unknown. */
  coveredBytes: z.int().optional(),
  /** What was added after the signature, and whether its rules allow that. Absent: nothing, or unknown. */
  laterChanges: z.array(laterChange).optional(),
  /** The way from the signer's certificate up, the signer's first. Absent where nobody could be named. */
  chain: z.array(chainLink).optional(),
  /** How it was signed; absent where that could not be read. */
  algorithm: z
    .object({
      scheme: z.enum(['rsa-pkcs1', 'rsa-pss', 'ecdsa']),
      /** `sha256` and the like. */
      digest: z.string(),
      /** Length of the signer's key; 0 when unknown. */
      keyBits: z.int(),
    })
    .optional(),
})
export type SignatureVerdict = z.output<typeof signatureVerdict>

/** The judgement on a document time stamp, which says when and not who. */
const timeStampVerdict = z.object({
  fieldName: z.string(),
  /** `valid` proves the time; `undetermined` proves nothing; `invalid`: the file was changed against its rules. */
  verdict: verdictWord,
  reasons: z.array(reasonCode),
  /** The time stated. */
  at: z.string().optional(),
  authority: z.string().optional(),
})
export type TimeStampVerdict = z.output<typeof timeStampVerdict>

const oneVerdict = z.object({
  verdict: verdictWord,
  reasons: z.array(reasonCode),
  signatures: z.array(signatureVerdict),
  /** Document time stamps in the order in which they were made; absent when there is none. */
  timeStamps: z.array(timeStampVerdict).optional(),
  /**
   * Signatures whose bytes lie in the file though no reader shows them, each judged on the document that it
   * was made for; absent when there is none.
   */
  hiddenSignatures: z.array(signatureVerdict).optional(),
})

/**
 * The judgement on a document: the worst of its signatures, with the reasons of all, the heaviest first. What
 * is signed beside the main file counts too.
 */
export const documentVerdict = oneVerdict.extend({
  /** The files beside the main one that bear a signature, by name; absent when there is none. */
  attachments: z.array(oneVerdict.extend({ name: z.string() })).optional(),
})
export type DocumentVerdict = z.output<typeof documentVerdict>
