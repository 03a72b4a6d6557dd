import { UsersRound } from 'lucide-react'
import { useState } from 'react'

import { TEXT } from '../text.vi.ts'
import { Button } from './Button.tsx'
import { RecipientGroups } from './RecipientGroups.tsx'
import { RecipientPicker } from './RecipientPicker.tsx'

/** Cơ quan nhận of a document, one by one or a group at once. */
export function RecipientField({
  value,
  onChange,
  onBlur,
  error,
}: {
  value: readonly string[]
  onChange: (organIds: string[]) => void
  onBlur: () => void
  error: string | undefined
}) {
  const [groupsOpen, setGroupsOpen] = useState(false)
  return (
    <>
      <RecipientPicker
        value={value}
        onChange={onChange}
        onBlur={onBlur}
        error={error}
        beside={
          <Button
            small
            icon={UsersRound}
            onPress={() => {
              setGroupsOpen(true)
            }}
          >
            {TEXT.recipients.groups}
          </Button>
        }
      />
      {groupsOpen ? (
        <RecipientGroups
          chosen={value}
          onUse={(organIds) => {
            onChange([...value, ...organIds])
            setGroupsOpen(false)
          }}
          onClose={() => {
            setGroupsOpen(false)
          }}
        />
      ) : null}
    </>
  )
}
