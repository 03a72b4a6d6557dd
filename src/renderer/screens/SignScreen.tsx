import { ArrowLeft, Signature, Stamp } from 'lucide-react'
import { useEffect, useState } from 'react'

import { outgoingDeadline } from '../../shared/document/deadlines.ts'
import { OUTGOING_BOXES } from '../../shared/document/outgoing.ts'
import { waitsForNumber } from '../../shared/document/signers.ts'
import { copyFormOf } from '../../shared/document/types.ts'
import {
  MAX_BATCH,
  type CertificateChoice,
  type LineStatus,
  type OutgoingSummary,
  type TokenStatus,
} from '../../shared/ipc/contract.ts'
import { isPressed } from '../../shared/shortcuts.ts'
import { Empty, Failed, Skeleton } from '../components/Banner.tsx'
import { Button, IconButton } from '../components/Button.tsx'
import { Chip, PriorityChip } from '../components/Chip.tsx'
import { DeadlineChip } from '../components/DeadlineChip.tsx'
import { DocumentList, WideDocumentRow } from '../components/DocumentList.tsx'
import { OutgoingPdf } from '../components/FilePreview.tsx'
import form from '../components/Form.module.css'
import { RetiredRecipients } from '../components/RetiredRecipients.tsx'
import { CopyPlaceNote, useSignaturePlace } from '../components/SignaturePlace.tsx'
import { SignBatch } from '../components/SignBatch.tsx'
import { SignPanel } from '../components/SignPanel.tsx'
import { formatCount, formatWhen } from '../lib/format.ts'
import { asId } from '../lib/id.ts'
import { codeOf, recipientNames, typeWords, useOutgoing } from '../lib/lists.ts'
import { go } from '../lib/route.ts'
import { useSession } from '../lib/session.ts'
import { certificateFor, nextOfSeveral, roleFor, signedCount, waitsForOther } from '../lib/signers.ts'
import { useCalendar } from '../lib/useCalendar.ts'
import { useLive } from '../lib/useLive.ts'
import { useNow } from '../lib/useNow.ts'
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
            <span className={form['quiet']}>{TEXT.sign.batchHint}</span>
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
      {marked.size === 0 ? null : <SignBatch marked={marked} onMark={mark} line={line} token={token} />}
    </div>
  )
}

/** What it waits for; of several signers, for whom. */
function waitingWords(row: OutgoingSummary): string {
  if (waitsForNumber(row.state, row.typeName)) return TEXT.outgoingState.signed
  const next = nextOfSeveral(row)
  if (next === undefined) return TEXT.outgoingState[row.state]
  return TEXT.sign.waitsFor(next.fullName, signedCount(row), row.signers.length)
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
  const { person } = useSession()
  const state = document.status === 'ready' ? document.value.state : undefined
  const isOurTurn =
    document.status === 'ready' && waitsForOther(document.value, person?.roles ?? []) === undefined
  const role = document.status === 'ready' ? roleFor(document.value) : 'person'
  const isCopy = document.status === 'ready' && copyFormOf(document.value.typeName) !== undefined
  const asksPlace = !isCopy && isOurTurn && OUTGOING_BOXES.toSign.some((known) => known === state)
  const next = document.status === 'ready' ? nextOfSeveral(document.value) : undefined
  const suggested = role === 'person' ? certificateFor(token, next) : token?.chosen.agency
  // What was chosen or moved for one signature says nothing of the next.
  const step = `${state ?? ''} ${document.status === 'ready' ? String(signedCount(document.value)) : ''}`
  const certificate = picked?.step === step ? picked.certificate : suggested
  const place = useSignaturePlace(
    role,
    asksPlace && certificate !== undefined ? { id: asId(id), certificate } : undefined,
    step,
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
            mark={place.mark}
          />
        )}
      </section>
      <SignPanel
        key={step}
        detail={detail}
        line={line}
        token={token}
        suggested={suggested}
        placed={place.placed}
        onChoose={(chosen) => {
          setPicked({ step, certificate: chosen })
        }}
      >
        <RetiredRecipients recipients={detail.recipients} />
        {isCopy ? <CopyPlaceNote /> : null}
        {place.note}
      </SignPanel>
    </div>
  )
}
