import { readFile, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { prepareFileSignature } from '../engine/file-signature.ts'
import type { Appearance } from '../engine/pdf/appearance.ts'
import { readPng } from '../engine/pdf/png.ts'
import {
  memorySource,
  openPdfFile,
  passingChunksOf,
  reopening,
  writeChunks,
  type PdfFileSource,
  type PdfSource,
} from '../engine/pdf/source.ts'
import { preparePdf } from '../engine/sign-pdf.ts'
import type { Certificate } from '../engine/signing/certificate.ts'
import { mannerFor, USUAL_MANNER } from '../engine/signing/manner.ts'
import { signerClient } from '../engine/signing/signer-client.ts'
import { startSignerProcess, type SignerProcess } from '../engine/signing/signer-process.ts'
import { findCertificate, tokenSummaryOf, type FoundCertificate } from '../engine/signing/token-view.ts'
import { fullOr, syncFolder } from '../engine/store/durable.ts'
import { SIGNATURE_SUFFIX } from '../shared/document/attachment.ts'
import { sha256Hex } from '../shared/document/fields.ts'
import { isPracticeFile } from '../shared/practice-file.ts'
import { vietnamClock } from '../shared/document/vietnam-time.ts'
import { AppError } from '../shared/errors.ts'
import { ERROR_TEXT } from '../shared/errors.vi.ts'
import type { CertificateChoice } from '../shared/ipc/contract.ts'
import { DEFAULT_POLICY, signatureLevel, signaturePolicy } from '../shared/signature-policy.ts'
import {
  signingDigest,
  type SignatureValue,
  type SigningInput,
  type SigningManner,
  type Token,
} from '../shared/signing.ts'
import {
  AUTHORITY_OPTIONS,
  millimetres,
  needed,
  needFile,
  placesOf,
  readOptions,
  secretFrom,
  UsageError,
} from './arguments.ts'
import { plain } from '../shared/plain.ts'
import { print, printError } from './print.ts'

const OPTIONS = {
  ...AUTHORITY_OPTIONS,
  level: { type: 'string' },
  tsa: { type: 'string' },
  pss: { type: 'boolean' },
  digest: { type: 'string' },
  module: { type: 'string' },
  cert: { type: 'string' },
  label: { type: 'string' },
  'pin-env': { type: 'string' },
  batch: { type: 'string' },
  detached: { type: 'boolean' },
  packet: { type: 'boolean' },
  visible: { type: 'boolean' },
  page: { type: 'string' },
  at: { type: 'string' },
  picture: { type: 'string' },
  width: { type: 'string' },
  reason: { type: 'string' },
  location: { type: 'string' },
  force: { type: 'boolean' },
  'last-try': { type: 'boolean' },
} as const

type Values = ReturnType<typeof readOptions<typeof OPTIONS>>['values']

/** One file to sign and where the result goes. */
interface Task {
  readonly input: string
  readonly output: string
}

/** A task that wants nothing but the token's answer. Its file is closed meanwhile. */
interface Prepared extends Task {
  readonly source: PdfFileSource
  readonly hash: Omit<SigningInput, 'id'>
  /** A packet comes in pieces; a PDF, or a signature beside a file, as a whole. */
  readonly signed: (value: Uint8Array) => PdfSource | AsyncIterable<Uint8Array>
}

/**
 * `vanthu sign`: signatures by a token: one login and one try, however many files.
 *
 * @param started the signer process, on its way since this program began; it ends with the command
 */
export async function sign(
  words: readonly string[],
  programDir: string,
  started: SignerProcess,
): Promise<number> {
  try {
    return await signWith(words, programDir, started)
  } finally {
    // Left over where the words were wrong; gone already where something was signed.
    started.kill()
  }
}

async function signWith(
  words: readonly string[],
  programDir: string,
  started: SignerProcess,
): Promise<number> {
  const { values, positionals } = readOptions(words, OPTIONS)
  const modulePath = resolve(needed(values.module, '--module'))
  const wanted = wantedFrom(values.cert, values.label)
  const pin = secretFrom(needed(values['pin-env'], '--pin-env'))
  const policy = policyFrom(values)
  const raising = await raisingFrom(values)
  if (values.detached === true && values.packet === true) {
    throw new UsageError('Chỉ chọn một trong hai --detached và --packet.')
  }
  const tasks = await tasksFrom(positionals, values)
  const appearanceOf = await appearanceFrom(values)
  // Before the token is asked: a PIN try must not be spent on a signature that has no place to go.
  for (const { input, output } of tasks) await refuseOverwriting(input, output, values.force === true)

  const at = new Date()
  const start = startedFirst(started, () => startSignerProcess(join(programDir, 'signer.js')))
  const signer = signerClient(start, {
    log: (level, text) => {
      if (level !== 'info') printError(plain(text))
    },
  })
  try {
    const soundness = signableEach(tasks, values)
    const tokens = await signer.tokens(modulePath, isPracticeFile(modulePath) ? pin : undefined)
    const choice = chooseCertificate(tokens, wanted, at)
    const found = findCertificate(tokens, choice, at)
    if (policy.rsaScheme === 'pss' && !found.pss && found.certificate.publicKey.kind === 'rsa') {
      throw new AppError('sign/mechanism-missing', 'the token does not list RSASSA-PSS')
    }
    // The signature of a packet is always by SHA-256, with PKCS#1 v1.5 where the key is RSA.
    const manner = values.packet === true ? USUAL_MANNER : mannerFor(found, policy)
    const prepared: Prepared[] = []
    await soundness
    for (const task of tasks) prepared.push(await prepare(task, found, { values, appearanceOf, at, manner }))
    const written = writingInTurn(prepared, raising)
    try {
      await signer.sign({
        modulePath,
        ...choice,
        ...(found.pinPad ? {} : { pin }),
        ...manner,
        ...(values['last-try'] === undefined ? {} : { lastTry: values['last-try'] }),
        hashes: prepared.map(({ hash }, index) => ({ id: String(index), ...hash })),
        onSigned: written.take,
      })
    } finally {
      // The token has done its part: its process goes while the last file is written.
      const [unsigned] = await Promise.all([written.rest(), signer.close()])
      for (const { input } of unsigned) printError(`Chưa ký: ${plain(input)}`)
    }
    print(`Người ký: ${plain(found.certificate.subject.commonName ?? found.certificate.subject.text)}`)
    print(`Chứng thư số: ${found.certificate.sha256}`)
    return written.missed() ? 1 : 0
  } finally {
    await raising?.close()
    await signer.close()
  }
}

/** A start of the signer: the one that is on its way already, and a new one each time after. */
function startedFirst(started: SignerProcess, next: () => SignerProcess): () => SignerProcess {
  let first: SignerProcess | undefined = started
  return () => {
    const process = first ?? next()
    first = undefined
    return process
  }
}

/** One file from IN to OUT, or every IN into the folder of `--batch` under its own name. */
async function tasksFrom(positionals: readonly string[], values: Values): Promise<Task[]> {
  const { batch } = values
  if (batch === undefined) {
    const place = placesOf(positionals, ['IN', 'OUT'])
    const task = { input: place('IN'), output: place('OUT') }
    await needFile(task.input)
    return [task]
  }
  const folder = await stat(batch).catch(() => undefined)
  if (folder?.isDirectory() !== true) throw new UsageError(`“${batch}” không phải là thư mục.`)
  if (positionals.length === 0) throw new UsageError('Thiếu IN.')
  const suffix = values.detached === true ? SIGNATURE_SUFFIX : ''
  const tasks = new Map<string, Task>()
  for (const input of positionals) {
    await needFile(input)
    const output = join(batch, `${basename(input)}${suffix}`)
    if (tasks.has(output)) throw new UsageError(`Có hai tệp cùng tên “${basename(input)}”.`)
    tasks.set(output, { input, output })
  }
  return [...tasks.values()]
}

/**
 * Tries each PDF as the app does when it takes one in, so that nothing is signed here which nobody could judge
 * afterwards. Goes on by itself, to be waited for once the token is found: neither takes the other's time.
 */
function signableEach(tasks: readonly Task[], { detached, packet }: Values): Promise<void> {
  const tried = (async () => {
    if (detached === true || packet === true) return
    const { requireSignable } = await import('../engine/pdf/signable.ts')
    for (const task of tasks) {
      await onOpened(task, (source) => requireSignable(source))
    }
  })()
  // Heard of where it is waited for; a token that is not there is said first.
  tried.catch(() => undefined)
  return tried
}

/** Works on a task's file, which is closed afterwards; what is wrong with it names it. */
async function onOpened<T>(task: Task, work: (source: PdfFileSource) => Promise<T>): Promise<T> {
  const { size } = await stat(task.input)
  const source = reopening(size, () => openPdfFile(task.input))
  try {
    return await work(source)
  } catch (cause) {
    // Among many files the clerk must know which one.
    if (!(cause instanceof AppError) || cause.detail !== undefined) throw cause
    throw new AppError(cause.code, cause.message, { cause, detail: task.input })
  } finally {
    await source.close()
  }
}

function prepare(
  task: Task,
  { certificate, chain }: FoundCertificate,
  how: {
    readonly values: Values
    readonly appearanceOf: AppearanceOf | undefined
    readonly at: Date
    readonly manner: SigningManner
  },
): Promise<Prepared> {
  const { reason, location, detached, packet } = how.values
  return onOpened(task, async (source) => {
    const signing = { source, certificate: certificate.der, chain, signedAt: how.at, manner: how.manner }
    if (detached === true) {
      const { hash, signature } = await prepareFileSignature(signing)
      return { ...task, source, hash, signed: (value) => memorySource(signature(value)) }
    }
    if (packet === true) {
      // Only now: a packet is rarely signed, and the command is to start quickly.
      const { preparePacket } = await import('../engine/packet-signature.ts')
      const { hash, signed } = await preparePacket(() => passingChunksOf(source), certificate.der, chain)
      return { ...task, source, hash, signed }
    }
    const appearance = how.appearanceOf?.(certificate, how.at)
    const { hash, signed } = await preparePdf({
      ...signing,
      ...(reason === undefined ? {} : { reason }),
      ...(location === undefined ? {} : { location }),
      ...(appearance === undefined ? {} : { appearance }),
    })
    return { ...task, source, hash, signed }
  })
}

/** Writes each signed file as its signature comes, so that a token pulled out loses only what is not signed yet. */
function writingInTurn(prepared: readonly Prepared[], raising: Raising | undefined) {
  let isMissed = false
  let turn: Promise<void> = Promise.resolve()
  const rest = new Set(prepared)
  return {
    take: ({ id, value }: SignatureValue): void => {
      const one = prepared[Number(id)]
      if (one === undefined) throw new AppError('sign/driver-failed', `a signature of nothing: ${id}`)
      turn = turn.then(async () => {
        try {
          const signed = one.signed(value)
          const raised = 'size' in signed ? await raising?.raise(signed) : undefined
          const { pdf, failure } = raised ?? { pdf: signed, failure: undefined }
          await writeWhole('size' in pdf ? passingChunksOf(pdf) : pdf, one.output)
          rest.delete(one)
          print(`Đã ký: ${plain(one.output)}`)
          if (failure !== undefined) {
            isMissed = true
            printError(`Chưa đạt mức ký đã nêu: ${ERROR_TEXT[failure.code].title} (${failure.code})`)
          }
        } finally {
          await one.source.close()
        }
      })
      // Whoever waits for all hears of it.
      turn.catch(() => undefined)
    },
    /** Whether a file was written below the level that was asked for. */
    missed: () => isMissed,
    /** What was not signed, once everything that was is on the disk. */
    async rest(): Promise<Prepared[]> {
      await turn
      return [...rest]
    },
  }
}

/** Hash and RSA scheme as they were typed. @throws {UsageError} */
function policyFrom({ pss, digest = USUAL_MANNER.digestAlgorithm }: Values): SigningManner {
  const digestAlgorithm = signingDigest.safeParse(digest)
  if (!digestAlgorithm.success)
    throw new UsageError('Giá trị của --digest phải là sha256, sha384 hoặc sha512.')
  return { digestAlgorithm: digestAlgorithm.data, rsaScheme: pss === true ? 'pss' : 'pkcs1' }
}

/** The way up from B-B. */
interface Raising {
  /** The highest level that could be reached, and why it is not the one that was asked for. */
  raise(signed: PdfSource): Promise<{ readonly pdf: PdfSource; readonly failure: AppError | undefined }>
  close(): Promise<void>
}

/** @throws {UsageError} for a level that does not exist, or one that makes no sense here */
async function raisingFrom(values: Values): Promise<Raising | undefined> {
  const { level, tsa, host, detached, packet, trust } = values
  if (level === undefined || level === 'b-b') {
    const [stray] = Object.entries({ tsa, trust, host }).flatMap(([name, value]) =>
      value === undefined ? [] : [name],
    )
    if (stray !== undefined) throw new UsageError(`Tùy chọn --${stray} cần có --level b-t, b-lt hoặc b-lta.`)
    return undefined
  }
  const wanted = signatureLevel.safeParse(level)
  if (!wanted.success) throw new UsageError('Giá trị của --level phải là b-b, b-t, b-lt hoặc b-lta.')
  if (detached === true || packet === true) {
    throw new UsageError('Không dùng --level cùng --detached hoặc --packet.')
  }
  const url = signaturePolicy.shape.timeStampUrl.safeParse(tsa ?? DEFAULT_POLICY.timeStampUrl)
  if (!url.success) throw new UsageError('Giá trị của --tsa phải là địa chỉ http:// hoặc https://.')
  // Only now: the way to authorities is most of this program, and an ordinary signature needs none.
  const { openCommandAuthorities, trustFrom } = await import('./authorities.ts')
  const { extendPdf } = await import('../engine/extend-pdf.ts')
  const authorities = openCommandAuthorities(await trustFrom(trust), host)
  const services = {
    ...authorities.services,
    timeStamp: (request: Uint8Array) => authorities.stamp(url.data, request),
  }
  const { options } = signatureLevel
  const steps = options.slice(0, options.indexOf(wanted.data) + 1)
  return {
    async raise(signed) {
      let pdf = signed
      for (const step of steps) {
        try {
          pdf = await extendPdf(pdf, step, services)
        } catch (cause) {
          // The signature is made and the PIN used: what there is must not be lost.
          if (!(cause instanceof AppError)) throw cause
          return { pdf, failure: cause }
        }
      }
      return { pdf, failure: undefined }
    },
    close: () => authorities.close(),
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

/** What is seen of a signature, once it is known whose it is. */
type AppearanceOf = (certificate: Certificate, at: Date) => Appearance

/** @throws {UsageError} for options that contradict each other; {AppError} `image/*` */
async function appearanceFrom(values: Values): Promise<AppearanceOf | undefined> {
  const { visible, page: pageWords, at: placeWords, picture, width } = values
  if (visible !== true) {
    const given = { page: pageWords, at: placeWords, picture, width }
    const [stray] = Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [name]))
    if (stray !== undefined) throw new UsageError(`Tùy chọn --${stray} cần có --visible.`)
    return undefined
  }
  if (values.detached === true || values.packet === true) {
    throw new UsageError('Chỉ chữ ký trong tệp PDF mới có hình hiển thị.')
  }
  const page = pageFrom(pageWords)
  const corner = cornerFrom(placeWords)
  if (picture !== undefined) return pictureAt(page, corner, picture, width)
  const { appearanceFont } = await import('../engine/appearance-font.ts')
  const font = appearanceFont()
  const widthMm = width === undefined ? 78 : millimetres(width, '--width')
  return ({ subject }, at) => ({
    page,
    ...(corner === undefined
      ? { corner: 'bottom-right', xMm: 15, yMm: 12 }
      : { corner: 'top-left', xMm: corner.x, yMm: corner.y }),
    widthMm,
    lines: [
      `Người ký: ${subject.commonName ?? ''}`,
      ...(subject.title === undefined ? [] : [`Chức vụ: ${subject.title}`]),
      ...(subject.organization === undefined ? [] : [`Cơ quan: ${subject.organization}`]),
      `Thời gian ký: ${vietnamClock(at.getTime()).replaceAll('/', '.')} +07:00`,
    ],
    font,
  })
}

/** The picture alone, as Decree 30/2020 asks for a handwriting and a seal: no text beside it. */
async function pictureAt(
  page: number | 'last',
  corner: { readonly x: number; readonly y: number } | undefined,
  picture: string,
  width: string | undefined,
): Promise<AppearanceOf> {
  if (corner === undefined) throw new UsageError('Tùy chọn --picture cần có --at X,Y.')
  await needFile(picture)
  const png = await readFile(picture)
  const pixels = await readPng(png)
  const widthMm = millimetres(needed(width, '--width'), '--width')
  const heightMm = (widthMm * pixels.height) / pixels.width
  const box = { centreXMm: corner.x + widthMm / 2, centreYMm: corner.y + heightMm / 2, widthMm, heightMm }
  return () => ({ page, png, ...box })
}

function pageFrom(words: string | undefined): number | 'last' {
  if (words === undefined || words === 'last') return 'last'
  if (!/^[1-9]\d{0,4}$/.test(words)) throw new UsageError('Giá trị của --page phải là số trang hoặc last.')
  return Number(words)
}

function cornerFrom(words: string | undefined): { readonly x: number; readonly y: number } | undefined {
  if (words === undefined) return undefined
  const [x, y, more] = words.split(',')
  if (x === undefined || y === undefined || more !== undefined) {
    throw new UsageError('Giá trị của --at phải là X,Y, hai số milimét có dấu chấm thập phân.')
  }
  return { x: millimetres(x, '--at'), y: millimetres(y, '--at') }
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
async function writeWhole(signed: AsyncIterable<Uint8Array>, path: string): Promise<void> {
  const half = `${path}.${String(process.pid)}.part`
  try {
    await writeChunks(signed, half)
    await rename(half, path)
  } catch (cause) {
    await rm(half, { force: true })
    throw fullOr(cause)
  }
  await syncFolder(dirname(resolve(path)))
}
