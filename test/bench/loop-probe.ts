/**
 * Measures how long the event loop of a process keeps waiting whoever comes: loaded before the program with
 * `--import`. At SIGUSR2 it writes what it saw since the last one to the file that LOOP_PROBE names.
 */
import { renameSync, writeFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'

/** All in milliseconds. */
export interface LoopDelay {
  /** Node's own measure (`monitorEventLoopDelay`, every millisecond): of the turns, one in a hundred was longer. */
  readonly turnsP99: number
  /** Of requests that come at any moment, one in a hundred waits longer: long turns count by their length. */
  readonly waitsP99: number
  readonly longest: number
  /** Of all threads of the process. */
  readonly cpu: number
}

const RESOLUTION_MS = 1
const path = process.env['LOOP_PROBE']
const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
let gaps: number[] = []
let last = performance.now()
let used = process.cpuUsage()

if (path !== undefined) {
  histogram.enable()
  setInterval(() => {
    const now = performance.now()
    gaps.push(now - last)
    last = now
  }, RESOLUTION_MS).unref()
  process.on('SIGUSR2', () => {
    const since = process.cpuUsage(used)
    used = process.cpuUsage()
    const seen: LoopDelay = {
      cpu: (since.user + since.system) / 1000,
      turnsP99: histogram.percentile(99) / 1e6,
      waitsP99: waitOf(gaps, 0.01),
      longest: gaps.reduce((most, gap) => Math.max(most, gap), 0),
    }
    writeFileSync(`${path}.part`, JSON.stringify(seen))
    renameSync(`${path}.part`, path)
    histogram.reset()
    gaps = []
  })
}

/** What `share` of those who come at any moment wait longer for: who comes within a gap waits for its end. */
function waitOf(all: readonly number[], share: number): number {
  const total = all.reduce((sum, gap) => sum + gap, 0)
  let low = 0
  let high = all.reduce((most, gap) => Math.max(most, gap), 0)
  for (let step = 0; step < 40; step += 1) {
    const middle = (low + high) / 2
    const longer = all.reduce((sum, gap) => sum + Math.max(0, gap - middle), 0)
    if (longer > share * total) low = middle
    else high = middle
  }
  return high
}
