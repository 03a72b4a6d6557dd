import { DEFAULT_DESKTOP_POLICY, type DesktopPolicy, type Standing } from '../shared/desktop.ts'
import { noticesOf } from '../shared/notices.ts'
import type { Host } from './host.ts'
import { newsSince, nothingTold } from './news.ts'
import type { Store } from './store/index.ts'
import type { LineState } from './sync/line.ts'

/** What telling the desktop needs. */
export interface DesktopPorts {
  readonly store: Store
  readonly line: () => LineState
  readonly now: () => number
  /** Calls back after so many milliseconds; returns the undo. */
  readonly timer: (afterMs: number, callback: () => void) => () => void
  /** Nobody is at work on this PC. */
  readonly isUnattended: () => boolean
  readonly host: Pick<Host, 'desktop' | 'log'>
}

/** What arrives together is told together: so long is waited for more, and so often something is told at most. */
const GATHER_MS = 2_000
const SHOW_EVERY_MS = 20_000
/** Deadlines draw near by themselves. */
const LOOK_EVERY_MS = 60_000

/**
 * Tells the desktop what an open office has to say outside its window: how many documents wait, for the tray, and
 * news, for the corner of the screen. Each thing once, also after a restart: what was told is written down before it
 * is shown.
 */
export function officeDesktop({ store, line, now, timer, isUnattended, host }: DesktopPorts) {
  let undo = (): void => undefined
  let dueAt = Number.POSITIVE_INFINITY
  let shownAt = Number.NEGATIVE_INFINITY
  let shown = ''
  let isStopped = false
  let last = Promise.resolve()

  function policy(): DesktopPolicy {
    return store.settings.get('desktop') ?? DEFAULT_DESKTOP_POLICY
  }

  function standing(): Standing {
    return {
      office: 'open',
      arrived: store.incoming.countOf('new'),
      toSend: store.outgoing.countOf('outbox'),
      staysInTray: policy().staysInTray,
    }
  }

  function tellStanding(): void {
    const current = standing()
    const text = JSON.stringify(current)
    if (text === shown) return
    shown = text
    host.desktop.showStanding(current)
  }

  async function tellNews(): Promise<void> {
    const before = store.settings.get('told') ?? nothingTold(store)
    const { news, told } = await newsSince(store, line(), before, now())
    if (isStopped) return
    const notices = noticesOf(news, policy(), now(), isUnattended())
    if (JSON.stringify(told) !== JSON.stringify(before)) store.settings.set('told', told)
    if (notices.length === 0) return
    shownAt = now()
    for (const notice of notices) host.desktop.notify(notice, isUnattended())
  }

  async function look(): Promise<void> {
    try {
      tellStanding()
      await tellNews()
    } catch (cause) {
      host.log('error', `the desktop was not told: ${String(cause)}`)
    }
    if (!isStopped && dueAt === Number.POSITIVE_INFINITY) waitUntil(now() + LOOK_EVERY_MS)
  }

  function waitUntil(at: number): void {
    if (isStopped || at >= dueAt) return
    undo()
    dueAt = at
    undo = timer(Math.max(0, at - now()), () => {
      dueAt = Number.POSITIVE_INFINITY
      last = store.actor.alone(look)
    })
  }

  return {
    policy,
    start(): void {
      // At once: whoever closes the window now must find it in the tray.
      tellStanding()
      if (store.settings.get('told') === undefined) store.settings.set('told', nothingTold(store))
      waitUntil(now() + GATHER_MS)
    },
    /** Something moved: it is looked at soon, together with what follows it. */
    ring(): void {
      waitUntil(Math.max(now() + GATHER_MS, shownAt + SHOW_EVERY_MS))
    },
    save(next: DesktopPolicy): DesktopPolicy {
      store.settings.set('desktop', next)
      tellStanding()
      return next
    },
    /** Resolves when nothing is being told any more. */
    async stop(): Promise<void> {
      isStopped = true
      undo()
      await last
    },
  }
}
