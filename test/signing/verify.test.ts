import { execFileSync } from 'node:child_process'
import { createHash, sign } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { CMS_OID, parseCms } from '../../src/engine/signing/cms.ts'
import {
  encode,
  encodeOid,
  encodeSetOf,
  NULL_ELEMENT,
  readElement,
  TAG,
} from '../../src/engine/signing/der.ts'
import { readAnchorTable, trustStore } from '../../src/engine/signing/trust.ts'
import { judgeDocument, unreadableDocument } from '../../src/engine/signing/verdicts.ts'
import { type PdfSignature, verifySignature } from '../../src/engine/signing/verify.ts'
import { reasonCode, type SignatureVerdict } from '../../src/shared/verdict.ts'
import { REASON_TEXT } from '../../src/shared/verdict.vi.ts'
import { END_EXTENSIONS, makePki, type MadeCertificate } from '../helpers/pki.ts'
import { asPdfSignature, signContent } from '../helpers/sign-content.ts'

const dir = mkdtempSync(join(tmpdir(), 'vanthu-verify-'))
const pki = makePki(join(dir, 'pki'))
const strangers = makePki(join(dir, 'strangers'), 'không quen biết')
const content = Buffer.from('%PDF-1.7 Quyết định của UBND xã Suối Ngọc')
const contentPath = join(dir, 'content.bin')
writeFileSync(contentPath, content)
afterAll(() => {
  rmSync(dir, { recursive: true })
})

const rootOnly = trustStore({ imported: [readFileSync(pki.root.certificatePath)] })
const YEAR_MS = 365 * 86_400_000

function judge(signature: PdfSignature, trust = rootOnly, now = new Date()): Promise<SignatureVerdict> {
  return verifySignature(signature, { trust, now })
}

function signedBy(signer: MadeCertificate, chain: readonly MadeCertificate[] = [pki.issuing]): Uint8Array {
  return signContent(content, signer, { chain })
}

/** Verdict and reasons without the two notes that every offline verdict has. */
function gist(verdict: SignatureVerdict): string {
  const reasons = verdict.reasons.filter((code) => !code.endsWith('-note'))
  return [verdict.verdict, ...reasons].join(' ')
}

function opensslCms(signer: MadeCertificate, input: string, ...options: readonly string[]): Uint8Array {
  const path = join(dir, 'theirs.der')
  execFileSync('openssl', [
    ...['cms', '-sign', '-binary', '-in', input, '-outform', 'DER', '-out', path, '-md', 'sha256'],
    ...[
      '-signer',
      signer.certificatePath,
      '-inkey',
      signer.keyPath,
      '-certfile',
      pki.issuing.certificatePath,
    ],
    ...options,
  ])
  return readFileSync(path)
}

describe('a good signature', () => {
  test('of a person is valid, names the person and notes what offline checking cannot know', async () => {
    const verdict = await judge(asPdfSignature(content, signedBy(pki.person)))
    expect(verdict).toMatchObject({
      verdict: 'valid',
      reasons: ['revocation-unknown-note', 'signing-time-claimed-note'],
      coversWholeDocument: true,
      signer: {
        name: 'Nguyễn Văn Mẫu',
        title: 'Phó Chủ tịch',
        organization: 'UBND xã Suối Ngọc',
        kind: 'person',
        certificateSha256: pki.person.sha256,
      },
    })
  })

  test('of an agency is valid and names the agency as such', async () => {
    const verdict = await judge(asPdfSignature(content, signedBy(pki.agency)))
    expect(verdict).toMatchObject({ verdict: 'valid', signer: { name: 'UBND xã Suối Ngọc', kind: 'agency' } })
  })

  test.each([
    ['rsa4096', 'rsa-pkcs1', 'sha512'],
    ['rsa3072', 'rsa-pss', 'sha256'],
    ['p256', 'ecdsa', 'sha256'],
    ['p384', 'ecdsa', 'sha384'],
  ] as const)('made with %s %s %s is valid', async (key, algorithm, digest) => {
    const signer = pki.issue({ file: `good-${key}`, subject: '/CN=Trần Thị Thử', key })
    const cms = signContent(content, signer, { chain: [pki.issuing], algorithm, digest })
    expect(gist(await judge(asPdfSignature(content, cms)))).toBe('valid')
  })

  test('with the leaf certificate alone is valid when the office has the intermediate', async () => {
    const leafOnly = asPdfSignature(content, signedBy(pki.person, []))
    const both = trustStore({ imported: [pki.root.der, pki.issuing.der] })
    expect(gist(await judge(leafOnly, both))).toBe('valid')
    expect(gist(await judge(leafOnly))).toBe('undetermined root-unknown intermediate-missing')
  })

  test('issued with RSASSA-PSS by the authority is valid', async () => {
    const signer = pki.issue({ file: 'pss-issued', subject: '/CN=Trần Thị Thử', pss: true })
    expect(gist(await judge(asPdfSignature(content, signedBy(signer))))).toBe('valid')
  })
})

