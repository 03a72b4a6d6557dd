import { fork } from 'node:child_process'

/**
 * The process that loads the token driver, as far as the engine cares. Electron's utility process and
 * plain Node's child process both fit, and so does a fake in a test.
 */
export interface SignerProcess {
  /** Never throws: a message to a process that is gone is lost, and `onExit` tells. */
  send(message: unknown): void
  onMessage(listener: (message: unknown) => void): void
  /** Called once, however the process ended; `why` is for the log. */
  onExit(listener: (why: string) => void): void
  /** Ends the process at once, even while the driver hangs. */
  kill(): void
}

/** How long to wait for messages of a process that has ended. */
const LAST_WORDS_MS = 500

/**
 * Starts the signer under plain Node (tests, the command line).
 *
 * @param entryPath the built signer, or `src/signer/index.ts` where Node strips types itself
 * @param env       added to our own environment, for instance SOFTHSM2_CONF
 */
export function startSignerProcess(
  entryPath: string,
  env: Readonly<Record<string, string>> = {},
): SignerProcess {
  const child = fork(entryPath, [], {
    serialization: 'advanced',
    env: { ...process.env, ...env },
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  let ended: string | undefined
  const exitListeners: ((why: string) => void)[] = []
  const end = (why: string): void => {
    if (ended !== undefined) return
    ended = why
    for (const listener of exitListeners) listener(why)
  }
  child.once('error', (cause) => {
    end(`signer could not run: ${cause.message}`)
  })
  child.once('exit', (code, signal) => {
    const why = signal === null ? `signer ended with code ${String(code)}` : `signer ended by ${signal}`
    // What it said last may still be in the pipe; a daemon forked by a driver may hold the pipe open.
    if (!child.connected) end(why)
    else {
      child.once('disconnect', () => {
        end(why)
      })
      setTimeout(end, LAST_WORDS_MS, why)
    }
  })
  return {
    send(message) {
      if (child.connected) child.send(message as object, () => undefined)
    },
    onMessage(listener) {
      child.on('message', listener)
    },
    onExit(listener) {
      if (ended === undefined) exitListeners.push(listener)
      else {
        // Whoever listens to one that is gone already still hears of it afterwards, as of any other.
        const why = ended
        queueMicrotask(() => {
          listener(why)
        })
      }
    },
    kill() {
      child.kill('SIGKILL')
    },
  }
}
