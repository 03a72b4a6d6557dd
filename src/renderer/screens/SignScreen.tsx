import { ArrowLeft, Check, FileKey, Signature, Stamp, TriangleAlert, Usb } from 'lucide-react'
import { useEffect, useState } from 'react'

import { OUTGOING_BOXES } from '../../shared/document/outgoing.ts'
import type {
  CertificateChoice,
  CertificateSummary,
  LineStatus,
  OutgoingDetail,
  TokenStatus,
  TokenSummary,
} from '../../shared/ipc/contract.ts'
import { Banner, Empty, Failed, FailureBanner, Skeleton } from '../components/Banner.tsx'
import { Button, IconButton } from '../components/Button.tsx'
import { Chip, PriorityChip } from '../components/Chip.tsx'
import { Confirm } from '../components/Dialog.tsx'
import { DocumentList, WideDocumentRow } from '../components/DocumentList.tsx'
import { Choice, FieldNote, PinBox, TextBox } from '../components/Field.tsx'
import { OutgoingPdf } from '../components/FilePreview.tsx'
import { certificateProblem, isPracticeFile } from '../components/TokenForm.tsx'
import { announce } from '../lib/announce.ts'
import { call } from '../lib/call.ts'
import {
  formatCount,
  formatDay,
  formatInstant,
  formatSize,
  formatWhen,
  isoDayOf,
  parseDay,
} from '../lib/format.ts'
import { asId } from '../lib/id.ts'
import { codeOf, recipientNames, useOutgoing } from '../lib/lists.ts'
import { isFocusLost } from '../lib/focus.ts'
import { go } from '../lib/route.ts'
import { useAction } from '../lib/useAction.ts'
import { useLive } from '../lib/useLive.ts'
import { useNow } from '../lib/useNow.ts'
import { TEXT } from '../text.vi.ts'
import screen from './screen.module.css'
import styles from './SignScreen.module.css'

type Role = 'person' | 'agency'

/** Chờ ký: the list, or the document that lies on the desk to be signed. */
export function SignScreen({
  id,
  filter,
  line,
  token,
}: {
  id: string | undefined
  filter: string
  line: LineStatus | undefined
  token: TokenStatus | undefined
}) {
  return id === undefined ? (
    <SignList filter={filter} />
  ) : (
    <OpenDocument key={id} id={id} line={line} token={token} />
  )
}

function SignList({ filter }: { filter: string }) {
  const pages = useOutgoing('toSign', filter)
  const now = useNow(60_000)
  return (
    <section className={screen['widePane']} aria-label={TEXT.places['to-sign']} data-pane>
      <div className={screen['head']}>
        <h1>{TEXT.places['to-sign']}</h1>
        {pages.boxTotal === 0 ? null : <Chip tone="info">{formatCount(pages.boxTotal)}</Chip>}
      </div>
      <DocumentList
        pages={pages}
        label={TEXT.places['to-sign']}
        rowHeight={88}
        selectedId={undefined}
        follow={false}
        onSelect={() => undefined}
        onOpen={(row) => {
          go('to-sign', row.id)
        }}
        empty={TEXT.empty.toSign}
        emptyIcon={Signature}
        filter={filter}
        renderRow={(row) => (
          <WideDocumentRow
            code={codeOf(row)}
            typeName={row.typeName}
            when={formatWhen(row.changedAt, now)}
            subject={row.subject}
            chips={
              <>
                <PriorityChip priority={row.priority} />
                <Chip tone="info" icon={row.state === 'frozen' ? Signature : Stamp}>
                  {TEXT.outgoingState[row.state]}
                </Chip>
              </>
            }
            agency={recipientNames(row.recipients)}
          />
        )}
      />
    </section>
  )
}

function OpenDocument({
  id,
  line,
  token,
}: {
  id: string
  line: LineStatus | undefined
  token: TokenStatus | undefined
}) {
  const document = useLive('outgoing.one', { id: asId(id) }, 'outgoing')
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && !event.defaultPrevented) go('to-sign')
    }
    window.addEventListener('keydown', onKey)
    return () => {
      window.removeEventListener('keydown', onKey)
    }
  }, [])
  if (document.status === 'loading') return <Skeleton />
  if (document.status === 'failed') return <Failed error={document.error} onRetry={document.refresh} />
  const detail = document.value
  if (!OUTGOING_BOXES.toSign.some((known) => known === detail.state)) {
    return (
      <Empty icon={Stamp} title={TEXT.outgoingState[detail.state]} hint={codeOf(detail)}>
        <Button
          onPress={() => {
            go('to-sign')
          }}
        >
          {TEXT.back}
        </Button>
      </Empty>
    )
  }
  const role = detail.state === 'frozen' ? 'imported' : detail.state === 'signed' ? 'signed' : undefined
  const shown =
    detail.files.find((file) => file.role === role) ??
    detail.files.find((file) => file.role === 'signed') ??
    detail.files.find((file) => file.role === 'imported')
  const title = `${codeOf(detail)} · ${detail.subject}`
  return (
    <div className={screen['panes']}>
      <section className={screen['reading']} aria-label={TEXT.pdf.label} data-pane>
        <div className={screen['head']}>
          <IconButton
            kind="quiet"
            icon={ArrowLeft}
            label={TEXT.back}
            onPress={() => {
              go('to-sign')
            }}
          />
          <h1 className={styles['name']} title={title}>
            {title}
          </h1>
          <PriorityChip priority={detail.priority} />
        </div>
        {shown === undefined ? null : (
          <OutgoingPdf
            id={detail.id}
            role={shown.role}
            version={shown.sha256}
            name={title}
            toolbar={shown.name}
          />
        )}
      </section>
      <SignPanel key={detail.state} detail={detail} line={line} token={token} />
    </div>
  )
}

