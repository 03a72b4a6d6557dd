/** Whose turn it is to sign, and over which file. */
import type { FileRole } from '../../shared/document/fields.ts'
import { isSamePerson, mainTurn, signersOf, type Signer } from '../../shared/document/signers.ts'
import { AppError } from '../../shared/errors.ts'
import type { Certificate } from '../signing/certificate.ts'
import type { Outgoing } from '../store/index.ts'

/** The person whose turn it is; undefined once all have signed. */
export function nextSigner({ fields, signatures }: Outgoing): Signer | undefined {
  return signersOf(fields)[signatures.length]
}

/** Whether nobody signs after the next signer but the agency. */
export function isLastTurn({ fields, signatures }: Outgoing): boolean {
  return signatures.length === signersOf(fields).length - 1
}

/** The file that the next signature is made over. */
export function fileToSign({ signatures }: Outgoing): FileRole {
  return signatures.length === 0 ? 'imported' : 'signed'
}

/** The name in the certificate that the main signer signed with, once he has. */
export function mainSignerName({ fields, signatures }: Outgoing): string | undefined {
  return signatures[mainTurn(fields)]?.name
}

/**
 * Refuses a certificate that has signed the document, and where several sign, one that does not bear the name
 * of the next of them. A sole signer is whoever the office says is authorised: names are written in many ways.
 *
 * @throws {AppError} `certificate/signed-already`, `certificate/not-next-signer`
 */
export function requireTurn(document: Outgoing, { sha256, subject }: Certificate): void {
  if (document.signatures.some(({ certificateSha256 }) => certificateSha256 === sha256)) {
    throw new AppError('certificate/signed-already', `it signed ${document.id} before`)
  }
  const isSole = document.fields.coSigners.length === 0
  const next = nextSigner(document)
  if (isSole || (next !== undefined && isSamePerson(next.fullName, subject.commonName ?? ''))) return
  throw new AppError('certificate/not-next-signer', `turn ${String(document.signatures.length + 1)}`)
}
