import { useVirtualizer } from '@tanstack/react-virtual'
import {
  ArrowUpToLine,
  CircleAlert,
  CirclePause,
  Clock,
  MessageCircleQuestion,
  Pause,
  Play,
  Send,
  Stethoscope,
  Undo2,
  Upload,
  Users,
  WifiOff,
  type LucideIcon,
} from 'lucide-react'
import { useEffect, useRef, useState } from 'react'

import { outgoingDeadline } from '../../shared/document/deadlines.ts'
import type { WorkCalendar } from '../../shared/document/working-days.ts'
import { ERRORS, isLineDown, type ErrorCode } from '../../shared/errors.ts'
import { ERROR_TEXT } from '../../shared/errors.vi.ts'
import { failureWords, verbatim } from '../../shared/failure.vi.ts'
import type { LineStatus, OutgoingSummary } from '../../shared/ipc/contract.ts'
import { DeadlineChip } from '../components/DeadlineChip.tsx'
import { Banner, Empty, Failed, FailureBanner, Skeleton } from '../components/Banner.tsx'
import { Button } from '../components/Button.tsx'
import { Chip, PriorityChip, type Tone } from '../components/Chip.tsx'
import { Confirm, Sheet } from '../components/Dialog.tsx'
import { ConnectionCheck } from '../components/ConnectionCheck.tsx'
import { RecipientField } from '../components/RecipientField.tsx'
import { Progress } from '../components/Progress.tsx'
import { announce } from '../lib/announce.ts'
import { call } from '../lib/call.ts'
import { formatDay, formatSince, formatSize, formatSpan, formatTime } from '../lib/format.ts'
import { codeOf, recipientNames, useOutgoing } from '../lib/lists.ts'
import { useAction } from '../lib/useAction.ts'
import { useLive } from '../lib/useLive.ts'
import { useCalendar } from '../lib/useCalendar.ts'
import { useNow } from '../lib/useNow.ts'
import { TEXT } from '../text.vi.ts'
import styles from './OutboxScreen.module.css'
import screen from './screen.module.css'

/** Hộp gửi: what waits, why, since when, and what the clerk may do about it. */
export function OutboxScreen({
  id,
  filter,
  line,
}: {
  /** The document that the clerk was led to. */
  id: string | undefined
  filter: string
  line: LineStatus | undefined
}) {
  const pages = useOutgoing('outbox', filter)
  const now = useNow(1000)
  const sync = useAction(async () => {
    await call('line.syncNow', {})
    announce(TEXT.outbox.sendNowDone)
  })
  const [checking, setChecking] = useState(false)
  const settings = useLive('settings.current', {}, 'office')
  const hub = settings.status === 'ready' ? settings.value.hub : undefined
  const pause = useAction(async (paused: boolean) => {
    await call('queue.savePolicy', { ...(await call('queue.policy', {})), paused })
    announce(paused ? TEXT.outbox.pauseAllDone : TEXT.outbox.goOnDone)
  })
  let size = 0
  for (let index = 0; index < pages.total; index += 1) size += pages.row(index)?.sizeBytes ?? 0
  return (
    <section className={styles['screen']} aria-label={TEXT.places.outbox} data-pane>
      <div className={screen['head']} style={{ paddingLeft: 20 }}>
        <h1>{TEXT.places.outbox}</h1>
        {pages.boxTotal === 0 ? null : (
          <Chip tone="info">{TEXT.outbox.summary(pages.boxTotal, formatSize(size))}</Chip>
        )}
        {line === undefined ? null : <Estimate line={line} />}
        <span className={screen['push']} />
        {line === undefined || line.state === 'off' ? null : (
          <Button
            icon={line.paused ? Play : Pause}
            isBusy={pause.busy}
            onPress={() => {
              void pause.run(!line.paused)
            }}
          >
            {line.paused ? TEXT.outbox.goOn : TEXT.outbox.pauseAll}
          </Button>
        )}
        <Button
          icon={Stethoscope}
          isDisabled={hub === undefined}
          onPress={() => {
            setChecking(true)
          }}
        >
          {TEXT.check.start}
        </Button>
        <Button
          kind="primary"
          icon={Send}
          isBusy={sync.busy}
          onPress={() => {
            void sync.run()
          }}
        >
          {TEXT.outbox.sendNow}
        </Button>
      </div>
      <FailureBanner error={sync.error ?? pause.error} />
      {line?.paused === true ? (
        <Banner tone="warn" icon={CirclePause} title={TEXT.outbox.paused}>
          {TEXT.outbox.pausedHint}
        </Banner>
      ) : null}
      <LineBanner line={line} now={now} />
      <ClockBanner line={line} />
      <Sheet
        isOpen={checking}
        onClose={() => {
          setChecking(false)
        }}
        title={TEXT.check.start}
        look="wide"
      >
        {hub === undefined ? null : <ConnectionCheck hub={hub} begins />}
      </Sheet>
      {pages.status === 'loading' ? (
        <Skeleton />
      ) : pages.status === 'failed' && pages.error !== undefined ? (
        <Failed error={pages.error} onRetry={pages.refresh} />
      ) : pages.total === 0 ? (
        <Empty
          icon={Send}
          title={pages.boxTotal === 0 ? TEXT.empty.outbox[0] : TEXT.list.nothingFound}
          hint={pages.boxTotal === 0 ? TEXT.empty.outbox[1] : TEXT.list.nothingFoundHint}
        />
      ) : (
        <OutboxTable pages={pages} openId={id} line={line} now={now} filtered={filter !== ''} />
      )}
    </section>
  )
}

