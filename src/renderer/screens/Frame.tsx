import {
  Archive,
  BookOpen,
  FilePen,
  FileSearch,
  House,
  Inbox,
  MailCheck,
  ClipboardCheck,
  ListChecks,
  MessageSquareReply,
  MessageSquareWarning,
  PenLine,
  RefreshCw,
  Search,
  Send,
  Settings as Gear,
  ShieldAlert,
  Signature,
  Undo2,
  Upload,
  X,
  Usb,
  type LucideIcon,
  Clock,
} from 'lucide-react'
import { useCallback, useEffect, useRef, useState } from 'react'

import type { Counts, LineStatus, OfficeStatus, TokenStatus } from '../../shared/ipc/contract.ts'
import type { Wanted } from '../../shared/desktop.ts'
import type { SearchQuery } from '../../shared/search.ts'
import { pressed } from '../../shared/shortcuts.ts'
import { Banner, FailureBanner } from '../components/Banner.tsx'
import { Button } from '../components/Button.tsx'
import { Chip } from '../components/Chip.tsx'
import { ShortcutsDialog } from '../components/Dialog.tsx'
import { GuideButton } from '../components/GuideButton.tsx'
import { later } from '../components/later.tsx'
import { Logo } from '../components/Logo.tsx'
import { Meter } from '../components/Progress.tsx'
import { SearchBox } from '../components/SearchBox.tsx'
import { UrgentNotice } from '../components/UrgentNotice.tsx'
import { WhoIsAtWork } from '../components/WhoIsAtWork.tsx'
import { call } from '../lib/call.ts'
import { classes } from '../lib/classes.ts'
import { FOCUS_REST, useFocusRest } from '../lib/focus.ts'
import { formatInstant, formatSince } from '../lib/format.ts'
import { GUIDE_OF_PLACE } from '../lib/guide-places.ts'
import { draftStart } from '../lib/notation.ts'
import { addressOf, go, PLACES, useRoute, type Place, type Route } from '../lib/route.ts'
import { useSession } from '../lib/session.ts'
import { useAction } from '../lib/useAction.ts'
import { useLive } from '../lib/useLive.ts'
import { useNow, useSecondsTo } from '../lib/useNow.ts'
import { useWanted } from '../lib/useWanted.ts'
import { TEXT } from '../text.vi.ts'
import { ApproveScreen } from './ApproveScreen.tsx'
import { DraftsScreen } from './DraftsScreen.tsx'
import styles from './Frame.module.css'
import { HandlingScreen } from './HandlingScreen.tsx'
import { HomeScreen } from './HomeScreen.tsx'
import { IncomingScreen } from './IncomingScreen.tsx'
import { OutboxScreen } from './OutboxScreen.tsx'
import { SearchScreen } from './SearchScreen.tsx'
import { SentScreen } from './SentScreen.tsx'
import { SignScreen } from './SignScreen.tsx'

const OpenedScreen = later(() => import('./OpenedScreen.tsx').then((module) => module.OpenedScreen))
const RegisterScreen = later(() => import('./RegisterScreen.tsx').then((module) => module.RegisterScreen))
const SettingsScreen = later(() => import('./SettingsScreen.tsx').then((module) => module.SettingsScreen))

const ICONS: Readonly<Record<Place, LucideIcon>> = {
  home: House,
  registers: BookOpen,
  drafts: FilePen,
  'to-sign': Signature,
  outbox: Send,
  sent: MailCheck,
  new: Inbox,
  asked: MessageSquareReply,
  registered: Archive,
  quarantine: ShieldAlert,
  returned: Undo2,
  search: Search,
  settings: Gear,
  'sent-back': MessageSquareWarning,
  'to-approve': ClipboardCheck,
  handling: ListChecks,
  opened: FileSearch,
}
const OUTGOING_PLACES = ['drafts', 'sent-back', 'to-approve', 'to-sign', 'outbox', 'sent'] as const
const INCOMING_PLACES = ['new', 'asked', 'handling', 'registered', 'quarantine', 'returned'] as const
/** Places of use only where several work together: an office of one is spared them while they are empty. */
const SHARED_PLACES: readonly Place[] = ['sent-back', 'to-approve']
/** Places without a list of a box. */
const LISTLESS_PLACES: readonly Place[] = ['home', 'search', 'settings', 'opened']
/** Places whose documents open on a page of their own: there is no list to filter then. */
const PAGE_PLACES: readonly Place[] = ['drafts', 'to-sign', 'to-approve']

