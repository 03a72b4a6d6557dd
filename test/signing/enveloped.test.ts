import { execFileSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseCertificate, type Certificate } from '../../src/engine/signing/certificate.ts'
import { makeEncryptionKey } from '../../src/engine/signing/encryption-certificate.ts'
import { decrypted, envelopeFor, looksEnveloped } from '../../src/engine/signing/enveloped.ts'
import { derivedKey, unwrapKey, wrapKey } from '../../src/engine/signing/key-wrap.ts'
import { isForEncryption, type DecryptionKey } from '../../src/engine/signing/recipient-info.ts'
import { makePki, type KeyKind, type MadeCertificate, type Pki } from '../helpers/pki.ts'

const dir = mkdtempSync(join(tmpdir(), 'vanthu-enveloped-'))
const at = (name: string) => join(dir, name)
afterAll(() => {
  rmSync(dir, { recursive: true, force: true })
})

const NOW = new Date('2026-11-27T08:00:00Z')
const OWNER = {
  organId: 'H99.07',
  name: 'Sở Nội vụ tỉnh Thanh Vân',
  notBefore: new Date('2026-11-26T08:00:00Z'),
  notAfter: new Date('2028-11-26T08:00:00Z'),
}

const USAGE: Readonly<Record<'ec' | 'rsa', readonly string[]>> = {
  ec: ['keyUsage = critical, keyAgreement', 'subjectKeyIdentifier = hash'],
  rsa: ['keyUsage = critical, keyEncipherment', 'subjectKeyIdentifier = hash'],
}

/** A recipient whose certificate openssl made, as another program's would be. */
interface Recipient extends DecryptionKey {
  readonly made: MadeCertificate
}

const recipients = new Map<KeyKind, Recipient>()
let pki: Pki

beforeAll(() => {
  pki = makePki(at('pki'))
  for (const key of ['p256', 'p384', 'p521', 'rsa3072'] as const) {
    const made = pki.issue({
      file: `to-${key}`,
      subject: `/C=VN/CN=Văn phòng ${key}`,
      key,
      extensions: USAGE[key.startsWith('rsa') ? 'rsa' : 'ec'],
    })
    recipients.set(key, { made, certificate: parseCertificate(made.der), privateKey: made.privateKey })
  }
})

function recipient(key: KeyKind): Recipient {
  const found = recipients.get(key)
  if (found === undefined) throw new Error(`no recipient with ${key}`)
  return found
}

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += size) {
    yield await Promise.resolve(bytes.subarray(from, from + size))
  }
}

async function whole(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for await (const chunk of chunks) parts.push(chunk)
  return Buffer.concat(parts)
}

async function encryptedTo(certificates: readonly Certificate[], plain: Uint8Array): Promise<Buffer> {
  const envelope = envelopeFor(certificates, plain.length)
  const bytes = await whole(envelope.encrypted(inPieces(plain, 10_000)))
  expect(bytes.length).toBe(envelope.sizeBytes)
  return bytes
}

const opened = (bytes: Uint8Array, keys: readonly DecryptionKey[], size = 7_777) =>
  whole(decrypted(inPieces(bytes, size), { keys }))

function openssl(args: readonly string[]): Buffer {
  return execFileSync('openssl', args, { maxBuffer: 64 << 20, stdio: ['ignore', 'pipe', 'pipe'] })
}

/** What every size must survive: nothing, one byte, around the lengths of DER and of our pieces, more. */
const SIZES = [0, 1, 127, 128, 255, 256, 65_535, 65_536, 65_537, 1_000_003]
const content = (size: number) =>
  createHash('shake256', { outputLength: Math.max(size, 1) })
    .update('x')
    .digest()
    .subarray(0, size)

