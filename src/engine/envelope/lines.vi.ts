import { PACKET_WARNING_TEXT } from '../../shared/document/packet.vi.ts'
import type { SignatureVerdict } from '../../shared/verdict.ts'
import { VERDICT_TEXT } from '../../shared/verdict.vi.ts'
import type { ReadPacket } from './read.ts'

const SIGNATURE_TEXT: Readonly<Record<ReadPacket<unknown>['signature']['present'], string>> = {
  none: 'không có',
  unverifiable: 'có, theo cách ghi không kiểm tra được',
  xmldsig: 'có',
}

/** What a packet says, in words: for the command line and the window. */
export function packetLines(packet: ReadPacket<unknown>): string[] {
  const lines: string[] = []
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
  for (const { code, about } of packet.warnings) lines.push(`Lưu ý: ${PACKET_WARNING_TEXT[code]} (${about})`)
  return lines
}

/** What is known of the signature that the packet bears on itself; `verdict` where it could be judged. */
export function ownSignatureLines(
  { signature }: Pick<ReadPacket<unknown>, 'signature'>,
  verdict: SignatureVerdict | undefined,
): string[] {
  if (verdict === undefined) return [`Chữ ký của gói: ${SIGNATURE_TEXT[signature.present]}`]
  return [
    `Chữ ký của gói: ${VERDICT_TEXT[verdict.verdict].toLowerCase()}`,
    `  Người ký: ${verdict.signer?.name ?? 'không rõ'}`,
  ]
}
