import { setImmediate as nextTurn } from 'node:timers/promises'
import { documentId } from '../shared/document/fields.ts'
import type { HistoryEntry } from '../shared/document/history.ts'
import { isErrorCode } from '../shared/errors.ts'
import type { DocumentNews, News } from '../shared/news.ts'
import { needsPerson } from '../shared/notices.ts'
import { pressingDeadlines } from './deadlines.ts'
import { titleOf } from './home.ts'
import type { Store } from './store/index.ts'
import type { LineState } from './sync/line.ts'

/** How far the clerk has been told: a line of the history, and what stands for a time and is not in it. */
export interface Told {
  /** Up to which line. */
  readonly sequence: number
  /** Deadlines and failures of the line that were told of and are still there. */
  readonly standing: string[]
}

/** Where telling begins: what lies in the history by then is no news. */
export function nothingTold(store: Store): Told {
  return { sequence: store.history.head()?.sequence ?? 0, standing: [] }
}

/** The events that may be worth telling. */
const EVENTS = ['admit', 'refuse', 'status', 'hold']

/**
 * What happened since the clerk was told last, as far as it is still so: what was dealt with meanwhile is no news.
 * Events are read from the history, each line once; deadlines that draw near and a line that waits for a person are
 * no events and are remembered by name as long as they last.
 *
 * @param now epoch milliseconds
 */
export async function newsSince(
  store: Store,
  line: LineState,
  told: Told,
  now: number,
): Promise<{ readonly news: readonly News[]; readonly told: Told }> {
  const head = store.history.head()?.sequence ?? 0
  const known = new Set(told.standing)
  const standing = standingNews(store, line, now)
  const fresh = standing.filter(({ key }) => !known.has(key)).map(({ news }) => news())
  return {
    news: [...(await eventNews(store, told.sequence, head)), ...fresh],
    told: { sequence: head, standing: standing.map(({ key }) => key) },
  }
}

/** So many lines are looked at before other work has its turn. */
const LOOKED_AT_TOGETHER = 20

async function eventNews(store: Store, since: number, upTo: number): Promise<News[]> {
  const found = new Map<string, News>()
  for (const [index, entry] of store.history.since(since, upTo, EVENTS).entries()) {
    if (index % LOOKED_AT_TOGETHER === LOOKED_AT_TOGETHER - 1) await nextTurn()
    const news = newsOf(store, entry)
    // Refused, put right and refused again is one thing to look at.
    if (news !== undefined) found.set(`${news.topic} ${news.id}`, news)
  }
  return [...found.values()]
}

function newsOf(store: Store, entry: HistoryEntry): DocumentNews | undefined {
  const { subjectKind, event } = entry
  if (subjectKind === 'incoming' && event === 'admit') return arrival(store, entry)
  if (subjectKind === 'outgoing' && event === 'refuse') return refusal(store, entry)
  if (subjectKind === 'outgoing' && event === 'status') return returned(store, entry)
  return subjectKind === 'job' && event === 'hold' ? held(store, entry) : undefined
}

function arrival(store: Store, { subjectId }: HistoryEntry): DocumentNews | undefined {
  const { id, state, senderName, priority } = store.incoming.get(documentId.parse(subjectId))
  if (state !== 'admitted') return undefined
  const topic = priority > 0 ? 'urgent' : 'arrived'
  return { topic, place: 'new', id, agency: senderName, ...titleOf(store, 'new', id) }
}

function refusal(store: Store, { subjectId, detail }: HistoryEntry): DocumentNews | undefined {
  const id = documentId.parse(subjectId)
  if (store.outgoing.get(id).state !== 'refused') return undefined
  return { topic: 'refused', place: 'outbox', id, ...titleOf(store, 'outbox', id), ...reasonIn(detail) }
}

function returned(store: Store, { subjectId, detail }: HistoryEntry): DocumentNews | undefined {
  if (detail['event'] !== 'return' || detail['moved'] !== true) return undefined
  const id = documentId.parse(subjectId)
  const row = store.outgoing.get(id).recipients.find(({ organId }) => organId === detail['organId'])
  if (row?.state !== 'returned') return undefined
  return { topic: 'returned', place: 'sent', id, agency: row.name, ...titleOf(store, 'sent', id) }
}

function held(store: Store, { subjectId }: HistoryEntry): DocumentNews | undefined {
  const job = store.jobs.byKey(subjectId)
  if (job?.kind !== 'deliver' || job.state !== 'held' || job.heldByClerk) return undefined
  const id = documentId.parse(job.subjectId)
  const reason = job.lastErrorCode === undefined ? {} : { reason: job.lastErrorCode }
  return { topic: 'held', place: 'outbox', id, ...titleOf(store, 'outbox', id), ...reason }
}

function reasonIn(detail: HistoryEntry['detail']): Pick<DocumentNews, 'reason'> {
  const { code } = detail
  return typeof code === 'string' && isErrorCode(code) ? { reason: code } : {}
}

/** What stands as long as nothing is done, each under a name that it keeps. */
function standingNews(
  store: Store,
  line: LineState,
  now: number,
): { readonly key: string; readonly news: () => News }[] {
  const deadlines = pressingDeadlines(store, now).map(({ place, id, deadline }) => ({
    key: `${place} ${id} ${String(deadline.at)}`,
    news: (): News => ({ topic: 'deadline', place, id, deadline, ...titleOf(store, place, id) }),
  }))
  const { state, error } = line
  if (state !== 'down' || error === undefined || !needsPerson(error)) return deadlines
  return [...deadlines, { key: error, news: () => ({ topic: 'line', reason: error }) }]
}
