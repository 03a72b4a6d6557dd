import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { AppError } from '../../shared/errors.ts'
import type { AttachmentSink } from '../envelope/read.ts'
import { decrypted, looksEnveloped, type ContentKey } from '../signing/enveloped.ts'

/**
 * For who wants to know which files a packet holds: each is hashed as it stands in the packet and goes nowhere.
 * What the sink answers is the SHA-256 of the file as it can be read: of one that was encrypted, after it was opened
 * with one of `keys`; undefined where none opens it.
 */
export function hashedFiles(keys: readonly ContentKey[]): AttachmentSink<string | undefined> {
  return {
    begin: () => {
      let plain: { readonly pipe: PassThrough; readonly hash: Promise<string | undefined> } | undefined
      let isBegun = false
      return Promise.resolve({
        async write(content) {
          if (!isBegun && looksEnveloped(content)) plain = opening(keys)
          isBegun = true
          if (plain !== undefined && !plain.pipe.write(content)) {
            await Promise.race([once(plain.pipe, 'drain'), plain.hash])
          }
        },
        async finish({ sha256 }) {
          if (plain === undefined) return sha256
          plain.pipe.end()
          return plain.hash
        },
        async discard() {
          plain?.pipe.destroy(new Error('the packet was not readable to its end'))
          await plain?.hash.catch(() => undefined)
        },
      })
    },
  }
}

function opening(keys: readonly ContentKey[]) {
  const pipe = new PassThrough()
  // A file may be discarded before anybody reads it; its pipe then has nobody else to tell.
  pipe.on('error', () => undefined)
  const hash = hashOf(decrypted(pipe, { known: keys }))
  // Whoever finishes or discards the file hears of it; until then a failure must not go unhandled.
  hash.catch(() => undefined)
  return { pipe, hash }
}

async function hashOf(chunks: AsyncIterable<Uint8Array>): Promise<string | undefined> {
  const hash = createHash('sha256')
  try {
    for await (const chunk of chunks) hash.update(chunk)
  } catch (cause) {
    if (cause instanceof AppError) return undefined
    throw cause
  }
  return hash.digest('hex')
}
