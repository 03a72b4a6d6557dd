/**
 * `npm run bench -- sign [--runs N] [--batch N] [--sizes 110kB,5MB]`: our signing against poppler's `pdfsig`.
 *
 * Both sign the same generated documents with the same SoftHSM token, in turns, run by run, so that what
 * else the machine does falls on both alike; what counts is the ratio within a run. Both times end with the
 * signed file flushed to the disk: we do it ourselves, for pdfsig it is done here, since pdfsig does not.
 *
 * - file, one:  `vanthu sign` from process start to its end, against one `pdfsig`
 * - file, many: one process of ours signs them all, against as many calls of pdfsig; each signature on
 *               either side is a login of its own
 * - store:      the same out of the encrypted store and back into it, as the app does (without the
 *               verification that follows in the app), against the same pdfsig on plain files
 *
 * Needs Linux (/proc), softhsm2, opensc, p11-kit and libnss3-tools. Prints a table, writes
 * out/bench/sign.json, and ends with 1 when a target is missed.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  closeSync,
  createReadStream,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { cpus, loadavg, release, totalmem } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { fileStore } from '../../src/engine/store/files.ts'
import { sha256Hex } from '../../src/shared/document/fields.ts'
import { makePki } from '../helpers/pki.ts'
import { makeSoftHsm } from '../helpers/softhsm.ts'
import { writeScan } from './documents.ts'
import { measure, spreadOf, type Cost, type Spread } from './measure.ts'
import type { SigningJob } from './signing-job.ts'

const ROOT = join(import.meta.dirname, '../..')
const WORK = join(ROOT, 'out', 'bench', 'work')
const CLI = join(ROOT, 'out', 'cli')
const PROGRAM = join(ROOT, 'out', 'bench', 'program', 'index.js')
const LABEL = 'van-thu-1'
const PIN = '12345678'
const MB = 1_000_000

/** Sizes of the issue, and how many of them make "many": the large ones would write tens of gigabytes. */
const SIZES = [
  { name: '110 kB', bytes: 110_000, many: 100 },
  { name: '5 MB', bytes: 5 * MB, many: 100 },
  { name: '20 MB', bytes: 20 * MB, many: 20 },
  { name: '105 MB', bytes: 105 * MB, many: 5 },
]
/** At the largest size: at most half of pdfsig's time, and this much memory in the engine. */
const LARGEST = { name: '105 MB', ratio: 0.5, peakBytes: 150 * 2 ** 20 }

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '5' },
    /** How many make "many", for every size. */
    batch: { type: 'string' },
    sizes: { type: 'string' },
  },
})
const runs = Number(values.runs)
const wanted = values.sizes?.split(',').map((name) => name.replace(/(?=[kM])/, ' '))
const sizes = SIZES.filter(({ name }) => wanted?.includes(name) ?? true)

interface Row {
  readonly size: string
  readonly way: `${'file' | 'store'}, ${'one' | 'many'}`
  readonly documents: number
  readonly oursMs: Spread
  readonly theirsMs: Spread
  /** Ours by theirs, run by run. */
  readonly time: Spread
  readonly engineBytes: Spread
  readonly signerBytes: Spread
  readonly theirsBytes: Spread
  /** Engine and signer together by pdfsig. */
  readonly memory: Spread
  readonly missed: readonly string[]
  readonly runs: readonly { readonly ours: Cost; readonly theirs: Cost }[]
}

rmSync(WORK, { recursive: true, force: true })
mkdirSync(WORK, { recursive: true })
const pki = makePki(join(WORK, 'pki'))
const hsm = makeSoftHsm(join(WORK, 'tokens'))
const token = hsm.addToken({
  label: LABEL,
  pin: PIN,
  certificatePem: pki.agency.certificatePem,
  keyPem: pki.agency.keyPem,
  chainPem: [pki.issuing.certificatePem],
})
const choice = { tokenSerial: token.serial, certificateSha256: sha256Hex.parse(pki.agency.sha256) }
const theirEnv = prepareNss()

