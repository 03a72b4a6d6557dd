import { useId, useState, type ReactNode } from 'react'

import type { DocumentVerdict, SignatureVerdict } from '../../shared/verdict.ts'
import { announce } from '../lib/announce.ts'
import { formatInstant } from '../lib/format.ts'
import { TEXT } from '../text.vi.ts'
import { Banner } from './Banner.tsx'
import styles from './VerdictReport.module.css'

/** A document as one of its signers saw it. */
interface SignedVersion {
  /** As `signedBy` of the request asks for it. */
  readonly index: number
  readonly name: string
  readonly signature: SignatureVerdict
  readonly isHidden: boolean
}

/**
 * A document beside itself as it stood when each of its signatures was made: the clerk chooses, and is told
 * what is shown and how it differs from what is there now. Without signatures there is nothing to choose.
 */
export function SignedVersions({
  verdict,
  present,
  children,
}: {
  verdict: DocumentVerdict | undefined
  /** What the file as it is now is called. */
  present: string
  /** Shows the document; `signedBy` is undefined for the present one. */
  children: (signedBy: number | undefined) => ReactNode
}) {
  const id = useId()
  const [chosen, setChosen] = useState<number>()
  const versions = versionsOf(verdict)
  const version = versions.find(({ index }) => index === chosen)
  if (versions.length === 0) return children(undefined)
  return (
    <div className={styles['versions']}>
      <div className={styles['picker']}>
        <label htmlFor={id}>{TEXT.verdict.version}</label>
        <select
          id={id}
          value={version === undefined ? '' : String(version.index)}
          onChange={({ target }) => {
            const next = versions.find(({ index }) => String(index) === target.value)
            setChosen(next?.index)
            announce(TEXT.verdict.versionShown(next?.name ?? present))
          }}
        >
          <option value="">{present}</option>
          {versions.map(({ index, name }) => (
            <option key={index} value={String(index)}>
              {name}
            </option>
          ))}
        </select>
      </div>
      {version === undefined ? null : <Difference version={version} verdict={verdict} />}
      {children(version?.index)}
    </div>
  )
}

function versionsOf(verdict: DocumentVerdict | undefined): SignedVersion[] {
  const { signatures = [], hiddenSignatures = [] } = verdict ?? {}
  const all = [
    ...signatures.map((signature) => ({ signature, isHidden: false })),
    ...hiddenSignatures.map((signature) => ({ signature, isHidden: true })),
  ]
  const names = all.map(({ signature }) => signature.signer?.name ?? TEXT.verdict.unknownSigner)
  return all.flatMap(({ signature, isHidden }, index) => {
    // What such a signature covers is no document.
    if (signature.reasons.includes('covered-range-wrong')) return []
    const name = names[index] ?? ''
    const isRepeated = names.filter((other) => other === name).length > 1
    const numbered = isRepeated ? TEXT.verdict.versionNumber(name, index + 1) : name
    const words = isHidden ? TEXT.verdict.versionHidden(numbered) : TEXT.verdict.versionSigned(numbered)
    return [{ index, name: words, signature, isHidden }]
  })
}

/** Kinds of additions that show nothing of their own but signatures. */
const SIGNING_ONLY = new Set(['signature', 'dss', 'metadata'])

function Difference({
  version: { name, signature, isHidden },
  verdict,
}: {
  version: SignedVersion
  verdict: DocumentVerdict | undefined
}) {
  const at = signature.signedAt === undefined ? NaN : Date.parse(signature.signedAt)
  const title = Number.isNaN(at) ? `${name}.` : `${name}, ${formatInstant(at)}.`
  const { laterChanges = [] } = signature
  const isChanged = laterChanges.some(({ allowed }) => !allowed)
  const isCovered = verdict?.reasons.includes('text-covered') === true && !signature.coversWholeDocument
  if (isHidden || isChanged || isCovered) {
    const words = isHidden
      ? TEXT.verdict.differsHidden
      : isChanged
        ? TEXT.verdict.differsChanged
        : TEXT.verdict.differsCovered
    return (
      <Banner tone="bad" title={title}>
        {words}
      </Banner>
    )
  }
  const isFilled = laterChanges.some(({ kind }) => !SIGNING_ONLY.has(kind))
  return (
    <Banner tone={isFilled ? 'warn' : 'info'} title={title}>
      {signature.coversWholeDocument
        ? TEXT.verdict.differsNothing
        : isFilled
          ? TEXT.verdict.differsFilled
          : TEXT.verdict.differsSignatures}
    </Banner>
  )
}
