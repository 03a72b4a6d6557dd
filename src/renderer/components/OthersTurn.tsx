import type { ReactNode } from 'react'

import type { Failure } from '../../shared/ipc/contract.ts'
import { TEXT } from '../text.vi.ts'
import { FailureBanner } from './Banner.tsx'
import styles from './PinForm.module.css'

/** Beside what waits for somebody else's token: for whom, and what else can be done. No PIN is asked for. */
export function OthersTurn({
  waitsFor,
  error,
  other,
  children,
}: {
  waitsFor: 'leader' | 'clerk'
  error: Failure | undefined
  other: ReactNode
  children: ReactNode
}) {
  const { title, hint } = TEXT.sign.otherTurn[waitsFor]
  return (
    <aside className={styles['panel']} aria-label={title} data-pane>
      <div className={styles['scroll']}>
        <h2>{title}</h2>
        {children}
      </div>
      <div className={styles['bottom']}>
        <FailureBanner error={error} boxed />
        <p>{hint}</p>
        <div className={styles['buttons']}>{other}</div>
      </div>
    </aside>
  )
}
