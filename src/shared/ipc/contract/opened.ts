import { z } from 'zod'
import { bytes } from '../../bytes.ts'
import { sha256Hex } from '../../document/fields.ts'
import { openedReport } from '../../opened.ts'
import { nothing, type Requests } from './values.ts'

/** Packets and evidence files that are no business of the office's, to be looked at. */
export const openedContract = {
  /** Asks which file to open; the topic `wanted` says when there is one. */
  'opened.choose': { input: nothing, output: nothing },
  /** What the last one holds; left out where none was opened. Read anew each time. */
  'opened.report': { input: nothing, output: z.object({ report: openedReport.optional() }) },
  /** The PDF that the report of a packet names. */
  'opened.pdf': { input: z.object({ sha256: sha256Hex }), output: z.object({ bytes }) },
} satisfies Requests
