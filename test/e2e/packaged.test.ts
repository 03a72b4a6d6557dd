import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, globSync } from 'node:fs'
import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses'
import { chromium, type Browser, type Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

/**
 * The app as it is shipped: packed, with its fuses set. Playwright's way into Electron needs the Node
 * inspector, which a package refuses; so the window is watched over Chromium's own debugging port.
 */
const folder = resolve(import.meta.dirname, '../../dist/linux-unpacked')
const executable = join(folder, 'vanthu')

describe.runIf(process.platform === 'linux')('the packed app', () => {
  let data: string
  let app: ChildProcess
  let browser: Browser
  let page: Page

  beforeAll(async () => {
    if (!existsSync(executable)) throw new Error('there is no package; run: npm run dist:linux')
    data = await mkdtemp(join(tmpdir(), 'van-thu-packed-'))
    app = start(['--remote-debugging-port=0'])
    browser = await chromium.connectOverCDP(await debuggingAddress(app))
    const context = browser.contexts()[0]!
    page = context.pages()[0] ?? (await context.waitForEvent('page'))
  })

  afterAll(async () => {
    await browser.close()
    const gone = once(app, 'exit')
    app.kill()
    await gone
    await rm(data, { recursive: true, force: true })
  })

  function start(words: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcess {
    // Chromium refuses its sandbox to root, which is who runs the tests on a build machine.
    const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : []
    return spawn(executable, [...words, ...sandbox], {
      env: { ...process.env, ...env, VANTHU_DATA: data },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  }

  test('opens its first window on the setup of the office, in Vietnamese', async () => {
    await page.getByRole('heading', { name: 'Cơ quan của bạn' }).waitFor()
    expect(page.url()).toBe('app://vanthu/index.html')
    expect(await page.title()).toBe('Văn Thư')
  })

  test('gives the window no Node', async () => {
    const found = await page.evaluate(() =>
      ['process', 'require', 'module', 'Buffer', 'electron'].filter((name) => name in globalThis),
    )
    expect(found).toEqual([])
  })

  test('opens practice with its hub and correspondent, and leads back without a trace of it in the office', async () => {
    await page.getByRole('button', { name: 'Dùng thử với cơ quan giả định' }).click()
    await page.getByRole('navigation', { name: 'Mục làm việc' }).waitFor()
    await page.getByText('Trực tuyến').first().waitFor()
    await page.getByRole('link', { name: /^Mới đến/ }).click()
    // The correspondent's first letter, some ten seconds later: signed, sent and verified.
    await page.getByText('Chữ ký hợp lệ').first().waitFor({ timeout: 60_000 })
    await page.getByRole('button', { name: 'Thoát tập dùng' }).click()
    await page.getByRole('heading', { name: 'Cơ quan của bạn' }).waitFor()
    expect(existsSync(join(data, 'practice', 'office', 'store.db'))).toBe(true)
    expect(existsSync(join(data, 'office', 'store.db'))).toBe(false)
  })

  test('has every door shut that its runtime has a fuse for', async () => {
    const fuses = await getCurrentFuseWire(executable)
    const state = (fuse: FuseV1Options): string | undefined => FuseState[fuses[fuse] ?? FuseState.REMOVED]
    expect({
      runAsNode: state(FuseV1Options.RunAsNode),
      cookieEncryption: state(FuseV1Options.EnableCookieEncryption),
      nodeOptions: state(FuseV1Options.EnableNodeOptionsEnvironmentVariable),
      inspect: state(FuseV1Options.EnableNodeCliInspectArguments),
      archiveIntegrity: state(FuseV1Options.EnableEmbeddedAsarIntegrityValidation),
      onlyArchive: state(FuseV1Options.OnlyLoadAppFromAsar),
      fileProtocolPrivileges: state(FuseV1Options.GrantFileProtocolExtraPrivileges),
    }).toEqual({
      runAsNode: 'DISABLE',
      cookieEncryption: 'ENABLE',
      nodeOptions: 'DISABLE',
      inspect: 'DISABLE',
      archiveIntegrity: 'ENABLE',
      onlyArchive: 'ENABLE',
      fileProtocolPrivileges: 'DISABLE',
    })
  })

  test('cannot be used as a plain Node that runs any script', async () => {
    const second = start(['-p', '"ran a script"'], { ELECTRON_RUN_AS_NODE: '1' })
    let output = ''
    second.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()))
    await once(second, 'close')
    expect(output).not.toContain('ran a script')
  })

  test('keeps its program in the archive; only the native add-ons lie outside', () => {
    const outside = globSync('**/*.*', { cwd: join(folder, 'resources/app.asar.unpacked') })
    expect(outside.toSorted()).toEqual([
      'node_modules/better-sqlite3/prebuilds/linux-x64.node',
      'node_modules/pkcs11js/build/Release/pkcs11.node',
    ])
    expect(existsSync(join(folder, 'resources/app'))).toBe(false)
  })

  test('holds the program and its two native packages, and nothing else of the project', async () => {
    const { files } = await archive(join(folder, 'resources/app.asar'))
    expect(Object.keys(files).toSorted()).toEqual([
      'LICENSE',
      'node_modules',
      'out',
      'package.json',
      'resources',
    ])
    expect(Object.keys(files['out']!.files!).toSorted()).toEqual(['hub-sim', 'main', 'preload', 'renderer'])
    expect(Object.keys(files['node_modules']!.files!).toSorted()).toEqual(['better-sqlite3', 'pkcs11js'])
  })
})

interface Folder {
  readonly files: Readonly<Record<string, Partial<Folder>>>
}

/** The table of contents of an ASAR archive: JSON, its length in the fourth 32-bit number of the file. */
async function archive(path: string): Promise<Folder> {
  const file = await open(path)
  try {
    const { buffer: start } = await file.read(Buffer.alloc(16), 0, 16, 0)
    const length = start.readUInt32LE(12)
    const { buffer: table } = await file.read(Buffer.alloc(length), 0, length, 16)
    return JSON.parse(table.toString('utf8')) as Folder
  } finally {
    await file.close()
  }
}

/** The address that Chromium prints on its error output once it listens. */
async function debuggingAddress(app: ChildProcess): Promise<string> {
  const lines = createInterface({ input: app.stderr! })
  for await (const line of lines) {
    const address = /DevTools listening on (ws:\S+)/.exec(line)?.[1]
    if (address === undefined) continue
    app.stderr!.resume()
    return address
  }
  throw new Error('the packed app ended before it listened')
}
