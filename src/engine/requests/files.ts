import type { DocumentFile, Sha256 } from '../../shared/document/fields.ts'
import { AppError } from '../../shared/errors.ts'
import type { Office } from '../office.ts'
import { memorySource } from '../pdf/source.ts'
import type { Incoming } from '../store/index.ts'
import { signedLength } from '../verify-pdf.ts'

/** @throws {AppError} document/not-found */
export function fileOf(files: readonly DocumentFile[], sha256: Sha256): DocumentFile {
  const file = files.find((one) => one.sha256 === sha256)
  if (file === undefined) throw new AppError('document/not-found', 'the document has no such file')
  return file
}

/** @throws {AppError} document/recalled: only what is known of it was kept; document/not-found */
export function openableFile(
  { state, files }: Pick<Incoming, 'state' | 'files'>,
  sha256: Sha256,
): DocumentFile {
  if (state === 'recalled') throw new AppError('document/recalled', 'its content is cancelled')
  return fileOf(files, sha256)
}

/** @returns the document as it stood when one of its signatures was made. */
export async function asSigned(bytes: Uint8Array, signedBy: number | undefined): Promise<Uint8Array> {
  if (signedBy === undefined) return bytes
  const length = await signedLength(memorySource(bytes), signedBy)
  // A copy: a view would carry the rest along to the window.
  return Uint8Array.from(bytes.subarray(0, length))
}

/** Saves a copy where the clerk says. @returns no path where the clerk thought better of it */
export async function exportFile(
  { store, host }: Office,
  file: DocumentFile | undefined,
): Promise<{ path?: string | undefined }> {
  if (file === undefined) throw new AppError('document/not-found', 'the document has no such file')
  return { path: await host.saveFile(file.name, await store.files.bytes(file.sha256)) }
}
