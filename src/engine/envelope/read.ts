import { Buffer } from 'node:buffer'
import { BUSINESS_TYPE } from '../../shared/document/packet.ts'
import type {
  DocumentMessage,
  PacketSignature,
  PacketWarning,
  StatusMessage,
} from '../../shared/document/packet.ts'
import { AppError } from '../../shared/errors.ts'
import { attachmentReader } from './attachments.ts'
import type { AttachmentLabel, AttachmentLimits, AttachmentSink, ReceivedAttachment } from './attachments.ts'
import { all, fieldReader, incomplete } from './fields.ts'
import type { FieldReader } from './fields.ts'
import { isPacketNamespace, KEY_STATEMENT, LEGACY_NAMESPACES, XMLDSIG } from './namespaces.ts'
import { readStatusMessage } from './status.ts'
import { readTime } from './wire-time.ts'
import { readPacketSignature } from './xml-signature.ts'
import type { PacketXmlSignature } from './xml-signature.ts'
import { readXml } from './xml.ts'
import type { XmlElement, XmlLimits } from './xml.ts'

export type { AttachmentSink, ReceivedAttachment } from './attachments.ts'

/** What a packet may cost us. */
export type PacketLimits = XmlLimits & AttachmentLimits

/**
 * The limits unless told otherwise. 100 MiB is twice what a gateway is known to accept for one file; a
 * packet to all 3,321 communes has about 2 MB of recipients.
 */
export const PACKET_LIMITS: PacketLimits = {
  packetBytes: 100 * 1_048_576,
  markupBytes: 6 * 1_048_576,
  depth: 32,
  elements: 50_000,
  attributesPerElement: 32,
  textLength: 200_000,
  attachments: 200,
  attachmentBytes: 75 * 1_048_576,
  unpackedBytes: 200 * 1_048_576,
  zipEntries: 10_000,
  zipRatio: 200,
}

/** For who wants to know what is in a packet: its files are read, hashed, and go nowhere. */
export const NOWHERE: AttachmentSink<undefined> = {
  begin: () =>
    Promise.resolve({
      write: () => Promise.resolve(),
      finish: () => Promise.resolve(undefined),
      discard: () => Promise.resolve(),
    }),
}

export interface ReadOptions<Stored> {
  readonly limits?: Partial<PacketLimits>
  readonly attachmentSink: AttachmentSink<Stored>
}

/** A packet that has been read. */
export type ReadPacket<Stored> =
  | {
      readonly kind: 'document'
      readonly message: DocumentMessage
      readonly attachments: ReceivedAttachment<Stored>[]
      readonly signature: PacketSignature
      /** Where `signature` is one that can be checked. */
      readonly xmlSignature?: PacketXmlSignature
      /** What the sender's agency states about its encryption key: CMS that nobody has looked at. */
      readonly keyStatement?: Uint8Array
      readonly warnings: PacketWarning[]
    }
  | {
      readonly kind: 'status'
      readonly message: StatusMessage
      readonly signature: PacketSignature
      readonly xmlSignature?: PacketXmlSignature
      readonly keyStatement?: Uint8Array
      readonly warnings: PacketWarning[]
    }

/**
 * Reads a packet that nobody vouches for: any order, any prefix, the namespace of QCVN 102:2016 or the
 * legacy ones. Files go to the sink as they arrive; the base64 is never held. What is odd but harmless
 * is accepted with a warning.
 *
 * @param chunks the bytes, cut anywhere
 * @throws {AppError} `packet/…`, with the name of the element, file or limit as `detail` where there is one.
 *   The sink's own errors pass through. In all cases the file in hand has been discarded.
 */
