import { useEffect, useRef, useState } from 'react'

import type { Failure } from '../../shared/ipc/contract.ts'
import type { SearchAnswer, SearchQuery } from '../../shared/search.ts'
import { call, failureOf } from './call.ts'

/** What a search found so far. While the next letter is looked up, the rows of the letter before stay. */
export interface Found {
  readonly answer: SearchAnswer | undefined
  /** What the answer is to. */
  readonly text: string
  readonly error: Failure | undefined
}

const NOTHING: Found = { answer: undefined, text: '', error: undefined }

/** Asks at each change, one question at a time: what was typed meanwhile makes one more. */
export function useSearch(query: SearchQuery | undefined, limit: number): Found {
  const [found, setFound] = useState<Found>(NOTHING)
  const wanted = useRef<string | undefined>(undefined)
  const asking = useRef(false)
  const question = query === undefined ? undefined : JSON.stringify(query)

  useEffect(() => {
    wanted.current = question
    if (question === undefined || asking.current) return
    const ask = async (): Promise<void> => {
      for (let asked = wanted.current; asked !== undefined; asked = wanted.current) {
        const next = JSON.parse(asked) as SearchQuery // made above
        try {
          const answer = await call('search.find', { query: next, limit })
          setFound({ answer, text: next.text, error: undefined })
        } catch (caught) {
          setFound({ answer: undefined, text: next.text, error: failureOf(caught) })
        }
        if (wanted.current === asked) return
      }
    }
    asking.current = true
    void ask().finally(() => {
      asking.current = false
    })
  }, [question, limit])

  return question === undefined ? NOTHING : found
}
