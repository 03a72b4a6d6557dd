import { CircleAlert, Eye, EyeOff, TriangleAlert } from 'lucide-react'
import { useId, useState, type ReactNode } from 'react'
import { FieldError, Input, Label, Text, TextArea, TextField } from 'react-aria-components'

import { classes } from '../lib/classes.ts'
import { TEXT } from '../text.vi.ts'
import { IconButton } from './Button.tsx'
import styles from './Field.module.css'

/** What every field may say of itself. */
interface FieldWords {
  label: string
  /** How to fill it in. */
  hint?: string | undefined
  /** Why it cannot stay like this. */
  error?: string | undefined
  /** What is odd but may stay. */
  warning?: string | undefined
}

/** A line or block of text with its label, hint and error. */
export function TextBox({
  label,
  hint,
  error,
  warning,
  value,
  onChange,
  onBlur,
  maxLength,
  lines,
  optional = false,
  counted = false,
  type = 'text',
  look,
  autoFocus = false,
  inputMode,
  className,
}: FieldWords & {
  value: string
  onChange: (value: string) => void
  onBlur?: () => void
  maxLength?: number
  /** More than one: a text area of that height. */
  lines?: number
  optional?: boolean
  /** Shows how much of `maxLength` is used. */
  counted?: boolean
  type?: 'text' | 'password' | 'url' | 'email' | 'tel'
  look?: 'mono'
  autoFocus?: boolean
  inputMode?: 'numeric' | 'decimal'
  className?: string | undefined
}) {
  const aside =
    counted && maxLength !== undefined
      ? TEXT.characters(value.length, maxLength)
      : optional
        ? TEXT.optional
        : undefined
  return (
    <TextField
      className={classes(styles['field'], className)}
      value={value}
      onChange={onChange}
      type={type}
      isInvalid={error !== undefined}
      autoFocus={autoFocus}
      autoComplete="off"
      spellCheck="false"
      {...(onBlur === undefined ? {} : { onBlur })}
      {...(maxLength === undefined ? {} : { maxLength })}
      {...(inputMode === undefined ? {} : { inputMode })}
    >
      <div className={styles['label']}>
        <Label>{label}</Label>
        {aside === undefined ? null : <span className={styles['aside']}>{aside}</span>}
      </div>
      {lines === undefined ? (
        <Input className={classes(styles['input'], look === 'mono' && styles['mono'])} />
      ) : (
        <TextArea className={styles['input'] ?? ''} rows={lines} />
      )}
      {hint === undefined && warning === undefined ? null : (
        <Text slot="description">
          {hint === undefined ? null : <span className={styles['hint']}>{hint}</span>}
          {warning === undefined ? null : <FieldNote kind="warning" text={warning} />}
        </Text>
      )}
      <FieldError className={styles['error'] ?? ''}>
        <CircleAlert size={15} aria-hidden />
        <span>{error}</span>
      </FieldError>
    </TextField>
  )
}

/** A PIN: dots, with a button to look at it while it is typed. Never filled in by the browser. */
export function PinBox({
  label,
  error,
  value,
  onChange,
  isReadOnly = false,
  autoFocus = false,
}: FieldWords & {
  value: string
  onChange: (value: string) => void
  /** It takes nothing now, and keeps the focus. */
  isReadOnly?: boolean
  autoFocus?: boolean
}) {
  const [shown, setShown] = useState(false)
  return (
    <TextField
      className={styles['field'] ?? ''}
      value={value}
      onChange={onChange}
      type={shown ? 'text' : 'password'}
      maxLength={64}
      autoFocus={autoFocus}
      isInvalid={error !== undefined}
      isReadOnly={isReadOnly}
      autoComplete="off"
      spellCheck="false"
    >
      <Label className={styles['label'] ?? ''}>{label}</Label>
      <div className={styles['wrap']}>
        <Input className={classes(styles['input'], styles['pin'])} />
        <div className={styles['inside']}>
          <IconButton
            kind="quiet"
            icon={shown ? EyeOff : Eye}
            label={shown ? TEXT.sign.hidePin : TEXT.sign.showPin}
            onPress={() => {
              setShown(!shown)
            }}
          />
        </div>
      </div>
      <FieldError className={styles['error'] ?? ''}>
        <CircleAlert size={15} aria-hidden />
        <span>{error}</span>
      </FieldError>
    </TextField>
  )
}

