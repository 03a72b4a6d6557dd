import { z } from 'zod'
import { UnsupportedAlgorithm, verifyMessage } from './algorithms.ts'
import {
  type Certificate,
  certificateBlocks,
  fingerprint,
  isSelfIssued,
  parseCertificate,
  parseCertificateFile,
} from './certificate.ts'

/** One row of resources/trust/anchors.json: an authority known by fingerprint, see the README beside it. */
const anchorRecord = z.object({
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  name: z.string(),
  role: z.enum([
    'government-root',
    'government-authority',
    'party-authority',
    'public-root',
    'public-authority',
    'time-stamp-root',
  ]),
  root: z.boolean(),
  notBefore: z.iso.datetime(),
  notAfter: z.iso.datetime(),
  /** In how many independent public places the identical certificate was found. */
  seenIn: z.int().positive(),
})
export type AnchorRecord = z.output<typeof anchorRecord>

const anchorTable = z.object({ anchors: z.array(anchorRecord) })

/** Parses the content of anchors.json. A wrong file is a fault of our own package, therefore a ZodError. */
export function readAnchorTable(json: unknown): readonly AnchorRecord[] {
  return anchorTable.parse(json).anchors
}

/** What a trust store is made of. All certificate files are DER or PEM. */
export interface TrustSources {
  /** The office's own imports, or the files of `--trust DIR`: self-signed ones are trusted because a person chose them. */
  readonly imported?: readonly Uint8Array[]
  /** The fingerprint table. */
  readonly anchors?: readonly AnchorRecord[]
  /** Fingerprints of rows seen in one place only which the administrator confirmed. */
  readonly confirmed?: ReadonlySet<string>
  /**
   * Certificates found on this machine (operating system's root store, token): those of the table count,
   * the others are passed over unread, because a root store holds hundreds.
   */
  readonly found?: readonly Uint8Array[]
}

/** Whom to believe, and certificates that help to get there. */
export interface TrustStore {
  /** Whether a chain may end at this certificate, wherever the certificate came from. */
  isAnchor(certificate: Certificate): boolean
  /** The same for the chain of a time stamp authority, which may also end at a root that vouches for clocks only. */
  isTimeStampAnchor(certificate: Certificate): boolean
  /** Roots and intermediates at hand. */
  readonly certificates: readonly Certificate[]
}

/**
 * Builds the trust store (trust-anchors: a fingerprint of the table is trusted only when a certificate
 * with it turns up; rows seen in one place only need the administrator's confirmation).
 *
 * @throws {AppError} certificate/unreadable for an import that is damaged
 */
export function trustStore(sources: TrustSources): TrustStore {
  const imported = (sources.imported ?? []).flatMap(parseCertificateFile)
  const anchors = new Map((sources.anchors ?? []).map((row) => [row.sha256, row]))
  const found = (sources.found ?? [])
    .flatMap(certificateBlocks)
    .filter((der) => anchors.has(fingerprint(der)))
    .map(parseCertificate)
  const trusted = new Set(imported.filter(isSelfSigned).map((certificate) => certificate.sha256))
  const clocks = new Set<string>()
  for (const row of anchors.values()) {
    if (!row.root || !(row.seenIn > 1 || sources.confirmed?.has(row.sha256) === true)) continue
    // A root for time stamps vouches for clocks, not for who signed.
    const kind = row.role === 'time-stamp-root' ? clocks : trusted
    kind.add(row.sha256)
  }
  const byFingerprint = new Map(
    [...imported, ...found].map((certificate) => [certificate.sha256, certificate]),
  )
  return {
    isAnchor: ({ sha256 }) => trusted.has(sha256),
    isTimeStampAnchor: ({ sha256 }) => trusted.has(sha256) || clocks.has(sha256),
    certificates: [...byFingerprint.values()],
  }
}

/** Whether a certificate's signature was made with its own key. */
export function isSelfSigned(certificate: Certificate): boolean {
  return isSelfIssued(certificate) && isSignedBy(certificate, certificate) === 'yes'
}

/** Whether `issuer`'s key made the signature on `certificate`. */
export function isSignedBy(certificate: Certificate, issuer: Certificate): 'yes' | 'no' | 'unsupported' {
  const algorithm = certificate.signatureAlgorithm
  if (algorithm?.digest === undefined) return 'unsupported'
  const { scheme, digest } = algorithm
  try {
    const good = verifyMessage(
      issuer.publicKey,
      scheme,
      digest,
      certificate.signed,
      certificate.signatureValue,
    )
    return good ? 'yes' : 'no'
  } catch (cause) {
    if (cause instanceof UnsupportedAlgorithm) return 'unsupported'
    throw cause
  }
}
