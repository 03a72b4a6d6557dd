import { useState, type ReactNode } from 'react'

import { waitsForNumber } from '../../shared/document/signers.ts'
import { copyFormOf } from '../../shared/document/types.ts'
import type {
  CertificateChoice,
  LineStatus,
  OutgoingDetail,
  PlacedSignature,
  TokenStatus,
} from '../../shared/ipc/contract.ts'
import { announce } from '../lib/announce.ts'
import { call } from '../lib/call.ts'
import { go } from '../lib/route.ts'
import { useMay, useSession } from '../lib/session.ts'
import { nextOfSeveral, roleFor, waitsForOther } from '../lib/signers.ts'
import { useAction } from '../lib/useAction.ts'
import { useNumberChoice } from '../lib/useNumberChoice.ts'
import { TEXT } from '../text.vi.ts'
import { SendBackButton } from './Approval.tsx'
import { Button } from './Button.tsx'
import { Confirm } from './Dialog.tsx'
import { NumberFields, VoidNumber } from './NumberFields.tsx'
import { OthersTurn } from './OthersTurn.tsx'
import { PinForm, type PinUse } from './PinForm.tsx'
import { SigningSteps } from './SigningSteps.tsx'

/** What is done with the document on the desk: sign it, or number, seal and send it; else whose turn it is. */
export function SignPanel({
  detail,
  line,
  token,
  suggested,
  placed,
  onChoose,
  children,
}: {
  detail: OutgoingDetail
  line: LineStatus | undefined
  token: TokenStatus | undefined
  suggested: CertificateChoice | undefined
  placed: PlacedSignature | undefined
  onChoose: (certificate: CertificateChoice) => void
  children: ReactNode
}) {
  const role = roleFor(detail)
  const isCopy = copyFormOf(detail.typeName) !== undefined
  const needsNumber = waitsForNumber(detail.state, detail.typeName)
  const [reopening, setReopening] = useState(false)
  const issue = useNumberChoice(detail)

  const act = useAction(async (use: PinUse) => {
    const where = placed === undefined ? {} : { place: placed }
    if (role === 'person') {
      const following = nextOfSeveral(await call('outgoing.sign', { id: detail.id, ...use, ...where }))
      announce(following === undefined ? TEXT.sign.signDone : TEXT.sign.cosignDone(following.fullName))
      return
    }
    await call('outgoing.seal', {
      id: detail.id,
      ...use,
      ...where,
      ...(detail.state === 'numbered' ? {} : issue.request),
    })
    // Sealed is sealed: what fails from here on is put right from its row in Hộp gửi.
    await call('outgoing.submit', { id: detail.id }).then(
      () => {
        announce(TEXT.sign.sealDone)
      },
      () => {
        announce(TEXT.sign.sealedOnly)
      },
    )
    go('outbox')
  })
  const may = useMay()
  const reopen = useAction(async () => {
    await call('outgoing.reopen', { id: detail.id })
    announce(TEXT.sign.reopenDone)
    go('drafts', detail.id)
  })

  const words = isCopy
    ? { title: TEXT.copies.titleSeal, action: TEXT.copies.seal }
    : role === 'person'
      ? { title: TEXT.sign.titleSign, action: TEXT.sign.sign }
      : { title: TEXT.sign.titleSeal, action: TEXT.sign.seal }
  const next = nextOfSeveral(detail)
  const waitsFor = waitsForOther(detail, useSession().person?.roles ?? [])
  const other = (
    <>
      {detail.state === 'numbered' ? (
        may('outgoing.voidNumber') ? (
          <VoidNumber detail={detail} />
        ) : null
      ) : (
        <SendBackButton
          detail={detail}
          after={() => {
            go('to-sign')
          }}
        />
      )}
      {may('outgoing.reopen') ? (
        <Button
          onPress={() => {
            setReopening(true)
          }}
        >
          {TEXT.sign.reopen}
        </Button>
      ) : null}
    </>
  )
  const steps = <SigningSteps detail={detail} number={issue.number} day={issue.day} />

  return (
    <>
      {waitsFor === undefined ? (
        <PinForm
          role={role}
          token={token}
          suggested={suggested}
          {...words}
          isBusy={act.busy}
          onChoose={onChoose}
          error={act.error ?? reopen.error}
          note={role === 'agency' && line?.state === 'down' ? TEXT.sign.offline : undefined}
          onTry={() => {
            act.clear()
            return !needsNumber || issue.check()
          }}
          onSign={(use) => {
            void act.run(use)
          }}
          other={other}
        >
          {steps}
          {next === undefined ? null : (
            <p role="status">
              <strong>{TEXT.sign.nextSigner(next.fullName)}</strong>
            </p>
          )}
          {children}
          {needsNumber ? <NumberFields choice={issue} detail={detail} /> : null}
        </PinForm>
      ) : (
        <OthersTurn waitsFor={waitsFor} error={reopen.error} other={other}>
          {steps}
        </OthersTurn>
      )}
      <Confirm
        isOpen={reopening}
        title={TEXT.sign.reopenAsk}
        hint={
          detail.codeNumber === undefined
            ? TEXT.sign.reopenAskHint
            : `${TEXT.sign.reopenAskHint} ${TEXT.numbering.keptHint}`
        }
        safe={TEXT.sign.reopenNo}
        act={TEXT.sign.reopen}
        busy={reopen.busy}
        error={reopen.error}
        onClose={() => {
          setReopening(false)
        }}
        onConfirm={() => {
          void reopen.run()
        }}
      />
    </>
  )
}
