import { constants, createHash, createPublicKey, verify } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'

import type { MadeCertificate } from '../helpers/pki.ts'
import { hashOf, isRight, makeDesk, pems, summary, toSign } from './desk.ts'
import type { Desk } from './desk.ts'

const SPY = '/usr/lib/x86_64-linux-gnu/pkcs11-spy.so'

let desk: Desk
beforeAll(() => {
  desk = makeDesk()
})
afterEach(() => {
  desk.shim.clear()
})
afterAll(() => desk.clear())

test('the two tokens on the desk are listed with owner, PIN facts and which certificates can sign', async () => {
  const tokens = await desk.signer().tokens(desk.shim.modulePath)
  const bySerial = new Map(tokens.map((token) => [token.serial, token]))
  expect(tokens).toHaveLength(2)
  expect(bySerial.get(desk.person.serial)).toMatchObject({
    label: 'Nguyễn Văn Mẫu',
    manufacturer: 'SoftHSM project',
    model: 'SoftHSM v2',
    software: true,
    pin: { minLength: 4, maxLength: 255, countLow: false, finalTry: false, locked: false, pinPad: false },
  })
  expect(summary(bySerial.get(desk.person.serial)?.certificates ?? [])).toEqual([
    'Chứng thực cơ quan nhà nước thử nghiệm Suối Ngọc: rsa 2048',
    'Chứng thực gốc thử nghiệm Suối Ngọc: rsa 2048',
    'Nguyễn Văn Mẫu: rsa 2048, key',
  ])
  expect(summary(bySerial.get(desk.agency.serial)?.certificates ?? [])).toEqual([
    'UBND xã Suối Ngọc: rsa 3072, key',
  ])
})

test('the signer hands back right signatures in order, the certificate, and its issuers nearest first', async () => {
  const { pki } = desk
  const seen: string[] = []
  const batch = desk.batch(['một', 'hai', 'ba'], { onSigned: ({ id }) => seen.push(id) })
  const signed = await desk.signer().sign(batch)
  expect(signed.algorithm).toBe('rsa-pkcs1')
  expect(signed.signatures.map(({ id }) => id)).toEqual(['một', 'hai', 'ba'])
  expect(signed.signatures.every((signature) => isRight(pki.person.der, signature))).toBe(true)
  expect(seen).toEqual(['một', 'hai', 'ba'])
  expect(Buffer.from(signed.certificate).equals(pki.person.der)).toBe(true)
  expect(signed.chain.map((der) => Buffer.from(der))).toEqual(
    [pki.issuing.der, pki.root.der].map((der) => Buffer.from(der)),
  )
})

test('what a signature calls for is signed under the same login, before what waits', async () => {
  desk.shim.clear()
  const batch = desk.batch(['một', 'hai'], {
    following: ({ id }) => Promise.resolve(id.endsWith('/3') ? [] : [toSign(nextOf(id))]),
  })
  const { signatures } = await desk.signer().sign(batch)
  expect(signatures.map(({ id }) => id)).toEqual(['một', 'một/2', 'một/3', 'hai', 'hai/2', 'hai/3'])
  expect(signatures.every((signature) => isRight(desk.pki.person.der, signature))).toBe(true)
  expect([desk.shim.calls('Login'), desk.shim.calls('Sign'), desk.shim.calls('Logout')]).toEqual([1, 6, 1])
})

/** một, một/2, một/3 */
function nextOf(id: string): string {
  const [name = '', number = '1'] = id.split('/')
  return `${name}/${String(Number(number) + 1)}`
}

test('a signer that hears nothing more logs out by itself and serves the next request', async () => {
  desk.shim.clear()
  const signer = desk.signer({ timeoutMs: { ourTurn: 200 } })
  let layOut: (hashes: ReturnType<typeof toSign>[]) => void = () => undefined
  const signing = signer.sign(
    desk.batch(['một', 'hai'], { following: () => new Promise((resolve) => (layOut = resolve)) }),
  )
  await expect(signing).rejects.toMatchObject({ code: 'sign/session-expired' })
  expect([desk.shim.calls('Login'), desk.shim.calls('Sign'), desk.shim.calls('Logout')]).toEqual([1, 1, 1])
  layOut([toSign('một/2')])
  expect(await signer.tokens(desk.shim.modulePath)).toHaveLength(2)
  expect([desk.shim.calls('Sign'), signer.starts()]).toEqual([1, 1])
})

