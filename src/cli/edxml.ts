import { createReadStream } from 'node:fs'
import { NOWHERE, readPacket, type ReadPacket } from '../engine/envelope/read.ts'
import { verifyPacketSignature } from '../engine/packet-signature.ts'
import { AppError } from '../shared/errors.ts'
import { ERROR_TEXT } from '../shared/errors.vi.ts'
import { VERDICT_TEXT } from '../shared/verdict.vi.ts'
import { PACKET_WARNING_TEXT } from '../shared/document/packet.vi.ts'
import { needFile, readWords } from './arguments.ts'
import { plain, print, reasonLine } from './print.ts'
import { trustFrom } from './authorities.ts'

/** `vanthu edxml check`: reads a packet as the inbox would, keeping none of its files. */
export async function checkPacket(words: readonly string[]): Promise<number> {
  const { values, place } = readWords(words, { trust: { type: 'string' } } as const, ['FILE'])
  const file = place('FILE')
  const trust = await trustFrom(values.trust)
  await needFile(file)
  const open = () => createReadStream(file)
  try {
    const packet = await readPacket(open(), { attachmentSink: NOWHERE })
    print(textOf(file, packet))
    const { xmlSignature } = packet
    if (xmlSignature === undefined) print(`Chữ ký của gói: ${SIGNATURE_TEXT[packet.signature.present]}`)
    else {
      const verdict = await verifyPacketSignature(open, xmlSignature, { trust, now: new Date() })
      print(`Chữ ký của gói: ${VERDICT_TEXT[verdict.verdict].toLowerCase()}`)
      print(`  Người ký: ${plain(verdict.signer?.name ?? 'không rõ')}`)
      print(verdict.reasons.map(reasonLine).join('\n'))
    }
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

const SIGNATURE_TEXT: Readonly<Record<ReadPacket<undefined>['signature']['present'], string>> = {
  none: 'không có',
  unverifiable: 'có, theo cách ghi không kiểm tra được',
  xmldsig: 'có',
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
  for (const { code, about } of packet.warnings) lines.push(`Lưu ý: ${PACKET_WARNING_TEXT[code]} (${about})`)
  return lines.map(plain).join('\n')
}
