import { z } from 'zod'
import { agency, instant, sha256Hex } from '../../shared/document/fields.ts'
import { workCalendar } from '../../shared/document/working-days.ts'
import { chainedLine } from '../store/chain.ts'
import { isEntryName } from './archive.ts'

/** The form of an evidence file, described in docs/evidence.md. A new form needs a new version. */

/** The entries that are not files of the document, in their order at the beginning. */
export const MANIFEST = 'manifest.json'
export const MANIFEST_HASH = 'manifest.sha256'
export const HISTORY = 'history.json'

/**
 * What a file of the evidence is. `document`: what has legal force; `packet`: as it went to the hub or came
 * from it; `status`: a packet that says what became of the document; `other`: what else a line names.
 */
const evidenceRole = z.enum(['document', 'attachment', 'packet', 'status', 'other'])
export type EvidenceRole = z.output<typeof evidenceRole>

const evidenceFile = z.strictObject({
  name: z.string().refine(isEntryName),
  role: evidenceRole,
  /** What people call it. Shown, never used as a file name. */
  title: z.string().max(300),
  contentType: z.string().max(200),
  sizeBytes: z.int().nonnegative(),
  sha256: sha256Hex,
})
export type EvidenceFile = z.output<typeof evidenceFile>

export const manifest = z.strictObject({
  format: z.literal('vanthu-evidence'),
  version: z.literal(1),
  exportedAt: instant,
  /** Whose evidence it is. */
  agency: z.strictObject({ organId: agency.shape.organId, name: z.string().max(200) }),
  document: z.strictObject({
    direction: z.enum(['outgoing', 'incoming']),
    /** The document's id in this office: whose lines of the history these are. */
    id: z.uuid(),
    /** The DocumentId inside the packet. */
    documentCode: z.string().max(300),
    /** Số, ký hiệu. */
    code: z.string().max(100),
  }),
  /** The office's working days as they were entered at the time of export: deadlines are computed with them. */
  calendar: workCalendar,
  /** The whole history at the time of export: how many lines, the last one's hash, the root of the tree over all. */
  head: z.strictObject({ lines: z.int().positive(), hash: sha256Hex, root: sha256Hex }),
  historySha256: sha256Hex,
  files: z.array(evidenceFile),
  /** With what the files inside the packet were encrypted; left out where they were not. */
  contentKeys: z
    .array(
      z.strictObject({
        /** Hex; names the file inside the packet. */
        nonce: z.string().regex(/^[0-9a-f]{24}$/),
        /** AES key in base64. */
        key: z.base64().max(48),
      }),
    )
    .max(200)
    .optional(),
})
export type Manifest = z.output<typeof manifest>

const path = z.array(sha256Hex).max(64)

/** Lines of the history, each with the hashes that lead from it to the root. */
export const historyExcerpt = z.strictObject({
  /** Leads from the last line to the root. */
  headPath: path,
  lines: z.array(z.strictObject({ line: chainedLine, path })).max(200_000),
})
export type HistoryExcerpt = z.output<typeof historyExcerpt>
