import { BookDown, Inbox, MousePointerClick, PackageX, RotateCcw, Undo2 } from 'lucide-react'
import { useEffect, useState } from 'react'

import { incomingDeadline } from '../../shared/document/deadlines.ts'
import type { WorkCalendar } from '../../shared/document/working-days.ts'
import type { DocumentFile, Sha256 } from '../../shared/document/fields.ts'
import { INCOMING, type IncomingBox } from '../../shared/document/incoming.ts'
import { PACKET_WARNING_TEXT } from '../../shared/document/packet.vi.ts'
import { ERROR_TEXT } from '../../shared/errors.vi.ts'
import type { IncomingDetail, IncomingSummary } from '../../shared/ipc/contract.ts'
import { eventsOf } from '../../shared/machine.ts'
import { Banner, Empty, Failed, FailureBanner, Skeleton } from '../components/Banner.tsx'
import { Button } from '../components/Button.tsx'
import { ArrivedEncrypted } from '../components/FormChip.tsx'
import { Versions } from '../components/Changes.tsx'
import { Chip, PriorityChip, VerdictChip, type Tone } from '../components/Chip.tsx'
import { dueFact, Facts, Files, isPdf, Timeline } from '../components/Details.tsx'
import { useArrivalStamp } from '../components/ArrivalStamp.tsx'
import { AskReason } from '../components/Dialog.tsx'
import { DeadlineChip } from '../components/DeadlineChip.tsx'
import { DocumentList, DocumentRow } from '../components/DocumentList.tsx'
import { DocumentNotes } from '../components/DocumentNotes.tsx'
import { EvidenceButton } from '../components/EvidenceButton.tsx'
import { IncomingPdf } from '../components/FilePreview.tsx'
import { ProcessActions } from '../components/ProcessActions.tsx'
import { Aside, AsideButton } from '../components/Reading.tsx'
import { REQUEST_ICON, RequestBand } from '../components/RequestBand.tsx'
import { SignedVersions } from '../components/SignedVersions.tsx'
import { TaskChips } from '../components/TaskChips.tsx'
import { VerdictBand, VerdictDialog } from '../components/VerdictReport.tsx'
import { announce } from '../lib/announce.ts'
import { call } from '../lib/call.ts'
import { formatCount, formatDay, formatInstant, formatWhen, isoDayOf, formatSince } from '../lib/format.ts'
import { asId } from '../lib/id.ts'
import { typeWords, useIncoming } from '../lib/lists.ts'
import { go } from '../lib/route.ts'
import { useMay } from '../lib/session.ts'
import { useAction } from '../lib/useAction.ts'
import { useLive } from '../lib/useLive.ts'
import { useCalendar } from '../lib/useCalendar.ts'
import { useNow } from '../lib/useNow.ts'
import { TEXT } from '../text.vi.ts'
import screen from './screen.module.css'

/** Văn bản đến, one box of it: the list, the document, and what may be done with it. */
export function IncomingScreen({
  box,
  id,
  filter,
}: {
  box: IncomingBox
  id: string | undefined
  filter: string
}) {
  const pages = useIncoming(box, filter)
  const now = useNow(60_000)
  const calendar = useCalendar()
  const first = pages.row(0)?.id
  useEffect(() => {
    if (id === undefined && first !== undefined) go(box, first)
  }, [box, id, first])
  return (
    <div className={screen['panes']}>
      <section className={screen['listPane']} aria-label={TEXT.places[box]} data-pane>
        <div className={screen['head']}>
          <h1>{TEXT.places[box]}</h1>
          {pages.boxTotal === 0 ? null : <Chip tone="info">{formatCount(pages.boxTotal)}</Chip>}
        </div>
        <DocumentList
          pages={pages}
          label={TEXT.places[box]}
          rowHeight={110}
          selectedId={id}
          follow
          onSelect={(row) => {
            go(box, row.id)
          }}
          onOpen={(row) => {
            go(box, row.id)
          }}
          empty={TEXT.empty[box]}
          emptyIcon={Inbox}
          filter={filter}
          renderRow={(row) => <IncomingRow row={row} calendar={calendar} now={now} />}
        />
      </section>
      {id === undefined ? (
        <div className={screen['reading']}>
          {pages.boxTotal === 0 ? null : (
            <Empty icon={MousePointerClick} title={TEXT.list.choose} hint={TEXT.list.chooseHint} />
          )}
        </div>
      ) : (
        <IncomingDocument key={id} id={id} />
      )}
    </div>
  )
}

