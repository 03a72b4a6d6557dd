/**
 * What a sender asks about a document that it sent us: to give it back. Only the sender may ask; a document
 * that is in the register is given back by the clerk alone.
 */
import { AppError } from '../../shared/errors.ts'
import type { DocumentId } from '../../shared/document/fields.ts'
import type { DocumentMessage, StatusMessage } from '../../shared/document/packet.ts'
import { affectedDocumentId } from '../../shared/document/packet.ts'
import type { Incoming, IncomingRequest, Packet, Store } from '../store/index.ts'
import type { RegisterPorts } from './register.ts'
import { addReport } from './report.ts'

/** A recall as it came, by either route. */
export interface Recall {
  /** The hub's id of its packet. */
  readonly packetId: string
  /** Under which code the hub took it; empty where the hub does not say. */
  readonly hubOrganId: string
  /** `From` of the packet. */
  readonly senderOrganId: string
  readonly documentCode: string
  /** DocumentId of its own packet. */
  readonly requestCode: string
  /** `number/notation`. */
  readonly code: string
  readonly reason: string
  /** Epoch milliseconds, by the sender's clock. */
  readonly madeAt: number
}

/** The recall that a document packet of type 1 is. */
export function recallOf(packet: Packet, message: DocumentMessage, receivedAt: number): Recall {
  return {
    packetId: packet.packetId,
    hubOrganId: packet.fromOrganId,
    senderOrganId: message.from.organId,
    documentCode: affectedDocumentId(message),
    requestCode: message.documentId,
    code: `${message.code.number}/${message.code.notation}`,
    reason: message.business.reason,
    madeAt: sentAt(message) ?? receivedAt,
  }
}

/** The recall that a status packet 13 is. */
export function recallOfStatus(packet: Packet, message: StatusMessage): Recall {
  const { documentId, code } = message.responseFor
  return {
    packetId: packet.packetId,
    hubOrganId: packet.fromOrganId,
    senderOrganId: message.from.organId,
    documentCode: documentId,
    requestCode: documentId,
    code,
    reason: message.description,
    madeAt: Date.parse(message.timestamp),
  }
}

/**
 * Takes a recall, inside the caller's transaction. What is not in the register yet is given back at once, and
 * its sender told (15); of what is, the clerk is asked. One that comes again is noted and, where it was answered,
 * answered again; one about a document that is not here waits for it ({@link takeEarly}).
 *
 * @returns why its packet belongs into quarantine, or undefined where something was done about it
 * @source Decision 28/2018/QĐ-TTg Art 9, Decree 30/2020/NĐ-CP Art 18(4)b
 */
export function takeRecall(ports: RegisterPorts, recall: Recall): AppError | undefined {
  const { store } = ports
  const { packetId, senderOrganId, documentCode, requestCode, reason, madeAt } = recall
  const named = store.incoming.findByDocumentCode(documentCode)
  const theirs = named.filter((document) => isSameOffice(store, document.senderOrganId, senderOrganId))
  const isVouchedFor = recall.hubOrganId === '' || isSameOffice(store, recall.hubOrganId, senderOrganId)
  if (!isVouchedFor || (named.length > 0 && theirs.length === 0)) {
    noteForeign(ports, recall, named)
    return new AppError('packet/not-the-sender', 'somebody else asks for the document')
  }
  const note = (document: DocumentId | undefined) =>
    store.receivedRequests.add({
      kind: 'recall',
      packetId,
      documentId: document,
      documentCode,
      requestCode,
      senderOrganId,
      reason,
      madeAt,
      receivedAt: ports.now(),
    })
  if (theirs.length === 0) {
    store.receivedRequests.move(note(undefined).id, 'wait')
    return new AppError('packet/document-unknown', 'the document is not here')
  }
  // Other systems are known to repeat a DocumentId: number and notation tell which one is meant.
  const exact = theirs.filter(({ code }) => code === recall.code)
  for (const document of exact.length > 0 ? exact : theirs) {
    decide(ports, document, note(document.id), exact.length > 0)
  }
  return undefined
}

/** What waited for this document, now that it is admitted; inside the caller's transaction. */
export function takeEarly(ports: RegisterPorts, id: DocumentId): void {
  const { store } = ports
  const document = store.incoming.get(id)
  for (const request of store.receivedRequests.early(document.documentCode ?? '')) {
    if (!isSameOffice(store, document.senderOrganId, request.senderOrganId)) continue
    // One that is older than this sending was about another one; it goes on waiting.
    if (isOlder(request, document)) continue
    giveBack(ports, document.id, request)
    const set = store.incoming.findByPacketId(request.packetId)
    if (set?.state === 'quarantined') store.incoming.move(set.id, 'dismiss', ports.now(), { of: id })
    return
  }
}

