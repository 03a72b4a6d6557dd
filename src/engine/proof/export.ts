import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { setImmediate } from 'node:timers/promises'
import { crc32 } from 'node:zlib'
import { oneChunk } from '../../shared/bytes.ts'
import { AppError } from '../../shared/errors.ts'
import { EVIDENCE_ENDING } from '../../shared/opened.ts'
import {
  documentId,
  formatCode,
  sha256Hex,
  type DocumentFile,
  type DocumentId,
  type Sha256,
} from '../../shared/document/fields.ts'
import type { HistoryEntry } from '../../shared/document/history.ts'
import { DEFAULT_CALENDAR } from '../../shared/document/working-days.ts'
import { canonicalJson } from '../store/chain.ts'
import type { Store } from '../store/index.ts'
import { writeArchive, type NewEntry } from './archive.ts'
import { entryOf, namedFiles } from './course.ts'
import {
  HISTORY,
  MANIFEST,
  MANIFEST_HASH,
  manifest,
  type EvidenceFile,
  type EvidenceRole,
  type HistoryExcerpt,
  type Manifest,
} from './manifest.ts'
import { merkleTree } from './merkle.ts'

/** An evidence file, ready to be written. */
export interface Evidence {
  /** What the file might be called. */
  readonly name: string
  /** SHA-256 of the manifest: names this evidence. */
  readonly fingerprint: Sha256
  readonly chunks: () => AsyncIterable<Uint8Array>
}

export type Direction = 'outgoing' | 'incoming'

/** What of the document goes into the evidence. */
interface Subject {
  readonly direction: Direction
  readonly id: DocumentId
  readonly documentCode: string
  readonly code: string
  /** Whose lines tell of it. */
  readonly subjects: readonly string[]
  readonly files: readonly NamedFile[]
}

type NamedFile = Pick<EvidenceFile, 'role' | 'title' | 'contentType'> & { readonly sha256: Sha256 }

/**
 * Gathers what the office can prove of a document: its files, the packet, the packets of statuses, and its
 * lines of the history with the way to the root over all lines. docs/evidence.md describes the form.
 *
 * @throws {AppError} document/not-found; document/recalled for a received document that its sender cancelled;
 *   document/wrong-state for a document that was never put into a packet;
 *   `store/file-missing`, `store/file-damaged` when one of the document's own files is not whole
 */
export async function gatherEvidenceOf(
  store: Store,
  direction: Direction,
  id: DocumentId,
  now: number,
): Promise<Evidence> {
  const agency = store.settings.get('agency')
  if (agency === undefined) throw new Error('an open office has an agency')
  const subject = direction === 'outgoing' ? outgoingSubject(store, id) : incomingSubject(store, id)
  const { head, excerpt, entries } = await historyOf(store, subject)
  const files = await filesOf(store, subject, entries)
  const history = Buffer.from(canonicalJson(excerpt))
  const said: Manifest = {
    format: 'vanthu-evidence',
    version: 1,
    exportedAt: now,
    agency: { organId: agency.organId, name: agency.name },
    document: { direction, id, documentCode: subject.documentCode, code: subject.code },
    calendar: store.settings.get('workCalendar') ?? DEFAULT_CALENDAR,
    head,
    historySha256: sha256Of(history),
    files: files.map(({ file }) => file),
    ...contentKeysOf(store, subject),
  }
  const manifestBytes = Buffer.from(canonicalJson(manifest.parse(said)))
  const fingerprint = sha256Of(manifestBytes)
  const written = [
    inMemory(MANIFEST, manifestBytes),
    inMemory(MANIFEST_HASH, Buffer.from(`${fingerprint}\n`)),
    inMemory(HISTORY, history),
    ...files.map(({ entry }) => entry),
  ]
  return { name: fileNameOf(subject), fingerprint, chunks: () => writeArchive(written) }
}

/**
 * Writes an evidence file beside its place and puts it there when it is whole: what is found there is either
 * all of it or what was there before.
 *
 * @throws {AppError} `evidence/unwritable`; what reading the store throws
 */
