import { Check, Copy, Printer } from 'lucide-react'
import { useRef, type ReactNode } from 'react'

import { Button } from '../components/Button.tsx'
import { GuideButton } from '../components/GuideButton.tsx'
import { Logo } from '../components/Logo.tsx'
import { announce } from '../lib/announce.ts'
import { FOCUS_REST, useFocusRest } from '../lib/focus.ts'
import { GUIDE_OF_WIZARD } from '../lib/guide-places.ts'
import { TEXT } from '../text.vi.ts'
import styles from './Wizard.module.css'

/** The steps of the first run, in their order. */
export const WIZARD_STEPS = ['agency', 'hub', 'token', 'certificate', 'recovery'] as const
export type WizardStep = (typeof WIZARD_STEPS)[number]

/** A page of the wizard: where it stands among the steps, what it is for, its form, and the ways on and back. */
export function WizardPage({
  step,
  title,
  intro,
  onSubmit,
  onBack,
  onLater,
  next,
  aside,
  children,
}: {
  step: WizardStep
  title: string
  intro: string
  onSubmit: () => void
  /** Left out at the first page. */
  onBack?: () => void
  /** Left out where the step cannot wait. */
  onLater?: () => void
  /** The button that submits. */
  next: { readonly text: string; readonly isDisabled?: boolean; readonly isBusy?: boolean }
  /** Other ways to go from this page. */
  aside?: ReactNode
  children: ReactNode
}) {
  const at = WIZARD_STEPS.indexOf(step)
  const work = useRef<HTMLElement>(null)
  useFocusRest(work)
  return (
    <div className={styles['window']}>
      <aside className={styles['side']} aria-label={TEXT.wizard.title}>
        <div className={styles['brand']}>
          <Logo className={styles['logo']} />
          {TEXT.appName}
        </div>
        <ol className={styles['steps']} aria-label={TEXT.wizard.steps}>
          {WIZARD_STEPS.map((name, index) => (
            <li
              key={name}
              aria-current={index === at ? 'step' : undefined}
              {...(index < at ? { 'data-done': '' } : {})}
            >
              <span className={styles['mark']}>
                {index < at ? <Check size={14} aria-label={TEXT.wizard.chosen} /> : index + 1}
              </span>
              {TEXT.wizard[name]}
            </li>
          ))}
        </ol>
      </aside>
      <main ref={work} className={styles['work']} {...FOCUS_REST}>
        <form
          className={styles['page']}
          noValidate
          onSubmit={(event) => {
            event.preventDefault()
            onSubmit()
          }}
        >
          <div>
            <div className={styles['progress']}>
              {TEXT.wizard.step(at + 1, WIZARD_STEPS.length)}
              <GuideButton anchor={GUIDE_OF_WIZARD} />
            </div>
            <h1>{title}</h1>
            <p className={styles['intro']}>{intro}</p>
          </div>
          {children}
          <div className={styles['actions']}>
            {onBack === undefined ? null : (
              <Button kind="quiet" onPress={onBack}>
                {TEXT.back}
              </Button>
            )}
            {aside}
            <span className={styles['push']} />
            {onLater === undefined ? null : <Button onPress={onLater}>{TEXT.later}</Button>}
            <Button
              kind="primary"
              type="submit"
              isDisabled={next.isDisabled === true}
              isBusy={next.isBusy === true}
            >
              {next.text}
            </Button>
          </div>
        </form>
      </main>
    </div>
  )
}

/** The code in its groups, big enough to copy by hand. */
export function RecoveryCode({ code }: { code: string }) {
  const groups = code.split(/[\s-]+/)
  return (
    <>
      <div className={styles['code']} role="group" aria-label={TEXT.wizard.recoveryCode}>
        {groups.map((group, index) => (
          <span key={`${String(index)} ${group}`}>{group}</span>
        ))}
      </div>
      <div className={styles['row']}>
        <Button
          icon={Printer}
          onPress={() => {
            window.print()
          }}
        >
          {TEXT.wizard.recoveryPrint}
        </Button>
        <Button
          icon={Copy}
          onPress={() => {
            void navigator.clipboard.writeText(code).then(() => {
              announce(TEXT.copied)
            })
          }}
        >
          {TEXT.wizard.recoveryCopy}
        </Button>
      </div>
    </>
  )
}
