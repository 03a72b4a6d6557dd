/** What stands on a document's pages already, for what the next signature shows beside or over it. */
import { mainTurn } from '../../shared/document/signers.ts'
import { AppError } from '../../shared/errors.ts'
import type { Appearance } from '../pdf/appearance.ts'
import { coveringToBe, type DrawnSignature } from '../pdf/covering.ts'
import { sizeOfBlock } from '../pdf/free-corner.ts'
import { inspectPdf } from '../pdf/inspect.ts'
import { settledBox, standingSignatures, type StandingSignature } from '../pdf/place.ts'
import type { PdfSource } from '../pdf/source.ts'
import type { Outgoing } from '../store/index.ts'

/** Who signs next. */
type NextSigner = Omit<DrawnSignature, 'fieldNumber'>

/** The signatures there are, in the order in which they were made. */
async function signaturesIn(source: PdfSource, { verdict }: Outgoing): Promise<DrawnSignature[]> {
  const { signatures } = await inspectPdf(source)
  return signatures
    .filter(({ isDocumentTimeStamp }) => !isDocumentTimeStamp)
    .map(({ fieldNumber }, at) => {
      const signer = verdict?.signatures[at]?.signer
      return { fieldNumber, signerName: signer?.name, isPerson: signer?.kind === 'person' }
    })
}

/**
 * What the main signer's signature shows, wherever it was dragged. Before the agency signs.
 *
 * @returns undefined where it is not seen
 */
export async function mainSignature(
  source: PdfSource,
  document: Outgoing,
): Promise<StandingSignature | undefined> {
  const { signatures, fields } = document
  // Those that a foreign file brought come first.
  const ours = (await signaturesIn(source, document)).slice(-signatures.length)
  const main = signatures.length === 0 ? undefined : ours[mainTurn(fields)]
  if (main === undefined) return undefined
  return (await standingSignatures(source)).find(({ fieldNumber }) => fieldNumber === main.fieldNumber)
}

/** Whether a drawing would lie on text over which somebody has signed: our own verdict would say so. */
export async function wouldCoverText(
  source: PdfSource,
  document: Outgoing,
  drawing: Pick<StandingSignature, 'page' | 'box'>,
  by: NextSigner,
): Promise<boolean> {
  const earlier = await signaturesIn(source, document)
  return (await coveringToBe(source, earlier, drawing, by)) === 'text'
}

/**
 * Refuses what was dragged over text while no PIN is used yet.
 *
 * @throws {AppError} `sign/covers-text`, `pdf/*`
 */
export async function requireUncovered(
  source: PdfSource,
  document: Outgoing,
  appearance: Exclude<Appearance, { readonly words: unknown }>,
  by: NextSigner,
): Promise<void> {
  const { page } = appearance
  const drawing = await settledBox(source, { page, box: boxOf(appearance) })
  if (await wouldCoverText(source, document, drawing, by)) {
    throw new AppError('sign/covers-text', 'what the clerk dragged would lie on text')
  }
}

function boxOf(appearance: Exclude<Appearance, { readonly words: unknown }>) {
  if ('png' in appearance) return appearance
  const { centre } = appearance
  if (centre === undefined) throw new Error('what was dragged has a middle')
  return { ...sizeOfBlock(appearance), centreXMm: centre.xMm, centreYMm: centre.yMm }
}
