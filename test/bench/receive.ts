/**
 * `npm run bench -- receive [--packets N] [--runs N] [--kind vxp|lgsp] [--plain] [--profile]`: an office that finds many
 * packets at the hub, against `curl` that fetches the same bytes.
 *
 * Each run has an office and a practice hub of its own, with packets of 200 kB that carry a signed PDF each. The office
 * is the built engine in a process of its own, under strace, which stops at fsync and fdatasync alone (--seccomp-bpf).
 * It fetches, checks, keeps encrypted, reads the packets, judges the signatures, tells the hub and answers the sender. `curl` is one process that fetches them all over one connection into plain files, each of which
 * is then flushed (`sync FILE…`).
 *
 * Prints a table, writes out/bench/receive.json, and ends with 1 when a target is missed.
 */
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { writeDocumentPacket } from '../../src/engine/envelope/write.ts'
import { composeMessage } from '../../src/engine/outgoing/compose.ts'
import { memorySource } from '../../src/engine/pdf/source.ts'
import { signPdf } from '../../src/engine/sign-pdf.ts'
import { openStore, readKeyFile, unwrapWithRecoveryCode } from '../../src/engine/store/index.ts'
import { outgoingFields } from '../../src/shared/document/fields.ts'
import { buildEngine, startEngine, type EngineProcess } from '../helpers/engine-process.ts'
import { RECEIVER, SENDER } from '../helpers/office.ts'
import { END_EXTENSIONS, makePki, type MadeCertificate } from '../helpers/pki.ts'
import { tokenSign } from '../helpers/sign-content.ts'
import { OFFICES, startHubProcess, type HubProcess } from '../hub/hub-process.ts'
import { allBytes, handMade } from '../pdf/samples.ts'
import type { LoopDelay } from './loop-probe.ts'
import { spreadOf } from './measure.ts'

const ROOT = join(import.meta.dirname, '../..')
const WORK = join(ROOT, 'out', 'bench', 'work')
const PROBE = join(import.meta.dirname, 'loop-probe.ts')
const PACKET_BYTES = 200_000
const PATIENCE_MS = 180_000

/** A packet, a document, a file, and five errands: fetch, admit, judge, acknowledge, report. */
const ROWS_OF_ONE = 8
/** Flushes beyond one for each stored file, for a thousand rows; milliseconds; by curl's time. */
const TARGETS = { flushesPerThousandRows: 50, loopP99Ms: 50, timesCurl: 2 }

const { values } = parseArgs({
  options: {
    packets: { type: 'string', default: '1000' },
    runs: { type: 'string', default: '1' },
    kind: { type: 'string', default: 'lgsp' },
    plain: { type: 'boolean', default: false },
    profile: { type: 'boolean', default: false },
  },
})
const amount = Number(values.packets)
const kind = values.kind === 'vxp' ? 'vxp' : 'lgsp'
const [, receiver] = OFFICES

/** One run. */
interface Outcome {
  readonly curlMs: number
  /** Until all are in the inbox, and until hub and sender know it of all. */
  readonly inboxMs: number
  readonly allMs: number
  readonly loop: LoopDelay
  readonly syncs: Readonly<Record<string, number>>
  readonly storedFiles: number
  readonly rows: number
  /** Processor time of the hub, for curl and for us. */
  readonly hubCpuMs: { readonly curl: number; readonly ours: number }
}

rmSync(WORK, { recursive: true, force: true })
mkdirSync(WORK, { recursive: true })
const packets = await makePackets()
const program = await buildEngine()
const outcomes: Outcome[] = []
for (let run = 0; run < Number(values.runs); run += 1) outcomes.push(await measured(run))
program.remove()
report()

async function measured(run: number): Promise<Outcome> {
  const dir = join(WORK, `run-${String(run)}`)
  mkdirSync(dir)
  const hub = await startHubProcess({ flags: ['--as-sent', ...(kind === 'lgsp' ? ['--resumable'] : [])] })
  try {
    const { profileDir, recoveryCode } = await makeOffice(dir, hub)
    const ids: string[] = []
    for (const packet of packets) ids.push(await hub.inject(packet, RECEIVER.organId))
    const before = cpuMsOf(hub.pid)
    const curlMs = fetchByCurl(dir, hub, ids)
    const between = cpuMsOf(hub.pid)
    const received = await receive(dir, hub, profileDir, recoveryCode)
    const hubCpuMs = { curl: between - before, ours: cpuMsOf(hub.pid) - between }
    return { curlMs, ...received, hubCpuMs }
  } finally {
    await hub.remove()
    rmSync(dir, { recursive: true, force: true })
  }
}

