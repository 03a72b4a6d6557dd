import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { IncomingSummary, OutgoingDetail } from '../../src/shared/ipc/contract.ts'
import { INCOMING_BOXES, type IncomingBox } from '../../src/shared/document/incoming.ts'
import { chance, type Chance } from '../helpers/chance.ts'
import { buildEngine } from '../helpers/engine-process.ts'
import { startHubProcess, type HubProcess } from '../hub/hub-process.ts'
import { makeMachineShim } from '../native/machine-shim.ts'
import { ghostscriptPdf, workFolder } from '../pdf/samples.ts'
import { sendWithCurl, type CurlOutcome } from './curl.ts'
import { prepareOffices, type PlannedDocument } from './desk.ts'
import { openChaosOffice, type ChaosOffice } from './office.ts'
import { startProxy, type Proxy, type Weather } from './proxy.ts'
import { isEven, reckon, type Findings, type Reckoning } from './reckoning.ts'

export interface ChaosOptions {
  readonly seed: number
  /** Of both offices together. */
  readonly documents: number
  /** At least so many, however soon all documents are submitted. */
  readonly troubles: number
  /** What happens, a line each. */
  readonly say: (line: string) => void
}

export interface ChaosOutcome {
  readonly reckoning: Reckoning
  /** How often each kind of trouble came. */
  readonly troubles: ReadonlyMap<string, number>
  /** The same number of documents by `curl --retry`, over the same kind of line. */
  readonly curl: CurlOutcome
  readonly seconds: number
}

/** Longer than the proxy delays anything and the hub works on anything, shorter than patience. */
const SETTLE_MS = 1_500
/** How long everything may take once nothing goes wrong any more, with this much for each document. */
const CALM_MS = 60_000
const CALM_FOR_EACH_MS = 2_000
const YEAR_MS = 365 * 86_400_000

/**
 * Two offices and a hub as processes, a bad line between them, and everything that can end or hinder one of
 * them, until all documents are submitted; then calm, and the reckoning.
 *
 * The same seed gives the same troubles in the same order; when a process is hit depends on the machine.
 */
export async function runChaos({
  seed,
  documents,
  troubles: wanted,
  say,
}: ChaosOptions): Promise<ChaosOutcome> {
  const start = performance.now()
  const next = chance(seed)
  const dir = mkdtempSync(join(tmpdir(), 'vanthu-chaos-'))
  const folder = workFolder()
  const program = await buildEngine()
  // Every other run before a hub that lets broken transfers go on.
  const resumable = next(2) === 0 ? ['--resumable'] : []
  let hub = await startHubProcess({ flags: ['--max-skew-seconds', '300', ...resumable] })
  const proxy = await startProxy(hub.url, next)
  const troubles = new Map<string, number>()
  const open: ChaosOffice[] = []
  const pdf = join(dir, 'document.pdf')
  writeFileSync(pdf, ghostscriptPdf(folder, 'document.pdf'))
  const { desk, offices } = await prepareOffices(hub, proxy.url, pdf, documents)
  try {
    say(`${String(documents)} documents are sealed`)
    for (const { organId, profileDir, recoveryCode, tokens } of offices) {
      const machine = makeMachineShim(join(dir, `machine-${organId}`))
      const env = tokens.hsm.env
      const options = { name: organId, program, profileDir, recoveryCode, env, machine, settleMs: SETTLE_MS }
      open.push(openChaosOffice(options, next))
    }
    const planned = offices.flatMap((office) => office.documents)
    const work = clerks(open, planned, next)
    const trouble = troubleMaker({ offices: open, proxy, next, troubles, say, restartHub })
    await work.submitAll()
    while (trouble.made() < wanted) await work.registerSome()
    await trouble.end()
    say('calm')
    await work.finish(CALM_MS + documents * CALM_FOR_EACH_MS)
    say('the reckoning')
    const findings = await look(open, planned, hub)
    const model = { submitted: planned, registered: work.registered }
    const reckoning = reckon(model, findings)
    troubles.set(
      'engine died',
      open.reduce((sum, office) => sum + office.deaths(), 0),
    )
    const curl = await sendWithCurl({ hub, proxy, documents, pdf, next, dir, restartHub })
    return { reckoning, troubles, curl, seconds: (performance.now() - start) / 1000 }
  } finally {
    for (const office of open) await office.close()
    await proxy.close()
    await hub.remove()
    program.remove()
    desk.remove()
    folder.remove()
    rmSync(dir, { recursive: true, force: true })
  }

  async function restartHub(): Promise<void> {
    await hub.stop('SIGKILL')
    await pause(200 + next(800))
    hub = await hub.again()
  }

  /** What both clerks do, until the model says that everything has come to its end. */
  function clerks(both: readonly ChaosOffice[], all: readonly PlannedDocument[], choose: Chance) {
    /** Documents whose recipient will register them; the others are left unread. */
    const toRegister = new Set(all.filter(() => choose(3) > 0).map(({ subject }) => subject))
    const officeOf = (organId: string): ChaosOffice => {
      const found = both.find(({ name }) => name === organId)
      if (found === undefined) throw new Error(`no office ${organId}`)
      return found
    }

    async function registerSome(): Promise<void> {
      for (const office of both) {
        for (const row of await rowsOf(office, 'new')) {
          // Whether it was done although no answer came shows the next time.
          if (toRegister.has(row.subject)) await office.attempt('incoming.register', { id: row.id })
        }
        await pause(100)
      }
    }

    async function isDone(): Promise<boolean> {
      const findings = await look(both, all, hub)
      return isEven(reckon({ submitted: all, registered: toRegister }, findings))
    }

    return {
      registered: toRegister,
      registerSome,
      async submitAll(): Promise<void> {
        const waiting = [...all]
        while (waiting.length > 0) {
          const one = waiting[choose(Math.min(waiting.length, 10))]
          if (one === undefined) break
          const office = officeOf(one.from)
          await office.attempt('outgoing.submit', { id: one.id })
          const found = await office.attempt('outgoing.one', { id: one.id })
          if (found !== undefined && found.state !== 'sealed') waiting.splice(waiting.indexOf(one), 1)
          if (choose(4) === 0) await registerSome()
          if (choose(3) === 0) office.wake()
          await pause(100 + choose(400))
        }
      },
      async finish(patienceMs: number): Promise<void> {
        const deadline = performance.now() + patienceMs
        let wokenAt = -Infinity
        while (performance.now() < deadline) {
          // Not more often: being woken begins the wait for an unknown outcome anew.
          if (performance.now() > wokenAt + 3 * SETTLE_MS) {
            wokenAt = performance.now()
            for (const office of both) office.wake()
          }
          await registerSome()
          if (await isDone()) {
            // What would still be sent a second time is sent by now.
            await pause(2 * SETTLE_MS)
            return
          }
          await pause(500)
        }
      },
    }
  }
}

