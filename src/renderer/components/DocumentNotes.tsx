import { MessageSquarePlus } from 'lucide-react'
import { useState } from 'react'

import type { DocumentNote } from '../../shared/document/note.ts'
import { formatSince } from '../lib/format.ts'
import { announce } from '../lib/announce.ts'
import { useAction } from '../lib/useAction.ts'
import { useNow } from '../lib/useNow.ts'
import { TEXT } from '../text.vi.ts'
import { FailureBanner } from './Banner.tsx'
import { Button } from './Button.tsx'
import styles from './DocumentNotes.module.css'
import { TextBox } from './Field.tsx'

/** What the people of the office wrote about a document, oldest first, and a place to write more. */
export function DocumentNotes({
  notes,
  onAdd,
}: {
  notes: readonly DocumentNote[]
  onAdd: (text: string) => Promise<unknown>
}) {
  const now = useNow(60_000)
  const [text, setText] = useState('')
  const [asked, setAsked] = useState(false)
  const lacks = text.trim() === ''
  const add = useAction(async () => {
    await onAdd(text.trim())
    setText('')
    setAsked(false)
    announce(TEXT.notes.done)
  })
  return (
    <section className={styles['notes']} aria-label={TEXT.notes.title}>
      <h3>{TEXT.notes.title}</h3>
      {notes.length === 0 ? <p className={styles['quiet']}>{TEXT.notes.empty}</p> : null}
      <ul className={styles['list']}>
        {notes.map((note, at) => (
          <li key={at} className={styles['note']}>
            <div className={styles['quiet']}>
              {[
                note.personName === '' ? TEXT.notes.nobody : note.personName,
                TEXT.notes.kind[note.kind],
                formatSince(note.at, now),
              ]
                .filter((part) => part !== '')
                .join(' · ')}
            </div>
            <div className={styles['text']}>{note.text}</div>
          </li>
        ))}
      </ul>
      <form
        className={styles['list']}
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          setAsked(true)
          if (!lacks) void add.run()
        }}
      >
        <TextBox
          label={TEXT.notes.label}
          hint={TEXT.notes.inside}
          value={text}
          onChange={setText}
          lines={2}
          maxLength={2000}
          error={asked && lacks ? TEXT.notes.missing : undefined}
        />
        <FailureBanner error={add.error} boxed />
        <div>
          <Button small type="submit" icon={MessageSquarePlus} isBusy={add.busy}>
            {TEXT.notes.add}
          </Button>
        </div>
      </form>
    </section>
  )
}
