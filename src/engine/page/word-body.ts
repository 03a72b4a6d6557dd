/** Lines, tables and pictures of a Word file as the parts of a body. */
import { beginningOf } from '../../shared/document/beginnings.ts'
import { body, textOfWords, type Body, type Inline } from '../../shared/document/body.ts'
import type { Sha256 } from '../../shared/document/fields.ts'
import { AppError } from '../../shared/errors.ts'
import type { WordBlock, WordCell, WordLine, WordPicture, WordTable } from './word-reading.ts'

/** Where a picture of the file was kept; undefined for one that the page cannot show. */
export type KeptPicture = { readonly sha256: Sha256; readonly widthMm: number } | undefined

/** The words of a line, composed and without the space around them. */
export function wordsOfLine({ content }: WordLine): string {
  return textOfWords(content).normalize('NFC').replace(/\s+/gu, ' ').trim()
}

/**
 * A body of these blocks: numbers that were typed go, since ours are counted; empty lines, which Word takes for
 * distance, go too.
 *
 * @throws {AppError} word/too-large
 */
export function bodyOfWord(blocks: readonly WordBlock[], pictures: readonly KeptPicture[]): Body {
  const read = body.safeParse({
    type: 'doc',
    content: joined(blocks).flatMap((block) => blockOf(block, pictures)),
  })
  if (!read.success) throw new AppError('word/too-large', 'more than a body may hold')
  return read.data
}

/** `Chương I` and its title below, which are two lines in Word, as one. */
function joined(blocks: readonly WordBlock[]): WordBlock[] {
  const all: WordBlock[] = []
  for (const block of blocks) {
    const last = all.at(-1)
    const isTitle =
      block.type === 'line' &&
      block.align === 'center' &&
      last?.type === 'line' &&
      isBareDivision(wordsOfLine(last))
    if (!isTitle) all.push(block)
    else
      all[all.length - 1] = {
        ...last,
        content: [...last.content, { type: 'text', text: ' ' }, ...block.content],
      }
  }
  return all
}

function isBareDivision(text: string): boolean {
  const begun = beginningOf(text)
  return begun?.line === 'division' && begun.begin.trim() === text
}

function blockOf(block: WordBlock, pictures: readonly KeptPicture[]): unknown[] {
  if (block.type === 'pageBreak') return [block]
  if (block.type === 'picture') return pictureOf(block, pictures)
  if (block.type === 'table') return [tableOf(block, pictures)]
  return wordsOfLine(block) === '' ? [] : [lineOf(block)]
}

function lineOf(line: WordLine): unknown {
  const begun = beginningOf(wordsOfLine(line))
  if (begun !== undefined) {
    const content = trimmed(withoutBeginning(line.content, begun.begin))
    return begun.line === 'division'
      ? { type: 'division', attrs: { kind: begun.kind }, content }
      : { type: begun.line, content }
  }
  const content = trimmed(line.content)
  if (line.list?.ordered === true) return { type: line.list.level === 0 ? 'clause' : 'point', content }
  if (line.list !== undefined) {
    return { type: 'paragraph', content: [{ type: 'text', text: '- ' }, ...content] }
  }
  return { type: 'paragraph', attrs: { align: line.align }, content }
}

function tableOf({ rows }: WordTable, pictures: readonly KeptPicture[]): unknown {
  return {
    type: 'table',
    content: rows.map(({ isHead, cells }) => ({
      type: 'tableRow',
      content: cells.map((cell) => ({
        type: isHead ? 'tableHeader' : 'tableCell',
        attrs: { colspan: cell.columns, rowspan: cell.rows },
        content: insideOf(cell, pictures),
      })),
    })),
  }
}

function insideOf({ content }: WordCell, pictures: readonly KeptPicture[]): unknown[] {
  const all = content.flatMap((one): unknown[] =>
    one.type === 'picture'
      ? pictureOf(one, pictures)
      : [{ type: 'paragraph', attrs: { align: one.align }, content: trimmed(one.content) }],
  )
  // The editor has no cell without a line.
  return all.length === 0 ? [{ type: 'paragraph' }] : all
}

function pictureOf({ index, alt }: WordPicture, pictures: readonly KeptPicture[]): unknown[] {
  const kept = pictures[index]
  return kept === undefined ? [] : [{ type: 'picture', attrs: { ...kept, alt: alt.slice(0, 500) } }]
}

/** Takes away what is written at the beginning, however its letters are marked. Spaces count as none. */
function withoutBeginning(content: readonly Inline[], begin: string): Inline[] {
  let left = begin.replace(/\s/gu, '').length
  return content.map((one) => {
    if (one.type !== 'text' || left === 0) return one
    let text = one.text.normalize('NFC')
    while (text !== '' && left > 0) {
      if (!/^\s/u.test(text)) left -= 1
      text = text.slice(1)
    }
    return { ...one, text }
  })
}

/** Without space at either end, and without text that is none; tabs are spaces. */
function trimmed(content: readonly Inline[]): Inline[] {
  const all = content.map((one) =>
    one.type === 'text' ? { ...one, text: one.text.normalize('NFC').replace(/\s+/gu, ' ') } : one,
  )
  const isSpace = (one: Inline | undefined) =>
    one !== undefined && (one.type === 'hardBreak' || one.text.trim() === '')
  while (isSpace(all[0])) all.shift()
  while (isSpace(all.at(-1))) all.pop()
  const last = all.length - 1
  return all
    .map((one, index) => {
      if (one.type !== 'text') return one
      const begun = index === 0 ? one.text.trimStart() : one.text
      return { ...one, text: index === last ? begun.trimEnd() : begun }
    })
    .filter((one) => one.type !== 'text' || one.text !== '')
}
