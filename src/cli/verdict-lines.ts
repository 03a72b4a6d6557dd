import { vietnamClock } from '../shared/document/vietnam-time.ts'
import type { SignatureVerdict, TimeStampVerdict } from '../shared/verdict.ts'
import { algorithmText, laterChangeLines, revocationText, VERDICT_TEXT } from '../shared/verdict.vi.ts'
import { plain } from '../shared/plain.ts'
import { reasonLine } from './print.ts'

/** A signature with all that was found about it, under a title. */
export function signatureLines(title: string, signature: SignatureVerdict): string[] {
  const { signer, signedAt, coveredBytes, chain = [], algorithm } = signature
  const who =
    signer === undefined
      ? 'không rõ người ký'
      : [signer.name, signer.title, signer.organization].filter((text) => text !== undefined).join(', ')
  const at = signedAt === undefined ? NaN : Date.parse(signedAt)
  return [
    `${title}: ${VERDICT_TEXT[signature.verdict].toLowerCase()}`,
    `  Người ký: ${plain(who)}`,
    ...(signer === undefined
      ? []
      : [
          `  Chứng thư số: ${signer.certificateSha256}, do ${plain(signer.issuer)} cấp, hiệu lực ${day(signer.notBefore)}–${day(signer.notAfter)}`,
        ]),
    ...(Number.isNaN(at) ? [] : [`  Thời gian ký: ${vietnamClock(at)}`]),
    ...(signature.provenAt === undefined
      ? []
      : [`  Dấu thời gian: đã có chữ ký lúc ${vietnamClock(Date.parse(signature.provenAt))}`]),
    `  Phạm vi: ${signature.coversWholeDocument ? 'toàn bộ tệp' : 'phần tệp có đến lúc ký'}${
      coveredBytes === undefined ? '' : ` (${coveredBytes.toLocaleString('vi-VN')} byte đầu)`
    }`,
    ...laterChangeLines(signature.laterChanges).map((line) => `  Thêm vào sau khi ký. ${line}`),
    ...chain.slice(1).map(({ name, sha256, trusted }) => {
      return `  Cấp bởi: ${plain(name)} (${sha256})${trusted ? ', được tin cậy' : ''}`
    }),
    `  Thu hồi: ${revocationText(signature.revocation)}`,
    ...(algorithm === undefined ? [] : [`  Thuật toán: ${algorithmText(algorithm)}`]),
    ...signature.reasons.map(reasonLine),
  ]
}

/** A document time stamp, by its place in the file. */
export function timeStampLines(
  { verdict, reasons, at, authority }: TimeStampVerdict,
  number: number,
): string[] {
  return [
    `Dấu thời gian ${String(number)}: ${VERDICT_TEXT[verdict].toLowerCase()}`,
    ...(at === undefined ? [] : [`  Thời gian: ${vietnamClock(Date.parse(at))}`]),
    ...(authority === undefined ? [] : [`  Nơi cấp: ${plain(authority)}`]),
    ...reasons.map(reasonLine),
  ]
}

function day(iso: string): string {
  return vietnamClock(Date.parse(iso)).slice(0, 10)
}
