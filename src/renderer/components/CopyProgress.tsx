import { Label, ProgressBar } from 'react-aria-components'

import type { BackupProgress } from '../../shared/backup.ts'
import { formatSize } from '../lib/format.ts'
import { TEXT } from '../text.vi.ts'
import { Button } from './Button.tsx'
import styles from './CopyProgress.module.css'

/** How far a backup, a check or a restore has come, and the way to end it. */
export function CopyProgress({ progress, onStop }: { progress: BackupProgress; onStop: () => void }) {
  const { doing, done, total, unit } = progress
  const words =
    unit === 'bytes'
      ? TEXT.outbox.sendingBytes(formatSize(done), formatSize(total))
      : TEXT.backup.fileProgress(done, total)
  return (
    <div className={styles['progress']}>
      <ProgressBar value={done} maxValue={Math.max(total, 1)} isIndeterminate={total === 0}>
        {({ percentage = 0 }) => (
          <>
            <Label>{TEXT.backup.doing[doing]}</Label>
            <div className={styles['meter']}>
              <div style={{ width: `${String(percentage)}%` }} />
            </div>
            <span className={styles['words']}>{total === 0 ? '' : words}</span>
          </>
        )}
      </ProgressBar>
      <Button small onPress={onStop}>
        {TEXT.backup.stop}
      </Button>
    </div>
  )
}
