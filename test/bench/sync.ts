/**
 * `npm run bench -- sync [--runs N] [--sizes 1MB,20MB]`: our uploads and downloads against `curl`.
 *
 * Both speak to the same practice hub over the same two ways, in turns, run by run: tus 1.0 up, one plain request
 * down, by a province's LGSP, whose headers curl can send. Ours reads from the encrypted store and writes into it,
 * flushed; curl reads and writes a plain file. Ours is the time of the transfer in a process that runs already,
 * as the engine does; curl's is that of its two calls, or one.
 *
 * Memory is by how much our process grew during a transfer. Needs Linux (/proc) and curl. Prints a table, writes
 * out/bench/sync.json, and ends with 1 when a target is missed.
 */
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { fileStore } from '../../src/engine/store/files.ts'
import { OFFICES, startHubProcess } from '../hub/hub-process.ts'
import { documentXml } from '../hub/packets.ts'
import { spreadOf, type Spread } from './measure.ts'
import type { TransferCost, TransferJob } from './transfer.ts'

const ROOT = join(import.meta.dirname, '../..')
const WORK = join(ROOT, 'out', 'bench', 'work')
const PROGRAM = join(ROOT, 'out', 'bench', 'program', 'transfer.js')
const MB = 1_000_000
const SIZES = [1, 20, 200]
/** By so much may the engine grow, whatever it sends. */
const LARGEST_GROWTH_BYTES = 64 * MB

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '3' }, sizes: { type: 'string' } },
})
const runs = Number(values.runs)
const sizes = values.sizes?.split(',').map((size) => Number.parseInt(size, 10)) ?? SIZES
const [sender, receiver] = OFFICES

interface Row {
  readonly sizeMb: number
  readonly way: 'up' | 'down'
  readonly oursMbPerSecond: Spread
  readonly curlMbPerSecond: Spread
  /** Our speed by curl's, run by run. */
  readonly ratio: Spread
  readonly growthMb: Spread
}

rmSync(WORK, { recursive: true, force: true })
mkdirSync(WORK, { recursive: true })
const keys = { fileKey: randomBytes(32).toString('hex'), nameKey: randomBytes(32).toString('hex') }
const hub = await startHubProcess({ flags: ['--resumable', '--as-sent'] })
const endpoint = `${hub.url}/lgsp/v1`
const rows: Row[] = []
console.log(`${String(runs)} runs in turns; median (least to most)`)
for (const sizeMb of sizes) {
  const up: Pair[] = []
  const down: Pair[] = []
  for (let run = 0; run < runs; run += 1) {
    const { ours, packetId } = await sendOurs(sizeMb)
    up.push({ ours, curlMs: sendByCurl(sizeMb) })
    down.push({ ours: fetchOurs(packetId), curlMs: fetchByCurl(packetId) })
  }
  for (const row of [rowOf(sizeMb, 'up', up), rowOf(sizeMb, 'down', down)]) {
    rows.push(row)
    console.log(
      `${String(row.sizeMb)} MB ${row.way}: ours ${words(row.oursMbPerSecond)} MB/s, curl ` +
        `${words(row.curlMbPerSecond)} MB/s, ratio ${words(row.ratio)}, grew by ${words(row.growthMb)} MB`,
    )
  }
}
await hub.remove()
rmSync(WORK, { recursive: true, force: true })
writeFileSync(
  join(ROOT, 'out', 'bench', 'sync.json'),
  `${JSON.stringify({ at: new Date().toISOString(), runs, rows }, undefined, 2)}\n`,
)
const missed = rows.filter(({ growthMb }) => growthMb.most * MB > LARGEST_GROWTH_BYTES)
console.log(missed.length === 0 ? 'every target met' : `grew too much: ${JSON.stringify(missed)}`)
process.exitCode = missed.length === 0 ? 0 : 1

interface Pair {
  readonly ours: TransferCost
  readonly curlMs: number
}

