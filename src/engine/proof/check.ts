import { createHash } from 'node:crypto'
import { z } from 'zod'
import { AppError, codeOf } from '../../shared/errors.ts'
import { documentFile, type DocumentFile } from '../../shared/document/fields.ts'
import type { HistoryEntry } from '../../shared/document/history.ts'
import type { DocumentMessage } from '../../shared/document/packet.ts'
import type { DocumentVerdict } from '../../shared/verdict.ts'
import { readPacket } from '../envelope/read.ts'
import { judgeFiles, type FileJudges } from '../incoming/judge-files.ts'
import { chunksOf, type PdfSource } from '../pdf/source.ts'
import type { ContentKey } from '../signing/enveloped.ts'
import { canonicalJson, chainHash } from '../store/chain.ts'
import { readArchive, type ArchiveEntry } from './archive.ts'
import { courseOf, entryOf, namedFiles, type Course } from './course.ts'
import {
  HISTORY,
  historyExcerpt,
  MANIFEST,
  MANIFEST_HASH,
  manifest,
  type EvidenceFile,
  type HistoryExcerpt,
  type Manifest,
} from './manifest.ts'
import { isInTree } from './merkle.ts'
import { hashedFiles } from './packet-files.ts'

/** What was found out about an evidence file whose form and hashes are all right. */
export interface EvidenceReport {
  readonly manifest: Manifest
  /** SHA-256 of the manifest: names this evidence. */
  readonly fingerprint: string
  /** What does not fit together; empty: everything does. */
  readonly problems: readonly EvidenceProblem[]
  /** On the signatures of the document and its attachments; undefined where there is no PDF. */
  readonly verdict: DocumentVerdict | undefined
  readonly course: Course
  /** Files that lines name and the evidence does not hold, by hash. */
  readonly absent: readonly string[]
}

/** One thing that does not fit. `about` names a line by its number, a file by its entry. */
export interface EvidenceProblem {
  readonly code: EvidenceProblemCode
  readonly about: string
}

/** Words for these are in the command line's texts. */
export type EvidenceProblemCode =
  | 'line-changed'
  | 'line-not-in-history'
  | 'line-foreign'
  | 'packet-unreadable'
  | 'packet-of-another-document'
  | 'file-not-in-packet'
  | 'file-missing'
  | 'file-not-named'

/** The manifest of a document with thousands of recipients is well below. */
const LARGEST_TEXT_BYTES = 64 * 1_048_576

/**
 * Checks an evidence file with nothing but the file: form, hashes, the lines' place in the history, that the
 * packet holds the very files beside it, and the signatures.
 *
 * @param judges who judges signatures
 * @throws {AppError} `evidence/unreadable` for whatever is not exactly the form; `evidence/changed` where a
 *   hash does not fit
 */
export async function checkEvidence(source: PdfSource, judges: FileJudges): Promise<EvidenceReport> {
  const archive = await readArchive(source)
  const { said, fingerprint } = await readManifest(archive)
  const excerpt = await readHistory(archive, said)
  const contents = await readFiles(archive, said)
  const problems: EvidenceProblem[] = []
  const entries = checkLines(excerpt, said, problems)
  const packet = await checkPacket(said, contents, problems)
  await checkNamed(said, contents, entries, problems)
  const verdict = await judgeFiles(
    { open: (sha256) => Promise.resolve(opened(contents.get(sha256))) },
    signedFiles(said),
    judges,
  )
  const { direction, id } = said.document
  return {
    manifest: said,
    fingerprint,
    problems,
    verdict,
    course: courseOf(entries, {
      direction,
      id,
      priority: packet?.otherInfo.priority ?? 0,
      calendar: said.calendar,
      now: said.exportedAt,
    }),
    absent: namedFiles(entries).flatMap(({ sha256 }) => (contents.has(sha256) ? [] : [sha256])),
  }
}

async function readManifest(
  archive: readonly ArchiveEntry[],
): Promise<{ said: Manifest; fingerprint: string }> {
  const bytes = await textEntry(archive[0], MANIFEST)
  const fingerprint = sha256Of(bytes)
  const named = (await textEntry(archive[1], MANIFEST_HASH)).toString('latin1')
  if (named !== `${fingerprint}\n`) throw changed(MANIFEST)
  return { said: parsed(bytes, manifest, MANIFEST), fingerprint }
}

