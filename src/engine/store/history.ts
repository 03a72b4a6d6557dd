import { z } from 'zod'
import { sha256Hex, type Sha256 } from '../../shared/document/fields.ts'
import { historyEntry, type HistoryEntry } from '../../shared/document/history.ts'
import { actorContext, type ActorContext } from './actor.ts'
import { canonicalJson, CHAIN_START, chainedLine, chainHash, type ChainedLine } from './chain.ts'
import { json, numberRow } from './columns.ts'
import type { Database } from './database.ts'

/** What is to be written down; the store gives it its place in the chain. */
export interface HistoryNote {
  /** Epoch milliseconds. */
  readonly at: number
  readonly subjectKind: HistoryEntry['subjectKind']
  readonly subjectId: string
  readonly event: string
  /** Never document text or secrets. */
  readonly detail?: HistoryEntry['detail'] | undefined
}

/** What {@link HistoryStore.verifyChain} found. `sequence` is the first line that does not fit. */
export type ChainVerdict =
  { readonly ok: true; readonly lines: number } | { readonly ok: false; readonly sequence: number }

/** Who did it stands in the detail, under these names: the form of a line, and with it every old chain, stays. */
const ACTOR = 'actor'
const ACTOR_ID = 'actorId'
const BATCH = 500
const HASH_BATCH = 2_000
const storedRow = z
  .object({
    sequence: historyEntry.shape.sequence,
    at: historyEntry.shape.at,
    subjectKind: historyEntry.shape.subjectKind,
    subjectId: historyEntry.shape.subjectId,
    event: historyEntry.shape.event,
    detail: json(historyEntry.shape.detail),
  })
  .transform(({ detail, ...row }): HistoryEntry => {
    const { [ACTOR]: actor, [ACTOR_ID]: _, ...rest } = detail
    return { ...row, detail: rest, ...(typeof actor === 'string' ? { actor } : {}) }
  })
const COLUMNS = 'sequence, at, subject_kind AS subjectKind, subject_id AS subjectId, event, detail'
const CHAIN = `${COLUMNS}, previous_hash AS previousHash, hash`

export type HistoryStore = ReturnType<typeof historyStore>

/**
 * What happened, for ever. The only module that names the `history` table. Each line carries the hash of
 * the one before; triggers refuse to change or remove a line. This shows damage and careless hands; it is
 * no proof against somebody who has the office's key.
 *
 * @param actor who is at work; a line that the machine writes by itself names nobody
 */
