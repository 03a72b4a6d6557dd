import { execFileSync } from 'node:child_process'
import { createHash, generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const SIGN_FEED = resolve(import.meta.dirname, '../../scripts/sign-feed.mjs')

/** A publisher of updates: its two key files, in a folder of its own. */
export interface Publisher {
  readonly folder: string
  readonly privateFile: string
  readonly publicFile: string
  readonly publicKey: string
}

/** Makes a publisher with fresh keys, as `openssl genpkey -algorithm ed25519` would. */
export function publisher(): Publisher {
  const folder = mkdtempSync(join(tmpdir(), 'van-thu-publisher-'))
  const { privateKey, publicKey } = generateKeyPairSync('ed25519', {
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  })
  const privateFile = join(folder, 'private.pem')
  const publicFile = join(folder, 'public.pem')
  writeFileSync(privateFile, privateKey)
  writeFileSync(publicFile, publicKey)
  return { folder, privateFile, publicFile, publicKey }
}

/** The Base64 SHA-512 of bytes, as a feed states it. */
export function sha512(bytes: string | Uint8Array): string {
  return createHash('sha512').update(bytes).digest('base64')
}

/** A feed as electron-builder writes it, for one installer. */
export function feedText(version: string, name: string, installer: string | Uint8Array): string {
  return [
    `version: ${version}`,
    'files:',
    `  - url: ${name}`,
    `    sha512: ${sha512(installer)}`,
    `    size: ${Buffer.byteLength(installer)}`,
    `path: ${name}`,
    `sha512: ${sha512(installer)}`,
    "releaseDate: '2026-11-20T03:00:00.000Z'",
    '',
  ].join('\n')
}

/** Signs the feed with the script and gives back the signature file. */
export function signed(by: Publisher, feed: string): string {
  const folder = mkdtempSync(join(by.folder, 'feed-'))
  const file = join(folder, 'latest.yml')
  writeFileSync(file, feed)
  signFeed(['--public', by.publicFile, by.privateFile, file])
  return readFileSync(`${file}.sig`, 'utf8')
}

/**
 * Runs scripts/sign-feed.mjs.
 * @throws {Error} with its error output if it refuses
 */
export function signFeed(words: readonly string[], env: Readonly<Record<string, string>> = {}): string {
  return execFileSync(process.execPath, [SIGN_FEED, ...words], {
    encoding: 'utf8',
    stdio: 'pipe',
    env: { ...process.env, ...env },
  })
}
