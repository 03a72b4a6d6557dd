import { Download, RefreshCw, RotateCcw, Stethoscope } from 'lucide-react'
import { useState, type ReactNode } from 'react'

import { fingerprintGroups } from '../../shared/connection-check.vi.ts'
import { numberPlacement } from '../../shared/document/number-placement.ts'
import { recallRoute } from '../../shared/document/request.ts'
import type {
  OfficeStatus,
  Request,
  Settings,
  TokenSettings,
  TrustedRoot,
} from '../../shared/ipc/contract.ts'
import { diagnosisParts, type DiagnosisPart } from '../../shared/token-diagnosis.vi.ts'
import { AgencyForm, agencyDraftOf, agencyProblems } from '../components/AgencyForm.tsx'
import { BackupForm } from '../components/BackupForm.tsx'
import { Failed, FailureBanner, Skeleton } from '../components/Banner.tsx'
import { Button } from '../components/Button.tsx'
import { ConnectionForm } from '../components/ConnectionForm.tsx'
import { DesktopForm } from '../components/DesktopForm.tsx'
import { EncryptionForm } from '../components/EncryptionForm.tsx'
import { Confirm, ShortcutTable } from '../components/Dialog.tsx'
import { RadioCards } from '../components/Field.tsx'
import { FilePicker } from '../components/FilePicker.tsx'
import { HubForm, hubDraftOf, hubOf, hubProblems } from '../components/HubForm.tsx'
import { NumberGaps, NumberingForm } from '../components/Numbering.tsx'
import { EnterPractice } from '../components/Practice.tsx'
import { PeopleSettings } from '../components/PeopleSettings.tsx'
import { PictureSettings } from '../components/PictureSettings.tsx'
import { QueueForm } from '../components/QueueForm.tsx'
import { SignaturePolicyForm } from '../components/SignaturePolicyForm.tsx'
import { TokenForm } from '../components/TokenForm.tsx'
import { WorkCalendarForm } from '../components/WorkCalendarForm.tsx'
import { Progress } from '../components/Progress.tsx'
import { announce } from '../lib/announce.ts'
import { call } from '../lib/call.ts'
import { formatDay, formatSize, isoDayOf } from '../lib/format.ts'
import { useAction, type Action } from '../lib/useAction.ts'
import { useLive } from '../lib/useLive.ts'
import { TEXT } from '../text.vi.ts'
import styles from './SettingsScreen.module.css'

const SECTIONS = [
  'agency',
  'people',
  'hub',
  'connection',
  'numbering',
  'calendar',
  'placement',
  'recall',
  'token',
  'pictures',
  'diagnosis',
  'queue',
  'inTray',
  'levels',
  'encryption',
  'trust',
  'backup',
  'update',
  'practice',
  'shortcuts',
] as const

/** Cài đặt: every part is saved by itself, over what is stored now. */
export function SettingsScreen({ office }: { office: OfficeStatus }) {
  const settings = useLive('settings.current', {}, 'office')
  if (settings.status === 'loading') return <Skeleton />
  if (settings.status === 'failed') return <Failed error={settings.error} onRetry={settings.refresh} />
  return (
    <div className={styles['screen']}>
      <div className={styles['page']}>
        <nav className={styles['toc']} aria-label={TEXT.settings.sections} data-pane>
          <h1>{TEXT.settings.title}</h1>
          {SECTIONS.map((name) => (
            <button
              key={name}
              type="button"
              onClick={() => {
                document.getElementById(`settings-${name}`)?.scrollIntoView({ block: 'start' })
                document.getElementById(`settings-${name}`)?.focus()
              }}
            >
              {TEXT.settings[name]}
            </button>
          ))}
        </nav>
        <div className={styles['sections']} data-pane>
          <AgencySection settings={settings.value} />
          <Section name="people">
            <PeopleSettings />
          </Section>
          <HubSection settings={settings.value} />
          <Section name="connection">
            <ConnectionForm />
          </Section>
          <Section name="numbering">
            <NumberingForm />
            <NumberGaps />
          </Section>
          <Section name="calendar">
            <WorkCalendarForm />
          </Section>
          <PlacementSection settings={settings.value} />
          <RecallSection settings={settings.value} />
          <TokenSection settings={settings.value} />
          <Section name="pictures">
            <PictureSettings token={settings.value.token} />
          </Section>
          <DiagnosisSection />
          <Section name="queue">
            <QueueForm />
          </Section>
          <Section name="inTray">
            <DesktopForm />
          </Section>
          <Section name="levels">
            <SignaturePolicyForm />
          </Section>
          <Section name="encryption">
            <EncryptionForm />
          </Section>
          <TrustSection />
          <Section name="backup">
            <BackupForm />
          </Section>
          <UpdateSection />
          <PracticeSection office={office} />
          <Section name="shortcuts">
            <ShortcutTable />
          </Section>
        </div>
      </div>
    </div>
  )
}

