import { Check, FileKey, Keyboard, Signature, Stamp, TriangleAlert, Usb } from 'lucide-react'
import { useState, type ReactNode } from 'react'

import type {
  CertificateChoice,
  CertificateSummary,
  Failure,
  TokenStatus,
  TokenSummary,
} from '../../shared/ipc/contract.ts'
import { certificateProblem } from '../../shared/token-diagnosis.vi.ts'
import { formatDay, isoDayOf } from '../lib/format.ts'
import { useSecondsTo } from '../lib/useNow.ts'
import { isFocusLost } from '../lib/focus.ts'
import type { Role } from '../lib/signers.ts'
import { TEXT } from '../text.vi.ts'
import { Banner, FailureBanner } from './Banner.tsx'
import { Button } from './Button.tsx'
import { Chip } from './Chip.tsx'
import { Confirm } from './Dialog.tsx'
import { Choice, FieldNote, PinBox } from './Field.tsx'
import styles from './PinForm.module.css'
import { isPracticeFile } from '../../shared/practice-file.ts'

/** What one press of the button signs with. */
export interface PinUse {
  readonly certificate: CertificateChoice
  /** Left out where the token has a keypad of its own. */
  readonly pin?: string
  /** Set where the clerk was asked and agreed to use what may be the last try. */
  readonly lastTry?: true
}

/** A certificate and the token it is on. */
interface Held {
  readonly token: TokenSummary
  readonly certificate: CertificateSummary
}

