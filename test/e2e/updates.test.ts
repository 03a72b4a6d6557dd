import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { builtinModules } from 'node:module'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { _electron, type ElectronApplication } from 'playwright'
import { build } from 'vite'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { UpdateStatus } from '../../src/shared/ipc/contract.ts'
import { feedText, publisher, signed } from '../updates/release.ts'

/**
 * Updates against a real feed: an HTTP server on this PC, an Electron with src/main/updates.ts in it, and an
 * installer that is a small script. On Linux electron-updater replaces the AppImage that is running and
 * starts the new one; here both are files of ours, so what was started can be seen.
 */
interface UpdatesApp {
  readonly update: {
    readonly status: () => UpdateStatus
    readonly check: () => Promise<UpdateStatus>
    readonly download: () => UpdateStatus
    readonly install: () => Promise<UpdateStatus>
  }
  readonly seen: readonly UpdateStatus[]
  readonly timesLeft: () => number
}
/** What src/preload gives the window. */
interface WindowBridge {
  readonly bridge: { readonly call: (method: string, input: unknown) => Promise<unknown> }
}
type Answer = (request: IncomingMessage, response: ServerResponse) => void

const ours = publisher()
const stranger = publisher()
const NAME = 'van-thu-2.0.0-linux-x64.AppImage'
const INSTALLED = 'the program as it is installed'

let program: string
let work: string
let server: Server
let address: string
let files: Map<string, Answer>
let asked: string[]
let app: ElectronApplication | undefined
let installer: string

const send =
  (body: string | Uint8Array): Answer =>
  (_request, response) => {
    response.setHeader('Content-Length', Buffer.byteLength(body))
    response.end(body)
  }

