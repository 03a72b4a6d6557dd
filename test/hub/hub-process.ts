import { spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { vxpTransport, type VxpOptions } from '../../src/engine/hub/vxp.ts'
import type { LedgerEntry } from '../../src/hub-sim/ledger.ts'

/** The two offices and the commune's parent that hub tests play with. */
export const OFFICES = [
  {
    systemId: 'H99.88.01',
    secret: 'khóa của Suối Ngọc',
    organId: 'H99.88.01',
    oldCode: '000.00.01.H99',
    name: 'UBND xã Suối Ngọc',
    parentName: 'UBND tỉnh Thanh Vân',
    parentOrganId: 'H99',
    email: 'vanthu@suoingoc.example',
  },
  { systemId: 'H99.07', secret: 'snv-secret', organId: 'H99.07', name: 'Sở Nội vụ tỉnh Thanh Vân' },
  { systemId: 'H99', secret: 'tinh-secret', organId: 'H99', name: 'UBND tỉnh Thanh Vân' },
] as const

/** A hub as its own process over a folder of its own. */
export interface HubProcess {
  readonly url: string
  readonly directory: string
  readonly pid: number
  /** Tells the hub what to do wrong; see src/hub-sim/faults.ts. */
  faults(changes: Readonly<Record<string, unknown>>): Promise<void>
  ledger(): Promise<LedgerEntry[]>
  inject(bytes: Uint8Array, to: string, kind?: 'edoc' | 'status'): Promise<string>
  /** `SIGTERM` ends it cleanly, `SIGKILL` as a power cut does. Resolves with the exit code. */
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<number | null>
  /** Starts it again on the same folder and port. */
  again(): Promise<HubProcess>
  /** Stops it and removes its folder. */
  remove(): Promise<void>
}

/** Starts a hub from its TypeScript sources, with {@link OFFICES} unless the folder has offices already. */
export async function startHubProcess(
  more: { directory?: string; port?: number; flags?: readonly string[] } = {},
): Promise<HubProcess> {
  const directory = more.directory ?? mkdtempSync(join(tmpdir(), 'hub-'))
  mkdirSync(directory, { recursive: true })
  if (more.directory === undefined) writeFileSync(join(directory, 'offices.json'), JSON.stringify(OFFICES))
  const child = spawn(
    process.execPath,
    [
      join(import.meta.dirname, '../../src/hub-sim/index.ts'),
      '--data',
      directory,
      '--port',
      String(more.port ?? 0),
      ...(more.flags ?? []),
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const url = await addressOf(child)
  const exited = new Promise<number | null>((resolve) => {
    child.once('exit', (code) => {
      resolve(code)
    })
  })
  const { token } = JSON.parse(readFileSync(join(directory, 'control.json'), 'utf8')) as { token: string }

  async function control(path: string, init: RequestInit = {}): Promise<unknown> {
    const response = await fetch(url + path, { ...init, headers: { authorization: `Bearer ${token}` } })
    const value: unknown = await response.json()
    if (!response.ok) throw new Error(`${path}: ${JSON.stringify(value)}`)
    return value
  }

  const hub: HubProcess = {
    url,
    directory,
    pid: child.pid ?? 0,
    async faults(changes) {
      await control('/_sim/faults', { method: 'POST', body: JSON.stringify(changes) })
    },
    ledger: async () => (await control('/_sim/ledger')) as LedgerEntry[],
    async inject(bytes, to, kind = 'edoc') {
      const answer = await control(`/_sim/inject?to=${to}&kind=${kind}&from=H99`, {
        method: 'POST',
        body: Buffer.from(bytes),
      })
      return (answer as { docId: string }).docId
    },
    stop(signal = 'SIGTERM') {
      child.kill(signal)
      return exited
    },
    again: () => startHubProcess({ ...more, directory, port: Number(new URL(url).port) }),
    async remove() {
      await hub.stop('SIGKILL')
      rmSync(directory, { recursive: true, force: true })
    },
  }
  return hub
}

function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    if (child.stdout === null) throw new Error('the hub has no output')
    createInterface(child.stdout).once('line', (line) => {
      const match = /^hub listening on (http:\S+)$/.exec(line)
      if (match?.[1] === undefined) reject(new Error(`the hub says: ${line}`))
      else resolve(match[1])
    })
    child.once('exit', (code) => {
      reject(new Error(`the hub ended with ${String(code)}`))
    })
  })
}

/** A transport for one of {@link OFFICES}. */
export function transportFor(
  hub: Pick<HubProcess, 'url'>,
  systemId: (typeof OFFICES)[number]['systemId'],
  more: Partial<VxpOptions> = {},
) {
  const office = OFFICES.find((one) => one.systemId === systemId)
  if (office === undefined) throw new Error(`no office ${systemId}`)
  return vxpTransport({ endpoint: `${hub.url}/vxp`, systemId, secret: office.secret, ...more })
}
