/** What the signatures of one document show, and where: its pages, its fields and the kept pictures together. */
import { AppError } from '../../shared/errors.ts'
import {
  formatCode,
  type DocumentFile,
  type DocumentId,
  type FileRole,
  type Sha256,
} from '../../shared/document/fields.ts'
import { mainTurn, signsNext } from '../../shared/document/signers.ts'
import { copyFormOf, type CopyForm } from '../../shared/document/types.ts'
import { formatDate } from '../../shared/document/vietnam-time.ts'
import type { Output, PlacedSignature } from '../../shared/ipc/contract.ts'
import type { HistoryEntry } from '../../shared/document/history.ts'
import { USUAL_NUMBER_FIELDS } from '../../shared/document/number-placement.ts'
import type { Appearance, PictureAppearance, PictureBox, SignatureAppearance } from '../pdf/appearance.ts'
import { drawOnFirstPage } from '../pdf/content.ts'
import { addTextFields, isSigned, textFields } from '../pdf/fields.ts'
import type { FilledField } from '../pdf/incremental.ts'
import { freeCorner, inFreeCorner } from '../pdf/free-corner.ts'
import { findSigningPlace, settledBox, type StandingSignature } from '../pdf/place.ts'
import type { PdfSource } from '../pdf/source.ts'
import type { Certificate } from '../signing/certificate.ts'
import type { Outgoing, Store } from '../store/index.ts'
import { asksForNumber, fieldsToMake, headInFields, headOnLines, wordsShown, type Written } from './head.ts'
import {
  blockBox,
  blockCentre,
  copyAppearance,
  ordinarySignature,
  personAppearance,
  sealAppearance,
  signingTime,
  type SizedPicture,
} from './look.ts'
import { fileToSign, mainSignerName, nextSigner } from './signers.ts'
import { mainSignature, requireUncovered, wouldCoverText } from './standing.ts'

/** A document about to be signed. */
export interface Showing {
  readonly store: Store
  /** The Times-metric face of visible text. */
  readonly font: Uint8Array
  readonly document: Outgoing
  /** The file as it stands before this signature. */
  readonly source: PdfSource
  readonly certificate: Certificate
  /** The same certificate's fingerprint, by which its picture is kept. */
  readonly certificateSha256: Sha256
  readonly at: number
  /** Where the clerk dragged it; left out, where the text says. */
  readonly place?: PlacedSignature | undefined
}

/** The fixed places of a text block, where the page does not say anything. */
const PERSON_CORNER = { page: 'last', corner: 'bottom-right', xMm: 15, yMm: 12 } as const
const AGENCY_CORNER = { page: 'last', corner: 'bottom-left', xMm: 30, yMm: 12 } as const
const BLOCK_WIDTH_MM = 78
const BLOCK_LINES = { person: 3, agency: 4 } as const
/** A drawing of this width is the kept picture. */
const SAME_SIZE_MM = 0.5
/** Between the blocks of several persons, one above the other. */
const BLOCK_GAP_MM = 2

/**
 * The handwriting of the person whose turn it is, between title and name. Without a kept picture a text block
 * stands there; without a place, too, in the corner of the last page.
 */
export async function personShows(showing: Showing): Promise<Appearance> {
  const { store, source, document, certificate, certificateSha256, place } = showing
  const picture = store.pictures.get(certificateSha256)
  if (place !== undefined) {
    const dragged = picture === undefined ? blockAt(personBlock(showing), place) : pictureAt(picture, place)
    await requireUncovered(source, document, dragged, {
      signerName: certificate.subject.commonName,
      isPerson: true,
    })
    return dragged
  }
  const found = await findSigningPlace(source, ...namesOfNext(document), certificate.subject.commonName ?? '')
  if (found === undefined) return inFreeCorner(source, personBlock(showing))
  return picture === undefined
    ? blockAt(personBlock(showing), { page: found.page, ...blockCentre(found, BLOCK_LINES.person) })
    : personAppearance(found, picture)
}

