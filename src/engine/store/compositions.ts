import { z } from 'zod'
import { composition, type Composition } from '../../shared/document/composition.ts'
import {
  instant,
  outgoingFields,
  sha256Hex,
  type DocumentId,
  type Sha256,
} from '../../shared/document/fields.ts'
import {
  templateFields,
  templateId,
  versionReason,
  type TemplateFields,
  type TemplateId,
} from '../../shared/document/drafting.ts'
import { AppError } from '../../shared/errors.ts'
import { json } from './columns.ts'
import type { Database } from './database.ts'
import type { OutgoingFields } from '../../shared/document/fields.ts'

const versionHead = z.object({
  number: z.int(),
  keptAt: instant,
  reason: versionReason,
  by: z.string(),
  note: z.string(),
})
type VersionHead = z.output<typeof versionHead>
const written = z.object({ fields: json(outgoingFields), composition: json(composition) })
const templateHead = z.object({
  id: templateId,
  name: z.string(),
  typeName: z.string(),
  keptAt: instant,
})
const templateContent = z.object({ fields: json(templateFields), composition: json(composition) })

export type CompositionStore = ReturnType<typeof compositionStore>

/**
 * What documents that are written here hold, as they are and as they were, and the office's templates. The only
 * module that names these tables.
 */
export function compositionStore(db: Database, now: () => number) {
  const one = db.query(
    'compositions.get',
    'SELECT content AS composition FROM composition WHERE document_id = @id',
    z.object({ composition: json(composition) }),
  )
  const put = db.command(
    'compositions.put',
    `INSERT INTO composition (document_id, content) VALUES (@id, @content)
     ON CONFLICT (document_id) DO UPDATE SET content = excluded.content`,
  )
  const drop = db.command('compositions.remove', 'DELETE FROM composition WHERE document_id = @id')
  const heads = db.query(
    'compositions.versions',
    `SELECT number, kept_at AS keptAt, reason, by, note FROM composition_version
     WHERE document_id = @id ORDER BY number DESC`,
    versionHead,
  )
  const oneVersion = db.query(
    'compositions.version',
    `SELECT fields, content AS composition FROM composition_version
     WHERE document_id = @id AND number = @number`,
    written,
  )
  const putVersion = db.command(
    'compositions.keepVersion',
    `INSERT INTO composition_version (document_id, number, kept_at, reason, by, note, fields, content)
     SELECT @id, coalesce(max(number), 0) + 1, @at, @reason, @by, @note, @fields, @content
     FROM composition_version WHERE document_id = @id`,
  )
  const allTemplates = db.query(
    'compositions.templates',
    `SELECT id, name, fields ->> '$.typeName' AS typeName, kept_at AS keptAt FROM draft_template
     ORDER BY name, id`,
    templateHead,
  )
  const oneTemplate = db.query(
    'compositions.template',
    'SELECT fields, content AS composition FROM draft_template WHERE id = @id',
    templateContent,
  )
  const putTemplate = db.command(
    'compositions.keepTemplate',
    `INSERT INTO draft_template (id, name, fields, content, kept_at) VALUES (@id, @name, @fields, @content, @at)`,
  )
  const dropTemplate = db.command('compositions.removeTemplate', 'DELETE FROM draft_template WHERE id = @id')
  const hashes = db.query(
    'compositions.fileHashes',
    `SELECT DISTINCT tree.atom AS sha256 FROM (
       SELECT content FROM composition UNION ALL SELECT content FROM composition_version
       UNION ALL SELECT content FROM draft_template
     ) AS kept, json_tree(kept.content) AS tree WHERE tree.key = 'sha256'`,
    z.object({ sha256: sha256Hex }),
  )

  /** What is written of a document; `undefined` where its PDF is taken in. */
  function get(id: DocumentId): Composition | undefined {
    return one.get({ id })?.composition
  }

  /** Keeps it in place of what was there; inside the transaction that saves the fields. */
  function keep(id: DocumentId, content: Composition): void {
    put.run({ id, content: JSON.stringify(content) })
  }

  /** The document is not written here any more. Its versions stay. */
  function remove(id: DocumentId): void {
    drop.run({ id })
  }

  /** Its versions without their text, the newest first. */
  function versions(id: DocumentId): VersionHead[] {
    return heads.all({ id })
  }

  /** @throws {AppError} document/not-found */
  function version(id: DocumentId, number: number): z.output<typeof written> {
    const found = oneVersion.get({ id, number })
    if (found === undefined) throw new AppError('document/not-found', `version ${String(number)} of ${id}`)
    return found
  }

  /** Keeps a document as it is now. */
  function keepVersion(
    id: DocumentId,
    content: { readonly fields: OutgoingFields; readonly composition: Composition },
    why: Pick<VersionHead, 'reason' | 'by' | 'note'>,
  ): void {
    const { fields, composition } = content
    putVersion.run({
      id,
      ...why,
      at: now(),
      fields: JSON.stringify(fields),
      content: JSON.stringify(composition),
    })
  }

  /** The office's own templates, by name. */
  function templates(): z.output<typeof templateHead>[] {
    return allTemplates.all()
  }

  /** @throws {AppError} document/not-found */
  function template(id: TemplateId): z.output<typeof templateContent> {
    const found = oneTemplate.get({ id })
    if (found === undefined) throw new AppError('document/not-found', `template ${id}`)
    return found
  }

  function keepTemplate(
    id: TemplateId,
    name: string,
    content: { readonly fields: TemplateFields; readonly composition: Composition },
  ): void {
    const { fields, composition } = content
    putTemplate.run({
      id,
      name,
      fields: JSON.stringify(fields),
      content: JSON.stringify(composition),
      at: now(),
    })
  }

  /** Forgets a template; that there was none is no error. */
  function removeTemplate(id: TemplateId): void {
    dropTemplate.run({ id })
  }

  /** Every picture that is shown somewhere. */
  function fileHashes(): Sha256[] {
    return hashes.all().map(({ sha256 }) => sha256)
  }

  return {
    fileHashes,
    get,
    keep,
    keepTemplate,
    keepVersion,
    remove,
    removeTemplate,
    template,
    templates,
    version,
    versions,
  }
}
