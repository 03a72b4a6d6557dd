/**
 * One page of the newest documents in some states, as a sub-select of ids with `@limit` and `@offset`. Each state is
 * read in the order of its index and these are merged: nothing is sorted, and a page costs what lies before it.
 *
 * @param order   a column of an index that begins with the state
 * @param visible a further condition
 */
export function newestIn(table: string, states: readonly string[], order: string, visible?: string): string {
  const condition = visible === undefined ? '' : ` AND ${visible}`
  const each = states.map((state) => `SELECT id, ${order} FROM ${table} WHERE state = '${state}'${condition}`)
  return `SELECT id FROM (${each.join(' UNION ALL ')} ORDER BY ${order} DESC, id LIMIT @limit OFFSET @offset)`
}

/** The same made of each part, under its name. */
export function mapped<Name extends string, Part, Made>(
  parts: Readonly<Record<Name, Part>>,
  make: (part: Part, name: Name) => Made,
): Record<Name, Made> {
  const names = Object.keys(parts) as Name[]
  return Object.fromEntries(names.map((name) => [name, make(parts[name], name)])) as Record<Name, Made>
}