describe('an altered document', () => {
  test('one byte changed in the covered range is found', async () => {
    const altered = Buffer.from(content)
    altered[12] = (altered[12] ?? 0) ^ 1
    expect(gist(await judge(asPdfSignature(altered, signedBy(pki.person))))).toBe('invalid content-altered')
  })

  test('a signature value that does not fit is found', async () => {
    const cms = Buffer.from(signedBy(pki.person))
    cms[cms.length - 1] = (cms.at(-1) ?? 0) ^ 1
    expect(gist(await judge(asPdfSignature(content, cms)))).toBe('invalid signature-value-wrong')
  })

  test('a change added after signing is invalid; an allowed one, such as a further signature, is not', async () => {
    const cms = signedBy(pki.person)
    const after = (allowed: boolean): Partial<PdfSignature> => ({
      coversWholeDocument: false,
      changesAfter: [{ allowed: true }, { allowed }],
    })
    expect(gist(await judge(asPdfSignature(content, cms, after(false))))).toBe(
      'invalid changed-after-signing',
    )
    expect(gist(await judge(asPdfSignature(content, cms, after(true))))).toBe('valid')
    const certified = { ...after(false), docMdp: 2 as const }
    expect(gist(await judge(asPdfSignature(content, cms, certified)))).toBe(
      'invalid changed-after-signing certification-broken',
    )
  })

  test('bytes added that change nothing are noted only', async () => {
    const verdict = await judge(asPdfSignature(content, signedBy(pki.person), { coversWholeDocument: false }))
    expect(verdict.verdict).toBe('valid')
    expect(verdict.reasons).toContain('bytes-added-note')
  })

  test('a covered range with holes is invalid, whatever the hash says, and the signer is still named', async () => {
    const verdict = await judge(asPdfSignature(content, signedBy(pki.person), { rangeIsSound: false }))
    expect(gist(verdict)).toBe('invalid covered-range-wrong')
    expect(verdict.signer?.name).toBe('Nguyễn Văn Mẫu')
  })
})

