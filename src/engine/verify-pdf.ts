import { AppError } from '../shared/errors.ts'
import type { DocumentVerdict, SignatureVerdict } from '../shared/verdict.ts'
import type { PdfChange } from './pdf/changes.ts'
import type { Covering } from './pdf/covering.ts'
import { hiddenSignatures } from './pdf/hidden.ts'
import { inspectPdf, type PdfInspection } from './pdf/inspect.ts'
import { readSecurityStore } from './pdf/security-store.ts'
import { digestByteRange, type PdfSource } from './pdf/source.ts'
import { type Certificate, readableCertificate } from './signing/certificate.ts'
import type { RevocationEvidence } from './signing/revocation.ts'
import type { TrustStore } from './signing/trust.ts'
import type { ContentDigest } from './signing/context.ts'
import { judgeDocument, leftOpen, unreadableDocument, type HiddenVerdict } from './signing/verdicts.ts'
import { verifyDocumentTimeStamp, type JudgedTimeStamp } from './signing/verify-timestamp.ts'
import { verifySignature } from './signing/verify.ts'

/** Against what a PDF is judged. */
export interface VerifyPdfContext {
  readonly trust: TrustStore
  readonly now: Date
  /** OCSP answers and revocation lists from elsewhere than the file. */
  readonly revocation?: readonly RevocationEvidence[]
  /** Certificates from elsewhere that help to find a way to a root. Nothing in them is believed. */
  readonly certificates?: readonly Certificate[]
}

/**
 * Judges a PDF: every signature and every document time stamp, the worst decides, and whether the file
 * holds signatures that it does not show. Where all is well so far, what later signatures show is compared
 * with the text that was there before. A good document time
 * stamp proves that all signatures before it were there; the certificates and revocation data of the
 * file's security store help, and are believed no more than those of a signature. Hostile input gets a
 * verdict with a reason, never an exception; only a failure of the disk is thrown. A file whose
 * cross-reference had to be rebuilt is not trusted, because another viewer may read it differently.
 */
export async function verifyPdf(source: PdfSource, context: VerifyPdfContext): Promise<DocumentVerdict> {
  const inspection = await inspected(source)
  if (inspection === undefined || inspection.encrypted) return unreadableDocument()
  const { signatures } = inspection
  if (inspection.repaired && signatures.length > 0) return unreadableDocument()
  const hidden = await hiddenSignatures(source, signatures)
  if (signatures.length === 0 && hidden.length === 0) return judgeDocument([])
  const store = await readSecurityStore(source)
  const atHand = {
    ...context,
    certificates: [...store.certificates.flatMap(readableCertificate), ...(context.certificates ?? [])],
    revocation: [
      { source: 'file' as const, ocsps: store.ocsps, crls: store.crls },
      ...(context.revocation ?? []),
    ],
  }
  const stamps: (JudgedTimeStamp & { readonly end: number })[] = []
  for (const stamp of signatures.filter(({ isDocumentTimeStamp }) => isDocumentTimeStamp)) {
    const facts = { ...stamp, ...coverageOf(source, stamp) }
    stamps.push({ end: stamp.revisionEnd, ...(await verifyDocumentTimeStamp(facts, atHand)) })
  }
  const verdicts: SignatureVerdict[] = []
  const signed = signatures.filter(({ isDocumentTimeStamp }) => !isDocumentTimeStamp)
  for (const [index, signature] of signed.entries()) {
    // What is filled between two signatures, the later signer answers for.
    const isLast = index === signed.length - 1
    const proven = stamps.flatMap(({ end, provenAt }) =>
      provenAt !== undefined && end > signature.revisionEnd ? [provenAt.getTime()] : [],
    )
    const facts = {
      ...factsOf(source, signature),
      coversWholeDocument: signature.coverage.kind === 'whole',
      filledAfter: isLast && signature.changesAfter.some(isFilling),
    }
    const verdict = await verifySignature(facts, {
      ...atHand,
      ...(proven.length === 0 ? {} : { provenAt: new Date(Math.min(...proven)) }),
    })
    verdicts.push({ ...verdict, ...extentOf(signature) })
  }
  const hiddenVerdicts: HiddenVerdict[] = []
  for (const { offset, signature } of hidden) {
    hiddenVerdicts.push({
      verdict: await verifySignature({ ...factsOf(source, signature), coversWholeDocument: true }, atHand),
      isCovered: signed.some(({ revisionEnd }) => revisionEnd > offset),
    })
  }
  const judge = (judged: readonly SignatureVerdict[]) =>
    judgeDocument(
      judged,
      stamps.map(({ verdict }) => verdict),
      hiddenVerdicts,
    )
  const verdict = judge(verdicts)
  // pdf.js is not let loose on a file that nobody we trust answers for.
  if (verdict.verdict !== 'valid' || signed.length < 2) return verdict
  const drawn = signed.map(({ fieldNumber }, index) => ({
    fieldNumber,
    signerName: verdicts[index]?.signer?.name,
    isPerson: verdicts[index]?.signer?.kind === 'person',
  }))
  // Loaded when first needed, with all that knows where things stand on a page.
  const { coverings } = await import('./pdf/covering.ts')
  const found = await coverings(source, drawn)
  return judge(verdicts.map((each, index) => withCovering(each, found[index])))
}

