import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import {
  holderKind,
  parseCertificate,
  parseCertificateFile,
  readName,
  whyUnusable,
} from '../../src/engine/signing/certificate.ts'
import { encode, encodeOid, readElement, TAG } from '../../src/engine/signing/der.ts'
import { AppError } from '../../src/shared/errors.ts'
import { caExtensions, makePki } from '../helpers/pki.ts'

const dir = mkdtempSync(join(tmpdir(), 'vanthu-certificate-'))
const pki = makePki(dir)
afterAll(() => {
  rmSync(dir, { recursive: true })
})

describe('a certificate', () => {
  test('is read: owner, issuer, dates, key, usage, addresses', () => {
    const person = parseCertificate(pki.person.der)
    expect(person).toMatchObject({
      sha256: pki.person.sha256,
      version: 3,
      subject: {
        commonName: 'Nguyễn Văn Mẫu',
        organization: 'UBND xã Suối Ngọc',
        title: 'Phó Chủ tịch',
        text: 'title=Phó Chủ tịch, CN=Nguyễn Văn Mẫu, O=UBND xã Suối Ngọc, L=Thanh Vân, C=VN',
      },
      issuer: { commonName: 'Chứng thực cơ quan nhà nước thử nghiệm Suối Ngọc' },
      publicKey: { kind: 'rsa', bits: 2048 },
      certificationAuthority: false,
      emails: ['vanthu@suoingoc.example'],
      ocspUrls: ['http://ocsp.example/'],
      issuerUrls: ['http://ca.example/issuing.crt'],
      crlUrls: ['http://ca.example/issuing.crl'],
      policies: ['2.16.704.1.1.1.1.1'],
      unknownCritical: [],
    })
    expect([...(person.keyUsage ?? [])]).toEqual([
      'digitalSignature',
      'nonRepudiation',
      'keyEncipherment',
      'dataEncipherment',
    ])
    expect(person.extendedKeyUsage).toHaveLength(2)
    const issuing = parseCertificate(pki.issuing.der)
    expect(issuing).toMatchObject({ certificationAuthority: true, pathLength: 0 })
    expect(person.authorityKeyId).toEqual(issuing.subjectKeyId)
    expect(person.issuer.folded).toBe(issuing.subject.folded)
  })

  test.each([
    ['rsa3072', 'rsa', 3072],
    ['p256', 'ec', 256],
    ['p384', 'ec', 384],
  ] as const)('with a key %s has its kind and size read', (key, kind, bits) => {
    const made = pki.issue({ file: `read-${key}`, subject: '/CN=Khóa', key })
    expect(parseCertificate(made.der).publicKey).toMatchObject({ kind, bits })
  })

  test('file may be DER, one PEM or many PEMs', () => {
    const many = Buffer.concat([
      readFileSync(pki.root.certificatePath),
      readFileSync(pki.issuing.certificatePath),
    ])
    const prints = (bytes: Uint8Array): string[] =>
      parseCertificateFile(bytes).map((certificate) => certificate.sha256)
    expect(prints(pki.root.der)).toEqual([pki.root.sha256])
    expect(prints(readFileSync(pki.root.certificatePath))).toEqual([pki.root.sha256])
    expect(prints(many)).toEqual([pki.root.sha256, pki.issuing.sha256])
    expect(() => parseCertificateFile(Buffer.from('không phải chứng thư số'))).toThrow(
      expect.objectContaining({ code: 'certificate/unreadable' }),
    )
  })

  test('with any byte changed is read or refused, and nothing else happens', () => {
    const change = fc.tuple(fc.nat({ max: pki.person.der.length - 1 }), fc.integer({ min: 1, max: 255 }))
    fc.assert(
      fc.property(change, ([index, mask]) => {
        const bent = Buffer.from(pki.person.der)
        bent[index] = (bent[index] ?? 0) ^ mask
        try {
          expect(parseCertificate(bent).sha256).not.toBe(pki.person.sha256)
        } catch (caught) {
          if (!(caught instanceof AppError)) throw caught
          expect(caught.code).toBe('certificate/unreadable')
        }
      }),
      { numRuns: 1000 },
    )
  })
})

