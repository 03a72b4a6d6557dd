import { Buffer } from 'node:buffer'
import { createHash } from 'node:crypto'
import type { PacketAttachment, PacketWarning, PacketWarningCode } from '../../shared/document/packet.ts'
import { AppError } from '../../shared/errors.ts'
import { base64Decoder } from './base64.ts'
import { distinctFileNames, safeFileName } from './file-name.ts'
import { looksLikeZip, unzip, zipEntries } from './zip.ts'
import type { ZipEntry } from './zip.ts'

/**
 * Where the files of a packet go. `begin` is asked once for each file, before its name is known, because
 * a packet may name a file behind its content. When reading fails, the writer that is still open is
 * discarded; files that were finished before stay the caller's to drop.
 */
export interface AttachmentSink<Stored> {
  begin(): Promise<AttachmentWriter<Stored>>
}

/** Takes the bytes of one file. */
export interface AttachmentWriter<Stored> {
  /** Appends. The buffer is the writer's to keep. */
  write(bytes: Uint8Array): Promise<void>
  /** The file is complete; the answer comes back as `stored`. */
  finish(content: { readonly sizeBytes: number; readonly sha256: string }): Promise<Stored>
  /** The file will not be completed. */
  discard(): Promise<void>
}

/** A file of a packet and what the sink answered about it. */
export type ReceivedAttachment<Stored> = PacketAttachment & { readonly stored: Stored }

/** What a hostile attachment may make us hold or do. */
export interface AttachmentLimits {
  readonly attachments: number
  /** One file, packed or unpacked. A file that begins as a zip is held in memory until its end. */
  readonly attachmentBytes: number
  /** All files of the packet, unpacked. */
  readonly unpackedBytes: number
  readonly zipEntries: number
  /** Unpacked to packed size of the zip wrapper. */
  readonly zipRatio: number
}

/** What an `Attachment` or a `Reference` says of a file. */
export interface AttachmentLabel {
  readonly contentId: string
  readonly name: string
  readonly contentType: string
  readonly description: string
}

interface Content<Stored> {
  readonly sizeBytes: number
  readonly sha256: string
  readonly stored: Stored
  readonly unwrapped: boolean
  readonly hasPdfHeader: boolean
  readonly hasReplacementRuns: boolean
}

const BLOCK_BYTES = 65_536

/** Decodes the files of one packet, one after the other, as their base64 arrives. */
export interface AttachmentReader<Stored> {
  begin(): void
  content(base64: Uint8Array): Promise<void>
  /** The file in hand is complete. */
  end(label: AttachmentLabel): Promise<void>
  /** Whether a file has been begun and not ended. */
  isOpen(): boolean
  /** Pairs files and references and names the files. Call once, at the end of the packet. */
  results(references: readonly AttachmentLabel[]): {
    readonly attachments: ReceivedAttachment<Stored>[]
    readonly warnings: PacketWarning[]
  }
  /** Discards the file in hand, if any. */
  abandon(): Promise<void>
}

