import { BookOpen, ChevronLeft, ChevronRight, FileDown, PenLine, SearchX, Sheet } from 'lucide-react'
import { Fragment, useState } from 'react'

import { formatCodeNumber } from '../../shared/document/fields.ts'
import { gapWords, REGISTER_TEXT } from '../../shared/register.vi.ts'
import {
  REGISTER_COLUMNS,
  registerKind,
  type RegisterBook,
  type RegisterColumn,
  type RegisterFilter,
  type RegisterKind,
  type RegisterRow,
} from '../../shared/register.ts'
import { Empty, Failed, FailureBanner, Skeleton } from '../components/Banner.tsx'
import { Button, IconButton } from '../components/Button.tsx'
import { CorrectionSheet } from '../components/CorrectionSheet.tsx'
import { Choice } from '../components/Field.tsx'
import { isNoFilter, NO_FILTER, RegisterFilters } from '../components/RegisterFilters.tsx'
import { announce } from '../lib/announce.ts'
import { call } from '../lib/call.ts'
import { formatCount, formatInstant, isoDayOf } from '../lib/format.ts'
import { useAction } from '../lib/useAction.ts'
import { useLive } from '../lib/useLive.ts'
import { useNow } from '../lib/useNow.ts'
import { useQuiet } from '../lib/useQuiet.ts'
import { TEXT } from '../text.vi.ts'
import styles from './RegisterScreen.module.css'

const PAGE_LINES = 100
/** How long nothing is typed before lines are looked for. */
const QUIET_MS = 200
const KINDS = registerKind.options.map((kind) => ({ value: kind, text: REGISTER_TEXT.title[kind] }))

/** Sổ đăng ký: the registers of a year in their prescribed columns, to be put right and printed. */
export function RegisterScreen() {
  const thisYear = Number(isoDayOf(useNow(60_000)).slice(0, 4))
  const [kind, setKind] = useState<RegisterKind>('outgoing')
  const [year, setYear] = useState(thisYear)
  const [wanted, setSeries] = useState('')
  const [filter, setFilter] = useState(NO_FILTER)
  const settled = useQuiet(filter, QUIET_MS)
  const text = TEXT.registers
  const series = useLive('registers.series', { year }, 'outgoing', 'office')
  const known = series.status === 'ready' ? series.value : []
  const chosen = known.some(({ key }) => key === wanted) ? wanted : (known[0]?.key ?? '')
  const book: RegisterBook = { kind, year, series: kind === 'outgoing' ? chosen : '' }
  const print = useAction(async () => {
    const { path } = await call('registers.print', { book })
    if (path !== undefined) announce(text.printed)
  })
  const sheet = useAction(async () => {
    const { path } = await call('registers.export', { book })
    if (path !== undefined) announce(text.sheetDone)
  })
  return (
    <section className={styles['screen']} aria-label={TEXT.places.registers} data-pane>
      <h1 className="visually-hidden">{TEXT.places.registers}</h1>
      <div className={styles['head']}>
        <Choice
          label={text.book}
          value={kind}
          options={KINDS}
          onChange={setKind}
          className={styles['book']}
        />
        {kind === 'outgoing' && known.length > 1 ? (
          <Choice
            label={text.series}
            value={chosen}
            options={known.map(({ key, name }) => ({ value: key, text: name ?? text.common }))}
            onChange={setSeries}
          />
        ) : null}
        <div className={styles['year']} role="group" aria-label={text.year}>
          <IconButton
            icon={ChevronLeft}
            label={text.earlier}
            onPress={() => {
              setYear(year - 1)
            }}
          />
          <strong>{year}</strong>
          <IconButton
            icon={ChevronRight}
            label={text.later}
            isDisabled={year >= thisYear}
            onPress={() => {
              setYear(year + 1)
            }}
          />
        </div>
        <span className={styles['push']} />
        <Button icon={Sheet} isBusy={sheet.busy} onPress={() => void sheet.run()}>
          {text.sheet}
        </Button>
        <Button icon={FileDown} isBusy={print.busy} onPress={() => void print.run()}>
          {print.busy ? text.printing : text.print}
        </Button>
      </div>
      <FailureBanner error={print.error ?? sheet.error} />
      <RegisterFilters kind={kind} filter={filter} onChange={setFilter} />
      <Lines
        key={`${kind} ${String(year)} ${book.series} ${JSON.stringify(settled)}`}
        book={book}
        filter={settled}
      />
    </section>
  )
}

