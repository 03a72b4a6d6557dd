/** Files beside the main document: taken in while drafting, and signed with it by the agency. */
import { createHash } from 'node:crypto'
import { AppError } from '../../shared/errors.ts'
import {
  isPdfName,
  isSignatureName,
  MAX_ATTACHMENT_BYTES,
  contentTypeOf,
  MAX_ATTACHMENTS,
  MAX_DOCUMENT_BYTES,
  SIGNATURE_SUFFIX,
} from '../../shared/document/attachment.ts'
import { formatCode, type DocumentFile, type DocumentId, type Sha256 } from '../../shared/document/fields.ts'
import type { SigningInput, SigningManner } from '../../shared/signing.ts'
import type { DocumentVerdict } from '../../shared/verdict.ts'
import { distinctFileNames, safeFileName } from '../envelope/file-name.ts'
import { prepareFileSignature } from '../file-signature.ts'
import { requireSignable } from '../pdf/signable.ts'
import { memorySource, passingChunksOf, reopening, type PdfSource } from '../pdf/source.ts'
import { bearsSecrecyMark } from '../secrecy.ts'
import { preparePdf } from '../sign-pdf.ts'
import type { FoundCertificate } from '../signing/token-view.ts'
import type { Outgoing, Store } from '../store/index.ts'
import { appendixAppearance } from './look.ts'

/**
 * Puts a file beside the main document. A PDF is an appendix that the agency will sign inside itself, so one
 * that could not be signed is refused now; any other file will get a signature beside it. The same content
 * again changes nothing; a name that is taken gets a number.
 *
 * @throws {AppError} document/wrong-state, document/secret, document/attachment-empty,
 *   document/attachment-is-signature, document/attachments-too-large, document/attachments-too-many; pdf/*
 */
export async function attach(store: Store, id: DocumentId, name: string, content: Uint8Array): Promise<void> {
  const safe = safeFileName(name, 'tep-kem-theo')
  if (bearsSecrecyMark({ codeNotation: '', texts: [safe.replace(/\.[^.]*$/, '').replace(/_/g, ' ')] })) {
    throw new AppError('document/secret', 'the name of the file bears a mark of state secrecy')
  }
  if (content.length === 0) throw new AppError('document/attachment-empty', 'an empty file', { detail: safe })
  // Ours are made when the document is sealed, and a foreign one of the same name would take their place.
  if (isSignatureName(safe)) {
    throw new AppError('document/attachment-is-signature', 'a signature file', { detail: safe })
  }
  requireRoom(store.outgoing.get(id), content.length)
  if (isPdfName(safe)) await requireSignable(memorySource(content))
  const { sha256, sizeBytes } = await store.files.putBytes(content)
  store.atomically(() => {
    // Again: it may have been frozen while the file was read, and what was frozen is what will be signed.
    const document = store.outgoing.get(id)
    if (attachmentsOf(document).some((file) => file.sha256 === sha256)) return
    requireRoom(document, sizeBytes)
    const taken = document.files.map((file) => file.name)
    const distinct = distinctFileNames([...taken, safe]).at(-1) ?? safe
    store.outgoing.setFile(
      id,
      { sha256, name: distinct, contentType: contentTypeOf(safe), sizeBytes },
      'attachment',
    )
  })
}

/** @throws {AppError} document/wrong-state; document/not-found where no such file is beside the document */
export function detach(store: Store, id: DocumentId, sha256: Sha256): void {
  store.atomically(() => {
    const document = store.outgoing.get(id)
    requireDraft(document)
    const found = attachmentsOf(document).find((file) => file.sha256 === sha256)
    if (found === undefined) throw new AppError('document/not-found', 'the draft has no such attachment')
    store.outgoing.removeFile(id, 'attachment', found.name)
  })
}

function attachmentsOf({ files }: Outgoing): DocumentFile[] {
  return files.filter(({ role }) => role === 'attachment')
}

function requireDraft({ state }: Outgoing): void {
  if (state !== 'drafting') throw new AppError('document/wrong-state', `attach while ${state}`)
}