/** Beside what is to be signed: which certificate, what its token tells, the PIN, and the one press. */
export function PinForm({
  role,
  token,
  suggested,
  title,
  action,
  isBusy,
  error,
  note,
  onTry,
  onSign,
  onChoose,
  other,
  children,
}: {
  role: Role
  token: TokenStatus | undefined
  /** The certificate it begins with, until another is chosen here. */
  suggested: CertificateChoice | undefined
  title: string
  /** On the button that signs. */
  action: string
  isBusy: boolean
  error: Failure | undefined
  note: string | undefined
  /** Asked at each press, before the PIN is looked at: whether everything else is in order. */
  onTry: () => boolean
  /** Called once per press, and after the second question where it may be the last try. */
  onSign: (use: PinUse) => void
  /** Another certificate was chosen than the suggested one. */
  onChoose?: (certificate: CertificateChoice) => void
  /** What else can be done, left of the button that signs. */
  other: ReactNode
  children: ReactNode
}) {
  const [picked, setPicked] = useState<CertificateChoice>()
  const [typed, setTyped] = useState<{ readonly tokenSerial: string; readonly pin: string }>()
  /** The token that was already warning when its last PIN was sent. */
  const [warned, setWarned] = useState<string>()
  const [pinError, setPinError] = useState<string>()
  const [asking, setAsking] = useState(false)

  const candidates = certificatesFor(token, role)
  const chosen = picked ?? suggested
  const held = candidates.find(
    ({ token: { serial }, certificate: { sha256 } }) =>
      serial === chosen?.tokenSerial && sha256 === chosen.certificateSha256,
  )
  const closed = held === undefined ? closedFileOf(token, chosen) : undefined
  // A certificate that is shown was chosen from what is plugged in; a closed file holds the chosen one.
  const signing = held?.token ?? closed
  const facts = signing?.pin
  // A PIN belongs to the token it was typed for, and goes with it.
  const pin = typed !== undefined && typed.tokenSerial === signing?.serial ? typed.pin : ''
  // Not every token announces its last try: one that still warns after another wrong PIN may be there.
  const mayBeLast = facts?.finalTry === true || (facts?.countLow === true && warned === signing?.serial)

  const signNow = () => {
    setAsking(false)
    // The PIN leaves the window's memory with the press, whatever comes of it.
    setTyped(undefined)
    if (signing === undefined || chosen === undefined) return
    setWarned(signing.pin.countLow ? signing.serial : undefined)
    onSign({
      certificate: chosen,
      ...(signing.pin.pinPad ? {} : { pin }),
      ...(mayBeLast ? { lastTry: true } : {}),
    })
  }
  const onSubmit = () => {
    if (facts === undefined || isBusy || !onTry()) return
    const wrong = facts.pinPad ? undefined : pinProblem(pin, facts)
    setPinError(wrong)
    if (wrong !== undefined) return
    if (mayBeLast) setAsking(true)
    else signNow()
  }

  return (
    <aside className={styles['panel']} aria-label={title} data-pane>
      <form
        className={styles['form']}
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          onSubmit()
        }}
      >
        <div className={styles['scroll']}>
          <h2>{title}</h2>
          {children}
          {closed === undefined ? (
            <CertificateCard role={role} token={token} held={held} />
          ) : (
            <ClosedFileCard name={closed.label} />
          )}
          {candidates.length > 1 || (held === undefined && candidates.length > 0) ? (
            <Choice
              label={TEXT.sign.otherCertificate}
              value={held === undefined ? '' : keyOf(held)}
              options={[
                ...(held === undefined ? [{ value: '', text: TEXT.tokenForm.none }] : []),
                ...candidates.map((candidate) => ({
                  value: keyOf(candidate),
                  text: wordsFor(candidate),
                })),
              ]}
              onChange={(key) => {
                const found = candidates.find((candidate) => keyOf(candidate) === key)
                if (found === undefined) return
                setPinError(undefined)
                const choice = {
                  tokenSerial: found.token.serial,
                  certificateSha256: found.certificate.sha256,
                }
                setPicked(choice)
                onChoose?.(choice)
              }}
            />
          ) : null}
          {held?.certificate.asksEachTime === true ? (
            <p className={styles['note']}>
              {TEXT.sign.asksEachTime[held.token.pin.pinPad ? 'keypad' : 'typed']}
            </p>
          ) : null}
        </div>
        <div className={styles['bottom']}>
          {token?.waiting === undefined ? null : (
            <Countdown
              deadlineAt={token.waiting.deadlineAt}
              words={isBusy && facts?.pinPad === true ? TEXT.sign.keypadWaiting : TEXT.sign.waiting}
            />
          )}
          <FailureBanner error={error} boxed />
          {facts === undefined || error?.code === 'sign/pin-locked' ? null : <PinFacts pin={facts} />}
          {signing === undefined || signing.pin.locked ? null : signing.pin.pinPad ? (
            <Banner tone="info" icon={Keyboard} title={TEXT.sign.keypadTitle} boxed>
              {TEXT.sign.keypadHint}
            </Banner>
          ) : (
            <PinBox
              label={TEXT.sign.pin[role]}
              value={pin}
              onChange={(text) => {
                setTyped({ tokenSerial: signing.serial, pin: text })
                setPinError(undefined)
              }}
              error={pinError}
              isReadOnly={isBusy}
              autoFocus={isFocusLost()}
            />
          )}
          {note === undefined ? null : <p className={styles['note']}>{note}</p>}
          <div className={styles['buttons']}>
            {other}
            <Button
              kind="primary"
              type="submit"
              className={styles['main']}
              icon={role === 'person' ? Signature : Stamp}
              isBusy={isBusy}
              isDisabled={
                (closed === undefined && held?.certificate.usable !== true) || facts?.locked === true
              }
            >
              {isBusy ? TEXT.sign.signing : action}
            </Button>
          </div>
        </div>
      </form>
      <Confirm
        isOpen={asking}
        title={facts?.finalTry === true ? TEXT.sign.finalAsk : TEXT.sign.mayBeFinalAsk}
        hint={facts?.finalTry === true ? TEXT.sign.finalAskHint : TEXT.sign.mayBeFinalAskHint}
        safe={TEXT.sign.finalNo}
        act={TEXT.sign.finalYes}
        onClose={() => {
          setAsking(false)
          setTyped(undefined)
        }}
        onConfirm={signNow}
      />
    </aside>
  )
}

/** While the driver is silent: until when it is waited for. */
function Countdown({ deadlineAt, words }: { deadlineAt: number; words: (seconds: number) => string }) {
  return <Banner tone="warn" icon={Usb} title={words(useSecondsTo(deadlineAt))} boxed />
}

/** What can be told of a typed PIN without sending it: whether the token takes one of that length. */
function pinProblem(pin: string, { minLength, maxLength }: TokenSummary['pin']): string | undefined {
  if (pin === '') return TEXT.sign.pinMissing
  const length = new TextEncoder().encode(pin).length
  const fits = length >= minLength && (maxLength === 0 || length <= maxLength)
  return fits ? undefined : TEXT.sign.pinLength(minLength, maxLength)
}

/** A certificate in a list of one line each: its owner first, then what tells it from another of the same. */
function wordsFor({ token, certificate: { name, title, notAfter, problem } }: Held): string {
  return [
    name,
    ...(title === undefined ? [] : [title]),
    TEXT.sign.validTo(formatDay(isoDayOf(notAfter))),
    TEXT.tokenForm.onToken(token.label),
    ...(problem === undefined ? [] : [certificateProblem(problem)]),
  ].join(' · ')
}

