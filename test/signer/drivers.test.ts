import fc from 'fast-check'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { findModules } from '../../src/signer/drivers.ts'
import { importedLibraries, inspectLibrary } from '../../src/signer/library-file.ts'
import { loadFailure } from '../../src/signer/load-failure.ts'

const SOFTHSM = '/usr/lib/softhsm/libsofthsm2.so'
const C_LIBRARY = '/usr/lib/x86_64-linux-gnu/libc.so.6'
/** A real Windows library that happens to be at hand. */
const WINDOWS_LIBRARY = join(
  import.meta.dirname,
  '../../node_modules/better-sqlite3/prebuilds/win32-x64.node',
)

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'vanthu-drivers-'))
})
afterAll(() => {
  rmSync(directory, { recursive: true, force: true })
})

function file(name: string, content: Uint8Array | string): string {
  const path = join(directory, name)
  writeFileSync(path, content)
  return path
}

/** The Windows library with the name of its export changed to that of a PKCS#11 module. */
function windowsDriver(): Buffer {
  const bytes = readFileSync(WINDOWS_LIBRARY)
  const at = bytes.lastIndexOf('napi_register_module_v1\0')
  expect(at).toBeGreaterThan(0)
  bytes.write('C_GetFunctionList\0', at, 'latin1')
  return bytes
}

describe('a driver file is judged without loading it', () => {
  test('a Linux PKCS#11 module for this processor is ready', () => {
    expect(inspectLibrary(SOFTHSM, 'x64')).toBe('ready')
  })

  test.each(['arm64', 'ia32'])('for %s it has the wrong architecture', (architecture) => {
    expect(inspectLibrary(SOFTHSM, architecture)).toBe('wrong-architecture')
  })

  test('a library that does not export C_GetFunctionList is no driver', () => {
    expect(inspectLibrary(C_LIBRARY, 'x64')).toBe('not-pkcs11')
    expect(inspectLibrary(WINDOWS_LIBRARY, 'x64')).toBe('not-pkcs11')
  })

  test('a Windows module is ready for x64 and of the wrong architecture for a 32-bit process', () => {
    const path = file('driver.dll', windowsDriver())
    expect(inspectLibrary(path, 'x64')).toBe('ready')
    expect(inspectLibrary(path, 'ia32')).toBe('wrong-architecture')
    expect(inspectLibrary(path, 'arm64')).toBe('wrong-architecture')
  })

  test('a macOS library tells its processors, alone and in a bundle of several', () => {
    const single = Buffer.alloc(32)
    single.writeUInt32LE(0xfeedfacf, 0)
    single.writeUInt32LE(0x0100000c, 4)
    const bundle = Buffer.alloc(48)
    bundle.writeUInt32BE(0xcafebabe, 0)
    bundle.writeUInt32BE(2, 4)
    bundle.writeUInt32BE(0x01000007, 8)
    bundle.writeUInt32BE(0x0100000c, 28)
    expect(inspectLibrary(file('one.dylib', single), 'arm64')).toBe('ready')
    expect(inspectLibrary(file('one.dylib', single), 'x64')).toBe('wrong-architecture')
    expect(inspectLibrary(file('two.dylib', bundle), 'x64')).toBe('ready')
    expect(inspectLibrary(file('two.dylib', bundle), 'ia32')).toBe('wrong-architecture')
  })

  test('text, an empty file and a folder are no drivers; a missing file is unreadable', () => {
    expect(inspectLibrary(file('text.dll', 'Kính gửi: Ủy ban nhân dân xã'))).toBe('not-pkcs11')
    expect(inspectLibrary(file('empty.dll', ''))).toBe('not-pkcs11')
    expect(inspectLibrary(directory)).toBe('not-pkcs11')
    expect(inspectLibrary(join(directory, 'none.dll'))).toBe('unreadable')
  })

  test('no damage to a file makes the judgement fail or a cut file ready', () => {
    const originals = [readFileSync(SOFTHSM), windowsDriver()]
    const change = fc.record({
      original: fc.constantFrom(...originals),
      at: fc.nat(2_000),
      bytes: fc.uint8Array({ minLength: 1, maxLength: 8 }),
    })
    fc.assert(
      fc.property(change, ({ original, at, bytes }) => {
        const damaged = Buffer.from(original)
        damaged.set(bytes, at)
        const verdict = inspectLibrary(file('damaged', damaged), 'x64')
        expect(['ready', 'wrong-architecture', 'not-pkcs11']).toContain(verdict)
      }),
      { numRuns: 200 },
    )
    for (const original of originals) {
      expect(inspectLibrary(file('cut', original.subarray(0, 500)), 'x64')).toBe('not-pkcs11')
    }
  })
})

