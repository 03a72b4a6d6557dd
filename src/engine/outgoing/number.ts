import { AppError } from '../../shared/errors.ts'
import { formatCodeNumber, type DocumentId } from '../../shared/document/fields.ts'
import { vietnamDate } from '../../shared/document/vietnam-time.ts'
import type { Store } from '../store/index.ts'

/** The series all of the office's administrative documents share, until the head decides otherwise. */
const SERIES = 'outgoing'

/**
 * signed → numbered. Cấp số, ngày: takes the next number of the year's series, or the one the clerk
 * names, in one transaction with the move, so that two drafts never get the same. A number once given
 * stays with its document whatever happens to the sealing afterwards.
 *
 * @param wanted  a number the clerk chose; left out, the next
 * @param issuedDate `yyyy-MM-dd`; left out, today in Vietnam
 * @throws {AppError} document/number-taken, document/wrong-state
 * @source Decree 30/2020/NĐ-CP Arts 14–15: number after the authorised person has signed
 */
export function giveNumber(
  store: Store,
  id: DocumentId,
  choice: { readonly wanted?: number | undefined; readonly issuedDate?: string | undefined },
  now: number,
): void {
  const issuedDate = choice.issuedDate ?? vietnamDate(now)
  const year = Number(issuedDate.slice(0, 4))
  store.atomically(() => {
    const { state } = store.outgoing.get(id)
    if (state !== 'signed') throw new AppError('document/wrong-state', `number while ${state}`)
    const number = store.registers.take({ series: SERIES, year, documentId: id, wanted: choice.wanted })
    store.outgoing.setNumber(id, { codeNumber: formatCodeNumber(number), issuedDate })
    store.outgoing.move(id, 'number', now, { number })
  })
}

/** The number that {@link giveNumber} would give now, as printed. */
export function nextNumber(store: Store, now: number): string {
  return formatCodeNumber(store.registers.peek(SERIES, Number(vietnamDate(now).slice(0, 4))))
}
