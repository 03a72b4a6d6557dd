import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeEdocReply, type EdocReply } from '../../src/engine/hub/edoc-reply.ts'
import { collected } from './packets.ts'

async function* pieces(bytes: Buffer, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  let from = 0
  for (const cut of [...cuts, bytes.length]) {
    yield await Promise.resolve(bytes.subarray(from, cut))
    from = cut
  }
}

async function decoded(bytes: Buffer, cuts: readonly number[]) {
  const reply: EdocReply = { fields: undefined, hasData: false }
  const packet = await collected(decodeEdocReply(pieces(bytes, cuts), reply))
  return { packet, reply }
}

const ESCAPED = Buffer.from(
  String.raw`{"a":{"data":"no","b":["\"data\":",{}]},"data":"PD94\/\/8\u003d","ErrorDesc":"Tốt \\","status":"OK"}`,
)

test('a reply cut at any byte gives the same packet and the same words around it', async () => {
  const whole = await decoded(ESCAPED, [])
  expect(whole.packet).toEqual(Buffer.from('PD94//8=', 'base64'))
  expect(whole.reply.fields).toMatchObject({ status: 'OK', ErrorDesc: 'Tốt \\', data: '' })
  for (let cut = 0; cut <= ESCAPED.length; cut += 1) {
    expect(await decoded(ESCAPED, [cut])).toEqual(whole)
  }
  expect(await decoded(ESCAPED, [...ESCAPED.keys()])).toEqual(whole)
})

test('any packet, in any pieces, with any words around it, comes out as it was', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ minLength: 1, maxLength: 400 }),
      fc.string({ unit: 'binary' }),
      fc.array(fc.nat(800), { maxLength: 8 }),
      fc.boolean(),
      async (packet, words, cuts, packetFirst) => {
        const data = { data: Buffer.from(packet).toString('base64') }
        const rest = { status: 'OK', ErrorDesc: words }
        const bytes = Buffer.from(JSON.stringify(packetFirst ? { ...data, ...rest } : { ...rest, ...data }))
        const sorted = cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b)
        const result = await decoded(bytes, sorted)
        expect(result.packet).toEqual(Buffer.from(packet))
        expect(result.reply.fields).toMatchObject({ ...rest, ErrorDesc: Buffer.from(words).toString() })
      },
    ),
  )
})

test('an answer that never becomes a packet does not fill the memory', async () => {
  // The generator would go on for ever; the reader must stop it.
  async function* endless(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('{"ErrorDesc":"')
    for (;;) yield await Promise.resolve(Buffer.alloc(64 * 1024, 'a'))
  }
  const reply: EdocReply = { fields: undefined, hasData: false }
  await expect(collected(decodeEdocReply(endless(), reply))).rejects.toMatchObject({ code: 'hub/not-json' })
})
