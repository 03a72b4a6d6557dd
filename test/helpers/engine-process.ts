import { fork, type ChildProcess } from 'node:child_process'
import { builtinModules } from 'node:module'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { build } from 'vite'
import type { FailPoint } from '../../src/engine/fail-point.ts'
import { fromEngine, type ToEngine } from '../../src/shared/host.ts'
import type { Reply } from '../../src/shared/ipc/contract.ts'
import { callsOf, type Call } from './office.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const NATIVE = ['better-sqlite3', 'pkcs11js']

/** The engine's own program, built as the app builds it, so that it can be started and killed. */
export interface EngineProgram {
  readonly entry: string
  remove(): void
}

/** Builds src/engine/entry.ts into a folder of its own inside the project, where its native modules are found. */
export async function buildEngine(): Promise<EngineProgram> {
  mkdirSync(join(ROOT, 'out'), { recursive: true })
  const dir = mkdtempSync(join(ROOT, 'out', 'engine-'))
  await build({
    root: ROOT,
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    ssr: { noExternal: true, external: NATIVE },
    build: {
      ssr: true,
      outDir: dir,
      emptyOutDir: true,
      target: 'node20.18',
      minify: false,
      rolldownOptions: {
        input: { engine: join(ROOT, 'src/engine/entry.ts') },
        external: [...NATIVE, ...builtinModules.flatMap((name) => [name, `node:${name}`])],
        output: { format: 'es', entryFileNames: '[name].js' },
      },
    },
  })
  return {
    entry: join(dir, 'engine.js'),
    remove: () => {
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

/** An engine in a process of its own, spoken to as main speaks to it. */
export interface EngineProcess {
  readonly call: Call
  readonly pid: number | undefined
  /** Resolves with the signal or exit code when the process ends. */
  readonly ended: Promise<NodeJS.Signals | number | null>
  kill(): void
  /** The network came back, or the machine woke up. */
  wake(): void
  /** Says goodbye and waits for the end. */
  leave(): Promise<void>
}

export interface EngineProcessOptions {
  readonly program: EngineProgram
  readonly profileDir: string
  readonly env: Readonly<Record<string, string>>
  readonly failPoint?: FailPoint
  /** See World.settleMs. Default 300. */
  readonly settleMs?: number
  /** How often it looks at the hub by itself. Default 200 ms. */
  readonly pollIntervalMs?: number
  /** What the engine is run by, with its words: another program that starts Node. Default: Node alone. */
  readonly runBy?: readonly [command: string, ...words: string[]]
}

/** Starts an engine and waits until it is ready. A call that its death interrupts rejects. */
export async function startEngine(options: EngineProcessOptions): Promise<EngineProcess> {
  const [command, ...words] = options.runBy ?? [process.execPath]
  const child = fork(options.program.entry, [], {
    serialization: 'advanced',
    execPath: command,
    execArgv: words,
    env: { ...process.env, ...options.env, VANTHU_SIGNER_ENTRY: join(ROOT, 'src/signer/index.ts') },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const waiting = new Map<
    number,
    { resolve: (reply: Reply<unknown>) => void; reject: (cause: Error) => void }
  >()
  let lastId = 0
  const ended = new Promise<NodeJS.Signals | number | null>((done) => {
    child.once('exit', (code, signal) => {
      for (const { reject } of waiting.values()) reject(new Error('the engine died'))
      waiting.clear()
      done(signal ?? code)
    })
  })
  const ready = new Promise<void>((done, fail) => {
    child.on('message', (raw) => {
      const message = fromEngine.parse(raw)
      switch (message.type) {
        case 'ready':
          done()
          return
        case 'reply':
          waiting.get(message.id)?.resolve(message.reply as Reply<unknown>)
          waiting.delete(message.id)
          return
        case 'ask':
          send(child, {
            type: 'answer',
            id: message.id,
            value: message.request.op === 'keyStore' ? 'none' : undefined,
          })
          return
        case 'topic':
        case 'pong':
        case 'log':
        case 'bye':
          return
      }
    })
    void ended.then(() => {
      fail(new Error('the engine died before it was ready'))
    })
  })
  send(child, {
    type: 'start',
    profileDir: options.profileDir,
    pollIntervalMs: options.pollIntervalMs ?? 200,
    settleMs: options.settleMs ?? 300,
    ...(options.failPoint === undefined ? {} : { failPoint: options.failPoint }),
  })
  await ready
  return {
    call: callsOf(
      (method, input) =>
        new Promise((resolve, reject) => {
          const id = ++lastId
          if (!child.connected) {
            reject(new Error('the engine died'))
            return
          }
          waiting.set(id, { resolve, reject })
          send(child, { type: 'call', id, method, input })
        }),
    ),
    pid: child.pid,
    ended,
    kill: () => {
      child.kill('SIGKILL')
    },
    wake: () => {
      send(child, { type: 'wake', why: 'network' })
    },
    async leave() {
      send(child, { type: 'goodbye' })
      await ended
    },
  }
}

function send(child: ChildProcess, message: ToEngine): void {
  if (child.connected) child.send(message, () => undefined)
}
