import { useEffect, useState } from 'react'

/** Whole seconds until a moment, 0 once it is past; counts down by itself. */
export function useSecondsTo(moment: number): number {
  return Math.max(0, Math.ceil((moment - useNow(500)) / 1000))
}

/** The present, in milliseconds, renewed every `everyMs`. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => {
      setNow(Date.now())
    }, everyMs)
    return () => {
      clearInterval(timer)
    }
  }, [everyMs])
  return now
}
