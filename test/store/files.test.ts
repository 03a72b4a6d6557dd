import { createHash, randomBytes } from 'node:crypto'
import { copyFileSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fileStore, type FileStore } from '../../src/engine/store/files.ts'
import { sha256Hex, type Sha256 } from '../../src/shared/document/fields.ts'
import { folder } from './office.ts'

const SEGMENT = 64 * 1024
const PART = SEGMENT + 16
const HEADER = 48
const keys = { fileKey: new Uint8Array(32).fill(1), nameKey: new Uint8Array(32).fill(2) }
/** Three segments, the last one short. */
const content = Buffer.from(
  Array.from({ length: 2 * SEGMENT + 1234 }, (_, index) => (index * 7919 + (index >> 8)) & 255),
)

function fresh(): { dir: string; files: FileStore } {
  const dir = join(folder(), 'files')
  return { dir, files: fileStore({ dir, ...keys }) }
}

/** The paths of the kept files on disk. */
function kept(dir: string): string[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .map((name) => join(dir, name))
    .filter((path) => statSync(path).isFile() && !path.includes(join(dir, 'tmp')))
}

async function keptOnce(bytes: Uint8Array = content) {
  const { dir, files } = fresh()
  const { sha256 } = await files.putBytes(bytes)
  const [path] = kept(dir)
  if (path === undefined) throw new Error('nothing was kept')
  return { dir, files, sha256, path, original: readFileSync(path) }
}

const damaged = { code: 'store/file-damaged' }

describe('keeping', () => {
  test.each([0, 1, SEGMENT - 1, SEGMENT, SEGMENT + 1, 2 * SEGMENT, 3 * SEGMENT + 5])(
    'a content of %i bytes comes back as it was, under its SHA-256',
    async (size) => {
      const { dir, files } = fresh()
      const bytes = randomBytes(size)
      const file = await files.putBytes(bytes)
      expect(file).toEqual({ sha256: createHash('sha256').update(bytes).digest('hex'), sizeBytes: size })
      expect(Buffer.from(await files.bytes(file.sha256)).equals(bytes)).toBe(true)
      expect(kept(dir)).toHaveLength(1)
      expect(readdirSync(join(dir, 'tmp'))).toEqual([])
    },
  )

  test('the same content in other pieces is one file', async () => {
    const { dir, files } = fresh()
    async function* pieces(size: number) {
      for (let at = 0; at < content.byteLength; at += size)
        yield await Promise.resolve(content.subarray(at, at + size))
    }
    const whole = await files.putBytes(content)
    expect(await files.put(pieces(1_000))).toEqual(whole)
    expect(await files.put(pieces(100_000))).toEqual(whole)
    expect(kept(dir)).toHaveLength(1)
  })

  test('two writers of the same content at once leave one whole file', async () => {
    const { dir, files } = fresh()
    const all = await Promise.all(Array.from({ length: 8 }, () => files.putBytes(content)))
    const [first] = all
    if (first === undefined) throw new Error('nothing was kept')
    expect(new Set(all.map(({ sha256 }) => sha256)).size).toBe(1)
    expect(kept(dir)).toHaveLength(1)
    expect(await files.verify(first.sha256)).toEqual(first)
  })

  test('a source that breaks leaves nothing behind', async () => {
    const { dir, files } = fresh()
    async function* broken() {
      yield await Promise.resolve(content)
      throw new Error('the line broke')
    }
    await expect(files.put(broken())).rejects.toThrow('the line broke')
    expect(kept(dir)).toEqual([])
    expect(readdirSync(join(dir, 'tmp'))).toEqual([])
  })

  test('importing a damaged file again makes it whole', async () => {
    const { files, sha256, path, original } = await keptOnce()
    original.writeUInt8(original.readUInt8(70_000) ^ 1, 70_000)
    writeFileSync(path, original)
    await expect(files.verify(sha256)).rejects.toMatchObject(damaged)
    await files.putBytes(content)
    expect(Buffer.from(await files.bytes(sha256)).equals(content)).toBe(true)
  })

  test('a content that was never kept is missing, not damaged', async () => {
    const { files } = fresh()
    const sha256 = sha256Hex.parse('0'.repeat(64))
    expect(await files.has(sha256)).toBe(false)
    await expect(files.open(sha256)).rejects.toMatchObject({ code: 'store/file-missing' })
  })
})

