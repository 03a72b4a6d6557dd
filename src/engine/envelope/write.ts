import { Buffer } from 'node:buffer'
import { documentMessage } from '../../shared/document/packet.ts'
import type { DocumentMessage } from '../../shared/document/packet.ts'
import { encodeBase64 } from './base64.ts'
import {
  agency,
  element,
  envelope,
  field,
  keyStatement,
  PACKET_END,
  PACKET_START,
  PREFIX_DECLARATION,
  rendered,
  staff,
} from './markup.ts'
import type { Markup } from './markup.ts'
import { wireDate, wireTime } from './wire-time.ts'
import { zipOne } from './zip.ts'

/** A file to go into a packet. It is opened once, while the packet is being written. */
export interface AttachmentSource {
  /** A UUID chosen by the caller and kept with the packet; `cid:` is put before it if it is not there. */
  readonly contentId: string
  readonly name: string
  readonly contentType: string
  readonly description: string
  /** Bytes. Writing fails if `open` gives more or fewer. */
  readonly size: number
  open(): AsyncIterable<Uint8Array>
}

export interface WriteOptions {
  /** Pack each file into a zip of its own, as the Java SDK does. Plain base64 unless told. */
  readonly zipAttachments?: boolean
  /** CMS, what the sender's agency states about its encryption key. */
  readonly keyStatement?: Uint8Array | undefined
}

/**
 * Writes a document packet. The bytes depend on the arguments alone (no clock, no chance), so a packet
 * can be frozen once and known by its hash. Files are streamed; at most one chunk of them is in memory.
 *
 * The element order is the one every sample and every packet from the hub has, not the numbering of
 * QCVN 102:2016; receivers are known to accept it. Optional blocks (an answered document, the details of
 * an update or replacement) are left out when there is nothing to say, all other elements are always
 * there. The places of the two details inside `Bussiness` are not confirmed by any sample.
 *
 * @throws {AppError} `packet/text-unwritable` naming the element that holds a control character
 * @throws {Error} if a source does not give the bytes it promised
 */
export async function* writeDocumentPacket(
  document: DocumentMessage,
  attachments: readonly AttachmentSource[],
  options: WriteOptions = {},
): AsyncGenerator<Uint8Array> {
  const message = documentMessage.parse(document)
  const head = rendered(
    envelope([
      element('edXMLHeader', [
        messageHeader(message),
        traceHeaderList(message),
        ...keyStatement(options.keyStatement),
      ]),
      element('edXMLBody', [element('edXMLManifest', attachments.map(reference), 'version="1.0"')]),
    ]),
    1,
  )
  yield Buffer.from(PACKET_START + head)
  if (attachments.length > 0) {
    yield Buffer.from(`  <edXML:AttachmentEncoded ${PREFIX_DECLARATION}>\n`)
    for (const attachment of attachments) {
      const label = [
        field('ContentId', prefixedId(attachment)),
        field('AttachmentName', attachment.name),
        field('Description', attachment.description),
        field('ContentType', attachment.contentType),
      ]
      const labels = label.map((part) => rendered(part, 3)).join('')
      yield Buffer.from(`    <edXML:Attachment>\n${labels}      <edXML:ContentTransferEncoded>`)
      const content = exactly(attachment)
      yield* encodeBase64(
        options.zipAttachments === true ? zipOne(wrappedName(attachment), content) : content,
      )
      yield Buffer.from(`</edXML:ContentTransferEncoded>\n    </edXML:Attachment>\n`)
    }
    yield Buffer.from(`  </edXML:AttachmentEncoded>\n`)
  }
  yield Buffer.from(PACKET_END)
}

