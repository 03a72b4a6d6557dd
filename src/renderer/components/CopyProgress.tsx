import type { BackupProgress } from '../../shared/backup.ts'
import { formatSize } from '../lib/format.ts'
import { TEXT } from '../text.vi.ts'
import { Button } from './Button.tsx'
import styles from './CopyProgress.module.css'
import { Progress } from './Progress.tsx'

/** How far a backup, a check or a restore has come, and the way to end it. */
export function CopyProgress({ progress, onStop }: { progress: BackupProgress; onStop: () => void }) {
  const { doing, done, total, unit } = progress
  const words =
    unit === 'bytes'
      ? TEXT.outbox.sendingBytes(formatSize(done), formatSize(total))
      : TEXT.backup.fileProgress(done, total)
  return (
    <div className={styles['progress']}>
      <Progress label={TEXT.backup.doing[doing]} done={done} total={total} words={total === 0 ? '' : words} />
      <Button small onPress={onStop}>
        {TEXT.backup.stop}
      </Button>
    </div>
  )
}
