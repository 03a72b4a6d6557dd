import { BrowserWindow, session, type Session } from 'electron'
import { AppError } from '../shared/errors.ts'
import type { HostRequest } from '../shared/host.ts'
import { logLine } from './log.ts'

type PrintFiles = Extract<HostRequest, { op: 'print' }>['files']

/** A hidden window costs a process; while a draft is being looked at, the next print comes soon. */
const IDLE_MS = 60_000
const DEADLINE_MS = 60_000
/** Number of the world in which we look whether the faces are there; the page's own is 0. */
const WAITING_WORLD = 999
const FACES_THERE = `Promise.all([...document.fonts].map((face) => face.load())).then(() => document.fonts.ready).then(() => undefined)`
/** What a page may load: the files it came with, and no script whatever. */
const CONTENT_SECURITY_POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'"

/** Prints pages to PDF. */
export interface PagePrinter {
  /**
   * Prints one page after the other.
   *
   * @param files the page first; whatever it asks for is among the others, by name
   * @throws {AppError} print/failed
   */
  readonly print: (files: PrintFiles) => Promise<Uint8Array>
  /** Ends the hidden window. The next print opens another one. */
  readonly close: () => void
}

/**
 * Prints in a hidden window that knows nothing: sandboxed, without bridge or disk, in a session of its own in memory
 * whose only files are those it was just handed, and from which no request leaves. The page may run no script:
 * its policy allows none.
 */
export function pagePrinter(): PagePrinter {
  let window: BrowserWindow | undefined
  let idle: NodeJS.Timeout | undefined
  let files: ReadonlyMap<string, PrintFiles[number]> = new Map()
  let last: Promise<unknown> = Promise.resolve()
  let pages = 0

  function open(): BrowserWindow {
    const opened = new BrowserWindow({
      show: false,
      webPreferences: {
        session: printSession((name) => files.get(name)),
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        webviewTag: false,
        devTools: false,
        spellcheck: false,
      },
    })
    opened.once('closed', () => {
      if (window === opened) window = undefined
    })
    return opened
  }

  function close(): void {
    clearTimeout(idle)
    window?.destroy()
    window = undefined
  }

  async function printNow(handed: PrintFiles): Promise<Uint8Array> {
    clearTimeout(idle)
    const [page] = handed
    if (page === undefined) throw new AppError('print/failed', 'nothing to print')
    files = new Map(handed.map((file) => [file.name, file]))
    window ??= open()
    const { webContents } = window
    const over = new AbortController()
    try {
      // An address of its own for each print: an earlier page's style would come out of the cache.
      pages += 1
      const printed = (async () => {
        await webContents.loadURL(`${ORIGIN}/${String(pages)}/${encodeURIComponent(page.name)}`)
        // The page counts as loaded before its faces are, and letters without a face are not printed at all.
        await webContents.executeJavaScriptInIsolatedWorld(WAITING_WORLD, [{ code: FACES_THERE }])
        return webContents.printToPDF({
          preferCSSPageSize: true,
          printBackground: true,
          generateTaggedPDF: true,
        })
      })()
      const ended = new Promise<never>((_resolve, reject) => {
        const deadline = setTimeout(() => {
          reject(new Error('it took too long'))
        }, DEADLINE_MS)
        const gone = (_event: Electron.Event, { reason }: Electron.RenderProcessGoneDetails): void => {
          reject(new Error(`its process ended: ${reason}`))
        }
        webContents.once('render-process-gone', gone)
        over.signal.addEventListener('abort', () => {
          clearTimeout(deadline)
          webContents.off('render-process-gone', gone)
        })
      })
      return await Promise.race([printed, ended])
    } catch (cause) {
      // Whatever state it is in, the next print begins in a new one.
      close()
      logLine('error', 'print', cause instanceof Error ? cause.message : String(cause))
      throw new AppError('print/failed', 'the page was not printed', { cause })
    } finally {
      over.abort()
      files = new Map()
      idle = setTimeout(close, IDLE_MS)
    }
  }

  return {
    print(handed) {
      const turn = last.then(
        () => printNow(handed),
        () => printNow(handed),
      )
      last = turn.catch(() => undefined)
      return turn
    },
    close,
  }
}

const ORIGIN = 'app://print'
let locked: Session | undefined

/** A session in memory that serves the files of the page being printed, and reaches nothing else. */
function printSession(fileNamed: (name: string) => PrintFiles[number] | undefined): Session {
  if (locked !== undefined) return locked
  const made = session.fromPartition('print', { cache: false })
  made.protocol.handle('app', (request) => {
    const { origin, pathname } = addressOf(request.url)
    const file =
      origin === ORIGIN
        ? fileNamed(decodeURIComponent(pathname.slice(pathname.lastIndexOf('/') + 1)))
        : undefined
    if (file === undefined) return new Response('not found', { status: 404 })
    return new Response(Buffer.from(file.bytes), {
      headers: {
        'Content-Type': file.contentType,
        'Content-Security-Policy': CONTENT_SECURITY_POLICY,
        'X-Content-Type-Options': 'nosniff',
      },
    })
  })
  made.webRequest.onBeforeRequest(({ url }, decide) => {
    decide({ cancel: !url.startsWith(`${ORIGIN}/`) })
  })
  made.setPermissionRequestHandler((_contents, _permission, decide) => {
    decide(false)
  })
  made.setPermissionCheckHandler(() => false)
  made.setDevicePermissionHandler(() => false)
  made.on('will-download', (event) => {
    event.preventDefault()
  })
  locked = made
  return made
}

/** `URL.origin` is `null` for schemes that are not the web's. */
function addressOf(url: string): { readonly origin: string; readonly pathname: string } {
  const { protocol, host, pathname } = new URL(url)
  return { origin: `${protocol}//${host}`, pathname }
}
