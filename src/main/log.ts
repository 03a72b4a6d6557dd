// Not its /main: that one listens to what any window sends it.
import log from 'electron-log/node'

/**
 * The app's own log: one file beside the profile, rotated at 5 MB. Lines carry process and pid. No PIN,
 * key, recovery code or document text is ever passed to it.
 */
export function openLog(file: string): void {
  log.transports.file.resolvePathFn = () => file
  log.transports.file.maxSize = 5_000_000
  log.transports.file.level = 'info'
  log.transports.console.level = 'warn'
}

/** One line of the log. `source` is the process it is about, such as `engine 1234`. */
export function logLine(level: 'info' | 'warn' | 'error', source: string, text: string): void {
  log[level](`[${source}] ${text}`)
}
