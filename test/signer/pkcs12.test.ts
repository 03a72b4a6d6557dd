import { execFileSync } from 'node:child_process'
import { constants, createHash, verify, X509Certificate } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import type { SignerClient } from '../../src/engine/signing/signer-client.ts'
import type { MadeCertificate } from '../helpers/pki.ts'
import { pkcs12File } from '../../src/hub-sim/software-pki.ts'
import { makeSoftwarePki } from '../helpers/software-pki.ts'
import { hashOf, isRight, makeDesk, summary, toSign } from './desk.ts'
import type { Desk } from './desk.ts'

let desk: Desk
let signer: SignerClient
beforeAll(() => {
  desk = makeDesk()
  signer = desk.signer()
})
afterAll(() => desk.clear())

/** A practice file as openssl makes it; certificates in clear unless told otherwise. */
function practiceFile(name: string, made: MadeCertificate, ...options: string[]): string {
  const path = join(desk.directory, name)
  const { certificatePath, keyPath } = made
  const chain = join(desk.directory, 'chain.pem')
  writeFileSync(chain, desk.pki.issuing.certificatePem + desk.pki.root.certificatePem)
  execFileSync('openssl', [
    ...['pkcs12', '-export', '-in', certificatePath, '-inkey', keyPath, '-certfile', chain],
    ...['-passout', 'pass:mật khẩu', '-out', path, ...options],
  ])
  return path
}

async function only(path: string, password?: string) {
  const [token, ...others] = await signer.tokens(path, password)
  expect(others).toEqual([])
  if (token === undefined) throw new Error('no token')
  return token
}

test('a practice file with certificates in clear is listed without its password, marked as software', async () => {
  const path = practiceFile('cá nhân.p12', desk.pki.person, '-certpbe', 'NONE')
  const token = await only(path)
  expect(token).toMatchObject({ label: 'cá nhân.p12', manufacturer: 'PKCS#12', software: true })
  expect(summary(token.certificates)).toEqual([
    'Chứng thực cơ quan nhà nước thử nghiệm Suối Ngọc: rsa 2048',
    'Chứng thực gốc thử nghiệm Suối Ngọc: rsa 2048',
    'Nguyễn Văn Mẫu: rsa 2048, key',
  ])
})

test('one with encrypted certificates shows them once the password is given', async () => {
  const path = practiceFile('kín.pfx', desk.pki.person)
  expect((await only(path)).certificates).toEqual([])
  expect((await only(path, 'mật khẩu')).certificates).toHaveLength(3)
  await expect(signer.tokens(path, 'sai')).rejects.toMatchObject({ code: 'sign/pin-wrong' })
})

describe('it signs like a token', () => {
  test.each(['rsa2048', 'p256', 'p384'] as const)('%s', async (kind) => {
    const made = desk.pki.issue({ file: `soft-${kind}`, subject: `/CN=Thử nghiệm ${kind}`, key: kind })
    const path = practiceFile(`${kind}.p12`, made, '-certpbe', 'NONE')
    const { serial } = await only(path)
    const batch = { modulePath: path, tokenSerial: serial, certificateSha256: made.sha256, pin: 'mật khẩu' }
    const seen: string[] = []
    const signed = await signer.sign({
      ...batch,
      hashes: ['một', 'hai'].map(toSign),
      onSigned: ({ id }) => seen.push(id),
    })
    expect(signed.algorithm).toBe(kind === 'rsa2048' ? 'rsa-pkcs1' : 'ecdsa')
    expect(signed.signatures.map((signature) => isRight(made.der, signature))).toEqual([true, true])
    expect(signed.chain.map((der) => Buffer.from(der))).toEqual(
      [desk.pki.issuing.der, desk.pki.root.der].map((der) => Buffer.from(der)),
    )
    expect(seen).toEqual(['một', 'hai'])
  })
})