export async function readPacket<Stored>(
  chunks: AsyncIterable<Uint8Array>,
  options: ReadOptions<Stored>,
): Promise<ReadPacket<Stored>> {
  const limits = { ...PACKET_LIMITS, ...options.limits }
  const warnings: PacketWarning[] = []
  const fields = fieldReader(warnings)
  const files = attachmentReader(options.attachmentSink, limits)
  try {
    const root = await readXml(chunks, limits, {
      streams(path) {
        if (!CONTENT_PATHS.has(path.join('/'))) return false
        if (files.isOpen()) {
          throw new AppError('packet/ambiguous', 'two contents for one file', {
            detail: 'Attachment/ContentTransferEncoded',
          })
        }
        files.begin()
        return true
      },
      content: (bytes) => files.content(bytes),
      async closed(element, path) {
        if (!CONTENT_PATHS.has(`${path.join('/')}/ContentTransferEncoded`)) return
        if (!files.isOpen()) throw incomplete('Attachment/ContentTransferEncoded')
        await files.end(label(element, fields))
      },
    })
    if (root.name !== 'edXML' || !isPacketNamespace(root.namespace)) {
      throw new AppError('packet/unreadable', 'this XML is not a packet')
    }
    if (LEGACY_NAMESPACES.has(root.namespace)) fields.warn('legacy-namespace', root.namespace)
    const envelope = fields.required(root, 'edXMLEnvelope')
    const header = fields.required(envelope, 'edXMLHeader')
    const messageHeader = fields.required(header, 'MessageHeader')
    const body = fields.one(envelope, 'edXMLBody')
    const beside = { ...signatureIn([header, envelope, root]), ...keyStatementIn(header) }

    if (fields.one(messageHeader, 'StatusCode') !== undefined) {
      if (all(messageHeader, 'To').length > 0 || fields.one(messageHeader, 'Subject') !== undefined) {
        throw new AppError('packet/ambiguous', 'both a status and a document', {
          detail: 'MessageHeader/StatusCode',
        })
      }
      return { kind: 'status', message: readStatusMessage(messageHeader, fields), ...beside, warnings }
    }
    const message = readDocumentMessage(messageHeader, fields.one(header, 'TraceHeaderList'), fields)
    const references = all(fields.one(body, 'edXMLManifest'), 'Reference').map((element) =>
      label(element, fields),
    )
    if (references.length > limits.attachments) {
      throw new AppError('packet/too-large', 'over the limit: references', { detail: 'Reference' })
    }
    const { attachments, warnings: fileWarnings } = files.results(references)
    return { kind: 'document', message, attachments, ...beside, warnings: [...warnings, ...fileWarnings] }
  } catch (cause) {
    await files.abandon()
    throw cause
  }
}

/** Under the root as the SDK writes it, or inside the envelope or its body as the regulation can be read. */
const CONTENT_PATHS: ReadonlySet<string> = new Set(
  ['edXML', 'edXML/edXMLEnvelope', 'edXML/edXMLEnvelope/edXMLBody'].map(
    (parent) => `${parent}/AttachmentEncoded/Attachment/ContentTransferEncoded`,
  ),
)

function label(element: XmlElement, fields: FieldReader): AttachmentLabel {
  const contentId = fields.text(element, 'ContentId')
  return {
    contentId: contentId === '' ? (element.attributes.get('href') ?? '') : contentId,
    name: fields.text(element, 'AttachmentName'),
    contentType: fields.text(element, 'ContentType'),
    description: fields.text(element, 'Description'),
  }
}

/** An empty `Signature` or `DigitalSignature`, as .NET senders write, is none. Of several, none can be checked. */
function signatureIn(places: readonly XmlElement[]): Pick<ReadPacket<unknown>, 'signature' | 'xmlSignature'> {
  const [found, another] = places
    .flatMap(({ children }) => children)
    .filter(({ name, children }) => children.length > 0 && SIGNATURE_NAME.test(name))
  if (found === undefined) return { signature: { present: 'none' } }
  const xmlSignature =
    found.name === `{${XMLDSIG}}Signature` && another === undefined ? readPacketSignature(found) : undefined
  return xmlSignature === undefined
    ? { signature: { present: 'unverifiable' } }
    : { signature: { present: 'xmldsig' }, xmlSignature }
}

/** Of several statements none counts: nobody writes two. */
function keyStatementIn({ children }: XmlElement): { readonly keyStatement?: Uint8Array } {
  const [found, another] = children.filter(({ name }) => name === `{${KEY_STATEMENT}}EncryptionKey`)
  if (found === undefined || another !== undefined) return {}
  const keyStatement = Buffer.from(found.text, 'base64')
  return keyStatement.length === 0 ? {} : { keyStatement }
}

const SIGNATURE_NAME = /^(\{.*\})?(Digital)?Signature$/