/** The shortcuts that work wherever the focus is. */
const ANYWHERE = [
  'help',
  'nextPane',
  'previousPane',
  'compose',
  'find',
  'settings',
  'openFile',
  'goTo',
] as const

/** The window at work: navigation, the screen, and a status bar that always tells the truth. */
export function Frame({ office }: { office: OfficeStatus }) {
  const route = useRoute()
  const { isShared } = useSession()
  const counts = useLive('counts', {}, 'outgoing', 'incoming', 'people')
  const line = useLive('line.status', {}, 'line', 'outgoing', 'office')
  const token = useLive('token.status', {}, 'token', 'office')
  const [filters, setFilters] = useState<Partial<Record<Place, string>>>({})
  const [query, setQuery] = useState<SearchQuery>({ text: '', filters: {} })
  const [shortcuts, setShortcuts] = useState(false)
  const searchBox = useRef<HTMLInputElement>(null)
  const work = useRef<HTMLElement>(null)
  useFocusRest(work)
  const filter = filters[route.place] ?? ''
  const setFilter = (text: string) => {
    setFilters({ ...filters, [route.place]: text })
  }
  const agencyName = office.agency?.name ?? ''
  const compose = useAction(async () => {
    const draft = await call('outgoing.draft', { fields: draftStart(agencyName) })
    go('drafts', draft.id)
  })
  const composeNow = compose.run
  const choose = useAction(() => call('opened.choose', {}))
  const chooseFile = choose.run
  useWanted(
    useCallback(
      (wanted: Wanted) => {
        if (wanted.what === 'compose') void composeNow()
        else if (wanted.what === 'file') go('opened')
        else go(wanted.place, wanted.id)
      },
      [composeNow],
    ),
  )

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const shortcut = pressed(event, ...ANYWHERE)
      if (shortcut === undefined) return
      event.preventDefault()
      switch (shortcut) {
        case 'help':
          setShortcuts(true)
          return
        case 'nextPane':
        case 'previousPane':
          nextPane(shortcut === 'previousPane')
          return
        case 'compose':
          void composeNow()
          return
        case 'find':
          searchBox.current?.focus()
          return
        case 'settings':
          go('settings')
          return
        case 'openFile':
          void chooseFile()
          return
        case 'goTo':
          go(PLACES[Number(event.key) - 1] ?? 'home')
      }
    }
    // A file dropped beside the place for it must not make the window leave its page.
    const keep = (event: DragEvent) => {
      event.preventDefault()
    }
    window.addEventListener('keydown', onKey)
    window.addEventListener('dragover', keep)
    window.addEventListener('drop', keep)
    return () => {
      window.removeEventListener('keydown', onKey)
      window.removeEventListener('dragover', keep)
      window.removeEventListener('drop', keep)
    }
  }, [chooseFile, composeNow])

  const counted = counts.status === 'ready' ? countsByPlace(counts.value) : {}
  const filterable =
    !LISTLESS_PLACES.includes(route.place) && !(PAGE_PLACES.includes(route.place) && route.id !== undefined)
  const link = (place: Place) => (
    <NavLink key={place} place={place} route={route} count={counted[place] ?? 0} />
  )

  const isWanted = (place: Place) =>
    !SHARED_PLACES.includes(place) || isShared || (counted[place] ?? 0) > 0 || route.place === place

  return (
    <div className={styles['frame']}>
      <nav className={styles['nav']} aria-label={TEXT.frame.navigation} data-pane>
        <div className={styles['brand']}>
          <Logo className={styles['logo']} />
          <span className={styles['brandName']}>{TEXT.appName}</span>
        </div>
        <Button
          icon={PenLine}
          className={styles['compose']}
          isBusy={compose.busy}
          onPress={() => {
            void composeNow()
          }}
        >
          <span className={styles['composeWord']}>{TEXT.frame.compose}</span>
        </Button>
        {link('home')}
        {OUTGOING_PLACES.filter(isWanted).map(link)}
        <div className={styles['section']}>{TEXT.frame.incoming}</div>
        {INCOMING_PLACES.map(link)}
        {link('registers')}
        <div className={styles['spring']} />
        {route.place === 'opened' ? link('opened') : null}
        {link('search')}
        {link('settings')}
      </nav>
      <header className={styles['top']}>
        <SearchBox
          ref={searchBox}
          query={query}
          onQuery={setQuery}
          onAll={(next) => {
            setQuery(next)
            go('search')
          }}
          filterPlace={filterable ? TEXT.places[route.place] : undefined}
          onFilter={setFilter}
        />
        {filterable && filter !== '' ? (
          <Button
            small
            icon={X}
            label={TEXT.search.stopFiltering}
            onPress={() => {
              setFilter('')
            }}
          >
            {TEXT.search.filtering(filter)}
          </Button>
        ) : null}
        <span className={styles['spring']} />
        <UrgentNotice openId={route.id} />
        <div className={styles['who']}>
          {office.practice ? <Chip tone="warn">{TEXT.practice}</Chip> : null}
          <GuideButton anchor={GUIDE_OF_PLACE[route.place]} />
          <WhoIsAtWork agencyName={agencyName} organId={office.agency?.organId ?? ''} />
        </div>
      </header>
      <main ref={work} className={styles['work']} {...FOCUS_REST}>
        <FailureBanner error={compose.error ?? choose.error} />
        <Restored office={office} />
        <Forgotten line={line.status === 'ready' ? line.value : undefined} />
        <Screen
          route={route}
          filter={filter}
          query={query}
          onQuery={setQuery}
          office={office}
          line={line.status === 'ready' ? line.value : undefined}
          token={token.status === 'ready' ? token.value : undefined}
        />
      </main>
      <StatusBar
        line={line.status === 'ready' ? line.value : undefined}
        token={token.status === 'ready' ? token.value : undefined}
        practice={office.practice}
      />
      <ShortcutsDialog
        isOpen={shortcuts}
        onClose={() => {
          setShortcuts(false)
        }}
      />
    </div>
  )
}

