import { concat, DerError } from './der.ts'

/** Reads BER as it arrives, without holding more than it was asked for. */
export interface ByteReader {
  /** Bytes read so far. */
  position(): number
  /** Whether the last read met the end of the input. */
  isAtEnd(): boolean
  /** Identifier and length of the element that begins here; `length` undefined where it is indefinite. */
  header(): Promise<{ readonly tag: number; readonly length: number | undefined; readonly bytes: Uint8Array }>
  /** Exactly so many bytes, at most `most`. */
  take(length: number, most: number): Promise<Uint8Array>
  /** So many bytes, in pieces of at most `largest`. */
  pieces(length: number, largest: number): AsyncGenerator<Uint8Array>
  /** Whether the input ends here. */
  ends(): Promise<boolean>
  /** Whatever is left, which nobody wants, read to the end. */
  skipRest(): Promise<void>
  /** Lets the input go. */
  close(): Promise<void>
}

/**
 * Reads from chunks that are cut anywhere.
 *
 * All its methods throw {@link DerError} where the input ends too early or says something impossible.
 */
export function byteReader(chunks: AsyncIterable<Uint8Array>): ByteReader {
  const input = chunks[Symbol.asyncIterator]()
  let held: Uint8Array = new Uint8Array(0)
  let read = 0
  let atEnd = false

  /** At least one byte in `held`, or false at the end. */
  async function fill(): Promise<boolean> {
    while (held.length === 0) {
      const next = await input.next()
      if (next.done === true) {
        atEnd = true
        return false
      }
      held = next.value
    }
    return true
  }

  async function some(most: number): Promise<Uint8Array> {
    if (!(await fill())) throw new DerError('it ends too early')
    const piece = held.subarray(0, most)
    held = held.subarray(piece.length)
    read += piece.length
    return piece
  }

  async function take(length: number, most: number): Promise<Uint8Array> {
    if (length > most) throw new DerError('longer than our limit')
    const parts: Uint8Array[] = []
    for (let missing = length; missing > 0;) {
      const piece = await some(missing)
      parts.push(piece)
      missing -= piece.length
    }
    return concat(parts)
  }

  return {
    position: () => read,
    isAtEnd: () => atEnd,
    take,
    async header() {
      const start = await take(2, 2)
      const [tag = 0, first = 0] = start
      if ((tag & 0x1f) === 0x1f) throw new DerError('tag out of range')
      if (first === 0x80) return { tag, length: undefined, bytes: start }
      const digits = first < 0x80 ? new Uint8Array(0) : await take(first & 0x7f, 6)
      const length = first < 0x80 ? first : digits.reduce((sum, byte) => sum * 256 + byte, 0)
      return { tag, length, bytes: concat([start, digits]) }
    },
    async *pieces(length, largest) {
      for (let missing = length; missing > 0;) {
        const piece = await some(Math.min(missing, largest))
        missing -= piece.length
        yield piece
      }
    },
    ends: async () => !(await fill()),
    async skipRest() {
      while (await fill()) await some(Infinity)
    },
    async close() {
      await input.return?.()
    },
  }
}
