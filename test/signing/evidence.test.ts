import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { parseCertificate } from '../../src/engine/signing/certificate.ts'
import { parseCms } from '../../src/engine/signing/cms.ts'
import { judgeRevocation, ocspRequest } from '../../src/engine/signing/revocation.ts'
import { judgeTimeStamp, timeStampRequest } from '../../src/engine/signing/timestamp.ts'
import { trustStore } from '../../src/engine/signing/trust.ts'
import { issueTimeStampAuthority, revocationBook, timeStamper } from '../helpers/authorities.ts'
import { makePki, type MadeCertificate } from '../helpers/pki.ts'

const dir = mkdtempSync(join(tmpdir(), 'vanthu-evidence-'))
const pki = makePki(join(dir, 'pki'))
const trust = trustStore({ imported: [pki.root.der] })
afterAll(() => {
  rmSync(dir, { recursive: true })
})

describe('a time stamp', () => {
  const hash = createHash('sha256').update('chữ ký').digest()
  const question = timeStampRequest(hash, 'sha256')
  const stamp = timeStamper(join(dir, 'tsa'), issueTimeStampAuthority(pki, 'tsa'), [pki.issuing])
  const genuine = question.token(stamp(question.request))

  function judge(token: Uint8Array, digest: Uint8Array = hash) {
    return judgeTimeStamp(token, () => digest, { trust, now: new Date() })
  }

  /** The same statement signed with another certificate, by openssl, which itself refuses to be such an authority. */
  function signedAgain(signer: MadeCertificate): Uint8Array {
    const content = join(dir, 'statement.der')
    const token = join(dir, 'token.der')
    writeFileSync(content, parseCms(genuine).content ?? Buffer.alloc(0))
    execFileSync('openssl', [
      ...['cms', '-sign', '-binary', '-nodetach', '-cades', '-md', 'sha256', '-outform', 'DER'],
      ...['-econtent_type', '1.2.840.113549.1.9.16.1.4', '-in', content, '-out', token],
      ...['-signer', signer.certificatePath, '-inkey', signer.keyPath],
      ...['-certfile', pki.issuing.certificatePath],
    ])
    return readFileSync(token)
  }

  test('by a known authority proves the time; over something else, or cut short, it is wrong', async () => {
    const judgement = await judge(genuine)
    expect(judgement.problem).toBeUndefined()
    expect(Math.abs((judgement.at?.getTime() ?? 0) - Date.now())).toBeLessThan(300_000)
    expect((await judge(genuine, createHash('sha256').update('khác').digest())).problem).toBe('wrong')
    expect((await judge(genuine.subarray(0, genuine.length - 1))).problem).toBe('wrong')
  })

  test.each([
    ['for time stamps alone is believed', ['extendedKeyUsage = critical, timeStamping'], undefined],
    ['not marked critical is not believed', ['extendedKeyUsage = timeStamping'], 'untrusted'],
    [
      'for other uses beside is not believed',
      ['extendedKeyUsage = critical, timeStamping, clientAuth'],
      'untrusted',
    ],
    ['without any such use is not believed', [], 'untrusted'],
  ] as const)('by a certificate %s', async (name, usage, problem) => {
    const file = `tsa-${createHash('sha256').update(name).digest('hex').slice(0, 8)}`
    const extensions = ['keyUsage = critical, digitalSignature', 'authorityKeyIdentifier = keyid', ...usage]
    const signer = issueTimeStampAuthority(pki, file, extensions)
    expect((await judge(signedAgain(signer))).problem).toBe(problem)
  })

  test('by an authority whose key was stolen later proves nothing; one that was merely replaced still does', async () => {
    for (const [file, reason, problem] of [
      ['tsa-stolen', 'keyCompromise', 'untrusted'],
      ['tsa-replaced', 'superseded', undefined],
    ] as const) {
      const signer = issueTimeStampAuthority(pki, file)
      const token = signedAgain(signer)
      const book = revocationBook(join(dir, file), pki.issuing)
      const { at = new Date(0) } = await judge(token)
      await expect.poll(() => Math.floor(Date.now() / 1000)).toBeGreaterThan(Math.floor(at.getTime() / 1000))
      book.revoke({ certificate: signer, how: ['-crl_reason', reason] })
      const revocation = [{ source: 'online' as const, ocsps: [], crls: [book.list()] }]
      const judgement = await judgeTimeStamp(token, () => hash, { trust, now: new Date(), revocation })
      expect(judgement.problem).toBe(problem)
    }
  })
})