describe('AES key wrap', () => {
  test('gives what RFC 3394 section 4.6 gives', () => {
    const kek = Buffer.from('000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F', 'hex')
    const key = Buffer.from('00112233445566778899AABBCCDDEEFF000102030405060708090A0B0C0D0E0F', 'hex')
    const wrapped = wrapKey(kek, key)
    expect(Buffer.from(wrapped).toString('hex').toUpperCase()).toBe(
      '28C9F404C4B810F4CBCCB35CFB87F8263F5786E2D80ED326CBC7F0E71A99F43BFB988B9B7A02DD21',
    )
    expect(unwrapKey(kek, wrapped)).toEqual(new Uint8Array(key))
    wrapped[9] = (wrapped[9] ?? 0) ^ 1
    expect(unwrapKey(kek, wrapped)).toBeUndefined()
  })

  test('derives what the X9.63 vectors of NIST CAVP say', () => {
    // CAVS 12.0, ANS X9.63-2001, SHA-256, shared secret 192 bits, no shared info, key data 128 bits.
    const secret = Buffer.from('96c05619d56c328ab95fe84b18264b08725b85e33fd34f08', 'hex')
    expect(Buffer.from(derivedKey('sha256', secret, new Uint8Array(0), 16)).toString('hex')).toBe(
      '443024c3dae66b95e6f5670601558f71',
    )
  })
})

describe('with openssl', () => {
  test.each(['p256', 'p384', 'p521', 'rsa3072'] as const)(
    'openssl opens what we encrypt to %s',
    async (key) => {
      const { made, certificate } = recipient(key)
      for (const size of SIZES) {
        const plain = content(size)
        writeFileSync(at('ours.der'), await encryptedTo([certificate], plain))
        const open = ['cms', '-decrypt', '-binary', '-inform', 'DER', '-in', at('ours.der')]
        const back = openssl([...open, '-recip', made.certificatePath, '-inkey', made.keyPath])
        expect(back.equals(plain), `${String(size)} bytes`).toBe(true)
      }
    },
  )

  test.each(['p256', 'p384', 'p521', 'rsa3072'] as const)(
    'we open what openssl encrypts to %s',
    async (key) => {
      const { made } = recipient(key)
      const manners: string[][] =
        key === 'rsa3072'
          ? [['rsa_padding_mode:oaep'], ['rsa_padding_mode:oaep', 'rsa_oaep_md:sha256', 'rsa_mgf1_md:sha256']]
          : [[], ['ecdh_kdf_md:sha256'], ['ecdh_kdf_md:sha512', 'ecdh_cofactor_mode:1']]
      for (const [size, cipher, streamed, named] of [
        [0, 'aes-256-gcm', false, false],
        [100_000, 'aes-256-gcm', false, true],
        [100_000, 'aes-256-gcm', true, false],
        [5, 'aes-128-gcm', true, true],
      ] as const) {
        for (const manner of manners) {
          const plain = content(size)
          writeFileSync(at('plain.bin'), plain)
          const bytes = openssl([
            ...['cms', '-encrypt', `-${cipher}`, '-binary', '-in', at('plain.bin'), '-outform', 'DER'],
            ...(streamed ? ['-stream'] : []),
            ...(named ? ['-keyid'] : []),
            ...['-recip', made.certificatePath, ...manner.flatMap((option) => ['-keyopt', option])],
          ])
          expect(looksEnveloped(bytes)).toBe(true)
          expect((await opened(bytes, [recipient(key)])).equals(plain), manner.join()).toBe(true)
        }
      }
    },
  )

  test('openssl opens it for each of several recipients of different kinds', async () => {
    const all = [...recipients.values()]
    const plain = content(40_000)
    writeFileSync(
      at('many.der'),
      await encryptedTo(
        all.map(({ certificate }) => certificate),
        plain,
      ),
    )
    for (const one of all) {
      const open = ['cms', '-decrypt', '-binary', '-inform', 'DER', '-in', at('many.der')]
      const { certificatePath, keyPath } = one.made
      expect(openssl([...open, '-recip', certificatePath, '-inkey', keyPath]).equals(plain)).toBe(true)
      expect((await opened(readFileSync(at('many.der')), [one])).equals(plain)).toBe(true)
    }
  })

  test('openssl reads the certificate that we make for a key, and opens what is encrypted to it', async () => {
    const { certificate, privateKey } = makeEncryptionKey(OWNER)
    writeFileSync(at('own.der'), certificate)
    writeFileSync(at('own.key'), privateKey.export({ type: 'pkcs8', format: 'pem' }))
    openssl(['x509', '-inform', 'DER', '-in', at('own.der'), '-out', at('own.pem')])
    const text = openssl(['x509', '-in', at('own.pem'), '-noout', '-text', '-nameopt', 'utf8']).toString()
    expect(text).toContain('Sở Nội vụ tỉnh Thanh Vân')
    expect(text).toMatch(/Key Usage: critical\s+Key Agreement\n/)
    openssl([
      'verify',
      '-check_ss_sig',
      '-attime',
      String(NOW.getTime() / 1000),
      '-CAfile',
      at('own.pem'),
      at('own.pem'),
    ])
    const parsed = parseCertificate(certificate)
    expect(isForEncryption(parsed, NOW)).toBe(true)
    expect(isForEncryption(parsed, new Date('2029-01-01T00:00:00Z'))).toBe(false)
    expect(parsed.subject.serialNumber).toBe('H99.07')
    writeFileSync(at('to-own.der'), await encryptedTo([parsed], content(9_999)))
    const open = ['cms', '-decrypt', '-binary', '-inform', 'DER', '-in', at('to-own.der')]
    expect(openssl([...open, '-recip', at('own.pem'), '-inkey', at('own.key')]).equals(content(9_999))).toBe(
      true,
    )
  })
})

