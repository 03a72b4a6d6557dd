import type { RegisterFilter, RegisterKind } from '../../shared/register.ts'
import { TEXT } from '../text.vi.ts'
import { Button } from './Button.tsx'
import { DayField } from './DayField.tsx'
import { TextBox } from './Field.tsx'
import styles from './RegisterFilters.module.css'

/** Lets all lines through. */
export const NO_FILTER: RegisterFilter = { text: '' }

/** Whether a filter lets all lines through. */
export function isNoFilter({ text, from, to }: RegisterFilter): boolean {
  return text.trim() === '' && from === undefined && to === undefined
}

/** Which lines of a register are shown: by words, by its day. */
export function RegisterFilters({
  kind,
  filter,
  onChange,
}: {
  kind: RegisterKind
  filter: RegisterFilter
  onChange: (filter: RegisterFilter) => void
}) {
  const text = TEXT.registers
  const isNarrowed = !isNoFilter(filter)
  return (
    <div className={styles['filters']} role="group" aria-label={text.filters}>
      <TextBox
        label={text.words}
        value={filter.text}
        maxLength={200}
        onChange={(words) => {
          onChange({ ...filter, text: words })
        }}
      />
      <DayField
        label={text.from[kind]}
        value={filter.from}
        onChange={(from) => {
          onChange({ ...filter, from })
        }}
      />
      <DayField
        label={text.to[kind]}
        value={filter.to}
        onChange={(to) => {
          onChange({ ...filter, to })
        }}
      />
      <Button
        small
        kind="link"
        isDisabled={!isNarrowed}
        onPress={() => {
          onChange(NO_FILTER)
        }}
      >
        {text.allLines}
      </Button>
    </div>
  )
}
