import { MailCheck, MousePointerClick } from 'lucide-react'
import { useEffect, useState } from 'react'

import { outgoingDeadline } from '../../shared/document/deadlines.ts'
import type { OutgoingFields, Sha256 } from '../../shared/document/fields.ts'
import { copyFormOf } from '../../shared/document/types.ts'
import type { OutgoingSummary } from '../../shared/ipc/contract.ts'
import { Empty, Failed, FailureBanner, Skeleton } from '../components/Banner.tsx'
import { Chip, PriorityChip, type Tone } from '../components/Chip.tsx'
import { dueFact, Facts, Files, Recipients, Timeline } from '../components/Details.tsx'
import { Versions } from '../components/Changes.tsx'
import { DeadlineChip } from '../components/DeadlineChip.tsx'
import { DocumentList, DocumentRow } from '../components/DocumentList.tsx'
import { EvidenceButton } from '../components/EvidenceButton.tsx'
import { OutgoingPdf } from '../components/FilePreview.tsx'
import { Aside, AsideButton } from '../components/Reading.tsx'
import { RecallBand } from '../components/RecallBand.tsx'
import { SignedVersions } from '../components/SignedVersions.tsx'
import { VerdictBand, VerdictDialog } from '../components/VerdictReport.tsx'
import { announce } from '../lib/announce.ts'
import { call } from '../lib/call.ts'
import { formatCount, formatDay, formatInstant, formatWhen } from '../lib/format.ts'
import { asId } from '../lib/id.ts'
import { codeOf, recipientNames, typeWords, useOutgoing } from '../lib/lists.ts'
import { go } from '../lib/route.ts'
import { useAction } from '../lib/useAction.ts'
import { useLive } from '../lib/useLive.ts'
import { useCalendar } from '../lib/useCalendar.ts'
import { useNow } from '../lib/useNow.ts'
import { TEXT } from '../text.vi.ts'
import screen from './screen.module.css'

/** Đã gửi: what the hub took, and what every recipient did with it. */
export function SentScreen({ id, filter }: { id: string | undefined; filter: string }) {
  const pages = useOutgoing('sent', filter)
  const now = useNow(60_000)
  const calendar = useCalendar()
  const first = pages.row(0)?.id
  useEffect(() => {
    if (id === undefined && first !== undefined) go('sent', first)
  }, [id, first])
  return (
    <div className={screen['panes']}>
      <section className={screen['listPane']} aria-label={TEXT.places.sent} data-pane>
        <div className={screen['head']}>
          <h1>{TEXT.places.sent}</h1>
          {pages.boxTotal === 0 ? null : <Chip tone="info">{formatCount(pages.boxTotal)}</Chip>}
        </div>
        <DocumentList
          pages={pages}
          label={TEXT.places.sent}
          rowHeight={104}
          selectedId={id}
          follow
          onSelect={(row) => {
            go('sent', row.id)
          }}
          onOpen={(row) => {
            go('sent', row.id)
          }}
          empty={TEXT.empty.sent}
          emptyIcon={MailCheck}
          filter={filter}
          renderRow={(row) => (
            <DocumentRow
              code={codeOf(row)}
              typeName={typeWords(row)}
              when={formatWhen(row.sentAt ?? row.changedAt, now)}
              subject={row.subject}
              chips={
                <>
                  <PriorityChip priority={row.priority} />
                  <SentChip row={row} />
                  <DeadlineChip
                    deadline={calendar && outgoingDeadline(calendar, row)}
                    doneAt={row.sentAt}
                    now={now}
                  />
                </>
              }
              agency={recipientNames(row.recipients, 1)}
            />
          )}
        />
      </section>
      {id === undefined ? (
        <div className={screen['reading']}>
          <Empty icon={MousePointerClick} title={TEXT.list.choose} hint={TEXT.list.chooseHint} />
        </div>
      ) : (
        <SentDocument key={id} id={id} />
      )}
    </div>
  )
}

const STATE_TONE: Partial<Record<OutgoingSummary['state'], Tone>> = {
  confirmed: 'ok',
  returned: 'bad',
  recalled: 'plain',
  replaced: 'plain',
}
/** Of these the document's own word says more than that of its only recipient. */
const OWN_WORD: readonly OutgoingSummary['state'][] = ['returned', 'recalling', 'recalled', 'replaced']

/** One recipient: its own state; several: how many took it in. */
function SentChip({ row }: { row: OutgoingSummary }) {
  const [only, ...others] = row.recipients
  const tone = STATE_TONE[row.state] ?? 'info'
  if (only !== undefined && others.length === 0 && !OWN_WORD.includes(row.state)) {
    return <Chip tone={tone}>{TEXT.recipientState[only.state]}</Chip>
  }
  return <Chip tone={tone}>{TEXT.outgoingState[row.state]}</Chip>
}

