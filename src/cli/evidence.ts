import type { DocumentVerdict } from '../shared/verdict.ts'
import { VERDICT_TEXT } from '../shared/verdict.vi.ts'
import { verifyFileSignature } from '../engine/file-signature.ts'
import { openPdfFile } from '../engine/pdf/source.ts'
import { checkEvidence, type EvidenceReport } from '../engine/proof/check.ts'
import { aboutLines, courseLines, problemLines } from '../engine/proof/lines.vi.ts'
import { verifyPdf } from '../engine/verify-pdf.ts'
import { needFile, readWords } from './arguments.ts'
import { trustFrom } from './authorities.ts'
import { plain } from '../shared/plain.ts'
import { print, reasonLine } from './print.ts'
import { signatureLines, timeStampLines } from './verdict-lines.ts'

/** `vanthu evidence check`: what an evidence file proves, found out with nothing but the file. */
export async function checkEvidenceFile(words: readonly string[]): Promise<number> {
  const options = { json: { type: 'boolean' }, trust: { type: 'string' } } as const
  const { values, place } = readWords(words, options, ['FILE'])
  const file = place('FILE')
  const trust = await trustFrom(values.trust)
  await needFile(file)
  const source = await openPdfFile(file)
  try {
    const context = { trust, now: new Date() }
    const report = await checkEvidence(source, {
      pdf: (content) => verifyPdf(content, context),
      beside: (content, signature) => verifyFileSignature(content, signature, context),
    })
    print(values.json === true ? JSON.stringify({ file, ...report }, null, 2) : textOf(file, report))
    return report.problems.length === 0 && report.verdict?.verdict === 'valid' ? 0 : 1
  } finally {
    await source.close()
  }
}

function textOf(file: string, report: EvidenceReport): string {
  const problems = problemLines(report)
  return [
    `Hồ sơ chứng cứ: ${file}`,
    `Kết luận: ${problems.length === 0 ? 'NGUYÊN VẸN' : 'CÓ ĐIỂM KHÔNG KHỚP'}`,
    ...problems.map((line) => `  ${line}`),
    ...aboutLines(report),
    '',
    ...courseLines(report),
    '',
    ...verdictLines(report.verdict),
    '',
    'Thời điểm trên đây theo đồng hồ máy của cơ quan xuất, trừ dấu thời gian trong chữ ký.',
  ]
    .map(plain)
    .join('\n')
}

function verdictLines(verdict: DocumentVerdict | undefined): string[] {
  if (verdict === undefined) return ['Chữ ký số: không có tệp PDF']
  const { reasons, signatures, timeStamps = [] } = verdict
  const told = new Set(signatures.flatMap((signature) => signature.reasons))
  return [
    `Chữ ký số: ${VERDICT_TEXT[verdict.verdict].toUpperCase()}`,
    ...reasons.filter((code) => !told.has(code)).map(reasonLine),
    ...signatures.flatMap((one, index) => signatureLines(`Chữ ký ${String(index + 1)}`, one)),
    ...timeStamps.flatMap((stamp, index) => timeStampLines(stamp, index + 1)),
  ]
}
