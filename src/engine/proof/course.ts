import { historyEntry, type HistoryEntry } from '../../shared/document/history.ts'
import {
  answerDeadline,
  sendDeadline,
  type Deadline,
  type WorkCalendar,
} from '../../shared/document/working-days.ts'
import { hopOf, isErrorCode, type Hop } from '../../shared/errors.ts'
import { json } from '../store/columns.ts'
import type { ChainedLine } from '../store/chain.ts'

/** What the lines of a document say of its way, by this office's clock. Instants are epoch milliseconds. */
export interface Course {
  /** When the authorised person signed, or of a copy the agency; of a received document when it came. */
  readonly beganAt: number | undefined
  /** When it was put into the outbox. */
  readonly submittedAt: number | undefined
  /** When it was known that the hub has it; of a received document when the clerk accepted or returned it. */
  readonly doneAt: number | undefined
  readonly deadline: Deadline | undefined
  readonly judgement: Judgement
  readonly attempts: readonly Attempt[]
  readonly outages: readonly Outage[]
  /** What recipients answered, or what we told the sender. */
  readonly statuses: readonly Status[]
}

/**
 * How it stands with the deadline. `line-down`: it was in the outbox before the deadline, and at the deadline
 * the line was down; `open`: not done, and the deadline has not passed when the evidence was made.
 */
export type Judgement = 'in-time' | 'line-down' | 'late' | 'open' | 'no-deadline'

/** One attempt for which bytes may have left. */
export interface Attempt {
  readonly at: number
  /** Which errand: `deliver` brings the document, `request` asks for it back, `report` answers for a received one. */
  readonly kind: string
  readonly number: number
  /** Its id on the way, the X-Road-Id where it went over an X-Road. */
  readonly id: string | undefined
  readonly endedAt: number | undefined
  /** `taken`: the hub has it; `failed`: it has not; `unknown`: it may have it; `open`: no end is written. */
  readonly outcome: 'taken' | 'failed' | 'unknown' | 'open'
  /** What went wrong, one of our codes, and the other side's words. */
  readonly code: string | undefined
  readonly words: string | undefined
  /** Whose part of the way it was that went wrong. */
  readonly hop: Hop | undefined
}

/** A time in which the line was found down. */
export interface Outage {
  readonly from: number
  readonly to: number | undefined
  /** How its end is known: an answer came, the program was closed, or it stopped without a word. */
  readonly end: 'up' | 'closed' | 'lost' | 'open'
  readonly code: string | undefined
}

/** One status, as the history has it. */
export interface Status {
  readonly at: number
  readonly code: string
  /** Of a sent document: who answered. */
  readonly organId: string | undefined
  /** The packet that carried it. */
  readonly sha256: string | undefined
}

const detail = json(historyEntry.shape.detail)

/** A line with its detail as values. @throws {ZodError} where the detail is no such JSON */
export function entryOf(line: ChainedLine): HistoryEntry {
  return historyEntry.parse({ ...line, detail: detail.parse(line.detail) })
}

/**
 * Puts together what the lines say.
 *
 * @param entries of the document, its errands and the line to the hub, oldest first
 * @param about which document, how urgent it is, and when the evidence was made
 */
export function courseOf(
  entries: readonly HistoryEntry[],
  about: {
    readonly direction: 'outgoing' | 'incoming'
    readonly id: string
    readonly priority: number
    readonly calendar: WorkCalendar
    readonly now: number
  },
): Course {
  const { direction, id, priority, calendar, now } = about
  const own = entries.filter((entry) => entry.subjectKind === direction && entry.subjectId === id)
  const lastOf = (...events: readonly string[]) => own.findLast(({ event }) => events.includes(event))?.at
  const isOutgoing = direction === 'outgoing'
  const beganAt = isOutgoing ? (lastOf('sign') ?? lastOf('seal')) : lastOf('collect')
  const doneAt = isOutgoing ? lastOf('accept') : lastOf('register', 'return', 'repeat', 'dismiss')
  const submittedAt = isOutgoing ? lastOf('submit') : undefined
  const deadline =
    beganAt === undefined
      ? undefined
      : (isOutgoing ? sendDeadline : answerDeadline)(calendar, beganAt, Math.min(priority, 3))
  const outages = outagesOf(entries)
  return {
    beganAt,
    submittedAt,
    doneAt,
    deadline,
    judgement: judge({ deadline, submittedAt, doneAt, outages, now }),
    attempts: attemptsOf(entries),
    outages,
    statuses: statusesOf(own, entries, isOutgoing),
  }
}

