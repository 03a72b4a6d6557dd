import { FolderOpen, KeyRound, RefreshCw } from 'lucide-react'
import { useState } from 'react'

import { isPracticeFile } from '../../shared/practice-file.ts'
import type {
  CertificateChoice,
  CertificateSummary,
  DriverSummary,
  TokenSettings,
  TokenSummary,
} from '../../shared/ipc/contract.ts'
import { certificateProblem } from '../../shared/token-diagnosis.vi.ts'
import { call } from '../lib/call.ts'
import { formatDay, isoDayOf } from '../lib/format.ts'
import { useAction } from '../lib/useAction.ts'
import { certificateChecks } from '../lib/step-checks.ts'
import { useLive } from '../lib/useLive.ts'
import { useNow } from '../lib/useNow.ts'
import { TEXT } from '../text.vi.ts'
import { Failed, FailureBanner, Skeleton } from './Banner.tsx'
import { Button } from './Button.tsx'
import { Chip } from './Chip.tsx'
import { FieldNote, PinBox, RadioCards } from './Field.tsx'
import { StepChecks } from './StepChecks.tsx'
import styles from './Form.module.css'

interface TokenChoice {
  value: TokenSettings | undefined
  onChange: (value: TokenSettings) => void
}

/** Which driver, and which certificate plays which role. Never asks for a PIN. */
export function TokenForm({ value, onChange }: TokenChoice) {
  return (
    <div className={styles['stack']}>
      <DriverChoice value={value} onChange={onChange} />
      {value === undefined ? null : <CertificateChoices value={value} onChange={onChange} />}
    </div>
  )
}

/** Which driver, of those on this machine or by its file. */
export function DriverChoice({ value, onChange }: TokenChoice) {
  const drivers = useLive('token.drivers', {}, 'token')
  const browse = useAction(async () => {
    const { path } = await call('token.browse', {})
    if (path !== undefined) onChange({ modulePath: path })
  })
  if (drivers.status === 'loading') return <Skeleton blocks={1} />
  if (drivers.status === 'failed') return <Failed error={drivers.error} onRetry={drivers.refresh} />
  const chosen = value?.modulePath
  const known = drivers.value.some(({ path }) => path === chosen)
  const listed: DriverSummary[] =
    chosen === undefined || known
      ? drivers.value
      : [...drivers.value, { path: chosen, name: fileNameOf(chosen), usable: true }]
  return (
    <div className={styles['stack']}>
      {listed.length === 0 ? (
        <p className={styles['quiet']}>{TEXT.tokenForm.noDrivers}</p>
      ) : (
        <RadioCards
          label={TEXT.tokenForm.driver}
          value={chosen ?? ''}
          options={listed.map((driver) => ({
            value: driver.path,
            name: driver.name,
            isDisabled: !driver.usable,
            rest:
              driver.problem === undefined ? (
                driver.path
              ) : (
                <FieldNote kind="warning" text={TEXT.tokenForm.driverProblem[driver.problem]} />
              ),
          }))}
          onChange={(modulePath) => {
            onChange({ modulePath })
          }}
        />
      )}
      <div className={styles['row']}>
        <Button
          icon={FolderOpen}
          isBusy={browse.busy}
          onPress={() => {
            void browse.run()
          }}
        >
          {TEXT.tokenForm.browse}
        </Button>
      </div>
      <FailureBanner error={browse.error} boxed />
    </div>
  )
}

/**
 * Which certificate of the chosen module plays which role.
 *
 * @param agencyName where it is given, what is chosen is checked against it and what was found is shown
 */
export function CertificateChoices({ value, onChange, agencyName }: RolesChoice) {
  const Certificates = isPracticeFile(value.modulePath) ? FileCertificates : ModuleCertificates
  return (
    <div className={styles['stack']}>
      <Certificates key={value.modulePath} value={value} onChange={onChange} agencyName={agencyName} />
    </div>
  )
}

interface RolesChoice {
  value: TokenSettings
  onChange: (value: TokenSettings) => void
  agencyName?: string | undefined
}

function fileNameOf(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path
}

/**
 * Software certificates in a file, for practice. Where the file keeps them in clear they are listed at once;
 * else its password opens them, which is not kept.
 */
function FileCertificates({ value, onChange, agencyName }: RolesChoice) {
  const inClear = useLive('token.list', { modulePath: value.modulePath })
  const [password, setPassword] = useState('')
  const [opened, setOpened] = useState<readonly TokenSummary[]>()
  const open = useAction(async (secret: string) => {
    setOpened(await call('token.list', { modulePath: value.modulePath, password: secret }))
  })
  if (inClear.status === 'loading') return <Skeleton blocks={1} />
  if (inClear.status === 'failed') return <Failed error={inClear.error} onRetry={inClear.refresh} />
  const tokens = opened ?? (hasCertificates(inClear.value) ? inClear.value : undefined)
  return (
    <>
      <FieldNote kind="warning" text={TEXT.tokenForm.fileHint} />
      {tokens !== undefined ? (
        <Roles value={value} tokens={tokens} onChange={onChange} agencyName={agencyName} />
      ) : (
        <>
          <PinBox label={TEXT.tokenForm.filePassword} value={password} onChange={setPassword} />
          <div className={styles['row']}>
            <Button
              icon={KeyRound}
              isBusy={open.busy}
              isDisabled={password === ''}
              onPress={() => {
                const secret = password
                setPassword('')
                void open.run(secret)
              }}
            >
              {TEXT.tokenForm.fileOpen}
            </Button>
          </div>
        </>
      )}
      <FailureBanner error={open.error} boxed />
    </>
  )
}

