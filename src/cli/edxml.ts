import { createReadStream } from 'node:fs'
import { readPacket, type AttachmentSink, type ReadPacket } from '../engine/envelope/read.ts'
import { AppError } from '../shared/errors.ts'
import { ERROR_TEXT } from '../shared/errors.vi.ts'
import { PACKET_WARNING_TEXT } from '../shared/document/packet.vi.ts'
import { needFile, readWords } from './arguments.ts'
import { plain, print } from './print.ts'

/** `vanthu edxml check`: reads a packet as the inbox would, keeping none of its files. */
export async function checkPacket(words: readonly string[]): Promise<number> {
  const file = readWords(words, {}, ['FILE']).place('FILE')
  await needFile(file)
  try {
    const packet = await readPacket(createReadStream(file), { attachmentSink: NOWHERE })
    print(textOf(file, packet))
    return 0
  } catch (cause) {
    if (!(cause instanceof AppError) || !cause.code.startsWith('packet/')) throw cause
    const { title, hint } = ERROR_TEXT[cause.code]
    print(`Gói tin: ${plain(file)}`)
    print(`Kết luận: KHÔNG NHẬN ĐƯỢC. ${title}. ${hint}`)
    print(`Mã lỗi: ${cause.code}${cause.detail === undefined ? '' : ` (${plain(cause.detail)})`}`)
    return 1
  }
}

/** Files are read and measured, and go nowhere. */
const NOWHERE: AttachmentSink<undefined> = {
  begin: () =>
    Promise.resolve({
      write: () => Promise.resolve(),
      finish: () => Promise.resolve(undefined),
      discard: () => Promise.resolve(),
    }),
}

const SIGNATURE_TEXT: Readonly<Record<ReadPacket<undefined>['signature']['present'], string>> = {
  none: 'không có',
  unverifiable: 'có, theo cách ghi không kiểm tra được',
  xmldsig: 'có (chưa kiểm tra; chữ ký có giá trị pháp lý nằm trong tệp PDF)',
}

function textOf(file: string, packet: ReadPacket<undefined>): string {
  const lines = [`Gói tin: ${file}`, 'Kết luận: ĐỌC ĐƯỢC']
  if (packet.kind === 'status') {
    const { message } = packet
    lines.push(
      'Loại: trạng thái xử lý',
      `Từ: ${message.from.organName} (${message.from.organId})`,
      `Về văn bản: ${message.responseFor.code} (${message.responseFor.documentId})`,
      `Trạng thái: ${message.statusCode} ${message.description}`,
    )
  } else {
    const { message, attachments } = packet
    lines.push(
      'Loại: văn bản',
      `Từ: ${message.from.organName} (${message.from.organId})`,
      ...message.to.map(({ organName, organId }) => `Đến: ${organName} (${organId})`),
      `Số, ký hiệu: ${message.code.number}/${message.code.notation}`,
      `Mã văn bản: ${message.documentId}`,
      `Trích yếu: ${message.subject}`,
      ...attachments.map(
        ({ name, sizeBytes, sha256 }) =>
          `Tệp: ${name} (${sizeBytes.toLocaleString('vi-VN')} byte, SHA-256 ${sha256})`,
      ),
    )
    for (const attachment of attachments) {
      for (const code of attachment.warnings) {
        lines.push(`Lưu ý: ${PACKET_WARNING_TEXT[code]} (${attachment.name})`)
      }
    }
  }
  lines.push(`Chữ ký của gói: ${SIGNATURE_TEXT[packet.signature.present]}`)
  for (const { code, about } of packet.warnings) lines.push(`Lưu ý: ${PACKET_WARNING_TEXT[code]} (${about})`)
  return lines.map(plain).join('\n')
}
