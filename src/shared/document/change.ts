import { z } from 'zod'
import { instant, outgoingFields, type DocumentFile, type OutgoingFields } from './fields.ts'
import type { DocumentMessage } from './packet.ts'

/**
 * What an update may change of a document that was sent: how it is described, whom it is for, what is beside it.
 * Number, notation, day, type and sender say which document it is, and are not among them. Persisted.
 *
 * @source edXML BussinessDocType 2; Decree 30/2020/NĐ-CP Art 18(4)
 */
export const changedField = z.enum([
  'subject',
  'content',
  'signer',
  'place',
  'dueDate',
  'priority',
  'steeringType',
  'sphere',
  'pageAmount',
  'issuedAmount',
  'typerNotation',
  'appendixes',
  'toPlaces',
  'answers',
  'recipients',
  'files',
])
export type ChangedField = z.output<typeof changedField>

/** One difference. Days are `yyyy-MM-dd`, levels their number, several values stand with `; ` between them. */
export const documentChange = z.object({ field: changedField, before: z.string(), after: z.string() })
export type DocumentChange = z.output<typeof documentChange>

/** What a document said until an update took effect. */
export const documentVersion = z.object({
  /** When the update took effect here, epoch milliseconds. */
  replacedAt: instant,
  /** Why, as the sender says. */
  reason: z.string(),
  /** What the update changed of it. */
  changes: z.array(documentChange),
})
export type DocumentVersion = z.output<typeof documentVersion>

/** What our own office may put right about a document that left: nothing of what was signed. */
export const updatableFields = outgoingFields.pick({
  subject: true,
  dueDate: true,
  priority: true,
  steeringType: true,
})
export type UpdatableFields = z.output<typeof updatableFields>

type Described = Partial<Record<ChangedField, string>>

/** The differences between two descriptions of one document. */
function changesBetween(before: Described, after: Described): DocumentChange[] {
  return changedField.options.flatMap((field) => {
    const [was = '', is = ''] = [before[field], after[field]]
    return was === is ? [] : [{ field, before: was, after: is }]
  })
}

/** What two messages about one received document say differently, and the names of the files that came anew. */
export function messageChanges(
  before: DocumentMessage,
  after: DocumentMessage,
  added: readonly Pick<DocumentFile, 'name'>[],
): DocumentChange[] {
  return changesBetween(describedMessage(before), {
    ...describedMessage(after),
    files: added.map(({ name }) => name).join('; '),
  })
}

/** What two versions of an outgoing document's fields say differently, of what an update may change. */
export function fieldChanges(
  before: OutgoingFields,
  after: OutgoingFields,
  nameOf: (organId: string) => string,
): DocumentChange[] {
  const described = ({
    subject,
    dueDate,
    priority,
    steeringType,
    recipients,
  }: OutgoingFields): Described => ({
    subject,
    dueDate: dueDate ?? '',
    priority: String(priority),
    steeringType: String(steeringType),
    recipients: recipients.map(nameOf).join('; '),
  })
  return changesBetween(described(before), described(after))
}

function describedMessage(message: DocumentMessage): Described {
  const { signer, otherInfo } = message
  return {
    subject: message.subject,
    content: message.content,
    signer: [signer.competence, signer.position, signer.fullName].filter((part) => part !== '').join(', '),
    place: message.place,
    dueDate: message.dueDate ?? '',
    priority: numberText(otherInfo.priority),
    steeringType: numberText(message.steeringType),
    sphere: otherInfo.sphere,
    pageAmount: numberText(otherInfo.pageAmount),
    issuedAmount: numberText(otherInfo.promulgationAmount),
    typerNotation: otherInfo.typerNotation,
    appendixes: otherInfo.appendixes.join('; '),
    toPlaces: message.toPlaces.join('; '),
    answers: message.responseFor.map(({ code }) => code).join('; '),
    recipients: message.to
      .map(({ organName, organId }) => (organName === '' ? organId : organName))
      .join('; '),
  }
}

/** Nothing and 0 say the same: thường, not a directive, not counted. */
function numberText(value: number | undefined): string {
  return value === undefined || value === 0 ? '' : String(value)
}
