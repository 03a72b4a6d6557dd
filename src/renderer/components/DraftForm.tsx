import type { ReactNode } from 'react'
import { organId, type FieldName, type OutgoingFields } from '../../shared/document/fields.ts'
import { COPY_TYPES, copyFormOf, DOCUMENT_TYPES, PRIORITIES } from '../../shared/document/types.ts'
import { isoDayOf } from '../lib/format.ts'
import { suggestNotations } from '../lib/notation.ts'
import { useNow } from '../lib/useNow.ts'
import { TEXT } from '../text.vi.ts'
import { Button } from './Button.tsx'
import { CopyFieldset } from './CopyFieldset.tsx'
import { DayField } from './DayField.tsx'
import styles from './DraftForm.module.css'
import { DraftMoreFields } from './DraftMoreFields.tsx'
import { Choice, Segments, TextBox } from './Field.tsx'
import { LinesField } from './LinesField.tsx'
import { RecipientField } from './RecipientField.tsx'
import { SignerFieldset } from './SignerFieldset.tsx'

const TYPE_OPTIONS = DOCUMENT_TYPES.map(({ name }) => ({ value: name, text: name }))
const COPY_OPTIONS = COPY_TYPES.map(({ name }) => ({ value: name, text: name }))
/** What the form begins with on either side of the switch. */
const USUAL = { document: 'Công văn', copy: 'Sao y' } as const

/** What is filled in about a document: type, abstract, recipients, signers, and the rest folded away. */
export function DraftForm({
  fields,
  agencyName,
  change,
  onLeave,
  problemOf,
  children,
}: {
  fields: OutgoingFields
  agencyName: string
  change: (patch: Partial<OutgoingFields>) => void
  onLeave: (field: FieldName) => void
  problemOf: (field: FieldName) => string | undefined
  /** What of the form is saved by itself: the files beside the document. */
  children: ReactNode
}) {
  const suggestions = suggestNotations(fields.typeName, agencyName)
  const offered = suggestions.filter((text) => text !== fields.codeNotation)
  const isCopy = copyFormOf(fields.typeName) !== undefined
  const known = isCopy ? COPY_OPTIONS : TYPE_OPTIONS
  const typeOptions = known.some(({ value }) => value === fields.typeName)
    ? known
    : [...known, { value: fields.typeName, text: fields.typeName }]
  const now = useNow(60_000)
  const setType = (typeName: string) => {
    const next = suggestNotations(typeName, agencyName)[0]
    const untouched = fields.codeNotation === '' || suggestions.includes(fields.codeNotation)
    change(untouched && next !== undefined ? { typeName, codeNotation: next } : { typeName })
  }
  return (
    <section className={styles['form']} aria-label={TEXT.draft.form} data-pane>
      <Segments
        label={TEXT.copies.kind}
        value={isCopy ? 'copy' : 'document'}
        options={[
          { value: 'document', text: TEXT.copies.document },
          { value: 'copy', text: TEXT.copies.copy },
        ]}
        onChange={(kind) => {
          setType(kind === 'copy' ? USUAL.copy : USUAL.document)
        }}
      />
      <div className={styles['two']}>
        <Choice<string>
          label={isCopy ? TEXT.copies.form : TEXT.draft.typeName}
          value={fields.typeName}
          options={typeOptions}
          error={problemOf('typeName')}
          onChange={setType}
        />
        <TextBox
          label={TEXT.draft.codeNotation}
          value={fields.codeNotation}
          onChange={(codeNotation) => {
            change({ codeNotation })
          }}
          onBlur={() => {
            onLeave('codeNotation')
          }}
          maxLength={30}
          error={problemOf('codeNotation')}
        />
      </div>
      {offered.length === 0 ? null : (
        <div className={styles['suggestions']}>
          {TEXT.draft.suggestions}:
          {offered.map((text) => (
            <Button
              key={text}
              small
              label={TEXT.draft.suggestion(text)}
              onPress={() => {
                change({ codeNotation: text })
              }}
            >
              {text}
            </Button>
          ))}
        </div>
      )}
      <TextBox
        label={TEXT.draft.subject}
        value={fields.subject}
        onChange={(subject) => {
          change({ subject })
        }}
        onBlur={() => {
          onLeave('subject')
        }}
        lines={3}
        maxLength={500}
        counted
        error={problemOf('subject')}
      />
      <Segments
        label={TEXT.draft.priority}
        value={String(fields.priority)}
        options={PRIORITIES.map(({ code, name }) => ({
          value: String(code),
          text: name,
          urgent: code > 0,
        }))}
        onChange={(value) => {
          change({ priority: Number(value) })
        }}
      />
      <RecipientField
        value={fields.recipients}
        onChange={(organIds) => {
          change({ recipients: organIds.flatMap((text) => organId.safeParse(text).data ?? []) })
        }}
        onBlur={() => {
          onLeave('recipients')
        }}
        error={problemOf('recipients')}
      />
      <div className={styles['two']}>
        <TextBox
          label={TEXT.draft.place}
          value={fields.place}
          onChange={(place) => {
            change({ place })
          }}
          onBlur={() => {
            onLeave('place')
          }}
          maxLength={100}
          error={problemOf('place')}
        />
        <DayField
          label={TEXT.draft.dueDate}
          value={fields.dueDate}
          onChange={(dueDate) => {
            change({ dueDate })
          }}
          warningOf={(day) => (day < isoDayOf(now) ? TEXT.draft.duePast : undefined)}
        />
      </div>
      {isCopy ? (
        <CopyFieldset fields={fields} onChange={change} onLeave={onLeave} problemOf={problemOf} />
      ) : (
        <SignerFieldset fields={fields} onChange={change} onLeave={onLeave} problemOf={problemOf} />
      )}
      <LinesField
        label={TEXT.draft.toPlaces}
        hint={TEXT.draft.toPlacesHint}
        value={fields.toPlaces}
        onChange={(toPlaces) => {
          change({ toPlaces })
        }}
        onBlur={() => {
          onLeave('toPlaces')
        }}
        error={problemOf('toPlaces')}
      />
      {children}
      <details className={styles['more']}>
        <summary>{TEXT.draft.more}</summary>
        <DraftMoreFields fields={fields} change={change} />
      </details>
    </section>
  )
}
