import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Host } from '../../src/engine/host.ts'
import { createKey } from '../../src/engine/store/index.ts'
import { callsOf, engineAt, plainHost, SENDER, type Call } from '../helpers/office.ts'

function profile(): string {
  const dir = mkdtempSync(join(tmpdir(), 'vanthu-door-'))
  onTestFinished(() => {
    rmSync(dir, { recursive: true, force: true })
  })
  return dir
}

/** A Windows account that wraps keys so that no other account unwraps them. */
function account(): Pick<Host, 'keyStore' | 'wrapKey' | 'unwrapKey'> {
  const pad = randomBytes(32)
  const mark = randomBytes(8)
  const mixed = (key: Uint8Array) => Buffer.from(key.map((byte, at) => byte ^ (pad[at] ?? 0)))
  return {
    keyStore: () => Promise.resolve('os'),
    wrapKey: (key) => Promise.resolve(Buffer.concat([mark, mixed(key)])),
    unwrapKey: (wrapped) =>
      Promise.resolve(mark.equals(wrapped.subarray(0, 8)) ? mixed(wrapped.subarray(8)) : undefined),
  }
}

async function engineOf(dir: string, more: Partial<Host> = {}) {
  const log: string[] = []
  const engine = await engineAt(dir, { ...plainHost({}, log), ...more })
  let closed = false
  const close = async () => {
    if (!closed) await engine.close()
    closed = true
  }
  onTestFinished(close)
  return { call: callsOf((method, input) => engine.answer(method, input)), close, log }
}

async function create(call: Call): Promise<string> {
  const { recoveryCode } = await call('office.newRecoveryCode', {})
  await call('office.create', { agency: SENDER, clerkName: 'Lê Thị Thử', recoveryCode })
  return recoveryCode
}

test('a new profile waits for the wizard, and answers nothing of an office', async () => {
  const { call } = await engineOf(profile())
  expect(await call('office.status', {})).toMatchObject({ phase: 'new', keyStore: 'none' })
  await expect(call('counts', {})).rejects.toMatchObject({ code: 'office/not-open' })
})

test('an office is made only with the code that was shown, typed back', async () => {
  const { call } = await engineOf(profile())
  const typedBack = (recoveryCode: string) =>
    call('office.create', { agency: SENDER, clerkName: 'Lê Thị Thử', recoveryCode })
  const mismatch = { code: 'office/recovery-code-mismatch' }
  await expect(typedBack(createKey().recoveryCode)).rejects.toMatchObject(mismatch)
  const { recoveryCode: old } = await call('office.newRecoveryCode', {})
  const { recoveryCode } = await call('office.newRecoveryCode', {})
  await expect(typedBack(old)).rejects.toMatchObject(mismatch)
  expect(await typedBack(recoveryCode.toLowerCase().replaceAll('-', ''))).toMatchObject({
    phase: 'open',
    agency: SENDER,
  })
})

test('an office is made once', async () => {
  const { call } = await engineOf(profile())
  await create(call)
  await expect(create(call)).rejects.toMatchObject({ code: 'office/exists' })
  expect(await call('office.status', {})).toMatchObject({ phase: 'open' })
})

test('without a key store of the system the office is locked after a restart, and its code opens it', async () => {
  const dir = profile()
  const first = await engineOf(dir)
  const recoveryCode = await create(first.call)
  await first.close()
  const { call, log } = await engineOf(dir)
  expect(await call('office.status', {})).toMatchObject({ phase: 'locked' })
  await expect(call('office.unlock', { recoveryCode: createKey().recoveryCode })).rejects.toMatchObject({
    code: 'office/recovery-code-wrong',
  })
  await expect(call('counts', {})).rejects.toMatchObject({ code: 'office/not-open' })
  expect(await call('office.unlock', { recoveryCode })).toMatchObject({
    phase: 'open',
    clerkName: 'Lê Thị Thử',
  })
  expect(log.join('\n')).not.toContain(recoveryCode.slice(0, 9))
})

test('the system’s key store opens the office by itself, and the recovery code moves it to another account', async () => {
  const dir = profile()
  const windows = account()
  const first = await engineOf(dir, windows)
  const recoveryCode = await create(first.call)
  await first.close()

  const second = await engineOf(dir, windows)
  expect(await second.call('office.status', {})).toMatchObject({ phase: 'open', keyStore: 'os' })
  await second.close()

  const reinstalled = account()
  const third = await engineOf(dir, reinstalled)
  expect(await third.call('office.status', {})).toMatchObject({ phase: 'locked' })
  await third.call('office.unlock', { recoveryCode })
  await third.close()

  const fourth = await engineOf(dir, reinstalled)
  expect(await fourth.call('office.status', {})).toMatchObject({ phase: 'open' })
})

test('an office that is open stays open when the system will not keep its key', async () => {
  const dir = profile()
  const first = await engineOf(dir)
  const recoveryCode = await create(first.call)
  await first.close()
  const { call, log } = await engineOf(dir, { wrapKey: () => Promise.reject(new Error('no keyring')) })
  expect(await call('office.unlock', { recoveryCode })).toMatchObject({ phase: 'open' })
  expect(log.some((line) => line.includes('no keyring'))).toBe(true)
})

test('a second program on the same profile is told that it is in use', async () => {
  const dir = profile()
  const windows = account()
  const first = await engineOf(dir, windows)
  await create(first.call)
  const second = await engineOf(dir, windows)
  expect(await second.call('office.status', {})).toMatchObject({ phase: 'locked', error: 'store/in-use' })
  expect(await first.call('office.status', {})).toMatchObject({ phase: 'open' })
})

test('the recovery code is nowhere on the disk', async () => {
  const dir = profile()
  const { call, close } = await engineOf(dir, account())
  const recoveryCode = await create(call)
  await close()
  const bytes = ['key.json', 'store.db'].map((name) => readFileSync(join(dir, name), 'latin1')).join('')
  for (const code of [recoveryCode, recoveryCode.replaceAll('-', '')]) expect(bytes).not.toContain(code)
})
