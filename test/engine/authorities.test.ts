import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import type { Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { officeAuthorities, type OfficeAuthorities } from '../../src/engine/authorities.ts'
import { prepareFileSignature } from '../../src/engine/file-signature.ts'
import { memorySource, type PdfSource } from '../../src/engine/pdf/source.ts'
import { preparePdf } from '../../src/engine/sign-pdf.ts'
import { parseCertificate } from '../../src/engine/signing/certificate.ts'
import { USUAL_MANNER } from '../../src/engine/signing/manner.ts'
import { trustStore } from '../../src/engine/signing/trust.ts'
import type { Store } from '../../src/engine/store/index.ts'
import { DEFAULT_POLICY } from '../../src/shared/signature-policy.ts'
import { ocspResponder, revocationBook, serveFiles } from '../helpers/authorities.ts'
import { makePki, type MadeCertificate } from '../helpers/pki.ts'
import { tokenSign } from '../helpers/sign-content.ts'
import { handMade, PLAIN_OBJECTS } from '../pdf/samples.ts'
import { office } from '../store/office.ts'

const dir = mkdtempSync(join(tmpdir(), 'vanthu-authorities-'))
const pki = makePki(join(dir, 'pki'))
const strangers = makePki(join(dir, 'strangers'), 'không quen biết')
const trust = trustStore({ imported: [pki.root.der] })
const rootBook = revocationBook(join(dir, 'root-book'), pki.root)
const book = revocationBook(join(dir, 'book'), pki.issuing)
const now = () => Date.now()
const never = new AbortController().signal
const opened: OfficeAuthorities[] = []
let web: { host: string; asked: string[]; server: Server }
let responder: { url: string; process: ChildProcess }
let issuer: Uint8Array = pki.issuing.der

beforeAll(async () => {
  book.enter(pki.person)
  web = await serveFiles({
    '/issuing.crl': () => book.list(),
    '/root.crl': () => rootBook.list(),
    '/issuing.crt': () => issuer,
  })
  responder = await ocspResponder(pki, pki.issuing, book.index)
}, 60_000)
afterAll(async () => {
  await Promise.all(opened.map((one) => one.close()))
  responder.process.kill()
  web.server.close()
  rmSync(dir, { recursive: true })
})

/** The dealings of an office whose table of hosts leads to the authorities here, or to nobody. */
function dealings(
  store: Store,
  reach: 'authorities' | 'lists' | 'nobody',
  held: readonly MadeCertificate[] = [],
) {
  const hosts = {
    'ca.example': reach === 'nobody' ? '127.0.0.1:9' : web.host,
    'ocsp.example': reach === 'authorities' ? new URL(responder.url).host : '127.0.0.1:9',
  }
  store.settings.set('signaturePolicy', { ...DEFAULT_POLICY, hosts })
  const log: string[] = []
  const found = officeAuthorities({
    store,
    trust: () => trust,
    now,
    log: (_, text) => log.push(text),
    held: () => held.map(({ der }) => der),
  })
  opened.push(found)
  return found
}

async function signed(signer: MadeCertificate, chain: readonly MadeCertificate[]) {
  const pdf = await preparePdf({
    source: memorySource(handMade(PLAIN_OBJECTS)),
    certificate: signer.der,
    chain: chain.map(({ der }) => der),
    signedAt: new Date(),
  })
  return pdf.signed(tokenSign(signer, 'rsa-pkcs1', 'sha256', pdf.hash.message))
}

/** Judges with the authorities' answers, and says whether all of them answered. */
async function online(by: OfficeAuthorities, source: PdfSource) {
  const judges = by.judgesOnline(never)
  return { verdict: await judges.pdf(source), complete: judges.complete() }
}

test('a received document is judged again with what the authorities say', async () => {
  const store = office()
  const source = await signed(pki.person, [pki.issuing])
  const offline = dealings(store, 'nobody')
  expect(await offline.verify(source)).toMatchObject({ verdict: 'valid' })
  expect((await offline.verify(source)).reasons).toContain('revocation-unknown-note')
  expect((await online(offline, source)).complete).toBe(false)
  const { verdict, complete } = await online(dealings(store, 'authorities'), source)
  expect(complete).toBe(true)
  expect(verdict.reasons).not.toContain('revocation-unknown-note')
  expect(verdict.signatures[0]?.revocation).toMatchObject({ status: 'good', source: 'online' })
})

test('a signature in a file of its own is judged with what the authorities say', async () => {
  const store = office()
  const file = memorySource(Buffer.from('Biểu tổng hợp'))
  const { hash, signature } = await prepareFileSignature({
    source: file,
    certificate: pki.person.der,
    chain: [pki.issuing.der],
    signedAt: new Date(),
    manner: USUAL_MANNER,
  })
  const beside = signature(tokenSign(pki.person, 'rsa-pkcs1', 'sha256', hash.message))
  const offline = dealings(store, 'nobody')
  expect((await offline.judges.beside(file, beside)).reasons).toContain('revocation-unknown-note')
  const silent = offline.judgesOnline(never)
  expect((await silent.beside(file, beside)).verdict).toBe('valid')
  expect(silent.complete()).toBe(false)
  const answering = dealings(store, 'authorities').judgesOnline(never)
  const verdict = await answering.beside(file, beside)
  expect(answering.complete()).toBe(true)
  expect(verdict.signatures[0]?.revocation).toMatchObject({ status: 'good', source: 'online' })
  expect(await answering.beside(file, Buffer.from('no signature'))).toMatchObject({ verdict: 'invalid' })
})

test('a missing issuer is fetched, kept, and helps without a line; a wrong one is not kept', async () => {
  const store = office()
  const source = await signed(pki.person, [])
  const asking = dealings(store, 'authorities')
  expect((await asking.verify(source)).reasons).toContain('intermediate-missing')
  issuer = strangers.issuing.der
  expect((await online(asking, source)).verdict.reasons).toContain('intermediate-missing')
  expect(store.authorityFiles.list().filter(({ kind }) => kind === 'certificate')).toEqual([])
  issuer = pki.issuing.der
  expect((await online(asking, source)).verdict.verdict).toBe('valid')
  expect(await dealings(store, 'nobody').verify(source)).toMatchObject({ verdict: 'valid' })
})

test('an issuer that leads to no trusted root is believed by nobody and not kept, and nobody else is asked', async () => {
  const store = office()
  const foreign = strangers.issue({ file: 'foreign', subject: '/CN=Lê Văn Lạ' })
  const source = await signed(foreign, [])
  issuer = strangers.issuing.der
  web.asked.length = 0
  const { verdict } = await online(dealings(store, 'authorities'), source)
  issuer = pki.issuing.der
  expect(verdict.verdict).toBe('undetermined')
  expect(store.authorityFiles.list()).toEqual([])
  expect(web.asked).toEqual(['/issuing.crt'])
})

test('lists about the token are fetched with a line, and a judgement by them without one is named as such', async () => {
  const store = office()
  await dealings(store, 'lists', [pki.person, pki.issuing]).refresh()
  expect(
    store.authorityFiles
      .list()
      .map(({ url }) => url)
      .sort(),
  ).toEqual(['http://ca.example/issuing.crl', 'http://ca.example/root.crl'])
  const offline = dealings(store, 'nobody')
  const verdict = await offline.verify(await signed(pki.person, [pki.issuing]))
  expect(verdict.reasons).toContain('revocation-cached-note')
  expect(verdict.signatures[0]?.revocation).toMatchObject({ status: 'good', source: 'cache' })
  web.asked.length = 0
  await dealings(store, 'lists', [pki.person, pki.issuing]).refresh()
  expect(web.asked).toEqual([])
})

test('a signer that a kept list names is refused, the others are not', async () => {
  const store = office()
  const lost = pki.issue({ file: 'lost', subject: '/CN=Lê Văn Mất' })
  book.revoke({ certificate: lost, how: ['-crl_reason', 'keyCompromise'] })
  await dealings(store, 'lists', [lost, pki.issuing]).refresh()
  const offline = dealings(store, 'nobody')
  const chain = [pki.issuing.der]
  const ask = (one: MadeCertificate) => () => {
    offline.requireUnrevoked({ certificate: parseCertificate(one.der), chain })
  }
  expect(ask(lost)).toThrow(expect.objectContaining({ code: 'certificate/revoked' }))
  expect(ask(pki.agency)).not.toThrow()
})

test('a document that need not wait does not ask a silent authority twice', async () => {
  const store = office()
  const silent = dealings(store, 'nobody')
  silent.setPolicy({ ...silent.policy(), timeStampUrl: 'http://127.0.0.1:9/', ifMissed: 'send' })
  const source = await signed(pki.person, [pki.issuing])
  const raise = () => silent.extend(source, 'b-t', never)
  await expect(raise()).rejects.toMatchObject({
    code: 'authority/unreachable',
    message: expect.stringMatching(/^no answer/) as string,
  })
  await expect(raise()).rejects.toMatchObject({ message: 'it did not answer a moment ago' })
})
