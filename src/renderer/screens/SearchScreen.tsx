import { Bookmark, FileSearch, ScanLine, X } from 'lucide-react'
import { useCallback, useState } from 'react'

import { DOCUMENT_TYPES } from '../../shared/document/types.ts'
import type { SearchFilters, SearchHit, SearchQuery } from '../../shared/search.ts'
import { Empty, FailureBanner } from '../components/Banner.tsx'
import { Button, IconButton } from '../components/Button.tsx'
import { Chip } from '../components/Chip.tsx'
import { DayField } from '../components/DayField.tsx'
import { DocumentList, WideDocumentRow } from '../components/DocumentList.tsx'
import { Choice, TextBox } from '../components/Field.tsx'
import { Marked } from '../components/Marked.tsx'
import { OpenFile } from '../components/OpenFile.tsx'
import { announce } from '../lib/announce.ts'
import { call } from '../lib/call.ts'
import { formatDay } from '../lib/format.ts'
import { BOX_PLACES, isAsked, limitOf, openHit, placeOf } from '../lib/search.ts'
import { useAction } from '../lib/useAction.ts'
import { useLive } from '../lib/useLive.ts'
import { usePages } from '../lib/usePages.ts'
import { useSearch } from '../lib/useSearch.ts'
import { TEXT } from '../text.vi.ts'
import screen from './screen.module.css'
import styles from './SearchScreen.module.css'

type Box = NonNullable<SearchFilters['box']>

/** Everything that was found, with filters; searches are kept here under a name. */
export function SearchScreen({
  query,
  onQuery,
}: {
  query: SearchQuery
  onQuery: (query: SearchQuery) => void
}) {
  const key = JSON.stringify(query)
  const load = useCallback(
    async (offset: number, limit: number) => {
      const asked = JSON.parse(key) as SearchQuery // made above
      if (!isAsked(asked)) return { total: 0, rows: [] }
      const { total, hits } = await call('search.find', { query: asked, limit, offset })
      return { total, rows: hits }
    },
    [key],
  )
  const pages = usePages(key, load, 'search', '', wordsOfHit)
  const { answer } = useSearch(isAsked(query) ? query : undefined, 1)
  const status = useLive('search.status', {}, 'search')
  const notReady = status.status === 'ready' ? status.value.notIndexed + status.value.notRead : 0
  const narrow = (change: SearchFilters) => {
    onQuery({ ...query, filters: { ...query.filters, ...change } })
  }
  return (
    <section className={screen['widePane']} aria-label={TEXT.search.title} data-pane>
      <div className={screen['head']}>
        <h1>{TEXT.search.title}</h1>
        <span role="status">
          {answer === undefined || !isAsked(query) ? null : (
            <Chip tone="info">{TEXT.search.found(answer.total, answer.more)}</Chip>
          )}
        </span>
        <span className={screen['push']} />
        <OpenFile />
        <SaveSearch key={key} query={query} />
      </div>
      <Filters filters={query.filters} onNarrow={narrow} onClear={() => onQuery({ ...query, filters: {} })} />
      <Saved onQuery={onQuery} />
      {notReady === 0 ? null : <div className={styles['note']}>{TEXT.search.notReady(notReady)}</div>}
      {isAsked(query) ? (
        <DocumentList
          key={key}
          pages={pages}
          label={TEXT.search.results}
          rowHeight={96}
          selectedId={undefined}
          follow={false}
          onSelect={openHit}
          onOpen={openHit}
          empty={[TEXT.search.nothing, TEXT.search.nothingHint]}
          emptyIcon={FileSearch}
          filter=""
          renderRow={(hit) => <HitRow hit={hit} />}
        />
      ) : (
        <Empty icon={FileSearch} title={TEXT.search.start} hint={TEXT.search.startHint} />
      )}
    </section>
  )
}

function wordsOfHit(hit: SearchHit): string {
  return hit.subject.text
}

function HitRow({ hit }: { hit: SearchHit }) {
  const limit = limitOf(hit.body)
  return (
    <WideDocumentRow
      code={<Marked text={hit.code} />}
      typeName={hit.typeName}
      when={formatDay(hit.day)}
      subject={hit.subject.text === '' ? '' : <Marked text={hit.subject} />}
      chips={
        <>
          <Chip>{TEXT.places[placeOf(hit)]}</Chip>
          {limit === undefined ? null : (
            <Chip tone="warn" icon={ScanLine}>
              {limit}
            </Chip>
          )}
        </>
      }
      agency={
        <>
          <Marked text={hit.agency} />
          {hit.excerpt === undefined ? null : (
            <div className={styles['excerpt']}>
              <Marked text={hit.excerpt} />
            </div>
          )}
        </>
      }
    />
  )
}

