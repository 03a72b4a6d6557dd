import {
  Circle,
  CircleAlert,
  CircleCheck,
  CircleDashed,
  Download,
  Info,
  LoaderCircle,
  Square,
  Stethoscope,
  TriangleAlert,
  type LucideIcon,
} from 'lucide-react'
import { useEffect, useEffectEvent, useState } from 'react'

import type { CheckedStep } from '../../shared/connection-check.ts'
import {
  certificateLines,
  isWayOpen,
  STEP_STATE,
  STEP_TITLE,
  stepLines,
} from '../../shared/connection-check.vi.ts'
import type { ServerCertificate } from '../../shared/connection.ts'
import type { Request } from '../../shared/ipc/contract.ts'
import { announce } from '../lib/announce.ts'
import { call } from '../lib/call.ts'
import { useAction } from '../lib/useAction.ts'
import { useLive } from '../lib/useLive.ts'
import { TEXT } from '../text.vi.ts'
import { Banner, FailureBanner } from './Banner.tsx'
import { Button } from './Button.tsx'
import { Chip, type Tone } from './Chip.tsx'
import styles from './ConnectionCheck.module.css'
import { Confirm } from './Dialog.tsx'
import form from './Form.module.css'

const LOOK: Readonly<Record<CheckedStep['state'], { readonly tone: Tone; readonly icon: LucideIcon }>> = {
  waiting: { tone: 'plain', icon: Circle },
  running: { tone: 'info', icon: LoaderCircle },
  good: { tone: 'ok', icon: CircleCheck },
  warning: { tone: 'warn', icon: TriangleAlert },
  failed: { tone: 'bad', icon: CircleAlert },
  passed: { tone: 'plain', icon: Info },
  skipped: { tone: 'plain', icon: CircleDashed },
}

type Hub = Request<'connection.startCheck'>

/**
 * Walks the way to the hub step by step and shows how far it got, as long as what was asked about is still
 * what stands in `hub`. Where the server's certificate is what stops it, `onTrust` may take the certificate.
 */
export function ConnectionCheck({
  hub,
  begins = false,
  mayStart,
  onTrust,
}: {
  hub: Hub
  /** Starts by itself when it appears. */
  begins?: boolean
  /** Asked at a press: shows what is missing before anything is tried. */
  mayStart?: () => boolean
  onTrust?: (certificate: ServerCertificate) => void
}) {
  const asked = keyOf(hub)
  const [startedFor, setStartedFor] = useState<string>()
  const live = useLive('connection.check', {}, 'connection')
  const check = startedFor === asked && live.status === 'ready' ? live.value.check : undefined
  const running = check?.running === true
  const start = useAction(async (which: Hub) => {
    await call('connection.startCheck', which)
    setStartedFor(keyOf(which))
  })
  const save = useAction(async () => {
    const { path } = await call('connection.exportCheck', {})
    if (path !== undefined) announce(TEXT.check.exported(path))
  })
  const begin = useEffectEvent(() => {
    if (begins) void start.run(hub)
  })
  useEffect(() => {
    begin()
  }, [])
  return (
    <div className={form['stack']}>
      <div className={form['row']}>
        {running ? (
          <Button icon={Square} onPress={() => void call('connection.cancelCheck', {})}>
            {TEXT.check.stop}
          </Button>
        ) : (
          <Button
            icon={Stethoscope}
            isBusy={start.busy}
            onPress={() => {
              if (mayStart?.() !== false) void start.run(hub)
            }}
          >
            {TEXT.check.start}
          </Button>
        )}
        {check === undefined || running ? null : (
          <Button icon={Download} isBusy={save.busy} onPress={() => void save.run()}>
            {TEXT.check.export}
          </Button>
        )}
      </div>
      <FailureBanner error={start.error ?? save.error} boxed />
      <div role="status">
        {check === undefined || running ? null : isWayOpen(check) ? (
          <Banner tone="ok" title={TEXT.check.good} boxed />
        ) : null}
      </div>
      {check === undefined ? null : (
        <ol className={styles['steps']} aria-label={TEXT.check.steps} aria-busy={running}>
          {check.steps.map((step) => (
            <Step
              key={step.step}
              step={step}
              onTrust={
                onTrust === undefined || hub.kind === 'filedrop'
                  ? undefined
                  : (certificate) => {
                      onTrust(certificate)
                      void start.run({ ...hub, pinnedSha256: certificate.sha256 })
                    }
              }
            />
          ))}
        </ol>
      )}
    </div>
  )
}

/** Tells what was asked about from what is typed now, whatever the order of its fields. */
function keyOf(hub: Hub): string {
  return JSON.stringify(Object.entries(hub).sort(([one], [other]) => one.localeCompare(other)))
}

/** Failures that a person can end by comparing the certificate: not an opened line, which hides the server's own. */
const COMPARABLE: readonly (string | undefined)[] = [
  'hub/certificate-untrusted',
  'hub/certificate-changed',
  'hub/certificate-expired',
]

function Step({
  step,
  onTrust,
}: {
  step: CheckedStep
  onTrust: ((certificate: ServerCertificate) => void) | undefined
}) {
  const [comparing, setComparing] = useState(false)
  const { tone, icon } = LOOK[step.state]
  const { certificate } = step
  return (
    <li className={styles['step']}>
      <div className={styles['head']}>
        <span>{STEP_TITLE[step.step]}</span>
        <Chip tone={tone} icon={icon}>
          {STEP_STATE[step.state]}
        </Chip>
      </div>
      {stepLines(step).map((line, index) => (
        <div key={`${String(index)} ${line}`} className={styles['line']}>
          {line}
        </div>
      ))}
      {certificate === undefined || onTrust === undefined || !COMPARABLE.includes(step.error) ? null : (
        <>
          <div>
            <Button
              small
              onPress={() => {
                setComparing(true)
              }}
            >
              {TEXT.check.trust}
            </Button>
          </div>
          <Confirm
            isOpen={comparing}
            title={TEXT.check.trustAsk}
            hint={TEXT.check.trustHint(certificateLines(certificate).join('. '))}
            safe={TEXT.check.trustNo}
            act={TEXT.check.trustYes}
            onClose={() => {
              setComparing(false)
            }}
            onConfirm={() => {
              setComparing(false)
              onTrust(certificate)
            }}
          />
        </>
      )}
    </li>
  )
}
