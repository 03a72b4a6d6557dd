import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { electronPath } from './electron-path.ts'
import { OfficeWindow } from './office-window.ts'

let dataDir: string
let office: OfficeWindow

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'vanthu-window-'))
  office = new OfficeWindow({ dataDir, env: {}, electronPath: electronPath() })
  await office.open()
  await office.page.getByRole('heading', { name: 'Cơ quan của bạn' }).waitFor()
})

afterAll(async () => {
  await office.close()
  rmSync(dataDir, { recursive: true, force: true })
})

/** A request as a hostile page would send it. */
async function send(method: unknown, input: unknown): Promise<unknown> {
  return office.page.evaluate(
    ([name, sent]) => {
      const { bridge } = globalThis as unknown as {
        bridge: { call(method: unknown, input: unknown): unknown }
      }
      return bridge.call(name, sent)
    },
    [method, input] as const,
  )
}

test('the window runs sandboxed and isolated, without Node', async () => {
  const preferences = await office.app.evaluate(({ BrowserWindow }) => {
    const [window] = BrowserWindow.getAllWindows()
    const { webContents } = window as unknown as {
      webContents: { getLastWebPreferences(): Record<string, unknown> }
    }
    const { sandbox, contextIsolation, nodeIntegration, nodeIntegrationInWorker, webviewTag } =
      webContents.getLastWebPreferences()
    return {
      sandbox,
      contextIsolation,
      nodeIntegration,
      nodeIntegrationInWorker: nodeIntegrationInWorker ?? false,
      webviewTag,
    }
  })
  expect(preferences).toEqual({
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    webviewTag: false,
  })
  const inside = await office.page.evaluate(() =>
    ['process', 'require', 'module', 'Buffer', 'global'].filter((name) => name in globalThis),
  )
  expect(inside).toEqual([])
})

test('the bridge is two functions and nothing more', async () => {
  const names = await office.page.evaluate(() =>
    Object.keys((globalThis as unknown as { bridge: object }).bridge).sort(),
  )
  expect(names).toEqual(['call', 'onChange'])
})

test('a request that is not in the contract is refused', async () => {
  for (const method of ['outgoing.steal', '__proto__', 'constructor', 'toString', '', 42, null]) {
    expect(await send(method, {})).toMatchObject({ ok: false, error: { code: 'app/bad-request' } })
  }
})

test('a request that does not parse is refused, and says no more than that', async () => {
  const reply = await send('office.unlock', { recoveryCode: { $gt: '' } })
  expect(reply).toMatchObject({ ok: false, error: { code: 'app/bad-request' } })
  expect(Object.keys((reply as { error: object }).error).sort()).toEqual(['code', 'incident'])
})

test('before an office is open nothing of it is answered', async () => {
  expect(await send('outgoing.list', { box: 'drafts' })).toMatchObject({
    ok: false,
    error: { code: 'office/not-open' },
  })
})

test('the policy lets the page run nothing but its own files', async () => {
  const policy = await office.page.evaluate(async () => {
    const answer = await fetch(location.href)
    return answer.headers.get('content-security-policy')
  })
  expect(policy).toContain("default-src 'none'")
  expect(policy).toContain("script-src 'self'")
  expect(policy).not.toMatch(/'unsafe-(inline|eval)'/)
  const ran = await office.page.evaluate(() => {
    const script = document.createElement('script')
    script.textContent = 'globalThis.injected = true'
    document.head.append(script)
    const timer: unknown = Reflect.apply(setTimeout, globalThis, ['globalThis.evaluated = true', 0])
    return new Promise<unknown>((resolve) => {
      setTimeout(() => {
        resolve({
          injected: 'injected' in globalThis,
          evaluated: 'evaluated' in globalThis,
          timer: typeof timer,
        })
      }, 50)
    })
  })
  expect(ran).toMatchObject({ injected: false, evaluated: false })
})

test('the page cannot be led elsewhere, open a window, or read outside its folder', async () => {
  const before = office.page.url()
  await office.page.evaluate(() => {
    location.href = 'https://example.invalid/'
  })
  await office.page.evaluate(() => window.open('https://example.invalid/'))
  expect(office.page.url()).toBe(before)
  expect(office.app.windows()).toHaveLength(1)
  const outside = await office.page.evaluate(async () => {
    const paths = ['/../../package.json', '/%2e%2e/%2e%2e/package.json', '/..%2f..%2fpackage.json']
    return Promise.all(paths.map(async (path) => (await fetch(`app://vanthu${path}`)).status))
  })
  expect(outside).toEqual([404, 404, 404])
})

test('no permission of the browser is given', async () => {
  const states = await office.page.evaluate(async () => {
    const names = ['geolocation', 'notifications', 'camera', 'microphone'] as const
    return Promise.all(names.map(async (name) => (await navigator.permissions.query({ name })).state))
  })
  expect(states).toEqual(['denied', 'denied', 'denied', 'denied'])
})
