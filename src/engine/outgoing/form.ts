import { AppError } from '../../shared/errors.ts'
import type { Agency } from '../../shared/document/fields.ts'
import { isSameAgency } from '../../shared/document/agency-name.ts'
import { DEFAULT_ENCRYPTION, type DocumentForm, type KeyLack } from '../../shared/encryption.ts'
import { type Certificate, parseCertificate } from '../signing/certificate.ts'
import { isForEncryption } from '../signing/recipient-info.ts'
import type { Outgoing, Store } from '../store/index.ts'

/** What there is to encrypt to an agency with. */
export type AgencyKeyChoice =
  | { readonly certificate: Certificate; readonly lack?: never }
  | { readonly lack: KeyLack; readonly certificate?: never }

/**
 * The key of an agency as it may be used now: that of its newest believed statement. The name it was stated under
 * must still be the one by which the directory knows the agency, or the hub could give somebody else's key a known
 * agency's code.
 */
export function keyOf(store: Store, { organId, oldCode, name }: Agency, now: number): AgencyKeyChoice {
  const [newest] = [organId, ...(oldCode === undefined ? [] : [oldCode])]
    .flatMap((code) => store.encryptionKeys.of(code))
    .sort((one, other) => other.issuedAt - one.issuedAt)
  if (newest === undefined) return { lack: 'no-key' }
  if (!isSameAgency(newest.signer, name)) return { lack: 'name-differs' }
  const certificate = parseCertificate(newest.certificate)
  return now <= newest.validUntil && isForEncryption(certificate, new Date(now))
    ? { certificate }
    : { lack: 'key-expired' }
}

/**
 * In which form a document to these agencies leaves. One packet goes to all of them, so it is encrypted where all
 * have a key: beside a plain copy on the same hub, encrypted ones would protect nobody.
 */
export function formFor(store: Store, recipients: readonly Agency[], now: number): DocumentForm {
  const { policy } = store.settings.get('encryption') ?? DEFAULT_ENCRYPTION
  const rows = recipients.map((agency) => {
    const { organId, name } = agency
    const { lack } = keyOf(store, agency, now)
    return { organId, name, ...(lack === undefined ? {} : { lack }) }
  })
  const areAllReady = rows.length > 0 && rows.every(({ lack }) => lack === undefined)
  const encrypted = policy !== 'off' && areAllReady
  return { encrypted, refused: policy === 'demanded' && !encrypted, recipients: rows }
}

/**
 * Refuses a document that the office wants encrypted and that cannot be, before anybody signs it.
 *
 * @throws {AppError} `encryption/demanded`, naming the recipients without a key
 */
export function requireForm(store: Store, { fields }: Outgoing, now: number): void {
  requireAllowed(formFor(store, store.directory.byIds(fields.recipients), now))
}

/** @throws {AppError} `encryption/demanded` */
export function requireAllowed({ refused, recipients }: DocumentForm): void {
  if (!refused) return
  const without = recipients.filter(({ lack }) => lack !== undefined).map(({ name }) => name)
  throw new AppError('encryption/demanded', `${String(without.length)} recipients without a key`, {
    detail: without.slice(0, 5).join('; '),
  })
}
