import { FolderOpen, HardDriveDownload, ShieldCheck } from 'lucide-react'

import type { BackupPolicy, BackupStatus, BackupSummary } from '../../shared/backup.ts'
import { announce } from '../lib/announce.ts'
import { call } from '../lib/call.ts'
import { formatInstant, formatSize } from '../lib/format.ts'
import { useAction } from '../lib/useAction.ts'
import { useLive } from '../lib/useLive.ts'
import { TEXT } from '../text.vi.ts'
import styles from './BackupForm.module.css'
import { Banner, Failed, FailureBanner, Skeleton } from './Banner.tsx'
import { Button } from './Button.tsx'
import { CopyProgress } from './CopyProgress.tsx'
import { Choice, RangeBox } from './Field.tsx'
import form from './Form.module.css'

const EVERY = Object.entries(TEXT.backup.everyWords).map(([value, text]) => ({ value, text }))

/** Where the office is backed up and how often; backups by hand, and a check of those that are there. */
export function BackupForm() {
  const status = useLive('backup.status', {}, 'backup')
  if (status.status === 'loading') return <Skeleton blocks={1} />
  if (status.status === 'failed') return <Failed error={status.error} onRetry={status.refresh} />
  return <Office status={status.value} />
}

function Office({ status }: { status: BackupStatus }) {
  const { policy, folderPresent, last, overdue, running, failure } = status
  const text = TEXT.backup
  const save = useAction((next: BackupPolicy) => call('backup.save', next))
  const choose = useAction(async () => {
    const { folder } = await call('backup.chooseFolder', {})
    if (folder !== undefined) await call('backup.save', { ...policy, folder })
  })
  const make = useAction(async () => {
    await call('backup.make', {})
    announce(text.made)
  })
  const stop = () => void call('backup.cancel', {})
  const failed = make.error ?? (failure === undefined ? undefined : { code: failure.code, incident: '' })
  return (
    <div className={form['stack']}>
      <p>{text.intro}</p>
      {overdue && policy.folder !== undefined && running === undefined ? (
        <Banner tone="warn" title={`${text.overdue}.`} boxed>
          {text.overdueHint}
        </Banner>
      ) : null}
      <div>
        <h3>{text.folder}</h3>
        <p className={policy.folder === undefined ? form['quiet'] : styles['folder']}>
          {policy.folder ?? text.noFolder}
        </p>
        {policy.folder !== undefined && !folderPresent ? <p>{text.folderAbsent}</p> : null}
        {last === undefined ? null : (
          <p className={form['quiet']}>
            {text.last(formatInstant(last.madeAt), last.files, formatSize(last.bytes))}
          </p>
        )}
      </div>
      {policy.folder === undefined ? null : (
        <>
          <Choice
            label={text.every}
            value={String(policy.everyHours)}
            options={EVERY}
            onChange={(hours) => void save.run({ ...policy, everyHours: Number(hours) })}
          />
          <RangeBox
            label={text.keep}
            value={policy.keep}
            least={2}
            most={30}
            step={1}
            words={text.keepWords(policy.keep)}
            onChange={(keep) => void save.run({ ...policy, keep })}
          />
        </>
      )}
      {running === undefined ? null : <CopyProgress progress={running} onStop={stop} />}
      <FailureBanner error={save.error ?? choose.error ?? failed} boxed />
      <div className={form['row']}>
        {policy.folder === undefined ? null : (
          <Button
            kind="primary"
            icon={HardDriveDownload}
            isBusy={running !== undefined}
            isDisabled={!folderPresent}
            onPress={() => void make.run()}
          >
            {text.make}
          </Button>
        )}
        <Button
          icon={FolderOpen}
          isBusy={choose.busy || running !== undefined}
          onPress={() => void choose.run()}
        >
          {policy.folder === undefined ? text.choose : text.chooseOther}
        </Button>
      </div>
      {policy.folder !== undefined && folderPresent ? <Made status={status} /> : null}
    </div>
  )
}

/** What lies in the folder. */
function Made({ status: { running, check } }: { status: BackupStatus }) {
  const text = TEXT.backup
  const backups = useLive('backup.list', {}, 'backup')
  const examine = useAction((name: string) => call('backup.check', { name }))
  if (backups.status === 'loading') return <Skeleton blocks={1} />
  if (backups.status === 'failed') return <Failed error={backups.error} onRetry={backups.refresh} />
  const checked = backups.value.find(({ name }) => name === check?.name)
  return (
    <div>
      <h3>{text.list}</h3>
      {backups.value.length === 0 ? <p className={form['quiet']}>{text.none}</p> : null}
      <ul>
        {backups.value.map((backup) => (
          <Row
            key={backup.name}
            backup={backup}
            idle={running === undefined}
            onCheck={() => void examine.run(backup.name)}
          />
        ))}
      </ul>
      <FailureBanner error={examine.error} boxed />
      <div role="status">
        {check === undefined || checked === undefined ? null : check.problems === 0 ? (
          <Banner tone="ok" title={text.checkedWell(formatInstant(checked.madeAt), check.files)} boxed />
        ) : (
          <Banner
            tone="bad"
            title={`${text.checkedBad(formatInstant(checked.madeAt), check.problems)}.`}
            boxed
          >
            {text.checkedBadHint}
          </Banner>
        )}
      </div>
    </div>
  )
}

function Row({ backup, idle, onCheck }: { backup: BackupSummary; idle: boolean; onCheck: () => void }) {
  const when = formatInstant(backup.madeAt)
  return (
    <li className={styles['row']}>
      <div>
        <strong>{when}</strong>
        <div className={form['quiet']}>{TEXT.backup.row(backup.files, formatSize(backup.bytes))}</div>
      </div>
      <Button small icon={ShieldCheck} label={TEXT.backup.checkLabel(when)} isBusy={!idle} onPress={onCheck}>
        {TEXT.backup.check}
      </Button>
    </li>
  )
}
