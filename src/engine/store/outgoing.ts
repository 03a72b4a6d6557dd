import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import {
  documentFile,
  documentId,
  formatCode,
  instant,
  isoDate,
  outgoingFields,
  sha256Hex,
  type DocumentFile,
  type DocumentId,
  type FileRole,
  type OutgoingFields,
  type Sha256,
} from '../../shared/document/fields.ts'
import type { HistoryEntry } from '../../shared/document/history.ts'
import {
  OUTGOING,
  OUTGOING_BOXES,
  outgoingState,
  type OutgoingBox,
  type OutgoingEvent,
  type OutgoingState,
} from '../../shared/document/outgoing.ts'
import { RECIPIENT, recipient, type Recipient, type RecipientEvent } from '../../shared/document/recipient.ts'
import { personalSignature, signersOf, type PersonalSignature } from '../../shared/document/signers.ts'
import { COPY_TYPES, copyFormOf } from '../../shared/document/types.ts'
import { AppError } from '../../shared/errors.ts'
import type { DeliveryStatus, OutgoingSummary } from '../../shared/ipc/contract.ts'
import { next } from '../../shared/machine.ts'
import { signatureLevel, type SignatureLevel } from '../../shared/signature-policy.ts'
import { documentVerdict, type DocumentVerdict } from '../../shared/verdict.ts'
import { personId, type PersonId } from '../../shared/people.ts'
import type { ActorContext } from './actor.ts'
import { flag, json, maybe, numberRow, orNull } from './columns.ts'
import type { Database } from './database.ts'
import type { DirectoryStore } from './directory.ts'
import type { HistoryStore } from './history.ts'
import type { Job, JobStore } from './jobs.ts'
import type { OutgoingRequestStore } from './outgoing-requests.ts'
import { mapped, newestIn } from './pages.ts'

const outgoingRow = z.object({
  id: documentId,
  state: outgoingState,
  /** Rises with each save of the fields. */
  revision: z.int(),
  fields: json(outgoingFields),
  /** Số as printed, such as `07`. */
  codeNumber: maybe(z.string()),
  issuedDate: maybe(isoDate),
  packetSha256: maybe(sha256Hex),
  packetSizeBytes: maybe(z.int()),
  /** The DocumentId inside the packet. */
  documentCode: maybe(z.string()),
  /** The hub's own id of the packet, once it took it. */
  hubPacketId: maybe(z.string()),
  verdict: maybe(json(documentVerdict)),
  /** How far its signatures were raised before it left; undefined is B-B. */
  level: maybe(signatureLevel),
  /** Sealed with a software certificate: for practice only. */
  practice: flag,
  /** The clerk decided to send it at the level that it has. */
  levelWaived: flag,
  createdAt: instant,
  changedAt: instant,
  sentAt: maybe(instant),
  /** Who began it; undefined of what is older than the list of people. */
  drafterId: maybe(personId),
  drafterName: maybe(z.string()),
  /** To whom it was submitted last. */
  leaderId: maybe(personId),
  leaderName: maybe(z.string()),
  /** Since when it lies with the drafter again, to be put right. */
  sentBackAt: maybe(instant),
})
type OutgoingRow = z.output<typeof outgoingRow>

/** An outgoing document as stored, whole. */
export interface Outgoing extends OutgoingRow {
  readonly files: DocumentFile[]
  /** Of the persons, in the order of signing. */
  readonly signatures: PersonalSignature[]
  readonly recipients: Recipient[]
}

/** Who shall get it, in the clerk's order. */
export type NewRecipient = Pick<Recipient, 'organId' | 'name'>

const COLUMNS = `id, state, revision, fields, code_number AS codeNumber, issued_date AS issuedDate,
  packet_sha256 AS packetSha256, packet_size_bytes AS packetSizeBytes, document_code AS documentCode,
  hub_packet_id AS hubPacketId, verdict, level, practice, level_waived AS levelWaived, created_at AS createdAt, changed_at AS changedAt, sent_at AS sentAt,
  drafter_id AS drafterId, (SELECT name FROM person WHERE id = drafter_id) AS drafterName,
  leader_id AS leaderId, (SELECT name FROM person WHERE id = leader_id) AS leaderName, sent_back_at AS sentBackAt`
