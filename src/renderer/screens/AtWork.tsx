import { useEffect } from 'react'

import type { OfficeStatus } from '../../shared/ipc/contract.ts'
import { isOpen } from '../../shared/people.ts'
import { Failed, Skeleton } from '../components/Banner.tsx'
import { call } from '../lib/call.ts'
import { SessionContext } from '../lib/session.ts'
import { useLive } from '../lib/useLive.ts'
import { Frame } from './Frame.tsx'
import { LockScreen } from './LockScreen.tsx'

/** How often the engine is told that somebody is still there, in milliseconds. */
const TELL_EVERY_MS = 15_000

/** An open office: the work of whoever is at work, or the question who that is. */
export function AtWork({ office }: { office: OfficeStatus }) {
  const session = useLive('session.current', {}, 'people')
  const person = session.status === 'ready' ? session.value.person : undefined
  useStay(person !== undefined && !isOpen(person))
  if (session.status === 'loading') return <Skeleton />
  if (session.status === 'failed') return <Failed error={session.error} onRetry={session.refresh} />
  if (person === undefined) return <LockScreen office={office} session={session.value} />
  return (
    <SessionContext value={session.value}>
      <Frame key={person.id} office={office} />
    </SessionContext>
  )
}

/** Tells the engine of keys and mouse, which alone knows when the place is empty. */
function useStay(isWatched: boolean): void {
  useEffect(() => {
    if (!isWatched) return
    let toldAt = 0
    const tell = () => {
      const now = performance.now()
      if (toldAt !== 0 && now - toldAt < TELL_EVERY_MS) return
      toldAt = now
      call('session.stay', {}).catch(() => undefined) // an engine that died asks again who is there
    }
    const kinds = ['pointerdown', 'pointermove', 'keydown', 'wheel'] as const
    for (const kind of kinds) window.addEventListener(kind, tell, { passive: true })
    return () => {
      for (const kind of kinds) window.removeEventListener(kind, tell)
    }
  }, [isWatched])
}