function rowOf(sizeMb: number, way: Row['way'], pairs: readonly Pair[]): Row {
  const speed = (wallMs: number) => sizeMb / (wallMs / 1000)
  return {
    sizeMb,
    way,
    oursMbPerSecond: spreadOf(pairs.map(({ ours }) => speed(ours.wallMs))),
    curlMbPerSecond: spreadOf(pairs.map(({ curlMs }) => speed(curlMs))),
    ratio: spreadOf(pairs.map(({ ours, curlMs }) => curlMs / ours.wallMs)),
    growthMb: spreadOf(pairs.map(({ ours }) => ours.growthBytes / MB)),
  }
}

/** A packet of about this size that nobody has sent yet. */
function packetOf(sizeMb: number): Buffer {
  return documentXml({ attachment: randomBytes(Math.floor(((sizeMb * MB) / 4) * 3)) })
}

async function sendOurs(sizeMb: number): Promise<{ ours: TransferCost; packetId: string }> {
  const dir = join(WORK, 'sender')
  const store = { dir, ...keys }
  const kept = await fileStore({
    dir,
    fileKey: Buffer.from(keys.fileKey, 'hex'),
    nameKey: Buffer.from(keys.nameKey, 'hex'),
  }).putBytes(packetOf(sizeMb))
  const ours = perform({
    endpoint,
    systemId: sender.systemId,
    secret: sender.secret,
    store,
    transfer: { way: 'up', sha256: kept.sha256, from: sender.organId },
  })
  rmSync(dir, { recursive: true })
  const accepted = (await hub.ledger()).findLast((entry) => entry.event === 'accepted')
  if (accepted?.sha256 !== kept.sha256) throw new Error('the hub has something else')
  return { ours, packetId: accepted.docId }
}

function fetchOurs(packetId: string): TransferCost {
  const dir = join(WORK, 'receiver')
  const { systemId, secret } = receiver
  const cost = perform({
    endpoint,
    systemId,
    secret,
    store: { dir, ...keys },
    transfer: { way: 'down', packetId },
  })
  rmSync(dir, { recursive: true })
  return cost
}

function perform(job: TransferJob): TransferCost {
  const path = join(WORK, 'job.json')
  writeFileSync(path, JSON.stringify(job))
  return JSON.parse(execFileSync(process.execPath, [PROGRAM, path], { encoding: 'utf8' })) as TransferCost
}

/** Two calls, as tus has them: one makes the upload, one sends the file. */
function sendByCurl(sizeMb: number): number {
  const path = join(WORK, 'packet.edxml')
  const packet = packetOf(sizeMb)
  writeFileSync(path, packet)
  const begun = performance.now()
  const metadata = `Upload-Metadata: messageType ${Buffer.from('edoc').toString('base64')}`
  const length = `Upload-Length: ${String(packet.length)}`
  const head = curl(sender, '-i', '-X', 'POST', '-H', length, '-H', metadata, `${endpoint}/uploads`)
  const location = /^location: (\S+)/im.exec(head)?.[1] ?? ''
  const type = 'Content-Type: application/offset+octet-stream'
  const url = new URL(location, endpoint).href
  const answer = curl(sender, '-X', 'PATCH', '-H', 'Upload-Offset: 0', '-H', type, '-T', path, url)
  if (!answer.includes('"OK"')) throw new Error(`curl: ${answer}`)
  return performance.now() - begun
}

function fetchByCurl(packetId: string): number {
  const path = join(WORK, 'fetched.edxml')
  const begun = performance.now()
  curl(receiver, '-o', path, `${endpoint}/downloadEdoc?docId=${packetId}`)
  const wallMs = performance.now() - begun
  if (!readFileSync(path).subarray(0, 5).equals(Buffer.from('<?xml')))
    throw new Error('curl fetched no packet')
  return wallMs
}

function curl({ systemId, secret }: (typeof OFFICES)[number], ...more: string[]): string {
  const headers = [`X-SystemId: ${systemId}`, `X-SecretKey: ${secret}`, 'Tus-Resumable: 1.0.0', 'Expect:']
  const options = ['-sS', '--fail', ...headers.flatMap((header) => ['-H', header]), ...more]
  return execFileSync('curl', options, { encoding: 'utf8' })
}

function words({ median, least, most }: Spread): string {
  return `${median.toFixed(2)} (${least.toFixed(2)} to ${most.toFixed(2)})`
}
