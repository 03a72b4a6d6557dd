import { randomUUID } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { codeOf } from '../shared/errors.ts'
import { safeFileName } from './envelope/file-name.ts'
import type { Host } from './host.ts'

/** What laying out files needs. */
export interface DraggedPorts {
  /** The folder of the office profile. */
  readonly dir: string
  /** Calls back after so many milliseconds; returns the undo. */
  readonly timer: (afterMs: number, callback: () => void) => () => void
  readonly log: Host['log']
}

/** Explorer copies a file some time after it was let go, and says nothing when it is done. */
const KEPT_MS = 10 * 60_000
const NAMELESS = 'van-ban.pdf'

/**
 * Readable copies of files that the clerk drags out of the window, in a folder of their own that only this user can
 * look into. Each goes after ten minutes, all of them when the office is opened or closed.
 */
export function draggedFiles({ dir, timer, log }: DraggedPorts) {
  const root = join(dir, 'dragged')

  async function remove(path: string): Promise<void> {
    try {
      await rm(path, { recursive: true, force: true })
    } catch (cause) {
      // Somebody has it open; the next start tries again.
      log('warn', `a dragged copy is still there: ${codeOf(cause)}`)
    }
  }

  return {
    /** Nothing of an earlier start stays. */
    start: () => remove(root),
    /** Lays out one file; answers where it is. */
    async lay(name: string, bytes: Uint8Array): Promise<string> {
      const folder = join(root, randomUUID())
      const path = join(folder, safeFileName(name, NAMELESS))
      await mkdir(folder, { recursive: true, mode: 0o700 })
      await writeFile(path, bytes, { mode: 0o600 })
      timer(KEPT_MS, () => {
        void remove(folder)
      })
      return path
    },
    stop: () => remove(root),
  }
}