/** What a clerk has to compare after the office came back from a backup. */
function Restored({ office: { restored } }: { office: OfficeStatus }) {
  const settle = useAction(() => call('backup.settleRestored', {}))
  if (restored === undefined) return null
  return (
    <Banner
      tone="warn"
      title={`${TEXT.restore.banner(formatInstant(restored.madeAt))}.`}
      action={
        <Button small isBusy={settle.busy} onPress={() => void settle.run()}>
          {TEXT.restore.settled}
        </Button>
      }
    >
      {TEXT.restore.bannerHint}
      {restored.lostFiles === 0 ? '' : TEXT.restore.bannerLost(restored.lostFiles)}
    </Banner>
  )
}

/** What a hub once took and knows nothing of any more: told wherever the clerk is. */
function Forgotten({ line }: { line: LineStatus | undefined }) {
  const dismiss = useAction(() => call('line.dismissForgotten', {}))
  const documents = line?.forgotten ?? []
  return (
    <div role="alert" className={documents.length === 0 ? 'visually-hidden' : undefined}>
      {documents.length === 0 ? null : (
        <Banner
          tone="warn"
          title={TEXT.frame.forgotten(documents.map(({ code }) => code))}
          action={
            <Button small isBusy={dismiss.busy} onPress={() => void dismiss.run()}>
              {TEXT.frame.forgottenSeen}
            </Button>
          }
        >
          {TEXT.frame.forgottenHint}
        </Banner>
      )}
    </div>
  )
}