interface TroubleMaking {
  readonly offices: readonly ChaosOffice[]
  readonly proxy: Proxy
  readonly next: Chance
  readonly troubles: Map<string, number>
  readonly say: (line: string) => void
  readonly restartHub: () => Promise<void>
}

/** Makes one trouble after the other until it is told to end; then it puts everything right. */
function troubleMaker({ offices, proxy, next, troubles, say, restartHub }: TroubleMaking) {
  let isOver = false
  /** A function, because the compiler does not see that an await may change it. */
  const goesOn = (): boolean => !isOver
  const anyOffice = (): ChaosOffice => {
    const office = offices[next(offices.length)]
    if (office === undefined) throw new Error('there are offices')
    return office
  }
  const weather = (to: Weather) => (): Promise<void> => {
    proxy.turn(to)
    return Promise.resolve()
  }
  const kinds: readonly (readonly [name: string, make: () => Promise<void>])[] = [
    ['rough line', weather('rough')],
    ['rough line', weather('rough')],
    ['no line', weather('dead')],
    ['calm line', weather('calm')],
    [
      'engine killed',
      () => {
        anyOffice().kill()
        return Promise.resolve()
      },
    ],
    ['hub killed', restartHub],
    [
      'disk full',
      async () => {
        const { machine } = anyOffice()
        machine.fill(true)
        await pause(300 + next(1_500))
        machine.fill(false)
      },
    ],
    [
      'clock jumped',
      async () => {
        const { machine } = anyOffice()
        machine.shiftClock((next(2) === 0 ? 1 : -1) * (60_000 + next(YEAR_MS)))
        await pause(300 + next(2_000))
        machine.shiftClock(0)
      },
    ],
    ['slept', () => anyOffice().sleep(300 + next(2_000))],
  ]
  proxy.turn('rough')
  const making = (async () => {
    while (goesOn()) {
      const [name, make] = kinds[next(kinds.length)] ?? ['nothing', () => Promise.resolve()]
      say(name)
      troubles.set(name, (troubles.get(name) ?? 0) + 1)
      await make()
      await pause(200 + next(1_200))
    }
  })()
  return {
    made: () => [...troubles.values()].reduce((sum, count) => sum + count, 0),
    async end(): Promise<void> {
      isOver = true
      await making
      proxy.turn('calm')
      for (const office of offices) {
        office.spare()
        office.machine.mend()
        // A fail point may still be waiting in it.
        office.kill()
      }
    },
  }
}

/** Everything there is to see, in the hub and in both offices. */
async function look(
  offices: readonly ChaosOffice[],
  planned: readonly PlannedDocument[],
  hub: HubProcess,
): Promise<Findings> {
  const incoming: { at: string; row: IncomingSummary }[] = []
  const outgoing = new Map<string, OutgoingDetail>()
  for (const office of offices) {
    for (const box of Object.keys(INCOMING_BOXES) as IncomingBox[]) {
      for (const row of await rowsOf(office, box)) incoming.push({ at: office.name, row })
    }
    for (const { id, subject, from } of planned) {
      const found = from === office.name ? await office.attempt('outgoing.one', { id }) : undefined
      if (found !== undefined) outgoing.set(subject, found)
    }
  }
  return { ledger: await hub.ledger(), outgoing, incoming }
}

/** All of a box, or what of it could be read. */
async function rowsOf(office: ChaosOffice, box: IncomingBox): Promise<IncomingSummary[]> {
  const rows: IncomingSummary[] = []
  for (;;) {
    const page = await office.attempt('incoming.list', { box, limit: 200, offset: rows.length })
    rows.push(...(page?.rows ?? []))
    if (page === undefined || page.rows.length === 0 || rows.length >= page.total) return rows
  }
}
