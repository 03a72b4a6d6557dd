/** How a line begins whose number was typed, by Word or by hand: which part of a document it is. */

/** A counted part, or a legal basis. */
export type BegunLine =
  | { readonly line: 'article' | 'numeral' | 'clause' | 'point' | 'basis'; readonly begin: string }
  | {
      readonly line: 'division'
      readonly kind: 'part' | 'chapter' | 'section' | 'subsection'
      readonly begin: string
    }

const BEGINNINGS = [
  ['article', /^\s*điều\s+\d+\s*[.:]\s*/iu],
  ['numeral', /^\s*[IVX]+\s*[.)]\s+/u],
  ['clause', /^\s*\d+\s*[.)]\s+/u],
  ['point', /^\s*[a-zđ]\s*\)\s*/u],
  ['basis', /^(?=\s*(?:căn cứ|theo đề nghị của|xét)\s[^.]*[;.]\s*$)/iu],
] as const
const DIVISION = /^\s*(phần|chương|mục|tiểu mục)\s+(?:[IVX]+|\d+)\s*[.:]?\s*/iu
const DIVISION_KINDS = {
  phần: 'part',
  chương: 'chapter',
  mục: 'section',
  'tiểu mục': 'subsection',
} as const

/**
 * What a line is by how it begins; undefined for a plain one.
 *
 * @returns `begin`: the letters that say so, which are not kept, since our numbers are counted; empty for a basis
 */
export function beginningOf(text: string): BegunLine | undefined {
  const division = DIVISION.exec(text)
  const word = division?.[1]?.toLocaleLowerCase('vi') as keyof typeof DIVISION_KINDS | undefined
  if (division !== null && word !== undefined) {
    return { line: 'division', kind: DIVISION_KINDS[word], begin: division[0] }
  }
  for (const [line, begin] of BEGINNINGS) {
    const match = begin.exec(text)
    if (match !== null) return { line, begin: match[0] }
  }
  return undefined
}
