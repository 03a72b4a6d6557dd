import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import {
  documentFile,
  documentId,
  instant,
  isoDate,
  sha256Hex,
  type DocumentFile,
  type DocumentId,
  type Sha256,
} from '../../shared/document/fields.ts'
import type { HistoryEntry } from '../../shared/document/history.ts'
import {
  INCOMING,
  INCOMING_BOXES,
  UNFINISHED,
  incomingState,
  type IncomingBox,
  type IncomingEvent,
  type IncomingState,
} from '../../shared/document/incoming.ts'
import {
  BUSINESS_TYPE,
  documentMessage,
  packetWarning,
  type DocumentMessage,
  type PacketWarning,
} from '../../shared/document/packet.ts'
import { AppError, ERROR_CODES, type ErrorCode } from '../../shared/errors.ts'
import type { IncomingSummary } from '../../shared/ipc/contract.ts'
import { next } from '../../shared/machine.ts'
import { documentVerdict, type DocumentVerdict } from '../../shared/verdict.ts'
import { personId, type PersonId } from '../../shared/people.ts'
import type { ActorContext } from './actor.ts'
import { json, maybe, numberRow, orNull } from './columns.ts'
import type { Database } from './database.ts'
import type { HistoryStore } from './history.ts'
import type { IncomingRequestStore } from './incoming-requests.ts'
import { mapped, newestIn } from './pages.ts'

/** What the lists need: kept in columns of their own, so that a page does not parse whole messages. */
const listed = z.object({
  id: documentId,
  packetId: z.string(),
  state: incomingState,
  senderOrganId: z.string(),
  senderName: z.string(),
  receivedAt: instant,
  changedAt: instant,
  /** Số, ký hiệu as the packet gives it; empty until it is read. */
  code: z.string(),
  typeName: z.string(),
  subject: z.string(),
  issuedDate: maybe(isoDate),
  dueDate: maybe(isoDate),
  priority: z.int(),
  verdictWord: maybe(documentVerdict.shape.verdict),
  quarantineCode: maybe(z.enum(ERROR_CODES)),
  quarantineDetail: maybe(z.string()),
  arrivalYear: maybe(z.int()),
  arrivalNumber: maybe(z.int()),
  arrivalDate: maybe(isoDate),
  returnReason: maybe(z.string()),
  /** Who handles it; without an id somebody outside the list of people. */
  assigneeId: maybe(personId),
  assignee: maybe(z.string()),
  handleBy: maybe(isoDate),
})
const incomingRow = listed.extend({
  packetSha256: sha256Hex,
  packetSizeBytes: z.int(),
  message: maybe(json(documentMessage)),
  /** The sender's DocumentId. */
  documentCode: maybe(z.string()),
  warnings: json(z.array(packetWarning)),
  verdict: maybe(json(documentVerdict)),
})
type IncomingRow = z.output<typeof incomingRow>

/** A received document as stored, whole. */
export interface Incoming extends IncomingRow {
  readonly files: DocumentFile[]
}

/** A downloaded packet that is not read yet. */
export interface CollectedPacket {
  /** The hub's id of the packet. */
  readonly packetId: string
  readonly senderOrganId: string
  readonly sha256: Sha256
  readonly sizeBytes: number
  /** Epoch milliseconds. */
  readonly receivedAt: number
}

/** What came out of the packet. */
export interface ReadMessage {
  readonly message: DocumentMessage
  readonly warnings: readonly PacketWarning[]
  /** Of the main PDF, where there is one. */
  readonly verdict?: DocumentVerdict | undefined
}

const LISTED = `id, packet_id AS packetId, state, sender_organ_id AS senderOrganId, sender_name AS senderName,
  received_at AS receivedAt, changed_at AS changedAt, code, type_name AS typeName, subject,
  issued_date AS issuedDate, due_date AS dueDate, priority, verdict ->> '$.verdict' AS verdictWord,
  quarantine_code AS quarantineCode, quarantine_detail AS quarantineDetail, arrival_year AS arrivalYear,
  arrival_number AS arrivalNumber, arrival_date AS arrivalDate, return_reason AS returnReason,
  assignee_id AS assigneeId, assignee, handle_by AS handleBy`