describe('reading', () => {
  test('any slice is the slice of the content', async () => {
    const { files, sha256 } = await keptOnce()
    const file = await files.open(sha256)
    expect(file.size).toBe(content.byteLength)
    await fc.assert(
      fc.asyncProperty(fc.nat(content.byteLength + 10), fc.nat(2 * SEGMENT + 10), async (offset, length) => {
        const slice = Buffer.from(await file.read(offset, length))
        expect(slice.equals(content.subarray(offset, offset + length))).toBe(true)
      }),
      { seed: 11, numRuns: 200 },
    )
    await expect(file.read(-1, 5)).rejects.toThrow(RangeError)
    await expect(file.read(0, 0.5)).rejects.toThrow(RangeError)
    await file.close()
  })

  test('slices read at the same time, and while the whole is streamed, do not disturb each other', async () => {
    const { files, sha256 } = await keptOnce()
    const file = await files.open(sha256)
    const streamed = (async () => {
      const pieces: Uint8Array[] = []
      for await (const piece of file.stream()) pieces.push(piece)
      return Buffer.concat(pieces)
    })()
    const targets = Array.from({ length: 60 }, (_, index) => {
      const offset = (index % 3) * SEGMENT - (index % 2 === 0 || index % 3 === 0 ? 0 : 7)
      return { offset, bytes: Buffer.alloc(Math.min(SEGMENT + 100, content.byteLength - offset)) }
    })
    await Promise.all(targets.map(({ bytes, offset }) => file.readInto(bytes, offset)))
    for (const { offset, bytes } of targets) {
      expect(bytes.equals(content.subarray(offset, offset + bytes.byteLength))).toBe(true)
    }
    expect((await streamed).equals(content)).toBe(true)
    await expect(file.readInto(Buffer.alloc(2), content.byteLength - 1)).rejects.toThrow(RangeError)
    await file.close()
  })

  test('only the touched part of a file is needed', async () => {
    const { files, sha256, path, original } = await keptOnce()
    original.writeUInt8(original.readUInt8(HEADER + PART + 5) ^ 1, HEADER + PART + 5)
    writeFileSync(path, original)
    const file = await files.open(sha256)
    expect(Buffer.from(await file.read(0, 100)).equals(content.subarray(0, 100))).toBe(true)
    expect(
      Buffer.from(await file.read(2 * SEGMENT, 100)).equals(content.subarray(2 * SEGMENT, 2 * SEGMENT + 100)),
    ).toBe(true)
    await expect(file.read(SEGMENT, 1)).rejects.toMatchObject(damaged)
    await file.close()
  })
})

