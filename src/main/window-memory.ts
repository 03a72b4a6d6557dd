import { screen, type BrowserWindow } from 'electron'
import { keepWindow, placeOn, readKeptWindow, type KeptWindow } from './kept-window.ts'
import { logLine } from './log.ts'
import { zoomAfter } from './zoom.ts'

/** A window that is being moved or drawn larger is written down when it has come to rest. */
const REST_MS = 500

/** Remembers size, place and zoom of the window in a small file of its own, from one start to the next. */
export function windowMemory(file: string) {
  let kept = readKeptWindow(file)

  function keep(window: BrowserWindow, change: Partial<KeptWindow> = {}): void {
    const isMaximised = window.isMaximized()
    // The size to come back to when it is no longer maximised.
    const bounds = window.getNormalBounds()
    const { zoom = 1, saidItStays = false } = kept ?? {}
    kept = { zoom, saidItStays, ...bounds, isMaximised, ...change }
    try {
      keepWindow(file, kept)
    } catch (cause) {
      logLine('warn', 'window', `its place was not kept: ${String(cause)}`)
    }
  }

  return {
    /** Puts a new window where the last one was, and follows it. Call before it is shown. */
    follow(window: BrowserWindow): void {
      const place = kept === undefined ? undefined : placeOn(workAreas(), kept)
      if (place !== undefined) window.setBounds(place)
      if (kept?.isMaximised === true) {
        window.once('ready-to-show', () => {
          window.maximize()
        })
      }
      const { webContents } = window
      webContents.on('did-finish-load', () => {
        webContents.setZoomFactor(kept?.zoom ?? 1)
      })
      webContents.on('before-input-event', (event, { type, key, ...held }) => {
        const { control: ctrlKey, alt: altKey, shift: shiftKey, meta: metaKey } = held
        const zoom = zoomAfter({ key, ctrlKey, altKey, shiftKey, metaKey }, kept?.zoom ?? 1)
        if (zoom === undefined || type !== 'keyDown') return
        event.preventDefault()
        webContents.setZoomFactor(zoom)
        keep(window, { zoom })
      })
      let rest: NodeJS.Timeout | undefined
      const moved = (): void => {
        clearTimeout(rest)
        rest = setTimeout(() => {
          if (!window.isDestroyed()) keep(window)
        }, REST_MS)
      }
      window.on('resize', moved)
      window.on('move', moved)
      window.on('close', () => {
        clearTimeout(rest)
        keep(window)
      })
    },
    /** Whether the clerk is to be told now, for the first and only time, that the program stays in the tray. */
    saysItStays(window: BrowserWindow): boolean {
      if (kept?.saidItStays === true) return false
      keep(window, { saidItStays: true })
      return true
    },
  }
}

function workAreas(): Electron.Rectangle[] {
  return screen.getAllDisplays().map(({ workArea }) => workArea)
}