/** How long what waits will take, at the speed that was last measured. */
function Estimate({ line }: { line: LineStatus }) {
  const { bytesPerSecond = 0, waitingBytes, sending } = line
  const left = waitingBytes - sending.reduce((sum, { sentBytes }) => sum + sentBytes, 0)
  if (line.state !== 'up' || line.paused || bytesPerSecond === 0 || left <= 0) return null
  return (
    <span className={styles['quiet']}>
      {TEXT.outbox.estimate(formatSpan((left / bytesPerSecond) * 1000))}
    </span>
  )
}

function LineBanner({ line, now }: { line: LineStatus | undefined; now: number }) {
  if (line?.state === 'off') {
    return (
      <Banner tone="warn" icon={WifiOff} title={TEXT.outbox.off}>
        {TEXT.outbox.offHint} <a href="#/settings">{TEXT.sign.openSettings}</a>
      </Banner>
    )
  }
  if (line?.state !== 'down') return null
  const wait = line.nextTryAt === undefined ? 0 : line.nextTryAt - now
  const words = failureWords({ code: line.error ?? 'hub/unreachable' })
  return (
    <Banner tone="warn" icon={WifiOff} title={`${words.title}.`}>
      {words.hint} {words.hop}{' '}
      {line.since === undefined ? '' : TEXT.outbox.downSince(formatSince(line.since, now))}{' '}
      {wait > 0 ? TEXT.outbox.nextTry(formatSpan(wait)) : ''}
    </Banner>
  )
}

/** A clock that is wrong is made up for on the way, and still writes the wrong time on documents. */
function ClockBanner({ line }: { line: LineStatus | undefined }) {
  if (line?.clockSkewMs === undefined) return null
  return (
    <Banner tone="warn" icon={Clock} title={TEXT.outbox.clock(formatSpan(line.clockSkewMs))}>
      {TEXT.outbox.clockHint}
    </Banner>
  )
}

