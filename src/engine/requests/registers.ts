import type { Office } from '../office.ts'
import { previewNumber } from '../outgoing/number.ts'
import { currentNumbering, explainGap, gapsOf, saveNumbering } from '../outgoing/numbering.ts'
import { correct, filteredPage, registerPage, seriesOfYear } from '../register-book.ts'
import { registerSheet } from '../register-sheet.ts'
import type { AnswersTo } from './area.ts'

/** Numbers: how they are given, which were left out, and the registers that list them. */
export function registerAnswers(office: Office): AnswersTo<'numbering' | 'registers'> {
  const { store, host, now } = office
  return {
    'numbering.current': () => currentNumbering(store, now()),
    'numbering.save': (rules) => {
      saveNumbering(store, rules, now())
      office.tell('office')
      office.tell('outgoing')
      return currentNumbering(store, now())
    },
    'numbering.preview': ({ id, number, issuedDate }) =>
      previewNumber(store, id, { wanted: number, issuedDate }, now()),
    'numbering.gaps': ({ year }) => gapsOf(store, year),
    'numbering.explain': ({ from, to, series, year, why }) => {
      explainGap(store, series, year, { from, to }, why, now())
      office.tell('outgoing')
      return gapsOf(store, year)
    },
    'registers.series': ({ year }) => seriesOfYear(store, year),
    'registers.rows': ({ book, filter, ...page }) =>
      filter === undefined ? registerPage(store, book, page) : filteredPage(store, book, filter, page),
    'registers.correct': ({ book, id, number, ...change }) => {
      const row = correct(store, book, { id, number }, change, now())
      office.tell('outgoing')
      office.tell('incoming')
      return row
    },
    'registers.print': async ({ book }) => {
      // Only now: four faces and what sets them are megabytes that nobody needs before something is printed.
      const { printRegister } = await import('../register-print.ts')
      const bytes = await printRegister(
        { store, now, print: host.print, font: office.typesetting.font },
        book,
      )
      return { path: await host.saveFile(`so-van-ban-${String(book.year)}.pdf`, bytes) }
    },
    'registers.export': async ({ book }) => {
      const bytes = await registerSheet(store, book, now())
      return { path: await host.saveFile(`so-van-ban-${String(book.year)}.xlsx`, bytes) }
    },
  }
}
