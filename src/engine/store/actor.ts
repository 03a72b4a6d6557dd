import { AsyncLocalStorage } from 'node:async_hooks'
import type { PersonId, PersonRole } from '../../shared/people.ts'

/** Who does what is being done now. */
export interface Actor {
  readonly id: PersonId
  readonly name: string
  readonly roles: readonly PersonRole[]
}

/** Knows for whom the code that runs now works: a person at the PC, or nobody where the machine works by itself. */
export interface ActorContext {
  /** Does the work in this person's name, with everything it waits for. */
  run<T>(actor: Actor, work: () => T): T
  /** Does the work in nobody's name: it belongs to the machine, whoever's act gave the occasion. */
  alone<T>(work: () => T): T
  current(): Actor | undefined
}

/**
 * One per store. It follows the work through its promises, so that an errand which runs at the same time is
 * not written down as the person's.
 */
export function actorContext(): ActorContext {
  const context = new AsyncLocalStorage<Actor>()
  return {
    run: (actor, work) => context.run(actor, work),
    alone: (work) => context.exit(work),
    current: () => context.getStore(),
  }
}
