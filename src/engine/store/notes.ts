import { z } from 'zod'
import { instant, type DocumentId } from '../../shared/document/fields.ts'
import { documentNote, type DocumentNote } from '../../shared/document/note.ts'
import { personId } from '../../shared/people.ts'
import type { ActorContext } from './actor.ts'
import { maybe, orNull } from './columns.ts'
import type { Database } from './database.ts'

const row = documentNote.extend({ at: instant, personId: maybe(personId), personName: z.string() })

export type NoteStore = ReturnType<typeof noteStore>

/**
 * What the people of the office write to each other about a document. The only module that names the `note`
 * table. Nothing is changed or removed; that something was written goes to the history without the words.
 */
export function noteStore(db: Database, actor: ActorContext) {
  const insert = db.command(
    'notes.add',
    `INSERT INTO note (document_id, at, person_id, person_name, kind, text)
     VALUES (@documentId, @at, @personId, @personName, @kind, @text)`,
  )
  const bySubject = db.query(
    'notes.of',
    `SELECT at, person_id AS personId, person_name AS personName, kind, text FROM note
     WHERE document_id = @documentId ORDER BY id`,
    row,
  )

  /** Adds a note in the name of the person at work. */
  function add(documentId: DocumentId, note: Pick<DocumentNote, 'kind' | 'text' | 'at'>): void {
    const by = actor.current()
    insert.run({
      documentId,
      ...note,
      personId: orNull(by?.id),
      personName: by?.name ?? '',
    })
  }

  /** The notes of a document, oldest first. */
  function of(documentId: DocumentId): DocumentNote[] {
    return bySubject.all({ documentId })
  }

  return { add, of }
}
