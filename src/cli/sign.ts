import { rename, rm, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { SignatureAppearance } from '../engine/pdf/appearance.ts'
import { openPdfFile, writePdf, type PdfSource } from '../engine/pdf/source.ts'
import { signPdf } from '../engine/sign-pdf.ts'
import type { Certificate } from '../engine/signing/certificate.ts'
import { signerClient } from '../engine/signing/signer-client.ts'
import { startSignerProcess } from '../engine/signing/signer-process.ts'
import { findCertificate, tokenSummaryOf } from '../engine/signing/token-view.ts'
import { fullOr, syncFolder } from '../engine/store/durable.ts'
import { sha256Hex } from '../shared/document/fields.ts'
import { isPracticeFile } from '../shared/practice-file.ts'
import { vietnamClock } from '../shared/document/vietnam-time.ts'
import { AppError } from '../shared/errors.ts'
import type { CertificateChoice } from '../shared/ipc/contract.ts'
import type { Token } from '../shared/signing.ts'
import { needed, needFile, readWords, secretFrom, UsageError } from './arguments.ts'
import { plain, print, printError } from './print.ts'

const OPTIONS = {
  module: { type: 'string' },
  cert: { type: 'string' },
  label: { type: 'string' },
  'pin-env': { type: 'string' },
  visible: { type: 'boolean' },
  reason: { type: 'string' },
  location: { type: 'string' },
  force: { type: 'boolean' },
} as const

/** `vanthu sign`: one PAdES signature by a token, one login, one try. */
export async function sign(words: readonly string[], programDir: string): Promise<number> {
  const { values, place } = readWords(words, OPTIONS, ['IN', 'OUT'])
  const input = place('IN')
  const output = place('OUT')
  const modulePath = resolve(needed(values.module, '--module'))
  const wanted = wantedFrom(values.cert, values.label)
  const pin = secretFrom(needed(values['pin-env'], '--pin-env'))
  await needFile(input)
  // Before the token is asked: a PIN try must not be spent on a signature that has no place to go.
  await refuseOverwriting(input, output, values.force === true)

  const at = new Date()
  const signer = signerClient(() => startSignerProcess(join(programDir, 'signer.js')), {
    log: (level, text) => {
      if (level !== 'info') printError(plain(text))
    },
  })
  const source = await openPdfFile(input)
  try {
    const tokens = await signer.tokens(modulePath, isPracticeFile(modulePath) ? pin : undefined)
    const choice = chooseCertificate(tokens, wanted, at)
    const { certificate, chain, pinPad } = findCertificate(tokens, choice, at)
    const signed = await signPdf({
      source,
      certificate: certificate.der,
      chain,
      signedAt: at,
      ...(values.reason === undefined ? {} : { reason: values.reason }),
      ...(values.location === undefined ? {} : { location: values.location }),
      ...(values.visible === true ? { appearance: await blockOf(certificate, at) } : {}),
      sign: async ({ digest, message }) => {
        const batch = await signer.sign({
          modulePath,
          ...choice,
          ...(pinPad ? {} : { pin }),
          hashes: [{ id: 'document', digest, message }],
        })
        const [signature] = batch.signatures
        if (signature === undefined) throw new AppError('sign/driver-failed', 'no signature came back')
        return signature.value
      },
    })
    await writeWhole(signed, output)
    print(`Đã ký: ${plain(output)}`)
    print(`Người ký: ${plain(certificate.subject.commonName ?? certificate.subject.text)}`)
    print(`Chứng thư số: ${certificate.sha256}`)
    return 0
  } finally {
    await signer.close()
    await source.close()
  }
}

/** Which certificate is meant: by its fingerprint, by the label of its token, or by both. */
interface Wanted {
  readonly sha256: CertificateChoice['certificateSha256'] | undefined
  readonly label: string | undefined
}

function wantedFrom(cert: string | undefined, label: string | undefined): Wanted {
  if (cert === undefined && label === undefined) throw new UsageError('Thiếu tùy chọn --cert hoặc --label.')
  if (cert === undefined) return { sha256: undefined, label }
  const sha256 = sha256Hex.safeParse(cert.replaceAll(':', '').toLowerCase())
  if (!sha256.success) throw new UsageError('Giá trị của --cert phải là 64 chữ số thập lục phân.')
  return { sha256: sha256.data, label }
}

/**
 * The one certificate that is meant, among the tokens plugged in now. Labels repeat and a token may hold
 * several certificates: what is not clear is asked back, never guessed.
 */
function chooseCertificate(tokens: readonly Token[], wanted: Wanted, at: Date): CertificateChoice {
  const labelled = tokens.filter(({ label }) => wanted.label === undefined || label === wanted.label)
  if (labelled.length === 0) {
    throw new AppError('sign/token-missing', 'no token of that label', { detail: wanted.label ?? '' })
  }
  const all = labelled.flatMap((token) =>
    tokenSummaryOf(token, at).certificates.map((certificate) => ({
      certificate,
      choice: { tokenSerial: token.serial, certificateSha256: certificate.sha256 },
    })),
  )
  const matching = all.filter(
    ({ certificate }) => wanted.sha256 === undefined || certificate.sha256 === wanted.sha256,
  )
  // One that cannot sign is taken only where nothing else fits, so that the reason is said.
  const usable = matching.filter(({ certificate }) => certificate.usable)
  const candidates = usable.length > 0 ? usable : matching
  const [first, another] = candidates
  if (first === undefined) {
    throw new AppError('sign/certificate-missing', 'no token holds such a certificate', {
      detail: wanted.sha256 ?? wanted.label ?? '',
    })
  }
  if (another !== undefined) {
    const list = candidates.map(({ certificate }) => `  ${certificate.sha256} ${plain(certificate.name)}`)
    throw new UsageError(
      wanted.sha256 === undefined
        ? `Có nhiều chứng thư số phù hợp, hãy chọn một bằng --cert:\n${list.join('\n')}`
        : 'Chứng thư số này có trên nhiều thiết bị, hãy nêu thêm --label.',
    )
  }
  return first.choice
}

async function blockOf(certificate: Certificate, at: Date): Promise<SignatureAppearance> {
  // Only now: the font is inside the program, and an invisible signature need not wait for it.
  const { appearanceFont } = await import('../engine/appearance-font.ts')
  const { commonName, title, organization } = certificate.subject
  return {
    page: 'last',
    corner: 'bottom-right',
    xMm: 15,
    yMm: 12,
    widthMm: 78,
    lines: [
      `Người ký: ${commonName ?? ''}`,
      ...(title === undefined ? [] : [`Chức vụ: ${title}`]),
      ...(organization === undefined ? [] : [`Cơ quan: ${organization}`]),
      `Thời gian ký: ${vietnamClock(at.getTime()).replaceAll('/', '.')} +07:00`,
    ],
    font: appearanceFont(),
  }
}

async function refuseOverwriting(input: string, output: string, force: boolean): Promise<void> {
  const [source, target] = await Promise.all([
    stat(input, { bigint: true }),
    stat(output, { bigint: true }).catch(() => undefined),
  ])
  if (target === undefined) return
  // By device and file number: another spelling, a link, all lead to the same bytes.
  if (target.dev === source.dev && target.ino === source.ino) {
    throw new UsageError('OUT trùng với IN: bản gốc không bao giờ bị ghi đè.')
  }
  if (!force) throw new UsageError(`“${output}” đã có. Dùng --force để ghi đè.`)
  if (!target.isFile()) throw new UsageError(`“${output}” không phải là tệp.`)
}

/** Writes beside, flushed, then renamed: there is the whole document at `path`, or nothing new. */
async function writeWhole(signed: PdfSource, path: string): Promise<void> {
  const half = `${path}.${String(process.pid)}.part`
  try {
    await writePdf(signed, half)
    await rename(half, path)
  } catch (cause) {
    await rm(half, { force: true })
    throw fullOr(cause)
  }
  await syncFolder(dirname(resolve(path)))
}
