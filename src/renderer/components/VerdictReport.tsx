import { CircleAlert, Info } from 'lucide-react'

import type { DocumentVerdict, ReasonCode, SignatureVerdict } from '../../shared/verdict.ts'
import {
  algorithmText,
  laterChangeLines,
  REASON_TEXT,
  revocationText,
  VERDICT_SENTENCE,
} from '../../shared/verdict.vi.ts'
import { classes } from '../lib/classes.ts'
import { formatDay, formatInstant, formatSize, formatTime, isoDayOf } from '../lib/format.ts'
import { TEXT } from '../text.vi.ts'
import { Banner } from './Banner.tsx'
import { Button } from './Button.tsx'
import { VERDICT_LOOK, VerdictChip } from './Chip.tsx'
import { Sheet } from './Dialog.tsx'
import styles from './VerdictReport.module.css'

/** The verdict across the pane: who signed when, or what is wrong. */
export function VerdictBand({
  verdict,
  onMore,
}: {
  verdict: DocumentVerdict | undefined
  onMore: () => void
}) {
  if (verdict === undefined) return <Banner tone="info" title={TEXT.verdict.none} />
  const { tone, icon } = VERDICT_LOOK[verdict.verdict]
  const [first] = verdict.reasons.filter(weighs)
  const [title = '', rest = ''] = VERDICT_SENTENCE[verdict.verdict].split(/:\s*(.*)/)
  return (
    <Banner
      tone={tone}
      icon={icon}
      title={`${title}.`}
      action={
        <Button kind="link" onPress={onMore}>
          {TEXT.verdict.more}
        </Button>
      }
    >
      {verdict.verdict === 'valid'
        ? // Number, date and seal are signatures of their own, and one act to the reader.
          [...new Set(verdict.signatures.map(signatureSentence))].join(' ')
        : first === undefined
          ? sentence(rest)
          : `${REASON_TEXT[first].title}. ${REASON_TEXT[first].hint}`}
    </Banner>
  )
}

