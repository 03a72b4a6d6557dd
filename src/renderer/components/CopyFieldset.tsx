import type { FieldName, OutgoingFields } from '../../shared/document/fields.ts'
import { TEXT } from '../text.vi.ts'
import { DayField } from './DayField.tsx'
import { TextBox } from './Field.tsx'
import styles from './SignerFieldset.module.css'

type CopyFields = Pick<OutgoingFields, 'original' | 'signer'>

/** The paper document that an electronic copy is made of, and who signed it. */
export function CopyFieldset({
  fields: { original, signer },
  onChange,
  onLeave,
  problemOf,
}: {
  fields: CopyFields
  onChange: (fields: Partial<CopyFields>) => void
  onLeave: (field: FieldName) => void
  problemOf: (field: FieldName) => string | undefined
}) {
  return (
    <section className={styles['signers']} aria-label={TEXT.copies.original}>
      <h2>{TEXT.copies.original}</h2>
      <p className={styles['note']}>{TEXT.copies.originalHint}</p>
      <div className={styles['two']}>
        <TextBox
          label={TEXT.field['original.code']}
          value={original.code}
          onChange={(code) => {
            onChange({ original: { ...original, code } })
          }}
          onBlur={() => {
            onLeave('original.code')
          }}
          maxLength={60}
          error={problemOf('original.code')}
        />
        <DayField
          label={TEXT.field['original.issuedDate']}
          value={original.issuedDate}
          onChange={(issuedDate) => {
            onChange({ original: { ...original, issuedDate } })
          }}
          onLeave={() => {
            onLeave('original.issuedDate')
          }}
          error={problemOf('original.issuedDate')}
        />
      </div>
      <TextBox
        label={TEXT.field['original.organName']}
        value={original.organName}
        onChange={(organName) => {
          onChange({ original: { ...original, organName } })
        }}
        onBlur={() => {
          onLeave('original.organName')
        }}
        maxLength={200}
        error={problemOf('original.organName')}
      />
      <div className={styles['two']}>
        <TextBox
          label={TEXT.copies.signer}
          value={signer.fullName}
          onChange={(fullName) => {
            onChange({ signer: { ...signer, fullName } })
          }}
          onBlur={() => {
            onLeave('signer.fullName')
          }}
          maxLength={50}
          error={problemOf('signer.fullName')}
        />
        <TextBox
          label={TEXT.copies.position}
          value={signer.position}
          onChange={(position) => {
            onChange({ signer: { ...signer, position } })
          }}
          maxLength={100}
        />
      </div>
    </section>
  )
}
