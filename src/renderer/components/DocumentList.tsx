import { useVirtualizer } from '@tanstack/react-virtual'
import { Check, FileSearch, type LucideIcon } from 'lucide-react'
import { useEffect, useId, useRef, useState, type KeyboardEvent, type ReactNode } from 'react'

import { isPressed, pressed } from '../../shared/shortcuts.ts'
import { classes } from '../lib/classes.ts'
import { useFirstFocus } from '../lib/focus.ts'
import { formatCount } from '../lib/format.ts'
import { FILTER_ROWS, type Pages } from '../lib/usePages.ts'
import { TEXT } from '../text.vi.ts'
import { Empty, Failed, Skeleton } from './Banner.tsx'
import styles from './DocumentList.module.css'

/**
 * A list of any length, of which only the rows in sight exist. Arrow keys, Home, End and Page keys move;
 * Enter opens. Where rows can be marked, Space, Ctrl and a click or the box before the row mark one, Shift marks
 * as far as it moves, Ctrl+A all that are loaded. With `follow` the moving itself selects, as in a mail client beside a reading pane.
 */
export function DocumentList<Row extends { readonly id: string }>({
  pages,
  label,
  rowHeight,
  renderRow,
  selectedId,
  follow,
  onSelect,
  onOpen,
  empty,
  emptyIcon,
  filter,
  marked,
  onMark,
}: {
  pages: Pages<Row>
  label: string
  /** A first guess in CSS pixels; rows are measured. */
  rowHeight: number
  renderRow: (row: Row) => ReactNode
  selectedId: string | undefined
  follow: boolean
  onSelect: (row: Row) => void
  onOpen: (row: Row) => void
  empty: readonly [string, string]
  emptyIcon: LucideIcon
  filter: string
  /** The rows that are marked to be dealt with together; left out where only one can be chosen. */
  marked?: ReadonlyMap<string, Row>
  onMark?: (next: ReadonlyMap<string, Row>) => void
}) {
  const box = useRef<HTMLDivElement>(null)
  const id = useId()
  const [active, setActive] = useState(0)
  const anchor = useRef(0)
  /** Moved to before its page was here: selected when it comes. */
  const awaited = useRef<number>(undefined)
  /** The row gone to by the keys. It stays in sight while others take their height, until a hand scrolls. */
  const sought = useRef<number>(undefined)
  const { total, show } = pages
  // eslint-disable-next-line react-hooks/incompatible-library -- the virtualizer is not passed on or memoised
  const virtualizer = useVirtualizer({
    count: total,
    getScrollElement: () => box.current,
    estimateSize: () => rowHeight,
    overscan: 6,
  })
  const items = virtualizer.getVirtualItems()
  const first = items[0]?.index ?? 0
  const last = items.at(-1)?.index ?? 0
  useEffect(() => {
    if (filter === '') show(first, last)
  }, [show, first, last, filter])

  useEffect(() => {
    const row = awaited.current === undefined ? undefined : pages.row(awaited.current)
    if (row === undefined) return
    awaited.current = undefined
    onSelect(row)
  })

  useEffect(() => {
    if (sought.current === undefined) return
    const row = items.find(({ index }) => index === sought.current)
    const top = virtualizer.scrollOffset ?? 0
    const height = virtualizer.scrollRect?.height ?? 0
    const isInSight = row !== undefined && row.start >= top - 1 && row.end <= top + height + 1
    if (!isInSight) virtualizer.scrollToIndex(sought.current)
  })

  useFirstFocus(box, pages.status === 'ready' && total > 0)

  if (pages.status === 'loading') return <Skeleton />
  if (pages.status === 'failed' && pages.error !== undefined) {
    return <Failed error={pages.error} onRetry={pages.refresh} />
  }
  if (pages.boxTotal === 0) return <Empty icon={emptyIcon} title={empty[0]} hint={empty[1]} />
  if (total === 0) {
    return <Empty icon={FileSearch} title={TEXT.list.nothingFound} hint={TEXT.list.nothingFoundHint} />
  }

  const current = Math.min(active, total - 1)
  const move = (to: number) => {
    const index = Math.max(0, Math.min(total - 1, to))
    setActive(index)
    sought.current = index
    virtualizer.scrollToIndex(index)
    const row = pages.row(index)
    awaited.current = follow && row === undefined ? index : undefined
    if (follow && row !== undefined) onSelect(row)
  }
  const letGo = () => {
    sought.current = undefined
  }
  const toggle = (index: number) => {
    const row = pages.row(index)
    anchor.current = index
    if (row === undefined || marked === undefined) return
    const next = new Map(marked)
    if (!next.delete(row.id)) next.set(row.id, row)
    onMark?.(next)
  }
  const markThrough = (from: number, to: number) => {
    const next = new Map(marked)
    for (let index = Math.min(from, to); index <= Math.max(from, to); index += 1) {
      const row = pages.row(index)
      if (row !== undefined) next.set(row.id, row)
    }
    onMark?.(next)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (marked !== undefined && isPressed('markAll', event)) {
      event.preventDefault()
      markThrough(0, total - 1)
      return
    }
    if (pressed(event, 'moveInList', 'markThrough', 'open', 'mark') === undefined) return
    const page = Math.max(1, last - first - 8)
    const steps: Record<string, number> = {
      ArrowDown: current + 1,
      ArrowUp: current - 1,
      PageDown: current + page,
      PageUp: current - page,
      Home: 0,
      End: total - 1,
    }
    const to = steps[event.key]
    if (to !== undefined) {
      event.preventDefault()
      move(to)
      if (marked !== undefined && event.shiftKey) {
        markThrough(current, Math.max(0, Math.min(total - 1, to)))
      }
    } else if (marked !== undefined && isPressed('mark', event)) {
      event.preventDefault()
      toggle(current)
    } else {
      const row = pages.row(current)
      if (row === undefined) return
      event.preventDefault()
      onOpen(row)
    }
  }

  return (
    <>
      {filter === '' ? null : (
        <div className={styles['found']} role="status">
          {pages.boxTotal > FILTER_ROWS
            ? TEXT.list.filteredSome(total, formatCount(FILTER_ROWS))
            : TEXT.list.filtered(total, formatCount(pages.boxTotal))}
        </div>
      )}
      <div
        ref={box}
        className={styles['list']}
        role="listbox"
        aria-label={label}
        aria-multiselectable={marked !== undefined}
        tabIndex={0}
        aria-activedescendant={
          items.some((item) => item.index === current) ? `${id}-${String(current)}` : undefined
        }
        onKeyDown={onKeyDown}
        onWheel={letGo}
        onPointerDown={letGo}
        data-focus-first
      >
        <div className={styles['sizer']} style={{ height: virtualizer.getTotalSize() }} role="presentation">
          {items.map((item) => {
            const row = pages.row(item.index)
            return (
              <div
                key={item.key}
                id={`${id}-${String(item.index)}`}
                ref={virtualizer.measureElement}
                data-index={item.index}
                className={classes(styles['item'], item.index === current && styles['active'])}
                style={{
                  transform: `translateY(${String(item.start)}px)`,
                  ...(row === undefined ? { height: rowHeight } : {}),
                }}
                role="option"
                aria-selected={row !== undefined && (marked?.has(row.id) ?? row.id === selectedId)}
                aria-setsize={total}
                aria-posinset={item.index + 1}
                onClick={(event) => {
                  setActive(item.index)
                  if (row === undefined) return
                  const onBox =
                    event.target instanceof Element && event.target.closest('[data-mark]') !== null
                  if (marked !== undefined && event.shiftKey) markThrough(anchor.current, item.index)
                  else if (marked !== undefined && (event.ctrlKey || onBox)) toggle(item.index)
                  else if (follow) onSelect(row)
                  else onOpen(row)
                }}
                onDoubleClick={() => {
                  if (row !== undefined && marked === undefined) onOpen(row)
                }}
              >
                {row === undefined ? (
                  <div className={styles['bone']}>
                    <span className="visually-hidden">{TEXT.loading}</span>
                    <span style={{ width: '40%' }} />
                    <span style={{ width: '80%' }} />
                  </div>
                ) : marked === undefined ? (
                  renderRow(row)
                ) : (
                  <div className={styles['markable']}>
                    <span className={styles['mark']} data-mark aria-hidden>
                      <span>{marked.has(row.id) ? <Check size={14} strokeWidth={3} /> : null}</span>
                    </span>
                    {renderRow(row)}
                  </div>
                )}
              </div>
            )
          })}
        </div>
      </div>
    </>
  )
}