describe('every kind of key signs, over the message and over a bare hash', () => {
  test.each(['rsa2048', 'rsa3072', 'p256', 'p384'] as const)('%s', async (kind) => {
    const made = desk.pki.issue({ file: `kind-${kind}`, subject: `/CN=Khóa ${kind}`, key: kind })
    const token = desk.softHsm.addToken({ label: kind, pin: '123456', ...pems(made) })
    const signed = await desk.signer().sign({
      modulePath: desk.softHsm.modulePath,
      tokenSerial: token.serial,
      certificateSha256: made.sha256,
      pin: token.pin,
      hashes: [toSign('có nội dung'), hashOf('chỉ có mã băm')],
    })
    expect(signed.algorithm).toBe(kind.startsWith('rsa') ? 'rsa-pkcs1' : 'ecdsa')
    expect(signed.signatures.map((signature) => isRight(made.der, signature))).toEqual([true, true])
    desk.softHsm.removeToken(token)
  })
})

describe('PSS and longer hashes, over the message and over a bare hash', () => {
  test.each([
    { kind: 'rsa2048', digest: 'sha256', rsaScheme: 'pss' },
    { kind: 'rsa3072', digest: 'sha384', rsaScheme: 'pss' },
    { kind: 'rsa2048', digest: 'sha512', rsaScheme: 'pss' },
    { kind: 'rsa2048', digest: 'sha384', rsaScheme: 'pkcs1' },
    { kind: 'rsa2048', digest: 'sha512', rsaScheme: 'pkcs1' },
    { kind: 'p256', digest: 'sha256', rsaScheme: 'pss' },
    { kind: 'p384', digest: 'sha384', rsaScheme: 'pkcs1' },
  ] as const)('$kind, $digest, $rsaScheme', async ({ kind, digest, rsaScheme }) => {
    const made = desk.pki.issue({ file: `manner-${kind}`, subject: `/CN=Khóa ${kind}`, key: kind })
    const token = desk.softHsm.addToken({ label: kind, pin: '123456', ...pems(made) })
    const message = Buffer.from('có nội dung')
    const hash = createHash(digest).update(message).digest()
    const signed = await desk.signer().sign({
      modulePath: desk.softHsm.modulePath,
      tokenSerial: token.serial,
      certificateSha256: made.sha256,
      pin: token.pin,
      digestAlgorithm: digest,
      rsaScheme,
      hashes: [
        { id: 'message', digest: hash, message },
        { id: 'hash', digest: hash },
      ],
    })
    const isRsa = kind.startsWith('rsa')
    expect(signed.algorithm).toBe(isRsa ? `rsa-${rsaScheme}` : 'ecdsa')
    const key = createPublicKey(made.certificatePem)
    const padding = rsaScheme === 'pss' ? constants.RSA_PKCS1_PSS_PADDING : constants.RSA_PKCS1_PADDING
    const judge = isRsa
      ? { key, padding, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
      : { key, dsaEncoding: 'ieee-p1363' as const }
    expect(signed.signatures.map(({ value }) => verify(digest, message, judge, value))).toEqual([true, true])
    desk.softHsm.removeToken(token)
  })
})

test('a token says whether it offers PSS for a key, and a way that it lacks is refused before the PIN', async () => {
  const tokens = await desk.signer().tokens(desk.shim.modulePath)
  const own = tokens.find(({ serial }) => serial === desk.person.serial)
  expect(own?.certificates.filter(({ hasKey }) => hasKey).map(({ pss }) => pss)).toEqual([true])
  desk.shim.set({ 'hide-mechanism': 'd' })
  const signing = desk.signer().sign(desk.batch([], { rsaScheme: 'pss', hashes: [hashOf('một')] }))
  await expect(signing).rejects.toMatchObject({ code: 'sign/mechanism-missing' })
  expect(desk.shim.calls('Login')).toBe(0)
})

test('a hash of another length than the batch names is refused before the token is asked', async () => {
  await expect(desk.signer().sign(desk.batch(['một'], { digestAlgorithm: 'sha512' }))).rejects.toMatchObject({
    code: 'app/bad-request',
  })
  expect(desk.shim.allCalls()).toEqual([])
})

test('CKM_SHA256_RSA_PKCS is used where the signed attributes are at hand, CKM_RSA_PKCS over a DigestInfo else', async () => {
  const log = join(desk.directory, 'mechanisms.log')
  const env = { PKCS11SPY: desk.softHsm.modulePath, PKCS11SPY_OUTPUT: log }
  const mechanisms = (): string[] =>
    [...readFileSync(log, 'utf8').matchAll(/pMechanism->type = (\w+)/g)].map(([, name]) => name ?? '')
  const signer = desk.signer({}, env)
  await signer.sign(desk.batch(['một'], { modulePath: SPY }))
  expect(mechanisms()).toEqual(['CKM_SHA256_RSA_PKCS'])
  await signer.sign(desk.batch([], { modulePath: SPY, hashes: [hashOf('hai')] }))
  expect(mechanisms()).toEqual(['CKM_SHA256_RSA_PKCS', 'CKM_RSA_PKCS'])
})

test('a token without CKM_SHA256_RSA_PKCS signs all the same', async () => {
  desk.shim.set({ 'hide-mechanism': '40' })
  const signed = await desk.signer().sign(desk.batch(['một']))
  expect(signed.signatures.map((signature) => isRight(desk.pki.person.der, signature))).toEqual([true])
})

test('a token that offers no usable mechanism is refused before the PIN is spent', async () => {
  desk.shim.set({ 'hide-mechanism': '1' })
  const signing = desk.signer().sign(desk.batch([], { hashes: [hashOf('một')] }))
  await expect(signing).rejects.toMatchObject({ code: 'sign/mechanism-missing' })
  expect(desk.shim.calls('Login')).toBe(0)
})

test('a message that is not what was hashed is refused before the token is asked', async () => {
  const hashes = [{ ...toSign('một'), message: Buffer.from('hai') }]
  await expect(desk.signer().sign(desk.batch([], { hashes }))).rejects.toMatchObject({
    code: 'app/bad-request',
  })
  expect(desk.shim.allCalls()).toEqual([])
})

test('a driver that answers 0 when asked for sizes still shows its certificates and signs', async () => {
  desk.shim.set({ 'zero-sizes': 1 })
  const signer = desk.signer()
  const [first] = (await signer.tokens(desk.shim.modulePath)).filter(
    ({ serial }) => serial === desk.person.serial,
  )
  expect(first?.certificates).toHaveLength(3)
  const signed = await signer.sign(desk.batch(['một']))
  expect(signed.signatures.map((signature) => isRight(desk.pki.person.der, signature))).toEqual([true])
})

test('a driver that forgets to say that a login is needed is logged in to all the same', async () => {
  desk.shim.set({ 'no-login-required': 1 })
  const signed = await desk.signer().sign(desk.batch(['một']))
  expect(signed.signatures).toHaveLength(1)
  expect(desk.shim.calls('Login')).toBe(1)
})

describe('the right key is found', () => {
  /** A token with two key pairs, whose certificates bear these CKA_IDs. */
  function twoKeys(
    first: string,
    second: string,
  ): { token: Desk['person']; made: [MadeCertificate, MadeCertificate] } {
    const name = `${first}-${second}`
    const one = desk.pki.issue({ file: `a${name}`, subject: '/CN=Chứng thư một' })
    const two = desk.pki.issue({ file: `b${name}`, subject: '/CN=Chứng thư hai' })
    const token = desk.softHsm.addToken({
      label: 'hai khóa',
      pin: '123456',
      ...pems(one),
      certificateId: first,
    })
    desk.softHsm.addKey(token, { ...pems(two), keyId: '02', certificateId: second })
    return { token, made: [one, two] }
  }

  test.each([
    ['by CKA_ID', '01', '02'],
    ['by its modulus where certificates have no CKA_ID', '', ''],
    ['by its modulus where the CKA_IDs are swapped', '02', '01'],
  ])('%s', async (_, first, second) => {
    const { token, made } = twoKeys(first, second)
    const signer = desk.signer()
    for (const certificate of made) {
      const signed = await signer.sign(
        desk.batch(['một'], { tokenSerial: token.serial, certificateSha256: certificate.sha256 }),
      )
      expect(signed.signatures.map((signature) => isRight(certificate.der, signature))).toEqual([true])
    }
    desk.softHsm.removeToken(token)
  })

  test('through the public key where the private one does not tell its modulus', async () => {
    const { token, made } = twoKeys('', '0')
    desk.shim.set({ 'private-keys-hide-public-part': 1, 'no-ids': 1 })
    const signed = await desk
      .signer()
      .sign(desk.batch(['một'], { tokenSerial: token.serial, certificateSha256: made[1].sha256 }))
    expect(signed.signatures.map((signature) => isRight(made[1].der, signature))).toEqual([true])
    desk.softHsm.removeToken(token)
  })

  test('a lone private key is taken, and the certificate of nobody’s key is not', async () => {
    const owner = desk.pki.issue({ file: 'lone', subject: '/CN=Khóa duy nhất' })
    const stranger = desk.pki.issue({ file: 'stranger', subject: '/CN=Chứng thư không khóa' })
    // Such a key is stored without its public half.
    const token = desk.softHsm.addToken({
      label: 'một khóa',
      pin: '123456',
      ...pems(owner),
      chainPem: [stranger.certificatePem],
      alwaysAuthenticate: true,
    })
    desk.shim.set({ 'private-keys-hide-public-part': 1, 'no-ids': 1 })
    const signer = desk.signer()
    const batch = (made: MadeCertificate) =>
      desk.batch(['một'], { tokenSerial: token.serial, certificateSha256: made.sha256 })
    const signed = await signer.sign(batch(owner))
    expect(signed.signatures.map((signature) => isRight(owner.der, signature))).toEqual([true])
    await expect(signer.sign(batch(stranger))).rejects.toMatchObject({ code: 'sign/self-check-failed' })
    desk.shim.set({ 'no-ids': 1 })
    await expect(signer.sign(batch(stranger))).rejects.toMatchObject({ code: 'sign/key-missing' })
    desk.softHsm.removeToken(token)
  })
})

test('a key that always asks gets the PIN once per signature beside the one login', async () => {
  const made = desk.pki.issue({ file: 'always', subject: '/CN=Luôn hỏi mã PIN' })
  const token = desk.softHsm.addToken({
    label: 'luôn hỏi',
    pin: '123456',
    ...pems(made),
    alwaysAuthenticate: true,
  })
  const signed = await desk
    .signer()
    .sign(desk.batch(['một', 'hai', 'ba'], { tokenSerial: token.serial, certificateSha256: made.sha256 }))
  expect(signed.signatures.map((signature) => isRight(made.der, signature))).toEqual([true, true, true])
  expect(desk.shim.calls('Login')).toBe(1 + 3)
  desk.softHsm.removeToken(token)
})

test('the token is found again when slot numbers have moved, because another token was made meanwhile', async () => {
  const signer = desk.signer()
  await signer.sign(desk.batch(['trước']))
  const other = desk.softHsm.addToken({ label: 'Thiết bị mới', pin: '123456', ...pems(desk.pki.agency) })
  desk.shim.set({ 'slot-offset': 1000 })
  const signed = await signer.sign(desk.batch(['sau']))
  expect(signed.signatures.map((signature) => isRight(desk.pki.person.der, signature))).toEqual([true])
  const restarted = await desk.signer().sign(desk.batch(['sau nữa']))
  expect(restarted.signatures).toHaveLength(1)
  desk.softHsm.removeToken(other)
})

test('another token in the reader is not taken for the one that was asked for', async () => {
  const signer = desk.signer()
  const missing = signer.sign(desk.batch(['một'], { tokenSerial: 'ffffffffffffffff' }))
  await expect(missing).rejects.toMatchObject({ code: 'sign/token-missing' })
  const replaced = signer.sign(desk.batch(['một'], { certificateSha256: desk.pki.agency.sha256 }))
  await expect(replaced).rejects.toMatchObject({ code: 'sign/certificate-missing' })
  expect(desk.shim.calls('Login')).toBe(0)
})
