import { Buffer } from 'node:buffer'
import { createHash } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { readPacket } from '../../src/engine/envelope/read.ts'
import type { AttachmentSink } from '../../src/engine/envelope/read.ts'
import { writeDocumentPacket } from '../../src/engine/envelope/write.ts'
import { EXAMPLE_MESSAGE, fileSource } from './packets.ts'

const MEBIBYTE = 1_048_576

/** A file that exists only while it is read: no text, no pattern, the same each time. */
async function* largeFile(bytes: number): AsyncGenerator<Uint8Array> {
  const block = Buffer.alloc(65_536)
  for (let written = 0; written < bytes; written += block.length) {
    for (let index = 0; index < block.length; index += 4)
      block.writeUInt32LE(Math.imul(written + index, 2_654_435_761) >>> 0, index)
    if (written === 0) block.write('%PDF-1.7\n')
    await nextTurn()
    yield block
  }
}

/** Memory beyond what there was, at its highest, while bytes pass. */
async function* watched(
  chunks: AsyncIterable<Uint8Array>,
  seen: { growth: number; bytes: number },
): AsyncGenerator<Uint8Array> {
  const before = process.memoryUsage().rss
  for await (const chunk of chunks) {
    seen.bytes += chunk.length
    seen.growth = Math.max(seen.growth, process.memoryUsage().rss - before)
    yield chunk
  }
}

test('a packet of 80 MB passes through without being held', async () => {
  const size = 60 * MEBIBYTE
  const hash = createHash('sha256')
  for await (const block of largeFile(size)) hash.update(block)
  const sink: AttachmentSink<number> = {
    begin() {
      let bytes = 0
      return Promise.resolve({
        write(chunk) {
          bytes += chunk.length
          return nextTurn()
        },
        finish: () => Promise.resolve(bytes),
        discard: () => Promise.resolve(),
      })
    },
  }
  const source = fileSource('60MB.pdf', Buffer.alloc(0), { size })
  const seen = { growth: 0, bytes: 0 }
  const packet = writeDocumentPacket(EXAMPLE_MESSAGE, [{ ...source, open: () => largeFile(size) }])
  const back = await readPacket(watched(packet, seen), { attachmentSink: sink })
  expect(back.kind === 'document' && back.attachments).toMatchObject([
    { sizeBytes: size, stored: size, sha256: hash.digest('hex'), warnings: [] },
  ])
  expect(seen.bytes).toBeGreaterThanOrEqual(80 * MEBIBYTE)
  // The base64 alone has 80 MiB, as a string or in two copies far more.
  expect(seen.growth / MEBIBYTE).toBeLessThan(64)
}, 120_000)
