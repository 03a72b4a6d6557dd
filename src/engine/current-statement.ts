/** Which statement about our own key goes along with what we send. */
import { DEFAULT_ENCRYPTION } from '../shared/encryption.ts'
import type { OfficeKey, Store } from './store/index.ts'

/** Our newest key, where the office has one that still serves and wants it known. */
export function currentStatement(store: Store, now: number): OfficeKey | undefined {
  const { announce } = store.settings.get('encryption') ?? DEFAULT_ENCRYPTION
  if (!announce) return undefined
  const [newest] = store.encryptionKeys.own()
  return newest !== undefined && now <= newest.validUntil ? newest : undefined
}

/** What was stated about one key of ours, so that a second attempt states the same. */
export function statementOf(store: Store, certificateSha256: string | undefined): Uint8Array | undefined {
  return store.encryptionKeys.own().find((key) => key.certificateSha256 === certificateSha256)?.statement
}