describe('hostile', () => {
  test('a key that is not among the recipients opens nothing', async () => {
    const bytes = await encryptedTo([recipient('p256').certificate], content(1_000))
    const other = makeEncryptionKey(OWNER)
    const stranger = { certificate: parseCertificate(other.certificate), privateKey: other.privateKey }
    await expect(opened(bytes, [stranger, recipient('rsa3072')])).rejects.toMatchObject({
      code: 'packet/encrypted-for-another',
    })
  })

  test('a private key under a certificate that is not its own opens nothing', async () => {
    const bytes = await encryptedTo([recipient('p256').certificate], content(1_000))
    const { privateKey } = makeEncryptionKey(OWNER)
    const mixed = { certificate: recipient('p256').certificate, privateKey }
    await expect(opened(bytes, [mixed])).rejects.toMatchObject({ code: 'packet/encrypted-for-another' })
  })

  test('every changed bit and every cut is found, and never ends as if all were well', async () => {
    const bytes = await encryptedTo([recipient('p256').certificate], content(300))
    const keys = [recipient('p256')]
    const codes = new Set<string>()
    const refused = async (damaged: Uint8Array, what: string) => {
      try {
        const plain = await opened(damaged, keys)
        // A bit of what nobody needs, such as the recipient's version: then all of the content must be there.
        expect(plain.equals(content(300)), what).toBe(true)
      } catch (cause) {
        codes.add((cause as { code?: string }).code ?? String(cause))
      }
    }
    for (let index = 0; index < bytes.length; index++) {
      const changed = Buffer.from(bytes)
      changed[index] = (changed[index] ?? 0) ^ (1 << (index % 8))
      await refused(changed, `byte ${String(index)}`)
    }
    expect([...codes].sort()).toEqual([
      'packet/encrypted-for-another',
      'packet/encryption-broken',
      'packet/encryption-unreadable',
    ])
    for (let end = 0; end < bytes.length; end++) {
      await expect(opened(bytes.subarray(0, end), keys), `cut at ${String(end)}`).rejects.toMatchObject({
        code: 'packet/encryption-broken',
      })
    }
    await expect(opened(Buffer.concat([bytes, Buffer.from([0])]), keys)).rejects.toMatchObject({
      code: 'packet/encryption-unreadable',
    })
  })

  test('what is no envelope ends in a word and never in a crash', async () => {
    const keys = [recipient('p256')]
    const whatever = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.uint8Array({ maxLength: 300 }).map((tail) => {
        const head = Buffer.from('30800' + '60b2a864886f70d0109100117a0803080020100', 'hex')
        return Buffer.concat([head, tail])
      }),
    )
    await fc.assert(
      fc.asyncProperty(whatever, async (bytes) => {
        await expect(opened(bytes, keys)).rejects.toMatchObject({
          code: expect.stringMatching(/^packet\//) as unknown,
        })
      }),
      { seed: 4, numRuns: 400 },
    )
  })

  test('lengths that nobody has are not believed', async () => {
    const { certificate } = recipient('p256')
    const envelope = envelopeFor([certificate], 2 ** 40)
    const head = await envelope.encrypted(inPieces(new Uint8Array(0), 1)).next()
    await expect(opened(head.value as Uint8Array, [recipient('p256')])).rejects.toMatchObject({
      code: 'packet/encryption-broken',
    })
  })

  test('a content that names us many times over is given up, and one for thousands of others is opened', async () => {
    const us = recipient('p256')
    const doubles = Array.from({ length: 40 }, () => makeEncryptionKey(OWNER).certificate).map((der) => ({
      ...parseCertificate(der),
      subjectKeyId: us.certificate.subjectKeyId,
    }))
    await expect(
      opened(await encryptedTo([...doubles, us.certificate], content(10)), [us]),
    ).rejects.toMatchObject({
      code: 'packet/encrypted-for-another',
    })
    const others = Array.from({ length: 60 }, () => parseCertificate(makeEncryptionKey(OWNER).certificate))
    const many = Array.from({ length: 2_000 }, (_, index) => others[index % others.length] ?? us.certificate)
    const bytes = await encryptedTo([...many, us.certificate], content(10))
    expect((await opened(bytes, [us])).equals(content(10))).toBe(true)
  })

  test('PKCS #1 v1.5 is not opened, nor is what is encrypted and not sealed', async () => {
    const { made } = recipient('rsa3072')
    writeFileSync(at('plain.bin'), 'abc')
    const encrypt = ['cms', '-encrypt', '-binary', '-in', at('plain.bin'), '-outform', 'DER']
    const old = openssl([...encrypt, '-aes-256-gcm', '-recip', made.certificatePath])
    await expect(opened(old, [recipient('rsa3072')])).rejects.toMatchObject({
      code: 'packet/encrypted-for-another',
    })
    const unsealed = openssl([...encrypt, '-aes-256-cbc', '-recip', recipient('p256').made.certificatePath])
    expect(looksEnveloped(unsealed)).toBe(false)
    await expect(opened(unsealed, [recipient('p256')])).rejects.toMatchObject({
      code: 'packet/encryption-unreadable',
    })
  })
})

