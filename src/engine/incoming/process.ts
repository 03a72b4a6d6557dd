import type { DocumentId } from '../../shared/document/fields.ts'
import type { IncomingEvent } from '../../shared/document/incoming.ts'
import type { RegisterPorts } from './register.ts'
import { addReport, type ReportedStatus } from './report.ts'

/**
 * registered → assigned. Chuyển xử lý: tells the sender (04).
 *
 * @param to the unit or person that handles it
 * @throws {AppError} document/wrong-state
 */
export function assign(ports: RegisterPorts, id: DocumentId, to: string): void {
  advance(ports, id, { event: 'assign', statusCode: '04', description: `Đã chuyển xử lý: ${to}`, to })
}

/** registered or assigned → processing. Đang xử lý: tells the sender (05). */
export function process(ports: RegisterPorts, id: DocumentId): void {
  advance(ports, id, { event: 'process', statusCode: '05', description: 'Đang xử lý' })
}

/** registered, assigned or processing → finished. Hoàn thành: tells the sender (06). */
export function finish(ports: RegisterPorts, id: DocumentId): void {
  advance(ports, id, { event: 'finish', statusCode: '06', description: 'Đã hoàn thành' })
}

/** The move and its report are one transaction. */
function advance(
  { store, now }: RegisterPorts,
  id: DocumentId,
  step: {
    readonly event: IncomingEvent
    readonly statusCode: ReportedStatus
    readonly description: string
    readonly to?: string
  },
): void {
  const at = now()
  const { event, statusCode, description, to } = step
  store.atomically(() => {
    store.incoming.move(id, event, at, to === undefined ? {} : { name: to })
    addReport(store, id, { statusCode, description, at })
  })
}
