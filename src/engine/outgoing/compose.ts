import { copyFormOf, documentTypeNamed } from '../../shared/document/types.ts'
import type { Agency, OutgoingFields } from '../../shared/document/fields.ts'
import { BUSINESS_TYPE, packetAgencyOf, type DocumentMessage } from '../../shared/document/packet.ts'
import { formatDate, vietnamTimestamp } from '../../shared/document/vietnam-time.ts'

/** What a numbered document is called: its own number and the day it was issued. */
export interface IssuedCode {
  readonly number: string
  readonly notation: string
  /** yyyy-MM-dd. */
  readonly issuedDate: string
}

/**
 * Mã văn bản: the DocumentId that travels in the packet, `OrganId,yyyy/MM/dd,number/notation`. Receivers
 * in the field split it by commas and use the third part; by Decision 28/2018 Art 10 it holds the
 * agency, the year and the ordinal.
 */
function documentCodeOf(organId: string, code: IssuedCode): string {
  return `${organId},${code.issuedDate.replaceAll('-', '/')},${code.number}/${code.notation}`
}

/** What is wanted of the document, or of those that it replaces or changes. */
export type Purpose = Omit<DocumentMessage['business'], 'paper' | 'staff'>

/** What a packet is about the document: that it is new. */
const NEW_DOCUMENT = { type: BUSINESS_TYPE.new, reason: 'Văn bản mới' } as const

/** The message of a document's packet, from what the clerk filled in. */
export function composeMessage(input: {
  readonly sender: Agency
  readonly clerkName: string
  readonly recipients: readonly Agency[]
  readonly fields: OutgoingFields
  readonly code: IssuedCode
  /** When the packet is made, epoch milliseconds. */
  readonly at: number
  /** What is wanted of the document. Left out: it is new. */
  readonly business?: Purpose | undefined
}): DocumentMessage {
  const { sender, fields, code } = input
  const answered = fields.responseFor
  return {
    from: packetAgencyOf(sender),
    to: input.recipients.map(packetAgencyOf),
    documentId: documentCodeOf(sender.organId, code),
    code: { number: code.number, notation: code.notation },
    place: fields.place,
    promulgationDate: code.issuedDate,
    documentType: { type: documentTypeNamed(fields.typeName)?.edxmlType, typeName: fields.typeName },
    subject: fields.subject,
    content: contentOf(fields),
    signer: fields.signer,
    dueDate: fields.dueDate,
    otherInfo: {
      priority: fields.priority,
      sphere: fields.sphere,
      typerNotation: fields.typerNotation,
      promulgationAmount: fields.issuedAmount,
      pageAmount: fields.pageAmount === 0 ? undefined : fields.pageAmount,
      appendixes: fields.appendixes,
    },
    responseFor:
      answered === undefined
        ? []
        : [
            {
              organId: answered.organId,
              code: answered.code,
              documentId: answered.documentCode,
              promulgationDate: answered.issuedDate,
            },
          ],
    steeringType: fields.steeringType,
    toPlaces: fields.toPlaces.length === 0 ? ['Như trên'] : fields.toPlaces,
    trace: [{ organId: sender.organId, timestamp: vietnamTimestamp(input.at) }],
    business: {
      ...(input.business ?? NEW_DOCUMENT),
      paper: fields.paperFollows,
      staff: { department: '', staff: input.clerkName, mobile: sender.telephone, email: sender.email },
    },
  }
}

/** Nội dung: the abstract; of a copy what it is a copy of, which the page alone tells otherwise. */
function contentOf({ typeName, subject, original: { code, issuedDate, organName } }: OutgoingFields): string {
  const form = copyFormOf(typeName)
  if (form === undefined || issuedDate === undefined) return subject
  return `${form} văn bản số ${code} ngày ${formatDate(issuedDate)} của ${organName}: ${subject}`
}
