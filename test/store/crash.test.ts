import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { fileStore } from '../../src/engine/store/files.ts'
import { createStore, openStore } from '../../src/engine/store/index.ts'
import { sha256Hex } from '../../src/shared/document/fields.ts'
import { child } from './child.ts'
import { folder, MORNING, office } from './office.ts'

const masterKey = new Uint8Array(32).fill(7)
const now = () => MORNING

describe('one profile, one engine', () => {
  test('a second engine in the same program is refused', () => {
    const store = office()
    expect(() => openStore({ dir: store.dir, masterKey, now })).toThrow(
      expect.objectContaining({ code: 'store/in-use' }),
    )
  })

  test('another process is refused while the profile is open, and let in once it was killed', async () => {
    const dir = folder()
    createStore({ dir, masterKey, now }).close()
    const other = await child('hold-profile.ts', dir)
    expect(() => openStore({ dir, masterKey, now })).toThrow(
      expect.objectContaining({ code: 'store/in-use' }),
    )
    await other.kill()
    const store = openStore({ dir, masterKey, now })
    expect(store.settings.get('clerkName'), 'what was committed before the kill').toBe('Ánh')
    expect((await store.check()).problems).toEqual([])
    store.close()
  })

  test('a profile that was closed opens again', () => {
    const dir = folder()
    createStore({ dir, masterKey, now }, ({ settings }) => {
      settings.set('clerkName', 'Ánh')
    }).close()
    const store = openStore({ dir, masterKey, now })
    expect(store.settings.get('clerkName')).toBe('Ánh')
    store.close()
  })

  test('a second office is not made over the first', () => {
    const dir = folder()
    createStore({ dir, masterKey, now }).close()
    expect(() => createStore({ dir, masterKey, now })).toThrow(
      expect.objectContaining({ code: 'office/exists' }),
    )
  })

  test('an office that could not be finished leaves nothing that looks like one', () => {
    const dir = folder()
    const fail = () => {
      throw new Error('the wizard broke')
    }
    expect(() => createStore({ dir, masterKey, now }, fail)).toThrow('the wizard broke')
    const store = createStore({ dir, masterKey, now })
    expect(store.settings.get('clerkName')).toBeUndefined()
    store.close()
  })
})

describe('the computer stops while a file is kept', () => {
  const keys = { fileKey: new Uint8Array(32).fill(1), nameKey: new Uint8Array(32).fill(2) }
  const content = Buffer.concat([Buffer.alloc(100_000, 5), Buffer.alloc(100_000, 6)])
  const named = sha256Hex.parse('6df9301ba1e22768bf0ce68fa50b7f481c7ba97a000e04858078b72238876169')

  test.each(['halfway', 'files/written'])(
    '%s: the file is not there, and keeping it again works',
    async (stopAt) => {
      const dir = join(folder(), 'files')
      await (await child('keep-file.ts', dir, stopAt)).kill()
      const files = fileStore({ dir, ...keys })
      expect(readdirSync(join(dir, 'tmp'))).toHaveLength(1)
      expect(files.sweepTemporary()).toBe(1)
      expect(readdirSync(join(dir, 'tmp'))).toEqual([])
      expect(await files.has(named)).toBe(false)
      const { sha256 } = await files.putBytes(content)
      expect(Buffer.from(await files.bytes(sha256)).equals(content)).toBe(true)
    },
  )

  test('right after the rename: the file is whole', async () => {
    const dir = join(folder(), 'files')
    await (await child('keep-file.ts', dir, 'files/renamed')).kill()
    const files = fileStore({ dir, ...keys })
    expect(files.sweepTemporary()).toBe(0)
    expect(await files.verify(named)).toEqual({ sha256: named, sizeBytes: 200_000 })
  })
})
