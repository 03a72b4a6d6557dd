import { INCOMING_BOXES } from '../../shared/document/incoming.ts'
import { OUTGOING_BOXES } from '../../shared/document/outgoing.ts'
import type { SearchFilters, SearchHit, SearchQuery } from '../../shared/search.ts'
import { TEXT } from '../text.vi.ts'
import { go, type Place } from './route.ts'

/** The place of each box, in the order of the navigation. */
export const BOX_PLACES = {
  drafts: 'drafts',
  toApprove: 'to-approve',
  toSign: 'to-sign',
  outbox: 'outbox',
  sent: 'sent',
  new: 'new',
  registered: 'registered',
  quarantine: 'quarantine',
  returned: 'returned',
} as const satisfies Record<NonNullable<SearchFilters['box']>, Place>

/** Where a document that was found lies. */
export function placeOf({ direction, state }: Pick<SearchHit, 'direction' | 'state'>): Place {
  const boxes: Readonly<Record<string, readonly string[]>> =
    direction === 'outgoing' ? OUTGOING_BOXES : INCOMING_BOXES
  const places: Readonly<Record<string, Place>> = BOX_PLACES
  const box = Object.keys(boxes).find((name) => boxes[name]?.includes(state) === true)
  return (box === undefined ? undefined : places[box]) ?? 'registered'
}

/** Opens a document that was found where it lies. */
export function openHit(hit: SearchHit): void {
  go(placeOf(hit), hit.id)
}

/** What keeps a document from being found by all that it says; undefined: nothing. */
export function limitOf({ state, pages, blankPages, cut }: SearchHit['body']): string | undefined {
  if (state === 'unreadable') return TEXT.search.unreadable
  if (state === 'waiting') return TEXT.search.waiting
  if (blankPages > 0) return TEXT.search.scanned(blankPages, pages)
  return cut ? TEXT.search.cut : undefined
}

/** Whether there is anything to look for. */
export function isAsked({ text, filters }: SearchQuery): boolean {
  return text.trim() !== '' || Object.values(filters).some((value) => value !== undefined && value !== '')
}
