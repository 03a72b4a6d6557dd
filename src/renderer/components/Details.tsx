import { Download, Eye, FileText } from 'lucide-react'

import type { DocumentFile } from '../../shared/document/fields.ts'
import type { HistoryEntry } from '../../shared/document/history.ts'
import type { Recipient } from '../../shared/document/recipient.ts'
import type { DocumentVerdict } from '../../shared/verdict.ts'
import { classes } from '../lib/classes.ts'
import { formatDay, formatInstant, formatSince, formatSize, isoDayOf } from '../lib/format.ts'
import { historyLine } from '../lib/history.ts'
import { useNow } from '../lib/useNow.ts'
import { TEXT } from '../text.vi.ts'
import { IconButton } from './Button.tsx'
import { Chip, VerdictChip, type Tone } from './Chip.tsx'
import { FormChip } from './FormChip.tsx'
import styles from './Details.module.css'

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
  verdicts = [],
  onOpen,
  onExport,
  onDrag,
}: {
  title: string
  files: readonly DocumentFile[]
  /** Of those files that bear a signature of their own. */
  verdicts?: NonNullable<DocumentVerdict['attachments']>
  onOpen?: ((file: DocumentFile) => void) | undefined
  /** Left out where the content is no longer to be had. */
  onExport?: ((file: DocumentFile) => void) | undefined
  /** Drags it out of the window; whoever has no pointer saves it. */
  onDrag?: ((file: DocumentFile) => void) | undefined
}) {
  return (
    <section className={styles['group']}>
      <h3>{title}</h3>
      {files.length === 0 ? <p className={styles['note']}>{TEXT.document.noFiles}</p> : null}
      <ul className={styles['group']}>
        {files.map((file) => (
          <li key={`${file.role} ${file.sha256}`} className={styles['file']}>
            <FileText size={17} strokeWidth={1.75} aria-hidden />
            <div
              className={classes(styles['fileName'], onDrag !== undefined && styles['draggable'])}
              draggable={onDrag !== undefined}
              onDragStart={(event) => {
                // The page's own dragging ends; the system's begins with the file.
                event.preventDefault()
                onDrag?.(file)
              }}
            >
              <div title={onDrag === undefined ? file.name : TEXT.document.drag(file.name)}>{file.name}</div>
              <div className={styles['note']}>
                {formatSize(file.sizeBytes)}
                {file.role === 'attachment' ? '' : ` · ${TEXT.document.fileRole[file.role]}`}
              </div>
            </div>
            <VerdictChip verdict={verdicts.find(({ name }) => name === file.name)?.verdict} />
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
            {onExport === undefined ? null : (
              <IconButton
                kind="quiet"
                icon={Download}
                label={TEXT.document.export(file.name)}
                onPress={() => {
                  onExport(file)
                }}
              />
            )}
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
  recalled: 'plain',
} as const satisfies Record<Recipient['state'], Tone>

function RecipientChip({ state }: { state: Recipient['state'] }) {
  return <Chip tone={RECIPIENT_TONE[state]}>{TEXT.recipientState[state]}</Chip>
}

const ASKED_TONE = {
  waiting: 'info',
  asked: 'info',
  refused: 'bad',
  agreed: 'ok',
  failed: 'bad',
} as const satisfies Record<NonNullable<Recipient['request']>['state'], Tone>

const ASKED_WORDS = {
  recall: TEXT.askedState,
  update: TEXT.updates.askedState,
  addition: TEXT.updates.additionState,
} as const satisfies Record<NonNullable<Recipient['request']>['kind'], unknown>

/** What it was asked last; that it gave the document back, or got it, is its own state already. */
function RequestNote({ request }: { request: Recipient['request'] }) {
  if (request === undefined || (request.state === 'agreed' && request.kind !== 'update')) return null
  return (
    <>
      <Chip tone={ASKED_TONE[request.state]}>{ASKED_WORDS[request.kind][request.state]}</Chip>
      <span className={styles['note']}>
        {formatInstant(request.stateAt)}
        {request.note === '' ? '' : ` · ${request.note}`}
      </span>
    </>
  )
}

/** Every recipient with what it did. */
export function Recipients({
  recipients,
  encrypted,
}: {
  recipients: readonly Recipient[]
  /** In which form they got it. */
  encrypted: boolean
}) {
  return (
    <section className={styles['group']}>
      <h3>{TEXT.document.recipients}</h3>
      <ul className={styles['group']}>
        {recipients.map((recipient) => (
          <li key={recipient.organId} className={styles['person']}>
            <span>{recipient.name}</span>
            <span className={styles['chips']}>
              <FormChip encrypted={encrypted} />
              <RecipientChip state={recipient.state} />
            </span>
            <span className={styles['note']}>
              {recipient.stateAt === 0 ? recipient.organId : formatInstant(recipient.stateAt)}
              {recipient.note === '' ? '' : ` · ${recipient.note}`}
            </span>
            <RequestNote request={recipient.request} />
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