/** A certificate and the token it is on. */
interface Held {
  readonly token: TokenSummary
  readonly certificate: CertificateSummary
}

function SignPanel({
  detail,
  line,
  token,
}: {
  detail: OutgoingDetail
  line: LineStatus | undefined
  token: TokenStatus | undefined
}) {
  const role: Role = detail.state === 'frozen' ? 'person' : 'agency'
  const [picked, setPicked] = useState<CertificateChoice>()
  const [pin, setPin] = useState('')
  const [pinError, setPinError] = useState<string>()
  const [asking, setAsking] = useState(false)
  const [reopening, setReopening] = useState(false)
  const suggested = detail.nextNumber ?? ''
  const [number, setNumber] = useState<string>()
  const [day, setDay] = useState(() => formatDay(isoDayOf(Date.now())))
  const numberText = number ?? suggested
  const numberWrong =
    number !== undefined && number.trim() !== '' && !/^\d{1,5}$/.test(number.trim())
      ? TEXT.sign.numberWrong
      : undefined
  const dayWrong = parseDay(day) === undefined ? TEXT.draft.dateWrong : undefined

  const candidates = certificatesFor(token, role)
  const chosen = picked ?? token?.chosen[role]
  const held = candidates.find(
    ({ token: { serial }, certificate: { sha256 } }) =>
      serial === chosen?.tokenSerial && sha256 === chosen.certificateSha256,
  )
  const closed = held === undefined ? closedFileOf(token, chosen) : undefined
  const facts = (held?.token ?? closed)?.pin

  const act = useAction(async (certificate: CertificateChoice, secret: string) => {
    if (role === 'person') {
      await call('outgoing.sign', { id: detail.id, certificate, pin: secret })
      announce(TEXT.sign.signDone)
      return
    }
    const numbered = detail.state === 'numbered'
    const typedNumber = number === undefined || number.trim() === '' ? undefined : Number(number)
    const issuedDate = parseDay(day)
    await call('outgoing.seal', {
      id: detail.id,
      certificate,
      pin: secret,
      ...(numbered || typedNumber === undefined ? {} : { number: typedNumber }),
      ...(numbered || issuedDate === undefined ? {} : { issuedDate }),
    })
    // Sealed is sealed: what fails from here on is put right from its row in Hộp gửi.
    await call('outgoing.submit', { id: detail.id }).then(
      () => {
        announce(TEXT.sign.sealDone)
      },
      () => {
        announce(TEXT.sign.sealedOnly)
      },
    )
    go('outbox')
  })
  const reopen = useAction(async () => {
    await call('outgoing.reopen', { id: detail.id })
    announce(TEXT.sign.reopenDone)
    go('drafts', detail.id)
  })

  const signNow = () => {
    // A certificate that is shown was chosen from what is plugged in; a closed file holds the chosen one.
    const signing = held === undefined && closed === undefined ? undefined : chosen
    if (signing === undefined) return
    // The PIN leaves the window's memory with the press, whatever comes of it.
    const secret = pin
    setPin('')
    setAsking(false)
    void act.run(signing, secret)
  }
  const onSubmit = () => {
    act.clear()
    if (facts === undefined || act.busy) return
    if (numberWrong !== undefined || (detail.state === 'signed' && dayWrong !== undefined)) return
    if (pin === '') {
      setPinError(TEXT.sign.pinMissing)
      return
    }
    const length = new TextEncoder().encode(pin).length
    if (length < facts.minLength || (facts.maxLength > 0 && length > facts.maxLength)) {
      setPinError(TEXT.sign.pinLength(facts.minLength, facts.maxLength))
      return
    }
    setPinError(undefined)
    if (facts.finalTry) setAsking(true)
    else signNow()
  }
  const title = role === 'person' ? TEXT.sign.titleSign : TEXT.sign.titleSeal

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
          <Steps detail={detail} number={numberText} day={day} />
          {detail.state === 'signed' ? (
            <div className={styles['numbers']}>
              <TextBox
                label={TEXT.sign.number}
                value={numberText}
                onChange={setNumber}
                inputMode="numeric"
                maxLength={5}
                error={numberWrong}
              />
              <TextBox
                label={TEXT.sign.issuedDate}
                value={day}
                onChange={setDay}
                maxLength={10}
                error={dayWrong}
              />
            </div>
          ) : null}
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
                  text: `${candidate.certificate.name} (${candidate.token.label})`,
                })),
              ]}
              onChange={(key) => {
                const found = candidates.find((candidate) => keyOf(candidate) === key)
                if (found === undefined) return
                setPin('')
                setPicked({
                  tokenSerial: found.token.serial,
                  certificateSha256: found.certificate.sha256,
                })
              }}
            />
          ) : null}
          {facts === undefined ? null : <PinFacts pin={facts} />}
          {facts === undefined || facts.locked ? null : (
            <PinBox
              label={TEXT.sign.pin[role]}
              value={pin}
              onChange={(typed) => {
                setPin(typed)
                setPinError(undefined)
              }}
              error={pinError}
              isDisabled={act.busy}
              autoFocus={isFocusLost()}
            />
          )}
        </div>
        <div className={styles['bottom']}>
          <FailureBanner error={act.error ?? reopen.error} boxed />
          {role === 'agency' && line?.state === 'down' ? (
            <p className={styles['note']}>{TEXT.sign.offline}</p>
          ) : null}
          <div className={styles['buttons']}>
            {detail.state === 'numbered' ? (
              <Button
                onPress={() => {
                  go('to-sign')
                }}
              >
                {TEXT.sign.later}
              </Button>
            ) : (
              <Button
                onPress={() => {
                  setReopening(true)
                }}
              >
                {TEXT.sign.reopen}
              </Button>
            )}
            <Button
              kind="primary"
              type="submit"
              className={styles['main']}
              icon={role === 'person' ? Signature : Stamp}
              isDisabled={
                (closed === undefined && held?.certificate.usable !== true) ||
                facts?.locked === true ||
                act.busy
              }
            >
              {act.busy ? TEXT.sign.signing : role === 'person' ? TEXT.sign.sign : TEXT.sign.seal}
            </Button>
          </div>
        </div>
      </form>
      <Confirm
        isOpen={asking}
        title={TEXT.sign.finalAsk}
        hint={TEXT.sign.finalAskHint}
        safe={TEXT.sign.finalNo}
        act={TEXT.sign.finalYes}
        onClose={() => {
          setAsking(false)
          setPin('')
        }}
        onConfirm={signNow}
      />
      <Confirm
        isOpen={reopening}
        title={TEXT.sign.reopenAsk}
        hint={TEXT.sign.reopenAskHint}
        safe={TEXT.sign.reopenNo}
        act={TEXT.sign.reopen}
        busy={reopen.busy}
        error={reopen.error}
        onClose={() => {
          setReopening(false)
        }}
        onConfirm={() => {
          void reopen.run()
        }}
      />
    </aside>
  )
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
  if (pin.locked) return <Banner tone="bad" title={TEXT.sign.locked} boxed />
  if (pin.finalTry) return <Banner tone="bad" icon={TriangleAlert} title={TEXT.sign.finalTry} boxed />
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

