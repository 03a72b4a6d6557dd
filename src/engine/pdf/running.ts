/** Page numbers and the like: drawn in the margins of pages that nobody has signed, as artifacts of the tagged file. */
import { AppError } from '../../shared/errors.ts'
import { pageView } from './appearance.ts'
import { drawOver } from './content.ts'
import { openPdf } from './document.ts'
import { openTypeface } from './font.ts'
import { Update } from './incremental.ts'
import { extended, type PdfSource } from './source.ts'

const POINTS_PER_MM = 72 / 25.4

/** A line of a margin, from the left and top edge of the page. */
export interface RunningLine {
  readonly text: string
  /** Where it begins; with `centred`, where its middle stands. */
  readonly xMm: number
  readonly centred?: boolean
  readonly baselineMm: number
  readonly fontSizePt: number
}

/** What the margins of one page get. */
export interface RunningMatter {
  /** 1 is the first. */
  readonly page: number
  readonly lines: readonly RunningLine[]
  /** Thin lines across. */
  readonly rules?: readonly { readonly leftMm: number; readonly rightMm: number; readonly yMm: number }[]
}

const RULE_PT = 0.75

/**
 * Draws in the margins, by an incremental update. A reader of the tagged file passes over it (ISO 32000-2, 14.8.2.2).
 *
 * @param font a TrueType face; a subset of it is embedded once
 * @returns the longer document, nothing written yet
 * @throws {AppError} `pdf/*`
 */
export async function drawRunning(
  source: PdfSource,
  matters: readonly RunningMatter[],
  font: Uint8Array,
): Promise<PdfSource> {
  const document = await openPdf(source)
  if (document.isEncrypted) throw new AppError('pdf/encrypted', 'the file is encrypted')
  const update = new Update(document)
  const face = openTypeface(font)
  // All letters first: the subset is cut once, for what was encoded until then.
  const encoded = new Map(
    matters.flatMap(({ lines }) => lines.map(({ text }) => [text, face.encode(text)] as const)),
  )
  const embedded = face.embed(update.add)
  const wanted = new Map(matters.map((matter) => [matter.page, matter]))
  let number = 0
  for await (const page of document.pages()) {
    number += 1
    const matter = wanted.get(number)
    if (matter === undefined) continue
    const { box } = await pageView(document, page)
    const x = (mm: number) => decimal(box.left + mm * POINTS_PER_MM)
    const y = (mm: number) => decimal(box.top - mm * POINTS_PER_MM)
    const linesUnder = (name: string) => [
      ...matter.lines.map(({ text, xMm, centred = false, baselineMm, fontSizePt }) => {
        const widthMm = (face.widthOf(text) * fontSizePt) / 1000 / POINTS_PER_MM
        const leftMm = centred ? xMm - widthMm / 2 : xMm
        return `BT /${name} ${decimal(fontSizePt)} Tf ${x(leftMm)} ${y(baselineMm)} Td ${encoded.get(text) ?? '<>'} Tj ET`
      }),
      ...(matter.rules ?? []).map(
        ({ leftMm, rightMm, yMm }) =>
          `${decimal(RULE_PT)} w ${x(leftMm)} ${y(yMm)} m ${x(rightMm)} ${y(yMm)} l S`,
      ),
    ]
    await drawOver(document, update, page, {
      kind: 'Font',
      resource: embedded,
      drawing: (name) =>
        `/Artifact <</Type /Pagination>> BDC\nq 0 g 0 G\n${linesUnder(name).join('\n')}\nQ\nEMC`,
    })
  }
  return extended(source, await update.bytes())
}

/** The size of every page as it is shown, in millimetres. */
export async function pageSizes(
  source: PdfSource,
): Promise<readonly { readonly widthMm: number; readonly heightMm: number }[]> {
  const document = await openPdf(source)
  const sizes: { widthMm: number; heightMm: number }[] = []
  for await (const page of document.pages()) {
    const { box } = await pageView(document, page)
    sizes.push({
      widthMm: (box.right - box.left) / POINTS_PER_MM,
      heightMm: (box.top - box.bottom) / POINTS_PER_MM,
    })
  }
  return sizes
}

function decimal(value: number): string {
  return value.toFixed(3).replace(/\.?0+$/, '')
}
