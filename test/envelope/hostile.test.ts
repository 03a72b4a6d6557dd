import { Buffer } from 'node:buffer'
import { describe, expect, test } from 'vitest'
import { readPacket } from '../../src/engine/envelope/read.ts'
import { HOSTILE_PACKETS } from './hostile-packets.ts'
import { inPieces, memorySink } from './packets.ts'

describe.each(HOSTILE_PACKETS)('a packet is refused by name: %s', (_, table) => {
  test.each(table)('$what', async ({ packet, code, detail, limits }) => {
    const { sink, counts } = memorySink()
    const bytes = typeof packet === 'string' ? Buffer.from(packet) : packet
    const reading = readPacket(inPieces(bytes, 65_536), { attachmentSink: sink, limits: limits ?? {} })
    await expect(reading).rejects.toMatchObject(detail === undefined ? { code } : { code, detail })
    expect(counts.finished + counts.discarded).toBe(counts.begun)
  })

  test.each(table.filter(({ packet }) => packet.length < 20_000))(
    '$what, byte by byte',
    async ({ packet, code, limits }) => {
      const bytes = typeof packet === 'string' ? Buffer.from(packet) : packet
      const reading = readPacket(inPieces(bytes, 1), {
        attachmentSink: memorySink().sink,
        limits: limits ?? {},
      })
      await expect(reading).rejects.toMatchObject({ code })
    },
  )
})
