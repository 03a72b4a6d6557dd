import { execFileSync } from 'node:child_process'
import type { KeyObject } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readPacket } from '../../src/engine/envelope/read.ts'
import { checkEvidence } from '../../src/engine/proof/check.ts'
import { gatherEvidenceOf } from '../../src/engine/proof/export.ts'
import { deliverJob } from '../../src/engine/outgoing/deliver.ts'
import { formFor } from '../../src/engine/outgoing/form.ts'
import { submit, withdraw } from '../../src/engine/outgoing/submit.ts'
import { extended, memorySource } from '../../src/engine/pdf/source.ts'
import { makeEncryptionKey } from '../../src/engine/signing/encryption-certificate.ts'
import type { AgencyKey, Outgoing, Store } from '../../src/engine/store/index.ts'
import { unknownOutcomes } from '../../src/engine/unknown-outcome.ts'
import type { Agency, Sha256 } from '../../src/shared/document/fields.ts'
import type { EncryptionPolicy } from '../../src/shared/encryption.ts'
import { collected, memorySink, inPieces } from '../envelope/packets.ts'
import { RECEIVER } from '../helpers/office.ts'
import { UNREADABLE } from '../incoming/inbox.ts'
import { folder, MORNING } from '../store/office.ts'
import { delivery, hubThat, queuedDocument, sealedDocument, sendingOffice } from './outbox.ts'

const DAY = 86_400_000
const PARENT: Agency = { ...RECEIVER, organId: 'H99', name: 'UBND tỉnh Thanh Vân', parentName: '' }

interface Learnt {
  readonly certificate: Uint8Array
  readonly privateKey: KeyObject
}

/** As if the agency's statement had come and been believed. */
function learn(store: Store, { organId, name }: Agency, more: Partial<AgencyKey> = {}): Learnt {
  const issuedAt = more.issuedAt ?? MORNING
  const pair = makeEncryptionKey({
    organId,
    name,
    notBefore: new Date(issuedAt - DAY),
    notAfter: new Date(issuedAt + 700 * DAY),
  })
  store.encryptionKeys.addStatement({
    organId,
    statementSha256: String(issuedAt).padStart(64, '0') as Sha256,
    statement: Buffer.from('một bản công bố khóa'),
    certificate: pair.certificate,
    signer: name,
    issuedAt,
    validUntil: issuedAt + 700 * DAY,
    source: 'packet',
    learntAt: issuedAt,
    ...more,
  })
  return pair
}

function demand(store: Store, policy: EncryptionPolicy): void {
  store.settings.set('encryption', { policy, announce: true })
}

async function packetOf(store: Store, { packetSha256 }: Outgoing) {
  if (packetSha256 === undefined) throw new Error('it has a packet')
  const bytes = await store.files.bytes(packetSha256)
  const read = await readPacket(inPieces(bytes, 5_000), { attachmentSink: memorySink().sink })
  if (read.kind !== 'document') throw new Error('it is a document')
  return read
}

function opensslOpens(encrypted: Uint8Array, { certificate, privateKey }: Learnt): Buffer {
  const dir = folder()
  const at = (name: string) => join(dir, name)
  writeFileSync(at('content.p7m'), encrypted)
  writeFileSync(at('own.der'), certificate)
  writeFileSync(at('own.key'), privateKey.export({ type: 'pkcs8', format: 'pem' }))
  execFileSync('openssl', ['x509', '-inform', 'DER', '-in', at('own.der'), '-out', at('own.pem')])
  const open = ['cms', '-decrypt', '-binary', '-inform', 'DER', '-in', at('content.p7m')]
  return execFileSync('openssl', [...open, '-recip', at('own.pem'), '-inkey', at('own.key')])
}

