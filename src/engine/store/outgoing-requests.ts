import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { documentId, instant, sha256Hex, type DocumentId, type Sha256 } from '../../shared/document/fields.ts'
import { ASKED, askedRecipient, askedState, recallRoute, requestKind } from '../../shared/document/request.ts'
import type { AskedEvent, RecallRoute, RequestKind } from '../../shared/document/request.ts'
import type { HistoryEntry } from '../../shared/document/history.ts'
import { next } from '../../shared/machine.ts'
import { maybe } from './columns.ts'
import type { Database } from './database.ts'
import type { HistoryStore } from './history.ts'

const requestRow = z.object({
  id: z.string(),
  documentId,
  kind: requestKind,
  route: recallRoute,
  /** DocumentId of its packet, which the answer names. */
  requestCode: z.string(),
  reason: z.string(),
  packetSha256: sha256Hex,
  packetSizeBytes: z.int(),
  hubPacketId: maybe(z.string()),
  askedAt: instant,
})
const recipientRow = z.object({
  organId: z.string(),
  state: askedState,
  stateAt: instant,
  note: z.string(),
})
/** One recipient of a request. */
export type RequestRecipient = z.output<typeof recipientRow>

/** A request of ours, whole: one packet, and what each of its recipients does with it. */
export interface OutgoingRequest extends z.output<typeof requestRow> {
  readonly recipients: RequestRecipient[]
}

/** A request whose packet is kept, to be noted. */
export interface NewRequest {
  readonly documentId: DocumentId
  readonly kind: RequestKind
  readonly route: RecallRoute
  readonly requestCode: string
  readonly reason: string
  readonly packet: { readonly sha256: Sha256; readonly sizeBytes: number }
  readonly organIds: readonly string[]
  /** Epoch milliseconds. */
  readonly askedAt: number
}

const COLUMNS = `id, document_id AS documentId, kind, route, request_code AS requestCode, reason, packet_sha256 AS packetSha256,
  packet_size_bytes AS packetSizeBytes, hub_packet_id AS hubPacketId, asked_at AS askedAt`

export type OutgoingRequestStore = ReturnType<typeof outgoingRequestStore>

