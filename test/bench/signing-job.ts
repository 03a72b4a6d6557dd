import { dirname } from 'node:path'
import { passingChunksOf, openPdfFile, writePdf, type PdfSource } from '../../src/engine/pdf/source.ts'
import { signPdf } from '../../src/engine/sign-pdf.ts'
import { signerClient } from '../../src/engine/signing/signer-client.ts'
import type { SignerProcess } from '../../src/engine/signing/signer-process.ts'
import { findCertificate } from '../../src/engine/signing/token-view.ts'
import { syncFolder } from '../../src/engine/store/durable.ts'
import { fileStore } from '../../src/engine/store/files.ts'
import type { CertificateChoice } from '../../src/shared/ipc/contract.ts'
import { sha256Hex } from '../../src/shared/document/fields.ts'

/** What sign.ts asks for. Each document is signed with a login of its own, as the app does. */
export interface SigningJob {
  readonly signerPath: string
  readonly modulePath: string
  readonly choice: CertificateChoice
  readonly pin: string
  /** The document to sign, again and again: a file, or a content of an encrypted store. */
  readonly from:
    | { readonly kind: 'file'; readonly path: string; readonly outputs: readonly string[] }
    | {
        readonly kind: 'store'
        readonly dir: string
        /** Hex. */
        readonly fileKey: string
        readonly nameKey: string
        readonly sha256: string
        readonly times: number
      }
}

/** Signs the documents of a job. @param started the signer, on its way since the program began */
export async function perform(
  { modulePath, choice, pin, from }: SigningJob,
  started: SignerProcess,
): Promise<void> {
  const signer = signerClient(() => started)

  async function signed(source: PdfSource): Promise<PdfSource> {
    const at = new Date()
    const { certificate, chain } = findCertificate(await signer.tokens(modulePath), choice, at)
    return signPdf({
      source,
      certificate: certificate.der,
      chain,
      signedAt: at,
      sign: async ({ digest, message }) => {
        const hashes = [{ id: 'document', digest, message }]
        const { signatures } = await signer.sign({ modulePath, ...choice, pin, hashes })
        const [signature] = signatures
        if (signature === undefined) throw new Error('no signature came back')
        return signature.value
      },
    })
  }

  if (from.kind === 'file') {
    for (const output of from.outputs) {
      const source = await openPdfFile(from.path)
      await writePdf(await signed(source), output)
      await source.close()
      await syncFolder(dirname(output))
    }
  } else {
    const files = fileStore({
      dir: from.dir,
      fileKey: Buffer.from(from.fileKey, 'hex'),
      nameKey: Buffer.from(from.nameKey, 'hex'),
    })
    for (let time = 0; time < from.times; time += 1) {
      const source = await files.open(sha256Hex.parse(from.sha256))
      const kept = await files.put(passingChunksOf(await signed(source)))
      await source.close()
      process.stdout.write(`${kept.sha256}\n`)
    }
  }
  await signer.close()
}