describe.runIf(process.platform === 'linux')('the updates of the program', () => {
  beforeAll(async () => {
    program = await mkdtemp(join(tmpdir(), 'van-thu-updates-app-'))
    await build({
      configFile: false,
      logLevel: 'warn',
      ssr: { noExternal: true },
      build: {
        ssr: join(import.meta.dirname, 'updates/app.ts'),
        outDir: program,
        emptyOutDir: true,
        target: 'node20.18',
        rolldownOptions: {
          external: ['electron', ...builtinModules.flatMap((name) => [name, `node:${name}`])],
          output: { format: 'es', entryFileNames: 'app.js' },
        },
      },
    })
    const description = { name: 'van-thu-updates', version: '1.0.0', type: 'module', main: 'app.js' }
    await writeFile(join(program, 'package.json'), JSON.stringify(description))
  })

  afterAll(async () => {
    await Promise.all(
      [program, ours.folder, stranger.folder].map((folder) => rm(folder, { recursive: true })),
    )
  })

  beforeEach(async () => {
    work = await mkdtemp(join(tmpdir(), 'van-thu-updates-'))
    await writeFile(at('van-thu.AppImage'), INSTALLED)
    installer = `#!/bin/sh\necho started > '${at('started')}'\n`
    files = new Map()
    asked = []
    server = createServer((request, response) => {
      const name = new URL(request.url ?? '/', 'http://feed').pathname.slice(1)
      asked.push(name)
      const answer = files.get(name)
      if (answer === undefined) response.writeHead(404).end()
      else answer(request, response)
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const bound = server.address()
    if (bound === null || typeof bound === 'string') throw new Error('the feed has no port')
    address = `http://127.0.0.1:${bound.port}/`
  })

  afterEach(async () => {
    await app?.close()
    app = undefined
    server.closeAllConnections()
    server.close()
    await rm(work, { recursive: true })
  })

  const at = (name: string): string => join(work, name)
  /** Where electron-updater keeps what it fetched. */
  const fetched = (): string[] => {
    const pending = at('cache/van-thu-unpacked-updater/pending')
    return existsSync(pending) ? readdirSync(pending).toSorted() : []
  }

  /** Puts a version on the feed; `by` signed it. */
  function publish(version: string, { by = ours, body = installer } = {}): void {
    const feed = feedText(version, NAME, installer)
    files.set('latest-linux.yml', send(feed))
    files.set('latest-linux.yml.sig', send(signed(by, feed)))
    files.set(NAME, send(body))
  }

  async function start(env: Readonly<Record<string, string>> = {}): Promise<void> {
    await launch(program, env)
    await expect.poll(() => app!.evaluate(() => 'update' in globalThis)).toBe(true)
  }

  async function launch(folder: string, env: Readonly<Record<string, string>> = {}): Promise<void> {
    app = await _electron.launch({
      args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), folder],
      env: {
        ...process.env,
        HOME: work,
        XDG_CONFIG_HOME: at('config'),
        XDG_CACHE_HOME: at('cache'),
        APPIMAGE: at('van-thu.AppImage'),
        VANTHU_UPDATE_FEED: address,
        VANTHU_UPDATE_KEY: ours.publicFile,
        ...env,
      },
    })
  }

  const desk = {
    check: () => app!.evaluate(() => (globalThis as unknown as UpdatesApp).update.check()),
    download: () => app!.evaluate(() => (globalThis as unknown as UpdatesApp).update.download()),
    install: () => app!.evaluate(() => (globalThis as unknown as UpdatesApp).update.install()),
    status: () => app!.evaluate(() => (globalThis as unknown as UpdatesApp).update.status()),
    seen: () => app!.evaluate(() => (globalThis as unknown as UpdatesApp).seen),
    timesLeft: () => app!.evaluate(() => (globalThis as unknown as UpdatesApp).timesLeft()),
  }
  const state = async (): Promise<string> => (await desk.status()).state

  async function fetchUpdate(): Promise<void> {
    expect(await desk.check()).toMatchObject({ state: 'available' })
    expect(await desk.download()).toMatchObject({ state: 'downloading' })
    await expect.poll(state).not.toBe('downloading')
  }

  test('are offered, fetched and installed, each when the clerk says so and not before', async () => {
    publish('2.0.0')
    await start()
    expect(await desk.status()).toEqual({ currentVersion: '1.0.0', state: 'idle' })
    expect(asked).toEqual([])

    expect(await desk.check()).toEqual({ currentVersion: '1.0.0', state: 'available', version: '2.0.0' })
    expect(asked.toSorted()).toEqual(['latest-linux.yml', 'latest-linux.yml.sig'])
    expect(fetched()).toEqual([])

    await desk.download()
    await expect.poll(state).toBe('ready')
    expect(fetched()).toContain(NAME)
    expect(await readFile(at('van-thu.AppImage'), 'utf8')).toBe(INSTALLED)
    expect(await desk.timesLeft()).toBe(0)

    const ended = once(app!.process(), 'exit')
    void desk.install().catch(() => undefined)
    await ended
    await expect.poll(() => existsSync(at('started'))).toBe(true)
    expect(await readFile(at('van-thu.AppImage'), 'utf8')).toBe(installer)
  })

  test('are installed by the whole program only after its office is closed', async () => {
    publish('2.0.0')
    await launch(resolve(import.meta.dirname, '../..'), { VANTHU_DATA: at('office') })
    const window = await app!.firstWindow()
    const ask = (method: string): Promise<unknown> =>
      window.evaluate((name) => (globalThis as unknown as WindowBridge).bridge.call(name, {}), method)
    await window.getByRole('heading').first().waitFor()
    expect(await ask('update.check')).toMatchObject({ ok: true, value: { state: 'available' } })
    expect(await ask('update.download')).toMatchObject({ ok: true, value: { state: 'downloading' } })
    await expect.poll(() => ask('update.status')).toMatchObject({ ok: true, value: { state: 'ready' } })
    const ended = once(app!.process(), 'exit')
    void ask('update.install').catch(() => undefined)
    await ended
    await expect.poll(() => existsSync(at('started'))).toBe(true)
    const log = await readFile(at('office/desktop/logs/van-thu.log'), 'utf8')
    expect(log).toMatch(/\[engine\] ended with code 0[^]*Install on explicit quitAndInstall/)
    expect(log).not.toContain('[error]')
  })

  test('tell how many bytes have come and how many there are', async () => {
    installer = installer.padEnd(200_000, '#')
    publish('2.0.0')
    let goOn = (): void => undefined
    files.set(NAME, (_request, response) => {
      response.setHeader('Content-Type', 'application/octet-stream')
      response.setHeader('Content-Length', installer.length)
      // A little at a time, until the program has told of it; then the rest.
      let sent = 0
      const drip = setInterval(() => {
        response.write(installer.slice(sent, sent + 500))
        sent += 500
      }, 100)
      goOn = () => {
        clearInterval(drip)
        response.end(installer.slice(sent))
      }
    })
    await start()
    await desk.check()
    await desk.download()
    await expect.poll(async () => (await desk.status()).receivedBytes, { timeout: 20_000 }).toBeGreaterThan(0)
    expect(await desk.status()).toMatchObject({ state: 'downloading', version: '2.0.0', totalBytes: 200_000 })
    goOn()
    await expect.poll(state).toBe('ready')
    expect((await desk.seen()).findLast((status) => status.state === 'downloading')).toMatchObject({
      receivedBytes: 200_000,
      totalBytes: 200_000,
    })
  })

  test('are refused when the file is not the one that was announced, and the file is gone', async () => {
    publish('2.0.0', { body: installer.replace('started', 'stolen!') })
    await start()
    await fetchUpdate()
    expect(await desk.status()).toEqual({ currentVersion: '1.0.0', state: 'failed', error: 'update/refused' })
    expect(fetched()).toEqual([])
    expect(await desk.install()).toMatchObject({ state: 'failed' })
    expect(await desk.timesLeft()).toBe(0)
  })

  test('are refused when nobody signed the feed', async () => {
    publish('2.0.0')
    files.delete('latest-linux.yml.sig')
    await start()
    expect(await desk.check()).toMatchObject({ state: 'failed', error: 'update/refused' })
    expect(await desk.download()).toMatchObject({ state: 'failed' })
    expect(asked).not.toContain(NAME)
  })

  test('are refused when a stranger signed the feed', async () => {
    publish('2.0.0', { by: stranger })
    await start()
    expect(await desk.check()).toMatchObject({ state: 'failed', error: 'update/refused' })
    expect(asked).not.toContain(NAME)
  })

  test('are not offered when the feed has this version or an older one', async () => {
    publish('1.0.0')
    await start()
    expect(await desk.check()).toMatchObject({ state: 'idle' })
    publish('0.9.9')
    expect(await desk.check()).toMatchObject({ state: 'idle' })
    expect(await desk.download()).toMatchObject({ state: 'idle' })
    expect(asked).not.toContain(NAME)
  })

  test('can be looked for again after the feed was down', async () => {
    publish('2.0.0')
    const feed = files.get('latest-linux.yml')!
    files.set('latest-linux.yml', (request) => request.socket.destroy())
    await start()
    expect(await desk.check()).toMatchObject({ state: 'failed', error: 'update/feed-unreachable' })
    files.set('latest-linux.yml', (_request, response) => response.writeHead(503).end())
    expect(await desk.check()).toMatchObject({ state: 'failed', error: 'update/feed-unreachable' })
    files.delete('latest-linux.yml')
    expect(await desk.check()).toMatchObject({ state: 'failed', error: 'update/feed-unreachable' })
    files.set('latest-linux.yml', feed)
    expect(await desk.check()).toMatchObject({ state: 'available', version: '2.0.0' })
  })

  test('are not found where nobody listens', async () => {
    await start({ VANTHU_UPDATE_FEED: 'http://127.0.0.1:1/' })
    expect(await desk.check()).toMatchObject({ state: 'failed', error: 'update/feed-unreachable' })
  })

  test('leave nothing behind when the line is cut half-way, and come the next time', async () => {
    installer = installer.padEnd(200_000, '#')
    publish('2.0.0')
    const whole = files.get(NAME)!
    files.set(NAME, (_request, response) => {
      response.setHeader('Content-Length', installer.length)
      response.write(installer.slice(0, 100_000), () => response.destroy())
    })
    await start()
    await fetchUpdate()
    expect(await desk.status()).toMatchObject({ state: 'failed', error: 'update/feed-unreachable' })
    expect(fetched()).toEqual([])
    files.set(NAME, whole)
    await fetchUpdate()
    expect(await state()).toBe('ready')
  })

  test('never come by themselves at the end of the program, though they are ready', async () => {
    publish('2.0.0')
    await start()
    const atQuit = (): Promise<number> => app!.evaluate(({ app: electron }) => electron.listenerCount('quit'))
    const before = await atQuit()
    await fetchUpdate()
    expect(await state()).toBe('ready')
    expect(await atQuit()).toBe(before)
    const ended = once(app!.process(), 'exit')
    await app!.close()
    await ended
    app = undefined
    expect(await readFile(at('van-thu.AppImage'), 'utf8')).toBe(INSTALLED)
    expect(existsSync(at('started'))).toBe(false)

    // What was fetched is still there the next day, and is not fetched again.
    asked.length = 0
    await start()
    await fetchUpdate()
    expect(await state()).toBe('ready')
    expect(asked).not.toContain(NAME)
  })

  test('are refused when the file was changed on the disk after it had come', async () => {
    publish('2.0.0')
    await start()
    await fetchUpdate()
    const file = at(`cache/van-thu-unpacked-updater/pending/${NAME}`)
    await writeFile(file, installer.replace('started', 'stolen!'))
    expect(await desk.install()).toMatchObject({ state: 'failed', error: 'update/refused' })
    expect(existsSync(file)).toBe(false)
    expect(await desk.timesLeft()).toBe(0)
    expect(await readFile(at('van-thu.AppImage'), 'utf8')).toBe(INSTALLED)
  })

  test('give the clerk the old program back when the installer cannot start', async () => {
    publish('2.0.0')
    await start()
    await fetchUpdate()
    await rm(at('van-thu.AppImage'))
    // A second program would outlive the test; that it was asked for is enough.
    await app!.evaluate(({ app: electron }, file) => {
      electron.relaunch = () => {
        process.getBuiltinModule('node:fs').writeFileSync(file, '')
      }
    }, at('asked-to-start-again'))
    const ended = once(app!.process(), 'exit')
    void desk.install().catch(() => undefined)
    await ended
    expect(existsSync(at('asked-to-start-again'))).toBe(true)
    expect(existsSync(at('started'))).toBe(false)
  })

  test('are off without a feed, and off without the key of its publisher', async () => {
    publish('2.0.0')
    await start({ VANTHU_UPDATE_FEED: '' })
    expect(await desk.check()).toEqual({ currentVersion: '1.0.0', state: 'off' })
    await app!.close()
    await start({ VANTHU_UPDATE_KEY: '' })
    expect(await desk.check()).toEqual({ currentVersion: '1.0.0', state: 'off' })
    expect(await desk.download()).toMatchObject({ state: 'off' })
    expect(await desk.install()).toMatchObject({ state: 'off' })
    expect(asked).toEqual([])
  })
})
