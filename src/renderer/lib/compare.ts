/** Two versions of a document, line by line. */
import { linesOfBody } from '../../shared/document/body.ts'
import type { Composed } from '../../shared/document/composition.ts'
import { abstractOf, appendixHeading } from '../../shared/document/form.ts'

/** A line that both have, or only one of them. */
export interface ComparedLine {
  readonly side: 'both' | 'before' | 'after'
  readonly text: string
}

/** Longer texts are compared from their first line that differs on, as a whole. */
const LINES_LIMIT = 1_500

/** The words of a document, a line each, in the order of the page. */
export function linesOfDocument({ fields, composition }: Composed): string[] {
  const { parentName, agencyName, addressees, body, appendices } = composition
  const { signer, toPlaces } = fields
  return [
    parentName,
    agencyName,
    `Số: …/${fields.codeNotation}`,
    fields.typeName,
    abstractOf(fields),
    ...addressees.map((one) => `Kính gửi: ${one}`),
    ...linesOfBody(body),
    ...toPlaces.map((place) => `Nơi nhận: ${place}`),
    [signer.competence, signer.position, signer.fullName].filter((part) => part !== '').join(' – '),
    ...appendices.flatMap((appendix, index) => [
      `${appendixHeading(index, appendices.length)}: ${appendix.title}`,
      ...linesOfBody(appendix.body),
    ]),
  ].filter((line) => line.trim() !== '')
}

/** What went and what came, with what stayed between; the fewest lines that tell it. */
export function compared(before: readonly string[], after: readonly string[]): ComparedLine[] {
  let begin = 0
  while (begin < before.length && begin < after.length && before[begin] === after[begin]) begin += 1
  let [endBefore, endAfter] = [before.length, after.length]
  while (endBefore > begin && endAfter > begin && before[endBefore - 1] === after[endAfter - 1]) {
    endBefore -= 1
    endAfter -= 1
  }
  const same = (text: string): ComparedLine => ({ side: 'both', text })
  return [
    ...before.slice(0, begin).map(same),
    ...middle(before.slice(begin, endBefore), after.slice(begin, endAfter)),
    ...before.slice(endBefore).map(same),
  ]
}

function middle(before: readonly string[], after: readonly string[]): ComparedLine[] {
  const gone = (text: string): ComparedLine => ({ side: 'before', text })
  const come = (text: string): ComparedLine => ({ side: 'after', text })
  if (before.length > LINES_LIMIT || after.length > LINES_LIMIT)
    return [...before.map(gone), ...after.map(come)]
  // How many lines the rests have in common at most, from every pair of places on.
  const common = Array.from({ length: before.length + 1 }, () => new Uint16Array(after.length + 1))
  const at = (row: number, column: number) => common[row]?.[column] ?? 0
  for (let row = before.length - 1; row >= 0; row -= 1) {
    for (let column = after.length - 1; column >= 0; column -= 1) {
      const line = common[row]
      if (line === undefined) continue
      line[column] =
        before[row] === after[column]
          ? at(row + 1, column + 1) + 1
          : Math.max(at(row + 1, column), at(row, column + 1))
    }
  }
  const found: ComparedLine[] = []
  let [row, column] = [0, 0]
  while (row < before.length || column < after.length) {
    const [was, is] = [before[row], after[column]]
    if (was !== undefined && was === is) {
      found.push({ side: 'both', text: was })
      row += 1
      column += 1
    } else if (was !== undefined && (is === undefined || at(row + 1, column) >= at(row, column + 1))) {
      found.push(gone(was))
      row += 1
    } else if (is !== undefined) {
      found.push(come(is))
      column += 1
    }
  }
  return found
}