const ANY = ''

function Filters({
  filters,
  onNarrow,
  onClear,
}: {
  filters: SearchFilters
  onNarrow: (change: SearchFilters) => void
  onClear: () => void
}) {
  const directions = Object.entries(TEXT.search.groups).map(([value, text]) => ({ value, text }))
  const boxes = Object.entries(BOX_PLACES).map(([value, place]) => ({ value, text: TEXT.places[place] }))
  const isNarrowed = isAsked({ text: '', filters })
  return (
    <div className={styles['filters']} role="group" aria-label={TEXT.search.filters}>
      <Choice
        label={TEXT.search.direction}
        value={filters.direction ?? ANY}
        options={[{ value: ANY, text: TEXT.search.anyDirection }, ...directions]}
        onChange={(value) => {
          onNarrow({ direction: value === 'incoming' || value === 'outgoing' ? value : undefined })
        }}
      />
      <Choice
        label={TEXT.search.typeName}
        value={filters.typeName ?? ANY}
        options={[
          { value: ANY, text: TEXT.search.anyType },
          ...DOCUMENT_TYPES.map(({ name }) => ({ value: name, text: name })),
        ]}
        onChange={(value) => {
          onNarrow({ typeName: value === ANY ? undefined : value })
        }}
      />
      <TextBox
        label={TEXT.search.agency}
        value={filters.agency ?? ''}
        maxLength={200}
        onChange={(agency) => {
          onNarrow({ agency: agency === '' ? undefined : agency })
        }}
      />
      <Choice
        label={TEXT.search.box}
        value={filters.box ?? ANY}
        options={[{ value: ANY, text: TEXT.search.anyBox }, ...boxes]}
        onChange={(value) => {
          onNarrow({ box: value === ANY ? undefined : (value as Box) })
        }}
      />
      <DayField
        label={TEXT.search.from}
        value={filters.from}
        onChange={(from) => {
          onNarrow({ from })
        }}
      />
      <DayField
        label={TEXT.search.to}
        value={filters.to}
        onChange={(to) => {
          onNarrow({ to })
        }}
      />
      {isNarrowed ? (
        <Button small kind="link" onPress={onClear}>
          {TEXT.search.clearFilters}
        </Button>
      ) : null}
    </div>
  )
}

function Saved({ onQuery }: { onQuery: (query: SearchQuery) => void }) {
  const saved = useLive('search.saved', {}, 'search')
  const forget = useAction((name: string) => call('search.forget', { name }))
  if (saved.status !== 'ready' || saved.value.length === 0) return null
  return (
    <div className={styles['saved']}>
      {TEXT.search.savedSearches}
      {saved.value.map(({ name, query }) => (
        <span key={name}>
          <Button
            small
            icon={Bookmark}
            onPress={() => {
              onQuery(query)
            }}
          >
            {name}
          </Button>
          <IconButton
            kind="quiet"
            icon={X}
            label={TEXT.search.forget(name)}
            onPress={() => {
              void forget.run(name)
            }}
          />
        </span>
      ))}
      <FailureBanner error={forget.error} boxed />
    </div>
  )
}

function SaveSearch({ query }: { query: SearchQuery }) {
  const [name, setName] = useState<string>()
  const save = useAction(async (chosen: string) => {
    await call('search.save', { name: chosen, query })
    announce(TEXT.search.saved(chosen))
    setName(undefined)
  })
  if (!isAsked(query)) return null
  if (name === undefined) {
    return (
      <Button
        small
        icon={Bookmark}
        onPress={() => {
          setName(query.text.trim())
        }}
      >
        {TEXT.search.save}
      </Button>
    )
  }
  return (
    <form
      className={styles['name']}
      onSubmit={(event) => {
        event.preventDefault()
        if (name.trim() !== '') void save.run(name.trim())
      }}
    >
      <TextBox label={TEXT.search.saveName} value={name} maxLength={80} onChange={setName} />
      <Button small isBusy={save.busy} isDisabled={name.trim() === ''} type="submit">
        {TEXT.save}
      </Button>
      <FailureBanner error={save.error} boxed />
    </form>
  )
}
