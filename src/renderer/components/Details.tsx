import { Download, Eye, FileText, Info } from 'lucide-react'

import type { DocumentFile } from '../../shared/document/fields.ts'
import type { HistoryEntry } from '../../shared/document/history.ts'
import type { Recipient } from '../../shared/document/recipient.ts'
import type { DocumentVerdict, SignatureVerdict } from '../../shared/verdict.ts'
import { REASON_TEXT, VERDICT_SENTENCE } from '../../shared/verdict.vi.ts'
import { classes } from '../lib/classes.ts'
import { formatDay, formatInstant, formatSince, formatSize, formatTime, isoDayOf } from '../lib/format.ts'
import { historyLine } from '../lib/history.ts'
import { useNow } from '../lib/useNow.ts'
import { TEXT } from '../text.vi.ts'
import { Banner } from './Banner.tsx'
import { Button, IconButton } from './Button.tsx'
import { Chip, VERDICT_LOOK, VerdictChip, type Tone } from './Chip.tsx'
import styles from './Details.module.css'
import { Sheet } from './Dialog.tsx'

/** What happened to a document, oldest first, and what it waits for. */
export function Timeline({
  history,
  nameOf,
  waitsFor,
}: {
  history: readonly HistoryEntry[]
  /** The name of an agency the history names by its id. */
  nameOf?: (organId: string) => string
  waitsFor?: { readonly title: string; readonly note: string } | undefined
}) {
  const now = useNow(60_000)
  return (
    <section className={styles['group']}>
      <h3>{TEXT.document.timeline}</h3>
      <ol>
        {history.map((entry) => {
          const line = historyLine(entry, nameOf)
          if (line === undefined) return null
          const { title, note, bad } = line
          return (
            <li key={entry.sequence} className={classes(styles['line'], bad && styles['bad'])}>
              <div className={styles['title']}>{title}</div>
              <div className={styles['note']}>
                {formatSince(entry.at, now)}
                {note === '' ? '' : ` · ${note}`}
              </div>
            </li>
          )
        })}
        {waitsFor === undefined ? null : (
          <li className={classes(styles['line'], styles['now'])}>
            <div className={styles['title']}>{waitsFor.title}</div>
            <div className={styles['note']}>{waitsFor.note}</div>
          </li>
        )}
      </ol>
    </section>
  )
}

/** Files of a document: look at the PDFs here, save any of them. */
export function Files({
  title,
  files,
  onOpen,
  onExport,
}: {
  title: string
  files: readonly DocumentFile[]
  onOpen?: (file: DocumentFile) => void
  onExport: (file: DocumentFile) => void
}) {
  return (
    <section className={styles['group']}>
      <h3>{title}</h3>
      {files.length === 0 ? <p className={styles['note']}>{TEXT.document.noFiles}</p> : null}
      <ul className={styles['group']}>
        {files.map((file) => (
          <li key={`${file.role} ${file.sha256}`} className={styles['file']}>
            <FileText size={17} strokeWidth={1.75} aria-hidden />
            <div className={styles['fileName']}>
              <div title={file.name}>{file.name}</div>
              <div className={styles['note']}>
                {formatSize(file.sizeBytes)}
                {file.role === 'attachment' ? '' : ` · ${TEXT.document.fileRole[file.role]}`}
              </div>
            </div>
            {onOpen !== undefined && isPdf(file) ? (
              <IconButton
                kind="quiet"
                icon={Eye}
                label={TEXT.document.open(file.name)}
                onPress={() => {
                  onOpen(file)
                }}
              />
            ) : null}
            <IconButton
              kind="quiet"
              icon={Download}
              label={TEXT.document.export(file.name)}
              onPress={() => {
                onExport(file)
              }}
            />
          </li>
        ))}
      </ul>
    </section>
  )
}

/** Whether the window can show the file itself. */
export function isPdf(file: DocumentFile): boolean {
  return file.contentType === 'application/pdf' || file.name.toLowerCase().endsWith('.pdf')
}

const RECIPIENT_TONE = {
  waiting: 'plain',
  sent: 'info',
  arrived: 'info',
  returned: 'bad',
  registered: 'ok',
  assigned: 'ok',
  processing: 'ok',
  finished: 'ok',
} as const satisfies Record<Recipient['state'], Tone>

function RecipientChip({ state }: { state: Recipient['state'] }) {
  return <Chip tone={RECIPIENT_TONE[state]}>{TEXT.recipientState[state]}</Chip>
}

