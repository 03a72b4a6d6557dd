import { app } from 'electron'

/** Said to a program that Windows started: it stays in the tray until somebody wants it. */
export const HIDDEN_SWITCH = 'hidden'

/** Linux has no one way of it that Electron knows. */
const isKnown = process.platform === 'win32' || process.platform === 'darwin'
const ITEM = { args: [`--${HIDDEN_SWITCH}`] }

/** Whether the system starts the program when its user comes; `undefined` where it cannot be asked to. */
export function startsWithSystem(): boolean | undefined {
  return isKnown ? app.getLoginItemSettings(ITEM).openAtLogin : undefined
}

/** Has the system start the program, hidden in the tray, or no longer. */
export function startWithSystem(wanted: boolean): void {
  if (isKnown) app.setLoginItemSettings({ ...ITEM, openAtLogin: wanted })
}