async function readHistory(archive: readonly ArchiveEntry[], said: Manifest): Promise<HistoryExcerpt> {
  const bytes = await textEntry(archive[2], HISTORY)
  if (sha256Of(bytes) !== said.historySha256) throw changed(HISTORY)
  return parsed(bytes, historyExcerpt, HISTORY)
}

/** Entries and manifest must name the same files in the same order, and each must be what it was. */
async function readFiles(
  archive: readonly ArchiveEntry[],
  { files }: Manifest,
): Promise<Map<string, PdfSource>> {
  const rest = archive.slice(3)
  if (rest.length !== files.length) throw unreadable('entries and manifest differ in number')
  const contents = new Map<string, PdfSource>()
  for (const [index, file] of files.entries()) {
    const entry = rest[index]
    if (entry?.name !== file.name || entry.sizeBytes !== file.sizeBytes) {
      throw unreadable('entries and manifest differ', file.name)
    }
    const hash = createHash('sha256')
    for await (const chunk of chunksOf(entry.content)) hash.update(chunk)
    if (hash.digest('hex') !== file.sha256) throw changed(file.name)
    contents.set(file.sha256, entry.content)
  }
  return contents
}

/** Each line must be unchanged, stand where it says, and tell of this document or of the line to the hub. */
function checkLines(
  { lines, headPath }: HistoryExcerpt,
  { head, document }: Manifest,
  problems: EvidenceProblem[],
): HistoryEntry[] {
  const tree = { size: head.lines, root: head.root }
  const blame = (code: EvidenceProblemCode, sequence: number) => {
    problems.push({ code, about: String(sequence) })
  }
  if (!isInTree(head.hash, head.lines - 1, headPath, tree)) blame('line-not-in-history', head.lines)
  const entries: HistoryEntry[] = []
  let before: HistoryExcerpt['lines'][number]['line'] | undefined
  for (const { line, path } of lines) {
    const { sequence, hash, previousHash } = line
    const follows = before === undefined || sequence > before.sequence
    const isLinked = before?.sequence !== sequence - 1 || previousHash === before.hash
    if (chainHash(line) !== hash || !isLinked) blame('line-changed', sequence)
    else if (!follows || !isInTree(hash, sequence - 1, path, tree)) blame('line-not-in-history', sequence)
    before = line
    try {
      entries.push(entryOf(line))
    } catch (cause) {
      if (!(cause instanceof z.ZodError)) throw cause
      blame('line-changed', sequence)
    }
  }
  const isOwn = ownLines(entries, document)
  for (const entry of entries) if (!isOwn(entry)) blame('line-foreign', entry.sequence)
  return entries.filter(isOwn)
}

/**
 * Whether a line tells of the document, of its packet at the hub, of an errand for either, or of the line to
 * the hub: another document's attempts prove nothing about this one.
 */
function ownLines(
  entries: readonly HistoryEntry[],
  { direction, id }: Manifest['document'],
): (entry: HistoryEntry) => boolean {
  const isDocument = ({ subjectKind, subjectId }: HistoryEntry) =>
    subjectKind === direction && subjectId === id
  const collected = entries.find((entry) => isDocument(entry) && entry.event === 'collect')
  const packetId = collected?.detail['packetId']
  const names = [id, ...(typeof packetId === 'string' ? [packetId] : [])]
  const isErrandFor = (known: readonly string[], { subjectKind, subjectId }: HistoryEntry) =>
    subjectKind === 'job' && known.some((name) => `${subjectId}/`.includes(`/${name}/`))
  // What was signed of an attempt on its way is fetched by an errand that bears the attempt's id.
  const attempts = entries.flatMap((entry) => {
    const { attemptId } = entry.detail
    return isErrandFor(names, entry) && typeof attemptId === 'string' ? [attemptId] : []
  })
  return (entry) => {
    const { subjectKind, subjectId } = entry
    if (subjectKind === 'job') return isErrandFor([...names, ...attempts], entry)
    if (subjectKind === 'office') return subjectId === 'line'
    return isDocument(entry) || (subjectKind === 'packet' && subjectId === packetId)
  }
}