function keyOf({ token, certificate }: Held): string {
  return `${token.serial} ${certificate.sha256}`
}

/**
 * The practice file with the chosen certificate, where it shows certificates only to its password: that is
 * given with the signature, and the engine judges the certificate then.
 */
function closedFileOf(
  status: TokenStatus | undefined,
  chosen: CertificateChoice | undefined,
): TokenSummary | undefined {
  if (!isPracticeFile(status?.modulePath ?? '')) return undefined
  return status?.tokens.find(
    ({ serial, certificates }) => serial === chosen?.tokenSerial && certificates.length === 0,
  )
}

/** Certificates plugged in now that may play the role. */
function certificatesFor(status: TokenStatus | undefined, role: Role): Held[] {
  return (status?.tokens ?? []).flatMap((token) =>
    token.certificates
      .filter(({ kind }) => kind === role || kind === 'unknown')
      .map((certificate) => ({ token, certificate })),
  )
}

/** Exactly what a token tells about PIN tries, never a number it does not know. */
function PinFacts({ pin }: { pin: TokenSummary['pin'] }) {
  if (pin.locked) {
    return (
      <Banner tone="bad" title={TEXT.sign.locked} boxed>
        {TEXT.sign.lockedHint}
      </Banner>
    )
  }
  if (pin.finalTry) {
    return (
      <Banner tone="bad" icon={TriangleAlert} title={TEXT.sign.finalTry} boxed>
        {TEXT.sign.finalTryHint}
      </Banner>
    )
  }
  if (pin.countLow) return <FieldNote kind="warning" text={TEXT.sign.countLow} />
  return null
}

function CertificateCard({
  role,
  token,
  held,
}: {
  role: Role
  token: TokenStatus | undefined
  held: Held | undefined
}) {
  if (held === undefined) {
    const unset = token !== undefined && (token.state === 'unset' || token.chosen[role] === undefined)
    return (
      <>
        <Banner
          tone="warn"
          icon={Usb}
          title={`${unset ? TEXT.sign.notChosenTitle[role] : TEXT.sign.notPluggedTitle[role]}.`}
          boxed
        >
          {unset ? TEXT.sign.notChosenHint : TEXT.sign.notPluggedHint}{' '}
          {unset ? <a href="#/settings">{TEXT.sign.openSettings}</a> : null}
        </Banner>
        {token?.state === 'failed' && token.error !== undefined ? (
          <FailureBanner error={{ code: token.error, incident: '' }} boxed />
        ) : null}
      </>
    )
  }
  const { certificate } = held
  const kind = role === 'person' ? TEXT.sign.person : TEXT.sign.agency
  return (
    <div className={styles['certificate']}>
      <span className={styles['certificateIcon']}>
        <Usb size={20} strokeWidth={1.75} aria-hidden />
      </span>
      <div className={styles['certificateWords']}>
        <strong>{certificate.name}</strong>
        <div className={styles['note']}>
          {certificate.kind === 'unknown' ? TEXT.sign.unknownKind : kind}
          {certificate.title === undefined ? '' : ` · ${certificate.title}`} ·{' '}
          {TEXT.sign.validTo(formatDay(isoDayOf(certificate.notAfter)))}
        </div>
        {held.token.software ? <Chip tone="warn">{TEXT.tokenForm.practice}</Chip> : null}
        {certificate.problem === undefined ? null : (
          <FieldNote kind="error" text={certificateProblem(certificate.problem)} />
        )}
      </div>
      {certificate.usable ? (
        <Chip tone="ok" icon={Check}>
          {TEXT.sign.usable}
        </Chip>
      ) : (
        <Chip tone="bad">{TEXT.sign.unusable}</Chip>
      )}
    </div>
  )
}

/** In the place of the certificate, while the file that holds it is closed. */
function ClosedFileCard({ name }: { name: string }) {
  return (
    <div className={styles['certificate']}>
      <span className={styles['certificateIcon']}>
        <FileKey size={20} strokeWidth={1.75} aria-hidden />
      </span>
      <div className={styles['certificateWords']}>
        <strong>{name}</strong>
        <div className={styles['note']}>{TEXT.sign.closedFile}</div>
      </div>
      <Chip tone="warn">{TEXT.tokenForm.practice}</Chip>
    </div>
  )
}
