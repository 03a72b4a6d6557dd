import { Circle, CircleAlert, CircleCheck, LoaderCircle, TriangleAlert, type LucideIcon } from 'lucide-react'

import { classes } from '../lib/classes.ts'
import type { StepCheck } from '../lib/step-checks.ts'
import { TEXT } from '../text.vi.ts'
import styles from './StepChecks.module.css'

const ICON: Readonly<Record<StepCheck['state'], LucideIcon>> = {
  waiting: Circle,
  running: LoaderCircle,
  good: CircleCheck,
  warning: TriangleAlert,
  failed: CircleAlert,
}

/** What a step checks, always all of it: a line changes its words and never comes or goes. */
export function StepChecks({ checks }: { checks: readonly StepCheck[] }) {
  return (
    <section className={styles['checks']} aria-label={TEXT.stepCheck.title}>
      <h2>{TEXT.stepCheck.title}</h2>
      <div role="status">
        <ul>
          {checks.map(({ name, state, found }) => {
            const Icon = ICON[state]
            return (
              <li key={name} className={classes(styles['check'], styles[state])}>
                <Icon size={17} strokeWidth={1.75} aria-hidden />
                <span>
                  <strong>{name}</strong>: {found}
                  <span className="visually-hidden"> ({TEXT.stepCheck.state[state]})</span>
                </span>
              </li>
            )
          })}
        </ul>
      </div>
    </section>
  )
}
