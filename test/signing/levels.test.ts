import { execFileSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ExtendServices, extendPdf } from '../../src/engine/extend-pdf.ts'
import { inspectPdf } from '../../src/engine/pdf/inspect.ts'
import { readSecurityStore } from '../../src/engine/pdf/security-store.ts'
import { chunksOf, memorySource, type PdfSource } from '../../src/engine/pdf/source.ts'
import { signPdf } from '../../src/engine/sign-pdf.ts'
import { parseCertificate } from '../../src/engine/signing/certificate.ts'
import { mannerFor, schemeOf, USUAL_MANNER } from '../../src/engine/signing/manner.ts'
import { trustStore } from '../../src/engine/signing/trust.ts'
import { verifyPdf } from '../../src/engine/verify-pdf.ts'
import type { SignatureLevel } from '../../src/shared/signature-policy.ts'
import type { SigningManner } from '../../src/shared/signing.ts'
import type { DocumentVerdict } from '../../src/shared/verdict.ts'
import {
  issueIssuing,
  issueTimeStampAuthority,
  ocspResponder,
  post,
  revocationBook,
  serve,
  timeStamper,
} from '../helpers/authorities.ts'
import { type KeyKind, makePki, type MadeCertificate } from '../helpers/pki.ts'
import { tokenSign } from '../helpers/sign-content.ts'

const dir = mkdtempSync(join(tmpdir(), 'vanthu-levels-'))
const pki = makePki(join(dir, 'pki'))
const strangers = makePki(join(dir, 'strangers'), 'không quen biết')
const trust = trustStore({ imported: [pki.root.der] })
const issuing = issueIssuing(pki)
const authority = issueTimeStampAuthority(pki, 'tsa')
const nss = join(dir, 'nss')
const rootBook = revocationBook(join(dir, 'root-book'), pki.root)
const issuingBook = revocationBook(join(dir, 'issuing-book'), issuing)
const plainBook = revocationBook(join(dir, 'plain-book'), pki.issuing)
const stamp = timeStamper(join(dir, 'tsa'), authority, [pki.issuing])
let original: Buffer
let tsa: { url: string; server: Server }
let responder: { url: string; process: ChildProcess }
let asked: string[] = []

const signers = new Map<KeyKind, MadeCertificate>()
const KEYS = ['rsa2048', 'rsa3072', 'rsa4096', 'p256', 'p384'] as const
/** As the settings ask for; what a curve needs is added by the manner's own rule. */
const MANNERS = [
  { name: 'RSA 2048', key: 'rsa2048', policy: USUAL_MANNER },
  { name: 'RSA 3072', key: 'rsa3072', policy: { ...USUAL_MANNER, digestAlgorithm: 'sha384' } },
  { name: 'RSA 4096', key: 'rsa4096', policy: { ...USUAL_MANNER, digestAlgorithm: 'sha512' } },
  { name: 'RSASSA-PSS', key: 'rsa2048', policy: { digestAlgorithm: 'sha256', rsaScheme: 'pss' } },
  { name: 'RSASSA-PSS, SHA-512', key: 'rsa3072', policy: { digestAlgorithm: 'sha512', rsaScheme: 'pss' } },
  { name: 'P-256', key: 'p256', policy: USUAL_MANNER },
  { name: 'P-384', key: 'p384', policy: USUAL_MANNER },
] as const satisfies readonly { name: string; key: KeyKind; policy: SigningManner }[]

async function bytesOf(source: PdfSource): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of chunksOf(source)) chunks.push(Uint8Array.from(chunk))
  return Buffer.concat(chunks)
}

function services(changes: Partial<ExtendServices> = {}): ExtendServices {
  return {
    trust,
    now: () => new Date(),
    timeStamp: (request) => post(tsa.url, request, 'application/timestamp-query'),
    async fetchBytes(url, request) {
      asked.push(url)
      if (request !== undefined) return post(responder.url, request, 'application/ocsp-request')
      if (url === 'http://ca.example/root.crl') return rootBook.list()
      return plainBook.list()
    },
    ...changes,
  }
}

