import { z } from 'zod'
import { bytes } from '../../bytes.ts'
import { composition } from '../../document/composition.ts'
import { templateId, versionReason, wordPart } from '../../document/drafting.ts'
import { documentId, instant, outgoingFields, sha256Hex } from '../../document/fields.ts'
import { outgoingDetail } from './outgoing.ts'
import type { Requests } from './values.ts'

/** The largest picture that the text may take, in bytes. */
const MAX_TEXT_PICTURE_BYTES = 10_000_000

/** The largest Word file that is taken in, in bytes. */
export const MAX_WORD_BYTES = 30_000_000

const draftVersion = z.object({
  number: z.int(),
  keptAt: instant,
  reason: versionReason,
  by: z.string(),
  note: z.string(),
})
export type DraftVersion = z.output<typeof draftVersion>

const draftTemplate = z.object({
  id: templateId,
  name: z.string(),
  typeName: z.string(),
  keptAt: instant,
})
export type DraftTemplate = z.output<typeof draftTemplate>

/** Writing a document here instead of taking in its PDF. */
export const draftingContract = {
  /** Begins to write it from a template: one of the office's, else that of its type. What was written becomes a version. */
  'drafting.begin': {
    input: z.object({ id: documentId, revision: z.int(), template: templateId.optional() }),
    output: outgoingDetail,
  },
  /** Its PDF will be taken in instead. What was written stays as a version. */
  'drafting.stop': { input: z.object({ id: documentId, revision: z.int() }), output: outgoingDetail },
  /** The page as it would be signed now. */
  'drafting.preview': {
    input: z.object({ id: documentId }),
    output: z.object({ bytes, pages: z.int() }),
  },
  /** Takes a Word file in as what is written. What was written becomes a version. */
  'drafting.takeWord': {
    input: z.object({
      id: documentId,
      revision: z.int(),
      bytes: bytes.refine((file) => file.byteLength <= MAX_WORD_BYTES),
    }),
    output: z.object({
      detail: outgoingDetail,
      /** The parts that the file told. */
      recognised: z.array(wordPart),
      /** Pictures that the page cannot show. */
      lostPictures: z.int(),
    }),
  },
  /** As a Word file, where the clerk wants it. */
  'drafting.exportWord': {
    input: z.object({ id: documentId }),
    output: z.object({ path: z.string().optional() }),
  },
  /** A picture for the text, PNG or JPEG, and how wide it stands there by itself. */
  'drafting.keepPicture': {
    input: z.object({
      id: documentId,
      bytes: bytes.refine((file) => file.byteLength <= MAX_TEXT_PICTURE_BYTES),
    }),
    output: z.object({ sha256: sha256Hex, widthMm: z.number() }),
  },
  'drafting.picture': {
    input: z.object({ id: documentId, sha256: sha256Hex }),
    output: z.object({ bytes }),
  },
  'drafting.versions': { input: z.object({ id: documentId }), output: z.array(draftVersion) },
  'drafting.version': {
    input: z.object({ id: documentId, number: z.int() }),
    output: z.object({ fields: outgoingFields, composition }),
  },
  'drafting.keepVersion': {
    input: z.object({ id: documentId, note: z.string().trim().max(200).default('') }),
    output: z.array(draftVersion),
  },
  'drafting.templates': { input: z.object({}), output: z.array(draftTemplate) },
  'drafting.keepTemplate': {
    input: z.object({ id: documentId, name: z.string().trim().min(1).max(100) }),
    output: z.array(draftTemplate),
  },
  'drafting.removeTemplate': { input: z.object({ id: templateId }), output: z.array(draftTemplate) },
} satisfies Requests