describe('before a PIN is asked for', () => {
  const at = new Date()

  test('a valid certificate of a person or an agency may sign', () => {
    expect(whyUnusable(parseCertificate(pki.person.der), at)).toBeUndefined()
    expect(whyUnusable(parseCertificate(pki.agency.der), at)).toBeUndefined()
  })

  test('an expired, a future, an encryption-only, a CA and a short-key certificate are refused by name', () => {
    const person = parseCertificate(pki.person.der)
    expect(whyUnusable(person, new Date('2040-01-01'))).toBe('expired')
    expect(whyUnusable(person, new Date('2000-01-01'))).toBe('not-yet-valid')
    const encryption = pki.issue({
      file: 'enc',
      subject: '/CN=Mã',
      extensions: ['keyUsage = keyEncipherment'],
    })
    expect(whyUnusable(parseCertificate(encryption.der), at)).toBe('not-for-signing')
    expect(whyUnusable(parseCertificate(pki.issuing.der), at)).toBe('not-for-signing')
    const signingCa = pki.issue({
      file: 'signing-ca',
      subject: '/CN=CA',
      extensions: [
        ...caExtensions().filter((line) => !line.startsWith('keyUsage')),
        'keyUsage = digitalSignature',
      ],
    })
    expect(whyUnusable(parseCertificate(signingCa.der), at)).toBe('not-for-signing')
    const short = pki.issue({ file: 'short', subject: '/CN=Ngắn', key: 'rsa1024' })
    expect(whyUnusable(parseCertificate(short.der), at)).toBe('weak-key')
  })
})

describe('whom a certificate speaks for', () => {
  const named = (commonName: string, organization?: string, title?: string) =>
    holderKind({ ...parseCertificate(pki.person.der).subject, commonName, organization, title })

  test.each([
    'UBND xã Suối Ngọc',
    'Ủy ban nhân dân phường Thanh Vân',
    'Uỷ ban nhân dân xã Đá Bạc',
    'ỦY BAN NHÂN DÂN XÃ SUỐI NGỌC',
    'Sở Nội vụ tỉnh Thanh Vân',
    'Văn phòng Ủy ban nhân dân xã',
    'Ban Quản lý dự án huyện',
    'Đảng ủy xã Suối Ngọc',
    'Uy ban nhan dan xa Suoi Ngoc',
    'Trung tâm Phục vụ hành chính công xã Suối Ngọc',
  ])('%s is an agency', (name) => {
    expect(named(name, 'UBND tỉnh Thanh Vân')).toBe('agency')
  })

  test.each([
    'Nguyễn Văn Mẫu',
    'Đoàn Văn Hậu',
    'Văn Thị Lan',
    'Ban Thị Mai',
    'Bồ Xuân Hai',
    'Tôn Nữ Thị Ninh',
  ])('%s is a person', (name) => {
    expect(named(name, 'UBND xã Suối Ngọc')).toBe('person')
  })

  test('a title makes a person; the name of the organisation itself an agency; a bare word is unknown', () => {
    expect(named('nguyen van mau', 'UBND xã', 'Chủ tịch')).toBe('person')
    expect(named('Khu bảo tồn Suối Ngọc', 'Khu bảo tồn Suối Ngọc')).toBe('agency')
    expect(named('token01')).toBe('unknown')
  })
})

describe('a name', () => {
  const nameOf = (tag: number, value: Buffer) => {
    const attribute = encode(TAG.sequence, encodeOid('2.5.4.3'), encode(tag, value))
    return readName(readElement(encode(TAG.sequence, encode(TAG.set, attribute))))
  }

  test('is the same name in other letters, spaces and string kinds', () => {
    const utf8 = nameOf(TAG.utf8String, Buffer.from('UBND  xã Suối Ngọc'))
    const bmp = nameOf(TAG.bmpString, Buffer.from('ubnd xã suối ngọc', 'utf16le').swap16())
    expect(bmp.folded).toBe(utf8.folded)
    expect(bmp.commonName).toBe('ubnd xã suối ngọc')
    expect(nameOf(TAG.utf8String, Buffer.from('UBND xã Suối')).folded).not.toBe(utf8.folded)
  })

  test('cannot turn the writing direction or break the line when shown', () => {
    const shown = nameOf(TAG.utf8String, Buffer.from('Chủ tịch\u202egnod aiG\n')).commonName ?? ''
    expect(shown).not.toMatch(/[\u202e\n]/)
  })

  test('is shown up to a length a screen can bear', () => {
    expect(nameOf(TAG.utf8String, Buffer.alloc(5000, 'a')).commonName?.length).toBeLessThanOrEqual(300)
  })
})
