import { createPublicKey, verify, type KeyObject } from 'node:crypto'
import { load } from 'js-yaml'
import { z } from 'zod'
import { AppError } from '../shared/errors.ts'

/** One installer of a release. `url` is relative to the feed; `size` in bytes; `sha512` of the file, Base64. */
const feedFile = z.object({
  url: z.string().min(1).max(2_000),
  // 64 bytes. electron-updater also accepts SHA-256 and none at all: then nothing could be refused.
  sha512: z.string().regex(/^[A-Za-z0-9+/]{86}==$/),
  size: z.int().positive(),
  isAdminRightsRequired: z.boolean().exactOptional(),
})

/**
 * `latest.yml` as electron-builder writes it. What is not named here is not believed, such as `packages`,
 * with which a small installer would fetch the program from elsewhere.
 */
const feed = z.object({
  version: z.string().regex(/^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?$/),
  files: z.array(feedFile).min(1).max(20),
  releaseDate: z.string().default(''),
  stagingPercentage: z.number().min(0).max(100).exactOptional(),
  minimumSystemVersion: z.string().exactOptional(),
})
/** The latest release, as its publisher signed it. */
export type Feed = z.output<typeof feed>

/**
 * The publisher's keys from PEM text: several while an old key is being replaced, none in a program
 * that is not updated.
 * @throws {Error} if the text holds anything but Ed25519 public keys
 */
export function feedKeys(pem: string): readonly KeyObject[] {
  return pem
    .split(/(?<=-----END PUBLIC KEY-----)/)
    .filter((block) => block.trim() !== '')
    .map((block) => {
      const key = createPublicKey(block)
      if (key.asymmetricKeyType !== 'ed25519') throw new Error('the key of the update feed is not Ed25519')
      return key
    })
}

/**
 * Reads a feed, once its signature is found good: nothing of an unsigned feed is looked at.
 *
 * `bytes` is the file `latest.yml`; `signature` the text of `latest.yml.sig`: the Ed25519 signature
 * (RFC 8032) over exactly these bytes, Base64, written by scripts/sign-feed.mjs.
 * @throws {AppError} update/refused
 */
export function readFeed(bytes: Uint8Array, signature: string, keys: readonly KeyObject[]): Feed {
  const value = Buffer.from(signature.trim(), 'base64')
  if (!keys.some((key) => verify(null, bytes, key, value))) {
    throw new AppError('update/refused', 'the feed is not signed by the publisher')
  }
  try {
    return feed.parse(load(Buffer.from(bytes).toString('utf8')))
  } catch (cause) {
    throw new AppError('update/refused', 'the feed is signed but makes no sense', { cause })
  }
}

const appUpdate = z.object({ provider: z.literal('generic'), url: z.url({ protocol: /^https?$/ }) })

/**
 * The folder of the feed, out of `app-update.yml`, which electron-builder packs beside the program;
 * `undefined` where the package was made without an address (`.invalid` is nobody's, RFC 6761).
 * @throws {Error} if the file is not what electron-builder writes for a generic feed
 */
export function feedFolder(appUpdateYml: string): URL | undefined {
  const url = new URL(appUpdate.parse(load(appUpdateYml)).url)
  if (url.hostname.endsWith('.invalid')) return undefined
  if (!url.pathname.endsWith('/')) url.pathname += '/'
  return url
}
