import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  addOsWrap,
  createKey,
  createStore,
  hasStore,
  readKeyFile,
  readRecoveryCode,
  unwrapWithRecoveryCode,
  writeKeyFile,
} from '../../src/engine/store/index.ts'
import { storeKeys } from '../../src/engine/store/keys.ts'
import { folder, MORNING } from './office.ts'

async function written() {
  const dir = folder()
  const key = createKey()
  await writeKeyFile(dir, key)
  const file = await readKeyFile(dir)
  if (file === undefined) throw new Error('key.json was just written')
  return { dir, file, ...key }
}

describe('the recovery code', () => {
  test('has nine groups of four, and 160 bits no two offices share', () => {
    const codes = Array.from({ length: 50 }, () => createKey().recoveryCode)
    for (const code of codes) expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){8}[0-9A-HJKMNP-TV-Z]{4}$/)
    expect(new Set(codes).size).toBe(50)
  })

  test('is read however the clerk types it', () => {
    const { recoveryCode } = createKey()
    const sloppy = recoveryCode.toLowerCase().replaceAll('-', '  ').replaceAll('0', 'o').replaceAll('1', 'l')
    expect(readRecoveryCode(sloppy)).toBe(recoveryCode)
    expect(readRecoveryCode(recoveryCode.replaceAll('-', '').replaceAll('1', 'I'))).toBe(recoveryCode)
    expect(readRecoveryCode(` ${recoveryCode.replaceAll('-', '–')}\n`)).toBe(recoveryCode)
  })

  test('with one character mistyped is seen to be wrong before the key is tried', () => {
    const alphabet = Array.from('0123456789ABCDEFGHJKMNPQRSTVWXYZ')
    fc.assert(
      fc.property(fc.nat(35), fc.constantFrom(...alphabet), (position, wrong) => {
        const code = 'ER7M-HHB6-TPCD-CFVS-5DV8-MZWP-AY8K-T4TX-HC3H'.replaceAll('-', '')
        fc.pre(code.charAt(position) !== wrong)
        expect(readRecoveryCode(code.slice(0, position) + wrong + code.slice(position + 1))).toBeUndefined()
      }),
      { seed: 7, numRuns: 100 },
    )
    expect(readRecoveryCode('')).toBeUndefined()
    expect(readRecoveryCode(createKey().recoveryCode.slice(0, -1))).toBeUndefined()
  })

  test('opens the office on another machine', async () => {
    const { file, masterKey, recoveryCode } = await written()
    expect(
      Buffer.from(await unwrapWithRecoveryCode(file, recoveryCode.toLowerCase())).equals(masterKey),
    ).toBe(true)
  })

  test('of another office does not open this one', async () => {
    const { file } = await written()
    await expect(unwrapWithRecoveryCode(file, createKey().recoveryCode)).rejects.toMatchObject({
      code: 'office/recovery-code-wrong',
    })
    await expect(unwrapWithRecoveryCode(file, 'xin chào')).rejects.toMatchObject({
      code: 'office/recovery-code-wrong',
    })
  })
})

describe('key.json', () => {
  test('holds neither the key nor the code', async () => {
    const { dir, masterKey, recoveryCode } = await written()
    const text = readFileSync(join(dir, 'key.json'), 'utf8')
    for (const form of ['hex', 'base64', 'base64url'] as const) {
      expect(text).not.toContain(Buffer.from(masterKey).toString(form))
    }
    for (const group of recoveryCode.split('-')) expect(text).not.toContain(`"${group}`)
    expect(text).not.toContain(recoveryCode)
    expect(text).not.toContain(recoveryCode.replaceAll('-', ''))
  })

  test('takes the wrap of a new machine and keeps the recovery code working', async () => {
    const { dir, masterKey, recoveryCode } = await written()
    await addOsWrap(dir, Uint8Array.of(1, 2, 3))
    const file = await readKeyFile(dir)
    expect(file?.os).toEqual(Buffer.of(1, 2, 3))
    if (file === undefined) throw new Error('key.json is gone')
    expect(Buffer.from(await unwrapWithRecoveryCode(file, recoveryCode)).equals(masterKey)).toBe(true)
  })

  test('of an office that exists is not overwritten', async () => {
    const { dir, masterKey, recoveryCode } = await written()
    createStore({ dir, masterKey, now: () => MORNING }).close()
    expect(hasStore(dir)).toBe(true)
    await expect(writeKeyFile(dir, { masterKey, recoveryCode })).rejects.toMatchObject({
      code: 'office/exists',
    })
  })

  test('that is missing is told apart from one that is damaged', async () => {
    const dir = folder()
    expect(await readKeyFile(dir)).toBeUndefined()
    writeFileSync(join(dir, 'key.json'), '{"version":1')
    await expect(readKeyFile(dir)).rejects.toMatchObject({ code: 'store/damaged' })
  })

  test('that was doctored to cost gigabytes is not obeyed', async () => {
    const { dir } = await written()
    const path = join(dir, 'key.json')
    writeFileSync(path, readFileSync(path, 'utf8').replace('"N": 32768', '"N": 1073741824'))
    await expect(readKeyFile(dir)).rejects.toMatchObject({ code: 'store/damaged' })
  })
})

test('each use has a key of its own', () => {
  const { database, file, fileName } = storeKeys(new Uint8Array(32).fill(7))
  const names = [database, file, fileName].map((key) => Buffer.from(key).toString('hex'))
  expect(new Set(names).size).toBe(3)
  // Persisted: if these change, no office opens any more.
  expect(names).toMatchInlineSnapshot(`
    [
      "9a39c4da7052ecd0cdfd46032bf5b63e0c52fb29db45a406e36dc9814aa362f4",
      "50e63c3d00e9090c09317638510ba4c3178eb1c652a162fd77f864e37f1f690a",
      "9107b63afcece71378e699813bddec363875eef15311e69971a65fc542769157",
    ]
  `)
})