function Section({ name, children }: { name: (typeof SECTIONS)[number]; children: ReactNode }) {
  return (
    <section
      id={`settings-${name}`}
      className={styles['section']}
      aria-label={TEXT.settings[name]}
      tabIndex={-1}
    >
      <h2>{TEXT.settings[name]}</h2>
      {children}
    </section>
  )
}

/** Saves a change over what is stored, so that one part does not undo another. */
function useSave(): Action<[Partial<Request<'settings.save'>>], Settings> {
  return useAction(async (patch: Partial<Request<'settings.save'>>) => {
    const { agency, clerkName, hub, token } = await call('settings.current', {})
    const saved = await call('settings.save', {
      agency,
      clerkName,
      ...(hub === undefined ? {} : { hub }),
      ...(token === undefined ? {} : { token }),
      ...patch,
    })
    announce(TEXT.saved)
    return saved
  })
}

/** To practice and back. In practice the band above says the same. */
function PracticeSection({ office: { exercise } }: { office: OfficeStatus }) {
  return (
    <Section name="practice">
      <p>{exercise === undefined ? TEXT.exercise.intro : TEXT.exercise.here(exercise.correspondent)}</p>
      {exercise === undefined ? <EnterPractice /> : null}
    </Section>
  )
}

function AgencySection({ settings }: { settings: Settings }) {
  const [draft, setDraft] = useState(agencyDraftOf(settings.agency, settings.clerkName))
  const [asked, setAsked] = useState(false)
  const save = useSave()
  return (
    <Section name="agency">
      <form
        className={styles['sections']}
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          setAsked(true)
          if (Object.keys(agencyProblems(draft)).length > 0) return
          const { clerkName, ...typed } = draft
          void save.run({ agency: { ...settings.agency, ...typed }, clerkName })
        }}
      >
        <AgencyForm draft={draft} onChange={setDraft} asked={asked} />
        <FailureBanner error={save.error} boxed />
        <div className={styles['row']}>
          <Button kind="primary" type="submit" isBusy={save.busy}>
            {TEXT.settings.saveAgency}
          </Button>
        </div>
      </form>
    </Section>
  )
}

function HubSection({ settings }: { settings: Settings }) {
  const [draft, setDraft] = useState(hubDraftOf(settings.hub))
  const [asked, setAsked] = useState(false)
  const save = useSave()
  return (
    <Section name="hub">
      <form
        className={styles['sections']}
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          setAsked(true)
          if (Object.keys(hubProblems(draft)).length > 0) return
          void save.run({ hub: hubOf(draft) }).then((saved) => {
            if (saved !== undefined) setDraft(hubDraftOf(saved.hub))
          })
        }}
      >
        <HubForm
          draft={draft}
          onChange={setDraft}
          asked={asked}
          onAsked={() => {
            setAsked(true)
          }}
        />
        <FailureBanner error={save.error} boxed />
        <div className={styles['row']}>
          <Button kind="primary" type="submit" isBusy={save.busy}>
            {TEXT.settings.saveHub}
          </Button>
        </div>
      </form>
    </Section>
  )
}

