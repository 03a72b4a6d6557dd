/** Looks for damage in the whole of an office's file, beside its work: reading all of it takes seconds. */
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { z } from 'zod'

/** What the thread is told. */
export const examination = z.object({
  path: z.string(),
  key: z.custom<Uint8Array>((value) => value instanceof Uint8Array),
  nativeBinding: z.string().optional(),
  /** See Database.findDamage. */
  except: z.string(),
})

/** What the thread found; empty: nothing. */
const findings = z.array(z.string())

/**
 * Examines in a thread that reads the file over a connection of its own.
 *
 * @param worker the built thread, or examine-worker.ts where Node strips types itself
 * @param signal ends the thread
 * @returns SQLite's own words on what is wrong; empty: nothing
 * @throws when there is no thread to be had, or `signal` aborts
 */
export function examineInThread(
  worker: string,
  asked: z.input<typeof examination>,
  signal: AbortSignal,
): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(worker, { workerData: asked, stdout: true, stderr: true })
    const stop = (): void => {
      void thread.terminate()
    }
    signal.addEventListener('abort', stop, { once: true })
    thread.once('message', (found: unknown) => {
      resolve(findings.parse(found))
    })
    thread.once('error', reject)
    thread.once('exit', () => {
      signal.removeEventListener('abort', stop)
      reject(new Error('the examination ended without a word'))
    })
  })
}

/** Left beside a file in which damage was found: the next opening looks for itself before it lets anybody in. */
const MARK = 'damaged'

export function markDamaged(dir: string): void {
  writeFileSync(join(dir, MARK), '')
}

export function isMarkedDamaged(dir: string): boolean {
  return existsSync(join(dir, MARK))
}

/** The file is whole, or another one. */
export function unmarkDamaged(dir: string): void {
  rmSync(join(dir, MARK), { force: true })
}
