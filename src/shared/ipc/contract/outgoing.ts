import { z } from 'zod'
import { bytes } from '../../bytes.ts'
import { documentVersion, updatableFields } from '../../document/change.ts'
import { composition } from '../../document/composition.ts'
import {
  documentFile,
  documentId,
  fieldProblem,
  fileRole,
  instant,
  isoDate,
  organId,
  outgoingFields,
  sha256Hex,
} from '../../document/fields.ts'
import { historyEntry } from '../../document/history.ts'
import { gapReason } from '../../document/numbering.ts'
import { jobState } from '../../document/job.ts'
import { outgoingBox, outgoingState } from '../../document/outgoing.ts'
import { documentNote, noteText } from '../../document/note.ts'
import { recipient } from '../../document/recipient.ts'
import { scanFinding } from '../../document/scan.ts'
import { personalSignature, signer } from '../../document/signers.ts'
import { personId } from '../../people.ts'
import { documentVerdict } from '../../verdict.ts'
import {
  errorCode,
  codeNumber,
  outcome,
  pinUse,
  page,
  certificateChoice,
  signatureIndex,
  type Requests,
} from './values.ts'

/** The largest PDF the window may hand over, in bytes. */
export const MAX_PDF_BYTES = 150_000_000

/** The errand that carries a document, as Hộp gửi tells it. */
const deliveryStatus = z.object({
  job: jobState,
  attempts: z.int(),
  dueAt: instant,
  /** Waiting since. */
  since: instant,
  /** Over 24 hours: shown as late, never given up. */
  late: z.boolean(),
  /** The clerk put it on hold himself. */
  heldByClerk: z.boolean(),
  error: errorCode.optional(),
  /** The hub's own words, verbatim. */
  errorDetail: z.string().optional(),
  /** Whether it can still be called back: nothing of it may have reached the hub. */
  cancellable: z.boolean(),
})

export type DeliveryStatus = z.output<typeof deliveryStatus>

const namedPerson = z.object({ id: personId, name: z.string() })

const outgoingSummary = z.object({
  id: documentId,
  state: outgoingState,
  typeName: z.string(),
  subject: z.string(),
  codeNumber: z.string().optional(),
  codeNotation: z.string(),
  issuedDate: isoDate.optional(),
  priority: z.int(),
  dueDate: isoDate.optional(),
  /** Who signs, in order, and what those who have signed signed with. */
  signers: z.array(signer.extend({ signed: personalSignature.optional() })),
  recipients: z.array(recipient),
  sizeBytes: z.int(),
  createdAt: instant,
  changedAt: instant,
  sentAt: instant.optional(),
  /** Who began it, and to whom it was submitted last. */
  drafter: namedPerson.optional(),
  leader: namedPerson.optional(),
  /** Since when it waits to be put right. */
  sentBackAt: instant.optional(),
  delivery: deliveryStatus.optional(),
})

export type OutgoingSummary = z.output<typeof outgoingSummary>

export const outgoingDetail = outgoingSummary.extend({
  /** Rises with each save; a save of an older revision is refused as `document/changed`. */
  revision: z.int(),
  fields: outgoingFields,
  /** What its page holds, where it is written here and no PDF was taken in. */
  composition: composition.optional(),
  files: z.array(documentFile),
  problems: z.array(fieldProblem),
  /** Who signed, in order, as our own verifier judged it after each signature. */
  verdict: documentVerdict.optional(),
  history: z.array(historyEntry),
  /** What the leader and others of the office wrote about it; it never leaves the office. */
  notes: z.array(documentNote),
  /** How large its packet will be, and how large the hub takes it where it says so; in bytes. Of drafts. */
  fit: z.object({ bytes: z.int(), largest: z.int().optional() }).optional(),
  /** What it said before each update, oldest first. */
  versions: z.array(documentVersion),
  /** Whether the files in its packet are encrypted to its recipients. */
  encrypted: z.boolean(),
  /** The next free number of this document's series, offered when it is numbered. */
  nextNumber: z.string().optional(),
})

export type OutgoingDetail = z.output<typeof outgoingDetail>