/** "Đồng ý thu hồi". @throws {AppError} document/wrong-state when nothing was asked */
export function agree(ports: RegisterPorts, id: DocumentId): void {
  ports.store.atomically(() => {
    giveBack(ports, id, openRequest(ports.store, id))
  })
}

/** "Từ chối": the document stays as it is, and its sender reads why (16). */
export function refuse(ports: RegisterPorts, id: DocumentId, reason: string): void {
  const { store } = ports
  store.atomically(() => {
    const request = store.receivedRequests.move(openRequest(store, id).id, 'refuse', { answer: reason })
    addReport(store, id, { statusCode: '16', description: reason, at: ports.now() }, request)
  })
}

function decide(ports: RegisterPorts, document: Incoming, request: IncomingRequest, isExact: boolean): void {
  const { store } = ports
  const before = store.receivedRequests.of(document.id).filter(({ id }) => id !== request.id)
  // Wire times are whole seconds: two requests of one second are told apart by their reasons.
  const same = before.find(
    ({ madeAt, reason, state }) =>
      madeAt === request.madeAt && reason === request.reason && state === 'refused',
  )
  const ignore = (why: string) => store.receivedRequests.move(request.id, 'void', { detail: { why } })
  if (isOlder(request, document)) ignore('older')
  else if (document.state === 'recalled') {
    // Its sender may have missed the answer.
    addReport(store, document.id, { statusCode: '15', description: AGREED, at: ports.now() }, ignore('done'))
  } else if (same !== undefined) {
    const again = ignore('answered')
    addReport(store, document.id, { statusCode: '16', description: same.answer, at: ports.now() }, again)
  } else if (before.some(({ state }) => state === 'asked')) ignore('open')
  else if (isExact && document.arrivalNumber === undefined) giveBack(ports, document.id, request)
  else store.receivedRequests.move(request.id, 'ask')
}

/** What the clerk of the other office reads beside status 15. */
const AGREED = 'Đồng ý thu hồi, đã hủy văn bản'

/** Any state → recalled: the document is cancelled, what is known of it is kept. */
function giveBack({ store, now }: RegisterPorts, id: DocumentId, request: IncomingRequest): void {
  const at = now()
  const answered = store.receivedRequests.move(request.id, 'agree', { document: id })
  store.incoming.move(id, 'recall', at, { reason: request.reason })
  addReport(store, id, { statusCode: '15', description: AGREED, at }, answered)
}

function openRequest(store: Store, id: DocumentId): IncomingRequest {
  const open = store.receivedRequests.of(id).find(({ state }) => state === 'asked')
  if (open === undefined) throw new AppError('document/wrong-state', `nothing was asked about ${id}`)
  return open
}

/** Whether the request was made before this very sending of the document, by the same clock. */
function isOlder({ madeAt }: IncomingRequest, { message }: Incoming): boolean {
  const at = message === undefined ? undefined : sentAt(message)
  return at !== undefined && madeAt < at
}

/** When its sender made the packet; a hub's own hop names no agency. */
function sentAt({ trace }: DocumentMessage): number | undefined {
  const own = trace.find(({ organId }) => organId !== undefined)
  return own === undefined ? undefined : Date.parse(own.timestamp)
}

/** Whether two codes name one agency: the same, or the old and the new one of the directory. */
function isSameOffice(store: Store, one: string, other: string): boolean {
  if (one === other) return true
  const [known] = store.directory.byIds([one])
  return known !== undefined && (known.organId === other || known.oldCode === other)
}

function noteForeign({ store, now }: RegisterPorts, recall: Recall, about: readonly Incoming[]): void {
  const subjects = about.map(({ id }) => ({ subjectKind: 'incoming', subjectId: id }) as const)
  const office = { subjectKind: 'office', subjectId: 'inbox' } as const
  for (const subject of subjects.length > 0 ? subjects : [office]) {
    store.history.append({
      at: now(),
      ...subject,
      event: 'request',
      detail: {
        request: 'recall',
        event: 'foreign',
        organId: recall.senderOrganId,
        hub: recall.hubOrganId,
        about: recall.documentCode,
      },
    })
  }
}
