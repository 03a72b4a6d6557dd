/** A key, alone or with others held down. `key` as the DOM names it, letters in lower case. */
export interface Chord {
  readonly key: string
  readonly ctrl?: true
  readonly shift?: true
  /** Works like the one before it and is not listed: the plus key without Shift. */
  readonly isSilent?: true
}

const DIGITS = ['1', '2', '3', '4', '5', '6', '7', '8', '9'] as const
const STEPS = ['ArrowUp', 'ArrowDown', 'Home', 'End', 'PageUp', 'PageDown'] as const
const ARROWS = ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown'] as const

/**
 * Every key of the window that is not the system's own, in the order in which F1 lists them. Whoever listens asks
 * {@link pressed}, so that the list and what works are the same; those from `bold` to `redo` are the text editor's own.
 */
export const SHORTCUTS = {
  compose: [{ key: 'n', ctrl: true }],
  goTo: DIGITS.map((key) => ({ key, ctrl: true })),
  find: [{ key: 'k', ctrl: true }],
  settings: [{ key: ',', ctrl: true }],
  openFile: [{ key: 'o', ctrl: true }],
  lock: [{ key: 'l', ctrl: true }],
  help: [{ key: 'F1' }],
  guide: [{ key: 'F1', shift: true }],
  nextPane: [{ key: 'F6' }],
  previousPane: [{ key: 'F6', shift: true }],
  moveInList: STEPS.map((key) => ({ key })),
  open: [{ key: 'Enter' }],
  back: [{ key: 'Escape' }],
  mark: [{ key: ' ' }],
  markThrough: STEPS.map((key) => ({ key, shift: true })),
  markAll: [{ key: 'a', ctrl: true }],
  pastePdf: [{ key: 'v', ctrl: true }],
  moveSignature: ARROWS.map((key) => ({ key })),
  moveSignatureFar: ARROWS.map((key) => ({ key, shift: true })),
  enlargePdf: [{ key: '+' }, { key: '=', isSilent: true }],
  shrinkPdf: [{ key: '-' }],
  fitPdf: [{ key: '0' }],
  print: [{ key: 'p', ctrl: true }],
  bold: [{ key: 'b', ctrl: true }],
  italic: [{ key: 'i', ctrl: true }],
  underline: [{ key: 'u', ctrl: true }],
  nextCell: [{ key: 'Tab' }],
  undo: [{ key: 'z', ctrl: true }],
  redo: [{ key: 'y', ctrl: true }],
  enlarge: [
    { key: '+', ctrl: true },
    { key: '=', ctrl: true, isSilent: true },
  ],
  shrink: [{ key: '-', ctrl: true }],
  usualSize: [{ key: '0', ctrl: true }],
} as const satisfies Record<string, readonly Chord[]>
export type Shortcut = keyof typeof SHORTCUTS

/** What went down: an event of the DOM has this shape. */
export interface PressedKey {
  readonly key: string
  readonly ctrlKey: boolean
  readonly altKey: boolean
  readonly shiftKey: boolean
  readonly metaKey: boolean
}

/** Whether one of the shortcut's keys went down, with what it wants held down and nothing else. */
export function isPressed(shortcut: Shortcut, event: PressedKey): boolean {
  const { key, ctrlKey, altKey, shiftKey, metaKey } = event
  if (altKey || metaKey) return false
  const chords: readonly Chord[] = SHORTCUTS[shortcut]
  return chords.some(
    (chord) =>
      chord.key === (key.length === 1 ? key.toLowerCase() : key) &&
      (chord.ctrl ?? false) === ctrlKey &&
      // A sign such as plus is typed with Shift on one keyboard and without on the next.
      (isSign(chord.key) || (chord.shift ?? false) === shiftKey),
  )
}

/** Which of these went down, if any. */
export function pressed<const S extends Shortcut>(
  event: PressedKey,
  ...shortcuts: readonly S[]
): S | undefined {
  return shortcuts.find((shortcut) => isPressed(shortcut, event))
}

function isSign(key: string): boolean {
  return key.length === 1 && /[^\p{L}\d ]/u.test(key)
}
