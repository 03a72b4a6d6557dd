import { useCallback, useEffect, useRef, useState } from 'react'

import type { Failure } from '../../shared/ipc/contract.ts'
import { failureOf } from './call.ts'

/** A command on its way: whether it runs, and how the last one failed. */
export interface Action<A extends readonly unknown[], R> {
  /** Resolves with the result, or `undefined` when it failed (see `error`). Ignored while one runs. */
  readonly run: (...args: A) => Promise<R | undefined>
  readonly busy: boolean
  readonly error: Failure | undefined
  readonly clear: () => void
}

/** Runs a command once at a time and keeps its failure for the screen to show. */
export function useAction<A extends readonly unknown[], R>(work: (...args: A) => Promise<R>): Action<A, R> {
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<Failure>()
  const running = useRef(false)
  const latest = useRef(work)
  useEffect(() => {
    latest.current = work
  })

  const run = useCallback(async (...args: A): Promise<R | undefined> => {
    if (running.current) return undefined
    running.current = true
    setBusy(true)
    setError(undefined)
    try {
      return await latest.current(...args)
    } catch (caught) {
      setError(failureOf(caught))
      return undefined
    } finally {
      running.current = false
      setBusy(false)
    }
  }, [])
  const clear = useCallback(() => {
    setError(undefined)
  }, [])
  return { run, busy, error, clear }
}
