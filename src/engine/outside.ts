import type { Wanted } from '../shared/desktop.ts'

/**
 * What was asked for outside the window, from before an office is open on: it waits until a window can show it. The
 * last one counts.
 *
 * @param onWanted there is something to take
 */
export function outside(onWanted: () => void) {
  let wanted: Wanted | undefined
  let opened: string | undefined

  function want(next: Wanted): void {
    wanted = next
    onWanted()
  }

  /** A file was opened in the system's own way, or chosen in its dialog; nobody has looked at what is in it. */
  function openFile(path: string): void {
    opened = path
    want({ what: 'file' })
  }

  /** Once: whoever takes it shows it. */
  function takeWanted(): { wanted?: Wanted } {
    const taken = wanted
    wanted = undefined
    return taken === undefined ? {} : { wanted: taken }
  }

  return {
    want,
    openFile,
    takeWanted,
    /** The path of the last file that was opened. */
    openedFile: () => opened,
  }
}
export type Outside = ReturnType<typeof outside>
