/**
 * `npm run dev`: builds, starts a hub to practise against and one office with a throw-away profile.
 * Everything the office keeps is removed at the end; build again by starting again.
 */
import { spawn, spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { continueUnderCurrentNode, setup } from './setup.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const PORT = 8455
const OFFICE = {
  systemId: 'phat-trien',
  secret: 'phat-trien',
  organId: 'H99.88.01',
  name: 'UBND xã Suối Ngọc',
}
const PROVINCE = {
  systemId: 'so-noi-vu',
  secret: 'so-noi-vu',
  organId: 'H99.07',
  name: 'Sở Nội vụ tỉnh Thanh Vân',
}

setup()
continueUnderCurrentNode()
const { display } = await import('./display.mjs')
const { runtime } = await import('./runtime.mjs')
const electron = await runtime()
const built = spawnSync(process.execPath, [join(root, 'scripts', 'build.mjs')], { stdio: 'inherit' })
if (built.status !== 0) process.exit(built.status ?? 1)

const screen = await display()
const data = await mkdtemp(join(tmpdir(), 'van-thu-dev-'))
await writeFile(join(data, 'offices.json'), JSON.stringify([OFFICE, PROVINCE]))
const hub = spawn(
  process.execPath,
  [join(root, 'out', 'hub-sim', 'index.js'), '--port', String(PORT), '--data', data],
  { stdio: 'inherit' },
)
process.stderr.write(
  `dev: hub http://127.0.0.1:${PORT}, agency ${OFFICE.organId}, system ${OFFICE.systemId}, secret ${OFFICE.secret}\n`,
)
// Chromium refuses its sandbox to root, which is who works on a build machine.
const switches = process.getuid?.() === 0 ? ['--no-sandbox'] : []
const app = spawn(electron.electronPath, [...switches, root, ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: { ...process.env, ...electron.env, ...screen.env, VANTHU_DATA: join(data, 'office') },
})
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => app.kill())
app.on('exit', async (status) => {
  hub.kill()
  screen.stop()
  await rm(data, { recursive: true, force: true })
  process.exit(status ?? 0)
})
