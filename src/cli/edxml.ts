import { createReadStream } from 'node:fs'
import { ownSignatureLines, packetLines } from '../engine/envelope/lines.vi.ts'
import { NOWHERE, readPacket } from '../engine/envelope/read.ts'
import { verifyPacketSignature } from '../engine/packet-signature.ts'
import { AppError } from '../shared/errors.ts'
import { ERROR_TEXT } from '../shared/errors.vi.ts'
import { plain } from '../shared/plain.ts'
import { needFile, readWords } from './arguments.ts'
import { print, reasonLine } from './print.ts'
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
    print([`Gói tin: ${file}`, 'Kết luận: ĐỌC ĐƯỢC', ...packetLines(packet)].map(plain).join('\n'))
    const { xmlSignature } = packet
    const verdict =
      xmlSignature && (await verifyPacketSignature(open, xmlSignature, { trust, now: new Date() }))
    print(ownSignatureLines(packet, verdict).map(plain).join('\n'))
    if (verdict !== undefined) print(verdict.reasons.map(reasonLine).join('\n'))
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
