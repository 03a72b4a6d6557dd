import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { CMS_OID, parseCms, prepareCms } from '../../src/engine/signing/cms.ts'
import { type KeyKind, makePki, type MadeCertificate } from '../helpers/pki.ts'
import { type Algorithm, type Digest, signContent, tokenSign } from '../helpers/sign-content.ts'

const dir = mkdtempSync(join(tmpdir(), 'vanthu-cms-'))
const pki = makePki(join(dir, 'pki'))
const content = Buffer.from('Quyết định của UBND xã Suối Ngọc')
const contentPath = join(dir, 'content.bin')
writeFileSync(contentPath, content)
afterAll(() => {
  rmSync(dir, { recursive: true })
})

function signed(
  signer: MadeCertificate,
  algorithm: Algorithm = 'rsa-pkcs1',
  digest: Digest = 'sha256',
): Uint8Array {
  return signContent(content, signer, { chain: [pki.issuing], algorithm, digest })
}

function opensslVerify(cms: Uint8Array): string {
  const path = join(dir, 'signature.der')
  writeFileSync(path, cms)
  execFileSync('openssl', [
    ...['cms', '-verify', '-cades', '-binary', '-inform', 'DER', '-in', path, '-content', contentPath],
    ...['-CAfile', pki.root.certificatePath, '-out', join(dir, 'out.bin')],
    // openssl has no purpose for "documents"; any stands for "do not ask for e-mail".
    ...['-purpose', 'any'],
  ])
  return execFileSync('openssl', ['asn1parse', '-inform', 'DER', '-in', path], { encoding: 'utf8' })
}

describe('a detached CAdES-B signature', () => {
  const cases: readonly [KeyKind, Algorithm, Digest][] = [
    ['rsa2048', 'rsa-pkcs1', 'sha256'],
    ['rsa2048', 'rsa-pss', 'sha256'],
    ['rsa2048', 'rsa-pss', 'sha512'],
    ['rsa3072', 'rsa-pkcs1', 'sha512'],
    ['rsa4096', 'rsa-pkcs1', 'sha256'],
    ['p256', 'ecdsa', 'sha256'],
    ['p384', 'ecdsa', 'sha384'],
    ['p521', 'ecdsa', 'sha512'],
  ]
  const keys = new Map<KeyKind, MadeCertificate>()
  const keyOf = (kind: KeyKind): MadeCertificate => {
    const known =
      keys.get(kind) ?? pki.issue({ file: `cms-${kind}`, subject: `/CN=Trần Thị Thử ${kind}`, key: kind })
    keys.set(kind, known)
    return known
  }
  test.each(cases)('made with %s %s %s is accepted by openssl, strict CAdES', (kind, algorithm, digest) => {
    const cms = signed(keyOf(kind), algorithm, digest)
    expect(opensslVerify(cms)).toContain('id-smime-aa-signingCertificateV2')
  })

  test('comes out the same, byte for byte, when made twice', () => {
    expect(signed(pki.person)).toEqual(signed(pki.person))
  })

  test('is strict DER: openssl re-encodes it to the same bytes', () => {
    const cms = signed(pki.agency)
    const path = join(dir, 'der.der')
    writeFileSync(path, cms)
    const again = execFileSync('openssl', [
      'cms',
      '-cmsout',
      '-inform',
      'DER',
      '-outform',
      'DER',
      '-in',
      path,
    ])
    expect(new Uint8Array(again)).toEqual(cms)
  })

  test('carries no signing time inside a PDF, and one for other files', () => {
    const types = (cms: Uint8Array): string[] =>
      parseCms(cms).signers[0]?.signedAttributes?.map((attribute) => attribute.type) ?? []
    expect(types(signed(pki.person))).not.toContain(CMS_OID.signingTime)
    const prepared = prepareCms({
      certificate: pki.person.der,
      chain: [],
      digest: createHash('sha256').update(content).digest(),
      digestAlgorithm: 'sha256',
      signatureAlgorithm: 'rsa-pkcs1',
      signingTime: new Date('2026-11-23T03:04:05Z'),
    })
    const cms = prepared.finish(tokenSign(pki.person, 'rsa-pkcs1', 'sha256', prepared.toBeSigned))
    expect(types(cms)).toContain(CMS_OID.signingTime)
    const path = join(dir, 'time.der')
    writeFileSync(path, cms)
    expect(
      execFileSync('openssl', ['asn1parse', '-inform', 'DER', '-in', path], { encoding: 'utf8' }),
    ).toContain('UTCTIME           :261123030405Z')
  })

  test('can be made by a token that signs a ready hash', () => {
    const prepared = prepareCms({
      certificate: pki.person.der,
      chain: [],
      digest: createHash('sha256').update(content).digest(),
      digestAlgorithm: 'sha256',
      signatureAlgorithm: 'rsa-pkcs1',
    })
    expect(prepared.hash).toEqual(new Uint8Array(createHash('sha256').update(prepared.toBeSigned).digest()))
  })

  test('is refused when the token answered with another key, garbage, or half a signature', () => {
    const prepared = prepareCms({
      certificate: pki.person.der,
      chain: [],
      digest: createHash('sha256').update(content).digest(),
      digestAlgorithm: 'sha256',
      signatureAlgorithm: 'rsa-pkcs1',
    })
    const other = tokenSign(pki.issuing, 'rsa-pkcs1', 'sha256', prepared.toBeSigned)
    for (const value of [other, new Uint8Array(256), new Uint8Array(0)]) {
      expect(() => prepared.finish(value)).toThrow(
        expect.objectContaining({ code: 'sign/self-check-failed' }),
      )
    }
    const elliptic = keyOf('p256')
    const half = prepareCms({
      certificate: elliptic.der,
      chain: [],
      digest: createHash('sha256').update(content).digest(),
      digestAlgorithm: 'sha256',
      signatureAlgorithm: 'ecdsa',
    })
    expect(() => half.finish(new Uint8Array(32))).toThrow(
      expect.objectContaining({ code: 'sign/self-check-failed' }),
    )
  })

  test('is not begun with a key of another kind', () => {
    const begin = (): unknown =>
      prepareCms({
        certificate: keyOf('p256').der,
        chain: [],
        digest: new Uint8Array(32),
        digestAlgorithm: 'sha256',
        signatureAlgorithm: 'rsa-pkcs1',
      })
    expect(begin).toThrow(expect.objectContaining({ code: 'certificate/unusable' }))
  })
})