const HEAD = [
  'size',
  'way',
  'number',
  'ours, ms',
  'pdfsig, ms',
  'time ours/pdfsig',
  'engine MiB',
  'signer MiB',
  'pdfsig MiB',
  'memory',
]
const WIDTHS = [7, 12, 7, 24, 24, 22, 11, 11, 11, 6]
const machine = describeMachine()
console.log(machine)
console.log(`${String(runs)} runs in turns; median (least to most)`)
console.log(line(HEAD))
const rows: Row[] = []
for (const size of sizes) {
  const input = join(WORK, `${size.name.replace(' ', '')}.pdf`)
  writeScan(input, size.bytes)
  execFileSync('qpdf', ['--check', input], { stdio: 'ignore' })
  const many = values.batch === undefined ? size.many : Number(values.batch)
  const store = await prepareStore(input)
  for (const documents of [1, many]) {
    const amount = documents === 1 ? 'one' : 'many'
    const plain = documents === 1 ? () => cliSigns(input) : () => programSigns(input, documents)
    const measured = await inTurns(
      plain,
      () => storeSigns(store, input, documents),
      () => pdfsigSigns(input, documents),
    )
    for (const way of ['file', 'store'] as const) {
      const row = rowOf({ size: size.name, way: `${way}, ${amount}`, documents }, measured, way)
      rows.push(row)
      printRow(row)
    }
  }
  rmSync(input)
  rmSync(store.dir, { recursive: true })
}
rmSync(WORK, { recursive: true, force: true })
mkdirSync(join(ROOT, 'out', 'bench'), { recursive: true })
writeFileSync(
  join(ROOT, 'out', 'bench', 'sign.json'),
  `${JSON.stringify({ at: new Date().toISOString(), machine, runs, rows }, undefined, 2)}\n`,
)
const missed = rows.flatMap((row) => row.missed.map((what) => `${row.size}, ${row.way}: ${what}`))
console.log(missed.length === 0 ? 'every target met' : `missed:\n  ${missed.join('\n  ')}`)
process.exitCode = missed.length === 0 ? 0 : 1

interface Run {
  readonly file: Cost
  readonly store: Cost
  readonly theirs: Cost
}

/** The first round fills the system's caches and does not count. Who begins changes from round to round. */
async function inTurns(
  file: () => Promise<Cost>,
  store: () => Promise<Cost>,
  theirs: () => Promise<Cost>,
): Promise<Run[]> {
  const done: Run[] = []
  for (let round = 0; round <= runs; round += 1) {
    const early = round % 2 === 0 ? await theirs() : undefined
    const ours = { file: await file(), store: await store() }
    const run = { ...ours, theirs: early ?? (await theirs()) }
    if (round > 0) done.push(run)
  }
  return done
}

function rowOf(
  row: Pick<Row, 'size' | 'way' | 'documents'>,
  measured: readonly Run[],
  way: 'file' | 'store',
): Row {
  const of = (pick: (ours: Cost, theirs: Cost) => number): Spread =>
    spreadOf(measured.map((run) => pick(run[way], run.theirs)))
  const time = of((ours, theirs) => ours.wallMs / theirs.wallMs)
  const engineBytes = of(({ peakBytes }) => peakBytes)
  const limit = row.size === LARGEST.name ? LARGEST.ratio : 1
  return {
    ...row,
    oursMs: of(({ wallMs }) => wallMs),
    theirsMs: of((_ours, theirs) => theirs.wallMs),
    time,
    engineBytes,
    signerBytes: of(({ childrenPeakBytes }) => childrenPeakBytes),
    theirsBytes: of((_ours, theirs) => theirs.peakBytes),
    memory: of((ours, theirs) => (ours.peakBytes + ours.childrenPeakBytes) / theirs.peakBytes),
    missed: [
      ...(time.median > limit
        ? [`${time.median.toFixed(2)} of pdfsig's time, wanted ${limit.toFixed(1)}`]
        : []),
      ...(row.size === LARGEST.name && engineBytes.most > LARGEST.peakBytes
        ? [`${megabytes(engineBytes.most)} MiB in the engine, wanted ${megabytes(LARGEST.peakBytes)}`]
        : []),
    ],
    runs: measured.map((run) => ({ ours: run[way], theirs: run.theirs })),
  }
}

