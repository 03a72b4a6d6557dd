import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Transport } from '../../src/engine/hub/transport.ts'
import { checkEvidence } from '../../src/engine/proof/check.ts'
import { openPdfFile } from '../../src/engine/pdf/source.ts'
import type { DocumentId } from '../../src/shared/document/fields.ts'
import type { IncomingDetail, OutgoingDetail } from '../../src/shared/ipc/contract.ts'
import {
  draftWith,
  hasDirectory,
  makeDesk,
  makeOffice,
  officesOf,
  RECEIVER,
  reopenOffice,
  SENDER,
  signAndSeal,
  type Desk,
  type NewOffice,
  type OfficeTokens,
  type TestOffice,
} from '../helpers/office.ts'
import { startHubProcess, vxpFor, type HubProcess } from '../hub/hub-process.ts'
import { collected } from '../hub/packets.ts'
import { UNREADABLE } from '../incoming/inbox.ts'

const PDF = join(import.meta.dirname, '../fixtures/cong-van.pdf')
const SHEET = Buffer.from('Họ tên, ngày sinh, số thẻ của ba mươi người')
/** The parent, whose program knows nothing of encryption. */
const FOREIGN = 'H99'

let desk: Desk
let hub: HubProcess
let sender: TestOffice
let receiver: TestOffice
let made: Readonly<Record<'sender' | 'receiver', NewOffice>>
let foreign: Transport

beforeAll(async () => {
  desk = makeDesk()
  hub = await startHubProcess()
  made = officesOf(desk, `${hub.url}/vxp`)
  sender = await makeOffice(made.sender)
  receiver = await makeOffice(made.receiver)
  foreign = vxpFor(hub, FOREIGN)
  await hasDirectory(sender)
}, 120_000)

afterAll(async () => {
  await sender.close()
  await receiver.close()
  await foreign.close()
  await hub.remove()
  desk.remove()
})

function makeKey({ call }: TestOffice, { agency: certificate, agencyPin: pin }: OfficeTokens) {
  return call('encryption.makeKey', { certificate, pin })
}

async function sealedTo(...recipients: OutgoingDetail['fields']['recipients']): Promise<OutgoingDetail> {
  const { id } = await draftWith(sender.call, PDF)
  const { revision, fields } = await sender.call('outgoing.attach', {
    id,
    name: 'Danh sách.xlsx',
    bytes: SHEET,
  })
  await sender.call('outgoing.save', { id, revision, fields: { ...fields, recipients } })
  return signAndSeal(sender.call, desk.sender, id)
}

/** Sends it, and waits until the receiving office has it and its answer is here. */
async function exchanged(
  document: OutgoingDetail,
): Promise<{ sent: OutgoingDetail; received: IncomingDetail }> {
  const { id } = document
  await sender.call('outgoing.submit', { id })
  const sent = await sender.until('the receiver has said that it arrived', async () => {
    const now = await sender.call('outgoing.one', { id })
    return now.recipients.some(({ organId, state }) => organId === RECEIVER.organId && state === 'arrived')
      ? now
      : undefined
  })
  const code = `${sent.codeNumber ?? ''}/${sent.codeNotation}`
  const { rows } = await receiver.call('incoming.list', { box: 'new' })
  const row = rows.find((one) => one.code === code)
  if (row === undefined) throw new Error(`${code} is not there`)
  return { sent, received: await receiver.call('incoming.one', { id: row.id }) }
}