function requireRoom(document: Outgoing, sizeBytes: number): void {
  requireDraft(document)
  if (attachmentsOf(document).length >= MAX_ATTACHMENTS) {
    throw new AppError('document/attachments-too-many', `more than ${String(MAX_ATTACHMENTS)} attachments`)
  }
  const together = document.files.reduce((sum, file) => sum + file.sizeBytes, sizeBytes)
  if (sizeBytes > MAX_ATTACHMENT_BYTES || together > MAX_DOCUMENT_BYTES) {
    throw new AppError('document/attachments-too-large', `${String(sizeBytes)} of ${String(together)} bytes`)
  }
}

/** The agency's signature on one attachment, to be made under the login of the main document. */
export interface AttachmentSigning {
  readonly input: SigningInput
  /**
   * Judges the signed file, or the signature beside it, and keeps its bytes: what then stands among the
   * attachments, a PDF in the place of the unsigned one.
   *
   * @throws {AppError} sign/self-check-failed
   */
  readonly keep: (value: Uint8Array) => Promise<Omit<DocumentFile, 'role'>>
}

/** What the signing of attachments needs of the world. */
export interface AttachmentPorts {
  readonly store: Store
  readonly verify: (source: PdfSource) => Promise<DocumentVerdict>
  /** The face of the visible block. */
  readonly font: () => Promise<Uint8Array>
}

/**
 * Lays out the agency's signature on each attachment: number, notation and time at the top right of a PDF's
 * first page, a CAdES signature in a file of its own beside anything else.
 *
 * @param document numbered
 * @param at epoch milliseconds
 * @param isGood whether a verdict on what we signed ourselves is as it must be
 * @throws {AppError} pdf/*, certificate/unusable
 * @source Decree 30/2020/NĐ-CP App. I part II: an appendix in a file of its own
 */
export async function prepareAttachments(
  { store, verify, font }: AttachmentPorts,
  document: Outgoing,
  { certificate, chain, manner }: FoundCertificate & { readonly manner: SigningManner },
  at: number,
  isGood: (verdict: DocumentVerdict) => boolean,
): Promise<AttachmentSigning[]> {
  const code = formatCode(document.codeNumber, document.fields.codeNotation)
  const signings: AttachmentSigning[] = []
  for (const file of attachmentsOf(document)) {
    const id = `${document.id}/attachment/${createHash('sha256').update(file.name).digest('hex')}`
    const source = reopening(file.sizeBytes, () => store.files.open(file.sha256))
    const signing = { source, certificate: certificate.der, chain, signedAt: new Date(at), manner }
    try {
      if (isPdfName(file.name)) {
        // Only now: what reads pages takes more code than all the rest.
        const { inFreeCorner } = await import('../pdf/free-corner.ts')
        const appearance = await inFreeCorner(
          source,
          appendixAppearance({ code, signedAt: at }, await font()),
        )
        const { hash, signed } = await preparePdf({ ...signing, appearance })
        const keep = async (value: Uint8Array) => {
          try {
            const pdf = signed(value)
            const verdict = await verify(pdf)
            if (!isGood(verdict)) {
              throw new AppError('sign/self-check-failed', `our own verdict: ${verdict.reasons.join(', ')}`)
            }
            const { sha256, sizeBytes } = await store.files.put(passingChunksOf(pdf))
            return { name: file.name, contentType: file.contentType, sha256, sizeBytes }
          } finally {
            await source.close()
          }
        }
        signings.push({ input: { id, ...hash }, keep })
      } else {
        const { hash, signature } = await prepareFileSignature(signing)
        const keep = async (value: Uint8Array) => {
          const { sha256, sizeBytes } = await store.files.put(passingChunksOf(memorySource(signature(value))))
          const name = `${file.name}${SIGNATURE_SUFFIX}`
          return { name, contentType: 'application/pkcs7-signature', sha256, sizeBytes }
        }
        signings.push({ input: { id, ...hash }, keep })
      }
    } finally {
      await source.close()
    }
  }
  return signings
}
