import { vietnamClock } from '../shared/document/vietnam-time.ts'
import type { RegisterBook, RegisterColumn, RegisterRow } from '../shared/register.ts'
import type { Host } from './host.ts'
import { rulesOf } from './outgoing/number.ts'
import { seriesNamed } from '../shared/document/numbering.ts'
import { drawRunning, pageSizes } from './pdf/running.ts'
import { chunksOf, memorySource } from './pdf/source.ts'
import { registerFiles, type PrintedLine } from './page/register.ts'
import { gapWords } from '../shared/register.vi.ts'
import { correctionWords, wholeRegister } from './register-book.ts'
import type { Store } from './store/index.ts'

const NUMBER_PT = 13
/** Baseline of the page number in the top margin of 20 mm. */
const NUMBER_MM = 12

/** What printing a register needs of the world. */
export interface RegisterPrintPorts {
  readonly store: Store
  readonly now: () => number
  readonly print: Host['print']
  /** The face of the page numbers. */
  readonly font: () => Promise<Uint8Array>
}

/**
 * A register as a PDF to be printed and bound: cover, prescribed columns, numbered pages after the cover.
 *
 * @throws {AppError} print/failed
 * @source Decree 30/2020/NĐ-CP Art 16(2)b and App. IV
 */
export async function printRegister(ports: RegisterPrintPorts, book: RegisterBook): Promise<Uint8Array> {
  const { store, now } = ports
  const rows = await wholeRegister(store, book)
  const agency = store.settings.get('agency')
  const printed = await ports.print(
    registerFiles({
      kind: book.kind,
      agencyName: agency?.name ?? '',
      parentName: agency?.parentName ?? '',
      series: book.kind === 'outgoing' ? seriesNamed(rulesOf(store), book.series).name : undefined,
      year: book.year,
      lines: rows.map(lineOf),
      printedAt: vietnamClock(now()),
    }),
  )
  const source = memorySource(printed)
  const sizes = await pageSizes(source)
  const numbered = await drawRunning(
    source,
    sizes.slice(1).map(({ widthMm }, index) => ({
      page: index + 2,
      lines: [
        {
          text: String(index + 1),
          xMm: widthMm / 2,
          centred: true,
          baselineMm: NUMBER_MM,
          fontSizePt: NUMBER_PT,
        },
      ],
    })),
    await ports.font(),
  )
  const parts: Uint8Array[] = []
  for await (const part of chunksOf(numbered)) parts.push(part)
  return Buffer.concat(parts)
}

function lineOf({ isVoid, cells, corrections, gapsBefore }: RegisterRow): PrintedLine {
  const struck: Partial<Record<RegisterColumn, string[]>> = {}
  for (const { column, was } of corrections) struck[column] = [...(struck[column] ?? []), was]
  return {
    isVoid,
    cells,
    struck,
    before: gapsBefore.map(gapWords),
    after: corrections.map(correctionWords),
  }
}
