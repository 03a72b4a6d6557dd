import type { HistoryEntry } from '../../shared/document/history.ts'
import { jobKind } from '../../shared/document/job.ts'
import { RECIPIENT, STATUS_EVENTS, type RecipientEvent } from '../../shared/document/recipient.ts'
import { isErrorCode } from '../../shared/errors.ts'
import { ERROR_TEXT } from '../../shared/errors.vi.ts'
import { verdictWord } from '../../shared/verdict.ts'
import { VERDICT_TEXT } from '../../shared/verdict.vi.ts'
import { TEXT } from '../text.vi.ts'

/** What happened, in the clerk's words, and what is known of it. */
export interface HistoryLine {
  readonly title: string
  readonly note: string
  /** Something that did not go as wished. */
  readonly bad: boolean
}

const BAD_EVENTS: readonly string[] = [
  'refuse',
  'return',
  'wait',
  'hold',
  'quarantine',
  'attempt',
  'miss-level',
  'recall',
  'fail',
  'foreign',
  'sendBack',
]

/**
 * A line of the history as the timeline tells it, or `undefined` for what only the machine cares about: an
 * errand taken up and done, a status that came twice. An event nobody named yet still gets a plain line.
 *
 * @param nameOf the name of an agency by its id
 */
export function historyLine(
  entry: HistoryEntry,
  nameOf: (organId: string) => string = (organId) => organId,
): HistoryLine | undefined {
  const title = titleOf(entry)
  if (title === undefined) return undefined
  const event = recipientEventOf(entry) ?? requestEventOf(entry) ?? entry.event
  const notes = [noteOf(entry, nameOf), entry.actor ?? ''].filter((part) => part !== '')
  return { title, note: notes.join(' · '), bad: BAD_EVENTS.includes(event) }
}

function titleOf(entry: HistoryEntry): string | undefined {
  if (entry.subjectKind === 'job') return errandTitle(entry)
  const asked = requestEventOf(entry)
  if (asked !== undefined) {
    const words: Readonly<Partial<Record<string, string>>> = requestWords(entry)
    // What followed from nothing is no news, as an answer that came twice.
    return entry.detail['moved'] === false ? undefined : (words[asked] ?? TEXT.history.unknown)
  }
  const answer = answeredOf(entry)
  if (answer !== undefined) return TEXT.history.reported(answer)
  const told = recipientEventOf(entry)
  if (told !== undefined) {
    if (entry.subjectKind === 'incoming') return TEXT.history.reported(TEXT.recipientState[stateAfter(told)])
    // The hub's taking the packet is the document's own line already.
    // So is giving the document back: the answer to our request.
    const isNews = entry.detail['moved'] !== false && told !== 'accept' && told !== 'recall'
    return isNews ? TEXT.history.recipient[told] : undefined
  }
  const known: Readonly<Partial<Record<string, string>>> =
    entry.subjectKind === 'outgoing'
      ? { ...TEXT.history.other, ...TEXT.history.outgoing }
      : { ...TEXT.history.other, ...TEXT.history.incoming }
  return known[entry.event] ?? TEXT.history.unknown
}

/** What a status packet said, sent by us (incoming) or got by us (outgoing). */
function recipientEventOf({ subjectKind, event, detail }: HistoryEntry): RecipientEvent | undefined {
  if (subjectKind === 'incoming' ? event !== 'reported' : event !== 'status') return undefined
  const named = detail['event']
  if (typeof named === 'string' && isRecipientEvent(named)) return named
  const code = detail['code']
  return typeof code === 'string' ? STATUS_EVENTS[code] : undefined
}

/** What became of a request: of ours at one recipient, of the sender's here. */
function requestEventOf({ event, detail }: HistoryEntry): string | undefined {
  if (event !== 'answer' && event !== 'request') return undefined
  const named = detail['event']
  return typeof named === 'string' ? named : undefined
}

/** How steps of this kind of request are told. */
function requestWords({ event, detail }: HistoryEntry): Readonly<Partial<Record<string, string>>> {
  const { updates, history } = TEXT
  if (detail['request'] === 'addition') return updates.history.addition
  const isUpdate = detail['request'] === 'update'
  if (event === 'answer') return isUpdate ? updates.history.answer : history.answer
  return isUpdate ? updates.history.request : history.request
}

/** What we answered to a request of the sender. */
function answeredOf({ subjectKind, event, detail }: HistoryEntry): string | undefined {
  if (subjectKind !== 'incoming' || event !== 'reported') return undefined
  const words: Readonly<Partial<Record<string, string>>> = TEXT.history.answered
  return words[String(detail['code'])]
}

function isRecipientEvent(name: string): name is RecipientEvent {
  return Object.hasOwn(TEXT.history.recipient, name)
}

function stateAfter(event: RecipientEvent): keyof typeof RECIPIENT {
  if (event === 'accept') return RECIPIENT.waiting.accept
  return event === 'return' ? RECIPIENT.sent.return : RECIPIENT.sent[event]
}

/** Of an errand only what stands in the way is news: it waits, is held, goes on. */
function errandTitle({ event, detail }: HistoryEntry): string | undefined {
  const kind = jobKind.safeParse(detail['kind'])
  if (kind.data !== 'deliver' && kind.data !== 'report') return undefined
  const words: Readonly<Partial<Record<string, string>>> = TEXT.history.errand[kind.data]
  return words[event]
}

function noteOf({ subjectKind, event, detail }: HistoryEntry, nameOf: (organId: string) => string): string {
  const notes: string[] = []
  const text = (key: string) => {
    const value = detail[key]
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  const organId = text('organId')
  if (organId !== undefined) notes.push(nameOf(organId))
  const name = text('name')
  if (name !== undefined) notes.push(name)
  const signer = text('signer')
  if (signer !== undefined) notes.push(signer)
  const number = detail['number']
  if (typeof number === 'number' || typeof number === 'string') {
    notes.push(TEXT.history.numbered(String(number)))
  }
  if (event === 'seal') notes.push(...whyInBlock(detail))
  const verdict = verdictWord.safeParse(detail['verdict']).data
  if (event === 'judge' && verdict !== undefined) notes.push(VERDICT_TEXT[verdict])
  const code = text('code')
  if (code !== undefined && isErrorCode(code)) notes.push(ERROR_TEXT[code].title)
  // A code that nobody gave a meaning is shown as it came.
  if (event === 'status' && code !== undefined && STATUS_EVENTS[code] === undefined) {
    notes.push(TEXT.history.statusCode(code))
  }
  const words = text('note') ?? text('reason') ?? (event === 'refuse' ? text('detail') : undefined)
  if (words !== undefined) {
    const isReason =
      subjectKind === 'incoming' ||
      event === 'void' ||
      event === 'recall' ||
      event === 'update' ||
      event === 'widen' ||
      detail['event'] === 'return' ||
      detail['event'] === 'refuse'
    notes.push(isReason ? TEXT.history.reason(words) : words)
  }
  return notes.join(' · ')
}

/** Number and date that had no room on their lines. */
function whyInBlock(detail: HistoryEntry['detail']): string[] {
  return (['number', 'date'] as const).flatMap((what) => {
    const words: Readonly<Partial<Record<string, string>>> = TEXT.history.inBlock[what]
    const why = detail[`${what}Why`]
    return typeof why === 'string' ? (words[why] ?? []) : []
  })
}