/** An office that knows its hub, which has nothing for it yet. */
async function makeOffice(dir: string, hub: HubProcess) {
  const profileDir = join(dir, 'profile')
  mkdirSync(profileDir)
  const engine = await startEngine({ program, profileDir, env: {} })
  const { recoveryCode } = await engine.call('office.newRecoveryCode', {})
  const url = `${hub.url}${kind === 'vxp' ? '/vxp' : '/lgsp/v1'}`
  await engine.call('office.create', {
    agency: RECEIVER,
    clerkName: 'Lê Thị Thử',
    hub: { kind, url, systemId: receiver.systemId, secret: receiver.secret },
    recoveryCode,
  })
  await engine.call('trust.import', { file: readFileSync(join(WORK, 'pki', 'trust', 'root.pem')) })
  while ((await engine.call('directory.search', { text: 'suoi ngoc' })).length === 0) await pause(100)
  await engine.leave()
  return { profileDir, recoveryCode }
}

async function receive(dir: string, hub: HubProcess, profileDir: string, recoveryCode: string) {
  const trace = join(dir, 'strace.txt')
  const probe = join(dir, 'loop.json')
  const node = [process.execPath, '--import', PROBE]
  if (values.profile) node.push('--cpu-prof', `--cpu-prof-dir=${join(ROOT, 'out', 'bench')}`)
  const options = ['-f', '-qq', '--seccomp-bpf', '-y', '-e', 'trace=fsync,fdatasync', '-o', trace]
  const engine = await startEngine({
    program,
    profileDir,
    env: { LOOP_PROBE: probe },
    pollIntervalMs: 60_000,
    runBy: ['strace', ...options, ...node],
  })
  const enginePid = childOf(engine.pid)
  process.kill(enginePid, 'SIGUSR2')
  const before = countSyncs(trace)
  const filesBefore = filesIn(join(profileDir, 'files'))
  const begun = performance.now()
  await engine.call('office.unlock', { recoveryCode })
  await until('all are in the inbox', async () => (await inInbox(engine)) >= amount)
  const inboxMs = performance.now() - begun
  await until('hub and sender know', () => Promise.resolve(told(hub)))
  const allMs = performance.now() - begun
  rmSync(probe, { force: true })
  process.kill(enginePid, 'SIGUSR2')
  await until('the probe has written', () => Promise.resolve(existsSync(probe)))
  const loop = JSON.parse(readFileSync(probe, 'utf8')) as LoopDelay // written by loop-probe.ts
  await pause(1_500)
  const syncs = difference(countSyncs(trace), before)
  await engine.leave()
  return {
    inboxMs,
    allMs,
    loop,
    syncs,
    storedFiles: filesIn(join(profileDir, 'files')) - filesBefore,
    rows: await rowsIn(profileDir, recoveryCode),
  }
}

/** What was written down: the packet, the document, its file and the errands of each, and every line of the history. */
async function rowsIn(dir: string, recoveryCode: string): Promise<number> {
  const keyFile = await readKeyFile(dir)
  if (keyFile === undefined) throw new Error('the office has no key')
  const masterKey = await unwrapWithRecoveryCode(keyFile, recoveryCode)
  const store = openStore({ dir, masterKey, now: Date.now })
  const lines = store.history.head()?.sequence ?? 0
  store.close()
  return lines + amount * ROWS_OF_ONE
}

/** What a process used of the processors so far (proc(5): utime and stime, in hundredths of a second). */
function cpuMsOf(pid: number): number {
  const [, words = ''] = readFileSync(`/proc/${String(pid)}/stat`, 'latin1').split(') ')
  const fields = words.split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}

async function inInbox(engine: EngineProcess): Promise<number> {
  return (await engine.call('incoming.list', { box: 'new', limit: 1, offset: 0 })).total
}

