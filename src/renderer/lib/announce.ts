import { useSyncExternalStore } from 'react'

/** A short word that something is done, shown for a few seconds and read aloud. */
interface Notice {
  readonly id: number
  readonly text: string
}

let notice: Notice | undefined
let timer: ReturnType<typeof setTimeout> | undefined
const listeners = new Set<() => void>()
const SHOWN_MS = 6000

function set(next: Notice | undefined): void {
  notice = next
  for (const listener of listeners) listener()
}

/** Tells the clerk that an act is done. */
export function announce(text: string): void {
  clearTimeout(timer)
  set({ id: (notice?.id ?? 0) + 1, text })
  timer = setTimeout(() => {
    set(undefined)
  }, SHOWN_MS)
}

/** The notice shown now. */
export function useNotice(): Notice | undefined {
  return useSyncExternalStore(
    (changed) => {
      listeners.add(changed)
      return () => {
        listeners.delete(changed)
      }
    },
    () => notice,
  )
}
