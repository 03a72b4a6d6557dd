/** Around the writing of a document: its versions, and the templates of the office. */
import { z } from 'zod'
import { outgoingFields } from './fields.ts'

/** Why a version was kept. Persisted: add, never rename. */
export const versionReason = z.enum(['asked', 'while-writing', 'frozen', 'replaced'])
export type VersionReason = z.output<typeof versionReason>

export const templateId = z.uuid().brand<'TemplateId'>()
export type TemplateId = z.output<typeof templateId>

/** What a template keeps of the fields: nothing that belongs to one document alone. */
export const templateFields = outgoingFields.pick({
  typeName: true,
  codeNotation: true,
  subject: true,
  signer: true,
  coSigners: true,
  signerTurn: true,
  toPlaces: true,
})
export type TemplateFields = z.output<typeof templateFields>

/** What of a document a Word file may tell beside its text. */
export const wordPart = z.enum([
  'typeName',
  'codeNotation',
  'subject',
  'place',
  'toPlaces',
  'signer',
  'addressees',
  'agencyName',
])
export type WordPart = z.output<typeof wordPart>
