import { GraduationCap, LogOut, Trash2 } from 'lucide-react'
import { useEffect, useState, type ReactNode } from 'react'

import { ERROR_TEXT } from '../../shared/errors.vi.ts'
import type { OfficeStatus } from '../../shared/ipc/contract.ts'
import { call } from '../lib/call.ts'
import { useAction } from '../lib/useAction.ts'
import { TEXT } from '../text.vi.ts'
import { Empty, FailureBanner } from './Banner.tsx'
import { Button } from './Button.tsx'
import { Sheet } from './Dialog.tsx'
import styles from './Practice.module.css'

/** A change of sides: once it is on its way the window begins anew, and there is nothing more to press. */
function useChange(change: () => Promise<unknown>) {
  const [isUnderWay, setUnderWay] = useState(false)
  const action = useAction(async () => {
    await change()
    setUnderWay(true)
  })
  return { run: () => void action.run(), error: action.error, busy: action.busy || isUnderWay }
}

/** The way into practice. */
export function EnterPractice({ kind = 'plain' }: { kind?: 'plain' | 'quiet' }) {
  const enter = useChange(() => call('practice.enter', {}))
  return (
    <>
      <div>
        <Button kind={kind} icon={GraduationCap} isBusy={enter.busy} onPress={enter.run}>
          {enter.busy ? TEXT.exercise.entering : TEXT.exercise.enter}
        </Button>
      </div>
      <FailureBanner error={enter.error} boxed />
    </>
  )
}

/** Everything that is seen in practice, below a band that says so on every screen. */
export function Practising({
  exercise: { pin },
  children,
}: {
  exercise: NonNullable<OfficeStatus['exercise']>
  children: ReactNode
}) {
  const [isAsking, setAsking] = useState(false)
  const leave = useChange(() => call('practice.leave', { discard: false }))
  useEffect(() => {
    document.title = `${TEXT.exercise.windowTitle} – ${TEXT.appName}`
  }, [])
  return (
    <div className={styles['practice']}>
      <aside className={styles['band']} aria-label={TEXT.exercise.band} data-pane>
        <span className={styles['chip']}>
          <GraduationCap size={16} strokeWidth={1.75} aria-hidden />
          {TEXT.exercise.chip}
        </span>
        <span className={styles['words']}>{TEXT.exercise.stays}</span>
        <strong>{TEXT.exercise.pin(pin)}</strong>
        <span className={styles['spring']} />
        <Button
          small
          icon={Trash2}
          onPress={() => {
            setAsking(true)
          }}
        >
          {TEXT.exercise.data}
        </Button>
        <Button small icon={LogOut} isBusy={leave.busy} onPress={leave.run}>
          {leave.busy ? TEXT.exercise.leaving : TEXT.exercise.leave}
        </Button>
        <FailureBanner error={leave.error} />
      </aside>
      <div className={styles['work']}>{children}</div>
      <PracticeData
        isOpen={isAsking}
        onClose={() => {
          setAsking(false)
        }}
      />
    </div>
  )
}

/** A practice that does not open: nothing is lost with it, and the band above leads on. */
export function PracticeFailed({ error = 'app/unexpected' }: { error: OfficeStatus['error'] }) {
  return (
    <main className={styles['failed']}>
      <Empty icon={GraduationCap} title={ERROR_TEXT[error].title} hint={TEXT.exercise.failed} />
    </main>
  )
}

/** Throws away what was practised, to begin anew or to be done with it. */
function PracticeData({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const renew = useChange(() => call('practice.renew', {}))
  const discard = useChange(() => call('practice.leave', { discard: true }))
  const busy = renew.busy || discard.busy
  return (
    <Sheet
      isOpen={isOpen}
      onClose={onClose}
      title={TEXT.exercise.dataTitle}
      role="alertdialog"
      closable={false}
    >
      <div className={styles['body']}>{TEXT.exercise.dataHint}</div>
      <FailureBanner error={renew.error ?? discard.error} boxed />
      <div className={styles['actions']}>
        <Button autoFocus onPress={onClose}>
          {TEXT.exercise.keep}
        </Button>
        <Button kind="danger" isBusy={busy} onPress={discard.run}>
          {TEXT.exercise.discard}
        </Button>
        <Button kind="dangerous" isBusy={busy} onPress={renew.run}>
          {TEXT.exercise.renew}
        </Button>
      </div>
    </Sheet>
  )
}
