import { app, dialog, session, type BrowserWindow } from 'electron'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { DesktopAbilities, Notice, Standing, Wanted } from '../shared/desktop.ts'
import { practisedTitle, TRAY_TEXT } from '../shared/desktop.vi.ts'
import type { HostRequest } from '../shared/host.ts'
import { isOpenable } from '../shared/opened.ts'
import { dialogs } from './dialogs.ts'
import { leaveBeforeQuit, watchForWaking } from './lifecycle.ts'
import { logLine, openLog } from './log.ts'
import { HIDDEN_SWITCH, startsWithSystem, startWithSystem } from './login-item.ts'
import { noticeBoard } from './notices.ts'
import { fileAmong } from './opened-files.ts'
import { pagePrinter } from './print.ts'
import { keyStore, unwrapKey, wrapKey } from './secrets.ts'
import { officeSides } from './sides.ts'
import { listTasks, taskAmong } from './tasks.ts'
import { dragIcon, hasTray, markTaskbar, openTray } from './tray.ts'
import type { Updates } from './updates.ts'
import { windowMemory } from './window-memory.ts'
import { lockPages, openWindow, registerAppScheme, serveWindowFiles } from './window.ts'

/**
 * The desktop around the engine: windows, lifecycle, the operating system's secrets and dialogs. No
 * business rule lives here.
 *
 * `VANTHU_DATA` names another folder for everything the app keeps (a second office on one PC, the demo,
 * tests). `VANTHU_FAIL_POINT`, `VANTHU_POLL_MS`, `VANTHU_SETTLE_MS`, `VANTHU_TOKEN_DEADLINE_MS` and `VANTHU_TRAY` are
 * heard only by an app that is not packaged.
 */
const dataDir = process.env['VANTHU_DATA']
if (dataDir !== undefined && dataDir !== '') {
  mkdirSync(dataDir, { recursive: true })
  app.setPath('userData', join(dataDir, 'desktop'))
}
/** As in electron-builder.yml. */
const APP_ID = 'vn.vanthu.desktop'
const keptIn = dataDir === undefined || dataDir === '' ? app.getPath('userData') : dataDir
const profileDir = join(keptIn, 'office')
/** Beside the office, never in it: the two share no file and no key. */
const practiceDir = join(keptIn, 'practice')

// Root cannot have Chromium's sandbox, and enableSandbox would take back the switch that says so.
if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox()
registerAppScheme()

/** macOS names a file by an event, possibly before the app is ready. */
let openedEarly: string | undefined
app.on('open-file', (event, path) => {
  event.preventDefault()
  openedEarly = path
})

// Of what a second start was given as arguments only a file to open and a task of the jump list are looked at.
if (app.requestSingleInstanceLock()) app.whenReady().then(open).catch(giveUp)
else app.quit()

// Main holds no truth: whatever goes wrong here, the window and what is being typed in it stay.
process.on('uncaughtException', report)
process.on('unhandledRejection', report)

function report(cause: unknown): void {
  logLine('error', 'main', cause instanceof Error ? (cause.stack ?? cause.message) : String(cause))
}

function giveUp(cause: unknown): void {
  report(cause)
  dialog.showErrorBox(
    'Chưa mở được Văn Thư',
    'Văn bản của cơ quan vẫn còn nguyên. Hãy khởi động lại máy tính rồi mở lại; nếu vẫn chưa được, hãy báo người hỗ trợ.',
  )
  app.exit(1)
}

