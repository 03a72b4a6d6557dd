import { setTimeout as pause } from 'node:timers/promises'
import { AppError } from '../../shared/errors.ts'

/** The first who comes waits this long for others. */
const GATHER_MS = 20
/** While many come, one flush begins so long after the one before. */
const APART_MS = 500

/**
 * Makes one flush serve many. Whoever calls the result hears when everything that was written before the call is on
 * the disk: alone at once, nearly; in a crowd twice a second, all together.
 *
 * @param flush brings to the disk whatever was written before it begins
 * @param lost how often something that was written was undone: who waits meanwhile hears `store/disk-full`
 */
export function groupFlush(flush: () => Promise<void>, lost: () => number): () => Promise<void> {
  let gathering: Promise<void> | undefined
  let running: Promise<void> = Promise.resolve()
  let begunAt = -Infinity

  async function gather(): Promise<void> {
    const lostBefore = lost()
    await pause(Math.max(GATHER_MS, begunAt + APART_MS - performance.now()))
    await running.catch(() => undefined)
    // Who comes from here on may have written what this flush does not see.
    gathering = undefined
    begunAt = performance.now()
    running = flush()
    await running
    if (lost() !== lostBefore) throw new AppError('store/disk-full', 'what was written is undone')
  }

  return () => (gathering ??= gather())
}
