import { Buffer } from 'node:buffer'
import { AppError } from '../../shared/errors.ts'

const WHITESPACE = 64
const PADDING = 65
const FOREIGN = 255

const VALUES = new Uint8Array(256).fill(FOREIGN)
Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/').forEach((letter, value) => {
  VALUES[letter.charCodeAt(0)] = value
})
for (const blank of ' \t\r\n') VALUES[blank.charCodeAt(0)] = WHITESPACE
VALUES['='.charCodeAt(0)] = PADDING

/** Decodes base64 that arrives in pieces, cut anywhere. Blanks between the letters are skipped. */
export interface Base64Decoder {
  /**
   * The bytes that are complete after this piece; a fresh buffer each time.
   *
   * @throws {AppError} `packet/attachment-unreadable` for a foreign letter or anything behind the padding
   */
  push(piece: Uint8Array): Uint8Array
  /** @throws {AppError} `packet/attachment-unreadable` if the text stops in the middle: content is lost */
  end(): void
}

/**
 * Node's own decoder skips foreign letters in silence and cannot be fed in pieces; a damaged document
 * must not pass for a whole one, so this one is strict.
 *
 * @source RFC 4648 section 4
 */
export function base64Decoder(): Base64Decoder {
  let bits = 0
  let held = 0
  let padding = 0

  return {
    push(piece) {
      const out = Buffer.allocUnsafe(Math.ceil((piece.length + held) / 4) * 3)
      // The letters that end the group in hand go one by one, and the whole groups behind them at once.
      let at = held === 0 ? 0 : 4 - held
      let length = take(piece.subarray(0, at), out, 0)
      const plain = held === 0 && padding === 0 ? plainLetters(piece.subarray(at)) : undefined
      if (plain !== undefined) {
        length += plain.copy(out, length)
        at += (plain.length / 3) * 4
      }
      return out.subarray(0, take(piece.subarray(at), out, length))
    },
    end() {
      if (held + padding !== 0 && held + padding !== 4) throw unreadable('base64 stops in the middle')
    },
  }

  /** Decodes letter by letter behind the first `from` bytes of `out`; returns how many are there then. */
  function take(piece: Uint8Array, out: Buffer, from: number): number {
    let length = from
    for (const byte of piece) {
      const value = VALUES[byte] ?? FOREIGN
      if (value < WHITESPACE) {
        if (padding > 0) throw unreadable('base64 goes on behind its padding')
        bits = (bits << 6) | value
        held += 1
        if (held === 4) {
          out[length] = bits >>> 16
          out[length + 1] = bits >>> 8
          out[length + 2] = bits
          length += 3
          bits = 0
          held = 0
        }
      } else if (value === PADDING) {
        padding += 1
        if (padding === 1 && held === 2) {
          out[length] = bits >>> 4
          length += 1
        } else if (padding === 1 && held === 3) {
          out[length] = bits >>> 10
          out[length + 1] = bits >>> 2
          length += 2
        } else if (padding !== 2 || held !== 2) {
          throw unreadable('base64 is padded wrongly')
        }
      } else if (value !== WHITESPACE) {
        throw unreadable('a foreign letter in base64')
      }
    }
    return length
  }
}

/** The bytes of the whole groups of a piece that is nothing but letters, by Node's own, faster decoder. */
function plainLetters(piece: Uint8Array): Buffer | undefined {
  const groups = Math.floor(piece.length / 4)
  const text = Buffer.from(piece.buffer, piece.byteOffset, groups * 4)
  const bytes = Buffer.from(text.toString('latin1'), 'base64')
  // It skips what is no letter, which shows in the length, and takes the two letters of base64url as well.
  const isPlain = bytes.length === groups * 3 && !text.includes('-') && !text.includes('_')
  return isPlain ? bytes : undefined
}

/** Encodes bytes that arrive in pieces, on one line, padded. */
export async function* encodeBase64(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let rest: Uint8Array = new Uint8Array(0)
  for await (const piece of pieces) {
    const whole = rest.length === 0 ? piece : Buffer.concat([rest, piece])
    const usable = whole.length - (whole.length % 3)
    // A copy, because the source may use its buffer again.
    rest = Uint8Array.from(whole.subarray(usable))
    if (usable > 0) yield letters(whole.subarray(0, usable))
  }
  if (rest.length > 0) yield letters(rest)
}

function letters(bytes: Uint8Array): Uint8Array {
  return Buffer.from(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64'), 'latin1')
}

function unreadable(message: string): AppError {
  return new AppError('packet/attachment-unreadable', message)
}
