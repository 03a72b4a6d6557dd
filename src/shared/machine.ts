/**
 * State machines as data: a row per state, and in each row `event: 'next state'`.
 * An arrow to a state that has no row does not compile.
 */
export function defineMachine<const M extends Record<string, Partial<Record<string, keyof M & string>>>>(
  rows: M,
): M {
  return rows
}

/** Any machine made by {@link defineMachine}, where only its shape matters. */
export type Machine = Readonly<Record<string, Readonly<Partial<Record<string, string>>>>>

/** The states of a machine. Persisted: add, never rename. */
export type StateOf<M> = keyof M & string

/** The events of a machine, of all its states together. */
export type EventOf<M> = { [S in keyof M]: keyof M[S] & string }[keyof M]

/**
 * The state that `event` leads to, or `undefined` when `state` does not know the event.
 * Never throws: the caller knows which document it is about and says so.
 */
export function next<M extends Machine>(
  machine: M,
  state: StateOf<M>,
  event: EventOf<M>,
): StateOf<M> | undefined {
  return machine[state]?.[event]
}

/** The events that `state` knows, in the order of the table: what a screen may offer. */
export function eventsOf<M extends Machine>(machine: M, state: StateOf<M>): EventOf<M>[] {
  const row: Machine[string] = machine[state] ?? {}
  return Object.keys(row).filter((event): event is EventOf<M> => row[event] !== undefined)
}

/** The states of a machine as a list that zod's `enum` takes. */
export function statesOf<M extends Machine>(machine: M): [StateOf<M>, ...StateOf<M>[]] {
  const [first, ...rest] = Object.keys(machine)
  if (first === undefined) throw new Error('a machine has at least one state')
  return [first, ...rest]
}