export async function writeEvidence(evidence: Evidence, path: string): Promise<void> {
  const half = `${path}.part`
  try {
    await pipeline(evidence.chunks, createWriteStream(half))
    await rename(half, path)
  } catch (cause) {
    await rm(half, { force: true })
    if (cause instanceof AppError) throw cause
    throw new AppError('evidence/unwritable', 'the file cannot be written there', { cause, detail: path })
  }
}

function outgoingSubject(store: Store, id: DocumentId): Subject {
  const document = store.outgoing.get(id)
  const { packetSha256, documentCode } = document
  const main = document.files.findLast(({ role }) => role === 'sealed')
  if (packetSha256 === undefined || documentCode === undefined || main === undefined) {
    throw new AppError('document/wrong-state', 'it was never put into a packet')
  }
  const attachments = document.files.filter(({ role }) => role === 'attachment')
  return {
    direction: 'outgoing',
    id,
    documentCode,
    code: formatCode(document.codeNumber, document.fields.codeNotation),
    subjects: [id],
    files: [
      named('document', main),
      ...attachments.map((file) => named('attachment', file)),
      packetFile(packetSha256),
    ],
  }
}

function incomingSubject(store: Store, id: DocumentId): Subject {
  const document = store.incoming.get(id)
  if (document.state === 'recalled') {
    throw new AppError('document/recalled', 'its content is cancelled, and would go out with its packet')
  }
  const { packetId, packetSha256, documentCode } = document
  return {
    direction: 'incoming',
    id,
    documentCode: documentCode ?? '',
    code: document.code,
    subjects: [id, packetId],
    files: [
      ...document.files.map((file, index) => named(index === 0 ? 'document' : 'attachment', file)),
      packetFile(packetSha256),
    ],
  }
}

/** So that whoever has the evidence can see that the packet holds the very files beside it. */
function contentKeysOf(store: Store, { files }: Subject): Pick<Manifest, 'contentKeys'> {
  const packet = files.find(({ role }) => role === 'packet')
  const keys = packet === undefined ? [] : store.encryptionKeys.contentKeys(packet.sha256)
  if (keys.length === 0) return {}
  return {
    contentKeys: keys.map(({ nonce, key }) => ({ nonce, key: Buffer.from(key).toString('base64') })),
  }
}

function named(role: EvidenceRole, { sha256, name, contentType }: DocumentFile): NamedFile {
  return { role, sha256, title: name, contentType }
}

function packetFile(sha256: Sha256): NamedFile {
  return { role: 'packet', sha256, title: 'packet.edxml', contentType: 'application/xml' }
}

/** The document's lines, those that tell of the line to the hub in its time, and where all of them stand. */
async function historyOf(store: Store, { direction, id, subjects }: Subject) {
  const { history } = store
  const last = history.head()
  if (last === undefined) throw new Error('a document has lines')
  const own = history.chained(subjects)
  const first = own[0]?.sequence ?? 0
  const done = own.map(entryOf).findLast((entry) => endsTheWay(entry, direction, id))?.sequence
  const lines = [...own, ...lineDuring(history.chained(['line']), first, done ?? Infinity)]
    .filter(({ sequence }) => sequence <= last.sequence)
    .sort((one, other) => one.sequence - other.sequence)
  const tree = await merkleTree(await hashesOf(store, last.sequence))
  const excerpt: HistoryExcerpt = {
    headPath: hashed(tree.path(tree.size - 1)),
    lines: lines.map((line) => ({ line, path: hashed(tree.path(line.sequence - 1)) })),
  }
  const head = { lines: tree.size, hash: sha256Hex.parse(last.hash), root: sha256Hex.parse(tree.root) }
  return { head, excerpt, entries: lines.map(entryOf) }
}

function hashed(path: readonly string[]): Sha256[] {
  return path.map((one) => sha256Hex.parse(one))
}

function endsTheWay(entry: HistoryEntry, direction: Direction, id: string): boolean {
  return (
    entry.subjectKind === direction &&
    entry.subjectId === id &&
    ['accept', 'register', 'return'].includes(entry.event)
  )
}

