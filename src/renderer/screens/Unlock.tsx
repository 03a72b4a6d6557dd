import { LockKeyholeOpen } from 'lucide-react'
import { useState } from 'react'

import { ERROR_TEXT } from '../../shared/errors.vi.ts'
import type { OfficeStatus } from '../../shared/ipc/contract.ts'
import { Banner, FailureBanner } from '../components/Banner.tsx'
import { Button } from '../components/Button.tsx'
import { TextBox } from '../components/Field.tsx'
import { Logo } from '../components/Logo.tsx'
import { call } from '../lib/call.ts'
import { useAction } from '../lib/useAction.ts'
import { TEXT } from '../text.vi.ts'
import { RestoreOffice } from './RestoreOffice.tsx'
import styles from './Wizard.module.css'

/** Asks for the recovery code, and says why the store did not open by itself. */
export function Unlock({
  office,
  restarted,
  onOpened,
}: {
  office: OfficeStatus
  /** It was open in this window before, and the engine had to be started again. */
  restarted: boolean
  onOpened: () => void
}) {
  const [typed, setTyped] = useState('')
  const [asked, setAsked] = useState(false)
  const [restoring, setRestoring] = useState(false)
  const unlock = useAction(() => call('office.unlock', { recoveryCode: typed }))
  if (restoring) {
    return (
      <RestoreOffice
        damaged
        onOpened={onOpened}
        onBack={() => {
          setRestoring(false)
        }}
      />
    )
  }
  return (
    <main className={styles['alone']}>
      <form
        className={styles['card']}
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          setAsked(true)
          if (typed.trim() !== '') void unlock.run().then(onOpened)
        }}
      >
        <div className={styles['brand']}>
          <Logo className={styles['logo']} />
          {office.agency?.name ?? TEXT.appName}
        </div>
        <div>
          <h1>{TEXT.unlock.title}</h1>
          <p className={styles['intro']}>
            {office.keyStore === 'none' ? TEXT.unlock.introNoKeyStore : TEXT.unlock.intro}
          </p>
        </div>
        {restarted ? (
          <Banner tone="info" title={`${ERROR_TEXT['app/engine-lost'].title}.`} boxed>
            {TEXT.unlock.restarted}
          </Banner>
        ) : null}
        {office.error === undefined ? null : (
          <Banner tone="warn" title={`${ERROR_TEXT[office.error].title}.`} boxed>
            {ERROR_TEXT[office.error].hint}
          </Banner>
        )}
        <TextBox
          label={TEXT.unlock.field}
          value={typed}
          onChange={setTyped}
          maxLength={200}
          look="mono"
          autoFocus
          error={asked && typed.trim() === '' ? TEXT.unlock.missing : undefined}
        />
        <FailureBanner error={unlock.error} boxed />
        {office.error === 'store/damaged' ? (
          <Button
            onPress={() => {
              setRestoring(true)
            }}
          >
            {TEXT.restore.offer}
          </Button>
        ) : null}
        <Button kind="primary" type="submit" icon={LockKeyholeOpen} isBusy={unlock.busy}>
          {unlock.busy ? TEXT.unlock.opening : TEXT.unlock.open}
        </Button>
      </form>
    </main>
  )
}
