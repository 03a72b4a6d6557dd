import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer as createPlainServer, connect, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { createServer, type TlsOptions } from 'node:tls'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Engine } from '../../src/engine/index.ts'
import type { CheckStep, ConnectionCheck } from '../../src/shared/connection-check.ts'
import { isWayOpen } from '../../src/shared/connection-check.vi.ts'
import { sha256Hex } from '../../src/shared/document/fields.ts'
import type { HubRoad, Request } from '../../src/shared/ipc/contract.ts'
import {
  callsOf,
  checkedConnection,
  engineAt,
  plainHost,
  SENDER,
  untilOf,
  type Call,
} from '../helpers/office.ts'
import { makePki, type MadeCertificate, type Pki } from '../helpers/pki.ts'
import { OFFICES, startHubProcess, type HubProcess } from '../hub/hub-process.ts'

const DAY_MS = 86_400_000
const SECRET = OFFICES[0].secret
const dir = mkdtempSync(join(tmpdir(), 'vanthu-connection-'))
const closings: (() => unknown)[] = []
let hub: HubProcess
let certificates: Pki
let server: MadeCertificate

const named = ['basicConstraints = CA:FALSE', 'subjectAltName = IP:127.0.0.1, DNS:truc.example']

beforeAll(async () => {
  hub = await startHubProcess()
  certificates = makePki(join(dir, 'pki'))
  server = certificates.issue({ file: 'server', subject: '/CN=truc.example', extensions: named })
})
afterEach(async () => {
  await hub.faults({ reset: true })
  for (const close of closings.splice(0).reverse()) await close()
})
afterAll(async () => {
  await hub.remove()
  rmSync(dir, { recursive: true, force: true })
})

/** A security server in front of the hub; counts what clients say once TLS stands. */
async function secureFront(certificate: MadeCertificate, more: TlsOptions = {}, port = 0) {
  const front = { port: 0, heardBytes: 0, close: () => Promise.resolve() }
  const open = new Set<{ destroy(): void }>()
  const listener = createServer(
    { cert: certificate.certificatePem, key: certificate.keyPem, ...more },
    (client) => {
      const inner = connect(Number(new URL(hub.url).port), '127.0.0.1')
      for (const end of [client, inner]) {
        open.add(end)
        end.on('error', () => undefined)
      }
      client.on('data', (bytes: Buffer) => (front.heardBytes += bytes.length))
      client.pipe(inner).pipe(client)
    },
  )
  listener.listen(port, '127.0.0.1')
  await once(listener, 'listening')
  front.port = (listener.address() as AddressInfo).port
  front.close = async () => {
    for (const end of open) end.destroy()
    await new Promise((resolve) => listener.close(resolve))
  }
  closings.push(front.close)
  return front
}

/** The office's proxy as a process, and what it has done. */
async function startProxy(...credentials: string[]) {
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, '../hub/connect-proxy.ts'), ...credentials],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  closings.push(() => child.kill())
  const lines: string[] = []
  const port = await new Promise<number>((resolve) => {
    createInterface(child.stdout).on('line', (line) => {
      if (line.startsWith('listening ')) resolve(Number(line.slice(10)))
      else lines.push(line)
    })
  })
  return { port, lines }
}

interface Office {
  readonly call: Call
  readonly engine: Engine
  /** What was exported so far. */
  readonly saved: readonly string[]
  /** Checks a hub to the end. */
  check(hub: Request<'connection.startCheck'>): Promise<ConnectionCheck>
  /** Waits for a line that is as wanted, looking at every change. */
  line(wanted: { readonly state: string; readonly error?: string }): Promise<void>
}

let offices = 0
/** An office without tokens, at a hub or none. */
async function openOffice(
  more: { url?: string; proxyWays?: string; now?: () => number } = {},
): Promise<Office> {
  const saved: string[] = []
  const host = {
    ...plainHost({}),
    saveFile: (name: string, bytes: Uint8Array) => {
      saved.push(Buffer.from(bytes).toString('utf8'))
      return Promise.resolve(name)
    },
    resolveProxy: () => Promise.resolve(more.proxyWays ?? 'DIRECT'),
  }
  const engine = await engineAt(join(dir, `office-${String(++offices)}`), host, more.now)
  closings.push(() => engine.close())
  const call = callsOf((method, input) => engine.answer(method, input))
  const { recoveryCode } = await call('office.newRecoveryCode', {})
  await call('office.create', {
    agency: SENDER,
    clerkName: 'Lê Thị Thử',
    ...(more.url === undefined ? {} : { hub: { ...at(more.url), secret: SECRET } }),
    recoveryCode,
  })
  const until = untilOf(engine)
  return {
    call,
    engine,
    saved,
    check: (input) => checkedConnection({ call, until }, input),
    async line(wanted) {
      await until(`the line is ${wanted.state}`, async () => {
        const { state, error } = await call('line.status', {})
        return state === wanted.state && error === wanted.error ? true : undefined
      })
    },
  }
}

