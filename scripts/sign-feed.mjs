/**
 * Signs the feed of updates: the program believes nothing of a feed without this.
 *
 *   node scripts/sign-feed.mjs [--public FILE] KEY FEED...
 *   node scripts/sign-feed.mjs release-key.pem dist/latest.yml
 *
 * KEY is an Ed25519 private key (PKCS#8, PEM); VANTHU_UPDATE_KEY_PASSPHRASE opens an encrypted one. Writes
 * FEED.sig beside each FEED: the signature over its bytes, Base64. `--public` names the public keys that the
 * program was built with, by default resources/update-feed-key.pem: a feed that it would refuse is not signed.
 */
import { createPrivateKey, createPublicKey, sign } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

try {
  const { values, positionals } = parseArgs({
    options: { public: { type: 'string', default: join(root, 'resources', 'update-feed-key.pem') } },
    allowPositionals: true,
  })
  signFeeds(positionals, values.public)
} catch (cause) {
  process.stderr.write(`sign-feed: ${cause.message}\n`)
  process.exitCode = 1
}

function signFeeds([keyFile, ...feeds], publicFile) {
  if (keyFile === undefined || feeds.length === 0) throw new Error('usage: [--public FILE] KEY FEED...')
  const passphrase = process.env.VANTHU_UPDATE_KEY_PASSPHRASE
  const key = createPrivateKey({ key: readFileSync(keyFile), ...(passphrase ? { passphrase } : {}) })
  if (key.asymmetricKeyType !== 'ed25519') throw new Error(`${keyFile} is not an Ed25519 key`)
  const ours = createPublicKey(key).export({ type: 'spki', format: 'pem' }).trim()
  if (!existsSync(publicFile)) throw new Error(`the program has no key to check a feed with: ${publicFile}`)
  if (!readFileSync(publicFile, 'utf8').replaceAll('\r', '').includes(ours)) {
    throw new Error(
      `the program would refuse this feed: the public half of ${keyFile} is not in ${publicFile}`,
    )
  }
  for (const feed of feeds) {
    writeFileSync(`${feed}.sig`, `${sign(null, readFileSync(feed), key).toString('base64')}\n`)
    process.stdout.write(`${feed}.sig\n`)
  }
}
