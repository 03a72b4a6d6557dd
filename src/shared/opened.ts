import { z } from 'zod'
import { sha256Hex } from './document/fields.ts'
import { documentVerdict } from './verdict.ts'

/** How the name of an exported evidence file ends. */
export const EVIDENCE_ENDING = '.vtcc'
/** How the name of a packet ends. */
export const PACKET_ENDING = '.edxml'

/** Whether a file is one that the program opens when somebody opens it outside; told by its name alone. */
export function isOpenable(path: string): boolean {
  const name = path.toLowerCase()
  return name.endsWith(EVIDENCE_ENDING) || name.endsWith(PACKET_ENDING)
}

/** What was found in a file that was opened outside. It is only looked at: nothing of it comes into the office. */
export const openedReport = z.object({
  kind: z.enum(['evidence', 'document', 'status']),
  /** The file's name, without its folders. */
  name: z.string(),
  /** Whether nothing speaks against the file itself; its signatures are the verdict's. */
  isSound: z.boolean(),
  /** What it says, in words, part by part. */
  parts: z.array(z.object({ part: z.enum(['problems', 'about', 'course']), lines: z.array(z.string()) })),
  verdict: documentVerdict.optional(),
  /** The first PDF of a packet, to be looked at. */
  pdf: z.object({ name: z.string(), sha256: sha256Hex }).optional(),
})
export type OpenedReport = z.output<typeof openedReport>
