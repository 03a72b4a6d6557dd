import { Notification } from 'electron'
import type { Notice, NoticeTopic, Wanted } from '../shared/desktop.ts'

/** What notices need of the desktop around them. */
export interface NoticePorts {
  /** The clerk looks at the window, which shows the news itself. */
  readonly isInFront: () => boolean
  readonly onOpen: (wanted: Wanted) => void
}

/**
 * Shows notices in the corner of the screen. What they say, and whether it is worth saying, the engine has decided. A
 * later notice takes the place of an earlier one of its topic; urgent ones stay side by side.
 */
export function noticeBoard({ isInFront, onOpen }: NoticePorts) {
  /** Held on to: a notice that nobody holds is forgotten together with its click. */
  const shown = new Map<Notification, NoticeTopic>()

  function show({ topic, title, body, wanted }: Notice, evenInFront: boolean): void {
    if (isInFront() && !evenInFront) return
    if (topic !== 'urgent') {
      for (const [earlier, its] of shown) if (its === topic) earlier.close()
    }
    const notification = new Notification({ title, body, silent: topic !== 'urgent' })
    shown.set(notification, topic)
    notification.on('click', () => {
      shown.delete(notification)
      onOpen(wanted)
    })
    notification.on('close', () => {
      shown.delete(notification)
    })
    notification.show()
  }

  return { show }
}
