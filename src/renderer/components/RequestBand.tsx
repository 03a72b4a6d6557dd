import { Check, FilePen, FilePenLine, RotateCcw, X } from 'lucide-react'
import { useState } from 'react'

import type { IncomingDetail } from '../../shared/ipc/contract.ts'
import { announce } from '../lib/announce.ts'
import { call } from '../lib/call.ts'
import { go } from '../lib/route.ts'
import { useAction } from '../lib/useAction.ts'
import { TEXT } from '../text.vi.ts'
import { Banner, FailureBanner } from './Banner.tsx'
import { Button } from './Button.tsx'
import { Changes } from './Changes.tsx'
import { AskReason, Confirm } from './Dialog.tsx'

/** What each kind of request looks like. */
export const REQUEST_ICON = { recall: RotateCcw, update: FilePenLine } as const

/** What each kind of request says, and what the clerk's answers to it are called. */
const WORDS = {
  recall: TEXT.incoming,
  update: { ...TEXT.updates, refuseReason: TEXT.incoming.refuseReason, refuseNo: TEXT.incoming.refuseNo },
} as const

/** What the sender of a received document asked about it, and the clerk's answer. */
export function RequestBand({ detail }: { detail: IncomingDetail }) {
  const [asking, setAsking] = useState<'agree' | 'refuse'>()
  const close = () => {
    setAsking(undefined)
  }
  const { request, replacedBy } = detail
  const agree = useAction(async () => {
    if (request === undefined) return
    await call('incoming.agree', { id: detail.id, requestId: request.id })
    close()
    announce(WORDS[request.kind].agreeDone)
  })
  const refuse = useAction(async (reason: string) => {
    if (request === undefined) return
    await call('incoming.refuse', { id: detail.id, requestId: request.id, reason })
    close()
    announce(TEXT.incoming.refuseDone)
  })
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
  const updated = detail.versions.at(-1)
  if (request?.kind === 'update' && request.state === 'agreed' && updated !== undefined) {
    // What is in the register was changed by the clerk, who need not be told.
    if (detail.arrivalNumber !== undefined) return null
    return (
      <Banner tone="info" icon={FilePenLine} title={TEXT.updates.taken}>
        {TEXT.updates.reason(updated.reason)}
        <Changes changes={updated.changes} />
      </Banner>
    )
  }
  if (request?.state === 'refused') {
    return (
      <Banner tone="info" icon={REQUEST_ICON[request.kind]} title={WORDS[request.kind].refused}>
        {TEXT.incoming.askedReason(request.reason)}
      </Banner>
    )
  }
  if (request?.state !== 'asked') return null
  const text = WORDS[request.kind]
  return (
    <>
      <Banner
        tone="warn"
        icon={REQUEST_ICON[request.kind]}
        title={text.asked}
        action={
          <>
            <Button
              kind={request.kind === 'recall' ? 'danger' : 'primary'}
              icon={Check}
              isBusy={agree.busy}
              onPress={() => {
                if (request.kind === 'recall') setAsking('agree')
                else void agree.run()
              }}
            >
              {text.agree}
            </Button>
            <Button
              icon={X}
              onPress={() => {
                setAsking('refuse')
              }}
            >
              {text.refuse}
            </Button>
          </>
        }
      >
        {TEXT.incoming.askedReason(request.reason)} {text.askedHint}
        <Changes changes={detail.wantedChanges} />
      </Banner>
      <FailureBanner error={asking === undefined ? agree.error : undefined} />
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
        title={text.refuseAsk}
        hint={text.refuseHint}
        label={text.refuseReason}
        missing={text.refuseMissing}
        safe={text.refuseNo}
        act={text.refuseDo}
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
