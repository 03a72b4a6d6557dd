/**
 * Text for comparing: no diacritics, đ as d, lower case, single spaces. One spelling for what is one word to a
 * reader, whether it was typed composed or decomposed, with the tone on either vowel (hoà, hòa), or without marks.
 * Old fonts leave the Icelandic or African letter that looks like Đ in the text of a PDF; it counts as Đ.
 */
export function fold(text: string): string {
  return text
    .normalize('NFD')
    .replace(/[\p{M}\p{Cf}]/gu, '')
    .replace(/[đĐðÐɖƉ]/g, 'd')
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .trim()
}

/** A word of a text, and where it stands there. */
export interface Word {
  /** As {@link fold} has it; a number without leading zeros. */
  readonly folded: string
  /** Index of its first UTF-16 unit in the text. */
  readonly from: number
  /** Index after its last. */
  readonly to: number
}

const WORD = /[\p{L}\p{N}][\p{L}\p{M}\p{N}\p{Cf}]*/gu
/** What one call of {@link foldedWord} costs shows only in long texts, where the same words come back. */
const remembered = new Map<string, string>()
const REMEMBERED = 20_000

/** The words of a text in their order: runs of letters and digits, all else lies between them. */
export function wordsOf(text: string): Word[] {
  return Array.from(text.matchAll(WORD), ({ 0: word, index }) => ({
    folded: foldedWord(word),
    from: index,
    to: index + word.length,
  }))
}

/** The words alone, folded. */
export function foldedWords(text: string): string[] {
  return text.match(WORD)?.map(foldedWord) ?? []
}

function foldedWord(word: string): string {
  const known = remembered.get(word)
  if (known !== undefined) return known
  const folded = fold(word).replace(/^0+(?=\d+$)/, '')
  if (remembered.size >= REMEMBERED) remembered.clear()
  remembered.set(word, folded)
  return folded
}
