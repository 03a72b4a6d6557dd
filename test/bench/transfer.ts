/** Sends or fetches one packet in one process, out of an encrypted store or into one: started by sync.ts. */
import { readFileSync, writeFileSync } from 'node:fs'
import { lgspTransport } from '../../src/engine/hub/lgsp.ts'
import { fileStore } from '../../src/engine/store/files.ts'
import { sha256Hex } from '../../src/shared/document/fields.ts'

/** What sync.ts asks for. */
export interface TransferJob {
  readonly endpoint: string
  readonly systemId: string
  readonly secret: string
  readonly store: { readonly dir: string; readonly fileKey: string; readonly nameKey: string }
  readonly transfer:
    | { readonly way: 'up'; readonly sha256: string; readonly from: string }
    | { readonly way: 'down'; readonly packetId: string }
}

/** What it cost: time of the transfer, and by how much the process grew over what it was before it. */
export interface TransferCost {
  readonly wallMs: number
  readonly growthBytes: number
}

const [, , jobPath = ''] = process.argv
const job = JSON.parse(readFileSync(jobPath, 'utf8')) as TransferJob // written by sync.ts
const files = fileStore({
  dir: job.store.dir,
  fileKey: Buffer.from(job.store.fileKey, 'hex'),
  nameKey: Buffer.from(job.store.nameKey, 'hex'),
})
const transport = lgspTransport(job)
// What every office has asked long before.
await transport.capabilities()

const before = memory('VmRSS')
// From here on the kernel's high-water mark is that of the transfer (proc(5), clear_refs).
writeFileSync('/proc/self/clear_refs', '5')
const begun = performance.now()
if (job.transfer.way === 'up') await send(job.transfer)
else await fetch(job.transfer.packetId)
const cost: TransferCost = { wallMs: performance.now() - begun, growthBytes: memory('VmHWM') - before }
await transport.close()
process.stdout.write(JSON.stringify(cost))

async function send({ sha256, from }: { readonly sha256: string; readonly from: string }): Promise<void> {
  const file = await files.open(sha256Hex.parse(sha256))
  await transport.send({
    kind: 'edoc',
    from,
    recipients: [],
    sizeBytes: file.size,
    sha256,
    open: (fromByte) => file.stream(fromByte),
  })
  await file.close()
}

async function fetch(packetId: string): Promise<void> {
  const part = await files.partial(packetId)
  await part.append(transport.fetch(packetId))
  await part.finish(() => undefined)
}

function memory(name: 'VmRSS' | 'VmHWM'): number {
  const found = new RegExp(`${name}:\\s+(\\d+) kB`).exec(readFileSync('/proc/self/status', 'latin1'))
  return Number(found?.[1]) * 1024
}