describe('damage', () => {
  async function seen(files: FileStore, sha256: Sha256): Promise<unknown> {
    return files.verify(sha256).then(
      () => 'nothing seen',
      (error: unknown) => error,
    )
  }

  test('a flipped bit is seen, wherever it is', async () => {
    const { files, sha256, path, original } = await keptOnce()
    const corners = [
      0,
      7,
      8,
      12,
      16,
      HEADER - 1,
      HEADER,
      HEADER + PART - 1,
      HEADER + PART,
      original.byteLength - 57,
      original.byteLength - 56,
      original.byteLength - 1,
    ]
    const flip = async (position: number, bit: number) => {
      const bytes = Buffer.from(original)
      bytes.writeUInt8(bytes.readUInt8(position) ^ (1 << bit), position)
      writeFileSync(path, bytes)
      expect(await seen(files, sha256), `bit ${String(bit)} of byte ${String(position)}`).toMatchObject(
        damaged,
      )
    }
    for (const corner of corners) await flip(corner, 0)
    await fc.assert(fc.asyncProperty(fc.nat(original.byteLength - 1), fc.nat(7), flip), {
      seed: 3,
      numRuns: 150,
    })
  })

  test('every bit of a short file is guarded', async () => {
    const { files, sha256, path, original } = await keptOnce(Buffer.from('Số 07/UBND-VP'))
    for (let position = 0; position < original.byteLength; position += 1) {
      const bytes = Buffer.from(original)
      bytes.writeUInt8(bytes.readUInt8(position) ^ (1 << (position % 8)), position)
      writeFileSync(path, bytes)
      expect(await seen(files, sha256), `byte ${String(position)}`).toMatchObject(damaged)
    }
  })

  test('a file cut short is seen, wherever it was cut', async () => {
    const { files, sha256, path, original } = await keptOnce()
    const cut = async (length: number) => {
      writeFileSync(path, original)
      truncateSync(path, length)
      expect(await seen(files, sha256), `cut to ${String(length)}`).toMatchObject(damaged)
    }
    for (const length of [0, 47, 48, 104, HEADER + PART, HEADER + 2 * PART, original.byteLength - 56])
      await cut(length)
    await fc.assert(fc.asyncProperty(fc.nat(original.byteLength - 1), cut), { seed: 5, numRuns: 60 })
  })

  test('bytes added at the end are seen', async () => {
    const { files, sha256, path, original } = await keptOnce()
    writeFileSync(path, Buffer.concat([original, Buffer.alloc(1)]))
    expect(await seen(files, sha256)).toMatchObject(damaged)
    writeFileSync(path, Buffer.concat([original, original.subarray(-56)]))
    expect(await seen(files, sha256)).toMatchObject(damaged)
  })

  test('swapped, repeated and dropped segments are seen', async () => {
    const { files, sha256, path, original } = await keptOnce()
    const header = original.subarray(0, HEADER)
    const [first, second, rest] = [
      original.subarray(HEADER, HEADER + PART),
      original.subarray(HEADER + PART, HEADER + 2 * PART),
      original.subarray(HEADER + 2 * PART),
    ]
    for (const parts of [
      [second, first, rest],
      [first, first, rest],
      [first, rest],
      [first, second, second, rest],
    ]) {
      writeFileSync(path, Buffer.concat([header, ...parts]))
      expect(await seen(files, sha256)).toMatchObject(damaged)
    }
  })

  test('a segment of another file is seen', async () => {
    const one = await keptOnce()
    const other = Buffer.from(content)
    other.fill(0, 0, 10)
    const { sha256: otherName } = await one.files.putBytes(other)
    const otherPath = kept(one.dir).find((path) => path !== one.path)
    if (otherPath === undefined) throw new Error('the other file is not there')
    const otherBytes = readFileSync(otherPath)
    otherBytes.copy(one.original, HEADER + PART, HEADER + PART, HEADER + 2 * PART)
    writeFileSync(one.path, one.original)
    expect(await seen(one.files, one.sha256)).toMatchObject(damaged)
    expect(await seen(one.files, otherName)).toBe('nothing seen')
  })

  test('a whole file in the place of another is seen', async () => {
    const { dir, files, sha256, path } = await keptOnce()
    await files.putBytes(Buffer.from('một văn bản khác'))
    const other = kept(dir).find((candidate) => candidate !== path)
    if (other === undefined) throw new Error('the other file is not there')
    copyFileSync(other, path)
    await expect(files.open(sha256)).rejects.toMatchObject(damaged)
  })

  test('a file of another office is seen', async () => {
    const one = await keptOnce()
    const files = fileStore({ dir: one.dir, fileKey: new Uint8Array(32).fill(9), nameKey: keys.nameKey })
    await expect(files.open(one.sha256)).rejects.toMatchObject(damaged)
  })
})
