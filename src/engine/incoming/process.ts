import { AppError } from '../../shared/errors.ts'
import type { DocumentId } from '../../shared/document/fields.ts'
import type { PersonId } from '../../shared/people.ts'
import { requireOwnTask, requireRole } from '../may.ts'
import type { Store } from '../store/index.ts'
import type { RegisterPorts } from './register.ts'
import { addProgress } from './report.ts'

/** To whom a document is given, and by when it is to be done. */
export interface Assignment {
  /** A person of the office; left out, `to` says who. */
  readonly personId?: PersonId | undefined
  /** A unit or person outside the list of people. */
  readonly to?: string | undefined
  /** `yyyy-MM-dd`; left out, no day was named. */
  readonly handleBy?: string | undefined
  /** What is to be done. */
  readonly note?: string | undefined
}

/**
 * registered → assigned. Phân công: tells the sender (04), once. What somebody has already goes to somebody
 * else, or gets another day: of that the sender hears nothing.
 *
 * @throws {AppError} document/wrong-state; person/may-not; person/unknown of one who has left;
 *   document/incomplete when nobody is named
 */
export function assign(ports: RegisterPorts, id: DocumentId, assignment: Assignment): void {
  const { store, now } = ports
  requireRole(store, 'leader', 'clerk')
  const at = now()
  store.atomically(() => {
    const { personId, handleBy } = assignment
    const name = nameOf(store, assignment)
    const event = store.incoming.get(id).state === 'registered' ? 'assign' : 'reassign'
    store.incoming.move(id, event, at, { name, ...(handleBy === undefined ? {} : { handleBy }) })
    store.incoming.setAssignee(id, { personId, name, handleBy })
    if (assignment.note !== undefined) store.notes.add(id, { at, kind: 'remark', text: assignment.note })
    addProgress(store, id, { statusCode: '04', description: `Đã chuyển xử lý: ${name}`, at })
  })
}

function nameOf(store: Store, { personId, to }: Assignment): string {
  if (personId === undefined) {
    if (to === undefined) throw new AppError('document/incomplete', 'nobody is named', { detail: 'assignee' })
    return to
  }
  const person = store.people.get(personId)
  if (!person.isActive) throw new AppError('person/unknown', `person ${personId} has left`)
  return person.name
}

/**
 * assigned or processing → registered. Giao lại: whoever had it cannot do it, and says why; it waits to be
 * given to somebody. The sender hears nothing of it.
 */
export function giveBack(ports: RegisterPorts, id: DocumentId, why: string): void {
  const { store, now } = ports
  const at = now()
  store.atomically(() => {
    const { assigneeId, assignee, handleBy } = store.incoming.get(id)
    requireOwnTask(store, assigneeId)
    store.incoming.move(id, 'giveBack', at, { name: assignee ?? '' })
    store.incoming.setAssignee(id, { handleBy })
    store.notes.add(id, { at, kind: 'givenBack', text: why })
  })
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
    readonly event: 'process' | 'finish'
    readonly statusCode: '05' | '06'
    readonly description: string
  },
): void {
  const at = now()
  const { event, statusCode, description } = step
  store.atomically(() => {
    requireOwnTask(store, store.incoming.get(id).assigneeId)
    store.incoming.move(id, event, at)
    addProgress(store, id, { statusCode, description, at })
  })
}

/** What is being done about it, for whoever comes after. */
export function remark({ store, now }: RegisterPorts, id: DocumentId, text: string): void {
  const at = now()
  store.atomically(() => {
    store.incoming.get(id)
    store.notes.add(id, { at, kind: 'remark', text })
    store.history.append({ at, subjectKind: 'incoming', subjectId: id, event: 'note' })
  })
}

/** An answer is being written: whoever it was given to works on it now, of which the sender hears (05). */
export function noteReply(ports: RegisterPorts, id: DocumentId): void {
  const { store, now } = ports
  store.atomically(() => {
    store.history.append({ at: now(), subjectKind: 'incoming', subjectId: id, event: 'reply' })
    const { state, assigneeId } = store.incoming.get(id)
    const isOwn = assigneeId === undefined || assigneeId === store.actor.current()?.id
    if (state === 'assigned' && isOwn) process(ports, id)
  })
}