describe('time', () => {
  const expired = pki.issue({
    file: 'expired',
    subject: '/CN=Lê Văn Cũ',
    notBefore: new Date('2020-01-01T00:00:00Z'),
    notAfter: new Date('2022-01-01T00:00:00Z'),
  })
  const cms = signedBy(expired)

  test('a certificate that expired since leaves the verdict open, because nothing proves when it was signed', async () => {
    const inTime = asPdfSignature(content, cms, { signedAt: new Date('2021-06-01T00:00:00Z') })
    expect(gist(await judge(inTime))).toBe('undetermined certificate-expired')
    expect(gist(await judge(asPdfSignature(content, cms, { signedAt: undefined })))).toBe(
      'undetermined certificate-expired',
    )
  })

  test('a signature claimed after the certificate expired, or before it began, is invalid', async () => {
    expect(gist(await judge(asPdfSignature(content, cms)))).toBe('invalid certificate-expired')
    const early = asPdfSignature(content, cms, { signedAt: new Date('2019-06-01T00:00:00Z') })
    expect(gist(await judge(early))).toBe('invalid certificate-expired certificate-not-yet-valid')
  })

  test('a proven time within the validity makes it valid again', async () => {
    const provenAt = new Date('2021-06-01T00:00:00Z')
    const context = { trust: rootOnly, now: new Date(), provenAt }
    const verdict = await verifySignature(asPdfSignature(content, cms), context)
    expect(gist(verdict)).toBe('valid')
    expect(verdict.reasons).not.toContain('signing-time-claimed-note')
    const late = { ...context, provenAt: new Date('2022-06-01T00:00:00Z') }
    expect(gist(await verifySignature(asPdfSignature(content, cms), late))).toBe(
      'invalid certificate-expired',
    )
  })

  test('a claimed time that is no time is left out', async () => {
    const verdict = await judge(asPdfSignature(content, signedBy(pki.person), { signedAt: new Date(NaN) }))
    expect(verdict.signedAt).toBeUndefined()
    expect(gist(verdict)).toBe('valid')
  })

  test('a certificate that begins in the future is invalid', async () => {
    const future = pki.issue({
      file: 'future',
      subject: '/CN=Lê Văn Mới',
      notBefore: new Date(Date.now() + YEAR_MS),
      notAfter: new Date(Date.now() + 2 * YEAR_MS),
    })
    expect(gist(await judge(asPdfSignature(content, signedBy(future))))).toBe(
      'invalid certificate-not-yet-valid',
    )
  })

  test('a claim some hours off, as tools that mistake local time for UTC write it, is not held against it', async () => {
    const fresh = pki.issue({
      file: 'fresh',
      subject: '/CN=Lê Văn Sớm',
      notBefore: new Date(Date.now() - 3_600_000),
    })
    const early = asPdfSignature(content, signedBy(fresh), { signedAt: new Date(Date.now() - 8 * 3_600_000) })
    expect(gist(await judge(early))).toBe('valid')
  })
})

describe('who signed', () => {
  test('an unknown root leaves the verdict open', async () => {
    const cms = signContent(content, strangers.person, { chain: [strangers.issuing, strangers.root] })
    expect(gist(await judge(asPdfSignature(content, cms)))).toBe('undetermined root-unknown')
    const leafOnly = signContent(content, strangers.person)
    expect((await judge(asPdfSignature(content, leafOnly))).reasons).toContain('root-unknown')
  })

  test('a self-made certificate is of an unknown root', async () => {
    const self = pki.issue({ file: 'self', subject: '/CN=Tự Cấp', issuer: 'self' })
    expect(gist(await judge(asPdfSignature(content, signedBy(self, []))))).toBe('undetermined root-unknown')
  })

  test('a certificate that only pretends to come from our authority is invalid', async () => {
    const impostor = strangers.issue({
      file: 'impostor',
      subject: '/C=VN/O=Cơ quan chứng thực thử nghiệm/CN=Chứng thực cơ quan nhà nước thử nghiệm Suối Ngọc',
      issuer: 'self',
      extensions: ['basicConstraints = critical, CA:TRUE', 'keyUsage = critical, keyCertSign'],
    })
    const forged = strangers.issue({
      file: 'forged',
      subject: '/O=UBND xã Suối Ngọc/title=Chủ tịch/CN=Kẻ Giả Danh',
      issuer: impostor,
      extensions: [
        ...END_EXTENSIONS.filter((line) => !line.startsWith('authorityKey')),
        'authorityKeyIdentifier = none',
      ],
    })
    expect(gist(await judge(asPdfSignature(content, signedBy(forged))))).toBe('invalid chain-broken')
    // With the impostor's own certificate along, the chain merely ends nowhere.
    expect(gist(await judge(asPdfSignature(content, signedBy(forged, [impostor]))))).toBe(
      'undetermined root-unknown',
    )
  })

  test('a certificate for encryption only is not for signing', async () => {
    const encryption = pki.issue({
      file: 'encryption',
      subject: '/CN=Chỉ Mã Hóa',
      extensions: ['basicConstraints = CA:FALSE', 'keyUsage = critical, keyEncipherment'],
    })
    expect(gist(await judge(asPdfSignature(content, signedBy(encryption))))).toBe(
      'invalid certificate-not-for-signing',
    )
  })

  test('weak keys and weak hashes leave the verdict open', async () => {
    const short = pki.issue({ file: 'short', subject: '/CN=Khóa Ngắn', key: 'rsa1024' })
    expect(gist(await judge(asPdfSignature(content, signedBy(short))))).toBe('undetermined algorithm-weak')
    const oldLink = pki.issue({ file: 'sha1-link', subject: '/CN=Cấp Bằng SHA1', digest: 'sha1' })
    expect(gist(await judge(asPdfSignature(content, signedBy(oldLink))))).toBe('undetermined algorithm-weak')
    const oldHash = opensslCms(pki.person, contentPath, '-cades', '-md', 'sha1')
    expect(gist(await judge(asPdfSignature(content, oldHash)))).toBe('undetermined algorithm-weak')
  })
})

