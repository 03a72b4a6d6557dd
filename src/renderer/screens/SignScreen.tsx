import { ArrowLeft, RotateCcw, Signature, Stamp } from 'lucide-react'
import { useEffect, useState, type ReactNode } from 'react'

import { outgoingDeadline } from '../../shared/document/deadlines.ts'
import { OUTGOING_BOXES } from '../../shared/document/outgoing.ts'
import { signsNext, waitsForNumber } from '../../shared/document/signers.ts'
import { copyFormOf } from '../../shared/document/types.ts'
import { isSamePerson } from '../../shared/document/signers.ts'
import {
  MAX_BATCH,
  type CertificateChoice,
  type Failure,
  type LineStatus,
  type OutgoingDetail,
  type OutgoingSummary,
  type PlacedSignature,
  type PlaceOfSignature,
  type TokenStatus,
} from '../../shared/ipc/contract.ts'
import { isPressed } from '../../shared/shortcuts.ts'
import { SendBackButton } from '../components/Approval.tsx'
import { Empty, Failed, FailureBanner, Skeleton } from '../components/Banner.tsx'
import { Button, IconButton } from '../components/Button.tsx'
import { Chip, PriorityChip } from '../components/Chip.tsx'
import { Confirm } from '../components/Dialog.tsx'
import { DeadlineChip } from '../components/DeadlineChip.tsx'
import { DocumentList, WideDocumentRow } from '../components/DocumentList.tsx'
import { FieldNote, TextBox } from '../components/Field.tsx'
import { NumberFields, VoidNumber } from '../components/NumberFields.tsx'
import { OutgoingPdf } from '../components/FilePreview.tsx'
import { OthersTurn } from '../components/OthersTurn.tsx'
import { PinForm, type PinUse, type Role } from '../components/PinForm.tsx'
import { RetiredRecipients } from '../components/RetiredRecipients.tsx'
import { SigningMark } from '../components/SigningMark.tsx'
import { SigningSteps } from '../components/SigningSteps.tsx'
import { announce } from '../lib/announce.ts'
import { call } from '../lib/call.ts'
import { certificateFor, nextOfSeveral, ownerOf, signedCount, waitsForOther } from '../lib/signers.ts'
import { formatCount, formatDay, formatMm, formatWhen, isoDayOf, parseDay } from '../lib/format.ts'
import { asId } from '../lib/id.ts'
import { codeOf, recipientNames, typeWords, useOutgoing } from '../lib/lists.ts'
import { go } from '../lib/route.ts'
import { useMay, useSession } from '../lib/session.ts'
import { useAction } from '../lib/useAction.ts'
import { useLive, type Live } from '../lib/useLive.ts'
import { useNumberChoice } from '../lib/useNumberChoice.ts'
import { useCalendar } from '../lib/useCalendar.ts'
import { useNow } from '../lib/useNow.ts'
import { useQuiet } from '../lib/useQuiet.ts'
import { TEXT } from '../text.vi.ts'
import screen from './screen.module.css'
import styles from './SignScreen.module.css'

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
    <SignList filter={filter} line={line} token={token} />
  ) : (
    <OpenDocument key={id} id={id} line={line} token={token} />
  )
}

function SignList({
  filter,
  line,
  token,
}: {
  filter: string
  line: LineStatus | undefined
  token: TokenStatus | undefined
}) {
  const pages = useOutgoing('toSign', filter)
  const now = useNow(60_000)
  const calendar = useCalendar()
  const [marked, setMarked] = useState<ReadonlyMap<string, OutgoingSummary>>(new Map())
  const mark = (next: ReadonlyMap<string, OutgoingSummary>) => {
    setMarked(new Map([...next].slice(0, MAX_BATCH)))
  }
  return (
    <div className={screen['panes']}>
      <section className={screen['widePane']} aria-label={TEXT.places['to-sign']} data-pane>
        <div className={screen['head']}>
          <h1>{TEXT.places['to-sign']}</h1>
          {pages.boxTotal === 0 ? null : <Chip tone="info">{formatCount(pages.boxTotal)}</Chip>}
          {pages.boxTotal > 1 && marked.size === 0 ? (
            <span className={styles['note']}>{TEXT.sign.batchHint}</span>
          ) : null}
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
          marked={marked}
          onMark={mark}
          renderRow={(row) => (
            <WideDocumentRow
              code={codeOf(row)}
              typeName={typeWords(row)}
              when={formatWhen(row.changedAt, now)}
              subject={row.subject}
              chips={
                <>
                  <PriorityChip priority={row.priority} />
                  <Chip tone="info" icon={roleFor(row) === 'person' ? Signature : Stamp}>
                    {waitingWords(row)}
                  </Chip>
                  <DeadlineChip deadline={calendar && outgoingDeadline(calendar, row)} now={now} />
                </>
              }
              agency={recipientNames(row.recipients)}
            />
          )}
        />
      </section>
      {marked.size === 0 ? null : <BatchPanel marked={marked} onMark={mark} line={line} token={token} />}
    </div>
  )
}

