import type { SearchQuery } from '../../src/shared/search.ts'
import type { MadeDocument } from '../helpers/made-documents.ts'

export const SEED = 20_261_127
export const FIRST_DAY = Date.UTC(2021, 0, 1)
export const LAST_DAY = Date.UTC(2026, 10, 27)

/** What search.ts asks of the program that it measures. */
export interface SearchingJob {
  readonly dir: string
  readonly count: number
  readonly bodyWords: number
  /** Documents whose words are searched for. */
  readonly samples: number
  readonly resultPath: string
}

export type Kind = 'words' | 'phrase' | 'number' | 'agency' | 'filtered'

export interface SearchingResult {
  readonly fillMs: number
  readonly textBytes: number
  readonly indexBytes: number
  /** Of the processor, which a busy machine does not change. */
  readonly cpuMsPerStroke: number
  readonly strokes: readonly { kind: Kind; text: string; ms: number; rows: number; total: number }[]
}

/** What a clerk would type to find a document, as whole. */
export function searchesFor(made: MadeDocument): { kind: Kind; query: SearchQuery }[] {
  const words = made.subject.replace(/[.,]/g, '').split(' ').slice(1)
  const inBody = made.body.replace(/[.,]/g, '').split(' ')
  const at = made.number % Math.max(1, words.length - 3)
  const deep = (made.number * 7) % Math.max(1, inBody.length - 3)
  const filters = made.isOutgoing ? { direction: 'outgoing' as const } : { direction: 'incoming' as const }
  return [
    { kind: 'words', query: { text: words.slice(at, at + 2).join(' '), filters: {} } },
    { kind: 'words', query: { text: [words[at] ?? '', inBody[deep] ?? ''].join(' '), filters: {} } },
    { kind: 'phrase', query: { text: `"${inBody.slice(deep, deep + 2).join(' ')}"`, filters: {} } },
    { kind: 'number', query: { text: `${String(made.number)}/${made.notation}`, filters: {} } },
    { kind: 'agency', query: { text: made.agency.name.split(' ').slice(1).join(' '), filters: {} } },
    {
      kind: 'filtered',
      query: {
        text: words[at] ?? '',
        filters: { ...filters, typeName: made.typeName, from: '2025-01-01', to: '2026-12-31' },
      },
    },
  ]
}

/** Every state of the search box while those are typed, letter by letter. */
export function keyStrokes(samples: readonly MadeDocument[]): { kind: Kind; query: SearchQuery }[] {
  return samples.flatMap(searchesFor).flatMap(({ kind, query }) =>
    Array.from(query.text, (_, index) => ({
      kind,
      query: { ...query, text: query.text.slice(0, index + 1) },
    })),
  )
}
