import { MessageChannelMain, utilityProcess, type UtilityProcess, type WebContents } from 'electron'
import { codeOf } from '../shared/errors.ts'
import { fromEngine, type HostRequest, type ToEngine } from '../shared/host.ts'
import type { Topic } from '../shared/ipc/topics.ts'
import { logLine } from './log.ts'

const PING_EVERY_MS = 10_000
/** A quick check of a large store on a slow disk may keep the engine busy for long. */
const SILENCE_MS = 90_000
const GOODBYE_MS = 5_000
const FIRST_RESTART_MS = 200
const LONGEST_RESTART_MS = 30_000
const STEADY_MS = 60_000

/** What is asked for outside the window. */
export type FromOutside = Extract<ToEngine, { type: 'want' | 'openFile' }>

/** What the supervisor needs to know and to do. */
export interface SupervisorOptions {
  readonly engineEntry: string
  readonly signerEntry: string
  readonly start: Extract<ToEngine, { type: 'start' }>
  /** Answers what only the desktop can do. */
  readonly answer: (request: HostRequest) => Promise<unknown>
  /** The engine said goodbye, and meant it. */
  readonly onEngineLost: (why: string) => void
}

/**
 * Starts the engine and the signer, introduces them and the windows to each other, and starts the
 * engine again when it dies. An exit counts as a crash unless goodbye was said before it
 * (electron/electron#42290 reports wanted exits as crashes).
 */