/** With whose token the document goes on. */
function roleFor({ state, typeName }: OutgoingSummary): Role {
  return signsNext(state, typeName) ?? 'person'
}

/** What it waits for; of several signers, for whom. */
function waitingWords(row: OutgoingSummary): string {
  if (waitsForNumber(row.state, row.typeName)) return TEXT.outgoingState.signed
  const next = nextOfSeveral(row)
  if (next === undefined) return TEXT.outgoingState[row.state]
  return TEXT.sign.waitsFor(next.fullName, signedCount(row), row.signers.length)
}

/** Several documents, one PIN. Sealing and signing take different tokens, so it is one or the other. */
function BatchPanel({
  marked,
  onMark,
  line,
  token,
}: {
  marked: ReadonlyMap<string, OutgoingSummary>
  onMark: (next: ReadonlyMap<string, OutgoingSummary>) => void
  line: LineStatus | undefined
  token: TokenStatus | undefined
}) {
  const [day, setDay] = useState(() => formatDay(isoDayOf(Date.now())))
  const rows = [...marked.values()]
  const toSign = rows.filter((row) => roleFor(row) === 'person')
  const toSeal = rows.filter((row) => roleFor(row) === 'agency')
  const role: Role = toSeal.length === 0 ? 'person' : 'agency'
  const dayWrong = parseDay(day) === undefined ? TEXT.draft.dateWrong : undefined
  const keep = (kept: readonly OutgoingSummary[]) => {
    onMark(new Map(kept.map((row) => [row.id, row])))
  }
  const [picked, setPicked] = useState<CertificateChoice>()
  const suggested = token?.chosen[role]
  const certificate = picked ?? suggested
  const owner = certificate === undefined ? undefined : ownerOf(token, certificate)
  /** Whose turn it is, where that is not the owner of the certificate. */
  const otherThan = (row: OutgoingSummary) => {
    const next = role === 'person' ? nextOfSeveral(row) : undefined
    return next === undefined || owner === undefined || isSamePerson(owner, next.fullName) ? undefined : next
  }
  const mine = rows.filter((row) => otherThan(row) === undefined)
  const act = useAction(async (use: PinUse) => {
    const ids = mine.map(({ id }) => id)
    const issuedDate = parseDay(day)
    const outcomes =
      role === 'person'
        ? await call('outgoing.signMany', { ids, ...use })
        : await call('outgoing.sealMany', {
            ids,
            ...use,
            ...(issuedDate === undefined ? {} : { issuedDate }),
          })
    const failed = outcomes.filter(({ error }) => error !== undefined)
    const done = outcomes.filter(({ error }) => error === undefined)
    let unsent = 0
    if (role === 'agency') {
      for (const { id } of done) {
        // Sealed is sealed: what fails from here on is put right from its row in Hộp gửi.
        await call('outgoing.submit', { id }).catch(() => (unsent += 1))
      }
    }
    announce(TEXT.sign.batchDone[role](done.length, rows.length))
    if (unsent > 0) announce(TEXT.sign.sealedOnly)
    keep(rows.filter(({ id }) => !done.some((outcome) => outcome.id === id)))
    const [first] = failed
    return first?.error
  })
  const [stopped, setStopped] = useState<Failure>()
  if (toSign.length > 0 && toSeal.length > 0) {
    return (
      <aside className={styles['mixed']} aria-label={TEXT.sign.batchMixed} data-pane>
        <p>{TEXT.sign.batchMixed}</p>
        <Button
          icon={Signature}
          onPress={() => {
            keep(toSign)
          }}
        >
          {TEXT.sign.batchOnlySign(toSign.length)}
        </Button>
        <Button
          icon={Stamp}
          onPress={() => {
            keep(toSeal)
          }}
        >
          {TEXT.sign.batchOnlySeal(toSeal.length)}
        </Button>
      </aside>
    )
  }
  const title = TEXT.sign.batchTitle[role](mine.length)
  return (
    <PinForm
      key={role}
      role={role}
      token={token}
      suggested={suggested}
      onChoose={setPicked}
      title={title}
      action={title}
      isBusy={act.busy}
      error={act.error ?? stopped}
      note={role === 'agency' && line?.state === 'down' ? TEXT.sign.offline : undefined}
      onTry={() => {
        act.clear()
        setStopped(undefined)
        return mine.length > 0 && (role === 'person' || dayWrong === undefined)
      }}
      onSign={(use) => {
        void act.run(use).then(setStopped)
      }}
      other={
        <Button
          isBusy={act.busy}
          onPress={() => {
            keep([])
          }}
        >
          {TEXT.sign.batchNone}
        </Button>
      }
    >
      <p className={styles['note']}>{TEXT.sign.batchExplain[role]}</p>
      {stopped === undefined ? null : <p>{TEXT.sign.batchRest(rows.length)}</p>}
      {mine.length > 0 ? null : <FieldNote kind="warning" text={TEXT.sign.batchNobody} />}
      <ul className={styles['batch']} aria-label={TEXT.sign.batchList} tabIndex={0}>
        {rows.map((row) => {
          const other = otherThan(row)
          return (
            <li key={row.id}>
              {codeOf(row)} · {row.subject}
              {other === undefined ? null : (
                <div className={styles['note']}>{TEXT.sign.batchOther(other.fullName)}</div>
              )}
            </li>
          )
        })}
      </ul>
      {role === 'agency' ? (
        <TextBox label={TEXT.sign.issuedDate} value={day} onChange={setDay} maxLength={10} error={dayWrong} />
      ) : null}
    </PinForm>
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
  const [picked, setPicked] = useState<{ step: string; certificate: CertificateChoice }>()
  const [moved, setMoved] = useState<{ of: string; placed: PlacedSignature }>()
  const { person } = useSession()
  const state = document.status === 'ready' ? document.value.state : undefined
  const isOurTurn =
    document.status === 'ready' && waitsForOther(document.value, person?.roles ?? []) === undefined
  const role = document.status === 'ready' ? roleFor(document.value) : 'person'
  const isCopy = document.status === 'ready' && copyFormOf(document.value.typeName) !== undefined
  // The place of the words on a copy is prescribed.
  const asksPlace = !isCopy && isOurTurn && OUTGOING_BOXES.toSign.some((known) => known === state)
  const next = document.status === 'ready' ? nextOfSeveral(document.value) : undefined
  const suggested = role === 'person' ? certificateFor(token, next) : token?.chosen.agency
  // What was chosen or moved for one signature says nothing of the next.
  const step = `${state ?? ''} ${document.status === 'ready' ? String(signedCount(document.value)) : ''}`
  const certificate = picked?.step === step ? picked.certificate : suggested
  const place = useLive(
    'outgoing.signingPlace',
    asksPlace && certificate !== undefined ? { id: asId(id), certificate } : undefined,
    'outgoing',
    'appearance',
  )
  const of = `${step} ${certificate?.certificateSha256 ?? ''}`
  const placed = moved?.of === of ? moved.placed : undefined
  const settled = useQuiet(placed, 300)
  const there = useLive(
    'outgoing.signingPlace',
    asksPlace && certificate !== undefined && settled !== undefined
      ? { id: asId(id), certificate, place: settled }
      : undefined,
    'outgoing',
  )
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (isPressed('back', event) && !event.defaultPrevented) go('to-sign')
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
  const shown =
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
            mark={
              place.status === 'ready'
                ? {
                    page: place.value.page,
                    show: (width) => (
                      <SigningMark
                        key={of}
                        role={role}
                        place={place.value}
                        placed={placed}
                        width={width}
                        onMove={(next) => {
                          setMoved({ of, placed: next })
                        }}
                      />
                    ),
                  }
                : undefined
            }
          />
        )}
      </section>
      <SignPanel
        key={step}
        detail={detail}
        line={line}
        token={token}
        suggested={suggested}
        placed={placed}
        onChoose={(chosen) => {
          setPicked({ step, certificate: chosen })
        }}
      >
        <RetiredRecipients recipients={detail.recipients} />
        {isCopy ? (
          <section className={styles['place']} aria-label={TEXT.copies.place}>
            <strong>{TEXT.copies.place}</strong>
            <p className={styles['note']}>{TEXT.copies.placeHint}</p>
          </section>
        ) : null}
        {place.status === 'failed' ? <FailureBanner error={place.error} boxed /> : null}
        {place.status === 'ready' ? (
          <PlaceNote
            role={role}
            place={place.value}
            placed={placed}
            coversText={placed === undefined ? place.value.coversText : isOverText(there)}
            onReset={() => {
              setMoved(undefined)
            }}
          />
        ) : null}
      </SignPanel>
    </div>
  )
}

