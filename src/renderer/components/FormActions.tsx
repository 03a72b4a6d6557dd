import { TEXT } from '../text.vi.ts'
import { Button } from './Button.tsx'
import styles from './Dialog.module.css'

/** The foot of a form in a sheet: leave it, or do what it asks. */
export function FormActions({
  act,
  busy,
  isDisabled = false,
  onCancel,
}: {
  act: string
  busy: boolean
  isDisabled?: boolean
  onCancel: () => void
}) {
  return (
    <div className={styles['actions']}>
      <Button onPress={onCancel}>{TEXT.cancel}</Button>
      <Button kind="primary" type="submit" isBusy={busy} isDisabled={isDisabled}>
        {act}
      </Button>
    </div>
  )
}
