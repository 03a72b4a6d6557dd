import { Paperclip, X } from 'lucide-react'
import { useState } from 'react'

import {
  isPdfName,
  MAX_ATTACHMENT_BYTES,
  MAX_ATTACHMENTS,
  MAX_DOCUMENT_BYTES,
} from '../../shared/document/attachment.ts'
import type { DocumentFile } from '../../shared/document/fields.ts'
import type { Failure, OutgoingDetail } from '../../shared/ipc/contract.ts'
import { announce } from '../lib/announce.ts'
import { classes } from '../lib/classes.ts'
import { formatSize } from '../lib/format.ts'
import { useAction } from '../lib/useAction.ts'
import { useDrop } from '../lib/useDrop.ts'
import { TEXT } from '../text.vi.ts'
import styles from './AttachmentList.module.css'
import { FailureBanner } from './Banner.tsx'
import { FieldNote } from './Field.tsx'
import { IconButton } from './Button.tsx'
import { FilePicker } from './FilePicker.tsx'

/** The files beside the main document of a draft: added by button or drop, taken off one by one. */
export function AttachmentList({
  files,
  fit,
  onAttach,
  onDetach,
}: {
  files: readonly DocumentFile[]
  /** How large the packet will be. */
  fit: OutgoingDetail['fit']
  onAttach: (name: string, bytes: Uint8Array) => Promise<OutgoingDetail>
  onDetach: (file: DocumentFile) => Promise<OutgoingDetail>
}) {
  const [refused, setRefused] = useState<Failure>()
  const attach = useAction(onAttach)
  const detach = useAction(onDetach)
  const attachments = files.filter(({ role }) => role === 'attachment')
  const used = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)

  async function take(picked: readonly File[]): Promise<void> {
    setRefused(undefined)
    for (const file of picked) {
      if (file.size > MAX_ATTACHMENT_BYTES || file.size + used > MAX_DOCUMENT_BYTES) {
        setRefused({ code: 'document/attachments-too-large', incident: '' })
        return
      }
      const done = await attach.run(file.name, new Uint8Array(await file.arrayBuffer()))
      if (done === undefined) return
      announce(TEXT.draft.attached(file.name))
    }
  }

  const drop = useDrop((files) => {
    void take(files)
  })

  return (
    <section
      className={classes(styles['files'], drop.dropping && styles['dropping'])}
      aria-label={TEXT.draft.attachments}
      {...drop.handlers}
    >
      <h2>{TEXT.draft.attachments}</h2>
      <p className={styles['note']}>{TEXT.draft.attachmentsHint}</p>
      <Fit fit={fit} />
      <FailureBanner error={refused ?? attach.error ?? detach.error} />
      {attachments.length === 0 ? null : (
        <ul className={styles['list']}>
          {attachments.map((file) => (
            <li key={file.sha256} className={styles['file']}>
              <Paperclip size={17} strokeWidth={1.75} aria-hidden />
              <div className={styles['name']}>
                <div title={file.name}>{file.name}</div>
                <div className={styles['note']}>
                  {formatSize(file.sizeBytes)} ·{' '}
                  {isPdfName(file.name) ? TEXT.draft.signedInside : TEXT.draft.signedBeside}
                </div>
              </div>
              <IconButton
                kind="quiet"
                icon={X}
                label={TEXT.draft.detach(file.name)}
                isBusy={detach.busy}
                onPress={() => {
                  void detach.run(file).then((done) => {
                    if (done !== undefined) announce(TEXT.draft.detached(file.name))
                  })
                }}
              />
            </li>
          ))}
        </ul>
      )}
      <div>
        {attachments.length < MAX_ATTACHMENTS ? (
          <FilePicker
            label={attach.busy ? TEXT.draft.attaching : TEXT.draft.attach}
            accept=""
            multiple
            onPick={(...picked) => {
              void take(picked)
            }}
          />
        ) : null}
      </div>
    </section>
  )
}

/** Said while it can still be put right: a signed document that the hub does not take can only be drafted anew. */
function Fit({ fit }: { fit: OutgoingDetail['fit'] }) {
  if (fit?.largest === undefined) return null
  const [size, most] = [formatSize(fit.bytes), formatSize(fit.largest)]
  if (fit.bytes > fit.largest) return <FieldNote kind="error" text={TEXT.draft.tooLargeForHub(size, most)} />
  return <p className={styles['note']}>{TEXT.draft.fitsHub(size, most)}</p>
}
