import { z } from 'zod'
import { isoDate } from './fields.ts'
import { COPY_TYPES, copyFormOf, DOCUMENT_TYPES } from './types.ts'

/** Đánh số: one series for all administrative documents, one for each type, or the office's own groups. */
export const numberingScheme = z.enum(['one', 'per-type', 'groups'])

/** Types that share a series. The id is what numbers are kept under: the name may change. */
const numberingGroup = z.object({
  id: z.uuid(),
  name: z.string().trim().min(1).max(100),
  types: z.array(z.string().max(100)).max(100),
})
export type NumberingGroup = z.output<typeof numberingGroup>

/**
 * How the office numbers its documents, as its head has decided.
 *
 * @source Decree 30/2020/NĐ-CP Art 15(1)
 */
export const numberingRules = z.object({
  scheme: numberingScheme,
  /** Kept while another scheme is in force. A type that no group names belongs to the common series. */
  groups: z
    .array(numberingGroup)
    .max(60)
    .refine((groups) => isDistinct(groups.flatMap(({ types }) => types)), 'a type belongs to one group'),
  /** Where a series goes on from a paper book: the first number that is given here in that year. */
  starts: z
    .array(
      z.object({
        series: z.string().max(200),
        year: z.int().min(2000).max(2999),
        number: z.int().min(1).max(99_999),
      }),
    )
    .max(1000)
    .refine((starts) => isDistinct(starts.map(({ series, year }) => `${String(year)} ${series}`)), 'twice'),
})
export type NumberingRules = z.output<typeof numberingRules>

/** Until the head decides otherwise: one series, from 1. */
export const DEFAULT_NUMBERING: NumberingRules = { scheme: 'one', groups: [], starts: [] }

/** A book of numbers. `name`: of the type or the group; the common one and that of the copies have none. */
export const numberSeries = z.object({ key: z.string(), name: z.string().optional() })
export type NumberSeries = z.output<typeof numberSeries>

/** The series of all administrative documents that no other series takes. Keys are persisted. */
const COMMON_SERIES = 'outgoing'
/** Sao y, sao lục, trích sao. @source Decree 30/2020/NĐ-CP App. I part II: one series for all kinds of copy */
const COPIES_SERIES = 'copies'

/** The series that a document of this type takes its number from. */
export function seriesOf({ scheme, groups }: NumberingRules, typeName: string): NumberSeries {
  if (copyFormOf(typeName) !== undefined) return { key: COPIES_SERIES }
  switch (scheme) {
    case 'one':
      return { key: COMMON_SERIES }
    case 'per-type':
      return { key: `type/${typeName}`, name: typeName }
    case 'groups': {
      const group = groups.find(({ types }) => types.includes(typeName))
      return group === undefined ? { key: COMMON_SERIES } : { key: `group/${group.id}`, name: group.name }
    }
  }
}

/** Every series that may give a number under these rules. */
export function seriesIn(rules: NumberingRules): NumberSeries[] {
  const all = new Map<string, NumberSeries>()
  for (const { name } of [...DOCUMENT_TYPES, ...COPY_TYPES]) {
    const series = seriesOf(rules, name)
    all.set(series.key, series)
  }
  return [...all.values()]
}

/** The name of a series that may not be in force any more, from its key. */
export function seriesNamed({ groups }: NumberingRules, key: string): NumberSeries {
  if (key.startsWith('type/')) return { key, name: key.slice('type/'.length) }
  const group = groups.find(({ id }) => key === `group/${id}`)
  return group === undefined ? { key } : { key, name: group.name }
}

/** The first number of a series in a year. */
export function firstNumber({ starts }: NumberingRules, series: string, year: number): number {
  return starts.find((start) => start.series === series && start.year === year)?.number ?? 1
}

/**
 * Why a number was passed over: `left-out`, given to nothing and free to be given later; `paper`, given
 * to a paper document; `elsewhere`, noted by the machine: another series had given numbers with the same
 * notation.
 */
export const gapKind = z.enum(['left-out', 'paper', 'elsewhere'])
export type GapKind = z.output<typeof gapKind>

/** What a clerk says of numbers that are passed over. */
export const gapReason = z.object({
  kind: gapKind.exclude(['elsewhere']),
  reason: z.string().trim().min(1).max(300),
})
export type GapReason = z.output<typeof gapReason>

/** A stretch of numbers, both ends included. */
export const numberRange = z.object({ from: z.int(), to: z.int() })
export type NumberRange = z.output<typeof numberRange>

/** Numbers of a year that no document bears: passed over, or given and then void. */
export const numberGap = numberRange.extend({
  series: numberSeries,
  /** `unexplained`: passed over by a version that did not ask why. */
  kind: gapKind.or(z.enum(['void', 'unexplained'])),
  reason: z.string(),
  /** Who said so, and when. */
  by: z.string(),
  at: z.int().optional(),
  /** Of a void number, as it was printed. */
  code: z.string().optional(),
})
export type NumberGap = z.output<typeof numberGap>

/** How the office numbers now, and where each series stands in a year. */
export const numbering = z.object({
  rules: numberingRules,
  year: z.int(),
  series: z.array(
    numberSeries.extend({
      first: z.int(),
      next: z.int(),
      /** It gave a number in that year; where it begins is settled then. */
      begun: z.boolean(),
    }),
  ),
})
export type Numbering = z.output<typeof numbering>

/** What would happen if a document got this number on this day. */
export const numberPreview = z.object({
  series: numberSeries,
  year: z.int(),
  number: z.int(),
  /** The document has this number already and keeps it. */
  held: z.boolean(),
  /** The document has a number that does not fit: it must be voided first. */
  misfit: z.object({ number: z.int(), year: z.int() }).optional(),
  /** It cannot be given: another document has it, on paper or here. */
  taken: z.boolean(),
  /** The day lies in a year in which no number is given now. */
  wrongYear: z.boolean(),
  /** Numbers that would be passed over and need a reason. */
  skips: numberRange.optional(),
  /** A lower number of the series bears this later day. */
  earlierThan: isoDate.optional(),
  /** A higher number of the series bears this earlier day. */
  laterThan: isoDate.optional(),
})
export type NumberPreview = z.output<typeof numberPreview>

/** `12`, or `12–14`. */
export function formatRange({ from, to }: NumberRange): string {
  return from === to ? String(from) : `${String(from)}–${String(to)}`
}

function isDistinct(values: readonly string[]): boolean {
  return new Set(values).size === values.length
}