/** Whether the hub's own file says that all were acknowledged, and answered. */
function told(hub: HubProcess): boolean {
  const ledger = readFileSync(join(hub.directory, 'ledger.jsonl'), 'latin1')
  const count = (words: string) => ledger.split(words).length - 1
  return count('"event":"acknowledged"') >= amount && count('"kind":"status"') >= amount
}

async function until(what: string, look: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS
  while (!(await look())) {
    if (performance.now() > deadline) throw new Error(`it did not happen: ${what}`)
    await pause(100)
  }
}

/** Node, which strace started. */
function childOf(pid = 0): number {
  const children = readFileSync(`/proc/${String(pid)}/task/${String(pid)}/children`, 'latin1')
  return Number(children.trim().split(' ')[0])
}

/** How often each kind of file was flushed, as strace wrote it down. */
function countSyncs(trace: string): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const [, path = ''] of readFileSync(trace, 'utf8').matchAll(/f(?:data)?sync\(\d+<([^>]*)>/g)) {
    const name = nameOf(path)
    counts[name] = (counts[name] ?? 0) + 1
  }
  return counts
}

function nameOf(path: string): string {
  const [, inside = path] = path.split('/profile/')
  if (/^files\/(tmp|part)\/.+/.test(inside)) return 'content'
  if (/^files\/[0-9a-f]{2}\/.+/.test(inside)) return 'content, in place'
  if (/^files\/[0-9a-f]{2}$/.test(inside)) return 'folder of contents'
  return inside
}

function difference(after: Record<string, number>, before: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(after).map(([name, count]) => [name, count - (before[name] ?? 0)]))
}

function filesIn(dir: string): number {
  return readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length
}

/** One process, one connection, and then every file flushed. */
function fetchByCurl(dir: string, hub: HubProcess, ids: readonly string[]): number {
  const folder = join(dir, 'curl')
  mkdirSync(folder)
  const operation = kind === 'vxp' ? 'getEdoc' : 'downloadEdoc'
  const lines = ids.flatMap((id) => [
    `url = "${hub.url}/lgsp/v1/${operation}?docId=${id}"`,
    `output = "${join(folder, id)}"`,
  ])
  const head = ['silent', 'show-error', 'fail']
  const headers = [`X-SystemId: ${receiver.systemId}`, `X-SecretKey: ${receiver.secret}`]
  const config = [...head, ...headers.map((header) => `header = "${header}"`), ...lines]
  const path = join(dir, 'curl.txt')
  writeFileSync(path, config.join('\n'))
  const begun = performance.now()
  execFileSync('curl', ['--config', path])
  execFileSync(
    'sync',
    readdirSync(folder).map((name) => join(folder, name)),
  )
  const ms = performance.now() - begun
  if (readdirSync(folder).length !== ids.length) throw new Error('curl fetched something else')
  rmSync(folder, { recursive: true })
  return ms
}

async function makePackets(): Promise<Buffer[]> {
  const pki = makePki(join(WORK, 'pki'))
  // No authority is named in them, so that nobody outside has a part in what is measured.
  const extensions = END_EXTENSIONS.filter((line) => !line.includes('URI:'))
  const signers = ['person', 'agency'].map((name) =>
    pki.issue({ file: `bench-${name}`, subject: `/C=VN/O=UBND xã Suối Ngọc/CN=${name}`, extensions }),
  )
  const made: Buffer[] = []
  for (let at = 1; at <= amount; at += 1) {
    const plain = scanned(Math.floor((PACKET_BYTES * 3) / 4) - (values.plain ? 3_000 : 20_000))
    const pdf = values.plain ? plain : await signed(plain, signers, pki.issuing)
    made.push(await packetWith(String(at), pdf))
  }
  const sizes = spreadOf(made.map(({ length }) => length))
  console.log(`${String(amount)} packets of ${String(Math.round(sizes.median / 1000))} kB`)
  return made
}