export function historyStore(db: Database, actor: ActorContext = actorContext()) {
  const last = db.query(
    'history.last',
    `SELECT ${CHAIN} FROM history ORDER BY sequence DESC LIMIT 1`,
    chainedLine,
  )
  const insert = db.command(
    'history.append',
    `INSERT INTO history (sequence, at, subject_kind, subject_id, event, detail, previous_hash, hash)
     VALUES (@sequence, @at, @subjectKind, @subjectId, @event, @detail, @previousHash, @hash)`,
  )
  const bySubject = db.query(
    'history.of',
    `SELECT ${COLUMNS} FROM history WHERE subject_id = @subjectId AND subject_kind = @subjectKind ORDER BY sequence`,
    storedRow,
  )
  const withErrands = db.query(
    'history.about',
    `SELECT ${COLUMNS} FROM history
     WHERE subject_id = @documentId OR subject_id IN (SELECT key FROM job WHERE subject_id = @documentId)
     ORDER BY sequence`,
    storedRow,
  )
  const chainedBySubjects = db.query(
    'history.chained',
    `SELECT ${CHAIN} FROM history
     WHERE subject_id IN (SELECT value FROM json_each(@subjects))
       OR subject_id IN (SELECT key FROM job WHERE subject_id IN (SELECT value FROM json_each(@subjects)))
     ORDER BY sequence`,
    chainedLine,
  )
  const hashBatch = db.query(
    'history.hashes',
    `SELECT hash FROM history WHERE sequence > @after AND sequence <= @upTo ORDER BY sequence
     LIMIT ${String(HASH_BATCH)}`,
    chainedLine.pick({ hash: true }),
  )
  const sentFiles = db.query(
    'history.fileHashes',
    "SELECT DISTINCT detail ->> '$.sha256' AS sha256 FROM history WHERE event IN ('attempt', 'road-evidence')",
    z.object({ sha256: z.string().nullable() }),
  )
  const ofEvents = db.query(
    'history.since',
    `SELECT ${COLUMNS} FROM history
     WHERE sequence > @after AND sequence <= @upTo AND event IN (SELECT value FROM json_each(@events)) ORDER BY sequence`,
    storedRow,
  )
  const batch = db.query(
    'history.batch',
    `SELECT ${CHAIN} FROM history WHERE sequence > @after ORDER BY sequence LIMIT ${String(BATCH)}`,
    chainedLine,
  )
  const highest = db.query(
    'history.highest',
    "SELECT seq AS value FROM sqlite_sequence WHERE name = 'history'",
    numberRow,
  )

  /** Adds a line, inside the caller's transaction where there is one. */
  function append(note: HistoryNote): HistoryEntry {
    return db.atomically(() => {
      const before = last.get()
      const by = actor.current()
      const entry: Omit<HistoryEntry, 'actor'> = {
        sequence: (before?.sequence ?? 0) + 1,
        at: note.at,
        subjectKind: note.subjectKind,
        subjectId: note.subjectId,
        event: note.event,
        detail: note.detail ?? {},
      }
      const previousHash = before?.hash ?? CHAIN_START
      const signed = by === undefined ? {} : { [ACTOR]: by.name, [ACTOR_ID]: by.id }
      const line = { ...entry, detail: canonicalJson({ ...entry.detail, ...signed }), previousHash }
      insert.run({ ...line, hash: chainHash(line) })
      return by === undefined ? entry : { ...entry, actor: by.name }
    })
  }

  /** The lines of one subject, oldest first. */
  function of(subjectKind: HistoryEntry['subjectKind'], subjectId: string): HistoryEntry[] {
    return bySubject.all({ subjectKind, subjectId })
  }

  /** The lines of a document together with those of its errands, oldest first. */
  function about(documentId: string): HistoryEntry[] {
    return withErrands.all({ documentId })
  }

  /** The lines of these events that follow `after`, none beyond `upTo`, oldest first. */
  function since(after: number, upTo: number, events: readonly string[]): HistoryEntry[] {
    return ofEvents.all({ after, upTo, events: JSON.stringify(events) })
  }

  /** The lines of several subjects and of their errands, as they stand in the chain, oldest first. */
  function chained(subjects: readonly string[]): ChainedLine[] {
    return chainedBySubjects.all({ subjects: JSON.stringify(subjects) })
  }

  /** The last line's number and hash; undefined while nothing was written. */
  function head(): Pick<ChainedLine, 'sequence' | 'hash'> | undefined {
    return last.get()
  }

  /** Up to some thousands of the hashes of the lines that follow `after`, none beyond `upTo`. */
  function hashes(after: number, upTo: number): string[] {
    return hashBatch.all({ after, upTo }).map(({ hash }) => hash)
  }

  /** The packets that attempts brought to the hub, and what was signed of them on the way. */
  function fileHashes(): Sha256[] {
    return sentFiles.all().flatMap(({ sha256 }) => sha256Hex.safeParse(sha256).data ?? [])
  }

  /** Reads every line and computes the chain again: finds a changed, removed, moved or cut-off line. */
  function verifyChain(): ChainVerdict {
    let sequence = 0
    let hash = CHAIN_START
    for (;;) {
      const rows = batch.all({ after: sequence })
      for (const row of rows) {
        if (row.sequence !== sequence + 1 || row.previousHash !== hash || chainHash(row) !== row.hash) {
          return { ok: false, sequence: sequence + 1 }
        }
        sequence = row.sequence
        hash = row.hash
      }
      if (rows.length < BATCH) break
    }
    return (highest.get()?.value ?? 0) === sequence
      ? { ok: true, lines: sequence }
      : { ok: false, sequence: sequence + 1 }
  }

  return { append, of, about, chained, fileHashes, hashes, head, since, verifyChain }
}
