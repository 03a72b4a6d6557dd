import { AppError } from '../../shared/errors.ts'
import type { DocumentId } from '../../shared/document/fields.ts'
import type { PersonId } from '../../shared/people.ts'
import { requireRole } from '../may.ts'
import type { Store } from '../store/index.ts'
import { takeBackSignatures } from './draft.ts'
import { fix } from './freeze.ts'
import type { TypesetPorts } from './typeset.ts'

/**
 * drafting → proposed. Trình lãnh đạo: what the leader will read is fixed, as {@link fix} says.
 *
 * @throws {AppError} person/not-a-leader when whom it is submitted to may not approve; and as {@link fix}
 */
export async function propose(
  store: Store,
  id: DocumentId,
  revision: number,
  leaderId: PersonId,
  now: number,
  ports?: TypesetPorts,
): Promise<void> {
  const leader = store.people.get(leaderId)
  if (!leader.isActive || !leader.roles.includes('leader')) {
    throw new AppError('person/not-a-leader', `${leaderId} approves nothing`)
  }
  const move = () => {
    store.outgoing.setLeader(id, leaderId)
    store.outgoing.move(id, 'propose', now, { name: leader.name })
  }
  await fix(store, id, revision, move, ports)
}

/**
 * proposed → frozen. Duyệt: it goes on to be signed.
 *
 * @throws {AppError} person/may-not, document/wrong-state
 * @source Decree 30/2020/NĐ-CP Arts 11–12: whoever is competent to sign approves the draft
 */
export function approve(store: Store, id: DocumentId, now: number): void {
  requireRole(store, 'leader')
  store.outgoing.move(id, 'approve', now)
}

/**
 * proposed, frozen or signed → drafting. Trả lại: it lies with its drafter again, with what is to be put right.
 * Signatures made meanwhile are set aside, as reopening does.
 *
 * @throws {AppError} document/wrong-state
 */
export function sendBack(store: Store, id: DocumentId, why: string, now: number): void {
  requireRole(store, 'leader', 'clerk')
  store.atomically(() => {
    store.outgoing.move(id, 'sendBack', now)
    takeBackSignatures(store, id)
    store.outgoing.setSentBack(id, now)
    store.notes.add(id, { at: now, kind: 'sentBack', text: why })
  })
}

/** proposed → drafting. Rút lại: the drafter thought better of it before the leader said anything. */
export function takeBack(store: Store, id: DocumentId, now: number): void {
  store.atomically(() => {
    store.outgoing.move(id, 'takeBack', now)
    takeBackSignatures(store, id)
  })
}

/** Góp ý: a remark beside the document, whatever its state. */
export function remark(store: Store, id: DocumentId, text: string, now: number): void {
  store.atomically(() => {
    store.outgoing.get(id)
    store.notes.add(id, { at: now, kind: 'remark', text })
    store.history.append({ at: now, subjectKind: 'outgoing', subjectId: id, event: 'note' })
  })
}
