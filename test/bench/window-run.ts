import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { treeMemory, treeSeconds, type ProcessMemory } from './tree-memory.ts'

/** One of the windows that start.ts compares. */
export interface WindowStart {
  readonly electronPath: string
  /** The folder of the app: ours, or window/empty. */
  readonly app: string
  readonly env: Readonly<Record<string, string>>
  /** Further words for Electron. */
  readonly words?: readonly string[]
  /** A selector of what must be drawn for the window to be of use. */
  readonly sign: string
  /** Added to the address of the page, such as `#/new`. */
  readonly address?: string
}

/** How a window came up. */
export interface Started {
  /** From just before the process was started, in milliseconds. */
  readonly usableMs: number
  /** What all its processes had used of the processors by then, in milliseconds: a busy machine changes it less. */
  readonly processorMs: number
  /** After it was quiet; empty where it was not waited for. */
  readonly memory: readonly ProcessMemory[]
}

const PROBE = join(import.meta.dirname, 'window', 'probe.cjs')
const PATIENCE_MS = 60_000
/** A tree that uses less than this share of a processor for so long is quiet. */
const QUIET_SHARE = 0.05
const QUIET_MS = 2_000
/** Not before this: caches are written, and engines collect what the start left, a while after it. */
const SETTLE_MS = 5_000

const said = z.object({ bench: z.enum(['sign', 'shown']), at: z.number() })

/**
 * Starts a window in a new process, waits until it shows what it is to show, and ends it again.
 *
 * @param isWeighed whether to wait until it is quiet and look at its memory
 * @throws Error when it does not come up within a minute
 */
export async function startWindow(start: WindowStart, isWeighed: boolean): Promise<Started> {
  const { electronPath, app, env, words = [], sign, address = '' } = start
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  const begun = Date.now()
  const child = spawn(electronPath, [...sandbox, ...words, '-r', PROBE, app], {
    env: { ...process.env, ...env, VANTHU_BENCH_SIGN: sign, VANTHU_BENCH_ADDRESS: address },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const pid = child.pid ?? 0
  try {
    const usableMs = (await usableAt(child)) - begun
    const processorMs = 1000 * treeSeconds(pid)
    return { usableMs, processorMs, memory: isWeighed ? await quietMemory(pid) : [] }
  } finally {
    const gone = once(child, 'exit')
    child.kill()
    await gone
  }
}

/** When it was both shown and drawn, epoch milliseconds. */
function usableAt(child: ChildProcess): Promise<number> {
  const times = new Map<string, number>()
  return new Promise<number>((resolve, reject) => {
    const late = setTimeout(() => {
      reject(new Error(`after a minute there is only: ${[...times.keys()].join(', ')}`))
    }, PATIENCE_MS)
    if (child.stdout === null) throw new Error('the output is a pipe')
    createInterface(child.stdout).on('line', (line) => {
      if (!line.startsWith('{"bench"')) return
      const { bench, at } = said.parse(JSON.parse(line))
      times.set(bench, at)
      if (times.size < said.shape.bench.options.length) return
      clearTimeout(late)
      resolve(Math.max(...times.values()))
    })
    child.once('exit', (code) => {
      clearTimeout(late)
      reject(new Error(`the window ended with ${String(code)}`))
    })
  })
}

async function quietMemory(pid: number): Promise<ProcessMemory[]> {
  await pause(SETTLE_MS)
  const until = Date.now() + PATIENCE_MS
  for (let before = treeSeconds(pid); Date.now() < until;) {
    await pause(QUIET_MS)
    const now = treeSeconds(pid)
    if (now - before < (QUIET_SHARE * QUIET_MS) / 1000) return treeMemory(pid)
    before = now
  }
  throw new Error('the window did not become quiet within a minute')
}
