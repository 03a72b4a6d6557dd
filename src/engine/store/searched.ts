import type { DocumentFile, Sha256 } from '../../shared/document/fields.ts'
import { vietnamDate } from '../../shared/document/vietnam-time.ts'
import type { Incoming } from './incoming.ts'
import type { Outgoing } from './outgoing.ts'
import type { Searched } from './search.ts'

/** What can be found of an outgoing document; undefined once its draft was thrown away. */
export function searchedOutgoing(document: Outgoing): Searched | undefined {
  const { fields, files, state } = document
  if (state === 'discarded') return undefined
  const { signer, coSigners, original, toPlaces, place } = fields
  const recipients =
    document.recipients.length > 0
      ? document.recipients.map(({ name, organId }) => `${name} (${organId})`)
      : fields.recipients
  // Signing adds nothing that is read: the PDF as it came in serves all its life long.
  const main = (['imported', 'signed', 'sealed'] as const)
    .flatMap((role) => files.find((file) => file.role === role) ?? [])
    .slice(0, 1)
  return {
    id: document.id,
    direction: 'outgoing',
    state,
    day: document.issuedDate ?? vietnamDate(document.createdAt),
    typeName: fields.typeName,
    code: `${document.codeNumber ?? '…'}/${fields.codeNotation}`,
    subject: fields.subject,
    agency: recipients.join('; '),
    people: lineOf([
      ...[signer, ...coSigners].flatMap(({ fullName, position }) => [fullName, position]),
      ...[original.code, original.organName],
      ...toPlaces,
      place,
      ...attachments(files).map(({ name }) => name),
    ]),
    pdfs: pdfsOf([...main, ...attachments(files)]),
  }
}

const UNFINDABLE: readonly Incoming['state'][] = ['collected', 'repeated', 'request']

/**
 * What can be found of a received document; undefined where there is none of its own. Of one that was taken back
 * only what is known of it is kept.
 *
 * @source Decree 30/2020/NĐ-CP App. VI: on a recall the metadata stay
 */
export function searchedIncoming(document: Incoming): Searched | undefined {
  const { state, message, files } = document
  if (UNFINDABLE.includes(state) || document.quarantineCode === 'document/secret') return undefined
  const isOpen = state !== 'recalled' && state !== 'quarantined' && state !== 'dismissed'
  return {
    id: document.id,
    direction: 'incoming',
    state,
    day: document.issuedDate ?? vietnamDate(document.receivedAt),
    typeName: document.typeName,
    code: document.code,
    arrivalNumber: document.arrivalNumber,
    subject: document.subject,
    agency: `${document.senderName} (${document.senderOrganId})`,
    people: lineOf([
      message?.signer.fullName,
      message?.signer.position,
      ...(message?.toPlaces ?? []),
      message?.place,
      document.assignee,
      ...(isOpen ? files.map(({ name }) => name) : []),
    ]),
    pdfs: isOpen ? pdfsOf(files) : [],
  }
}

function attachments(files: readonly DocumentFile[]): DocumentFile[] {
  return files.filter(({ role }) => role === 'attachment')
}

function pdfsOf(files: readonly DocumentFile[]): Sha256[] {
  return files
    .filter(({ contentType, name }) => contentType === 'application/pdf' || /\.pdf$/i.test(name))
    .map(({ sha256 }) => sha256)
}

function lineOf(parts: readonly (string | undefined)[]): string {
  return [...new Set(parts.filter((part) => part !== undefined && part !== ''))].join(' · ')
}
