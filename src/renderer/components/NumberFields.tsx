import { useState } from 'react'

import { formatCodeNumber } from '../../shared/document/fields.ts'
import { formatRange, gapReason } from '../../shared/document/numbering.ts'
import type { OutgoingDetail } from '../../shared/ipc/contract.ts'
import { announce } from '../lib/announce.ts'
import { call } from '../lib/call.ts'
import { formatDay } from '../lib/format.ts'
import { codeOf } from '../lib/lists.ts'
import { useAction } from '../lib/useAction.ts'
import type { NumberChoice } from '../lib/useNumberChoice.ts'
import { TEXT } from '../text.vi.ts'
import { Button } from './Button.tsx'
import { AskReason } from './Dialog.tsx'
import { FieldNote, Segments, TextBox } from './Field.tsx'
import form from './Form.module.css'
import styles from './NumberFields.module.css'

/** Số và ngày ban hành, with what the book says to them and the reason of what they pass over. */
export function NumberFields({ choice, detail }: { choice: NumberChoice; detail: OutgoingDetail }) {
  const { preview, why } = choice
  const misfit = preview?.misfit
  const series = preview?.series.name
  const earlier = preview?.earlierThan
  const later = preview?.laterThan
  return (
    <div className={form['stack']}>
      <div className={styles['numbers']}>
        {preview?.held === true ? null : (
          <TextBox
            label={TEXT.sign.number}
            value={choice.number}
            onChange={choice.setNumber}
            inputMode="numeric"
            maxLength={5}
            error={choice.numberWrong}
            hint={series === undefined ? undefined : TEXT.numbering.inSeries(series)}
          />
        )}
        <TextBox
          label={TEXT.sign.issuedDate}
          value={choice.day}
          onChange={choice.setDay}
          maxLength={10}
          error={choice.dayWrong}
          warning={
            earlier !== undefined
              ? TEXT.numbering.earlierThan(formatDay(earlier))
              : later === undefined
                ? undefined
                : TEXT.numbering.laterThan(formatDay(later))
          }
        />
      </div>
      {preview?.held === true ? (
        <p className={form['quiet']}>{TEXT.numbering.held(formatCodeNumber(preview.number))}</p>
      ) : null}
      {misfit === undefined ? null : (
        <>
          <FieldNote
            kind="error"
            text={TEXT.numbering.misfit(formatCodeNumber(misfit.number), String(misfit.year))}
          />
          <VoidNumber detail={detail} />
        </>
      )}
      {preview?.skips === undefined ? null : (
        <>
          <Segments
            label={TEXT.numbering.skips(formatRange(preview.skips))}
            value={why.kind}
            options={GAP_KINDS}
            onChange={(kind) => {
              choice.setWhy({ ...why, kind: gapReason.shape.kind.parse(kind) })
            }}
          />
          <TextBox
            label={TEXT.numbering.skipsReason}
            value={why.reason}
            onChange={(reason) => {
              choice.setWhy({ ...why, reason })
            }}
            maxLength={300}
            error={choice.whyWrong}
          />
        </>
      )}
    </div>
  )
}

/** What a clerk may say of numbers that are passed over. */
export const GAP_KINDS = gapReason.shape.kind.options.map((value) => ({
  value,
  text: TEXT.numbering.gapKind[value],
}))

/** "Hủy số…": asks for the reason, which the book keeps. */
export function VoidNumber({ detail }: { detail: OutgoingDetail }) {
  const [asking, setAsking] = useState(false)
  const code = codeOf(detail)
  const act = useAction(async (reason: string) => {
    await call('outgoing.voidNumber', { id: detail.id, reason })
    setAsking(false)
    announce(TEXT.numbering.voidDone(code))
  })
  return (
    <>
      <Button
        onPress={() => {
          setAsking(true)
        }}
      >
        {TEXT.numbering.void}
      </Button>
      <AskReason
        isOpen={asking}
        title={TEXT.numbering.voidAsk(code)}
        hint={TEXT.numbering.voidHint}
        label={TEXT.numbering.voidReason}
        missing={TEXT.numbering.voidMissing}
        safe={TEXT.numbering.voidNo}
        act={TEXT.numbering.voidYes}
        busy={act.busy}
        error={act.error}
        onClose={() => {
          setAsking(false)
        }}
        onConfirm={(reason) => {
          void act.run(reason)
        }}
      />
    </>
  )
}
