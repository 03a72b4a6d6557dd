/** Electronic copies of paper documents: what the decree asks of the scan. */
import type { DocumentId } from '../../shared/document/fields.ts'
import { formatPages, SCAN, SCAN_REFUSALS, type ScanFinding } from '../../shared/document/scan.ts'
import { copyFormOf, type CopyForm } from '../../shared/document/types.ts'
import { AppError } from '../../shared/errors.ts'
import type { ScannedFile, ScannedPage } from '../pdf/scan.ts'
import type { Outgoing, Store } from '../store/index.ts'

const A4_MM = [210, 297] as const
/** Scanners cut and shift the paper by a few millimetres. */
const SIZE_TOLERANCE_MM = 6
/** Sizes are rounded to whole pixels or points. */
const DPI_TOLERANCE = 1

/**
 * What is found about the scan of a copy.
 *
 * @throws {AppError} `pdf/*`
 */
export function scanOf(store: Store, id: DocumentId): Promise<ScanFinding[]> {
  return findingsOf(store, store.outgoing.get(id))
}

/**
 * Refuses a copy whose scan is short of what the decree asks for.
 *
 * @throws {AppError} `scan/*` (detail: the pages, or the version); `pdf/*`
 */
export async function requireScan(store: Store, document: Outgoing): Promise<void> {
  for (const { kind, pages, found } of await findingsOf(store, document)) {
    const code = SCAN_REFUSALS[kind]
    if (code === undefined) continue
    const detail = pages.length === 0 ? String(found) : formatPages(pages)
    throw new AppError(code, `the scan of ${document.id}`, { detail })
  }
}

async function findingsOf(store: Store, { fields, files }: Outgoing): Promise<ScanFinding[]> {
  const form = copyFormOf(fields.typeName)
  const scan = files.find(({ role }) => role === 'imported')
  if (form === undefined || scan === undefined) return []
  // Only now: it brings what sets type with it, and most documents are no scans.
  const { inspectScan } = await import('../pdf/scan.ts')
  const source = await store.files.open(scan.sha256)
  try {
    return judged(await inspectScan(source), form)
  } finally {
    await source.close()
  }
}

/** An excerpt (trích sao) is written anew and need not be a picture; where it is one, it must be as fine. */
function judged({ version, pages }: ScannedFile, form: CopyForm): ScanFinding[] {
  const on = (kind: ScanFinding['kind'], isMeant: (page: ScannedPage) => boolean): ScanFinding[] => {
    const meant = pages.flatMap((page, index) => (isMeant(page) ? index + 1 : []))
    return meant.length === 0 ? [] : [{ kind, pages: meant }]
  }
  const dpi = pages.map(({ picture }) => picture?.dpi ?? Infinity)
  const isCoarse = (found: number) => found < SCAN.leastDpi - DPI_TOLERANCE
  return [
    ...(version < SCAN.leastVersion ? [{ kind: 'version' as const, pages: [], found: version }] : []),
    ...on('resolution', ({ picture }) => picture !== undefined && isCoarse(picture.dpi)).map((finding) => ({
      ...finding,
      found: Math.floor(Math.min(...dpi)),
    })),
    ...on('colour', ({ picture }) => picture?.isColour === false),
    ...(form === 'Trích sao' ? [] : on('picture', ({ picture }) => picture === undefined)),
    ...on('size', (page) => !isA4(page)),
  ]
}

function isA4({ widthMm, heightMm }: ScannedPage): boolean {
  const sides = [Math.min(widthMm, heightMm), Math.max(widthMm, heightMm)] as const
  return A4_MM.every((side, index) => Math.abs(side - (sides[index] ?? 0)) <= SIZE_TOLERANCE_MM)
}
