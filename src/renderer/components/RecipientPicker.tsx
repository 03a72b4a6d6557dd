import { ArrowUp, CircleAlert, RefreshCw, X } from 'lucide-react'
import { useEffect, useId, useRef, useState, type KeyboardEvent, type ReactNode } from 'react'

import type { Agency } from '../../shared/document/fields.ts'
import type { RecipientStanding } from '../../shared/document/recipient-group.ts'
import type { DocumentForm } from '../../shared/encryption.ts'
import { classes } from '../lib/classes.ts'
import { useLive } from '../lib/useLive.ts'
import { TEXT } from '../text.vi.ts'
import { Chip } from './Chip.tsx'
import { FieldNote } from './Field.tsx'
import { FormChip } from './FormChip.tsx'
import fieldStyles from './Field.module.css'
import styles from './RecipientPicker.module.css'

/**
 * Cơ quan nhận, in the clerk's order. Typing searches the directory; arrows and Enter choose; Backspace
 * in the empty box takes the last one back.
 */
export function RecipientPicker({
  value,
  onChange,
  onBlur,
  error,
  beside,
}: {
  value: readonly string[]
  onChange: (organIds: string[]) => void
  onBlur: () => void
  error: string | undefined
  /** What stands beside its name. */
  beside?: ReactNode
}) {
  const id = useId()
  const [text, setText] = useState('')
  const [isOpen, setOpen] = useState(false)
  const [active, setActive] = useState(0)
  const popup = useRef<HTMLDivElement>(null)
  const found = useLive('directory.search', { text: text.trim(), limit: 50 }, 'directory')
  const chosen = useLive('directory.standings', { ids: [...value] }, 'directory')
  const form = useLive(
    'encryption.form',
    value.length === 0 ? undefined : { recipients: [...value] },
    'encryption',
    'directory',
  )
  const rows = form.status === 'ready' ? form.value : undefined
  const standings = new Map(
    chosen.status === 'ready' ? chosen.value.map((standing) => [standing.organId, standing]) : [],
  )
  const lost = value.filter((organId) => standings.get(organId)?.standing === 'struck-off').length
  const [lastFound, setLastFound] = useState<Agency[]>([])
  if (found.status === 'ready' && found.value !== lastFound) setLastFound(found.value)
  const options = lastFound.filter((agency) => !value.includes(agency.organId))
  const current = Math.min(active, Math.max(0, options.length - 1))

  useEffect(() => {
    popup.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' })
  }, [current])

  const choose = (agency: Agency) => {
    onChange([...value, agency.organId])
    setText('')
    setActive(0)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const option = options[current]
    if (event.key === 'ArrowDown') {
      setOpen(true)
      setActive(isOpen ? Math.min(current + 1, options.length - 1) : 0)
    } else if (event.key === 'ArrowUp') setActive(Math.max(current - 1, 0))
    else if (event.key === 'Enter' && isOpen && option !== undefined) choose(option)
    else if (event.key === 'Escape' && isOpen) {
      setOpen(false)
      event.stopPropagation()
    } else if (event.key === 'Backspace' && text === '' && value.length > 0) onChange(value.slice(0, -1))
    else return
    event.preventDefault()
  }

  return (
    <div className={classes(fieldStyles['field'], styles['picker'])}>
      <div className={styles['head']}>
        <label htmlFor={id} className={fieldStyles['label']}>
          {TEXT.draft.recipients}
        </label>
        {beside}
      </div>
      {value.length === 0 ? null : (
        <ol className={styles['chosen']} aria-label={TEXT.draft.recipientList}>
          {value.map((organId, index) => {
            const standing = standings.get(organId)
            const name = standing?.name ?? organId
            return (
              <li key={organId}>
                <span title={organId}>{name}</span>
                <RecipientForm form={rows} organId={organId} />
                <Standing
                  standing={standing}
                  onRenew={(now) => {
                    const others = value.filter((other) => other !== now)
                    onChange(others.map((other) => (other === organId ? now : other)))
                  }}
                />
                {index === 0 ? null : (
                  <button
                    type="button"
                    aria-label={TEXT.draft.recipientUp(name)}
                    title={TEXT.draft.recipientUp(name)}
                    onClick={() => {
                      const before = value[index - 1]
                      if (before === undefined) return
                      onChange(value.toSpliced(index - 1, 2, organId, before))
                    }}
                  >
                    <ArrowUp size={14} aria-hidden />
                  </button>
                )}
                <button
                  type="button"
                  aria-label={TEXT.draft.recipientRemove(name)}
                  title={TEXT.draft.recipientRemove(name)}
                  onClick={() => {
                    onChange(value.filter((other) => other !== organId))
                  }}
                >
                  <X size={14} aria-hidden />
                </button>
              </li>
            )
          })}
        </ol>
      )}
      <div className={styles['anchor']}>
        <input
          id={id}
          className={fieldStyles['input']}
          role="combobox"
          aria-expanded={isOpen}
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          aria-activedescendant={isOpen && options.length > 0 ? `${id}-${String(current)}` : undefined}
          aria-invalid={error !== undefined}
          aria-describedby={`${id}-note`}
          autoComplete="off"
          spellCheck={false}
          value={text}
          onChange={(event) => {
            setText(event.target.value)
            setOpen(true)
            setActive(0)
          }}
          onFocus={() => {
            setOpen(true)
          }}
          onClick={() => {
            setOpen(true)
          }}
          onBlur={() => {
            setOpen(false)
            onBlur()
          }}
          onKeyDown={onKeyDown}
        />
        {isOpen ? (
          <div
            ref={popup}
            className={styles['popup']}
            // A press in the list must not take the focus from the box, or the list would close before it.
            onMouseDown={(event) => {
              event.preventDefault()
            }}
          >
            {options.length === 0 ? (
              <div className={styles['nothing']} role="status">
                {text.trim() === '' && value.length === 0
                  ? TEXT.draft.recipientsEmptyDirectory
                  : TEXT.draft.recipientsNone}
              </div>
            ) : (
              <div role="listbox" id={`${id}-list`} aria-label={TEXT.draft.recipients}>
                {options.map((agency, index) => (
                  <div
                    key={agency.organId}
                    id={`${id}-${String(index)}`}
                    role="option"
                    aria-selected={index === current}
                    className={styles['option']}
                    onMouseMove={() => {
                      setActive(index)
                    }}
                    onClick={() => {
                      choose(agency)
                    }}
                  >
                    {agency.name}
                    <div>
                      {agency.organId}
                      {agency.parentName === '' ? '' : ` · ${agency.parentName}`}
                    </div>
                  </div>
                ))}
              </div>
            )}
          </div>
        ) : null}
      </div>
      {lost === 0 ? null : <FieldNote kind="error" text={TEXT.recipients.struckOffNote(lost)} />}
      <FormNote form={rows} />
      <div id={`${id}-note`}>
        {error === undefined ? (
          <span className={fieldStyles['hint']}>{TEXT.draft.recipientsHint}</span>
        ) : (
          <FieldNote kind="error" text={error} />
        )}
      </div>
    </div>
  )
}

