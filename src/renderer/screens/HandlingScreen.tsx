import { ListChecks, MousePointerClick, UserRoundCheck } from 'lucide-react'
import { useCallback, useState } from 'react'

import { MAX_ASSIGNED, type IncomingSummary } from '../../shared/ipc/contract.ts'
import { personId, type PersonId } from '../../shared/people.ts'
import { AssignSheet } from '../components/AssignSheet.tsx'
import { Empty } from '../components/Banner.tsx'
import { Button } from '../components/Button.tsx'
import { Chip } from '../components/Chip.tsx'
import { DocumentList } from '../components/DocumentList.tsx'
import { Choice } from '../components/Field.tsx'
import { call } from '../lib/call.ts'
import { formatCount } from '../lib/format.ts'
import { incomingWords } from '../lib/lists.ts'
import { go } from '../lib/route.ts'
import { useMay, useSession } from '../lib/session.ts'
import { useCalendar } from '../lib/useCalendar.ts'
import { useNow } from '../lib/useNow.ts'
import { usePages } from '../lib/usePages.ts'
import { TEXT } from '../text.vi.ts'
import styles from './HandlingScreen.module.css'
import { IncomingDocument, IncomingRow } from './IncomingScreen.tsx'
import screen from './screen.module.css'

/** Whose work is shown: a person's id, or one of these. */
const EVERYBODY = 'everybody'
const NOBODY = 'nobody'

/** Đang xử lý: what is in the register and not finished, by person and by the day by which it is to be done. */
export function HandlingScreen({ id, filter }: { id: string | undefined; filter: string }) {
  const { person, people, isShared } = useSession()
  const may = useMay()
  const directs = may('incoming.assign')
  const [whose, setWhose] = useState<string>(directs || person === undefined ? EVERYBODY : person.id)
  const of = ofWhom(whose)
  const pages = usePages(
    `handling ${whose}`,
    useCallback(
      (offset: number, limit: number) =>
        call('incoming.handling', { offset, limit, ...(of === undefined ? {} : { of }) }),
      [of],
    ),
    'incoming',
    filter,
    incomingWords,
  )
  const now = useNow(60_000)
  const calendar = useCalendar()
  const [marked, setMarked] = useState<ReadonlyMap<string, IncomingSummary>>(new Map())
  const [isAssigning, setAssigning] = useState(false)
  const marking = directs
    ? {
        marked,
        onMark: (next: ReadonlyMap<string, IncomingSummary>) => {
          setMarked(new Map([...next].slice(0, MAX_ASSIGNED)))
        },
      }
    : {}
  return (
    <div className={screen['panes']}>
      <section className={screen['listPane']} aria-label={TEXT.handling.title} data-pane>
        <div className={screen['head']}>
          <h1>{TEXT.handling.title}</h1>
          {pages.boxTotal === 0 ? null : <Chip tone="info">{formatCount(pages.boxTotal)}</Chip>}
        </div>
        {isShared ? (
          <div className={styles['bar']}>
            <Choice
              label={TEXT.handling.who}
              value={whose}
              options={[
                { value: EVERYBODY, text: TEXT.handling.everybody },
                { value: NOBODY, text: TEXT.handling.nobody },
                ...people.map((one) => ({
                  value: one.id,
                  text: one.id === person?.id ? `${TEXT.handling.mine} (${one.name})` : one.name,
                })),
              ]}
              onChange={setWhose}
            />
          </div>
        ) : null}
        {marked.size > 0 ? (
          <div className={styles['bar']} role="group" aria-label={TEXT.handling.marked(marked.size)}>
            <span role="status">{TEXT.handling.marked(marked.size)}</span>
            <Button
              small
              kind="primary"
              icon={UserRoundCheck}
              onPress={() => {
                setAssigning(true)
              }}
            >
              {TEXT.handling.assign}
            </Button>
            <Button
              small
              onPress={() => {
                setMarked(new Map())
              }}
            >
              {TEXT.handling.unmark}
            </Button>
          </div>
        ) : directs && pages.boxTotal > 1 ? (
          <p className={styles['hint']}>{TEXT.handling.markHint}</p>
        ) : null}
        <DocumentList
          pages={pages}
          label={TEXT.handling.title}
          rowHeight={110}
          selectedId={id}
          follow={!directs}
          onSelect={open}
          onOpen={open}
          empty={TEXT.empty.handling}
          emptyIcon={ListChecks}
          filter={filter}
          {...marking}
          renderRow={(row) => <IncomingRow row={row} calendar={calendar} now={now} />}
        />
      </section>
      {id === undefined ? (
        <div className={screen['reading']}>
          {pages.boxTotal === 0 ? null : (
            <Empty icon={MousePointerClick} title={TEXT.list.choose} hint={TEXT.list.chooseHint} />
          )}
        </div>
      ) : (
        <IncomingDocument key={id} id={id} />
      )}
      {isAssigning ? (
        <AssignSheet
          rows={[...marked.values()]}
          onClose={() => {
            setAssigning(false)
          }}
          onDone={(failed) => {
            setMarked(new Map([...marked].filter(([one]) => failed.includes(one))))
          }}
        />
      ) : null}
    </div>
  )
}

function open(row: IncomingSummary): void {
  go('handling', row.id)
}

function ofWhom(whose: string): PersonId | 'nobody' | undefined {
  if (whose === EVERYBODY) return undefined
  return whose === NOBODY ? 'nobody' : personId.parse(whose)
}
