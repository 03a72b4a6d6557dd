import { Printer } from 'lucide-react'
import type { PDFDocumentProxy } from 'pdfjs-dist/legacy/build/pdf.mjs'
import { useEffect, useRef, useState } from 'react'
import { createPortal } from 'react-dom'

import { isPressed } from '../../shared/shortcuts.ts'
import { classes } from '../lib/classes.ts'
import { drawForPrinter, forgetPages, type PageMark, type PrintedPage } from '../lib/pdf-page.ts'
import { useAction } from '../lib/useAction.ts'
import { TEXT } from '../text.vi.ts'
import { FailureBanner } from './Banner.tsx'
import { Button, IconButton } from './Button.tsx'
import dialog from './Dialog.module.css'
import { Sheet } from './Dialog.tsx'
import styles from './PdfPrint.module.css'
import { Progress } from './Progress.tsx'

/** What offices print on; pages of another size are made to fit. */
const PAPER_MM = { width: 210, height: 297 }
const PIXELS_PER_MM = 96 / 25.4

/**
 * The document has margins of its own; other things that are printed keep theirs, so this holds only while it is
 * printed. Chromium 130 takes neither size nor margin from a named page.
 */
const A4_WITHOUT_MARGIN = new CSSStyleSheet()
A4_WITHOUT_MARGIN.replaceSync('@page { margin: 0; size: A4 }')

/** Prints a PDF as it is seen, with what is laid over it, in the system's own dialog. Ctrl+P does the same. */
export function PdfPrint({ pdf, mark }: { pdf: PDFDocumentProxy; mark: PageMark | undefined }) {
  const [pages, setPages] = useState<readonly PrintedPage[]>()
  const [drawn, setDrawn] = useState(0)
  const [isAsked, setAsked] = useState(false)
  const stop = useRef<AbortController>(undefined)
  const { run, error, clear } = useAction(async () => {
    const stopping = new AbortController()
    stop.current = stopping
    setDrawn(0)
    setAsked(true)
    const made = await drawForPrinter(pdf, { signal: stopping.signal, onPage: setDrawn })
    if (stopping.signal.aborted) {
      forgetPages(made)
      return
    }
    setAsked(false)
    setPages(made)
  })
  const leave = () => {
    stop.current?.abort()
    setAsked(false)
    clear()
  }

  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (!isPressed('print', event)) return
      event.preventDefault()
      void run()
    }
    window.addEventListener('keydown', onKeyDown)
    return () => {
      window.removeEventListener('keydown', onKeyDown)
    }
  }, [run])
  useEffect(
    () => () => {
      stop.current?.abort()
    },
    [],
  )

  return (
    <>
      <IconButton
        kind="quiet"
        icon={Printer}
        label={TEXT.pdf.print}
        onPress={() => {
          void run()
        }}
      />
      <Sheet isOpen={isAsked} onClose={leave} title={TEXT.pdf.printTitle} dismissable={false}>
        {error === undefined ? (
          <Progress label={TEXT.pdf.printDrawing(drawn, pdf.numPages)} done={drawn} total={pdf.numPages} />
        ) : (
          <FailureBanner error={error} boxed />
        )}
        <div className={dialog['actions']}>
          <Button autoFocus onPress={leave}>
            {error === undefined ? TEXT.cancel : TEXT.close}
          </Button>
        </div>
      </Sheet>
      {pages === undefined ? null : (
        <Paper
          pages={pages}
          mark={mark?.isPrinted === true ? mark : undefined}
          onPrinted={() => {
            setPages(undefined)
          }}
        />
      )}
    </>
  )
}

/** The pages as the printer sees them, beside the window's own content, until the system has taken them. */
function Paper({
  pages,
  mark,
  onPrinted,
}: {
  pages: readonly PrintedPage[]
  mark: PageMark | undefined
  onPrinted: () => void
}) {
  const box = useRef<HTMLDivElement>(null)
  const done = useRef(onPrinted)
  useEffect(() => {
    done.current = onPrinted
  })
  useEffect(() => {
    let isGone = false
    const pictures = box.current?.querySelectorAll('img') ?? []
    const end = () => {
      done.current()
    }
    window.addEventListener('afterprint', end)
    document.adoptedStyleSheets.push(A4_WITHOUT_MARGIN)
    // What is not decoded yet comes out white.
    void Promise.allSettled([...pictures].map((picture) => picture.decode())).then(() => {
      if (!isGone) window.print()
    })
    return () => {
      isGone = true
      window.removeEventListener('afterprint', end)
      document.adoptedStyleSheets = document.adoptedStyleSheets.filter((one) => one !== A4_WITHOUT_MARGIN)
      forgetPages(pages)
    }
  }, [pages])

  return createPortal(
    <div ref={box} className={classes(styles['paper'], 'printed')} aria-hidden>
      {pages.map((page) => {
        const { number, url } = page
        const { isTurned, widthMm, heightMm } = fitted(page)
        return (
          <div key={number} className={styles['sheet']}>
            <div
              className={isTurned ? styles['turned'] : styles['upright']}
              style={{ width: `${String(widthMm)}mm`, height: `${String(heightMm)}mm` }}
            >
              <img src={url} alt="" />
              {mark !== undefined && Math.min(mark.page, pages.length) === number
                ? mark.show(widthMm * PIXELS_PER_MM)
                : null}
            </div>
          </div>
        )
      })}
    </div>,
    document.body,
  )
}

/** How large a page is drawn on paper, and whether it lies on its side there. Never larger than it is. */
function fitted({ widthMm, heightMm }: PrintedPage) {
  const isTurned = widthMm > heightMm
  const across = isTurned ? heightMm : widthMm
  const along = isTurned ? widthMm : heightMm
  const scale = Math.min(1, PAPER_MM.width / across, PAPER_MM.height / along)
  return { isTurned, widthMm: widthMm * scale, heightMm: heightMm * scale }
}