function OutboxTable({
  pages,
  openId,
  line,
  now,
  filtered,
}: {
  pages: ReturnType<typeof useOutgoing>
  openId: string | undefined
  line: LineStatus | undefined
  now: number
  filtered: boolean
}) {
  const calendar = useCalendar()
  const box = useRef<HTMLDivElement>(null)
  // eslint-disable-next-line react-hooks/incompatible-library -- the virtualizer is not passed on or memoised
  const virtualizer = useVirtualizer({
    count: pages.total,
    getScrollElement: () => box.current,
    estimateSize: () => 88,
    overscan: 6,
  })
  const items = virtualizer.getVirtualItems()
  const first = items[0]?.index ?? 0
  const last = items.at(-1)?.index ?? 0
  const { show } = pages
  useEffect(() => {
    if (!filtered) show(first, last)
  }, [show, first, last, filtered])
  const ledTo = indexOf(pages, openId)
  const led = useRef<string>(undefined)
  useEffect(() => {
    // Once: the rows move on, and the clerk with them.
    if (ledTo === undefined || led.current === openId) return
    led.current = openId
    virtualizer.scrollToIndex(ledTo)
    // It is drawn by the next frame, wherever it was.
    requestAnimationFrame(() => {
      box.current?.querySelector<HTMLElement>(`[data-index="${String(ledTo)}"]`)?.focus()
    })
  }, [openId, ledTo, virtualizer])
  return (
    <div
      className={styles['table']}
      role="table"
      aria-label={TEXT.outbox.table}
      aria-rowcount={pages.total + 1}
    >
      <div role="rowgroup">
        <div className={styles['header']} role="row" aria-rowindex={1}>
          <span role="columnheader">#</span>
          <span role="columnheader">{TEXT.outbox.document}</span>
          <span role="columnheader">{TEXT.outbox.condition}</span>
          <span role="columnheader">{TEXT.outbox.time}</span>
          <span role="columnheader">
            <span className="visually-hidden">{TEXT.outbox.actions}</span>
          </span>
        </div>
      </div>
      <div ref={box} className={styles['rows']} role="rowgroup">
        <div className={styles['sizer']} style={{ height: virtualizer.getTotalSize() }} role="presentation">
          {items.map((item) => {
            const row = pages.row(item.index)
            return (
              <div
                key={row?.id ?? item.key}
                ref={virtualizer.measureElement}
                data-index={item.index}
                className={styles['row']}
                style={{ transform: `translateY(${String(item.start)}px)` }}
                role="row"
                aria-rowindex={item.index + 2}
                aria-current={row !== undefined && row.id === openId ? true : undefined}
                tabIndex={-1}
              >
                {row === undefined ? (
                  <span role="cell">{TEXT.loading}</span>
                ) : (
                  <OutboxRow place={item.index + 1} row={row} line={line} calendar={calendar} now={now} />
                )}
              </div>
            )
          })}
        </div>
      </div>
    </div>
  )
}

/** Where among the rows that are here a document stands. */
function indexOf(pages: ReturnType<typeof useOutgoing>, id: string | undefined): number | undefined {
  if (id === undefined) return undefined
  for (let index = 0; index < pages.total; index += 1) if (pages.row(index)?.id === id) return index
  return undefined
}

/** What keeps a document from getting the level that the settings ask for. */
const LEVEL_ERRORS = /^(level|authority|time-stamp|certificate)\//

/** What a row says of itself: a word with its icon, and why. */
interface Condition {
  readonly tone: Tone
  readonly icon: LucideIcon
  readonly word: string
  readonly why: string
  readonly bad: boolean
  readonly words: string | undefined
}

function conditionOf(row: OutgoingSummary, line: LineStatus | undefined): Condition {
  const { delivery } = row
  const words = delivery?.errorDetail
  const plain = { bad: false, words: undefined }
  if (row.state === 'sealed') {
    return {
      ...plain,
      tone: 'plain',
      icon: Clock,
      word: TEXT.outbox.notSubmitted,
      why: TEXT.outbox.notSubmittedHint,
    }
  }
  if (row.state === 'refused') {
    const { hint, hop } = failureWords({ code: delivery?.error ?? 'hub/refused' })
    const why = [hint, hop].join(' ')
    return { tone: 'bad', icon: CircleAlert, word: TEXT.outbox.refused, why, bad: true, words }
  }
  if (line?.sending.some(({ id }) => id === row.id) === true) {
    return { ...plain, tone: 'info', icon: Upload, word: TEXT.outbox.preparing, why: '' }
  }
  if (delivery === undefined) {
    return { ...plain, tone: 'plain', icon: Clock, word: TEXT.outbox.waiting, why: '' }
  }
  if (delivery.heldByClerk) {
    return { ...plain, tone: 'warn', icon: CirclePause, word: TEXT.outbox.held, why: TEXT.outbox.heldHint }
  }
  if (delivery.job === 'held') {
    const { title, hint, hop } = failureWords({ code: delivery.error ?? 'hub/refused' })
    const why = [`${title}.`, hint, hop].join(' ')
    return { tone: 'bad', icon: CircleAlert, word: TEXT.outbox.look, why, bad: true, words }
  }
  if (delivery.job === 'leased') {
    return { ...plain, tone: 'info', icon: Upload, word: TEXT.outbox.preparing, why: '' }
  }
  if (delivery.error === 'hub/outcome-unknown' || delivery.error === 'hub/outcome-settling') {
    const text = ERROR_TEXT[delivery.error]
    return { ...plain, tone: 'warn', icon: MessageCircleQuestion, word: TEXT.outbox.asking, why: text.hint }
  }
  const waitsForLine = delivery.error !== undefined && isLineDown(delivery.error)
  if (line?.state === 'down' || line?.state === 'off' || waitsForLine) {
    return { ...plain, tone: 'plain', icon: Clock, word: TEXT.outbox.waitingLine, why: '' }
  }
  const why =
    delivery.error !== undefined && ERRORS[delivery.error].retry === 'auto' ? shortly(delivery.error) : ''
  return { tone: 'plain', icon: Clock, word: TEXT.outbox.waiting, why, bad: false, words }
}