/** What we asked about documents that were sent. The only module that names the `outgoing_request` tables. */
export function outgoingRequestStore(db: Database, history: HistoryStore, now: () => number) {
  const byId = db.query('requests.get', `SELECT ${COLUMNS} FROM outgoing_request WHERE id = @id`, requestRow)
  const byDocument = db.query(
    'requests.of',
    `SELECT ${COLUMNS} FROM outgoing_request WHERE document_id = @documentId ORDER BY asked_at DESC, id`,
    requestRow,
  )
  const byCode = db.query(
    'requests.askedOf',
    `SELECT ${COLUMNS} FROM outgoing_request WHERE request_code = @requestCode AND kind <> 'addition'
     ORDER BY asked_at DESC, id`,
    requestRow,
  )
  const insert = db.command(
    'requests.add',
    `INSERT INTO outgoing_request (id, document_id, kind, route, request_code, reason, packet_sha256, packet_size_bytes,
       hub_packet_id, asked_at)
     VALUES (@id, @documentId, @kind, @route, @requestCode, @reason, @sha256, @sizeBytes, NULL, @askedAt)`,
  )
  const insertRecipient = db.command(
    'requests.addRecipient',
    `INSERT INTO outgoing_request_recipient (request_id, organ_id, state, state_at, note)
     VALUES (@id, @organId, 'waiting', @at, '')`,
  )
  const hubIt = db.command(
    'requests.setHubPacketId',
    'UPDATE outgoing_request SET hub_packet_id = @hubPacketId WHERE id = @id',
  )
  const recipientsOf = db.query(
    'requests.recipients',
    `SELECT organ_id AS organId, state, state_at AS stateAt, note FROM outgoing_request_recipient
     WHERE request_id = @id ORDER BY organ_id`,
    recipientRow,
  )
  const swap = db.command(
    'requests.move',
    `UPDATE outgoing_request_recipient SET state = @to, state_at = @at, note = @note
     WHERE request_id = @id AND organ_id = @organId AND state = @from`,
  )
  const latest = db.query(
    'requests.latest',
    `SELECT r.organ_id AS organId, q.kind, r.state, r.state_at AS stateAt, r.note
     FROM outgoing_request AS q JOIN outgoing_request_recipient AS r ON r.request_id = q.id
     WHERE q.document_id = @documentId ORDER BY q.asked_at`,
    askedRecipient.extend({ organId: z.string() }),
  )
  const hashes = db.query(
    'requests.fileHashes',
    'SELECT packet_sha256 AS sha256 FROM outgoing_request',
    z.object({ sha256: sha256Hex }),
  )

  function whole(row: z.output<typeof requestRow>): OutgoingRequest {
    return { ...row, recipients: recipientsOf.all({ id: row.id }) }
  }

  /** Notes a request before it leaves. Answers its id. */
  function add(request: NewRequest): string {
    const id = randomUUID()
    const { packet, organIds, ...row } = request
    db.atomically(() => {
      insert.run({ ...row, id, ...packet })
      for (const organId of organIds) insertRecipient.run({ id, organId, at: request.askedAt })
    })
    return id
  }

  function get(id: string): OutgoingRequest | undefined {
    const row = byId.get({ id })
    return row === undefined ? undefined : whole(row)
  }

  /** All about one document, the newest first. */
  function of(document: DocumentId): OutgoingRequest[] {
    return byDocument.all({ documentId: document }).map(whole)
  }

  /**
   * The request that an answer belongs to: the newest one of that DocumentId to that agency which was asked
   * before the answer was made; of one whose clock is wrong, the oldest there is. An update has a DocumentId of
   * its own, by which we and others answer; who answers it by that of the document means what is still open.
   *
   * @param about the document that bears the DocumentId which the answer names, if one does
   */
  function askedOf(
    requestCode: string,
    organId: string,
    answeredAt: number,
    about?: DocumentId,
  ): OutgoingRequest | undefined {
    const isAsked = ({ recipients }: OutgoingRequest) => recipients.some((row) => row.organId === organId)
    const isOpen = ({ kind, recipients }: OutgoingRequest) =>
      kind !== 'addition' &&
      recipients.some((row) => row.organId === organId && (row.state === 'waiting' || row.state === 'asked'))
    const open = about === undefined ? [] : of(about).filter(isOpen)
    const asked = byCode.all({ requestCode }).map(whole).filter(isAsked)
    const before = ({ askedAt }: OutgoingRequest) => askedAt <= answeredAt
    return open.find(before) ?? asked.find(before) ?? asked.at(-1)
  }

  /** What was asked last of each recipient of a document. */
  function latestByRecipient(document: DocumentId): Map<string, z.output<typeof askedRecipient>> {
    return new Map(latest.all({ documentId: document }).map(({ organId, ...row }) => [organId, row]))
  }

  function setHubPacketId(id: string, hubPacketId: string): void {
    hubIt.run({ id, hubPacketId })
  }

  /**
   * One step of one recipient of a request. What does not follow moves nothing; both are written down with
   * the document, with what more is known. Answers whether it moved.
   */
  function move(
    id: string,
    organId: string,
    event: AskedEvent,
    at: number,
    note = '',
    detail: HistoryEntry['detail'] = {},
  ): boolean {
    return db.atomically(() => {
      const request = get(id)
      const from = request?.recipients.find((row) => row.organId === organId)?.state
      if (request === undefined || from === undefined) return false
      const to = next(ASKED, from, event)
      const moved = to !== undefined && swap.run({ id, organId, from, to, at, note }) === 1
      history.append({
        at: now(),
        subjectKind: 'outgoing',
        subjectId: request.documentId,
        event: 'answer',
        detail: { request: request.kind, organId, event, from, moved, statusAt: at, note, ...detail },
      })
      return moved
    })
  }

  /** Every file a request refers to. */
  function fileHashes(): Sha256[] {
    return hashes.all().map((row) => row.sha256)
  }

  return { add, askedOf, fileHashes, get, latestByRecipient, move, of, setHubPacketId }
}
