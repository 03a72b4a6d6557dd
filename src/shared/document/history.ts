import { z } from 'zod'

/**
 * One line of the append-only history. Each carries the hash of the one before, so that a removed or
 * altered line shows (`vanthu store check`). `detail` never holds document text or secrets.
 */
export const historyEntry = z.object({
  sequence: z.int(),
  at: z.int(),
  subjectKind: z.enum(['outgoing', 'incoming', 'packet', 'job', 'office']),
  subjectId: z.string(),
  /** The event of the transition table, or `attempt`, `status`, `note`. */
  event: z.string(),
  detail: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  /** Who did it, by the name of that day; left out where the machine did it, and of old lines. */
  actor: z.string().optional(),
})
export type HistoryEntry = z.output<typeof historyEntry>
