import { cpSync } from 'node:fs'
import type { FailPoint } from '../../src/engine/fail-point.ts'
import {
  buildEngine,
  startEngine,
  type EngineProcess,
  type EngineProgram,
} from '../helpers/engine-process.ts'
import type { Call, Desk, OfficeTokens, TestOffice } from '../helpers/office.ts'
import { startHubProcess, type HubProcess } from '../hub/hub-process.ts'

/** An office that was made once, to be copied for each test that kills it. */
export interface Template {
  readonly dir: string
  readonly tokens: OfficeTokens
  readonly recoveryCode: string
}

/** Starts a copy of an office, with a step at which it kills itself or without one. */
export type Start = (failPoint?: FailPoint, settleMs?: number) => Promise<EngineProcess>

/** One office copied from its template. */
export interface Bench {
  readonly profileDir: string
  readonly start: Start
}

/** The engine's program, for a test file that kills it again and again. */
export interface KillBench {
  /** A copy of the office; whatever hub it knew is gone. */
  copyOf(template: Template): Bench
  /** The same before a fresh hub, which is removed after the work. */
  withHub(template: Template, work: (hub: HubProcess, start: Start) => Promise<void>): Promise<void>
  remove(): void
}

export async function makeKillBench(desk: Desk): Promise<KillBench> {
  // Most of the time goes into starting engines, signers and hubs: each finds compiled what one before left.
  process.env['NODE_COMPILE_CACHE'] = desk.path('compiled')
  const program: EngineProgram = await buildEngine()
  let copies = 0

  function copyOf({ dir, tokens, recoveryCode }: Template, hub?: HubProcess): Bench {
    const profileDir = desk.path(`copy-${String(++copies)}`)
    cpSync(dir, profileDir, { recursive: true })
    return {
      profileDir,
      async start(failPoint, settleMs) {
        const engine = await startEngine({
          program,
          profileDir,
          env: tokens.hsm.env,
          ...(failPoint === undefined ? {} : { failPoint }),
          ...(settleMs === undefined ? {} : { settleMs }),
        })
        // From here on the named step may kill the engine at any time.
        await survive(engine.call('office.unlock', { recoveryCode }))
        if (hub !== undefined) await survive(pointAt(engine.call, hub))
        return engine
      },
    }
  }

  return {
    copyOf: (template) => copyOf(template),
    async withHub(template, work) {
      const hub = await startHubProcess()
      try {
        await work(hub, copyOf(template, hub).start)
      } finally {
        await hub.remove()
      }
    },
    remove() {
      program.remove()
    },
  }
}

async function pointAt(call: Call, hub: HubProcess): Promise<void> {
  const settings = await call('settings.current', {})
  const url = `${hub.url}/vxp`
  if (settings.hub?.kind !== 'filedrop' && settings.hub?.url === url) return
  await call('settings.save', { ...settings, hub: { url, systemId: settings.agency.organId } })
}

/**
 * Puts a finished office away as the template of many.
 *
 * @param keeps what its copies need: a line to the hub or tokens, of which each costs a process or its time
 */
export async function putAway(
  office: TestOffice,
  dir: string,
  tokens: OfficeTokens,
  keeps: 'line' | 'token',
): Promise<Template> {
  const { agency, clerkName, hub, token } = await office.call('settings.current', {})
  await office.call('settings.save', {
    agency,
    clerkName,
    ...(keeps === 'line' && hub !== undefined ? { hub } : {}),
    ...(keeps === 'token' && token !== undefined ? { token } : {}),
  })
  await office.close()
  return { dir, tokens, recoveryCode: office.recoveryCode }
}

/** A call that the death of the engine may interrupt. */
export async function survive(work: Promise<unknown>): Promise<void> {
  await work.catch((cause: unknown) => {
    if (!(cause instanceof Error) || cause.message !== 'the engine died') throw cause
  })
}