describe('trust anchors known by fingerprint', () => {
  const table = (seenIn: number, role = 'government-root') =>
    readAnchorTable({
      anchors: [
        {
          sha256: pki.root.sha256,
          name: 'Gốc thử nghiệm',
          role,
          root: true,
          notBefore: '2020-01-01T00:00:00Z',
          notAfter: '2040-01-01T00:00:00Z',
          seenIn,
        },
      ],
    })
  const withRoot = asPdfSignature(content, signedBy(pki.person, [pki.issuing, pki.root]))

  test('count only when a certificate with that fingerprint turns up', async () => {
    const trust = trustStore({ anchors: table(2) })
    expect(gist(await judge(withRoot, trust))).toBe('valid')
    const withoutRoot = asPdfSignature(content, signedBy(pki.person))
    expect(gist(await judge(withoutRoot, trust))).toBe('undetermined root-unknown intermediate-missing')
    const onMachine = trustStore({ anchors: table(2), found: [pki.root.der, Buffer.from('hỏng')] })
    expect(gist(await judge(withoutRoot, onMachine))).toBe('valid')
  })

  test('seen in one place only, count after an administrator confirmed them', async () => {
    expect(gist(await judge(withRoot, trustStore({ anchors: table(1) })))).toBe('undetermined root-unknown')
    const confirmed = trustStore({ anchors: table(1), confirmed: new Set([pki.root.sha256]) })
    expect(gist(await judge(withRoot, confirmed))).toBe('valid')
  })

  test('of the time-stamping service do not vouch for who signed', async () => {
    const trust = trustStore({ anchors: table(4, 'time-stamp-root') })
    expect(gist(await judge(withRoot, trust))).toBe('undetermined root-unknown')
  })

  test('the machine’s other roots are not trusted', async () => {
    expect(gist(await judge(withRoot, trustStore({ found: [pki.root.der] })))).toBe(
      'undetermined root-unknown',
    )
  })

  test('the table that ships parses, with the roots of government and public services', () => {
    const path = new URL('../../resources/trust/anchors.json', import.meta.url)
    const rows = readAnchorTable(JSON.parse(readFileSync(path, 'utf8')))
    expect(rows.filter((row) => row.role === 'government-root')).toHaveLength(2)
    expect(new Set(rows.map((row) => row.sha256)).size).toBe(rows.length)
  })
})

