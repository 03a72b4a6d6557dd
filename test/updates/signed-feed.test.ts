import { execFileSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { codeOf } from '../../src/shared/errors.ts'
import { feedFolder, feedKeys, readFeed } from '../../src/main/update-feed.ts'
import { feedText, publisher, sha512, signFeed, signed } from './release.ts'

const ours = publisher()
const stranger = publisher()
const installer = 'the installer of 1.2.0'
const feed = feedText('1.2.0', 'van-thu-1.2.0-win-x64-setup.exe', installer)
const keys = feedKeys(ours.publicKey)

afterAll(async () => {
  await rm(ours.folder, { recursive: true })
  await rm(stranger.folder, { recursive: true })
})

function refusal(text: string, signature: string): string {
  try {
    readFeed(Buffer.from(text), signature, keys)
    return 'believed'
  } catch (cause) {
    return codeOf(cause)
  }
}

describe('a feed of updates', () => {
  test('is believed when its publisher signed it', () => {
    const found = readFeed(Buffer.from(feed), signed(ours, feed), keys)
    expect(found.version).toBe('1.2.0')
    expect(found.files).toEqual([
      { url: 'van-thu-1.2.0-win-x64-setup.exe', sha512: sha512(installer), size: installer.length },
    ])
  })

  test('carries a signature that OpenSSL also finds good', () => {
    const file = (name: string): string => join(ours.folder, name)
    writeFileSync(file('judged.yml'), feed)
    writeFileSync(file('judged.bin'), Buffer.from(signed(ours, feed), 'base64'))
    const words = ['-verify', '-rawin', '-pubin', '-inkey', ours.publicFile]
    const files = ['-in', file('judged.yml'), '-sigfile', file('judged.bin')]
    const verdict = execFileSync('openssl', ['pkeyutl', ...words, ...files], { encoding: 'utf8' })
    expect(verdict).toContain('Signature Verified Successfully')
  })

  test('is refused when one bit of any letter was changed', () => {
    const signature = signed(ours, feed)
    const believed = Array.from(Buffer.from(feed), (byte, place) => {
      const changed = Buffer.from(feed)
      changed[place] = byte ^ 1
      return refusal(changed.toString('latin1'), signature)
    }).filter((answer) => answer !== 'update/refused')
    expect(believed).toEqual([])
  })

  test('is refused when a stranger signed it, or nobody', () => {
    expect(refusal(feed, signed(stranger, feed))).toBe('update/refused')
    expect(refusal(feed, '')).toBe('update/refused')
    expect(refusal(feed, '<html>Vui lòng đăng nhập</html>')).toBe('update/refused')
    expect(refusal(feed, Buffer.alloc(64).toString('base64'))).toBe('update/refused')
  })

  test('is refused, though signed, when it does not say which bytes to expect', () => {
    const spoilt = [
      feed.replaceAll(/sha512: \S+/g, 'sha2: 00'),
      feed.replaceAll(/sha512: \S+/g, "sha512: ''"),
      feed.replaceAll(/ {4}size: \d+\n/g, ''),
      feed.replace(/files:[^]*(?=path:)/, ''),
      feed.replace('1.2.0', 'mới nhất'),
      '{',
      '',
    ]
    expect(spoilt.map((text) => refusal(text, signed(ours, text)))).toEqual(
      spoilt.map(() => 'update/refused'),
    )
  })

  test('cannot bring a second program in beside the one that it names', () => {
    const more = `${feed}packages:\n  x64:\n    path: https://h99.example/other.7z\n    sha512: ${sha512('other')}\n`
    expect(Object.keys(readFeed(Buffer.from(more), signed(ours, more), keys))).toEqual([
      'version',
      'files',
      'releaseDate',
    ])
  })

  test('may be signed with the old or the new key while a key is being replaced', () => {
    const both = feedKeys(`${stranger.publicKey}\n${ours.publicKey}`)
    for (const by of [ours, stranger]) {
      expect(readFeed(Buffer.from(feed), signed(by, feed), both).version).toBe('1.2.0')
    }
  })
})

describe('the keys of the program', () => {
  test('are none where the program was built without a key file', () => {
    expect(feedKeys('')).toEqual([])
  })

  test('are Ed25519 keys and nothing else', () => {
    const { publicKey } = generateKeyPairSync('ec', {
      namedCurve: 'P-256',
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    })
    expect(() => feedKeys(publicKey)).toThrow('not Ed25519')
  })
})

describe('the address of the feed', () => {
  test('is the one that the package was made with', () => {
    const config = 'provider: generic\nurl: https://capnhat.h99.example/van-thu\nchannel: latest\n'
    expect(feedFolder(config)?.href).toBe('https://capnhat.h99.example/van-thu/')
  })

  test('is none where the package was made without one', () => {
    expect(feedFolder('provider: generic\nurl: https://updates.invalid/van-thu\n')).toBeUndefined()
  })

  test('must be one of a web server', () => {
    expect(() => feedFolder('provider: generic\nurl: file:///tmp/feed\n')).toThrow()
    expect(() => feedFolder('provider: github\nowner: a\nrepo: b\n')).toThrow()
  })
})

describe('the script that signs a feed', () => {
  test('refuses a key that the program does not know, and signs nothing', () => {
    const file = join(ours.folder, 'refused.yml')
    writeFileSync(file, feed)
    expect(() => signFeed(['--public', ours.publicFile, stranger.privateFile, file])).toThrow(
      'the program would refuse this feed',
    )
    expect(existsSync(`${file}.sig`)).toBe(false)
  })

  test('opens an encrypted key with its passphrase only', () => {
    const file = join(ours.folder, 'encrypted.yml')
    const encrypted = join(ours.folder, 'encrypted.pem')
    writeFileSync(file, feed)
    const words = [
      '-in',
      ours.privateFile,
      '-aes-256-cbc',
      '-passout',
      'pass:mật khẩu dài',
      '-out',
      encrypted,
    ]
    execFileSync('openssl', ['pkey', ...words])
    const sign = (passphrase: string): string =>
      signFeed(['--public', ours.publicFile, encrypted, file], { VANTHU_UPDATE_KEY_PASSPHRASE: passphrase })
    expect(() => sign('mật khẩu sai')).toThrow()
    expect(existsSync(`${file}.sig`)).toBe(false)
    expect(sign('mật khẩu dài')).toBe(`${file}.sig\n`)
  })
})
