import { Search } from 'lucide-react'
import { useId, useState, type ReactNode, type Ref } from 'react'

import type { SavedSearch, SearchHit, SearchQuery } from '../../shared/search.ts'
import { formatDay } from '../lib/format.ts'
import { limitOf, openHit } from '../lib/search.ts'
import { useLive } from '../lib/useLive.ts'
import { useSearch } from '../lib/useSearch.ts'
import { TEXT } from '../text.vi.ts'
import { FailureBanner } from './Banner.tsx'
import { Marked } from './Marked.tsx'
import styles from './SearchBox.module.css'

/** Shown at once; all others are a key away. */
const ROWS = 7

/** One line of what may be chosen below the box. */
interface Option {
  readonly key: string
  readonly group?: string
  readonly choose: () => void
  readonly show: ReactNode
}

/**
 * The box on top: finds while one types. Arrow keys choose, Enter opens what is chosen, or all results where
 * nothing is; Esc closes and then empties.
 */
export function SearchBox({
  ref,
  query,
  onQuery,
  onAll,
  filterPlace,
  onFilter,
}: {
  ref: Ref<HTMLInputElement>
  query: SearchQuery
  onQuery: (query: SearchQuery) => void
  /** Show the screen of all results. */
  onAll: (query: SearchQuery) => void
  /** The list in sight, where it can be filtered. */
  filterPlace: string | undefined
  onFilter: (text: string) => void
}) {
  const id = useId()
  const [open, setOpen] = useState(false)
  const [active, setActive] = useState(-1)
  const text = query.text
  const isEmpty = text.trim() === ''
  const { answer, error } = useSearch(open && !isEmpty ? { text, filters: {} } : undefined, ROWS)
  const saved = useLive('search.saved', open && isEmpty ? {} : undefined, 'search')
  const close = () => {
    setOpen(false)
    setActive(-1)
  }
  const options = isEmpty
    ? savedOptions(saved.status === 'ready' ? saved.value : [], (search) => {
        onQuery(search.query)
        onAll(search.query)
      })
    : [
        ...(answer?.hits ?? [])
          .toSorted((one, other) => one.direction.localeCompare(other.direction))
          .map(hitOption),
        ...actOptions(),
      ]

  function actOptions(): Option[] {
    const acts: Option[] = []
    if (answer !== undefined && answer.total > 0) {
      acts.push({
        key: 'all',
        choose: () => {
          onAll({ text, filters: {} })
        },
        show: <span className={styles['act']}>{TEXT.search.all(answer.total, answer.more)}</span>,
      })
    }
    if (filterPlace !== undefined) {
      acts.push({
        key: 'filter',
        choose: () => {
          onFilter(text.trim())
          onQuery({ text: '', filters: {} })
        },
        show: <span className={styles['act']}>{TEXT.search.filterHere(filterPlace, text.trim())}</span>,
      })
    }
    return acts
  }

  const shown = open && (!isEmpty || options.length > 0)
  const chosen = Math.min(active, options.length - 1)
  const choose = (option: Option | undefined) => {
    close()
    if (option === undefined) onAll({ text, filters: query.filters })
    else option.choose()
  }

  return (
    <div
      className={styles['box']}
      role="search"
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) close()
      }}
    >
      <Search size={17} strokeWidth={1.75} aria-hidden />
      <input
        ref={ref}
        type="search"
        role="combobox"
        aria-label={TEXT.search.label}
        aria-expanded={shown}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={shown && chosen >= 0 ? `${id}-${String(chosen)}` : undefined}
        placeholder={TEXT.search.hint}
        value={text}
        maxLength={200}
        onFocus={() => {
          setOpen(true)
        }}
        onChange={(event) => {
          onQuery({ ...query, text: event.target.value })
          setActive(-1)
          setOpen(true)
        }}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing) return
          if (event.key === 'ArrowDown') {
            setOpen(true)
            setActive(Math.min(chosen + 1, options.length - 1))
          } else if (event.key === 'ArrowUp') setActive(Math.max(chosen - 1, -1))
          else if (event.key === 'Enter' && (!isEmpty || chosen >= 0)) choose(options[chosen])
          else if (event.key === 'Escape') {
            if (shown) close()
            else onQuery({ ...query, text: '' })
          } else return
          event.preventDefault()
        }}
      />
      {text === '' ? (
        <kbd aria-hidden>Ctrl K</kbd>
      ) : (
        <button
          type="button"
          onClick={() => {
            onQuery({ ...query, text: '' })
          }}
        >
          {TEXT.search.clear}
        </button>
      )}
      {!shown ? null : (
        <div className={styles['popup']}>
          <FailureBanner error={error} boxed />
          {!isEmpty && answer?.total === 0 ? (
            <div className={styles['note']} role="status">
              <strong>{TEXT.search.nothing}.</strong> {TEXT.search.nothingHint}
            </div>
          ) : null}
          <div id={`${id}-list`} role="listbox" aria-label={TEXT.search.results}>
            {options.map((option, index) => (
              <div key={option.key} role="presentation">
                {option.group === undefined || option.group === options[index - 1]?.group ? null : (
                  <div className={styles['group']} role="presentation">
                    {option.group}
                  </div>
                )}
                <div
                  id={`${id}-${String(index)}`}
                  className={styles['option']}
                  role="option"
                  aria-selected={index === chosen}
                  onPointerMove={() => {
                    setActive(index)
                  }}
                  // The box keeps the focus.
                  onPointerDown={(event) => {
                    event.preventDefault()
                  }}
                  onClick={() => {
                    choose(option)
                  }}
                >
                  {option.show}
                </div>
              </div>
            ))}
          </div>
        </div>
      )}
    </div>
  )
}

function savedOptions(searches: readonly SavedSearch[], choose: (search: SavedSearch) => void): Option[] {
  return searches.map((search) => ({
    key: search.name,
    group: TEXT.search.savedSearches,
    choose: () => {
      choose(search)
    },
    show: search.name,
  }))
}

function hitOption(hit: SearchHit): Option {
  return {
    key: hit.id,
    group: TEXT.search.groups[hit.direction],
    choose: () => {
      openHit(hit)
    },
    show: <HitLines hit={hit} />,
  }
}

/** A document that was found: number, kind and day, what it is about, who, and where the other words stand. */
function HitLines({ hit }: { hit: SearchHit }) {
  const limit = limitOf(hit.body)
  return (
    <>
      <div className={styles['line']}>
        <b>
          <Marked text={hit.code} />
        </b>
        <span>{hit.typeName}</span>
        <time dateTime={hit.day}>{formatDay(hit.day)}</time>
      </div>
      <div className={styles['subject']}>
        {hit.subject.text === '' ? TEXT.list.noSubject : <Marked text={hit.subject} />}
      </div>
      <div className={styles['more']}>
        {hit.excerpt === undefined ? <Marked text={hit.agency} /> : <Marked text={hit.excerpt} />}
        {limit === undefined ? null : ` · ${limit}`}
      </div>
    </>
  )
}
