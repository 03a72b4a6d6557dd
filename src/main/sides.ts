import type { WebContents } from 'electron'
import type { Topic } from '../shared/ipc/topics.ts'
import { logLine } from './log.ts'
import { practiceWorld, type PracticeOptions } from './practice.ts'
import { supervise, type FromOutside, type SupervisorOptions } from './processes.ts'

/** The real office, or the practice. */
export type Side = 'office' | 'practice'

/** What the two sides are made of. */
export interface SidesOptions {
  /** The real office; the practice has the same desktop and another start. */
  readonly office: SupervisorOptions
  readonly practice: PracticeOptions
  /** The practice did not come up: the window is back in the real office. */
  readonly onPracticeFailed: () => void
}

/**
 * The one engine that the window works with. There is never an engine of the real office beside one of practice:
 * the one has ended before the other begins. Each start of the app begins in the real office.
 */
export function officeSides({ office, practice, onPracticeFailed }: SidesOptions) {
  const world = practiceWorld(practice)
  let side: Side = 'office'
  let engine = supervise(office)
  let window: WebContents | undefined
  let switching: Promise<void> = Promise.resolve()
  let leaving = false

  async function go(to: Side, discard: boolean): Promise<void> {
    await engine.leave()
    if (side === 'practice') await world.stop()
    side = 'office'
    if (leaving) return
    if (discard) await world.discard()
    engine = supervise({ ...office, start: to === 'practice' ? await practiceStart() : office.start })
    if (window === undefined || window.isDestroyed()) return
    engine.addWindow(window)
    // Anew, so that nothing of the one side is left on the screen or in the memory of the other.
    window.reload()
  }

  async function practiceStart(): Promise<SupervisorOptions['start']> {
    try {
      const start = await world.start()
      side = 'practice'
      return start
    } catch (cause) {
      logLine('error', 'practice', cause instanceof Error ? (cause.stack ?? cause.message) : String(cause))
      await world.stop()
      onPracticeFailed()
      return office.start
    }
  }

  return {
    /** Changes sides, one change after the other. `discard` throws away what was practised on the way. */
    to(side: Side, discard = false): void {
      switching = switching
        .then(() => go(side, discard))
        .catch((cause: unknown) => {
          logLine('error', 'sides', String(cause))
        })
    },
    addWindow(added: WebContents): void {
      window = added
      engine.addWindow(added)
    },
    isPractising: (): boolean => side === 'practice',
    fromOutside(message: FromOutside): void {
      engine.fromOutside(message)
    },
    wake(why: 'resume' | 'network' | 'clerk'): void {
      engine.wake(why)
    },
    changed(topic: Topic): void {
      engine.changed(topic)
    },
    /** Ends the engine and what practice has running. */
    async leave(): Promise<void> {
      leaving = true
      await switching
      await engine.leave()
      await world.stop()
    },
  }
}
