import { execFileSync, type ChildProcess } from 'node:child_process'
import { cpSync, writeFileSync } from 'node:fs'
import type { Server } from 'node:http'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { DocumentId } from '../../src/shared/document/fields.ts'
import type { OutgoingDetail } from '../../src/shared/ipc/contract.ts'
import { DEFAULT_POLICY, type SignaturePolicy } from '../../src/shared/signature-policy.ts'
import {
  issueTimeStampAuthority,
  ocspResponder,
  revocationBook,
  serve,
  serveFiles,
  timeStamper,
} from '../helpers/authorities.ts'
import { buildEngine, startEngine, type EngineProgram } from '../helpers/engine-process.ts'
import {
  draftWith,
  makeDesk,
  makeOffice,
  reopenOffice,
  signAndSeal,
  type Desk,
  type NewOffice,
  type TestOffice,
  hasDirectory,
  officesOf,
} from '../helpers/office.ts'
import { startHubProcess, type HubProcess } from '../hub/hub-process.ts'
import { ghostscriptPdf, workFolder, type WorkFolder } from '../pdf/samples.ts'

let desk: Desk
let folder: WorkFolder
let hub: HubProcess
let tsa: { url: string; server: Server }
let web: { host: string; server: Server }
let responder: { url: string; process: ChildProcess }
let senderOptions: NewOffice
let sender: TestOffice
let receiver: TestOffice
let pdf: string

// Each test signs twice, starts openssl for every answer, and some start engines.
vi.setConfig({ testTimeout: 180_000 })

/** Nobody listens there. */
const NOBODY = 'http://127.0.0.1:9/'

beforeAll(async () => {
  desk = makeDesk()
  folder = workFolder()
  const { pki } = desk
  const rootBook = revocationBook(desk.path('root-book'), pki.root)
  const book = revocationBook(desk.path('book'), pki.issuing)
  for (const certificate of [pki.person, pki.agency]) book.enter(certificate)
  tsa = await serve(timeStamper(desk.path('tsa'), issueTimeStampAuthority(pki, 'life-tsa'), [pki.issuing]))
  web = await serveFiles({ '/issuing.crl': () => book.list(), '/root.crl': () => rootBook.list() })
  responder = await ocspResponder(pki, pki.issuing, book.index)
  hub = await startHubProcess()
  const made = officesOf(desk, `${hub.url}/vxp`)
  senderOptions = made.sender
  sender = await makeOffice(senderOptions)
  receiver = await makeOffice(made.receiver)
  await receiver.call('signaturePolicy.save', policy({ level: 'none' }))
  await hasDirectory(sender)
  pdf = folder.path('document.pdf')
  writeFileSync(pdf, ghostscriptPdf(folder, 'document.pdf'))
}, 180_000)

afterAll(async () => {
  await sender.close()
  await receiver.close()
  await hub.remove()
  responder.process.kill()
  tsa.server.close()
  web.server.close()
  folder.remove()
  desk.remove()
})

function policy(change: Partial<SignaturePolicy>): SignaturePolicy {
  const hosts = { 'ocsp.example': new URL(responder.url).host, 'ca.example': web.host }
  return { ...DEFAULT_POLICY, timeStampUrl: tsa.url, hosts, ...change }
}

async function setLine(down: boolean): Promise<void> {
  await hub.faults({ down })
  await sender.call('line.syncNow', {})
  await sender.until(`the line is ${down ? 'down' : 'up'}`, async () => {
    const { state } = await sender.call('line.status', {})
    return state === (down ? 'down' : 'up') ? state : undefined
  })
}

async function sealed(): Promise<OutgoingDetail> {
  const { id } = await draftWith(sender.call, pdf)
  return signAndSeal(sender.call, desk.sender, id)
}

/** Waits for what the outbox says of a document. */
function outbox(id: DocumentId, what: string, is: (document: OutgoingDetail) => boolean) {
  return sender.until(what, async () => {
    const document = await sender.call('outgoing.one', { id })
    return is(document) ? document : undefined
  })
}

const hasLeft = ({ state }: OutgoingDetail) => state === 'sent' || state === 'confirmed'

/** The document as the other office has it. */
function arrived(code: string) {
  return receiver.until(`${code} has arrived`, async () => {
    const { rows } = await receiver.call('incoming.list', { box: 'new' })
    const row = rows.find((one) => one.code === code)
    return row === undefined ? undefined : receiver.call('incoming.one', { id: row.id })
  })
}

async function timesSent(): Promise<number> {
  return (await hub.ledger()).filter((entry) => entry.event === 'accepted' && entry.kind === 'edoc').length
}

const codeOf = ({ codeNumber = '', codeNotation }: OutgoingDetail) => `${codeNumber}/${codeNotation}`
const events = ({ history }: { history: OutgoingDetail['history'] }) => history.map(({ event }) => event)

async function sealedBytes(id: DocumentId): Promise<Buffer> {
  return Buffer.from((await sender.call('outgoing.pdf', { id, role: 'sealed' })).bytes)
}

