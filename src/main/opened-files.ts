import { isAbsolute, resolve } from 'node:path'
import { isOpenable } from '../shared/opened.ts'

/**
 * The file that a start of the program was asked to open: the last of its words that names one. Whether it is there,
 * and what it is, the engine finds out.
 *
 * @param words the whole command line, the program first
 * @param folder where it was typed; Windows' Explorer always names the whole path
 */
export function fileAmong(words: readonly string[], folder: string): string | undefined {
  const named = words.slice(1).findLast((word) => !word.startsWith('-') && isOpenable(word))
  if (named === undefined) return undefined
  return isAbsolute(named) ? named : resolve(folder, named)
}
