import { CircleAlert, CircleCheck, Info, TriangleAlert, type LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'

import { failureWords, type FailureWords } from '../../shared/failure.vi.ts'
import type { Failure } from '../../shared/ipc/contract.ts'
import { announce } from '../lib/announce.ts'
import { classes } from '../lib/classes.ts'
import { TEXT } from '../text.vi.ts'
import styles from './Banner.module.css'
import { Button } from './Button.tsx'

const LOOK = {
  info: Info,
  ok: CircleCheck,
  warn: TriangleAlert,
  bad: CircleAlert,
} as const satisfies Record<string, LucideIcon>

/** A band across a pane: what happened, what is safe, what to do. */
export function Banner({
  tone,
  icon,
  title,
  children,
  action,
  boxed = false,
}: {
  tone: keyof typeof LOOK
  icon?: LucideIcon
  title: string
  children?: ReactNode
  action?: ReactNode
  boxed?: boolean
}) {
  const Icon = icon ?? LOOK[tone]
  return (
    <div className={classes(styles['banner'], styles[tone], boxed && styles['boxed'])}>
      <Icon size={19} strokeWidth={1.75} aria-hidden />
      <div className={styles['words']}>
        <strong>{title}</strong> {children}
      </div>
      {action}
    </div>
  )
}

/** A failure in the clerk's words, with the incident id to read out on the phone. */
export function FailureBanner({
  error,
  action,
  boxed = false,
}: {
  error: Failure | undefined
  action?: ReactNode
  boxed?: boolean
}) {
  const words = error === undefined ? undefined : failureWords(error)
  return (
    <div role="alert" className={error === undefined ? 'visually-hidden' : undefined}>
      {error === undefined || words === undefined ? null : (
        <Banner tone="bad" title={`${words.title}.`} boxed={boxed} action={action}>
          {words.hint}
          <Particulars words={words} />
          {error.incident === '' ? null : <Incident incident={error.incident} />}
        </Banner>
      )}
    </div>
  )
}

/** Where on the way it went wrong, and what is special about this one. */
function Particulars({ words: { hop, special } }: { words: FailureWords }) {
  return (
    <>
      {special === undefined ? null : <div>{special}</div>}
      {hop === undefined ? null : <div>{hop}</div>}
    </>
  )
}

function Incident({ incident }: { incident: string }) {
  return (
    <div className={styles['small']}>
      <span>{TEXT.incident(incident)}</span>
      <Button
        kind="link"
        small
        label={TEXT.copyIncident}
        onPress={() => {
          void navigator.clipboard.writeText(incident).then(() => {
            announce(TEXT.copied)
          })
        }}
      >
        {TEXT.copy}
      </Button>
    </div>
  )
}

/** Where a pane has nothing to show: what belongs here, and the first step. */
export function Empty({
  icon: Icon,
  title,
  hint,
  children,
}: {
  icon: LucideIcon
  title: string
  hint: string
  children?: ReactNode
}) {
  return (
    <div className={styles['empty']}>
      <Icon size={36} strokeWidth={1.25} aria-hidden />
      <h2>{title}</h2>
      <p>{hint}</p>
      {children === undefined ? null : <div className={styles['actions']}>{children}</div>}
    </div>
  )
}

/** A pane that could not be filled. */
export function Failed({ error, onRetry }: { error: Failure; onRetry: () => void }) {
  return (
    <div className={styles['bones']}>
      <FailureBanner error={error} boxed />
      <div>
        <Button onPress={onRetry}>{TEXT.retry}</Button>
      </div>
    </div>
  )
}

const BONES = [
  [40, 70, 55],
  [30, 85, 45],
  [50, 60, 35],
  [35, 75, 50],
]

/** Stands where the rows will be, at their size. */
export function Skeleton({ blocks = 3 }: { blocks?: number }) {
  return (
    <div role="status" aria-busy="true" className={styles['status']}>
      <span className="visually-hidden">{TEXT.loading}</span>
      {BONES.slice(0, blocks).map((widths, block) => (
        <div key={block} className={styles['bones']} aria-hidden>
          {widths.map((width, line) => (
            <div key={line} className={styles['bone']} style={{ width: `${String(width)}%`, height: 14 }} />
          ))}
        </div>
      ))}
    </div>
  )
}
