import { z } from 'zod'
import { agency, type Agency } from '../../shared/document/fields.ts'
import type { RecipientStanding } from '../../shared/document/recipient-group.ts'
import { fold } from '../../shared/fold.ts'
import { maybe, numberRow, orNull } from './columns.ts'
import type { Database } from './database.ts'

const agencyRow = z.object({
  organId: agency.shape.organId,
  oldCode: maybe(z.string()),
  name: z.string(),
  parentName: z.string(),
  address: z.string(),
  email: z.string(),
  telephone: z.string(),
})
const COLUMNS =
  'organ_id AS organId, old_code AS oldCode, name, parent_name AS parentName, address, email, telephone'

/** As many words as a search looks at; further ones are left out, which finds more rather than less. */
const WORDS = ['w1', 'w2', 'w3', 'w4', 'w5', 'w6', 'w7', 'w8'] as const

export type DirectoryStore = ReturnType<typeof directoryStore>

/** The agencies the hub knows. The only module that names the `agency` tables. */
export function directoryStore(db: Database, now: () => number) {
  const retireOthers = db.command(
    'directory.retireOthers',
    `INSERT INTO agency_retired (organ_id, name, retired_at)
     SELECT organ_id, name, @at FROM agency WHERE organ_id NOT IN (SELECT value FROM json_each(@ids))
     ON CONFLICT (organ_id) DO UPDATE SET name = excluded.name, retired_at = excluded.retired_at`,
  )
  const lastName = db.query(
    'directory.lastName',
    'SELECT name FROM agency_retired WHERE organ_id = @id',
    z.object({ name: z.string() }),
  )
  const dropOthers = db.command(
    'directory.dropOthers',
    'DELETE FROM agency WHERE organ_id NOT IN (SELECT value FROM json_each(@ids))',
  )
  // An unchanged row is not written again: the hub sends the same thousands each time.
  const put = db.command(
    'directory.put',
    `INSERT INTO agency (organ_id, old_code, name, parent_name, address, email, telephone, folded)
     VALUES (@organId, @oldCode, @name, @parentName, @address, @email, @telephone, @folded)
     ON CONFLICT (organ_id) DO UPDATE SET old_code = excluded.old_code, name = excluded.name,
       parent_name = excluded.parent_name, address = excluded.address, email = excluded.email,
       telephone = excluded.telephone, folded = excluded.folded
     WHERE (old_code, name, parent_name, address, email, telephone) IS NOT
       (excluded.old_code, excluded.name, excluded.parent_name, excluded.address, excluded.email, excluded.telephone)`,
  )
  const find = db.query(
    'directory.search',
    `SELECT ${COLUMNS} FROM agency
     WHERE ${WORDS.map((word) => `instr(folded, @${word}) > 0`).join(' AND ')} ORDER BY folded LIMIT @limit`,
    agencyRow,
  )
  const findUsed = db.query(
    'directory.searchUsed',
    `SELECT ${COLUMNS} FROM agency_use JOIN agency USING (organ_id)
     WHERE ${WORDS.map((word) => `instr(folded, @${word}) > 0`).join(' AND ')}
     ORDER BY used_at DESC, folded LIMIT @limit`,
    agencyRow,
  )
  const use = db.command(
    'directory.noteUse',
    `INSERT INTO agency_use (organ_id, used_at) VALUES (@organId, @at)
     ON CONFLICT (organ_id) DO UPDATE SET used_at = max(used_at, excluded.used_at)`,
  )
  const byCode = db.query(
    'directory.byIds',
    `SELECT ${COLUMNS} FROM agency WHERE organ_id = @id
     UNION ALL SELECT ${COLUMNS} FROM agency WHERE old_code = @id AND organ_id <> @id LIMIT 1`,
    agencyRow,
  )
  const total = db.query('directory.count', 'SELECT count(*) AS value FROM agency', numberRow)

  function upsert(agencies: readonly Agency[]): void {
    db.atomically(() => {
      for (const one of agencies) {
        const { organId, oldCode, name, parentName, address, email, telephone } = one
        const folded = fold([name, organId, oldCode ?? ''].join(' '))
        put.run({ organId, oldCode: orNull(oldCode), name, parentName, address, email, telephone, folded })
      }
    })
  }

  /** The directory as the hub has it now. An empty answer changes nothing: an empty hub deletes nothing. */
  function replaceAll(agencies: readonly Agency[]): void {
    if (agencies.length === 0) return
    db.atomically(() => {
      upsert(agencies)
      const ids = JSON.stringify(agencies.map(({ organId }) => organId))
      retireOthers.run({ ids, at: now() })
      dropOthers.run({ ids })
    })
  }

  /**
   * Agencies in whose name or codes every word of `text` occurs, with or without marks, in any order;
   * all of them for an empty text. Those that were written to come first, the last one on top, then the others
   * by name.
   */
  function search(text: string, limit: number): Agency[] {
    // An unused slot holds the empty word, which occurs in every name.
    const words = fold(text).split(' ')
    const wanted = Object.fromEntries(WORDS.map((slot, index) => [slot, words[index] ?? '']))
    const used = findUsed.all({ ...wanted, limit })
    const known = new Set(used.map(({ organId }) => organId))
    // Asked apart, so that the others still come off the index and not out of a sort of the whole directory.
    const others = find.all({ ...wanted, limit: limit + used.length })
    return [...used, ...others.filter(({ organId }) => !known.has(organId))].slice(0, limit)
  }

  /** Somebody was written to. */
  function noteUse(organIds: readonly string[], at: number): void {
    for (const organId of organIds) use.run({ organId, at })
  }

  /** The agencies with those ids, new or old, in the order asked; unknown ids are left out. */
  function byIds(ids: readonly string[]): Agency[] {
    return ids.flatMap((id) => byCode.get({ id }) ?? [])
  }

  /** How the directory knows each of these recipients now, in the order asked. */
  function standings(ids: readonly string[]): RecipientStanding[] {
    return ids.map((id) => {
      const known = byCode.get({ id })
      if (known === undefined) {
        return { organId: id, name: lastName.get({ id })?.name ?? id, standing: 'struck-off' }
      }
      const { name } = known
      return known.organId === id
        ? { organId: id, name, standing: 'current' }
        : { organId: id, name, standing: 'renamed', now: known }
    })
  }

  function count(): number {
    return total.get()?.value ?? 0
  }

  return { byIds, count, noteUse, replaceAll, search, standings, upsert }
}
