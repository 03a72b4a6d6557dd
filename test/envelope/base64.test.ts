import fc from 'fast-check'
import { expect, test } from 'vitest'
import { base64Decoder } from '../../src/engine/envelope/base64.ts'

/** Decodes `text`, cut into pieces of these lengths and a rest. */
function decoded(text: string, lengths: readonly number[]): Buffer {
  const decoder = base64Decoder()
  const bytes = Buffer.from(text, 'latin1')
  const parts: Uint8Array[] = []
  let at = 0
  for (const length of [...lengths, bytes.length]) {
    parts.push(decoder.push(bytes.subarray(at, at + length)))
    at = Math.min(bytes.length, at + length)
  }
  decoder.end()
  return Buffer.concat(parts)
}

const pieces = fc.array(fc.nat(20), { maxLength: 12 })

test('wherever it is cut and whatever blanks are in it, what was encoded comes back', () => {
  const blanks = fc.array(fc.tuple(fc.nat(100), fc.constantFrom(' ', '\n', '\r\n', '\t')), { maxLength: 4 })
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), blanks, pieces, (content, places, lengths) => {
      let text = Buffer.from(content).toString('base64')
      for (const [place, blank] of places) text = text.slice(0, place) + blank + text.slice(place)
      expect(decoded(text, lengths).equals(content)).toBe(true)
    }),
    { seed: 41, numRuns: 500 },
  )
})

test('a foreign letter is refused wherever it stands, those of base64url too', () => {
  const foreign = fc.constantFrom('-', '_', '!', '\u00e9', '\0', '=A')
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 3, maxLength: 60 }),
      foreign,
      fc.nat(),
      pieces,
      (content, letter, place, lengths) => {
        const text = Buffer.from(content).toString('base64').replace(/=+$/, '')
        const at = place % text.length
        const broken = text.slice(0, at) + letter + text.slice(at)
        expect(() => decoded(broken, lengths)).toThrow(
          expect.objectContaining({ code: 'packet/attachment-unreadable' }),
        )
      },
    ),
    { seed: 42, numRuns: 500 },
  )
})
