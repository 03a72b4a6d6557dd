import { z } from 'zod'
import { documentChange, documentVersion, type DocumentVersion } from '../../shared/document/change.ts'
import type { DocumentId, OutgoingFields } from '../../shared/document/fields.ts'
import type { DocumentMessage } from '../../shared/document/packet.ts'
import { json } from './columns.ts'
import type { Database } from './database.ts'

const row = documentVersion.extend({ changes: json(z.array(documentChange)) })

export type VersionStore = ReturnType<typeof versionStore>

/**
 * What sent and received documents said before they were updated. The only module that names the
 * `document_version` table; it only adds.
 */
export function versionStore(db: Database) {
  const insert = db.command(
    'versions.add',
    `INSERT INTO document_version (document_id, replaced_at, reason, earlier, changes)
     VALUES (@documentId, @replacedAt, @reason, @earlier, @changes)`,
  )
  const byDocument = db.query(
    'versions.of',
    `SELECT replaced_at AS replacedAt, reason, changes FROM document_version
     WHERE document_id = @documentId ORDER BY id`,
    row,
  )

  /** Keeps what is about to be changed, whole, with what will be different. */
  function add(
    documentId: DocumentId,
    version: DocumentVersion & { readonly earlier: OutgoingFields | DocumentMessage },
  ): void {
    const { replacedAt, reason, earlier, changes } = version
    insert.run({
      documentId,
      replacedAt,
      reason,
      earlier: JSON.stringify(earlier),
      changes: JSON.stringify(changes),
    })
  }

  /** The updates of a document, oldest first. */
  function of(documentId: DocumentId): DocumentVersion[] {
    return byDocument.all({ documentId })
  }

  return { add, of }
}