/** Where a clerk dragged a signature: its middle, in millimetres from the left and top edge of the page as shown. */
const placedSignature = z.object({
  /** 1 is the first. What is past the end stands on the last. */
  page: z.int().min(1).max(100_000),
  centreXMm: z.number().min(-10_000).max(10_000),
  centreYMm: z.number().min(-10_000).max(10_000),
})

export type PlacedSignature = z.output<typeof placedSignature>

const placeOfSignature = z.object({
  page: z.int(),
  /** Where it would stand, in millimetres of the page as shown. */
  box: z.object({
    centreXMm: z.number(),
    centreYMm: z.number(),
    widthMm: z.number(),
    heightMm: z.number(),
  }),
  /** The page as shown: turned, cropped. */
  pageBoxMm: z.object({ widthMm: z.number(), heightMm: z.number() }),
  /**
   * Whether the page says where. If not, the box is in the corner of the last page; untouched there a text
   * block stands, a picture only once it was dragged to its place.
   */
  found: z.boolean(),
  /** Whether it would lie there on text over which somebody has signed: every verifier would doubt it. */
  coversText: z.boolean(),
  /** The kept picture, PNG. Left out: a text block stands in the box. */
  picture: bytes.optional(),
})

export type PlaceOfSignature = z.output<typeof placeOfSignature>

/** Documents that are signed with one PIN. */
export const MAX_BATCH = 200

const batchIds = z.array(documentId).min(1).max(MAX_BATCH)

