/**
 * `npm run demo`: two offices, a hub and software tokens, from a fresh clone.
 *
 *   -- --script      drive the whole life of a document without anybody at the keyboard
 *   -- --pdf FILE    use that PDF as the document; may be given several times
 *   -- --software    certificates from a PKCS#12 file instead of SoftHSM2 tokens
 *
 * Where there is no display the script runs under Xvfb. It prints each step with its time, leaves
 * screenshots, documents and summary.json in out/demo, and ends with `DEMO OK` or a non-zero exit.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { continueUnderCurrentNode, setup } from './setup.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const say = (line) => process.stdout.write(`${line}\n`)

try {
  const { values } = parseArgs({
    options: {
      script: { type: 'boolean', default: false },
      software: { type: 'boolean', default: process.platform !== 'linux' },
      pdf: { type: 'string', multiple: true, default: [] },
    },
  })
  const pdfs = values.pdf.map((path) => resolve(path))
  const missing = pdfs.find((path) => !existsSync(path))
  if (missing !== undefined) throw new Error(`there is no file ${missing}`)
  setup()
  continueUnderCurrentNode()
  await demo(values, pdfs)
} catch (cause) {
  say(`DEMO FAILED: ${cause instanceof Error ? (cause.stack ?? cause.message) : cause}`)
  process.exitCode = 1
}

async function demo({ script, software }, pdfs) {
  say('Building the app …')
  const built = spawnSync(process.execPath, [join(root, 'scripts', 'build.mjs')], {
    cwd: root,
    stdio: 'inherit',
  })
  if (built.status !== 0) throw new Error('the build failed')
  const { runtime } = await import('./runtime.mjs')
  const { electronPath, env } = await runtime({ say })
  const { display } = await import('./display.mjs')
  const hasDisplay =
    process.platform !== 'linux' || Boolean(process.env['DISPLAY']) || Boolean(process.env['WAYLAND_DISPLAY'])
  const screen = await display()
  const outDir = join(root, 'out', 'demo')
  await rm(outDir, { recursive: true, force: true })
  await mkdir(outDir, { recursive: true })
  const workDir = await mkdtemp(join(tmpdir(), 'vanthu-demo-'))
  const { walk, play } = await import('../test/e2e/walk.ts')
  const options = {
    outDir,
    workDir,
    pdfs: pdfs.length > 0 ? pdfs : [join(root, 'test', 'fixtures', 'cong-van.pdf')],
    tokens: software ? 'pkcs12' : 'softhsm',
    electronPath,
    env: { ...env, ...screen.env },
    say,
  }
  try {
    if (script || !hasDisplay) {
      const { documents } = await walk(options)
      for (const { code, signedSha256 } of documents) say(`${code}  ${signedSha256}`)
      say(`Screenshots, documents and summary.json are in ${join('out', 'demo')}.`)
    } else {
      await play(options)
    }
    say('DEMO OK')
  } finally {
    screen.stop()
    // Windows lets go of a file some time after the process that held it has gone.
    await rm(workDir, { recursive: true, force: true, maxRetries: 20 })
  }
}