test('it signs with PSS and SHA-512 when told to, and says that it can', async () => {
  const path = practiceFile('pss.p12', desk.pki.person, '-certpbe', 'NONE')
  const { serial, certificates } = await only(path)
  const { sha256, der } = desk.pki.person
  expect(certificates.find((one) => one.sha256 === sha256)?.pss).toBe(true)
  const message = Buffer.from('có nội dung')
  const signed = await signer.sign({
    ...{ modulePath: path, tokenSerial: serial, certificateSha256: sha256, pin: 'mật khẩu' },
    ...{ digestAlgorithm: 'sha512', rsaScheme: 'pss' },
    hashes: [{ id: 'một', digest: createHash('sha512').update(message).digest(), message }],
  })
  const [signature] = signed.signatures
  const key = new X509Certificate(der).publicKey
  const padding = constants.RSA_PKCS1_PSS_PADDING
  const judge = { key, padding, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
  expect(signed.algorithm).toBe('rsa-pss')
  expect(verify('sha512', message, judge, signature?.value ?? new Uint8Array())).toBe(true)
})

describe('one file for both roles of an office', () => {
  function officeFile(name: string, encryptCertificates: boolean) {
    const pki = makeSoftwarePki(join(desk.directory, name))
    const person = pki.issue({ file: 'person', subject: '/C=VN/title=Phó Chủ tịch/CN=Nguyễn Văn Mẫu' })
    const agency = pki.issue({ file: 'agency', subject: '/C=VN/CN=UBND xã Suối Ngọc' })
    const path = join(desk.directory, `${name}.p12`)
    const holders = [
      { name: 'Nguyễn Văn Mẫu', certificate: person },
      { name: 'UBND xã Suối Ngọc', certificate: agency },
    ]
    writeFileSync(
      path,
      pkcs12File({ password: 'mật khẩu', holders, chain: [pki.issuing], encryptCertificates }),
    )
    return { path, pki, person, agency }
  }
  const listed = [
    'Chứng thực cơ quan nhà nước thử nghiệm Suối Ngọc: rsa 2048',
    'Nguyễn Văn Mẫu: rsa 2048, key',
    'UBND xã Suối Ngọc: rsa 2048, key',
  ]

  test('the person and the agency are listed with their keys, and each signs with its own', async () => {
    const { path, pki, person, agency } = officeFile('hai-vai', false)
    const { serial, certificates } = await only(path)
    expect(summary(certificates)).toEqual(listed)
    for (const made of [person, agency]) {
      const signed = await signer.sign({
        modulePath: path,
        tokenSerial: serial,
        certificateSha256: made.sha256,
        pin: 'mật khẩu',
        hashes: [hashOf('một')],
      })
      expect(signed.signatures.map((signature) => isRight(made.der, signature))).toEqual([true])
      expect(signed.chain.map((der) => Buffer.from(der))).toEqual([Buffer.from(pki.issuing.der)])
    }
  })

  test('enciphered certificates are listed with the password', async () => {
    const { path } = officeFile('hai-vai-kin', true)
    expect((await only(path)).certificates).toEqual([])
    expect(summary((await only(path, 'mật khẩu')).certificates)).toEqual(listed)
  })
})

test('an RSA practice key signs a bare hash too', async () => {
  const path = practiceFile('băm.p12', desk.pki.person)
  const { serial } = await only(path)
  const signed = await signer.sign({
    modulePath: path,
    tokenSerial: serial,
    certificateSha256: desk.pki.person.sha256,
    pin: 'mật khẩu',
    hashes: [hashOf('một')],
  })
  expect(signed.signatures.map((signature) => isRight(desk.pki.person.der, signature))).toEqual([true])
})

test.each([
  ['the wrong password', { pin: 'sai' }, 'sign/pin-wrong'],
  ['no password', { pin: '' }, 'sign/pin-wrong'],
  ['another file of the same name', { tokenSerial: '0' }, 'sign/token-missing'],
  ['another certificate', { certificateSha256: 'a'.repeat(64) }, 'sign/certificate-missing'],
] as const)('%s is named as such', async (name, change, code) => {
  const path = practiceFile(`${name}.p12`, desk.pki.person)
  const { serial } = await only(path)
  const batch = {
    modulePath: path,
    tokenSerial: serial,
    certificateSha256: desk.pki.person.sha256,
    pin: 'mật khẩu',
  }
  await expect(signer.sign({ ...batch, hashes: [toSign('một')], ...change })).rejects.toMatchObject({
    code,
  })
})

test('a file that is missing or no PKCS#12 is told apart', async () => {
  const text = join(desk.directory, 'thư.p12')
  writeFileSync(text, 'Kính gửi')
  await expect(signer.tokens(text)).rejects.toMatchObject({ code: 'sign/module-failed' })
  await expect(signer.tokens(join(desk.directory, 'không có.p12'))).rejects.toMatchObject({
    code: 'sign/module-missing',
  })
})
