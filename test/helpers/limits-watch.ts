/** The thread beside the tests of hostile files, see limits.ts: ends a process that hangs, and says over which. */
import { writeSync } from 'node:fs'
import { workerData } from 'node:worker_threads'

const { name, begun, limitMs } = workerData as {
  readonly name: Uint8Array
  /** Processor time of the process when the file was begun, in milliseconds; 0 between files. */
  readonly begun: Float64Array
  readonly limitMs: number
}

setInterval(() => {
  const { user, system } = process.cpuUsage()
  const start = begun[0] ?? 0
  if (start === 0 || (user + system) / 1000 - start < limitMs) return
  const about = Buffer.from(name).toString('utf8').trimEnd()
  writeSync(2, `hangs for ${String(limitMs)} ms of processor time: ${about}\n`)
  process.kill(process.pid, 'SIGKILL')
}, 500)
