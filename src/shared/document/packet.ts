import { z } from 'zod'
import { isoDate, type Agency } from './fields.ts'

/**
 * What an edXML packet says, free of XML: the message of a document and the message of a status, as
 * QCVN 102:2016/BTTTT and its amendment 1:2022 describe them. Dates are `yyyy-MM-dd`, times are
 * `yyyy-MM-ddTHH:mm:ss+07:00` (the packet itself carries Vietnam time without a zone). A text that has
 * no value is the empty string. Texts are trimmed. Lengths are not enforced here: a received packet is
 * kept whole and warned about (Decree 30/2020, Appendix VI part II gives the lengths).
 */

const text = z.string().trim()
const count = z.int().min(0).max(999_999_999)

/** A moment in Vietnam time to the second, `yyyy-MM-ddTHH:mm:ss+07:00`. */
const vietnamTime = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T([01]\d|2[0-3]):[0-5]\d:[0-5]\d\+07:00$/)
  .refine((time) => isoDate.safeParse(time.slice(0, 10)).success, { error: 'not a day of the calendar' })

/** An agency as a packet names it: the eight fields of `From` and of each `To`. */
export const packetAgency = z.object({
  /** Decision 20/2020 id (`H99.88.01`) or the old 13-character one (`000.00.01.H99`), at most 35. */
  organId: text,
  organizationInCharge: text,
  organName: text,
  address: text,
  email: text,
  telephone: text,
  fax: text,
  website: text,
})
export type PacketAgency = z.output<typeof packetAgency>

/** An agency of the directory, or we ourselves, as a packet names it. */
export function packetAgencyOf(known: Agency): PacketAgency {
  return {
    organId: known.organId,
    organizationInCharge: known.parentName,
    organName: known.name,
    address: known.address,
    email: known.email,
    telephone: known.telephone,
    fax: '',
    website: '',
  }
}

/** Who in the agency looks after the packet (`StaffInfo`). */
export const packetStaff = z.object({ department: text, staff: text, mobile: text, email: text })
export type PacketStaff = z.output<typeof packetStaff>

/** An earlier document that this one answers (`ResponseFor`); `code` is `number/notation`. */
export const packetResponseFor = z.object({
  organId: text,
  code: text,
  documentId: text,
  promulgationDate: isoDate.optional(),
})
export type PacketResponseFor = z.output<typeof packetResponseFor>

/** `BussinessDocType`: what the sender wants done with the document. */
export const BUSINESS_TYPE = { new: 0, recall: 1, update: 2, replace: 3 } as const

const packetBusiness = z.object({
  /** A value of {@link BUSINESS_TYPE}. */
  type: z.union([z.literal(0), z.literal(1), z.literal(2), z.literal(3)]),
  reason: text,
  /** The earlier document concerned, where the packet names it apart from its own id. */
  documentId: text.optional(),
  /** Whether a paper original follows. */
  paper: z.boolean(),
  staff: packetStaff,
  /** Update only: what changed, and whom it removes from (0) or adds to (1) the recipients. */
  documentInfo: z
    .object({
      metadataChanged: z.boolean(),
      receiversChanged: z.boolean(),
      receiverList: z.array(z.object({ organId: text, receiverType: z.union([z.literal(0), z.literal(1)]) })),
    })
    .optional(),
  /** Replace only: the documents replaced, each with the agencies that had got it. */
  replacementInfo: z.array(z.object({ documentId: text, organIds: z.array(text) })).optional(),
})

/** The message of a document packet ("edoc"), without its files. */
export const documentMessage = z.object({
  from: packetAgency,
  to: z.array(packetAgency).min(1),
  /** Chosen by the sender; opaque. Decision 28/2018 Art. 10: agency id, year, ordinal. */
  documentId: text,
  code: z.object({ number: text, notation: text }),
  place: text,
  /** Missing only in recalls, which may repeat no more than ids and codes. */
  promulgationDate: isoDate.optional(),
  /** `typeName` is what counts: the numbers of two overlapping lists travel in `type`. */
  documentType: z.object({ type: count.optional(), typeDetail: count.optional(), typeName: text }),
  subject: text,
  content: text,
  signer: z.object({ competence: text, position: text, fullName: text }),
  dueDate: isoDate.optional(),
  otherInfo: z.object({
    /** 0 thường, 1 khẩn, 2 thượng khẩn, 3 hỏa tốc; 4 (hẹn giờ) is read, never written by us. */
    priority: count.optional(),
    sphere: text,
    typerNotation: text,
    promulgationAmount: count.optional(),
    pageAmount: count.optional(),
    appendixes: z.array(text),
  }),
  responseFor: z.array(packetResponseFor),
  /** 0 not a directive, 1 directive, 2 report on one; other adapters count from 1, so show it raw. */
  steeringType: count.optional(),
  toPlaces: z.array(text),
  /** The hops so far, oldest first as written; the hub's own hop may lack its id. */
  trace: z.array(z.object({ organId: text.optional(), timestamp: vietnamTime })),
  business: packetBusiness,
})
export type DocumentMessage = z.output<typeof documentMessage>

/** The message of a status packet: what became of a document, or that its sender wants it back. */
export const statusMessage = z.object({
  from: packetAgency,
  /** `organId` is the addressee of this status: the sender of the document. */
  responseFor: packetResponseFor,
  /** Two digits (`01`..`06`, `13`, `15`, `16`); anything else a packet said is kept verbatim. */
  statusCode: text,
  description: text,
  timestamp: vietnamTime,
  staff: packetStaff,
})
export type StatusMessage = z.output<typeof statusMessage>

/**
 * The document a packet acts on: a recall or an update may name it apart, else it is the packet's own
 * id (a recall in the field relies on that).
 */
export function affectedDocumentId(message: DocumentMessage): string {
  return message.business.documentId ?? message.documentId
}

/** What is odd in a packet that is accepted all the same. Vietnamese texts are in packet.vi.ts. */
export const packetWarningCode = z.enum([
  'legacy-namespace',
  'field-missing',
  'field-too-long',
  'field-unreadable',
  'agency-id-unusual',
  'attachment-missing',
  'attachment-unlisted',
  'attachment-mismatched',
  'attachment-damaged',
  'attachment-empty',
  'attachment-renamed',
  'attachment-encrypted',
  'document-differs',
  'signature-unverifiable',
  'signature-undetermined',
  'signature-broken',
  'key-refused',
])
export type PacketWarningCode = z.output<typeof packetWarningCode>

/** One oddity and where: the element (`MessageHeader/Subject`) or the file it is about. */
export const packetWarning = z.object({ code: packetWarningCode, about: z.string() })
export type PacketWarning = z.output<typeof packetWarning>

/** A file as it came out of a packet. `name` is safe to use as a file name on Windows. */
export const packetAttachment = z.object({
  name: z.string(),
  contentType: z.string(),
  description: z.string(),
  sizeBytes: z.int().min(0),
  /** Lower-case hex, of the file as handed over (after the zip wrapper was taken off). */
  sha256: z.string(),
  /** Whether the sender had packed this file in a zip of its own, which was taken off. */
  unwrapped: z.boolean(),
  warnings: z.array(packetWarningCode),
})
export type PacketAttachment = z.output<typeof packetAttachment>

/**
 * Whether the packet carries an XML signature that can be checked. `unverifiable` is one that is made in a
 * way no library can check, such as the variant that fell into the edXML namespace.
 */
export const packetSignature = z.object({ present: z.enum(['none', 'unverifiable', 'xmldsig']) })
export type PacketSignature = z.output<typeof packetSignature>
