import { crc32 } from 'node:zlib'
import { AppError } from '../../shared/errors.ts'
import type { PdfSource } from '../pdf/source.ts'

/**
 * The container of an evidence file: a ZIP that every unpacker opens, written in exactly one way. Entries are
 * stored, never packed; they follow each other from the first byte; there are no extra fields, no comments,
 * no times of their own. The reader writes the same structure again and compares it byte for byte, so
 * whatever a ZIP could hide (a second entry of the same name, bytes in between, another name in the
 * directory than before the content) is refused, and nothing unpacks to more than is there.
 *
 * @source PKWARE APPNOTE 6.3.10, sections 4.3.7, 4.3.12, 4.3.16
 */

/** What an entry is called and how long it is. */
interface EntryHead {
  readonly name: string
  readonly sizeBytes: number
  readonly crc32: number
}

/** An entry to be written. `open` gives exactly the bytes that the head speaks of. */
export interface NewEntry extends EntryHead {
  readonly open: () => AsyncIterable<Uint8Array>
}

/** An entry that was read: its content, and what the directory says of it. */
export interface ArchiveEntry extends EntryHead {
  readonly content: PdfSource
}

/** At most so many entries; a document has a few files and a few statuses for each recipient. */
const MAX_ENTRIES = 5_000
/** Plain words in at most one folder: nothing that could lead out of the folder it is unpacked in. */
const NAME = /^(?:[a-z0-9-]{1,60}\/)?[a-z0-9-]{1,60}\.[a-z0-9]{1,8}$/
const LOCAL_BYTES = 30
const CENTRAL_BYTES = 46
const END_BYTES = 22
/** Version 2.0, names in UTF-8 (they are ASCII), stored; 1980-01-01 00:00. */
const VERSION = 20
const FLAGS = 0x0800
const DATE = 0x0021
const LARGEST = 0xffff_fffe

/** Whether an entry may be called so. */
export function isEntryName(name: string): boolean {
  return NAME.test(name)
}

/**
 * Writes the container as it goes.
 *
 * @throws {AppError} `evidence/too-large` over 4 GB; `store/file-damaged` when a content is not what its head says
 */
export async function* writeArchive(entries: readonly NewEntry[]): AsyncGenerator<Uint8Array> {
  const total = entries.reduce((sum, { name, sizeBytes }) => sum + sizeBytes + LOCAL_BYTES + name.length, 0)
  if (total > LARGEST || entries.length > MAX_ENTRIES) {
    throw new AppError('evidence/too-large', `${String(entries.length)} entries, ${String(total)} bytes`)
  }
  for (const entry of entries) {
    yield localHeader(entry)
    let [size, checksum] = [0, 0]
    for await (const chunk of entry.open()) {
      size += chunk.length
      checksum = crc32(chunk, checksum)
      yield chunk
    }
    if (size !== entry.sizeBytes || checksum !== entry.crc32) {
      throw new AppError('store/file-damaged', `${entry.name} is not what its head says`)
    }
  }
  yield directoryOf(entries)
}

/**
 * The entries of a container, in their order. Contents are not read, and their checksums not compared: the
 * manifest's hashes say more.
 *
 * @throws {AppError} `evidence/unreadable` for whatever {@link writeArchive} would not have written
 */
export async function readArchive(source: PdfSource): Promise<ArchiveEntry[]> {
  const heads = await readDirectory(source)
  const entries: ArchiveEntry[] = []
  let at = 0
  for (const head of heads) {
    const header = localHeader(head)
    const begun = await readPart(source, at, header.length)
    if (!header.equals(begun)) throw unreadable('an entry does not begin as the directory says', head.name)
    at += header.length
    entries.push({ ...head, content: partOf(source, at, head.sizeBytes) })
    at += head.sizeBytes
  }
  const directory = directoryOf(heads)
  if (at + directory.length !== source.size) throw unreadable('there is more, or less, than entries')
  if (!directory.equals(await readPart(source, at, directory.length))) {
    throw unreadable('the directory is not what its entries make')
  }
  return entries
}