async function sign(
  signer: MadeCertificate,
  options: {
    stamped?: boolean
    signedAt?: Date
    ca?: MadeCertificate
    chain?: readonly MadeCertificate[]
    policy?: SigningManner
  } = {},
) {
  const { stamped = false, signedAt = new Date(), ca = issuing, policy = USUAL_MANNER } = options
  const certificate = parseCertificate(signer.der)
  const manner = mannerFor({ certificate, pss: true }, policy)
  const source = await signPdf({
    source: memorySource(original),
    certificate: signer.der,
    chain: (options.chain ?? [ca]).map(({ der }) => der),
    signedAt,
    manner,
    sign: ({ message }) =>
      Promise.resolve(tokenSign(signer, schemeOf(certificate, manner), manner.digestAlgorithm, message)),
    ...(stamped ? { timeStamp: services().timeStamp } : {}),
  })
  return bytesOf(source)
}

async function extend(
  pdf: Buffer,
  level: SignatureLevel,
  changes?: Partial<ExtendServices>,
): Promise<Buffer> {
  return bytesOf(await extendPdf(memorySource(pdf), level, services(changes)))
}

function verify(pdf: Buffer, now = new Date()): Promise<DocumentVerdict> {
  return verifyPdf(memorySource(pdf), { trust, now })
}

