import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'

/** What one run of a program cost. */
export interface Cost {
  /** From just before the process starts until it is gone, and whatever `after` did. */
  readonly wallMs: number
  /** Peak resident memory of the process itself, and of each it started, in bytes. */
  readonly peakBytes: number
  readonly childrenPeakBytes: number
}

/** Short enough to see a program of a tenth of a second often, and cheap enough to disturb neither side. */
const LOOK_EVERY_MS = 4

/**
 * Runs a program and reads the kernel's own high-water mark of its memory (VmHWM) again and again while it
 * lives: what it takes in its last few milliseconds may be missed. `getrusage` would count our own memory
 * to a child that has not yet called exec. Linux only.
 *
 * @param after belongs to the time, for instance flushing what the program left in the system's cache
 * @throws Error when the program could not run or `isGood` says no to its exit code
 */
export async function measure(
  command: string,
  words: readonly string[],
  env: Readonly<Record<string, string>>,
  isGood: (exitCode: number | null) => boolean,
  after: () => void = () => undefined,
): Promise<Cost & { readonly output: string }> {
  const start = performance.now()
  const child = spawn(command, words, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  let complaints = ''
  child.stdout.on('data', (text: Buffer) => (output += text.toString()))
  child.stderr.on('data', (text: Buffer) => (complaints += text.toString()))
  const ended = once(child, 'exit')
  const peaks = new Map<number, number>()
  const looking = (async () => {
    while (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
      look(child.pid, peaks)
      await pause(LOOK_EVERY_MS)
    }
  })()
  await ended
  after()
  const wallMs = performance.now() - start
  await looking
  if (!isGood(child.exitCode))
    throw new Error(`${command} ended with ${String(child.exitCode)}: ${complaints}`)
  const own = peaks.get(child.pid ?? 0) ?? 0
  let all = 0
  for (const peak of peaks.values()) all += peak
  return { wallMs, peakBytes: own, childrenPeakBytes: all - own, output }
}

function look(pid: number, peaks: Map<number, number>): void {
  const program = read(`/proc/${String(pid)}/cmdline`)
  const processes = [pid, ...childrenOf(pid)]
  for (const each of processes) {
    // Between fork and exec a child shows its parent's memory as its own.
    if (each !== pid && read(`/proc/${String(each)}/cmdline`) === program) continue
    const peak = /VmHWM:\s+(\d+) kB/.exec(read(`/proc/${String(each)}/status`))?.[1]
    if (peak !== undefined) peaks.set(each, Math.max(peaks.get(each) ?? 0, Number(peak) * 1024))
  }
}

function childrenOf(pid: number): number[] {
  return read(`/proc/${String(pid)}/task/${String(pid)}/children`)
    .trim()
    .split(' ')
    .map(Number)
    .filter(Boolean)
}

/** Empty where the process is gone. */
function read(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}

/** The middle value, and the outermost ones. */
export interface Spread {
  readonly median: number
  readonly least: number
  readonly most: number
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b)
  const lower = sorted[Math.floor((sorted.length - 1) / 2)]
  const upper = sorted[Math.ceil((sorted.length - 1) / 2)]
  const [least] = sorted
  const most = sorted.at(-1)
  if (lower === undefined || upper === undefined || least === undefined || most === undefined) {
    throw new Error('nothing was measured')
  }
  return { median: (lower + upper) / 2, least, most }
}
