import { AppError } from '../../shared/errors.ts'
import type { z } from 'zod'
import type { Composition } from '../../shared/document/composition.ts'
import {
  formatCode,
  formatCodeNumber,
  outgoingFields,
  type DocumentId,
  type OutgoingFields,
} from '../../shared/document/fields.ts'
import type { HistoryEntry } from '../../shared/document/history.ts'
import { signsNext } from '../../shared/document/signers.ts'
import { copyFormOf } from '../../shared/document/types.ts'
import { inspectPdf } from '../pdf/inspect.ts'
import { requireSignable } from '../pdf/signable.ts'
import { memorySource } from '../pdf/source.ts'
import { bearsSecrecyMark } from '../secrecy.ts'
import type { Store } from '../store/index.ts'
import { clerkOf } from '../may.ts'
import { keepNowAndThen, refuseSecretText } from './writing.ts'

/** A new draft, with whatever the clerk filled in already. */
export function begin(store: Store, fields: z.input<typeof outgoingFields>, now: number): DocumentId {
  const complete = outgoingFields.parse(fields)
  refuseSecret(complete)
  return store.outgoing.create(complete, now).id
}

/**
 * Saves what the clerk typed. `revision` is the one the clerk saw: another window's later save is not
 * overwritten.
 *
 * The same words again over the revision they made themselves are no change by somebody else: the answer
 * to the first saving was lost on its way.
 *
 * @throws {AppError} document/changed, document/wrong-state, document/secret (nothing is kept)
 */
export function save(
  store: Store,
  id: DocumentId,
  { revision, fields, composition }: Typed,
  now: number,
): void {
  refuseSecret(fields)
  if (composition !== undefined) refuseSecretText(composition)
  const { outgoing, compositions } = store
  store.atomically(() => {
    const kept = outgoing.get(id)
    const written = compositions.get(id)
    const isSame = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other)
    const isText = composition !== undefined && !isSame(written, composition)
    if (kept.revision === revision + 1 && isSame(kept.fields, fields) && !isText) return
    if (composition !== undefined && written === undefined) {
      throw new AppError('document/changed', 'its PDF is taken in now')
    }
    if (isText) keepNowAndThen(store, id, now)
    outgoing.save(id, revision, fields)
    if (isText) compositions.keep(id, composition)
  })
}

/** What the clerk typed, over the revision that was seen. */
interface Typed {
  readonly revision: number
  readonly fields: OutgoingFields
  /** Left out: what is written stays as it is. */
  readonly composition?: Composition | undefined
}

/**
 * Takes in the document's PDF, or replaces it. Signing it is tried before anything is kept, so that a file
 * that could not be signed later is refused now, with the reason.
 *
 * @throws {AppError} pdf/unreadable, pdf/encrypted, pdf/no-pages, pdf/certified-no-changes
 */
export async function importPdf(
  store: Store,
  id: DocumentId,
  name: string,
  content: Uint8Array,
): Promise<void> {
  needDraft(store, id)
  const source = memorySource(content)
  await requireSignable(source)
  const { pages } = await inspectPdf(source)
  const { sha256, sizeBytes } = await store.files.putBytes(content)
  store.atomically(() => {
    // Again: it may have been frozen while the file was read, and what was frozen is what will be signed.
    needDraft(store, id)
    store.outgoing.setFile(id, { sha256, name, contentType: 'application/pdf', sizeBytes }, 'imported')
    const { revision, fields } = store.outgoing.get(id)
    if (fields.pageAmount === 0) {
      store.outgoing.save(id, revision, { ...fields, pageAmount: Math.min(999, pages) })
    }
  })
}

function needDraft(store: Store, id: DocumentId): void {
  const { state } = store.outgoing.get(id)
  const isWritten = store.compositions.get(id) !== undefined
  if (state !== 'drafting' || isWritten) throw new AppError('document/wrong-state', `import while ${state}`)
}

/**
 * drafting → discarded. The row and its files stay; lists no longer show it. A number that it has is void.
 *
 * @param reason why the number is given up; only a draft that has one needs it
 * @throws {AppError} document/number-held when it has a number and there is no reason
 */
export function discard(store: Store, id: DocumentId, now: number, reason?: string): void {
  store.atomically(() => {
    const held = store.registers.held(id)
    if (held !== undefined) {
      if (reason === undefined) {
        const detail = formatCodeNumber(held.number)
        throw new AppError('document/number-held', `discard with number ${detail}`, { detail })
      }
      voidNumber(store, id, reason, now)
    }
    store.outgoing.move(id, 'discard', now)
  })
}

/**
 * frozen, signed or numbered → drafting. Signatures made meanwhile are set aside with their file; a number
 * stays with the document.
 */
export function reopen(store: Store, id: DocumentId, now: number): void {
  store.atomically(() => {
    store.outgoing.move(id, 'reopen', now)
    takeBackSignatures(store, id)
  })
}

/** A draft again: what was signed is set aside, inside the caller's transaction. */
export function takeBackSignatures(store: Store, id: DocumentId): void {
  store.outgoing.removeFile(id, 'signed')
  store.outgoing.clearSignatures(id)
  // The draft names its recipients itself again; those of the frozen document would hide a change.
  store.outgoing.setRecipients(id, [])
  store.outgoing.setVerdict(id, undefined)
}

/**
 * Hủy số: the document's number becomes void and stays in the book with the reason. A numbered document
 * becomes a signed one again, a numbered copy a frozen one, and may get another number; one whose signed page may bear the number becomes
 * a draft.
 *
 * @throws {AppError} document/wrong-state
 * @source Decree 30/2020/NĐ-CP Art 15: a number belongs to one document of the year
 */
export function voidNumber(store: Store, id: DocumentId, reason: string, now: number): void {
  store.atomically(() => {
    const { state, codeNumber, fields } = store.outgoing.get(id)
    if (state !== 'drafting' && signsNext(state, fields.typeName) !== 'agency') {
      throw new AppError('document/wrong-state', `void while ${state}`)
    }
    const by = clerkOf(store)
    const detail = { number: formatCode(codeNumber, fields.codeNotation), reason, by }
    const mustReopen = state !== 'drafting' && isOlderThanSignature(store.history.of('outgoing', id))
    store.registers.voidNumber(id, { reason, by })
    store.outgoing.clearNumber(id)
    if (mustReopen) reopen(store, id, now)
    const isCopy = copyFormOf(fields.typeName) !== undefined
    if (state === 'numbered' && !mustReopen) {
      store.outgoing.move(id, isCopy ? 'voidCopy' : 'void', now, detail)
    } else {
      store.history.append({ at: now, subjectKind: 'outgoing', subjectId: id, event: 'void', detail })
    }
  })
}

/** Whether the number was there when the last person signed, and may stand on the signed page. */
function isOlderThanSignature(history: readonly HistoryEntry[]): boolean {
  const since = history.slice(history.findLastIndex(({ event }) => event === 'void') + 1)
  const taken = since.findIndex(({ event }) => event === 'number' || event === 'reserve')
  return taken < since.findLastIndex(({ event }) => event === 'sign')
}

function refuseSecret(fields: OutgoingFields): void {
  const { subject, description, toPlaces, appendixes, original } = fields
  const texts = [subject, description, ...toPlaces, ...appendixes]
  if (
    bearsSecrecyMark({ codeNotation: fields.codeNotation, texts }) ||
    bearsSecrecyMark({ codeNotation: original.code, texts: [original.organName] })
  ) {
    throw new AppError('document/secret', 'the draft bears a mark of state secrecy')
  }
}
