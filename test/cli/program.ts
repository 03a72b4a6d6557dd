import { spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { build } from 'vite'

const ROOT = resolve(import.meta.dirname, '../..')

/** What a command left behind. */
export interface Outcome {
  readonly code: number | null
  readonly output: string
  readonly errors: string
}

/** The command line as it is built for the office, in a folder of its own. */
export interface Program {
  readonly entry: string
  /** Runs a command to its end. */
  run(words: readonly string[], env?: Readonly<Record<string, string>>): Promise<Outcome>
  /** Starts a command that goes on. */
  start(words: readonly string[]): ChildProcess
  remove(): void
}

/** Builds the command line, and the hub beside it, inside the project, where the native modules are found. */
export async function buildProgram(): Promise<Program> {
  mkdirSync(join(ROOT, 'out'), { recursive: true })
  const dir = mkdtempSync(join(ROOT, 'out', 'vanthu-'))
  for (const mode of ['cli', 'hub-sim']) {
    await build({
      root: ROOT,
      configFile: join(ROOT, 'vite.node.config.ts'),
      mode,
      logLevel: 'error',
      build: { outDir: join(dir, mode), sourcemap: false },
    })
  }
  const entry = join(dir, 'cli', 'index.js')
  return {
    entry,
    run: (words, env = {}) =>
      outcomeOf(spawn(process.execPath, [entry, ...words], { env: { ...process.env, ...env } })),
    start: (words) => spawn(process.execPath, [entry, ...words]),
    remove: () => {
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

/** Waits for the end of a process and for all it said. */
export function outcomeOf(child: ChildProcess): Promise<Outcome> {
  let output = ''
  let errors = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors += text
  })
  return new Promise((done, fail) => {
    child.once('error', fail)
    child.once('close', (code) => {
      done({ code, output, errors })
    })
  })
}
