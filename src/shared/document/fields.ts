import { z } from 'zod'
import { copyFormOf } from './types.ts'

/** The local id of a document on this machine. Not the DocumentId of the packet. */
export const documentId = z.uuid().brand<'DocumentId'>()
export type DocumentId = z.output<typeof documentId>

/** Lower-case hex SHA-256. */
export const sha256Hex = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .brand<'Sha256'>()
export type Sha256 = z.output<typeof sha256Hex>

/** Milliseconds since 1970-01-01T00:00:00Z. */
export const instant = z.int().nonnegative()

/** A day, `yyyy-MM-dd`, in Vietnam's calendar. The window shows dd/MM/yyyy. */
export const isoDate = z.iso.date()

/**
 * Mã định danh cơ quan. Both forms are met, the old `000.00.00.H41` and the new `H41.01.02`, and hub
 * test ids fit neither: a wrong shape is a warning on the form ({@link looksLikeOrganId}), not an error.
 *
 * @source Decision 20/2020/QĐ-TTg Arts 4–6; QCVN 102:2016 amendment 1:2022 (at most 35 characters)
 */
export const organId = z
  .string()
  .trim()
  .min(1)
  .max(35)
  .regex(/^[A-Za-z0-9._-]+$/)

/** Whether an agency id has the shape of Decision 28/2018 or of Decision 20/2020. */
export function looksLikeOrganId(text: string): boolean {
  return /^\d{3}\.\d{2}\.\d{2}\.[A-Z]\d{2}$/.test(text) || /^[A-Z]\d{2}(\.[A-Z0-9]+)*$/.test(text)
}

/** An agency as the hub's directory and our own settings know it. */
export const agency = z.object({
  organId,
  /** The code before Decision 20/2020, where the directory gives one. */
  oldCode: z.string().max(35).optional(),
  name: z.string().trim().min(1).max(200),
  /** Cơ quan chủ quản. */
  parentName: z.string().max(200).default(''),
  address: z.string().max(300).default(''),
  email: z.string().max(200).default(''),
  telephone: z.string().max(50).default(''),
})
export type Agency = z.output<typeof agency>

/** Người ký. @source Decree 30/2020/NĐ-CP App. VI: Position 100, FullName 50 characters */
export const signerInfo = z.object({
  /** Thẩm quyền ký: TM., KT., TL., TUQ., Q. and the title signed for, or empty. */
  competence: z.string().max(100).default(''),
  position: z.string().max(100).default(''),
  fullName: z.string().max(50).default(''),
})

/** Who signs beside the main signer: đồng ký (`joint`), or ký nháy (`initials`). Persisted. */
const coSigner = signerInfo.extend({ part: z.enum(['joint', 'initials']) })
export type CoSigner = z.output<typeof coSigner>

/** Văn bản được sao: the paper document that an electronic copy is made of. */
const originalDocument = z.object({
  /** Số, ký hiệu as printed on it. */
  code: z.string().max(60).default(''),
  issuedDate: isoDate.optional(),
  /** Cơ quan ban hành. */
  organName: z.string().max(200).default(''),
})

/** How many may sign beside the main signer. */
export const MAX_CO_SIGNERS = 9

/**
 * What the clerk fills in about an outgoing document. Every field may still be empty while drafting;
 * {@link fieldProblems} says what is missing before it can be frozen.
 *
 * @source Decree 30/2020/NĐ-CP App. VI part II (lengths); QCVN 102:2016 MessageHeader
 */
export const outgoingFields = z.object({
  /** Tên loại: a name of DOCUMENT_TYPES, or the form of copy, a name of COPY_TYPES. */
  typeName: z.string().max(100).default('Công văn'),
  /** Ký hiệu, the part after the slash: `UBND-VP`, `QĐ-UBND`. */
  codeNotation: z.string().trim().max(30).default(''),
  /** Địa danh in the date line. */
  place: z.string().max(100).default(''),
  /** Trích yếu. */
  subject: z.string().max(500).default(''),
  /** The main signer, whom the packet and the register name. Of a copy: who signed the paper document. */
  signer: signerInfo.prefault({}),
  /** Those who sign beside the main signer, in their order. */
  coSigners: z.array(coSigner).max(MAX_CO_SIGNERS).default([]),
  /** How many of them sign before the main signer. */
  signerTurn: z.int().min(0).max(MAX_CO_SIGNERS).default(0),
  /** Of a copy only. */
  original: originalDocument.prefault({}),
  /** Độ khẩn, 0–3. */
  priority: z.int().min(0).max(3).default(0),
  /** Hạn trả lời. */
  dueDate: isoDate.optional(),
  /** Nơi nhận: a line each. @source App. VI: 1000 characters together */
  toPlaces: z.array(z.string().max(1000)).max(50).default([]),
  /** Số tờ, số trang; 0 = not counted yet. */
  pageAmount: z.int().min(0).max(999).default(0),
  /** Số bản phát hành. */
  issuedAmount: z.int().min(1).max(999).default(1),
  language: z.string().max(30).default('Tiếng Việt'),
  /** Ghi chú. */
  description: z.string().max(500).default(''),
  /** Phạm vi lưu hành. */
  sphere: z.string().max(100).default(''),
  /** Ký hiệu người soạn thảo. */
  typerNotation: z.string().max(20).default(''),
  /** 0 not a directive, 1 chỉ đạo, 2 báo cáo chỉ đạo. The numbers are unsettled, see edxml 7.4. */
  steeringType: z.int().min(0).max(3).default(0),
  /** Danh mục phụ lục. */
  appendixes: z.array(z.string().max(500)).max(50).default([]),
  /** Trả lời văn bản. */
  responseFor: z
    .object({ organId, code: z.string().max(60), documentCode: z.string().max(200), issuedDate: isoDate })
    .optional(),
  /** Thay thế văn bản: the document sent before that this one takes the place of, and why. */
  replaces: z
    .object({ documentCode: z.string().max(200), code: z.string().max(60), reason: z.string().max(500) })
    .optional(),
  /** Whether a paper original follows. @source Decision 28/2018/QĐ-TTg Art 5(3): only in the cases listed */
  paperFollows: z.boolean().default(false),
  /** Cơ quan nhận, by agency id, in the clerk's order. */
  recipients: z.array(organId).max(500).default([]),
})
export type OutgoingFields = z.output<typeof outgoingFields>

