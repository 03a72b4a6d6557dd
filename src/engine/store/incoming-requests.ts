import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { documentId, instant, type DocumentId } from '../../shared/document/fields.ts'
import type { HistoryEntry } from '../../shared/document/history.ts'
import type { receivedRequest } from '../../shared/document/request.ts'
import { receivedKind, REQUEST, requestState, type RequestEvent } from '../../shared/document/request.ts'
import { AppError } from '../../shared/errors.ts'
import { next } from '../../shared/machine.ts'
import { maybe } from './columns.ts'
import type { Database } from './database.ts'
import type { HistoryStore } from './history.ts'

const requestRow = z.object({
  id: z.string(),
  kind: receivedKind,
  state: requestState,
  /** The hub's id of the packet it came in. */
  packetId: z.string(),
  /** Undefined while the document is not here. */
  documentId: maybe(documentId),
  /** DocumentId of the document it is about. */
  documentCode: z.string(),
  /** DocumentId of its own packet, which the answer names. */
  requestCode: z.string(),
  senderOrganId: z.string(),
  reason: z.string(),
  /** When the sender says that it asked. */
  madeAt: instant,
  receivedAt: instant,
  /** Why it was refused. */
  answer: z.string(),
})
/** A request about a document that we have, or may get yet. */
export type IncomingRequest = z.output<typeof requestRow>

/** A request as it came. */
export type NewIncomingRequest = Omit<IncomingRequest, 'id' | 'state' | 'answer'>

const COLUMNS = `id, kind, state, packet_id AS packetId, document_id AS documentId, document_code AS documentCode,
  request_code AS requestCode, sender_organ_id AS senderOrganId, reason, made_at AS madeAt, received_at AS receivedAt, answer`

export type IncomingRequestStore = ReturnType<typeof incomingRequestStore>

/** What senders asked about their documents. The only module that names the `incoming_request` table. */
export function incomingRequestStore(db: Database, history: HistoryStore, now: () => number) {
  const byId = db.query('received.get', `SELECT ${COLUMNS} FROM incoming_request WHERE id = @id`, requestRow)
  const insert = db.command(
    'received.add',
    `INSERT INTO incoming_request (id, kind, state, packet_id, document_id, document_code, request_code, sender_organ_id,
       reason, made_at, received_at, changed_at, answer)
     VALUES (@id, @kind, 'received', @packetId, @documentId, @documentCode, @requestCode, @senderOrganId, @reason, @madeAt,
       @receivedAt, @receivedAt, '')`,
  )
  const swap = db.command(
    'received.move',
    `UPDATE incoming_request SET state = @to, document_id = coalesce(document_id, @documentId), answer = @answer,
       changed_at = @at
     WHERE id = @id AND state = @from`,
  )
  const byDocument = db.query(
    'received.of',
    `SELECT ${COLUMNS} FROM incoming_request WHERE document_id = @documentId AND state <> 'voided'
     ORDER BY received_at DESC, id`,
    requestRow,
  )
  const waiting = db.query(
    'received.early',
    `SELECT ${COLUMNS} FROM incoming_request
     WHERE state = 'early' AND document_code = @documentCode ORDER BY received_at, id`,
    requestRow,
  )

  /** @throws AppError `document/not-found` */
  function get(id: string): IncomingRequest {
    const row = byId.get({ id })
    if (row === undefined) throw new AppError('document/not-found', `request ${id}`)
    return row
  }

  /** Notes a request in state `received`; {@link move} says at once what became of it. */
  function add(request: NewIncomingRequest): IncomingRequest {
    const id = randomUUID()
    insert.run({ ...request, id, documentId: request.documentId ?? null })
    return get(id)
  }

  /** Those about a document that may still say something, the newest first. */
  function of(document: DocumentId): IncomingRequest[] {
    return byDocument.all({ documentId: document })
  }

  /**
   * The one that the clerk sees: what waits for an answer first, of that a recall first and then the oldest;
   * else the newest.
   */
  function shown(document: DocumentId): z.output<typeof receivedRequest> | undefined {
    const all = of(document)
    const open = all.filter(({ state }) => state === 'asked').sort((one, other) => one.madeAt - other.madeAt)
    return open.find(({ kind }) => kind === 'recall') ?? open[0] ?? all[0]
  }

  /** Those that came before their document. */
  function early(documentCode: string): IncomingRequest[] {
    return waiting.all({ documentCode })
  }

  /**
   * Moves one arrow along REQUEST and writes it down with the document, or with the office while the document
   * is not here.
   *
   * @throws AppError `document/wrong-state` when the state does not know the event; `document/changed`
   */
  function move(
    id: string,
    event: RequestEvent,
    more: {
      readonly document?: DocumentId
      readonly answer?: string
      readonly detail?: HistoryEntry['detail']
    } = {},
  ): IncomingRequest {
    return db.atomically(() => {
      const before = get(id)
      const to = next(REQUEST, before.state, event)
      if (to === undefined)
        throw new AppError('document/wrong-state', `request ${id}: ${event} while ${before.state}`)
      const at = now()
      const { answer = before.answer } = more
      const moved = swap.run({ id, from: before.state, to, documentId: more.document ?? null, answer, at })
      if (moved !== 1) throw new AppError('document/changed', `request ${id}`)
      const after = get(id)
      history.append({
        at,
        subjectKind: after.documentId === undefined ? 'office' : 'incoming',
        subjectId: after.documentId ?? 'inbox',
        event: 'request',
        detail: {
          request: after.kind,
          event,
          note: event === 'refuse' ? answer : after.reason,
          ...(after.documentId === undefined ? { about: after.documentCode, from: after.senderOrganId } : {}),
          ...more.detail,
        },
      })
      return after
    })
  }

  return { add, early, get, move, of, shown }
}
