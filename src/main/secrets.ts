import { safeStorage } from 'electron'

/* eslint @typescript-eslint/no-deprecated: off -- the asynchronous functions that replace these are newer than Electron 33 (docs/decisions/0002-fallback-electron.md) */

/**
 * The operating system's key store: DPAPI on Windows, Keychain on macOS, a keyring on Linux. On a bare
 * Linux Electron offers `basic_text`, which protects nothing; that counts as none and the clerk is told.
 */
export function keyStore(): 'os' | 'none' {
  if (!safeStorage.isEncryptionAvailable()) return 'none'
  if (process.platform === 'linux' && safeStorage.getSelectedStorageBackend() === 'basic_text') return 'none'
  return 'os'
}

/** The key, wrapped for this user of this PC; `undefined` where there is no key store. */
export function wrapKey(key: Uint8Array): Uint8Array | undefined {
  if (keyStore() === 'none') return undefined
  return new Uint8Array(safeStorage.encryptString(Buffer.from(key).toString('base64')))
}

/** The key again; `undefined` when this user of this PC cannot unwrap it. */
export function unwrapKey(wrapped: Uint8Array): Uint8Array | undefined {
  if (keyStore() === 'none') return undefined
  try {
    return new Uint8Array(Buffer.from(safeStorage.decryptString(Buffer.from(wrapped)), 'base64'))
  } catch {
    // Another Windows account or a reinstalled Windows: the recovery code opens the store instead.
    return undefined
  }
}
