import { z } from 'zod'
import { rsaScheme, signingDigest } from './signing.ts'

/** PAdES levels above B-B (ETSI EN 319 142-1), each with what the one before has. Persisted. */
export const signatureLevel = z.enum(['b-t', 'b-lt', 'b-lta'])
export type SignatureLevel = z.output<typeof signatureLevel>

/**
 * What happens to a document whose level cannot be reached. Persisted.
 *
 * - `send`: it leaves at the level that it has
 * - `wait`: it is tried again until it succeeds
 * - `refuse`: it is held for the clerk to decide
 */
export const levelPolicy = z.enum(['send', 'wait', 'refuse'])
export type LevelPolicy = z.output<typeof levelPolicy>

const host = z.string().regex(/^[a-z0-9.-]+(:\d{1,5})?$/)

/** How the office signs, and what its signatures get before a document leaves. */
export const signaturePolicy = z.object({
  /** `none`: signatures leave as the token made them (B-B). */
  level: z.enum(['none', ...signatureLevel.options]),
  ifMissed: levelPolicy,
  /** The time stamp authority (RFC 3161 over HTTP). */
  timeStampUrl: z.url({ protocol: /^https?$/ }).max(500),
  digest: signingDigest,
  /** PSS is used where the token offers it. */
  rsaScheme,
  /** Other hosts for those that certificates name, `host[:port]`. */
  hosts: z.record(host, host),
})
export type SignaturePolicy = z.output<typeof signaturePolicy>

/**
 * Until the office decides. A time stamp with what proves the chains makes a document judgeable offline and
 * after its certificates end; PKCS#1 v1.5 with SHA-256 is what the government CA's own tools write. That
 * CA's certificates may name a host which only its inner network knows.
 */
export const DEFAULT_POLICY: SignaturePolicy = {
  level: 'b-lt',
  ifMissed: 'send',
  timeStampUrl: 'http://tsa.ca.gov.vn',
  digest: 'sha256',
  rsaScheme: 'pkcs1',
  hosts: { 'ocsp.ca.ptc': 'ocsp.ca.gov.vn' },
}