function readDocumentMessage(
  header: XmlElement,
  trace: XmlElement | undefined,
  fields: FieldReader,
): DocumentMessage {
  const from = fields.agency(fields.required(header, 'From'))
  const to = all(header, 'To').map((recipient) => fields.agency(recipient))
  if (to.length === 0) throw incomplete('MessageHeader/To')
  const documentId = fields.requiredText(header, 'DocumentId')
  const code = fields.required(header, 'Code')
  const promulgation = fields.one(header, 'PromulgationInfo')
  const documentType = fields.one(header, 'DocumentType')
  const signer = fields.one(header, 'SignerInfo')
  const otherInfo = fields.one(header, 'OtherInfo')
  const business = readBusiness(fields.one(trace, 'Bussiness'), fields)

  const message: DocumentMessage = {
    from,
    to,
    documentId,
    code: {
      number: fields.requiredText(code, 'CodeNumber'),
      notation: fields.requiredText(code, 'CodeNotation'),
    },
    place: fields.text(promulgation, 'Place'),
    promulgationDate: fields.date(promulgation, 'PromulgationDate'),
    documentType: {
      type: fields.number(documentType, 'Type'),
      typeDetail: fields.number(documentType, 'TypeDetail'),
      typeName: fields.text(documentType, 'TypeName'),
    },
    subject: fields.text(header, 'Subject'),
    content: fields.text(header, 'Content'),
    signer: {
      competence: fields.text(signer, 'Competence'),
      position: fields.text(signer, 'Position'),
      fullName: fields.text(signer, 'FullName'),
    },
    dueDate: fields.date(header, 'DueDate'),
    otherInfo: {
      priority: fields.number(otherInfo, 'Priority'),
      sphere: fields.text(otherInfo, 'SphereOfPromulgation'),
      typerNotation: fields.text(otherInfo, 'TyperNotation'),
      promulgationAmount: fields.number(otherInfo, 'PromulgationAmount'),
      pageAmount: fields.number(otherInfo, 'PageAmount'),
      appendixes: fields.texts(fields.one(otherInfo, 'Appendixes'), 'Appendix'),
    },
    responseFor: all(header, 'ResponseFor')
      .map((answered) => fields.responseFor(answered))
      // We and others write the block empty when there is nothing to answer.
      .filter(
        ({ organId, code: answered, documentId: id }) => organId !== '' || answered !== '' || id !== '',
      ),
    steeringType: fields.number(header, 'SteeringType'),
    toPlaces: fields.texts(fields.one(header, 'ToPlaces'), 'Place'),
    trace: all(trace, 'TraceHeader').flatMap((hop) => readHop(hop, fields)),
    business,
  }
  // A recall may repeat no more than the ids and the code of what it recalls.
  if (business.type !== BUSINESS_TYPE.recall) requireContent(message)
  if (message.signer.fullName === '') fields.warn('field-missing', 'SignerInfo/FullName')
  if (message.place === '') fields.warn('field-missing', 'PromulgationInfo/Place')
  if (message.toPlaces.join('').length > 1000) fields.warn('field-too-long', 'MessageHeader/ToPlaces')
  return message
}

function requireContent({ subject, promulgationDate, documentType }: DocumentMessage): void {
  if (subject === '') throw incomplete('MessageHeader/Subject')
  if (promulgationDate === undefined) throw incomplete('PromulgationInfo/PromulgationDate')
  if (documentType.typeName === '' && documentType.type === undefined)
    throw incomplete('DocumentType/TypeName')
}

function readHop(hop: XmlElement, fields: FieldReader): DocumentMessage['trace'] {
  const timestamp = readTime(fields.text(hop, 'Timestamp'))
  if (timestamp === undefined) {
    fields.warn('field-unreadable', 'TraceHeader/Timestamp')
    return []
  }
  const organId = fields.text(hop, 'OrganId')
  return [organId === '' ? { timestamp } : { organId, timestamp }]
}

function readBusiness(element: XmlElement | undefined, fields: FieldReader): DocumentMessage['business'] {
  const documentId = fields.text(element, 'DocumentId')
  const changes = fields.one(element, 'BussinessDocumentInfo')
  const replacements = fields.one(element, 'ReplacementInfoList')
  const common = {
    type:
      element === undefined
        ? BUSINESS_TYPE.new
        : businessType(fields.requiredText(element, 'BussinessDocType')),
    reason: fields.text(element, 'BussinessDocReason'),
    paper: fields.text(element, 'Paper') === '1',
    staff: fields.staff(element),
  }
  if (element === undefined) fields.warn('field-missing', 'TraceHeaderList/Bussiness')
  return {
    ...common,
    ...(documentId === '' ? {} : { documentId }),
    ...(changes === undefined
      ? {}
      : {
          documentInfo: {
            metadataChanged: fields.text(changes, 'DocumentInfo') === '1',
            receiversChanged: fields.text(changes, 'DocumentReceiver') === '1',
            receiverList: all(fields.one(changes, 'ReceiverList'), 'Receiver').map((receiver) => ({
              organId: fields.requiredText(receiver, 'OrganId'),
              receiverType: receiverType(fields.requiredText(receiver, 'ReceiverType')),
            })),
          },
        }),
    ...(replacements === undefined
      ? {}
      : {
          replacementInfo: all(replacements, 'ReplacementInfo').map((replaced) => ({
            documentId: fields.requiredText(replaced, 'DocumentId'),
            organIds: fields.texts(fields.one(replaced, 'OrganIdList'), 'OrganId'),
          })),
        }),
  }
}

/** Guessing here could recall a document or hide one, so an unknown number is refused. */
function businessType(text: string): DocumentMessage['business']['type'] {
  const known = Object.values(BUSINESS_TYPE).find((type) => String(type) === text)
  if (known === undefined) throw incomplete('Bussiness/BussinessDocType')
  return known
}

function receiverType(text: string): 0 | 1 {
  if (text !== '0' && text !== '1') throw incomplete('Receiver/ReceiverType')
  return text === '0' ? 0 : 1
}