/** How the agency's signatures look, and what is filled in with the first of them. */
export interface AgencyShow {
  readonly appearances: readonly [Appearance, ...Appearance[]]
  readonly fill: readonly FilledField[]
  /** Where number and date went, for the history. */
  readonly detail: HistoryEntry['detail']
}

/**
 * Number and date on their lines or in their fields, then the agency's seal over the left third of the
 * handwriting; on a copy the words that the decree prescribes, wherever the clerk would have it. What has no
 * room on its line goes into a text block. Without a kept seal or a place for it the block stands in the corner
 * of the last page.
 */
export async function agencyShows(showing: Showing): Promise<AgencyShow> {
  const { store, source, document, font } = showing
  const { codeNumber, issuedDate, fields } = document
  const form = copyFormOf(fields.typeName)
  if (form !== undefined)
    return { appearances: [await inFreeCorner(source, copyShown(form, showing))], fill: [], detail: {} }
  if (codeNumber === undefined || issuedDate === undefined) throw new Error('it was not numbered')
  const given = { codeNumber, codeNotation: fields.codeNotation, issuedDate }
  const head =
    store.settings.get('numberPlacement') === 'form-fields'
      ? await headInFields(source, given, store.settings.get('numberFields') ?? USUAL_NUMBER_FIELDS, font)
      : await headOnLines(source, given, font)
  const missing = [
    ...('why' in head.number ? [`Số: ${formatCode(codeNumber, fields.codeNotation)}`] : []),
    ...('why' in head.date ? [`Ngày ban hành: ${formatDate(issuedDate)}`] : []),
  ]
  const seal = await sealShown(showing)
  const block = agencyBlock(showing, missing)
  const { place } = showing
  const cornered = async () => inFreeCorner(source, block)
  const main = seal ?? (place === undefined ? await cornered() : blockAt(block, place))
  if (place !== undefined) {
    const signerName = showing.certificate.subject.commonName
    await requireUncovered(source, document, main, { signerName, isPerson: false })
  }
  const last: readonly Appearance[] =
    seal === undefined || missing.length === 0 ? [main] : [await cornered(), main]
  const [first, ...others] = [...wordsShown(head, font), ...last]
  if (first === undefined) throw new Error('the agency shows something')
  return {
    appearances: [first, ...others],
    fill: [head.number, head.date].flatMap((part) => ('fields' in part ? part.fields : [])),
    detail: { ...whereOf('number', head.number), ...whereOf('date', head.date) },
  }
}

function copyShown(form: CopyForm, { certificate, at, font }: Showing): SignatureAppearance {
  return copyAppearance({ form, agencyName: certificate.subject.commonName ?? '', signedAt: at }, font)
}

function whereOf(name: 'number' | 'date', part: Written): HistoryEntry['detail'] {
  if ('why' in part) return { [`${name}On`]: 'block', [`${name}Why`]: part.why }
  return { [`${name}On`]: 'words' in part ? 'line' : 'fields' in part ? 'field' : 'page' }
}

/** Undefined where a text block has to do. */
async function sealShown(showing: Showing): Promise<PictureAppearance | undefined> {
  const { store, source, document, certificateSha256, place } = showing
  const seal = store.pictures.get(certificateSha256)
  if (seal === undefined) return undefined
  if (place !== undefined) return pictureAt(seal, place)
  const over = await sealedOver(store, source, document)
  return over === undefined ? undefined : sealAppearance(over, seal)
}

/**
 * What the seal stands on: the handwriting of the main signer wherever it was dragged, or the place where it
 * would be. Undefined where neither is known; a text block in a corner is nothing to seal.
 */
async function sealedOver(
  store: Store,
  source: PdfSource,
  document: Outgoing,
): Promise<Pick<StandingSignature, 'page' | 'box'> | undefined> {
  const standing = await mainSignature(source, document)
  const place = await findSigningPlace(source, ...namesOfMain(document))
  if (place !== undefined) return standing ?? ordinarySignature(place)
  const by = document.signatures[mainTurn(document.fields)]?.certificateSha256
  const picture = by === undefined ? undefined : store.pictures.get(by)
  if (standing === undefined || picture === undefined) return undefined
  return Math.abs(standing.box.widthMm - picture.widthMm) < SAME_SIZE_MM ? standing : undefined
}

