import type { ChildProcess } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import type { Server } from 'node:http'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
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
import {
  draftWith,
  makeDesk,
  makeOffice,
  RECEIVER,
  SENDER,
  signAndSeal,
  type Desk,
  type TestOffice,
} from '../helpers/office.ts'
import { OFFICES, startHubProcess, type HubProcess } from '../hub/hub-process.ts'
import { ghostscriptPdf, workFolder, type WorkFolder } from '../pdf/samples.ts'

let desk: Desk
let folder: WorkFolder
let hub: HubProcess
let tsa: { url: string; server: Server }
let web: { host: string; server: Server }
let responder: { url: string; process: ChildProcess }
let sender: TestOffice
let receiver: TestOffice
let pdf: string

// Each test signs twice, and openssl is started for every answer.
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
  const common = { hubUrl: `${hub.url}/vxp`, root: pki.root.certificatePem }
  sender = await makeOffice({
    ...common,
    dir: desk.path('sender'),
    agency: SENDER,
    tokens: desk.sender,
    secret: OFFICES[0].secret,
  })
  receiver = await makeOffice({
    ...common,
    dir: desk.path('receiver'),
    agency: RECEIVER,
    tokens: desk.receiver,
    secret: OFFICES[1].secret,
  })
  await receiver.call('signaturePolicy.save', policy({ level: 'none' }))
  await sender.until('the directory is there', async () => {
    const found = await sender.call('directory.search', { text: 'so noi vu' })
    return found.length > 0 ? found : undefined
  })
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

const codeOf = ({ codeNumber = '', codeNotation }: OutgoingDetail) => `${codeNumber}/${codeNotation}`
const events = ({ history }: { history: OutgoingDetail['history'] }) => history.map(({ event }) => event)

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
