import { execFile } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { writeDocumentPacket } from '../../src/engine/envelope/write.ts'
import { hashFile, signedHeaders } from '../../src/engine/hub/vxp-signing.ts'
import { composeMessage } from '../../src/engine/outgoing/compose.ts'
import { outgoingFields } from '../../src/shared/document/fields.ts'
import type { Chance } from '../helpers/chance.ts'
import { RECEIVER, SENDER } from '../helpers/office.ts'
import { OFFICES, type HubProcess } from '../hub/hub-process.ts'
import type { Proxy } from './proxy.ts'

export interface CurlOptions {
  readonly hub: HubProcess
  readonly proxy: Proxy
  readonly documents: number
  readonly pdf: string
  readonly next: Chance
  readonly dir: string
  readonly restartHub: () => Promise<void>
}

/** What became of documents that a script sent. */
export interface CurlOutcome {
  readonly documents: number
  /** Not in the hub, whatever the script says. */
  readonly lost: number
  /** In the hub more than once. */
  readonly duplicated: number
}

/**
 * The old-fashioned way, for comparison: one `curl --retry 5 --retry-all-errors` for each document over a
 * rough line, with the hub killed now and then. No process of the sender is killed, and its disk is never full.
 */
export async function sendWithCurl(options: CurlOptions): Promise<CurlOutcome> {
  const { hub, proxy, documents, pdf, next, dir, restartHub } = options
  proxy.turn('rough')
  const subjects: string[] = []
  for (let at = 0; at < documents; at += 1) {
    if (next(10) === 0) await restartHub()
    const subject = `V/v công tác văn thư, việc ${String(at + 1)} bằng curl`
    subjects.push(subject)
    const packet = await packetOf(subject, readFileSync(pdf))
    const path = join(dir, 'curl.edxml')
    writeFileSync(path, packet)
    await curl(path, packet, `${proxy.url}/vxp`)
    await pause(next(50))
  }
  proxy.turn('calm')
  const accepted = (await hub.ledger()).filter((entry) => entry.event === 'accepted')
  const counts = subjects.map((subject) => accepted.filter((entry) => entry.subject === subject).length)
  return {
    documents,
    lost: counts.filter((count) => count === 0).length,
    duplicated: counts.filter((count) => count > 1).length,
  }
}

/** A failure is the script's last word: it has no memory to go on from. */
async function curl(path: string, packet: Buffer, url: string): Promise<void> {
  const headers = signedHeaders(
    {
      systemId: OFFICES[0].systemId,
      secret: OFFICES[0].secret,
      headerPrefix: 'XroadVnpt-',
      userAgent: 'curl',
      version: '1',
    },
    Date.now(),
    'application/octet-stream',
    [
      ['from', SENDER.organId],
      ['servicetype', 'eDoc'],
      ['messagetype', 'edoc'],
      ['hash-file', hashFile(createHash('sha256').update(packet).digest('hex'), 'sdk')],
    ],
  )
  const words = Object.entries(headers)
    .filter(([name]) => name !== 'Content-Type')
    .flatMap(([name, value]) => ['-H', `${name}: ${value}`])
  const retries = ['--retry', '5', '--retry-all-errors', '--retry-delay', '1', '--max-time', '2']
  await promisify(execFile)('curl', [
    ...['--silent', '--fail', ...retries, '-F', `file_doc=@${path};type=application/octet-stream`],
    ...[...words, `${url}/sendEdoc`],
  ]).catch(() => undefined)
}

async function packetOf(subject: string, pdf: Buffer): Promise<Buffer> {
  const message = composeMessage({
    sender: SENDER,
    clerkName: 'Lê Thị Thử',
    recipients: [RECEIVER],
    fields: outgoingFields.parse({ subject, place: 'Suối Ngọc' }),
    code: { number: '12', notation: 'UBND-VP', issuedDate: '2026-11-20' },
    at: Date.now(),
  })
  const attachment = {
    contentId: randomUUID(),
    name: '12-UBND-VP.pdf',
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
