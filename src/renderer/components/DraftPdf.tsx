import { FileUp } from 'lucide-react'
import { useCallback, useEffect, useState, type ReactNode } from 'react'
import { copyFormOf } from '../../shared/document/types.ts'
import { MAX_PDF_BYTES, type Failure, type OutgoingDetail } from '../../shared/ipc/contract.ts'
import { announce } from '../lib/announce.ts'
import { classes } from '../lib/classes.ts'
import { codeOf } from '../lib/lists.ts'
import { useAction } from '../lib/useAction.ts'
import { useDrop } from '../lib/useDrop.ts'
import { TEXT } from '../text.vi.ts'
import { Banner, Empty, FailureBanner } from './Banner.tsx'
import styles from './DraftPdf.module.css'
import { FilePicker } from './FilePicker.tsx'
import { OutgoingPdf } from './FilePreview.tsx'
import { ScanNotes } from './ScanNotes.tsx'

/** The PDF beside the form: by button, by drop, by paste. */
export function DraftPdf({
  detail,
  start,
  missing,
  onImport,
  onWord,
}: {
  detail: OutgoingDetail
  missing: boolean
  /** The other way: to write it here. */
  start: ReactNode
  onImport: (name: string, bytes: Uint8Array) => Promise<OutgoingDetail>
  /** Takes a Word file that came by the same ways; left out, it is refused as no PDF. */
  onWord: ((file: File) => void) | undefined
}) {
  const [refused, setRefused] = useState<Failure | 'not-pdf'>()
  const [name, setName] = useState('')
  const pdf = detail.files.find(({ role }) => role === 'imported')
  const action = useAction(onImport)
  const importNow = action.run

  const take = useCallback(
    async (file: File | undefined) => {
      if (file === undefined) return
      setRefused(undefined)
      if (isWordName(file.name) && onWord !== undefined) {
        onWord(file)
        return
      }
      if (file.size > MAX_PDF_BYTES) {
        setRefused({ code: 'pdf/too-large', incident: '' })
        return
      }
      setName(file.name)
      const bytes = new Uint8Array(await file.arrayBuffer())
      if (!looksLikePdf(bytes)) {
        setRefused('not-pdf')
        return
      }
      const done = await importNow(file.name, bytes)
      if (done !== undefined) announce(TEXT.draft.imported(file.name))
    },
    [importNow, onWord],
  )
  useEffect(() => {
    const onPaste = (event: ClipboardEvent) => {
      const file = event.clipboardData?.files[0]
      if (file === undefined) return
      event.preventDefault()
      void take(file)
    }
    window.addEventListener('paste', onPaste)
    return () => {
      window.removeEventListener('paste', onPaste)
    }
  }, [take])

  const drop = useDrop(([file]) => {
    void take(file)
  })

  const picker = (
    <FilePicker
      label={pdf === undefined ? TEXT.draft.importPdf : TEXT.draft.replacePdf}
      accept="application/pdf,.pdf"
      onPick={(file) => {
        void take(file)
      }}
    />
  )
  return (
    <section
      className={classes(styles['preview'], drop.dropping && styles['dropping'])}
      aria-label={TEXT.draft.preview}
      data-drop={TEXT.draft.dropHere}
      data-pane
      {...drop.handlers}
    >
      <FailureBanner error={refused === undefined || refused === 'not-pdf' ? action.error : refused} />
      <div role="alert">{refused === 'not-pdf' ? <Banner tone="bad" title={TEXT.draft.notPdf} /> : null}</div>
      <div role="status">
        {action.busy ? <Banner tone="info" title={TEXT.draft.importing(name)} /> : null}
      </div>
      {pdf === undefined || copyFormOf(detail.fields.typeName) === undefined ? null : (
        <ScanNotes id={detail.id} />
      )}
      {pdf === undefined ? start : null}
      {pdf === undefined ? (
        <div className={classes(styles['invite'], missing && styles['inviteBad'])}>
          <Empty
            icon={FileUp}
            title={missing ? TEXT.missing.pdf : TEXT.draft.importTitle}
            hint={onWord === undefined ? TEXT.draft.importHint : TEXT.draft.importHintOrWord}
          >
            {picker}
          </Empty>
        </div>
      ) : (
        <OutgoingPdf
          id={detail.id}
          role="imported"
          version={pdf.sha256}
          name={`${TEXT.pdf.label} ${codeOf(detail)}`}
          toolbar={
            <span className={styles['toolbar']}>
              {picker}
              <span>{pdf.name}</span>
            </span>
          }
        />
      )}
    </section>
  )
}

function isWordName(name: string): boolean {
  return name.toLowerCase().endsWith('.docx')
}

/** Readers accept the header within the first kilobyte; the engine looks closer. */
function looksLikePdf(bytes: Uint8Array): boolean {
  return new TextDecoder('latin1').decode(bytes.subarray(0, 1024)).includes('%PDF-')
}
