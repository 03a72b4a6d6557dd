import { Buffer } from 'node:buffer'
import { readFileSync } from 'node:fs'
import type { DocumentMessage, PacketAgency, StatusMessage } from '../../src/shared/document/packet.ts'
import { readPacket } from '../../src/engine/envelope/read.ts'
import type { AttachmentSink, PacketLimits, ReadPacket } from '../../src/engine/envelope/read.ts'
import { writeDocumentPacket, type AttachmentSource } from '../../src/engine/envelope/write.ts'

/** The example of a document packet, as the Java SDK and the hub order it. Invented agencies. */
export const EXAMPLE_DOCUMENT = readFileSync(new URL('example-document.edxml', import.meta.url), 'utf8')
/** The example of a status packet. */
export const EXAMPLE_STATUS = readFileSync(new URL('example-status.edxml', import.meta.url), 'utf8')

const commune: PacketAgency = {
  organId: 'H99.88.01',
  organizationInCharge: 'UBND tỉnh Thanh Vân',
  organName: 'UBND xã Suối Ngọc',
  address: 'Thôn Trung, xã Suối Ngọc, tỉnh Thanh Vân',
  email: 'vanthu@suoingoc.example',
  telephone: '0200000001',
  fax: '',
  website: 'suoingoc.example',
}

const department: PacketAgency = {
  organId: 'H99.07',
  organizationInCharge: 'UBND tỉnh Thanh Vân',
  organName: 'Sở Nội vụ tỉnh Thanh Vân',
  address: '',
  email: '',
  telephone: '',
  fax: '',
  website: '',
}

/** What example-document.edxml says. */
export const EXAMPLE_MESSAGE: DocumentMessage = {
  from: commune,
  to: [department],
  documentId: 'H99.88.01,2026/01/15,07/UBND-VP',
  code: { number: '07', notation: 'UBND-VP' },
  place: 'Suối Ngọc',
  promulgationDate: '2026-01-15',
  documentType: { type: 18, typeDetail: undefined, typeName: 'Công văn' },
  subject: 'V/v đăng ký lớp tập huấn văn thư năm 2026',
  content: 'V/v đăng ký lớp tập huấn văn thư năm 2026',
  signer: { competence: 'KT. CHỦ TỊCH', position: 'PHÓ CHỦ TỊCH', fullName: 'Trần Thị Mẫu' },
  dueDate: '2026-01-31',
  otherInfo: {
    priority: 0,
    sphere: '',
    typerNotation: 'TTM',
    promulgationAmount: 1,
    pageAmount: 1,
    appendixes: ['Danh sách đăng ký'],
  },
  responseFor: [
    {
      organId: 'H99.07',
      code: '15/SNV-VTLT',
      documentId: 'H99.07,2026/01/08,15/SNV-VTLT',
      promulgationDate: '2026-01-08',
    },
  ],
  steeringType: 0,
  toPlaces: ['Như trên', 'Lưu: VT, VP'],
  trace: [{ organId: 'H99.88.01', timestamp: '2026-01-15T09:30:00+07:00' }],
  business: {
    type: 0,
    reason: 'Văn bản mới',
    paper: false,
    staff: {
      department: 'Văn phòng HĐND và UBND',
      staff: 'Lê Văn Thử',
      mobile: '0900000001',
      email: 'thu@suoingoc.example',
    },
  },
}

/** What example-status.edxml says. */
export const EXAMPLE_STATUS_MESSAGE: StatusMessage = {
  from: {
    ...department,
    address: 'Số 1 đường Thử, tỉnh Thanh Vân',
    email: 'vanthu@snv.example',
    telephone: '0200000002',
    website: 'snv.example',
  },
  responseFor: {
    organId: 'H99.88.01',
    code: '07/UBND-VP',
    documentId: 'H99.88.01,2026/01/15,07/UBND-VP',
    promulgationDate: '2026-01-15',
  },
  statusCode: '03',
  description: 'Đã tiếp nhận, vào sổ số đến 41',
  timestamp: '2026-01-15T10:05:12+07:00',
  staff: {
    department: 'Văn phòng Sở',
    staff: 'Phạm Thị Ví Dụ',
    mobile: '0900000002',
    email: 'vidu@snv.example',
  },
}