function pictureAt(
  { png, widthMm, heightMm }: SizedPicture,
  { page, centreXMm, centreYMm }: PlacedSignature,
): PictureAppearance {
  return { page, png, centreXMm, centreYMm, widthMm, heightMm }
}

/** What stands in a file before the authorised person signs it, for number and date to come. */
export interface Readied {
  readonly source: PdfSource
  /** Whether the signature allows forms to be filled and nothing else. */
  readonly certify: boolean
}

/**
 * Readies the file that the person will sign: fields for number and date, or both themselves. A file that
 * somebody has signed already stays as it is.
 *
 * @param reserve gives the document its number; asked only where the page has a line for it
 */
export async function readyForPerson(
  store: Store,
  source: PdfSource,
  font: Uint8Array,
  reserve: () => Outgoing,
): Promise<Readied> {
  const asItIs = { source, certify: false }
  const placement = store.settings.get('numberPlacement') ?? 'signature-fields'
  if (placement === 'signature-fields' || (await isSigned(source))) return asItIs
  if (placement === 'form-fields') {
    const { number } = store.settings.get('numberFields') ?? USUAL_NUMBER_FIELDS
    const there = await textFields(source)
    if (there.some(({ name }) => number.includes(name))) return { source, certify: true }
    const fields = await fieldsToMake(source, font)
    return fields.length === 0 ? asItIs : { source: await addTextFields(source, fields), certify: true }
  }
  if (!(await asksForNumber(source, font))) return asItIs
  const { codeNumber, issuedDate, fields } = reserve()
  if (codeNumber === undefined || issuedDate === undefined) throw new Error('it was not numbered')
  const head = await headOnLines(source, { codeNumber, codeNotation: fields.codeNotation, issuedDate }, font)
  const words = wordsShown(head, font).flatMap((each) => each.words)
  if (words.length === 0) return asItIs
  return { source: await drawOnFirstPage(source, { page: 1, words, font }), certify: false }
}

/** As typed in the draft. */
function namesOfNext(document: Outgoing): string[] {
  return [nextSigner(document)?.fullName ?? '']
}

/** Over whose signature the seal stands: the name typed in the draft first, then that of the certificate. */
function namesOfMain(document: Outgoing): string[] {
  return [document.fields.signer.fullName, mainSignerName(document) ?? '']
}

/** The corner for the next person's block, above those of the persons before. */
function personCorner({ signatures }: Outgoing) {
  const { heightMm } = blockBox(BLOCK_WIDTH_MM, BLOCK_LINES.person)
  return { ...PERSON_CORNER, yMm: PERSON_CORNER.yMm + signatures.length * (heightMm + BLOCK_GAP_MM) }
}

function personBlock({ document, certificate, at, font }: Showing): SignatureAppearance {
  const { commonName, title } = certificate.subject
  const role = nextSigner(document)?.part === 'initials' ? 'Ký nháy' : 'Người ký'
  return {
    ...personCorner(document),
    widthMm: BLOCK_WIDTH_MM,
    lines: [
      `${role}: ${commonName ?? ''}`,
      ...(title === undefined ? [] : [`Chức vụ: ${title}`]),
      `Thời gian ký: ${signingTime(at)}`,
    ],
    font,
  }
}

function agencyBlock({ certificate, at, font }: Showing, given: readonly string[]): SignatureAppearance {
  return {
    ...AGENCY_CORNER,
    widthMm: BLOCK_WIDTH_MM,
    lines: [`Cơ quan: ${certificate.subject.commonName ?? ''}`, ...given, `Thời gian ký: ${signingTime(at)}`],
    font,
  }
}

function blockAt(
  block: SignatureAppearance,
  { page, centreXMm, centreYMm }: PlacedSignature,
): SignatureAppearance {
  return { ...block, page, centre: { xMm: centreXMm, yMm: centreYMm } }
}

