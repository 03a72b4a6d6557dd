import { z } from 'zod'
import type { DocumentId } from '../../shared/document/fields.ts'
import { registerCorrection, type RegisterCorrection, type RegisterKind } from '../../shared/register.ts'
import type { Database } from './database.ts'

/** A line of a register: a number, and the document that was given it. */
export interface RegisterLine {
  readonly id: DocumentId
  readonly number: number
}

export type CorrectionStore = ReturnType<typeof correctionStore>

/** What was put right in the registers. The only module that names the `register_correction` table; it only adds. */
export function correctionStore(db: Database) {
  const ofLines = db.query(
    'corrections.of',
    `SELECT document_id AS documentId, number, column_name AS "column", was, now_is AS "is", reason,
       corrected_by AS "by", corrected_at AS at
     FROM register_correction WHERE kind = @kind AND document_id IN (SELECT value FROM json_each(@ids))
     ORDER BY id`,
    registerCorrection.extend({ documentId: z.string(), number: z.int() }),
  )
  const insert = db.command(
    'corrections.add',
    `INSERT INTO register_correction (kind, document_id, number, column_name, was, now_is, reason, corrected_by, corrected_at)
     VALUES (@kind, @documentId, @number, @column, @was, @is, @reason, @by, @at)`,
  )

  /** The corrections of several lines, each line's in their order. */
  function of(
    kind: RegisterKind,
    lines: readonly RegisterLine[],
  ): (line: RegisterLine) => RegisterCorrection[] {
    const found = ofLines.all({ kind, ids: JSON.stringify(lines.map(({ id }) => id)) })
    const ofLine = new Map<string, RegisterCorrection[]>()
    for (const { documentId, number, ...correction } of found) {
      const line = `${documentId} ${String(number)}`
      ofLine.set(line, [...(ofLine.get(line) ?? []), correction])
    }
    return ({ id, number }) => ofLine.get(`${id} ${String(number)}`) ?? []
  }

  function add(kind: RegisterKind, { id, number }: RegisterLine, correction: RegisterCorrection): void {
    insert.run({ kind, documentId: id, number, ...correction })
  }

  return { add, of }
}
