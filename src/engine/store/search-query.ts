import { foldedWords, wordsOf } from '../../shared/fold.ts'
import type { Mark } from '../../shared/search.ts'

/** Words that must stand one after the other. Of the last only the beginning may be given. */
export interface Term {
  readonly words: readonly string[]
  readonly begun: boolean
}

/** Further words are left out, which finds more rather than less. */
const WORDS_LIMIT = 24
const CHUNK = /["“”]([^"“”]*)(["“”]?)|[^\s"“”]+/gu

/**
 * What a clerk typed, as terms that must all occur: words between quotes in that order; what is written without
 * a space, such as `12/QĐ-UBND`, in that order too; every other word for itself.
 */
export function termsOf(text: string): Term[] {
  const terms: Term[] = []
  let left = WORDS_LIMIT
  for (const { 0: chunk, 1: quoted, 2: closing, index } of text.matchAll(CHUNK)) {
    const words = foldedWords(quoted ?? chunk).slice(0, left)
    if (words.length === 0) continue
    left -= words.length
    const isLast = index + chunk.length === text.length
    const begun = isLast && (closing ?? '') === '' && /[\p{L}\p{M}\p{N}]$/u.test(chunk)
    terms.push({ words, begun })
    if (left === 0) break
  }
  return terms
}

/** Whether a term can be a number, or the beginning of number and notation. */
export function isNumber({ words: [first = ''] }: Term): boolean {
  return /^\d+$/.test(first)
}

/** Words that begin so, as far as there are few enough to name them; undefined: too many. */
export type Completions = (beginning: string) => readonly string[] | undefined

/**
 * A term in the language of FTS5. Folded words are letters and digits only, so that quotes are all the care needed.
 *
 * @returns undefined when no document has such a word
 */
export function expressionOf(term: Term, completions: Completions, initial = false): string | undefined {
  const start = initial ? '^ ' : ''
  const phrase = (words: readonly string[]) => `${start}"${words.join(' ')}"`
  const last = term.words.at(-1) ?? ''
  if (!term.begun) return phrase(term.words)
  // The index knows the words by their first letter; merging those of a longer beginning takes it longer than
  // being told them.
  const words = last.length === 1 ? undefined : completions(last)
  if (words === undefined) return `${phrase(term.words)} *`
  if (words.length === 0) return undefined
  const before = term.words.slice(0, -1)
  return `(${words.map((word) => phrase([...before, word])).join(' OR ')})`
}

/** Where the terms stand in a text, in order and without overlaps; and which of them do. */
export function marksOf(
  text: string,
  terms: readonly Term[],
): { readonly marks: readonly Mark[]; readonly found: ReadonlySet<Term> } {
  const words = wordsOf(text)
  const found = new Set<Term>()
  const marks: Mark[] = []
  let free = 0
  words.forEach(({ from }, index) => {
    for (const term of terms) {
      if (!standsAt(words, index, term)) continue
      found.add(term)
      const to = words[index + term.words.length - 1]?.to ?? from
      const last = marks.at(-1)
      if (from >= free) marks.push([from, to])
      else if (last !== undefined && to > free) marks[marks.length - 1] = [last[0], to]
      free = Math.max(free, to)
    }
  })
  return { marks, found }
}

function standsAt(words: readonly { readonly folded: string }[], index: number, term: Term): boolean {
  return term.words.every((wanted, at) => {
    const word = words[index + at]?.folded
    const isBegun = term.begun && at === term.words.length - 1
    return word === wanted || (isBegun && word?.startsWith(wanted) === true)
  })
}

/** About as much as two lines show. */
const EXCERPT_UNITS = 220
const BEFORE_UNITS = 60
/** Read at once; what stands across the seam of two is found by the index and not marked. */
const SLICE_UNITS = 16_000
/** Places that are tried for an excerpt: among so many is a good one. */
const TRIES = 40

/**
 * The part of a text that has the most of the terms, with their places in it.
 *
 * @returns undefined when none of them stands there
 */
export function excerptOf(
  text: string,
  terms: readonly Term[],
): { readonly text: string; readonly marks: readonly Mark[]; readonly found: ReadonlySet<Term> } | undefined {
  let best: { readonly from: number; readonly to: number; readonly found: ReadonlySet<Term> } | undefined
  let tries = TRIES
  const isLookedFor = () => tries > 0 && (best?.found.size ?? 0) < terms.length
  for (let begin = 0; begin < text.length && isLookedFor(); begin += SLICE_UNITS) {
    const { marks } = marksOf(text.slice(begin, begin + SLICE_UNITS), terms)
    for (const [at] of marks.slice(0, tries)) {
      tries -= 1
      const from = wordStart(text, Math.max(0, begin + at - BEFORE_UNITS))
      const to = wordEnd(text, Math.min(text.length, from + EXCERPT_UNITS))
      const { found } = marksOf(text.slice(from, to), terms)
      if (found.size > (best?.found.size ?? 0)) best = { from, to, found }
      if (found.size === terms.length) break
    }
  }
  if (best === undefined) return undefined
  const { from, to, found } = best
  // One unit for one, so that marks stay where they are.
  const cut = text.slice(from, to).replace(/\s/g, ' ')
  const [head, tail] = [from > 0 ? '… ' : '', to < text.length ? ' …' : '']
  const shown = `${head}${cut}${tail}`
  return { text: shown, marks: marksOf(shown, terms).marks, found }
}

function wordStart(text: string, from: number): number {
  if (from === 0) return 0
  const space = text.slice(from, from + BEFORE_UNITS).search(/\s/)
  return space < 0 ? from : from + space + 1
}

function wordEnd(text: string, to: number): number {
  const space = text.slice(to, to + BEFORE_UNITS).search(/\s/)
  return space < 0 ? to : to + space
}
