import { createHash, generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { parseCertificate } from '../../src/engine/signing/certificate.ts'
import { makeEncryptionKey } from '../../src/engine/signing/encryption-certificate.ts'
import { envelopeFor } from '../../src/engine/signing/enveloped.ts'
import type { DecryptionKey } from '../../src/engine/signing/recipient-info.ts'
import type { Store } from '../../src/engine/store/index.ts'
import type { ErrorCode } from '../../src/shared/errors.ts'
import {
  collected,
  EXAMPLE_DOCUMENT,
  inPieces,
  packetWith,
  type MadeAttachment,
} from '../envelope/packets.ts'
import { inbox } from './inbox.ts'

const PLAIN = Buffer.from(`%PDF-1.7\n${'Nội dung chỉ dành cho nơi nhận. '.repeat(4_000)}`)

function newKey(): DecryptionKey {
  const { certificate, privateKey } = makeEncryptionKey({
    organId: 'H99.07',
    name: 'Sở Nội vụ tỉnh Thanh Vân',
    notBefore: new Date(Date.now() - 86_400_000),
    notAfter: new Date(Date.now() + 86_400_000),
  })
  return { certificate: parseCertificate(certificate), privateKey }
}

const OURS = newKey()
const OLDER = newKey()
const STRANGER = newKey()

function encryptedTo(keys: readonly DecryptionKey[], plain: Uint8Array = PLAIN): Promise<Buffer> {
  const envelope = envelopeFor(
    keys.map(({ certificate }) => certificate),
    plain.length,
  )
  return collected(envelope.encrypted(inPieces(plain, 1_000)))
}

function file(content: Uint8Array, more: Partial<MadeAttachment> = {}): MadeAttachment {
  return {
    contentId: 'cid:5b0f3c1e-0000-4000-8000-000000000001',
    name: '07-UBND-VP.pdf.p7m',
    contentType: 'application/pkcs7-mime',
    content,
    ...more,
  }
}

async function received(packets: Readonly<Record<string, string>>, keys = [OURS, OLDER]) {
  const box = inbox(packets, {}, undefined, keys)
  await box.work()
  return box
}

async function textOf(store: Store, sha256: Parameters<Store['files']['open']>[0]): Promise<Buffer> {
  return Buffer.from(await store.files.bytes(sha256))
}

describe('files that were encrypted to this office', () => {
  test('come in as they were before, under their own names, whichever of its keys they are for', async () => {
    const { store, rows, told } = await received({
      A: packetWith([file(await encryptedTo([STRANGER, OURS]))]),
      B: packetWith([file(await encryptedTo([OLDER]))])
        .replace(/(?<=CodeNumber>)07/, '08')
        .replace(/(?<=DocumentId>[^<]*)07\/UBND/, '08/UBND'),
    })
    const documents = [...rows('new'), ...rows('registered')].map(({ id }) => store.incoming.get(id))
    expect(documents.length).toBeGreaterThan(0)
    for (const { files, warnings, packetSha256 } of documents) {
      expect(files).toMatchObject([
        { name: '07-UBND-VP.pdf', contentType: 'application/pdf', sizeBytes: PLAIN.length },
      ])
      expect(warnings).toEqual([])
      const [only] = files
      if (only === undefined) throw new Error('it has a file')
      expect((await textOf(store, only.sha256)).equals(PLAIN)).toBe(true)
      expect(store.encryptionKeys.isEncrypted(packetSha256)).toBe(true)
    }
    expect(told).toEqual(['A done', 'B done'])
  })

  test('a type that a gateway rewrote does not hide that a file is encrypted', async () => {
    const { rows } = await received({
      A: packetWith([file(await encryptedTo([OURS]), { contentType: 'application/zip' })]),
    })
    expect(rows('new')).toHaveLength(1)
  })

  test('the same document, encrypted anew, is the same document', async () => {
    const { rows } = await received({
      A: packetWith([file(await encryptedTo([OURS]))]),
      B: packetWith([file(await encryptedTo([OURS]))]),
    })
    expect(rows('new')).toHaveLength(1)
  })

  test('a signature around its content is a file like any other', async () => {
    const p7m = Buffer.from('30820100060b2a864886f70d010702', 'hex')
    const { store, rows } = await received({ A: packetWith([file(PLAIN, { name: 'a.pdf' }), file(p7m)]) })
    const [row] = rows('new')
    if (row === undefined) throw new Error('it came in')
    expect(store.incoming.get(row.id).files.map(({ name }) => name)).toEqual(['a.pdf', '07-UBND-VP.pdf.p7m'])
  })
})

describe('what cannot be opened is named, and its bytes are kept', () => {
  const cases: readonly { what: string; code: ErrorCode; bytes: () => Promise<Uint8Array> }[] = [
    {
      what: 'encrypted to somebody else',
      code: 'packet/encrypted-for-another',
      bytes: () => encryptedTo([STRANGER]),
    },
    {
      what: 'encrypted with a key of ours that was never kept',
      code: 'packet/encrypted-for-another',
      bytes: () => encryptedTo([{ ...OURS, certificate: STRANGER.certificate }]),
    },
    {
      what: 'a bit changed in the content',
      code: 'packet/encryption-broken',
      bytes: async () => {
        const bytes = await encryptedTo([OURS])
        bytes[bytes.length - 1_000] = (bytes.at(-1_000) ?? 0) ^ 4
        return bytes
      },
    },
    {
      what: 'a seal changed',
      code: 'packet/encryption-broken',
      bytes: async () => {
        const bytes = await encryptedTo([OURS])
        bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
        return bytes
      },
    },
    {
      what: 'cut short',
      code: 'packet/encryption-broken',
      bytes: async () => (await encryptedTo([OURS])).subarray(0, -20_000),
    },
    {
      what: 'something behind it',
      code: 'packet/encryption-unreadable',
      bytes: async () => Buffer.concat([await encryptedTo([OURS]), Buffer.from('thêm')]),
    },
    {
      what: 'a length that nobody has',
      code: 'packet/encryption-broken',
      bytes: async () => {
        const envelope = envelopeFor([OURS.certificate], 2 ** 40)
        const head = await envelope.encrypted(inPieces(PLAIN, 10)).next()
        return Buffer.concat([head.value ?? PLAIN, PLAIN])
      },
    },
  ]

  test('each in quarantine under its reason, with who sent it; the good one comes in', async () => {
    const packets = await Promise.all(
      cases.map(
        async ({ bytes }, index) => [`H-${String(index)}`, packetWith([file(await bytes())])] as const,
      ),
    )
    const { store, rows, told } = await received(
      Object.fromEntries([...packets, ['Z-good', EXAMPLE_DOCUMENT]]),
    )
    const found = new Map(
      rows('quarantine').map((row) => [
        store.incoming.get(row.id).packetId,
        { row, ...store.incoming.get(row.id) },
      ]),
    )
    for (const [index, { what, code }] of cases.entries()) {
      const document = found.get(`H-${String(index)}`)
      expect(document?.row.quarantine?.code, what).toBe(code)
      expect(document?.message?.from.organName, what).toBe('UBND xã Suối Ngọc')
      expect(document?.files, what).toEqual([])
      if (document === undefined) continue
      const kept = await textOf(store, document.packetSha256)
      expect(kept.toString(), what).toBe(packets[index]?.[1])
    }
    expect(told.filter((line) => line.endsWith(' fail'))).toHaveLength(cases.length)
    expect(rows('new')).toHaveLength(1)
  })

  test('of a broken file not a byte of its plain text is kept', async () => {
    const bytes = await encryptedTo([OURS])
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
    const { store } = await received({ A: packetWith([file(bytes)]) })
    const sha256 = createHash('sha256').update(PLAIN).digest('hex') as Parameters<Store['files']['has']>[0]
    expect(await store.files.has(sha256)).toBe(false)
    expect(store.files.sweepTemporary()).toBe(0)
  })

  test('one more file that is not for us stays closed beside a document that can be read', async () => {
    const second = file(await encryptedTo([STRANGER]), { contentId: 'cid:2', name: 'phu-luc.pdf.p7m' })
    const { store, rows } = await received({ A: packetWith([file(await encryptedTo([OURS])), second]) })
    const [row] = rows('new')
    if (row === undefined) throw new Error('it came in')
    const { files, warnings } = store.incoming.get(row.id)
    expect(files.map(({ name }) => name)).toEqual(['07-UBND-VP.pdf', 'phu-luc.pdf.p7m'])
    expect(warnings).toEqual([{ code: 'attachment-encrypted', about: 'phu-luc.pdf.p7m' }])
  })

  test('without any key of its own an office says so', async () => {
    const { rows } = await received({ A: packetWith([file(await encryptedTo([OURS]))]) }, [])
    expect(rows('quarantine')[0]?.quarantine?.code).toBe('packet/encrypted-for-another')
  })

  test('a key of another curve under a name of ours opens nothing', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' })
    const { rows } = await received({ A: packetWith([file(await encryptedTo([OURS]))]) }, [
      { ...OURS, privateKey },
    ])
    expect(rows('quarantine')[0]?.quarantine?.code).toBe('packet/encrypted-for-another')
  })
})
