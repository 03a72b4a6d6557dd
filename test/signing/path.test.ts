import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { parseCertificate } from '../../src/engine/signing/certificate.ts'
import { findPath } from '../../src/engine/signing/path.ts'
import { trustStore } from '../../src/engine/signing/trust.ts'
import {
  caExtensions,
  END_EXTENSIONS,
  type IssueOptions,
  makePki,
  type MadeCertificate,
} from '../helpers/pki.ts'

const dir = mkdtempSync(join(tmpdir(), 'vanthu-path-'))
const pki = makePki(join(dir, 'pki'))
const trust = trustStore({ imported: [pki.root.der] })
let counter = 0
afterAll(() => {
  rmSync(dir, { recursive: true })
})

function make(options: Omit<IssueOptions, 'file'>): MadeCertificate {
  return pki.issue({ file: `path-${String(counter++)}`, ...options })
}

function authority(
  name: string,
  extensions: readonly string[],
  issuer: MadeCertificate = pki.root,
): MadeCertificate {
  return make({ subject: `/C=VN/O=Thử nghiệm/CN=${name}`, extensions, issuer })
}

/** Our findings, after openssl said whether it accepts the same chain; the two must agree. */
function findings(leaf: MadeCertificate, others: readonly MadeCertificate[]): string[] {
  const untrusted = join(dir, 'untrusted.pem')
  writeFileSync(untrusted, others.map((entry) => entry.certificatePem).join(''))
  let accepted = true
  try {
    execFileSync(
      'openssl',
      // -x509_strict is left out: it asks for more than RFC 5280 validation does.
      ['verify', '-CAfile', pki.root.certificatePath, '-untrusted', untrusted, leaf.certificatePath],
      { stdio: 'ignore' },
    )
  } catch {
    accepted = false
  }
  const path = findPath(
    parseCertificate(leaf.der),
    others.map((entry) => parseCertificate(entry.der)),
    trust,
    new Date(),
  )
  expect(path.findings.size === 0).toBe(accepted)
  return [...path.findings]
}

describe('a chain of certificates', () => {
  test('from leaf over intermediates to the root holds, in whatever order they came', () => {
    const middle = authority('Trung gian', caExtensions(1))
    const lower = authority('Dưới', caExtensions(0), middle)
    const leaf = make({ subject: '/CN=Người Ký', issuer: lower })
    expect(findings(leaf, [lower, middle])).toEqual([])
    expect(findings(leaf, [pki.agency, middle, pki.root, lower])).toEqual([])
  })

  test('is broken by an issuer that is no authority', () => {
    const leaf = make({ subject: '/CN=Người Ký', issuer: pki.agency })
    expect(findings(leaf, [pki.agency, pki.issuing])).toEqual(['chain-broken'])
  })

  test('is broken by an authority whose key may not certify', () => {
    const weakened = authority('Không được cấp', [
      'basicConstraints = critical, CA:TRUE',
      'keyUsage = critical, cRLSign',
    ])
    const leaf = make({ subject: '/CN=Người Ký', issuer: weakened })
    expect(findings(leaf, [weakened])).toEqual(['chain-broken'])
  })

  test('is broken by one authority too many for the path length', () => {
    const beyond = authority('Quá dài', caExtensions(), pki.issuing)
    const leaf = make({ subject: '/CN=Người Ký', issuer: beyond })
    expect(findings(leaf, [beyond, pki.issuing])).toEqual(['chain-broken'])
  })

  test('is broken by a critical extension that nobody here understands', () => {
    const leaf = make({
      subject: '/CN=Người Ký',
      extensions: [...END_EXTENSIONS, '1.2.3.4.5 = critical, ASN1:NULL'],
    })
    expect(findings(leaf, [pki.issuing])).toEqual(['chain-broken'])
    const odd = authority('Lạ', [...caExtensions(), '1.2.3.4.5 = critical, ASN1:NULL'])
    expect(findings(make({ subject: '/CN=Người Ký', issuer: odd }), [odd])).toEqual(['chain-broken'])
  })

  test('tells an expired authority from one that is not yet valid', () => {
    const old = make({
      subject: '/CN=Hết hạn',
      issuer: pki.root,
      extensions: caExtensions(),
      notBefore: new Date('2020-01-01'),
      notAfter: new Date('2021-01-01'),
    })
    expect(findings(make({ subject: '/CN=Người Ký', issuer: old }), [old])).toEqual(['certificate-expired'])
  })

  test('prefers the renewed certificate of an authority to the expired one of the same key', () => {
    const subject = '/C=VN/CN=Cấp lại'
    const extensions = caExtensions()
    const old = make({
      subject,
      extensions,
      issuer: pki.root,
      notBefore: new Date('2020-01-01'),
      notAfter: new Date('2021-01-01'),
    })
    const renewed = make({ subject, extensions, issuer: pki.root, reuseKeyOf: old })
    const leaf = make({ subject: '/CN=Người Ký', issuer: renewed })
    expect(findings(leaf, [old, renewed])).toEqual([])
  })

  test('does not run in circles', () => {
    const first = authority('Vòng A', caExtensions())
    const second = authority('Vòng B', caExtensions(), first)
    const firstAgain = make({
      subject: '/C=VN/O=Thử nghiệm/CN=Vòng A',
      extensions: caExtensions(),
      issuer: second,
      reuseKeyOf: first,
    })
    const leaf = make({ subject: '/CN=Người Ký', issuer: second })
    expect(findings(leaf, [firstAgain, second])).toContain('root-unknown')
  })
})