/** The fields that {@link fieldProblems} may name. */
export const fieldName = z.enum([
  'typeName',
  'codeNotation',
  'place',
  'subject',
  'signer.fullName',
  'coSigners',
  'original.code',
  'original.issuedDate',
  'original.organName',
  'recipients',
  'toPlaces',
  'pdf',
])
export type FieldName = z.output<typeof fieldName>

/** One thing that keeps a draft from being frozen. */
export const fieldProblem = z.object({
  field: fieldName,
  problem: z.enum(['missing', 'too-long', 'wrong-form']),
})
export type FieldProblem = z.output<typeof fieldProblem>

/**
 * Ký hiệu: groups of capitals joined by hyphens, no spaces, no number, no slash. Small letters occur
 * inside prescribed abbreviations (TTr, QyĐ, CTr).
 *
 * @source Decree 30/2020/NĐ-CP App. I part II 3 and App. III
 */
const NOTATION = /^\p{Lu}[\p{L}\d]*(-\p{Lu}[\p{L}\d]*)*$/u

/**
 * What is still missing or wrong, in the order of the form. Empty: the draft can be frozen.
 *
 * @param fields what the clerk typed
 * @param hasPdf whether the document's PDF has been imported
 */
export function fieldProblems(fields: OutgoingFields, hasPdf: boolean): FieldProblem[] {
  const problems: FieldProblem[] = []
  const require = (field: FieldName, present: boolean) => {
    if (!present) problems.push({ field, problem: 'missing' })
  }
  require('typeName', fields.typeName.trim() !== '')
  require('codeNotation', fields.codeNotation !== '')
  if (fields.codeNotation !== '' && !NOTATION.test(fields.codeNotation.normalize('NFC'))) {
    problems.push({ field: 'codeNotation', problem: 'wrong-form' })
  }
  require('place', fields.place.trim() !== '')
  require('subject', fields.subject.trim() !== '')
  require('signer.fullName', fields.signer.fullName.trim() !== '')
  if (copyFormOf(fields.typeName) === undefined) {
    require('coSigners', fields.coSigners.every(({ fullName }) => fullName.trim() !== ''))
  } else {
    require('original.code', fields.original.code.trim() !== '')
    require('original.issuedDate', fields.original.issuedDate !== undefined)
    require('original.organName', fields.original.organName.trim() !== '')
  }
  require('recipients', fields.recipients.length > 0)
  if (fields.toPlaces.join('\n').length > 1000) problems.push({ field: 'toPlaces', problem: 'too-long' })
  require('pdf', hasPdf)
  return problems
}

/** Số as printed: below ten with a leading zero. @source Decree 30/2020/NĐ-CP App. I part II 3 */
export function formatCodeNumber(number: number): string {
  return String(number).padStart(2, '0')
}

/** Số, ký hiệu as printed: `07/UBND-VP`. */
export function formatCode(codeNumber: string | undefined, codeNotation: string): string {
  return `${codeNumber ?? '…'}/${codeNotation}`
}

/** What a file of a document is. */
export const fileRole = z.enum(['imported', 'signed', 'sealed', 'attachment', 'packet'])
export type FileRole = z.output<typeof fileRole>

/** A file of a document, its bytes kept under their hash. */
export const documentFile = z.object({
  role: fileRole,
  sha256: sha256Hex,
  name: z.string(),
  contentType: z.string(),
  sizeBytes: z.int().nonnegative(),
})
export type DocumentFile = z.output<typeof documentFile>
