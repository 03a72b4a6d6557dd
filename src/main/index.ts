import { app, dialog, session, type BrowserWindow } from 'electron'
import { mkdirSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { HostRequest } from '../shared/host.ts'
import { leaveBeforeQuit, watchForWaking } from './lifecycle.ts'
import { logLine, openLog } from './log.ts'
import { pagePrinter } from './print.ts'
import { supervise } from './processes.ts'
import { keyStore, unwrapKey, wrapKey } from './secrets.ts'
import { updates } from './updates.ts'
import { lockPages, openWindow, registerAppScheme, serveWindowFiles } from './window.ts'

/**
 * The desktop around the engine: windows, lifecycle, the operating system's secrets and dialogs. No
 * business rule lives here.
 *
 * `VANTHU_DATA` names another folder for everything the app keeps (a second office on one PC, the demo,
 * tests). `VANTHU_FAIL_POINT`, `VANTHU_POLL_MS`, `VANTHU_SETTLE_MS` and `VANTHU_TOKEN_DEADLINE_MS` are heard only by
 * an app that is not packaged.
 */
const dataDir = process.env['VANTHU_DATA']
if (dataDir !== undefined && dataDir !== '') {
  mkdirSync(dataDir, { recursive: true })
  app.setPath('userData', join(dataDir, 'desktop'))
}
const profileDir =
  dataDir === undefined || dataDir === '' ? join(app.getPath('userData'), 'office') : join(dataDir, 'office')

// Root cannot have Chromium's sandbox, and enableSandbox would take back the switch that says so.
if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox()
registerAppScheme()

// What a second start was given as arguments is not looked at: it only brings the window forward.
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

function open(): void {
  openLog(join(app.getPath('userData'), 'logs', 'van-thu.log'))
  logLine('info', `main ${String(process.pid)}`, `Văn Thư ${app.getVersion()} on ${process.platform}`)
  lockPages()
  serveWindowFiles(join(import.meta.dirname, '../renderer'))

  let window: BrowserWindow | undefined
  const update = updates({
    onChange: () => {
      processes.changed('update')
    },
    leave: () => processes.leave(),
  })

  const printer = pagePrinter()

  async function answer(request: HostRequest): Promise<unknown> {
    switch (request.op) {
      case 'keyStore':
        return keyStore()
      case 'wrapKey':
        return wrapKey(request.key)
      case 'unwrapKey':
        return unwrapKey(request.wrapped)
      case 'chooseModule':
        return chooseModule(window)
      case 'chooseFolder':
        return chooseFolder(window, request.title)
      case 'resolveProxy':
        return session.defaultSession.resolveProxy(request.url)
      case 'saveFile':
        return saveFile(window, request.name, request.bytes)
      case 'choosePath':
        return choosePath(window, request.name)
      case 'print':
        return printer.print(request.files)
      case 'updateStatus':
        return update.status()
      case 'updateCheck':
        return update.check()
      case 'updateDownload':
        return update.download()
      case 'updateInstall':
        return update.install()
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
  const processes = supervise({
    engineEntry: join(import.meta.dirname, 'engine.js'),
    signerEntry: join(import.meta.dirname, 'signer.js'),
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
  })

  function showWindow(): void {
    if (window !== undefined && !window.isDestroyed()) {
      if (window.isMinimized()) window.restore()
      window.focus()
      return
    }
    window = openWindow(join(import.meta.dirname, '../preload/index.cjs'))
    processes.addWindow(window.webContents)
    // The hidden window would keep the app running after the last one that can be seen.
    window.once('closed', () => {
      printer.close()
    })
  }

  showWindow()
  app.on('second-instance', showWindow)
  app.on('activate', showWindow)
  app.on('window-all-closed', () => {
    app.quit()
  })
  watchForWaking((why) => {
    processes.wake(why)
  })
  leaveBeforeQuit(() => processes.leave())
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

async function chooseModule(window: BrowserWindow | undefined): Promise<string | undefined> {
  const options: Electron.OpenDialogOptions = {
    title: 'Chọn trình điều khiển token',
    properties: ['openFile'],
    filters: [
      { name: 'Trình điều khiển token', extensions: ['dll', 'so', 'dylib'] },
      { name: 'Chứng thư mềm (thử nghiệm)', extensions: ['p12', 'pfx'] },
      { name: 'Mọi tệp', extensions: ['*'] },
    ],
  }
  const chosen =
    window === undefined ? await dialog.showOpenDialog(options) : await dialog.showOpenDialog(window, options)
  return chosen.canceled ? undefined : chosen.filePaths[0]
}

async function chooseFolder(window: BrowserWindow | undefined, title: string): Promise<string | undefined> {
  const options: Electron.OpenDialogOptions = { title, properties: ['openDirectory', 'createDirectory'] }
  const chosen =
    window === undefined ? await dialog.showOpenDialog(options) : await dialog.showOpenDialog(window, options)
  return chosen.canceled ? undefined : chosen.filePaths[0]
}

async function choosePath(window: BrowserWindow | undefined, name: string): Promise<string | undefined> {
  const options: Electron.SaveDialogOptions = { title: 'Lưu tệp', defaultPath: basename(name) }
  const chosen =
    window === undefined ? await dialog.showSaveDialog(options) : await dialog.showSaveDialog(window, options)
  return chosen.canceled || chosen.filePath === '' ? undefined : chosen.filePath
}

async function saveFile(
  window: BrowserWindow | undefined,
  name: string,
  bytes: Uint8Array,
): Promise<string | undefined> {
  const path = await choosePath(window, name)
  if (path !== undefined) await writeFile(path, bytes)
  return path
}
