/**
 * What a sender puts right about a document that it sent us: how it is described, for whom it is, what is beside
 * it. What is in the register is changed by the clerk alone, and nothing that was here is lost.
 */
import { messageChanges, type DocumentChange } from '../../shared/document/change.ts'
import type { DocumentFile, DocumentId } from '../../shared/document/fields.ts'
import type { IncomingState } from '../../shared/document/incoming.ts'
import type { DocumentMessage } from '../../shared/document/packet.ts'
import { vietnamClock } from '../../shared/document/vietnam-time.ts'
import { noteRegisterChange } from '../register-change.ts'
import type { Incoming, IncomingRequest, Store } from '../store/index.ts'
import { judgeAgain } from './judge.ts'
import type { RegisterPorts } from './register.ts'
import { addReport } from './report.ts'

/** What the clerk of the other office reads beside status 15. */
const AGREED = 'Đồng ý cập nhật'

/** Where an update cannot follow any more, and what its sender reads beside status 16. */
const TOO_LATE: Readonly<Partial<Record<IncomingState, string>>> = {
  returned: 'Văn bản đã được trả lại trước khi có bản cập nhật',
  recalled: 'Văn bản đã được thu hồi trước khi có bản cập nhật',
}

/**
 * Takes an update of a document that is here, inside the caller's transaction. What is not in the register takes
 * it in at once; so does what is, where nothing that the clerk registered is said differently; of all else the clerk
 * is asked. One that comes again is answered again and changes nothing.
 */
export function decideUpdate(ports: RegisterPorts, document: Incoming, request: IncomingRequest): void {
  const { store, now } = ports
  const same = store.receivedRequests
    .of(document.id)
    .find((one) => one.id !== request.id && one.kind === 'update' && isSame(one, request))
  const ignore = (why: string) =>
    store.receivedRequests.move(request.id, 'void', { document: document.id, detail: { why } })
  const tooLate = TOO_LATE[document.state]
  if (tooLate !== undefined) {
    report(ports, document.id, '16', tooLate, ignore('closed'))
  } else if (same?.state === 'agreed') {
    report(ports, document.id, '15', AGREED, ignore('done'))
  } else if (same?.state === 'refused') {
    report(ports, document.id, '16', same.answer, ignore('answered'))
  } else if (same !== undefined) {
    ignore('open')
  } else if (document.arrivalNumber === undefined || isForOthers(changesOf(store, document, request))) {
    applyUpdate(ports, document, request, now())
  } else {
    store.receivedRequests.move(request.id, 'ask', { document: document.id })
  }
}

/** What an update would change of the document as it is now. */
function changesOf(store: Store, document: Incoming, request: IncomingRequest): DocumentChange[] {
  const { message } = document
  if (message === undefined) return []
  const { updated, added } = updatedBy(store, document, request)
  return messageChanges(message, updated ?? message, added)
}

/** What the update that the clerk sees would change; nothing where none waits for an answer. */
export function wantedChanges(store: Store, document: Incoming): DocumentChange[] {
  const shown = store.receivedRequests.shown(document.id)
  if (shown?.kind !== 'update' || shown.state !== 'asked') return []
  return changesOf(store, document, store.receivedRequests.get(shown.id))
}

/**
 * The document says what the update says, what it said before is kept, and 15 goes out. Updates come in any
 * order: what the newest says of the document counts, and the files of all of them are kept.
 */
export function applyUpdate(
  ports: RegisterPorts,
  document: Incoming,
  request: IncomingRequest,
  at: number,
): void {
  const { store } = ports
  const { id, message, files, warnings, verdict } = document
  if (message === undefined) throw new Error('what was admitted has a message')
  const { updated = message, added } = updatedBy(store, document, request)
  const changes = messageChanges(message, updated, added)
  const { reason } = request
  const answered = store.receivedRequests.move(request.id, 'agree', { document: id })
  if (changes.length > 0) {
    store.versions.add(id, { replacedAt: at, reason, earlier: message, changes })
    const after = { typeName: document.typeName, subject: updated.subject }
    noteRegisterChange(store, 'incoming', id, { before: document, after }, { reason, at })
    store.incoming.setMessage(id, { message: updated, warnings, verdict })
  }
  if (added.length > 0) {
    store.incoming.setFiles(id, [...files, ...added])
    judgeAgain(store, id, at)
  }
  store.incoming.move(id, 'update', at, { reason })
  report(ports, id, '15', AGREED, answered)
}