/** A received document in a list. */
export function IncomingRow({
  row,
  calendar,
  now,
}: {
  row: IncomingSummary
  calendar: WorkCalendar | undefined
  now: number
}) {
  const late = row.dueDate !== undefined && row.dueDate <= isoDayOf(now)
  return (
    <DocumentRow
      code={row.code === '' ? TEXT.incomingState[row.state] : row.code}
      typeName={typeWords(row)}
      when={formatWhen(row.receivedAt, now)}
      subject={
        row.quarantine !== undefined && row.subject === ''
          ? ERROR_TEXT[row.quarantine.code].title
          : row.subject
      }
      chips={
        <>
          <PriorityChip priority={row.priority} />
          <DeadlineChip deadline={calendar && incomingDeadline(calendar, row)} now={now} />
          <VerdictChip verdict={row.verdict} />
          {row.quarantine === undefined ? null : (
            <Chip tone="bad" icon={PackageX}>
              {TEXT.incomingState.quarantined}
            </Chip>
          )}
          {row.request?.state === 'asked' ? (
            <Chip tone="warn" icon={REQUEST_ICON[row.request.kind]}>
              {row.request.kind === 'update' ? TEXT.updates.askedChip : TEXT.requestState.asked}
            </Chip>
          ) : null}
          {row.state === 'recalled' ? <Chip icon={RotateCcw}>{TEXT.incomingState.recalled}</Chip> : null}
          {row.arrivalNumber === undefined ? null : (
            <Chip tone="info">
              {TEXT.document.arrival} {row.arrivalNumber}
            </Chip>
          )}
          <TaskChips row={row} now={now} />
          {row.dueDate === undefined || row.handleBy !== undefined ? null : (
            <Chip tone={late ? 'bad' : 'plain'}>{TEXT.list.due(formatDay(row.dueDate).slice(0, 5))}</Chip>
          )}
        </>
      }
      agency={row.senderName}
    />
  )
}

/** A received document beside its list. */
export function IncomingDocument({ id }: { id: string }) {
  const document = useLive('incoming.one', { id: asId(id) }, 'incoming')
  if (document.status === 'loading') return <Skeleton />
  if (document.status === 'failed') return <Failed error={document.error} onRetry={document.refresh} />
  return <OpenIncoming detail={document.value} />
}

/** Every other state is one that the document does not get out of well. */
const STATE_TONE: Partial<Record<IncomingSummary['state'], Tone>> = {
  registered: 'ok',
  assigned: 'ok',
  processing: 'ok',
  finished: 'ok',
  recalled: 'plain',
}

type Asking = 'return' | 'dismiss'

