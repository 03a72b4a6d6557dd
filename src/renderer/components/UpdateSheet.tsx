import { useState } from 'react'

import { organId } from '../../shared/document/fields.ts'
import { PRIORITIES } from '../../shared/document/types.ts'
import type { OutgoingDetail } from '../../shared/ipc/contract.ts'
import { announce } from '../lib/announce.ts'
import { call } from '../lib/call.ts'
import { codeOf } from '../lib/lists.ts'
import { useAction } from '../lib/useAction.ts'
import { TEXT } from '../text.vi.ts'
import { DayField } from './DayField.tsx'
import { Sheet } from './Dialog.tsx'
import { Choice, FieldNote, TextBox } from './Field.tsx'
import { SheetForm } from './SheetForm.tsx'
import form from './Form.module.css'
import { RecipientField } from './RecipientField.tsx'

/** Cập nhật a sent document: what is said of it, whom it is for, and why. Nothing of what was signed. */
export function UpdateSheet({ detail, onClose }: { detail: OutgoingDetail; onClose: () => void }) {
  const text = TEXT.updates
  const [fields, setFields] = useState(() => {
    const { subject, dueDate, priority, steeringType } = detail.fields
    return { subject, dueDate, priority, steeringType }
  })
  const [recipients, setRecipients] = useState<readonly string[]>(() =>
    detail.recipients
      .filter(({ state }) => state !== 'returned' && state !== 'recalled')
      .map(({ organId: id }) => id),
  )
  const [reason, setReason] = useState('')
  const [asked, setAsked] = useState(false)
  const isPrinted = detail.composition !== undefined
  const lacks = {
    subject: fields.subject.trim() === '',
    recipients: recipients.length === 0,
    reason: reason.trim() === '',
  }
  const send = useAction(async () => {
    await call('outgoing.update', {
      id: detail.id,
      revision: detail.revision,
      fields,
      recipients: [...recipients],
      reason: reason.trim(),
    })
    onClose()
    announce(text.done)
  })
  return (
    <Sheet isOpen onClose={onClose} title={text.title(codeOf(detail))} look="wide" dismissable={false}>
      <SheetForm
        act={text.send}
        busy={send.busy}
        onCancel={onClose}
        error={send.error}
        onSubmit={() => {
          setAsked(true)
          if (!Object.values(lacks).some(Boolean)) void send.run()
        }}
      >
        <p>{text.intro}</p>
        {isPrinted ? (
          <FieldNote kind="warning" text={text.printed} />
        ) : (
          <TextBox
            label={TEXT.draft.subject}
            value={fields.subject}
            onChange={(subject) => {
              setFields({ ...fields, subject })
            }}
            lines={2}
            maxLength={500}
            counted
            error={asked && lacks.subject ? text.subjectMissing : undefined}
          />
        )}
        <div className={form['grid']}>
          <DayField
            label={TEXT.draft.dueDate}
            value={fields.dueDate}
            onChange={(dueDate) => {
              setFields({ ...fields, dueDate })
            }}
          />
          <Choice
            label={TEXT.draft.steeringType}
            value={String(fields.steeringType)}
            options={TEXT.draft.steeringTypes.map((words, code) => ({ value: String(code), text: words }))}
            onChange={(value) => {
              setFields({ ...fields, steeringType: Number(value) })
            }}
          />
          {isPrinted ? null : (
            <Choice
              label={TEXT.draft.priority}
              value={String(fields.priority)}
              options={PRIORITIES.map(({ code, name }) => ({ value: String(code), text: name }))}
              onChange={(value) => {
                setFields({ ...fields, priority: Number(value) })
              }}
            />
          )}
        </div>
        <RecipientField
          value={recipients}
          onChange={(organIds) => {
            setRecipients(organIds.flatMap((id) => organId.safeParse(id).data ?? []))
          }}
          onBlur={() => undefined}
          error={asked && lacks.recipients ? text.recipientsMissing : undefined}
        />
        <TextBox
          label={text.why}
          value={reason}
          onChange={setReason}
          lines={2}
          maxLength={500}
          counted
          error={asked && lacks.reason ? text.whyMissing : undefined}
        />
      </SheetForm>
    </Sheet>
  )
}