function TokenSection({ settings }: { settings: Settings }) {
  const [value, setValue] = useState<TokenSettings | undefined>(settings.token)
  const save = useSave()
  return (
    <Section name="token">
      <TokenForm value={value} onChange={setValue} />
      <FailureBanner error={save.error} boxed />
      <div className={styles['row']}>
        <Button
          kind="primary"
          isBusy={save.busy}
          isDisabled={value === undefined}
          onPress={() => {
            if (value !== undefined) void save.run({ token: value })
          }}
        >
          {TEXT.settings.saveToken}
        </Button>
      </div>
    </Section>
  )
}

function PlacementSection({ settings }: { settings: Settings }) {
  return (
    <ChoiceSection
      name="placement"
      intro={TEXT.settings.placementIntro}
      label={TEXT.settings.placementLabel}
      kept={settings.numberPlacement}
      options={numberPlacement.options.map((value) => ({ value, ...TEXT.settings.placements[value] }))}
      patch={(value) => ({ numberPlacement: numberPlacement.parse(value) })}
      act={TEXT.settings.savePlacement}
    />
  )
}

function RecallSection({ settings }: { settings: Settings }) {
  return (
    <ChoiceSection
      name="recall"
      intro={TEXT.settings.recallIntro}
      label={TEXT.settings.recallLabel}
      kept={settings.recallRoute}
      options={recallRoute.options.map((value) => ({ value, ...TEXT.settings.recallRoutes[value] }))}
      patch={(value) => ({ recallRoute: recallRoute.parse(value) })}
      act={TEXT.settings.saveRecall}
    />
  )
}

/** A setting that is one of a few. */
function ChoiceSection({
  name,
  intro,
  label,
  kept,
  options,
  patch,
  act,
}: {
  name: 'placement' | 'recall'
  intro: string
  label: string
  kept: string
  options: readonly { readonly value: string; readonly name: string; readonly rest: string }[]
  patch: (value: string) => Partial<Request<'settings.save'>>
  act: string
}) {
  const [chosen, setChosen] = useState(kept)
  const save = useSave()
  return (
    <Section name={name}>
      <p>{intro}</p>
      <RadioCards label={label} value={chosen} options={options} onChange={setChosen} />
      <FailureBanner error={save.error} boxed />
      <div className={styles['row']}>
        <Button
          kind="primary"
          isBusy={save.busy}
          isDisabled={chosen === kept}
          onPress={() => {
            void save.run(patch(chosen))
          }}
        >
          {act}
        </Button>
      </div>
    </Section>
  )
}

function DiagnosisSection() {
  const [parts, setParts] = useState<readonly DiagnosisPart[]>([])
  const look = useAction(async () => {
    setParts(diagnosisParts(await call('token.diagnosis', {})))
  })
  const save = useAction(async () => {
    const { path } = await call('token.exportDiagnosis', {})
    if (path !== undefined) announce(TEXT.settings.diagnosisExported(path))
  })
  return (
    <Section name="diagnosis">
      <p>{TEXT.settings.diagnosisIntro}</p>
      {parts.map(({ title, lines }, part) => (
        <div key={`${title} ${String(part)}`}>
          <h3>{title}</h3>
          <ul>
            {lines.map((line, at) => (
              <li key={`${String(at)} ${line}`} className={styles['line']}>
                {line}
              </li>
            ))}
          </ul>
        </div>
      ))}
      <FailureBanner error={look.error ?? save.error} boxed />
      <div className={styles['row']}>
        <Button
          icon={Stethoscope}
          isBusy={look.busy}
          onPress={() => {
            void look.run()
          }}
        >
          {TEXT.settings.diagnose}
        </Button>
        {parts.length === 0 ? null : (
          <Button
            icon={Download}
            isBusy={save.busy}
            onPress={() => {
              void save.run()
            }}
          >
            {TEXT.settings.diagnosisExport}
          </Button>
        )}
      </div>
    </Section>
  )
}

