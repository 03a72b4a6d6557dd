import { Signature, Stamp } from 'lucide-react'
import { useState } from 'react'

import { isSamePerson } from '../../shared/document/signers.ts'
import type {
  CertificateChoice,
  Failure,
  LineStatus,
  OutgoingSummary,
  TokenStatus,
} from '../../shared/ipc/contract.ts'
import { announce } from '../lib/announce.ts'
import { call } from '../lib/call.ts'
import { formatDay, isoDayOf, parseDay } from '../lib/format.ts'
import { codeOf } from '../lib/lists.ts'
import { nextOfSeveral, ownerOf, roleFor } from '../lib/signers.ts'
import { useAction } from '../lib/useAction.ts'
import { TEXT } from '../text.vi.ts'
import { Button } from './Button.tsx'
import { FieldNote, TextBox } from './Field.tsx'
import form from './Form.module.css'
import { PinForm, type PinUse } from './PinForm.tsx'
import styles from './SignBatch.module.css'

/** Several documents, one PIN. Sealing and signing take different tokens, so it is one or the other. */
export function SignBatch({
  marked,
  onMark,
  line,
  token,
}: {
  marked: ReadonlyMap<string, OutgoingSummary>
  onMark: (next: ReadonlyMap<string, OutgoingSummary>) => void
  line: LineStatus | undefined
  token: TokenStatus | undefined
}) {
  const [day, setDay] = useState(() => formatDay(isoDayOf(Date.now())))
  const rows = [...marked.values()]
  const toSign = rows.filter((row) => roleFor(row) === 'person')
  const toSeal = rows.filter((row) => roleFor(row) === 'agency')
  const role = toSeal.length === 0 ? 'person' : 'agency'
  const dayWrong = parseDay(day) === undefined ? TEXT.draft.dateWrong : undefined
  const keep = (kept: readonly OutgoingSummary[]) => {
    onMark(new Map(kept.map((row) => [row.id, row])))
  }
  const [picked, setPicked] = useState<CertificateChoice>()
  const suggested = token?.chosen[role]
  const certificate = picked ?? suggested
  const owner = certificate === undefined ? undefined : ownerOf(token, certificate)
  /** Whose turn it is, where that is not the owner of the certificate. */
  const otherThan = (row: OutgoingSummary) => {
    const next = role === 'person' ? nextOfSeveral(row) : undefined
    return next === undefined || owner === undefined || isSamePerson(owner, next.fullName) ? undefined : next
  }
  const mine = rows.filter((row) => otherThan(row) === undefined)
  const act = useAction(async (use: PinUse) => {
    const ids = mine.map(({ id }) => id)
    const issuedDate = parseDay(day)
    const outcomes =
      role === 'person'
        ? await call('outgoing.signMany', { ids, ...use })
        : await call('outgoing.sealMany', {
            ids,
            ...use,
            ...(issuedDate === undefined ? {} : { issuedDate }),
          })
    const failed = outcomes.filter(({ error }) => error !== undefined)
    const done = outcomes.filter(({ error }) => error === undefined)
    let unsent = 0
    if (role === 'agency') {
      for (const { id } of done) {
        // Sealed is sealed: what fails from here on is put right from its row in Hộp gửi.
        await call('outgoing.submit', { id }).catch(() => (unsent += 1))
      }
    }
    announce(TEXT.sign.batchDone[role](done.length, rows.length))
    if (unsent > 0) announce(TEXT.sign.sealedOnly)
    keep(rows.filter(({ id }) => !done.some((outcome) => outcome.id === id)))
    const [first] = failed
    return first?.error
  })
  const [stopped, setStopped] = useState<Failure>()
  if (toSign.length > 0 && toSeal.length > 0) {
    return (
      <aside className={styles['mixed']} aria-label={TEXT.sign.batchMixed} data-pane>
        <p>{TEXT.sign.batchMixed}</p>
        <Button
          icon={Signature}
          onPress={() => {
            keep(toSign)
          }}
        >
          {TEXT.sign.batchOnlySign(toSign.length)}
        </Button>
        <Button
          icon={Stamp}
          onPress={() => {
            keep(toSeal)
          }}
        >
          {TEXT.sign.batchOnlySeal(toSeal.length)}
        </Button>
      </aside>
    )
  }
  const title = TEXT.sign.batchTitle[role](mine.length)
  return (
    <PinForm
      key={role}
      role={role}
      token={token}
      suggested={suggested}
      onChoose={setPicked}
      title={title}
      action={title}
      isBusy={act.busy}
      error={act.error ?? stopped}
      note={role === 'agency' && line?.state === 'down' ? TEXT.sign.offline : undefined}
      onTry={() => {
        act.clear()
        setStopped(undefined)
        return mine.length > 0 && (role === 'person' || dayWrong === undefined)
      }}
      onSign={(use) => {
        void act.run(use).then(setStopped)
      }}
      other={
        <Button
          isBusy={act.busy}
          onPress={() => {
            keep([])
          }}
        >
          {TEXT.sign.batchNone}
        </Button>
      }
    >
      <p className={form['quiet']}>{TEXT.sign.batchExplain[role]}</p>
      {stopped === undefined ? null : <p>{TEXT.sign.batchRest(rows.length)}</p>}
      {mine.length > 0 ? null : <FieldNote kind="warning" text={TEXT.sign.batchNobody} />}
      <ul className={styles['batch']} aria-label={TEXT.sign.batchList} tabIndex={0}>
        {rows.map((row) => {
          const other = otherThan(row)
          return (
            <li key={row.id}>
              {codeOf(row)} · {row.subject}
              {other === undefined ? null : (
                <div className={form['quiet']}>{TEXT.sign.batchOther(other.fullName)}</div>
              )}
            </li>
          )
        })}
      </ul>
      {role === 'agency' ? (
        <TextBox label={TEXT.sign.issuedDate} value={day} onChange={setDay} maxLength={10} error={dayWrong} />
      ) : null}
    </PinForm>
  )
}
