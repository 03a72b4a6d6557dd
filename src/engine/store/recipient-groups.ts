import { randomUUID } from 'node:crypto'
import {
  MAX_RECIPIENT_GROUPS,
  recipientGroup,
  recipientGroupId,
  type RecipientGroup,
  type RecipientGroupId,
} from '../../shared/document/recipient-group.ts'
import { AppError } from '../../shared/errors.ts'
import { json } from './columns.ts'
import type { Database } from './database.ts'

const groupRow = recipientGroup.extend({ organIds: json(recipientGroup.shape.organIds) })

export type RecipientGroupStore = ReturnType<typeof recipientGroupStore>

/** Groups of recipients. The only module that names the `recipient_group` table. */
export function recipientGroupStore(db: Database, now: () => number) {
  const byUse = db.query(
    'groups.list',
    'SELECT id, name, organ_ids AS organIds FROM recipient_group ORDER BY used_at DESC, name',
    groupRow,
  )
  const put = db.command(
    'groups.save',
    `INSERT INTO recipient_group (id, name, organ_ids, used_at) VALUES (@id, @name, @organIds, @at)
     ON CONFLICT (id) DO UPDATE SET name = excluded.name, organ_ids = excluded.organ_ids`,
  )
  const touch = db.command('groups.noteUse', 'UPDATE recipient_group SET used_at = @at WHERE id = @id')
  const drop = db.command('groups.remove', 'DELETE FROM recipient_group WHERE id = @id')

  /** The one used last first. */
  function list(): RecipientGroup[] {
    return byUse.all()
  }

  /**
   * Keeps a group; left out, `id` makes a new one.
   *
   * @throws AppError `group/name-taken`, `group/too-many`
   */
  function save({
    id,
    name,
    organIds,
  }: Omit<RecipientGroup, 'id'> & { readonly id?: RecipientGroupId | undefined }): void {
    db.atomically(() => {
      const others = list().filter((group) => group.id !== id)
      const isTaken = others.some(
        (group) => group.name.toLocaleLowerCase('vi') === name.toLocaleLowerCase('vi'),
      )
      if (isTaken) throw new AppError('group/name-taken', 'another group has that name', { detail: name })
      if (others.length >= MAX_RECIPIENT_GROUPS)
        throw new AppError('group/too-many', `${String(others.length)} groups`)
      const kept = { id: id ?? recipientGroupId.parse(randomUUID()), name, at: now() }
      put.run({ ...kept, organIds: JSON.stringify(organIds) })
    })
  }

  /** Its recipients were taken into a draft. */
  function noteUse(id: RecipientGroupId): void {
    touch.run({ id, at: now() })
  }

  function remove(id: RecipientGroupId): void {
    drop.run({ id })
  }

  return { list, noteUse, remove, save }
}
