/** Whether a PDF can be signed at all, asked long before anybody has a PIN in hand. */
import { changesSince } from './changes.ts'
import { openPdf } from './document.ts'
import { preparePdfSignature } from './incremental.ts'
import { type PdfSource } from './source.ts'
import { unreadable } from './syntax.ts'

/**
 * Lays out two signatures and throws them away. The second must not make the first read as altered: a file
 * with a part that is used and cannot be read would be signed, and then never again be judged.
 *
 * @throws {AppError} as `preparePdfSignature`; `pdf/unreadable` also for a damaged part that signing alone
 *   does not touch
 */
export async function requireSignable(source: PdfSource): Promise<void> {
  const options = { signedAt: new Date(0), contentsBytes: 1 }
  const first = (await preparePdfSignature(source, options)).signed(new Uint8Array(0))
  const second = (await preparePdfSignature(first, options)).signed(new Uint8Array(0))
  const changes = await changesSince(await openPdf(first), await openPdf(second))
  const refused = changes.find(({ allowed }) => !allowed)
  if (refused !== undefined) throw unreadable(`a second signature could not be judged: ${refused.reason}`)
}
