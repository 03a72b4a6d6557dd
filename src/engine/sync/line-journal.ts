import type { HistoryNote } from '../store/history.ts'
import type { LineState } from './line.ts'

/** What the journal needs of the world. */
export interface LineJournalPorts {
  readonly append: (note: HistoryNote) => unknown
  readonly now: () => number
  readonly log: (level: 'warn', text: string) => void
}

/** Whose history the line's is. */
const LINE_SUBJECT = { subjectKind: 'office', subjectId: 'line' } as const

/**
 * Writes down when the line to the hub was found down and up again: it shows later that a document did not
 * leave because nothing could. `line-unknown` says from when to when nobody looked.
 */
export function lineJournal(ports: LineJournalPorts) {
  const waiting: HistoryNote[] = []
  let written: LineState['state'] = 'unknown'
  let failures = 0

  function note(event: string, detail: HistoryNote['detail'] = {}): void {
    waiting.push({ at: ports.now(), ...LINE_SUBJECT, event, detail })
    try {
      for (let [one] = waiting; one !== undefined; [one] = waiting) {
        ports.append(one)
        waiting.shift()
      }
    } catch (cause) {
      // A full disk must not stop the queue; what waits here is written with the next change.
      ports.log('warn', `the state of the line could not be written down: ${String(cause)}`)
    }
  }

  return {
    open(): void {
      note('line-unknown', { why: 'opened' })
    },
    close(): void {
      note('line-unknown', { why: 'closed' })
    },
    /** Call at each change; only a change of up and down is written. */
    note({ state, error, failures: sofar }: LineState): void {
      if (state !== written) {
        written = state
        if (state === 'down') note('line-down', error === undefined ? {} : { code: error })
        else if (state === 'up') note('line-up', { failures })
        else note('line-unknown', { why: 'no-hub' })
      }
      failures = sofar
    },
  }
}
