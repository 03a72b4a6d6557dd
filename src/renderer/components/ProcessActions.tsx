import { CircleCheck, Hourglass, Reply, UserRoundCheck } from 'lucide-react'
import { useState } from 'react'

import { INCOMING, type IncomingState } from '../../shared/document/incoming.ts'
import type { IncomingDetail } from '../../shared/ipc/contract.ts'
import { eventsOf } from '../../shared/machine.ts'
import { announce } from '../lib/announce.ts'
import { call } from '../lib/call.ts'
import { draftStart } from '../lib/notation.ts'
import { go } from '../lib/route.ts'
import { useAction } from '../lib/useAction.ts'
import { TEXT } from '../text.vi.ts'
import { FailureBanner } from './Banner.tsx'
import { Button } from './Button.tsx'
import { AskReason } from './Dialog.tsx'

/** States of a document that may be answered: it is in the register. */
const ANSWERABLE: readonly IncomingState[] = ['registered', 'assigned', 'processing', 'finished']

/** What may be said of a registered document next; its sender hears each of it. */
export function ProcessActions({ detail: { id, state } }: { detail: IncomingDetail }) {
  const [asking, setAsking] = useState(false)
  const may = eventsOf(INCOMING, state)
  const assign = useAction(async (to: string) => {
    await call('incoming.assign', { id, to })
    setAsking(false)
    announce(TEXT.incoming.assignDone)
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
  return (
    <>
      {ANSWERABLE.includes(state) ? (
        <Button
          icon={Reply}
          isDisabled={reply.busy}
          onPress={() => {
            void reply.run()
          }}
        >
          {TEXT.incoming.reply}
        </Button>
      ) : null}
      {may.includes('assign') ? (
        <Button
          icon={UserRoundCheck}
          onPress={() => {
            setAsking(true)
          }}
        >
          {TEXT.incoming.assign}
        </Button>
      ) : null}
      {may.includes('process') ? (
        <Button
          icon={Hourglass}
          isDisabled={advance.busy}
          onPress={() => {
            void advance.run('incoming.process')
          }}
        >
          {TEXT.incoming.process}
        </Button>
      ) : null}
      {may.includes('finish') ? (
        <Button
          icon={CircleCheck}
          isDisabled={advance.busy}
          onPress={() => {
            void advance.run('incoming.finish')
          }}
        >
          {TEXT.incoming.finish}
        </Button>
      ) : null}
      <FailureBanner error={advance.error ?? reply.error} boxed />
      <AskReason
        key={String(asking)}
        isOpen={asking}
        dangerous={false}
        title={TEXT.incoming.assignAsk}
        hint={TEXT.incoming.assignHint}
        label={TEXT.incoming.assignTo}
        missing={TEXT.incoming.assignMissing}
        safe={TEXT.cancel}
        act={TEXT.incoming.assignDo}
        busy={assign.busy}
        error={assign.error}
        onClose={() => {
          setAsking(false)
        }}
        onConfirm={(to) => {
          void assign.run(to)
        }}
      />
    </>
  )
}
