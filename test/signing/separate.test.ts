import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { prepareFileSignature, verifyFileSignature } from '../../src/engine/file-signature.ts'
import { memorySource } from '../../src/engine/pdf/source.ts'
import { USUAL_MANNER } from '../../src/engine/signing/manner.ts'
import { trustStore } from '../../src/engine/signing/trust.ts'
import { signedNameOf } from '../../src/shared/document/attachment.ts'
import type { DocumentVerdict } from '../../src/shared/verdict.ts'
import { makePki, type MadeCertificate } from '../helpers/pki.ts'
import { tokenSign } from '../helpers/sign-content.ts'

const dir = mkdtempSync(join(tmpdir(), 'vanthu-separate-'))
const pki = makePki(join(dir, 'pki'))
const trust = trustStore({ imported: [pki.root.der] })
/** Not text, and longer than one step of reading. */
const content = Buffer.from(Array.from({ length: 2_500_000 }, (_, at) => (at * 7 + (at >> 8)) & 0xff))
const contentPath = join(dir, 'bang-ke.xlsx')
writeFileSync(contentPath, content)
afterAll(() => {
  rmSync(dir, { recursive: true })
})

async function ours(
  signer: MadeCertificate,
  algorithm: 'rsa-pkcs1' | 'ecdsa' = 'rsa-pkcs1',
): Promise<Uint8Array> {
  const prepared = await prepareFileSignature({
    source: memorySource(content),
    certificate: signer.der,
    chain: [pki.issuing.der],
    signedAt: new Date(),
    manner: USUAL_MANNER,
  })
  return prepared.signature(tokenSign(signer, algorithm, 'sha256', prepared.hash.message))
}

/** What openssl makes with these options; `signers` all sign. */
function theirs(signers: readonly MadeCertificate[], ...options: readonly string[]): Buffer {
  const path = join(dir, 'theirs.p7s')
  execFileSync('openssl', [
    ...['cms', '-sign', '-binary', '-in', contentPath, '-outform', 'DER', '-out', path],
    ...signers.flatMap((signer) => ['-signer', signer.certificatePath, '-inkey', signer.keyPath]),
    ...['-certfile', pki.issuing.certificatePath, ...options],
  ])
  return readFileSync(path)
}

function judge(signature: Uint8Array, file: Buffer = content): Promise<DocumentVerdict> {
  return verifyFileSignature(memorySource(file), signature, { trust, now: new Date() })
}

/** Verdict and reasons without the notes that every offline verdict has. */
function gist({ verdict, reasons }: DocumentVerdict): string {
  return [verdict, ...reasons.filter((code) => !code.endsWith('-note'))].join(' ')
}

function altered(): Buffer {
  const copy = Buffer.from(content)
  copy[2_000_000] = (copy[2_000_000] ?? 0) ^ 1
  return copy
}

describe('a signature beside a file', () => {
  test.each(['rsa2048', 'rsa4096', 'p256', 'p384'] as const)(
    'of a %s key is strict CAdES to openssl, and valid to us',
    async (key) => {
      const signer = pki.issue({ file: `beside-${key}`, subject: '/CN=Trần Thị Thử', key })
      const signature = await ours(signer, key.startsWith('p') ? 'ecdsa' : 'rsa-pkcs1')
      const path = join(dir, `${key}.p7s`)
      writeFileSync(path, signature)
      execFileSync('openssl', [
        ...['cms', '-verify', '-cades', '-binary', '-inform', 'DER', '-in', path, '-content', contentPath],
        ...['-CAfile', pki.root.certificatePath, '-purpose', 'any', '-out', join(dir, 'out.bin')],
      ])
      expect(readFileSync(join(dir, 'out.bin')).equals(content)).toBe(true)
      expect(gist(await judge(signature))).toBe('valid')
    },
  )

  test('names the signer and the time that the signature claims', async () => {
    const before = Date.now() - 1000
    const { signatures } = await judge(await ours(pki.agency))
    expect(signatures).toHaveLength(1)
    expect(signatures[0]).toMatchObject({
      fieldName: '#1',
      coversWholeDocument: true,
      signer: { name: 'UBND xã Suối Ngọc', kind: 'agency' },
    })
    expect(Date.parse(signatures[0]?.signedAt ?? '')).toBeGreaterThanOrEqual(before)
  })

  test('is invalid beside another file, or the same with one bit turned', async () => {
    const signature = await ours(pki.agency)
    expect(gist(await judge(signature, altered()))).toBe('invalid content-altered')
    expect(gist(await judge(signature, Buffer.from('tệp khác')))).toBe('invalid content-altered')
  })

  test('leaves the verdict open while the file is not there', async () => {
    const verdict = await verifyFileSignature(undefined, await ours(pki.agency), { trust, now: new Date() })
    expect(gist(verdict)).toBe('undetermined content-missing')
    expect(verdict.signatures[0]?.signer?.name).toBe('UBND xã Suối Ngọc')
  })

  test('is refused as made by nobody when its bytes are no signature', async () => {
    const signature = await ours(pki.agency)
    for (const bytes of [
      Buffer.alloc(0),
      Buffer.from('không phải chữ ký'),
      Buffer.from('-----BEGIN CMS-----\nAAAA\n-----END CMS-----\n'),
      signature.subarray(0, signature.length - 1),
    ]) {
      expect(await judge(bytes)).toEqual({
        verdict: 'invalid',
        reasons: ['signature-unreadable'],
        signatures: [],
      })
    }
  })

  test('is invalid when its value is another signature’s', async () => {
    const signature = Buffer.from(await ours(pki.agency))
    const last = signature.length - 1
    signature[last] = (signature[last] ?? 0) ^ 1
    expect(gist(await judge(signature))).toBe('invalid signature-value-wrong')
  })
})

