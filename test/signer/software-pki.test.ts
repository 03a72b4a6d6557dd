import { execFileSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { parseCertificate } from '../../src/engine/signing/certificate.ts'
import type { MadeCertificate } from '../helpers/pki.ts'
import { pkcs12File } from '../../src/hub-sim/software-pki.ts'
import { makeSoftwarePki } from '../helpers/software-pki.ts'
import type { SoftwarePki } from '../helpers/software-pki.ts'

const PASSWORD = 'mật khẩu 1'

let directory: string
let pki: SoftwarePki
let person: MadeCertificate
let agency: MadeCertificate
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'vanthu-software-pki-'))
  pki = makeSoftwarePki(directory)
  person = pki.issue({
    file: 'person',
    subject: '/C=VN/L=Thanh Vân/O=UBND xã Suối Ngọc/title=Phó Chủ tịch/CN=Nguyễn Văn Mẫu',
  })
  agency = pki.issue({
    file: 'agency',
    subject: '/C=VN/L=Thanh Vân/O=UBND tỉnh Thanh Vân/CN=UBND xã Suối Ngọc',
  })
})
afterAll(() => {
  rmSync(directory, { recursive: true, force: true })
})

function openssl(...words: string[]): string {
  return execFileSync('openssl', words, { encoding: 'utf8', stdio: 'pipe' })
}

test('openssl follows the chain from the person to the root, as strictly as it can', () => {
  for (const made of [person, agency]) {
    const { root, issuing } = pki
    const said = openssl(
      ...['verify', '-x509_strict', '-purpose', 'smimesign'],
      ...['-CAfile', root.certificatePath, '-untrusted', issuing.certificatePath, made.certificatePath],
    )
    expect(said).toContain(': OK')
  }
})

test('openssl reads the policy of state certificates and where the revocation list would be', () => {
  const said = openssl('x509', '-in', person.certificatePath, '-noout', '-text')
  expect(said).toContain('Policy: 2.16.704.1.1.1.1.1')
  expect(said).toContain('URI:http://ca.example/issuing.crl')
})

test('the names are read as they were written, with title and diacritics', () => {
  expect(parseCertificate(person.der)).toMatchObject({
    subject: {
      commonName: 'Nguyễn Văn Mẫu',
      title: 'Phó Chủ tịch',
      organization: 'UBND xã Suối Ngọc',
    },
    issuer: { commonName: 'Chứng thực cơ quan nhà nước thử nghiệm Suối Ngọc' },
  })
})

const holders = () => [
  { name: 'Nguyễn Văn Mẫu', certificate: person },
  { name: 'UBND xã Suối Ngọc', certificate: agency },
]

test.each([
  ['with certificates in clear', false],
  ['with certificates enciphered', true],
])('openssl opens the file %s and finds two keys that belong to its certificates', (name, encrypt) => {
  const path = join(directory, `${name}.p12`)
  const chain = [pki.issuing]
  writeFileSync(
    path,
    pkcs12File({ password: PASSWORD, holders: holders(), chain, encryptCertificates: encrypt }),
  )
  const inside = openssl('pkcs12', '-in', path, '-passin', `pass:${PASSWORD}`, '-nodes')
  const pems = (kind: string): string[] =>
    [...inside.matchAll(new RegExp(`-----BEGIN ${kind}-----[^]*?-----END ${kind}-----\n`, 'g'))].map(
      ([pem]) => pem,
    )
  const certificates = pems('CERTIFICATE').map((pem) => new X509Certificate(pem))
  expect(certificates.map(({ fingerprint256 }) => fingerprint256.replaceAll(':', '').toLowerCase())).toEqual([
    person.sha256,
    agency.sha256,
    pki.issuing.sha256,
  ])
  expect(pems('PRIVATE KEY')).toEqual([person.keyPem, agency.keyPem])
})

test('openssl names the ciphers: AES-256 for every key, SHA-256 for the check, nothing for certificates', () => {
  const path = join(directory, 'ciphers.p12')
  writeFileSync(path, pkcs12File({ password: PASSWORD, holders: holders(), chain: [pki.issuing] }))
  const { stderr } = info(path, PASSWORD)
  expect(stderr).toContain('MAC: sha256, Iteration 2048')
  expect(stderr.match(/Shrouded Keybag: PBES2, PBKDF2, AES-256-CBC/g)).toHaveLength(2)
  expect(stderr).not.toContain('PKCS7 Encrypted data')
  expect(info(path, 'sai').stderr).toContain('Mac verify error')
})

function info(path: string, password: string): { stderr: string } {
  // openssl tells this on the standard error stream, also when all is well.
  const words = ['pkcs12', '-info', '-nokeys', '-in', path, '-passin', `pass:${password}`]
  const script = 'openssl "$@" 2>&1 || true'
  return { stderr: execFileSync('sh', ['-c', script, 'sh', ...words], { encoding: 'utf8' }) }
}
