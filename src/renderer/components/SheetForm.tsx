import type { ReactNode } from 'react'

import type { Failure } from '../../shared/ipc/contract.ts'
import { TEXT } from '../text.vi.ts'
import { FailureBanner } from './Banner.tsx'
import { Button } from './Button.tsx'
import dialog from './Dialog.module.css'
import form from './Form.module.css'

/** The form of a sheet: its fields, why the last try failed, and at the foot: leave it, or do what it asks. */
export function SheetForm({
  act,
  busy,
  isDisabled = false,
  error,
  onSubmit,
  onCancel,
  children,
}: {
  act: string
  busy: boolean
  isDisabled?: boolean
  error: Failure | undefined
  onSubmit: () => void
  onCancel: () => void
  children: ReactNode
}) {
  return (
    <form
      className={form['stack']}
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        // A form that the sheet was opened from would hear of it through the portal.
        event.stopPropagation()
        onSubmit()
      }}
    >
      {children}
      <FailureBanner error={error} boxed />
      <div className={dialog['actions']}>
        <Button onPress={onCancel}>{TEXT.cancel}</Button>
        <Button kind="primary" type="submit" isBusy={busy} isDisabled={isDisabled}>
          {act}
        </Button>
      </div>
    </form>
  )
}
