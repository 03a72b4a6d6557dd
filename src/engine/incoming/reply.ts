import type { z } from 'zod'
import type { outgoingFields } from '../../shared/document/fields.ts'
import { organId } from '../../shared/document/fields.ts'
import { formatDate } from '../../shared/document/vietnam-time.ts'
import { AppError } from '../../shared/errors.ts'
import type { Incoming } from '../store/index.ts'

/** SteeringType of a directive, and of a report on one. */
const DIRECTIVE = 1
const REPORT = 2

/**
 * What an answer to a received document begins with: its reference (ResponseFor), its sender as the
 * recipient, the abstract; of a directive, that it is a report on one.
 *
 * @throws {AppError} document/wrong-state when the packet does not say what it is
 */
export function replyTo({ message, code }: Incoming): Partial<z.input<typeof outgoingFields>> {
  const issuedDate = message?.promulgationDate
  const sender = organId.safeParse(message?.from.organId)
  if (message === undefined || issuedDate === undefined || !sender.success) {
    throw new AppError('document/wrong-state', 'the packet does not say what would be answered')
  }
  const { documentId, documentType, from } = message
  const what = `${documentType.typeName} số ${code} ngày ${formatDate(issuedDate)} của ${from.organName}`
  return {
    subject: `V/v trả lời ${what}`.slice(0, 500),
    recipients: [sender.data],
    responseFor: {
      organId: sender.data,
      code: code.slice(0, 60),
      documentCode: documentId.slice(0, 200),
      issuedDate,
    },
    ...(message.steeringType === DIRECTIVE ? { steeringType: REPORT } : {}),
  }
}