/** The three lines every document has in a list beside a reading pane. */
export function DocumentRow({
  code,
  typeName,
  when,
  subject,
  chips,
  agency,
}: {
  code: string
  typeName: string
  when: string
  subject: string
  chips: ReactNode
  agency: string
}) {
  return (
    <div className={styles['row']}>
      <div className={styles['top']}>
        <span className={styles['code']}>{code}</span>
        <span className={styles['type']}>{typeName}</span>
        <span className={styles['when']}>{when}</span>
      </div>
      <div className={styles['subject']}>{subject === '' ? TEXT.list.noSubject : subject}</div>
      <div className={styles['chips']}>
        {chips}
        <span className={styles['agency']}>{agency}</span>
      </div>
    </div>
  )
}

/** The same across the whole window, for lists whose documents open on their own page. */
export function WideDocumentRow({
  code,
  typeName,
  when,
  subject,
  chips,
  agency,
}: {
  code: ReactNode
  typeName: string
  when: string
  subject: ReactNode
  chips: ReactNode
  agency: ReactNode
}) {
  return (
    <div className={styles['wideRow']}>
      <div>
        <div className={styles['top']}>
          <span className={styles['code']}>{code}</span>
          <span className={styles['type']}>{typeName}</span>
        </div>
        <div className={styles['subject']}>{subject === '' ? TEXT.list.noSubject : subject}</div>
        <div className={styles['agency']}>{agency}</div>
      </div>
      <div className={styles['chips']}>{chips}</div>
      <div className={styles['when']}>{when}</div>
    </div>
  )
}
