import { z } from 'zod'
import { documentId, formatCode, formatCodeNumber, type DocumentId } from '../../shared/document/fields.ts'
import { gapKind, type GapKind, type NumberGap, type NumberRange } from '../../shared/document/numbering.ts'
import { AppError } from '../../shared/errors.ts'
import { maybe, numberRow, orNull } from './columns.ts'
import type { Database } from './database.ts'

/** A book of numbers in one year of Vietnam's calendar. */
export interface Book {
  /** {@link ARRIVALS}, or the key of an outgoing series. */
  readonly series: string
  readonly year: number
  /** The first number that may be given; left out, 1. */
  readonly first?: number | undefined
}

/** Whose number is asked for, and in which book. */
export interface NumberRequest extends Book {
  readonly documentId: string
  /** The number the clerk wants; left out, the one after the highest given. */
  readonly wanted?: number | undefined
  /** Ký hiệu it is printed with: the two together are given once in a year, whatever the series. */
  readonly notation?: string | undefined
  /** Day of issue. */
  readonly issuedDate?: string | undefined
}

/** A number that a document has. */
export interface HeldNumber {
  readonly series: string
  readonly year: number
  readonly number: number
  readonly takenAt: number
}

/** Who explains numbers that no document bears. */
export interface Explanation {
  readonly reason: string
  readonly by: string
}

/** Numbers without a document, as the book shows them. */
export type BookGap = Omit<NumberGap, 'series'>

/** A number as the book has it, void or not. */
export interface GivenNumber {
  readonly series: string
  readonly year: number
  readonly number: number
  readonly documentId: DocumentId
  readonly notation: string
  readonly issuedDate: string | undefined
  /** Set where the number is void. */
  readonly voidReason: string | undefined
}

/** Sổ đăng ký văn bản đến: the series of arrival numbers. */
export const ARRIVALS = 'arrivals'

const gapRow = z.object({
  number: z.int(),
  kind: gapKind,
  reason: z.string(),
  by: z.string(),
  at: z.int(),
})
const holderRow = z.object({ documentId: z.string(), voidedAt: maybe(z.int()) })
const givenRow = z.object({
  number: z.int(),
  notation: z.string(),
  voidReason: maybe(z.string()),
  voidedBy: maybe(z.string()),
  voidedAt: maybe(z.int()),
})
const maybeNumber = z.object({ value: maybe(z.number()) })
const fullRow = z.object({
  series: z.string(),
  year: z.int(),
  number: z.int(),
  documentId,
  notation: z.string(),
  issuedDate: maybe(z.string()),
  voidReason: maybe(z.string()),
}) satisfies z.ZodType<GivenNumber>

export type RegisterStore = ReturnType<typeof registerStore>