function Screen({
  route: { place, id },
  filter,
  query,
  onQuery,
  office,
  line,
  token,
}: {
  route: Route
  filter: string
  query: SearchQuery
  onQuery: (query: SearchQuery) => void
  office: OfficeStatus
  line: LineStatus | undefined
  token: TokenStatus | undefined
}) {
  switch (place) {
    case 'registers':
      return <RegisterScreen />
    case 'home':
      return <HomeScreen />
    case 'drafts':
      return <DraftsScreen id={id} filter={filter} office={office} />
    case 'to-sign':
      return <SignScreen id={id} filter={filter} line={line} token={token} />
    case 'sent-back':
    case 'to-approve':
      return <ApproveScreen box={place} id={id} filter={filter} />
    case 'handling':
      return <HandlingScreen id={id} filter={filter} />
    case 'outbox':
      return <OutboxScreen id={id} filter={filter} line={line} />
    case 'sent':
      return <SentScreen id={id} filter={filter} />
    case 'search':
      return <SearchScreen query={query} onQuery={onQuery} />
    case 'settings':
      return <SettingsScreen office={office} />
    case 'opened':
      return <OpenedScreen />
    case 'new':
    case 'asked':
    case 'registered':
    case 'quarantine':
    case 'returned':
      return <IncomingScreen key={place} box={place} id={id} filter={filter} />
  }
}

function countsByPlace(counts: Counts): Partial<Record<Place, number>> {
  return {
    drafts: counts.drafts,
    'sent-back': counts.sentBack,
    'to-approve': counts.toApprove,
    handling: counts.handling,
    'to-sign': counts.toSign,
    outbox: counts.outbox,
    new: counts.new,
    asked: counts.asked,
    quarantine: counts.quarantine,
  }
}

function NavLink({ place, route, count }: { place: Place; route: Route; count: number }) {
  const Icon = ICONS[place]
  return (
    <a
      className={styles['link']}
      href={addressOf(place)}
      aria-current={route.place === place ? 'page' : undefined}
      title={TEXT.places[place]}
    >
      <Icon size={18} strokeWidth={1.75} aria-hidden />
      <span className={styles['name']}>{TEXT.places[place]}</span>
      {count === 0 ? null : (
        <span className={classes(styles['count'], place === 'new' && styles['loud'])}>
          <span aria-hidden>{count > 999 ? '999+' : count}</span>
          <span className="visually-hidden">{TEXT.countOf(count)}</span>
        </span>
      )}
    </a>
  )
}

/** What must be sent or answered soon, or should have been; leads to the first of them. */
function Pressing({ now }: { now: number }) {
  const pressing = useLive('deadlines.pressing', {}, 'outgoing', 'incoming', 'office')
  const { refresh } = pressing
  const minute = Math.floor(now / 60_000)
  useEffect(() => {
    refresh()
  }, [refresh, minute])
  const [first, ...others] = pressing.status === 'ready' ? pressing.value : []
  if (first === undefined) return null
  const passed = [first, ...others].filter(({ deadline }) => deadline.at < now).length
  return (
    <a className={styles['item']} href={addressOf(first.place, first.id)}>
      <Clock size={14} strokeWidth={1.75} aria-hidden />
      {TEXT.deadline.pressing(others.length + 1 - passed, passed)}
    </a>
  )
}

