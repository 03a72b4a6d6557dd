import { useEffect, type RefObject } from 'react'

/** Whether the control that had the focus is gone, as after a change of screens by the keyboard. */
export function isFocusLost(): boolean {
  return document.activeElement === null || document.activeElement === document.body
}

/** Gives the focus to what a screen begins with, unless the clerk is at work somewhere else. */
export function useFirstFocus(first: RefObject<HTMLElement | null>, isThere: boolean): void {
  useEffect(() => {
    if (isThere && isFocusLost()) first.current?.focus()
  }, [first, isThere])
}