function TrustSection() {
  const roots = useLive('trust.list', {}, 'office')
  const [adding, setAdding] = useState<File>()
  const [removing, setRemoving] = useState<TrustedRoot>()
  const add = useAction(async (file: File) => {
    await call('trust.import', { file: new Uint8Array(await file.arrayBuffer()) })
    roots.refresh()
    announce(TEXT.settings.trustImported)
  })
  const [confirming, setConfirming] = useState<TrustedRoot>()
  const confirm = useAction(async (root: TrustedRoot) => {
    await call('trust.confirm', { sha256: root.sha256 })
    setConfirming(undefined)
    roots.refresh()
    announce(TEXT.settings.trustConfirmed)
  })
  const remove = useAction(async (root: TrustedRoot) => {
    await call('trust.remove', { sha256: root.sha256 })
    setRemoving(undefined)
    roots.refresh()
    announce(TEXT.settings.trustRemoved)
  })
  if (roots.status === 'loading') return <Skeleton blocks={1} />
  if (roots.status === 'failed') return <Failed error={roots.error} onRetry={roots.refresh} />
  const waiting = roots.value.filter(({ source }) => source === 'unconfirmed')
  return (
    <Section name="trust">
      <p>{roots.value.length === waiting.length ? TEXT.settings.trustEmpty : TEXT.settings.trustIntro}</p>
      <RootList
        roots={roots.value.filter(({ source }) => source !== 'unconfirmed')}
        actOf={(root) =>
          root.source === 'known'
            ? undefined
            : {
                label: TEXT.settings.trustRemoveLabel(root.name),
                text: TEXT.settings.trustRemoveShort,
                run: () => {
                  setRemoving(root)
                },
              }
        }
      />
      {waiting.length === 0 ? null : (
        <details className={styles['waiting']}>
          <summary>{TEXT.settings.trustWaiting(waiting.length)}</summary>
          <p>{TEXT.settings.trustWaitingHint}</p>
          <RootList
            roots={waiting}
            actOf={(root) => ({
              label: TEXT.settings.trustConfirm(root.name),
              text: TEXT.settings.trustConfirmShort,
              run: () => {
                setConfirming(root)
              },
            })}
          />
        </details>
      )}
      <FailureBanner error={add.error} boxed />
      <div className={styles['row']}>
        <FilePicker label={TEXT.settings.trustImport} accept=".cer,.crt,.pem,.der" onPick={setAdding} />
      </div>
      <Confirm
        isOpen={adding !== undefined}
        title={TEXT.settings.trustImportAsk}
        hint={TEXT.settings.trustImportHint(adding?.name ?? '')}
        safe={TEXT.settings.trustImportNo}
        act={TEXT.settings.trustImportYes}
        onClose={() => {
          setAdding(undefined)
        }}
        onConfirm={() => {
          if (adding !== undefined) void add.run(adding)
          setAdding(undefined)
        }}
      />
      <Confirm
        isOpen={confirming !== undefined}
        title={TEXT.settings.trustConfirmAsk}
        hint={TEXT.settings.trustConfirmHint(
          confirming?.name ?? '',
          fingerprintGroups(confirming?.sha256 ?? ''),
        )}
        safe={TEXT.settings.trustConfirmNo}
        act={TEXT.settings.trustConfirmYes}
        busy={confirm.busy}
        error={confirm.error}
        onClose={() => {
          setConfirming(undefined)
        }}
        onConfirm={() => {
          if (confirming !== undefined) void confirm.run(confirming)
        }}
      />
      <Confirm
        isOpen={removing !== undefined}
        title={TEXT.settings.trustRemoveAsk}
        hint={TEXT.settings.trustRemoveHint}
        safe={TEXT.settings.trustRemoveNo}
        act={TEXT.settings.trustRemove(removing?.name ?? '')}
        busy={remove.busy}
        error={remove.error}
        onClose={() => {
          setRemoving(undefined)
        }}
        onConfirm={() => {
          if (removing !== undefined) void remove.run(removing)
        }}
      />
    </Section>
  )
}

