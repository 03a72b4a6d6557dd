/**
 * Recognises the parts of an administrative document in a Word file: what stands in the head, under the title, at
 * "Kính gửi" and in the foot goes into the fields, the rest is the body.
 *
 * @source Decree 30/2020/NĐ-CP App. I part II, and how offices write it: head and foot as tables without a frame, or
 *   the two halves of the head with tabs between them
 */
import { beginningOf } from '../../shared/document/beginnings.ts'
import type { Body } from '../../shared/document/body.ts'
import type { OutgoingFields } from '../../shared/document/fields.ts'
import { formOf } from '../../shared/document/form.ts'
import { DOCUMENT_TYPES } from '../../shared/document/types.ts'
import { fold } from '../../shared/fold.ts'
import { plainLines } from './lines.ts'
import { bodyOfWord, wordsOfLine, type KeptPicture } from './word-body.ts'
import type { WordBlock, WordContent, WordLine, WordTable } from './word-reading.ts'

/** What was recognised; undefined where nothing said it. */
export interface WordParts {
  readonly fields: Partial<
    Pick<
      OutgoingFields,
      'typeName' | 'codeNotation' | 'subject' | 'place' | 'toPlaces' | 'signer' | 'coSigners'
    >
  >
  readonly parentName: string | undefined
  readonly agencyName: string | undefined
  readonly addressees: string[]
  readonly body: Body
  readonly appendices: { readonly title: string; readonly body: Body }[]
}

const STATE = 'cong hoa xa hoi chu nghia viet nam'
const MOTTO = /^doc lap\s*[-–]\s*tu do\s*[-–]\s*hanh phuc$/
const DATE = /^(.*?),?\s*ngày\b.*\btháng\b.*\bnăm\b/iu
const NUMBER = /^số\s*:?[\s\d….]*\/\s*(\S+)/iu
const ABOUT = /^(?:v\/v|về việc)\b[\s:]*/iu
/** A line that is drawn with signs. */
const DRAWN = /^[\s_\-–—*=.…]*$/u
const AUTHORITY = /^(?:TM|KT|TL|TUQ|Q)\./u
/** The head with tabs ends within so many lines. */
const HEAD_LINES = 12
/** A title of a document has no more lines. */
const TITLE_LINES = 5

/** @param pictures where those of the file were kept, in their order */
export function partsOfWord({ blocks }: WordContent, pictures: readonly KeptPicture[]): WordParts {
  const head = headOf(blocks)
  const title = titleOf(head.rest)
  const to = addresseesOf(title.rest)
  const foot = footOf(to.rest)
  const main = foot.signers.at(-1)
  const others = foot.signers.slice(0, -1)
  const isLetter = title.typeName === undefined && head.subject !== undefined
  const typeName = title.typeName ?? (isLetter ? 'Công văn' : undefined)
  const subject = title.subject ?? head.subject
  return {
    fields: {
      ...(typeName === undefined ? {} : { typeName }),
      ...(subject === undefined ? {} : { subject: subject.slice(0, 500) }),
      ...(head.codeNotation === undefined ? {} : { codeNotation: head.codeNotation.slice(0, 30) }),
      ...(head.place === undefined ? {} : { place: head.place.slice(0, 100) }),
      ...(foot.toPlaces.length === 0 ? {} : { toPlaces: foot.toPlaces.slice(0, 50) }),
      ...(main === undefined ? {} : { signer: main }),
      ...(others.length === 0
        ? {}
        : { coSigners: others.map((one) => ({ ...one, part: 'joint' as const })) }),
    },
    parentName: head.parentName,
    agencyName: head.agencyName,
    addressees: to.addressees.slice(0, 50).map((one) => one.slice(0, 500)),
    body: bodyOfWord(foot.body, pictures),
    appendices: appendicesOf(foot.rest).map(({ title: name, blocks: inside }) => ({
      title: name.slice(0, 500),
      body: bodyOfWord(inside, pictures),
    })),
  }
}

interface Head {
  readonly parentName?: string
  readonly agencyName?: string
  readonly codeNotation?: string | undefined
  readonly subject?: string | undefined
  readonly place?: string | undefined
  readonly rest: readonly WordBlock[]
}