/**
 * Whose it is, where only that person's are asked for: `@drafter` began it, or nobody knows who did. A document
 * that waits for a leader is also the leader's own.
 */
const VISIBLE = `(@drafter IS NULL OR drafter_id IS NULL OR drafter_id = @drafter OR leader_id = @drafter)`
// The index holds those that were sent back, who are few; the state alone leads to all drafts.
const SENT_BACK = `sent_back_at IS NOT NULL AND +state = 'drafting' AND ${VISIBLE}`
const COPY_NAMES = JSON.stringify(COPY_TYPES.map(({ name }) => name))
const LATE_MS = 24 * 60 * 60 * 1000
/** Where a drafter finds only what concerns them. */
const PRIVATE_BOXES: readonly OutgoingBox[] = ['drafts', 'sentBack', 'toApprove']
/** Which PDF stands for the document: the one signed last. */
const PDF_ROLES: readonly FileRole[] = ['sealed', 'signed', 'imported']

export type OutgoingStore = ReturnType<typeof outgoingStore>

/** Outgoing documents at rest. The only module that names the `outgoing` tables. */
export function outgoingStore(
  db: Database,
  {
    history,
    jobs,
    directory,
    requests,
    actor,
  }: {
    history: HistoryStore
    jobs: JobStore
    directory: DirectoryStore
    requests: OutgoingRequestStore
    actor: ActorContext
  },
  now: () => number,
) {
  const byId = db.query('outgoing.get', `SELECT ${COLUMNS} FROM outgoing WHERE id = @id`, outgoingRow)
  const byDocumentCode = db.query(
    'outgoing.findByDocumentCode',
    `SELECT ${COLUMNS} FROM outgoing WHERE document_code = @documentCode`,
    outgoingRow,
  )
  const insert = db.command(
    'outgoing.create',
    `INSERT INTO outgoing (id, state, revision, fields, created_at, changed_at, drafter_id)
     VALUES (@id, 'drafting', 1, @fields, @at, @at, @drafterId)`,
  )
  const update = db.command(
    'outgoing.save',
    `UPDATE outgoing SET fields = @fields, revision = revision + 1, changed_at = @at
     WHERE id = @id AND revision = @revision AND state = 'drafting'`,
  )
  const address = db.command(
    'outgoing.readdress',
    `UPDATE outgoing SET fields = @fields, revision = revision + 1, changed_at = @at
     WHERE id = @id AND state = 'sealed'`,
  )
  const amendIt = db.command(
    'outgoing.amend',
    `UPDATE outgoing SET fields = @fields, revision = revision + 1, changed_at = @at
     WHERE id = @id AND revision = @revision AND sent_at IS NOT NULL`,
  )
  const swap = db.command(
    'outgoing.move',
    `UPDATE outgoing SET state = @to, changed_at = @at, sent_at = CASE WHEN @to = 'sent' THEN coalesce(sent_at, @at) ELSE sent_at END
     WHERE id = @id AND state = @from`,
  )
  const numberIt = db.command(
    'outgoing.setNumber',
    'UPDATE outgoing SET code_number = @codeNumber, issued_date = @issuedDate, changed_at = @at WHERE id = @id',
  )
  const packetIt = db.command(
    'outgoing.setPacket',
    `UPDATE outgoing SET packet_sha256 = @sha256, packet_size_bytes = @sizeBytes, document_code = @documentCode,
       changed_at = @at WHERE id = @id`,
  )
  const hubIt = db.command(
    'outgoing.setHubPacketId',
    'UPDATE outgoing SET hub_packet_id = @hubPacketId, changed_at = @at WHERE id = @id',
  )
  const raise = db.command(
    'outgoing.setLevel',
    'UPDATE outgoing SET level = @level, changed_at = @at WHERE id = @id',
  )
  const practise = db.command(
    'outgoing.setPractice',
    'UPDATE outgoing SET practice = @practice, changed_at = @at WHERE id = @id',
  )
  const waive = db.command(
    'outgoing.waiveLevel',
    'UPDATE outgoing SET level_waived = 1, changed_at = @at WHERE id = @id',
  )
  const judge = db.command(
    'outgoing.setVerdict',
    'UPDATE outgoing SET verdict = @verdict, changed_at = @at WHERE id = @id',
  )
  const propose = db.command(
    'outgoing.setLeader',
    'UPDATE outgoing SET leader_id = @leaderId, changed_at = @at WHERE id = @id',
  )
  const sendBack = db.command(
    'outgoing.setSentBack',
    'UPDATE outgoing SET sent_back_at = @sentBackAt, changed_at = @at WHERE id = @id',
  )
  const touch = db.command('outgoing.touch', 'UPDATE outgoing SET changed_at = @at WHERE id = @id')
  const filesOf = db.query(
    'outgoing.files',
    `SELECT role, sha256, name, content_type AS contentType, size_bytes AS sizeBytes FROM outgoing_file
     WHERE document_id = @id ORDER BY rowid`,
    documentFile,
  )
  const dropRole = db.command(
    'outgoing.removeFile',
    'DELETE FROM outgoing_file WHERE document_id = @id AND role = @role AND (@name IS NULL OR name = @name)',
  )
  const insertFile = db.command(
    'outgoing.setFile',
    `INSERT INTO outgoing_file (document_id, role, name, sha256, content_type, size_bytes)
     VALUES (@id, @role, @name, @sha256, @contentType, @sizeBytes)`,
  )
  const signaturesOf = db.query(
    'outgoing.signatures',
    `SELECT certificate_sha256 AS certificateSha256, name, signed_at AS signedAt FROM outgoing_signature
     WHERE document_id = @id ORDER BY turn`,
    personalSignature,
  )
  const insertSignature = db.command(
    'outgoing.addSignature',
    `INSERT INTO outgoing_signature (document_id, turn, certificate_sha256, name, signed_at)
     SELECT @id, count(*), @certificateSha256, @name, @signedAt FROM outgoing_signature WHERE document_id = @id`,
  )
  const dropSignatures = db.command(
    'outgoing.clearSignatures',
    'DELETE FROM outgoing_signature WHERE document_id = @id',
  )
  const hashes = db.query(
    'outgoing.fileHashes',
    'SELECT sha256 FROM outgoing_file UNION SELECT packet_sha256 FROM outgoing WHERE packet_sha256 IS NOT NULL',
    z.object({ sha256: sha256Hex }),
  )
  const recipientsOf = db.query(
    'outgoing.recipients',
    `SELECT organ_id AS organId, name, state, state_at AS stateAt, note FROM outgoing_recipient
     WHERE document_id = @id ORDER BY position`,
    recipient,
  )
  const dropRecipients = db.command(
    'outgoing.clearRecipients',
    'DELETE FROM outgoing_recipient WHERE document_id = @id',
  )
  const insertRecipient = db.command(
    'outgoing.setRecipients',
    `INSERT INTO outgoing_recipient (document_id, organ_id, position, name, state, state_at, note)
     VALUES (@id, @organId, @position, @name, 'waiting', @at, '') ON CONFLICT (document_id, organ_id) DO NOTHING`,
  )
  const swapRecipient = db.command(
    'outgoing.moveRecipient',
    `UPDATE outgoing_recipient SET state = @to, state_at = @at, note = @note
     WHERE document_id = @id AND organ_id = @organId AND state = @from`,
  )
  const waiting = db.query(
    'outgoing.signedUnsent',
    `SELECT id, state, fields ->> '$.priority' AS priority, max(signed_at) AS signedAt
     FROM outgoing JOIN outgoing_signature ON document_id = id
     WHERE state IN ('signed', 'numbered', 'sealed', 'queued', 'refused') GROUP BY id`,
    z.object({ id: documentId, state: outgoingState, priority: z.int(), signedAt: instant }),
  )
  const sentIn = db.query(
    'outgoing.sentBetween',
    `SELECT sent_at AS sentAt, fields ->> '$.priority' AS priority,
       (SELECT max(signed_at) FROM outgoing_signature WHERE document_id = outgoing.id) AS signedAt
     FROM outgoing WHERE state IN (SELECT value FROM json_each(@states)) AND sent_at >= @from AND sent_at < @to`,
    z.object({ sentAt: instant, priority: z.int(), signedAt: maybe(instant) }),
  )
  const answering = db.query(
    'outgoing.answersTo',
    `SELECT code_number AS codeNumber, fields ->> '$.codeNotation' AS codeNotation FROM outgoing
     WHERE fields ->> '$.responseFor.documentCode' = @documentCode AND code_number IS NOT NULL
       AND state <> 'discarded' ORDER BY created_at`,
    z.object({ codeNumber: z.string(), codeNotation: z.string() }),
  )
  const boxes = mapped(OUTGOING_BOXES, (states, box) => {
    const order = box === 'sent' ? 'sent_at' : 'changed_at'
    // Left out where everybody sees all: whose a document is stands in the row and in no index.
    const visible = PRIVATE_BOXES.includes(box) ? VISIBLE : undefined
    const named = states.map((state) => `'${state}'`).join(', ')
    return {
      page: db.query(
        'outgoing.list',
        `SELECT ${COLUMNS} FROM outgoing WHERE id IN (${newestIn('outgoing', states, order, visible)})
         ORDER BY ${order} DESC, id`,
        outgoingRow,
      ),
      count: db.query(
        'outgoing.count',
        `SELECT count(*) AS value FROM outgoing WHERE state IN (${named})${visible === undefined ? '' : ` AND ${visible}`}`,
        numberRow,
      ),
    }
  })
  const sentBackPage = db.query(
    'outgoing.listSentBack',
    `SELECT ${COLUMNS} FROM outgoing WHERE ${SENT_BACK} ORDER BY sent_back_at DESC, id LIMIT @limit OFFSET @offset`,
    outgoingRow,
  )
  const countSentBack = db.query(
    'outgoing.countSentBack',
    `SELECT count(*) AS value FROM outgoing WHERE ${SENT_BACK}`,
    numberRow,
  )
  const countWaiting = db.query(
    'outgoing.countWaiting',
    `SELECT count(*) AS value FROM outgoing
     WHERE (state = 'frozen' AND (fields ->> '$.typeName' IN (SELECT value FROM json_each(@copies))) = @agency)
       OR (@agency = 1 AND state IN ('signed', 'numbered'))`,
    numberRow,
  )

  function rowOf(id: DocumentId): OutgoingRow {
    const row = byId.get({ id })
    if (row === undefined) throw new AppError('document/not-found', `outgoing ${id}`)
    return row
  }

  function whole(row: OutgoingRow): Outgoing {
    const { id } = row
    return {
      ...row,
      files: files(id),
      signatures: signaturesOf.all({ id }),
      recipients: recipientsOf.all({ id }),
    }
  }

  /** A new draft, in state `drafting`, revision 1. */
  function create(fields: OutgoingFields, at: number = now()): Outgoing {
    const id = documentId.parse(randomUUID())
    return db.atomically(() => {
      insert.run({ id, fields: JSON.stringify(fields), at, drafterId: orNull(actor.current()?.id) })
      history.append({ at, subjectKind: 'outgoing', subjectId: id, event: 'create' })
      return get(id)
    })
  }

  /** @throws AppError `document/not-found` */
  function get(id: DocumentId): Outgoing {
    return whole(rowOf(id))
  }

  /**
   * Keeps what the clerk typed, if nobody saved after the revision he saw.
   *
   * @throws AppError `document/changed`; `document/wrong-state` when it is no draft any more
   */
  function save(id: DocumentId, revision: number, fields: OutgoingFields): Outgoing {
    if (update.run({ id, revision, fields: JSON.stringify(fields), at: now() }) !== 1) {
      const row = rowOf(id)
      if (row.state !== 'drafting')
        throw new AppError('document/wrong-state', `save of ${id} while ${row.state}`)
      throw new AppError('document/changed', `outgoing ${id} is at revision ${String(row.revision)}`)
    }
    return get(id)
  }

  /**
   * Other recipients for a document that is sealed and did not leave: whom it goes to is no part of the
   * signed PDF. The revision rises, so the next sending is an errand of its own.
   *
   * @throws AppError `document/wrong-state`
   */
  function readdress(id: DocumentId, organIds: OutgoingFields['recipients']): Outgoing {
    return db.atomically(() => {
      const { state, fields } = rowOf(id)
      const at = now()
      if (address.run({ id, fields: JSON.stringify({ ...fields, recipients: organIds }), at }) !== 1) {
        throw new AppError('document/wrong-state', `readdress of ${id} while ${state}`)
      }
      history.append({
        at,
        subjectKind: 'outgoing',
        subjectId: id,
        event: 'readdress',
        detail: { to: organIds.join(' ') },
      })
      return get(id)
    })
  }

  /**
   * Puts right what is said of a document that left. What it said before must be kept (versions.ts), in the same
   * transaction.
   *
   * @throws AppError `document/changed` when somebody else did meanwhile
   */
  function amend(id: DocumentId, revision: number, fields: OutgoingFields): void {
    if (amendIt.run({ id, revision, fields: JSON.stringify(fields), at: now() }) !== 1) {
      throw new AppError('document/changed', `outgoing ${id} is not at revision ${String(revision)}`)
    }
  }

  /** The files in the order they were added. */
  function files(id: DocumentId): DocumentFile[] {
    return filesOf.all({ id })
  }

  /**
   * Notes a file whose bytes are kept already (files.ts). One per role, the newest; of attachments one
   * per name.
   */
  function setFile(id: DocumentId, file: Omit<DocumentFile, 'role'>, role: FileRole): void {
    db.atomically(() => {
      touched(touch.run({ id, at: now() }), id)
      dropRole.run({ id, role, name: role === 'attachment' ? file.name : null })
      const { name, sha256, contentType, sizeBytes } = file
      insertFile.run({ id, role, name, sha256, contentType, sizeBytes })
    })
  }

  /** Takes a file off the document; its bytes are kept. */
  function removeFile(id: DocumentId, role: FileRole, name?: string): void {
    db.atomically(() => {
      touched(touch.run({ id, at: now() }), id)
      dropRole.run({ id, role, name: orNull(name) })
    })
  }

  /** The next person's signature. One certificate signs a document once. */
  function addSignature(id: DocumentId, signature: PersonalSignature): void {
    db.atomically(() => {
      touched(touch.run({ id, at: now() }), id)
      insertSignature.run({ id, ...signature })
    })
  }

  /** The persons' signatures are void, as reopening makes them. */
  function clearSignatures(id: DocumentId): void {
    db.atomically(() => {
      touched(touch.run({ id, at: now() }), id)
      dropSignatures.run({ id })
    })
  }

  /** One page of a box, newest first, and how many there are in all. */
  function list(box: OutgoingBox, limit: number, offset: number): { total: number; rows: OutgoingSummary[] } {
    const drafter = onlyOf(box)
    const page = { limit, offset, drafter }
    const rows =
      box === 'sentBack'
        ? sentBackPage.all(page)
        : boxes[box].page.all(PRIVATE_BOXES.includes(box) ? page : { limit, offset })
    return { total: countOf(box), rows: rows.map((row) => summary(whole(row))) }
  }

  /** How many documents a box holds for whoever is at work. */
  function countOf(box: OutgoingBox): number {
    const drafter = onlyOf(box)
    const row =
      box === 'sentBack'
        ? countSentBack.get({ drafter })
        : boxes[box].count.get(PRIVATE_BOXES.includes(box) ? { drafter } : {})
    return row?.value ?? 0
  }

  /** Drafts are of who writes them; who leads or keeps the office's papers sees all of them. */
  function onlyOf(box: OutgoingBox): PersonId | null {
    const person = actor.current()
    if (person === undefined || !PRIVATE_BOXES.includes(box)) return null
    return person.roles.includes('clerk') || person.roles.includes('leader') ? null : person.id
  }

  /** Documents that persons have signed and that did not leave: when the last one signed. */
  function signedUnsent() {
    return waiting.all()
  }

  /** Documents that left in that time and were not refused: when, and when the last person signed. */
  function sentBetween(from: number, to: number) {
    return sentIn.all({ from, to, states: JSON.stringify(OUTGOING_BOXES.sent) })
  }

  /** Số, ký hiệu of our numbered documents that answer the one with this DocumentId. */
  function answersTo(documentCode: string): string[] {
    return answering
      .all({ documentCode })
      .map(({ codeNumber, codeNotation }) => formatCode(codeNumber, codeNotation))
  }

  /**
   * How many documents wait in the boxes that somebody has to see to, of those to sign how many for whoever is at work.
   * What was sent grows with the years.
   */
  function counts(): Record<Exclude<OutgoingBox, 'sent'>, number> {
    return {
      drafts: countOf('drafts'),
      sentBack: countOf('sentBack'),
      toApprove: countOf('toApprove'),
      toSign: waitingFor(),
      outbox: countOf('outbox'),
    }
  }

  function waitingFor(): number {
    const roles = actor.current()?.roles ?? ['leader', 'clerk']
    const count = (agency: 0 | 1) => countWaiting.get({ agency, copies: COPY_NAMES })?.value ?? 0
    return (roles.includes('leader') ? count(0) : 0) + (roles.includes('clerk') ? count(1) : 0)
  }

  /**
   * Moves one arrow along OUTGOING, only if nobody moved it first, and writes it down. `accept` also
   * notes when it was sent.
   *
   * @throws AppError `document/wrong-state` when the state does not know the event; `document/changed`
   */
  function move(
    id: DocumentId,
    event: OutgoingEvent,
    at: number,
    detail: HistoryEntry['detail'] = {},
  ): Outgoing {
    return db.atomically(() => {
      const { state: from } = rowOf(id)
      const to: OutgoingState | undefined = next(OUTGOING, from, event)
      if (to === undefined)
        throw new AppError('document/wrong-state', `outgoing ${id}: ${event} while ${from}`)
      if (swap.run({ id, from, to, at }) !== 1) throw new AppError('document/changed', `outgoing ${id}`)
      history.append({ at, subjectKind: 'outgoing', subjectId: id, event, detail })
      return get(id)
    })
  }

  /** Số as printed and the day. The number itself comes from registers.ts, in the same transaction. */
  function setNumber(id: DocumentId, number: { codeNumber: string; issuedDate: string }): Outgoing {
    const { codeNumber, issuedDate } = number
    touched(numberIt.run({ id, codeNumber, issuedDate, at: now() }), id)
    return get(id)
  }

  /** To whom it is submitted. */
  function setLeader(id: DocumentId, leaderId: PersonId): void {
    touched(propose.run({ id, leaderId, at: now() }), id)
  }

  /** Since when it waits to be put right; `undefined` once it was submitted again. */
  function setSentBack(id: DocumentId, sentBackAt: number | undefined): void {
    touched(sendBack.run({ id, sentBackAt: orNull(sentBackAt), at: now() }), id)
  }

  /** The number it had is void. */
  function clearNumber(id: DocumentId): Outgoing {
    touched(numberIt.run({ id, codeNumber: null, issuedDate: null, at: now() }), id)
    return get(id)
  }

  /** The packet as it will leave: fixed once, so that every attempt sends the same bytes. */
  function setPacket(
    id: DocumentId,
    packet: { sha256: Sha256; sizeBytes: number; documentCode: string },
  ): Outgoing {
    const { sha256, sizeBytes, documentCode } = packet
    touched(packetIt.run({ id, sha256, sizeBytes, documentCode, at: now() }), id)
    return get(id)
  }

  function setHubPacketId(id: DocumentId, hubPacketId: string): Outgoing {
    touched(hubIt.run({ id, hubPacketId, at: now() }), id)
    return get(id)
  }

  /** What our own verifier says of the PDF; `undefined` takes it back, as reopening does. */
  function setVerdict(id: DocumentId, verdict: DocumentVerdict | undefined): Outgoing {
    touched(judge.run({ id, verdict: verdict === undefined ? null : JSON.stringify(verdict), at: now() }), id)
    return get(id)
  }

  /** How far its signatures were raised; the file is set beside it. */
  function setLevel(id: DocumentId, level: SignatureLevel): Outgoing {
    touched(raise.run({ id, level, at: now() }), id)
    return get(id)
  }

  /** Whether the agency's signature was made by software. */
  function setPractice(id: DocumentId, practice: boolean): Outgoing {
    touched(practise.run({ id, practice: practice ? 1 : 0, at: now() }), id)
    return get(id)
  }

  /** The clerk's decision not to wait for a higher level. */
  function waiveLevel(id: DocumentId): Outgoing {
    touched(waive.run({ id, at: now() }), id)
    return get(id)
  }

  /** Whom it goes to. Replaces what was there: only before it leaves. */
  function setRecipients(id: DocumentId, recipients: readonly NewRecipient[]): void {
    db.atomically(() => {
      const at = now()
      touched(touch.run({ id, at }), id)
      dropRecipients.run({ id })
      recipients.forEach(({ organId, name }, position) =>
        insertRecipient.run({ id, organId, name, position, at }),
      )
      directory.noteUse(
        recipients.map(({ organId }) => organId),
        at,
      )
    })
  }

  /** To whom else it goes, after it was sent to the others. */
  function addRecipients(id: DocumentId, recipients: readonly NewRecipient[]): void {
    db.atomically(() => {
      const at = now()
      touched(touch.run({ id, at }), id)
      const { length } = recipientsOf.all({ id })
      recipients.forEach(({ organId, name }, index) =>
        insertRecipient.run({ id, organId, name, position: length + index, at }),
      )
      directory.noteUse(
        recipients.map(({ organId }) => organId),
        at,
      )
    })
  }

  /**
   * One status of one recipient. Statuses come late, twice and out of order: all go to the history,
   * those that RECIPIENT knows from here move the row. Answers whether it moved.
   */
  function moveRecipient(
    id: DocumentId,
    organId: string,
    event: RecipientEvent,
    at: number,
    note = '',
    detail: HistoryEntry['detail'] = {},
  ): boolean {
    return db.atomically(() => {
      rowOf(id)
      const from = recipientsOf.all({ id }).find((row) => row.organId === organId)?.state
      const to = from === undefined ? undefined : next(RECIPIENT, from, event)
      const moved =
        from !== undefined && to !== undefined && swapRecipient.run({ id, organId, from, to, at, note }) === 1
      history.append({
        at: now(),
        subjectKind: 'outgoing',
        subjectId: id,
        event: 'status',
        detail: { organId, event, from: orNull(from), moved, statusAt: at, note, ...detail },
      })
      return moved
    })
  }

  /** The document a status packet speaks of, by the DocumentId inside our packet. */
  function findByDocumentCode(documentCode: string): Outgoing | undefined {
    const row = byDocumentCode.get({ documentCode })
    return row === undefined ? undefined : whole(row)
  }

  /** What the lists show. */
  function summary(document: Outgoing): OutgoingSummary {
    const { fields, signatures } = document
    return {
      id: document.id,
      state: document.state,
      typeName: fields.typeName,
      subject: fields.subject,
      codeNumber: document.codeNumber,
      codeNotation: fields.codeNotation,
      issuedDate: document.issuedDate,
      priority: fields.priority,
      dueDate: fields.dueDate,
      signers:
        copyFormOf(fields.typeName) === undefined
          ? signersOf(fields).map((signer, turn) => ({ ...signer, signed: signatures[turn] }))
          : [],
      recipients: document.recipients.length > 0 ? withRequests(document) : intended(document),
      sizeBytes: sizeOf(document),
      createdAt: document.createdAt,
      changedAt: document.changedAt,
      sentAt: document.sentAt,
      drafter: named(document.drafterId, document.drafterName),
      leader: named(document.leaderId, document.leaderName),
      sentBackAt: document.sentBackAt,
      delivery: delivery(document),
    }
  }

  /** Each recipient with what it was asked last. */
  function withRequests({ id, recipients }: Outgoing): Recipient[] {
    const asked = requests.latestByRecipient(id)
    if (asked.size === 0) return recipients
    return recipients.map((row) => ({ ...row, request: asked.get(row.organId) }))
  }

  /** A draft has no recipients' rows yet: whom the clerk has chosen so far. */
  function intended({ fields, changedAt }: Outgoing): Recipient[] {
    const names = new Map(
      directory.byIds(fields.recipients).flatMap(({ organId, oldCode, name }) => [
        [oldCode ?? organId, name],
        [organId, name],
      ]),
    )
    return fields.recipients.map((organId) => ({
      organId,
      name: names.get(organId) ?? organId,
      state: 'waiting',
      stateAt: changedAt,
      note: '',
    }))
  }

  /** The errand that carries it, or a request about it: the one under way, or the one the hub refused. */
  function delivery({ id, state }: Outgoing): DeliveryStatus | undefined {
    const errands = jobs.forSubject('deliver', id)
    const job =
      errands.find((one) => one.state === 'held') ?? errands.find((one) => one.state !== 'done') ?? errands[0]
    if (job === undefined || (job.state === 'done' && state !== 'refused')) return undefined
    return deliveryStatus(job, now())
  }

  /** Every file a document refers to. */
  function fileHashes(): Sha256[] {
    return hashes.all().map((row) => row.sha256)
  }

  return {
    addRecipients,
    addSignature,
    amend,
    clearNumber,
    clearSignatures,
    countOf,
    counts,
    create,
    fileHashes,
    files,
    findByDocumentCode,
    get,
    list,
    move,
    moveRecipient,
    readdress,
    removeFile,
    save,
    setFile,
    setHubPacketId,
    setLeader,
    setLevel,
    setNumber,
    setPacket,
    setPractice,
    setRecipients,
    setSentBack,
    answersTo,
    sentBetween,
    setVerdict,
    signedUnsent,
    summary,
    waiveLevel,
  }
}

function named(id: PersonId | undefined, name: string | undefined) {
  return id === undefined ? undefined : { id, name: name ?? '' }
}

function touched(changes: number, id: DocumentId): void {
  if (changes !== 1) throw new AppError('document/not-found', `outgoing ${id}`)
}

/** The packet's size once there is one, else the size of what will go into it. */
function sizeOf({ packetSizeBytes, files }: Outgoing): number {
  if (packetSizeBytes !== undefined) return packetSizeBytes
  const pdf = PDF_ROLES.flatMap((role) => files.find((file) => file.role === role) ?? [])[0]
  return files
    .filter((file) => file === pdf || file.role === 'attachment')
    .reduce((total, file) => total + file.sizeBytes, 0)
}

function deliveryStatus(job: Job, now: number): DeliveryStatus {
  return {
    job: job.state,
    attempts: job.attempts,
    dueAt: job.dueAt,
    since: job.createdAt,
    late: now - job.createdAt > LATE_MS,
    heldByClerk: job.heldByClerk,
    error: job.lastErrorCode,
    errorDetail: job.lastErrorDetail,
    cancellable: job.state !== 'done' && job.sentMark === undefined,
  }
}