function hasCertificates(tokens: readonly TokenSummary[]): boolean {
  return tokens.some(({ certificates }) => certificates.length > 0)
}

function ModuleCertificates({ value, onChange, agencyName }: RolesChoice) {
  const tokens = useLive('token.list', { modulePath: value.modulePath }, 'token')
  const refresh = (
    <div className={styles['row']}>
      <Button icon={RefreshCw} onPress={tokens.refresh}>
        {TEXT.tokenForm.refresh}
      </Button>
    </div>
  )
  if (tokens.status === 'loading') {
    return (
      <>
        <p className={styles['quiet']}>{TEXT.tokenForm.reading}</p>
        <Skeleton blocks={1} />
      </>
    )
  }
  if (tokens.status === 'failed') return <Failed error={tokens.error} onRetry={tokens.refresh} />
  if (tokens.value.length === 0) {
    return (
      <>
        <FieldNote kind="warning" text={TEXT.tokenForm.noToken} />
        {refresh}
      </>
    )
  }
  return (
    <>
      <Roles value={value} tokens={tokens.value} onChange={onChange} agencyName={agencyName} />
      {refresh}
    </>
  )
}

function Roles({ value, tokens, onChange, agencyName }: RolesChoice & { tokens: readonly TokenSummary[] }) {
  const now = useNow(60_000)
  const choose = (role: 'person' | 'agency', choice: CertificateChoice | undefined) => {
    const rest = role === 'person' ? { agency: value.agency } : { person: value.person }
    const all = { ...rest, [role]: choice }
    onChange({
      modulePath: value.modulePath,
      ...(all.person === undefined ? {} : { person: all.person }),
      ...(all.agency === undefined ? {} : { agency: all.agency }),
    })
  }
  return (
    <>
      {(['person', 'agency'] as const).map((role) => (
        <CertificateCards
          key={role}
          role={role}
          tokens={tokens}
          chosen={value[role]}
          onChange={(choice) => {
            choose(role, choice)
          }}
        />
      ))}
      {agencyName === undefined ? null : (
        <StepChecks checks={certificateChecks(tokens, value, agencyName, now)} />
      )}
    </>
  )
}

function CertificateCards({
  role,
  tokens,
  chosen,
  onChange,
}: {
  role: 'person' | 'agency'
  tokens: readonly TokenSummary[]
  chosen: CertificateChoice | undefined
  onChange: (choice: CertificateChoice | undefined) => void
}) {
  const offered = tokens.flatMap((token) =>
    token.certificates
      .filter(({ kind }) => kind === role || kind === 'unknown')
      .map((certificate) => ({ token, certificate })),
  )
  const label = role === 'person' ? TEXT.tokenForm.personChoice : TEXT.tokenForm.agencyChoice
  return (
    <RadioCards
      label={label}
      value={chosen === undefined ? '' : `${chosen.tokenSerial} ${chosen.certificateSha256}`}
      options={[
        ...offered.map(({ token, certificate }) => ({
          value: `${token.serial} ${certificate.sha256}`,
          name: certificate.name,
          isDisabled: !certificate.usable,
          rest: <CertificateWords certificate={certificate} token={token} />,
        })),
        { value: '', name: TEXT.tokenForm.none },
      ]}
      onChange={(key) => {
        const found = offered.find(
          ({ token, certificate }) => `${token.serial} ${certificate.sha256}` === key,
        )
        onChange(
          found === undefined
            ? undefined
            : { tokenSerial: found.token.serial, certificateSha256: found.certificate.sha256 },
        )
      }}
    />
  )
}

function CertificateWords({ certificate, token }: { certificate: CertificateSummary; token: TokenSummary }) {
  const words = [
    certificate.title,
    certificate.organization === certificate.name ? undefined : certificate.organization,
    TEXT.tokenForm.issuer(certificate.issuer),
    TEXT.sign.validTo(formatDay(isoDayOf(certificate.notAfter))),
    TEXT.tokenForm.onToken(token.label),
  ]
  return (
    <span className={styles['inline']}>
      {words.filter((word) => word !== undefined && word !== '').join(' · ')}
      {token.software ? <Chip tone="warn">{TEXT.tokenForm.practice}</Chip> : null}
      {certificate.problem === undefined ? null : (
        <FieldNote kind="error" text={certificateProblem(certificate.problem)} />
      )}
    </span>
  )
}
