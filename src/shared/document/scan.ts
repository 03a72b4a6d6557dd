/** What is found about the scan of a paper document, of which an electronic copy is made. */
import { z } from 'zod'

/**
 * What a scan must be: PDF 1.4 or later, in colour, 200 dpi or finer, in the size of the paper.
 *
 * @source Decree 30/2020/NĐ-CP App. I part III
 */
export const SCAN = { leastVersion: 1.4, leastDpi: 200 } as const

/**
 * `version`, `resolution` and `colour` are short of what the decree asks for: such a scan makes no copy.
 * `picture` (a page that no picture fills) and `size` (a page that is no A4) may be as they should.
 */
export const scanFinding = z.object({
  kind: z.enum(['version', 'resolution', 'colour', 'picture', 'size']),
  /** The pages it was found on, 1 is the first; empty where it is the file's. */
  pages: z.array(z.int()),
  /** The version, or the coarsest resolution in dpi. */
  found: z.number().optional(),
})
export type ScanFinding = z.output<typeof scanFinding>

/** The findings with which no copy is made, and the code of the refusal. */
export const SCAN_REFUSALS = {
  version: 'scan/version-too-old',
  resolution: 'scan/too-coarse',
  colour: 'scan/not-colour',
  picture: undefined,
  size: undefined,
} as const satisfies Record<ScanFinding['kind'], `scan/${string}` | undefined>

/** `1, 2, 3…`: pages to be named in a sentence. */
export function formatPages(pages: readonly number[]): string {
  const named = pages.slice(0, 5).join(', ')
  return pages.length > 5 ? `${named}…` : named
}