/** Puts a CMS together by hand, to leave out or bend what our own builder never would. */
function assemble(options: {
  signer?: MadeCertificate
  presented?: MadeCertificate
  attributes?: (good: readonly Uint8Array[]) => readonly Uint8Array[]
  encapsulated?: Uint8Array
  signerTwice?: boolean
}): Uint8Array {
  const signer = options.signer ?? pki.person
  const presented = options.presented ?? signer
  const signed = parseCms(signedBy(signer)).signers[0]
  if (signed?.signedBytes === undefined) throw new Error('no signed attributes')
  const good = readElement(signed.signedBytes).children.map((child) => child.bytes)
  const attributes = options.attributes?.(good) ?? good
  const value = sign('sha256', encodeSetOf(attributes), signer.privateKey)
  const certificate = readElement(presented.der).children[0]?.children ?? []
  const sha256 = encode(TAG.sequence, encodeOid('2.16.840.1.101.3.4.2.1'))
  const one = encode(TAG.integer, Uint8Array.of(1))
  const signerInfo = encode(
    TAG.sequence,
    one,
    encode(TAG.sequence, certificate[3]?.bytes ?? one, certificate[1]?.bytes ?? one),
    sha256,
    encodeSetOf(attributes, 0xa0),
    encode(TAG.sequence, encodeOid('1.2.840.113549.1.1.11'), NULL_ELEMENT),
    encode(TAG.octetString, value),
  )
  const eContent =
    options.encapsulated === undefined ? [] : [encode(0xa0, encode(TAG.octetString, options.encapsulated))]
  const signedData = encode(
    TAG.sequence,
    one,
    encode(TAG.set, sha256),
    encode(TAG.sequence, encodeOid(CMS_OID.data), ...eContent),
    encodeSetOf([presented.der, pki.issuing.der], 0xa0),
    encode(TAG.set, ...(options.signerTwice === true ? [signerInfo, signerInfo] : [signerInfo])),
  )
  return encode(TAG.sequence, encodeOid(CMS_OID.signedData), encode(0xa0, signedData))
}

const attributeOf = (type: string, ...values: readonly Uint8Array[]): Uint8Array =>
  encode(TAG.sequence, encodeOid(type), encode(TAG.set, ...values))
const without =
  (type: string) =>
  (good: readonly Uint8Array[]): Uint8Array[] =>
    good.filter((attribute) => !Buffer.from(attribute).includes(Buffer.from(encodeOid(type))))

describe('attributes of the signature', () => {
  const judged = async (options: Parameters<typeof assemble>[0]): Promise<string> =>
    gist(await judge(asPdfSignature(content, assemble(options))))

  test('put together by hand and left as they are, are good', async () => {
    expect(await judged({})).toBe('valid')
  })

  test.each(['contentType', 'messageDigest', 'signingCertificateV2'] as const)(
    'without %s are wrong',
    async (name) => {
      expect(await judged({ attributes: without(CMS_OID[name]) })).toBe('invalid signed-attributes-wrong')
    },
  )

  test('with another content type are wrong', async () => {
    const other = attributeOf(CMS_OID.contentType, encodeOid(CMS_OID.signedData))
    expect(await judged({ attributes: (good) => [...without(CMS_OID.contentType)(good), other] })).toBe(
      'invalid signed-attributes-wrong',
    )
  })

  test('with two message digests, one of them right, are wrong', async () => {
    const digest = encode(TAG.octetString, createHash('sha256').update(content).digest())
    const other = encode(TAG.octetString, new Uint8Array(32))
    const both = attributeOf(CMS_OID.messageDigest, digest, other)
    const twice = attributeOf(CMS_OID.messageDigest, other)
    const base = without(CMS_OID.messageDigest)
    expect(await judged({ attributes: (good) => [...base(good), both] })).toBe(
      'invalid signed-attributes-wrong',
    )
    expect(await judged({ attributes: (good) => [...good, twice] })).toBe('invalid signed-attributes-wrong')
  })

  test('that protect another algorithm are wrong', async () => {
    const sha512 = encode(TAG.sequence, encodeOid('2.16.840.1.101.3.4.2.3'))
    const rsa = encode(0xa1, encodeOid('1.2.840.113549.1.1.11'), NULL_ELEMENT)
    const other = attributeOf(CMS_OID.algorithmProtection, encode(TAG.sequence, sha512, rsa))
    expect(
      await judged({ attributes: (good) => [...without(CMS_OID.algorithmProtection)(good), other] }),
    ).toBe('invalid signed-attributes-wrong')
  })

  test('that name another certificate of the same key are a mismatch', async () => {
    const renewed = pki.issue({
      file: 'renewed',
      subject: '/C=VN/O=UBND xã Suối Ngọc/title=Chủ tịch/CN=Nguyễn Văn Mẫu',
      reuseKeyOf: pki.person,
    })
    expect(await judged({ presented: renewed })).toBe('invalid signing-certificate-mismatch')
  })

  test('of two signers, or with a content of their own, are not read as a PDF signature', async () => {
    expect(await judged({ signerTwice: true })).toBe('invalid signature-unreadable')
    expect(await judged({ encapsulated: content })).toBe('invalid signature-unreadable')
  })
})

