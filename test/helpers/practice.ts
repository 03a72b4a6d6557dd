import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PRACTICE_PATH, type PracticePart, type PracticeStart } from '../../src/shared/practice.ts'
import { addressOf } from '../hub/hub-process.ts'

/** A practice as main makes it: its folder, and its hub in a process of its own. */
export interface PracticeWorld {
  readonly folder: string
  /** Of the hub, without a path. */
  readonly origin: string
  startOf(part: PracticePart): PracticeStart
  remove(): Promise<void>
}

/** Starts a practice hub from its sources over a new folder. */
export async function startPracticeWorld(): Promise<PracticeWorld> {
  const folder = mkdtempSync(join(tmpdir(), 'vanthu-practice-'))
  const entry = join(import.meta.dirname, '../../src/hub-sim/index.ts')
  const child = spawn(process.execPath, [entry, '--practice', folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {},
  })
  const origin = await addressOf(child)
  return {
    folder,
    origin,
    startOf: (part) => ({
      part,
      hubUrl: `${origin}${PRACTICE_PATH}vxp`,
      outfitPath: join(folder, `${part}.json`),
    }),
    async remove() {
      const gone = new Promise((resolve) => child.once('exit', resolve))
      child.kill()
      await gone
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
