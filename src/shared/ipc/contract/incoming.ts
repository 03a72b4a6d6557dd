import { z } from 'zod'
import { bytes } from '../../bytes.ts'
import {
  documentFile,
  documentId,
  instant,
  isoDate,
  outgoingFields,
  sha256Hex,
} from '../../document/fields.ts'
import { placeOfStamp } from '../../document/arrival-stamp.ts'
import { documentChange, documentVersion } from '../../document/change.ts'
import { historyEntry } from '../../document/history.ts'
import { incomingBox, incomingState } from '../../document/incoming.ts'
import { documentNote, noteText } from '../../document/note.ts'
import { packetWarning } from '../../document/packet.ts'
import { receivedRequest } from '../../document/request.ts'
import { personId } from '../../people.ts'
import { documentVerdict } from '../../verdict.ts'
import { errorCode, nothing, outcome, page, signatureIndex } from './values.ts'
import { outgoingDetail } from './outgoing.ts'
import type { Requests } from './values.ts'

const incomingSummary = z.object({
  id: documentId,
  state: incomingState,
  typeName: z.string(),
  subject: z.string(),
  code: z.string(),
  issuedDate: isoDate.optional(),
  senderOrganId: z.string(),
  senderName: z.string(),
  priority: z.int(),
  dueDate: isoDate.optional(),
  receivedAt: instant,
  verdict: documentVerdict.shape.verdict.optional(),
  arrivalNumber: z.int().optional(),
  arrivalDate: isoDate.optional(),
  /** Why it is in quarantine. */
  quarantine: z.object({ code: errorCode, detail: z.string().optional() }).optional(),
  returnReason: z.string().optional(),
  /** What its sender asks about it: what waits for an answer first, else what it asked last. */
  request: receivedRequest.optional(),
  /** The document of its sender that takes its place. */
  replacedBy: z.object({ id: documentId, code: z.string() }).optional(),
  /** Who handles it; without an id a unit or person outside the list of people. */
  assignee: z.object({ id: personId.optional(), name: z.string() }).optional(),
  /** By which day it is to be done. */
  handleBy: isoDate.optional(),
})

export type IncomingSummary = z.output<typeof incomingSummary>

const incomingDetail = incomingSummary.extend({
  signer: z.object({ competence: z.string(), position: z.string(), fullName: z.string() }),
  place: z.string(),
  toPlaces: z.array(z.string()),
  content: z.string(),
  /** Whether a paper original follows. */
  paperFollows: z.boolean(),
  /** Shown raw beside its words: senders count the three kinds differently. */
  steeringType: z.int().optional(),
  /** Số, ký hiệu of the documents that it answers. */
  answers: z.array(z.string()),
  /** DocumentIds of those that it replaces. */
  replaces: z.array(z.string()),
  files: z.array(documentFile),
  /** What the update that waits for an answer would change. */
  wantedChanges: z.array(documentChange),
  /** What it said before each update, oldest first. */
  versions: z.array(documentVersion),
  /** Soft findings: an attachment that looks damaged, a field that is too long. */
  warnings: z.array(packetWarning),
  verdictDetail: documentVerdict.optional(),
  history: z.array(historyEntry),
  /** What the office wrote about it; it never leaves the office. */
  notes: z.array(documentNote),
  /** Whether its files came encrypted to us. */
  encrypted: z.boolean(),
  /** The arrival number that "Tiếp nhận" would give now. */
  nextArrivalNumber: z.int(),
})

export type IncomingDetail = z.output<typeof incomingDetail>

/** To whom, and by when. */
const assignment = {
  personId: personId.optional(),
  to: z.string().trim().min(1).max(200).optional(),
  handleBy: isoDate.optional(),
  note: noteText.optional(),
}

/** How many documents are given to somebody at once. */
export const MAX_ASSIGNED = 200

