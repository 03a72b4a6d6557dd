import { createCipheriv, createDecipheriv, createHash, timingSafeEqual } from 'node:crypto'
import { concat } from './der.ts'

/** RFC 3394 section 2.2.3.1. */
const INITIAL_VALUE = Buffer.alloc(8, 0xa6)
const BLOCK = 8
const ROUNDS = 6

/**
 * AES Key Wrap (RFC 3394), over the plain block cipher because the fallback runtime's OpenSSL has no such
 * cipher.
 *
 * @param kek 16, 24 or 32 bytes
 * @param key a multiple of 8 bytes, at least 16
 */
export function wrapKey(kek: Uint8Array, key: Uint8Array): Uint8Array {
  if (key.length < 2 * BLOCK || key.length % BLOCK !== 0) {
    throw new RangeError(`a key of ${String(key.length)} bytes`)
  }
  const cipher = createCipheriv(blockCipher(kek), kek, null).setAutoPadding(false)
  const blocks = blocksOf(key)
  let register: Uint8Array = INITIAL_VALUE
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, block] of blocks.entries()) {
      const mixed = cipher.update(concat([register, block]))
      register = counted(mixed.subarray(0, BLOCK), blocks.length * round + index + 1)
      blocks[index] = mixed.subarray(BLOCK)
    }
  }
  return concat([register, ...blocks])
}

/** The key inside, or undefined where it was not wrapped with this one, or changed since. */
export function unwrapKey(kek: Uint8Array, wrapped: Uint8Array): Uint8Array | undefined {
  if (wrapped.length < 3 * BLOCK || wrapped.length % BLOCK !== 0) return undefined
  const cipher = createDecipheriv(blockCipher(kek), kek, null).setAutoPadding(false)
  const [first = INITIAL_VALUE, ...blocks] = blocksOf(wrapped)
  let register = first
  for (let round = ROUNDS - 1; round >= 0; round--) {
    for (let index = blocks.length - 1; index >= 0; index--) {
      const counter = counted(register, blocks.length * round + index + 1)
      const mixed = cipher.update(concat([counter, blocks[index] ?? INITIAL_VALUE]))
      register = mixed.subarray(0, BLOCK)
      blocks[index] = mixed.subarray(BLOCK)
    }
  }
  return timingSafeEqual(register, INITIAL_VALUE) ? concat(blocks) : undefined
}

/**
 * The key derivation of ANSI X9.63, as SEC 1 section 3.6.1 describes it.
 *
 * @param lengthBytes of the key wanted
 */
export function derivedKey(
  digest: string,
  secret: Uint8Array,
  sharedInfo: Uint8Array,
  lengthBytes: number,
): Uint8Array {
  const parts: Uint8Array[] = []
  let known = 0
  for (let counter = 1; known < lengthBytes; counter++) {
    const part = createHash(digest).update(secret).update(bigEndian(counter)).update(sharedInfo).digest()
    parts.push(part)
    known += part.length
  }
  return concat(parts).subarray(0, lengthBytes)
}

/** A number in four bytes, highest first. */
export function bigEndian(value: number): Uint8Array {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

function blockCipher(kek: Uint8Array): string {
  return `aes-${String(kek.length * 8)}-ecb`
}

function blocksOf(bytes: Uint8Array): Uint8Array[] {
  return Array.from({ length: bytes.length / BLOCK }, (_, index) =>
    bytes.subarray(index * BLOCK, (index + 1) * BLOCK),
  )
}

/** The register with the step's number mixed in; keys here are far too short for more than four bytes of it. */
function counted(register: Uint8Array, step: number): Uint8Array {
  const mixed = Buffer.from(register)
  mixed.writeUInt32BE((mixed.readUInt32BE(4) ^ step) >>> 0, 4)
  return mixed
}
