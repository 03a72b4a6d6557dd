import { Check, Copy, Printer } from 'lucide-react'
import { useState, type ReactNode } from 'react'

import type { OfficeStatus, TokenSettings } from '../../shared/ipc/contract.ts'
import { AgencyForm, agencyDraftOf, agencyProblems } from '../components/AgencyForm.tsx'
import { Banner, FailureBanner } from '../components/Banner.tsx'
import { Button } from '../components/Button.tsx'
import { TextBox } from '../components/Field.tsx'
import { HubForm, hubDraftOf, hubOf, hubProblems } from '../components/HubForm.tsx'
import { Logo } from '../components/Logo.tsx'
import { EnterPractice } from '../components/Practice.tsx'
import { TokenForm } from '../components/TokenForm.tsx'
import { announce } from '../lib/announce.ts'
import { call } from '../lib/call.ts'
import { useAction } from '../lib/useAction.ts'
import { TEXT } from '../text.vi.ts'
import { RestoreOffice } from './RestoreOffice.tsx'
import styles from './Wizard.module.css'

const STEPS = [TEXT.wizard.agency, TEXT.wizard.hub, TEXT.wizard.token, TEXT.wizard.recovery]

/** The first run: four steps, each checked before the next; what is typed survives going back. */
export function Wizard({ office, onOpened }: { office: OfficeStatus; onOpened: () => void }) {
  const [step, setStep] = useState(0)
  const [restoring, setRestoring] = useState(false)
  const [agency, setAgency] = useState(agencyDraftOf(undefined, ''))
  const [hub, setHub] = useState(hubDraftOf(undefined))
  const [hubUsed, setHubUsed] = useState(false)
  const [token, setToken] = useState<TokenSettings>()
  const [tokenUsed, setTokenUsed] = useState(false)
  const [asked, setAsked] = useState<readonly number[]>([])
  const [code, setCode] = useState<string>()
  const [written, setWritten] = useState(false)
  const [typed, setTyped] = useState('')

  const newCode = useAction(async () => {
    const made = await call('office.newRecoveryCode', {})
    setCode(made.recoveryCode)
  })
  const create = useAction(() =>
    call('office.create', {
      agency: {
        organId: agency.organId,
        name: agency.name,
        parentName: agency.parentName,
        address: agency.address,
        email: agency.email,
        telephone: agency.telephone,
      },
      clerkName: agency.clerkName,
      ...(hubUsed ? { hub: { ...hubOf(hub), secret: hub.secret } } : {}),
      ...(tokenUsed && token !== undefined ? { token } : {}),
      recoveryCode: typed,
    }),
  )

  const ask = (which: number) => {
    setAsked([...asked, which])
  }
  const onward = (to: number) => {
    setStep(to)
    if (to === 3 && code === undefined) void newCode.run()
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
  if (step === 0) {
    return (
      <Page
        step={0}
        title={TEXT.wizard.agencyTitle}
        intro={TEXT.wizard.agencyIntro}
        onSubmit={() => {
          ask(0)
          if (Object.keys(agencyProblems(agency)).length === 0) onward(1)
        }}
        actions={
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
            <span className={styles['push']} />
            <Button kind="primary" type="submit">
              {TEXT.next}
            </Button>
          </>
        }
      >
        <AgencyForm draft={agency} onChange={setAgency} asked={asked.includes(0)} autoFocus />
      </Page>
    )
  }
  if (step === 1) {
    return (
      <Page
        step={1}
        title={TEXT.wizard.hubTitle}
        intro={TEXT.wizard.hubIntro}
        onSubmit={() => {
          ask(1)
          if (Object.keys(hubProblems(hub)).length > 0) return
          setHubUsed(true)
          onward(2)
        }}
        actions={
          <>
            <BackButton
              onPress={() => {
                setStep(0)
              }}
            />
            <span className={styles['push']} />
            <Button
              onPress={() => {
                setHubUsed(false)
                onward(2)
              }}
            >
              {TEXT.later}
            </Button>
            <Button kind="primary" type="submit">
              {TEXT.next}
            </Button>
          </>
        }
      >
        <HubForm
          draft={hub}
          onChange={setHub}
          asked={asked.includes(1)}
          onAsked={() => {
            ask(1)
          }}
          autoFocus
        />
      </Page>
    )
  }
  if (step === 2) {
    return (
      <Page
        step={2}
        title={TEXT.wizard.tokenTitle}
        intro={TEXT.wizard.tokenIntro}
        onSubmit={() => {
          if (token === undefined) return
          setTokenUsed(true)
          onward(3)
        }}
        actions={
          <>
            <BackButton
              onPress={() => {
                setStep(1)
              }}
            />
            <span className={styles['push']} />
            <Button
              onPress={() => {
                setTokenUsed(false)
                onward(3)
              }}
            >
              {TEXT.later}
            </Button>
            <Button kind="primary" type="submit" isDisabled={token === undefined}>
              {TEXT.next}
            </Button>
          </>
        }
      >
        <TokenForm value={token} onChange={setToken} />
      </Page>
    )
  }
  if (!written) {
    return (
      <Page
        key="show"
        step={3}
        title={TEXT.wizard.recoveryTitle}
        intro={TEXT.wizard.recoveryIntro}
        onSubmit={() => {
          if (code !== undefined) setWritten(true)
        }}
        actions={
          <>
            <BackButton
              onPress={() => {
                setStep(2)
              }}
            />
            <span className={styles['push']} />
            <Button kind="primary" type="submit" isDisabled={code === undefined}>
              {TEXT.wizard.recoveryWritten}
            </Button>
          </>
        }
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
      </Page>
    )
  }
  return (
    <Page
      key="confirm"
      step={3}
      title={TEXT.wizard.confirmTitle}
      intro={TEXT.wizard.confirmIntro}
      onSubmit={() => {
        ask(3)
        if (typed.trim() !== '') void create.run().then(onOpened)
      }}
      actions={
        <>
          <BackButton
            onPress={() => {
              setWritten(false)
            }}
          />
          <span className={styles['push']} />
          <Button kind="primary" type="submit" isBusy={create.busy}>
            {create.busy ? TEXT.wizard.creating : TEXT.wizard.create}
          </Button>
        </>
      }
    >
      <TextBox
        label={TEXT.wizard.confirmField}
        value={typed}
        onChange={setTyped}
        maxLength={200}
        look="mono"
        autoFocus
        error={asked.includes(3) && typed.trim() === '' ? TEXT.wizard.confirmMissing : undefined}
      />
      <FailureBanner error={create.error} boxed />
    </Page>
  )
}

function BackButton({ onPress }: { onPress: () => void }) {
  return (
    <Button kind="quiet" onPress={onPress}>
      {TEXT.back}
    </Button>
  )
}

function Page({
  step,
  title,
  intro,
  onSubmit,
  actions,
  children,
}: {
  step: number
  title: string
  intro: string
  onSubmit: () => void
  actions: ReactNode
  children: ReactNode
}) {
  return (
    <div className={styles['window']}>
      <aside className={styles['side']} aria-label={TEXT.wizard.title}>
        <div className={styles['brand']}>
          <Logo className={styles['logo']} />
          {TEXT.appName}
        </div>
        <ol className={styles['steps']} aria-label={TEXT.wizard.steps}>
          {STEPS.map((name, index) => (
            <li
              key={name}
              aria-current={index === step ? 'step' : undefined}
              {...(index < step ? { 'data-done': '' } : {})}
            >
              <span className={styles['mark']}>
                {index < step ? <Check size={14} aria-label={TEXT.wizard.chosen} /> : index + 1}
              </span>
              {name}
            </li>
          ))}
        </ol>
      </aside>
      <main className={styles['work']}>
        <form
          className={styles['page']}
          noValidate
          onSubmit={(event) => {
            event.preventDefault()
            onSubmit()
          }}
        >
          <div>
            <div className={styles['progress']}>{TEXT.wizard.step(step + 1, STEPS.length)}</div>
            <h1>{title}</h1>
            <p className={styles['intro']}>{intro}</p>
          </div>
          {children}
          <div className={styles['actions']}>{actions}</div>
        </form>
      </main>
    </div>
  )
}

/** The code in its groups, big enough to copy by hand. */
function RecoveryCode({ code }: { code: string }) {
  const groups = code.split(/[\s-]+/)
  return (
    <>
      <div className={styles['code']} role="group" aria-label={TEXT.wizard.recoveryCode}>
        {groups.map((group, index) => (
          <span key={`${String(index)} ${group}`}>{group}</span>
        ))}
      </div>
      <div className={styles['row']}>
        <Button
          icon={Printer}
          onPress={() => {
            window.print()
          }}
        >
          {TEXT.wizard.recoveryPrint}
        </Button>
        <Button
          icon={Copy}
          onPress={() => {
            void navigator.clipboard.writeText(code).then(() => {
              announce(TEXT.copied)
            })
          }}
        >
          {TEXT.wizard.recoveryCopy}
        </Button>
      </div>
    </>
  )
}
