import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeDocumentPacket } from '../../src/engine/envelope/write.ts'
import { FAIL_POINTS } from '../../src/engine/fail-point.ts'
import { composeMessage } from '../../src/engine/outgoing/compose.ts'
import { outgoingFields, type DocumentId } from '../../src/shared/document/fields.ts'
import {
  draftWith,
  makeDesk,
  makeOffice,
  RECEIVER,
  SENDER,
  signAndSeal,
  type Desk,
  hasDirectory,
  officesOf,
} from '../helpers/office.ts'
import { startHubProcess, vxpFor, type HubProcess } from '../hub/hub-process.ts'
import { makeKillBench, putAway, survive, type KillBench, type Template } from './kill-bench.ts'
import { ghostscriptPdf, workFolder, type WorkFolder } from '../pdf/samples.ts'

let desk: Desk
let folder: WorkFolder
let bench: KillBench
let sender: Template
let receiver: Template
let pdf: Buffer
/** A sealed document in the profile that every test starts from. */
let sealedId: DocumentId

beforeAll(async () => {
  desk = makeDesk()
  folder = workFolder()
  bench = await makeKillBench(desk)
  const hub = await startHubProcess()
  const made = officesOf(desk, `${hub.url}/vxp`)
  const sending = await makeOffice(made.sender)
  await hasDirectory(sending)
  pdf = ghostscriptPdf(folder, 'made.pdf')
  const path = folder.path('document.pdf')
  writeFileSync(path, pdf)
  sealedId = (await draftWith(sending.call, path)).id
  await signAndSeal(sending.call, desk.sender, sealedId)
  sender = await putAway(sending, desk.path('sender'), desk.sender, 'line')
  const receiving = await makeOffice(made.receiver)
  receiver = await putAway(receiving, desk.path('receiver'), desk.receiver, 'line')
  // One that ends by itself leaves what it compiled.
  await hub.stop()
  await hub.remove()
}, 180_000)

afterAll(() => {
  bench.remove()
  folder.remove()
  desk.remove()
})

/** They run beside each other, mostly waiting, and on a busy machine that takes its time. */
const BUSY = { timeout: 180_000 }
const DEADLINE_MS = 80_000

