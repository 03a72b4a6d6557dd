import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'

import type { SignBatch } from '../../src/engine/signing/signer-client.ts'
import { isRight, makeDesk } from './desk.ts'
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

async function pinFacts(signer: ReturnType<Desk['signer']>, serial: string) {
  return (await signer.tokens(desk.shim.modulePath)).find((token) => token.serial === serial)?.pin
}

test('a wrong PIN costs exactly one C_Login, as pkcs11-spy counts it, and is never tried again', async () => {
  const log = join(desk.directory, 'spy.log')
  const signer = desk.signer({}, { PKCS11SPY: desk.softHsm.modulePath, PKCS11SPY_OUTPUT: log })
  const logins = (): number => readFileSync(log, 'utf8').match(/: C_Login$/gm)?.length ?? 0
  const signing = signer.sign(desk.batch(['một', 'hai', 'ba'], { modulePath: SPY, pin: '000000' }))
  await expect(signing).rejects.toMatchObject({ code: 'sign/pin-wrong' })
  expect(logins()).toBe(1)
  // Nothing that goes on afterwards spends another one.
  await signer.tokens(SPY)
  await signer.close()
  expect(logins()).toBe(1)
  expect(signer.starts()).toBe(1)
})

test('a hundred documents need one login', async () => {
  const texts = Array.from({ length: 100 }, (_, at) => `văn bản ${String(at + 1)}`)
  const signed = await desk.signer().sign(desk.batch(texts))
  expect(signed.signatures.filter((signature) => isRight(desk.pki.person.der, signature))).toHaveLength(100)
  expect(desk.shim.calls('Login')).toBe(1)
  expect(desk.shim.calls('Sign')).toBe(100)
  expect(desk.shim.calls('Logout')).toBe(1)
  expect(desk.shim.calls('CloseSession')).toBe(desk.shim.calls('OpenSession'))
})

test('the token’s warnings are shown before the next PIN, and the wrong PIN that locks says so', async () => {
  desk.shim.set({ 'lock-after': 3 })
  const signer = desk.signer()
  const wrong = (change: Partial<SignBatch> = {}) =>
    signer.sign(desk.batch(['một'], { pin: '000000', ...change }))
  expect(await pinFacts(signer, desk.person.serial)).toMatchObject({
    countLow: false,
    finalTry: false,
    locked: false,
  })
  await expect(wrong()).rejects.toMatchObject({ code: 'sign/pin-wrong' })
  expect(await pinFacts(signer, desk.person.serial)).toMatchObject({
    countLow: true,
    finalTry: false,
    locked: false,
  })
  await expect(wrong()).rejects.toMatchObject({ code: 'sign/pin-wrong' })
  expect(await pinFacts(signer, desk.person.serial)).toMatchObject({
    countLow: true,
    finalTry: true,
    locked: false,
  })
  await expect(wrong({ lastTry: true })).rejects.toMatchObject({ code: 'sign/pin-locked' })
  expect(await pinFacts(signer, desk.person.serial)).toMatchObject({ locked: true })
  expect(desk.shim.calls('Login')).toBe(3)
})

test('the last try is not used, even for the right PIN, unless the clerk agreed to it', async () => {
  desk.shim.set({ 'lock-after': 1 })
  const signer = desk.signer()
  await expect(signer.sign(desk.batch(['một']))).rejects.toMatchObject({ code: 'sign/pin-final-try' })
  expect(desk.shim.calls('Login')).toBe(0)
  expect((await signer.sign(desk.batch(['một'], { lastTry: true }))).signatures).toHaveLength(1)
  expect(desk.shim.calls('Login')).toBe(1)
})

test('a locked token is named as such without a C_Login, even with the right PIN', async () => {
  desk.shim.set({ 'lock-after': 1 })
  const signer = desk.signer()
  await expect(signer.sign(desk.batch(['một'], { pin: '000000', lastTry: true }))).rejects.toMatchObject({
    code: 'sign/pin-locked',
  })
  await expect(signer.sign(desk.batch(['một']))).rejects.toMatchObject({ code: 'sign/pin-locked' })
  expect(desk.shim.calls('Login')).toBe(1)
})

test('the right PIN after a wrong one signs, and clears the warning', async () => {
  desk.shim.set({ 'lock-after': 3 })
  const signer = desk.signer()
  await expect(signer.sign(desk.batch(['một'], { pin: '000000' }))).rejects.toMatchObject({
    code: 'sign/pin-wrong',
  })
  expect((await signer.sign(desk.batch(['một']))).signatures).toHaveLength(1)
  expect(await pinFacts(signer, desk.person.serial)).toMatchObject({ countLow: false })
})

test.each([
  ['too short', '123'],
  ['too long', '1'.repeat(256)],
  ['empty', ''],
  ['left out', undefined],
])('a PIN that is %s never reaches the token', async (_, pin) => {
  const { pin: __, ...rest } = desk.batch(['một'])
  const signing = desk.signer().sign(pin === undefined ? rest : { ...rest, pin })
  await expect(signing).rejects.toMatchObject({ code: 'sign/pin-length' })
  expect(desk.shim.calls('Login')).toBe(0)
})

test('the PIN of one token is never tried on the other', async () => {
  desk.shim.set({})
  const signer = desk.signer()
  // The agency's PIN, typed for the person's token: wrong there, right on the neighbour.
  const signing = signer.sign(desk.batch(['một'], { pin: desk.agency.pin }))
  await expect(signing).rejects.toMatchObject({ code: 'sign/pin-wrong' })
  expect(desk.shim.calls('Login')).toBe(1)
  expect(await pinFacts(signer, desk.person.serial)).toMatchObject({ countLow: true })
  expect(await pinFacts(signer, desk.agency.serial)).toMatchObject({ countLow: false })
  await signer.sign(desk.batch(['một']))
})

test('a PIN that the token calls expired is named so', async () => {
  desk.shim.set({ 'fail-at': 'Login:a3' })
  await expect(desk.signer().sign(desk.batch(['một']))).rejects.toMatchObject({ code: 'sign/pin-expired' })
})

test('a token with its own keypad asks there, and no PIN is sent to it', async () => {
  desk.shim.set({ 'pin-pad': desk.person.pin })
  const signer = desk.signer()
  expect(await pinFacts(signer, desk.person.serial)).toMatchObject({ pinPad: true })
  const { pin: _, ...onKeypad } = desk.batch(['một'])
  expect((await signer.sign(onKeypad)).signatures).toHaveLength(1)
  // Even one that was typed into a window by mistake.
  expect((await signer.sign({ ...onKeypad, pin: '999999' })).signatures).toHaveLength(1)
  expect(desk.shim.calls('Login')).toBe(2)
})