/** What a copy was made of. */
function originalFacts({ typeName, original: { code, issuedDate, organName }, signer }: OutgoingFields) {
  if (copyFormOf(typeName) === undefined || issuedDate === undefined) return []
  const value = [code, formatDay(issuedDate), organName, signer.fullName].join(' · ')
  return [{ name: TEXT.copies.original, value }]
}

function SentDocument({ id }: { id: string }) {
  const document = useLive('outgoing.one', { id: asId(id) }, 'outgoing')
  const now = useNow(60_000)
  const calendar = useCalendar()
  const [verdictOpen, setVerdictOpen] = useState(false)
  const save = useAction(async (sha256: Sha256) => {
    const { path } = await call('outgoing.export', { id: asId(id), sha256 })
    if (path !== undefined) announce(TEXT.document.exported)
  })
  const drag = useAction((sha256: Sha256) =>
    call('desktop.drag', { direction: 'outgoing', id: asId(id), sha256 }),
  )
  if (document.status === 'loading') return <Skeleton />
  if (document.status === 'failed') return <Failed error={document.error} onRetry={document.refresh} />
  const detail = document.value
  const sealed = detail.files.find(({ role }) => role === 'sealed')
  const waiting = detail.recipients.some(({ state }) => state === 'sent' || state === 'arrived')
  const aside = (
    <div style={{ display: 'flex', flexDirection: 'column', gap: 18 }}>
      <Recipients recipients={detail.recipients} encrypted={detail.encrypted} />
      <Timeline
        history={detail.history}
        nameOf={(organId) => detail.recipients.find((row) => row.organId === organId)?.name ?? organId}
        waitsFor={waiting ? { title: TEXT.history.waitRecipient, note: '' } : undefined}
      />
      <Versions versions={detail.versions} />
      <Files
        title={TEXT.document.filesOf}
        files={detail.files}
        onExport={({ sha256 }) => {
          void save.run(sha256)
        }}
        onDrag={({ sha256 }) => {
          void drag.run(sha256)
        }}
      />
      <div>
        <EvidenceButton direction="outgoing" id={detail.id} />
      </div>
    </div>
  )
  return (
    <section className={screen['reading']} aria-label={codeOf(detail)} data-pane>
      <div className={screen['title']}>
        <div className={screen['tags']}>
          <PriorityChip priority={detail.priority} />
          <Chip>{typeWords(detail)}</Chip>
          <SentChip row={detail} />
          <DeadlineChip
            deadline={calendar && outgoingDeadline(calendar, detail)}
            doneAt={detail.sentAt}
            now={now}
          />
          {detail.sentAt === undefined ? null : (
            <span>{TEXT.document.sentAt(formatInstant(detail.sentAt))}</span>
          )}
          <span className={screen['push']} />
          <AsideButton>{aside}</AsideButton>
        </div>
        <h2>{detail.subject}</h2>
        <Facts
          facts={[
            { name: TEXT.document.code, value: codeOf(detail) },
            {
              name: TEXT.document.issuedDate,
              value: detail.issuedDate === undefined ? '' : formatDay(detail.issuedDate),
            },
            { name: TEXT.document.signer, value: detail.signers.map(({ fullName }) => fullName).join(', ') },
            ...originalFacts(detail.fields),
            { name: TEXT.document.replaces, value: detail.fields.replaces?.code ?? '' },
            { name: TEXT.document.answers, value: detail.fields.responseFor?.code ?? '' },
            dueFact(detail.dueDate, now),
          ]}
        />
      </div>
      <RecallBand detail={detail} />
      <FailureBanner error={save.error ?? drag.error} />
      {detail.verdict === undefined ? null : (
        <>
          <VerdictBand
            verdict={detail.verdict}
            onMore={() => {
              setVerdictOpen(true)
            }}
          />
          <VerdictDialog
            verdict={detail.verdict}
            isOpen={verdictOpen}
            onClose={() => {
              setVerdictOpen(false)
            }}
          />
        </>
      )}
      <div className={screen['body']}>
        {sealed === undefined ? null : (
          <SignedVersions key={sealed.sha256} verdict={detail.verdict} present={TEXT.verdict.versionSent}>
            {(signedBy) => (
              <OutgoingPdf
                id={detail.id}
                role="sealed"
                signedBy={signedBy}
                version={sealed.sha256}
                name={`${TEXT.pdf.label} ${codeOf(detail)}`}
                toolbar={sealed.name}
              />
            )}
          </SignedVersions>
        )}
        <Aside>{aside}</Aside>
      </div>
    </section>
  )
}
