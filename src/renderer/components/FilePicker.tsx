import { FileUp } from 'lucide-react'

import styles from './FilePicker.module.css'

/** A button that asks the system for a file. Its input is a real one: keyboard and screen readers find it. */
export function FilePicker({
  label,
  accept,
  onPick,
}: {
  label: string
  /** As the attribute of the input: extensions or types. */
  accept: string
  onPick: (file: File) => void
}) {
  return (
    <label className={styles['picker']}>
      <FileUp size={17} strokeWidth={1.75} aria-hidden />
      {label}
      <input
        type="file"
        accept={accept}
        onChange={(event) => {
          const file = event.target.files?.[0]
          event.target.value = ''
          if (file !== undefined) onPick(file)
        }}
      />
    </label>
  )
}
