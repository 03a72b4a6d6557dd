import { z } from 'zod'
import { personId } from '../people.ts'
import { instant } from './fields.ts'

/**
 * What somebody of the office wrote about a document: why a draft was sent back (`sentBack`), what is being
 * done about a received one, why it was given back (`givenBack`), or a plain remark. Persisted.
 */
export const noteKind = z.enum(['remark', 'sentBack', 'givenBack'])
export type NoteKind = z.output<typeof noteKind>

/** One note as the window shows it. It never leaves the office. */
export const documentNote = z.object({
  at: instant,
  personId: personId.optional(),
  personName: z.string(),
  kind: noteKind,
  text: z.string(),
})
export type DocumentNote = z.output<typeof documentNote>

/** The words of a note. */
export const noteText = z.string().trim().min(1).max(2000)
