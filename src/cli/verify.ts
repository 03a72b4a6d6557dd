import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { chunksOf, openPdfFile, type PdfSource } from '../engine/pdf/source.ts'
import { machineTrust } from '../engine/trust.ts'
import { verifyPdf } from '../engine/verify-pdf.ts'
import { vietnamClock } from '../shared/document/vietnam-time.ts'
import type { DocumentVerdict, SignatureVerdict } from '../shared/verdict.ts'
import { REASON_TEXT, VERDICT_SENTENCE, VERDICT_TEXT } from '../shared/verdict.vi.ts'
import { needFile, readWords, UsageError } from './arguments.ts'
import { plain, print } from './print.ts'

/** What `--json` prints. Scripts rely on these names: add, never rename. */
interface Report extends DocumentVerdict {
  /** As it was typed. */
  readonly file: string
  /** Of the whole file, lower-case hex. */
  readonly sha256: string
  readonly sizeBytes: number
}

/** `vanthu verify`: the verdict on one PDF. */
export async function verify(words: readonly string[]): Promise<number> {
  const { values, place } = readWords(
    words,
    { json: { type: 'boolean' }, trust: { type: 'string' } } as const,
    ['FILE'],
  )
  const file = place('FILE')
  const trust = machineTrust(values.trust === undefined ? [] : await certificatesIn(values.trust))
  await needFile(file)
  const source = await openPdfFile(file)
  try {
    const { sha256, claimsSignature } = await readThrough(source)
    const verdict = await verifyPdf(source, { trust, now: new Date() })
    const report: Report = { file, sha256, sizeBytes: source.size, ...verdict }
    print(values.json === true ? JSON.stringify(report, null, 2) : textOf(report))
    if (verdict.verdict === 'valid') return 0
    // A signed PDF that was damaged until it cannot be read is a bad document, not a wrong file.
    return verdict.reasons.includes('document-unreadable') && !claimsSignature ? 2 : 1
  } finally {
    await source.close()
  }
}

/** The certificate files of a folder. @throws {UsageError} when there is none */
async function certificatesIn(dir: string): Promise<Uint8Array[]> {
  const names = await readdir(dir).catch((cause: unknown) => {
    throw new UsageError(`Không đọc được thư mục “${dir}”.`, { cause })
  })
  const wanted = names.filter((name) => /^\.(pem|crt|cer|der)$/i.test(extname(name))).sort()
  if (wanted.length === 0) throw new UsageError(`Thư mục “${dir}” không có chứng thư số nào.`)
  return Promise.all(wanted.map((name) => readFile(join(dir, name))))
}

/** The file's hash, and whether there is the mark of a signature in it, readable as a PDF or not. */
async function readThrough(source: PdfSource): Promise<{ sha256: string; claimsSignature: boolean }> {
  const mark = '/ByteRange'
  const hash = createHash('sha256')
  let claimsSignature = false
  let tail = Buffer.alloc(0)
  for await (const chunk of chunksOf(source)) {
    hash.update(chunk)
    const seam = Buffer.concat([tail, chunk])
    claimsSignature ||= seam.includes(mark)
    tail = seam.subarray(-(mark.length - 1))
  }
  return { sha256: hash.digest('hex'), claimsSignature }
}

function textOf(report: Report): string {
  const { verdict, reasons, signatures } = report
  return [
    `Tệp: ${plain(report.file)} (${report.sizeBytes.toLocaleString('vi-VN')} byte)`,
    `SHA-256: ${report.sha256}`,
    `Kết luận: ${VERDICT_TEXT[verdict].toUpperCase()}`,
    ...(reasons.includes('unsigned') || reasons.includes('document-unreadable')
      ? []
      : [VERDICT_SENTENCE[verdict]]),
    ...(signatures.length === 0 ? reasons.map(reasonLine) : []),
    ...signatures.flatMap((signature, index) => ['', ...signatureLines(signature, index + 1)]),
  ].join('\n')
}

function signatureLines(signature: SignatureVerdict, number: number): string[] {
  const { signer, signedAt } = signature
  const who =
    signer === undefined
      ? 'không rõ người ký'
      : [signer.name, signer.title, signer.organization].filter((text) => text !== undefined).join(', ')
  const at = signedAt === undefined ? NaN : Date.parse(signedAt)
  return [
    `Chữ ký ${String(number)}: ${VERDICT_TEXT[signature.verdict].toLowerCase()}`,
    `  Người ký: ${plain(who)}`,
    ...(signer === undefined
      ? []
      : [
          `  Chứng thư số: ${signer.certificateSha256}, do ${plain(signer.issuer)} cấp, hiệu lực ${day(signer.notBefore)}–${day(signer.notAfter)}`,
        ]),
    ...(Number.isNaN(at) ? [] : [`  Thời gian ký: ${vietnamClock(at)}`]),
    `  Phạm vi: ${signature.coversWholeDocument ? 'toàn bộ tệp' : 'phần tệp có đến lúc ký'}`,
    ...signature.reasons.map(reasonLine),
  ]
}

function day(iso: string): string {
  return vietnamClock(Date.parse(iso)).slice(0, 10)
}

function reasonLine(code: SignatureVerdict['reasons'][number]): string {
  const { title, hint } = REASON_TEXT[code]
  return `  ${code.endsWith('-note') ? 'Ghi chú' : 'Lý do'}: ${title}. ${hint}`
}