/** The files on the hub's disk. */
function hubFiles(): string[] {
  return readdirSync(hub.directory, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
}

/** Everything that came to the hub's disk since then, and its ledger. */
function hubBytesSince(before: readonly string[]): Buffer {
  const known = before.filter((path) => !path.endsWith('.jsonl'))
  const fresh = hubFiles().filter((path) => !known.includes(path))
  return Buffer.concat(fresh.map((path) => readFileSync(path)))
}

/** Base64 of the middle of some bytes, at each of the three places where it may begin. */
function tracesOf(bytes: Uint8Array): string[] {
  const middle = Math.floor(bytes.length / 2)
  return [0, 1, 2].map((shift) =>
    Buffer.from(bytes.subarray(middle + shift, middle + shift + 12)).toString('base64'),
  )
}

async function plainOf(document: OutgoingDetail): Promise<Uint8Array> {
  return (await sender.call('outgoing.pdf', { id: document.id, role: 'sealed' })).bytes
}

async function evidenceOf(office: TestOffice, direction: 'outgoing' | 'incoming', id: DocumentId) {
  const { path } = await office.call('evidence.export', { direction, id })
  if (path === undefined) throw new Error('the desk says where')
  const file = await openPdfFile(path)
  try {
    return await checkEvidence(file, UNREADABLE)
  } finally {
    await file.close()
  }
}

test('making a key takes one PIN of the agency; openssl reads what the agency states', async () => {
  const { person: certificate, personPin: pin } = desk.receiver
  await expect(receiver.call('encryption.makeKey', { certificate, pin })).rejects.toMatchObject({
    code: 'certificate/wrong-holder',
  })
  const { own } = await makeKey(receiver, desk.receiver)
  expect(own).toMatchObject([{ signer: RECEIVER.name }])
  await receiver.call('encryption.exportKey', {})
  await makeKey(sender, desk.sender)
})

test('without a key a document goes in plain; the keys travel with it and with the answer', async () => {
  expect(await sender.call('encryption.form', { recipients: [RECEIVER.organId] })).toEqual({
    encrypted: false,
    refused: false,
    recipients: [{ organId: RECEIVER.organId, name: RECEIVER.name, lack: 'no-key' }],
  })
  const before = hubFiles()
  const { sent, received } = await exchanged(await sealedTo(RECEIVER.organId))
  expect([sent.encrypted, received.encrypted]).toEqual([false, false])
  const there = hubBytesSince(before)
  for (const plain of [await plainOf(sent), SHEET]) {
    expect(tracesOf(plain).some((trace) => there.includes(trace))).toBe(true)
  }
  const known = await sender.until('the sender knows the key', async () => {
    const { agencies } = await sender.call('encryption.status', {})
    return agencies[0]
  })
  expect(known).toMatchObject({
    organId: RECEIVER.organId,
    keys: [{ signer: RECEIVER.name, source: 'packet' }],
  })
  expect((await receiver.call('encryption.status', {})).agencies).toMatchObject([{ organId: SENDER.organId }])
})

test('with keys the document and its attachments arrive whole, and the hub never saw them', async () => {
  expect(await sender.call('encryption.form', { recipients: [RECEIVER.organId] })).toMatchObject({
    encrypted: true,
  })
  const before = hubFiles()
  const { sent, received } = await exchanged(await sealedTo(RECEIVER.organId))
  expect([sent.encrypted, received.encrypted]).toEqual([true, true])
  expect(received).toMatchObject({ verdict: 'valid', state: 'admitted' })
  expect(received.files.map(({ sha256, name, contentType }) => ({ sha256, name, contentType }))).toEqual(
    sent.files
      .filter(({ role }) => role === 'sealed' || role === 'attachment')
      .sort((one, other) => Number(other.role === 'sealed') - Number(one.role === 'sealed'))
      .map(({ sha256, name, contentType }) => ({ sha256, name, contentType })),
  )
  const there = hubBytesSince(before)
  expect(there.includes('Danh sách.xlsx.p7m')).toBe(true)
  for (const plain of [await plainOf(sent), SHEET]) {
    expect(tracesOf(plain).some((trace) => there.includes(trace))).toBe(false)
  }
  const registered = await receiver.call('incoming.register', { id: received.id })
  expect(registered.state).toBe('registered')

  for (const report of [
    await evidenceOf(sender, 'outgoing', sent.id),
    await evidenceOf(receiver, 'incoming', received.id),
  ]) {
    expect(report.problems).toEqual([])
  }
})

test('one foreign office among the recipients: all get it in plain, and each is named', async () => {
  const recipients = [RECEIVER.organId, FOREIGN] as OutgoingDetail['fields']['recipients']
  expect(await sender.call('encryption.form', { recipients })).toMatchObject({
    encrypted: false,
    recipients: [{ organId: RECEIVER.organId }, { organId: FOREIGN, lack: 'no-key' }],
  })
  const { sent, received } = await exchanged(await sealedTo(...recipients))
  expect([sent.encrypted, received.encrypted]).toEqual([false, false])
  const listed = await foreign.list()
  const bytes = await collected(foreign.fetch(listed.at(-1)?.packetId ?? ''))
  expect(tracesOf(SHEET).some((trace) => bytes.includes(trace))).toBe(true)
  expect(bytes.includes('.p7m')).toBe(false)
})

test('where encryption is demanded, a recipient without a key stops the document before the PIN', async () => {
  const policy = { policy: 'demanded', announce: true } as const
  expect(await sender.call('encryption.save', policy)).toMatchObject(policy)
  const { id } = await draftWith(sender.call, PDF, FOREIGN)
  const { revision } = await sender.call('outgoing.one', { id })
  await sender.call('outgoing.freeze', { id, revision })
  const { person: certificate } = desk.sender
  // A PIN that is wrong: nobody asks the token.
  await expect(sender.call('outgoing.sign', { id, certificate, pin: '000000' })).rejects.toMatchObject({
    code: 'encryption/demanded',
    detail: 'UBND tỉnh Thanh Vân',
  })
  expect((await sender.call('outgoing.one', { id })).state).toBe('frozen')
  await sender.call('encryption.save', { policy: 'when-possible', announce: true })
})

test('a new key takes the place of the old one, which still opens what was encrypted to it', async () => {
  const sealed = await sealedTo(RECEIVER.organId)
  const { own } = await makeKey(receiver, desk.receiver)
  expect(own).toHaveLength(2)
  await receiver.close()
  receiver = await reopenOffice(made.receiver, receiver.recoveryCode)
  const { received } = await exchanged(sealed)
  expect(received.encrypted).toBe(true)
  const [known] = await sender.until('the sender knows the new key', async () => {
    const { agencies } = await sender.call('encryption.status', {})
    return agencies[0]?.keys[0]?.fingerprint === own[0]?.fingerprint ? agencies : undefined
  })
  expect(known?.keys).toHaveLength(2)
})

test('openssl reads what the agency states about its key', () => {
  const statement = desk.path('receiver/khoa-ma-hoa-co-quan.p7m')
  const root = desk.path('root.pem')
  writeFileSync(root, desk.pki.root.certificatePem)
  const verify = ['cms', '-verify', '-inform', 'DER', '-in', statement, '-CAfile', root, '-purpose', 'any']
  const text = execFileSync('openssl', verify, { stdio: ['ignore', 'pipe', 'ignore'] }).toString()
  expect(JSON.parse(text)).toMatchObject({ format: 'vanthu-encryption-key', organId: RECEIVER.organId })
})
