/**
 * `npm test`: everything a change must pass, from a fresh clone on.
 *
 * Words after `--` go to both test runs, for example `npm test -- test/store`. What failed is named once
 * more at the end, so that the end of a long output is enough; the last line is `N passed, N failed`,
 * counted in the runners' own reports.
 */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { continueUnderCurrentNode, setup } from './setup.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const reports = join(root, 'out', 'reports')
const wanted = process.argv.slice(2)
const LINES_OF_A_FAILURE = 12
const WIDTH_OF_A_FAILURE = 300

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
  const outcomes = ['unit', 'e2e'].map(outcomeOf)
  const failures = outcomes.flatMap((outcome) => outcome.failures)
  const passed = outcomes.reduce((sum, outcome) => sum + outcome.passed, 0)
  for (const failure of failures) process.stdout.write(`\n${failure}\n`)
  process.stdout.write(`${passed} passed, ${failures.length} failed\n`)
  return failures.length === 0 && finished.every(({ ok }) => ok)
}

/** How one project ended: how many tests passed, and each failure in words. */
function outcomeOf(project) {
  const report = join(reports, `${project}.json`)
  if (!existsSync(report)) return { passed: 0, failures: [] }
  const { numPassedTests, testResults } = JSON.parse(readFileSync(report, 'utf8'))
  return { passed: numPassedTests, failures: testResults.flatMap(failuresOf) }
}

/** A test file that could not even be loaded has no tests in the report; it counts as one failure. */
function failuresOf({ name, status, message, assertionResults }) {
  const file = relative(root, name)
  const failed = assertionResults.filter((assertion) => assertion.status === 'failed')
  if (failed.length === 0 && status === 'failed') return [inWords(file, message)]
  return failed.map(({ fullName, failureMessages }) =>
    inWords(`${file} > ${fullName}`, failureMessages.join('\n')),
  )
}

function inWords(what, why) {
  const ours = stripVTControlCharacters(why)
    .split('\n')
    .filter((line) => !/^ +at .*(node_modules|node:)/.test(line))
  const lines = ours.slice(0, LINES_OF_A_FAILURE)
  return [`FAILED ${what}`, ...lines.map((line) => `    ${line.slice(0, WIDTH_OF_A_FAILURE)}`)].join('\n')
}
