import type { TimeStampVerdict } from '../../shared/verdict.ts'
import type { VerifyContext, ContentDigest } from './context.ts'
import { type Findings, addFinding, wordFor, ordered } from './findings.ts'
import { judgeTimeStamp } from './timestamp.ts'

/** One document time stamp as the PDF gives it. */
export interface DocumentTimeStamp {
  readonly fieldName: string
  readonly subFilter: string
  readonly contents: Uint8Array
  digestOf(algorithm: ContentDigest): Promise<Uint8Array>
  readonly rangeIsSound: boolean
  readonly changesAfter: readonly { readonly allowed: boolean }[]
}

/** A judged document time stamp, and the time it proves for everything before it. */
export interface JudgedTimeStamp {
  readonly verdict: TimeStampVerdict
  /** Undefined: it proves nothing. */
  readonly provenAt: Date | undefined
}

/** Judges a document time stamp (ISO 32000-2, 12.8.5): the token, and that it covers what it seems to cover. */
export async function verifyDocumentTimeStamp(
  stamp: DocumentTimeStamp,
  context: VerifyContext,
): Promise<JudgedTimeStamp> {
  const findings: Findings = new Map()
  const { fieldName, rangeIsSound } = stamp
  if (!rangeIsSound) addFinding(findings, 'covered-range-wrong', 'invalid')
  if (stamp.changesAfter.some(({ allowed }) => !allowed))
    addFinding(findings, 'changed-after-signing', 'invalid')
  if (!rangeIsSound || stamp.subFilter !== 'ETSI.RFC3161') {
    if (rangeIsSound) addFinding(findings, 'algorithm-unsupported', 'undetermined')
    return {
      verdict: { fieldName, verdict: wordFor(findings), reasons: ordered(findings.keys()) },
      provenAt: undefined,
    }
  }
  const { at, authority, problem } = await judgeTimeStamp(
    stamp.contents,
    (algorithm) => stamp.digestOf(algorithm),
    context,
  )
  if (problem === 'wrong') addFinding(findings, 'time-stamp-wrong', 'undetermined')
  if (problem === 'untrusted') addFinding(findings, 'time-stamp-untrusted-note', 'note')
  const word = wordFor(findings)
  return {
    verdict: {
      fieldName,
      verdict: problem === 'untrusted' && word === 'valid' ? 'undetermined' : word,
      reasons: ordered(findings.keys()),
      ...(at === undefined ? {} : { at: at.toISOString() }),
      ...(authority === undefined
        ? {}
        : { authority: authority.subject.commonName ?? authority.subject.text }),
    },
    provenAt: problem === undefined ? at : undefined,
  }
}
