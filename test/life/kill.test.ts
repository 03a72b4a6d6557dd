import { createHash } from 'node:crypto'
import { cpSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeDocumentPacket } from '../../src/engine/envelope/write.ts'
import { FAIL_POINTS, type FailPoint } from '../../src/engine/fail-point.ts'
import { composeMessage } from '../../src/engine/outgoing/compose.ts'
import { outgoingFields, type DocumentId } from '../../src/shared/document/fields.ts'
import { vietnamDate } from '../../src/shared/document/vietnam-time.ts'
import {
  buildEngine,
  startEngine,
  type EngineProcess,
  type EngineProgram,
} from '../helpers/engine-process.ts'
import {
  draftWith,
  makeDesk,
  makeOffice,
  RECEIVER,
  SENDER,
  signAndSeal,
  type Call,
  type Desk,
  type OfficeTokens,
} from '../helpers/office.ts'
import { OFFICES, startHubProcess, transportFor, type HubProcess } from '../hub/hub-process.ts'
import { ghostscriptPdf, workFolder, type WorkFolder } from '../pdf/samples.ts'

let desk: Desk
let folder: WorkFolder
let program: EngineProgram
let senderCode: string
let receiverCode: string
/** A sealed document and a frozen one in the profile that every test starts from. */
let sealedId: DocumentId
let frozenId: DocumentId

beforeAll(async () => {
  desk = makeDesk()
  folder = workFolder()
  program = await buildEngine()
  const hub = await startHubProcess()
  const common = { hubUrl: `${hub.url}/vxp`, root: desk.pki.root.certificatePem }
  const sender = await makeOffice({
    ...common,
    dir: desk.path('sender'),
    agency: SENDER,
    tokens: desk.sender,
    secret: OFFICES[0].secret,
  })
  await sender.until('the directory is there', async () => {
    const found = await sender.call('directory.search', { text: 'so noi vu' })
    return found.length > 0 ? found : undefined
  })
  const pdf = folder.path('document.pdf')
  writeFileSync(pdf, ghostscriptPdf(folder, 'document.pdf'))
  sealedId = (await draftWith(sender.call, pdf)).id
  await signAndSeal(sender.call, desk.sender, sealedId)
  const second = await draftWith(sender.call, pdf)
  frozenId = second.id
  await sender.call('outgoing.freeze', { id: frozenId, revision: second.revision })
  senderCode = sender.recoveryCode
  await sender.close()
  const receiver = await makeOffice({
    ...common,
    dir: desk.path('receiver'),
    agency: RECEIVER,
    tokens: desk.receiver,
    secret: OFFICES[1].secret,
  })
  receiverCode = receiver.recoveryCode
  await receiver.close()
  await hub.remove()
}, 180_000)

afterAll(() => {
  program.remove()
  folder.remove()
  desk.remove()
})

/** One office copied from its template, against a fresh hub. */
interface Bench {
  readonly hub: HubProcess
  readonly start: (failPoint?: FailPoint, settleMs?: number) => Promise<EngineProcess>
}

let benches = 0

async function bench(template: 'sender' | 'receiver', tokens: OfficeTokens, code: string): Promise<Bench> {
  const profileDir = desk.path(`${template}-${String(++benches)}`)
  cpSync(desk.path(template), profileDir, { recursive: true })
  const hub = await startHubProcess()
  return {
    hub,
    async start(failPoint, settleMs) {
      const engine = await startEngine({
        program,
        profileDir,
        env: tokens.hsm.env,
        ...(failPoint === undefined ? {} : { failPoint }),
        ...(settleMs === undefined ? {} : { settleMs }),
      })
      // From here on the named step may kill the engine at any time.
      await survive(engine.call('office.unlock', { recoveryCode: code }))
      await survive(pointAt(engine.call, hub))
      return engine
    },
  }
}

async function pointAt(call: Call, hub: HubProcess): Promise<void> {
  const settings = await call('settings.current', {})
  const url = `${hub.url}/vxp`
  if (settings.hub?.url === url) return
  await call('settings.save', { ...settings, hub: { url, systemId: settings.agency.organId } })
}

/** A call that the death of the engine may interrupt. */
async function survive(work: Promise<unknown>): Promise<void> {
  await work.catch((cause: unknown) => {
    if (!(cause instanceof Error) || cause.message !== 'the engine died') throw cause
  })
}

async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + 25_000
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