/** Documents on their way out. */
export const outgoingContract = {
  'outgoing.list': {
    input: z.object({ box: outgoingBox, ...page }),
    output: z.object({ total: z.int(), rows: z.array(outgoingSummary) }),
  },
  'outgoing.one': { input: z.object({ id: documentId }), output: outgoingDetail },
  'outgoing.pdf': {
    input: z.object({ id: documentId, role: fileRole.optional(), signedBy: signatureIndex.optional() }),
    output: z.object({ bytes }),
  },
  'outgoing.draft': {
    input: z.object({ fields: outgoingFields.partial().default({}) }),
    output: outgoingDetail,
  },
  'outgoing.save': {
    input: z.object({
      id: documentId,
      revision: z.int(),
      fields: outgoingFields,
      /** Left out: what is written stays as it is. */
      composition: composition.optional(),
    }),
    output: outgoingDetail,
  },
  'outgoing.importPdf': {
    input: z.object({
      id: documentId,
      name: z.string().min(1).max(255),
      bytes: bytes.refine((content) => content.byteLength <= MAX_PDF_BYTES),
    }),
    output: outgoingDetail,
  },
  /** Puts a file beside the main document of a draft; the agency will sign it too. */
  'outgoing.attach': {
    input: z.object({ id: documentId, name: z.string().min(1).max(255), bytes }),
    output: outgoingDetail,
  },
  'outgoing.detach': { input: z.object({ id: documentId, sha256: sha256Hex }), output: outgoingDetail },
  /** `reason`: why the number is given up, of a draft that has one. */
  'outgoing.discard': {
    input: z.object({ id: documentId, reason: z.string().trim().min(1).max(300).optional() }),
    output: outgoingDetail,
  },
  /** "Hủy số": the number stays in the book as void, with the reason. */
  'outgoing.voidNumber': {
    input: z.object({ id: documentId, reason: z.string().trim().min(1).max(300) }),
    output: outgoingDetail,
  },
  /** What is found about the scan of a copy; nothing of any other document, or before there is a PDF. */
  'outgoing.scan': { input: z.object({ id: documentId }), output: z.array(scanFinding) },
  'outgoing.freeze': { input: z.object({ id: documentId, revision: z.int() }), output: outgoingDetail },
  /** "Trình lãnh đạo": what the leader will read is fixed, as by freezing. */
  'outgoing.propose': {
    input: z.object({ id: documentId, revision: z.int(), leaderId: personId }),
    output: outgoingDetail,
  },
  /** "Rút lại", before the leader said anything. */
  'outgoing.takeBack': { input: z.object({ id: documentId }), output: outgoingDetail },
  /** "Duyệt": it goes on to be signed. */
  'outgoing.approve': { input: z.object({ id: documentId }), output: outgoingDetail },
  /** "Trả lại" to whoever wrote it, with what is to be put right. Signatures made meanwhile are set aside. */
  'outgoing.sendBack': { input: z.object({ id: documentId, reason: noteText }), output: outgoingDetail },
  /** "Góp ý". */
  'outgoing.note': { input: z.object({ id: documentId, text: noteText }), output: outgoingDetail },
  'outgoing.reopen': { input: z.object({ id: documentId }), output: outgoingDetail },
  /** Where the next signature would stand: the next person's of a frozen document, else the agency's. */
  'outgoing.signingPlace': {
    input: z.object({
      id: documentId,
      certificate: certificateChoice,
      /** Where the clerk wants it; left out, where the page says. */
      place: placedSignature.optional(),
    }),
    output: placeOfSignature,
  },
  /** The signature of the person whose turn it is. `place` left out: where the page says. */
  'outgoing.sign': {
    input: z.object({
      id: documentId,
      certificate: certificateChoice,
      ...pinUse,
      place: placedSignature.optional(),
    }),
    output: outgoingDetail,
  },
  /** Number and date, then the agency's signature, with one PIN. */
  'outgoing.seal': {
    input: z.object({
      id: documentId,
      certificate: certificateChoice,
      ...pinUse,
      /** Left out: the next free number of the series. */
      number: codeNumber.optional(),
      issuedDate: isoDate.optional(),
      /** Why the numbers below are passed over, where `number` leaves some out. */
      skips: gapReason.optional(),
      /** Of the seal. Left out: where the page says. */
      place: placedSignature.optional(),
    }),
    output: outgoingDetail,
  },
  /** `outgoing.sign` for many, with one PIN and one try. Each stands by itself. */
  'outgoing.signMany': {
    input: z.object({ ids: batchIds, certificate: certificateChoice, ...pinUse }),
    output: z.array(outcome),
  },
  /** `outgoing.seal` for many: numbers follow the order of `ids`. */
  'outgoing.sealMany': {
    input: z.object({
      ids: batchIds,
      certificate: certificateChoice,
      ...pinUse,
      issuedDate: isoDate.optional(),
    }),
    output: z.array(outcome),
  },
  /** "Sửa nơi nhận": other recipients for a sealed document that did not leave. Its PDF stays as it is. */
  'outgoing.readdress': {
    input: z.object({ id: documentId, recipients: z.array(organId).min(1).max(500) }),
    output: outgoingDetail,
  },
  'outgoing.submit': { input: z.object({ id: documentId }), output: outgoingDetail },
  /** "Tạm dừng": stays in the outbox, does not leave until released. */
  'outgoing.hold': { input: z.object({ id: documentId }), output: outgoingDetail },
  /** "Gửi trước": before all others that wait. */
  'outgoing.sendFirst': { input: z.object({ id: documentId }), output: outgoingDetail },
  'outgoing.release': { input: z.object({ id: documentId }), output: outgoingDetail },
  /** "Gửi không chờ": leaves at the level its signatures have, whatever the settings say. */
  'outgoing.sendAsItIs': { input: z.object({ id: documentId }), output: outgoingDetail },
  /** "Thu hồi": asks every recipient that has a sent document to give it back. */
  'outgoing.recall': {
    input: z.object({ id: documentId, reason: z.string().trim().min(1).max(500) }),
    output: outgoingDetail,
  },
  /**
   * "Cập nhật": puts right what is said of a sent document and whom it is for. Its PDF, number and signatures stay;
   * who is taken off is asked to give it back.
   */
  'outgoing.update': {
    input: z.object({
      id: documentId,
      revision: z.int(),
      fields: updatableFields,
      recipients: z.array(organId).min(1).max(500),
      reason: z.string().trim().min(1).max(500),
    }),
    output: outgoingDetail,
  },
  /** "Soạn văn bản thay thế": a draft that takes the place of a sent document. */
  'outgoing.replace': {
    input: z.object({ id: documentId, reason: z.string().trim().min(1).max(500) }),
    output: outgoingDetail,
  },
  /** "Rút khỏi hộp gửi": only while nothing of it can have reached the hub. */
  'outgoing.withdraw': { input: z.object({ id: documentId }), output: outgoingDetail },
  'outgoing.export': {
    input: z.object({ id: documentId, sha256: sha256Hex }),
    output: z.object({ path: z.string().optional() }),
  },
} satisfies Requests
