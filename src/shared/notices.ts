import type { DesktopPolicy, Notice } from './desktop.ts'
import { NOTICE_TEXT } from './desktop.vi.ts'
import type { ErrorCode } from './errors.ts'
import type { DocumentNews, LineNews, News } from './news.ts'

/** So many urgent documents are told one by one; more of them are counted. */
const URGENT_ALONE = 3
/** The topics in the order in which they are told: the last one lies on top. */
const ORDER = ['arrived', 'deadline', 'returned', 'refused', 'held'] as const

/**
 * Of which failures of the line a person has to do something: the machine tries again all the time, and it will not
 * help before somebody has.
 */
const NEEDS_A_PERSON: ReadonlySet<ErrorCode> = new Set([
  'hub/clock-skew',
  'hub/captive-portal',
  'hub/proxy-login',
  'hub/proxy-refused',
  'hub/client-certificate-refused',
  'hub/certificate-untrusted',
  'hub/certificate-expired',
  'hub/certificate-changed',
  'hub/unauthorised',
  'road/client-refused',
])

/** Whether the line stays down until a person does something about it. */
export function needsPerson(code: ErrorCode): boolean {
  return NEEDS_A_PERSON.has(code)
}

/**
 * What is shown of news: urgent documents one by one as long as they are few, everything else gathered by what it is
 * about, so that fifty arrivals are one notice.
 *
 * @param now epoch milliseconds; tells a deadline that comes from one that has passed
 * @param isUnattended nobody is at work: then no abstract is shown, whatever the policy says
 */
export function noticesOf(
  news: readonly News[],
  { notices }: Pick<DesktopPolicy, 'notices'>,
  now: number,
  isUnattended: boolean,
): Notice[] {
  if (notices === 'off') return []
  const words = { withSubject: notices === 'subject' && !isUnattended, now }
  const ofTopic = (topic: DocumentNews['topic']) =>
    news.filter((one): one is DocumentNews => one.topic === topic)
  const urgent = ofTopic('urgent')
  return [
    ...ORDER.flatMap((topic) => gathered(ofTopic(topic), words)),
    ...news.flatMap((one) => (one.topic === 'line' ? [lineNotice(one)] : [])),
    ...(urgent.length > URGENT_ALONE
      ? gathered(urgent, words)
      : urgent.flatMap((one) => gathered([one], words))),
  ]
}

interface Words {
  readonly withSubject: boolean
  readonly now: number
}

/** One notice of all of them: of one alone it names the document, of several their number. */
function gathered(news: readonly DocumentNews[], words: Words): Notice[] {
  const [first, ...others] = news
  if (first === undefined) return []
  const { topic, place, id } = first
  if (others.length === 0) {
    const { title, body } = NOTICE_TEXT.one(first, words.now)
    const subject = words.withSubject && first.subject !== '' ? `\n${first.subject}` : ''
    return [{ topic, title, body: shortened(body + subject), wanted: { what: 'place', place, id } }]
  }
  const { title, body } = NOTICE_TEXT.many(news, words.now)
  return [{ topic, title, body: shortened(body), wanted: { what: 'place', place } }]
}

function lineNotice({ reason }: LineNews): Notice {
  return { topic: 'line', ...NOTICE_TEXT.line(reason), wanted: { what: 'place', place: 'outbox' } }
}

/** Others' words may be of any length. */
const LONGEST_BODY = 300

function shortened(text: string): string {
  return text.length <= LONGEST_BODY ? text : `${text.slice(0, LONGEST_BODY - 1)}…`
}