function judge(facts: {
  readonly deadline: Deadline | undefined
  readonly submittedAt: number | undefined
  readonly doneAt: number | undefined
  readonly outages: readonly Outage[]
  readonly now: number
}): Judgement {
  const { deadline, submittedAt, doneAt, outages, now } = facts
  if (deadline === undefined) return 'no-deadline'
  const { at } = deadline
  if (doneAt !== undefined && doneAt <= at) return 'in-time'
  if (doneAt === undefined && now <= at) return 'open'
  const wasDown = outages.some(({ from, to }) => from <= at && (to === undefined || to > at))
  return submittedAt !== undefined && submittedAt <= at && wasDown ? 'line-down' : 'late'
}

function attemptsOf(entries: readonly HistoryEntry[]): Attempt[] {
  const errands = entries.filter(({ subjectKind }) => subjectKind === 'job')
  const attempts: Attempt[] = []
  for (const [index, begun] of errands.entries()) {
    if (begun.event !== 'attempt') continue
    const rest = errands.slice(index + 1).filter(({ subjectId }) => subjectId === begun.subjectId)
    const end = rest.find(({ event }) =>
      ['attempt-failed', 'succeed', 'expire', 'attempt', 'dismiss'].includes(event),
    )
    const mayHaveArrived = end?.event === 'expire' || end?.detail['mayHaveArrived'] === true
    const outcome =
      end === undefined || end.event === 'attempt'
        ? 'open'
        : end.event === 'succeed'
          ? 'taken'
          : mayHaveArrived
            ? 'unknown'
            : 'failed'
    const code = end && text(end, 'code')
    attempts.push({
      at: begun.at,
      kind: begun.subjectId.includes('/request/') ? 'request' : (text(begun, 'kind') ?? ''),
      number: Number(begun.detail['attempts'] ?? 0),
      id: text(begun, 'attemptId'),
      endedAt: outcome === 'open' ? undefined : end?.at,
      outcome,
      code,
      words: end && text(end, 'words'),
      hop: code !== undefined && isErrorCode(code) ? hopOf(code) : undefined,
    })
  }
  return attempts
}

function outagesOf(entries: readonly HistoryEntry[]): Outage[] {
  const outages: Outage[] = []
  let down: HistoryEntry | undefined
  const close = (to: number | undefined, end: Outage['end']) => {
    if (down !== undefined) outages.push({ from: down.at, to, end, code: text(down, 'code') })
    down = undefined
  }
  for (const entry of entries) {
    if (entry.subjectKind !== 'office' || entry.subjectId !== 'line') continue
    if (entry.event === 'line-down') down ??= entry
    if (entry.event === 'line-up') close(entry.at, 'up')
    if (entry.event === 'line-unknown') {
      close(entry.at, entry.detail['why'] === 'opened' ? 'lost' : 'closed')
    }
  }
  close(undefined, 'open')
  return outages
}

function statusesOf(
  own: readonly HistoryEntry[],
  entries: readonly HistoryEntry[],
  isOutgoing: boolean,
): Status[] {
  const sentBy = (code: string) =>
    entries.findLast(({ event, subjectId }) => event === 'attempt' && subjectId.endsWith(`/${code}`))
  return own.flatMap((entry): Status[] => {
    const { at, event } = entry
    if (isOutgoing && event === 'status' && entry.detail['event'] !== 'accept') {
      const code = text(entry, 'event') ?? text(entry, 'code') ?? ''
      return [{ at, code, organId: text(entry, 'organId'), sha256: text(entry, 'sha256') }]
    }
    if (isOutgoing || event !== 'reported') return []
    const code = text(entry, 'code') ?? ''
    const attempt = sentBy(code)
    return [{ at, code, organId: undefined, sha256: attempt && text(attempt, 'sha256') }]
  })
}

function text({ detail: known }: HistoryEntry, key: string): string | undefined {
  const value = known[key]
  return typeof value === 'string' ? value : undefined
}

/** The files that lines name by their hash, in the order of the lines. */
export function namedFiles(
  entries: readonly HistoryEntry[],
): { readonly sha256: string; readonly event: string }[] {
  const seen = new Set<string>()
  return entries.flatMap((entry) => {
    const sha256 = text(entry, 'sha256')
    if (sha256 === undefined || !/^[0-9a-f]{64}$/.test(sha256) || seen.has(sha256)) return []
    seen.add(sha256)
    return [{ sha256, event: entry.event }]
  })
}
