import { z } from 'zod'
import { documentId } from '../../document/fields.ts'
import { deadline } from '../../document/working-days.ts'
import { nothing, type Requests } from './values.ts'

/** Where the clerk finds what presses. */
const pressingPlace = z.enum(['to-sign', 'outbox', 'new', 'handling'])

/** One document that must be dealt with soon, or should have been. */
const pressingDocument = z.object({
  place: pressingPlace,
  id: documentId,
  /** Số, ký hiệu, or the type where there is no number yet. */
  code: z.string(),
  subject: z.string(),
  priority: z.int(),
  deadline,
})
export type PressingDocument = z.output<typeof pressingDocument>

const today = z.object({
  /** Frozen or signed, and not sealed yet. */
  toSign: z.int(),
  /** Sealed, and on the way to the hub or waiting for the line. */
  toSend: z.int(),
  /** Arrived and not accepted yet. */
  arrived: z.int(),
  /** Must be done by the end of today and is not late yet. */
  dueToday: z.int(),
  late: z.int(),
  /** The most urgent of all that has a deadline, late ones first; at most ten. */
  pressing: z.array(pressingDocument),
})
export type Today = z.output<typeof today>

const month = z.object({
  /** 1 to 12. */
  month: z.int().min(1).max(12),
  sent: z.int(),
  received: z.int(),
  /** Of those sent: a person signed them, so that a deadline ran. */
  timed: z.int(),
  /** Of those: sent before the deadline of Decision 28. */
  onTime: z.int(),
})
export type MonthCount = z.output<typeof month>

/** The home page: today's numbers, and a year at a glance. */
export const homeContract = {
  'home.today': { input: nothing, output: today },
  /** Always twelve months; of those to come all is 0. */
  'home.year': {
    input: z.object({ year: z.int().min(2000).max(2999) }),
    output: z.object({ year: z.int(), months: z.array(month) }),
  },
} satisfies Requests
