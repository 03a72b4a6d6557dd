import { execFileSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'

import { isRight, makeDesk } from './desk.ts'
import type { Desk } from './desk.ts'

let desk: Desk
beforeAll(() => {
  desk = makeDesk()
})
afterEach(() => {
  desk.shim.clear()
})
afterAll(() => desk.clear())

test('a token pulled at any moment leaves the signed ones signed and says so', async () => {
  const signer = desk.signer()
  const outcomes = new Map<string, number>()
  let finished = false
  for (let call = 1; !finished; call++) {
    desk.shim.clear()
    desk.shim.set({ 'remove-at': call })
    const signed: { id: string; value: Uint8Array }[] = []
    const batch = desk.batch(['một', 'hai', 'ba'], { onSigned: (signature) => signed.push(signature) })
    try {
      await signer.sign(batch)
      finished = true
    } catch (caught) {
      const { code } = caught as { code: string }
      outcomes.set(code, (outcomes.get(code) ?? 0) + 1)
      expect(signed.every((signature) => isRight(desk.pki.person.der, signature))).toBe(true)
      expect(signed.length).toBe(
        Math.max(0, desk.shim.calls('Sign') - (desk.shim.allCalls().at(call - 1) === 'Sign' ? 1 : 0)),
      )
    }
    expect(desk.shim.calls('Login')).toBeLessThanOrEqual(1)
  }
  expect([...outcomes.keys()].sort()).toEqual(['sign/token-missing', 'sign/token-removed'])
  expect(signer.starts()).toBe(1)
  // Plugged in again, the same process signs.
  desk.shim.clear()
  expect((await signer.sign(desk.batch(['bốn']))).signatures).toHaveLength(1)
})

test('a crash of the driver costs one request, and the next one starts a new process', async () => {
  const signer = desk.signer()
  await signer.tokens(desk.shim.modulePath)
  desk.shim.set({ 'crash-at': 'Sign' })
  await expect(signer.sign(desk.batch(['một']))).rejects.toMatchObject({ code: 'sign/process-lost' })
  expect(desk.shim.calls('Sign')).toBe(1)
  expect(desk.shim.calls('Login')).toBe(1)
  desk.shim.set({})
  expect((await signer.sign(desk.batch(['một']))).signatures).toHaveLength(1)
  expect(signer.starts()).toBe(2)
})

test('what was signed before the driver crashed is known', async () => {
  desk.shim.set({ 'crash-at': 'Sign:3' })
  const signed: { id: string; value: Uint8Array }[] = []
  const batch = desk.batch(['một', 'hai', 'ba'], { onSigned: (signature) => signed.push(signature) })
  await expect(desk.signer().sign(batch)).rejects.toMatchObject({ code: 'sign/process-lost' })
  expect(signed.map(({ id }) => id)).toEqual(['một', 'hai'])
  expect(signed.every((signature) => isRight(desk.pki.person.der, signature))).toBe(true)
})

test('a driver that hangs is ended at the deadline with its process, and named', async () => {
  const signer = desk.signer({ timeoutMs: { sign: 30_000, perSignature: 3_000 } })
  await signer.tokens(desk.shim.modulePath)
  desk.shim.set({ 'hang-at': 'Sign:2' })
  const signed: string[] = []
  const batch = desk.batch(['một', 'hai'], { onSigned: ({ id }) => signed.push(id) })
  await expect(signer.sign(batch)).rejects.toMatchObject({ code: 'sign/timed-out' })
  expect(signed).toEqual(['một'])
  expect(desk.shim.calls('Login')).toBe(1)
  desk.shim.set({})
  expect(await signer.tokens(desk.shim.modulePath)).toHaveLength(2)
  expect((await signer.sign(desk.batch(['hai']))).signatures).toHaveLength(1)
  expect(signer.starts()).toBe(2)
})

test('a pulled token leaves the list and comes back to it', async () => {
  const signer = desk.signer()
  expect(await signer.tokens(desk.shim.modulePath)).toHaveLength(2)
  desk.shim.unplug()
  expect(await signer.tokens(desk.shim.modulePath)).toEqual([])
  desk.shim.set({})
  expect(await signer.tokens(desk.shim.modulePath)).toHaveLength(2)
  expect(signer.starts()).toBe(1)
})

test('after three crashes in a row the driver is not offered until a person asks for it', async () => {
  const signer = desk.signer()
  desk.shim.set({ 'crash-at': 'Sign' })
  for (let time = 0; time < 3; time++) {
    await expect(signer.sign(desk.batch(['một']))).rejects.toMatchObject({ code: 'sign/process-lost' })
    // That listing still works must not hide that signing crashes.
    expect(await signer.tokens(desk.shim.modulePath)).toHaveLength(2)
  }
  await expect(signer.sign(desk.batch(['một']))).rejects.toMatchObject({ code: 'sign/driver-failed' })
  expect(desk.shim.calls('Sign')).toBe(3)
  desk.shim.set({})
  signer.reset()
  expect((await signer.sign(desk.batch(['một']))).signatures).toHaveLength(1)
})

test.each([
  ['C_Sign', 'Sign:6', 'CKR_FUNCTION_FAILED'],
  ['C_SignInit', 'SignInit:5', 'CKR_GENERAL_ERROR'],
  ['C_Login', 'Login:30', 'CKR_DEVICE_ERROR'],
  ['C_GetSlotList', 'GetSlotList:6', 'CKR_FUNCTION_FAILED'],
] as const)(
  'a failing %s is named with the driver’s own word and not repeated',
  async (name, fault, detail) => {
    desk.shim.set({ 'fail-at': fault })
    const signing = desk.signer().sign(desk.batch(['một']))
    await expect(signing).rejects.toMatchObject({ code: 'sign/driver-failed', detail })
    expect(desk.shim.calls(name.slice(2))).toBe(1)
  },
)

test.each([
  ['CKR_DEVICE_REMOVED', 'Sign:32:2'],
  ['CKR_SESSION_HANDLE_INVALID', 'Sign:b3:2'],
  ['CKR_TOKEN_NOT_PRESENT', 'Sign:e0:2'],
] as const)('%s in the middle of a batch means that the token was pulled', async (detail, fault) => {
  desk.shim.set({ 'fail-at': fault })
  const signed: string[] = []
  const batch = desk.batch(['một', 'hai', 'ba'], { onSigned: ({ id }) => signed.push(id) })
  await expect(desk.signer().sign(batch)).rejects.toMatchObject({ code: 'sign/token-removed', detail })
  expect(signed).toEqual(['một'])
})

test('an operation left open by the driver is got rid of without a second login', async () => {
  desk.shim.set({ 'fail-at': 'SignInit:90:2' })
  const signed = await desk.signer().sign(desk.batch(['một', 'hai', 'ba']))
  expect(signed.signatures.map((signature) => isRight(desk.pki.person.der, signature))).toEqual([
    true,
    true,
    true,
  ])
  expect(desk.shim.calls('Login')).toBe(1)
  expect(desk.shim.calls('SignInit')).toBe(4)
})

test('a driver that keeps an operation open is given up, not fought', async () => {
  desk.shim.set({ 'fail-at': 'SignInit:90' })
  const signing = desk.signer().sign(desk.batch(['một']))
  await expect(signing).rejects.toMatchObject({ code: 'sign/driver-failed', detail: 'CKR_OPERATION_ACTIVE' })
  expect(desk.shim.calls('SignInit')).toBe(2)
  expect(desk.shim.calls('Login')).toBe(1)
})

test('a listed mechanism that the key refuses gives way to the next one', async () => {
  desk.shim.set({ 'fail-at': 'SignInit:70:1' })
  const signed = await desk.signer().sign(desk.batch(['một', 'hai']))
  expect(signed.signatures.map((signature) => isRight(desk.pki.person.der, signature))).toEqual([true, true])
  desk.shim.set({ 'fail-at': 'SignInit:70' })
  await expect(desk.signer().sign(desk.batch(['một']))).rejects.toMatchObject({
    code: 'sign/mechanism-missing',
  })
})

test('being logged in already is as good as a login', async () => {
  desk.shim.set({ 'fail-at': 'Login:100' })
  // Not truly logged in here, so the key stays hidden; what matters is that the login was accepted.
  const signing = desk.signer().sign(desk.batch(['một']))
  await expect(signing).rejects.toMatchObject({ code: 'sign/key-missing' })
  expect(desk.shim.calls('Login')).toBe(1)
})

test('a wrong signature does not leave the signer', async () => {
  desk.shim.set({ 'wrong-signatures': 1 })
  const signed: string[] = []
  const batch = desk.batch(['một', 'hai'], { onSigned: ({ id }) => signed.push(id) })
  await expect(desk.signer().sign(batch)).rejects.toMatchObject({ code: 'sign/self-check-failed' })
  expect(signed).toEqual([])
  expect(desk.shim.calls('Sign')).toBe(1)
})

test('a driver file that is missing, no driver, or for another processor is told apart, and none harms the next request', async () => {
  const signer = desk.signer()
  const text = join(desk.directory, 'driver.so')
  writeFileSync(text, 'đây không phải là thư viện')
  await expect(signer.tokens(join(desk.directory, 'none.so'))).rejects.toMatchObject({
    code: 'sign/module-missing',
  })
  await expect(signer.tokens(text)).rejects.toMatchObject({ code: 'sign/module-not-pkcs11' })
  const foreign = join(desk.directory, 'foreign.so')
  const library = readFileSync(desk.softHsm.modulePath)
  library.writeUInt16LE(183 /* EM_AARCH64 */, 18)
  writeFileSync(foreign, library)
  await expect(signer.tokens(foreign)).rejects.toMatchObject({
    code: 'sign/module-architecture',
  })
  expect(await signer.tokens(desk.shim.modulePath)).toHaveLength(2)
  expect(signer.starts()).toBe(1)
})

test('a driver that needs a file nobody installed says which, and works once it is there', async () => {
  const made = (name: string, source: string, ...options: string[]): string => {
    const path = join(desk.directory, name)
    writeFileSync(`${path}.c`, source)
    execFileSync('gcc', ['-shared', '-fPIC', '-o', path, `${path}.c`, ...options])
    return path
  }
  const vendor = made('libvendorcrypto.so.1', 'int vendor(void) { return 5; }')
  const driver = made(
    'incomplete.so',
    'int vendor(void); unsigned long C_GetFunctionList(void *list) { return vendor(); }',
    vendor,
  )
  const kept = readFileSync(vendor)
  rmSync(vendor)
  const signer = desk.signer()
  await expect(signer.tokens(driver)).rejects.toMatchObject({
    code: 'sign/module-dependency',
    detail: 'libvendorcrypto.so.1',
  })
  writeFileSync(vendor, kept)
  // Loaded now, and refusing by itself: CKR_GENERAL_ERROR is what it answers.
  await expect(signer.tokens(driver)).rejects.toMatchObject({ code: 'sign/module-failed' })
  expect(signer.starts()).toBe(1)
})

test('an unreadable slot does not hide the token in the next one', async () => {
  desk.shim.set({ 'fail-at': 'OpenSession:6:1' })
  expect(await desk.signer().tokens(desk.shim.modulePath)).toHaveLength(1)
})
