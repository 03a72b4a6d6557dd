import { later } from './later.tsx'

/** Shows a PDF, see {@link PdfPages}: pdf.js is loaded with the first one. */
export const PdfView = later(() => import('./PdfPages.tsx').then(({ PdfPages }) => PdfPages))
