import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { memorySource } from '../../src/engine/pdf/source.ts'
import { trustStore } from '../../src/engine/signing/trust.ts'
import { signedLength } from '../../src/engine/verify-pdf.ts'
import { makePki, type MadeCertificate } from '../helpers/pki.ts'
import { pdfsig, handMade, PLAIN_OBJECTS } from '../pdf/samples.ts'
import { bareRsaSha1, gist, handSigned, type HandSigning, judged, sha1 } from './forge.ts'
import { inGovernmentHabit } from './habit.ts'

const dir = mkdtempSync(join(tmpdir(), 'vanthu-habits-'))
const pki = makePki(join(dir, 'pki'))
const trust = trustStore({ imported: [pki.root.der] })
const withIntermediates = trustStore({ imported: [pki.root.der, pki.issuing.der] })
afterAll(() => {
  rmSync(dir, { recursive: true })
})

const HOUR_MS = 3_600_000
const plain = handMade(PLAIN_OBJECTS, '/Info 6 0 R')
const pdfDate = (at: Date) => `D:${at.toISOString().slice(0, 19).replaceAll(/[-:T]/g, '')}Z`

function opensslCms(input: Uint8Array, signer: MadeCertificate, ...options: readonly string[]): Buffer {
  return execFileSync(
    'openssl',
    [
      ...['cms', '-sign', '-binary', '-md', 'sha256', '-outform', 'DER'],
      ...['-signer', signer.certificatePath, '-inkey', signer.keyPath, ...options],
    ],
    { input, stdio: ['pipe', 'pipe', 'ignore'] },
  )
}

describe('a document in the habit of the government’s signing program', () => {
  const now = new Date()
  /** Vietnam's clock, written as if it were UTC. */
  const local = new Date(now.getTime() + 7 * HOUR_MS)
  const made = (times: Pick<HandSigning, 'claims' | 'signingTime'> = {}): Buffer =>
    inGovernmentHabit(plain, pki, { claims: pdfDate(local), signingTime: local, ...times })
  const pdf = made()

  test('is valid once the intermediates are at hand, and names the person and the agency', async () => {
    const verdict = await judged(pdf, withIntermediates, now)
    expect(gist(verdict)).toBe('valid')
    expect(verdict.signatures.map(({ fieldName }) => fieldName)).toEqual(['Lanhdao', 'So', 'Ngay', 'Dau'])
    expect(verdict.signatures.map(({ signer }) => signer?.kind)).toEqual([
      'person',
      'agency',
      'agency',
      'agency',
    ])
    expect(verdict.signatures.map(({ coversWholeDocument }) => coversWholeDocument)).toEqual([
      false,
      false,
      false,
      true,
    ])
  })

  test('is left open, with the missing intermediate as the reason, where the office has only the root', async () => {
    const verdict = await judged(pdf, trust, now)
    expect(gist(verdict)).toBe('undetermined root-unknown intermediate-missing')
    expect(verdict.signatures[0]?.signer?.name).toBe('Nguyễn Văn Mẫu')
  })

  test('has its time, seven hours off, noted and not held against it', async () => {
    const verdict = await judged(pdf, withIntermediates, now)
    for (const { reasons } of verdict.signatures) expect(reasons).toContain('signing-time-off-note')
    const right = made({ claims: pdfDate(now), signingTime: now })
    expect((await judged(right, withIntermediates, now)).reasons).not.toContain('signing-time-off-note')
  })

  test('has a time noted whose two claims differ, however much later it is looked at', async () => {
    const apart = made({ claims: pdfDate(now), signingTime: local })
    const later = new Date(now.getTime() + 100 * HOUR_MS)
    const verdict = await judged(apart, withIntermediates, later)
    expect(gist(verdict)).toBe('valid')
    expect(verdict.reasons).toContain('signing-time-off-note')
  })

  test('is shown as each of its signers left it, byte for byte', async () => {
    const source = memorySource(pdf)
    const lengths = await Promise.all([0, 1, 2, 3].map((index) => signedLength(source, index)))
    expect(lengths[3]).toBe(pdf.length)
    for (const [index, length] of lengths.entries()) {
      const verdict = await judged(pdf.subarray(0, length), withIntermediates, now)
      expect(gist(verdict)).toBe('valid')
      expect(verdict.signatures).toHaveLength(index + 1)
      expect(verdict.signatures.at(-1)?.coversWholeDocument).toBe(true)
    }
    await expect(signedLength(source, 4)).rejects.toMatchObject({ code: 'document/not-found' })
    const forged = Buffer.from(pdf)
    forged.write('1', pdf.indexOf('/ByteRange [0') + '/ByteRange ['.length)
    await expect(signedLength(memorySource(forged), 0)).rejects.toMatchObject({ code: 'document/not-found' })
  })

  test('is accepted by pdfsig too', () => {
    writeFileSync(join(dir, 'habit.pdf'), pdf)
    expect(pdfsig(join(dir, 'habit.pdf')).map(({ isValid }) => isValid)).toEqual([true, true, true, true])
  })

  test('the time comes from the signature itself where the dictionary gives none', async () => {
    const bare = handSigned(plain, { signer: pki.person, chain: [pki.issuing], signingTime: now })
    const [signature] = (await judged(bare, trust, now)).signatures
    expect(signature?.signedAt).toBe(`${now.toISOString().slice(0, 19)}.000Z`)
  })
})