function messageHeader(message: DocumentMessage): Markup {
  const { code, documentType, signer, otherInfo } = message
  return element('MessageHeader', [
    agency('From', message.from),
    ...message.to.map((recipient) => agency('To', recipient)),
    field('DocumentId', message.documentId),
    element('Code', [field('CodeNumber', code.number), field('CodeNotation', code.notation)]),
    element('PromulgationInfo', [
      field('Place', message.place),
      field('PromulgationDate', wireDate(message.promulgationDate ?? '')),
    ]),
    element('DocumentType', [
      field('Type', documentType.type),
      ...(documentType.typeDetail === undefined ? [] : [field('TypeDetail', documentType.typeDetail)]),
      field('TypeName', documentType.typeName),
    ]),
    field('Subject', message.subject),
    field('Content', message.content),
    element('SignerInfo', [
      field('Competence', signer.competence),
      field('Position', signer.position),
      field('FullName', signer.fullName),
    ]),
    field('DueDate', wireDate(message.dueDate ?? '')),
    element('OtherInfo', [
      field('Priority', otherInfo.priority),
      field('SphereOfPromulgation', otherInfo.sphere),
      field('TyperNotation', otherInfo.typerNotation),
      field('PromulgationAmount', otherInfo.promulgationAmount),
      field('PageAmount', otherInfo.pageAmount),
      element(
        'Appendixes',
        otherInfo.appendixes.map((appendix) => field('Appendix', appendix)),
      ),
    ]),
    ...message.responseFor.map((answered) =>
      element('ResponseFor', [
        field('OrganId', answered.organId),
        field('Code', answered.code),
        field('DocumentId', answered.documentId),
        field('PromulgationDate', wireDate(answered.promulgationDate ?? '')),
      ]),
    ),
    field('SteeringType', message.steeringType),
    element(
      'ToPlaces',
      (message.toPlaces.length === 0 ? [''] : message.toPlaces).map((place) => field('Place', place)),
    ),
  ])
}

function traceHeaderList(message: DocumentMessage): Markup {
  const { business } = message
  const { documentInfo, replacementInfo } = business
  return element('TraceHeaderList', [
    ...message.trace.map(({ organId, timestamp }) =>
      element('TraceHeader', [field('OrganId', organId), field('Timestamp', wireTime(timestamp))]),
    ),
    element('Bussiness', [
      ...(business.documentId === undefined ? [] : [field('DocumentId', business.documentId)]),
      field('BussinessDocType', business.type),
      field('BussinessDocReason', business.reason),
      field('Paper', business.paper ? 1 : 0),
      ...(documentInfo === undefined
        ? []
        : [
            element('BussinessDocumentInfo', [
              field('DocumentInfo', documentInfo.metadataChanged ? 1 : 0),
              field('DocumentReceiver', documentInfo.receiversChanged ? 1 : 0),
              element(
                'ReceiverList',
                documentInfo.receiverList.map(({ organId, receiverType }) =>
                  element('Receiver', [field('OrganId', organId), field('ReceiverType', receiverType)]),
                ),
              ),
            ]),
          ]),
      ...(replacementInfo === undefined
        ? []
        : [
            element(
              'ReplacementInfoList',
              replacementInfo.map(({ documentId, organIds }) =>
                element('ReplacementInfo', [
                  field('DocumentId', documentId),
                  element(
                    'OrganIdList',
                    organIds.map((organId) => field('OrganId', organId)),
                  ),
                ]),
              ),
            ),
          ]),
      staff(business.staff),
    ]),
  ])
}

function reference(attachment: AttachmentSource): Markup {
  return element('Reference', [
    field('ContentId', prefixedId(attachment)),
    field('ContentType', attachment.contentType),
    field('Description', attachment.description),
    field('AttachmentName', attachment.name),
  ])
}

function prefixedId({ contentId }: AttachmentSource): string {
  return contentId.startsWith('cid:') ? contentId : `cid:${contentId}`
}

/** The Java SDK names the entry `<uuid>.<extension>`; so no Vietnamese letters meet old unpackers. */
function wrappedName({ contentId, name }: AttachmentSource): string {
  const extension = /\.[A-Za-z0-9]{1,5}$/.exec(name)?.[0].toLowerCase() ?? ''
  return `${contentId.replace(/^cid:/, '').replace(/[^A-Za-z0-9-]/g, '-')}${extension}`
}

async function* exactly(attachment: AttachmentSource): AsyncGenerator<Uint8Array> {
  let length = 0
  for await (const piece of attachment.open()) {
    length += piece.length
    yield piece
  }
  if (length !== attachment.size) {
    throw new Error(`an attachment of ${String(attachment.size)} bytes gave ${String(length)}`)
  }
}
