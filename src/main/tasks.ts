import { app } from 'electron'
import { TRAY_TEXT } from '../shared/desktop.vi.ts'

/** What the jump list of the taskbar can ask for, by the word with which it starts the program. */
const TASKS = { compose: '--compose', sync: '--sync' } as const
type Task = keyof typeof TASKS

/** Fills the jump list. Only Windows has one. */
export function listTasks(): void {
  if (process.platform !== 'win32') return
  const task = (name: Task) => ({
    program: process.execPath,
    arguments: TASKS[name],
    iconPath: process.execPath,
    iconIndex: 0,
    title: TRAY_TEXT[name],
    description: TRAY_TEXT[name],
  })
  app.setUserTasks([task('compose'), task('sync')])
}

/** What a start of the program was asked for, by the words of its command line. */
export function taskAmong(words: readonly string[]): Task | undefined {
  if (words.includes(TASKS.compose)) return 'compose'
  return words.includes(TASKS.sync) ? 'sync' : undefined
}
