/**
 * Loaded into the main process of both windows that start.ts compares, before their own code (`electron -r`).
 *
 * Says on standard output when the window shows what it is waited for (`VANTHU_BENCH_SIGN`, a selector) and when it
 * was shown, one JSON object a line with epoch milliseconds. `VANTHU_BENCH_ADDRESS` is added to the address of the
 * page. Plays the part of the system's key store, which a build machine does not have.
 */
const { app, ipcMain, safeStorage } = require('electron')
const { join } = require('node:path')

const { VANTHU_BENCH_ADDRESS: address = '' } = process.env

safeStorage.isEncryptionAvailable = () => true
safeStorage.getSelectedStorageBackend = () => 'gnome_libsecret'
safeStorage.decryptString = (wrapped) => wrapped.toString()

function say(what, at) {
  process.stdout.write(`${JSON.stringify({ bench: what, at })}\n`)
}

ipcMain.on('bench-sign', (_event, at) => {
  say('sign', at)
})
app.on('session-created', (session) => {
  const file = join(__dirname, 'watch.cjs')
  if (session.registerPreloadScript === undefined) session.setPreloads([file])
  else session.registerPreloadScript({ type: 'frame', filePath: file })
})
app.on('browser-window-created', (_event, window) => {
  const load = window.loadURL.bind(window)
  window.loadURL = (url) => load(url + address)
  window.once('show', () => {
    say('shown', Date.now())
  })
})
