import { z } from 'zod'
import { documentId, instant, isoDate } from './document/fields.ts'
import { numberGap } from './document/numbering.ts'
import { copyFormOf } from './document/types.ts'

/**
 * The registers that an office keeps: sổ văn bản đi, sổ văn bản đến, sổ theo dõi giải quyết văn bản đến.
 *
 * @source Decree 30/2020/NĐ-CP App. IV
 */
export const registerKind = z.enum(['outgoing', 'incoming', 'handling'])
export type RegisterKind = z.output<typeof registerKind>

/** Every column that a register may have. Names are persisted with corrections: add, never rename. */
export const registerColumn = z.enum([
  'code',
  'issuedDate',
  'title',
  'signer',
  'recipients',
  'kept',
  'copies',
  'sentOn',
  'receipt',
  'note',
  'arrivalDate',
  'arrivalNumber',
  'author',
  'handler',
  'handedOn',
  'document',
  'handleBy',
  'progress',
  'answer',
])
export type RegisterColumn = z.output<typeof registerColumn>

/** The columns of the prescribed forms, in their order. */
export const REGISTER_COLUMNS = {
  outgoing: [
    'code',
    'issuedDate',
    'title',
    'signer',
    'recipients',
    'kept',
    'copies',
    'sentOn',
    'receipt',
    'note',
  ],
  incoming: [
    'arrivalDate',
    'arrivalNumber',
    'author',
    'code',
    'issuedDate',
    'title',
    'handler',
    'handedOn',
    'receipt',
    'note',
  ],
  handling: ['arrivalNumber', 'document', 'handler', 'handleBy', 'progress', 'answer', 'note'],
} as const satisfies Record<RegisterKind, readonly RegisterColumn[]>

/** What a cell said before it was put right. Struck through, it stays. */
export const registerCorrection = z.object({
  column: registerColumn,
  was: z.string(),
  is: z.string(),
  reason: z.string(),
  by: z.string(),
  at: instant,
})
export type RegisterCorrection = z.output<typeof registerCorrection>

/** A line of a register. */
export const registerRow = z.object({
  id: documentId,
  number: z.int(),
  /** Số hủy: the whole line is struck through, the reason stands in the note. */
  isVoid: z.boolean(),
  /** What each column says now, corrections included. */
  cells: z.partialRecord(registerColumn, z.string()),
  /** In the order in which they were made. */
  corrections: z.array(registerCorrection),
  /** The numbers between the line before and this one that no document bears. */
  gapsBefore: z.array(numberGap.pick({ from: true, to: true, kind: true, reason: true, by: true })),
})
export type RegisterRow = z.output<typeof registerRow>

/** Which book: of outgoing ones there may be several in a year. */
export const registerBook = z.object({
  kind: registerKind,
  year: z.int().min(2000).max(2999),
  /** Key of an outgoing series; not looked at for the others. */
  series: z.string().max(200).default(''),
})
export type RegisterBook = z.output<typeof registerBook>

/** Which lines of a book: those whose day lies between two, both included, and that hold all of its words somewhere. */
export const registerFilter = z.object({
  from: isoDate.optional(),
  to: isoDate.optional(),
  text: z.string().trim().max(200).default(''),
})
export type RegisterFilter = z.output<typeof registerFilter>

/** Tên loại và trích yếu, as a register writes them; of a copy its form. */
export function registerTitle(typeName: string, subject: string): string {
  const name = copyFormOf(typeName) ?? typeName
  return subject === '' ? name : `${name}. ${subject}`
}

/** The day that a filter asks about: of issue, of arrival, by which to answer. */
export const REGISTER_DAY = {
  outgoing: 'issuedDate',
  incoming: 'arrivalDate',
  handling: 'handleBy',
} as const satisfies Record<RegisterKind, RegisterColumn>
