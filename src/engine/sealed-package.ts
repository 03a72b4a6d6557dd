/**
 * The package that travels by hand: CMS AuthEnvelopedData to one agency's encryption certificate. Inside stand, one
 * after the other, a CMS signature of the sender's package key around the label, the packet, and zeros up to a size
 * that tells little. `openssl cms -decrypt` and `-verify` open it.
 */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { AppError } from '../shared/errors.ts'
import { byteReader, type ByteReader } from './signing/byte-reader.ts'
import type { Certificate } from './signing/certificate.ts'
import { parseCms, type SignedData } from './signing/cms.ts'
import { concat, DerError, TAG } from './signing/der.ts'
import { decrypted, envelopeFor } from './signing/enveloped.ts'
import { isSignedByKey, signContent, type SigningKey } from './signing/key-signature.ts'
import type { DecryptionKey } from './signing/recipient-info.ts'
import type { PackageLabel, SealedPackage } from './hub/sealing.ts'

/** A label with a statement in it stays below. */
const LARGEST_HEAD_BYTES = 262_144
const PIECE_BYTES = 65_536

const packageHead = z.strictObject({
  format: z.literal('vanthu-package'),
  version: z.literal(1),
  kind: z.enum(['edoc', 'status']),
  /** Agency codes. */
  from: z.string().min(1).max(35),
  to: z.string().min(1).max(35),
  /** Of the packet behind it. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  sizeBytes: z.int().min(0),
  /** ISO 8601, UTC. */
  sealedAt: z.iso.datetime(),
  /** What the sender's agency states about its keys, CMS in base64: the package key is named there. */
  statement: z.base64(),
})

/** Who seals. */
export interface Sealer {
  readonly key: SigningKey
  /** The statement that names the key. */
  readonly statement: Uint8Array
}

/** Makes ready to seal one packet for one agency. */
export function sealPackage(
  label: PackageLabel,
  { key, statement }: Sealer,
  recipient: Certificate,
  at: Date,
): SealedPackage {
  const said: z.output<typeof packageHead> = {
    format: 'vanthu-package',
    version: 1,
    ...label,
    sealedAt: at.toISOString(),
    statement: Buffer.from(statement).toString('base64'),
  }
  const head = signContent(Buffer.from(`${JSON.stringify(said, null, 2)}\n`), key, at)
  const used = head.length + label.sizeBytes
  const plainBytes = paddedBytes(used)
  const envelope = envelopeFor([recipient], plainBytes)

  async function* framed(packet: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    yield head
    yield* packet
    for (let left = plainBytes - used; left > 0; left -= PIECE_BYTES) {
      yield new Uint8Array(Math.min(left, PIECE_BYTES))
    }
  }
  return { sealed: (packet) => envelope.encrypted(framed(packet)) }
}

/**
 * Sizes rounded up so that they tell of a content no more than its order of magnitude, at a price of 12 % at most and
 * less for what is large (PADMÉ: Nikitin et al., PETS 2019, section 4). What is small looks all alike.
 */
export function paddedBytes(size: number): number {
  const least = Math.max(size, 16_384)
  const exponent = Math.floor(Math.log2(least))
  const step = 2 ** (exponent - (Math.floor(Math.log2(exponent)) + 1))
  return Math.ceil(least / step) * step
}

/** A package whose head was read. Nobody vouches for it yet. */
export interface ReadPackage {
  readonly label: PackageLabel
  readonly sealedAt: Date
  readonly statement: Uint8Array
  /** Whether this certificate's key signed the label. */
  readonly isSignedBy: (certificate: Certificate) => boolean
  /** The packet; see OpenedPackage. */
  readonly packet: () => AsyncGenerator<Uint8Array>
  readonly close: () => Promise<void>
}

/**
 * Reads a package up to the packet.
 *
 * @throws {AppError} `packet/encrypted-for-another`; `package/unreadable` for anything that is no package;
 *   `package/broken` for one that was changed or cut
 */
export async function readPackage(
  chunks: AsyncIterable<Uint8Array>,
  keys: readonly DecryptionKey[],
): Promise<ReadPackage> {
  const reader = byteReader(decrypted(chunks, { keys }))
  try {
    const { signed, said } = await readHead(reader)
    const { kind, from, to, sha256, sizeBytes } = said
    return {
      label: { kind, from, to, sha256, sizeBytes },
      sealedAt: new Date(said.sealedAt),
      statement: Buffer.from(said.statement, 'base64'),
      isSignedBy: (certificate) => isSignedByKey(signed, certificate),
      packet: () => packetBehind(reader, { sha256, sizeBytes }),
      close: () => reader.close(),
    }
  } catch (cause) {
    await reader.close()
    throw packageFailure(cause)
  }
}

async function readHead(
  reader: ByteReader,
): Promise<{ signed: SignedData; said: z.output<typeof packageHead> }> {
  const { tag, length, bytes } = await reader.header()
  if (tag !== TAG.sequence || length === undefined) throw new DerError('no signature in front')
  const signed = parseCms(concat([bytes, await reader.take(length, LARGEST_HEAD_BYTES)]), LARGEST_HEAD_BYTES)
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(signed.content)
    return { signed, said: packageHead.parse(JSON.parse(text)) }
  } catch (cause) {
    throw new AppError('package/unreadable', 'its label cannot be read', { cause })
  }
}

async function* packetBehind(
  reader: ByteReader,
  { sha256, sizeBytes }: Pick<PackageLabel, 'sha256' | 'sizeBytes'>,
): AsyncGenerator<Uint8Array> {
  try {
    const hash = createHash('sha256')
    for await (const piece of reader.pieces(sizeBytes, PIECE_BYTES)) {
      hash.update(piece)
      yield piece
    }
    if (hash.digest('hex') !== sha256) throw new AppError('package/broken', 'it holds another packet')
    // Padding, and the seal behind it.
    await reader.skipRest()
  } catch (cause) {
    throw packageFailure(cause)
  } finally {
    await reader.close()
  }
}

/** What the layers below say, put into words of a package. */
function packageFailure(cause: unknown): unknown {
  if (cause instanceof DerError) return new AppError('package/broken', 'it ends too early', { cause })
  if (!(cause instanceof AppError)) return cause
  switch (cause.code) {
    case 'packet/encryption-broken':
      return new AppError('package/broken', 'it was changed or cut', { cause })
    case 'packet/encryption-unreadable':
    case 'cms/unreadable':
      return new AppError('package/unreadable', 'not a sealed package', { cause })
    default:
      return cause
  }
}
