/** What the signatures of a received document say, over all its files. */
import { isPdfName, isSignatureName, signedNameOf } from '../../shared/document/attachment.ts'
import type { DocumentFile, Sha256 } from '../../shared/document/fields.ts'
import type { DocumentVerdict } from '../../shared/verdict.ts'
import type { PdfSource } from '../pdf/source.ts'
import { unreadableDocument, withAttachments } from '../signing/verdicts.ts'

/** How one file is judged. */
export interface FileJudges {
  readonly pdf: (source: PdfSource) => Promise<DocumentVerdict>
  /** By the signature in a file of its own; without the file only as far as that goes. */
  readonly beside: (file: PdfSource | undefined, signature: Uint8Array) => Promise<DocumentVerdict>
}

/** Where the files are. */
export interface OpenFiles {
  readonly open: (sha256: Sha256) => Promise<PdfSource & { close(): Promise<void> }>
}

/** More in a signature file is read into memory for nothing: with the content inside, one file may be this large. */
const LARGEST_SIGNATURE_BYTES = 64_000_000

/**
 * The first PDF is the document; every other file that is signed, inside or beside, counts with it.
 *
 * @returns undefined where there is no PDF
 */
export async function judgeFiles(
  kept: OpenFiles,
  files: readonly DocumentFile[],
  judges: FileJudges,
): Promise<DocumentVerdict | undefined> {
  const main = files.find(({ name }) => isPdfName(name))
  if (main === undefined) return undefined
  const verdict = await opened(main.sha256, judges.pdf)
  const attachments: { name: string; verdict: DocumentVerdict }[] = []
  for (const file of files) {
    if (file === main) continue
    const { name, sha256 } = file
    if (isPdfName(name)) attachments.push({ name, verdict: await opened(sha256, judges.pdf) })
    if (isSignatureName(name)) attachments.push({ name, verdict: await judgeBeside(file) })
  }
  return withAttachments(verdict, attachments)

  /** Holds a signature file against the file whose name it bears. */
  async function judgeBeside(signature: DocumentFile): Promise<DocumentVerdict> {
    if (signature.sizeBytes > LARGEST_SIGNATURE_BYTES) return unreadableDocument()
    const signedName = signedNameOf(signature.name)?.toLowerCase()
    const signed = files.find(({ name }) => name.toLowerCase() === signedName)
    const bytes = await opened(signature.sha256, (source) => Promise.resolve(source.read(0, source.size)))
    return signed === undefined
      ? judges.beside(undefined, bytes)
      : opened(signed.sha256, (source) => judges.beside(source, bytes))
  }

  async function opened<T>(sha256: Sha256, work: (source: PdfSource) => Promise<T>): Promise<T> {
    const source = await kept.open(sha256)
    try {
      return await work(source)
    } finally {
      await source.close()
    }
  }
}