/** The whole command, as a person would call it. */
async function cliSigns(input: string): Promise<Cost> {
  const output = join(WORK, 'ours.pdf')
  const words = [join(CLI, 'index.js'), 'sign', input, output, '--module', hsm.modulePath]
  const cost = await measure(
    process.execPath,
    [...words, '--label', LABEL, '--pin-env', 'BENCH_PIN'],
    { ...hsm.env, BENCH_PIN: PIN },
    isZero,
  )
  check(input, output)
  rmSync(output)
  return cost
}

async function programSigns(input: string, documents: number): Promise<Cost> {
  const folder = join(WORK, 'ours')
  mkdirSync(folder)
  const outputs = Array.from({ length: documents }, (_, index) => join(folder, `${String(index)}.pdf`))
  const cost = await runJob({ kind: 'file', path: input, outputs })
  if (outputs.some((path) => statSync(path).size <= statSync(input).size))
    throw new Error('not all are signed')
  check(input, outputs.at(-1) ?? '')
  rmSync(folder, { recursive: true })
  return cost
}

interface PreparedStore {
  readonly dir: string
  readonly fileKey: Buffer
  readonly nameKey: Buffer
  readonly sha256: string
  /** What is in it from the beginning. */
  readonly kept: readonly string[]
}

async function prepareStore(input: string): Promise<PreparedStore> {
  const [dir, fileKey, nameKey] = [join(WORK, 'store'), randomBytes(32), randomBytes(32)]
  const { sha256 } = await fileStore({ dir, fileKey, nameKey }).put(createReadStream(input))
  return { dir, fileKey, nameKey, sha256, kept: filesBelow(dir) }
}

async function storeSigns(store: PreparedStore, input: string, times: number): Promise<Cost> {
  const { dir, fileKey, nameKey, sha256 } = store
  const keys = { fileKey: fileKey.toString('hex'), nameKey: nameKey.toString('hex') }
  const cost = await runJob({ kind: 'store', dir, ...keys, sha256, times })
  const signed = cost.output.trim().split('\n')
  if (signed.length !== times) throw new Error('not all are signed')
  const output = join(WORK, 'read-back.pdf')
  writeFileSync(output, await fileStore(store).bytes(sha256Hex.parse(signed.at(-1))))
  check(input, output)
  rmSync(output)
  removeAllBut(store)
  return cost
}

/** The store never forgets a content; the next run is to find what this one found. */
function removeAllBut({ dir, kept }: PreparedStore): void {
  for (const path of filesBelow(dir)) if (!kept.includes(path)) rmSync(path)
}

