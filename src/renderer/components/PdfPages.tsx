import { FileX2, Maximize2, ZoomIn, ZoomOut } from 'lucide-react'
import { getDocument, GlobalWorkerOptions, type PDFDocumentProxy } from 'pdfjs-dist/legacy/build/pdf.mjs'
import workerUrl from 'pdfjs-dist/legacy/build/pdf.worker.min.mjs?url'
import { useEffect, useRef, useState, type KeyboardEvent, type ReactNode } from 'react'

import { pressed } from '../../shared/shortcuts.ts'
import { drawPage, type PageMark } from '../lib/pdf-page.ts'
import { TEXT } from '../text.vi.ts'
import { Empty, Skeleton } from './Banner.tsx'
import { IconButton } from './Button.tsx'
import { Chip } from './Chip.tsx'
import { PdfPrint } from './PdfPrint.tsx'
import styles from './PdfPages.module.css'

GlobalWorkerOptions.workerSrc = workerUrl

/** Fonts and decoders pdf.js asks for by file name, bundled under names of our build. */
const assets = import.meta.glob<string>(
  [
    '../../../node_modules/pdfjs-dist/standard_fonts/*.{pfb,ttf}',
    '../../../node_modules/pdfjs-dist/wasm/{jbig2,openjpeg,qcms_bg}.wasm',
  ],
  { query: '?url', import: 'default', eager: true },
)

/** Hands pdf.js its bundled data, where the library's own factory would join a folder and a name. */
class BundledData {
  async fetch({ filename }: { kind: string; filename: string }): Promise<Uint8Array> {
    const found = Object.entries(assets).find(([path]) => path.endsWith(`/${filename}`))
    if (found === undefined) throw new Error(`pdf.js asks for ${filename}, which is not bundled`)
    const response = await fetch(found[1])
    return new Uint8Array(await response.arrayBuffer())
  }
}

const ZOOMS = [0.5, 0.67, 0.8, 1, 1.25, 1.5, 2, 3]
/** CSS pixels a page is kept from the edges of its pane. */
const MARGIN = 28
/** A page is not made wider than this by itself: the sheet stays readable without moving the head. */
const COMFORTABLE_WIDTH = 900

type Loaded =
  | { readonly status: 'loading' }
  | { readonly status: 'failed' }
  | { readonly status: 'ready'; readonly pdf: PDFDocumentProxy; readonly ratios: readonly number[] }

/**
 * Shows a PDF: pages drawn when they come into sight, scripting and forms off. The bytes are copied, so
 * the caller's stay usable.
 */
