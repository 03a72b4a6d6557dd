import {
  AnnotationMode,
  type PDFDocumentProxy,
  type PDFPageProxy,
  type RenderTask,
} from 'pdfjs-dist/legacy/build/pdf.mjs'
import type { ReactNode } from 'react'

import { CallError } from './call.ts'

/** Dots per inch of a page on paper: what office printers do with letters. */
const PRINT_DPI = 300
/** The unit of a PDF. */
const POINTS_PER_INCH = 72
const MM_PER_INCH = 25.4

/** What lies on one page, placed by whoever gives it. */
export interface PageMark {
  /** 1 is the first; what is past the end lies on the last. */
  readonly page: number
  /** @param width how wide the page is drawn, in CSS pixels */
  readonly show: (width: number) => ReactNode
  /** Whether it is printed with the page, and not only a mark for whoever works at it. */
  readonly isPrinted?: boolean
}

/** Draws one page into a canvas, which takes the page's size. `scale` is in pixels per point. */
export function drawPage(page: PDFPageProxy, canvas: HTMLCanvasElement, scale: number): RenderTask {
  const viewport = page.getViewport({ scale })
  canvas.width = Math.floor(viewport.width)
  canvas.height = Math.floor(viewport.height)
  // The same on the screen and on paper: what nobody saw is not printed.
  return page.render({ canvas, viewport, annotationMode: AnnotationMode.ENABLE })
}

/** A page as it goes to the printer. */
export interface PrintedPage {
  /** 1 is the first. */
  readonly number: number
  /** Address of a picture of the page. Whoever is done with it revokes it. */
  readonly url: string
  readonly widthMm: number
  readonly heightMm: number
}

/**
 * Draws all pages, one after the other, in the resolution of a printer. One canvas is used for all, so that a long
 * document needs no more memory than its compressed pictures.
 *
 * @param onPage told before each page
 * @returns fewer pages than there are where `signal` ended it
 * @throws CallError `print/unreadable`, with no picture left, when a page cannot be drawn: a document is printed whole
 */
export async function drawForPrinter(
  pdf: PDFDocumentProxy,
  { signal, onPage }: { signal: AbortSignal; onPage: (number: number) => void },
): Promise<PrintedPage[]> {
  const canvas = document.createElement('canvas')
  const pages: PrintedPage[] = []
  try {
    for (let number = 1; number <= pdf.numPages && !signal.aborted; number += 1) {
      onPage(number)
      const page = await pdf.getPage(number)
      await drawPage(page, canvas, PRINT_DPI / POINTS_PER_INCH).promise
      const { width, height } = page.getViewport({ scale: MM_PER_INCH / POINTS_PER_INCH })
      pages.push({
        number,
        url: URL.createObjectURL(await pictureOf(canvas)),
        widthMm: width,
        heightMm: height,
      })
      page.cleanup()
    }
    return pages
  } catch {
    forgetPages(pages)
    throw new CallError({ code: 'print/unreadable', incident: '' })
  }
}

/** Frees what the pictures of these pages take. */
export function forgetPages(pages: readonly PrintedPage[]): void {
  for (const { url } of pages) URL.revokeObjectURL(url)
}

async function pictureOf(canvas: HTMLCanvasElement): Promise<Blob> {
  const blob = await new Promise<Blob | null>((resolve) => {
    canvas.toBlob(resolve, 'image/png')
  })
  if (blob === null) throw new Error('the canvas gave no picture')
  return blob
}
