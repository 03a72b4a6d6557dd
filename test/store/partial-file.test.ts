import { createHash, randomBytes } from 'node:crypto'
import { copyFileSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { fileStore, type FileStore } from '../../src/engine/store/files.ts'
import { sha256Hex } from '../../src/shared/document/fields.ts'
import { folder, office } from './office.ts'

const SEGMENT = 64 * 1024
const keys = { fileKey: new Uint8Array(32).fill(1), nameKey: new Uint8Array(32).fill(2) }
const content = randomBytes(3 * SEGMENT + 777)
const named = createHash('sha256').update(content).digest('hex')

function fresh(): { dir: string; parts: () => string[]; files: FileStore } {
  const dir = join(folder(), 'files')
  const parts = () => readdirSync(join(dir, 'part')).map((name) => join(dir, 'part', name))
  return { dir, parts, files: fileStore({ dir, ...keys }) }
}

/** Some bytes of the content, and then the line breaks. */
// eslint-disable-next-line @typescript-eslint/require-await -- the interface is asynchronous, these bytes are there
async function* cut(from: number, to: number): AsyncGenerator<Uint8Array> {
  yield content.subarray(from, to)
  throw new Error('the line broke')
}

// eslint-disable-next-line @typescript-eslint/require-await -- as above
async function* rest(from: number): AsyncGenerator<Uint8Array> {
  yield content.subarray(from)
}

const fine = () => undefined

describe('a content that arrives in pieces', () => {
  test('is kept to the byte over every break, and is one ordinary file in the end', async () => {
    const { dir, files, parts } = fresh()
    for (const [from, to] of [
      [0, 10],
      [10, SEGMENT],
      [SEGMENT, SEGMENT],
      [SEGMENT, 2 * SEGMENT + 5],
    ] as const) {
      const part = await files.partial('packet')
      expect(part.sizeBytes).toBe(from)
      await expect(part.append(cut(from, to))).rejects.toThrow('the line broke')
      expect(part.sizeBytes).toBe(to)
    }
    const again = await fileStore({ dir, ...keys }).partial('packet')
    expect(again.sizeBytes).toBe(2 * SEGMENT + 5)
    await again.append(rest(again.sizeBytes))
    expect(await again.finish(fine)).toEqual({ sha256: named, sizeBytes: content.length })
    expect(Buffer.from(await files.bytes(sha256Hex.parse(named))).equals(content)).toBe(true)
    expect(parts()).toEqual([])
    expect((await files.partial('packet')).sizeBytes).toBe(0)
  })

  test('in one piece it is not written twice', async () => {
    const { files, parts } = fresh()
    const part = await files.partial('packet')
    await part.append(rest(0))
    const before = readFileSync(parts()[0]!)
    const { sha256 } = await part.finish(fine)
    expect(parts()).toEqual([])
    const file = await files.open(sha256)
    await file.close()
    expect(before.includes(content.subarray(0, 64))).toBe(false)
    expect(await files.verify(sha256)).toEqual({ sha256, sizeBytes: content.length })
  })

  test('says nothing on the disk: neither its name nor its bytes can be read there', async () => {
    const { files, parts } = fresh()
    await expect((await files.partial('the-packet')).append(cut(0, 200_000))).rejects.toThrow()
    const [path] = parts()
    expect(path).not.toContain('the-packet')
    expect(readFileSync(path!).includes(content.subarray(SEGMENT, SEGMENT + 32))).toBe(false)
  })

  test('refused by its reader at the end, it is not kept, and its pieces stay for him to forget', async () => {
    const { files, parts } = fresh()
    for (const pieces of [1, 2]) {
      const part = await files.partial('packet')
      if (pieces === 2) await expect(part.append(cut(0, 100))).rejects.toThrow()
      await part.append(rest(part.sizeBytes))
      const refusal = part.finish(() => {
        throw new Error('another hash')
      })
      await expect(refusal).rejects.toThrow('another hash')
      expect(await files.has(sha256Hex.parse(named))).toBe(false)
      await part.discard()
      expect(parts()).toEqual([])
    }
  })
})

describe('a process that was killed while a piece came', () => {
  /** What a kill leaves: the same piece without its end, at any byte. */
  async function killedAt(bytesOnDisk: number) {
    const one = fresh()
    await expect((await one.files.partial('packet')).append(cut(0, content.length))).rejects.toThrow()
    truncateSync(one.parts()[0]!, bytesOnDisk)
    return one
  }

  test.each([
    [0, 0],
    [47, 0],
    [48 + SEGMENT, 0],
    [48 + SEGMENT + 16, SEGMENT],
    [48 + 3 * (SEGMENT + 16) + 100, 3 * SEGMENT],
  ])('with %i bytes on the disk goes on after %i bytes', async (onDisk, whole) => {
    const { files } = await killedAt(onDisk)
    const part = await files.partial('packet')
    expect(part.sizeBytes).toBe(whole)
    await part.append(rest(whole))
    expect(await part.finish(fine)).toEqual({ sha256: named, sizeBytes: content.length })
  })

  test('what a power cut garbled is not gone on with', async () => {
    const { files, parts } = await killedAt(48 + 3 * (SEGMENT + 16))
    const bytes = readFileSync(parts()[0]!)
    bytes.fill(0, 48 + SEGMENT + 16 + 5, 48 + SEGMENT + 16 + 60)
    writeFileSync(parts()[0]!, bytes)
    expect((await files.partial('packet')).sizeBytes).toBe(SEGMENT)
  })

  test('a piece that went bad afterwards is damage, never a wrong content', async () => {
    const { files, parts } = fresh()
    await expect((await files.partial('packet')).append(cut(0, 2 * SEGMENT))).rejects.toThrow()
    const bytes = readFileSync(parts()[0]!)
    bytes[100] = bytes[100]! ^ 1
    writeFileSync(parts()[0]!, bytes)
    const part = await files.partial('packet')
    await part.append(rest(2 * SEGMENT))
    await expect(part.finish(fine)).rejects.toMatchObject({ code: 'store/file-damaged' })
  })

  test('a piece in the place of another content is not taken for it', async () => {
    const { files, parts } = fresh()
    await expect((await files.partial('one')).append(cut(0, 100))).rejects.toThrow()
    const [path] = parts()
    expect((await files.partial('two')).sizeBytes).toBe(0)
    copyFileSync(path!, `${path!.slice(0, -1)}9`)
    expect((await files.partial('one')).sizeBytes).toBe(200)
  })
})

test('at the start, only what an open errand waits for is kept', async () => {
  const store = office()
  store.packets.noteListed([{ packetId: 'waiting', kind: 'edoc', fromOrganId: 'H99' }])
  store.jobs.add({ key: 'fetch/waiting', kind: 'fetch', subjectId: 'waiting', dueAt: 0 })
  for (const name of ['waiting', 'gone']) {
    await expect((await store.files.partial(name)).append(cut(0, 100))).rejects.toThrow()
  }
  store.files.sweepPartial(store.jobs.pending('fetch').map(({ subjectId }) => subjectId))
  expect((await store.files.partial('waiting')).sizeBytes).toBe(100)
  expect((await store.files.partial('gone')).sizeBytes).toBe(0)
})