function pdfsig(pdf: Buffer): string {
  const path = join(dir, 'judged.pdf')
  writeFileSync(path, pdf)
  return execFileSync('pdfsig', ['-no-ocsp', '-nssdir', nss, path], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
}

/** What openssl says of each signature and time stamp of a file, over the bytes that it covers. */
async function openssl(pdf: Buffer): Promise<string[]> {
  const said: string[] = []
  for (const { byteRange, contents, isDocumentTimeStamp } of (await inspectPdf(memorySource(pdf)))
    .signatures) {
    if (byteRange === undefined) throw new Error('no range')
    const [first, firstLength, second, secondLength] = byteRange
    const covered = Buffer.concat([
      pdf.subarray(first, first + firstLength),
      pdf.subarray(second, second + secondLength),
    ])
    const data = join(dir, 'covered.bin')
    const cms = join(dir, 'signature.der')
    writeFileSync(data, covered)
    writeFileSync(cms, contents)
    const words = isDocumentTimeStamp
      ? ['ts', '-verify', '-data', data, '-in', cms, '-token_in', '-CAfile', pki.root.certificatePath]
      : ['cms', '-verify', '-binary', '-inform', 'DER', '-in', cms, '-content', data, '-purpose', 'any']
    const more = isDocumentTimeStamp ? [] : ['-CAfile', pki.root.certificatePath, '-out', '/dev/null']
    execFileSync('openssl', [...words, ...more], { stdio: 'ignore' })
    said.push(isDocumentTimeStamp ? 'time stamp' : 'signature')
  }
  return said
}

beforeAll(async () => {
  mkdirSync(nss)
  execFileSync('certutil', ['-N', '-d', `sql:${nss}`, '--empty-password'])
  execFileSync('certutil', [
    ...['-A', '-d', `sql:${nss}`, '-n', 'root', '-t', 'CT,C,C', '-i', pki.root.certificatePath],
  ])
  const page = '%!PS\n/Times-Roman findfont 20 scalefont setfont 72 700 moveto (Quyet dinh) show showpage\n'
  const path = join(dir, 'original.pdf')
  execFileSync('gs', ['-q', '-sDEVICE=pdfwrite', '-o', path, '-'], { input: page })
  original = readFileSync(path)
  for (const key of KEYS) {
    const signer = pki.issue({
      file: `signer-${key}`,
      issuer: issuing,
      subject: `/CN=Trần Thị Thử/O=${key}`,
      key,
    })
    issuingBook.enter(signer)
    signers.set(key, signer)
  }
  tsa = await serve(stamp)
  responder = await ocspResponder(pki, issuing, issuingBook.index)
}, 60_000)
afterAll(() => {
  responder.process.kill()
  tsa.server.close()
  rmSync(dir, { recursive: true })
})

function signerOf(key: KeyKind): MadeCertificate {
  const signer = signers.get(key)
  if (signer === undefined) throw new Error('no such signer')
  return signer
}

describe.each(MANNERS)('a document signed with $name', ({ key, policy }) => {
  test('is valid at every level from B-B to B-LTA, for us, pdfsig and openssl', async () => {
    const basic = await sign(signerOf(key), { policy })
    const levels = [
      { pdf: basic, kinds: ['signature'], store: false, proven: false },
      { pdf: await extend(basic, 'b-t'), kinds: ['signature', 'time stamp'], store: false, proven: true },
      { pdf: await extend(basic, 'b-lt'), kinds: ['signature', 'time stamp'], store: true, proven: true },
      {
        pdf: await extend(basic, 'b-lta'),
        kinds: ['signature', 'time stamp', 'time stamp'],
        store: true,
        proven: true,
      },
    ]
    for (const { pdf, kinds, store, proven } of levels) {
      expect(pdf.subarray(0, basic.length).equals(basic)).toBe(true)
      const verdict = await verify(pdf)
      expect(verdict.verdict).toBe('valid')
      const [signature] = verdict.signatures
      expect(signature?.provenAt !== undefined).toBe(proven)
      expect(verdict.reasons.includes('signing-time-claimed-note')).toBe(!proven)
      expect(verdict.reasons.includes('revocation-unknown-note')).toBe(!store)
      if (store) expect(signature?.revocation).toMatchObject({ status: 'good', source: 'file' })
      expect((verdict.timeStamps ?? []).map((one) => one.verdict)).toEqual(kinds.slice(1).map(() => 'valid'))
      expect(await openssl(pdf)).toEqual(kinds)
      const report = pdfsig(pdf)
      expect(report.match(/Signature Validation: Signature is Valid\./g)?.length).toBeGreaterThanOrEqual(1)
      expect(report).not.toMatch(/Signature is Invalid|Digest Mismatch/)
      execFileSync('qpdf', ['--check', join(dir, 'judged.pdf')], { stdio: 'ignore' })
    }
  })
})

describe('a time stamp in the signature itself', () => {
  test('proves the time at once, and B-LT then needs no document time stamp', async () => {
    const stamped = await sign(signerOf('rsa2048'), { stamped: true })
    const verdict = await verify(stamped)
    expect(verdict).toMatchObject({ verdict: 'valid', reasons: ['revocation-unknown-note'] })
    expect(verdict.signatures[0]?.provenAt).toBeDefined()
    expect(pdfsig(stamped)).toContain('Signature Validation: Signature is Valid.')
    expect(await openssl(stamped)).toEqual(['signature'])
    const longTerm = await extend(stamped, 'b-lt')
    expect(await openssl(longTerm)).toEqual(['signature'])
    expect(await verify(longTerm)).toMatchObject({ verdict: 'valid', reasons: [] })
  })

  test('keeps the signature valid when the certificate expires later; without it the verdict is open', async () => {
    const yearsLater = new Date(Date.now() + 3 * 365 * 86_400_000)
    const stamped = await sign(signerOf('p256'), { stamped: true })
    expect((await verify(stamped, yearsLater)).verdict).toBe('valid')
    const plain = await sign(signerOf('p256'))
    expect(await verify(plain, yearsLater)).toMatchObject({ verdict: 'undetermined' })
  })

  test('with one of its bytes changed proves nothing and is named', async () => {
    const stamped = await sign(signerOf('rsa2048'), { stamped: true })
    const [signature] = (await inspectPdf(memorySource(stamped))).signatures
    const contents = Buffer.from(signature?.contents ?? []).toString('hex')
    // TSTInfo begins with its version and the policy; the byte changed lies in the hash behind them.
    const at = contents.indexOf('06042a030401') + 80
    const bent = `${contents.slice(0, at)}${contents[at] === '0' ? '1' : '0'}${contents.slice(at + 1)}`
    const pdf = Buffer.from(stamped.toString('latin1').replace(contents, bent), 'latin1')
    const verdict = await verify(pdf)
    expect(verdict.verdict).toBe('undetermined')
    expect(verdict.reasons).toContain('time-stamp-wrong')
    expect(verdict.signatures[0]?.provenAt).toBeUndefined()
  })
})

describe('a time stamp authority that may not be believed', () => {
  test('of an unknown root is refused when stamping', async () => {
    const unknown = timeStamper(join(dir, 'tsa-unknown'), issueTimeStampAuthority(strangers, 'unknown'), [
      strangers.issuing,
    ])
    const timeStamp = (request: Uint8Array) => Promise.resolve(unknown(request))
    await expect(extend(await sign(signerOf('rsa2048')), 'b-t', { timeStamp })).rejects.toMatchObject({
      code: 'time-stamp/untrusted',
    })
  })

  test('answering an earlier question again is refused', async () => {
    const basic = await sign(signerOf('rsa2048'))
    let first: Uint8Array | undefined
    const replay = async (request: Uint8Array) => (first ??= await services().timeStamp(request))
    await extend(basic, 'b-t', { timeStamp: replay })
    await expect(extend(basic, 'b-t', { timeStamp: replay })).rejects.toMatchObject({
      code: 'time-stamp/refused',
    })
  })

  test('known to the sender only leaves the signature valid, the time unproven, and says so', async () => {
    const theirs = trustStore({ imported: [pki.root.der, strangers.root.der] })
    const foreign = timeStamper(join(dir, 'tsa-foreign'), issueTimeStampAuthority(strangers, 'foreign'), [
      strangers.issuing,
    ])
    const timeStamp = (request: Uint8Array) => Promise.resolve(foreign(request))
    const pdf = await extend(await sign(signerOf('rsa2048')), 'b-t', { timeStamp, trust: theirs })
    const verdict = await verify(pdf)
    expect(verdict.verdict).toBe('valid')
    expect(verdict.reasons).toContain('time-stamp-untrusted-note')
    expect(verdict.signatures[0]?.provenAt).toBeUndefined()
    expect(verdict.timeStamps).toMatchObject([{ verdict: 'undetermined' }])
  })
})

describe('a document time stamp', () => {
  test('over bytes that were changed is named, and the document is not valid', async () => {
    const pdf = await extend(await sign(signerOf('rsa2048')), 'b-lta')
    const at = pdf.lastIndexOf('/OCSPs')
    const bent = Buffer.from(pdf)
    bent[at + 1] = 'o'.charCodeAt(0)
    const verdict = await verify(bent)
    expect(verdict.verdict).not.toBe('valid')
    expect(verdict.reasons).toContain('time-stamp-wrong')
  })
})

describe('revocation', () => {
  const ca = pki.issuing
  let revoked: MadeCertificate
  let superseded: MadeCertificate

  beforeAll(() => {
    revoked = pki.issue({ file: 'revoked', subject: '/CN=Lê Văn Mất' })
    superseded = pki.issue({ file: 'superseded', subject: '/CN=Lê Văn Đổi' })
  })

  function evidence(...crls: readonly Uint8Array[]) {
    return { trust, now: new Date(), revocation: [{ source: 'cache' as const, ocsps: [], crls }] }
  }

  test('before the proven time makes the signature invalid, with since when and why', async () => {
    plainBook.revoke({ certificate: revoked, how: ['-crl_reason', 'keyCompromise'] })
    const stamped = await sign(revoked, { stamped: true, ca })
    const verdict = await verifyPdf(memorySource(stamped), evidence(plainBook.list()))
    expect(verdict.verdict).toBe('invalid')
    expect(verdict.reasons).toContain('certificate-revoked')
    expect(verdict.signatures[0]?.revocation).toMatchObject({ status: 'revoked', reason: 'keyCompromise' })
  })

  test('is found when the level is raised, and nothing is written', async () => {
    const basic = await sign(revoked, { ca })
    const fetchBytes = (url: string, request?: Uint8Array) => {
      if (request !== undefined) return Promise.reject(new Error('không có mạng'))
      return Promise.resolve(url.includes('root') ? rootBook.list() : plainBook.list())
    }
    await expect(extend(basic, 'b-lt', { fetchBytes })).rejects.toMatchObject({ code: 'certificate/revoked' })
  })

  test('after the proven time leaves the signature valid; with no proof of the time the verdict is open', async () => {
    const stamped = await sign(superseded, { stamped: true, ca })
    const plain = await sign(superseded, { ca, signedAt: new Date(Date.now() - 3_600_000) })
    // openssl writes whole seconds: the revocation must fall into a later one than the stamp.
    const second = Math.floor(Date.now() / 1000)
    await expect.poll(() => Math.floor(Date.now() / 1000)).toBeGreaterThan(second)
    plainBook.revoke({ certificate: superseded, how: ['-crl_reason', 'superseded'] })
    const list = plainBook.list()
    expect((await verifyPdf(memorySource(stamped), evidence(list, rootBook.list()))).verdict).toBe('valid')
    expect(await verifyPdf(memorySource(plain), evidence(list))).toMatchObject({
      verdict: 'undetermined',
      reasons: expect.arrayContaining(['certificate-revoked']) as string[],
    })
  })

  test('is not known from a list that ran out, nor from one that somebody else signed or that was changed', async () => {
    const good = pki.issue({ file: 'good', subject: '/CN=Lê Văn Tốt' })
    const pdf = memorySource(await sign(good, { ca }))
    const root = rootBook.list()
    const current = plainBook.list()
    const noteOf = async (crl: Uint8Array) =>
      (await verifyPdf(pdf, evidence(crl, root))).reasons.includes('revocation-unknown-note')
    expect(await noteOf(current)).toBe(false)
    expect(
      await noteOf(plainBook.list('-crl_lastupdate', '250101000000Z', '-crl_nextupdate', '250108000000Z')),
    ).toBe(true)
    expect(await noteOf(revocationBook(join(dir, 'stranger-book'), strangers.issuing).list())).toBe(true)
    const bent = Uint8Array.from(current)
    bent[bent.length - 5] = (bent[bent.length - 5] ?? 0) ^ 1
    expect(await noteOf(bent)).toBe(true)
  })

  test('cannot be known from a list in a critical form that is not understood', async () => {
    const good = pki.issue({ file: 'good-again', subject: '/CN=Lê Văn Tốt' })
    const pdf = memorySource(await sign(good, { ca }))
    const config = join(dir, 'plain-book', 'strange.cnf')
    const plain = readFileSync(join(dir, 'plain-book', 'ca.cnf'), 'utf8')
    writeFileSync(config, `${plain}\n1.2.3.4.5 = critical, DER:05:00\n`)
    const strange = plainBook.list('-config', config)
    const { reasons } = await verifyPdf(pdf, evidence(strange, rootBook.list()))
    expect(reasons).toContain('revocation-unknown-note')
  })

  test('a kept list that is still current spares the way to the authority, and is named as kept', async () => {
    const good = pki.issue({ file: 'good-kept', subject: '/CN=Lê Văn Giữ' })
    const basic = await sign(good, { ca })
    asked = []
    const cachedCrls = [plainBook.list(), rootBook.list()]
    const pdf = await extend(basic, 'b-lt', { cachedCrls })
    expect(asked).toEqual([])
    expect((await readSecurityStore(memorySource(pdf))).crls).toHaveLength(2)
    const verdict = await verifyPdf(memorySource(basic), evidence(...cachedCrls))
    expect(verdict.signatures[0]?.revocation).toMatchObject({ status: 'good', source: 'cache' })
  })

  test('that cannot be asked stops B-LT, and the document stands as it was', async () => {
    const fetchBytes = () => Promise.reject(new Error('không có mạng'))
    const basic = await sign(signerOf('rsa2048'))
    await expect(extend(basic, 'b-lt', { fetchBytes })).rejects.toMatchObject({
      code: 'certificate/revocation-unknown',
    })
    expect((await verify(basic)).verdict).toBe('valid')
  })
})
