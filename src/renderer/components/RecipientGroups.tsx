import { Pencil, Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'

import { organId } from '../../shared/document/fields.ts'
import type { RecipientGroup } from '../../shared/document/recipient-group.ts'
import { announce } from '../lib/announce.ts'
import { call } from '../lib/call.ts'
import { useAction } from '../lib/useAction.ts'
import { useLive } from '../lib/useLive.ts'
import { TEXT } from '../text.vi.ts'
import { Failed, FailureBanner, Skeleton } from './Banner.tsx'
import { Button, IconButton } from './Button.tsx'
import { Confirm, Sheet } from './Dialog.tsx'
import { TextBox } from './Field.tsx'
import form from './Form.module.css'
import { SheetForm } from './SheetForm.tsx'
import { RecipientPicker } from './RecipientPicker.tsx'
import styles from './RecipientGroups.module.css'

/** A group as it is being named and put together; a new one has no id yet. */
type Editing = Pick<RecipientGroup, 'name' | 'organIds'> & Partial<Pick<RecipientGroup, 'id'>>

/** Nhóm nơi nhận: take one into the document, make one of its recipients, change and remove them. */
export function RecipientGroups({
  chosen,
  onUse,
  onClose,
}: {
  /** The recipients of the document, of whom a new group begins. */
  chosen: readonly string[]
  onUse: (organIds: readonly string[]) => void
  onClose: () => void
}) {
  const [editing, setEditing] = useState<Editing>()
  /** The form that had the focus is gone. */
  const [isBack, setBack] = useState(false)
  const text = TEXT.recipients
  return (
    <Sheet
      isOpen
      onClose={onClose}
      title={
        editing === undefined ? text.groupsTitle : editing.id === undefined ? text.freshTitle : editing.name
      }
      dismissable={editing === undefined}
    >
      {editing === undefined ? (
        <GroupList chosen={chosen} takesFocus={isBack} onUse={onUse} onEdit={setEditing} />
      ) : (
        <GroupForm
          first={editing}
          onDone={() => {
            setEditing(undefined)
            setBack(true)
          }}
        />
      )}
    </Sheet>
  )
}

function GroupList({
  chosen,
  takesFocus,
  onUse,
  onEdit,
}: {
  chosen: readonly string[]
  takesFocus: boolean
  onUse: (organIds: readonly string[]) => void
  onEdit: (editing: Editing) => void
}) {
  const text = TEXT.recipients
  const groups = useLive('directory.groups', {}, 'directory')
  const [removing, setRemoving] = useState<RecipientGroup>()
  const use = useAction(async ({ id, name, organIds }: RecipientGroup) => {
    await call('directory.useGroup', { id })
    const added = organIds.filter((one) => !chosen.includes(one))
    onUse(added)
    announce(text.used(name, added.length))
  })
  const remove = useAction(async ({ id }: RecipientGroup) => {
    await call('directory.removeGroup', { id })
    setRemoving(undefined)
  })
  if (groups.status === 'loading') return <Skeleton />
  if (groups.status === 'failed') return <Failed error={groups.error} onRetry={groups.refresh} />
  return (
    <div className={form['stack']}>
      <FailureBanner error={use.error} boxed />
      {groups.value.length === 0 ? <p>{text.groupsEmpty}</p> : null}
      <ul className={styles['list']}>
        {groups.value.map((group) => (
          <li key={group.id} className={styles['group']}>
            <div className={styles['name']}>
              {group.name}
              <div className={styles['quiet']}>{text.count(group.organIds.length)}</div>
            </div>
            <Button
              small
              kind="primary"
              label={text.useGroup(group.name)}
              onPress={() => {
                void use.run(group)
              }}
            >
              {text.use}
            </Button>
            <IconButton
              kind="quiet"
              icon={Pencil}
              label={text.edit(group.name)}
              onPress={() => {
                onEdit(group)
              }}
            />
            <IconButton
              kind="quiet"
              icon={Trash2}
              label={text.remove(group.name)}
              onPress={() => {
                setRemoving(group)
              }}
            />
          </li>
        ))}
      </ul>
      <div>
        <Button
          icon={Plus}
          autoFocus={takesFocus}
          isDisabled={chosen.length === 0}
          onPress={() => {
            onEdit({ name: '', organIds: organIdsOf(chosen) })
          }}
        >
          {text.fresh}
        </Button>
      </div>
      <Confirm
        isOpen={removing !== undefined}
        title={text.removeAsk(removing?.name ?? '')}
        hint={text.removeHint}
        safe={text.removeNo}
        act={text.removeDo}
        busy={remove.busy}
        error={remove.error}
        onClose={() => {
          setRemoving(undefined)
        }}
        onConfirm={() => {
          if (removing !== undefined) void remove.run(removing)
        }}
      />
    </div>
  )
}

function GroupForm({ first, onDone }: { first: Editing; onDone: () => void }) {
  const text = TEXT.recipients
  const [name, setName] = useState(first.name)
  const [organIds, setOrganIds] = useState<readonly string[]>(first.organIds)
  const [asked, setAsked] = useState(false)
  const lacks = { name: name.trim() === '', members: organIds.length === 0 }
  const save = useAction(async () => {
    await call('directory.saveGroup', {
      ...(first.id === undefined ? {} : { id: first.id }),
      name: name.trim(),
      organIds: organIdsOf(organIds),
    })
    announce(text.saved(name.trim()))
    onDone()
  })
  return (
    <SheetForm
      act={TEXT.save}
      busy={save.busy}
      onCancel={onDone}
      error={save.error}
      onSubmit={() => {
        setAsked(true)
        if (!lacks.name && !lacks.members) void save.run()
      }}
    >
      <TextBox
        label={text.name}
        value={name}
        onChange={setName}
        maxLength={100}
        error={asked && lacks.name ? text.nameMissing : undefined}
      />
      <RecipientPicker
        value={organIds}
        onChange={setOrganIds}
        onBlur={() => undefined}
        error={asked && lacks.members ? text.membersMissing : undefined}
      />
    </SheetForm>
  )
}

function organIdsOf(texts: readonly string[]): string[] {
  return texts.flatMap((text) => organId.safeParse(text).data ?? [])
}
