import { useState } from 'react'

import { newPassword } from '../../shared/people.ts'
import { TEXT } from '../text.vi.ts'
import { TextBox } from './Field.tsx'

/** A new password that is being typed, twice. */
export interface PasswordChoice {
  readonly next: string
  readonly again: string
}

export const NO_PASSWORD: PasswordChoice = { next: '', again: '' }

/** Whether it may be used. */
export function isGoodPassword({ next, again }: PasswordChoice): boolean {
  return newPassword.safeParse(next).success && next === again
}

/** Asks for a new password twice, so that a slip of the finger locks nobody out. */
export function PasswordFields({
  value,
  onChange,
  asked,
  label = TEXT.session.newPassword,
  hint,
}: {
  value: PasswordChoice
  onChange: (value: PasswordChoice) => void
  /** Whether what is wrong is said. */
  asked: boolean
  label?: string
  hint?: string
}) {
  const [left, setLeft] = useState(false)
  const says = asked || left
  return (
    <>
      <TextBox
        label={label}
        hint={hint}
        type="password"
        value={value.next}
        maxLength={200}
        onChange={(next) => {
          onChange({ ...value, next })
        }}
        error={asked && !newPassword.safeParse(value.next).success ? TEXT.session.short : undefined}
      />
      <TextBox
        label={TEXT.session.again}
        type="password"
        value={value.again}
        maxLength={200}
        onChange={(again) => {
          onChange({ ...value, again })
        }}
        onBlur={() => {
          setLeft(true)
        }}
        error={says && value.next !== value.again ? TEXT.session.different : undefined}
      />
    </>
  )
}
