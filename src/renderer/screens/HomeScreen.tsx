import {
  AlarmClock,
  CalendarClock,
  ChevronLeft,
  ChevronRight,
  Inbox,
  Printer,
  Send,
  Signature,
  type LucideIcon,
} from 'lucide-react'
import { useState } from 'react'

import type { MonthCount, PressingDocument, Today } from '../../shared/ipc/contract.ts'
import { Failed, Skeleton } from '../components/Banner.tsx'
import { Button, IconButton } from '../components/Button.tsx'
import { PriorityChip } from '../components/Chip.tsx'
import { DeadlineChip } from '../components/DeadlineChip.tsx'
import { YearChart } from '../components/YearChart.tsx'
import { classes } from '../lib/classes.ts'
import { formatCount, formatDay, isoDayOf } from '../lib/format.ts'
import { addressOf, type Place } from '../lib/route.ts'
import { useLive } from '../lib/useLive.ts'
import { useNow } from '../lib/useNow.ts'
import { TEXT } from '../text.vi.ts'
import styles from './HomeScreen.module.css'

/** Hôm nay: what there is to do, what presses most, and a year at a glance. */
export function HomeScreen() {
  const now = useNow(60_000)
  const today = useLive('home.today', {}, 'outgoing', 'incoming', 'office', 'people')
  const day = isoDayOf(now)
  const weekday = TEXT.home.weekdays[new Date(`${day}T00:00:00Z`).getUTCDay()] ?? ''
  return (
    <section className={styles['screen']} aria-label={TEXT.places.home} data-pane>
      <h1>{TEXT.home.title(weekday, formatDay(day))}</h1>
      {today.status === 'loading' ? (
        <Skeleton blocks={2} />
      ) : today.status === 'failed' ? (
        <Failed error={today.error} onRetry={today.refresh} />
      ) : (
        <>
          <Numbers today={today.value} />
          <Pressing documents={today.value.pressing} now={now} />
        </>
      )}
      <Year thisYear={Number(day.slice(0, 4))} />
    </section>
  )
}

function Numbers({ today }: { today: Today }) {
  const text = TEXT.home
  return (
    <ul className={styles['numbers']} aria-label={text.numbers}>
      <NumberCard icon={Signature} label={text.toSign} count={today.toSign} place="to-sign" />
      <NumberCard icon={Send} label={text.toSend} count={today.toSend} place="outbox" />
      <NumberCard icon={Inbox} label={text.arrived} count={today.arrived} place="new" />
      <NumberCard icon={CalendarClock} label={text.dueToday} count={today.dueToday} tone="warn" />
      <NumberCard icon={AlarmClock} label={text.late} count={today.late} tone="seal" />
    </ul>
  )
}

function NumberCard({
  icon: Icon,
  label,
  count,
  place,
  tone,
}: {
  icon: LucideIcon
  label: string
  count: number
  place?: Place
  tone?: 'warn' | 'seal'
}) {
  const inside = (
    <>
      <span className={styles['count']}>{formatCount(count)}</span>
      <span className={styles['what']}>
        <Icon size={16} strokeWidth={1.75} aria-hidden />
        {label}
      </span>
    </>
  )
  const look = classes(styles['number'], tone !== undefined && count > 0 && styles[tone])
  return (
    <li>
      {place === undefined ? (
        <div className={look}>{inside}</div>
      ) : (
        <a className={look} href={addressOf(place)}>
          {inside}
        </a>
      )}
    </li>
  )
}

function Pressing({ documents, now }: { documents: readonly PressingDocument[]; now: number }) {
  const text = TEXT.home
  return (
    <div className={styles['card']}>
      <h2>{text.pressing}</h2>
      {documents.length === 0 ? (
        <p className={styles['quiet']}>
          <strong>{text.nothingPressing}</strong> {text.nothingPressingHint}
        </p>
      ) : (
        <ul>
          {documents.map(({ place, id, code, subject, priority, deadline }) => (
            <li key={id}>
              <a className={styles['row']} href={addressOf(place, id)}>
                <span className={styles['code']}>{code}</span>
                <span className={styles['subject']}>{subject}</span>
                <PriorityChip priority={priority} />
                <span className={styles['quiet']}>{text.placeOf[place]}</span>
                <DeadlineChip deadline={deadline} now={now} />
              </a>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}

function Year({ thisYear }: { thisYear: number }) {
  const [year, setYear] = useState(thisYear)
  const counts = useLive('home.year', { year }, 'outgoing', 'incoming')
  const text = TEXT.home
  return (
    <div className={classes(styles['card'], 'printed')}>
      <div className={styles['head']}>
        <h2>{text.year(year)}</h2>
        <IconButton
          icon={ChevronLeft}
          label={text.earlier}
          onPress={() => {
            setYear(year - 1)
          }}
        />
        <IconButton
          icon={ChevronRight}
          label={text.later}
          isDisabled={year >= thisYear}
          onPress={() => {
            setYear(year + 1)
          }}
        />
        <span className={styles['push']} />
        <Button
          icon={Printer}
          onPress={() => {
            window.print()
          }}
        >
          {text.print}
        </Button>
      </div>
      {counts.status === 'loading' ? (
        <Skeleton blocks={1} />
      ) : counts.status === 'failed' ? (
        <Failed error={counts.error} onRetry={counts.refresh} />
      ) : (
        <div className={styles['year']}>
          <div>
            <YearChart year={year} months={counts.value.months} />
            <p className={styles['quiet']}>{text.source}</p>
          </div>
          <YearTable months={counts.value.months} />
        </div>
      )}
    </div>
  )
}

function YearTable({ months }: { months: readonly MonthCount[] }) {
  const text = TEXT.home
  const sum = (of: (count: MonthCount) => number) => months.reduce((total, one) => total + of(one), 0)
  const share = (onTime: number, timed: number) =>
    timed === 0 ? text.noShare : text.share(Math.round((100 * onTime) / timed))
  return (
    <table className={styles['table']}>
      <thead>
        <tr>
          <th scope="col">{text.month}</th>
          <th scope="col">{text.sent}</th>
          <th scope="col">{text.received}</th>
          <th scope="col">{text.onTime}</th>
        </tr>
      </thead>
      <tbody>
        {months.map(({ month, sent, received, timed, onTime }) => (
          <tr key={month}>
            <th scope="row">{month}</th>
            <td>{formatCount(sent)}</td>
            <td>{formatCount(received)}</td>
            <td>{share(onTime, timed)}</td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">{text.total}</th>
          <td>{formatCount(sum(({ sent }) => sent))}</td>
          <td>{formatCount(sum(({ received }) => received))}</td>
          <td>
            {share(
              sum(({ onTime }) => onTime),
              sum(({ timed }) => timed),
            )}
          </td>
        </tr>
      </tfoot>
    </table>
  )
}