describe('an OCSP response', () => {
  const book = revocationBook(join(dir, 'book'), pki.issuing)
  const issuer = parseCertificate(pki.issuing.der)
  const good = pki.issue({ file: 'good', subject: '/CN=Lê Văn Tốt' })
  const lost = pki.issue({ file: 'lost', subject: '/CN=Lê Văn Mất' })
  book.enter(good)
  book.revoke({ certificate: lost, how: ['-crl_reason', 'keyCompromise'] })
  const responder = (file: string, usage: readonly string[]) =>
    pki.issue({
      file,
      subject: '/CN=Trả lời trạng thái',
      extensions: ['authorityKeyIdentifier = keyid', ...usage],
    })

  /** One answer of openssl's responder from the book. */
  function answer(about: MadeCertificate, signer: MadeCertificate): Uint8Array {
    const [asked, answered] = [join(dir, 'request.der'), join(dir, 'response.der')]
    writeFileSync(asked, ocspRequest(parseCertificate(about.der), issuer).request)
    execFileSync(
      'openssl',
      [
        ...['ocsp', '-index', book.index, '-CA', pki.issuing.certificatePath, '-ndays', '7'],
        ...[
          '-rsigner',
          signer.certificatePath,
          '-rkey',
          signer.keyPath,
          '-reqin',
          asked,
          '-respout',
          answered,
        ],
      ],
      { stdio: 'ignore' },
    )
    return readFileSync(answered)
  }

  function judge(about: MadeCertificate, response: Uint8Array, at = new Date()) {
    const evidence = [{ source: 'online' as const, ocsps: [response], crls: [] }]
    return judgeRevocation([parseCertificate(about.der), issuer], evidence, { at, now: new Date() })
  }

  test('by the issuer, or by whom it made a responder, says good or since when and why revoked', () => {
    const delegated = responder('delegated', ['extendedKeyUsage = OCSPSigning'])
    for (const signer of [delegated, pki.issuing]) {
      expect(judge(good, answer(good, signer))).toMatchObject({ status: 'good', source: 'online' })
      expect(judge(lost, answer(lost, signer))).toMatchObject({ status: 'revoked', reason: 'keyCompromise' })
    }
  })

  test('about another certificate, one that is unknown, or from longer ago says nothing', () => {
    const response = answer(good, pki.issuing)
    expect(judge(lost, response).status).toBe('unknown')
    const stranger = pki.issue({ file: 'stranger', subject: '/CN=Lê Văn Lạ' })
    expect(judge(stranger, answer(stranger, pki.issuing)).status).toBe('unknown')
    expect(judge(good, response, new Date(Date.now() + 8 * 86_400_000)).status).toBe('unknown')
  })

  test('by a certificate that is no responder, or with a byte changed, says nothing', () => {
    expect(judge(good, answer(good, responder('no-responder', []))).status).toBe('unknown')
    const revoked = answer(lost, pki.issuing)
    expect(judge(lost, revoked).status).toBe('revoked')
    for (let index = 0; index < revoked.length; index += 23) {
      const copy = Uint8Array.from(revoked)
      copy[index] = (copy[index] ?? 0) ^ 0x01
      expect(judge(lost, copy).status).not.toBe('good')
    }
    // The bytes before the certificates are signed, but for their own headers.
    const forged = Uint8Array.from(answer(good, pki.issuing))
    forged[120] = (forged[120] ?? 0) ^ 0x01
    expect(judge(good, forged).status).toBe('unknown')
  })
})
