import type { Sha256 } from '../../shared/document/fields.ts'
import { contentTypeOf, decryptedName, mayBeEncrypted } from '../../shared/document/attachment.ts'
import type { PacketWarning } from '../../shared/document/packet.ts'
import { AppError } from '../../shared/errors.ts'
import type { ReceivedAttachment } from '../envelope/attachments.ts'
import { distinctFileNames } from '../envelope/file-name.ts'
import { decrypted, looksEnveloped, type ContentKey } from '../signing/enveloped.ts'
import type { DecryptionKey } from '../signing/recipient-info.ts'
import type { FileStore } from '../store/index.ts'

/** The files of a packet as they can be read, and with what those were opened that had been encrypted. */
export interface OpenedFiles {
  readonly attachments: readonly ReceivedAttachment<Sha256>[]
  readonly contentKeys: readonly ContentKey[]
  readonly warnings: readonly PacketWarning[]
}

/**
 * Opens the files of a packet that were encrypted to us. Plain text goes nowhere before its seal was checked: what
 * a broken file gave until then is dropped with the half-written file.
 *
 * @throws {AppError} `packet/encryption-broken`, `packet/encryption-unreadable`; `packet/encrypted-for-another`
 *   where that is the document itself. Another file that is not for us stays as it came, with a warning.
 */
export async function openEncrypted(
  files: FileStore,
  received: readonly ReceivedAttachment<Sha256>[],
  keys: () => readonly DecryptionKey[],
): Promise<OpenedFiles> {
  const attachments: ReceivedAttachment<Sha256>[] = []
  const contentKeys: ContentKey[] = []
  const warnings: PacketWarning[] = []
  for (const attachment of received) {
    if (!(await isEncrypted(files, attachment))) {
      attachments.push(attachment)
      continue
    }
    try {
      attachments.push(await opened(attachment))
    } catch (cause) {
      const isForeign = cause instanceof AppError && cause.code === 'packet/encrypted-for-another'
      if (!isForeign || attachments.length === 0) throw cause
      attachments.push(attachment)
      warnings.push({ code: 'attachment-encrypted', about: attachment.name })
    }
  }
  const names = distinctFileNames(attachments.map(({ name }) => name))
  return {
    attachments: attachments.map((one, index) => ({ ...one, name: names[index] ?? one.name })),
    contentKeys,
    warnings,
  }

  async function opened(attachment: ReceivedAttachment<Sha256>): Promise<ReceivedAttachment<Sha256>> {
    const file = await files.open(attachment.stored)
    const found: ContentKey[] = []
    try {
      const plain = await files.put(
        decrypted(file.stream(), { keys: keys() }, (key) => {
          found.push(key)
        }),
      )
      contentKeys.push(...found)
      const name = decryptedName(attachment.name)
      return { ...attachment, ...plain, stored: plain.sha256, name, contentType: contentTypeOf(name) }
    } catch (cause) {
      if (!(cause instanceof AppError) || !cause.code.startsWith('packet/')) throw cause
      throw new AppError(cause.code, cause.message, { cause, detail: attachment.name })
    } finally {
      await file.close()
    }
  }
}

async function isEncrypted(
  files: FileStore,
  { name, contentType, stored, sizeBytes }: ReceivedAttachment<Sha256>,
): Promise<boolean> {
  if (!mayBeEncrypted(name, contentType)) return false
  const file = await files.open(stored)
  try {
    return looksEnveloped(await file.read(0, Math.min(64, sizeBytes)))
  } finally {
    await file.close()
  }
}
