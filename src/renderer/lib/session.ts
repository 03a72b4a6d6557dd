import { createContext, use } from 'react'

import type { Method, Session } from '../../shared/ipc/contract.ts'
import { mayAsk } from '../../shared/rights.ts'

/** Who is at work, and with whom. The engine holds the rights; the window only does not offer what would be refused. */
export const SessionContext = createContext<Session>({ people: [], isShared: false, autoLockMinutes: 0 })

/** Who is at work. */
export function useSession(): Session {
  return use(SessionContext)
}

/** Whether the person at work may ask this. */
export function useMay(): (method: Method) => boolean {
  const { person } = use(SessionContext)
  return (method) => person !== undefined && mayAsk(method, person.roles)
}
