import { useState } from 'react'

import { desktopPolicy } from '../../shared/desktop.ts'
import type { DesktopSettings } from '../../shared/ipc/contract.ts'
import { announce } from '../lib/announce.ts'
import { call } from '../lib/call.ts'
import { useAction } from '../lib/useAction.ts'
import { useLive } from '../lib/useLive.ts'
import { TEXT } from '../text.vi.ts'
import { Failed, FailureBanner, Skeleton } from './Banner.tsx'
import { Button } from './Button.tsx'
import { CheckBox, RadioCards } from './Field.tsx'
import form from './Form.module.css'

/** What is told outside the window, and whether the program goes on without it. Saved by itself. */
export function DesktopForm() {
  const stored = useLive('desktop.current', {}, 'wanted')
  if (stored.status === 'loading') return <Skeleton blocks={1} />
  if (stored.status === 'failed') return <Failed error={stored.error} onRetry={stored.refresh} />
  return <LoadedForm stored={stored.value} />
}

function LoadedForm({ stored: { policy: storedPolicy, abilities } }: { stored: DesktopSettings }) {
  const [policy, setPolicy] = useState(storedPolicy)
  const [starts, setStarts] = useState(abilities.startsWithSystem)
  const save = useAction(async () => {
    await call('desktop.save', { policy, ...(starts === undefined ? {} : { startsWithSystem: starts }) })
    announce(TEXT.saved)
  })
  const text = TEXT.desktop
  return (
    <form
      className={form['stack']}
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        void save.run()
      }}
    >
      <p>{text.intro}</p>
      <RadioCards
        label={text.notices}
        value={policy.notices}
        options={desktopPolicy.shape.notices.options.map((value) => ({ value, ...text.noticeKinds[value] }))}
        onChange={(value) => {
          const notices = desktopPolicy.shape.notices.options.find((one) => one === value)
          if (notices !== undefined) setPolicy({ ...policy, notices })
        }}
      />
      {abilities.tray ? (
        <CheckBox
          label={text.staysInTray}
          hint={text.staysInTrayHint}
          value={policy.staysInTray}
          onChange={(staysInTray) => {
            setPolicy({ ...policy, staysInTray })
          }}
        />
      ) : (
        <p>{text.noTray}</p>
      )}
      {starts === undefined ? null : (
        <CheckBox
          label={text.startsWithSystem}
          hint={text.startsWithSystemHint}
          value={starts}
          onChange={setStarts}
        />
      )}
      <FailureBanner error={save.error} boxed />
      <Button kind="primary" type="submit" isBusy={save.busy}>
        {text.save}
      </Button>
    </form>
  )
}
