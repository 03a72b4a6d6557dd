import { SHORTCUTS, type Chord, type Shortcut } from '../../shared/shortcuts.ts'
import { TEXT } from '../text.vi.ts'

/** A shortcut as F1 lists it: what is pressed, and what it does. */
export interface ListedShortcut {
  readonly shortcut: Shortcut
  readonly keys: string
  readonly act: string
}

/** Every shortcut there is, in the order in which they are declared. */
export function listedShortcuts(): ListedShortcut[] {
  const all: readonly (readonly [string, readonly Chord[]])[] = Object.entries(SHORTCUTS)
  return all.map(([name, chords]) => {
    // Object.entries forgets which names there are.
    const shortcut = name as Shortcut
    return { shortcut, keys: keysOf(chords), act: TEXT.shortcuts[shortcut] }
  })
}

/** So many keys are named; of more, the first and the last. */
const NAMED = 6

function keysOf(chords: readonly Chord[]): string {
  const listed = chords.filter(({ isSilent }) => isSilent !== true)
  const [first] = listed
  const last = listed.at(-1)
  if (first === undefined || last === undefined) return ''
  if (listed.length > NAMED) return `${chordWords(first)} … ${chordWords(last)}`
  // What is held down stands once before them all.
  return [...heldWords(first), listed.map(({ key }) => keyWords(key)).join(' ')].join(' + ')
}

function chordWords(chord: Chord): string {
  return [...heldWords(chord), keyWords(chord.key)].join(' + ')
}

function heldWords({ ctrl, shift }: Chord): string[] {
  return [
    ...(ctrl === true ? [TEXT.keys['ctrl'] ?? ''] : []),
    ...(shift === true ? [TEXT.keys['shift'] ?? ''] : []),
  ]
}

function keyWords(key: string): string {
  return TEXT.keys[key] ?? (key.length === 1 ? key.toUpperCase() : key)
}