/** The numbers given to documents. The only module that names the `register_*` tables. */
export function registerStore(db: Database, now: () => number) {
  const highestGiven = db.query(
    'registers.highest',
    'SELECT coalesce(max(number), 0) AS value FROM register_number WHERE series = @series AND year = @year',
    numberRow,
  )
  const highestCode = db.query(
    'registers.highestCode',
    `SELECT coalesce(max(number), 0) AS value FROM register_number
     WHERE year = @year AND notation = @notation AND notation <> ''`,
    numberRow,
  )
  const heldBy = db.query(
    'registers.held',
    `SELECT series, year, number, taken_at AS takenAt FROM register_number
     WHERE document_id = @documentId AND voided_at IS NULL`,
    z.object({ series: z.string(), year: z.int(), number: z.int(), takenAt: z.int() }),
  )
  const holder = db.query(
    'registers.holder',
    `SELECT document_id AS documentId, voided_at AS voidedAt FROM register_number
     WHERE series = @series AND year = @year AND number = @number`,
    holderRow,
  )
  const codeHolder = db.query(
    'registers.codeHolder',
    `SELECT document_id AS documentId, voided_at AS voidedAt FROM register_number
     WHERE year = @year AND number = @number AND notation = @notation AND notation <> ''`,
    holderRow,
  )
  const insert = db.command(
    'registers.take',
    `INSERT INTO register_number (series, year, number, document_id, taken_at, notation, issued_date)
     VALUES (@series, @year, @number, @documentId, @at, @notation, @issuedDate)`,
  )
  const reprint = db.command(
    'registers.reprint',
    `UPDATE register_number SET notation = @notation, issued_date = @issuedDate
     WHERE series = @series AND year = @year AND number = @number`,
  )
  const cancel = db.command(
    'registers.void',
    `UPDATE register_number SET voided_at = @at, voided_by = @by, void_reason = @reason
     WHERE document_id = @documentId AND voided_at IS NULL`,
  )
  const latestBelow = db.query(
    'registers.latestBelow',
    `SELECT max(issued_date) AS value FROM register_number
     WHERE series = @series AND year = @year AND number < @number AND voided_at IS NULL`,
    z.object({ value: maybe(z.string()) }),
  )
  const earliestAbove = db.query(
    'registers.earliestAbove',
    `SELECT min(issued_date) AS value FROM register_number
     WHERE series = @series AND year = @year AND number > @number AND voided_at IS NULL`,
    z.object({ value: maybe(z.string()) }),
  )
  const note = db.command(
    'registers.noteGap',
    `INSERT INTO register_gap (series, year, number, kind, reason, noted_by, noted_at)
     VALUES (@series, @year, @number, @kind, @reason, @by, @at)
     ON CONFLICT (series, year, number) DO UPDATE SET
       kind = excluded.kind, reason = excluded.reason, noted_by = excluded.noted_by, noted_at = excluded.noted_at`,
  )
  const gapAt = db.query(
    'registers.gapAt',
    `SELECT number, kind, reason, noted_by AS by, noted_at AS at FROM register_gap
     WHERE series = @series AND year = @year AND number = @number`,
    gapRow,
  )
  const highestGap = db.query(
    'registers.highestGap',
    'SELECT max(number) AS value FROM register_gap WHERE series = @series AND year = @year',
    maybeNumber,
  )
  const gapsIn = db.query(
    'registers.gapsIn',
    `SELECT number, kind, reason, noted_by AS by, noted_at AS at FROM register_gap
     WHERE series = @series AND year = @year ORDER BY number`,
    gapRow,
  )
  const givenIn = db.query(
    'registers.givenIn',
    `SELECT number, notation, void_reason AS voidReason, voided_by AS voidedBy, voided_at AS voidedAt
     FROM register_number WHERE series = @series AND year = @year ORDER BY number`,
    givenRow,
  )
  const used = db.query(
    'registers.used',
    'SELECT count(*) AS value FROM register_number WHERE series = @series',
    numberRow,
  )
  const seriesIn = db.query(
    'registers.series',
    'SELECT DISTINCT series FROM register_number WHERE year = @year AND series <> @arrivals ORDER BY series',
    z.object({ series: z.string() }),
  )

  const GIVEN = `series, year, number, document_id AS documentId, notation, issued_date AS issuedDate,
    CASE WHEN voided_at IS NULL THEN NULL ELSE coalesce(void_reason, '') END AS voidReason`
  const givenPage = db.query(
    'registers.page',
    `SELECT ${GIVEN} FROM register_number WHERE series = @series AND year = @year
     ORDER BY number LIMIT @limit OFFSET @offset`,
    fullRow,
  )
  const givenToDocument = db.query(
    'registers.givenTo',
    `SELECT ${GIVEN} FROM register_number WHERE document_id = @documentId ORDER BY year, series, number`,
    fullRow,
  )
  const numbersIn = db.query(
    'registers.numbersIn',
    'SELECT count(*) AS value FROM register_number WHERE series = @series AND year = @year',
    numberRow,
  )
  const givenWithin = db.query(
    'registers.givenWithin',
    `SELECT number FROM register_number WHERE series = @series AND year = @year AND number > @after
       AND number < @upTo ORDER BY number`,
    z.object({ number: z.int() }),
  )
  const gapsWithin = db.query(
    'registers.gapsWithin',
    `SELECT number, kind, reason, noted_by AS by, noted_at AS at FROM register_gap
     WHERE series = @series AND year = @year AND number > @after AND number < @upTo ORDER BY number`,
    gapRow,
  )

  /** The highest number of the book that is given or explained; one less than its first where none is. */
  function highest({ series, year, first = 1 }: Book): number {
    const given = highestGiven.get({ series, year })?.value ?? 0
    return Math.max(first - 1, given, highestGap.get({ series, year })?.value ?? 0)
  }

  /** The number that `take` would give now. */
  function peek(book: Book, notation = ''): number {
    const code = highestCode.get({ year: book.year, notation: composed(notation) })?.value ?? 0
    return Math.max(highest(book), code) + 1
  }

  /** Whether the number cannot be given to this document, and not only because it has another one. */
  function isTaken(request: NumberRequest & { readonly wanted: number }): boolean {
    const { series, year, wanted: number, documentId, first = 1 } = request
    const holders = [
      holder.get({ series, year, number }),
      codeHolder.get({ year, number, notation: composed(request.notation) }),
    ]
    return (
      number < first ||
      gapAt.get({ series, year, number })?.kind === 'paper' ||
      holders.some(
        (found) => found !== undefined && (found.documentId !== documentId || found.voidedAt !== undefined),
      )
    )
  }

  /**
   * Gives the document its number, inside the caller's transaction. A number once given stays with its
   * document: asking again answers the same one, printed with the notation and day of this request.
   *
   * @throws AppError `document/number-taken` when another document has the wanted number or printed code;
   *   `document/wrong-state` when this document already has a different one
   */
  function take(request: NumberRequest): number {
    const { series, year, documentId, wanted } = request
    const printed = { notation: composed(request.notation), issuedDate: orNull(request.issuedDate) }
    return db.atomically(() => {
      const own = held(documentId)
      if (own !== undefined) {
        const isSame = own.series === series && own.year === year && (wanted ?? own.number) === own.number
        if (!isSame) {
          throw new AppError(
            'document/wrong-state',
            `${documentId} already has number ${String(own.number)}`,
            {
              detail: String(own.number),
            },
          )
        }
        requireFree({ ...request, wanted: own.number, first: 1 })
        reprint.run({ series, year, number: own.number, ...printed })
        return own.number
      }
      const number = wanted ?? peek(request, request.notation)
      requireFree({ ...request, wanted: number })
      insert.run({ series, year, number, documentId, at: now(), ...printed })
      return number
    })
  }

  function requireFree(request: NumberRequest & { readonly wanted: number }): void {
    if (!isTaken(request)) return
    const { series, year, wanted } = request
    throw new AppError('document/number-taken', `number ${String(wanted)} of ${series} ${String(year)}`, {
      detail: String(wanted),
    })
  }

  /** The number this document has, if any. */
  function held(documentId: string): HeldNumber | undefined {
    return heldBy.get({ documentId })
  }

  /** The document that has or had that number, if any. */
  function holderOf(series: string, year: number, number: number): string | undefined {
    return holder.get({ series, year, number })?.documentId
  }

  /** The days of issue between which a number of the book would lie in order. */
  function neighbours({ series, year }: Book, number: number) {
    return {
      latestBelow: latestBelow.get({ series, year, number })?.value,
      earliestAbove: earliestAbove.get({ series, year, number })?.value,
    }
  }

  /** The numbers that would be passed over if this one were given now. */
  function skippedBy(book: Book, number: number): NumberRange | undefined {
    const from = highest(book) + 1
    return from < number ? { from, to: number - 1 } : undefined
  }

  /** Keeps why numbers are passed over. A later explanation replaces an earlier one; history has both. */
  function noteGap(
    { series, year }: Book,
    { from, to }: NumberRange,
    { kind, reason, by }: Explanation & { readonly kind: GapKind },
  ): void {
    db.atomically(() => {
      // Once for all of them: what was noted together is shown together.
      const at = now()
      for (let number = from; number <= to; number += 1) {
        note.run({ series, year, number, kind, reason, by, at })
      }
    })
  }

  /**
   * The document's number is void: it stays in the book with the reason and is never given again.
   *
   * @returns what it was
   * @throws AppError `document/wrong-state` when the document has none
   */
  function voidNumber(documentId: string, { reason, by }: Explanation): HeldNumber {
    return db.atomically(() => {
      const own = held(documentId)
      if (own === undefined) throw new AppError('document/wrong-state', `${documentId} has no number`)
      cancel.run({ documentId, reason, by, at: now() })
      return own
    })
  }

  /** Every number from the book's first to its highest that no document bears, in order. */
  function gaps(book: Book): BookGap[] {
    const { series, year } = book
    const given = new Map(givenIn.all({ series, year }).map((row) => [row.number, row]))
    const noted = new Map(gapsIn.all({ series, year }).map((row) => [row.number, row]))
    const all: BookGap[] = []
    const last = highest(book)
    for (let number = book.first ?? 1; number <= last; number += 1) {
      const row = given.get(number)
      const gap = row === undefined ? skipped(number, noted.get(number)) : voided(row)
      if (gap === undefined) continue
      const before = all.at(-1)
      if (before !== undefined && isOneStretch(before, gap)) all[all.length - 1] = { ...before, to: number }
      else all.push(gap)
    }
    return all
  }

  /**
   * Numbers of the book in order, void ones too, with how many there are. `before` is the number that comes before
   * the first of them, or one less than the book's first.
   */
  function page({ series, year, first = 1 }: Book, offset: number, limit: number) {
    const earlier = offset === 0 ? undefined : givenPage.get({ series, year, limit: 1, offset: offset - 1 })
    return {
      total: numbersIn.get({ series, year })?.value ?? 0,
      given: givenPage.all({ series, year, limit, offset }),
      before: earlier?.number ?? first - 1,
    }
  }

  /** Every number that this document was ever given, in whichever book. */
  function givenTo(documentId: DocumentId): GivenNumber[] {
    return givenToDocument.all({ documentId })
  }

  /** Numbers between two of the book, neither included, that no document was ever given, in stretches. */
  function gapsBetween({ series, year }: Book, after: number, upTo: number): BookGap[] {
    const given = new Set(givenWithin.all({ series, year, after, upTo }).map(({ number }) => number))
    const noted = new Map(gapsWithin.all({ series, year, after, upTo }).map((row) => [row.number, row]))
    const all: BookGap[] = []
    let apart = true
    for (let number = after + 1; number < upTo; number += 1) {
      if (given.has(number)) {
        apart = true
        continue
      }
      const gap = skipped(number, noted.get(number))
      const before = all.at(-1)
      if (!apart && before !== undefined && isOneStretch(before, gap))
        all[all.length - 1] = { ...before, to: number }
      else all.push(gap)
      apart = false
    }
    return all
  }

  /** Whether numbers of the book were given or explained. */
  function isBegun({ series, year }: Book): boolean {
    return highest({ series, year }) > 0
  }

  /** Whether the series ever gave a number. */
  function isUsed(series: string): boolean {
    return (used.get({ series })?.value ?? 0) > 0
  }

  /** The outgoing series that gave numbers in that year. */
  function seriesOfYear(year: number): string[] {
    return seriesIn.all({ year, arrivals: ARRIVALS }).map(({ series }) => series)
  }

  return {
    gaps,
    gapsBetween,
    givenTo,
    held,
    holderOf,
    isBegun,
    isTaken,
    isUsed,
    neighbours,
    noteGap,
    page,
    peek,
    seriesOfYear,
    skippedBy,
    take,
    voidNumber,
  }
}

function voided({ number, notation, ...row }: z.output<typeof givenRow>): BookGap | undefined {
  if (row.voidedAt === undefined) return undefined
  const { voidReason: reason = '', voidedBy: by = '', voidedAt: at } = row
  return {
    from: number,
    to: number,
    kind: 'void',
    reason,
    by,
    at,
    code: formatCode(formatCodeNumber(number), notation),
  }
}

function skipped(number: number, noted: z.output<typeof gapRow> | undefined): BookGap {
  if (noted === undefined) return { from: number, to: number, kind: 'unexplained', reason: '', by: '' }
  const { kind, reason, by, at } = noted
  return { from: number, to: number, kind, reason, by, at }
}

function isOneStretch(one: BookGap, other: BookGap): boolean {
  return (
    one.to + 1 === other.from &&
    one.kind === other.kind &&
    one.kind !== 'void' &&
    one.reason === other.reason &&
    one.by === other.by &&
    one.at === other.at
  )
}

/** The same letters are the same bytes. */
function composed(notation = ''): string {
  return notation.normalize('NFC')
}