export function PdfPages({
  bytes,
  name,
  toolbar,
  mark,
}: {
  bytes: Uint8Array
  /** The accessible name: which document this is. */
  name: string
  toolbar?: ReactNode
  mark?: PageMark | undefined
}) {
  const [loaded, setLoaded] = useState<{ bytes: Uint8Array; state: Loaded }>()
  const [zoom, setZoom] = useState(1)
  const [width, setWidth] = useState(0)
  const [page, setPage] = useState(1)
  const box = useRef<HTMLDivElement>(null)

  useEffect(() => {
    let gone = false
    const task = getDocument({
      data: bytes.slice(),
      BinaryDataFactory: BundledData,
      useWorkerFetch: false,
      isEvalSupported: false,
      enableXfa: false,
      stopAtErrors: false,
    })
    const open = async () => {
      const pdf = await task.promise
      const first = (await pdf.getPage(1)).getViewport({ scale: 1 })
      const ratio = first.height / first.width
      const ratios = Array.from({ length: pdf.numPages }, () => ratio)
      return { status: 'ready', pdf, ratios } as const
    }
    open().then(
      (state) => {
        if (!gone) setLoaded({ bytes, state })
      },
      () => {
        if (!gone) setLoaded({ bytes, state: { status: 'failed' } })
      },
    )
    return () => {
      gone = true
      void task.destroy()
    }
  }, [bytes])

  const state: Loaded = loaded?.bytes === bytes ? loaded.state : { status: 'loading' }
  const ready = state.status === 'ready'
  useEffect(() => {
    const element = box.current
    if (element === null) return
    const observer = new ResizeObserver(([entry]) => {
      if (entry !== undefined) setWidth(Math.floor(entry.contentRect.width))
    })
    observer.observe(element)
    return () => {
      observer.disconnect()
    }
  }, [ready])

  if (state.status === 'failed') {
    return (
      <section className={styles['view']} aria-label={name}>
        <Empty icon={FileX2} title={TEXT.pdf.failedTitle} hint={TEXT.pdf.failedHint} />
      </section>
    )
  }
  const step = (direction: 1 | -1) => {
    const larger = ZOOMS.find((known) => known > zoom)
    const smaller = ZOOMS.findLast((known) => known < zoom)
    setZoom((direction === 1 ? larger : smaller) ?? zoom)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const shortcut = pressed(event, 'enlargePdf', 'shrinkPdf', 'fitPdf')
    if (shortcut === undefined) return
    event.preventDefault()
    if (shortcut === 'fitPdf') setZoom(1)
    else step(shortcut === 'enlargePdf' ? 1 : -1)
  }
  const pageWidth = Math.round(Math.min(COMFORTABLE_WIDTH, Math.max(200, width - MARGIN + 28)) * zoom)
  const count = state.status === 'ready' ? state.pdf.numPages : 0

  return (
    <section className={styles['view']} aria-label={name}>
      <div className={styles['bar']}>
        <span className={styles['label']}>{toolbar}</span>
        {count === 0 ? null : <Chip>{TEXT.pdf.page(page, count)}</Chip>}
        <IconButton
          kind="quiet"
          icon={ZoomOut}
          label={TEXT.pdf.zoomOut}
          onPress={() => {
            step(-1)
          }}
        />
        <IconButton
          kind="quiet"
          icon={ZoomIn}
          label={TEXT.pdf.zoomIn}
          onPress={() => {
            step(1)
          }}
        />
        <IconButton
          kind="quiet"
          icon={Maximize2}
          label={TEXT.pdf.fit}
          onPress={() => {
            setZoom(1)
          }}
        />
        {state.status === 'ready' ? <PdfPrint pdf={state.pdf} mark={mark} /> : null}
      </div>
      {/* Scrolled with the arrow keys, so it takes the focus like any scrolling region. */}
      <div
        ref={box}
        className={styles['pages']}
        role="document"
        aria-label={TEXT.pdf.label}
        tabIndex={0}
        onKeyDown={onKeyDown}
      >
        {state.status === 'ready' && width > 0 ? (
          state.ratios.map((ratio, index) => (
            <PdfPage
              key={index}
              pdf={state.pdf}
              number={index + 1}
              width={pageWidth}
              ratio={ratio}
              onSeen={setPage}
            >
              {mark !== undefined && Math.min(mark.page, count) === index + 1 ? mark.show(pageWidth) : null}
            </PdfPage>
          ))
        ) : (
          <Skeleton />
        )}
      </div>
    </section>
  )
}

function PdfPage({
  pdf,
  number,
  width,
  ratio: expected,
  onSeen,
  children,
}: {
  pdf: PDFDocumentProxy
  number: number
  width: number
  ratio: number
  onSeen: (number: number) => void
  children: ReactNode
}) {
  const box = useRef<HTMLDivElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const [near, setNear] = useState<boolean>()
  const [drawnWidth, setDrawnWidth] = useState<number>()
  const [ratio, setRatio] = useState(expected)

  useEffect(() => {
    const element = box.current
    if (element === null) return
    const root = element.parentElement
    const comes = new IntersectionObserver(
      ([entry]) => {
        setNear(entry?.isIntersecting === true)
      },
      { root, rootMargin: '600px' },
    )
    const reads = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting === true) onSeen(number)
      },
      { root, rootMargin: '-45% 0px -45% 0px' },
    )
    comes.observe(element)
    reads.observe(element)
    return () => {
      comes.disconnect()
      reads.disconnect()
    }
  }, [number, onSeen])

  useEffect(() => {
    const target = canvas.current
    if (near !== true || target === null) return
    let stop: (() => void) | undefined
    let gone = false
    const draw = async () => {
      const page = await pdf.getPage(number)
      if (gone) return
      const natural = page.getViewport({ scale: 1 })
      setRatio(natural.height / natural.width)
      const density = Math.min(window.devicePixelRatio, 3)
      const task = drawPage(page, target, (width / natural.width) * density)
      stop = () => {
        task.cancel()
      }
      await task.promise
      setDrawnWidth(width)
    }
    draw().catch(() => {
      // Cancelled by the next size, or a page pdf.js cannot draw: that one stays white, and nobody waits for it.
      if (!gone) setDrawnWidth(width)
    })
    return () => {
      gone = true
      stop?.()
    }
  }, [pdf, number, width, near])

  return (
    <div ref={box} className={styles['page']} style={{ width, height: Math.round(width * ratio) }}>
      <div
        className={styles['sheet']}
        role="img"
        aria-label={TEXT.pdf.pageName(number, pdf.numPages)}
        aria-busy={near !== false && drawnWidth !== width}
      >
        {near === true ? <canvas ref={canvas} key={width} /> : null}
      </div>
      {children}
    </div>
  )
}
