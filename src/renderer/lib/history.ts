import { STATUS_EVENTS, type RecipientEvent } from '../../shared/document/recipient.ts'
import type { HistoryEntry } from '../../shared/document/history.ts'
import { isErrorCode } from '../../shared/errors.ts'
import { ERROR_TEXT } from '../../shared/errors.vi.ts'
import { TEXT } from '../text.vi.ts'

/** What happened, in the clerk's words, and what is known of it. */
export interface HistoryLine {
  readonly title: string
  readonly note: string
}

/** A line of the history as the timeline tells it. An event nobody named yet still gets a plain line. */
export function historyLine(entry: HistoryEntry): HistoryLine {
  return { title: titleOf(entry), note: noteOf(entry) }
}

function titleOf({ subjectKind, event, detail }: HistoryEntry): string {
  const code = detail['code'] ?? detail['statusCode'] ?? detail['status']
  if ((event === 'status' || event === 'report') && typeof code === 'string') {
    const recipientEvent = STATUS_EVENTS[code]
    if (recipientEvent !== undefined) {
      return subjectKind === 'incoming'
        ? TEXT.history.reported(reportedAs(recipientEvent))
        : TEXT.history.recipient[recipientEvent]
    }
  }
  const known: Readonly<Partial<Record<string, string>>> =
    subjectKind === 'outgoing'
      ? { ...TEXT.history.recipient, ...TEXT.history.other, ...TEXT.history.outgoing }
      : { ...TEXT.history.other, ...TEXT.history.incoming }
  return known[event] ?? TEXT.history.unknown
}

function reportedAs(event: RecipientEvent): string {
  const states = {
    accept: TEXT.recipientState.sent,
    arrive: TEXT.recipientState.arrived,
    return: TEXT.recipientState.returned,
    register: TEXT.recipientState.registered,
    assign: TEXT.recipientState.assigned,
    process: TEXT.recipientState.processing,
    finish: TEXT.recipientState.finished,
  } satisfies Record<RecipientEvent, string>
  return states[event]
}

/** Details worth reading: who, which number, why. Ids and hashes stay in the history. */
const SHOWN = [
  'name',
  'from',
  'signer',
  'signerName',
  'recipient',
  'recipientName',
  'number',
  'arrivalNumber',
]
const REASONS = ['reason', 'description', 'note', 'words']

function noteOf({ detail }: HistoryEntry): string {
  const notes: string[] = []
  for (const key of SHOWN) {
    const value = detail[key]
    if (typeof value === 'string' && value !== '') notes.push(value)
    else if (typeof value === 'number') notes.push(TEXT.history.numbered(String(value)))
  }
  for (const key of ['error', 'code']) {
    const value = detail[key]
    if (typeof value === 'string' && isErrorCode(value)) notes.push(ERROR_TEXT[value].title)
  }
  for (const key of REASONS) {
    const value = detail[key]
    if (typeof value === 'string' && value !== '') notes.push(TEXT.history.reason(value))
  }
  return notes.join(' · ')
}