describe('reading a signature', () => {
  test('finds the signer, the chain and the attributes of one that openssl made', () => {
    const path = join(dir, 'theirs.der')
    execFileSync('openssl', [
      ...[
        'cms',
        '-sign',
        '-binary',
        '-cades',
        '-md',
        'sha256',
        '-in',
        contentPath,
        '-outform',
        'DER',
        '-out',
        path,
      ],
      ...[
        '-signer',
        pki.agency.certificatePath,
        '-inkey',
        pki.agency.keyPath,
        '-certfile',
        pki.issuing.certificatePath,
      ],
    ])
    const cms = parseCms(execFileSync('cat', [path]))
    expect(cms.content).toBeUndefined()
    expect(cms.certificates.map((certificate) => certificate.subject.commonName)).toContain(
      'UBND xã Suối Ngọc',
    )
    expect(cms.signers[0]?.digestAlgorithm).toBe('sha256')
    expect(cms.signers[0]?.signedAttributes?.map((attribute) => attribute.type)).toContain(
      CMS_OID.signingCertificateV2,
    )
  })

  test('reads BER with indefinite lengths, as older programs write it', () => {
    const path = join(dir, 'stream.der')
    execFileSync('openssl', [
      ...['cms', '-sign', '-binary', '-stream', '-indef', '-nodetach', '-in', contentPath, '-outform', 'DER'],
      ...['-out', path, '-signer', pki.person.certificatePath, '-inkey', pki.person.keyPath],
    ])
    const bytes = execFileSync('cat', [path])
    expect(bytes.subarray(0, 2).toString('hex')).toBe('3080')
    expect(Buffer.from(parseCms(bytes).content ?? [])).toEqual(content)
  })

  test('ignores the zero padding of a PDF, and nothing else behind it', () => {
    const cms = signed(pki.person)
    expect(parseCms(Buffer.concat([cms, new Uint8Array(500)])).signers).toHaveLength(1)
    expect(() => parseCms(Buffer.concat([cms, Buffer.from([0, 1])]))).toThrow(
      expect.objectContaining({ code: 'cms/unreadable' }),
    )
  })

  test('refuses bombs: endless nesting, endless lengths, endless elements', () => {
    const nested = Buffer.alloc(200_000, Buffer.from([0x30, 0x80]))
    const long = Buffer.from([0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 1])
    const many = Buffer.concat([
      Buffer.from([0x31, 0x83, 0x03, 0x0d, 0x40]),
      Buffer.alloc(200_000, Buffer.from([5, 0])),
    ])
    for (const bomb of [nested, long, many, Buffer.alloc(0), Buffer.alloc(9 << 20, 0x30)]) {
      expect(() => parseCms(bomb)).toThrow(expect.objectContaining({ code: 'cms/unreadable' }))
    }
  })

  test('a damaged certificate beside the signer’s own does not spoil the rest', () => {
    const cms = Buffer.from(signed(pki.person))
    const at = cms.indexOf(Buffer.from(pki.issuing.der))
    expect(at).toBeGreaterThan(0)
    // The version of the embedded issuing certificate becomes a text string.
    cms[at + 10] = 0x0c
    expect(parseCms(cms).certificates).toHaveLength(1)
  })
})
