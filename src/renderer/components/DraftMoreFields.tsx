import { useState } from 'react'
import { organId, type OutgoingFields } from '../../shared/document/fields.ts'
import { formatDay, parseDay } from '../lib/format.ts'
import { TEXT } from '../text.vi.ts'
import styles from './DraftForm.module.css'
import { Choice, TextBox } from './Field.tsx'
import { LinesField } from './LinesField.tsx'

type Change = (patch: Partial<OutgoingFields>) => void

/** What few documents need: amounts, sphere, description, appendices, the document answered. */
export function DraftMoreFields({ fields, change }: { fields: OutgoingFields; change: Change }) {
  return (
    <div className={styles['moreBody']}>
      <div className={styles['two']}>
        <CountField
          label={TEXT.draft.pageAmount}
          value={fields.pageAmount}
          least={0}
          onChange={(pageAmount) => {
            change({ pageAmount })
          }}
        />
        <CountField
          label={TEXT.draft.issuedAmount}
          value={fields.issuedAmount}
          least={1}
          onChange={(issuedAmount) => {
            change({ issuedAmount })
          }}
        />
        <TextBox
          label={TEXT.draft.sphere}
          value={fields.sphere}
          onChange={(sphere) => {
            change({ sphere })
          }}
          maxLength={100}
        />
        <TextBox
          label={TEXT.draft.typerNotation}
          value={fields.typerNotation}
          onChange={(typerNotation) => {
            change({ typerNotation })
          }}
          maxLength={20}
        />
        <TextBox
          label={TEXT.draft.language}
          value={fields.language}
          onChange={(language) => {
            change({ language })
          }}
          maxLength={30}
        />
        <Choice
          label={TEXT.draft.paper}
          value={fields.paperFollows ? 'follows' : 'none'}
          options={[
            { value: 'none', text: TEXT.draft.paperNone },
            { value: 'follows', text: TEXT.draft.paperFollows },
          ]}
          onChange={(value) => {
            change({ paperFollows: value === 'follows' })
          }}
        />
        <Choice
          label={TEXT.draft.steeringType}
          value={String(fields.steeringType)}
          options={TEXT.draft.steeringTypes.map((text, code) => ({ value: String(code), text }))}
          onChange={(value) => {
            change({ steeringType: Number(value) })
          }}
        />
      </div>
      <TextBox
        label={TEXT.draft.description}
        value={fields.description}
        onChange={(description) => {
          change({ description })
        }}
        lines={2}
        maxLength={500}
        counted
      />
      <LinesField
        label={TEXT.draft.appendixes}
        hint={TEXT.draft.appendixesHint}
        value={fields.appendixes}
        onChange={(appendixes) => {
          change({ appendixes })
        }}
      />
      <ResponseFields value={fields.responseFor} change={change} />
    </div>
  )
}

function CountField({
  label,
  value,
  least,
  onChange,
}: {
  label: string
  value: number
  least: number
  onChange: (value: number) => void
}) {
  const [typed, setTyped] = useState<string>()
  const wrong = typed !== undefined && !isCount(typed, least)
  return (
    <TextBox
      label={label}
      value={typed ?? String(value)}
      inputMode="numeric"
      maxLength={3}
      onChange={(text) => {
        setTyped(text)
        if (isCount(text, least)) onChange(Number(text))
      }}
      onBlur={() => {
        if (!wrong) setTyped(undefined)
      }}
      error={wrong ? TEXT.draft.numberWrong : undefined}
    />
  )
}

function isCount(text: string, least: number): boolean {
  return /^\d{1,3}$/.test(text) && Number(text) >= least
}
/** Trả lời văn bản: kept once its four parts are there. */
function ResponseFields({ value, change }: { value: OutgoingFields['responseFor']; change: Change }) {
  const [typed, setTyped] = useState({
    code: value?.code ?? '',
    organ: value?.organId ?? '',
    day: value === undefined ? '' : formatDay(value.issuedDate),
    document: value?.documentCode ?? '',
  })
  const set = (patch: Partial<typeof typed>) => {
    const all = { ...typed, ...patch }
    setTyped(all)
    const organ = organId.safeParse(all.organ)
    const issuedDate = parseDay(all.day)
    change({
      responseFor:
        organ.success && issuedDate !== undefined && all.code.trim() !== '' && all.document.trim() !== ''
          ? { organId: organ.data, code: all.code.trim(), documentCode: all.document.trim(), issuedDate }
          : undefined,
    })
  }
  const partial = value === undefined && Object.values(typed).some((text) => text.trim() !== '')
  return (
    <div className={styles['group']}>
      <h2>{TEXT.draft.responseFor}</h2>
      <div className={styles['two']}>
        <TextBox
          label={TEXT.draft.responseCode}
          value={typed.code}
          maxLength={60}
          onChange={(code) => {
            set({ code })
          }}
        />
        <TextBox
          label={TEXT.draft.responseDate}
          value={typed.day}
          maxLength={10}
          onChange={(day) => {
            set({ day })
          }}
          error={
            typed.day.trim().length >= 8 && parseDay(typed.day) === undefined
              ? TEXT.draft.dateWrong
              : undefined
          }
        />
        <TextBox
          label={TEXT.draft.responseOrgan}
          value={typed.organ}
          maxLength={35}
          onChange={(organ) => {
            set({ organ })
          }}
        />
        <TextBox
          label={TEXT.draft.responseId}
          value={typed.document}
          maxLength={200}
          onChange={(document) => {
            set({ document })
          }}
          warning={partial ? TEXT.draft.responsePartial : undefined}
        />
      </div>
    </div>
  )
}