/** A choice from a closed list. The system's own list: it knows type-ahead and every screen reader. */
export function Choice<T extends string>({
  label,
  hint,
  error,
  value,
  options,
  onChange,
  className,
}: FieldWords & {
  value: T
  options: readonly { readonly value: T; readonly text: string; readonly isDisabled?: boolean }[]
  onChange: (value: T) => void
  className?: string | undefined
}) {
  const id = useId()
  return (
    <div className={classes(styles['field'], className)}>
      <label className={styles['label']} htmlFor={id}>
        {label}
      </label>
      <select
        id={id}
        className={styles['input']}
        value={value}
        aria-invalid={error !== undefined}
        aria-describedby={hint === undefined && error === undefined ? undefined : `${id}-note`}
        onChange={(event) => {
          const chosen = options.find((option) => option.value === event.target.value)
          if (chosen !== undefined) onChange(chosen.value)
        }}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value} disabled={option.isDisabled === true}>
            {option.text}
          </option>
        ))}
      </select>
      {hint === undefined && error === undefined ? null : (
        <div id={`${id}-note`}>
          {hint === undefined ? null : <span className={styles['hint']}>{hint}</span>}
          {error === undefined ? null : <FieldNote kind="error" text={error} />}
        </div>
      )}
    </div>
  )
}

/** A choice of few, all in sight. `urgent` ones turn the seal's red. */
export function Segments({
  label,
  value,
  options,
  onChange,
}: {
  label: string
  value: string
  options: readonly { readonly value: string; readonly text: ReactNode; readonly urgent?: boolean }[]
  onChange: (value: string) => void
}) {
  const id = useId()
  return (
    <div className={styles['field']} role="radiogroup" aria-labelledby={id}>
      <div id={id} className={styles['label']}>
        {label}
      </div>
      <div className={styles['segments']}>
        {options.map((option) => (
          <label key={option.value} className={classes(styles['segment'], option.urgent && styles['urgent'])}>
            <input
              type="radio"
              name={id}
              value={option.value}
              checked={option.value === value}
              onChange={() => {
                onChange(option.value)
              }}
            />
            <span>{option.text}</span>
          </label>
        ))}
      </div>
    </div>
  )
}

/** A choice of things that need more than a word each. */
export function RadioCards({
  label,
  value,
  options,
  onChange,
}: {
  label: string
  value: string
  options: readonly {
    readonly value: string
    readonly name: string
    readonly rest?: ReactNode
    readonly isDisabled?: boolean
  }[]
  onChange: (value: string) => void
}) {
  const id = useId()
  return (
    <div className={styles['field']} role="radiogroup" aria-labelledby={id}>
      <div id={id} className={styles['label']}>
        {label}
      </div>
      {options.map((option, index) => (
        <label key={option.value} className={styles['card']}>
          <input
            type="radio"
            name={id}
            value={option.value}
            checked={option.value === value}
            disabled={option.isDisabled === true}
            aria-labelledby={`${id}-${String(index)}`}
            aria-describedby={`${id}-${String(index)}-rest`}
            onChange={() => {
              onChange(option.value)
            }}
          />
          <span className={styles['cardWords']}>
            <span id={`${id}-${String(index)}`} className={styles['cardName']}>
              {option.name}
            </span>
            <span id={`${id}-${String(index)}-rest`} className={styles['cardRest']}>
              {option.rest}
            </span>
          </span>
        </label>
      ))}
    </div>
  )
}

/** A number to be found by looking, with its value in words beside the name. */
export function RangeBox({
  label,
  value,
  least,
  most,
  step,
  words,
  onChange,
}: {
  label: string
  value: number
  least: number
  most: number
  step: number
  /** The value as it is shown and read aloud. */
  words: string
  onChange: (value: number) => void
}) {
  const id = useId()
  return (
    <div className={styles['field']}>
      <div className={styles['label']}>
        <label htmlFor={id}>{label}</label>
        <output className={styles['aside']} htmlFor={id}>
          {words}
        </output>
      </div>
      <input
        id={id}
        type="range"
        className={styles['range']}
        value={value}
        min={least}
        max={most}
        step={step}
        aria-valuetext={words}
        onChange={(event) => {
          onChange(event.target.valueAsNumber)
        }}
      />
    </div>
  )
}

/** One thing that is on or off. */
export function CheckBox({
  label,
  hint,
  value,
  onChange,
}: {
  label: string
  hint?: string
  value: boolean
  onChange: (value: boolean) => void
}) {
  const id = useId()
  return (
    <div className={styles['check']}>
      <input
        id={id}
        type="checkbox"
        checked={value}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        onChange={(event) => {
          onChange(event.target.checked)
        }}
      />
      <span>
        <label htmlFor={id}>{label}</label>
        {hint === undefined ? null : (
          <span id={`${id}-hint`} className={styles['hint']}>
            {hint}
          </span>
        )}
      </span>
    </div>
  )
}

/** A sentence below a field or a group, with its icon. */
export function FieldNote({ kind, text }: { kind: 'error' | 'warning'; text: string }) {
  const Icon = kind === 'error' ? CircleAlert : TriangleAlert
  return (
    <span className={styles[kind]}>
      <Icon size={15} aria-hidden />
      <span>{text}</span>
    </span>
  )
}