function headOf(blocks: readonly WordBlock[]): Head {
  const from = blocks.findIndex((block) => !isEmptyLine(block))
  const first = blocks[from]
  if (first?.type === 'table') {
    const [left, right] = halvesOf(first)
    if (!right.some(isState)) return { rest: blocks }
    return { ...readHead(left, right), rest: blocks.slice(from + 1) }
  }
  // In lines: up to the one with the date, each with its halves on either side of tabs.
  const lines = blocks.slice(0, HEAD_LINES)
  const end = lines.findIndex((block) => block.type === 'line' && DATE.test(textAfterTab(block)))
  const head = lines.slice(0, end + 1).filter((block) => block.type === 'line')
  const pieces = head.map((line) => splitAtTab(line))
  const right = pieces.flatMap((piece) => piece.filter(isOfRightHalf))
  if (end < 0 || !right.some(isState)) return { rest: blocks }
  const left = pieces.flatMap((piece) => piece.filter((one) => !isOfRightHalf(one)))
  return { ...readHead(left, right), rest: blocks.slice(end + 1) }
}

function readHead(left: readonly WordLine[], right: readonly WordLine[]): Omit<Head, 'rest'> {
  const lines = left.filter((line) => !DRAWN.test(wordsOfLine(line)))
  const at = lines.findIndex((line) => NUMBER.test(wordsOfLine(line)))
  const agencies = at < 0 ? lines : lines.slice(0, at)
  const after = at < 0 ? [] : lines.slice(at + 1).map(wordsOfLine)
  const about = after.findIndex((text) => ABOUT.test(text))
  const number = lines[at]
  const date = right.map(wordsOfLine).find((text) => DATE.test(text))
  return {
    ...namesOf(agencies),
    codeNotation: number === undefined ? undefined : NUMBER.exec(wordsOfLine(number))?.[1],
    subject: about < 0 ? undefined : after.slice(about).join(' ').replace(ABOUT, ''),
    place: date === undefined ? undefined : DATE.exec(date)?.[1],
  }
}

/** The agency stands in bold letters, the one above it in plain ones. Where none is bold, the first line is above. */
function namesOf(lines: readonly WordLine[]): Pick<Head, 'parentName' | 'agencyName'> {
  if (lines.length === 0) return {}
  const firstBold = lines.findIndex(isBold)
  const split = firstBold < 0 ? Math.min(1, lines.length - 1) : firstBold
  const join = (some: readonly WordLine[]) => some.map(wordsOfLine).join(' ').slice(0, 200)
  return { parentName: join(lines.slice(0, split)), agencyName: join(lines.slice(split)) }
}

/** Tên loại, and what it is about in the lines below it. */
function titleOf(blocks: readonly WordBlock[]): {
  readonly typeName?: string
  readonly subject?: string
  readonly rest: readonly WordBlock[]
} {
  const at = blocks.findIndex((block) => !isEmptyLine(block))
  const first = blocks[at]
  const type = first?.type === 'line' ? typeCalled(wordsOfLine(first)) : undefined
  if (type === undefined) return { rest: blocks }
  let end = at + 1
  const about: string[] = []
  for (; end < Math.min(blocks.length, at + 1 + TITLE_LINES); end += 1) {
    const block = blocks[end]
    if (block?.type !== 'line') break
    const text = wordsOfLine(block)
    if (DRAWN.test(text) && about.length === 0) continue
    // In capitals stands who decides, which is part of the text.
    if (DRAWN.test(text) || block.align !== 'center' || isInCapitals(text)) break
    if (beginningOf(text) !== undefined || isAddressed(text)) break
    about.push(text)
  }
  const subject = about.join(' ')
  return { typeName: type, ...(subject === '' ? {} : { subject }), rest: blocks.slice(end) }
}

function typeCalled(text: string): string | undefined {
  if (!isInCapitals(text)) return undefined
  return DOCUMENT_TYPES.find(({ name }) => {
    const { title } = formOf(name)
    return title !== '' && fold(title) === fold(text)
  })?.name
}

