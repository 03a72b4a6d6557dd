/**
 * `npm run bench -- start [--rounds N] [--documents N]`: how our window starts and what it takes, beside an empty one.
 *
 * In one run and by turns: an empty Electron window, and the built app over an office of 1,000 and one of 100,000
 * documents (test/helpers/many-documents.ts), each in a new process. A start ends when the window is shown and a row
 * of its list is drawn: of the documents in the register, and once more of the page where the day begins. Files are in
 * the system's cache, and each profile was opened once before. Memory is that of all processes after the window has
 * been quiet, what they share counted once (PSS). The offices have no hub and no token. Offices are kept in
 * out/bench/offices for the next run.
 *
 * Prints a table, writes out/bench/start.json, and ends with 1 when a target is missed: 100,000 documents within 10 %
 * of 1,000, at most 1.5 times the empty window's time and memory.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, totalmem } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { display } from '../../scripts/display.mjs'
import { runtime } from '../../scripts/runtime.mjs'
import type { MakingJob } from './making-job.ts'
import { spreadOf, type Spread } from './measure.ts'
import type { ProcessMemory } from './tree-memory.ts'
import { startWindow, type Started, type WindowStart } from './window-run.ts'

const ROOT = join(import.meta.dirname, '../..')
const OUT = join(ROOT, 'out', 'bench')
const OFFICES = join(OUT, 'offices')
const PROGRAM = join(OUT, 'program', 'making.js')
const FEW = 1000
const BODY_WORDS = 100
const GROWTH = 1.1
const TIMES_EMPTY = 1.5
/** In a list, and on the page where the day begins. */
const ROW = '[role=option]'
const NUMBERS = 'main ul li'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    documents: { type: 'string', default: '100000' },
  },
})
const rounds = Number(values.rounds)
const many = Number(values.documents)

const screen = await display()
const { electronPath, electronVersion, env: runtimeEnv } = await runtime()
const env = { ...runtimeEnv, ...screen.env }
const machine =
  `Electron ${electronVersion}, ${String(cpus().length)} × ${cpus()[0]?.model ?? '?'}, ` +
  `${(totalmem() / 2 ** 30).toFixed(0)} GiB, ${'DISPLAY' in screen.env ? 'Xvfb, drawn by software' : 'a screen'}`
console.log(`${machine}; ${String(rounds)} rounds; load ${load()}`)

mkdirSync(OFFICES, { recursive: true })
const windows: Readonly<Record<string, WindowStart>> = {
  empty: {
    electronPath,
    app: join(import.meta.dirname, 'window', 'empty'),
    env,
    words: [`--user-data-dir=${join(OFFICES, 'empty')}`],
    sign: ROW,
  },
  ...ours(FEW),
  ...ours(many),
}
const runs = new Map<string, Started[]>(Object.keys(windows).map((name) => [name, []]))
for (let round = 0; round <= rounds; round += 1) {
  for (const [name, start] of Object.entries(windows)) {
    // The first round fills the caches, and is not counted.
    const started = await startWindow(start, round === rounds)
    if (round > 0) runs.get(name)?.push(started)
  }
}
screen.stop()

const rows = [...runs].map(([name, all]) => ({
  name,
  usable: spreadOf(all.map(({ usableMs }) => usableMs)),
  processor: spreadOf(all.map(({ processorMs }) => processorMs)),
  memory: all.at(-1)?.memory ?? [],
}))
const [empty] = rows
if (empty === undefined) throw new Error('the empty window was measured')
for (const { name, usable, processor, memory } of rows) {
  console.log(
    `${name.padEnd(16)} ${words(usable)}, of the processors ${words(processor)}, ` +
      `idle ${(bytesOf(memory) / 1e6).toFixed(0)} MB (${kindsOf(memory)})`,
  )
}
const of = (name: string) => rows.find((row) => row.name === name) ?? empty
const found = [
  { what: 'list, many to few', ratio: ratio(`list ${String(many)}`, `list ${String(FEW)}`), most: GROWTH },
  { what: 'home, many to few', ratio: ratio(`home ${String(many)}`, `home ${String(FEW)}`), most: GROWTH },
  { what: 'list to empty', ratio: ratio(`list ${String(many)}`, 'empty'), most: TIMES_EMPTY },
  { what: 'home to empty', ratio: ratio(`home ${String(many)}`, 'empty'), most: TIMES_EMPTY },
  {
    what: 'memory to empty',
    ratio: bytesOf(of(`list ${String(many)}`).memory) / bytesOf(empty.memory),
    most: TIMES_EMPTY,
  },
]
for (const { what, ratio: times, most } of found) {
  console.log(
    `${what.padEnd(18)} ${times.toFixed(2)}, at most ${most.toFixed(2)}: ${times <= most ? 'met' : 'MISSED'}`,
  )
}
console.log(`load ${load()}`)
writeFileSync(
  join(OUT, 'start.json'),
  `${JSON.stringify({ at: new Date().toISOString(), machine, rounds, many, rows, found, load: load() }, undefined, 2)}\n`,
)
process.exitCode = found.every(({ ratio: times, most }) => times <= most) ? 0 : 1

function ours(documents: number): Record<string, WindowStart> {
  const folder = join(OFFICES, String(documents))
  make({ dir: join(folder, 'office'), documents, bodyWords: BODY_WORDS })
  const app = { electronPath, app: ROOT, env: { ...env, VANTHU_DATA: folder } }
  return {
    [`list ${String(documents)}`]: { ...app, sign: ROW, address: '#/registered' },
    [`home ${String(documents)}`]: { ...app, sign: NUMBERS },
  }
}

function make(job: MakingJob): void {
  if (existsSync(join(job.dir, 'store.db'))) return
  console.log(`making an office of ${String(job.documents)} documents`)
  execFileSync(process.execPath, [PROGRAM, JSON.stringify(job)], { stdio: 'inherit' })
}

/** Of the medians. */
function ratio(one: string, other: string): number {
  return of(one).usable.median / of(other).usable.median
}

function bytesOf(memory: readonly ProcessMemory[]): number {
  return memory.reduce((total, { bytes }) => total + bytes, 0)
}

function kindsOf(memory: readonly ProcessMemory[]): string {
  const kinds = new Map<string, number>()
  for (const { kind, bytes } of memory) kinds.set(kind, (kinds.get(kind) ?? 0) + bytes)
  return [...kinds].map(([kind, bytes]) => `${kind} ${(bytes / 1e6).toFixed(0)}`).join(', ')
}

function words({ median, least, most }: Spread): string {
  return `${median.toFixed(0)} ms (${least.toFixed(0)} to ${most.toFixed(0)})`
}

function load(): string {
  return loadavg()[0]?.toFixed(1) ?? '?'
}
