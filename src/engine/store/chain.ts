import { createHash } from 'node:crypto'
import { z } from 'zod'

/** A line of the history with its place in the chain, read as it stands so that a doctored one is found. */
export const chainedLine = z.strictObject({
  sequence: z.int(),
  at: z.int(),
  subjectKind: z.string(),
  subjectId: z.string(),
  event: z.string(),
  /** Canonical JSON, as stored. */
  detail: z.string(),
  previousHash: z.string(),
  hash: z.string(),
})
export type ChainedLine = z.output<typeof chainedLine>

/** What stands before the first line. */
export const CHAIN_START = '0'.repeat(64)

/** SHA-256 over the line and the hash before it. Persisted: the form must never change. */
export function chainHash(row: Omit<ChainedLine, 'hash'>): string {
  const { sequence, at, subjectKind, subjectId, event, detail, previousHash } = row
  const line = canonicalJson({ sequence, at, subjectKind, subjectId, event, detail, previousHash })
  return createHash('sha256').update(line).digest('hex')
}

/** JSON with sorted keys and no spaces, so that the same content always has the same bytes. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1)))
      : part,
  )
}