/** The packet must be readable, of this document, and hold the very files beside it. */
async function checkPacket(
  { files, document, contentKeys = [] }: Manifest,
  contents: ReadonlyMap<string, PdfSource>,
  problems: EvidenceProblem[],
): Promise<DocumentMessage | undefined> {
  const file = files.find(({ role }) => role === 'packet')
  const content = file && contents.get(file.sha256)
  if (file === undefined || content === undefined) {
    problems.push({ code: 'file-missing', about: 'packet' })
    return undefined
  }
  const keys = contentKeys.map(({ nonce, key }) => ({ nonce, key: Buffer.from(key, 'base64') }))
  const read = await packetOf(file, content, problems, keys)
  if (read?.kind !== 'document') {
    if (read !== undefined) problems.push({ code: 'packet-unreadable', about: file.name })
    return undefined
  }
  const { message, attachments } = read
  if (message.documentId !== document.documentCode) {
    problems.push({ code: 'packet-of-another-document', about: file.name })
  }
  const inside = new Set(attachments.map(({ sha256, stored = sha256 }) => stored))
  const beside = new Set<string>()
  for (const { role, sha256, name } of files) {
    if (role !== 'document' && role !== 'attachment') continue
    beside.add(sha256)
    if (!inside.has(sha256)) problems.push({ code: 'file-not-in-packet', about: name })
  }
  for (const { name, sha256, stored = sha256 } of attachments) {
    if (!beside.has(stored)) problems.push({ code: 'file-missing', about: name })
  }
  return message
}

/** A packet that came or went beside the document's own must be readable, and a line must name it. */
async function checkNamed(
  { files }: Manifest,
  contents: ReadonlyMap<string, PdfSource>,
  entries: readonly HistoryEntry[],
  problems: EvidenceProblem[],
): Promise<void> {
  const named = new Set(namedFiles(entries).map(({ sha256 }) => sha256))
  for (const file of files) {
    const content = contents.get(file.sha256)
    const isOwn = file.role === 'document' || file.role === 'attachment' || file.role === 'packet'
    if (!isOwn && !named.has(file.sha256)) problems.push({ code: 'file-not-named', about: file.name })
    if (file.role !== 'status' || content === undefined) continue
    await packetOf(file, content, problems)
  }
}

async function packetOf(
  file: EvidenceFile,
  content: PdfSource,
  problems: EvidenceProblem[],
  keys: readonly ContentKey[] = [],
) {
  try {
    return await readPacket(chunksOf(content), { attachmentSink: hashedFiles(keys) })
  } catch (cause) {
    if (!codeOf(cause).startsWith('packet/')) throw cause
    problems.push({ code: 'packet-unreadable', about: file.name })
    return undefined
  }
}

function signedFiles({ files }: Manifest): DocumentFile[] {
  return files
    .filter(({ role }) => role === 'document' || role === 'attachment')
    .map(({ title, sha256, contentType, sizeBytes }) =>
      documentFile.parse({ role: 'attachment', name: title, sha256, contentType, sizeBytes }),
    )
}

function opened(content: PdfSource | undefined): PdfSource & { close(): Promise<void> } {
  if (content === undefined) throw new Error('only files of the manifest are judged')
  return { ...content, close: () => Promise.resolve() }
}

async function textEntry(entry: ArchiveEntry | undefined, name: string): Promise<Buffer> {
  if (entry?.name !== name) throw unreadable('an entry that must be there is not in its place', name)
  if (entry.sizeBytes > LARGEST_TEXT_BYTES) throw unreadable('longer than anybody writes it', name)
  return Buffer.from(await entry.content.read(0, entry.sizeBytes))
}

/** Values of canonical JSON: what is written in another way than ours was written by somebody else. */
function parsed<T>(bytes: Buffer, type: z.ZodType<T>, name: string): T {
  const text = bytes.toString('utf8')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new AppError('evidence/unreadable', 'no JSON', { cause, detail: name })
  }
  const result = type.safeParse(value)
  if (!result.success || canonicalJson(value) !== text) throw unreadable('not the form of this version', name)
  return result.data
}

function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function changed(detail: string): AppError {
  return new AppError('evidence/changed', 'a content is not what its hash says', { detail })
}

function unreadable(why: string, detail?: string): AppError {
  return new AppError('evidence/unreadable', why, detail === undefined ? {} : { detail })
}
