import { ShieldCheck, ShieldQuestion, ShieldX, Zap, type LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'

import { PRIORITIES } from '../../shared/document/types.ts'
import type { VerdictWord } from '../../shared/verdict.ts'
import { VERDICT_TEXT } from '../../shared/verdict.vi.ts'
import { classes } from '../lib/classes.ts'
import styles from './Chip.module.css'

export type Tone = 'plain' | 'info' | 'ok' | 'warn' | 'bad' | 'seal'

/** A state as icon and word, never as colour alone. */
export function Chip({
  tone = 'plain',
  icon: Icon,
  children,
}: {
  tone?: Tone
  icon?: LucideIcon
  children: ReactNode
}) {
  return (
    <span className={classes(styles['chip'], styles[tone])}>
      {Icon === undefined ? null : <Icon size={14} strokeWidth={1.75} aria-hidden />}
      {children}
    </span>
  )
}

/** Độ khẩn, shown only where there is one. */
export function PriorityChip({ priority }: { priority: number }) {
  if (priority <= 0) return null
  const name = (PRIORITIES.find(({ code }) => code === priority) ?? PRIORITIES[3]).name
  return (
    <Chip tone={priority >= 3 ? 'seal' : 'bad'} icon={Zap}>
      {name}
    </Chip>
  )
}

/** How each verdict looks. */
export const VERDICT_LOOK = {
  valid: { tone: 'ok', icon: ShieldCheck },
  invalid: { tone: 'bad', icon: ShieldX },
  undetermined: { tone: 'warn', icon: ShieldQuestion },
} as const satisfies Record<VerdictWord, { tone: Tone; icon: LucideIcon }>

/** The verdict on a document's signatures. */
export function VerdictChip({ verdict }: { verdict: VerdictWord | undefined }) {
  if (verdict === undefined) return null
  const { tone, icon } = VERDICT_LOOK[verdict]
  return (
    <Chip tone={tone} icon={icon}>
      {VERDICT_TEXT[verdict]}
    </Chip>
  )
}
