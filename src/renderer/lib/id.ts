import { documentId, type DocumentId } from '../../shared/document/fields.ts'

/** An id from the address bar, or an id nobody has, so that the engine answers `document/not-found`. */
export function asId(text: string): DocumentId {
  const parsed = documentId.safeParse(text)
  return parsed.success ? parsed.data : documentId.parse('00000000-0000-4000-8000-000000000000')
}
