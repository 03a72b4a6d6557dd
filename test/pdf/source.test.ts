import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import {
  memorySource,
  openPdfFile,
  passingChunksOf,
  reopening,
  writePdf,
  type PdfSource,
} from '../../src/engine/pdf/source.ts'
import { AppError } from '../../src/shared/errors.ts'

const dir = mkdtempSync(join(tmpdir(), 'vanthu-source-'))
afterAll(() => {
  rmSync(dir, { recursive: true })
})
const MEGABYTE = 1 << 20

async function gathered(source: PdfSource, offset?: number, length?: number): Promise<Buffer> {
  const pieces: Buffer[] = []
  // What passes is overwritten by what comes next.
  for await (const chunk of passingChunksOf(source, offset, length)) pieces.push(Buffer.from(chunk))
  return Buffer.concat(pieces)
}

test.each([0, 1, MEGABYTE - 1, MEGABYTE, MEGABYTE + 1, 3 * MEGABYTE + 7])(
  'all %i bytes of a file pass in order, and are written as they are',
  async (size) => {
    const bytes = randomBytes(size)
    const path = join(dir, `${String(size)}.bin`)
    writeFileSync(path, bytes)
    const file = reopening(size, () => openPdfFile(path))
    expect((await gathered(file)).equals(bytes)).toBe(true)
    const [offset, length] = [Math.min(size, 5), Math.max(0, size - 11)]
    expect((await gathered(file, offset, length)).equals(bytes.subarray(offset, offset + length))).toBe(true)
    const copy = `${path}.copy`
    await writePdf(file, copy)
    await file.close()
    const written = await openPdfFile(copy)
    expect(Buffer.from(await written.read(0, size)).equals(bytes)).toBe(true)
    await written.close()
  },
)

test('whoever stops early is not left with a read under way', async () => {
  let reading = 0
  const source: PdfSource = {
    ...memorySource(new Uint8Array(4 * MEGABYTE)),
    async readInto() {
      reading += 1
      await new Promise((resolve) => setTimeout(resolve, 5))
      reading -= 1
    },
  }
  for await (const chunk of passingChunksOf(source)) {
    expect(chunk.length).toBe(MEGABYTE)
    break
  }
  expect(reading).toBe(0)
})

test('a piece that cannot be read is told to whoever asks for it, after those before it', async () => {
  const source: PdfSource = {
    ...memorySource(new Uint8Array(3 * MEGABYTE)),
    readInto: (_target, offset) =>
      offset < 2 * MEGABYTE ? Promise.resolve() : Promise.reject(new AppError('pdf/unreadable', 'gone')),
  }
  const passed: number[] = []
  const all = async (): Promise<void> => {
    for await (const chunk of passingChunksOf(source)) passed.push(chunk.length)
  }
  await expect(all()).rejects.toThrow('gone')
  expect(passed).toEqual([MEGABYTE, MEGABYTE])
})
