import { createHash } from 'node:crypto'
import { z } from 'zod'
import { historyEntry, type HistoryEntry } from '../../shared/document/history.ts'
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

const START = '0'.repeat(64)
const BATCH = 500
const storedRow = z.object({
  sequence: historyEntry.shape.sequence,
  at: historyEntry.shape.at,
  subjectKind: historyEntry.shape.subjectKind,
  subjectId: historyEntry.shape.subjectId,
  event: historyEntry.shape.event,
  detail: json(historyEntry.shape.detail),
})
/** For the chain a line is read as it stands, so that a doctored one is found and not stumbled over. */
const chainedRow = z.object({
  sequence: z.int(),
  at: z.int(),
  subjectKind: z.string(),
  subjectId: z.string(),
  event: z.string(),
  detail: z.string(),
  previousHash: z.string(),
  hash: z.string(),
})
type ChainedRow = z.output<typeof chainedRow>

const COLUMNS = 'sequence, at, subject_kind AS subjectKind, subject_id AS subjectId, event, detail'
const CHAIN = `${COLUMNS}, previous_hash AS previousHash, hash`

export type HistoryStore = ReturnType<typeof historyStore>

/**
 * What happened, for ever. The only module that names the `history` table. Each line carries the hash of
 * the one before; triggers refuse to change or remove a line. This shows damage and careless hands; it is
 * no proof against somebody who has the office's key.
 */
export function historyStore(db: Database) {
  const last = db.query(
    'history.last',
    `SELECT ${CHAIN} FROM history ORDER BY sequence DESC LIMIT 1`,
    chainedRow,
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
  const batch = db.query(
    'history.batch',
    `SELECT ${CHAIN} FROM history WHERE sequence > @after ORDER BY sequence LIMIT ${String(BATCH)}`,
    chainedRow,
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
      const entry: HistoryEntry = {
        sequence: (before?.sequence ?? 0) + 1,
        at: note.at,
        subjectKind: note.subjectKind,
        subjectId: note.subjectId,
        event: note.event,
        detail: note.detail ?? {},
      }
      const previousHash = before?.hash ?? START
      const line = { ...entry, detail: canonicalJson(entry.detail), previousHash }
      insert.run({ ...line, hash: chainHash(line) })
      return entry
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

  /** Reads every line and computes the chain again: finds a changed, removed, moved or cut-off line. */
  function verifyChain(): ChainVerdict {
    let sequence = 0
    let hash = START
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

  return { append, of, about, verifyChain }
}

/** SHA-256 over the line and the hash before it. Persisted: the form must never change. */
function chainHash(row: Omit<ChainedRow, 'hash'>): string {
  const { sequence, at, subjectKind, subjectId, event, detail, previousHash } = row
  const line = canonicalJson({ sequence, at, subjectKind, subjectId, event, detail, previousHash })
  return createHash('sha256').update(line).digest('hex')
}

/** JSON with sorted keys and no spaces, so that the same content always has the same bytes. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1)))
      : part,
  )
}
