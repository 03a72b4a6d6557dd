import { useEffect, useState } from 'react'
import { I18nProvider } from 'react-aria-components'

import type { OfficeStatus } from '../shared/ipc/contract.ts'
import { Failed, Skeleton } from './components/Banner.tsx'
import { ErrorBoundary } from './components/ErrorBoundary.tsx'
import { later } from './components/later.tsx'
import { Notice } from './components/Notice.tsx'
import { PracticeFailed, Practising } from './components/Practice.tsx'
import { announce } from './lib/announce.ts'
import { onTopic } from './lib/call.ts'
import { useLive } from './lib/useLive.ts'
import { AtWork } from './screens/AtWork.tsx'
import { Unlock } from './screens/Unlock.tsx'
import { TEXT } from './text.vi.ts'

const Wizard = later(() => import('./screens/Wizard.tsx').then((module) => module.Wizard))

/** The window: the wizard before there is an office, the code while it is locked, else the work. */
export function App() {
  return (
    <I18nProvider locale="vi-VN">
      <ErrorBoundary>
        <Office />
        <Notice />
      </ErrorBoundary>
    </I18nProvider>
  )
}

function Office() {
  // Which token is plugged in decides whether the office is marked as one for practice.
  const office = useLive('office.status', {}, 'office', 'token')
  const [restarted, setRestarted] = useState(false)
  useEffect(
    () =>
      onTopic((topic) => {
        if (topic !== 'engine') return
        setRestarted(true)
        announce(TEXT.restarted)
      }),
    [],
  )
  if (office.status === 'loading') return <Skeleton />
  if (office.status === 'failed') return <Failed error={office.error} onRetry={office.refresh} />
  const status = office.value
  const work = <Phase status={status} restarted={restarted} onOpened={office.refresh} />
  return status.exercise === undefined ? work : <Practising exercise={status.exercise}>{work}</Practising>
}

function Phase({
  status,
  restarted,
  onOpened,
}: {
  status: OfficeStatus
  restarted: boolean
  onOpened: () => void
}) {
  if (status.exercise !== undefined && status.phase !== 'open') return <PracticeFailed error={status.error} />
  if (status.phase === 'new') return <Wizard office={status} onOpened={onOpened} />
  if (status.phase === 'locked') return <Unlock office={status} restarted={restarted} onOpened={onOpened} />
  return <AtWork office={status} />
}
