import type { Wanted } from '../shared/desktop.ts'

/**
 * What was asked for outside the window, from before an office is open on: it waits until a window can show it. The
 * last one counts.
 *
 * @param onWanted there is something to take
 */
export function outside(onWanted: () => void) {
  let wanted: Wanted | undefined

  function want(next: Wanted): void {
    wanted = next
    onWanted()
  }

  /** Once: whoever takes it shows it. */
  function takeWanted(): { wanted?: Wanted } {
    const taken = wanted
    wanted = undefined
    return taken === undefined ? {} : { wanted: taken }
  }

  return {
    want,
    takeWanted,
  }
}
export type Outside = ReturnType<typeof outside>