/** Every recipient with what it did. */
export function Recipients({ recipients }: { recipients: readonly Recipient[] }) {
  return (
    <section className={styles['group']}>
      <h3>{TEXT.document.recipients}</h3>
      <ul className={styles['group']}>
        {recipients.map((recipient) => (
          <li key={recipient.organId} className={styles['person']}>
            <span>{recipient.name}</span>
            <RecipientChip state={recipient.state} />
            <span className={styles['note']}>
              {recipient.stateAt === 0 ? recipient.organId : formatInstant(recipient.stateAt)}
              {recipient.note === '' ? '' : ` · ${recipient.note}`}
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

/** The facts under a document's title. Empty ones are left out. */
export function Facts({
  facts,
}: {
  facts: readonly { readonly name: string; readonly value: string; readonly overdue?: boolean }[]
}) {
  return (
    <dl className={styles['facts']}>
      {facts
        .filter(({ value }) => value !== '')
        .map(({ name, value, overdue }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd className={overdue === true ? styles['overdue'] : undefined}>{value}</dd>
          </div>
        ))}
    </dl>
  )
}

/** The deadline as a fact: today and past ones stand out. */
export function dueFact(
  dueDate: string | undefined,
  now: number,
): { name: string; value: string; overdue: boolean } {
  const today = isoDayOf(now)
  const name = TEXT.document.due
  if (dueDate === undefined) return { name, value: '', overdue: false }
  if (dueDate === today) return { name, value: TEXT.document.today, overdue: true }
  if (dueDate < today) return { name, value: TEXT.document.overdue(formatDay(dueDate)), overdue: true }
  return { name, value: formatDay(dueDate), overdue: false }
}

/** The verdict across the pane: who signed when, or what is wrong. */
export function VerdictBand({
  verdict,
  onMore,
}: {
  verdict: DocumentVerdict | undefined
  onMore: () => void
}) {
  if (verdict === undefined) return <Banner tone="info" title={TEXT.incoming.verdictNone} />
  const { tone, icon } = VERDICT_LOOK[verdict.verdict]
  const [first] = verdict.reasons.filter((reason) => !reason.endsWith('-note'))
  const [title = '', rest = ''] = VERDICT_SENTENCE[verdict.verdict].split(/:\s*(.*)/)
  return (
    <Banner
      tone={tone}
      icon={icon}
      title={`${title}.`}
      action={
        <Button kind="link" onPress={onMore}>
          {TEXT.incoming.verdictMore}
        </Button>
      }
    >
      {verdict.verdict === 'valid'
        ? verdict.signatures.map(signatureSentence).join(' ')
        : first === undefined
          ? sentence(rest)
          : `${REASON_TEXT[first].title}. ${REASON_TEXT[first].hint}`}
    </Banner>
  )
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** “Trần Thị Mẫu ký lúc 09:20.” */
function signatureSentence(signature: SignatureVerdict): string {
  const { signer } = signature
  const name = signer?.name ?? TEXT.incoming.unknownSigner
  const at = instantOf(signature.signedAt)
  if (signer?.kind === 'agency') {
    return `${at === undefined ? TEXT.incoming.verdictSealPlain(name) : TEXT.incoming.verdictSeal(name, formatTime(at))}.`
  }
  return `${at === undefined ? TEXT.incoming.verdictSignerPlain(name) : TEXT.incoming.verdictSigner(name, formatTime(at))}.`
}

function instantOf(iso: string | undefined): number | undefined {
  if (iso === undefined) return undefined
  const at = Date.parse(iso)
  return Number.isNaN(at) ? undefined : at
}

/** Every signature with its reasons, for those who want to know. */
export function VerdictDialog({
  verdict,
  isOpen,
  onClose,
}: {
  verdict: DocumentVerdict
  isOpen: boolean
  onClose: () => void
}) {
  return (
    <Sheet isOpen={isOpen} onClose={onClose} title={TEXT.incoming.verdictTitle} look="wide">
      <p>{VERDICT_SENTENCE[verdict.verdict]}</p>
      {verdict.signatures.length === 0 ? <Reasons reasons={verdict.reasons} /> : null}
      {verdict.signatures.map((signature, index) => (
        <SignatureCard key={signature.fieldName} signature={signature} index={index + 1} />
      ))}
    </Sheet>
  )
}

function SignatureCard({ signature, index }: { signature: SignatureVerdict; index: number }) {
  const { signer } = signature
  const at = instantOf(signature.signedAt)
  const facts: [string, string][] = []
  if (signer !== undefined) {
    facts.push(
      [TEXT.incoming.issuer, signer.issuer],
      [TEXT.incoming.serial, signer.serialNumber],
      [TEXT.incoming.validity, validityOf(signer.notBefore, signer.notAfter)],
    )
  }
  if (at !== undefined) facts.push([TEXT.incoming.claimedAt, formatInstant(at)])
  return (
    <section className={styles['signature']}>
      <div className={styles['file']}>
        <h3 className={styles['fileName']}>
          {TEXT.incoming.signature(index)}: {signer?.name ?? TEXT.incoming.unknownSigner}
        </h3>
        <VerdictChip verdict={signature.verdict} />
      </div>
      <dl>
        {facts.map(([name, value]) => (
          <div key={name} style={{ display: 'contents' }}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <p className={styles['note']}>
        {signature.coversWholeDocument ? TEXT.incoming.coversAll : TEXT.incoming.coversPart}
      </p>
      <Reasons reasons={signature.reasons} />
    </section>
  )
}

function validityOf(notBefore: string, notAfter: string): string {
  const from = instantOf(notBefore)
  const to = instantOf(notAfter)
  if (from === undefined || to === undefined) return ''
  return TEXT.incoming.fromTo(formatDay(isoDayOf(from)), formatDay(isoDayOf(to)))
}

function Reasons({ reasons }: { reasons: DocumentVerdict['reasons'] }) {
  return (
    <ul className={styles['group']}>
      {reasons.map((reason) => (
        <li key={reason} className={styles['reason']}>
          <Info size={16} strokeWidth={1.75} aria-hidden />
          <div>
            <strong>{REASON_TEXT[reason].title}.</strong> {REASON_TEXT[reason].hint}
          </div>
        </li>
      ))}
    </ul>
  )
}
