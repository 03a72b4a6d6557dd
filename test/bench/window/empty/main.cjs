/** The least that is an Electron window: what start.ts holds ours against. Like ours in size and isolation. */
const { app, BrowserWindow } = require('electron')
const { join } = require('node:path')
const { pathToFileURL } = require('node:url')

if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox()
app.whenReady().then(() => {
  const window = new BrowserWindow({
    width: 1366,
    height: 768,
    useContentSize: true,
    show: false,
    webPreferences: { sandbox: true, contextIsolation: true, nodeIntegration: false, spellcheck: false },
  })
  window.removeMenu()
  window.once('ready-to-show', () => {
    window.show()
  })
  void window.loadURL(pathToFileURL(join(__dirname, 'index.html')).href)
})
app.on('window-all-closed', () => {
  app.quit()
})