describe('an older file', () => {
  const hex = (...ders: readonly Uint8Array[]) => ders.map((der) => `<${Buffer.from(der).toString('hex')}>`)
  const older = (subFilter: string, more: Partial<HandSigning>): Buffer =>
    handSigned(plain, { signer: pki.person, subFilter, ...more })
  /** The same file with another number in its text. */
  const altered = (pdf: Buffer) =>
    Buffer.from(pdf.toString('latin1').replace('So 12/QD', 'So 13/QD'), 'latin1')
  const chain = ['-certfile', pki.issuing.certificatePath]

  test('in the form adbe.pkcs7.detached is valid with SHA-256', async () => {
    const pdf = older('adbe.pkcs7.detached', {
      contents: (covered) => opensslCms(covered, pki.person, ...chain),
    })
    const verdict = await judged(pdf, trust)
    expect(gist(verdict)).toBe('valid')
    expect(verdict.signatures[0]?.signer?.name).toBe('Nguyễn Văn Mẫu')
    expect(gist(await judged(altered(pdf), trust))).toBe('invalid content-altered')
  })

  test('in the form adbe.pkcs7.detached is left open with SHA-1', async () => {
    const pdf = older('adbe.pkcs7.detached', {
      contents: (covered) => opensslCms(covered, pki.person, ...chain, '-md', 'sha1'),
    })
    expect(gist(await judged(pdf, trust))).toBe('undetermined algorithm-weak')
    expect(gist(await judged(altered(pdf), trust))).toBe('invalid content-altered algorithm-weak')
  })

  test('in the form adbe.pkcs7.sha1 is left open, and its signer is named', async () => {
    const pdf = older('adbe.pkcs7.sha1', {
      contents: (covered) => opensslCms(sha1(covered), pki.person, ...chain, '-nodetach'),
    })
    const verdict = await judged(pdf, trust)
    expect(gist(verdict)).toBe('undetermined algorithm-weak')
    expect(verdict.signatures[0]?.signer?.name).toBe('Nguyễn Văn Mẫu')
    expect(gist(await judged(altered(pdf), trust))).toBe('invalid content-altered algorithm-weak')
  })

  test.each([
    ['a list', () => `/Cert [${hex(pki.person.der, pki.issuing.der).join(' ')}] `],
    ['an object of its own', () => '/Cert 900 0 R '],
  ])(
    'in the form adbe.x509.rsa_sha1 with %s of certificates is left open, and its signer is named',
    async (_, entries) => {
      const pdf = older('adbe.x509.rsa_sha1', {
        entries: entries(),
        objects: { 900: `[${hex(pki.person.der, pki.issuing.der).join(' ')}]` },
        contents: (covered) => bareRsaSha1(covered, pki.person),
      })
      const verdict = await judged(pdf, trust)
      expect(gist(verdict)).toBe('undetermined algorithm-weak')
      expect(verdict.signatures[0]?.signer?.name).toBe('Nguyễn Văn Mẫu')
      expect(gist(await judged(altered(pdf), trust))).toBe('invalid content-altered algorithm-weak')
    },
  )

  test('in the form adbe.x509.rsa_sha1 with the certificate alone waits for the intermediate', async () => {
    const pdf = older('adbe.x509.rsa_sha1', {
      entries: `/Cert ${hex(pki.person.der).join('')} `,
      contents: (covered) => bareRsaSha1(covered, pki.person),
    })
    expect(gist(await judged(pdf, trust))).toBe(
      'undetermined algorithm-weak root-unknown intermediate-missing',
    )
    expect(gist(await judged(pdf, withIntermediates))).toBe('undetermined algorithm-weak')
  })

  test('in the form adbe.x509.rsa_sha1 with another’s certificate, or none, is not taken for signed by it', async () => {
    const contents = (covered: Buffer) => bareRsaSha1(covered, pki.person)
    const another = older('adbe.x509.rsa_sha1', {
      entries: `/Cert ${hex(pki.agency.der).join('')} `,
      contents,
    })
    expect(gist(await judged(another, withIntermediates))).toBe(
      'invalid signature-value-wrong algorithm-weak',
    )
    const none = older('adbe.x509.rsa_sha1', { contents })
    expect(gist(await judged(none, trust))).toBe('undetermined signature-unreadable algorithm-weak')
  })
})
