import { useCallback, useEffect, useMemo, useRef, useState } from 'react'

import type { Failure } from '../../shared/ipc/contract.ts'
import type { Topic } from '../../shared/ipc/topics.ts'
import { failureOf, onTopic } from './call.ts'
import { fold } from '../../shared/fold.ts'

const PAGE_ROWS = 100
/** Asked for at once: whoever drags through a long list waits for the page where they stop, not for all they passed. */
const ASKED_TOGETHER = 2
/** Those in sight and the last ones that were; a list that was scrolled through would else lie whole in memory. */
const HELD_PAGES = 30
/** A filter looks through this many of the newest rows; the screen says so when there are more. */
export const FILTER_ROWS = 2000

/** A long list of which only the pages in sight are held. */
export interface Pages<Row> {
  readonly status: 'loading' | 'ready' | 'failed'
  readonly error: Failure | undefined
  /** Rows to show: all of the box, or those the filter found. */
  readonly total: number
  /** Rows in the box, whatever the filter. */
  readonly boxTotal: number
  /** The row at that place, or `undefined` while its page is on its way. */
  readonly row: (index: number) => Row | undefined
  /** Says which places are in sight. */
  readonly show: (first: number, last: number) => void
  readonly refresh: () => void
}

interface Held<Row> {
  readonly key: string
  readonly status: 'loading' | 'ready' | 'failed'
  readonly error: Failure | undefined
  readonly total: number
  readonly pages: ReadonlyMap<number, readonly Row[]>
}

/**
 * Pages a list, and asks again for what it holds whenever `topic` changes.
 *
 * @param key names the list; another key starts afresh
 * @param load must be stable as long as `key` is
 * @param words the text of a row that the filter looks through
 */
export function usePages<Row>(
  key: string,
  load: (offset: number, limit: number) => Promise<{ total: number; rows: Row[] }>,
  topic: Topic,
  filter: string,
  words: (row: Row) => string,
): Pages<Row> {
  const [held, setHeld] = useState<Held<Row>>(() => empty(key))
  const wanted = useRef({ key, pages: new Set<number>([0]) })
  const fetchMissing = useRef<(...pages: number[]) => void>(() => undefined)
  const reload = useRef<() => void>(() => undefined)

  useEffect(() => {
    let gone = false
    const asking = new Set<number>()
    /** In sight, and not asked for since they came into sight or something changed. */
    let missing = new Set<number>()
    if (wanted.current.key !== key) wanted.current = { key, pages: new Set([0]) }
    const fetchOne = (page: number) => {
      asking.add(page)
      load(page * PAGE_ROWS, PAGE_ROWS)
        .then(
          ({ total, rows }) => {
            if (gone) return
            setHeld((old) => {
              const pages = new Map(old.key === key ? old.pages : [])
              // Last in the order in which they came.
              pages.delete(page)
              pages.set(page, rows)
              forgetOldest(pages, wanted.current.pages)
              return { key, status: 'ready', error: undefined, total, pages }
            })
          },
          (caught: unknown) => {
            if (gone) return
            setHeld((old) => ({
              ...(old.key === key ? old : empty<Row>(key)),
              status: 'failed',
              error: failureOf(caught),
            }))
          },
        )
        .finally(() => {
          asking.delete(page)
          if (!gone) fetchNext()
        })
    }
    const fetchNext = () => {
      for (const page of missing) {
        if (asking.size >= ASKED_TOGETHER) return
        // One that is on its way and was changed meanwhile is asked for again when it is here.
        if (asking.has(page)) continue
        missing.delete(page)
        if (wanted.current.pages.has(page)) fetchOne(page)
      }
    }
    const loadAll = () => {
      missing = new Set(wanted.current.pages)
      fetchNext()
    }
    fetchMissing.current = (...pages) => {
      for (const page of pages) missing.add(page)
      fetchNext()
    }
    reload.current = loadAll
    loadAll()
    const forget = onTopic((heard) => {
      if (heard === topic || heard === 'engine') loadAll()
    })
    return () => {
      gone = true
      forget()
    }
  }, [key, load, topic])

  const show = useCallback((first: number, last: number) => {
    const pages = new Set<number>([0])
    for (let page = Math.floor(first / PAGE_ROWS); page <= Math.floor(last / PAGE_ROWS); page += 1) {
      pages.add(page)
    }
    const fresh = [...pages].filter((page) => !wanted.current.pages.has(page))
    wanted.current = { key: wanted.current.key, pages }
    fetchMissing.current(...fresh)
  }, [])

  const current = held.key === key ? held : empty<Row>(key)
  const needle = fold(filter)
  useEffect(() => {
    if (needle !== '' && current.status === 'ready') {
      show(0, Math.max(0, Math.min(current.total, FILTER_ROWS) - 1))
    }
  }, [needle, current.status, current.total, show])

  const found = useMemo(() => {
    if (needle === '') return undefined
    const rows: Row[] = []
    for (const page of [...current.pages.keys()].sort((a, b) => a - b)) {
      for (const row of current.pages.get(page) ?? []) {
        if (fold(words(row)).includes(needle)) rows.push(row)
      }
    }
    return rows
  }, [needle, current.pages, words])

  const row = useCallback(
    (index: number) =>
      found === undefined
        ? current.pages.get(Math.floor(index / PAGE_ROWS))?.[index % PAGE_ROWS]
        : found[index],
    [found, current.pages],
  )
  const refresh = useCallback(() => {
    reload.current()
  }, [])
  return {
    status: current.status,
    error: current.error,
    total: found?.length ?? current.total,
    boxTotal: current.total,
    row,
    show,
    refresh,
  }
}

/** Drops what came first of the pages that nobody looks at, as far as there are too many. */
function forgetOldest(pages: Map<number, unknown>, inSight: ReadonlySet<number>): void {
  for (const page of pages.keys()) {
    if (pages.size <= HELD_PAGES) return
    if (!inSight.has(page)) pages.delete(page)
  }
}

function empty<Row>(key: string): Held<Row> {
  return { key, status: 'loading', error: undefined, total: 0, pages: new Map() }
}