describe('the engine is killed while sending, and the document is in the hub exactly once', () => {
  const points = FAIL_POINTS.filter((point) => /^(submit|deliver)\//.test(point))

  test.each(points)('%s', async (point) => {
    const { hub, start } = await bench('sender', desk.sender, senderCode)
    try {
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
    } finally {
      await hub.remove()
    }
  })
})

test('the engine is killed while the hub is still working on its request, and the hub takes it once', async () => {
  const { hub, start } = await bench('sender', desk.sender, senderCode)
  try {
    const doomed = await start()
    await hub.faults({ delayMs: 1_500 })
    await survive(doomed.call('outgoing.submit', { id: sealedId }))
    await until('the bytes are on their way', async () => {
      const { sending } = await doomed.call('line.status', {})
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
  } finally {
    await hub.remove()
  }
})

describe('the engine is killed while receiving, and the document is in the inbox exactly once', () => {
  const points = FAIL_POINTS.filter((point) => /^(collect|fetch|admit|acknowledge|report)\//.test(point))

  test.each(points)('%s', async (point) => {
    const { hub, start } = await bench('receiver', desk.receiver, receiverCode)
    try {
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
    } finally {
      await hub.remove()
    }
  })

  test.each(['register/before-commit', 'register/after-commit'] as const)('%s', async (point) => {
    const { hub, start } = await bench('receiver', desk.receiver, receiverCode)
    try {
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
    } finally {
      await hub.remove()
    }
  })
})

describe('the engine is killed while signing, and the document is as before or signed once', () => {
  test.each(['sign/prepared', 'sign/stored', 'sign/committed'] as const)('%s', async (point) => {
    const { hub, start } = await bench('sender', desk.sender, senderCode)
    const choice = { id: frozenId, certificate: desk.sender.person, pin: desk.sender.personPin }
    try {
      const doomed = await start(point)
      await survive(doomed.call('outgoing.sign', choice))
      expect(await doomed.ended).toBe('SIGKILL')

      const engine = await start()
      const found = await engine.call('outgoing.one', { id: frozenId })
      expect(found.state).toBe(point === 'sign/committed' ? 'signed' : 'frozen')
      const signed = found.state === 'signed' ? found : await engine.call('outgoing.sign', choice)
      expect(signed.verdict?.signatures.map(({ verdict }) => verdict)).toEqual(['valid'])
      await engine.leave()
    } finally {
      await hub.remove()
    }
  })
})

describe('the engine is killed between number and seal, and the number is given once', () => {
  const points = [
    'number/before-commit',
    'number/after-commit',
    'sign/prepared',
    'sign/stored',
    'sign/committed',
  ] as const

  test.each(points)('%s', async (point) => {
    const { hub, start } = await bench('sender', desk.sender, senderCode)
    const person = { certificate: desk.sender.person, pin: desk.sender.personPin }
    const agency = { certificate: desk.sender.agency, pin: desk.sender.agencyPin }
    try {
      const before = await start()
      await before.call('outgoing.sign', { id: frozenId, ...person })
      await before.leave()
      const doomed = await start(point)
      const skips = { kind: 'left-out', reason: 'Văn bản rút lại' } as const
      await survive(doomed.call('outgoing.seal', { id: frozenId, ...agency, number: 4, skips }))
      expect(await doomed.ended).toBe('SIGKILL')

      const engine = await start()
      const found = await engine.call('outgoing.one', { id: frozenId })
      const gaps = await engine.call('numbering.gaps', {
        year: Number(vietnamDate(Date.now()).slice(0, 4)),
      })
      if (point === 'number/before-commit') {
        expect(found).toMatchObject({ state: 'signed', nextNumber: '02' })
        expect(gaps).toEqual([])
      } else {
        expect(found.state).toBe(point === 'sign/committed' ? 'sealed' : 'numbered')
        expect(found.codeNumber).toBe('04')
        expect(gaps).toMatchObject([{ from: 2, to: 3, ...skips }])
      }
      if (found.state !== 'sealed') await engine.call('outgoing.seal', { id: frozenId, ...agency })
      const sealed = await engine.call('outgoing.one', { id: frozenId })
      expect(sealed.codeNumber).toBe(point === 'number/before-commit' ? '02' : '04')
      expect(sealed.verdict?.signatures.map(({ verdict }) => verdict)).toEqual(['valid', 'valid'])
      expect(sealed.history.filter(({ event }) => event === 'number')).toHaveLength(1)
      await engine.leave()
    } finally {
      await hub.remove()
    }
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
  const pdf = ghostscriptPdf(folder, 'sent.pdf')
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
  const transport = transportFor(hub, 'H99.88.01')
  await transport.send({
    kind: 'edoc',
    from: SENDER.organId,
    sizeBytes: packet.byteLength,
    sha256: createHash('sha256').update(packet).digest('hex'),
    async *open() {
      yield await Promise.resolve(packet)
    },
  })
  await transport.close()
}
