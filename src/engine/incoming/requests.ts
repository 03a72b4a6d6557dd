/**
 * What a sender asks about a document that it sent us: to give it back, or to take in what it puts right (updates.ts).
 * Only the sender may ask; a document that is in the register is given back or changed by the clerk alone.
 */
import { AppError } from '../../shared/errors.ts'
import type { DocumentId } from '../../shared/document/fields.ts'
import type { IncomingState } from '../../shared/document/incoming.ts'
import type { DocumentMessage, StatusMessage } from '../../shared/document/packet.ts'
import { affectedDocumentId, BUSINESS_TYPE } from '../../shared/document/packet.ts'
import type { ReceivedKind } from '../../shared/document/request.ts'
import type { Incoming, IncomingRequest, Packet, Store } from '../store/index.ts'
import type { RegisterPorts } from './register.ts'
import { addReport } from './report.ts'
import { applyUpdate, closeUpdates, decideUpdate } from './updates.ts'

/** A request as it came, a recall by either route. */
export interface SenderRequest {
  readonly kind: ReceivedKind
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

/**
 * The request that a document packet of type 1 or 2 is. An update that takes us off the recipients asks us to give
 * the document back.
 */
export function requestOf(
  store: Store,
  packet: Packet,
  message: DocumentMessage,
  receivedAt: number,
): SenderRequest {
  const isUpdate = message.business.type === BUSINESS_TYPE.update && !takesUsOff(store, message)
  return {
    kind: isUpdate ? 'update' : 'recall',
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

/** Whether an update is to this agency, which it may name by either code. */
export function concernsUs(store: Store, { to, business }: DocumentMessage): boolean {
  const named = [...to, ...(business.documentInfo?.receiverList ?? [])]
  return named.some(({ organId }) => isOurs(store, organId))
}

/** Whether an update says that the document is new to us: we were added to its recipients. */
export function addsUs(store: Store, { business }: DocumentMessage): boolean {
  const changed = business.documentInfo?.receiverList ?? []
  return changed.some(({ organId, receiverType }) => receiverType === 1 && isOurs(store, organId))
}

function takesUsOff(store: Store, { business }: DocumentMessage): boolean {
  const changed = business.documentInfo?.receiverList ?? []
  return changed.some(({ organId, receiverType }) => receiverType === 0 && isOurs(store, organId))
}

function isOurs(store: Store, organId: string): boolean {
  const self = store.settings.get('agency')
  return organId === self?.organId || organId === self?.oldCode
}

/** The recall that a status packet 13 is. */
export function recallOfStatus(packet: Packet, message: StatusMessage): SenderRequest {
  const { documentId, code } = message.responseFor
  return {
    kind: 'recall',
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
 * Takes a request, inside the caller's transaction. What is not in the register yet is given back, or changed, at
 * once, and its sender told (15); of what is, the clerk is asked. One that comes again is noted and, where it was answered,
 * answered again; one about a document that is not here waits for it ({@link takeEarly}).
 *
 * @returns why its packet belongs into quarantine, or undefined where something was done about it
 * @source Decision 28/2018/QĐ-TTg Art 9, Decree 30/2020/NĐ-CP Art 18(4)b
 */
export function takeRequest(ports: RegisterPorts, asked: SenderRequest): AppError | undefined {
  const { store } = ports
  const { kind, packetId, senderOrganId, documentCode, requestCode, reason, madeAt } = asked
  const named = store.incoming.findByDocumentCode(documentCode)
  const theirs = named.filter((document) => isSameOffice(store, document.senderOrganId, senderOrganId))
  const isVouchedFor = asked.hubOrganId === '' || isSameOffice(store, asked.hubOrganId, senderOrganId)
  if (!isVouchedFor || (named.length > 0 && theirs.length === 0)) {
    noteForeign(ports, asked, named)
    return new AppError('packet/not-the-sender', 'somebody else asks for the document')
  }
  const note = (document: DocumentId | undefined) =>
    store.receivedRequests.add({
      kind,
      packetId,
      documentId: document,
      documentCode,
      requestCode,
      senderOrganId,
      reason,
      madeAt,
      receivedAt: ports.now(),
    })
  // Other systems are known to repeat a DocumentId: number and notation tell which one is meant.
  const exact = theirs.filter(({ code }) => code === asked.code)
  const meant =
    kind === 'update' ? exact.filter(({ state }) => !UNREAD.has(state)) : exact.length > 0 ? exact : theirs
  if (meant.length === 0) {
    store.receivedRequests.move(note(undefined).id, 'wait')
    return new AppError('packet/document-unknown', 'the document is not here')
  }
  for (const document of meant) {
    if (kind === 'update') takeUpdate(ports, document, note(document.id))
    else decide(ports, document, note(document.id), exact.length > 0)
  }
  return undefined
}

/** What was never admitted cannot be put right: its update waits until it is. */
const UNREAD: ReadonlySet<IncomingState> = new Set<IncomingState>(['quarantined', 'dismissed'])

function takeUpdate(ports: RegisterPorts, document: Incoming, request: IncomingRequest): void {
  if (isOlder(request, document)) {
    ports.store.receivedRequests.move(request.id, 'void', { detail: { why: 'older' } })
  } else decideUpdate(ports, document, request)
}

/** What waited for this document, now that it is admitted; inside the caller's transaction. */
export function takeEarly(ports: RegisterPorts, id: DocumentId): void {
  const { store } = ports
  const document = store.incoming.get(id)
  const early = store.receivedRequests
    .early(document.documentCode ?? '')
    .filter(({ senderOrganId }) => isSameOffice(store, document.senderOrganId, senderOrganId))
    // One that is older than this sending was about another one; it goes on waiting.
    .filter((request) => !isOlder(request, document))
  const done = ({ packetId }: IncomingRequest) => {
    const set = store.incoming.findByPacketId(packetId)
    if (set?.state === 'quarantined') store.incoming.move(set.id, 'dismiss', ports.now(), { of: id })
  }
  const recall = early.find(({ kind }) => kind === 'recall')
  if (recall !== undefined) {
    giveBack(ports, id, recall)
    done(recall)
  }
  for (const request of early.filter(({ kind }) => kind === 'update')) {
    if (store.incoming.findByPacketId(request.packetId)?.code !== document.code) continue
    decideUpdate(ports, store.incoming.get(id), request)
    done(request)
  }
}

/**
 * "Đồng ý": gives the document back, or takes in what was put right.
 *
 * @throws {AppError} document/wrong-state when that was not asked, or not any more
 */
export function agree(ports: RegisterPorts, id: DocumentId, requestId: string): void {
  const { store, now } = ports
  store.atomically(() => {
    const request = openRequest(store, id, requestId)
    if (request.kind === 'update') applyUpdate(ports, store.incoming.get(id), request, now())
    else giveBack(ports, id, request)
  })
}

/** "Từ chối": the document stays as it is, and its sender reads why (16). */
export function refuse(ports: RegisterPorts, id: DocumentId, requestId: string, reason: string): void {
  const { store } = ports
  store.atomically(() => {
    const open = openRequest(store, id, requestId)
    const request = store.receivedRequests.move(open.id, 'refuse', { answer: reason })
    addReport(store, id, { statusCode: '16', description: reason, at: ports.now() }, request)
  })
}

function decide(ports: RegisterPorts, document: Incoming, request: IncomingRequest, isExact: boolean): void {
  const { store } = ports
  const before = store.receivedRequests
    .of(document.id)
    .filter(({ id, kind }) => id !== request.id && kind === 'recall')
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
function giveBack(ports: RegisterPorts, id: DocumentId, request: IncomingRequest): void {
  const { store } = ports
  const at = ports.now()
  const answered = store.receivedRequests.move(request.id, 'agree', { document: id })
  store.incoming.move(id, 'recall', at, { reason: request.reason })
  addReport(store, id, { statusCode: '15', description: AGREED, at }, answered)
  closeUpdates(ports, id)
}

function openRequest(store: Store, id: DocumentId, requestId: string): IncomingRequest {
  const open = store.receivedRequests.of(id).find((one) => one.id === requestId && one.state === 'asked')
  if (open === undefined) throw new AppError('document/wrong-state', `${requestId} is not asked about ${id}`)
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

function noteForeign({ store, now }: RegisterPorts, asked: SenderRequest, about: readonly Incoming[]): void {
  const subjects = about.map(({ id }) => ({ subjectKind: 'incoming', subjectId: id }) as const)
  const office = { subjectKind: 'office', subjectId: 'inbox' } as const
  for (const subject of subjects.length > 0 ? subjects : [office]) {
    store.history.append({
      at: now(),
      ...subject,
      event: 'request',
      detail: {
        request: asked.kind,
        event: 'foreign',
        organId: asked.senderOrganId,
        hub: asked.hubOrganId,
        about: asked.documentCode,
      },
    })
  }
}