describe('the list of drivers', () => {
  test('names whose each is, the state’s first, and says why one cannot be used', () => {
    const system = join(directory, 'System32')
    mkdirSync(system)
    writeFileSync(join(system, 'vnptca_p11_v8.dll'), windowsDriver())
    writeFileSync(
      join(system, 'bit4xpki.dll'),
      windowsDriver()
        .fill(0x4c, 0x3c + 4, 0x40)
        .subarray(0, 64),
    )
    copyFileSync(WINDOWS_LIBRARY, join(system, 'viettel-ca_v6.dll'))
    writeFileSync(join(system, 'kernel32.dll'), windowsDriver())
    const found = findModules([], { platform: 'win32', folders: [system] })
    expect(found.map(({ label, state }) => [label, state])).toEqual([
      ['Chứng thư số chuyên dùng Chính phủ', 'not-pkcs11'],
      ['VNPT-CA', 'ready'],
      ['Viettel-CA', 'not-pkcs11'],
    ])
  })

  test('begins with the files that the clerk chose, once each, usable or not', () => {
    const own = file('tự chọn.so', 'không phải thư viện')
    const practice = file('thực hành.p12', '')
    const found = findModules([SOFTHSM, own, practice, join(directory, 'mất.p12')], {
      platform: 'linux',
      folders: ['/usr/lib/softhsm'],
    })
    expect(found).toEqual([
      { path: SOFTHSM, label: 'SoftHSM2', software: true, state: 'ready' },
      { path: own, label: 'tự chọn.so', software: false, state: 'not-pkcs11' },
      { path: practice, label: 'thực hành.p12', software: true, state: 'ready' },
      { path: join(directory, 'mất.p12'), label: 'mất.p12', software: true, state: 'unreadable' },
    ])
  })

  test('finds SoftHSM2 where Debian puts it', () => {
    expect(findModules([]).map(({ path }) => path)).toContain(SOFTHSM)
  })
})

describe('why a Windows driver whose file is in order does not load', () => {
  const caught = new Error('The specified module could not be found.')
  const failureWith = (home: string, folders: readonly string[]) => {
    mkdirSync(home, { recursive: true })
    const path = join(home, 'vnptca_p11_v8.dll')
    writeFileSync(path, windowsDriver())
    return loadFailure(path, caught, { platform: 'win32', folders })
  }

  test('is told from its import table: the files that are nowhere, but not the names Windows makes up', () => {
    const needed = importedLibraries(WINDOWS_LIBRARY)
    expect(needed).toContain('KERNEL32.dll')
    const system = join(directory, 'windows', 'System32')
    mkdirSync(system, { recursive: true })
    for (const name of needed.slice(1)) writeFileSync(join(system, name), '')
    const failure = failureWith(join(directory, 'alone'), [system])
    expect(failure).toMatchObject({ code: 'sign/module-dependency', detail: needed[0] })
  })

  test('is told through the vendor’s own library beside it', () => {
    const home = join(directory, 'beside')
    mkdirSync(home, { recursive: true })
    const needed = importedLibraries(WINDOWS_LIBRARY)
    for (const name of needed) {
      // Each of them is a library that needs what the driver needs, and one file more by another name.
      const bytes = readFileSync(WINDOWS_LIBRARY)
      bytes.write('VENDOR32', bytes.indexOf('KERNEL32.dll\0'), 'latin1')
      writeFileSync(join(home, name), bytes)
    }
    expect(failureWith(home, [])).toMatchObject({
      code: 'sign/module-dependency',
      detail: 'VENDOR32.dll',
    })
  })

  test('stays in the system’s words where nothing is missing', () => {
    const system = join(directory, 'complete')
    mkdirSync(system, { recursive: true })
    for (const name of importedLibraries(WINDOWS_LIBRARY)) writeFileSync(join(system, name), '')
    expect(failureWith(join(directory, 'alone'), ['', system])).toMatchObject({
      code: 'sign/module-failed',
      detail: caught.message,
    })
  })

  test('is never told by a file that is no Windows library', () => {
    expect(importedLibraries(SOFTHSM)).toEqual([])
    expect(importedLibraries(join(directory, 'none.dll'))).toEqual([])
    expect(importedLibraries(file('cut.dll', windowsDriver().subarray(0, 4_000)))).toEqual([])
  })
})
