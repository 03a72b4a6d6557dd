import { execFile } from 'node:child_process'
import { app, Menu, nativeImage, Tray, type BrowserWindow, type NativeImage } from 'electron'
import icon from '../../resources/icons/icon.png?inline'
import type { Standing } from '../shared/desktop.ts'
import { TRAY_TEXT } from '../shared/desktop.vi.ts'
import { dotBitmap } from './dot.ts'

/** What the menu of the tray does. */
export interface TrayActs {
  readonly open: () => void
  readonly compose: () => void
  readonly sync: () => void
  readonly quit: () => void
}

/** Points; Windows asks for 16, the others scale down. */
const ICON_SIZE = process.platform === 'win32' ? 16 : 22
const DOT_SIZE = 16
const DRAG_SIZE = 48
/** The answer of the desktop's bus is waited for so long. */
const BUS_DEADLINE_MS = 2_000
const BUS_QUESTION = [
  'call',
  '--session',
  '--dest=org.freedesktop.DBus',
  '--object-path=/org/freedesktop/DBus',
  '--method=org.freedesktop.DBus.NameHasOwner',
  'org.kde.StatusNotifierWatcher',
]

/**
 * Whether this desktop has a place for tray icons. Windows and macOS always have; on Linux somebody must watch for
 * them, and without a watcher a closed window could never be opened again.
 */
export function hasTray(): Promise<boolean> {
  if (process.platform !== 'linux') return Promise.resolve(true)
  return new Promise((resolve) => {
    execFile('gdbus', BUS_QUESTION, { timeout: BUS_DEADLINE_MS }, (cause, answer) => {
      resolve(cause === null && answer.includes('true'))
    })
  })
}

/** What is seen under the pointer while a file is dragged out of the window. */
export function dragIcon(): NativeImage {
  return nativeImage.createFromDataURL(icon).resize({ width: DRAG_SIZE, height: DRAG_SIZE })
}

/** The icon in the tray, with what waits in its words and what the clerk can do without the window. */
export function openTray({ open, compose, sync, quit }: TrayActs) {
  const tray = new Tray(nativeImage.createFromDataURL(icon).resize({ width: ICON_SIZE, height: ICON_SIZE }))
  tray.setToolTip(TRAY_TEXT.name)
  tray.setContextMenu(
    Menu.buildFromTemplate([
      { label: TRAY_TEXT.open, click: open },
      { label: TRAY_TEXT.compose, click: compose },
      { label: TRAY_TEXT.sync, click: sync },
      { type: 'separator' },
      { label: TRAY_TEXT.quit, click: quit },
    ]),
  )
  tray.on('click', open)
  return {
    show({ office, arrived, toSend }: Standing): void {
      tray.setToolTip(office === 'open' ? TRAY_TEXT.counts(arrived, toSend) : TRAY_TEXT.name)
    },
  }
}

/** The mark on the window's button in the taskbar: a dot on Windows, which has no room for a number, else the number. */
export function markTaskbar(window: BrowserWindow | undefined, { arrived }: Standing): void {
  if (process.platform !== 'win32') {
    app.setBadgeCount(arrived)
    return
  }
  window?.setOverlayIcon(arrived === 0 ? null : dot(), arrived === 0 ? '' : TRAY_TEXT.arrived(arrived))
}

let drawn: NativeImage | undefined

function dot(): NativeImage {
  drawn ??= nativeImage.createFromBitmap(dotBitmap(DOT_SIZE), { width: DOT_SIZE, height: DOT_SIZE })
  return drawn
}