/** That the directory knows one of them under another code, which is offered, or not any more. */
function Standing({
  standing,
  onRenew,
}: {
  standing: RecipientStanding | undefined
  onRenew: (organId: string) => void
}) {
  if (standing?.standing === 'struck-off') {
    return (
      <Chip tone="bad" icon={CircleAlert}>
        {TEXT.recipients.struckOff}
      </Chip>
    )
  }
  const now = standing?.now
  if (now === undefined) return null
  return (
    <>
      <Chip tone="warn">{TEXT.recipients.renamed(now.organId)}</Chip>
      <button
        type="button"
        aria-label={TEXT.recipients.useNew(now.name)}
        title={TEXT.recipients.useNew(now.name)}
        onClick={() => {
          onRenew(now.organId)
        }}
      >
        <RefreshCw size={14} aria-hidden />
      </button>
    </>
  )
}

/** Which form one of them would get; nothing while that is not known, or of one that left the directory. */
function RecipientForm({ form, organId }: { form: DocumentForm | undefined; organId: string }) {
  const row = form?.recipients.find((one) => one.organId === organId)
  if (form === undefined || row === undefined) return null
  return <FormChip encrypted={form.encrypted} lack={row.lack} />
}

/** What follows for all of them, where it is worth a word. */
function FormNote({ form }: { form: DocumentForm | undefined }) {
  if (form === undefined) return null
  const without = form.recipients.filter(({ lack }) => lack !== undefined).length
  if (form.refused) return <FieldNote kind="error" text={TEXT.encryption.willBeRefused(without)} />
  if (form.encrypted) return <span className={fieldStyles['hint']}>{TEXT.encryption.willEncrypt}</span>
  if (without === 0 || without === form.recipients.length) return null
  return <FieldNote kind="warning" text={TEXT.encryption.willBePlain(without)} />
}
