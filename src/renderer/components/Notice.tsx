import { CircleCheck } from 'lucide-react'

import { useNotice } from '../lib/announce.ts'
import styles from './Notice.module.css'

/** Shows and reads aloud what was just done. */
export function Notice() {
  const notice = useNotice()
  return (
    <div className={styles['place']} role="status" aria-live="polite">
      {notice === undefined ? null : (
        <div key={notice.id} className={styles['notice']}>
          <CircleCheck size={17} strokeWidth={1.75} aria-hidden />
          {notice.text}
        </div>
      )}
    </div>
  )
}
