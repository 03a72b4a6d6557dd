import { app, BrowserWindow, net, protocol, session } from 'electron'
import { join, normalize, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import { logLine } from './log.ts'

const ORIGIN = 'app://vanthu'
const PAGE = `${ORIGIN}/index.html`
/** A window whose process died is filled again after this long: if it dies again, not in a tight circle. */
const RELOAD_MS = 1_000

/**
 * What a window may load and do. Everything comes from the app itself; the renderer's page repeats the
 * policy in a meta element, and what it says of pdf.js (WebAssembly decoders, fonts) is said there.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "font-src 'self' blob: data:",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** Must run before the app is ready. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ])
}

/** Serves the window's files from `folder`, and nothing outside it. */
export function serveWindowFiles(folder: string): void {
  const root = normalize(folder + sep)
  protocol.handle('app', async (request) => {
    const file = request.method === 'GET' ? fileOf(root, request.url) : undefined
    const answer = file === undefined ? undefined : await net.fetch(file).catch(() => undefined)
    if (answer === undefined) return new Response('not found', { status: 404 })
    const headers = new Headers(answer.headers)
    headers.set('Content-Security-Policy', CONTENT_SECURITY_POLICY)
    headers.set('X-Content-Type-Options', 'nosniff')
    return new Response(answer.body, { status: answer.status, headers })
  })
}

/** The address of the file that the window asks for; `undefined` if that is not one inside `root`. */
function fileOf(root: string, url: string): string | undefined {
  try {
    const { host, pathname } = new URL(url)
    const file = normalize(join(root, decodeURIComponent(pathname)))
    return host === 'vanthu' && file.startsWith(root) ? pathToFileURL(file).href : undefined
  } catch {
    // Not an address, such as one with half a percent sign.
    return undefined
  }
}

/**
 * Takes from every page what a page could ask for: permissions, the network, downloads, other pages, windows
 * and frames. The content policy says the same inside the page; this holds even where a page got around it.
 * Left is copying text, which the clerk asks for with a button.
 */
export function lockPages(): void {
  const { defaultSession } = session
  const isOurs = (url: string): boolean => url.startsWith(`${ORIGIN}/`)
  defaultSession.setPermissionRequestHandler((_contents, permission, decide, details) => {
    decide(permission === 'clipboard-sanitized-write' && isOurs(details.requestingUrl))
  })
  defaultSession.setPermissionCheckHandler(
    (_contents, permission, origin) =>
      permission === 'clipboard-sanitized-write' && (origin === ORIGIN || isOurs(origin)),
  )
  defaultSession.setDevicePermissionHandler(() => false)
  defaultSession.on('will-download', (event) => {
    event.preventDefault()
  })
  // Requests of main itself, such as those for updates, belong to no page.
  defaultSession.webRequest.onBeforeRequest(({ url, webContentsId }, decide) => {
    const isForeign = !/^(?:app|blob|data|devtools|chrome-devtools):/.test(url)
    decide({ cancel: webContentsId !== undefined && isForeign })
  })
  app.on('web-contents-created', (_event, contents) => {
    // The one page may load itself again, as it does after a mistake of ours.
    const stay = (event: Electron.Event<{ url: string }>): void => {
      if (event.url.split('#')[0] !== PAGE) event.preventDefault()
    }
    contents.on('will-navigate', stay)
    contents.on('will-frame-navigate', stay)
    contents.on('will-redirect', stay)
    contents.on('will-attach-webview', (event) => {
      event.preventDefault()
    })
    contents.setWindowOpenHandler(() => ({ action: 'deny' }))
  })
}

/**
 * Opens the app's window: sandboxed, isolated, without Node, unable to go anywhere else.
 *
 * @param prepare puts it where it belongs, before it is shown
 */
export function openWindow(preload: string, prepare: (window: BrowserWindow) => void): BrowserWindow {
  const window = new BrowserWindow({
    width: 1366,
    height: 768,
    useContentSize: true,
    minWidth: 900,
    minHeight: 560,
    show: false,
    backgroundColor: '#f4f6f8',
    autoHideMenuBar: true,
    title: 'Văn Thư',
    webPreferences: {
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      webviewTag: false,
      devTools: !app.isPackaged,
      spellcheck: false,
      navigateOnDragDrop: false,
      // Compiled code is kept from the first start on, and not from the third within some days.
      v8CacheOptions: 'bypassHeatCheck',
    },
  })
  window.removeMenu()
  prepare(window)
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    logLine('error', 'window', `its process ended: ${reason}`)
    setTimeout(() => {
      if (!window.isDestroyed()) window.webContents.reload()
    }, RELOAD_MS)
  })
  window.once('ready-to-show', () => {
    window.show()
  })
  window.loadURL(PAGE).catch((cause: unknown) => {
    logLine('error', 'window', `the first page did not load: ${String(cause)}`)
    window.show()
  })
  return window
}
