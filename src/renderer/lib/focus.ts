import { useEffect, type RefObject } from 'react'

/** Marks the part of the window that takes the focus when nothing else has it. */
const REST = 'data-focus-rest'

/** Whether the control that had the focus is gone, as after a change of screens by the keyboard. */
export function isFocusLost(): boolean {
  const { activeElement } = document
  return isNowhere(activeElement) || activeElement?.hasAttribute(REST) === true
}

function isNowhere(element: Element | null): boolean {
  return element === null || element === document.body
}

/** Whether the clerk moves about by the keyboard just now, and the focus is better left where it is. */
export function isFocusByKeyboard(): boolean {
  return !isFocusLost() && document.activeElement?.matches(':focus-visible') === true
}

/** Gives the focus to what a screen begins with, unless the clerk is at work somewhere else. */
export function useFirstFocus(first: RefObject<HTMLElement | null>, isThere: boolean): void {
  useEffect(() => {
    if (isThere && isFocusLost()) first.current?.focus()
  }, [first, isThere])
}

/** What `area` needs to be the rest of {@link useFocusRest}. */
export const FOCUS_REST = { tabIndex: -1, [REST]: '' } as const

/**
 * Gives the focus to `area` whenever the control that had it has left the page, so that the next Tab goes on from
 * there and not from the top of the window. Dialogs, and screens with a first control of their own, come before it.
 *
 * @param area bears {@link FOCUS_REST}
 */
export function useFocusRest(area: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    let frame = 0
    const look = () => {
      if (isNowhere(document.activeElement)) area.current?.focus({ preventScroll: true })
    }
    const soon = () => {
      cancelAnimationFrame(frame)
      // A dialog that closes gives the focus back one frame later, and only if nobody else took it.
      frame = requestAnimationFrame(() => {
        frame = requestAnimationFrame(look)
      })
    }
    soon()
    const watch = new MutationObserver(soon)
    watch.observe(document.body, { childList: true, subtree: true, attributeFilter: ['disabled', 'hidden'] })
    return () => {
      cancelAnimationFrame(frame)
      watch.disconnect()
    }
  }, [area])
}
