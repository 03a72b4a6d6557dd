/** `npm run build`: the app, the command line and the hub to practise against, all into out/. */
import { spawnSync } from 'node:child_process'
import { chmod } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { continueUnderCurrentNode, setup } from './setup.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

setup()
continueUnderCurrentNode()
tool('electron-vite', 'bin/electron-vite.js', ['build', '--logLevel', 'warn'])
for (const mode of ['cli', 'hub-sim']) {
  tool('vite', 'bin/vite.js', [
    'build',
    '--config',
    'vite.node.config.ts',
    '--mode',
    mode,
    '--logLevel',
    'warn',
  ])
}
await chmod(join(root, 'out', 'cli', 'index.js'), 0o755)

function tool(name, script, words) {
  const all = [join(root, 'node_modules', name, script), ...words]
  const { status } = spawnSync(process.execPath, all, { cwd: root, stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}
