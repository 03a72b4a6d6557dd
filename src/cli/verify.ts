import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { gatherEvidence } from '../engine/evidence.ts'
import { verifyFileSignature } from '../engine/file-signature.ts'
import { chunksOf, openPdfFile, type PdfSource } from '../engine/pdf/source.ts'
import { senderReasons } from '../engine/incoming/sender.ts'
import { parseCertificate } from '../engine/signing/certificate.ts'
import type { TrustStore } from '../engine/signing/trust.ts'
import { documentLeftOpen } from '../engine/signing/verdicts.ts'
import { verifyPdf, type VerifyPdfContext } from '../engine/verify-pdf.ts'
import { isSignatureName, signedNameOf } from '../shared/document/attachment.ts'
import { AppError } from '../shared/errors.ts'
import type { DocumentVerdict } from '../shared/verdict.ts'
import { VERDICT_SENTENCE, VERDICT_TEXT } from '../shared/verdict.vi.ts'
import { AUTHORITY_OPTIONS, needFile, readWords } from './arguments.ts'
import { openCommandAuthorities, trustFrom } from './authorities.ts'
import { plain } from '../shared/plain.ts'
import { print, reasonLine } from './print.ts'
import { signatureLines, timeStampLines } from './verdict-lines.ts'

/** What `--json` prints. Scripts rely on these names: add, never rename. */
interface Report extends DocumentVerdict {
  /** As it was typed. */
  readonly file: string
  /** Of the whole file, lower-case hex. */
  readonly sha256: string
  readonly sizeBytes: number
  /** The file that a separate signature was held against; absent when there was none. */
  readonly content?: { readonly file: string; readonly sha256: string; readonly sizeBytes: number }
}

const OPTIONS = {
  ...AUTHORITY_OPTIONS,
  json: { type: 'boolean' },
  online: { type: 'boolean' },
  content: { type: 'string' },
  from: { type: 'string' },
} as const

/** `vanthu verify`: the verdict on one PDF, or on a file by the signature beside it. */
export async function verify(words: readonly string[]): Promise<number> {
  const { values, place } = readWords(words, OPTIONS, ['FILE'])
  const file = place('FILE')
  const trust = await trustFrom(values.trust)
  await needFile(file)
  if (isSignatureName(file) || values.content !== undefined) {
    const report = await judgeSeparate(file, values.content ?? (await contentBeside(file)), trust)
    print(values.json === true ? JSON.stringify(report, null, 2) : textOf(report))
    return report.verdict === 'valid' ? 0 : 1
  }
  const source = await openPdfFile(file)
  try {
    const { sha256, claimsSignature } = await readThrough(source)
    const found = values.online === true ? await askAuthorities(source, trust, values.host) : {}
    const judged = await verifyPdf(source, { trust, now: new Date(), ...found })
    const verdict = values.from === undefined ? judged : comparedWith(judged, values.from)
    const report: Report = { file, sha256, sizeBytes: source.size, ...verdict }
    print(values.json === true ? JSON.stringify(report, null, 2) : textOf(report))
    if (verdict.verdict === 'valid') return 0
    // A signed PDF that was damaged until it cannot be read is a bad document, not a wrong file.
    return verdict.reasons.includes('document-unreadable') && !claimsSignature ? 2 : 1
  } finally {
    await source.close()
  }
}

/** Whether the agency that signed bears the sender's name. */
function comparedWith(verdict: DocumentVerdict, organName: string): DocumentVerdict {
  const sender = { from: { organId: '', organName }, hubOrganId: '', known: undefined }
  return documentLeftOpen(verdict, senderReasons(verdict, sender))
}

/** What the authorities say now of the certificates in a file. Whoever does not answer says nothing. */
async function askAuthorities(
  source: PdfSource,
  trust: TrustStore,
  hosts: readonly string[] | undefined,
): Promise<Pick<VerifyPdfContext, 'certificates' | 'revocation'>> {
  const authorities = openCommandAuthorities(trust, hosts)
  try {
    const { certificates, ocsps, crls } = await gatherEvidence(source, authorities.services)
    return {
      certificates: certificates.map((der) => parseCertificate(der)),
      revocation: [{ source: 'online', ocsps, crls }],
    }
  } catch (cause) {
    // A file that cannot be read has nobody to ask about; the verdict says what is wrong with it.
    if (cause instanceof AppError && /^(?:pdf|cms)\//.test(cause.code)) return {}
    throw cause
  } finally {
    await authorities.close()
  }
}

/** More is no signature, even with the content inside. */
const LARGEST_SIGNATURE_FILE = 100_000_000

async function judgeSeparate(file: string, content: string | undefined, trust: TrustStore): Promise<Report> {
  const { size } = await stat(file)
  if (size > LARGEST_SIGNATURE_FILE) throw new AppError('cms/unreadable', `${String(size)} bytes`)
  const signature = await readFile(file)
  const sha256 = createHash('sha256').update(signature).digest('hex')
  const head = { file, sha256, sizeBytes: size }
  const context = { trust, now: new Date() }
  if (content === undefined) return { ...head, ...(await verifyFileSignature(undefined, signature, context)) }
  await needFile(content)
  const source = await openPdfFile(content)
  try {
    const { sha256: contentSha256 } = await readThrough(source)
    return {
      ...head,
      ...(await verifyFileSignature(source, signature, context)),
      content: { file: content, sha256: contentSha256, sizeBytes: source.size },
    }
  } finally {
    await source.close()
  }
}

/** `a.xlsx` for `a.xlsx.p7s`, where it lies in the same folder. */
async function contentBeside(file: string): Promise<string | undefined> {
  const name = signedNameOf(file)
  const found = name === undefined ? undefined : await stat(name).catch(() => undefined)
  return found?.isFile() === true ? name : undefined
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
  const { verdict, reasons, signatures, hiddenSignatures = [] } = report
  const told = new Set(signatures.flatMap((signature) => signature.reasons))
  const ofDocument = reasons.filter((code) => !told.has(code))
  return [
    `Tệp: ${plain(report.file)} (${report.sizeBytes.toLocaleString('vi-VN')} byte)`,
    `SHA-256: ${report.sha256}`,
    ...(report.content === undefined
      ? []
      : [`Ký cho tệp: ${plain(report.content.file)} (SHA-256 ${report.content.sha256})`]),
    `Kết luận: ${VERDICT_TEXT[verdict].toUpperCase()}`,
    ...(reasons.includes('unsigned') || reasons.includes('document-unreadable')
      ? []
      : [VERDICT_SENTENCE[verdict]]),
    ...ofDocument.map(reasonLine),
    ...signatures.flatMap((signature, index) => [
      '',
      ...signatureLines(`Chữ ký ${String(index + 1)}`, signature),
    ]),
    ...hiddenSignatures.flatMap((signature) => [
      '',
      ...signatureLines('Chữ ký không còn hiện trong tệp, xét trên bản đã ký', signature),
    ]),
    ...(report.timeStamps ?? []).flatMap((stamp, index) => ['', ...timeStampLines(stamp, index + 1)]),
  ].join('\n')
}