const at = (url: string) => ({ kind: 'vxp' as const, url: `${url}/vxp`, systemId: SENDER.organId })
const stepOf = (check: ConnectionCheck, step: CheckStep) => check.steps.find((one) => one.step === step)
const pinOf = (certificate: MadeCertificate) => sha256Hex.parse(certificate.sha256)

describe('whom the office believes', () => {
  test('the certificate is shown before anything is sent, and pinned once a person compared it', async () => {
    const front = await secureFront(server)
    const url = `https://127.0.0.1:${String(front.port)}`
    const office = await openOffice({ url })
    await office.line({ state: 'down', error: 'hub/certificate-untrusted' })
    const first = await office.check({ ...at(url) })
    expect(stepOf(first, 'security')).toMatchObject({
      state: 'failed',
      error: 'hub/certificate-untrusted',
      certificate: { sha256: server.sha256, subject: 'truc.example' },
    })
    expect(stepOf(first, 'server')?.state).toBe('skipped')
    expect(front.heardBytes).toBe(0)

    const pinned = { ...at(url), pinnedSha256: pinOf(server) }
    const second = await office.check(pinned)
    expect(isWayOpen(second)).toBe(true)
    expect(stepOf(second, 'security')).toMatchObject({ trustedBy: 'pin' })
    expect(stepOf(second, 'lists')).toMatchObject({ agencies: OFFICES.length, documents: 0 })
    await office.call('settings.save', { agency: SENDER, clerkName: 'Lê Thị Thử', hub: pinned })
    await office.line({ state: 'up' })

    await front.close()
    const other = certificates.issue({ file: 'other', subject: '/CN=truc.example', extensions: named })
    const changed = await secureFront(other, {}, front.port)
    await office.line({ state: 'down', error: 'hub/certificate-changed' })
    const third = await office.check(pinned)
    expect(stepOf(third, 'security')).toMatchObject({
      error: 'hub/certificate-changed',
      certificate: { sha256: other.sha256 },
    })
    expect(changed.heardBytes).toBe(0)
  })

  test('an issuer that the office chose vouches for the server, and a file that is none is refused', async () => {
    const url = `https://127.0.0.1:${String((await secureFront(server, { cert: chainOf(server) })).port)}`
    const office = await openOffice()
    await expect(
      office.call('connection.keepAuthorities', { file: Buffer.from('xin chào') }),
    ).rejects.toMatchObject({ code: 'certificate/unreadable' })
    const kept = await office.call('connection.keepAuthorities', {
      file: Buffer.from(certificates.root.certificatePem),
    })
    expect(kept.authorities).toEqual(['Chứng thực gốc thử nghiệm Suối Ngọc'])
    const good = await office.check({ ...at(url), secret: SECRET })
    expect(stepOf(good, 'security')).toMatchObject({ state: 'good', trustedBy: 'office' })
    await office.call('connection.removeAuthorities', {})
    const bad = await office.check({ ...at(url), secret: SECRET })
    expect(stepOf(bad, 'security')).toMatchObject({ error: 'hub/certificate-untrusted' })
  })

  test('our own certificate is shown to a server that asks, from a file that opens with its password', async () => {
    const own = certificates.issue({ file: 'own', subject: '/CN=H99.88.01' })
    const front = await secureFront(server, {
      requestCert: true,
      ca: [certificates.root.certificatePem, certificates.issuing.certificatePem],
    })
    const hubAddress = {
      ...at(`https://127.0.0.1:${String(front.port)}`),
      secret: SECRET,
      pinnedSha256: pinOf(server),
    }
    const office = await openOffice()
    expect(isWayOpen(await office.check(hubAddress))).toBe(false)
    const file = { fileName: 'co-quan.p12', file: pkcs12Of(own, 'mat-khau') }
    await expect(
      office.call('connection.keepCertificate', { ...file, password: 'sai' }),
    ).rejects.toMatchObject({ code: 'hub/client-certificate-unreadable' })
    const kept = await office.call('connection.keepCertificate', { ...file, password: 'mat-khau' })
    expect(kept).toMatchObject({ clientCertificate: { fileName: 'co-quan.p12' } })
    expect(JSON.stringify(kept)).not.toContain('mat-khau')
    expect(isWayOpen(await office.check(hubAddress))).toBe(true)
  })
})

