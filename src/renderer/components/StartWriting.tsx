import { PenLine } from 'lucide-react'
import { useState } from 'react'

import { templateId } from '../../shared/document/drafting.ts'
import type { TemplateId } from '../../shared/document/drafting.ts'
import { useLive } from '../lib/useLive.ts'
import { TEXT } from '../text.vi.ts'
import { Button } from './Button.tsx'
import { Choice } from './Field.tsx'
import { FilePicker } from './FilePicker.tsx'
import styles from './StartWriting.module.css'

const WORD = '.docx,application/vnd.openxmlformats-officedocument.wordprocessingml.document'

/** Begins to write a document here: from the template of its type, one of the office's own, or a Word file. */
export function StartWriting({
  typeName,
  busy,
  onStart,
  onWord,
}: {
  typeName: string
  busy: boolean
  onStart: (template: TemplateId | undefined) => void
  onWord: (file: File) => void
}) {
  const { drafting: words } = TEXT
  const templates = useLive('drafting.templates', {})
  const [chosen, setChosen] = useState('')
  const own = templates.status === 'ready' ? templates.value : []
  return (
    <div className={styles['start']}>
      {own.length === 0 ? null : (
        <Choice
          label={words.template}
          value={chosen}
          options={[
            { value: '', text: words.typeTemplate(typeName) },
            ...own.map(({ id, name }) => ({ value: String(id), text: name })),
          ]}
          onChange={setChosen}
        />
      )}
      <div className={styles['ways']}>
        <Button
          kind="primary"
          icon={PenLine}
          isBusy={busy}
          onPress={() => {
            onStart(templateId.safeParse(chosen).data)
          }}
        >
          {words.write}
        </Button>
        <FilePicker label={words.takeWord} accept={WORD} onPick={onWord} />
      </div>
      <p className={styles['hint']}>{words.writeHint}</p>
    </div>
  )
}
