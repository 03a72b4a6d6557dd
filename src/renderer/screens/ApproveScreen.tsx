import { ArrowLeft, Check, ClipboardCheck, Signature, Undo2 } from 'lucide-react'
import { useEffect } from 'react'

import type { OutgoingDetail } from '../../shared/ipc/contract.ts'
import { isPressed } from '../../shared/shortcuts.ts'
import { OutgoingNotes, SendBackButton } from '../components/Approval.tsx'
import { Empty, Failed, FailureBanner, Skeleton } from '../components/Banner.tsx'
import { Button, IconButton } from '../components/Button.tsx'
import { Chip, PriorityChip } from '../components/Chip.tsx'
import { Facts, Timeline } from '../components/Details.tsx'
import { DocumentList, WideDocumentRow } from '../components/DocumentList.tsx'
import { OutgoingPdf } from '../components/FilePreview.tsx'
import { announce } from '../lib/announce.ts'
import { call } from '../lib/call.ts'
import { formatCount, formatDay, formatWhen } from '../lib/format.ts'
import { asId } from '../lib/id.ts'
import { codeOf, recipientNames, typeWords, useOutgoing } from '../lib/lists.ts'
import { go } from '../lib/route.ts'
import { useMay, useSession } from '../lib/session.ts'
import { useAction } from '../lib/useAction.ts'
import { useLive } from '../lib/useLive.ts'
import { useNow } from '../lib/useNow.ts'
import { TEXT } from '../text.vi.ts'
import styles from './ApproveScreen.module.css'
import screen from './screen.module.css'

/** Chờ duyệt and Bị trả lại: the lists of what goes between who writes and who approves. */
export function ApproveScreen({
  box,
  id,
  filter,
}: {
  box: 'to-approve' | 'sent-back'
  id: string | undefined
  filter: string
}) {
  return id === undefined || box === 'sent-back' ? (
    <ApprovalList key={box} box={box} filter={filter} />
  ) : (
    <OpenProposal key={id} id={id} />
  )
}

function ApprovalList({ box, filter }: { box: 'to-approve' | 'sent-back'; filter: string }) {
  const pages = useOutgoing(box === 'to-approve' ? 'toApprove' : 'sentBack', filter)
  const now = useNow(60_000)
  return (
    <section className={screen['widePane']} aria-label={TEXT.places[box]} data-pane>
      <div className={screen['head']}>
        <h1>{TEXT.places[box]}</h1>
        {pages.boxTotal === 0 ? null : <Chip tone="info">{formatCount(pages.boxTotal)}</Chip>}
      </div>
      <DocumentList
        pages={pages}
        label={TEXT.places[box]}
        rowHeight={88}
        selectedId={undefined}
        follow={false}
        onSelect={() => undefined}
        onOpen={(row) => {
          go(box === 'to-approve' ? 'to-approve' : 'drafts', row.id)
        }}
        empty={TEXT.empty[box === 'to-approve' ? 'toApprove' : 'sentBack']}
        emptyIcon={box === 'to-approve' ? ClipboardCheck : Undo2}
        filter={filter}
        renderRow={(row) => (
          <WideDocumentRow
            code={codeOf(row)}
            typeName={typeWords(row)}
            when={formatWhen(row.changedAt, now)}
            subject={row.subject}
            chips={
              <>
                <PriorityChip priority={row.priority} />
                {box === 'sent-back' ? (
                  <Chip tone="warn" icon={Undo2}>
                    {TEXT.approval.sentBackChip}
                  </Chip>
                ) : row.leader === undefined ? null : (
                  <Chip tone="info" icon={ClipboardCheck}>
                    {TEXT.approval.waitsFor(row.leader.name)}
                  </Chip>
                )}
                {row.drafter === undefined ? null : <Chip>{TEXT.approval.by(row.drafter.name)}</Chip>}
              </>
            }
            agency={recipientNames(row.recipients)}
          />
        )}
      />
    </section>
  )
}