describe('the form in which a document leaves', () => {
  test('is encrypted where every recipient has a key, and openssl opens each file for each of them', async () => {
    const store = sendingOffice()
    const keys = [learn(store, RECEIVER), learn(store, PARENT)]
    const document = await queuedDocument(store, { recipients: [RECEIVER.organId, 'H99'] as never })
    const { attachments, message } = await packetOf(store, document)
    expect(message.to.map(({ organId }) => organId)).toEqual([RECEIVER.organId, 'H99'])
    const [pdf] = document.files
    if (pdf === undefined) throw new Error('it has a file')
    const plain = await store.files.bytes(pdf.sha256)
    expect(attachments).toMatchObject([{ name: 'cong-van.pdf.p7m', contentType: 'application/pkcs7-mime' }])
    for (const { stored } of attachments) {
      for (const key of keys) expect(opensslOpens(stored, key).equals(plain)).toBe(true)
    }
  })

  const plainCases: readonly { what: string; arrange: (store: Store) => void }[] = [
    { what: 'nobody has a key', arrange: () => undefined },
    {
      what: 'one of two has none',
      arrange: (store) => {
        learn(store, RECEIVER)
      },
    },
    {
      what: 'a key has run out',
      arrange: (store) => {
        learn(store, RECEIVER, { issuedAt: MORNING - 800 * DAY })
        learn(store, PARENT)
      },
    },
    {
      what: 'a key was stated under another name',
      arrange: (store) => {
        learn(store, RECEIVER, { signer: 'Sở Tài chính tỉnh Thanh Vân' })
        learn(store, PARENT)
      },
    },
    {
      what: 'the office does not want it',
      arrange: (store) => {
        learn(store, RECEIVER)
        learn(store, PARENT)
        demand(store, 'off')
      },
    },
  ]
  test.each(plainCases)('is plain where $what', async ({ arrange }) => {
    const store = sendingOffice()
    arrange(store)
    const document = await queuedDocument(store, { recipients: [RECEIVER.organId, 'H99'] as never })
    const { attachments } = await packetOf(store, document)
    expect(attachments).toMatchObject([{ name: 'cong-van.pdf', sha256: document.files[0]?.sha256 }])
    expect(store.encryptionKeys.isEncrypted(document.packetSha256)).toBe(false)
  })

  test('is refused where the office demands it and somebody has no key, with all of them named', async () => {
    const store = sendingOffice()
    demand(store, 'demanded')
    learn(store, RECEIVER)
    const id = await sealedDocument(store, { recipients: [RECEIVER.organId, 'H99'] as never })
    await expect(submit({ store, now: () => MORNING, reach: () => undefined }, id)).rejects.toMatchObject({
      code: 'encryption/demanded',
      detail: 'UBND tỉnh Thanh Vân',
    })
    expect(store.outgoing.get(id).state).toBe('sealed')
    learn(store, PARENT)
    await submit({ store, now: () => MORNING, reach: () => undefined }, id)
    expect(store.encryptionKeys.isEncrypted(store.outgoing.get(id).packetSha256)).toBe(true)
  })

  test('follows the newest key of an agency, also under its old code', () => {
    const store = sendingOffice()
    learn(store, { ...RECEIVER, organId: '000.00.07.H99' })
    const agency = { ...RECEIVER, oldCode: '000.00.07.H99' }
    expect(formFor(store, [agency], MORNING).encrypted).toBe(true)
    learn(store, RECEIVER, { issuedAt: MORNING + 1, signer: 'Sở Tài chính tỉnh Thanh Vân' })
    expect(formFor(store, [agency], MORNING).recipients).toMatchObject([{ lack: 'name-differs' }])
  })
})

