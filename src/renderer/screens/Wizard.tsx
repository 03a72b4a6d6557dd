import { RefreshCw } from 'lucide-react'
import { useState } from 'react'

import type { OfficeStatus, TokenSettings } from '../../shared/ipc/contract.ts'
import { AgencyForm, agencyDraftOf, agencyProblems } from '../components/AgencyForm.tsx'
import { Banner, FailureBanner } from '../components/Banner.tsx'
import { Button } from '../components/Button.tsx'
import { TextBox } from '../components/Field.tsx'
import { HubForm, hubDraftOf, newHubOf, hubProblems } from '../components/HubForm.tsx'
import { EnterPractice } from '../components/Practice.tsx'
import { StepChecks } from '../components/StepChecks.tsx'
import { CertificateChoices, DriverChoice } from '../components/TokenForm.tsx'
import { call } from '../lib/call.ts'
import { agencyChecks, recoveryChecks, tokenChecks } from '../lib/step-checks.ts'
import { useAction } from '../lib/useAction.ts'
import { useLive } from '../lib/useLive.ts'
import { TEXT } from '../text.vi.ts'
import { RestoreOffice } from './RestoreOffice.tsx'
import styles from './Wizard.module.css'
import { RecoveryCode, WizardPage, type WizardStep } from './WizardPage.tsx'