/** The file of example-document.edxml: the five bytes `%PDF-`. */
export const EXAMPLE_FILE = fileSource('07-UBND-VP.pdf', Buffer.from('%PDF-'), {
  description: 'Công văn số 07/UBND-VP',
})

/** A file to send whose content is in memory. */
export function fileSource(
  name: string,
  content: Uint8Array,
  said: Partial<Pick<AttachmentSource, 'contentId' | 'contentType' | 'description' | 'size'>> = {},
): AttachmentSource {
  return {
    contentId: '5b0f3c1e-0000-4000-8000-000000000001',
    name,
    contentType: 'application/pdf',
    description: '',
    size: content.length,
    open: () => inPieces(content, 1000),
    ...said,
  }
}

/** A whole packet: the example with other words, carrying a file. */
export function documentPacket(
  change: Partial<DocumentMessage>,
  file: AttachmentSource = EXAMPLE_FILE,
): Promise<Buffer> {
  return collected(writeDocumentPacket({ ...EXAMPLE_MESSAGE, ...change }, [file]))
}

/** Bytes as a stream of pieces. */
export async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) {
    await Promise.resolve()
    yield bytes.subarray(start, start + size)
  }
}

/** All of a stream. */
export async function collected(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for await (const chunk of chunks) pieces.push(Uint8Array.from(chunk))
  return Buffer.concat(pieces)
}

/** Keeps files in memory and counts what became of them. */
export function memorySink() {
  const counts = { begun: 0, finished: 0, discarded: 0 }
  const sink: AttachmentSink<Buffer> = {
    begin() {
      counts.begun += 1
      const pieces: Uint8Array[] = []
      return Promise.resolve({
        write(bytes) {
          pieces.push(bytes)
          return Promise.resolve()
        },
        finish() {
          counts.finished += 1
          return Promise.resolve(Buffer.concat(pieces))
        },
        discard() {
          counts.discarded += 1
          return Promise.resolve()
        },
      })
    },
  }
  return { sink, counts }
}

/** Reads a packet whose bytes are in memory. */
export function read(
  packet: string | Uint8Array,
  limits: Partial<PacketLimits> = {},
  pieceSize = 65_536,
): Promise<ReadPacket<Buffer>> {
  const bytes = typeof packet === 'string' ? Buffer.from(packet) : packet
  return readPacket(inPieces(bytes, pieceSize), { attachmentSink: memorySink().sink, limits })
}

/** Reads a packet that must be a document. */
export async function readDocument(packet: string | Uint8Array, limits: Partial<PacketLimits> = {}) {
  const result = await read(packet, limits)
  if (result.kind !== 'document') throw new Error('the packet is a status')
  return result
}

/** The example with one change that must have hit something. */
export function changed(from: string | RegExp, to: string, packet = EXAMPLE_DOCUMENT): string {
  const result = packet.replace(from, () => to)
  if (result === packet) throw new Error(`nothing to change: ${String(from)}`)
  return result
}

/** What a test says of a file in a packet; `encoded` replaces the base64 of `content`. */
export interface MadeAttachment {
  contentId?: string
  name?: string
  contentType?: string
  description?: string
  content?: Uint8Array
  encoded?: string
}

/** The example with other files and other references, made as text so that it can be wrong. */
export function packetWith(
  attachments: readonly MadeAttachment[],
  references: readonly MadeAttachment[] = attachments,
): string {
  const tag = (name: string, value: string | undefined) =>
    value === undefined ? '' : `<edXML:${name}>${value}</edXML:${name}>`
  const label = (made: MadeAttachment) =>
    tag('ContentId', made.contentId) +
    tag('AttachmentName', made.name) +
    tag('Description', made.description) +
    tag('ContentType', made.contentType)
  const files = attachments.map(
    (made) =>
      `<edXML:Attachment>${label(made)}${tag('ContentTransferEncoded', made.encoded ?? Buffer.from(made.content ?? []).toString('base64'))}</edXML:Attachment>`,
  )
  const listed = references.map((made) => `<edXML:Reference>${label(made)}</edXML:Reference>`)
  return EXAMPLE_DOCUMENT.replace(/ *<edXML:Reference>[^]*<\/edXML:Reference>\n/, () =>
    listed.join(''),
  ).replace(/ *<edXML:Attachment>[^]*<\/edXML:Attachment>\n/, () => files.join(''))
}
