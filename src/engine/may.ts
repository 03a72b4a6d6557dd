import { AppError } from '../shared/errors.ts'
import type { PersonRole } from '../shared/people.ts'
import type { Actor, Outgoing, Store } from './store/index.ts'

/**
 * Whoever is at work must have one of these roles. What the machine does by itself, and what support does
 * from the command line, needs none.
 *
 * @throws {AppError} person/may-not
 */
export function requireRole(store: Store, ...roles: readonly PersonRole[]): void {
  const actor = store.actor.current()
  if (actor === undefined || hasOne(actor, roles)) return
  throw new AppError('person/may-not', `${roles.join(' or ')} wanted, not ${actor.roles.join(' ')}`)
}

/**
 * A draft is changed by who began it; by the leader and the clerk any.
 *
 * @throws {AppError} person/not-yours
 */
export function requireOwnDraft(store: Store, { drafterId }: Pick<Outgoing, 'drafterId'>): void {
  requireOwn(store, drafterId)
}

/**
 * What somebody was given to do is done by that person; by the leader and the clerk any.
 *
 * @param owner undefined: nobody's, so it takes the leader or the clerk
 * @throws {AppError} person/not-yours
 */
export function requireOwnTask(store: Store, owner: string | undefined): void {
  requireOwn(store, owner ?? '')
}

function requireOwn(store: Store, owner: string | undefined): void {
  const actor = store.actor.current()
  if (actor === undefined || owner === undefined || owner === actor.id) return
  if (hasOne(actor, ['leader', 'clerk'])) return
  throw new AppError('person/not-yours', `of ${owner}, not ${actor.id}`)
}

function hasOne(actor: Actor, roles: readonly PersonRole[]): boolean {
  return roles.some((role) => actor.roles.includes(role))
}

/** Who is at the desk, by name. */
export function clerkOf(store: Store): string {
  return store.actor.current()?.name ?? store.settings.get('clerkName') ?? ''
}