/** What happened and where, for a row that goes on by itself. */
function shortly(code: ErrorCode): string {
  const { title, hop } = failureWords({ code })
  return [`${title}.`, hop].join(' ').trim()
}

function OutboxRow({
  place,
  row,
  line,
  calendar,
  now,
}: {
  place: number
  row: OutgoingSummary
  line: LineStatus | undefined
  calendar: WorkCalendar | undefined
  now: number
}) {
  const [withdrawing, setWithdrawing] = useState(false)
  const [recipients, setRecipients] = useState<readonly string[]>()
  const { delivery } = row
  const code = codeOf(row)
  const deadline = calendar && outgoingDeadline(calendar, row)
  const condition = conditionOf(row, line)
  const sending = line?.sending.find(({ id }) => id === row.id)
  const act = useAction(async (work: () => Promise<unknown>, done: string) => {
    await work()
    setWithdrawing(false)
    setRecipients(undefined)
    announce(done)
  })
  const acts: { name: string; icon: LucideIcon; onPress: () => void }[] = []
  if (row.state === 'sealed') {
    acts.push({
      name: TEXT.outbox.submit,
      icon: Send,
      onPress: () => void act.run(() => call('outgoing.submit', { id: row.id }), TEXT.outbox.submitDone),
    })
    acts.push({
      name: TEXT.outbox.readdress,
      icon: Users,
      onPress: () => {
        setRecipients(row.recipients.map(({ organId }) => organId))
      },
    })
  } else if (delivery?.job === 'held') {
    acts.push({
      name: TEXT.outbox.release,
      icon: Play,
      onPress: () => void act.run(() => call('outgoing.release', { id: row.id }), TEXT.outbox.releaseDone),
    })
  } else if (delivery?.job === 'ready') {
    acts.push({
      name: TEXT.outbox.sendFirst,
      icon: ArrowUpToLine,
      onPress: () =>
        void act.run(() => call('outgoing.sendFirst', { id: row.id }), TEXT.outbox.sendFirstDone),
    })
  }
  if (row.state === 'queued' && (delivery?.job === 'ready' || delivery?.job === 'leased')) {
    acts.push({
      name: TEXT.outbox.hold,
      icon: Pause,
      onPress: () => void act.run(() => call('outgoing.hold', { id: row.id }), TEXT.outbox.holdDone),
    })
  }
  const waitsForLevel =
    delivery?.error !== undefined &&
    LEVEL_ERRORS.test(delivery.error) &&
    delivery.error !== 'certificate/revoked'
  if (waitsForLevel && delivery.cancellable && delivery.job !== 'leased') {
    acts.push({
      name: TEXT.outbox.sendAsItIs,
      icon: Send,
      onPress: () =>
        void act.run(() => call('outgoing.sendAsItIs', { id: row.id }), TEXT.outbox.sendAsItIsDone),
    })
  }
  if (row.state === 'refused' || (row.state === 'queued' && delivery?.cancellable === true)) {
    acts.push({
      name: TEXT.outbox.withdraw,
      icon: Undo2,
      onPress: () => {
        setWithdrawing(true)
      },
    })
  }
  return (
    <>
      <span className={styles['place']} role="cell">
        {place}
      </span>
      <div className={styles['document']} role="cell">
        <div className={styles['top']}>
          <strong>{code}</strong>
          <PriorityChip priority={row.priority} />
          <span className={styles['quiet']}>{formatSize(row.sizeBytes)}</span>
        </div>
        <div className={styles['subject']}>{row.subject}</div>
        <div className={styles['quiet']}>{recipientNames(row.recipients)}</div>
        <FailureBanner error={withdrawing || recipients !== undefined ? undefined : act.error} boxed />
      </div>
      <div className={styles['condition']} role="cell">
        {sending === undefined || sending.totalBytes === 0 ? (
          <Chip tone={condition.tone} icon={condition.icon}>
            {condition.word}
          </Chip>
        ) : (
          <Sending
            code={code}
            sentBytes={sending.sentBytes}
            totalBytes={sending.totalBytes}
            bytesPerSecond={line?.bytesPerSecond}
          />
        )}
        <DeadlineChip deadline={deadline} now={now} />
        {delivery?.late === true ? (
          <Chip tone="seal" icon={Clock}>
            {TEXT.outbox.late}
          </Chip>
        ) : null}
        {condition.why === '' ? null : (
          <span className={styles[condition.bad ? 'bad' : 'quiet']}>{condition.why}</span>
        )}
        {condition.words === undefined || condition.words === '' ? null : (
          <span className={styles['bad']}>{verbatim(condition.words)}</span>
        )}
      </div>
      <div role="cell">
        {row.priority > 0 ? <div className={styles['urgent']}>{TEXT.outbox.urgent}</div> : null}
        {delivery === undefined ? null : <div>{TEXT.outbox.since(formatSince(delivery.since, now))}</div>}
        <div className={styles['quiet']}>{waitWords(row, now)}</div>
        {row.dueDate === undefined ? null : (
          <div className={styles['quiet']}>{TEXT.outbox.dueBy(formatDay(row.dueDate))}</div>
        )}
      </div>
      <div className={styles['buttons']} role="cell">
        {acts.map(({ name, icon, onPress }) => (
          <Button
            key={name}
            small
            icon={icon}
            label={TEXT.outbox.of(name, code)}
            isBusy={act.busy}
            onPress={onPress}
          >
            {name}
          </Button>
        ))}
        <Sheet
          isOpen={recipients !== undefined}
          onClose={() => {
            setRecipients(undefined)
          }}
          title={TEXT.outbox.readdress}
        >
          <p>{TEXT.outbox.readdressHint}</p>
          <RecipientField
            value={recipients ?? []}
            onChange={setRecipients}
            onBlur={() => undefined}
            error={recipients?.length === 0 ? TEXT.outbox.readdressMissing : undefined}
          />
          <FailureBanner error={act.error} boxed />
          <Button
            kind="primary"
            isBusy={act.busy}
            isDisabled={recipients === undefined || recipients.length === 0}
            onPress={() =>
              void act.run(
                () => call('outgoing.readdress', { id: row.id, recipients: [...(recipients ?? [])] }),
                TEXT.outbox.readdressDone,
              )
            }
          >
            {TEXT.outbox.readdressSave}
          </Button>
        </Sheet>
        <Confirm
          isOpen={withdrawing}
          title={TEXT.outbox.withdrawAsk}
          hint={TEXT.outbox.withdrawHint}
          safe={TEXT.outbox.withdrawNo}
          act={TEXT.outbox.withdraw}
          busy={act.busy}
          error={act.error}
          onClose={() => {
            setWithdrawing(false)
          }}
          onConfirm={() =>
            void act.run(() => call('outgoing.withdraw', { id: row.id }), TEXT.outbox.withdrawDone)
          }
        />
      </div>
    </>
  )
}