describe('a signature that openssl made', () => {
  test.each([
    ['in CAdES form', ['-cades', '-md', 'sha256']],
    ['in plain CMS form', ['-md', 'sha256']],
    ['without signed attributes', ['-noattr', '-md', 'sha256']],
    ['with SHA-512', ['-cades', '-md', 'sha512']],
    ['naming the signer by key identifier', ['-cades', '-keyid', '-md', 'sha256']],
    ['with RSASSA-PSS', ['-md', 'sha256', '-keyopt', 'rsa_padding_mode:pss']],
  ])('%s is valid', async (_, options) => {
    expect(gist(await judge(theirs([pki.person], ...options)))).toBe('valid')
  })

  test('as PEM is read like DER', async () => {
    expect(gist(await judge(theirs([pki.person], '-cades', '-outform', 'PEM')))).toBe('valid')
  })

  test('with SHA-1 is intact but too weak to rely on', async () => {
    expect(gist(await judge(theirs([pki.person], '-md', 'sha1')))).toBe('undetermined algorithm-weak')
    expect(gist(await judge(theirs([pki.person], '-md', 'sha1'), altered()))).toBe(
      'invalid content-altered algorithm-weak',
    )
  })

  test('of several signers is judged signer by signer, and the worst decides', async () => {
    const both = await judge(theirs([pki.person, pki.agency], '-cades', '-md', 'sha256'))
    expect(gist(both)).toBe('valid')
    expect(
      both.signatures.map(({ fieldName, signer }) => `${fieldName} ${signer?.name ?? ''}`).sort(),
    ).toEqual(['#1 Nguyễn Văn Mẫu', '#2 UBND xã Suối Ngọc'])
    const stranger = makePki(join(dir, 'stranger'), 'người lạ').person
    const mixed = await judge(theirs([pki.person, stranger], '-cades', '-md', 'sha256'))
    expect(mixed.signatures.map(({ verdict }) => verdict).sort()).toEqual(['undetermined', 'valid'])
    expect(mixed.verdict).toBe('undetermined')
  })

  test.each([
    ['DER', ['-nodetach']],
    ['BER with indefinite lengths', ['-nodetach', '-stream', '-indef']],
  ])('around its content in %s is judged with and without the file beside it', async (_, options) => {
    const around = theirs([pki.person], '-cades', '-md', 'sha256', ...options)
    expect(around.length).toBeGreaterThan(content.length)
    expect(gist(await judge(around))).toBe('valid')
    expect(gist(await judge(around, Buffer.from('tệp khác')))).toBe('invalid content-altered')
    expect(gist(await verifyFileSignature(undefined, around, { trust, now: new Date() }))).toBe('valid')
    const at = around.indexOf(content.subarray(1000, 1100))
    around[at] = (around[at] ?? 0) ^ 1
    expect(gist(await verifyFileSignature(undefined, around, { trust, now: new Date() }))).toBe(
      'invalid content-altered',
    )
  })
})

describe('the name of a signature file', () => {
  test.each([
    ['bang-ke.xlsx.p7s', 'bang-ke.xlsx'],
    ['Bảng kê.XLSX.P7S', 'Bảng kê.XLSX'],
    ['bang-ke.xlsx', undefined],
    ['.p7s', undefined],
  ])('%s says what it signs: %s', (name, signed) => {
    expect(signedNameOf(name)).toBe(signed)
  })
})