/** Documents that came in, and the evidence of either. */
export const incomingContract = {
  'incoming.list': {
    input: z.object({ box: incomingBox, ...page }),
    output: z.object({ total: z.int(), rows: z.array(incomingSummary) }),
  },
  'incoming.one': { input: z.object({ id: documentId }), output: incomingDetail },
  'incoming.file': {
    input: z.object({ id: documentId, sha256: sha256Hex, signedBy: signatureIndex.optional() }),
    output: z.object({ bytes }),
  },
  /** Where the ĐẾN stamp of a registered document stands over this PDF of it, which stays as it came. */
  'incoming.stamp': { input: z.object({ id: documentId, sha256: sha256Hex }), output: placeOfStamp },
  /** "Tiếp nhận, vào sổ": gives the arrival number and sends 03. */
  'incoming.register': {
    input: z.object({ id: documentId, arrivalNumber: z.int().min(1).max(9_999_999_999).optional() }),
    output: incomingDetail,
  },
  /** "Trả lại": sends 02 with the reason. */
  'incoming.return': {
    input: z.object({ id: documentId, reason: z.string().trim().min(1).max(500) }),
    output: incomingDetail,
  },
  /**
   * "Đồng ý" to what its sender asks, and 15 goes out: on a recall the document is cancelled, its metadata kept; an
   * update is taken in, what it said before kept.
   */
  'incoming.agree': { input: z.object({ id: documentId, requestId: z.uuid() }), output: incomingDetail },
  /** "Từ chối": the document stays, and 16 goes out with the reason. */
  'incoming.refuse': {
    input: z.object({
      id: documentId,
      requestId: z.uuid(),
      reason: z.string().trim().min(1).max(500),
    }),
    output: incomingDetail,
  },
  /** "Soạn văn bản trả lời": a draft addressed to its sender that refers to it. */
  'incoming.reply': {
    input: z.object({
      id: documentId,
      fields: outgoingFields.pick({ place: true, codeNotation: true }).partial(),
    }),
    output: outgoingDetail,
  },
  /** "Phân công": sends 04, once. To a person of the office, or `to`: a unit or person outside the list. */
  'incoming.assign': { input: z.object({ id: documentId, ...assignment }), output: incomingDetail },
  /** The same for many; each stands by itself. */
  'incoming.assignMany': {
    input: z.object({ ids: z.array(documentId).min(1).max(MAX_ASSIGNED), ...assignment }),
    output: z.array(outcome),
  },
  /** "Giao lại": whoever has it cannot do it. */
  'incoming.giveBack': {
    input: z.object({ id: documentId, reason: z.string().trim().min(1).max(500) }),
    output: incomingDetail,
  },
  /** "Ghi chú": what is being done about it. */
  'incoming.note': { input: z.object({ id: documentId, text: noteText }), output: incomingDetail },
  /** "Đang xử lý": what is in the register and not finished, by the day by which it is to be done. */
  'incoming.handling': {
    input: z.object({ of: personId.or(z.literal('nobody')).optional(), ...page }),
    output: z.object({ total: z.int(), rows: z.array(incomingSummary) }),
  },
  /** Urgent documents that wait to be accepted. */
  'incoming.urgent': { input: nothing, output: z.array(incomingSummary) },
  /** "Đang xử lý": sends 05. */
  'incoming.process': { input: z.object({ id: documentId }), output: incomingDetail },
  /** "Hoàn thành": sends 06. */
  'incoming.finish': { input: z.object({ id: documentId }), output: incomingDetail },
  /** Puts a quarantined packet aside; its bytes are kept. */
  'incoming.dismiss': {
    input: z.object({ id: documentId, reason: z.string().trim().min(1).max(500) }),
    output: incomingDetail,
  },
  'incoming.export': {
    input: z.object({ id: documentId, sha256: sha256Hex }),
    output: z.object({ path: z.string().optional() }),
  },

  /**
   * Everything that proves the way of a document, as one file where the clerk wants it (docs/evidence.md).
   * `path` is left out when the clerk thought better of it.
   */
  'evidence.export': {
    input: z.object({ direction: z.enum(['outgoing', 'incoming']), id: documentId }),
    output: z.object({ path: z.string().optional(), fingerprint: sha256Hex.optional() }),
  },
} satisfies Requests
