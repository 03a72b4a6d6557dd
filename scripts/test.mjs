/**
 * `npm test`: everything a change must pass, from a fresh clone on.
 *
 * Words after `--` go to both test runs, for example `npm test -- test/store`. The last line is
 * `N passed, N failed`, counted in the runners' own reports.
 */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { continueUnderCurrentNode, setup } from './setup.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const reports = join(root, 'out', 'reports')
const wanted = process.argv.slice(2)

try {
  setup()
  continueUnderCurrentNode()
} catch (cause) {
  process.stderr.write(`${cause.message}\n`)
  process.exit(1)
}

const { runtime } = await import('./runtime.mjs')
const finished = []
process.exitCode = (await all()) ? 0 : 1

async function all() {
  await rm(reports, { recursive: true, force: true })
  await mkdir(reports, { recursive: true })
  await step('types', npmRun('typecheck'))
  await step('lint and format', npmRun('lint'))
  await step('boundaries', npmRun('boundaries'))
  await step('unused', npmRun('unused'))
  await step('unit and life tests', vitest('unit'))
  const isBuilt = await step('build', npmRun('build'))
  const isReady = await step('electron', async () => Boolean(await runtime()))
  const isPacked = isBuilt && isReady && (process.platform !== 'linux' || (await step('package', pack)))
  if (isPacked) await step('end to end', vitest('e2e'))
  else finished.push({ name: 'end to end', ok: false, seconds: 0, note: 'not run' })
  return summary()
}

async function step(name, work) {
  process.stdout.write(`\n== ${name}\n`)
  const start = performance.now()
  const ok = await work().catch((cause) => {
    process.stdout.write(`${cause.message}\n`)
    return false
  })
  const seconds = (performance.now() - start) / 1000
  finished.push({ name, ok, seconds })
  process.stdout.write(`== ${name}: ${ok ? 'ok' : 'FAILED'} (${seconds.toFixed(1)} s)\n`)
  return ok
}

function npmRun(script) {
  return () => succeeds('npm', ['run', '--silent', script])
}

function pack() {
  return succeeds(process.execPath, [join(root, 'scripts', 'dist.mjs'), '--linux'])
}

function vitest(project) {
  const report = join(reports, `${project}.json`)
  return () =>
    succeeds(process.execPath, [
      join(root, 'node_modules', 'vitest', 'vitest.mjs'),
      ...[
        'run',
        '--project',
        project,
        '--reporter=default',
        '--reporter=json',
        `--outputFile.json=${report}`,
      ],
      ...(wanted.length > 0 ? ['--passWithNoTests', ...wanted] : []),
    ])
}

function succeeds(command, words) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, words, {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      shell: process.platform === 'win32' && command === 'npm',
    })
    child.once('error', reject)
    child.once('close', (status) => resolve(status === 0))
  })
}

function summary() {
  process.stdout.write('\n')
  for (const { name, ok, seconds, note } of finished) {
    process.stdout.write(`${ok ? 'ok    ' : 'FAILED'} ${name} (${note ?? `${seconds.toFixed(1)} s`})\n`)
  }
  const counts = ['unit', 'e2e'].map(countOf)
  const passed = counts.reduce((sum, count) => sum + count.passed, 0)
  const failed = counts.reduce((sum, count) => sum + count.failed, 0)
  process.stdout.write(`${passed} passed, ${failed} failed\n`)
  return failed === 0 && finished.every(({ ok }) => ok)
}

/** A test file that could not even be loaded has no tests in the report; it counts as one failure. */
function countOf(project) {
  const report = join(reports, `${project}.json`)
  if (!existsSync(report)) return { passed: 0, failed: 0 }
  const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(report, 'utf8'))
  const notLoaded = testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((assertion) => assertion.status === 'failed'),
  )
  return { passed: numPassedTests, failed: numFailedTests + notLoaded.length }
}