/** Reads attachments into a sink under limits. */
export function attachmentReader<Stored>(
  sink: AttachmentSink<Stored>,
  limits: AttachmentLimits,
): AttachmentReader<Stored> {
  const received: { label: AttachmentLabel; content: Content<Stored> }[] = []
  let decoder: ReturnType<typeof base64Decoder> | undefined
  /** Decoded bytes gathered into blocks: pieces of a few bytes would cost more than they hold. */
  let block = Buffer.alloc(0)
  let blockBytes = 0
  /** The blocks of a file that began as a zip. */
  let zipBlocks: Buffer[] | undefined
  let attachmentBytes = 0
  let output: Output<Stored> | undefined
  let writer: AttachmentWriter<Stored> | undefined
  let unpackedBytes = 0

  function reset(): void {
    block = Buffer.alloc(0)
    blockBytes = 0
    zipBlocks = undefined
    attachmentBytes = 0
    output = undefined
    writer = undefined
  }

  async function openOutput(): Promise<Output<Stored>> {
    writer = await sink.begin()
    return outputTo(writer, (bytes) => {
      unpackedBytes += bytes
      if (unpackedBytes > limits.unpackedBytes) throw tooLarge('attachments together')
    })
  }

  /** Passes the gathered block on; the first block of a file decides whether it is held as a zip. */
  async function flush(): Promise<void> {
    const full = block.subarray(0, blockBytes)
    block = Buffer.alloc(0)
    blockBytes = 0
    if (output === undefined && zipBlocks === undefined && looksLikeZip(full)) zipBlocks = []
    if (zipBlocks === undefined) {
      output ??= await openOutput()
      await output.write(full)
    } else {
      zipBlocks.push(full)
    }
  }

  async function gather(bytes: Uint8Array): Promise<void> {
    let taken = 0
    while (taken < bytes.length) {
      if (block.length === 0) block = Buffer.allocUnsafeSlow(BLOCK_BYTES)
      const piece = bytes.subarray(taken, taken + block.length - blockBytes)
      block.set(piece, blockBytes)
      blockBytes += piece.length
      taken += piece.length
      if (blockBytes === block.length) await flush()
    }
  }

  async function finish(unwrapped: boolean): Promise<Content<Stored>> {
    output ??= await openOutput()
    const content = await output.finish(unwrapped)
    reset()
    return content
  }

  /** A zip is complete: take the wrapper off, or keep the zip because the zip is the document. */
  async function finishZip(blocks: Buffer[], name: string): Promise<Content<Stored>> {
    zipBlocks = undefined
    const zip = Buffer.concat(blocks)
    const wrapped = /\.zip$/i.test(name) ? undefined : await wrappedEntry(zip, limits)
    output = await openOutput()
    if (wrapped === undefined) {
      await output.write(zip)
      return finish(false)
    }
    for await (const piece of unzip(zip, wrapped, limits.attachmentBytes, limits.zipRatio)) {
      await output.write(Uint8Array.from(piece))
    }
    return finish(true)
  }

  async function accept(base64: Uint8Array): Promise<void> {
    if (decoder === undefined) throw new Error('no attachment has been begun')
    const bytes = decoder.push(base64)
    attachmentBytes += bytes.length
    if (attachmentBytes > limits.attachmentBytes) throw tooLarge('attachment')
    await gather(bytes)
  }

  async function complete(label: AttachmentLabel): Promise<void> {
    if (decoder === undefined) throw new Error('no attachment has been begun')
    decoder.end()
    decoder = undefined
    if (blockBytes > 0) await flush()
    const content = await (zipBlocks === undefined ? finish(false) : finishZip(zipBlocks, label.name))
    received.push({ label, content })
  }

  return {
    begin() {
      if (received.length >= limits.attachments) throw tooLarge('attachments')
      decoder = base64Decoder()
    },
    content: (base64) => naming(`#${String(received.length + 1)}`, () => accept(base64)),
    end: (label) =>
      naming(label.name === '' ? `#${String(received.length + 1)}` : label.name, () => complete(label)),
    isOpen: () => decoder !== undefined,
    results: (references) => named(received, references),
    async abandon() {
      const open = writer
      reset()
      await open?.discard()
    },
  }
}

/**
 * The single entry of the wrapper that the Java SDK puts around a file, or `undefined` when the zip is
 * itself the document: Office Open XML, OpenDocument, or several files.
 */
async function wrappedEntry(zip: Buffer, limits: AttachmentLimits): Promise<ZipEntry | undefined> {
  const entries = zipEntries(zip, limits.zipEntries)
  if (entries.some(({ name }) => name === '[Content_Types].xml')) return undefined
  const mimetype = entries.find(({ name }) => name === 'mimetype')
  if (mimetype !== undefined && (await isOpenDocument(zip, mimetype))) return undefined
  const files = entries.filter(({ name }) => !name.endsWith('/'))
  const [only] = files
  if (only === undefined || files.length > 1) return undefined
  if (/(^|[/\\])\.\.([/\\]|$)|^[/\\]|^[A-Za-z]:|\0/.test(only.name)) {
    throw new AppError('packet/attachment-unreadable', 'a zip entry points out of its folder')
  }
  return only
}

async function isOpenDocument(zip: Buffer, mimetype: ZipEntry): Promise<boolean> {
  if (mimetype.unpackedBytes > 256) return false
  const pieces: Uint8Array[] = []
  for await (const piece of unzip(zip, mimetype, 256, 100)) pieces.push(Uint8Array.from(piece))
  return Buffer.concat(pieces).toString('latin1').startsWith('application/vnd.oasis.opendocument')
}

interface Output<Stored> {
  write(bytes: Uint8Array): Promise<void>
  finish(unwrapped: boolean): Promise<Content<Stored>>
}

/** Passes bytes on, and looks at them on the way: size, hash, PDF header, damage by a text decoder. */
function outputTo<Stored>(writer: AttachmentWriter<Stored>, count: (bytes: number) => void): Output<Stored> {
  const hash = createHash('sha256')
  let sizeBytes = 0
  let start = Buffer.alloc(0)
  let tail = Buffer.alloc(0)
  let hasReplacementRuns = false

  return {
    async write(bytes) {
      count(bytes.length)
      sizeBytes += bytes.length
      hash.update(bytes)
      if (start.length < 1024) start = Buffer.concat([start, bytes.subarray(0, 1024 - start.length)])
      if (!hasReplacementRuns) {
        const seam = Buffer.concat([tail, bytes.subarray(0, REPLACEMENT_RUN.length - 1)])
        hasReplacementRuns =
          seam.includes(REPLACEMENT_RUN) ||
          Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes(REPLACEMENT_RUN)
        tail = Buffer.concat([tail, bytes.subarray(-REPLACEMENT_RUN.length)]).subarray(
          1 - REPLACEMENT_RUN.length,
        )
      }
      await writer.write(bytes)
    },
    async finish(unwrapped) {
      const sha256 = hash.digest('hex')
      const stored = await writer.finish({ sizeBytes, sha256 })
      return {
        sizeBytes,
        sha256,
        stored,
        unwrapped,
        hasPdfHeader: start.includes('%PDF-'),
        hasReplacementRuns,
      }
    },
  }
}