/** The first run: five steps, each says what it checked; what is typed survives going back. */
export function Wizard({ office, onOpened }: { office: OfficeStatus; onOpened: () => void }) {
  const [step, setStep] = useState<WizardStep>('agency')
  const [restoring, setRestoring] = useState(false)
  const [agency, setAgency] = useState(agencyDraftOf(undefined, ''))
  const [hub, setHub] = useState(hubDraftOf(undefined))
  const [hubUsed, setHubUsed] = useState(false)
  const [token, setToken] = useState<TokenSettings>()
  const [tokenUsed, setTokenUsed] = useState(false)
  const [asked, setAsked] = useState<readonly WizardStep[]>([])
  const [code, setCode] = useState<string>()
  const [written, setWritten] = useState(false)
  const [typed, setTyped] = useState('')

  const newCode = useAction(async () => {
    const made = await call('office.newRecoveryCode', {})
    setCode(made.recoveryCode)
  })
  const create = useAction(() => {
    const { clerkName, ...fields } = agency
    return call('office.create', {
      agency: fields,
      clerkName,
      ...(hubUsed ? { hub: newHubOf(hub) } : {}),
      ...(tokenUsed && token !== undefined ? { token } : {}),
      recoveryCode: typed,
    })
  })

  const ask = (which: WizardStep) => {
    setAsked([...asked, which])
  }
  const toRecovery = (useToken: boolean) => {
    setTokenUsed(useToken)
    setStep('recovery')
    if (code === undefined) void newCode.run()
  }

  if (restoring) {
    return (
      <RestoreOffice
        damaged={false}
        onOpened={onOpened}
        onBack={() => {
          setRestoring(false)
        }}
      />
    )
  }
  if (step === 'agency') {
    return (
      <WizardPage
        step={step}
        title={TEXT.wizard.agencyTitle}
        intro={TEXT.wizard.agencyIntro}
        onSubmit={() => {
          ask(step)
          if (Object.keys(agencyProblems(agency)).length === 0) setStep('hub')
        }}
        next={{ text: TEXT.next }}
        aside={
          <>
            <Button
              kind="quiet"
              onPress={() => {
                setRestoring(true)
              }}
            >
              {TEXT.restore.offer}
            </Button>
            <EnterPractice kind="quiet" />
          </>
        }
      >
        <AgencyForm draft={agency} onChange={setAgency} asked={asked.includes(step)} autoFocus />
        <StepChecks checks={agencyChecks(agency)} />
      </WizardPage>
    )
  }
  if (step === 'hub') {
    return (
      <WizardPage
        step={step}
        title={TEXT.wizard.hubTitle}
        intro={TEXT.wizard.hubIntro}
        onSubmit={() => {
          ask(step)
          if (Object.keys(hubProblems(hub)).length > 0) return
          setHubUsed(true)
          setStep('token')
        }}
        onBack={() => {
          setStep('agency')
        }}
        onLater={() => {
          setHubUsed(false)
          setStep('token')
        }}
        next={{ text: TEXT.next }}
      >
        <HubForm
          draft={hub}
          onChange={setHub}
          asked={asked.includes(step)}
          onAsked={() => {
            ask(step)
          }}
          autoFocus
        />
      </WizardPage>
    )
  }
  if (step === 'token') {
    return (
      <WizardPage
        step={step}
        title={TEXT.wizard.tokenTitle}
        intro={TEXT.wizard.tokenIntro}
        onSubmit={() => {
          if (token !== undefined) setStep('certificate')
        }}
        onBack={() => {
          setStep('hub')
        }}
        onLater={() => {
          toRecovery(false)
        }}
        next={{ text: TEXT.next, isDisabled: token === undefined }}
      >
        <DriverChoice value={token} onChange={setToken} />
        <TokensSeen modulePath={token?.modulePath} />
      </WizardPage>
    )
  }
  if (step === 'certificate' && token !== undefined) {
    return (
      <WizardPage
        step={step}
        title={TEXT.wizard.certificateTitle}
        intro={TEXT.wizard.certificateIntro}
        onSubmit={() => {
          toRecovery(true)
        }}
        onBack={() => {
          setStep('token')
        }}
        onLater={() => {
          setToken({ modulePath: token.modulePath })
          toRecovery(true)
        }}
        next={{
          text: TEXT.next,
          isDisabled: token.person === undefined && token.agency === undefined,
        }}
      >
        <CertificateChoices value={token} onChange={setToken} agencyName={agency.name} />
      </WizardPage>
    )
  }
  if (!written) {
    return (
      <WizardPage
        key="show"
        step="recovery"
        title={TEXT.wizard.recoveryTitle}
        intro={TEXT.wizard.recoveryIntro}
        onSubmit={() => {
          if (code !== undefined) setWritten(true)
        }}
        onBack={() => {
          setStep(tokenUsed ? 'certificate' : 'token')
        }}
        next={{ text: TEXT.wizard.recoveryWritten, isDisabled: code === undefined }}
      >
        <FailureBanner
          error={newCode.error}
          boxed
          action={
            <Button
              small
              onPress={() => {
                void newCode.run()
              }}
            >
              {TEXT.retry}
            </Button>
          }
        />
        {code === undefined ? null : <RecoveryCode code={code} />}
        <Banner tone="info" title={TEXT.wizard.recoveryAdvice} boxed>
          {TEXT.wizard.recoveryAdviceRest}
        </Banner>
        {office.keyStore === 'none' ? (
          <Banner tone="warn" title={TEXT.wizard.recoveryNoKeyStore} boxed>
            {TEXT.wizard.recoveryNoKeyStoreRest}
          </Banner>
        ) : null}
      </WizardPage>
    )
  }
  return (
    <WizardPage
      key="confirm"
      step="recovery"
      title={TEXT.wizard.confirmTitle}
      intro={TEXT.wizard.confirmIntro}
      onSubmit={() => {
        ask('recovery')
        if (typed.trim() !== '') void create.run().then(onOpened)
      }}
      onBack={() => {
        setWritten(false)
      }}
      next={{ text: create.busy ? TEXT.wizard.creating : TEXT.wizard.create, isBusy: create.busy }}
    >
      <TextBox
        label={TEXT.wizard.confirmField}
        value={typed}
        onChange={setTyped}
        maxLength={200}
        look="mono"
        autoFocus
        error={asked.includes('recovery') && typed.trim() === '' ? TEXT.wizard.confirmMissing : undefined}
      />
      <StepChecks checks={recoveryChecks(code ?? '', typed)} />
      <FailureBanner error={create.error} boxed />
    </WizardPage>
  )
}

/** Loads the chosen driver and says which tokens it shows. */
function TokensSeen({ modulePath }: { modulePath: string | undefined }) {
  const drivers = useLive('token.drivers', {}, 'token')
  const seen = useLive('token.list', modulePath === undefined ? undefined : { modulePath }, 'token')
  const found = drivers.status === 'ready' ? drivers.value : []
  return (
    <>
      <div className={styles['row']}>
        <Button icon={RefreshCw} isDisabled={modulePath === undefined} onPress={seen.refresh}>
          {TEXT.tokenForm.refresh}
        </Button>
      </div>
      <StepChecks checks={tokenChecks(found, modulePath === undefined ? { status: 'none' } : seen)} />
    </>
  )
}