/** Kính gửi: on the same line, or below it with dashes. */
function addresseesOf(blocks: readonly WordBlock[]): {
  readonly addressees: string[]
  readonly rest: readonly WordBlock[]
} {
  const at = blocks.findIndex((block) => !isEmptyLine(block))
  const first = blocks[at]
  if (first === undefined || first.type === 'pageBreak' || first.type === 'picture') {
    return { addressees: [], rest: blocks }
  }
  const lines = (first.type === 'table' ? halvesOf(first).flat() : [first]).map(wordsOfLine)
  if (!isAddressed(lines[0] ?? '')) return { addressees: [], rest: blocks }
  const named = [(lines[0] ?? '').replace(/^[^:]*:?/u, ''), ...lines.slice(1)]
  let end = at + 1
  for (; end < blocks.length; end += 1) {
    const block = blocks[end]
    if (block?.type !== 'line') break
    const text = wordsOfLine(block)
    if (text !== '' && !/^[-–+]/u.test(text) && block.list?.ordered !== false) break
    named.push(text)
  }
  return { addressees: plainLines(named), rest: blocks.slice(end) }
}

interface Foot {
  readonly body: readonly WordBlock[]
  readonly toPlaces: string[]
  readonly signers: OutgoingFields['signer'][]
  readonly rest: readonly WordBlock[]
}

/**
 * The table with "Nơi nhận" at the left and whoever signs at the right; or one of several who sign, with "Nơi nhận"
 * in lines below it. What follows are appendices.
 */
function footOf(blocks: readonly WordBlock[]): Foot {
  const at = blocks.findIndex((block) => block.type === 'table' && isFoot(block))
  const table = blocks[at]
  if (table?.type === 'table') {
    const [left, right] = halvesOf(table)
    return {
      body: blocks.slice(0, at),
      toPlaces: placesIn(left.map(wordsOfLine)),
      signers: signersIn([right]),
      rest: blocks.slice(at + 1),
    }
  }
  const places = blocks.findIndex((block) => block.type === 'line' && namesPlaces(wordsOfLine(block)))
  const above = blocks.slice(0, Math.max(0, places)).findLastIndex((block) => !isEmptyLine(block))
  const signing = blocks[above]
  if (signing?.type !== 'table') return { body: blocks, toPlaces: [], signers: [], rest: [] }
  const below = blocks.slice(places)
  const end = below.findIndex((block, index) => index > 0 && !isPlace(block))
  const lines = (end < 0 ? below : below.slice(0, end)).filter((block) => block.type === 'line')
  return {
    body: blocks.slice(0, above),
    toPlaces: placesIn(lines.map(wordsOfLine)),
    signers: signersIn(columnsOf(signing)),
    rest: end < 0 ? [] : below.slice(end),
  }
}

function isFoot(table: WordTable): boolean {
  return halvesOf(table)[0].some((line) => namesPlaces(wordsOfLine(line)))
}

function namesPlaces(text: string): boolean {
  return fold(text).startsWith('noi nhan')
}

function isPlace(block: WordBlock): boolean {
  return block.type === 'line' && /^(?:[-–+]|$)/u.test(wordsOfLine(block))
}

/** The lines below "Nơi nhận:", without the mark of whoever typed it. */
function placesIn(lines: readonly string[]): string[] {
  const from = lines.findIndex(namesPlaces)
  const places = lines.slice(from + 1).filter((text) => !/^\p{L}+\.\d+$/u.test(text))
  return plainLines(places).map((place) => place.slice(0, 1000))
}

/** Whoever signs in each column; the one at the right leads. */
function signersIn(columns: readonly (readonly WordLine[])[]): OutgoingFields['signer'][] {
  return columns.flatMap((lines) => signerOf(lines.map(wordsOfLine)) ?? [])
}

function signerOf(lines: readonly string[]): OutgoingFields['signer'] | undefined {
  const titles = lines.filter((text) => isInCapitals(text) && !DRAWN.test(text))
  const name = lines.findLast((text) => !isInCapitals(text) && /^[\p{L}\s.]+$/u.test(text))
  if (titles.length === 0 && name === undefined) return undefined
  const isAuthority = (text: string) => AUTHORITY.test(text)
  return {
    competence: titles.filter(isAuthority).join(' ').slice(0, 100),
    position: titles
      .filter((text) => !isAuthority(text))
      .join(' ')
      .slice(0, 100),
    fullName: (name ?? '').slice(0, 50),
  }
}

