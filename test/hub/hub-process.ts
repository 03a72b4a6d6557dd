import { spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { HubCallOptions } from '../../src/engine/hub/calls.ts'
import type { ConnectionOptions } from '../../src/engine/hub/connection.ts'
import { lgspTransport, type LgspOptions } from '../../src/engine/hub/lgsp.ts'
import type { Transport } from '../../src/engine/hub/transport.ts'
import { vxpTransport, type VxpOptions } from '../../src/engine/hub/vxp.ts'
import type { HubRoad } from '../../src/shared/ipc/contract.ts'
import type { LedgerEntry } from '../../src/hub-sim/ledger.ts'

/** The two offices and the commune's parent that hub tests play with. */
export const OFFICES = [
  {
    systemId: 'H99.88.01',
    secret: 'khoa-cua-suoi-ngoc',
    organId: 'H99.88.01',
    oldCode: '000.00.01.H99',
    name: 'UBND xã Suối Ngọc',
    parentName: 'UBND tỉnh Thanh Vân',
    parentOrganId: 'H99',
    email: 'vanthu@suoingoc.example',
    road: 'VN-TEST/COM/H99-88-01/VANTHU',
  },
  {
    systemId: 'H99.07',
    secret: 'snv-secret',
    organId: 'H99.07',
    name: 'Sở Nội vụ tỉnh Thanh Vân',
    road: 'VN-TEST/GOV/H99-07/VANTHU',
  },
  {
    systemId: 'H99',
    secret: 'tinh-secret',
    organId: 'H99',
    name: 'UBND tỉnh Thanh Vân',
    road: 'VN-TEST/GOV/H99/VANTHU',
  },
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

/** The address that a hub prints once it listens. */
export function addressOf(child: ChildProcess): Promise<string> {
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

type SystemId = (typeof OFFICES)[number]['systemId']

/** What every protocol is opened with. */
interface Opening extends HubCallOptions {
  readonly endpoint: string
  readonly systemId: string
  readonly secret: string
  readonly connection?: ConnectionOptions | undefined
  readonly road?: HubRoad | undefined
}

function officeOf(systemId: SystemId) {
  const office = OFFICES.find((one) => one.systemId === systemId)
  if (office === undefined) throw new Error(`no office ${systemId}`)
  return { systemId, secret: office.secret }
}

/** A transport by the SDK's protocol for one of {@link OFFICES}. */
export function vxpFor(hub: Pick<HubProcess, 'url'>, systemId: SystemId, more: Partial<VxpOptions> = {}) {
  return vxpTransport({ endpoint: `${hub.url}/vxp`, ...officeOf(systemId), ...more })
}

/** A transport by a province's LGSP for one of {@link OFFICES}. */
export function lgspFor(hub: Pick<HubProcess, 'url'>, systemId: SystemId, more: Partial<LgspOptions> = {}) {
  return lgspTransport({ endpoint: `${hub.url}/lgsp/v1`, ...officeOf(systemId), ...more })
}

/** A protocol as the tests that hold for all of them meet it. */
export interface TestedProtocol {
  readonly name: string
  /** Any endpoint, for servers of the test's own. */
  readonly open: (opening: Opening) => Transport
  /** A transport to a practice hub for one of {@link OFFICES}. */
  readonly transportFor: (
    hub: Pick<HubProcess, 'url'>,
    systemId: SystemId,
    more?: Partial<Opening>,
  ) => Transport
  /** The hub's name of the operation that lists what waits. */
  readonly listOperation: string
}

export const VXP: TestedProtocol = {
  name: 'vxp',
  open: vxpTransport,
  transportFor: vxpFor,
  listOperation: 'getReceivedEdocList',
}
export const LGSP: TestedProtocol = {
  name: 'lgsp',
  open: lgspTransport,
  transportFor: lgspFor,
  listOperation: 'syncReceivedEdocList',
}
/** As vxp, with packets that come as files instead of base64. */
export const VXP_FILES: TestedProtocol = {
  ...VXP,
  name: 'vxp with downloadEdoc',
  transportFor: (hub, systemId, more) => vxpFor(hub, systemId, { ...more, download: 'downloadEdoc' }),
}

/** Either of the two, carried over X-Road REST. */
function overRoad(protocol: TestedProtocol, path: string): TestedProtocol {
  const service = `VN-TEST/GOV/TRUC/LIENTHONG/${path}`
  const roadOf = (client: string) => ({ client, service })
  return {
    ...protocol,
    name: `${protocol.name} over X-Road`,
    open: (opening) => protocol.open({ road: roadOf(OFFICES[0].road), ...opening }),
    transportFor: ({ url }, systemId, more) =>
      protocol.open({
        endpoint: url,
        ...officeOf(systemId),
        road: roadOf(OFFICES.find((one) => one.systemId === systemId)?.road ?? ''),
        ...more,
      }),
  }
}
export const VXP_OVER_ROAD = overRoad(VXP, 'vxp')
export const LGSP_OVER_ROAD = overRoad(LGSP, 'lgsp/v1')

/** Every protocol there is. What is true of a hub is tested over each. */
export const PROTOCOLS: readonly TestedProtocol[] = [VXP, LGSP, VXP_OVER_ROAD, LGSP_OVER_ROAD]
