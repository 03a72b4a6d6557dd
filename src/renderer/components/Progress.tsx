import type { ReactNode } from 'react'
import { Label, ProgressBar } from 'react-aria-components'

import { classes } from '../lib/classes.ts'
import styles from './Progress.module.css'

/** How far long work has come. */
export function Progress({
  label,
  hidesLabel = false,
  done,
  total,
  lead,
  words,
}: {
  /** What is being done, read aloud with the bar. */
  label: string
  /** Whether the label is read only, because other words show the same. */
  hidesLabel?: boolean
  done: number
  /** 0 while nobody knows: the bar then says that something is going on, and no more. */
  total: number
  /** Stands above the bar. */
  lead?: ReactNode
  /** Stands below the bar. */
  words?: ReactNode
}) {
  return (
    <ProgressBar
      className={styles['progress'] ?? ''}
      value={done}
      maxValue={Math.max(total, 1)}
      isIndeterminate={total === 0}
    >
      {({ percentage = 0 }) => (
        <>
          <Label className={hidesLabel ? 'visually-hidden' : ''}>{label}</Label>
          {lead}
          <Meter percentage={percentage} />
          {words === undefined ? null : <span className={styles['words']}>{words}</span>}
        </>
      )}
    </ProgressBar>
  )
}

/** The bar alone, where what stands beside it says the same to those who do not see it. */
export function Meter({ percentage, className }: { percentage: number; className?: string | undefined }) {
  return (
    <div className={classes(styles['meter'], className)}>
      <div style={{ width: `${String(percentage)}%` }} />
    </div>
  )
}
