import { FilePen, FilePlus2, RotateCcw } from 'lucide-react'
import { useState, type ReactNode } from 'react'

import { OUTGOING } from '../../shared/document/outgoing.ts'
import { ERROR_TEXT } from '../../shared/errors.vi.ts'
import type { OutgoingDetail } from '../../shared/ipc/contract.ts'
import { eventsOf } from '../../shared/machine.ts'
import { announce } from '../lib/announce.ts'
import { call } from '../lib/call.ts'
import { codeOf, recipientNames } from '../lib/lists.ts'
import { go } from '../lib/route.ts'
import { useMay } from '../lib/session.ts'
import { useAction } from '../lib/useAction.ts'
import { TEXT } from '../text.vi.ts'
import { Banner, FailureBanner } from './Banner.tsx'
import screen from '../screens/screen.module.css'
import { Button } from './Button.tsx'
import { AskReason } from './Dialog.tsx'
import { UpdateSheet } from './UpdateSheet.tsx'

/** Thu hồi, thay thế or cập nhật a sent document: the acts, and how far they have come. */
export function RecallBand({ detail }: { detail: OutgoingDetail }) {
  const [asking, setAsking] = useState<'recall' | 'replace' | 'update'>()
  const close = () => {
    setAsking(undefined)
  }
  const recall = useAction(async (reason: string) => {
    await call('outgoing.recall', { id: detail.id, reason })
    close()
    announce(TEXT.sent.recallDone)
  })
  const replace = useAction(async (reason: string) => {
    const draft = await call('outgoing.replace', { id: detail.id, reason })
    close()
    announce(TEXT.sent.replaceDone)
    go('drafts', draft.id)
  })
  const holders = detail.recipients.filter(({ state }) => state !== 'recalled' && state !== 'returned')
  const may = eventsOf(OUTGOING, detail.state)
  const mayAsk = useMay()
  const act =
    holders.length > 0 && may.includes('recall') ? (
      <Button
        kind="danger"
        icon={RotateCcw}
        onPress={() => {
          setAsking('recall')
        }}
      >
        {detail.state === 'recalling' ? TEXT.sent.recallAgain : TEXT.sent.recall}
      </Button>
    ) : null
  return (
    <>
      <Progress
        detail={detail}
        act={
          <>
            {act}
            {may.includes('update') && mayAsk('outgoing.update') ? (
              <Button
                icon={FilePen}
                onPress={() => {
                  setAsking('update')
                }}
              >
                {TEXT.updates.act}
              </Button>
            ) : null}
            {may.includes('replace') ? (
              <Button
                icon={FilePlus2}
                onPress={() => {
                  setAsking('replace')
                }}
              >
                {TEXT.sent.replace}
              </Button>
            ) : null}
          </>
        }
      />
      {asking === 'update' ? <UpdateSheet detail={detail} onClose={close} /> : null}
      <AskReason
        key={asking ?? 'none'}
        isOpen={asking === 'recall' || asking === 'replace'}
        {...(asking === 'replace'
          ? {
              dangerous: false,
              title: TEXT.sent.replaceAsk(codeOf(detail)),
              hint: TEXT.sent.replaceHint,
              label: TEXT.sent.replaceReason,
              missing: TEXT.sent.replaceMissing,
              safe: TEXT.sent.replaceNo,
              act: TEXT.sent.replaceDo,
            }
          : {
              title: TEXT.sent.recallAsk(codeOf(detail)),
              hint: TEXT.sent.recallHint(recipientNames(holders, 5)),
              label: TEXT.sent.recallReason,
              missing: TEXT.sent.recallMissing,
              safe: TEXT.sent.recallNo,
              act: TEXT.sent.recallDo,
            })}
        busy={recall.busy || replace.busy}
        error={asking === 'replace' ? replace.error : recall.error}
        onClose={close}
        onConfirm={(reason) => {
          void (asking === 'replace' ? replace : recall).run(reason)
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
        {/* Where it was before: who pressed one of them still has the focus there. */}
        {state === 'recalling' ? null : <div className={screen['actions']}>{act}</div>}
        <Banner
          tone={delivery.job === 'held' ? 'warn' : 'info'}
          title={TEXT.sent.waiting}
          action={
            delivery.job === 'held' ? (
              <Button
                isBusy={release.busy}
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
  if (state === 'replaced') {
    return (
      <Banner tone="info" title={TEXT.sent.replaced}>
        {TEXT.sent.replacedHint}
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
  return (
    <>
      <div className={screen['actions']}>{act}</div>
    </>
  )
}