/** The four steps of ui/sign.png: what is done, what this press does, what comes after. */
function Steps({ detail, number, day }: { detail: OutgoingDetail; number: string; day: string }) {
  const signedEntry = detail.history.findLast(({ event }) => event === 'sign')
  const signer = detail.verdict?.signatures[0]?.signer?.name ?? detail.signerName
  const code = `${number}/${detail.codeNotation}`
  const issued = detail.issuedDate === undefined ? day : formatDay(detail.issuedDate)
  const signed = detail.state !== 'frozen'
  const numbered = detail.state === 'numbered'
  const size = formatSize(detail.sizeBytes)
  const steps = [
    {
      step: signed ? 'done' : 'now',
      title: signed ? TEXT.sign.stepSigned : TEXT.sign.stepSign,
      note:
        signed && signedEntry !== undefined
          ? TEXT.sign.signedBy(signer, formatInstant(signedEntry.at))
          : TEXT.sign.notSignedYet(signer),
    },
    {
      step: numbered ? 'done' : signed ? 'now' : 'next',
      title: numbered ? TEXT.sign.stepNumbered : TEXT.sign.stepNumber,
      note: numbered ? TEXT.sign.numberGiven(codeOf(detail), issued) : TEXT.sign.numberNext(code, day),
    },
    { step: signed ? 'now' : 'next', title: TEXT.sign.stepSeal, note: TEXT.sign.sealNote },
    {
      step: 'next',
      title: TEXT.sign.stepSubmit,
      note: TEXT.sign.submitTo(recipientNames(detail.recipients), size),
    },
  ] as const
  return (
    <ol className={styles['steps']} aria-label={TEXT.sign.steps}>
      {steps.map(({ step, title, note }) => (
        <li key={title} data-step={step}>
          {title}
          <span className="visually-hidden"> ({TEXT.sign.stepState[step]})</span>
          <div className={styles['note']}>{note}</div>
        </li>
      ))}
    </ol>
  )
}