const COLUMNS = `${LISTED}, packet_sha256 AS packetSha256, packet_size_bytes AS packetSizeBytes, message,
  document_code AS documentCode, warnings, verdict`

export type IncomingStore = ReturnType<typeof incomingStore>

/** Received documents at rest. The only module that names the `incoming` tables. */
export function incomingStore(
  db: Database,
  {
    history,
    requests,
    actor,
  }: { history: HistoryStore; requests: IncomingRequestStore; actor: ActorContext },
  now: () => number,
) {
  const byId = db.query('incoming.get', `SELECT ${COLUMNS} FROM incoming WHERE id = @id`, incomingRow)
  const byPacket = db.query(
    'incoming.findByPacketId',
    `SELECT ${COLUMNS} FROM incoming WHERE packet_id = @packetId`,
    incomingRow,
  )
  const insert = db.command(
    'incoming.collect',
    `INSERT INTO incoming (id, packet_id, state, packet_sha256, packet_size_bytes, sender_organ_id, received_at,
       changed_at, code, sender_name, type_name, subject, priority, warnings)
     VALUES (@id, @packetId, 'collected', @sha256, @sizeBytes, @senderOrganId, @receivedAt, @receivedAt, '',
       @senderOrganId, '', '', 0, '[]')`,
  )
  const update = db.command(
    'incoming.setMessage',
    `UPDATE incoming SET message = @message, document_code = @documentCode, code = @code,
       sender_organ_id = @senderOrganId, sender_name = @senderName, type_name = @typeName, subject = @subject,
       issued_date = @issuedDate, due_date = @dueDate, priority = @priority, warnings = @warnings,
       verdict = @verdict, changed_at = @at
     WHERE id = @id`,
  )
  const judge = db.command(
    'incoming.setVerdict',
    'UPDATE incoming SET verdict = @verdict, changed_at = @at WHERE id = @id',
  )
  const blame = db.command(
    'incoming.setQuarantine',
    'UPDATE incoming SET quarantine_code = @code, quarantine_detail = @detail, changed_at = @at WHERE id = @id',
  )
  const enter = db.command(
    'incoming.setArrival',
    `UPDATE incoming SET arrival_year = @year, arrival_number = @number, arrival_date = @date, changed_at = @at
     WHERE id = @id`,
  )
  const explain = db.command(
    'incoming.setReturnReason',
    'UPDATE incoming SET return_reason = @reason, changed_at = @at WHERE id = @id',
  )
  const swap = db.command(
    'incoming.move',
    'UPDATE incoming SET state = @to, changed_at = @at WHERE id = @id AND state = @from',
  )
  const same = db.query(
    'incoming.findDuplicate',
    `SELECT ${COLUMNS} FROM incoming
     WHERE document_code = @documentCode AND sender_organ_id = @senderOrganId AND code = @code AND id <> @except
       AND state NOT IN ('collected', 'quarantined', 'repeated', 'request', 'dismissed')
     ORDER BY state IN ('returned', 'recalled'), received_at LIMIT 1`,
    incomingRow,
  )
  const named = db.query(
    'incoming.findByDocumentCode',
    `SELECT ${COLUMNS} FROM incoming
     WHERE document_code = @documentCode AND state NOT IN ('collected', 'repeated', 'request')
       AND coalesce(message ->> '$.business.type', 0) NOT IN (${String(BUSINESS_TYPE.recall)}, ${String(BUSINESS_TYPE.update)})
     ORDER BY received_at, id`,
    incomingRow,
  )
  const filesOf = db.query(
    'incoming.files',
    `SELECT role, sha256, name, content_type AS contentType, size_bytes AS sizeBytes FROM incoming_file
     WHERE document_id = @id ORDER BY position`,
    documentFile,
  )
  const dropFiles = db.command('incoming.clearFiles', 'DELETE FROM incoming_file WHERE document_id = @id')
  const insertFile = db.command(
    'incoming.setFiles',
    `INSERT INTO incoming_file (document_id, position, role, name, sha256, content_type, size_bytes)
     VALUES (@id, @position, @role, @name, @sha256, @contentType, @sizeBytes)`,
  )
  const hashes = db.query(
    'incoming.fileHashes',
    'SELECT sha256 FROM incoming_file UNION SELECT packet_sha256 FROM incoming',
    z.object({ sha256: sha256Hex }),
  )
  const pages = mapped(INCOMING_BOXES, (states) =>
    db.query(
      'incoming.list',
      `SELECT ${LISTED} FROM incoming WHERE id IN (${newestIn('incoming', states, 'received_at')})
       ORDER BY received_at DESC, id`,
      listed,
    ),
  )
  const dropReplaced = db.command(
    'incoming.clearReplaced',
    'DELETE FROM incoming_replacement WHERE document_id = @id',
  )
  const insertReplaced = db.command(
    'incoming.setReplaced',
    `INSERT INTO incoming_replacement (document_code, sender_organ_id, document_id)
     SELECT @documentCode, sender_organ_id, id FROM incoming WHERE id = @id
     ON CONFLICT DO NOTHING`,
  )
  const successor = db.query(
    'incoming.replacedBy',
    `SELECT newer.id, newer.code FROM incoming AS older
     JOIN incoming_replacement AS r ON r.document_code = older.document_code
       AND r.sender_organ_id = older.sender_organ_id
     JOIN incoming AS newer ON newer.id = r.document_id
     WHERE older.id = @id AND newer.state NOT IN ('returned', 'recalled')
     ORDER BY newer.received_at DESC, newer.id LIMIT 1`,
    z.object({ id: documentId, code: z.string() }),
  )
  const asked = `FROM incoming WHERE id IN (SELECT document_id FROM incoming_request WHERE state = 'asked')`
  const askedPage = db.query(
    'incoming.listAsked',
    `SELECT ${LISTED} ${asked} ORDER BY received_at DESC, id LIMIT @limit OFFSET @offset`,
    listed,
  )
  const countAsked = db.query('incoming.countAsked', `SELECT count(*) AS value ${asked}`, numberRow)
  const admitted = db.query(
    'incoming.unanswered',
    "SELECT id, received_at AS receivedAt, priority FROM incoming WHERE state = 'admitted'",
    listed.pick({ id: true, receivedAt: true, priority: true }),
  )
  const give = db.command(
    'incoming.setAssignee',
    `UPDATE incoming SET assignee_id = @personId, assignee = @name, handle_by = @handleBy, changed_at = @at
     WHERE id = @id`,
  )
  const unfinished = UNFINISHED.map((state) => `'${state}'`).join(', ')
  const handled = mapped(
    {
      everybody: `FROM incoming WHERE state IN (${unfinished})`,
      nobody: `FROM incoming WHERE state = 'registered'`,
      // Few of thousands are theirs: the state is looked at and not looked up.
      one: `FROM incoming WHERE assignee_id = @of AND +state IN (${unfinished})`,
    },
    (rows) => ({
      page: db.query(
        'incoming.listHandling',
        `SELECT ${LISTED} FROM incoming WHERE id IN (
           SELECT id ${rows} ORDER BY handle_by IS NULL, handle_by, received_at, id LIMIT @limit OFFSET @offset)
         ORDER BY handle_by IS NULL, handle_by, received_at, id`,
        listed,
      ),
      count: db.query('incoming.countHandling', `SELECT count(*) AS value ${rows}`, numberRow),
    }),
  )
  const due = db.query(
    'incoming.dueForHandling',
    `SELECT id, state, handle_by AS handleBy, assignee_id AS assigneeId FROM incoming
     WHERE state IN (SELECT value FROM json_each(@states)) AND handle_by <= @upTo`,
    listed.pick({ id: true, state: true, handleBy: true, assigneeId: true }),
  )
  const urgent = db.query(
    'incoming.urgent',
    `SELECT ${LISTED} FROM incoming WHERE state = 'admitted' AND priority > 0
     ORDER BY priority DESC, received_at, id LIMIT 20`,
    listed,
  )
  const countIn = db.query(
    'incoming.count',
    'SELECT count(*) AS value FROM incoming WHERE state IN (SELECT value FROM json_each(@states))',
    numberRow,
  )

  const received = db.query(
    'incoming.countReceived',
    `SELECT count(*) AS value FROM incoming
     WHERE state IN (SELECT value FROM json_each(@states)) AND received_at >= @from AND received_at < @to`,
    numberRow,
  )

  const HANDLED = `FROM incoming WHERE arrival_year = @year AND arrival_number IS NOT NULL
    AND (assignee IS NOT NULL OR handle_by IS NOT NULL)`
  const handledPage = db.query(
    'incoming.handledIn',
    `SELECT id ${HANDLED} ORDER BY arrival_number LIMIT @limit OFFSET @offset`,
    z.object({ id: documentId }),
  )
  const countHandled = db.query('incoming.countHandled', `SELECT count(*) AS value ${HANDLED}`, numberRow)

  function rowOf(id: DocumentId): IncomingRow {
    const row = byId.get({ id })
    if (row === undefined) throw new AppError('document/not-found', `incoming ${id}`)
    return row
  }

  function whole(row: IncomingRow): Incoming {
    return { ...row, files: files(row.id) }
  }

  /**
   * Notes a packet whose bytes are kept, in state `collected`. The hub's id names it: a packet that was
   * collected before is answered as it stands.
   */
  function collect(packet: CollectedPacket): Incoming {
    return db.atomically(() => {
      const known = findByPacketId(packet.packetId)
      if (known !== undefined) return known
      const id = documentId.parse(randomUUID())
      const { packetId, senderOrganId, sha256, sizeBytes, receivedAt } = packet
      insert.run({ id, packetId, senderOrganId, sha256, sizeBytes, receivedAt })
      history.append({
        at: receivedAt,
        subjectKind: 'incoming',
        subjectId: id,
        event: 'collect',
        detail: { packetId, sha256, sizeBytes },
      })
      return get(id)
    })
  }

  /** @throws AppError `document/not-found` */
  function get(id: DocumentId): Incoming {
    return whole(rowOf(id))
  }

  function findByPacketId(packetId: string): Incoming | undefined {
    const row = byPacket.get({ packetId })
    return row === undefined ? undefined : whole(row)
  }

  /** What the packet says, before the document moves on. */
  function setMessage(id: DocumentId, read: ReadMessage): Incoming {
    const { message } = read
    const changes = update.run({
      id,
      message: JSON.stringify(message),
      documentCode: message.documentId,
      code: trimmed(`${message.code.number}/${message.code.notation}`),
      senderOrganId: message.from.organId,
      senderName: message.from.organName,
      typeName: message.documentType.typeName,
      subject: message.subject,
      issuedDate: orNull(message.promulgationDate),
      dueDate: orNull(message.dueDate),
      priority: message.otherInfo.priority ?? 0,
      warnings: JSON.stringify(read.warnings),
      verdict: read.verdict === undefined ? null : JSON.stringify(read.verdict),
      at: now(),
    })
    touched(changes, id)
    return get(id)
  }

  /** What our own verifier says now. The history must say that it changed. */
  function setVerdict(id: DocumentId, verdict: DocumentVerdict): Incoming {
    touched(judge.run({ id, verdict: JSON.stringify(verdict), at: now() }), id)
    return get(id)
  }

  /** Why it cannot be used. `detail` may be shown to the clerk. */
  function setQuarantine(id: DocumentId, why: { code: ErrorCode; detail?: string | undefined }): Incoming {
    touched(blame.run({ id, code: why.code, detail: orNull(why.detail), at: now() }), id)
    return get(id)
  }

  /** Số đến and ngày đến. The number comes from registers.ts, in the same transaction. */
  function setArrival(id: DocumentId, arrival: { year: number; number: number; date: string }): Incoming {
    const { year, number, date } = arrival
    touched(enter.run({ id, year, number, date, at: now() }), id)
    return get(id)
  }

  /** Who handles it and by when; whatever is left out is not known any more. */
  function setAssignee(
    id: DocumentId,
    to: { personId?: PersonId | undefined; name?: string | undefined; handleBy?: string | undefined },
  ): void {
    const { personId, name, handleBy } = to
    const given = { personId: orNull(personId), name: orNull(name), handleBy: orNull(handleBy) }
    touched(give.run({ id, ...given, at: now() }), id)
  }

  /** Lý do trả lại, or why it was put aside. */
  function setReturnReason(id: DocumentId, reason: string): Incoming {
    touched(explain.run({ id, reason, at: now() }), id)
    return get(id)
  }

  /**
   * The document that came before with the same DocumentId, sender and code: those that are here first, then
   * one we returned or its sender took back (which it may rightly send again).
   */
  function findDuplicate(
    of: { documentCode: string; senderOrganId: string; code: string },
    except: DocumentId,
  ): Incoming | undefined {
    const { documentCode, senderOrganId } = of
    const row = same.get({ documentCode, senderOrganId, code: trimmed(of.code), except })
    return row === undefined ? undefined : whole(row)
  }

  /** Every document that came with this DocumentId, whoever sent it. Requests about it are none. */
  function findByDocumentCode(documentCode: string): Incoming[] {
    return named.all({ documentCode }).map(whole)
  }

  /** The files in the packet's order. */
  function files(id: DocumentId): DocumentFile[] {
    return filesOf.all({ id })
  }

  /** Notes the files that came out of the packet, whose bytes are kept already. Replaces what was there. */
  function setFiles(id: DocumentId, all: readonly DocumentFile[]): void {
    db.atomically(() => {
      rowOf(id)
      dropFiles.run({ id })
      all.forEach(({ role, name, sha256, contentType, sizeBytes }, position) =>
        insertFile.run({ id, position, role, name, sha256, contentType, sizeBytes }),
      )
    })
  }

  /** Which documents of its sender it replaces, by their DocumentIds. Replaces what was there. */
  function setReplaced(id: DocumentId, documentCodes: readonly string[]): void {
    db.atomically(() => {
      dropReplaced.run({ id })
      for (const documentCode of documentCodes) insertReplaced.run({ id, documentCode })
    })
  }

  /** One page of a box, newest first, and how many there are in all. */
  function list(box: IncomingBox, limit: number, offset: number): { total: number; rows: IncomingSummary[] } {
    if (box === 'asked') {
      return { total: countOf(box), rows: askedPage.all({ limit, offset }).map(summary) }
    }
    const rows = pages[box].all({ limit, offset })
    return { total: countOf(box), rows: rows.map(summary) }
  }

  /** How many documents a box holds. */
  function countOf(box: IncomingBox): number {
    const row =
      box === 'asked' ? countAsked.get() : countIn.get({ states: JSON.stringify(INCOMING_BOXES[box]) })
    return row?.value ?? 0
  }

  /**
   * One page of what is in the register and not finished, by the day by which it is to be done; what has none
   * comes last.
   *
   * @param of only what was given to this person; `nobody`: what waits to be given to somebody
   */
  function handling(
    of: PersonId | 'nobody' | undefined,
    limit: number,
    offset: number,
  ): { total: number; rows: IncomingSummary[] } {
    const { statements, parameters } = handlingOf(of)
    const rows = statements.page.all({ ...parameters, limit, offset })
    return { total: statements.count.get(parameters)?.value ?? 0, rows: rows.map(summary) }
  }

  function handlingOf(of: PersonId | 'nobody' | undefined) {
    if (of === undefined) return { statements: handled.everybody, parameters: {} }
    return of === 'nobody'
      ? { statements: handled.nobody, parameters: {} }
      : { statements: handled.one, parameters: { of } }
  }

  /** What is to be done by a day, `yyyy-MM-dd`, or should have been. */
  function dueForHandling(upTo: string) {
    return due.all({ states: JSON.stringify(UNFINISHED), upTo })
  }

  /** Urgent documents that nobody accepted or returned yet, the most urgent first. */
  function urgentUnanswered(): IncomingSummary[] {
    return urgent.all().map(summary)
  }

  /** What the person at work has to do: theirs, and for who directs also what waits to be given to somebody. */
  function handlingCount(): number {
    const person = actor.current()
    const count = (of: PersonId | 'nobody') => {
      const { statements, parameters } = handlingOf(of)
      return statements.count.get(parameters)?.value ?? 0
    }
    if (person === undefined) return count('nobody')
    const directs = person.roles.includes('leader') || person.roles.includes('clerk')
    return count(person.id) + (directs ? count('nobody') : 0)
  }

  /** Documents that wait for the clerk to accept or return them. */
  function unanswered() {
    return admitted.all()
  }

  /** How many documents came in that time: without repeats, quarantined packets and requests about others. */
  function countReceived(from: number, to: number): number {
    const states = JSON.stringify(['admitted', 'returned', 'recalled', ...INCOMING_BOXES.registered])
    return received.get({ from, to, states })?.value ?? 0
  }

  /** What arrived in a year and was given to somebody or has a day, in the order of arrival numbers. */
  function handledIn(year: number, offset: number, limit: number): { total: number; ids: DocumentId[] } {
    return {
      total: countHandled.get({ year })?.value ?? 0,
      ids: handledPage.all({ year, offset, limit }).map(({ id }) => id),
    }
  }

  /** How many documents wait in the boxes that somebody has to see to: what is done with grows with the years. */
  function counts(): Record<'new' | 'asked' | 'handling' | 'quarantine', number> {
    return {
      handling: handlingCount(),
      new: countOf('new'),
      asked: countOf('asked'),
      quarantine: countOf('quarantine'),
    }
  }

  /**
   * Moves one arrow along INCOMING, only if nobody moved it first, and writes it down.
   *
   * @throws AppError `document/wrong-state` when the state does not know the event; `document/changed`
   */
  function move(
    id: DocumentId,
    event: IncomingEvent,
    at: number,
    detail: HistoryEntry['detail'] = {},
  ): Incoming {
    return db.atomically(() => {
      const { state: from } = rowOf(id)
      const to: IncomingState | undefined = next(INCOMING, from, event)
      if (to === undefined)
        throw new AppError('document/wrong-state', `incoming ${id}: ${event} while ${from}`)
      if (swap.run({ id, from, to, at }) !== 1) throw new AppError('document/changed', `incoming ${id}`)
      history.append({ at, subjectKind: 'incoming', subjectId: id, event, detail })
      return get(id)
    })
  }

  /** What the lists show. */
  function summary(row: z.output<typeof listed>): IncomingSummary {
    return {
      id: row.id,
      state: row.state,
      typeName: row.typeName,
      subject: row.subject,
      code: row.code,
      issuedDate: row.issuedDate,
      senderOrganId: row.senderOrganId,
      senderName: row.senderName,
      priority: row.priority,
      dueDate: row.dueDate,
      receivedAt: row.receivedAt,
      verdict: row.verdictWord,
      arrivalNumber: row.arrivalNumber,
      arrivalDate: row.arrivalDate,
      quarantine:
        row.quarantineCode === undefined
          ? undefined
          : { code: row.quarantineCode, detail: row.quarantineDetail },
      returnReason: row.returnReason,
      assignee: row.assignee === undefined ? undefined : { id: row.assigneeId, name: row.assignee },
      handleBy: row.handleBy,
      request: requests.shown(row.id),
      replacedBy: successor.get({ id: row.id }),
    }
  }

  /** Every file a document refers to. */
  function fileHashes(): Sha256[] {
    return hashes.all().map((row) => row.sha256)
  }

  return {
    collect,
    handledIn,
    countReceived,
    countOf,
    counts,
    dueForHandling,
    fileHashes,
    files,
    findByDocumentCode,
    findByPacketId,
    findDuplicate,
    get,
    handling,
    list,
    move,
    setArrival,
    setAssignee,
    setFiles,
    setMessage,
    setQuarantine,
    setReplaced,
    setReturnReason,
    setVerdict,
    summary,
    unanswered,
    urgentUnanswered,
  }
}

function touched(changes: number, id: DocumentId): void {
  if (changes !== 1) throw new AppError('document/not-found', `incoming ${id}`)
}

/** Số, ký hiệu without the slash of a part that is missing. */
function trimmed(code: string): string {
  return code.replace(/^\/|\/$/g, '')
}