/** From the last line before the document's first, which says how it stood then, to the first after its end. */
function lineDuring<T extends { readonly sequence: number }>(
  all: readonly T[],
  from: number,
  to: number,
): T[] {
  const begin = Math.max(
    0,
    all.findLastIndex(({ sequence }) => sequence < from),
  )
  const after = all.findIndex(({ sequence }) => sequence > to)
  return all.slice(begin, after === -1 ? undefined : after + 1)
}

async function hashesOf(store: Store, upTo: number): Promise<string[]> {
  const hashes: string[] = []
  while (hashes.length < upTo) {
    const more = store.history.hashes(hashes.length, upTo)
    if (more.length === 0) throw new AppError('store/damaged', `line ${String(hashes.length + 1)} is missing`)
    for (const one of more) hashes.push(one)
    await setImmediate()
  }
  return hashes
}

/** What the files are that lines of these events name. */
const NAMED: Readonly<Partial<Record<string, Omit<NamedFile, 'sha256'>>>> = {
  status: { role: 'status', title: 'status.edxml', contentType: 'application/xml' },
  attempt: { role: 'status', title: 'status.edxml', contentType: 'application/xml' },
  'road-evidence': { role: 'other', title: 'road-evidence.zip', contentType: 'application/zip' },
}
const OTHER = { role: 'other', contentType: 'application/octet-stream' } as const

/** The document's own files, then whatever else its lines name and the store has. */
async function filesOf(
  store: Store,
  { files }: Subject,
  entries: readonly HistoryEntry[],
): Promise<{ readonly file: EvidenceFile; readonly entry: NewEntry }[]> {
  const known = new Set<string>(files.map(({ sha256 }) => sha256))
  const more: NamedFile[] = []
  for (const { sha256, event } of namedFiles(entries)) {
    const hash = sha256Hex.parse(sha256)
    if (known.has(hash) || !(await store.files.has(hash))) continue
    more.push({ ...(NAMED[event] ?? { ...OTHER, title: event }), sha256: hash })
  }
  const written: { file: EvidenceFile; entry: NewEntry }[] = []
  const seen = new Set<string>()
  for (const one of [...files, ...more]) {
    if (seen.has(one.sha256)) continue
    seen.add(one.sha256)
    const name = `files/${String(written.length + 1).padStart(3, '0')}-${one.role}.${endingOf(one.title)}`
    const { sizeBytes, crc32: checksum } = await measure(store, one.sha256)
    written.push({
      file: { ...one, name, sizeBytes },
      entry: { name, sizeBytes, crc32: checksum, open: () => streamed(store, one.sha256) },
    })
  }
  return written
}

async function measure(store: Store, sha256: Sha256): Promise<{ sizeBytes: number; crc32: number }> {
  let [sizeBytes, checksum] = [0, 0]
  for await (const chunk of streamed(store, sha256)) {
    sizeBytes += chunk.length
    checksum = crc32(chunk, checksum)
  }
  return { sizeBytes, crc32: checksum }
}

async function* streamed(store: Store, sha256: Sha256): AsyncGenerator<Uint8Array> {
  const file = await store.files.open(sha256)
  try {
    yield* file.stream()
  } finally {
    await file.close()
  }
}

function inMemory(name: string, bytes: Buffer): NewEntry {
  return { name, sizeBytes: bytes.length, crc32: crc32(bytes), open: () => oneChunk(bytes) }
}

function endingOf(title: string): string {
  return /\.([a-z0-9]{1,8})$/.exec(title.toLowerCase())?.[1] ?? 'bin'
}

function sha256Of(bytes: Uint8Array): Sha256 {
  return sha256Hex.parse(createHash('sha256').update(bytes).digest('hex'))
}

function fileNameOf({ code, id }: Subject): string {
  const plain = code.replace(/[^\p{L}\d]+/gu, '-').replace(/^-|-$/g, '')
  return `chung-cu-${plain === '' ? documentId.parse(id).slice(0, 8) : plain}${EVIDENCE_ENDING}`
}