function OpenIncoming({ detail }: { detail: IncomingDetail }) {
  const now = useNow(60_000)
  const calendar = useCalendar()
  const [asking, setAsking] = useState<Asking>()
  const [verdictOpen, setVerdictOpen] = useState(false)
  const [shownSha, setShown] = useState<string>()
  const may = eventsOf(INCOMING, detail.state)
  const mayAsk = useMay()
  const register = useAction(async () => {
    const done = await call('incoming.register', { id: detail.id })
    announce(TEXT.incoming.registerDone(done.arrivalNumber ?? detail.nextArrivalNumber))
  })
  const refuse = useAction(async (how: Asking, reason: string) => {
    if (how === 'return') await call('incoming.return', { id: detail.id, reason })
    else await call('incoming.dismiss', { id: detail.id, reason })
    setAsking(undefined)
    announce(how === 'return' ? TEXT.incoming.returnDone : TEXT.incoming.dismissDone)
  })
  const save = useAction(async (file: DocumentFile) => {
    const { path } = await call('incoming.export', { id: detail.id, sha256: file.sha256 })
    if (path !== undefined) announce(TEXT.document.exported)
  })
  const drag = useAction((sha256: Sha256) =>
    call('desktop.drag', { direction: 'incoming', id: detail.id, sha256 }),
  )
  const answerBy = calendar && incomingDeadline(calendar, detail)
  // Its sender took it back: what is known of it stays, its content is closed.
  const isCancelled = detail.state === 'recalled'
  const pdfs = detail.files.filter((file) => isPdf(file) && file.role !== 'packet')
  const shown = pdfs.find(({ sha256 }) => sha256 === shownSha) ?? pdfs[0]
  // The verdict is on the first, see admit.ts.
  const judged = pdfs.find(({ name }) => name.toLowerCase().endsWith('.pdf'))
  const stamp = useArrivalStamp(detail, isCancelled ? undefined : judged?.sha256)
  const aside = (
    <div style={{ display: 'flex', flexDirection: 'column', gap: 18 }}>
      <Timeline
        history={detail.history}
        waitsFor={
          detail.state === 'admitted'
            ? {
                title: TEXT.history.waitRegister,
                note: answerBy === undefined ? '' : TEXT.deadline.far(formatSince(answerBy.at, now)),
              }
            : undefined
        }
      />
      <Versions versions={detail.versions} />
      <Files
        title={TEXT.document.files}
        files={detail.files}
        verdicts={detail.verdictDetail?.attachments ?? []}
        onOpen={
          isCancelled
            ? undefined
            : (file) => {
                setShown(file.sha256)
              }
        }
        onDrag={
          isCancelled
            ? undefined
            : ({ sha256 }) => {
                void drag.run(sha256)
              }
        }
        onExport={
          isCancelled
            ? undefined
            : (file) => {
                void save.run(file)
              }
        }
      />
      {detail.arrivalNumber === undefined && detail.notes.length === 0 ? null : (
        <DocumentNotes
          notes={detail.notes}
          onAdd={(text) => call('incoming.note', { id: detail.id, text })}
        />
      )}
      {isCancelled ? null : (
        <div>
          <EvidenceButton direction="incoming" id={detail.id} />
        </div>
      )}
      {detail.content === '' || detail.content === detail.subject ? null : (
        <section>
          <h3>{TEXT.document.content}</h3>
          <p>{detail.content}</p>
        </section>
      )}
    </div>
  )
  return (
    <section className={screen['reading']} aria-label={detail.subject} data-pane>
      <div className={screen['title']}>
        <div className={screen['tags']}>
          <PriorityChip priority={detail.priority} />
          <DeadlineChip deadline={answerBy} now={now} />
          {detail.typeName === '' ? null : <Chip>{typeWords(detail)}</Chip>}
          {detail.state === 'admitted' ? null : (
            <Chip tone={STATE_TONE[detail.state] ?? 'bad'}>{TEXT.incomingState[detail.state]}</Chip>
          )}
          {detail.paperFollows ? <Chip>{TEXT.document.paperFollows}</Chip> : null}
          <ArrivedEncrypted encrypted={detail.encrypted} />
          <span>{TEXT.document.arrivedAt(formatInstant(detail.receivedAt))}</span>
        </div>
        <h2>{detail.subject === '' ? TEXT.list.noSubject : detail.subject}</h2>
        <Facts
          facts={[
            { name: TEXT.document.code, value: detail.code },
            { name: TEXT.document.sender, value: detail.senderName },
            {
              name: TEXT.document.issuedDate,
              value: detail.issuedDate === undefined ? '' : formatDay(detail.issuedDate),
            },
            {
              name: TEXT.document.arrival,
              value: detail.arrivalNumber === undefined ? '' : String(detail.arrivalNumber),
            },
            dueFact(detail.dueDate, now),
            { name: TEXT.handling.assignee, value: detail.assignee?.name ?? '' },
            {
              name: TEXT.handling.handleBy,
              value: detail.handleBy === undefined ? '' : formatDay(detail.handleBy),
            },
            { name: TEXT.document.returnReason, value: detail.returnReason ?? '' },
            { name: TEXT.document.answers, value: detail.answers.join(', ') },
            { name: TEXT.document.replaces, value: detail.replaces.join('; ') },
            { name: TEXT.document.steering, value: steeringWords(detail.steeringType) },
          ]}
        />
      </div>
      <div className={screen['actions']}>
        {may.includes('register') && mayAsk('incoming.register') ? (
          <Button
            kind="primary"
            icon={BookDown}
            isBusy={register.busy}
            onPress={() => {
              void register.run()
            }}
          >
            {TEXT.incoming.register(detail.nextArrivalNumber)}
          </Button>
        ) : null}
        {may.includes('return') && detail.code !== '' && mayAsk('incoming.return') ? (
          <Button
            kind="danger"
            icon={Undo2}
            onPress={() => {
              setAsking('return')
            }}
          >
            {TEXT.incoming.return}
          </Button>
        ) : null}
        {may.includes('dismiss') && mayAsk('incoming.dismiss') ? (
          <Button
            icon={PackageX}
            onPress={() => {
              setAsking('dismiss')
            }}
          >
            {TEXT.incoming.dismiss}
          </Button>
        ) : null}
        <ProcessActions detail={detail} />
        <span className={screen['push']} />
        <AsideButton>{aside}</AsideButton>
      </div>
      <RequestBand detail={detail} />
      <FailureBanner
        error={
          register.error ?? save.error ?? drag.error ?? (asking === undefined ? refuse.error : undefined)
        }
      />
      {detail.quarantine === undefined ? (
        <VerdictBand
          verdict={detail.verdictDetail}
          onMore={() => {
            setVerdictOpen(true)
          }}
        />
      ) : (
        <Banner tone="bad" icon={PackageX} title={`${ERROR_TEXT[detail.quarantine.code].title}.`}>
          {ERROR_TEXT[detail.quarantine.code].hint} {TEXT.incoming.keptHint}
        </Banner>
      )}
      {detail.warnings.length === 0 ? null : (
        <Banner tone="warn" title={`${TEXT.document.warnings}:`}>
          {detail.warnings.map(warningWords).join(' ')}
        </Banner>
      )}
      <div className={screen['body']}>
        {isCancelled ? (
          <Empty icon={RotateCcw} title={TEXT.incoming.noContent} hint={TEXT.incoming.recalledHint} />
        ) : shown === undefined ? (
          <Empty
            icon={PackageX}
            title={TEXT.incoming.noPdf}
            hint={detail.quarantine === undefined ? TEXT.incoming.noPdfHint : TEXT.incoming.keptHint}
          />
        ) : (
          <SignedVersions
            key={shown.sha256}
            verdict={shown === judged ? detail.verdictDetail : undefined}
            present={TEXT.verdict.versionReceived}
          >
            {(signedBy) => (
              <IncomingPdf
                id={detail.id}
                sha256={shown.sha256}
                signedBy={signedBy}
                name={`${TEXT.pdf.label} ${detail.code}`}
                toolbar={
                  <span className={screen['toolbar']}>
                    {shown === judged && signedBy === undefined ? stamp.toggle : null}
                    {shown.name}
                  </span>
                }
                mark={shown === judged && signedBy === undefined ? stamp.mark : undefined}
              />
            )}
          </SignedVersions>
        )}
        <Aside>{aside}</Aside>
      </div>
      {detail.verdictDetail === undefined ? null : (
        <VerdictDialog
          verdict={detail.verdictDetail}
          isOpen={verdictOpen}
          onClose={() => {
            setVerdictOpen(false)
          }}
        />
      )}
      <AskReason
        key={asking ?? 'none'}
        isOpen={asking !== undefined}
        {...(asking === 'dismiss'
          ? {
              title: TEXT.incoming.dismissAsk,
              hint: TEXT.incoming.dismissHint,
              label: TEXT.incoming.dismissReason,
              missing: TEXT.incoming.dismissMissing,
              safe: TEXT.incoming.dismissNo,
              act: TEXT.incoming.dismissDo,
            }
          : {
              title: TEXT.incoming.returnAsk,
              hint: TEXT.incoming.returnHint,
              label: TEXT.incoming.returnReason,
              missing: TEXT.incoming.returnMissing,
              safe: TEXT.incoming.returnNo,
              act: TEXT.incoming.returnDo,
            })}
        busy={refuse.busy}
        error={refuse.error}
        onClose={() => {
          setAsking(undefined)
        }}
        onConfirm={(reason) => {
          if (asking !== undefined) void refuse.run(asking, reason)
        }}
      />
    </section>
  )
}

/** Whether it is a directive or a report on one; senders count them differently, so the number is shown too. */
function steeringWords(code: number | undefined): string {
  if (code === undefined || code === 0) return ''
  return TEXT.document.steeringCode(TEXT.draft.steeringTypes[code], code)
}

/** An oddity of the packet, and the file or the field it is about. */
function warningWords({ code, about }: IncomingDetail['warnings'][number]): string {
  return about === '' ? PACKET_WARNING_TEXT[code] : `${PACKET_WARNING_TEXT[code]} (${about})`
}