function Lines({ book, filter }: { book: RegisterBook; filter: RegisterFilter }) {
  const [offset, setOffset] = useState(0)
  const [correcting, setCorrecting] = useState<RegisterRow>()
  const text = TEXT.registers
  const isNarrowed = !isNoFilter(filter)
  const lines = useLive(
    'registers.rows',
    { book, ...(isNarrowed ? { filter } : {}), offset, limit: PAGE_LINES },
    'outgoing',
    'incoming',
  )
  if (lines.status === 'loading') return <Skeleton />
  if (lines.status === 'failed') return <Failed error={lines.error} onRetry={lines.refresh} />
  const { total, rows } = lines.value
  if (total === 0 && isNarrowed) {
    return <Empty icon={SearchX} title={text.noneFound} hint={text.noneFoundHint} />
  }
  if (total === 0) {
    return book.kind === 'handling' ? (
      <Empty icon={BookOpen} title={text.emptyHandling} hint={text.emptyHandlingHint} />
    ) : (
      <Empty icon={BookOpen} title={text.empty} hint={text.emptyHint} />
    )
  }
  const columns: readonly RegisterColumn[] = REGISTER_COLUMNS[book.kind]
  return (
    <>
      <div
        className={styles['scroll']}
        tabIndex={0}
        role="region"
        aria-label={REGISTER_TEXT.title[book.kind]}
      >
        <table className={styles['table']}>
          <thead>
            <tr>
              {columns.map((column) => (
                <th key={column} scope="col">
                  {REGISTER_TEXT.column[column]}
                </th>
              ))}
              <th scope="col">
                <span className="visually-hidden">{text.actions}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <Fragment key={`${row.id} ${String(row.number)}`}>
                {row.gapsBefore.map((gap) => (
                  <tr key={gap.from} className={styles['gap']}>
                    <td colSpan={columns.length + 1}>{gapWords(gap)}</td>
                  </tr>
                ))}
                <Line
                  row={row}
                  columns={columns}
                  onCorrect={() => {
                    setCorrecting(row)
                  }}
                />
              </Fragment>
            ))}
          </tbody>
        </table>
      </div>
      <div className={styles['foot']}>
        <span>{text.lines(offset + 1, offset + rows.length, formatCount(total))}</span>
        <span className={styles['push']} />
        <Button
          small
          isDisabled={offset === 0}
          onPress={() => {
            setOffset(Math.max(0, offset - PAGE_LINES))
          }}
        >
          {text.back}
        </Button>
        <Button
          small
          isDisabled={offset + rows.length >= total}
          onPress={() => {
            setOffset(offset + PAGE_LINES)
          }}
        >
          {text.forward}
        </Button>
      </div>
      {correcting === undefined ? null : (
        <CorrectionSheet
          book={book}
          row={correcting}
          onClose={() => {
            setCorrecting(undefined)
          }}
          onDone={() => {
            setCorrecting(undefined)
            lines.refresh()
          }}
        />
      )}
    </>
  )
}

function Line({
  row,
  columns,
  onCorrect,
}: {
  row: RegisterRow
  columns: readonly RegisterColumn[]
  onCorrect: () => void
}) {
  const number = formatCodeNumber(row.number)
  return (
    <tr>
      {columns.map((column) => {
        const text = row.cells[column] ?? ''
        return (
          <td key={column}>
            {row.corrections
              .filter((correction) => correction.column === column)
              .map(({ was, by, at, reason }) => (
                <Fragment key={at}>
                  <s title={REGISTER_TEXT.correction(was, by, formatInstant(at), reason)}>{was}</s>{' '}
                </Fragment>
              ))}
            {row.isVoid && column !== 'note' ? <s>{text}</s> : text}
          </td>
        )
      })}
      <td>
        <IconButton
          kind="quiet"
          icon={PenLine}
          label={TEXT.registers.correctLabel(number)}
          onPress={onCorrect}
        />
      </td>
    </tr>
  )
}
