/** Bounds for work on hostile files: processor time and memory of each piece, not of the whole test. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { expect } from 'vitest'

/** Processor time that one file may take, in milliseconds. A busy machine does not count. */
const CPU_MS = 2000
/** Memory that one file may take beyond what the process had; freed memory counts until it is collected. */
const FILE_BYTES = 128 << 20
/** The same for all files of a test together. */
const TOGETHER_BYTES = 400 << 20

/** Runs work on one file after the other, and fails with the name of the file that goes beyond the bounds. */
export interface Limits {
  /** @param about says which file it is, so that it can be made again */
  within<T>(about: string, work: () => Promise<T>): Promise<T>
  /** What all of it took, once it is over. */
  end(): Promise<void>
}

/**
 * Begins to watch this process. Work that never comes back blocks every check in its own thread, so another
 * thread looks on: it prints the name of the file and ends the process.
 */
export function watchLimits(): Limits {
  const name = new Uint8Array(new SharedArrayBuffer(1024))
  const begun = new Float64Array(new SharedArrayBuffer(8))
  const watch = new Worker(join(import.meta.dirname, 'limits-watch.ts'), {
    workerData: { name, begun, limitMs: CPU_MS * 5 },
  })
  watch.unref()
  const before = memory().now
  return {
    async within(about, work) {
      new TextEncoder().encodeInto(about.padEnd(name.length), name)
      // Forgets the peak that came before (proc(5), clear_refs).
      writeFileSync('/proc/self/clear_refs', '5')
      const { now } = memory()
      const start = cpuMs()
      begun[0] = start
      try {
        return await work()
      } finally {
        begun[0] = 0
        expect(cpuMs() - start, `milliseconds of ${about}`).toBeLessThan(CPU_MS)
        expect(memory().peak - now, `bytes of ${about}`).toBeLessThan(FILE_BYTES)
      }
    },
    async end() {
      await watch.terminate()
      expect(memory().now - before).toBeLessThan(TOGETHER_BYTES)
    },
  }
}

/** Processor time of this process so far, all its threads together. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

/** Resident memory in bytes: now, and at its peak since that was last forgotten. */
function memory(): { readonly now: number; readonly peak: number } {
  const status = readFileSync('/proc/self/status', 'latin1')
  const bytes = (field: string): number =>
    Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * 1024
  return { now: bytes('VmRSS'), peak: bytes('VmHWM') }
}