describe('name constraints', () => {
  const constrained = (constraint: string, ...sections: readonly string[]): MadeCertificate =>
    authority(`Giới hạn ${String(counter)}`, [
      ...caExtensions(),
      `nameConstraints = critical, ${constraint}`,
      ...sections,
    ])
  const plain = END_EXTENSIONS.filter((line) => !line.startsWith('subjectAltName'))

  test('admit and refuse e-mail addresses by host', () => {
    const ca = constrained('permitted;email:suoingoc.example')
    expect(findings(make({ subject: '/CN=Trong', issuer: ca }), [ca])).toEqual([])
    const outside = [...plain, 'subjectAltName = email:ai-do@noi-khac.example']
    expect(findings(make({ subject: '/CN=Ngoài', issuer: ca, extensions: outside }), [ca])).toEqual([
      'chain-broken',
    ])
    const inSubject = '/CN=Ngoài/emailAddress=ai-do@noi-khac.example'
    expect(findings(make({ subject: inSubject, issuer: ca, extensions: plain }), [ca])).toEqual([
      'chain-broken',
    ])
  })

  test('admit and refuse organisations by their names', () => {
    // Without marks: openssl reads this part of its configuration as Latin-1.
    const ca = constrained('permitted;dirName:allowed', '[allowed]', 'C = VN', 'O = UBND Suoi Ngoc')
    const inside = make({ subject: '/C=VN/O=UBND Suoi Ngoc/CN=Trong', issuer: ca })
    expect(findings(inside, [ca])).toEqual([])
    const outside = make({ subject: '/C=VN/O=UBND Da Bac/CN=Ngoài', issuer: ca })
    expect(findings(outside, [ca])).toEqual(['chain-broken'])
    const barred = constrained('excluded;dirName:barred', '[barred]', 'C = VN', 'O = UBND Da Bac')
    expect(findings(make({ subject: '/C=VN/O=UBND Da Bac/CN=Ngoài', issuer: barred }), [barred])).toEqual([
      'chain-broken',
    ])
    expect(findings(make({ subject: '/C=VN/O=UBND Suoi Ngoc/CN=Trong', issuer: barred }), [barred])).toEqual(
      [],
    )
  })
})