function weighs(code: ReasonCode): boolean {
  return !code.endsWith('-note')
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** “Trần Thị Mẫu ký lúc 09:20.” */
function signatureSentence(signature: SignatureVerdict): string {
  const { signer } = signature
  const name = nameOf(signature)
  const at = instantOf(signature.signedAt)
  if (signer?.kind === 'agency') {
    return `${at === undefined ? TEXT.verdict.sealPlain(name) : TEXT.verdict.seal(name, formatTime(at))}.`
  }
  return `${at === undefined ? TEXT.verdict.signerPlain(name) : TEXT.verdict.signer(name, formatTime(at))}.`
}

function nameOf({ signer }: SignatureVerdict): string {
  return signer?.name ?? TEXT.verdict.unknownSigner
}

function instantOf(iso: string | undefined): number | undefined {
  if (iso === undefined) return undefined
  const at = Date.parse(iso)
  return Number.isNaN(at) ? undefined : at
}

/** The whole report: why the document is judged so and what to do, then each signature, its details folded away. */
export function VerdictDialog({
  verdict,
  isOpen,
  onClose,
}: {
  verdict: DocumentVerdict
  isOpen: boolean
  onClose: () => void
}) {
  const { attachments = [] } = verdict
  const ofFiles = new Set(
    [verdict, ...attachments].flatMap(({ signatures }) => signatures.flatMap(({ reasons }) => reasons)),
  )
  // What weighs is said once for the document; the rest beside the signature that it is about.
  const ofDocument = verdict.reasons.filter((code) => weighs(code) || !ofFiles.has(code))
  return (
    <Sheet isOpen={isOpen} onClose={onClose} title={TEXT.verdict.title} look="wide">
      <div className={styles['head']}>
        <VerdictChip verdict={verdict.verdict} />
        <p>{VERDICT_SENTENCE[verdict.verdict]}</p>
      </div>
      {ofDocument.length === 0 ? null : (
        <section className={styles['group']}>
          <h3>{TEXT.verdict.why}</h3>
          <Reasons reasons={ofDocument} />
        </section>
      )}
      <FileSignatures verdict={verdict} />
      {attachments.map((file) => (
        <section key={file.name} className={styles['group']} aria-label={TEXT.verdict.file(file.name)}>
          <div className={styles['head']}>
            <h3>{TEXT.verdict.file(file.name)}</h3>
            <VerdictChip verdict={file.verdict} />
          </div>
          <Reasons reasons={file.reasons} />
          <FileSignatures verdict={file} />
        </section>
      ))}
    </Sheet>
  )
}

/** Each signature and time stamp of one file. */
function FileSignatures({
  verdict: { signatures, hiddenSignatures = [], timeStamps = [] },
}: {
  verdict: Omit<DocumentVerdict, 'attachments'>
}) {
  return (
    <>
      {signatures.map((signature, index) => (
        <SignatureCard
          key={`${String(index)} ${signature.fieldName}`}
          title={`${TEXT.verdict.signature(index + 1)}: ${nameOf(signature)}`}
          signature={signature}
        />
      ))}
      {hiddenSignatures.map((signature, index) => (
        <SignatureCard
          key={`hidden ${String(index)}`}
          title={`${TEXT.verdict.hiddenSignature}: ${nameOf(signature)}`}
          signature={signature}
          isHidden
        />
      ))}
      {timeStamps.map(({ fieldName, verdict: word, at, authority, reasons }) => (
        <section key={`stamp ${fieldName}`} className={styles['signature']}>
          <div className={styles['head']}>
            <h3>{TEXT.verdict.timeStamp}</h3>
            <VerdictChip verdict={word} />
          </div>
          <Facts
            facts={[
              [TEXT.verdict.stampedAt, instantText(at)],
              [TEXT.verdict.stampedBy, authority ?? ''],
            ]}
          />
          <Reasons reasons={reasons} />
        </section>
      ))}
    </>
  )
}

function instantText(iso: string | undefined): string {
  const at = instantOf(iso)
  return at === undefined ? '' : formatInstant(at)
}

function SignatureCard({
  title,
  signature,
  isHidden = false,
}: {
  title: string
  signature: SignatureVerdict
  isHidden?: boolean
}) {
  const { signer, signedAt, provenAt } = signature
  return (
    <section className={styles['signature']} aria-label={title}>
      <div className={styles['head']}>
        <h3>{title}</h3>
        <VerdictChip verdict={signature.verdict} />
      </div>
      {isHidden ? <p className={styles['note']}>{TEXT.verdict.hiddenHint}</p> : null}
      <Facts
        facts={[
          [TEXT.verdict.role, signer === undefined ? '' : TEXT.verdict.kind[signer.kind]],
          [TEXT.verdict.position, signer?.title ?? ''],
          [TEXT.verdict.organization, signer?.organization ?? ''],
          [
            TEXT.verdict.time,
            provenAt === undefined
              ? signedAt === undefined
                ? TEXT.verdict.timeUnknown
                : TEXT.verdict.timeClaimed(instantText(signedAt))
              : TEXT.verdict.timeProven(instantText(provenAt)),
          ],
        ]}
      />
      <Reasons reasons={signature.reasons} />
      <details className={styles['more']}>
        <summary>{TEXT.verdict.details}</summary>
        <SignatureDetails signature={signature} isHidden={isHidden} />
      </details>
    </section>
  )
}

/** What a technician asks for: what is covered, what came after, the chain, revocation, the algorithm. */
function SignatureDetails({ signature, isHidden }: { signature: SignatureVerdict; isHidden: boolean }) {
  const { signer, signedAt, provenAt, coveredBytes, revocation, chain, algorithm } = signature
  const covered = isHidden
    ? TEXT.verdict.coversPast
    : signature.coversWholeDocument
      ? TEXT.verdict.coversAll
      : TEXT.verdict.coversPart
  const later = isHidden ? [] : laterChangeLines(signature.laterChanges)
  const since = revocation === undefined ? '' : `, ${instantText(revocation.at)}`
  return (
    <div className={styles['group']}>
      <Facts
        facts={[
          [
            TEXT.verdict.covered,
            coveredBytes === undefined
              ? covered
              : `${covered} ${TEXT.verdict.bytes(formatSize(coveredBytes))}`,
          ],
          [TEXT.verdict.later, later.length === 0 ? TEXT.verdict.laterNothing : `${later.join('. ')}.`],
          [
            TEXT.verdict.claimedAt,
            provenAt === undefined || signedAt === undefined ? '' : instantText(signedAt),
          ],
          [TEXT.verdict.revocation, `${revocationText(revocation)}${since}`],
          [TEXT.verdict.algorithm, algorithm === undefined ? '' : algorithmText(algorithm)],
          [TEXT.verdict.serial, signer?.serialNumber ?? ''],
        ]}
      />
      {chain === undefined ? (
        <Facts
          facts={[
            [TEXT.verdict.issuer, signer?.issuer ?? ''],
            [TEXT.verdict.validity, signer === undefined ? '' : validityOf(signer)],
          ]}
        />
      ) : (
        <>
          <h4>{TEXT.verdict.chain}</h4>
          <ol className={styles['group']}>
            {chain.map((link) => (
              <li key={link.sha256}>
                {link.name}
                {link.trusted ? ` (${TEXT.verdict.trustedRoot})` : ''}
                <div className={styles['note']}>
                  {TEXT.verdict.validity} {validityOf(link)} · SHA-256 {link.sha256}
                </div>
              </li>
            ))}
          </ol>
          {chain.some(({ trusted }) => trusted) ? null : (
            <p className={styles['note']}>{TEXT.verdict.chainOpen}</p>
          )}
        </>
      )}
    </div>
  )
}

function Facts({ facts }: { facts: readonly (readonly [name: string, value: string])[] }) {
  const told = facts.filter(([, value]) => value !== '')
  if (told.length === 0) return null
  return (
    <dl className={styles['facts']}>
      {told.map(([name, value]) => (
        <div key={name} style={{ display: 'contents' }}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

function validityOf({ notBefore, notAfter }: { notBefore: string; notAfter: string }): string {
  const from = instantOf(notBefore)
  const to = instantOf(notAfter)
  if (from === undefined || to === undefined) return ''
  return TEXT.verdict.fromTo(formatDay(isoDayOf(from)), formatDay(isoDayOf(to)))
}

function Reasons({ reasons }: { reasons: readonly ReasonCode[] }) {
  if (reasons.length === 0) return null
  return (
    <ul className={styles['group']}>
      {reasons.map((reason) => {
        const Icon = weighs(reason) ? CircleAlert : Info
        return (
          <li key={reason} className={classes(styles['reason'], weighs(reason) && styles['heavy'])}>
            <Icon size={16} strokeWidth={1.75} aria-hidden />
            <div>
              <strong>{REASON_TEXT[reason].title}.</strong> {REASON_TEXT[reason].hint}
            </div>
          </li>
        )
      })}
    </ul>
  )
}
