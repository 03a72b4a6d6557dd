import { RotateCcw } from 'lucide-react'
import { useState, type ReactNode } from 'react'

import { OUTGOING } from '../../shared/document/outgoing.ts'
import { ERROR_TEXT } from '../../shared/errors.vi.ts'
import type { OutgoingDetail } from '../../shared/ipc/contract.ts'
import { eventsOf } from '../../shared/machine.ts'
import { announce } from '../lib/announce.ts'
import { call } from '../lib/call.ts'
import { codeOf, recipientNames } from '../lib/lists.ts'
import { useAction } from '../lib/useAction.ts'
import { TEXT } from '../text.vi.ts'
import { Banner, FailureBanner } from './Banner.tsx'
import { Button } from './Button.tsx'
import { AskReason } from './Dialog.tsx'

/** Thu hồi a sent document: the act, and how far it has come. */
export function RecallBand({ detail }: { detail: OutgoingDetail }) {
  const [asking, setAsking] = useState(false)
  const recall = useAction(async (reason: string) => {
    await call('outgoing.recall', { id: detail.id, reason })
    setAsking(false)
    announce(TEXT.sent.recallDone)
  })
  const holders = detail.recipients.filter(({ state }) => state !== 'recalled' && state !== 'returned')
  const may = holders.length > 0 && eventsOf(OUTGOING, detail.state).includes('recall')
  const act = may ? (
    <Button
      kind="danger"
      icon={RotateCcw}
      onPress={() => {
        setAsking(true)
      }}
    >
      {detail.state === 'recalling' ? TEXT.sent.recallAgain : TEXT.sent.recall}
    </Button>
  ) : null
  return (
    <>
      <Progress detail={detail} act={act} />
      <AskReason
        key={String(asking)}
        isOpen={asking}
        title={TEXT.sent.recallAsk(codeOf(detail))}
        hint={TEXT.sent.recallHint(recipientNames(holders, 5))}
        label={TEXT.sent.recallReason}
        missing={TEXT.sent.recallMissing}
        safe={TEXT.sent.recallNo}
        act={TEXT.sent.recallDo}
        busy={recall.busy}
        error={recall.error}
        onClose={() => {
          setAsking(false)
        }}
        onConfirm={(reason) => {
          void recall.run(reason)
        }}
      />
    </>
  )
}

function Progress({ detail, act }: { detail: OutgoingDetail; act: ReactNode }) {
  const { delivery, recipients, state } = detail
  const release = useAction(() => call('outgoing.release', { id: detail.id }))
  if (delivery !== undefined) {
    const why = delivery.error === undefined ? undefined : ERROR_TEXT[delivery.error]
    return (
      <>
        <Banner
          tone={delivery.job === 'held' ? 'warn' : 'info'}
          title={TEXT.sent.waiting}
          action={
            delivery.job === 'held' ? (
              <Button
                isDisabled={release.busy}
                onPress={() => {
                  void release.run()
                }}
              >
                {TEXT.sent.release}
              </Button>
            ) : null
          }
        >
          {why === undefined ? TEXT.sent.waitingHint : `${why.title}. ${why.hint}`}
        </Banner>
        <FailureBanner error={release.error} />
      </>
    )
  }
  if (state === 'recalled') {
    return (
      <Banner tone="ok" title={TEXT.sent.recalled}>
        {TEXT.sent.recalledHint}
      </Banner>
    )
  }
  if (state === 'recalling') {
    const asked = recipients.filter(({ request }) => request !== undefined)
    const answered = asked.filter(
      ({ request }) => request?.state === 'agreed' || request?.state === 'refused',
    )
    return (
      <Banner tone="info" title={TEXT.sent.recalling} action={act}>
        {TEXT.sent.recallingHint(answered.length, asked.length)}
      </Banner>
    )
  }
  return act
}