/** Whoever shows something over text that others signed before must be asked about it. */
function withCovering(verdict: SignatureVerdict, covering: Covering | undefined): SignatureVerdict {
  if (covering === 'text') return leftOpen(verdict, 'text-covered')
  return covering === 'unknown' ? leftOpen(verdict, 'drawing-unjudged') : verdict
}

/** What of the file a signature covers, and what came after it. */
function extentOf(
  signature: PdfInspection['signatures'][number],
): Pick<SignatureVerdict, 'coveredBytes' | 'laterChanges'> {
  const { byteRangeProblem, revisionEnd, changesAfter } = signature
  const kinds = new Map(
    changesAfter.map(({ kind, allowed }) => [`${kind} ${String(allowed)}`, { kind, allowed }]),
  )
  const laterChanges = [...kinds.values()].sort((a, b) => Number(a.allowed) - Number(b.allowed))
  return {
    ...(byteRangeProblem === undefined ? { coveredBytes: revisionEnd } : {}),
    ...(laterChanges.length === 0 ? {} : { laterChanges }),
  }
}

function factsOf(source: PdfSource, signature: PdfInspection['signatures'][number]) {
  const { fieldName, subFilter, contents, certificates, changesAfter, signedAt, docMdp } = signature
  return {
    fieldName,
    subFilter,
    contents,
    dictionaryCertificates: certificates,
    ...coverageOf(source, signature),
    changesAfter,
    ...(signedAt === undefined ? {} : { signedAt: new Date(signedAt) }),
    ...(docMdp === undefined ? {} : { docMdp }),
  }
}

function coverageOf(source: PdfSource, { byteRange, byteRangeProblem }: PdfInspection['signatures'][number]) {
  return {
    digestOf(algorithm: ContentDigest): Promise<Uint8Array> {
      if (byteRange === undefined) throw new Error('a range that is not sound is never hashed')
      return digestByteRange(source, byteRange, algorithm)
    },
    rangeIsSound: byteRange !== undefined && byteRangeProblem === undefined,
  }
}

/**
 * Where the document ended when a signature was made: its first so many bytes are what was signed.
 *
 * @param index of the signature, as in the verdict; those that are not shown are counted on from there
 * @throws {AppError} `document/not-found` when there is no such signature, or what it covers is not the
 *   document as it stood then; `pdf/*`
 */
export async function signedLength(source: PdfSource, index: number): Promise<number> {
  const { signatures } = await inspectPdf(source)
  const signed = signatures.filter(({ isDocumentTimeStamp }) => !isDocumentTimeStamp)
  const signature =
    signed[index] ?? (await hiddenSignatures(source, signatures))[index - signed.length]?.signature
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