describe('older forms still met in the field', () => {
  const detached = { subFilter: 'adbe.pkcs7.detached' }

  test('adbe.pkcs7.detached is judged, with and without signed attributes', async () => {
    const plain = opensslCms(pki.person, contentPath)
    expect(gist(await judge(asPdfSignature(content, plain, detached)))).toBe('valid')
    const bare = opensslCms(pki.person, contentPath, '-noattr')
    expect(gist(await judge(asPdfSignature(content, bare, detached)))).toBe('valid')
    const altered = Buffer.concat([content, Buffer.from('!')])
    expect(gist(await judge(asPdfSignature(altered, plain, detached)))).toBe('invalid content-altered')
    expect(gist(await judge(asPdfSignature(altered, bare, detached)))).toBe('invalid content-altered')
  })

  test('a signature identified by its subject key identifier is judged', async () => {
    const cms = opensslCms(pki.person, contentPath, '-keyid', '-cades')
    expect(gist(await judge(asPdfSignature(content, cms)))).toBe('valid')
  })

  test('adbe.pkcs7.detached does not pass as PAdES when it lacks the signing certificate', async () => {
    expect(gist(await judge(asPdfSignature(content, opensslCms(pki.person, contentPath))))).toBe(
      'invalid signed-attributes-wrong',
    )
    expect(gist(await judge(asPdfSignature(content, opensslCms(pki.person, contentPath, '-noattr'))))).toBe(
      'invalid signed-attributes-wrong',
    )
  })

  test('adbe.pkcs7.sha1 is read, and left open because of SHA-1', async () => {
    const hashPath = join(dir, 'sha1.bin')
    writeFileSync(hashPath, createHash('sha1').update(content).digest())
    const cms = opensslCms(pki.person, hashPath, '-nodetach')
    const facts = { subFilter: 'adbe.pkcs7.sha1' }
    expect(gist(await judge(asPdfSignature(content, cms, facts)))).toBe('undetermined algorithm-weak')
    expect(gist(await judge(asPdfSignature(Buffer.from('khác'), cms, facts)))).toBe(
      'invalid content-altered algorithm-weak',
    )
  })

  test('adbe.x509.rsa_sha1 is read, and left open because of SHA-1', async () => {
    const value = encode(TAG.octetString, sign('sha1', content, pki.person.privateKey))
    const facts = {
      subFilter: 'adbe.x509.rsa_sha1',
      dictionaryCertificates: [pki.person.der, pki.issuing.der],
    }
    const verdict = await judge(asPdfSignature(content, value, facts))
    expect(gist(verdict)).toBe('undetermined algorithm-weak')
    expect(verdict.signer?.name).toBe('Nguyễn Văn Mẫu')
    expect(gist(await judge(asPdfSignature(Buffer.from('khác'), value, facts)))).toBe(
      'invalid content-altered algorithm-weak',
    )
  })

  test('a form nobody knows is left open', async () => {
    const verdict = await judge(asPdfSignature(content, signedBy(pki.person), { subFilter: 'x.unknown' }))
    expect(gist(verdict)).toBe('undetermined algorithm-unsupported')
  })
})

