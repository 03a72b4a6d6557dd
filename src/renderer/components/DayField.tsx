import { useState } from 'react'

import { formatDay, parseDay } from '../lib/format.ts'
import { TEXT } from '../text.vi.ts'
import { TextBox } from './Field.tsx'

/** A day typed as dd/MM/yyyy. What does not read as a day stays on the screen and is not saved. */
export function DayField({
  label,
  value,
  onChange,
  onLeave,
  error,
  warningOf,
}: {
  label: string
  /** `yyyy-MM-dd`. */
  value: string | undefined
  onChange: (value: string | undefined) => void
  onLeave?: () => void
  /** What is wrong with what reads as a day, or with none. */
  error?: string | undefined
  warningOf?: (day: string) => string | undefined
}) {
  const [text, setText] = useState(value === undefined ? '' : formatDay(value))
  const [known, setKnown] = useState(value)
  const [left, setLeft] = useState(false)
  if (value !== known) {
    setKnown(value)
    // It was changed elsewhere, such as by clearing a filter.
    if (value !== parseDay(text)) setText(value === undefined ? '' : formatDay(value))
  }
  const day = parseDay(text)
  const wrong = text.trim() !== '' && day === undefined
  return (
    <TextBox
      label={label}
      hint={TEXT.draft.dueDateHint}
      value={text}
      maxLength={10}
      onChange={(typed) => {
        setText(typed)
        setLeft(false)
        if (typed.trim() === '' || parseDay(typed) !== undefined) onChange(parseDay(typed))
      }}
      onBlur={() => {
        setLeft(true)
        if (day !== undefined) setText(formatDay(day))
        onLeave?.()
      }}
      error={wrong ? (left ? TEXT.draft.dateWrong : undefined) : error}
      warning={day === undefined ? undefined : warningOf?.(day)}
    />
  )
}