function OpenProposal({ id }: { id: string }) {
  const document = useLive('outgoing.one', { id: asId(id) }, 'outgoing')
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (isPressed('back', event) && !event.defaultPrevented) go('to-approve')
    }
    window.addEventListener('keydown', onKey)
    return () => {
      window.removeEventListener('keydown', onKey)
    }
  }, [])
  if (document.status === 'loading') return <Skeleton />
  if (document.status === 'failed') return <Failed error={document.error} onRetry={document.refresh} />
  if (document.value.state !== 'proposed') {
    return (
      <Empty
        icon={ClipboardCheck}
        title={TEXT.outgoingState[document.value.state]}
        hint={codeOf(document.value)}
      >
        <Button
          onPress={() => {
            go('to-approve')
          }}
        >
          {TEXT.back}
        </Button>
      </Empty>
    )
  }
  return <Proposal detail={document.value} />
}

function Proposal({ detail }: { detail: OutgoingDetail }) {
  const { person } = useSession()
  const may = useMay()
  const approve = useAction(async (thenSign: boolean) => {
    await call('outgoing.approve', { id: detail.id })
    announce(TEXT.approval.approveDone)
    if (thenSign) go('to-sign', detail.id)
    else go('to-approve')
  })
  const takeBack = useAction(async () => {
    await call('outgoing.takeBack', { id: detail.id })
    announce(TEXT.approval.takeBackDone)
    go('drafts', detail.id)
  })
  const { fields } = detail
  const title = `${codeOf(detail)} · ${detail.subject}`
  const pdf = detail.files.find(({ role }) => role === 'imported')
  return (
    <div className={screen['panes']}>
      <section className={screen['reading']} aria-label={TEXT.pdf.label} data-pane>
        <div className={screen['head']}>
          <IconButton
            kind="quiet"
            icon={ArrowLeft}
            label={TEXT.back}
            onPress={() => {
              go('to-approve')
            }}
          />
          <h1 className={styles['name']} title={title}>
            {title}
          </h1>
          <PriorityChip priority={detail.priority} />
        </div>
        {pdf === undefined ? (
          <Empty icon={ClipboardCheck} title={TEXT.approval.noPdf} hint={codeOf(detail)} />
        ) : (
          <OutgoingPdf id={detail.id} role="imported" version={pdf.sha256} name={title} toolbar={pdf.name} />
        )}
      </section>
      <aside className={styles['panel']} aria-label={TEXT.approval.facts} data-pane>
        <h2 className="visually-hidden">{TEXT.approval.facts}</h2>
        <div className={styles['scroll']} tabIndex={0} role="group" aria-label={TEXT.approval.facts}>
          <Facts
            facts={[
              { name: TEXT.document.code, value: codeOf(detail) },
              { name: TEXT.field.typeName, value: typeWords(detail) },
              { name: TEXT.approval.drafter, value: detail.drafter?.name ?? '' },
              { name: TEXT.approval.leader, value: detail.leader?.name ?? '' },
              {
                name: TEXT.approval.signer,
                value: [fields.signer.position, fields.signer.fullName]
                  .filter((part) => part !== '')
                  .join(' '),
              },
              { name: TEXT.approval.recipients, value: detail.recipients.map(({ name }) => name).join('; ') },
              {
                name: TEXT.document.due,
                value: detail.dueDate === undefined ? '' : formatDay(detail.dueDate),
              },
            ]}
          />
          <OutgoingNotes detail={detail} />
          <Timeline history={detail.history} />
        </div>
        <FailureBanner error={approve.error ?? takeBack.error} boxed />
        <div className={styles['actions']}>
          {may('outgoing.approve') ? (
            <>
              <Button
                kind="primary"
                icon={Signature}
                isBusy={approve.busy}
                onPress={() => {
                  void approve.run(true)
                }}
              >
                {TEXT.approval.approveAndSign}
              </Button>
              <Button
                icon={Check}
                isBusy={approve.busy}
                onPress={() => {
                  void approve.run(false)
                }}
              >
                {TEXT.approval.approve}
              </Button>
            </>
          ) : null}
          <SendBackButton
            detail={detail}
            after={() => {
              go('to-approve')
            }}
          />
          {detail.drafter === undefined || detail.drafter.id === person?.id ? (
            <Button
              icon={Undo2}
              isBusy={takeBack.busy}
              onPress={() => {
                void takeBack.run()
              }}
            >
              {TEXT.approval.takeBack}
            </Button>
          ) : null}
        </div>
      </aside>
    </div>
  )
}
