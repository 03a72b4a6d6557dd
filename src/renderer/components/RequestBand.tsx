import { Check, FilePen, RotateCcw, X } from 'lucide-react'
import { useState } from 'react'

import type { IncomingDetail } from '../../shared/ipc/contract.ts'
import { announce } from '../lib/announce.ts'
import { call } from '../lib/call.ts'
import { go } from '../lib/route.ts'
import { useAction } from '../lib/useAction.ts'
import { TEXT } from '../text.vi.ts'
import { Banner } from './Banner.tsx'
import { Button } from './Button.tsx'
import { AskReason, Confirm } from './Dialog.tsx'

/** What the sender of a received document asked about it, and the clerk's answer. */
export function RequestBand({ detail }: { detail: IncomingDetail }) {
  const [asking, setAsking] = useState<'agree' | 'refuse'>()
  const close = () => {
    setAsking(undefined)
  }
  const agree = useAction(async () => {
    await call('incoming.agree', { id: detail.id })
    close()
    announce(TEXT.incoming.agreeDone)
  })
  const refuse = useAction(async (reason: string) => {
    await call('incoming.refuse', { id: detail.id, reason })
    close()
    announce(TEXT.incoming.refuseDone)
  })
  const { request, replacedBy } = detail
  if (replacedBy !== undefined && detail.state !== 'recalled' && request?.state !== 'asked') {
    return (
      <Banner
        tone="warn"
        icon={FilePen}
        title={TEXT.incoming.replacedBy(replacedBy.code)}
        action={
          <Button
            onPress={() => {
              // A document may have moved to another box meanwhile; its own page finds it anywhere.
              go('registered', replacedBy.id)
            }}
          >
            {TEXT.incoming.replacedOpen}
          </Button>
        }
      >
        {TEXT.incoming.replacedHint}
      </Banner>
    )
  }
  if (detail.state === 'recalled') {
    return (
      <Banner tone="info" icon={RotateCcw} title={TEXT.incoming.recalled}>
        {TEXT.incoming.askedReason(request?.reason ?? '')} {TEXT.incoming.recalledHint}
      </Banner>
    )
  }
  if (request?.state === 'refused') {
    return (
      <Banner tone="info" icon={RotateCcw} title={TEXT.incoming.refused}>
        {TEXT.incoming.askedReason(request.reason)}
      </Banner>
    )
  }
  if (request?.state !== 'asked') return null
  return (
    <>
      <Banner
        tone="warn"
        icon={RotateCcw}
        title={TEXT.incoming.asked}
        action={
          <>
            <Button
              kind="danger"
              icon={Check}
              onPress={() => {
                setAsking('agree')
              }}
            >
              {TEXT.incoming.agree}
            </Button>
            <Button
              icon={X}
              onPress={() => {
                setAsking('refuse')
              }}
            >
              {TEXT.incoming.refuse}
            </Button>
          </>
        }
      >
        {TEXT.incoming.askedReason(request.reason)} {TEXT.incoming.askedHint}
      </Banner>
      <Confirm
        isOpen={asking === 'agree'}
        title={TEXT.incoming.agreeAsk}
        hint={TEXT.incoming.agreeHint}
        safe={TEXT.incoming.agreeNo}
        act={TEXT.incoming.agree}
        busy={agree.busy}
        error={agree.error}
        onClose={close}
        onConfirm={() => {
          void agree.run()
        }}
      />
      <AskReason
        key={asking ?? 'none'}
        isOpen={asking === 'refuse'}
        title={TEXT.incoming.refuseAsk}
        hint={TEXT.incoming.refuseHint}
        label={TEXT.incoming.refuseReason}
        missing={TEXT.incoming.refuseMissing}
        safe={TEXT.incoming.refuseNo}
        act={TEXT.incoming.refuseDo}
        busy={refuse.busy}
        error={refuse.error}
        onClose={close}
        onConfirm={(reason) => {
          void refuse.run(reason)
        }}
      />
    </>
  )
}
