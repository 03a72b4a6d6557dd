import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { officeEncryption, type StatementSender } from '../../src/engine/encryption.ts'
import { verifyFileSignature } from '../../src/engine/file-signature.ts'
import { prepareKeyStatement } from '../../src/engine/key-statement.ts'
import { keyOf } from '../../src/engine/outgoing/form.ts'
import { makeEncryptionKey } from '../../src/engine/signing/encryption-certificate.ts'
import { fingerprint } from '../../src/engine/signing/certificate.ts'
import { USUAL_MANNER } from '../../src/engine/signing/manner.ts'
import { trustStore } from '../../src/engine/signing/trust.ts'
import type { Store } from '../../src/engine/store/index.ts'
import { makePki, type MadeCertificate, type Pki } from '../helpers/pki.ts'
import { RECEIVER } from '../helpers/office.ts'
import { tokenSign } from '../helpers/sign-content.ts'
import { sendingOffice } from '../outgoing/outbox.ts'

const DAY = 86_400_000
const NOW = Date.now()
const dir = mkdtempSync(join(tmpdir(), 'vanthu-keys-'))
let pki: Pki
let agency: MadeCertificate
/** The same name in another province, and another name in the same. */
let namesake: MadeCertificate
let other: MadeCertificate

beforeAll(() => {
  pki = makePki(join(dir, 'pki'))
  const since = { notBefore: new Date(NOW - 900 * DAY), notAfter: new Date(NOW + 900 * DAY) }
  const issue = (file: string, subject: string) => pki.issue({ file, subject, ...since })
  agency = issue('snv', '/C=VN/O=UBND tỉnh Thanh Vân/CN=Sở Nội vụ tỉnh Thanh Vân')
  namesake = issue('snv-2', '/C=VN/O=UBND tỉnh Bình Sơn/CN=Sở Nội vụ tỉnh Thanh Vân')
  other = issue('stc', '/C=VN/O=UBND tỉnh Thanh Vân/CN=Sở Tài chính tỉnh Thanh Vân')
})
afterAll(() => {
  rmSync(dir, { recursive: true, force: true })
})

interface Said {
  readonly signer?: MadeCertificate
  readonly organId?: string
  readonly name?: string
  readonly issuedAt?: number
  readonly validUntil?: number
}

/** A statement as an agency's token would sign it, and the fingerprint of the key it is about. */
function stated({
  signer = agency,
  organId = RECEIVER.organId,
  name = RECEIVER.name,
  issuedAt = NOW,
  validUntil = issuedAt + 700 * DAY,
}: Said = {}) {
  const times = { notBefore: new Date(issuedAt - DAY), notAfter: new Date(validUntil) }
  const { certificate } = makeEncryptionKey({ organId, name, ...times })
  const prepared = prepareKeyStatement(
    {
      organId,
      name,
      encryptionCertificate: certificate,
      issuedAt: new Date(issuedAt),
      validUntil: new Date(validUntil),
    },
    { certificate: signer.der, chain: [pki.issuing.der], manner: USUAL_MANNER },
  )
  const value = tokenSign(signer, 'rsa-pkcs1', 'sha256', prepared.hash.message)
  return { bytes: prepared.statement(value), key: fingerprint(certificate) }
}

const SENDER_OF_PACKET: StatementSender = {
  from: { organId: RECEIVER.organId, organName: RECEIVER.name },
  hubOrganId: RECEIVER.organId,
}

function opened(trusted: readonly MadeCertificate[] = [pki.root], now = NOW) {
  const store = sendingOffice()
  const trust = trustStore({ imported: trusted.map(({ der }) => der) })
  const refuse = () => {
    throw new Error('nobody expected this call')
  }
  const encryption = officeEncryption({
    store,
    signer: {
      modules: refuse,
      tokens: refuse,
      sign: refuse,
      slow: refuse,
      reset: refuse,
      close: refuse,
    },
    now: () => now,
    judge: (statement) => verifyFileSignature(undefined, statement, { trust, now: new Date(now) }),
    manner: () => USUAL_MANNER,
    requireUnrevoked: () => undefined,
    onLearnt: () => undefined,
  })
  async function comes(bytes: Uint8Array, sender = SENDER_OF_PACKET): Promise<string> {
    const { keep, refusal } = await encryption.judgeStatement(bytes, sender)
    keep()
    return refusal?.code ?? 'believed'
  }
  return { store, encryption, comes }
}

const keysOf = (store: Store) =>
  store.encryptionKeys.of(RECEIVER.organId).map(({ certificate }) => fingerprint(certificate))

