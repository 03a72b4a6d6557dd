import { useState } from 'react'

import { suggestedHandleBy } from '../../shared/document/working-days.ts'
import type { IncomingSummary } from '../../shared/ipc/contract.ts'
import { personId } from '../../shared/people.ts'
import { announce } from '../lib/announce.ts'
import { call } from '../lib/call.ts'
import { useSession } from '../lib/session.ts'
import { useAction } from '../lib/useAction.ts'
import { TEXT } from '../text.vi.ts'
import { DayField } from './DayField.tsx'
import { Sheet } from './Dialog.tsx'
import { Choice, TextBox } from './Field.tsx'
import { SheetForm } from './SheetForm.tsx'

/** Chosen for who is not in the list of people. */
const OTHER = 'other'

/** To whom one or several received documents are given, by when, and what is to be done. */
export function AssignSheet({
  rows,
  onClose,
  onDone,
}: {
  rows: readonly IncomingSummary[]
  onClose: () => void
  /** @param failed those that could not be given */
  onDone?: (failed: readonly string[]) => void
}) {
  const { people } = useSession()
  const [first] = rows
  const [chosen, setChosen] = useState<string>(first?.assignee?.id ?? people[0]?.id ?? OTHER)
  const [other, setOther] = useState(first?.assignee?.id === undefined ? (first?.assignee?.name ?? '') : '')
  const [handleBy, setHandleBy] = useState<string | undefined>(() =>
    first === undefined ? undefined : (first.handleBy ?? suggestedHandleBy(first, Date.now())),
  )
  const [note, setNote] = useState('')
  const [asked, setAsked] = useState(false)
  const text = TEXT.handling
  const lacksOther = chosen === OTHER && other.trim() === ''
  const name = people.find(({ id }) => id === chosen)?.name ?? other.trim()
  const assign = useAction(async () => {
    const assignment = {
      ...(chosen === OTHER ? { to: other.trim() } : { personId: personId.parse(chosen) }),
      ...(handleBy === undefined ? {} : { handleBy }),
      ...(note.trim() === '' ? {} : { note: note.trim() }),
    }
    if (first !== undefined && rows.length === 1) {
      await call('incoming.assign', { id: first.id, ...assignment })
      announce(text.assignDone(name))
      onDone?.([])
    } else {
      const outcomes = await call('incoming.assignMany', { ids: rows.map(({ id }) => id), ...assignment })
      const failed = outcomes.filter(({ error }) => error !== undefined).map(({ id }) => id)
      announce(text.assignManyDone(outcomes.length - failed.length, outcomes.length))
      onDone?.(failed)
    }
    onClose()
  })
  return (
    <Sheet
      isOpen
      onClose={onClose}
      title={rows.length === 1 ? text.assignTitle : text.assignManyTitle(rows.length)}
      dismissable={false}
    >
      <SheetForm
        act={text.assignDo}
        busy={assign.busy}
        onCancel={onClose}
        error={assign.error}
        onSubmit={() => {
          setAsked(true)
          if (!lacksOther) void assign.run()
        }}
      >
        <p>{text.assignHint}</p>
        <Choice
          label={text.to}
          value={chosen}
          options={[
            ...people.map((person) => ({
              value: person.id,
              text: person.position === '' ? person.name : `${person.name} · ${person.position}`,
            })),
            { value: OTHER, text: text.other },
          ]}
          onChange={setChosen}
        />
        {chosen === OTHER ? (
          <TextBox
            label={text.otherName}
            value={other}
            onChange={setOther}
            maxLength={200}
            error={asked && lacksOther ? text.otherMissing : undefined}
          />
        ) : null}
        <DayField label={text.handleBy} value={handleBy} onChange={setHandleBy} />
        <TextBox label={text.note} value={note} onChange={setNote} lines={2} maxLength={2000} optional />
      </SheetForm>
    </Sheet>
  )
}