async function readDirectory(source: PdfSource): Promise<EntryHead[]> {
  if (source.size < END_BYTES) throw unreadable('too short')
  const end = await readPart(source, source.size - END_BYTES, END_BYTES)
  const count = end.readUInt16LE(10)
  const length = end.readUInt32LE(12)
  const start = end.readUInt32LE(16)
  if (count > MAX_ENTRIES || length > count * (CENTRAL_BYTES + 130)) throw unreadable('too many entries')
  if (start + length + END_BYTES !== source.size) throw unreadable('the directory is out of place')
  const directory = await readPart(source, start, length)
  const heads: EntryHead[] = []
  const names = new Set<string>()
  for (let at = 0; at < length;) {
    if (at + CENTRAL_BYTES > length) throw unreadable('the directory is cut')
    const nameEnd = at + CENTRAL_BYTES + directory.readUInt16LE(at + 28)
    const name = directory.toString('latin1', at + CENTRAL_BYTES, nameEnd)
    if (nameEnd > length || !isEntryName(name)) throw unreadable('an entry has a name that none may have')
    if (names.has(name)) throw unreadable('two entries have one name', name)
    names.add(name)
    heads.push({
      name,
      crc32: directory.readUInt32LE(at + 16),
      sizeBytes: directory.readUInt32LE(at + 24),
    })
    at = nameEnd
  }
  return heads
}

function localHeader({ name, sizeBytes, crc32: checksum }: EntryHead): Buffer {
  const header = Buffer.alloc(LOCAL_BYTES)
  header.writeUInt32LE(0x04034b50, 0)
  header.writeUInt16LE(VERSION, 4)
  header.writeUInt16LE(FLAGS, 6)
  header.writeUInt16LE(DATE, 12)
  header.writeUInt32LE(checksum, 14)
  header.writeUInt32LE(sizeBytes, 18)
  header.writeUInt32LE(sizeBytes, 22)
  header.writeUInt16LE(name.length, 26)
  return Buffer.concat([header, Buffer.from(name, 'latin1')])
}

/** Central directory and its end. */
function directoryOf(heads: readonly EntryHead[]): Buffer {
  const parts: Buffer[] = []
  let at = 0
  for (const { name, sizeBytes, crc32: checksum } of heads) {
    const header = Buffer.alloc(CENTRAL_BYTES)
    header.writeUInt32LE(0x02014b50, 0)
    header.writeUInt16LE(VERSION, 4)
    header.writeUInt16LE(VERSION, 6)
    header.writeUInt16LE(FLAGS, 8)
    header.writeUInt16LE(DATE, 14)
    header.writeUInt32LE(checksum, 16)
    header.writeUInt32LE(sizeBytes, 20)
    header.writeUInt32LE(sizeBytes, 24)
    header.writeUInt16LE(name.length, 28)
    header.writeUInt32LE(at, 42)
    parts.push(header, Buffer.from(name, 'latin1'))
    at += LOCAL_BYTES + name.length + sizeBytes
  }
  const end = Buffer.alloc(END_BYTES)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(heads.length, 8)
  end.writeUInt16LE(heads.length, 10)
  end.writeUInt32LE(
    parts.reduce((sum, part) => sum + part.length, 0),
    12,
  )
  end.writeUInt32LE(at, 16)
  return Buffer.concat([...parts, end])
}

async function readPart(source: PdfSource, offset: number, length: number): Promise<Buffer> {
  if (offset + length > source.size) throw unreadable('it is cut')
  return Buffer.from(await source.read(offset, length))
}

/** A stretch of a source as a source of its own. */
function partOf(source: PdfSource, start: number, size: number): PdfSource {
  return { size, read: (offset, length) => source.read(start + offset, length) }
}

function unreadable(why: string, detail?: string): AppError {
  return new AppError('evidence/unreadable', why, detail === undefined ? {} : { detail })
}