/**
 * Three U+FFFD in a row: what is left of binary bytes that somebody decoded as UTF-8 and encoded again.
 * Real PDFs were met that this had destroyed; by chance it does not occur.
 */
const REPLACEMENT_RUN = Buffer.from('\u{fffd}\u{fffd}\u{fffd}')

/**
 * Files and references are paired by ContentId (with or without `cid:`, in any case), then by name, then
 * by position.
 */
function named<Stored>(
  received: readonly { label: AttachmentLabel; content: Content<Stored> }[],
  references: readonly AttachmentLabel[],
): { attachments: ReceivedAttachment<Stored>[]; warnings: PacketWarning[] } {
  const free = new Set(references)
  const pairs = new Map<AttachmentLabel, AttachmentLabel>()
  const pair = (fits: (label: AttachmentLabel, reference: AttachmentLabel) => boolean) => {
    for (const { label } of received) {
      if (pairs.has(label)) continue
      const reference = [...free].find((candidate) => fits(label, candidate))
      if (reference === undefined) continue
      free.delete(reference)
      pairs.set(label, reference)
    }
  }
  const sameId = (label: AttachmentLabel, reference: AttachmentLabel) =>
    plainId(label.contentId) !== '' && plainId(label.contentId) === plainId(reference.contentId)
  const sameName = (label: AttachmentLabel, reference: AttachmentLabel) =>
    label.name !== '' && label.name === reference.name
  pair((label, reference) => sameId(label, reference) && sameName(label, reference))
  pair(sameId)
  pair(sameName)
  pair(() => true)

  const wanted = received.map(({ label }) =>
    label.name === '' ? (pairs.get(label)?.name ?? '') : label.name,
  )
  const names = distinctFileNames(wanted.map((name, index) => safeFileName(name, `tep-${String(index + 1)}`)))
  const attachments = received.map(({ label, content }, index): ReceivedAttachment<Stored> => {
    const reference = pairs.get(label)
    const name = names[index] ?? ''
    const contentType = label.contentType === '' ? (reference?.contentType ?? '') : label.contentType
    const warnings: PacketWarningCode[] = []
    if (reference === undefined && references.length > 0) warnings.push('attachment-unlisted')
    if (
      reference !== undefined &&
      label.name !== '' &&
      reference.name !== '' &&
      !sameName(label, reference)
    ) {
      warnings.push('attachment-mismatched')
    }
    if (content.sizeBytes === 0) warnings.push('attachment-empty')
    else if (isPdf(name, contentType) && (!content.hasPdfHeader || content.hasReplacementRuns)) {
      warnings.push('attachment-damaged')
    }
    if (name !== wanted[index]?.normalize('NFC')) warnings.push('attachment-renamed')
    return {
      name,
      contentType,
      description: label.description === '' ? (reference?.description ?? '') : label.description,
      sizeBytes: content.sizeBytes,
      sha256: content.sha256,
      unwrapped: content.unwrapped,
      warnings,
      stored: content.stored,
    }
  })
  const warnings = [
    ...attachments.flatMap(({ name, warnings: own }) => own.map((code) => ({ code, about: name }))),
    ...[...free].map(({ name, contentId }) => ({
      code: 'attachment-missing' as const,
      about: name === '' ? contentId : name,
    })),
  ]
  return { attachments, warnings }
}

/** The name counts before the type: senders write `application/pdf` on anything. */
function isPdf(name: string, contentType: string): boolean {
  return /\.[a-z0-9]{1,5}$/i.test(name)
    ? /\.pdf$/i.test(name)
    : contentType.toLowerCase() === 'application/pdf'
}

/** Adds to an unreadable file's error which file it is: by name, or by position while it has none yet. */
async function naming<Result>(file: string, read: () => Promise<Result>): Promise<Result> {
  try {
    return await read()
  } catch (cause) {
    if (!(cause instanceof AppError) || cause.code !== 'packet/attachment-unreadable') throw cause
    throw new AppError(cause.code, cause.message, { cause, detail: file })
  }
}

function plainId(contentId: string): string {
  return contentId.toLowerCase().replace(/^cid:/, '')
}

function tooLarge(detail: string): AppError {
  return new AppError('packet/too-large', `over the limit: ${detail}`, { detail })
}