test('sealed offline, raised when the line comes, sent once, and valid with a proven time at the receiver', async () => {
  await sender.call('signaturePolicy.save', policy({ level: 'b-lta', ifMissed: 'wait' }))
  await setLine(true)
  const document = await sealed()
  const { id } = document
  const before = await sealedBytes(id)
  await sender.call('outgoing.submit', { id })
  const already = await timesSent()
  await setLine(false)
  const left = await outbox(id, 'it has left', hasLeft)
  expect(events(left)).toContain('raise')
  const after = await sealedBytes(id)
  expect(after.subarray(0, before.length).equals(before)).toBe(true)

  const received = await arrived(codeOf(left))
  const { verdictDetail, files } = received
  expect(verdictDetail).toMatchObject({ verdict: 'valid', reasons: [] })
  expect(
    verdictDetail?.signatures.map(({ provenAt, revocation }) => [typeof provenAt, revocation?.source]),
  ).toEqual([
    ['string', 'file'],
    ['string', 'file'],
  ])
  expect(verdictDetail?.timeStamps?.map(({ verdict }) => verdict)).toEqual(['valid', 'valid'])
  expect(files[0]?.sizeBytes).toBe(after.length)
  expect(await timesSent()).toBe(already + 1)
  const path = folder.path('received.pdf')
  writeFileSync(path, after)
  execFileSync('qpdf', ['--check', path], { stdio: 'ignore' })
})

test('without an authority a document waits with its reason, and leaves when it answers', async () => {
  await sender.call('signaturePolicy.save', policy({ ifMissed: 'wait', timeStampUrl: NOBODY }))
  const already = await timesSent()
  const { id } = await sealed()
  await sender.call('outgoing.submit', { id })
  const waiting = await outbox(id, 'it waits', ({ delivery }) => delivery?.error !== undefined)
  expect(waiting).toMatchObject({
    state: 'queued',
    delivery: { error: 'authority/unreachable', cancellable: true },
  })
  expect(events(waiting)).toContain('miss-level')
  expect(await timesSent()).toBe(already)
  await sender.call('signaturePolicy.save', policy({ ifMissed: 'wait' }))
  const left = await outbox(id, 'it has left', hasLeft)
  expect((await arrived(codeOf(left))).verdictDetail?.signatures[1]?.provenAt).toBeDefined()
  expect(await timesSent()).toBe(already + 1)
})

test('where the office wants to be asked it is held, and the clerk may send it as it is', async () => {
  await sender.call('signaturePolicy.save', policy({ ifMissed: 'refuse', timeStampUrl: NOBODY }))
  const { id } = await sealed()
  await sender.call('outgoing.submit', { id })
  const held = await outbox(id, 'it is held', ({ delivery }) => delivery?.job === 'held')
  expect(held.delivery?.error).toBe('level/not-reached')
  await sender.call('outgoing.sendAsItIs', { id })
  const left = await outbox(id, 'it has left', hasLeft)
  expect(events(left)).toContain('waive-level')
  expect((await arrived(codeOf(left))).verdict).toBe('valid')
})

test('where the office sends without, it leaves as it is, and the receiver asks the authorities itself', async () => {
  await sender.call('signaturePolicy.save', policy({ ifMissed: 'send', timeStampUrl: NOBODY }))
  const { id } = await sealed()
  await sender.call('outgoing.submit', { id })
  const left = await outbox(id, 'it has left', hasLeft)
  expect(events(left)).toContain('miss-level')
  const { id: receivedId } = await arrived(codeOf(left))
  const judged = await receiver.until('it was judged with the authorities', async () => {
    const document = await receiver.call('incoming.one', { id: receivedId })
    return events(document).includes('judge') ? document : undefined
  })
  expect(judged.verdictDetail).toMatchObject({ verdict: 'valid' })
  expect(judged.verdictDetail?.signatures.map(({ revocation }) => revocation)).toMatchObject([
    { status: 'good', source: 'online' },
    { status: 'good', source: 'online' },
  ])
})

describe('the engine is killed on the way out, and the raised document is in the hub exactly once', () => {
  let program: EngineProgram

  beforeAll(async () => {
    program = await buildEngine()
  }, 180_000)
  afterAll(() => {
    program.remove()
  })

  test.each(['raise/stored', 'raise/committed', 'deliver/sent'] as const)('%s', async (failPoint) => {
    await sender.call('signaturePolicy.save', policy({ ifMissed: 'wait' }))
    const { id } = await sealed()
    const { recoveryCode } = sender
    const profileDir = desk.path(`killed-${failPoint.replace('/', '-')}`)
    await sender.close()
    cpSync(desk.path('sender'), profileDir, { recursive: true })
    sender = await reopenOffice(senderOptions, recoveryCode)
    const already = await timesSent()

    const options = { program, profileDir, env: desk.sender.hsm.env }
    const doomed = await startEngine({ ...options, failPoint })
    await doomed.call('office.unlock', { recoveryCode })
    await doomed.call('outgoing.submit', { id }).catch(() => undefined)
    expect(await doomed.ended).toBe('SIGKILL')

    const engine = await startEngine(options)
    await engine.call('office.unlock', { recoveryCode })
    await expect
      .poll(async () => (await engine.call('outgoing.one', { id })).state, { timeout: 90_000 })
      .toMatch(/^(sent|confirmed)$/)
    const left = await engine.call('outgoing.one', { id })
    expect(events(left).filter((event) => event === 'raise')).toHaveLength(1)
    expect(await timesSent()).toBe(already + 1)
    expect((await arrived(codeOf(left))).verdictDetail?.signatures[1]?.provenAt).toBeDefined()
    await engine.leave()
  })
})
