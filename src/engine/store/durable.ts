import { closeSync, fsyncSync, openSync } from 'node:fs'
import { open, rename, rm, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { AppError } from '../../shared/errors.ts'
import { systemCode } from '../../shared/system-code.ts'

/**
 * When something is on the disk for good: `now`, when the call returns, or `soon`, when `Store.durable` resolves
 * the next time. Until then a crash or a power cut may undo it, and all that was done `soon` after it.
 */
export type Durability = 'now' | 'soon'

/**
 * Makes the names in a folder survive a power cut. Windows has no such call and needs none: NTFS keeps
 * its own journal of names.
 */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** The synchronous twin, for what happens while the store opens: a file's bytes or a folder's names. */
export function syncNow(path: string, kind: 'file' | 'folder'): void {
  if (kind === 'folder' && process.platform === 'win32') return
  const handle = openSync(path, kind === 'file' ? 'r+' : 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

/**
 * Writes a small file whole or not at all: beside it, fsynced, renamed over it, the folder fsynced.
 *
 * @throws AppError `store/disk-full`
 */
export async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const half = `${path}.part`
  const file = await open(half, 'w', 0o600)
  try {
    await writeAll(file, bytes)
    await file.sync()
  } catch (cause) {
    await file.close()
    await rm(half, { force: true })
    throw cause
  }
  await file.close()
  await rename(half, path)
  await syncFolder(dirname(path))
}

/** Writes every byte at the file's end. @throws AppError `store/disk-full` */
export async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  try {
    await file.writeFile(bytes)
  } catch (cause) {
    throw fullOr(cause)
  }
}

/** `store/disk-full` where the system says so, else the cause itself. */
export function fullOr(cause: unknown): unknown {
  const code = systemCode(cause)
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new AppError('store/disk-full', 'no room left', { cause })
  return cause
}
