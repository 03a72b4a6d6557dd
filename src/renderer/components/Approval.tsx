import { ClipboardPen, Undo2, UserRoundCheck } from 'lucide-react'
import { useState } from 'react'

import type { OutgoingDetail } from '../../shared/ipc/contract.ts'
import { personId } from '../../shared/people.ts'
import { announce } from '../lib/announce.ts'
import { call } from '../lib/call.ts'
import { formatSince } from '../lib/format.ts'
import { go } from '../lib/route.ts'
import { useMay, useSession } from '../lib/session.ts'
import { useAction } from '../lib/useAction.ts'
import { useNow } from '../lib/useNow.ts'
import { TEXT } from '../text.vi.ts'
import { Banner } from './Banner.tsx'
import { Button } from './Button.tsx'
import { AskReason, Sheet } from './Dialog.tsx'
import { RadioCards } from './Field.tsx'
import { DocumentNotes } from './DocumentNotes.tsx'
import { SheetForm } from './SheetForm.tsx'

/** Whether the person at work sends what they wrote to somebody else for approval. */
export function useNeedsApproval(): boolean {
  const { person } = useSession()
  return person !== undefined && !person.roles.includes('leader')
}

/**
 * "Trình lãnh đạo", for who may not approve.
 *
 * @param check says what is missing; the question comes only where nothing is
 * @param perform saves what is typed, then submits the revision that it made
 */
export function ProposeButton({
  id,
  check,
  perform,
}: {
  id: OutgoingDetail['id']
  check: () => Promise<boolean>
  perform: (work: (revision: number) => Promise<OutgoingDetail>) => Promise<OutgoingDetail>
}) {
  const { people } = useSession()
  const leaders = people.filter(({ roles }) => roles.includes('leader'))
  const [isAsking, setAsking] = useState(false)
  const [chosen, setChosen] = useState<string>()
  const leader = leaders.find((one) => one.id === chosen) ?? leaders[0]
  const begin = useAction(async () => {
    if (await check()) setAsking(true)
  })
  const propose = useAction(async () => {
    if (leader === undefined) return
    await perform((revision) =>
      call('outgoing.propose', { id, revision, leaderId: personId.parse(leader.id) }),
    )
    setAsking(false)
    announce(TEXT.approval.proposeDone(leader.name))
    go('to-approve', id)
  })
  return (
    <>
      <Button
        kind="primary"
        icon={UserRoundCheck}
        isBusy={begin.busy || propose.busy}
        onPress={() => {
          propose.clear()
          void begin.run()
        }}
      >
        {TEXT.approval.propose}
      </Button>
      <Sheet
        isOpen={isAsking}
        onClose={() => {
          setAsking(false)
        }}
        title={TEXT.approval.proposeTitle}
      >
        <SheetForm
          act={TEXT.approval.proposeDo}
          busy={propose.busy}
          isDisabled={leader === undefined}
          onCancel={() => {
            setAsking(false)
          }}
          error={propose.error}
          onSubmit={() => {
            void propose.run()
          }}
        >
          <p>{TEXT.approval.proposeHint}</p>
          {leaders.length === 0 ? <p role="alert">{TEXT.approval.noLeader}</p> : null}
          <RadioCards
            label={TEXT.approval.leader}
            value={leader?.id ?? ''}
            options={leaders.map((one) => ({ value: one.id, name: one.name, rest: one.position }))}
            onChange={setChosen}
          />
        </SheetForm>
      </Sheet>
    </>
  )
}

/** At a draft: why it was sent back, until it is submitted again. */
export function SentBackBand({ detail }: { detail: OutgoingDetail }) {
  const now = useNow(60_000)
  const last = detail.notes.findLast(({ kind }) => kind === 'sentBack')
  if (detail.sentBackAt === undefined || last === undefined) return null
  return (
    <Banner
      tone="warn"
      icon={Undo2}
      title={TEXT.approval.sentBack(last.personName, formatSince(last.at, now))}
    >
      {last.text}
    </Banner>
  )
}

/** The notes of an outgoing document, in a sheet of their own where the page has no room beside it. */
export function NotesButton({ detail }: { detail: OutgoingDetail }) {
  const [isShown, setShown] = useState(false)
  const { isShared } = useSession()
  if (!isShared && detail.notes.length === 0) return null
  const count = detail.notes.length
  return (
    <>
      <Button
        kind="quiet"
        icon={ClipboardPen}
        onPress={() => {
          setShown(true)
        }}
      >
        {count === 0 ? TEXT.notes.title : `${TEXT.notes.title} (${String(count)})`}
      </Button>
      <Sheet
        isOpen={isShown}
        onClose={() => {
          setShown(false)
        }}
        title={TEXT.notes.title}
        look="drawer"
      >
        <OutgoingNotes detail={detail} />
      </Sheet>
    </>
  )
}

/** What was written about an outgoing document. */
export function OutgoingNotes({ detail }: { detail: OutgoingDetail }) {
  return (
    <DocumentNotes notes={detail.notes} onAdd={(text) => call('outgoing.note', { id: detail.id, text })} />
  )
}

/** "Trả lại…" to whoever wrote it. Left out where one person is the whole office. */
export function SendBackButton({ detail, after }: { detail: OutgoingDetail; after: () => void }) {
  const { isShared } = useSession()
  const may = useMay()
  const [isAsking, setAsking] = useState(false)
  const sendBack = useAction(async (reason: string) => {
    await call('outgoing.sendBack', { id: detail.id, reason })
    setAsking(false)
    announce(TEXT.approval.sendBackDone)
    after()
  })
  if (!isShared || !may('outgoing.sendBack')) return null
  return (
    <>
      <Button
        kind="danger"
        icon={Undo2}
        onPress={() => {
          setAsking(true)
        }}
      >
        {TEXT.approval.sendBack}
      </Button>
      <AskReason
        key={String(isAsking)}
        isOpen={isAsking}
        title={TEXT.approval.sendBackAsk}
        hint={TEXT.approval.sendBackHint}
        label={TEXT.approval.sendBackLabel}
        missing={TEXT.approval.sendBackMissing}
        safe={TEXT.approval.sendBackNo}
        act={TEXT.approval.sendBackDo}
        busy={sendBack.busy}
        error={sendBack.error}
        onClose={() => {
          setAsking(false)
        }}
        onConfirm={(reason) => {
          void sendBack.run(reason)
        }}
      />
    </>
  )
}