export function supervise(options: SupervisorOptions) {
  /** Each with what takes it back. */
  const windows = new Map<WebContents, () => void>()
  /** Those whose page has loaded: a port sent earlier would be followed by a second one. */
  const loaded = new Set<WebContents>()
  let engine: UtilityProcess | undefined
  let ready = false
  let leaving = false
  let restarts = 0
  let lastHeard = 0
  let startedAt = 0
  let pings = 0
  let onGone: (() => void) | undefined
  /** The last thing that was asked for before the engine could hear it. */
  let early: FromOutside | undefined
  const signers = new Map<number, UtilityProcess>()

  function start(): void {
    const child = utilityProcess.fork(options.engineEntry, [], {
      serviceName: 'Văn Thư engine',
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    engine = child
    ready = false
    startedAt = Date.now()
    lastHeard = Date.now()
    child.on('message', (raw: unknown) => {
      receive(child, raw)
    })
    const source = () => `engine ${String(child.pid ?? 0)}`
    child.stderr?.on('data', (chunk: Buffer) => {
      logLine('warn', source(), chunk.toString('utf8').trimEnd())
    })
    child.once('spawn', () => {
      logLine('info', source(), 'started')
      child.postMessage(options.start)
    })
    child.once('exit', (code) => {
      if (engine !== child) return
      engine = undefined
      ready = false
      logLine(leaving ? 'info' : 'error', 'engine', `ended with code ${String(code)}`)
      onGone?.()
      // A signer without its engine holds a token that nobody can ask for.
      for (const signer of signers.values()) signer.kill()
      if (leaving) return
      for (const window of windows.keys()) window.send('engine-lost')
      options.onEngineLost(`code ${String(code)}`)
      if (Date.now() - startedAt > STEADY_MS) restarts = 0
      const wait = Math.min(LONGEST_RESTART_MS, FIRST_RESTART_MS * 2 ** restarts)
      restarts += 1
      setTimeout(() => {
        if (!leaving && engine === undefined) start()
      }, wait)
    })
  }

  function receive(child: UtilityProcess, raw: unknown): void {
    const parsed = fromEngine.safeParse(raw)
    if (!parsed.success) {
      logLine('error', 'engine', 'sent a message of the wrong shape')
      return
    }
    lastHeard = Date.now()
    const message = parsed.data
    switch (message.type) {
      case 'ready':
        ready = true
        for (const window of loaded) introduce(window)
        if (early !== undefined) child.postMessage(early)
        early = undefined
        return
      case 'ask':
        void reply(child, message.id, message.request)
        return
      case 'log':
        logLine(message.level, `engine ${String(child.pid ?? 0)}`, message.text)
        return
      case 'bye':
      case 'pong':
      case 'reply':
      case 'topic':
        return
    }
  }

  async function reply(child: UtilityProcess, id: number, request: HostRequest): Promise<void> {
    try {
      const value = await perform(child, request)
      child.postMessage({ type: 'answer', id, value } satisfies ToEngine)
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause)
      logLine('error', 'main', `${request.op}: ${message}`)
      child.postMessage({ type: 'refusal', id, code: codeOf(cause), message } satisfies ToEngine)
    }
  }

  async function perform(child: UtilityProcess, request: HostRequest): Promise<unknown> {
    switch (request.op) {
      case 'startSigner':
        startSigner(child, request.signer)
        return undefined
      case 'killSigner':
        signers.get(request.signer)?.kill()
        return undefined
      default:
        return options.answer(request)
    }
  }

  function startSigner(forEngine: UtilityProcess, number: number): void {
    const child = utilityProcess.fork(options.signerEntry, [], {
      serviceName: 'Văn Thư signer',
      // A pipe that nobody reads fills up, and a driver that prints much would stand still in the middle of it.
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    signers.set(number, child)
    const { port1, port2 } = new MessageChannelMain()
    forEngine.postMessage({ type: 'signer', signer: number } satisfies ToEngine, [port1])
    child.once('spawn', () => {
      logLine('info', `signer ${String(child.pid ?? 0)}`, 'started')
      child.postMessage({ type: 'port' }, [port2])
    })
    child.stderr?.on('data', (chunk: Buffer) => {
      // A driver in its debug mode may print a PIN: how much it said is logged, never what.
      logLine('warn', 'signer', `the driver wrote ${String(chunk.byteLength)} bytes to its error output`)
    })
    child.once('exit', (code) => {
      logLine('info', 'signer', `ended with code ${String(code)}`)
      signers.delete(number)
      forEngine.postMessage({ type: 'signer-exit', signer: number, code } satisfies ToEngine)
    })
  }

  /** Gives a window a port of its own to the engine. */
  function introduce(window: WebContents): void {
    if (engine === undefined || window.isDestroyed()) return
    const { port1, port2 } = new MessageChannelMain()
    engine.postMessage({ type: 'window' } satisfies ToEngine, [port1])
    window.postMessage('port', null, [port2])
  }

  const watch = setInterval(() => {
    if (engine === undefined || leaving) return
    if (Date.now() - lastHeard > SILENCE_MS) {
      logLine('error', 'engine', `silent for ${String(SILENCE_MS)} ms, will kill it now`)
      engine.kill()
      return
    }
    engine.postMessage({ type: 'ping', id: ++pings } satisfies ToEngine)
  }, PING_EVERY_MS)

  start()

  return {
    /** Connects a window; it gets a new port each time it loads and each time the engine starts. */
    addWindow(window: WebContents): void {
      const onLoaded = (): void => {
        loaded.add(window)
        if (ready) introduce(window)
      }
      const onDestroyed = (): void => {
        windows.delete(window)
        loaded.delete(window)
      }
      window.on('did-finish-load', onLoaded)
      window.once('destroyed', onDestroyed)
      windows.set(window, () => {
        if (window.isDestroyed()) return
        window.off('did-finish-load', onLoaded)
        window.off('destroyed', onDestroyed)
      })
    },
    /** Something was asked for outside the window; kept until the engine can hear it. */
    fromOutside(message: FromOutside): void {
      if (ready) engine?.postMessage(message)
      else early = message
    },
    /** The PC woke up, the network came back, or the clerk does not want to wait. */
    wake(why: 'resume' | 'network' | 'clerk'): void {
      engine?.postMessage({ type: 'wake', why } satisfies ToEngine)
    },
    /** Something of main's own changed, such as the state of an update. */
    changed(topic: Topic): void {
      engine?.postMessage({ type: 'changed', topic } satisfies ToEngine)
    },
    /** Says goodbye, forgets the windows, and waits until the engine has closed its store and ended, at most five seconds. */
    async leave(): Promise<void> {
      leaving = true
      clearInterval(watch)
      const child = engine
      if (child !== undefined) {
        const gone = new Promise<void>((resolve) => {
          onGone = resolve
          setTimeout(resolve, GOODBYE_MS)
        })
        child.postMessage({ type: 'goodbye' } satisfies ToEngine)
        await gone
        child.kill()
      }
      for (const signer of signers.values()) signer.kill()
      for (const forget of windows.values()) forget()
      windows.clear()
      loaded.clear()
    },
  }
}
