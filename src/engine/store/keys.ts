import {
  createCipheriv,
  createDecipheriv,
  createHash,
  hkdfSync,
  randomBytes,
  scrypt,
  type ScryptOptions,
} from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { AppError } from '../../shared/errors.ts'
import { bareRecoveryCode } from '../../shared/recovery-code.ts'
import { systemCode } from '../../shared/system-code.ts'
import { writeWhole } from './durable.ts'

/**
 * The office's key and the two wraps that keep it: one by the operating system (made in main), one by the
 * recovery code the office prints once. Either opens the office; with neither, nobody can.
 */

const KEY_BYTES = 32
/** 160 bits, 32 characters, and 4 of checksum. */
const CODE_BYTES = 20
const CODE_LENGTH = 36
const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const CODE_CHARACTERS = /^[0-9A-HJKMNP-TV-Z]+$/
/** The code is 160 random bits already, so scrypt need not be dear: about 0.1 s and 32 MB. */
const SCRYPT = { N: 2 ** 15, r: 8, p: 1 }
const WRAP_NAME = Buffer.from('vanthu key.json v1')

const base64 = z.base64().transform((text) => Buffer.from(text, 'base64'))
const keyFile = z.object({
  version: z.literal(1),
  recovery: z.object({
    // The limits keep a doctored file from costing hours or gigabytes.
    scrypt: z.object({
      N: z
        .int()
        .min(2)
        .max(2 ** 20),
      r: z.int().min(1).max(16),
      p: z.int().min(1).max(4),
    }),
    salt: base64,
    nonce: base64.refine((bytes) => bytes.byteLength === 12),
    sealed: base64.refine((bytes) => bytes.byteLength === KEY_BYTES + 16),
  }),
  /** The key as the operating system wrapped it. */
  os: base64.optional(),
})
/** key.json, parsed. Holds no secret in the clear. */
export type KeyFile = z.output<typeof keyFile>

/** The keys that come out of the office's one. */
export interface StoreKeys {
  readonly database: Uint8Array
  readonly file: Uint8Array
  readonly fileName: Uint8Array
  /** Seals what a backup says of itself. */
  readonly backup: Uint8Array
}

/** A new office's key and the code that opens it. The code is shown once and never written. */
export function createKey(): { masterKey: Uint8Array; recoveryCode: string } {
  return { masterKey: randomBytes(KEY_BYTES), recoveryCode: newRecoveryCode() }
}

/** Nine groups of four characters of Crockford's base 32, the last group a checksum. */
function newRecoveryCode(): string {
  const secret = randomBytes(CODE_BYTES)
  const text = base32(secret) + checksum(secret)
  return (text.match(/.{4}/g) ?? []).join('-')
}

/**
 * The code as it was printed, from whatever the clerk typed ({@link bareRecoveryCode}). `undefined` when characters are missing, foreign or mistyped (the checksum tells).
 */
export function readRecoveryCode(typed: string): string | undefined {
  const text = bareRecoveryCode(typed)
  if (text.length !== CODE_LENGTH || !CODE_CHARACTERS.test(text)) return undefined
  const secret = fromBase32(text.slice(0, -4))
  return checksum(secret) === text.slice(-4) ? (text.match(/.{4}/g) ?? []).join('-') : undefined
}

/** Whether there is an office in that folder. */
export function hasStore(dir: string): boolean {
  return existsSync(join(dir, 'store.db'))
}

/**
 * Writes key.json of a new office, before its store is created.
 *
 * @throws AppError `office/exists` when there is a store: its key must not be overwritten;
 *   `office/recovery-code-wrong` for a code that is none; `store/disk-full`
 */
export async function writeKeyFile(
  dir: string,
  key: { masterKey: Uint8Array; recoveryCode: string; osWrapped?: Uint8Array | undefined },
): Promise<void> {
  if (hasStore(dir)) throw new AppError('office/exists', 'this profile has a store already')
  if (key.masterKey.byteLength !== KEY_BYTES) throw new RangeError('the master key has 32 bytes')
  const salt = randomBytes(16)
  const nonce = randomBytes(12)
  const wrapping = await wrappingKey(key.recoveryCode, { scrypt: SCRYPT, salt })
  const cipher = createCipheriv('aes-256-gcm', wrapping, nonce).setAAD(WRAP_NAME)
  const sealed = Buffer.concat([cipher.update(key.masterKey), cipher.final(), cipher.getAuthTag()])
  await mkdir(dir, { recursive: true })
  await write(dir, {
    version: 1,
    recovery: { scrypt: SCRYPT, salt, nonce, sealed },
    ...(key.osWrapped === undefined ? {} : { os: Buffer.from(key.osWrapped) }),
  })
}