test('200 MB go through in bounded memory, both ways', async () => {
  const size = 200 << 20
  const piece = randomBytes(1 << 20)
  const keys = [recipient('p256')]
  const before = createHash('sha256')
  async function* plain() {
    for (let at = 0; at < size; at += piece.length) {
      before.update(piece)
      yield await Promise.resolve(piece)
    }
  }
  const envelope = envelopeFor([recipient('p256').certificate], size)
  const after = createHash('sha256')
  const start = process.memoryUsage()
  let most = 0
  for await (const chunk of decrypted(envelope.encrypted(plain()), { keys })) {
    after.update(chunk)
    const { rss } = process.memoryUsage()
    most = Math.max(most, rss - start.rss)
  }
  expect(after.digest('hex')).toBe(before.digest('hex'))
  expect(most).toBeLessThan(128 << 20)
})

test('a known content key opens it without any private key', async () => {
  const envelope = envelopeFor([recipient('p256').certificate], 5)
  const bytes = await whole(envelope.encrypted(inPieces(Buffer.from('abcde'), 2)))
  const { nonce, key } = envelope
  expect((await whole(decrypted(inPieces(bytes, 3), { known: [{ nonce, key }] }))).toString()).toBe('abcde')
  await expect(
    whole(decrypted(inPieces(bytes, 3), { known: [{ nonce, key: new Uint8Array(32) }] })),
  ).rejects.toMatchObject({ code: 'packet/encryption-broken' })
})