describe('a statement that comes with a packet', () => {
  test('is believed, kept once, and noted in the history', async () => {
    const { store, comes } = opened()
    const { bytes, key } = stated()
    expect([await comes(bytes), await comes(bytes)]).toEqual(['believed', 'believed'])
    expect(keysOf(store)).toEqual([key])
    const lines = store.history.of('office', `key/${RECEIVER.organId}`)
    expect(lines.map(({ event, detail }) => [event, detail['certificate']])).toEqual([['learn-key', key]])
    expect(keyOf(store, RECEIVER, NOW).certificate?.sha256).toBe(key)
  })

  test('a later one takes its place, and the earlier one never comes back', async () => {
    const { store, comes } = opened()
    const earlier = stated({ issuedAt: NOW - 20 * DAY })
    const unseen = stated({ issuedAt: NOW - 10 * DAY })
    const later = stated()
    expect(await comes(earlier.bytes)).toBe('believed')
    expect(await comes(later.bytes)).toBe('believed')
    expect(await comes(earlier.bytes)).toBe('believed')
    expect(await comes(unseen.bytes)).toBe('encryption/statement-outdated')
    expect(keysOf(store)).toEqual([later.key, earlier.key])
    expect(keyOf(store, RECEIVER, NOW).certificate?.sha256).toBe(later.key)
  })

  const refused: readonly {
    what: string
    code: string
    bytes: () => Uint8Array
    sender?: StatementSender
  }[] = [
    {
      what: 'by another agency',
      code: 'encryption/statement-of-another',
      bytes: () => stated({ signer: other }).bytes,
    },
    {
      what: 'by another agency in its own name for this code',
      code: 'encryption/statement-of-another',
      bytes: () => stated({ signer: other, name: 'Sở Tài chính tỉnh Thanh Vân' }).bytes,
    },
    {
      what: 'by a person',
      code: 'encryption/statement-of-another',
      bytes: () => stated({ signer: pki.person }).bytes,
    },
    {
      what: 'for another code',
      code: 'encryption/statement-of-another',
      bytes: () => stated({ organId: 'H99' }).bytes,
    },
    {
      what: 'in a packet that the hub took from another',
      code: 'encryption/statement-of-another',
      bytes: () => stated().bytes,
      sender: { ...SENDER_OF_PACKET, hubOrganId: 'H99' },
    },
    {
      what: 'that has run out',
      code: 'encryption/statement-outdated',
      bytes: () => stated({ issuedAt: NOW - 800 * DAY, validUntil: NOW - DAY }).bytes,
    },
    {
      what: 'from the future, which would outlive every later one',
      code: 'encryption/statement-outdated',
      bytes: () => stated({ issuedAt: NOW + 30 * DAY }).bytes,
    },
    {
      what: 'with another key in it',
      code: 'encryption/statement-broken',
      bytes: () => {
        const bytes = Buffer.from(stated().bytes)
        const at = bytes.indexOf('"certificate": "') + 400
        bytes[at] = bytes[at] === 0x41 ? 0x42 : 0x41
        return bytes
      },
    },
    {
      what: 'that is none',
      code: 'encryption/statement-unreadable',
      bytes: () => Buffer.from('không phải CMS'),
    },
    {
      what: 'that is huge',
      code: 'encryption/statement-unreadable',
      bytes: () => Buffer.alloc(100_000, 0x30),
    },
  ]

  test.each(refused)('is refused: $what', async ({ code, bytes, sender }) => {
    const { store, comes } = opened()
    expect(await comes(bytes(), sender)).toBe(code)
    expect(keysOf(store)).toEqual([])
    expect(store.history.of('office', `key/${RECEIVER.organId}`)).toMatchObject([
      { event: 'refuse-key', detail: { code } },
    ])
  })

  test('of an agency with the same name under another superior is refused', async () => {
    const { store, comes } = opened()
    expect(await comes(stated({ signer: namesake }).bytes)).toBe('encryption/statement-of-another')
    expect(keysOf(store)).toEqual([])
  })

  test('waits for a root that the office believes, and says so once', async () => {
    const { bytes } = stated()
    const { store, comes } = opened([])
    expect([await comes(bytes), await comes(bytes)]).toEqual([
      'encryption/statement-unproven',
      'encryption/statement-unproven',
    ])
    expect(store.history.of('office', `key/${RECEIVER.organId}`)).toHaveLength(1)
  })

  test('does not outlive a change of the name in the directory', async () => {
    const { store, comes } = opened()
    await comes(stated().bytes)
    expect(keyOf(store, { ...RECEIVER, name: 'Sở Tài chính tỉnh Thanh Vân' }, NOW).lack).toBe('name-differs')
    expect(keyOf(store, RECEIVER, NOW + 800 * DAY).lack).toBe('key-expired')
  })
})

describe('a statement from a file', () => {
  test('is taken on the word of the clerk, who knows where it came from; the signature and the name count', async () => {
    const { store, encryption } = opened()
    const { bytes, key } = stated({ signer: namesake })
    expect(await encryption.importStatement(bytes)).toBe(RECEIVER.organId)
    expect(keysOf(store)).toEqual([key])
    await expect(encryption.importStatement(stated({ signer: other }).bytes)).rejects.toMatchObject({
      code: 'encryption/statement-of-another',
    })
    await expect(encryption.importStatement(stated({ issuedAt: NOW - DAY }).bytes)).rejects.toMatchObject({
      code: 'encryption/statement-outdated',
    })
    await expect(encryption.importStatement(stated({ organId: 'H01.02' }).bytes)).rejects.toMatchObject({
      code: 'document/not-found',
    })
  })
})
