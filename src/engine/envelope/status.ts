import { Buffer } from 'node:buffer'
import { statusMessage } from '../../shared/document/packet.ts'
import type { StatusMessage } from '../../shared/document/packet.ts'
import { incomplete } from './fields.ts'
import type { FieldReader } from './fields.ts'
import { agency, element, envelope, field, keyStatement, packet, staff } from './markup.ts'
import { readTime, wireDate, wireTime } from './wire-time.ts'
import type { XmlElement } from './xml.ts'

/**
 * The bytes of a status packet, in the element order of the Java SDK's samples. The same message gives
 * the same bytes. Status packets are small (a few kB) and come in one piece.
 *
 * @param statement CMS, what the sender's agency states about its encryption key
 * @throws {AppError} `packet/text-unwritable` naming the element that holds a control character
 */
export function writeStatusPacket(message: StatusMessage, statement?: Uint8Array): Uint8Array {
  const {
    from,
    responseFor: answered,
    staff: contact,
    statusCode,
    description,
    timestamp,
  } = statusMessage.parse(message)
  const header = element('MessageHeader', [
    agency('From', from),
    element('ResponseFor', [
      field('OrganId', answered.organId),
      field('Code', answered.code),
      field('PromulgationDate', wireDate(answered.promulgationDate ?? '')),
      field('DocumentId', answered.documentId),
    ]),
    staff(contact),
    field('StatusCode', statusCode),
    field('Description', description),
    field('Timestamp', wireTime(timestamp)),
  ])
  return Buffer.from(packet([envelope([element('edXMLHeader', [header, ...keyStatement(statement)])])]))
}

/**
 * The message of a status packet from its `MessageHeader`. The code is kept as it is, known or not.
 *
 * @throws {AppError} `packet/incomplete` naming the missing element, `packet/ambiguous`
 */
export function readStatusMessage(header: XmlElement, fields: FieldReader): StatusMessage {
  const answered = fields.responseFor(fields.required(header, 'ResponseFor'))
  if (answered.documentId === '' && answered.code === '') throw incomplete('ResponseFor/DocumentId')
  if (answered.organId === '') throw incomplete('ResponseFor/OrganId')
  const timestamp = readTime(fields.requiredText(header, 'Timestamp'))
  if (timestamp === undefined) throw incomplete('MessageHeader/Timestamp')
  return {
    from: fields.agency(fields.required(header, 'From')),
    responseFor: answered,
    statusCode: fields.requiredText(header, 'StatusCode'),
    description: fields.text(header, 'Description'),
    timestamp,
    staff: fields.staff(header),
  }
}