function waitWords({ delivery }: OutgoingSummary, now: number): string {
  if (delivery === undefined || delivery.job !== 'ready') return ''
  const next =
    delivery.dueAt <= now + 1000 ? TEXT.outbox.soon : TEXT.outbox.nextAt(formatTime(delivery.dueAt))
  return delivery.attempts === 0 ? next : `${TEXT.outbox.attempts(delivery.attempts)}, ${next}`
}

function Sending({
  code,
  sentBytes,
  totalBytes,
  bytesPerSecond = 0,
}: {
  code: string
  sentBytes: number
  totalBytes: number
  bytesPerSecond?: number | undefined
}) {
  const left = bytesPerSecond === 0 ? 0 : ((totalBytes - sentBytes) / bytesPerSecond) * 1000
  return (
    <Progress
      label={TEXT.outbox.progress(code)}
      hidesLabel
      done={sentBytes}
      total={totalBytes}
      lead={
        <Chip tone="info" icon={Upload}>
          {TEXT.outbox.sending(Math.floor((sentBytes / totalBytes) * 100))}
        </Chip>
      }
      words={
        <>
          {TEXT.outbox.sendingBytes(formatSize(sentBytes), formatSize(totalBytes))}
          {left === 0 ? null : `, ${TEXT.outbox.estimate(formatSpan(left))}`}
        </>
      }
    />
  )
}
