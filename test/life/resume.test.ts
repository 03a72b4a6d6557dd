import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { DocumentId } from '../../src/shared/document/fields.ts'
import { chance, printedSeed } from '../helpers/chance.ts'
import { startCuttingLine, type CuttingLine, type Way } from '../helpers/cutting-line.ts'
import {
  draftWith,
  makeDesk,
  makeOffice,
  RECEIVER,
  reopenOffice,
  SENDER,
  signAndSeal,
  type Desk,
  type NewOffice,
  type TestOffice,
  hasDirectory,
} from '../helpers/office.ts'
import { OFFICES, startHubProcess, type HubProcess } from '../hub/hub-process.ts'
import { ghostscriptPdf, workFolder, type WorkFolder } from '../pdf/samples.ts'

const MB = 1_000_000
/** What may be lost of a document to all its cuts together, requests and looks at the hub included. */
const MOST = 1.1
const next = chance(printedSeed('resume'))

/** An office behind a line of its own. */
interface Behind {
  readonly line: CuttingLine
  readonly made: NewOffice
  office: TestOffice
}

let desk: Desk
let folder: WorkFolder
let hub: HubProcess
let sender: Behind
let receiver: Behind

beforeAll(async () => {
  desk = makeDesk()
  folder = workFolder()
  hub = await startHubProcess({ flags: ['--resumable'] })
  sender = await behindLine('sender', SENDER, desk.sender, OFFICES[0].secret)
  receiver = await behindLine('receiver', RECEIVER, desk.receiver, OFFICES[1].secret)
  await hasDirectory(sender.office)
}, 120_000)
afterAll(async () => {
  for (const { office, line } of [sender, receiver]) {
    await office.close()
    await line.close()
  }
  await hub.remove()
  folder.remove()
  desk.remove()
})

async function behindLine(
  name: string,
  agency: NewOffice['agency'],
  tokens: NewOffice['tokens'],
  secret: string,
): Promise<Behind> {
  const line = await startCuttingLine(hub.url)
  const made: NewOffice = {
    dir: desk.path(name),
    agency,
    tokens,
    hubUrl: `${line.url}/vxp`,
    secret,
    root: desk.pki.root.certificatePem,
    // What is counted is the document, not the looks at the hub while it goes.
    pollIntervalMs: 3_600_000,
  }
  return { line, made, office: await makeOffice(made) }
}

/** Waits, as a clerk who presses "Gửi ngay" whenever the line is down. */
function untilTryingAgain<T>(
  office: TestOffice,
  what: string,
  look: () => Promise<T | undefined>,
): Promise<T> {
  return office.until(what, async () => {
    const { state } = await office.call('line.status', {})
    if (state === 'down') office.engine.wake()
    return look()
  })
}

/**
 * Goes on until half of the cuts are behind us, and then begins the office anew before it tries again: what lay in the
 * buffers of so fast a line would be lost with the process, and is as much as a small document.
 */
async function restartInTheMiddle(behind: Behind, way: Way, cuts: number): Promise<void> {
  await behind.office.until('half of the cuts are behind us', async () => {
    if (behind.line.left(way) <= cuts / 2) return true
    const { state } = await behind.office.call('line.status', {})
    if (state === 'down') behind.office.engine.wake()
    return undefined
  })
  await behind.office.close()
  behind.office = await reopenOffice(behind.made, behind.office.recoveryCode)
}

async function acceptedDocuments() {
  return (await hub.ledger())
    .filter((entry) => entry.event === 'accepted')
    .filter(({ kind }) => kind === 'edoc')
}

async function submitted(attachmentBytes: number): Promise<DocumentId> {
  const { call } = sender.office
  const pdf = folder.path('document.pdf')
  writeFileSync(pdf, ghostscriptPdf(folder, 'made.pdf'))
  const { id } = await draftWith(call, pdf)
  await call('outgoing.attach', { id, name: 'phu-luc.zip', bytes: randomBytes(attachmentBytes) })
  await signAndSeal(call, desk.sender, id)
  await call('outgoing.submit', { id })
  return id
}

test.each([
  { name: '20 MB', attachmentBytes: 15 * MB, packetBytes: 20 * MB, cuts: 20 },
  { name: '500 kB', attachmentBytes: 350_000, packetBytes: 0.5 * MB, cuts: 6 },
])(
  'a document of $name crosses a line that breaks $cuts times each way, and little more than its size does',
  { timeout: 120_000 },
  async ({ attachmentBytes, packetBytes, cuts }) => {
    const places = () => Array.from({ length: cuts }, () => next(packetBytes))
    const acceptedBefore = (await acceptedDocuments()).length
    const before = sender.line.carried.up
    sender.line.cutAt('up', places())
    const id = await submitted(attachmentBytes)
    await restartInTheMiddle(sender, 'up', cuts)
    await untilTryingAgain(sender.office, 'the hub has it', async () => {
      const { state } = await sender.office.call('outgoing.one', { id })
      return state === 'queued' ? undefined : state
    })
    const documents = await acceptedDocuments()
    expect(documents).toHaveLength(acceptedBefore + 1)
    const accepted = documents.at(-1)
    expect(sender.line.left('up')).toBe(0)
    const sentBytes = sender.line.carried.up - before
    expect(sentBytes / (accepted?.sizeBytes ?? 0)).toBeLessThanOrEqual(MOST)

    const downBefore = receiver.line.carried.down
    receiver.line.cutAt('down', places())
    await receiver.office.call('line.syncNow', {})
    await restartInTheMiddle(receiver, 'down', cuts)
    const arrived = await untilTryingAgain(receiver.office, 'the document has arrived', async () => {
      const { rows } = await receiver.office.call('incoming.list', { box: 'new' })
      return rows[0]
    })
    expect(receiver.line.left('down')).toBe(0)
    const cameBytes = receiver.line.carried.down - downBefore
    expect(cameBytes / (accepted?.servedSizeBytes ?? 0)).toBeLessThanOrEqual(MOST)
    expect(arrived).toMatchObject({ senderName: SENDER.name, verdict: 'valid' })
    await receiver.office.call('incoming.register', { id: arrived.id })
  },
)
