/** Signs as the app does, with a software key in place of the token. */
import { memorySource } from '../../src/engine/pdf/source.ts'
import { type PdfSigning, signPdf } from '../../src/engine/sign-pdf.ts'
import type { MadeCertificate } from '../helpers/pki.ts'
import { tokenSign } from '../helpers/sign-content.ts'
import { allBytes } from '../pdf/samples.ts'

export async function signedBy(
  pdf: Uint8Array,
  signer: MadeCertificate,
  chain: readonly MadeCertificate[],
  more: Partial<PdfSigning> = {},
): Promise<Buffer> {
  const source = await signPdf({
    source: memorySource(pdf),
    certificate: signer.der,
    chain: chain.map(({ der }) => der),
    signedAt: new Date(),
    sign: ({ message }) => Promise.resolve(tokenSign(signer, 'rsa-pkcs1', 'sha256', message)),
    ...more,
  })
  return allBytes(source)
}
