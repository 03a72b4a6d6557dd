import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { placeOfStamp } from '../../src/engine/incoming/stamp.ts'
import { memorySource } from '../../src/engine/pdf/source.ts'
import { textOfPages } from '../../src/engine/pdf/text.ts'
import { ARRIVAL_STAMP_MM } from '../../src/shared/document/arrival-stamp.ts'

test('the ĐẾN stamp stands within the first page, over nothing that is written', async () => {
  const source = memorySource(readFileSync(join(import.meta.dirname, '../fixtures/cong-van.pdf')))
  const { leftMm, topMm, pageWidthMm } = await placeOfStamp(source)
  const { widthMm, heightMm } = ARRIVAL_STAMP_MM
  expect(leftMm).toBeGreaterThan(0)
  expect(leftMm + widthMm).toBeLessThan(pageWidthMm)
  const pieces = (await textOfPages(source, new Set([1]), 10_000))?.get(1) ?? []
  expect(pieces.length).toBeGreaterThan(5)
  const covered = pieces.filter(
    (piece) =>
      piece.leftMm < leftMm + widthMm &&
      piece.rightMm > leftMm &&
      piece.baselineMm > topMm &&
      piece.baselineMm - piece.sizeMm * 0.7 < topMm + heightMm,
  )
  expect(covered).toEqual([])
})
