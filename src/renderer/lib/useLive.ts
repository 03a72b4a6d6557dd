import { useCallback, useEffect, useRef, useState } from 'react'

import type { Failure, Method, Output, Request } from '../../shared/ipc/contract.ts'
import type { Topic } from '../../shared/ipc/topics.ts'
import { ask, failureOf, onTopic } from './call.ts'

/** What the window last asked, and how far it got. */
export type Live<T> =
  | { readonly status: 'loading' }
  | { readonly status: 'ready'; readonly value: T }
  | { readonly status: 'failed'; readonly error: Failure }

/**
 * Asks a query, and again whenever one of the topics (or `engine`) changes. While a question is under way
 * further changes are gathered into one more question. The old value stays until the new one is there.
 *
 * @param input plain JSON, compared by value; `undefined` asks nothing yet
 */
export function useLive<M extends Method>(
  method: M,
  input: Request<M> | undefined,
  ...topics: readonly Topic[]
): Live<Output<M>> & { readonly refresh: () => void } {
  const question = input === undefined ? undefined : JSON.stringify(input)
  const key = `${method} ${question ?? ''}`
  const heard = topics.join(' ')
  const [answer, setAnswer] = useState<{ key: string; live: Live<Output<M>> }>({
    key,
    live: { status: 'loading' },
  })
  const again = useRef<() => void>(() => undefined)

  useEffect(() => {
    if (question === undefined) return
    let gone = false
    let asking = false
    let stale = false
    const load = () => {
      if (asking) {
        stale = true
        return
      }
      asking = true
      const settle = (live: Live<Output<M>>) => {
        asking = false
        if (gone) return
        setAnswer({ key, live })
        if (stale) {
          stale = false
          load()
        }
      }
      ask(method, JSON.parse(question)).then(
        (value) => {
          settle({ status: 'ready', value })
        },
        (caught: unknown) => {
          settle({ status: 'failed', error: failureOf(caught) })
        },
      )
    }
    again.current = load
    load()
    const names = heard.split(' ')
    const forget = onTopic((topic) => {
      if (topic === 'engine' || names.includes(topic)) load()
    })
    return () => {
      gone = true
      forget()
    }
  }, [method, question, key, heard])

  const refresh = useCallback(() => {
    again.current()
  }, [])
  const live: Live<Output<M>> = answer.key === key ? answer.live : { status: 'loading' }
  return { ...live, refresh }
}
