import { AppError } from '../shared/errors.ts'
import type { DocumentVerdict } from '../shared/verdict.ts'
import type { PdfChange } from './pdf/changes.ts'
import { inspectPdf, type PdfInspection } from './pdf/inspect.ts'
import { digestByteRange, type PdfSource } from './pdf/source.ts'
import type { TrustStore } from './signing/trust.ts'
import { judgeDocument, unreadableDocument, verifySignature } from './signing/verify.ts'

/**
 * Judges a PDF: every signature, the worst decides. Hostile input gets a verdict with a reason, never an
 * exception; only a failure of the disk is thrown. A file whose cross-reference had to be rebuilt is not
 * trusted, because another viewer may read it differently. Document time stamps are left aside: without
 * a verified time stamp authority they prove nothing yet.
 */
export async function verifyPdf(
  source: PdfSource,
  context: { readonly trust: TrustStore; readonly now: Date },
): Promise<DocumentVerdict> {
  const inspection = await inspected(source)
  if (inspection === undefined || inspection.encrypted) return unreadableDocument()
  const signatures = inspection.signatures.filter((signature) => !signature.isDocumentTimeStamp)
  if (inspection.repaired && signatures.length > 0) return unreadableDocument()
  const verdicts = []
  for (const [index, signature] of signatures.entries()) {
    const { byteRange } = signature
    // What is filled between two signatures, the later signer answers for.
    const isLast = index === signatures.length - 1
    verdicts.push(
      await verifySignature(
        {
          fieldName: signature.fieldName,
          subFilter: signature.subFilter,
          contents: signature.contents,
          dictionaryCertificates: signature.certificates,
          digestOf: (algorithm) => {
            if (byteRange === undefined) throw new Error('a range that is not sound is never hashed')
            return digestByteRange(source, byteRange, algorithm)
          },
          rangeIsSound: byteRange !== undefined && signature.byteRangeProblem === undefined,
          coversWholeDocument: signature.coverage.kind === 'whole',
          changesAfter: signature.changesAfter,
          filledAfter: isLast && signature.changesAfter.some(isFilling),
          ...(signature.signedAt === undefined ? {} : { signedAt: new Date(signature.signedAt) }),
          ...(signature.docMdp === undefined ? {} : { docMdp: signature.docMdp }),
        },
        context,
      ),
    )
  }
  return judgeDocument(verdicts)
}

/**
 * Where the document ended when a signature was made: its first so many bytes are what was signed.
 *
 * @param index of the signature, as in the verdict
 * @throws {AppError} `document/not-found` when there is no such signature, or what it covers is not the
 *   document as it stood then; `pdf/*`
 */
export async function signedLength(source: PdfSource, index: number): Promise<number> {
  const { signatures } = await inspectPdf(source)
  const signature = signatures.filter(({ isDocumentTimeStamp }) => !isDocumentTimeStamp)[index]
  if (signature === undefined || signature.byteRangeProblem !== undefined) {
    throw new AppError('document/not-found', `no signature ${String(index)} that covers a document`)
  }
  return signature.revisionEnd
}

function isFilling({ kind, allowed }: PdfChange): boolean {
  return kind === 'form-field' && allowed
}

async function inspected(source: PdfSource): Promise<PdfInspection | undefined> {
  try {
    return await inspectPdf(source)
  } catch (cause) {
    if (cause instanceof AppError && cause.code.startsWith('pdf/')) return undefined
    throw cause
  }
}
