import { FolderOpen, HardDriveUpload } from 'lucide-react'
import { useState } from 'react'

import type { BackupSummary } from '../../shared/backup.ts'
import { Banner, FailureBanner } from '../components/Banner.tsx'
import { Button } from '../components/Button.tsx'
import { CopyProgress } from '../components/CopyProgress.tsx'
import { Choice, TextBox } from '../components/Field.tsx'
import { Logo } from '../components/Logo.tsx'
import { call } from '../lib/call.ts'
import { formatInstant } from '../lib/format.ts'
import { useAction } from '../lib/useAction.ts'
import { useLive } from '../lib/useLive.ts'
import { TEXT } from '../text.vi.ts'
import styles from './Wizard.module.css'

/** Brings the office back from a stick: on a new PC, or where the store of this one is damaged. */
export function RestoreOffice({
  damaged,
  onOpened,
  onBack,
}: {
  /** There is an office here that does not open any more. */
  damaged: boolean
  onOpened: () => void
  onBack: () => void
}) {
  const text = TEXT.restore
  const [folder, setFolder] = useState<string>()
  const [backups, setBackups] = useState<readonly BackupSummary[]>([])
  const [name, setName] = useState('')
  const [typed, setTyped] = useState('')
  const [asked, setAsked] = useState(false)
  const progress = useLive('restore.progress', {}, 'backup')
  const choose = useAction(async () => {
    const found = await call('restore.choose', {})
    if (found.folder === undefined) return
    setFolder(found.folder)
    setBackups(found.backups)
    setName(found.backups[0]?.name ?? '')
  })
  const begin = useAction(async () => {
    await call('restore.begin', { name, recoveryCode: typed })
    onOpened()
  })
  const running = progress.status === 'ready' ? progress.value.running : undefined
  return (
    <main className={styles['alone']}>
      <form
        className={styles['card']}
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          setAsked(true)
          if (typed.trim() !== '' && name !== '') void begin.run()
        }}
      >
        <div className={styles['brand']}>
          <Logo className={styles['logo']} />
          {TEXT.appName}
        </div>
        <div>
          <h1>{text.title}</h1>
          <p className={styles['intro']}>{damaged ? text.damagedIntro : text.intro}</p>
        </div>
        <div>
          <Button
            kind={folder === undefined ? 'primary' : 'plain'}
            icon={FolderOpen}
            autoFocus
            isBusy={choose.busy || begin.busy}
            onPress={() => void choose.run()}
          >
            {text.choose}
          </Button>
          {folder === undefined ? null : <p className={styles['intro']}>{text.chosen(folder)}</p>}
        </div>
        <FailureBanner error={choose.error} boxed />
        {folder !== undefined && backups.length === 0 ? (
          <Banner tone="warn" title={`${text.none}.`} boxed>
            {text.noneHint}
          </Banner>
        ) : null}
        {backups.length === 0 ? null : (
          <>
            <Choice
              label={text.which}
              value={name}
              options={backups.map((backup) => ({
                value: backup.name,
                text: text.option(formatInstant(backup.madeAt), backup.agencyName),
              }))}
              onChange={setName}
            />
            <TextBox
              label={text.code}
              value={typed}
              onChange={setTyped}
              maxLength={200}
              look="mono"
              error={asked && typed.trim() === '' ? text.codeMissing : undefined}
            />
            <Banner tone="info" title={text.oldPc} boxed />
          </>
        )}
        {running === undefined ? null : (
          <CopyProgress progress={running} onStop={() => void call('restore.cancel', {})} />
        )}
        <FailureBanner error={begin.error} boxed />
        <div className={styles['actions']}>
          <Button kind="quiet" isBusy={begin.busy} onPress={onBack}>
            {TEXT.back}
          </Button>
          <span className={styles['push']} />
          <Button
            kind="primary"
            type="submit"
            icon={HardDriveUpload}
            isBusy={begin.busy}
            isDisabled={backups.length === 0}
          >
            {text.begin}
          </Button>
        </div>
      </form>
    </main>
  )
}