async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + DEADLINE_MS
  for (;;) {
    const found = await look()
    if (found !== undefined) return found
    if (Date.now() > deadline) throw new Error(`it did not happen: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

async function accepted(hub: HubProcess, kind: 'edoc' | 'status') {
  return (await hub.ledger()).filter((entry) => entry.event === 'accepted' && entry.kind === kind)
}

describe.concurrent(
  'the engine is killed while sending, and the document is in the hub exactly once',
  BUSY,
  () => {
    const points = FAIL_POINTS.filter((point) => /^(submit|deliver)\//.test(point))

    test.each(points)('%s', async (point) => {
      await bench.withHub(sender, async (hub, start) => {
        if (point === 'deliver/looked-up') {
          await hub.faults({ dropAnswerAfterAccept: { operation: 'sendEdoc', times: 1 } })
        }
        const doomed = await start(point)
        await survive(doomed.call('outgoing.submit', { id: sealedId }))
        if (point === 'deliver/looked-up') {
          await until('the outcome is unknown', async () => {
            const { delivery } = await doomed.call('outgoing.one', { id: sealedId })
            return delivery?.error === 'hub/outcome-unknown' ? true : undefined
          })
          await survive(doomed.call('line.syncNow', {}))
        }
        expect(await doomed.ended).toBe('SIGKILL')

        const engine = await start()
        const found = await engine.call('outgoing.one', { id: sealedId })
        if (found.state === 'sealed') await engine.call('outgoing.submit', { id: sealedId })
        await until('the document is sent', async () => {
          const { state } = await engine.call('outgoing.one', { id: sealedId })
          return state === 'sent' ? true : undefined
        })
        expect(await accepted(hub, 'edoc')).toHaveLength(1)
        await engine.leave()
      })
    })
  },
)

describe.concurrent(
  'the engine is killed while recalling, and the recall is in the hub exactly once',
  BUSY,
  () => {
    test.each([
      'recall/before-commit',
      'recall/after-commit',
      'deliver/marked',
      'deliver/sent',
      'deliver/committed',
    ] as const)('%s', async (point) => {
      await bench.withHub(sender, async (hub, start) => {
        const sending = await start()
        await sending.call('outgoing.submit', { id: sealedId })
        await until('the document is sent', async () => {
          const { state } = await sending.call('outgoing.one', { id: sealedId })
          return state === 'sent' ? true : undefined
        })
        await sending.leave()

        const doomed = await start(point)
        await survive(doomed.call('outgoing.recall', { id: sealedId, reason: 'Gửi nhầm nơi nhận' }))
        expect(await doomed.ended).toBe('SIGKILL')

        const engine = await start()
        const { state } = await engine.call('outgoing.one', { id: sealedId })
        expect(state).toBe(point === 'recall/before-commit' ? 'sent' : 'recalling')
        if (state === 'sent')
          await engine.call('outgoing.recall', { id: sealedId, reason: 'Gửi nhầm nơi nhận' })
        await until('the recall is sent', async () => {
          const { recipients } = await engine.call('outgoing.one', { id: sealedId })
          return recipients[0]?.request?.state === 'asked' ? true : undefined
        })
        expect(await accepted(hub, 'edoc')).toHaveLength(2)
        await engine.leave()
      })
    })
  },
)

describe.concurrent(
  'the engine is killed while receiving, and the document is in the inbox exactly once',
  BUSY,
  () => {
    const points = FAIL_POINTS.filter((point) => /^(collect|fetch|admit|acknowledge|report)\//.test(point))

    test.each(points)('%s', async (point) => {
      await bench.withHub(receiver, async (hub, start) => {
        await sendTo(hub)
        const doomed = await start(point)
        expect(await doomed.ended).toBe('SIGKILL')

        const engine = await start()
        await until('the document is in the inbox', async () => {
          const { rows } = await engine.call('incoming.list', { box: 'new' })
          return rows[0]
        })
        await until('the hub and the sender know', async () => {
          const entries = await hub.ledger()
          const told = entries.some((entry) => entry.event === 'acknowledged' && entry.status === 'done')
          return told && (await accepted(hub, 'status')).length > 0 ? true : undefined
        })
        await until('nothing is left to do', async () => {
          const waiting = (await hub.ledger()).length
          await engine.call('line.syncNow', {})
          return (await hub.ledger()).length === waiting ? true : undefined
        })
        const { total } = await engine.call('incoming.list', { box: 'new' })
        expect(total).toBe(1)
        expect(await accepted(hub, 'edoc')).toHaveLength(1)
        expect(await accepted(hub, 'status')).toHaveLength(1)
        await engine.leave()
      })
    })

    test.each(['register/before-commit', 'register/after-commit'] as const)('%s', async (point) => {
      await bench.withHub(receiver, async (hub, start) => {
        await sendTo(hub)
        const doomed = await start(point)
        const row = await until('the document is in the inbox', async () => {
          const { rows } = await doomed.call('incoming.list', { box: 'new' })
          return rows[0]
        })
        await survive(doomed.call('incoming.register', { id: row.id }))
        expect(await doomed.ended).toBe('SIGKILL')

        const engine = await start()
        const found = await engine.call('incoming.one', { id: row.id })
        const registered =
          found.state === 'registered' ? found : await engine.call('incoming.register', { id: row.id })
        expect(registered.arrivalNumber).toBe(1)
        await until('the sender hears 01 and 03', async () => {
          return (await accepted(hub, 'status')).length === 2 ? true : undefined
        })
        await engine.leave()
      })
    })
  },
)

test('the engine is killed while the hub is still working on its request, and the hub takes it once', async () => {
  await bench.withHub(sender, async (hub, start) => {
    const doomed = await start()
    await hub.faults({ delayMs: 1_500 })
    await survive(doomed.call('outgoing.submit', { id: sealedId }))
    await until('the bytes are on their way', async () => {
      const [sending] = (await doomed.call('line.status', {})).sending
      return sending === undefined || sending.sentBytes < sending.totalBytes ? undefined : true
    })
    doomed.kill()
    await doomed.ended
    await hub.faults({ delayMs: 0 })

    const engine = await start(undefined, 3_000)
    await until('the document is sent', async () => {
      await engine.call('line.syncNow', {})
      const { state } = await engine.call('outgoing.one', { id: sealedId })
      return state === 'sent' ? true : undefined
    })
    expect(await accepted(hub, 'edoc')).toHaveLength(1)
    await engine.leave()
  })
})

/** A document packet from the sender, as any other program would send it. */
async function sendTo(hub: HubProcess): Promise<void> {
  const message = composeMessage({
    sender: SENDER,
    clerkName: 'Lê Thị Thử',
    recipients: [RECEIVER],
    fields: outgoingFields.parse({ subject: 'V/v báo cáo công tác văn thư', place: 'Suối Ngọc' }),
    code: { number: '12', notation: 'UBND-VP', issuedDate: '2026-11-20' },
    at: Date.now(),
  })
  const parts: Uint8Array[] = []
  const attachment = {
    contentId: '5b0f3c1e-0000-4000-8000-000000000001',
    name: '12-UBND-VP.pdf',
    contentType: 'application/pdf',
    description: 'Công văn',
    size: pdf.byteLength,
    async *open() {
      yield await Promise.resolve(pdf)
    },
  }
  for await (const part of writeDocumentPacket(message, [attachment])) parts.push(part)
  const packet = Buffer.concat(parts)
  const transport = vxpFor(hub, 'H99.88.01')
  await transport.send({
    kind: 'edoc',
    from: SENDER.organId,
    recipients: [RECEIVER.organId],
    sizeBytes: packet.byteLength,
    sha256: createHash('sha256').update(packet).digest('hex'),
    async *open() {
      yield await Promise.resolve(packet)
    },
  })
  await transport.close()
}