/** Not said before it is known. */
function isOverText(there: Live<PlaceOfSignature>): boolean {
  return there.status === 'ready' && there.value.coversText
}

/** What stands where, in words: found from the text, fixed, or moved by the clerk. */
function PlaceNote({
  role,
  place: { box, page, found, picture },
  placed,
  coversText,
  onReset,
}: {
  role: Role
  place: PlaceOfSignature
  placed: PlacedSignature | undefined
  coversText: boolean
  onReset: () => void
}) {
  const words =
    placed !== undefined
      ? TEXT.place.moved(
          page,
          formatMm(placed.centreXMm - box.widthMm / 2),
          formatMm(placed.centreYMm - box.heightMm / 2),
        )
      : picture === undefined
        ? TEXT.place.noPicture[role]
        : found
          ? TEXT.place.found[role](page)
          : TEXT.place.notFound[role](page)
  return (
    <section className={styles['place']} aria-label={TEXT.place.title[role]}>
      <strong>{TEXT.place.title[role]}</strong>
      <p role="status" className={styles['note']}>
        {words}
      </p>
      {coversText ? <FieldNote kind="warning" text={TEXT.place.coversText[role]} /> : null}
      {placed === undefined ? null : (
        <div>
          <Button small icon={RotateCcw} onPress={onReset}>
            {TEXT.place.reset}
          </Button>
        </div>
      )}
      {picture === undefined ? <a href="#/settings">{TEXT.place.makePicture[role]}</a> : null}
    </section>
  )
}

