/** Has the office's file examined once a day, while the office is at work. */
import type { Store } from './store/index.ts'

/** What the examination needs of the world. */
export interface ExaminationPorts {
  readonly store: Store
  /** See examineInThread. */
  readonly worker: string
  readonly now: () => number
  /** Calls back after so many milliseconds; returns the undo. */
  readonly timer: (afterMs: number, callback: () => void) => () => void
  readonly log: (level: 'error', text: string) => void
  /** The file is damaged: nobody may go on with it. */
  readonly onDamage: () => void
}

/** Not while a window opens. */
const AFTER_OPENING_MS = 60_000
const EVERY_MS = 24 * 60 * 60_000
/** Where it could not be looked at: the next hour may have the memory for it. */
const AGAIN_MS = 60 * 60_000

/**
 * A damaged page is noticed by whoever reads it, because each carries its own seal (SQLCipher's HMAC). What nobody
 * reads for years is looked at here, early enough for a backup to be at hand. It is no part of the opening, which
 * would take longer with every document.
 */
export function officeExamination({ store, worker, now, timer, log, onDamage }: ExaminationPorts) {
  const over = new AbortController()
  let undo = (): void => undefined
  let running: Promise<void> = Promise.resolve()

  async function examine(): Promise<void> {
    try {
      const damage = await store.examine(worker, over.signal)
      if (over.signal.aborted) return
      if (damage.length === 0) {
        store.settings.set('examinedAt', now())
        examineAfter(EVERY_MS)
        return
      }
      log('error', `the store is damaged: ${damage.slice(0, 5).join('; ')}`)
      onDamage()
    } catch (cause) {
      if (over.signal.aborted) return
      log('error', `the store was not examined: ${String(cause)}`)
      examineAfter(AGAIN_MS)
    }
  }

  function examineAfter(waitMs: number): void {
    undo = timer(waitMs, () => {
      running = examine()
    })
  }

  return {
    start(): void {
      const last = store.settings.get('examinedAt')
      const dueMs = last === undefined ? 0 : last + EVERY_MS - now()
      examineAfter(Math.max(AFTER_OPENING_MS, dueMs))
    },
    /** Resolves when the file is not read any more. */
    async stop(): Promise<void> {
      over.abort()
      undo()
      await running
    },
  }
}
