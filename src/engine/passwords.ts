import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import type { KeptPassword } from './store/index.ts'

/** How dear a guess is made. */
export type PasswordCost = Pick<KeptPassword, 'cost' | 'blockSize' | 'parallel'>

/** 64 MB and some tenths of a second on an office PC, for every guess. @source OWASP Password Storage: scrypt */
const COST: PasswordCost = { cost: 2 ** 16, blockSize: 8, parallel: 2 }
const HASH_BYTES = 32

/** What is kept of a new password. Runs beside the event loop. */
export async function keepPassword(password: string, cost = COST): Promise<KeptPassword> {
  const salt = randomBytes(16)
  const hash = await derive(password, { ...cost, salt, bytes: HASH_BYTES })
  return { ...cost, salt: salt.toString('base64'), hash: hash.toString('base64') }
}

/** Whether a password is the one that was kept. */
export async function isPassword(password: string, kept: KeptPassword): Promise<boolean> {
  const expected = Buffer.from(kept.hash, 'base64')
  const salt = Buffer.from(kept.salt, 'base64')
  return timingSafeEqual(await derive(password, { ...kept, salt, bytes: expected.length }), expected)
}

function derive(
  password: string,
  { salt, bytes, cost, blockSize, parallel }: PasswordCost & { salt: Uint8Array; bytes: number },
): Promise<Buffer> {
  const options = { N: cost, r: blockSize, p: parallel, maxmem: 256 * cost * blockSize }
  // The same letters may come composed or not, as the keyboard has it.
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFC'), salt, bytes, options, (failure, key) => {
      if (failure === null) resolve(key)
      else reject(failure)
    })
  })
}
