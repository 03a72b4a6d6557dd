import { app, net, powerMonitor } from 'electron'

const NETWORK_LOOK_MS = 5_000

/**
 * Tells when it is worth trying the line: the PC woke up, or the network came back. Electron has no
 * event for the latter in main, so it is looked at every five seconds.
 */
export function watchForWaking(wake: (why: 'resume' | 'network') => void): void {
  powerMonitor.on('resume', () => {
    wake('resume')
  })
  let wasOnline = net.isOnline()
  setInterval(() => {
    const online = net.isOnline()
    if (online && !wasOnline) wake('network')
    wasOnline = online
  }, NETWORK_LOOK_MS)
}

/** Holds the end of the app back until `leave` is done, once. */
export function leaveBeforeQuit(leave: () => Promise<void>): void {
  let left = false
  app.on('before-quit', (event) => {
    if (left) return
    event.preventDefault()
    void leave().finally(() => {
      left = true
      app.quit()
    })
  })
}
