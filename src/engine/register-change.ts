import type { DocumentId } from '../shared/document/fields.ts'
import { registerTitle, type RegisterColumn, type RegisterKind } from '../shared/register.ts'
import { clerkOf } from './may.ts'
import type { Store } from './store/index.ts'

/** What a register says of a document. */
interface Described {
  readonly typeName: string
  readonly subject: string
  /** Nơi nhận, of an outgoing document. */
  readonly recipients?: string
}

/**
 * What an update changes in the lines of a register is put right there by striking through, as a clerk does it by
 * hand; inside the caller's transaction. A document without a number is in no register.
 *
 * @source Decree 30/2020/NĐ-CP App. IV; docs/decisions/0038
 */
export function noteRegisterChange(
  store: Store,
  kind: Exclude<RegisterKind, 'handling'>,
  id: DocumentId,
  { before, after }: { readonly before: Described; readonly after: Described },
  { reason, at }: { readonly reason: string; readonly at: number },
): void {
  const columns: readonly (readonly [RegisterColumn, string, string])[] = [
    ['title', registerTitle(before.typeName, before.subject), registerTitle(after.typeName, after.subject)],
    ['recipients', before.recipients ?? '', after.recipients ?? ''],
  ]
  const lines = store.registers.givenTo(id).filter(({ voidReason }) => voidReason === undefined)
  for (const { number } of lines) {
    const line = { id, number }
    const earlier = store.corrections.of(kind, [line])(line)
    for (const [column, was, is] of columns) {
      if (was === is) continue
      const said = earlier.findLast((correction) => correction.column === column)?.is ?? was
      store.corrections.add(kind, line, { column, was: said, is, reason, by: clerkOf(store), at })
    }
  }
}
