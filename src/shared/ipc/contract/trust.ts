import { z } from 'zod'
import { bytes } from '../../bytes.ts'
import { instant, sha256Hex } from '../../document/fields.ts'
import { signaturePolicy } from '../../signature-policy.ts'
import { nothing, type Requests } from './values.ts'

/** The largest picture of a signature or a seal, in bytes. */
const MAX_PICTURE_BYTES = 2_000_000

/** How wide and how high a picture may stand on paper, in millimetres. */
const PICTURE_MM = { least: 5, most: 100 } as const

/** Whether a picture may stand so wide, or so high, on paper. */
export function isPictureMm(mm: number): boolean {
  return mm >= PICTURE_MM.least && mm <= PICTURE_MM.most
}

/** A certificate that has a picture, and how large that stands on paper. */
const pictureSummary = z.object({
  certificateSha256: sha256Hex,
  widthMm: z.number(),
  heightMm: z.number(),
  keptAt: instant,
})

const trustedRoot = z.object({
  sha256: sha256Hex,
  name: z.string(),
  organization: z.string().optional(),
  notBefore: instant,
  notAfter: instant,
  /**
   * `imported` by this office; `known`: published and found on this machine; `confirmed`: published, seen in
   * one place only, and compared by the administrator; `unconfirmed`: not compared yet, so nothing rests on
   * it; `intermediate`: imported, helps to find the way and ends none.
   */
  source: z.enum(['imported', 'known', 'confirmed', 'unconfirmed', 'intermediate']),
  /** Vouches for time stamps only. */
  forTimeStamps: z.boolean(),
})

export type TrustedRoot = z.output<typeof trustedRoot>

/** How signatures are made and judged, and what they show. */
export const trustContract = {
  'signaturePolicy.current': { input: nothing, output: signaturePolicy },
  'signaturePolicy.save': { input: signaturePolicy, output: signaturePolicy },

  /** Roots that signatures may chain to, those that wait for a confirmation, and imported intermediates. */
  'trust.list': { input: nothing, output: z.array(trustedRoot) },
  /** A certificate file (PEM or DER) that the administrator chose, after a warning. */
  'trust.import': {
    input: z.object({ file: bytes.refine((content) => content.byteLength <= 1_000_000) }),
    output: z.array(trustedRoot),
  },
  /** Takes a published root that was seen in one place only, after its fingerprint was compared. */
  'trust.confirm': { input: z.object({ sha256: sha256Hex }), output: z.array(trustedRoot) },
  'trust.remove': { input: z.object({ sha256: sha256Hex }), output: z.array(trustedRoot) },

  /** What signatures show on the page: the person's handwriting, the agency's seal, one per certificate. */
  'appearance.pictures': { input: nothing, output: z.array(pictureSummary) },
  'appearance.picture': {
    input: z.object({ certificateSha256: sha256Hex }),
    output: z.object({
      picture: z.object({ png: bytes, widthMm: z.number(), heightMm: z.number() }).optional(),
    }),
  },
  /** Takes a PNG with transparent ground in place of the one there was. The height follows from its pixels. */
  'appearance.keepPicture': {
    input: z.object({
      certificateSha256: sha256Hex,
      png: bytes.refine((content) => content.byteLength <= MAX_PICTURE_BYTES),
      widthMm: z.number().min(PICTURE_MM.least).max(PICTURE_MM.most),
    }),
    output: z.array(pictureSummary),
  },
  'appearance.removePicture': {
    input: z.object({ certificateSha256: sha256Hex }),
    output: z.array(pictureSummary),
  },
} satisfies Requests
