import { useState } from 'react'

import { REGISTER_TEXT } from '../../shared/register.vi.ts'
import {
  REGISTER_COLUMNS,
  type RegisterBook,
  type RegisterColumn,
  type RegisterRow,
} from '../../shared/register.ts'
import { announce } from '../lib/announce.ts'
import { call } from '../lib/call.ts'
import { useAction } from '../lib/useAction.ts'
import { TEXT } from '../text.vi.ts'
import { Sheet } from './Dialog.tsx'
import { Choice, TextBox } from './Field.tsx'
import { SheetForm } from './SheetForm.tsx'

/** Puts one cell of a line of a register right. */
export function CorrectionSheet({
  book,
  row,
  onClose,
  onDone,
}: {
  book: RegisterBook
  row: RegisterRow
  onClose: () => void
  onDone: () => void
}) {
  const text = TEXT.registers
  const [column, setColumn] = useState<RegisterColumn>('note')
  const [typed, setTyped] = useState(row.cells.note ?? '')
  const [reason, setReason] = useState('')
  const [asked, setAsked] = useState(false)
  const save = useAction(async () => {
    await call('registers.correct', { book, id: row.id, number: row.number, column, text: typed, reason })
    announce(text.corrected)
    onDone()
  })
  const isSame = typed.trim() === (row.cells[column] ?? '')
  const lacksReason = reason.trim() === ''
  return (
    <Sheet isOpen onClose={onClose} title={text.correctTitle(String(row.number))}>
      <SheetForm
        act={text.correct}
        busy={save.busy}
        onCancel={onClose}
        error={save.error}
        onSubmit={() => {
          setAsked(true)
          if (!isSame && !lacksReason) void save.run()
        }}
      >
        <p>{text.correctHint}</p>
        <Choice
          label={text.column}
          value={column}
          options={REGISTER_COLUMNS[book.kind].map((name) => ({
            value: name,
            text: REGISTER_TEXT.column[name],
          }))}
          onChange={(next: RegisterColumn) => {
            setColumn(next)
            setTyped(row.cells[next] ?? '')
          }}
        />
        <TextBox
          label={text.text}
          value={typed}
          onChange={setTyped}
          lines={2}
          maxLength={1000}
          error={asked && isSame ? text.same : undefined}
        />
        <TextBox
          label={text.reason}
          value={reason}
          onChange={setReason}
          maxLength={300}
          error={asked && lacksReason ? text.reasonMissing : undefined}
        />
      </SheetForm>
    </Sheet>
  )
}