/** key.json, or `undefined` when the folder has none. @throws AppError `store/damaged` when it does not parse */
export async function readKeyFile(dir: string): Promise<KeyFile | undefined> {
  let text: string
  try {
    text = await readFile(join(dir, 'key.json'), 'utf8')
  } catch (cause) {
    if (systemCode(cause) === 'ENOENT') return undefined
    throw cause
  }
  try {
    return keyFile.parse(JSON.parse(text))
  } catch (cause) {
    throw new AppError('store/damaged', 'key.json does not parse', { cause })
  }
}

/** The master key, by the recovery code as typed. @throws AppError `office/recovery-code-wrong` */
export async function unwrapWithRecoveryCode(file: KeyFile, typed: string): Promise<Uint8Array> {
  const { recovery } = file
  const wrapping = await wrappingKey(typed, recovery)
  try {
    const decipher = createDecipheriv('aes-256-gcm', wrapping, recovery.nonce, { authTagLength: 16 })
    decipher.setAAD(WRAP_NAME).setAuthTag(recovery.sealed.subarray(-16))
    return Buffer.concat([decipher.update(recovery.sealed.subarray(0, -16)), decipher.final()])
  } catch (cause) {
    throw new AppError('office/recovery-code-wrong', 'the code does not open key.json', { cause })
  }
}

/** Adds or replaces the operating system's wrap, after the recovery code opened the office on a new machine. */
export async function addOsWrap(dir: string, wrapped: Uint8Array): Promise<void> {
  const file = await readKeyFile(dir)
  if (file === undefined) throw new AppError('store/file-missing', 'there is no key.json in this profile')
  await write(dir, { ...file, os: Buffer.from(wrapped) })
}

/** HKDF-SHA-256 over the master key, a label each. Persisted: the labels must never change. */
export function storeKeys(masterKey: Uint8Array): StoreKeys {
  if (masterKey.byteLength !== KEY_BYTES) throw new RangeError('the master key has 32 bytes')
  const derive = (label: string) => new Uint8Array(hkdfSync('sha256', masterKey, '', label, KEY_BYTES))
  return {
    database: derive('vanthu database v1'),
    file: derive('vanthu files v1'),
    fileName: derive('vanthu file names v1'),
    backup: derive('vanthu backup v1'),
  }
}

/** The text of a key.json that opens by the recovery code alone, for another PC. */
export function recoveryOnly({ version, recovery }: KeyFile): string {
  return keyFileText({ version, recovery })
}

function keyFileText(file: KeyFile): string {
  const { scrypt: cost, salt, nonce, sealed } = file.recovery
  return `${JSON.stringify(
    {
      version: file.version,
      recovery: {
        scrypt: cost,
        salt: salt.toString('base64'),
        nonce: nonce.toString('base64'),
        sealed: sealed.toString('base64'),
      },
      ...(file.os === undefined ? {} : { os: file.os.toString('base64') }),
    },
    null,
    2,
  )}\n`
}

async function write(dir: string, file: KeyFile): Promise<void> {
  await writeWhole(join(dir, 'key.json'), Buffer.from(keyFileText(file)))
}

function wrappingKey(
  typed: string,
  { scrypt: cost, salt }: Pick<KeyFile['recovery'], 'scrypt' | 'salt'>,
): Promise<Buffer> {
  const code = readRecoveryCode(typed)
  if (code === undefined) throw new AppError('office/recovery-code-wrong', 'not a recovery code')
  const options: ScryptOptions = { ...cost, maxmem: 256 * cost.N * cost.r }
  return new Promise((resolve, reject) => {
    scrypt(code.replaceAll('-', ''), salt, KEY_BYTES, options, (error, key) => {
      if (error === null) resolve(key)
      else reject(error)
    })
  })
}

function checksum(secret: Uint8Array): string {
  return base32(
    createHash('sha256').update('vanthu recovery code').update(secret).digest().subarray(0, 5),
  ).slice(0, 4)
}

/** Five bits a character; the length is a whole number of characters. */
function base32(bytes: Uint8Array): string {
  let text = ''
  let pending = 0
  let bits = 0
  for (const byte of bytes) {
    pending = (pending << 8) | byte
    bits += 8
    while (bits >= 5) {
      bits -= 5
      text += CROCKFORD.charAt((pending >> bits) & 31)
    }
    pending &= (1 << bits) - 1
  }
  return text
}

function fromBase32(text: string): Uint8Array {
  const bytes: number[] = []
  let pending = 0
  let bits = 0
  for (const character of text) {
    pending = (pending << 5) | CROCKFORD.indexOf(character)
    bits += 5
    if (bits >= 8) {
      bits -= 8
      bytes.push((pending >> bits) & 255)
      pending &= (1 << bits) - 1
    }
  }
  return Uint8Array.from(bytes)
}