function SignPanel({
  detail,
  line,
  token,
  suggested,
  placed,
  onChoose,
  children,
}: {
  detail: OutgoingDetail
  line: LineStatus | undefined
  token: TokenStatus | undefined
  suggested: CertificateChoice | undefined
  placed: PlacedSignature | undefined
  onChoose: (certificate: CertificateChoice) => void
  children: ReactNode
}) {
  const role = roleFor(detail)
  const isCopy = copyFormOf(detail.typeName) !== undefined
  const needsNumber = waitsForNumber(detail.state, detail.typeName)
  const [reopening, setReopening] = useState(false)
  const issue = useNumberChoice(detail)

  const act = useAction(async (use: PinUse) => {
    const where = placed === undefined ? {} : { place: placed }
    if (role === 'person') {
      const following = nextOfSeveral(await call('outgoing.sign', { id: detail.id, ...use, ...where }))
      announce(following === undefined ? TEXT.sign.signDone : TEXT.sign.cosignDone(following.fullName))
      return
    }
    await call('outgoing.seal', {
      id: detail.id,
      ...use,
      ...where,
      ...(detail.state === 'numbered' ? {} : issue.request),
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
  const may = useMay()
  const reopen = useAction(async () => {
    await call('outgoing.reopen', { id: detail.id })
    announce(TEXT.sign.reopenDone)
    go('drafts', detail.id)
  })

  const words = isCopy
    ? { title: TEXT.copies.titleSeal, action: TEXT.copies.seal }
    : role === 'person'
      ? { title: TEXT.sign.titleSign, action: TEXT.sign.sign }
      : { title: TEXT.sign.titleSeal, action: TEXT.sign.seal }
  const next = nextOfSeveral(detail)
  const waitsFor = waitsForOther(detail, useSession().person?.roles ?? [])
  const other = (
    <>
      {detail.state === 'numbered' ? (
        may('outgoing.voidNumber') ? (
          <VoidNumber detail={detail} />
        ) : null
      ) : (
        <SendBackButton
          detail={detail}
          after={() => {
            go('to-sign')
          }}
        />
      )}
      {may('outgoing.reopen') ? (
        <Button
          onPress={() => {
            setReopening(true)
          }}
        >
          {TEXT.sign.reopen}
        </Button>
      ) : null}
    </>
  )
  const steps = <SigningSteps detail={detail} number={issue.number} day={issue.day} />

  return (
    <>
      {waitsFor === undefined ? (
        <PinForm
          role={role}
          token={token}
          suggested={suggested}
          {...words}
          isBusy={act.busy}
          onChoose={onChoose}
          error={act.error ?? reopen.error}
          note={role === 'agency' && line?.state === 'down' ? TEXT.sign.offline : undefined}
          onTry={() => {
            act.clear()
            return !needsNumber || issue.check()
          }}
          onSign={(use) => {
            void act.run(use)
          }}
          other={other}
        >
          {steps}
          {next === undefined ? null : (
            <p role="status">
              <strong>{TEXT.sign.nextSigner(next.fullName)}</strong>
            </p>
          )}
          {children}
          {needsNumber ? <NumberFields choice={issue} detail={detail} /> : null}
        </PinForm>
      ) : (
        <OthersTurn waitsFor={waitsFor} error={reopen.error} other={other}>
          {steps}
        </OthersTurn>
      )}
      <Confirm
        isOpen={reopening}
        title={TEXT.sign.reopenAsk}
        hint={
          detail.codeNumber === undefined
            ? TEXT.sign.reopenAskHint
            : `${TEXT.sign.reopenAskHint} ${TEXT.numbering.keptHint}`
        }
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
    </>
  )
}
