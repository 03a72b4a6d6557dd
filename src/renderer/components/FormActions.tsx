import { TEXT } from '../text.vi.ts'
import { Button } from './Button.tsx'
import form from './Form.module.css'

/** The foot of a form in a sheet: leave it, or do what it asks. */
export function FormActions({ act, busy, onCancel }: { act: string; busy: boolean; onCancel: () => void }) {
  return (
    <div className={form['row']}>
      <Button onPress={onCancel}>{TEXT.cancel}</Button>
      <Button kind="primary" type="submit" isBusy={busy}>
        {act}
      </Button>
    </div>
  )
}
