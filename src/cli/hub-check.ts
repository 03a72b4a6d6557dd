import { readFile } from 'node:fs/promises'
import { connectionOptions, requireReadable } from '../engine/connection.ts'
import { checkHub } from '../engine/hub/check.ts'
import { plainFingerprint } from '../engine/hub/server-trust.ts'
import { serverClock } from '../engine/hub/server-clock.ts'
import { waysFromEnvironment } from '../engine/hub/proxy.ts'
import type { CheckedStep } from '../shared/connection-check.ts'
import { isWayOpen, STEP_STATE, STEP_TITLE, stepLines } from '../shared/connection-check.vi.ts'
import { proxyChoice, type ProxyChoice } from '../shared/connection.ts'
import { hubRoad, serverKind } from '../shared/ipc/contract.ts'
import { needed, readWords, secretFrom, UsageError } from './arguments.ts'
import { plain } from '../shared/plain.ts'
import { print } from './print.ts'

const CLOCK_LIMIT_MS = 60_000

/** `vanthu hub check`: the steps of the program's own check, each printed as it ends. */
export async function checkConnection(words: readonly string[]): Promise<number> {
  const { values } = readWords(
    words,
    {
      url: { type: 'string' },
      kind: { type: 'string', default: 'vxp' },
      'system-id': { type: 'string' },
      'secret-env': { type: 'string' },
      pin: { type: 'string' },
      ca: { type: 'string' },
      certificate: { type: 'string' },
      'password-env': { type: 'string' },
      proxy: { type: 'string', default: 'system' },
      'proxy-password-env': { type: 'string' },
      'road-client': { type: 'string' },
      'road-service': { type: 'string' },
    } as const,
    [],
  )
  const kind = serverKind.safeParse(values.kind)
  if (!kind.success) throw new UsageError('Giá trị của --kind phải là vxp hoặc lgsp.')
  const address = {
    kind: kind.data,
    url: needed(values.url, '--url'),
    systemId: needed(values['system-id'], '--system-id'),
    secret: secretFrom(needed(values['secret-env'], '--secret-env')),
    pinnedSha256: pinOf(values.pin),
    road: roadOf(values['road-client'], values['road-service']),
  }
  const connection = connectionOptions(
    {
      proxy: proxyOf(values.proxy),
      proxyPassword: optionalSecret(values['proxy-password-env']),
      clockLimitSeconds: CLOCK_LIMIT_MS / 1000,
      authorities: values.ca === undefined ? undefined : (await fileAt(values.ca)).toString('utf8'),
      clientCertificate: await certificateOf(values.certificate, optionalSecret(values['password-env'])),
    },
    (url) => Promise.resolve(waysFromEnvironment(url, process.env)),
  )
  const stop = new AbortController()
  process.once('SIGINT', () => {
    stop.abort()
  })
  const printed = new Set<string>()
  const steps = await checkHub(address, {
    clock: Date.now,
    serverClock: serverClock(Date.now),
    connection,
    sealing: undefined,
    clockLimitMs: CLOCK_LIMIT_MS,
    signal: stop.signal,
    onStep(all) {
      for (const step of all) {
        if (step.state === 'waiting' || step.state === 'running' || printed.has(step.step)) continue
        printed.add(step.step)
        printStep(step)
      }
    },
  })
  return isWayOpen({ running: false, steps: [...steps] }) ? 0 : 1
}

function printStep(step: CheckedStep): void {
  print(`${STEP_TITLE[step.step]}: ${STEP_STATE[step.state]}`)
  for (const line of stepLines(step)) print(`  ${plain(line)}`)
  if (step.error !== undefined) print(`  Mã lỗi: ${step.error}`)
}

function pinOf(written: string | undefined): string | undefined {
  if (written === undefined) return undefined
  if (!/^[0-9a-f]{64}$/.test(plainFingerprint(written))) {
    throw new UsageError('Giá trị của --pin phải là dấu vân tay SHA-256, 64 chữ số thập lục phân.')
  }
  return written
}

function roadOf(client: string | undefined, service: string | undefined) {
  if (client === undefined && service === undefined) return undefined
  const road = hubRoad.safeParse({ client, service })
  if (!road.success)
    throw new UsageError('--road-client và --road-service phải đi cùng nhau và đúng dạng mã X-Road.')
  return road.data
}

function proxyOf(written: string): ProxyChoice {
  if (written === 'none' || written === 'system') return { by: written }
  const url = URL.canParse(`http://${written}`) ? new URL(`http://${written}`) : undefined
  const choice = proxyChoice.safeParse({
    by: 'office',
    host: url?.hostname,
    port: Number(/:(\d+)$/.exec(written)?.[1]),
    userName: decodeURIComponent(url?.username ?? ''),
  })
  if (!choice.success) throw new UsageError('Giá trị của --proxy phải là none, system hoặc [TÊN@]MÁY:CỔNG.')
  return choice.data
}

async function certificateOf(path: string | undefined, password: string) {
  if (path === undefined) return undefined
  const file = await fileAt(path)
  requireReadable(file, password)
  return { fileName: path, pfx: file.toString('base64'), password }
}

async function fileAt(path: string): Promise<Buffer> {
  return readFile(path).catch((cause: unknown) => {
    throw new UsageError(`Không đọc được tệp “${path}”.`, { cause })
  })
}

function optionalSecret(variable: string | undefined): string {
  return variable === undefined ? '' : secretFrom(variable)
}