/** Authorities with what one compares: the fingerprint as the authority publishes it, dates, where it comes from. */
function RootList({
  roots,
  actOf,
}: {
  roots: readonly TrustedRoot[]
  actOf: (
    root: TrustedRoot,
  ) => { readonly label: string; readonly text: string; readonly run: () => void } | undefined
}) {
  return (
    <ul>
      {roots.map((root) => {
        const act = actOf(root)
        return (
          <li key={root.sha256} className={styles['root']}>
            <div>
              <strong>{root.name}</strong>
              <div className={styles['quiet']}>
                {root.organization === undefined ? '' : `${root.organization} · `}
                {TEXT.verdict.fromTo(
                  formatDay(isoDayOf(root.notBefore)),
                  formatDay(isoDayOf(root.notAfter)),
                )}{' '}
                · {TEXT.settings.trustSource[root.source]}
                {root.forTimeStamps ? ` · ${TEXT.settings.trustClock}` : ''}
              </div>
              <div className={styles['fingerprint']}>SHA-256 {fingerprintGroups(root.sha256)}</div>
            </div>
            {act === undefined ? null : (
              <Button small label={act.label} onPress={act.run}>
                {act.text}
              </Button>
            )}
          </li>
        )
      })}
    </ul>
  )
}

function UpdateSection() {
  const update = useLive('update.status', {}, 'update')
  const act = useAction((method: 'update.check' | 'update.download' | 'update.install') => call(method, {}))
  if (update.status === 'loading') return <Skeleton blocks={1} />
  if (update.status === 'failed') return <Failed error={update.error} onRetry={update.refresh} />
  const { currentVersion, state, version, receivedBytes, totalBytes, error } = update.value
  return (
    <Section name="update">
      <div>
        <strong>{TEXT.settings.version(currentVersion)}</strong>
        <p>
          {TEXT.settings.updateState[state]}{' '}
          {version === undefined ? '' : `${TEXT.settings.newVersion(version)}.`}
        </p>
      </div>
      {state === 'downloading' && receivedBytes !== undefined && totalBytes !== undefined ? (
        <Progress
          label={TEXT.settings.downloadProgress}
          hidesLabel
          done={receivedBytes}
          total={totalBytes}
          words={TEXT.outbox.sendingBytes(formatSize(receivedBytes), formatSize(totalBytes))}
        />
      ) : null}
      <FailureBanner
        error={act.error ?? (error === undefined ? undefined : { code: error, incident: '' })}
        boxed
      />
      <div className={styles['row']}>
        {state === 'off' || state === 'downloading' ? null : state === 'ready' ? (
          <Button
            kind="primary"
            icon={RotateCcw}
            isBusy={act.busy}
            onPress={() => {
              void act.run('update.install')
            }}
          >
            {TEXT.settings.updateInstall}
          </Button>
        ) : state === 'available' ? (
          <Button
            kind="primary"
            icon={Download}
            isBusy={act.busy}
            onPress={() => {
              void act.run('update.download')
            }}
          >
            {TEXT.settings.updateDownload}
          </Button>
        ) : (
          <Button
            icon={RefreshCw}
            isBusy={act.busy}
            isDisabled={state === 'checking'}
            onPress={() => {
              void act.run('update.check')
            }}
          >
            {TEXT.settings.updateCheck}
          </Button>
        )}
      </div>
      <p className={styles['quiet']}>{TEXT.settings.updateHint}</p>
    </Section>
  )
}
