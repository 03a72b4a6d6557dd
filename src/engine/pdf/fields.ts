/** Text fields for what is filled in after the first signature: made before it, found by name after it. */
import { AppError } from '../../shared/errors.ts'
import { pageView, placed } from './appearance.ts'
import { openPdf, type FormField, type PdfDocument } from './document.ts'
import { addToForm, addToPage, Update } from './incremental.ts'
import { extended, type PdfSource } from './source.ts'
import { PdfName, PdfString, textOf, textString } from './syntax.ts'
import type { Writable } from './write.ts'

const POINTS_PER_MM = 72 / 25.4
/** Print; and read-only: only a program fills it, nobody types into it. */
const PRINTED = 4
const READ_ONLY = 1

/** An empty field to be made on the first page, in millimetres of the page as shown. */
export interface NewTextField {
  readonly name: string
  readonly leftMm: number
  readonly topMm: number
  readonly widthMm: number
  readonly heightMm: number
  readonly fontSizePt: number
}

/** A field of the form, by its full name; `value` is empty where nothing was filled in. */
export interface NamedField {
  readonly name: string
  readonly value: string
}

/**
 * The text fields with one widget, which can be filled in a further increment.
 *
 * @throws {AppError} `pdf/*`
 */
export async function textFields(source: PdfSource): Promise<NamedField[]> {
  const document = await openPdf(source)
  const found: NamedField[] = []
  for await (const field of document.fields()) {
    if (field.type !== 'Tx' || field.widgets.length !== 1) continue
    found.push({ name: field.name, value: textOf(await document.resolve(field.dict.get('V'))) ?? '' })
  }
  return found
}

/** Whether somebody has signed: then nothing may be added that is no signature. */
export async function isSigned(source: PdfSource): Promise<boolean> {
  const document = await openPdf(source)
  for await (const field of document.allFields()) if (await isSignedField(document, field)) return true
  return false
}

async function isSignedField(document: PdfDocument, { type, dict }: FormField): Promise<boolean> {
  return type === 'Sig' && (await document.resolve(dict.get('V'))) !== null
}

/**
 * Adds empty fields to the first page by an incremental update. Nothing is seen of them.
 *
 * @returns the longer document, nothing written yet
 * @throws {AppError} `pdf/*`
 */
export async function addTextFields(source: PdfSource, fields: readonly NewTextField[]): Promise<PdfSource> {
  const document = await openPdf(source)
  if (document.isEncrypted) throw new AppError('pdf/encrypted', 'the file is encrypted')
  const { value: page } = await document.pages().next()
  if (page === undefined) throw new AppError('pdf/no-pages', 'the file has no pages')
  const view = await pageView(document, page)
  const update = new Update(document)
  const added = fields.map(({ name, leftMm, topMm, widthMm, heightMm, fontSizePt }) => {
    const size = { width: widthMm * POINTS_PER_MM, height: heightMm * POINTS_PER_MM }
    const rect = placed(view, { corner: 'top-left', xMm: leftMm, yMm: topMm }, size)
    return update.add(
      new Map<string, Writable>([
        ['Type', new PdfName('Annot')],
        ['Subtype', new PdfName('Widget')],
        ['FT', new PdfName('Tx')],
        ['T', textString(name)],
        ['DA', new PdfString(Buffer.from(`/Helv ${String(fontSizePt)} Tf 0 g`))],
        ['P', page.ref],
        ['F', PRINTED],
        ['Ff', READ_ONLY],
        ['Rect', [rect.left, rect.bottom, rect.right, rect.top]],
        ...(view.rotation === 0 ? [] : [['MK', new Map<string, Writable>([['R', view.rotation]])] as const]),
      ]),
    )
  })
  await addToPage(document, update, page, ...added)
  await addToForm(document, update, await document.catalog(), added, { isSignature: false })
  return extended(source, await update.bytes())
}
