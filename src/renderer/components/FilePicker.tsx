import { FileUp } from 'lucide-react'

import styles from './FilePicker.module.css'

/** A button that asks the system for a file, or for several. Its input is a real one: keyboard and screen readers find it. */
export function FilePicker({
  label,
  accept,
  multiple = false,
  onPick,
}: {
  label: string
  /** As the attribute of the input: extensions or types. */
  accept: string
  multiple?: boolean
  onPick: (file: File, ...more: File[]) => void
}) {
  return (
    <label className={styles['picker']}>
      <FileUp size={17} strokeWidth={1.75} aria-hidden />
      {label}
      <input
        type="file"
        accept={accept}
        multiple={multiple}
        onChange={(event) => {
          const [file, ...more] = event.target.files ?? []
          event.target.value = ''
          if (file !== undefined) onPick(file, ...more)
        }}
      />
    </label>
  )
}