/** Each begins with "Phụ lục"; its title stands below in the middle, before the reference in brackets. */
function appendicesOf(
  blocks: readonly WordBlock[],
): { readonly title: string; readonly blocks: readonly WordBlock[] }[] {
  const found: { title: string; blocks: WordBlock[]; inTitle: boolean }[] = []
  for (const block of blocks) {
    if (block.type === 'pageBreak' || isEmptyLine(block)) continue
    const text = block.type === 'line' ? wordsOfLine(block) : ''
    if (/^phu luc\b/.test(fold(text)) && text.length < 40) {
      found.push({ title: '', blocks: [], inTitle: true })
      continue
    }
    // Something below the foot that names itself no appendix is one all the same: nothing is lost.
    if (found.length === 0) found.push({ title: '', blocks: [], inTitle: false })
    const last = found.at(-1)
    if (last === undefined) continue
    if (last.inTitle && (text.startsWith('(') || (block.type === 'line' && DRAWN.test(text)))) continue
    if (last.inTitle && block.type === 'line' && block.align === 'center') {
      last.title = `${last.title} ${text}`.trim()
      continue
    }
    last.inTitle = false
    last.blocks.push(block)
  }
  return found
}

/** The lines of each column. A break ends a line, too. */
function columnsOf({ rows }: WordTable): WordLine[][] {
  const count = Math.max(0, ...rows.map(({ cells }) => cells.length))
  return Array.from({ length: count }, (_, index) =>
    rows.flatMap(({ cells }) =>
      (cells[index]?.content ?? []).flatMap((one) => (one.type === 'line' ? splitAtBreak(one) : [])),
    ),
  )
}

/** The lines of the first and of the last column; those of an only one are the left half. */
function halvesOf(table: WordTable): [WordLine[], WordLine[]] {
  const columns = columnsOf(table)
  return [columns[0] ?? [], columns.length < 2 ? [] : (columns.at(-1) ?? [])]
}

function splitAtBreak(line: WordLine): WordLine[] {
  const lines = line.content.reduce<WordLine['content'][]>(
    (all, inline) => {
      if (inline.type === 'hardBreak') all.push([])
      else all.at(-1)?.push(inline)
      return all
    },
    [[]],
  )
  return lines.map((content) => ({ ...line, content }))
}

function splitAtTab(line: WordLine): WordLine[] {
  const pieces = line.content.reduce<WordLine['content'][]>(
    (all, inline) => {
      const [begin = '', ...others] = inline.type === 'text' ? inline.text.split(/\t+/u) : ['']
      const add = (text: string) => {
        if (text !== '' && inline.type === 'text') all.at(-1)?.push({ ...inline, text })
      }
      add(begin)
      for (const text of others) {
        all.push([])
        add(text)
      }
      return all
    },
    [[]],
  )
  return pieces.map((content) => ({ ...line, content }))
}

function textAfterTab(line: WordLine): string {
  const last = splitAtTab(line).at(-1)
  return last === undefined ? '' : wordsOfLine(last)
}

function isState(line: WordLine): boolean {
  return fold(wordsOfLine(line)) === STATE
}

function isOfRightHalf(line: WordLine): boolean {
  const text = wordsOfLine(line)
  return isState(line) || MOTTO.test(fold(text)) || DATE.test(text)
}

function isAddressed(text: string): boolean {
  return fold(text).startsWith('kinh gui')
}

function isEmptyLine(block: WordBlock): boolean {
  return block.type === 'line' && DRAWN.test(wordsOfLine(block))
}

function isBold({ content }: WordLine): boolean {
  const letters = content.filter((one) => one.type === 'text' && one.text.trim() !== '')
  return (
    letters.length > 0 &&
    letters.every((one) => one.type === 'text' && one.marks?.some(({ type }) => type === 'bold') === true)
  )
}

function isInCapitals(text: string): boolean {
  return /\p{Lu}/u.test(text) && text === text.toLocaleUpperCase('vi')
}
