import { CircleCheck, Hourglass, Reply, Undo2, UserRoundCheck } from 'lucide-react'
import { useState } from 'react'

import { INCOMING, type IncomingState } from '../../shared/document/incoming.ts'
import type { IncomingDetail } from '../../shared/ipc/contract.ts'
import { eventsOf } from '../../shared/machine.ts'
import { announce } from '../lib/announce.ts'
import { call } from '../lib/call.ts'
import { draftStart } from '../lib/notation.ts'
import { go } from '../lib/route.ts'
import { useMay, useSession } from '../lib/session.ts'
import { useAction } from '../lib/useAction.ts'
import { TEXT } from '../text.vi.ts'
import { AssignSheet } from './AssignSheet.tsx'
import { FailureBanner } from './Banner.tsx'
import { Button } from './Button.tsx'
import { AskReason } from './Dialog.tsx'

/** States of a document that may be answered: it is in the register. */
const ANSWERABLE: readonly IncomingState[] = ['registered', 'assigned', 'processing', 'finished']

/** What may be said of a registered document next; its sender hears each of it once. */
export function ProcessActions({ detail }: { detail: IncomingDetail }) {
  const { id, state } = detail
  const { person, isShared } = useSession()
  const mayAsk = useMay()
  const [asking, setAsking] = useState<'assign' | 'give-back'>()
  const may = eventsOf(INCOMING, state)
  const close = () => {
    setAsking(undefined)
  }
  const giveBack = useAction(async (reason: string) => {
    await call('incoming.giveBack', { id, reason })
    close()
    announce(TEXT.handling.giveBackDone)
  })
  const advance = useAction(async (method: 'incoming.process' | 'incoming.finish') => {
    await call(method, { id })
    announce(method === 'incoming.process' ? TEXT.incoming.processDone : TEXT.incoming.finishDone)
  })
  const reply = useAction(async () => {
    const { agency } = await call('settings.current', {})
    const draft = await call('incoming.reply', { id, fields: draftStart(agency.name) })
    announce(TEXT.incoming.replyDone)
    go('drafts', draft.id)
  })
  const directs = mayAsk('incoming.assign')
  // The engine refuses anybody else: what was given to somebody is that person's.
  const isOwn = directs || (person !== undefined && detail.assignee?.id === person.id)
  return (
    <>
      {ANSWERABLE.includes(state) && mayAsk('incoming.reply') ? (
        <Button
          icon={Reply}
          isBusy={reply.busy}
          onPress={() => {
            void reply.run()
          }}
        >
          {TEXT.incoming.reply}
        </Button>
      ) : null}
      {directs && (may.includes('assign') || may.includes('reassign')) ? (
        <Button
          icon={UserRoundCheck}
          onPress={() => {
            setAsking('assign')
          }}
        >
          {may.includes('assign') ? TEXT.incoming.assign : TEXT.handling.reassign}
        </Button>
      ) : null}
      {isOwn && may.includes('process') ? (
        <Button
          icon={Hourglass}
          isBusy={advance.busy}
          onPress={() => {
            void advance.run('incoming.process')
          }}
        >
          {TEXT.incoming.process}
        </Button>
      ) : null}
      {isOwn && may.includes('finish') ? (
        <Button
          icon={CircleCheck}
          isBusy={advance.busy}
          onPress={() => {
            void advance.run('incoming.finish')
          }}
        >
          {TEXT.incoming.finish}
        </Button>
      ) : null}
      {isShared && isOwn && may.includes('giveBack') ? (
        <Button
          icon={Undo2}
          onPress={() => {
            setAsking('give-back')
          }}
        >
          {TEXT.handling.giveBack}
        </Button>
      ) : null}
      <FailureBanner error={advance.error ?? reply.error} boxed />
      {asking === 'assign' ? <AssignSheet rows={[detail]} onClose={close} /> : null}
      <AskReason
        key={asking ?? 'none'}
        isOpen={asking === 'give-back'}
        dangerous={false}
        title={TEXT.handling.giveBackAsk}
        hint={TEXT.handling.giveBackHint}
        label={TEXT.handling.giveBackLabel}
        missing={TEXT.handling.giveBackMissing}
        safe={TEXT.handling.giveBackNo}
        act={TEXT.handling.giveBackDo}
        busy={giveBack.busy}
        error={giveBack.error}
        onClose={close}
        onConfirm={(reason) => {
          void giveBack.run(reason)
        }}
      />
    </>
  )
}
