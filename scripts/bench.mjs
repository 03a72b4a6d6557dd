/**
 * `npm run bench -- NAME [OPTION…]`: measures built code and prints what came out. There is `sign`, our signing against
 * `pdfsig`, `sync`, our transfers against `curl`, `receive`, a whole inbox against `curl`, `search`, our search beside
 * `notmuch`, and `start` and `scroll`, our window beside an empty one; their options are in test/bench/NAME.ts.
 *
 * Builds the command line and the programs of test/bench first: what is measured is what is shipped.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { continueUnderCurrentNode, setup } from './setup.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const [name = '', ...options] = process.argv.slice(2)
const script = join(root, 'test', 'bench', `${name}.ts`)

if (!/^[a-z]+$/.test(name) || !existsSync(script)) {
  process.stderr.write('Which bench? There is: npm run bench -- sign, sync, receive, search, start, scroll\n')
  process.exit(2)
}
setup()
continueUnderCurrentNode()
if (name === 'receive') {
  // It builds the engine by itself, and loads parts of it that only vite can.
  process.argv.splice(2, 1)
  const { runnerImport } = await import('vite')
  await runnerImport(script, { root, configFile: false, logLevel: 'error' })
} else {
  const isWindow = name === 'start' || name === 'scroll'
  if (isWindow) run([join(root, 'scripts', 'build.mjs')])
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js')
  for (const mode of isWindow ? ['bench'] : ['cli', 'bench']) {
    run([vite, 'build', '--config', 'vite.node.config.ts', '--mode', mode, '--logLevel', 'warn'])
  }
  run([script, ...options])
}

function run(words) {
  const { status } = spawnSync(process.execPath, words, { cwd: root, stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}