/**
 * Where the next signature of a document would stand, before anybody asks for a PIN. A picture whose place
 * was not found is offered in the corner of the last page, to be dragged; left there, a text block comes.
 *
 * @param dragged where the clerk wants it; left out, where the page says
 * @throws {AppError} `document/wrong-state` when no signature is next, or its place is prescribed, as on a
 *   copy; `document/incomplete`, `pdf/*`
 */
export async function signingPlace(
  store: Store,
  id: DocumentId,
  certificateSha256: Sha256,
  dragged?: PlacedSignature,
): Promise<Output<'outgoing.signingPlace'>> {
  const document = store.outgoing.get(id)
  const who = signsNext(document.state, document.fields.typeName)
  if (who === undefined || copyFormOf(document.fields.typeName) !== undefined) {
    throw new AppError('document/wrong-state', `nothing to place on ${id} while ${document.state}`)
  }
  const file = fileOf(document, fileToSign(document))
  const picture = store.pictures.get(certificateSha256)
  const source = await store.files.open(file.sha256)
  try {
    const over = await standsOn(who, store, source, document, picture)
    const { page, box } = over ?? (await corneredBox(who, source, document, picture))
    const settled = await settledBox(source, dragged === undefined ? { page, box } : movedTo(dragged, box))
    return {
      ...settled,
      found: over !== undefined,
      coversText: await wouldCoverText(source, document, settled, {
        signerName: nextSigner(document)?.fullName,
        isPerson: who === 'person',
      }),
      ...(picture === undefined ? {} : { picture: picture.png }),
    }
  } finally {
    await source.close()
  }
}

function movedTo({ page, centreXMm, centreYMm }: PlacedSignature, box: PictureBox) {
  return { page, box: { ...box, centreXMm, centreYMm } }
}

/** @throws {AppError} `document/incomplete` where there is none */
function fileOf({ files }: Outgoing, role: FileRole): DocumentFile {
  const file = files.findLast((one) => one.role === role)
  if (file === undefined) throw new AppError('document/incomplete', `no ${role} file`, { detail: 'pdf' })
  return file
}

/** Where the page itself says that it belongs; undefined where it does not. */
async function standsOn(
  who: 'person' | 'agency',
  store: Store,
  source: PdfSource,
  document: Outgoing,
  picture: SizedPicture | undefined,
): Promise<{ readonly page: number | 'last'; readonly box: PictureBox } | undefined> {
  if (who === 'agency') {
    const over = picture === undefined ? undefined : await sealedOver(store, source, document)
    return over === undefined || picture === undefined ? undefined : boxOnPage(sealAppearance(over, picture))
  }
  const place = await findSigningPlace(source, ...namesOfNext(document))
  if (place === undefined) return undefined
  if (picture !== undefined) return boxOnPage(personAppearance(place, picture))
  const block = blockBox(BLOCK_WIDTH_MM, BLOCK_LINES.person)
  return { page: place.page, box: { ...block, ...blockCentre(place, BLOCK_LINES.person) } }
}

function boxOnPage({ page, centreXMm, centreYMm, widthMm, heightMm }: PictureAppearance) {
  return { page, box: { centreXMm, centreYMm, widthMm, heightMm } }
}

async function corneredBox(
  who: 'person' | 'agency',
  source: PdfSource,
  document: Outgoing,
  picture: SizedPicture | undefined,
): Promise<{ readonly page: 'last'; readonly box: PictureBox }> {
  const { widthMm, heightMm } = picture ?? blockBox(BLOCK_WIDTH_MM, BLOCK_LINES[who])
  const size = { widthMm, heightMm }
  const fixed = who === 'person' ? personCorner(document) : AGENCY_CORNER
  const { corner, xMm, yMm } = picture === undefined ? await freeCorner(source, fixed, size) : fixed
  const { pageBoxMm } = await settledBox(source, {
    page: 'last',
    box: { ...size, centreXMm: 0, centreYMm: 0 },
  })
  const centreXMm = corner === 'bottom-left' ? xMm + widthMm / 2 : pageBoxMm.widthMm - xMm - widthMm / 2
  const centreYMm = pageBoxMm.heightMm - yMm - heightMm / 2
  return { page: 'last', box: { ...size, centreXMm, centreYMm } }
}
