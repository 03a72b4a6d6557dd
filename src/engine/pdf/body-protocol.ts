/** What the engine and the thread that reads PDFs say to each other. */
import { z } from 'zod'

/** To the thread: a document to read, or bytes that it asked for. */
export type ToReader =
  | { readonly type: 'read'; readonly size: number; readonly limits: ReadingLimits }
  | { readonly type: 'bytes'; readonly ask: number; readonly bytes: Uint8Array | undefined }

/** How much of one document is read. */
export interface ReadingLimits {
  readonly pages: number
  /** UTF-16 units of text. */
  readonly units: number
}

/** What was read of one PDF. */
export const readPdf = z.object({
  text: z.string(),
  pages: z.int().nonnegative(),
  /** Pages that were read and have no text. */
  blankPages: z.int().nonnegative(),
  /** Some pages or words were too many. */
  cut: z.boolean(),
})
export type ReadPdf = z.output<typeof readPdf>

/** From the thread. It is parsed: a hostile PDF may have made anything of its sender. */
export const fromReader = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ask'), ask: z.int(), offset: z.int(), length: z.int() }),
  z.object({ type: z.literal('done'), result: readPdf }),
  z.object({ type: z.literal('failed'), why: z.string() }),
])
export type FromReader = z.output<typeof fromReader>