describe("by the office's proxy", () => {
  const throughProxy = (port: number) => ({
    ...at(`https://truc.example:${String(port)}`),
    secret: SECRET,
    pinnedSha256: pinOf(server),
  })

  test('a proxy that the office names, with name and password', async () => {
    const front = await secureFront(server)
    const proxy = await startProxy('vanthu:bí mật')
    const office = await openOffice()
    const settings = {
      proxy: { by: 'office' as const, host: '127.0.0.1', port: proxy.port, userName: 'vanthu' },
      clockLimitSeconds: 60,
    }
    await office.call('connection.save', { ...settings, proxyPassword: 'sai' })
    const refused = await office.check(throughProxy(front.port))
    expect(stepOf(refused, 'connection')).toMatchObject({ state: 'failed', error: 'hub/proxy-login' })
    const saved = await office.call('connection.save', { ...settings, proxyPassword: 'bí mật' })
    expect(saved).toMatchObject({ hasProxyPassword: true })
    expect(JSON.stringify(saved)).not.toContain('bí mật')
    expect(isWayOpen(await office.check(throughProxy(front.port)))).toBe(true)
    expect(proxy.lines.at(-1)).toBe(`opened truc.example:${String(front.port)}`)
  })

  test('the proxy that the system names, and one of a kind we cannot use', async () => {
    const front = await secureFront(server)
    const proxy = await startProxy()
    const office = await openOffice({ proxyWays: `PROXY 127.0.0.1:${String(proxy.port)}; DIRECT` })
    const check = await office.check(throughProxy(front.port))
    expect(isWayOpen(check)).toBe(true)
    expect(stepOf(check, 'name')).toMatchObject({ proxy: `127.0.0.1:${String(proxy.port)}` })
    const other = await openOffice({ proxyWays: 'SOCKS 127.0.0.1:9' })
    expect(stepOf(await other.check(throughProxy(front.port)), 'name')).toMatchObject({
      error: 'hub/proxy-unreachable',
    })
  })
})

describe('a clock that is wrong', () => {
  test('is told, and made up for in what is signed for the way', async () => {
    const office = await openOffice({ url: hub.url, now: () => Date.now() - 400 * DAY_MS })
    // The first request is signed with our own time and refused, and the answer says what time it is.
    await office.line({ state: 'up' })
    const { clockSkewMs = 0 } = await office.call('line.status', {})
    expect(Math.round(clockSkewMs / DAY_MS)).toBe(-400)
    const check = await office.check(at(hub.url))
    expect(isWayOpen(check)).toBe(true)
    expect(stepOf(check, 'clock')).toMatchObject({ state: 'warning' })
    await office.call('connection.save', { proxy: { by: 'none' }, clockLimitSeconds: 86_400 })
    await hub.faults({ clockOffsetMs: -400 * DAY_MS + 3_600_000 })
    await office.line({ state: 'up' })
    expect(stepOf(await office.check(at(hub.url)), 'clock')).toMatchObject({ state: 'good' })
  })
})

describe('the check', () => {
  test('says which step failed, for each', async () => {
    const office = await openOffice()
    const failing = async (input: { url?: string; secret?: string; road?: HubRoad }) => {
      const check = await office.check({ ...at(hub.url), secret: SECRET, ...input })
      const failed = check.steps.find(({ state }) => state === 'failed')
      return [failed?.step, failed?.error]
    }
    expect(await failing({ url: 'http://127.0.0.1:1' })).toEqual(['connection', 'hub/connection-refused'])
    expect(await failing({ secret: 'sai' })).toEqual(['access', 'hub/unauthorised'])
    await hub.faults({ html: true })
    expect(await failing({})).toEqual(['access', 'hub/captive-portal'])
  })

  test('can be stopped, and its report holds no secret', async () => {
    const silent = createPlainServer(() => undefined).listen(0, '127.0.0.1')
    await once(silent, 'listening')
    closings.push(() => silent.close())
    const office = await openOffice()
    const { port } = silent.address() as AddressInfo
    const url = `http://ten:${SECRET}@127.0.0.1:${String(port)}/`
    const checking = office.check({ kind: 'vxp', url, systemId: SENDER.organId, secret: SECRET })
    const stop = office.engine.onChange(() => {
      void office.call('connection.check', {}).then(async ({ check }) => {
        if (check !== undefined && stepOf(check, 'server')?.state === 'running') {
          stop()
          await office.call('connection.cancelCheck', {})
        }
      })
    })
    const check = await checking
    await office.call('connection.exportCheck', {})
    const report = office.saved.at(-1) ?? ''
    expect(report).toContain('Máy chủ trả lời: chưa kiểm tra')
    expect(report).not.toContain(SECRET)
    expect(stepOf(check, 'connection')).toMatchObject({ state: 'good' })
    expect(stepOf(check, 'server')).toMatchObject({ state: 'skipped' })
    expect(JSON.stringify(check)).not.toContain(SECRET)
  })
})

function chainOf(certificate: MadeCertificate): string {
  return certificate.certificatePem + certificates.issuing.certificatePem
}

function pkcs12Of({ certificatePath, keyPath }: MadeCertificate, password: string): Uint8Array {
  const words = ['pkcs12', '-export', '-in', certificatePath, '-inkey', keyPath]
  return execFileSync('openssl', [...words, '-passout', `pass:${password}`])
}