describe('what was told the clerk when it was put into the outbox', () => {
  /** One try of the queue, with the signatures raised before the first byte leaves. */
  async function attempt(store: Store, { id }: Outgoing): Promise<Buffer> {
    const arrived: Uint8Array[] = []
    store.jobs.claimDue(MORNING, 60_000)
    const handle = deliverJob({
      store,
      transport: hubThat({
        send: async (packet) => {
          for await (const chunk of packet.open()) arrived.push(Uint8Array.from(chunk))
          return { packetId: 'P-1' }
        },
      }),
      now: () => MORNING,
      reach: () => undefined,
      verify: () => Promise.resolve({ verdict: 'valid', reasons: [], signatures: [] }),
      wanted: () => ({ level: 'b-t', ifMissed: 'wait' }),
      extend: (source) => Promise.resolve(extended(source, Buffer.from('\n%% raised\n'))),
      outcomes: unknownOutcomes(() => MORNING, 0),
      onSending: () => undefined,
    })
    const commit = await handle(delivery(store, id), new AbortController().signal, store.durable)
    store.atomically(() => {
      commit()
      store.jobs.succeed(delivery(store, id).key)
    })
    return Buffer.concat(arrived)
  }

  test('holds when its signatures are raised: encrypted anew, to the newest keys', async () => {
    const store = sendingOffice()
    learn(store, RECEIVER, { issuedAt: MORNING - DAY })
    const queued = await queuedDocument(store)
    const newest = learn(store, RECEIVER)
    const bytes = await attempt(store, queued)
    expect(bytes.includes('JVBERi0')).toBe(false)
    const sent = store.outgoing.get(queued.id)
    const { attachments } = await packetOf(store, sent)
    const plain = opensslOpens(attachments[0]?.stored ?? bytes, newest)
    expect(plain.toString('latin1')).toContain('%% raised')

    const chunks = (await gatherEvidenceOf(store, 'outgoing', queued.id, MORNING)).chunks()
    const file = await collected(chunks)
    expect((await checkEvidence(memorySource(file), UNREADABLE)).problems).toEqual([])
    expect(file.toString('latin1')).toContain('contentKeys')
  })

  test('a document that was to be encrypted never leaves in plain: it waits for a person', async () => {
    const store = sendingOffice()
    learn(store, RECEIVER)
    const queued = await queuedDocument(store)
    demand(store, 'off')
    store.directory.upsert([{ ...RECEIVER, name: 'Sở Tài chính tỉnh Thanh Vân' }])
    await expect(attempt(store, queued)).rejects.toMatchObject({ code: 'encryption/key-missing' })
    expect(store.outgoing.get(queued.id).packetSha256).toBe(queued.packetSha256)
  })

  test('a document that goes in plain goes in plain, though a key came meanwhile; sent anew it is encrypted', async () => {
    const store = sendingOffice()
    const queued = await queuedDocument(store)
    learn(store, RECEIVER)
    expect(store.encryptionKeys.isEncrypted(queued.packetSha256)).toBe(false)
    withdraw(store, queued.id, MORNING)
    await submit({ store, now: () => MORNING, reach: () => undefined }, queued.id)
    expect(store.encryptionKeys.isEncrypted(store.outgoing.get(queued.id).packetSha256)).toBe(true)
    expect((await attempt(store, queued)).includes('JVBERi0')).toBe(false)
  })
})

test('evidence of an encrypted document with another key, or none, does not fit together', async () => {
  const store = sendingOffice()
  learn(store, RECEIVER)
  const document = await queuedDocument(store)
  const { packetSha256 } = document
  if (packetSha256 === undefined) throw new Error('it has a packet')
  const { attachments } = await packetOf(store, document)
  expect(attachments).toHaveLength(1)
  const other: Store = {
    ...store,
    encryptionKeys: {
      ...store.encryptionKeys,
      contentKeys: (sha256) =>
        store.encryptionKeys.contentKeys(sha256).map((one) => ({ ...one, key: new Uint8Array(32) })),
    },
  }
  const none: Store = { ...store, encryptionKeys: { ...store.encryptionKeys, contentKeys: () => [] } }
  for (const doctored of [other, none]) {
    const file = await collected(
      (await gatherEvidenceOf(doctored, 'outgoing', document.id, MORNING)).chunks(),
    )
    const { problems } = await checkEvidence(memorySource(file), UNREADABLE)
    expect(problems.map(({ code }) => code)).toEqual(['file-not-in-packet', 'file-missing'])
  }
})
