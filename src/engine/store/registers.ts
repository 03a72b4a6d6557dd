import { z } from 'zod'
import { AppError } from '../../shared/errors.ts'
import { numberRow, orNull } from './columns.ts'
import type { Database } from './database.ts'

/** Whose number is asked for, and in which book. */
export interface NumberRequest {
  /** The book: {@link ARRIVALS}, or the name of an outgoing series. */
  readonly series: string
  /** Of Vietnam's calendar; each year begins at 1. */
  readonly year: number
  readonly documentId: string
  /** The number the clerk wants; left out, the one after the highest given. */
  readonly wanted?: number | undefined
}

/** Sổ đăng ký văn bản đến: the series of arrival numbers. */
export const ARRIVALS = 'arrivals'

export type RegisterStore = ReturnType<typeof registerStore>

/** The numbers given to documents. The only module that names the `register_number` table. */
export function registerStore(db: Database, now: () => number) {
  const highest = db.query(
    'registers.highest',
    'SELECT coalesce(max(number), 0) AS value FROM register_number WHERE series = @series AND year = @year',
    numberRow,
  )
  const given = db.query(
    'registers.given',
    `SELECT number AS value FROM register_number
     WHERE series = @series AND year = @year AND document_id = @documentId`,
    numberRow,
  )
  const holder = db.query(
    'registers.holder',
    'SELECT document_id AS documentId FROM register_number WHERE series = @series AND year = @year AND number = @number',
    z.object({ documentId: z.string() }),
  )
  const insert = db.command(
    'registers.take',
    `INSERT INTO register_number (series, year, number, document_id, taken_at)
     VALUES (@series, @year, @number, @documentId, @at)`,
  )

  /** The number that `take` would give now. */
  function peek(series: string, year: number): number {
    return (highest.get({ series, year })?.value ?? 0) + 1
  }

  /**
   * Gives the document its number, inside the caller's transaction. A number once given stays with its
   * document: asking again answers the same one.
   *
   * @throws AppError `document/number-taken` when another document has the wanted number;
   *   `document/wrong-state` when this document already has a different one
   */
  function take(request: NumberRequest): number {
    const { series, year, documentId, wanted } = request
    return db.atomically(() => {
      const own = given.get({ series, year, documentId })?.value
      if (own !== undefined) {
        if (wanted === undefined || wanted === own) return own
        throw new AppError('document/wrong-state', `${documentId} already has number ${String(own)}`, {
          detail: String(own),
        })
      }
      const number = wanted ?? peek(series, year)
      if (holder.get({ series, year, number }) !== undefined) {
        throw new AppError('document/number-taken', `number ${String(number)} of ${series} ${String(year)}`, {
          detail: String(number),
        })
      }
      insert.run({ series, year, number, documentId, at: now() })
      return number
    })
  }

  /** The number this document has in that book, if any. */
  function numberOf(series: string, year: number, documentId: string): number | undefined {
    return given.get({ series, year, documentId })?.value
  }

  /** The document that has that number, if any. */
  function holderOf(series: string, year: number, number: number): string | undefined {
    return holder.get({ series, year, number: orNull(number) })?.documentId
  }

  return { holderOf, numberOf, peek, take }
}