function filesBelow(dir: string): string[] {
  const entries = readdirSync(dir, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}

async function runJob(from: SigningJob['from']) {
  const job: SigningJob = {
    signerPath: join(CLI, 'signer.js'),
    modulePath: hsm.modulePath,
    choice,
    pin: PIN,
    from,
  }
  const path = join(WORK, 'job.json')
  writeFileSync(path, JSON.stringify(job))
  return measure(process.execPath, [PROGRAM, path], hsm.env, isZero)
}

/** As many calls as documents; the time is their sum, the memory that of the largest. */
async function pdfsigSigns(input: string, documents: number): Promise<Cost> {
  const folder = join(WORK, 'theirs')
  mkdirSync(folder)
  const costs: Cost[] = []
  for (let index = 0; index < documents; index += 1) {
    const output = join(folder, `${String(index)}.pdf`)
    const database = ['-nssdir', `sql:${join(WORK, 'nss')}`, '-nss-pwd', PIN]
    const key = ['-kpw', PIN, '-nick', `${LABEL}:certificate`]
    costs.push(
      // Its exit code tells little (SoftHSM inside NSS may crash when all is done): the file does.
      await measure(
        'pdfsig',
        [...database, ...key, '-add-signature', input, output],
        theirEnv,
        always,
        () => {
          flush(output)
          flush(folder)
        },
      ),
    )
    if (statSync(output).size <= statSync(input).size) throw new Error('pdfsig did not sign')
  }
  check(input, join(folder, '0.pdf'))
  rmSync(folder, { recursive: true })
  return {
    wallMs: costs.reduce((sum, { wallMs }) => sum + wallMs, 0),
    peakBytes: Math.max(...costs.map(({ peakBytes }) => peakBytes)),
    childrenPeakBytes: 0,
  }
}

function flush(path: string): void {
  const file = openSync(path, 'r')
  fsyncSync(file)
  closeSync(file)
}

/** Judged by pdfsig without a token: what is measured is a good signature. */
function check(input: string, output: string): void {
  const { stdout } = spawnSync('pdfsig', ['-nocert', output], {
    encoding: 'utf8',
    env: { ...process.env, HOME: join(WORK, 'nobody') },
  })
  if (!stdout.includes('Signature is Valid.') || !stdout.includes('Total document signed')) {
    throw new Error(`the signature is not good: ${stdout}`)
  }
  if (statSync(output).size - statSync(input).size > MB) throw new Error('too much was added')
}

function isZero(code: number | null): boolean {
  return code === 0
}

function always(): boolean {
  return true
}

/**
 * An NSS database that reaches SoftHSM through p11-kit's proxy, because pdfsig crashes at its end with the
 * module itself. p11-kit is told of this module only: others would cost pdfsig time.
 */
function prepareNss(): Readonly<Record<string, string>> {
  const config = join(WORK, 'config')
  mkdirSync(join(config, 'pkcs11', 'modules'), { recursive: true })
  writeFileSync(join(config, 'pkcs11', 'pkcs11.conf'), 'user-config: only\n')
  writeFileSync(join(config, 'pkcs11', 'modules', 'softhsm2.module'), `module: ${hsm.modulePath}\n`)
  const env = { ...hsm.env, XDG_CONFIG_HOME: config, HOME: join(WORK, 'nobody') }
  const database = `sql:${join(WORK, 'nss')}`
  mkdirSync(join(WORK, 'nss'))
  const options = { env: { ...process.env, ...env }, stdio: 'ignore' } as const
  const proxy = readdirSync('/usr/lib')
    .map((name) => join('/usr/lib', name, 'p11-kit-proxy.so'))
    .find((path) => statSync(path, { throwIfNoEntry: false }) !== undefined)
  if (proxy === undefined) throw new Error('p11-kit-proxy.so is missing (Debian: p11-kit-modules)')
  execFileSync('certutil', ['-N', '-d', database, '--empty-password'], options)
  execFileSync('modutil', ['-dbdir', database, '-add', 'p11-kit', '-libfile', proxy, '-force'], options)
  return env
}

function describeMachine() {
  const [processor] = cpus()
  const version = (name: string): string =>
    spawnSync('dpkg-query', ['--show', '--showformat', '${Version}', name], { encoding: 'utf8' }).stdout
  return {
    processor: processor?.model ?? 'unknown',
    cores: cpus().length,
    memoryBytes: totalmem(),
    kernel: release(),
    fileSystem: spawnSync('stat', ['-f', '-c', '%T', WORK], { encoding: 'utf8' }).stdout.trim(),
    loadBefore: loadavg(),
    node: process.version,
    pdfsig: version('poppler-utils'),
    softhsm: version('softhsm2'),
    p11Kit: version('p11-kit'),
    nss: version('libnss3'),
    key: 'RSA 3072, SHA-256',
  }
}

function printRow(row: Row): void {
  const shown = ({ median, least, most }: Spread, digits: number): string =>
    `${median.toFixed(digits)} (${least.toFixed(digits)} to ${most.toFixed(digits)})`
  console.log(
    line([
      row.size,
      row.way,
      String(row.documents),
      shown(row.oursMs, 0),
      shown(row.theirsMs, 0),
      shown(row.time, 2),
      megabytes(row.engineBytes.most),
      megabytes(row.signerBytes.most),
      megabytes(row.theirsBytes.most),
      row.memory.median.toFixed(1),
    ]),
  )
}

function line(cells: readonly string[]): string {
  return cells.map((cell, index) => cell.padEnd(WIDTHS[index] ?? 0)).join(' ')
}

function megabytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(0)
}
