import { useState } from 'react'
import { TextBox } from './Field.tsx'

/** A text area whose lines are a list. Empty lines stay while typing and are dropped from the list. */
export function LinesField({
  label,
  hint,
  value,
  onChange,
  onBlur,
  error,
}: {
  label: string
  hint: string
  value: readonly string[]
  onChange: (value: string[]) => void
  onBlur?: () => void
  error?: string | undefined
}) {
  const [text, setText] = useState(value.join('\n'))
  return (
    <TextBox
      label={label}
      hint={hint}
      value={text}
      lines={3}
      maxLength={4000}
      error={error}
      onChange={(typed) => {
        setText(typed)
        const lines = typed.split('\n').map((line) => line.trim())
        onChange(
          lines
            .filter((line) => line !== '')
            .slice(0, 50)
            .map((line) => line.slice(0, 500)),
        )
      }}
      {...(onBlur === undefined ? {} : { onBlur })}
    />
  )
}
