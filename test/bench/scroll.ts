/**
 * `npm run bench -- scroll`: how a list of 100,000 rows is scrolled, with the wheel and the keyboard.
 *
 * The built app over an office with 100,000 documents in its register. While the wheel is turned through the whole
 * list, slowly and in long throws, and while the keys move in it, the page notes when each of its frames begins and
 * Chromium notes every task of its main thread. The empty window does the same with as many plain lines of which those
 * in sight exist, in the same run: what it takes longer there is the machine's.
 *
 * Prints a table, writes out/bench/scroll.json, and ends with 1 when a frame of ours takes longer than 50 ms.
 */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { chromium, type Page } from 'playwright'
import { display } from '../../scripts/display.mjs'
import { runtime } from '../../scripts/runtime.mjs'
import type { MakingJob } from './making-job.ts'

const ROOT = join(import.meta.dirname, '../..')
const OUT = join(ROOT, 'out', 'bench')
const OFFICE = join(OUT, 'offices', 'rows')
const PROGRAM = join(OUT, 'program', 'making.js')
/** One of forty stays new: see fillIncoming. */
const DOCUMENTS = 102_600
const LONGEST_MS = 50
const FRAME_MS = 1000 / 60

mkdirSync(OUT, { recursive: true })
const job: MakingJob = { dir: join(OFFICE, 'office'), documents: DOCUMENTS, only: 'incoming', bodyWords: 0 }
if (!existsSync(join(job.dir, 'store.db'))) {
  console.log(`making an office of ${String(DOCUMENTS)} documents`)
  execFileSync(process.execPath, [PROGRAM, JSON.stringify(job)], { stdio: 'inherit' })
}
const screen = await display()
const { electronPath, electronVersion, env: runtimeEnv } = await runtime()
const env = { ...process.env, ...runtimeEnv, ...screen.env }
console.log(
  `Electron ${electronVersion}, ${String(cpus().length)} × ${cpus()[0]?.model ?? '?'}, ` +
    `${'DISPLAY' in screen.env ? 'Xvfb, drawn by software' : 'a screen'}; load ${load()}`,
)

const empty = join(import.meta.dirname, 'window', 'empty')
const results = {
  empty: await scrolled([`--user-data-dir=${join(OUT, 'offices', 'empty')}`], empty, {
    VANTHU_BENCH_ADDRESS: '#rows',
  }),
  ours: await scrolled([], ROOT, { VANTHU_DATA: OFFICE, VANTHU_BENCH_ADDRESS: '#/registered' }),
}
screen.stop()
for (const [name, { rows, moves }] of Object.entries(results)) {
  console.log(`${name}, ${String(rows)} rows`)
  for (const { how, frames } of moves) {
    const { count, median, p99, longest, over } = spread(frames)
    console.log(
      `  ${how.padEnd(14)} ${String(count).padStart(4)} frames: median ${median.toFixed(1)} ms, 99 of 100 within ` +
        `${p99.toFixed(1)} ms, longest ${longest.toFixed(1)} ms, ${String(over)} over ${String(LONGEST_MS)} ms`,
    )
  }
}
console.log(`load ${load()}`)
writeFileSync(
  join(OUT, 'scroll.json'),
  `${JSON.stringify({ at: new Date().toISOString(), results, load: load() })}\n`,
)
process.exitCode = results.ours.moves.every(({ frames }) => spread(frames).over === 0) ? 0 : 1

/** Opens a window and moves through its list. */
async function scrolled(words: readonly string[], app: string, more: Readonly<Record<string, string>>) {
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  const probe = join(import.meta.dirname, 'window', 'probe.cjs')
  const child = spawn(electronPath, [...sandbox, '--remote-debugging-port=0', ...words, '-r', probe, app], {
    env: { ...env, ...more },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const address = new Promise<string>((resolve) => {
    createInterface(child.stderr).on('line', (line) => {
      const found = /DevTools listening on (ws:\S+)/.exec(line)?.[1]
      if (found !== undefined) resolve(found)
    })
  })
  const browser = await chromium.connectOverCDP(await address)
  try {
    const [context] = browser.contexts()
    if (context === undefined) throw new Error('the window has a context')
    return await movesIn(context.pages()[0] ?? (await context.waitForEvent('page')))
  } finally {
    await browser.close()
    const gone = once(child, 'exit')
    child.kill()
    await gone
  }
}

async function movesIn(page: Page) {
  const list = page.locator('[role=listbox]')
  await list.locator('[role=option]').first().waitFor()
  await page.waitForTimeout(3_000)
  await list.hover()
  const rows = Number(await list.locator('[role=option]').first().getAttribute('aria-setsize'))
  const wheel = (turns: number, by: number) => async () => {
    for (let turn = 0; turn < turns; turn += 1) {
      await page.mouse.wheel(0, by)
      await page.waitForTimeout(FRAME_MS)
    }
  }
  const keys = (name: string, times: number) => async () => {
    await list.focus()
    for (let time = 0; time < times; time += 1) await page.keyboard.press(name)
  }
  const moves = [
    { how: 'wheel', move: wheel(180, 120) },
    { how: 'wheel, thrown', move: wheel(180, 6000) },
    { how: 'Page Down', move: keys('PageDown', 60) },
    { how: 'End', move: keys('End', 1) },
    { how: 'arrow keys', move: keys('ArrowUp', 60) },
    { how: 'Home', move: keys('Home', 1) },
  ]
  const found: { how: string; frames: number[] }[] = []
  for (const { how, move } of moves) found.push({ how, frames: await framesWhile(page, move) })
  return { rows, moves: found }
}

/** How long the frames of a page took while something was done, in milliseconds. */
async function framesWhile(page: Page, work: () => Promise<void>): Promise<number[]> {
  await page.evaluate(() => {
    const begun: number[] = []
    const note = (at: number) => {
      begun.push(at)
      frame = requestAnimationFrame(note)
    }
    let frame = requestAnimationFrame(note)
    Object.assign(globalThis, {
      endFrames: () => {
        cancelAnimationFrame(frame)
        return begun
      },
    })
  })
  await work()
  // What the last move still has to draw.
  await page.waitForTimeout(500)
  const begun = await page.evaluate(() =>
    (globalThis as unknown as { endFrames: () => number[] }).endFrames(),
  )
  return begun.slice(1).map((at, index) => at - (begun[index] ?? at))
}

function spread(frames: readonly number[]) {
  const sorted = frames.toSorted((one, other) => one - other)
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN
  const over = sorted.filter((ms) => ms > LONGEST_MS).length
  return { count: sorted.length, median: at(0.5), p99: at(0.99), longest: at(1), over }
}

function load(): string {
  return loadavg()[0]?.toFixed(1) ?? '?'
}
