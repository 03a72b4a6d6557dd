import { setTimeout as pause } from 'node:timers/promises'
import { FAIL_POINTS } from '../../src/engine/fail-point.ts'
import type { Method, Output, Request } from '../../src/shared/ipc/contract.ts'
import type { Chance } from '../helpers/chance.ts'
import { startEngine, type EngineProcess, type EngineProgram } from '../helpers/engine-process.ts'
import type { MachineShim } from '../native/machine-shim.ts'

/** How an office of a chaos run is made. */
export interface OfficeOptions {
  readonly name: string
  readonly program: EngineProgram
  readonly profileDir: string
  readonly recoveryCode: string
  readonly env: Readonly<Record<string, string>>
  readonly machine: MachineShim
  /** See World.settleMs: longer than the proxy delays anything. */
  readonly settleMs: number
}

/** An office whose engine is started again whenever it dies, as the app does. */
export interface ChaosOffice {
  readonly name: string
  readonly machine: MachineShim
  /** How often its engine died. */
  readonly deaths: () => number
  /** One request; undefined where the engine died, was being started, or refused it. */
  attempt<M extends Method>(method: M, input: Request<M>): Promise<Output<M> | undefined>
  /** SIGKILL. */
  kill(): void
  /** The lid is closed for a while. */
  sleep(ms: number): Promise<void>
  /** The network came back, or the machine woke up. */
  wake(): void
  /** From now on nothing kills it. */
  spare(): void
  close(): Promise<void>
}

/** Starts an office. Every other of its engines kills itself at a step that chance names. */
export function openChaosOffice(options: OfficeOptions, next: Chance): ChaosOffice {
  let engine: EngineProcess | undefined
  let deaths = 0
  let isSpared = false
  let isClosed = false
  const living = live()

  async function live(): Promise<void> {
    while (!isClosed) {
      const running = await begin()
      if (running === undefined) {
        await pause(200)
        continue
      }
      engine = running
      await unlock(running)
      await running.ended
      engine = undefined
      deaths += 1
    }
  }

  async function begin(): Promise<EngineProcess | undefined> {
    const failPoint = isSpared || next(2) === 0 ? undefined : FAIL_POINTS[next(FAIL_POINTS.length)]
    const { program, profileDir, settleMs, env, machine } = options
    try {
      return await startEngine({
        program,
        profileDir,
        settleMs,
        env: { ...env, ...machine.env },
        ...(failPoint === undefined ? {} : { failPoint }),
      })
    } catch {
      // A full disk, or killed before it was ready.
      return undefined
    }
  }

  /** With a full disk the store may not open yet: the clerk tries again. */
  async function unlock(running: EngineProcess): Promise<void> {
    const isOver = () => Promise.race([running.ended.then(() => true), pause(0, false)])
    while (!(await isOver())) {
      const outcome = await running
        .call('office.unlock', { recoveryCode: options.recoveryCode })
        .catch(() => undefined)
      if (outcome !== undefined) return
      await pause(200)
    }
  }

  async function attempt<M extends Method>(method: M, input: Request<M>): Promise<Output<M> | undefined> {
    try {
      return await engine?.call(method, input)
    } catch {
      return undefined
    }
  }

  return {
    name: options.name,
    machine: options.machine,
    deaths: () => deaths,
    attempt,
    kill: () => engine?.kill(),
    async sleep(ms) {
      const { pid } = engine ?? {}
      if (pid === undefined) return
      try {
        process.kill(pid, 'SIGSTOP')
        await pause(ms)
        process.kill(pid, 'SIGCONT')
      } catch {
        // It died in its sleep.
      }
    },
    wake: () => engine?.wake(),
    spare() {
      isSpared = true
    },
    async close() {
      isClosed = true
      await engine?.leave()
      await living
    },
  }
}
