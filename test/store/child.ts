import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

/**
 * Starts one of children/ in a process of its own and waits until it says `here`. `kill` ends it with
 * SIGKILL and waits until it is gone.
 */
export async function child(script: string, ...args: string[]): Promise<{ kill: () => Promise<void> }> {
  const path = fileURLToPath(new URL(`./children/${script}`, import.meta.url))
  const process_ = spawn(process.execPath, [path, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  const gone = once(process_, 'exit')
  onTestFinished(() => {
    process_.kill('SIGKILL')
  })
  const said = await Promise.race([once(process_.stdout, 'data').then(String), gone.then(() => 'gone')])
  if (said.trim() !== 'here') throw new Error(`${script} ended before it got there`)
  return {
    kill: async () => {
      process_.kill('SIGKILL')
      await gone
    },
  }
}
