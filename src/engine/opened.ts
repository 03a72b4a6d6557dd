import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { isPdfName } from '../shared/document/attachment.ts'
import { sha256Hex, type Sha256 } from '../shared/document/fields.ts'
import { AppError } from '../shared/errors.ts'
import { PACKET_ENDING, type OpenedReport } from '../shared/opened.ts'
import { plain } from '../shared/plain.ts'
import { ownSignatureLines, packetLines } from './envelope/lines.vi.ts'
import { PACKET_LIMITS, readPacket, type AttachmentSink, type ReadPacket } from './envelope/read.ts'
import { judgeFiles } from './incoming/judge-files.ts'
import { senderReasons } from './incoming/sender.ts'
import type { Office } from './office.ts'
import { memorySource, openPdfFile } from './pdf/source.ts'
import { bearsSecrecyMark } from './secrecy.ts'
import { documentLeftOpen } from './signing/verdicts.ts'

/** The files of a packet lie in memory while it is looked at. */
const LARGEST_UNPACKED_BYTES = 100 * 1_048_576

type Ports = Pick<Office, 'store' | 'authorities'>
type OpenedPacket = ReadPacket<Uint8Array>

/**
 * Looks at a packet or an evidence file that somebody opened outside. Nothing of it is kept, and nothing is
 * believed because it lies on this PC: signatures are judged by what the office trusts.
 *
 * @throws {AppError} `packet/*`, `evidence/*`; `document/secret` for a packet that bears a mark of state secrecy;
 *   `pdf/unreadable` where there is no such file
 */
export async function reportOfFile(path: string, ports: Ports): Promise<OpenedReport> {
  await requireFile(path)
  return isPacket(path) ? packetReport(path, ports) : evidenceReport(path, ports)
}

/** @throws {AppError} `document/not-found` where the packet does not hold it; see {@link reportOfFile} */
export async function pdfOfFile(path: string, sha256: Sha256): Promise<Uint8Array> {
  await requireFile(path)
  const packet = isPacket(path) ? await readOpened(path) : undefined
  const files = packet?.kind === 'document' ? packet.attachments : []
  const found = files.find((file) => file.sha256 === sha256)
  if (found === undefined) throw new AppError('document/not-found', 'the packet has no such file')
  return found.stored
}

function isPacket(path: string): boolean {
  return path.toLowerCase().endsWith(PACKET_ENDING)
}

/** A pipe or a device of that name would be waited for without end. */
async function requireFile(path: string): Promise<void> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new AppError('pdf/unreadable', 'the file cannot be found', { cause })
  })
  if (!found.isFile()) throw new AppError('pdf/unreadable', 'not a file')
}

async function evidenceReport(path: string, { authorities }: Ports): Promise<OpenedReport> {
  const { checkEvidence } = await import('./proof/check.ts')
  const { aboutLines, courseLines, problemLines } = await import('./proof/lines.vi.ts')
  const source = await openPdfFile(path)
  try {
    const report = await checkEvidence(source, authorities.judges)
    const { problems, verdict } = report
    return {
      kind: 'evidence',
      name: basename(path),
      isSound: problems.length === 0,
      parts: [
        { part: 'problems' as const, lines: problemLines(report).map(plain) },
        { part: 'about' as const, lines: aboutLines(report).map(plain) },
        { part: 'course' as const, lines: courseLines(report).map(plain) },
      ].filter(({ lines }) => lines.length > 0),
      ...(verdict === undefined ? {} : { verdict }),
    }
  } finally {
    await source.close()
  }
}

async function packetReport(path: string, ports: Ports): Promise<OpenedReport> {
  const packet = await readOpened(path)
  const { kind, xmlSignature } = packet
  const own =
    xmlSignature && (await ports.authorities.verifyPacket(() => createReadStream(path), xmlSignature))
  const lines = [...packetLines(packet), ...ownSignatureLines(packet, own)].map(plain)
  const report = { kind, name: basename(path), isSound: true, parts: [{ part: 'about' as const, lines }] }
  if (packet.kind === 'status') return report
  const pdf = packet.attachments.find(({ name }) => isPdfName(name))
  const verdict = await verdictOf(packet, ports)
  return {
    ...report,
    ...(verdict === undefined ? {} : { verdict }),
    ...(pdf === undefined ? {} : { pdf: { name: pdf.name, sha256: sha256Hex.parse(pdf.sha256) } }),
  }
}

async function readOpened(path: string): Promise<OpenedPacket> {
  const limits = { unpackedBytes: Math.min(LARGEST_UNPACKED_BYTES, PACKET_LIMITS.unpackedBytes) }
  const packet = await readPacket(createReadStream(path), { attachmentSink: IN_MEMORY, limits })
  if (packet.kind === 'document') refuseSecret(packet)
  return packet
}

function refuseSecret({ message }: Extract<OpenedPacket, { kind: 'document' }>): void {
  const { code, subject, content, toPlaces } = message
  if (!bearsSecrecyMark({ codeNotation: code.notation, texts: [subject, content, ...toPlaces] })) return
  throw new AppError('document/secret', 'the packet bears a mark of state secrecy')
}

/** As the inbox judges it; but no hub says who handed it over. */
async function verdictOf(
  { message, attachments }: Extract<OpenedPacket, { kind: 'document' }>,
  { store, authorities }: Ports,
): Promise<OpenedReport['verdict']> {
  const contents = new Map(attachments.map(({ sha256, stored }) => [sha256, stored]))
  const files = attachments.map(({ name, sha256, contentType, sizeBytes }) => ({
    role: 'attachment' as const,
    name,
    sha256: sha256Hex.parse(sha256),
    contentType,
    sizeBytes,
  }))
  const open = (sha256: Sha256) =>
    Promise.resolve({
      ...memorySource(contents.get(sha256) ?? new Uint8Array()),
      close: () => Promise.resolve(),
    })
  const judged = await judgeFiles({ open }, files, authorities.judges)
  const { from } = message
  const known = store.directory.byIds([from.organId])[0]
  return judged && documentLeftOpen(judged, senderReasons(judged, { from, hubOrganId: '', known }))
}

const IN_MEMORY: AttachmentSink<Uint8Array> = {
  begin: () => {
    const chunks: Uint8Array[] = []
    return Promise.resolve({
      write: (chunk) => {
        chunks.push(chunk)
        return Promise.resolve()
      },
      finish: () => Promise.resolve(Buffer.concat(chunks)),
      discard: () => Promise.resolve(),
    })
  },
}
