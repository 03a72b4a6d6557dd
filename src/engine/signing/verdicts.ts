/** The verdict on a document from those on its signatures, its time stamps and its attachments. */
import type { DocumentVerdict, ReasonCode, SignatureVerdict, TimeStampVerdict } from '../../shared/verdict.ts'
import { ordered } from './findings.ts'

/** A signature that the file holds and no reader shows. */
export interface HiddenVerdict {
  /** On the document that it was made for. */
  readonly verdict: SignatureVerdict
  /** Whether a signature that is shown covers its bytes, so that a later signer answers for what became of it. */
  readonly isCovered: boolean
}

/** The verdict on a PDF: the worst of its signatures. A PDF without any is undetermined: it only informs (Decision 28/2018 Art 4). */
export function judgeDocument(
  signatures: readonly SignatureVerdict[],
  timeStamps: readonly TimeStampVerdict[] = [],
  hidden: readonly HiddenVerdict[] = [],
): DocumentVerdict {
  const more = {
    ...(timeStamps.length === 0 ? {} : { timeStamps: [...timeStamps] }),
    ...(hidden.length === 0 ? {} : { hiddenSignatures: hidden.map(({ verdict }) => verdict) }),
  }
  const isHiding = hidden.some(({ isCovered }) => !isCovered)
  if (signatures.length === 0) {
    return isHiding
      ? { verdict: 'invalid', reasons: ['signature-hidden'], signatures: [], ...more }
      : { verdict: 'undetermined', reasons: ['unsigned'], signatures: [], ...more }
  }
  // A time stamp that nobody known vouches for proves nothing, and takes nothing away either.
  const counted = timeStamps.filter(({ reasons }) => reasons.some((code) => !code.endsWith('-note')))
  const words = new Set([...signatures, ...counted].map(({ verdict }) => verdict))
  if (isHiding) words.add('invalid')
  return {
    verdict: words.has('invalid') ? 'invalid' : words.has('undetermined') ? 'undetermined' : 'valid',
    reasons: ordered([
      ...[...signatures, ...timeStamps].flatMap(({ reasons }) => reasons),
      ...hidden.map(({ isCovered }) => (isCovered ? 'signature-removed-note' : 'signature-hidden')),
    ]),
    signatures: [...signatures],
    ...more,
  }
}

/** The document's verdict with a reason more, which leaves it open unless it is a note. */
export function documentLeftOpen(verdict: DocumentVerdict, why: readonly ReasonCode[]): DocumentVerdict {
  const weighs = why.some((code) => !code.endsWith('-note'))
  return {
    ...verdict,
    verdict: weighs && verdict.verdict === 'valid' ? 'undetermined' : verdict.verdict,
    reasons: ordered([...verdict.reasons, ...why]),
  }
}

/** The verdict on a signature that something else found out later leaves open. */
export function leftOpen(verdict: SignatureVerdict, why: ReasonCode): SignatureVerdict {
  return {
    ...verdict,
    verdict: verdict.verdict === 'invalid' ? 'invalid' : 'undetermined',
    reasons: ordered([...verdict.reasons, why]),
  }
}

/**
 * The verdict on a document of several files: each signed attachment has its own, and the worst of all stands
 * for the document. One that is not signed only informs, and takes nothing away.
 *
 * @param main the verdict on the main file
 */
export function withAttachments(
  main: DocumentVerdict,
  attachments: readonly { readonly name: string; readonly verdict: DocumentVerdict }[],
): DocumentVerdict {
  const signed = attachments.filter(({ verdict }) => !verdict.reasons.includes('unsigned'))
  if (signed.length === 0) return main
  const all = [main, ...signed.map(({ verdict }) => verdict)]
  const words = new Set(all.map(({ verdict }) => verdict))
  return {
    ...main,
    verdict: words.has('invalid') ? 'invalid' : words.has('undetermined') ? 'undetermined' : 'valid',
    reasons: ordered(all.flatMap(({ reasons }) => reasons)),
    attachments: signed.map(({ name, verdict }) => ({ ...verdict, name })),
  }
}

/** The verdict on bytes that the PDF leaf could not read at all. */
export function unreadableDocument(): DocumentVerdict {
  return { verdict: 'invalid', reasons: ['document-unreadable'], signatures: [] }
}