/** By all of them, one after the other: the person and the agency, as an official document is. */
async function signed(
  pdf: Buffer,
  signers: readonly MadeCertificate[],
  issuing: MadeCertificate,
): Promise<Buffer> {
  let bytes = pdf
  for (const signer of signers) {
    const source = await signPdf({
      source: memorySource(bytes),
      certificate: signer.der,
      chain: [issuing.der],
      signedAt: new Date(),
      sign: ({ message }) => Promise.resolve(tokenSign(signer, 'rsa-pkcs1', 'sha256', message)),
    })
    bytes = await allBytes(source)
  }
  return bytes
}

/** One page that shows noise: nothing gets smaller by packing. */
function scanned(bytes: number): Buffer {
  return handMade({
    1: '<< /Type /Catalog /Pages 2 0 R >>',
    2: '<< /Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 595 842] >>',
    3: '<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /XObject << /Scan 5 0 R >> >> >>',
    4: { dict: '', data: 'q 595 0 0 842 0 0 cm /Scan Do Q' },
    5: {
      dict: `/Type /XObject /Subtype /Image /Width 100 /Height ${String(Math.floor(bytes / 100))} /ColorSpace /DeviceGray /BitsPerComponent 8`,
      data: randomBytes(Math.floor(bytes / 100) * 100),
    },
  })
}

async function packetWith(number: string, pdf: Buffer): Promise<Buffer> {
  const message = composeMessage({
    sender: SENDER,
    clerkName: 'Lê Thị Thử',
    recipients: [RECEIVER],
    fields: outgoingFields.parse({ subject: `V/v công tác văn thư, việc ${number}`, place: 'Suối Ngọc' }),
    code: { number, notation: 'UBND-VP', issuedDate: '2026-11-20' },
    at: Date.now(),
  })
  const attachment = {
    contentId: `5b0f3c1e-0000-4000-8000-${number.padStart(12, '0')}`,
    name: `${number}-UBND-VP.pdf`,
    contentType: 'application/pdf',
    description: 'Công văn',
    size: pdf.byteLength,
    async *open() {
      yield await Promise.resolve(pdf)
    },
  }
  const parts: Uint8Array[] = []
  for await (const part of writeDocumentPacket(message, [attachment])) parts.push(part)
  return Buffer.concat(parts)
}

function report(): void {
  const missed = new Set<string>()
  for (const outcome of outcomes) {
    const { curlMs, inboxMs, allMs, loop, syncs, storedFiles, rows, hubCpuMs } = outcome
    const all = Object.values(syncs).reduce((sum, count) => sum + count, 0)
    const beyond = all - storedFiles
    const perThousand = (beyond / rows) * 1000
    const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`
    console.log(
      `curl ${seconds(curlMs)}; ours ${seconds(inboxMs)} until all are in the inbox (${(inboxMs / curlMs).toFixed(2)} times), ` +
        `${seconds(allMs)} until all are answered (${(allMs / curlMs).toFixed(2)} times)`,
    )
    console.log(
      `  event loop: p99 of turns ${loop.turnsP99.toFixed(1)} ms, of waits ${loop.waitsP99.toFixed(1)} ms, ` +
        `longest ${loop.longest.toFixed(1)} ms; processor ${seconds(loop.cpu)}, ` +
        `of the hub ${seconds(hubCpuMs.ours)} (for curl ${seconds(hubCpuMs.curl)})`,
    )
    console.log(
      `  ${String(all)} flushes for ${String(storedFiles)} stored files and ${String(rows)} rows: ${String(beyond)} beyond one ` +
        `for each file, ${perThousand.toFixed(1)} for a thousand rows; ${JSON.stringify(syncs)}`,
    )
    if (perThousand > TARGETS.flushesPerThousandRows) missed.add('flushes')
    if (loop.turnsP99 > TARGETS.loopP99Ms) missed.add('event loop')
    if (inboxMs > TARGETS.timesCurl * curlMs) missed.add('time')
  }
  console.log(missed.size === 0 ? 'every target met' : `missed: ${[...missed].join(', ')}`)
  process.exitCode = missed.size === 0 ? 0 : 1
  mkdirSync(join(ROOT, 'out', 'bench'), { recursive: true })
  writeFileSync(
    join(ROOT, 'out', 'bench', 'receive.json'),
    `${JSON.stringify({ at: new Date().toISOString(), amount, kind, targets: TARGETS, outcomes }, undefined, 2)}\n`,
  )
}
