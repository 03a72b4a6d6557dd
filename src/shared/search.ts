import { z } from 'zod'
import { documentId, isoDate } from './document/fields.ts'
import { INCOMING_BOXES, incomingState } from './document/incoming.ts'
import { OUTGOING_BOXES, outgoingState } from './document/outgoing.ts'

/** Văn bản đi or văn bản đến. */
export const direction = z.enum(['outgoing', 'incoming'])
export type Direction = z.output<typeof direction>

/** Where a document lies, as the navigation names it: the states that a search can be narrowed to. */
const searchBox = z.enum([
  ...(Object.keys(OUTGOING_BOXES) as (keyof typeof OUTGOING_BOXES)[]),
  ...(Object.keys(INCOMING_BOXES) as (keyof typeof INCOMING_BOXES)[]),
])

/** What narrows a search. Everything left out is not asked for. */
export const searchFilters = z.object({
  direction: direction.optional(),
  /** Tên loại. */
  typeName: z.string().max(100).optional(),
  /** Words of the name or the code of the sender or of a recipient. */
  agency: z.string().max(200).optional(),
  /** Day of issue, else of drafting or arrival: from, and to, both included. */
  from: isoDate.optional(),
  to: isoDate.optional(),
  box: searchBox.optional(),
})
export type SearchFilters = z.output<typeof searchFilters>

/** What is looked for. */
export const searchQuery = z.object({
  /**
   * Words in any order and any spelling, `"words in this order"`, or a fragment of a number such as `12/QĐ`. The
   * last word may be only begun, as long as no space follows it.
   */
  text: z.string().max(200),
  filters: searchFilters.prefault({}),
})
export type SearchQuery = z.output<typeof searchQuery>

/** A place in a text: index of the first UTF-16 unit, and after the last. */
const mark = z.tuple([z.int().nonnegative(), z.int().nonnegative()])
export type Mark = z.output<typeof mark>

/** A text with the words that were looked for. */
const markedText = z.object({ text: z.string(), marks: z.array(mark) })

/** A document that was found. */
export const searchHit = z.object({
  id: documentId,
  direction,
  state: z.union([outgoingState, incomingState]),
  typeName: z.string(),
  day: isoDate,
  code: markedText,
  subject: markedText,
  /** Who sent it, or to whom it goes. */
  agency: markedText,
  /** Where the other words stand: in the text of a PDF, or among the names. */
  excerpt: markedText.optional(),
  /** How much of its PDFs can be searched. `blankPages` have no text: mostly scans. */
  body: z.object({
    state: z.enum(['none', 'waiting', 'read', 'unreadable']),
    pages: z.int(),
    blankPages: z.int(),
    /** It is so long that only its beginning is searched. */
    cut: z.boolean(),
  }),
})
export type SearchHit = z.output<typeof searchHit>

/** As many documents as one search finds; who needs others narrows it. */
export const FOUND_LIMIT = 500

/** What was found: a page of it, and how many there are, at most {@link FOUND_LIMIT}. */
export const searchAnswer = z.object({
  hits: z.array(searchHit),
  total: z.int().nonnegative(),
  /** There are more than `total`. */
  more: z.boolean(),
})
export type SearchAnswer = z.output<typeof searchAnswer>

/** A search that the office keeps under a name. */
export const savedSearch = z.object({ name: z.string().trim().min(1).max(80), query: searchQuery })
export type SavedSearch = z.output<typeof savedSearch>
/** More would be no help to anybody. */
export const MAX_SAVED_SEARCHES = 30

/** How far the search knows the office's documents. */
export const searchStatus = z.object({
  /** Documents of which nothing can be found yet. */
  notIndexed: z.int().nonnegative(),
  /** Documents whose PDFs are still to be read. */
  notRead: z.int().nonnegative(),
  /** Documents with pages that have no text, or with a PDF that cannot be read. */
  notSearchable: z.int().nonnegative(),
})
export type SearchStatus = z.output<typeof searchStatus>