/** What cannot be taken in any more because its sender took the document back, and is told so (16). */
export function closeUpdates(ports: RegisterPorts, id: DocumentId): void {
  const { store } = ports
  for (const { id: requestId, kind, state } of store.receivedRequests.of(id)) {
    if (kind !== 'update' || state !== 'asked') continue
    const closed = store.receivedRequests.move(requestId, 'void', { detail: { why: 'closed' } })
    report(ports, id, '16', TOO_LATE.recalled ?? '', closed)
  }
}

/** The description that would hold, where this update is the newest, and the files that are not here yet. */
function updatedBy(
  store: Store,
  document: Incoming,
  request: IncomingRequest,
): { readonly updated: DocumentMessage | undefined; readonly added: DocumentFile[] } {
  const { message, files } = document
  const packet = store.incoming.findByPacketId(request.packetId)
  if (message === undefined || packet?.message === undefined) return { updated: undefined, added: [] }
  const isNewest = store.receivedRequests
    .of(document.id)
    .filter(({ kind, state }) => kind === 'update' && state === 'agreed')
    .every((taken) => isBefore(taken, request))
  const known = new Set(files.map(({ sha256 }) => sha256))
  return {
    updated: isNewest ? described(message, packet.message) : undefined,
    added: named(
      files,
      packet.files.filter(({ sha256 }) => !known.has(sha256)),
      request,
    ),
  }
}

/** The document as the update describes it; which document it is stays as it was. */
function described(message: DocumentMessage, update: DocumentMessage): DocumentMessage {
  const { from, documentId, code, promulgationDate, documentType, trace, business } = message
  return { ...update, from, documentId, code, promulgationDate, documentType, trace, business }
}

/**
 * Files that came with an update, under names that no file of the document has yet. Where one is taken all of them
 * say when they came, so that a signature beside its file still bears the file's name.
 */
function named(
  files: readonly DocumentFile[],
  added: readonly DocumentFile[],
  { madeAt }: IncomingRequest,
): DocumentFile[] {
  const taken = new Set(files.map(({ name }) => name.toLowerCase()))
  if (!added.some(({ name }) => taken.has(name.toLowerCase()))) return [...added]
  const mark = vietnamClock(madeAt).replaceAll('/', '-').replaceAll(':', '.')
  return added.map((file) => ({ ...file, name: `Cập nhật ${mark} - ${file.name}` }))
}

/** Whether the clerk's own register and work stay as they were: only who else got it is said differently. */
function isForOthers(changes: readonly DocumentChange[]): boolean {
  return changes.every(({ field }) => field === 'recipients')
}

/** The same update, sent once more: who gives an update no DocumentId of its own tells it by its time. */
function isSame(one: IncomingRequest, other: IncomingRequest): boolean {
  return one.requestCode === other.requestCode && one.madeAt === other.madeAt && one.reason === other.reason
}

/** By the sender's clock; of one second by their DocumentIds, so that all orders of arrival end alike. */
function isBefore(one: IncomingRequest, other: IncomingRequest): boolean {
  if (one.madeAt !== other.madeAt) return one.madeAt < other.madeAt
  return one.requestCode < other.requestCode
}

function report(
  { store, now }: RegisterPorts,
  id: DocumentId,
  statusCode: '15' | '16',
  description: string,
  request: IncomingRequest,
): void {
  addReport(store, id, { statusCode, description, at: now() }, request)
}
