/**
 * Packs what is in out/.
 *
 *   node scripts/dist.mjs          the Windows installer (on Windows), with its update feed files
 *   node scripts/dist.mjs --linux  dist/linux-unpacked, made with the Electron at hand, to test a real package
 *
 * `VANTHU_UPDATE_URL` is the address of the update feed that the installed app will ask.
 */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { continueUnderCurrentNode, setup } from './setup.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const isLinux = process.argv.includes('--linux')

setup()
continueUnderCurrentNode()
if (!existsSync(join(root, 'out', 'main', 'index.js'))) {
  process.stderr.write('dist: there is nothing to pack in out/; run: npm run build\n')
  process.exit(1)
}

if (process.env['VANTHU_UPDATE_URL'] && !existsSync(join(root, 'resources', 'update-feed-key.pem'))) {
  process.stderr.write(
    'dist: a feed without resources/update-feed-key.pem; see docs/decisions/0004-updates.md\n',
  )
  process.exit(1)
}

const { build, Platform } = await import('electron-builder')
process.env['VANTHU_TARGET'] = isLinux ? 'linux-x64' : 'win32-x64'
const updateUrl = process.env['VANTHU_UPDATE_URL']
const feed = updateUrl ? { publish: { provider: 'generic', url: updateUrl, channel: 'latest' } } : {}

await build({
  projectDir: root,
  publish: 'never',
  targets: isLinux ? Platform.LINUX.createTarget('dir') : Platform.WINDOWS.createTarget('nsis'),
  config: { extends: 'electron-builder.yml', ...feed, ...(isLinux ? await runtimeAtHand() : {}) },
})

/** A Linux package is made with the runtime that the tests use, even where it is the older one. */
async function runtimeAtHand() {
  const { runtime } = await import('./runtime.mjs')
  const { distPath, electronVersion, nativeBinding } = await runtime()
  return {
    electronDist: distPath,
    electronVersion,
    ...(nativeBinding === undefined
      ? {}
      : { extraResources: [{ from: nativeBinding, to: 'better_sqlite3.node' }] }),
  }
}