function StatusBar({
  line,
  token,
  practice,
}: {
  line: LineStatus | undefined
  token: TokenStatus | undefined
  practice: boolean
}) {
  const now = useNow(30_000)
  const sending = line?.sending[0]
  const percent =
    sending === undefined || sending.totalBytes === 0
      ? 0
      : Math.floor((sending.sentBytes / sending.totalBytes) * 100)
  return (
    <footer className={styles['status']} aria-label={TEXT.frame.statusBar}>
      <span className={styles['item']}>
        <span
          className={classes(
            styles['dot'],
            line?.state === 'up' && styles['up'],
            line?.state === 'down' && styles['down'],
          )}
        />
        {lineWords(line, now)}
      </span>
      {line === undefined || line.state === 'off' ? null : (
        <span className={styles['item']}>
          <RefreshCw size={14} strokeWidth={1.75} aria-hidden />
          {line.lastSyncAt === undefined
            ? TEXT.frame.neverSynced
            : TEXT.frame.lastSync(formatSince(line.lastSyncAt, now))}
        </span>
      )}
      {line === undefined ? null : (
        <span className={styles['item']}>
          <Upload size={14} strokeWidth={1.75} aria-hidden />
          {sending === undefined
            ? line.waiting === 0
              ? TEXT.frame.outboxEmpty
              : TEXT.frame.waiting(line.waiting)
            : TEXT.frame.sending(sending.code, percent)}
          {sending === undefined ? null : <Meter percentage={percent} className={styles['meter']} />}
        </span>
      )}
      <Pressing now={now} />
      <span className={styles['spring']} />
      {practice ? (
        <span className={styles['practice']} title={TEXT.practiceHint}>
          {TEXT.practice}
        </span>
      ) : null}
      <span className={styles['item']}>
        <Usb size={14} strokeWidth={1.75} aria-hidden />
        {token?.waiting === undefined ? tokenWords(token) : <Waiting deadlineAt={token.waiting.deadlineAt} />}
      </span>
    </footer>
  )
}

/** Wherever the clerk is: a silent driver, and until when it is waited for. */
function Waiting({ deadlineAt }: { deadlineAt: number }) {
  return TEXT.frame.tokenWaiting(useSecondsTo(deadlineAt))
}

function lineWords(line: LineStatus | undefined, now: number): string {
  if (line === undefined) return TEXT.frame.lineUnknown
  switch (line.state) {
    case 'up':
      return line.since === undefined || now - line.since < 60_000
        ? TEXT.frame.lineUp
        : TEXT.frame.lineUpSince(formatSince(line.since, now))
    case 'down':
      return line.since === undefined
        ? TEXT.frame.lineDownPlain
        : TEXT.frame.lineDown(formatSince(line.since, now))
    case 'off':
      return TEXT.frame.lineOff
    case 'unknown':
      return TEXT.frame.lineUnknown
  }
}

function tokenWords(token: TokenStatus | undefined): string {
  if (token === undefined || token.state === 'absent') return TEXT.frame.tokenOut
  if (token.state === 'unset') return TEXT.frame.tokenUnset
  if (token.state === 'failed') return TEXT.frame.tokenFailed
  const holds = (sha256: string | undefined) =>
    sha256 !== undefined &&
    token.tokens.some(({ certificates }) => certificates.some((held) => held.sha256 === sha256))
  const person = holds(token.chosen.person?.certificateSha256)
  const agency = holds(token.chosen.agency?.certificateSha256)
  if (person && agency) return TEXT.frame.tokenBoth
  if (person) return TEXT.frame.tokenPerson
  if (agency) return TEXT.frame.tokenAgency
  return token.tokens.length === 0 ? TEXT.frame.tokenOut : TEXT.frame.tokenIn
}

/** F6: moves the focus to the next pane of the window. */
function nextPane(backwards: boolean): void {
  const panes = [...document.querySelectorAll<HTMLElement>('[data-pane]')].filter(
    (pane) => pane.offsetParent !== null,
  )
  const at = panes.findIndex((pane) => pane.contains(document.activeElement))
  const pane = panes.at((at + (backwards ? -1 : 1)) % panes.length)
  const target =
    pane?.querySelector<HTMLElement>('[data-focus-first]') ??
    pane?.querySelector<HTMLElement>('a[href], button, input, select, textarea, [tabindex="0"]')
  target?.focus()
}