describe('hostile bytes', () => {
  const good = signedBy(pki.person)
  const words = async (contents: Uint8Array, subFilter = 'ETSI.CAdES.detached'): Promise<string> =>
    (await judge(asPdfSignature(content, contents, { subFilter }))).verdict

  test('no changed byte of a signature leaves it valid, and none breaks the program', async () => {
    const change = fc.tuple(fc.nat({ max: good.length - 1 }), fc.integer({ min: 1, max: 255 }))
    await fc.assert(
      fc.asyncProperty(change, async ([index, mask]) => {
        const bent = Buffer.from(good)
        bent[index] = (bent[index] ?? 0) ^ mask
        expect(await words(bent)).not.toBe('valid')
      }),
      { numRuns: 1000, verbose: fc.VerbosityLevel.Verbose },
    )
  })

  test('the issuer’s name beside the signature, written in other letters, does not leave it valid', async () => {
    const bent = Buffer.from(good)
    // The last place of the issuer's name is outside the certificates and outside the signed attributes' hash.
    const at = bent.lastIndexOf(
      Buffer.from('thử nghiệm Suối Ngọc'),
      bent.indexOf(Buffer.from(encodeOid(CMS_OID.messageDigest))),
    )
    bent[at] = 'T'.charCodeAt(0)
    expect(parseCms(bent).certificates).toHaveLength(2)
    expect(await words(bent)).toBe('undetermined')
  })

  test('no cut, doubled or random bytes are valid, and none break the program', async () => {
    const cut = fc.nat({ max: good.length - 1 }).map((length) => good.subarray(0, length))
    const noise = fc.uint8Array({ maxLength: 400 })
    const spliced = fc
      .tuple(fc.nat({ max: good.length }), fc.nat({ max: good.length }))
      .map(([from, to]) => Buffer.concat([good.subarray(0, from), good.subarray(to)]))
      .filter((bytes) => bytes.length !== good.length)
    const forms = fc.constantFrom(
      'ETSI.CAdES.detached',
      'adbe.pkcs7.detached',
      'adbe.pkcs7.sha1',
      'adbe.x509.rsa_sha1',
    )
    await fc.assert(
      fc.asyncProperty(fc.oneof(cut, noise, spliced), forms, async (bytes, form) => {
        expect(await words(bytes, form)).not.toBe('valid')
      }),
      { numRuns: 500, verbose: fc.VerbosityLevel.Verbose },
    )
  })
})

describe('the verdict on a document', () => {
  test('without signatures stays open, and says that it is unsigned', () => {
    expect(judgeDocument([])).toEqual({ verdict: 'undetermined', reasons: ['unsigned'], signatures: [] })
  })

  test('is that of its worst signature, with the heaviest reason first', async () => {
    const good = await judge(asPdfSignature(content, signedBy(pki.person)))
    const open = await judge(asPdfSignature(content, signContent(content, strangers.person)))
    const bad = await judge(asPdfSignature(Buffer.from('khác'), signedBy(pki.agency)))
    expect(judgeDocument([good]).verdict).toBe('valid')
    expect(judgeDocument([good, open]).verdict).toBe('undetermined')
    const worst = judgeDocument([good, open, bad])
    expect(worst.verdict).toBe('invalid')
    expect(worst.reasons.slice(0, 2)).toEqual(['content-altered', 'root-unknown'])
  })

  test('that cannot be read is invalid', () => {
    expect(unreadableDocument()).toMatchObject({ verdict: 'invalid', reasons: ['document-unreadable'] })
  })

  test('has a Vietnamese sentence for every reason, without codes or English words', () => {
    for (const code of reasonCode.options) {
      const { title, hint } = REASON_TEXT[code]
      expect(`${title} ${hint}`).not.toMatch(/\b(the|signature|certificate|hash|error|root)\b/i)
      expect(title).not.toMatch(/[.!]$/)
      expect(hint).toMatch(/\.$/)
    }
  })
})
