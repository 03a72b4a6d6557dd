import { AppError } from '../../shared/errors.ts'
import type { DocumentId } from '../../shared/document/fields.ts'
import { vietnamDate } from '../../shared/document/vietnam-time.ts'
import type { ReachFailPoint } from '../fail-point.ts'
import { ARRIVALS, type Store } from '../store/index.ts'
import { addReport } from './report.ts'

/** What the clerk's decisions about a received document need of the world. */
export interface RegisterPorts {
  readonly store: Store
  readonly now: () => number
  readonly reach: ReachFailPoint
}

/**
 * admitted → registered. Tiếp nhận, vào sổ: gives the arrival number of the year's series and tells the
 * sender (03), all in one transaction.
 *
 * @param wanted a number the clerk chose; left out, the next
 * @throws {AppError} document/number-taken, document/wrong-state
 * @source Decree 30/2020/NĐ-CP Art 22: arrival numbers follow their own yearly series
 */
export function register(ports: RegisterPorts, id: DocumentId, wanted?: number): void {
  const { store } = ports
  const at = ports.now()
  const date = vietnamDate(at)
  const year = Number(date.slice(0, 4))
  ports.reach('register/before-commit')
  store.atomically(() => {
    const number = store.registers.take({ series: ARRIVALS, year, documentId: id, wanted })
    store.incoming.setArrival(id, { year, number, date })
    store.incoming.move(id, 'register', at, { number })
    addReport(store, id, {
      statusCode: '03',
      description: `Đã tiếp nhận, vào sổ số đến ${String(number)}`,
      at,
    })
  })
  ports.reach('register/after-commit')
}

/**
 * admitted or quarantined → returned. Trả lại: tells the sender why (02). A quarantined packet that does
 * not even say who sent it can only be put aside.
 *
 * @source Decision 28/2018/QĐ-TTg Art 5(4): the receiver may refuse and must answer
 */
export function sendBack(ports: RegisterPorts, id: DocumentId, reason: string): void {
  const { store } = ports
  const at = ports.now()
  store.atomically(() => {
    if (store.incoming.get(id).message === undefined) {
      throw new AppError('document/wrong-state', 'the packet does not say whom to answer')
    }
    store.incoming.setReturnReason(id, reason)
    store.incoming.move(id, 'return', at)
    addReport(store, id, { statusCode: '02', description: reason, at })
  })
}

/** quarantined → dismissed. Put aside with a reason; its bytes are kept. */
export function dismiss(ports: RegisterPorts, id: DocumentId, reason: string): void {
  const { store } = ports
  store.atomically(() => {
    store.incoming.setReturnReason(id, reason)
    store.incoming.move(id, 'dismiss', ports.now())
  })
}

/** The arrival number that {@link register} would give now. */
export function nextArrivalNumber(store: Store, now: number): number {
  return store.registers.peek({ series: ARRIVALS, year: Number(vietnamDate(now).slice(0, 4)) })
}
