import { createHash } from 'node:crypto'
import { ENCRYPTED_SUFFIX, ENCRYPTED_TYPE } from '../../shared/document/attachment.ts'
import { AppError } from '../../shared/errors.ts'
import type { Agency, DocumentFile, DocumentId, Sha256 } from '../../shared/document/fields.ts'
import type { DocumentMessage } from '../../shared/document/packet.ts'
import { suffixedFileName } from '../envelope/file-name.ts'
import { writeDocumentPacket, type AttachmentSource } from '../envelope/write.ts'
import { currentStatement } from '../current-statement.ts'
import type { Certificate } from '../signing/certificate.ts'
import { envelopeFor, type ContentKey } from '../signing/enveloped.ts'
import type { Outgoing, Store } from '../store/index.ts'
import { composeMessage, type Purpose } from './compose.ts'
import { formFor, keyOf, requireAllowed } from './form.ts'
import { replacementOf } from './replace.ts'

/** A packet whose bytes are kept, ready to be noted with its document. */
export interface WrittenPacket {
  readonly packet: { readonly sha256: Sha256; readonly sizeBytes: number; readonly documentCode: string }
  readonly recipients: readonly Agency[]
  /** With what its files were encrypted; none: it is plain. */
  readonly contentKeys: readonly ContentKey[]
}

/**
 * Writes the packet of a numbered document into the store's files. Nothing refers to it yet.
 *
 * @param pdf the document as it leaves
 * @param at the time the packet says it was made, epoch milliseconds
 * @param isEncrypted the form that was told the clerk before; left out, what the office wants and the recipients
 *   have keys for
 * @throws {AppError} document/incomplete (a recipient left the directory); encryption/demanded;
 *   encryption/key-missing where it was to be encrypted and a recipient's key cannot be used any more
 */
export async function writePacket(
  store: Store,
  document: Outgoing,
  pdf: DocumentFile,
  at: number,
  isEncrypted?: boolean,
): Promise<WrittenPacket> {
  const { fields } = document
  const recipients = knownRecipients(store, fields.recipients)
  const message = messageOf(store, document, recipients, at)
  const attachments = [pdf, ...document.files.filter((file) => file.role === 'attachment')]
  const certificates = certificatesFor(store, recipients, at, isEncrypted)
  const contentKeys: ContentKey[] = []
  const packet = await store.files.put(
    writeDocumentPacket(
      message,
      attachments.map((file): AttachmentSource => {
        const plain: AttachmentSource = {
          contentId: contentIdOf(document.id, file.sha256),
          name: file.name,
          contentType: file.contentType,
          description: file === pdf ? fields.subject : file.name,
          size: file.sizeBytes,
          open: () => streamed(store, file.sha256),
        }
        if (certificates === undefined) return plain
        const envelope = envelopeFor(certificates, plain.size)
        const { key, nonce, sizeBytes } = envelope
        contentKeys.push({ key, nonce })
        return {
          ...plain,
          name: suffixedFileName(plain.name, ENCRYPTED_SUFFIX),
          contentType: ENCRYPTED_TYPE,
          size: sizeBytes,
          open: () => envelope.encrypted(plain.open()),
        }
      }),
      { keyStatement: currentStatement(store, at)?.statement },
    ),
  )
  return { packet: { ...packet, documentCode: message.documentId }, recipients, contentKeys }
}

/** Notes a packet with its document, inside the caller's transaction. */
export function keepPacket(store: Store, id: DocumentId, { packet, contentKeys }: WrittenPacket): void {
  store.outgoing.setPacket(id, packet)
  store.encryptionKeys.keepContentKeys(packet.sha256, contentKeys)
}

/** To what the files are encrypted; undefined: they go as they are. */
function certificatesFor(
  store: Store,
  recipients: readonly Agency[],
  at: number,
  isEncrypted: boolean | undefined,
): Certificate[] | undefined {
  const form = formFor(store, recipients, at)
  if (isEncrypted === undefined) requireAllowed(form)
  if (!(isEncrypted ?? form.encrypted)) return undefined
  return recipients.map((agency) => {
    const { certificate, lack } = keyOf(store, agency, at)
    if (certificate !== undefined) return certificate
    throw new AppError('encryption/key-missing', `${agency.organId}: ${lack}`, { detail: agency.name })
  })
}

/**
 * What a packet says of a numbered document.
 *
 * @param business what is wanted of it; left out, it is new, or takes the place of another one
 */
export function messageOf(
  store: Store,
  document: Outgoing,
  recipients: readonly Agency[],
  at: number,
  business: Purpose | undefined = replacementOf(store, document),
): DocumentMessage {
  const { codeNumber, issuedDate, fields } = document
  if (codeNumber === undefined || issuedDate === undefined) {
    throw new AppError('document/wrong-state', 'it was not numbered')
  }
  const sender = store.settings.get('agency')
  if (sender === undefined) throw new Error('an open office has an agency')
  return composeMessage({
    sender,
    clerkName: store.settings.get('clerkName') ?? '',
    recipients,
    fields,
    code: { number: codeNumber, notation: fields.codeNotation, issuedDate },
    at,
    business,
  })
}

/** @throws {AppError} document/incomplete when one of them is not in the directory */
export function knownRecipients(store: Store, organIds: readonly string[]): Agency[] {
  const known = store.directory.byIds(organIds)
  const missing = organIds.length - known.length
  if (missing > 0) {
    throw new AppError('document/incomplete', `${String(missing)} recipients are not in the directory`, {
      detail: 'recipients',
    })
  }
  return known
}

/** The same file of the same document always has the same content id, so the packet's bytes are stable. */
function contentIdOf(id: DocumentId, sha256: string): string {
  const hex = createHash('sha256').update(`${id}/${sha256}`).digest('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  )
}

async function* streamed(
  store: Store,
  sha256: Outgoing['files'][number]['sha256'],
): AsyncGenerator<Uint8Array> {
  const file = await store.files.open(sha256)
  try {
    yield* file.stream()
  } finally {
    await file.close()
  }
}