async function open(): Promise<void> {
  openLog(join(app.getPath('userData'), 'logs', 'van-thu.log'))
  logLine('info', `main ${String(process.pid)}`, `Văn Thư ${app.getVersion()} on ${process.platform}`)
  // The name under which Windows knows notices and the jump list: the installer's.
  app.setAppUserModelId(APP_ID)
  lockPages()
  serveWindowFiles(join(import.meta.dirname, '../renderer'))
  listTasks()

  let window: BrowserWindow | undefined
  let standing: Standing = { office: 'closed', arrived: 0, toSend: 0, staysInTray: false }
  let isQuitting = false
  const memory = windowMemory(join(app.getPath('userData'), 'window.json'))
  const ask = dialogs(() => window)
  let updating: Promise<Updates> | undefined
  const printer = pagePrinter()
  const board = noticeBoard({
    isInFront: () => window?.isDestroyed() === false && window.isVisible() && window.isFocused(),
    onOpen: want,
  })
  const isTrayForced = !app.isPackaged && process.env['VANTHU_TRAY'] === '1'
  const hasPlaceForTray = isTrayForced ? Promise.resolve(true) : hasTray()
  let tray: ReturnType<typeof openTray> | undefined
  let isInTray = app.commandLine.hasSwitch(HIDDEN_SWITCH)

  /** Loaded when somebody first asks for updates: what reads a feed is half of what main is made of. */
  function update(): Promise<Updates> {
    updating ??= import('./updates.ts').then(({ updates }) =>
      updates({
        onChange: () => {
          sides.changed('update')
        },
        leave: () => sides.leave(),
      }),
    )
    return updating
  }

  async function answer(request: HostRequest): Promise<unknown> {
    switch (request.op) {
      case 'keyStore':
        return keyStore()
      case 'wrapKey':
        return wrapKey(request.key)
      case 'unwrapKey':
        return unwrapKey(request.wrapped)
      case 'chooseModule':
        return ask.chooseModule()
      case 'chooseOpenable':
        return ask.chooseOpenable()
      case 'chooseFolder':
        return ask.chooseFolder(request.title)
      case 'resolveProxy':
        return session.defaultSession.resolveProxy(request.url)
      case 'saveFile':
        return ask.saveFile(request.name, request.bytes)
      case 'choosePath':
        return ask.choosePath(request.name)
      case 'print':
        return printer.print(request.files)
      case 'desktopAbilities':
        return abilities()
      case 'startWithSystem':
        startWithSystem(request.wanted)
        return undefined
      case 'notify':
        board.show(marked(request.notice), request.evenInFront)
        return undefined
      case 'startDrag':
        window?.webContents.startDrag({ file: request.path, icon: dragIcon() })
        return undefined
      case 'showStanding':
        showStanding(request.standing)
        return undefined
      case 'practiceEnter':
        sides.to('practice')
        return undefined
      case 'practiceLeave':
        sides.to('office', request.discard)
        return undefined
      case 'practiceRenew':
        sides.to('practice', true)
        return undefined
      case 'updateStatus':
        return (await update()).status()
      case 'updateCheck':
        return (await update()).check()
      case 'updateDownload':
        return (await update()).download()
      case 'updateInstall':
        return (await update()).install()
      case 'startSigner':
      case 'killSigner':
        throw new Error(`${request.op} is the supervisor's`)
    }
  }

  const nativeBinding = sqliteBinding()
  const failPoint = app.isPackaged ? undefined : process.env['VANTHU_FAIL_POINT']
  const pollMs = app.isPackaged ? undefined : process.env['VANTHU_POLL_MS']
  const settleMs = app.isPackaged ? undefined : process.env['VANTHU_SETTLE_MS']
  const tokenDeadlineMs = app.isPackaged ? undefined : process.env['VANTHU_TOKEN_DEADLINE_MS']
  const entries = {
    engineEntry: join(import.meta.dirname, 'engine.js'),
    signerEntry: join(import.meta.dirname, 'signer.js'),
  }
  const sides = officeSides({
    office: {
      ...entries,
      start: {
        type: 'start',
        profileDir,
        ...(nativeBinding === undefined ? {} : { nativeBinding }),
        ...(failPoint === undefined ? {} : { failPoint }),
        ...(pollMs === undefined ? {} : { pollIntervalMs: Number(pollMs) }),
        ...(settleMs === undefined ? {} : { settleMs: Number(settleMs) }),
        ...(tokenDeadlineMs === undefined ? {} : { tokenDeadlineMs: Number(tokenDeadlineMs) }),
      },
      answer,
      onEngineLost: (why) => {
        logLine('warn', 'main', `the engine is started again (${why})`)
      },
    },
    practice: {
      ...entries,
      folder: practiceDir,
      hubEntry: join(import.meta.dirname, '../hub-sim/index.js'),
      nativeBinding,
      print: printer.print,
    },
    onPracticeFailed: () => {
      dialog.showErrorBox(
        'Chưa mở được chế độ tập dùng',
        'Kho văn bản của cơ quan không bị ảnh hưởng. Hãy thử lại; nếu vẫn chưa được, hãy báo người hỗ trợ.',
      )
    },
  })

  function marked(notice: Notice): Notice {
    return sides.isPractising() ? { ...notice, title: practisedTitle(notice.title) } : notice
  }

  async function abilities(): Promise<DesktopAbilities> {
    const starts = startsWithSystem()
    return { tray: await hasPlaceForTray, ...(starts === undefined ? {} : { startsWithSystem: starts }) }
  }

  /** Whether the program goes on without a window. */
  function stays(): boolean {
    return tray !== undefined && standing.staysInTray && !isQuitting
  }

  function showStanding(next: Standing): void {
    standing = next
    tray?.show(next)
    markTaskbar(window?.isDestroyed() === false ? window : undefined, next)
    // Nothing goes on in an office that is not open: whoever has its code must be asked for it.
    if (next.office === 'closed' && isInTray) showWindow()
  }

  function showWindow(): void {
    isInTray = false
    if (window !== undefined && !window.isDestroyed()) {
      if (window.isMinimized()) window.restore()
      window.show()
      window.focus()
      return
    }
    const opened = openWindow(join(import.meta.dirname, '../preload/index.cjs'), (made) => {
      memory.follow(made)
    })
    window = opened
    sides.addWindow(opened.webContents)
    opened.on('close', (event) => {
      if (!stays()) return
      event.preventDefault()
      opened.hide()
      isInTray = true
      if (memory.saysItStays(opened)) {
        const wanted = { what: 'place', place: 'new' } as const
        board.show({ topic: 'arrived', ...TRAY_TEXT.stays, wanted }, true)
      }
    })
    // The hidden window would keep the app running after the last one that can be seen.
    opened.once('closed', () => {
      printer.close()
    })
  }

  /** Brings the window forward and has it show something. */
  function want(wanted: Wanted): void {
    showWindow()
    sides.fromOutside({ type: 'want', wanted })
  }

  function compose(): void {
    want({ what: 'compose' })
  }

  function sync(): void {
    sides.wake('clerk')
  }

  function openFile(path: string): void {
    showWindow()
    if (isOpenable(path)) sides.fromOutside({ type: 'openFile', path })
  }

  /** Does what a start of the program was asked to do. */
  function started(words: readonly string[], folder: string): void {
    const task = taskAmong(words)
    const file = fileAmong(words, folder)
    if (task === 'compose') compose()
    if (task === 'sync') sync()
    if (file !== undefined) openFile(file)
  }

  if (!isInTray) showWindow()
  started(process.argv, process.cwd())
  if (openedEarly !== undefined) openFile(openedEarly)
  app.removeAllListeners('open-file').on('open-file', (event, path) => {
    event.preventDefault()
    openFile(path)
  })
  app.on('second-instance', (_event, words, folder) => {
    // A task of the jump list that needs no window leaves it where it is.
    if (taskAmong(words) !== 'sync') showWindow()
    started(words, folder)
  })
  app.on('activate', showWindow)
  app.on('window-all-closed', () => {
    // Also when the hidden window for printing goes while the other one was never opened.
    if (!stays()) app.quit()
  })
  app.on('before-quit', () => {
    isQuitting = true
  })
  watchForWaking((why) => {
    sides.wake(why)
  })
  leaveBeforeQuit(() => sides.leave())

  // Last, because on Linux the answer takes a while, and a window that is shown anyway does not wait for it.
  if (await hasPlaceForTray) {
    tray = openTray({
      open: showWindow,
      compose,
      sync,
      quit: () => {
        app.quit()
      },
    })
    tray.show(standing)
  } else if (isInTray) showWindow()
}

/**
 * The compiled SQLite to use instead of the shipped one: only where this runtime's Node-API is too old
 * for it, see docs/decisions/0002-fallback-electron.md.
 */
function sqliteBinding(): string | undefined {
  if (Number(process.versions['napi'] ?? '0') >= 10) return undefined
  return app.isPackaged
    ? join(process.resourcesPath, 'better_sqlite3.node')
    : process.env['VANTHU_SQLITE_BINDING']
}
