import { EXAMPLE_DOCUMENT } from '../envelope/packets.ts'

/** What the example document says, and for whom it is. */
export const SUBJECT = 'V/v đăng ký lớp tập huấn văn thư năm 2026'
export const CODE = 'H99.88.01,2026/01/15,07/UBND-VP'
export const OURS = 'H99.07'

/** What an update says differently from the example document. */
export interface Update {
  /** Minute after ten in the sender's morning of the day after it was sent. */
  readonly minute?: number
  readonly subject?: string
  readonly dueDate?: string
  /** What the file holds; left out, there is none. */
  readonly file?: string
  readonly fileName?: string
  readonly from?: string
  readonly code?: string
  /** Receivers added (1) or removed (0). */
  readonly receivers?: readonly (readonly [string, 0 | 1])[]
  readonly to?: string
}

/** A document packet of type 2 about the example document, with a DocumentId of its own. */
export function updatePacket(update: Update = {}): string {
  const { minute = 0, subject, dueDate, file, fileName = 'phu-luc.txt', receivers } = update
  const time = `2026/01/16 10:${String(minute).padStart(2, '0')}:00`
  const info =
    receivers === undefined
      ? ''
      : `<edXML:BussinessDocumentInfo><edXML:DocumentInfo>0</edXML:DocumentInfo><edXML:DocumentReceiver>1</edXML:DocumentReceiver><edXML:ReceiverList>${receivers
          .map(
            ([organId, type]) =>
              `<edXML:Receiver><edXML:OrganId>${organId}</edXML:OrganId><edXML:ReceiverType>${String(type)}</edXML:ReceiverType></edXML:Receiver>`,
          )
          .join('')}</edXML:ReceiverList></edXML:BussinessDocumentInfo>`
  let packet = EXAMPLE_DOCUMENT.replace(
    /<edXML:BussinessDocType>0/,
    `<edXML:DocumentId>${CODE}</edXML:DocumentId><edXML:BussinessDocType>2`,
  )
    .replace(/(<edXML:BussinessDocReason>)[^<]*/, `$1Sửa lần ${String(minute)}`)
    .replace('2026/01/15 09:30:00', time)
    .replace(
      `<edXML:DocumentId>${CODE}</edXML:DocumentId>\n        <edXML:Code>`,
      `<edXML:DocumentId>${CODE},${String(minute)}</edXML:DocumentId>\n        <edXML:Code>`,
    )
    .replace('<edXML:OrganId>H99.88.01<', `<edXML:OrganId>${update.from ?? 'H99.88.01'}<`)
    .replace('<edXML:CodeNumber>07<', `<edXML:CodeNumber>${update.code ?? '07'}<`)
    .replace('<edXML:Paper>0</edXML:Paper>', `<edXML:Paper>0</edXML:Paper>${info}`)
  if (update.to !== undefined)
    packet = packet.replace(/(<edXML:To>[^]*?<edXML:OrganId>)[^<]+/, `$1${update.to}`)
  if (subject !== undefined) packet = packet.replace(/(<edXML:Subject>)[^<]*/, `$1${subject}`)
  if (dueDate !== undefined) packet = packet.replace(/(<edXML:DueDate>)[^<]*/, `$1${dueDate}`)
  return file === undefined
    ? packet
        .replace(/<edXML:Reference>[^]*<\/edXML:Reference>/, '')
        .replace(/<edXML:AttachmentEncoded[^]*<\/edXML:AttachmentEncoded>/, '')
    : packet
        .replaceAll('07-UBND-VP.pdf', fileName)
        .replace(/(<edXML:ContentTransferEncoded>)[^<]*/, `$1${Buffer.from(file).toString('base64')}`)
}
