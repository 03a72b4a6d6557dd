import { z } from 'zod'
import { documentId } from '../../document/fields.ts'
import { numberSeries } from '../../document/numbering.ts'
import { registerBook, registerColumn, registerFilter, registerRow } from '../../register.ts'
import { page, type Requests } from './values.ts'

/** Sổ văn bản đi, sổ văn bản đến, sổ theo dõi giải quyết văn bản đến. */
export const registerContract = {
  /** The outgoing series that gave numbers in that year. */
  'registers.series': {
    input: z.object({ year: z.int().min(2000).max(2999) }),
    output: z.array(numberSeries),
  },
  'registers.rows': {
    input: z.object({ book: registerBook, filter: registerFilter.optional(), ...page }),
    output: z.object({ total: z.int(), rows: z.array(registerRow) }),
  },
  /** "Đính chính": what the cell said stays, struck through. */
  'registers.correct': {
    input: z.object({
      book: registerBook,
      id: documentId,
      number: z.int().min(1),
      column: registerColumn,
      text: z.string().trim().max(1000),
      reason: z.string().trim().min(1).max(300),
    }),
    output: registerRow,
  },
  /** As a PDF to be printed and bound, where the clerk wants it. */
  'registers.print': {
    input: z.object({ book: registerBook }),
    output: z.object({ path: z.string().optional() }),
  },
  /** As an Excel workbook, where the clerk wants it. */
  'registers.export': {
    input: z.object({ book: registerBook }),
    output: z.object({ path: z.string().optional() }),
  },
} satisfies Requests
